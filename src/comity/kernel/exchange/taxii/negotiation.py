"""Content negotiation (TAXII 2.1 section 1.6.8 and 3.1, by RFC 9110 sections 8.3 and 12.5.1): 406 and 415.

Pure. One media type is spoken, ``application/taxii+json;version=2.1``. Accept is satisfied by it, by the same type
without a version, and by ranges that cover it (3.1: such requests MAY be satisfied); a missing Accept means anything
(RFC 9110 12.5.1). The most specific range decides, so ``application/taxii+json;q=0, */*`` is not satisfied. White space
around ``;``, quoted values and other parameters are read as RFC 9110 writes them; what cannot be read counts for
nothing.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec

from comity.kernel.base.errors import Invalid

VERSION: Final = "2.1"
MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
STIX_MEDIA_TYPE: Final = "application/stix+json;version=2.1"

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ELEMENT = re.compile(rf'(?:[^,"]|{_QUOTED})+')
_RANGE = re.compile(rf"\s*({_NAME})/({_NAME})\s*(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";\s*(?:({_NAME})\s*=\s*({_NAME}|{_QUOTED}))?\s*")
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")

_LONGEST: Final = 4_096
_KEPT: Final = 256


class NotAcceptable(Invalid):
    """No answer of ours fits the Accept header."""

    status = 406
    code = "not-acceptable"
    title = "Not acceptable"


class UnsupportedMedia(Invalid):
    """The request body is of a type or in a coding that is not read here."""

    status = 415
    code = "unsupported-media-type"
    title = "Unsupported media type"


class _Range(msgspec.Struct, frozen=True):
    kind: str
    subtype: str
    parameters: dict[str, str]


def check_accept(header: bytes | None) -> None:
    """Raise ``NotAcceptable`` unless ``application/taxii+json;version=2.1`` may be sent."""
    if header is None or (_accepts_kept(header) if len(header) <= _KEPT else _accepts(header)):
        return
    raise NotAcceptable(
        "the Accept header allows no media type that this server sends",
        clause="TAXII 2.1 3.1",
        hint=f"Send Accept: {MEDIA_TYPE}",
    )


def check_content(content_type: bytes | None, content_encoding: bytes | None) -> None:
    """Raise ``UnsupportedMedia`` unless a body of this type and coding is read here.

    Compressed bodies are refused rather than unpacked: an envelope's size is then what ``max_content_length`` says, and
    no bomb is ever opened.
    """
    if content_encoding is not None and content_encoding.strip().lower() not in {b"", b"identity"}:
        raise UnsupportedMedia(
            "compressed request bodies are not read here", clause="RFC 9110 15.5.16", hint="Send the body as it is."
        )
    if content_type is None or not _is_ours(content_type):
        raise UnsupportedMedia(
            "the Content-Type is not one that this endpoint reads",
            clause="TAXII 2.1 5.5",
            hint=f"Send Content-Type: {MEDIA_TYPE}",
        )


def _accepts(header: bytes) -> bool:
    if len(header) > _LONGEST:
        return False
    best = (-1, 0.0)
    for element in _ELEMENT.findall(header.decode("latin-1")):
        if (media := _read(element)) is None:
            continue
        weight = media.parameters.get("q", "1")
        if (specificity := _specificity(media)) < 0 or not _WEIGHT.fullmatch(weight):
            continue
        best = max(best, (specificity, float(weight)))
    return best[1] > 0


_accepts_kept = lru_cache(maxsize=256)(_accepts)


def _specificity(media: _Range) -> int:
    """How closely a range names what we send: -1 where it does not."""
    match media.kind, media.subtype:
        case "*", "*":
            return 0
        case "application", "*":
            return 1
        case "application", "taxii+json":
            version = media.parameters.get("version")
            if version is None:
                return 2
            return 3 if version == VERSION else -1
    return -1


def _is_ours(header: bytes) -> bool:
    media = _read(header.decode("latin-1")) if len(header) <= _LONGEST else None
    return (
        media is not None
        and _specificity(media) >= 2
        and media.parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
    )


def _read(text: str) -> _Range | None:
    """One media range or type with its parameters; None where it is not written as RFC 9110 8.3.1 has it."""
    if (match := _RANGE.fullmatch(text)) is None:
        return None
    kind, subtype, rest = match[1].lower(), match[2].lower(), match[3]
    parameters: dict[str, str] = {}
    at = 0
    while at < len(rest):
        if (parameter := _PARAMETER.match(rest, at)) is None:
            return None
        at = parameter.end()
        if parameter[1]:
            value = parameter[2]
            parameters.setdefault(parameter[1].lower(), value[1:-1] if value.startswith('"') else value)
    return _Range(kind, subtype, parameters)
