"""``portrait``: the whole of one object, in the order in which people ask.

What is it (kind, sentence, title), what does it say (summary, facts, texts, pattern, hashes), what does it rest on
(external references, markings), and last what nobody has described (``other``). Every property of the object appears
somewhere, or is one of the few that the page shows by itself (``type``, ``id``, ``spec_version``, markings).
"""

from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from comity.kernel.objects.extensions import REDACTION
from comity.web.portraits import values
from comity.web.portraits.kinds import Shape, kind_of
from comity.web.portraits.labels import reading
from comity.web.portraits.patterns import Line, laid_out
from comity.web.portraits.text import confidence_words, defanged, line, visible
from comity.web.portraits.titles import Decoded, Names, title
from comity.web.portraits.values import MOST_FACTS, MOST_VALUES, Fact, Value
from comity.web.words import Phrase, msgid

# Properties with a place of their own on the page, and the JSON type they need to have to be shown there.
_PLACED: Final[dict[str, type | tuple[type, ...]]] = {
    "type": str,
    "id": str,
    "spec_version": str,
    "created": str,
    "modified": str,
    "created_by_ref": str,
    "revoked": bool,
    "labels": list,
    "confidence": int,
    "lang": str,
    "external_references": list,
    "object_marking_refs": list,
    "granular_markings": list,
    "description": str,
    "hashes": dict,
    "kill_chain_phases": list,
    "object_refs": list,
    "pattern": str,
}
# A reference given with these may lead to what hurts; it is shown and never clickable.
_NEVER_LINKED: Final = frozenset({"indicator", "malware", "infrastructure", "malware-analysis", "sighting"})
_LONGEST_PATTERN: Final = 20_000


class External(msgspec.Struct, frozen=True):
    """An external reference (STIX 2.1 2.5). ``href`` only where a click is harmless enough; ``shown`` is defanged elsewhere."""

    source: str
    number: str
    description: str
    shown: str
    href: str


class Granular(msgspec.Struct, frozen=True):
    """One granular marking (STIX 2.1 7.2.3): which parts, and what holds for them."""

    selectors: tuple[str, ...]
    marking: str
    language: str


class Portrait(msgspec.Struct, frozen=True, kw_only=True):
    """An object in plain words. Phrases and labels are msgids; everything else is text from outside, made fit to be seen.

    ``redacted``: what was done to the original, in words of ours; None of an object that does not say that it is a redacted form.
    """

    id: str
    type: str
    kind: str
    sentence: str
    shape: Shape
    custom: bool
    title: Phrase
    revoked: bool
    creator: str
    created: Value | None
    modified: Value | None
    confidence: int | None
    confidence_word: str
    language: str
    labels: tuple[str, ...]
    summary: Value | None
    facts: tuple[Fact, ...]
    texts: tuple[Fact, ...]
    hashes: tuple[tuple[str, str], ...]
    phases: tuple[tuple[str, str], ...]
    pattern: tuple[Line, ...]
    pattern_left_out: int
    pattern_type: str
    externals: tuple[External, ...]
    externals_more: int
    markings: tuple[str, ...]
    granular: tuple[Granular, ...]
    other: tuple[Fact, ...]
    other_more: int
    redacted: tuple[str, ...] | None = None


def decode(raw: bytes) -> dict[str, Any]:
    """The object as a mapping. Bytes that are no JSON object (they never came through a door) read as an empty one."""
    try:
        decoded = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def portrait(decoded: Decoded, names: Names) -> Portrait:
    """The portrait of a decoded object; ``names`` are titles of the objects it refers to."""
    object_type = _string(decoded, "type")
    kind = kind_of(object_type)
    described = [fact for name in kind.properties if (fact := _fact(object_type, name, decoded)) is not None]
    facts = tuple(fact for fact in described if not _is_long(fact))
    called = title(decoded, names)
    other = [
        values.any_fact(name, value)
        for name, value in decoded.items()
        if name not in kind.properties
        and not _placed(name, value)
        and not (name == "name" and _is_title(value, called))
    ]
    externals = _list(decoded, "external_references")
    confidence = decoded.get("confidence")
    confident = isinstance(confidence, int) and not isinstance(confidence, bool)
    return Portrait(
        id=line(_string(decoded, "id")),
        type=line(object_type, 120),
        kind=kind.word,
        sentence=kind.sentence,
        shape=kind.shape,
        custom=not kind.properties and object_type not in {"incident", "vulnerability"},
        title=called,
        revoked=decoded.get("revoked") is True,
        creator=_string(decoded, "created_by_ref"),
        created=_moment(decoded, "created"),
        modified=_moment(decoded, "modified"),
        confidence=confidence if confident else None,
        confidence_word=confidence_words(confidence) if isinstance(confidence, int) else "",
        language=line(_string(decoded, "lang"), 40),
        labels=tuple(line(each, 80) for each in _strings(decoded, "labels")[:MOST_VALUES]),
        summary=values.long(decoded["description"]) if _string(decoded, "description") else None,
        facts=facts,
        texts=tuple(fact for fact in described if _is_long(fact)),
        hashes=_hashes(decoded.get("hashes")),
        phases=_phases(decoded),
        pattern=_pattern(decoded),
        pattern_left_out=max(0, len(_string(decoded, "pattern")) - _LONGEST_PATTERN),
        pattern_type=line(_string(decoded, "pattern_type"), 40),
        externals=tuple(_external(each, object_type) for each in externals[:MOST_VALUES] if isinstance(each, dict)),
        externals_more=max(0, len(externals) - MOST_VALUES),
        markings=tuple(_strings(decoded, "object_marking_refs")[:MOST_VALUES]),
        granular=_granular(decoded),
        other=tuple(other[:MOST_FACTS]),
        other_more=max(0, len(other) - MOST_FACTS),
        redacted=_redacted(decoded),
    )


def _redacted(decoded: Decoded) -> tuple[str, ...] | None:
    """What the published extension says was done to the original; words that are not known are left out."""
    extensions = decoded.get("extensions")
    said = extensions.get(REDACTION) if isinstance(extensions, dict) else None
    if not isinstance(said, dict):
        return None
    return tuple(_DONE[each] for each in _strings(said, "how") if each in _DONE)


_DONE: Final = {
    "by-hand": msgid("written by hand for release"),
    "creator": msgid("who made it is left out"),
    "dropped": msgid("parts are taken out"),
    "generalised": msgid("values are made coarser"),
    "parts": msgid("parts that are marked on their own are taken out"),
    "pseudonymised": msgid("values stand under pseudonyms"),
    "references": msgid("references stand under pseudonyms or are taken out"),
}


def _fact(object_type: str, name: str, decoded: Decoded) -> Fact | None:
    value = decoded.get(name)
    if value is None or value == []:
        return None
    label, read = reading(object_type, name)
    if isinstance(value, list):
        shown = tuple(read(each) for each in value[:MOST_VALUES])
        return Fact(label, shown, max(0, len(value) - len(shown)))
    return Fact(label, (read(value),))


def _placed(name: str, value: Any) -> bool:
    place = _PLACED.get(name)
    return place is not None and isinstance(value, place)


def _is_title(value: Any, called: Phrase) -> bool:
    return isinstance(value, str) and called.parts.get("text") == line(value)


def _is_long(fact: Fact) -> bool:
    return any(value.kind == "long" for value in fact.values)


def _pattern(decoded: Decoded) -> tuple[Line, ...]:
    """A STIX pattern laid out; a rule in another language keeps its own lines."""
    pattern = visible(_string(decoded, "pattern")[:_LONGEST_PATTERN])
    if not pattern:
        return ()
    if decoded.get("pattern_type", "stix") == "stix":
        return laid_out(pattern)
    return tuple(Line(0, each) for each in pattern.split("\n"))


def _moment(decoded: Decoded, name: str) -> Value | None:
    value = decoded.get(name)
    return values.moment(value) if isinstance(value, str) else None


def _hashes(found: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, dict):
        return ()
    return tuple((line(name, 40), line(str(digest), 300)) for name, digest in list(found.items())[:MOST_VALUES])


def _phases(decoded: Decoded) -> tuple[tuple[str, str], ...]:
    return tuple(
        (line(_string(each, "kill_chain_name"), 120), line(_string(each, "phase_name"), 120))
        for each in _list(decoded, "kill_chain_phases")[:MOST_VALUES]
        if isinstance(each, dict)
    )


def _external(found: dict[str, Any], object_type: str) -> External:
    address = _string(found, "url")
    safe = _harmless(address) and kind_of(object_type).shape != "observable" and object_type not in _NEVER_LINKED
    return External(
        source=line(_string(found, "source_name"), 200),
        number=line(_string(found, "external_id"), 200),
        description=line(_string(found, "description"), 1000),
        shown=line(address, 400) if safe else defanged(line(address, 400)),
        href=address if safe else "",
    )


def _harmless(address: str) -> bool:
    """An https address of plain ASCII with a host and no password in it: anything else is shown, not linked."""
    if not address.isascii() or len(address) > 2000 or any(not " " < each < "\x7f" for each in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def _granular(decoded: Decoded) -> tuple[Granular, ...]:
    return tuple(
        Granular(
            tuple(line(each, 120) for each in _strings(found, "selectors")[:MOST_VALUES]),
            _string(found, "marking_ref"),
            line(_string(found, "lang"), 40),
        )
        for found in _list(decoded, "granular_markings")[:MOST_VALUES]
        if isinstance(found, dict)
    )


def _string(decoded: Decoded, name: str) -> str:
    value = decoded.get(name)
    return value if isinstance(value, str) else ""


def _list(decoded: Decoded, name: str) -> list[Any]:
    value = decoded.get(name)
    return value if isinstance(value, list) else []


def _strings(decoded: Decoded, name: str) -> list[str]:
    return [each for each in _list(decoded, name) if isinstance(each, str)]
