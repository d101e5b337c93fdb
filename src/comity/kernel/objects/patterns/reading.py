"""Which observables the comparisons of a pattern look for."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from comity.kernel.objects.observables import names
from comity.kernel.objects.observables.forms import HASH_LENGTHS, algorithm, normalise
from comity.kernel.objects.patterns import lexicon

Pairs = tuple[tuple[str, str], ...]

_HOST: Final = "host"  # an address or a name, told apart by the value
_HOSTS: Final = ("ipv4-addr", "ipv6-addr", "domain-name")

_AGENT: Final = "network-traffic:extensions.'http-request-ext'.request_header."
_PATHS: Final[dict[str, str]] = {
    **{f"{kind}:value": kind for kind in ("ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr")},
    "domain-name:resolves_to_refs[*].value": _HOST,
    "network-traffic:src_ref.value": _HOST,
    "network-traffic:dst_ref.value": _HOST,
    "email-message:from_ref.value": "email-addr",
    "email-message:sender_ref.value": "email-addr",
    "email-message:to_refs[*].value": "email-addr",
    "email-message:cc_refs[*].value": "email-addr",
    "email-message:bcc_refs[*].value": "email-addr",
    "email-message:body_multipart[*].body_raw_ref.name": "file-name",
    "artifact:url": "url",
    "autonomous-system:number": "autonomous-system",
    "directory:path": "directory",
    "file:name": "file-name",
    "file:parent_directory_ref.path": "directory",
    "mutex:name": "mutex",
    "process:image_ref.name": "file-name",
    "software:name": "software",
    "software:cpe": "cpe",
    "user-account:user_id": "user-account",
    "user-account:account_login": "user-account",
    "windows-registry-key:key": "windows-registry-key",
    "x509-certificate:serial_number": "serial-number",
    f"{_AGENT}'User-Agent'": "user-agent",
    f"{_AGENT}'user-agent'": "user-agent",
}
_HASHES: Final[dict[str, str]] = {
    f"{holder}:hashes.{name}": kind
    for holder in ("file", "artifact", "x509-certificate")
    for kind in HASH_LENGTHS
    for name in (f"'{kind.upper()}'", kind.upper())
    if "-" not in name or name.startswith("'")
}
_is_quick = re.compile(r"\[([a-z0-9-]++:[^ =<>!]++) ?= ?'([^'\\]{0,4000}+)'\]").fullmatch
_INDEX: Final = re.compile(r"\[[0-9]+\]")


def quick(pattern: str) -> Pairs | None:
    """The observable of a pattern that is one comparison of a well-known path with a string; None for other patterns.

    Such a pattern is certainly valid: the path stands in the table here, and a hash is one of its algorithm.
    """
    match = _is_quick(pattern)
    if match is None:
        return None
    path, text = match.groups()
    kind = _PATHS.get(path)
    if kind is not None:
        pair = _pair(kind, text)
        return () if pair is None else (pair,)
    kind = _HASHES.get(path)
    if kind is None:
        return None
    # A blank around the digits is none of a hash, though its normal form would drop it.
    value = normalise(kind, text)
    return ((kind, value),) if value is not None and len(value) == len(text) else None


def of_comparisons(comparisons: Iterable[re.Match[str]]) -> Pairs:
    """The observables of the comparisons by ``=`` and ``IN``, sorted, without repeats."""
    return tuple(sorted({pair for match in comparisons for pair in _of_match(match)}))


def _of_match(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    literals = [match["literal"]] if match["equals"] == "=" else []
    if match["set"] and not match["notin"]:
        literals = lexicon.LITERALS.findall(match["set"])
    for literal in literals:
        if literal[0] in "'0123456789":
            pair = observable(match["path"], lexicon.unquoted(literal) if literal[0] == "'" else literal)
            if pair is not None:
                yield pair


def observable(path: str, text: str) -> tuple[str, str] | None:
    """The kind and the normal form of a value that a path is compared with; None where the path holds no observable."""
    kind = _kind_of(path)
    return None if kind is None else _pair(kind, text)


def kinds_of(path: str) -> tuple[str, ...]:
    """The kinds of observables that a path may lead to."""
    kind = _kind_of(path)
    return _HOSTS if kind == _HOST else () if kind is None else (kind,)


def _kind_of(path: str) -> str | None:
    kind = _PATHS.get(path)
    if kind is not None:
        return kind
    name = lexicon.hash_name(path)
    if name is not None:
        return algorithm(name)
    return _PATHS.get(_INDEX.sub("[*]", path)) if "[" in path else None


def _pair(kind: str, text: str) -> tuple[str, str] | None:
    if kind == _HOST:
        return names.host(text)
    value = normalise(kind, text)
    return None if value is None else (kind, value)
