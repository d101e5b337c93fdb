"""Guards on the JSON of one object that its decoder does not have: repeated keys, depth, numbers.

Lives here: what RFC 8259 and I-JSON (RFC 7493) demand beyond the grammar. The decoder itself already refuses what is
not UTF-8, lone surrogates, control characters in strings, NaN and infinities. U+0000, written as an escape, is a
Unicode character like any other: it is kept in the bytes with a warning, and never reaches a column of text.
"""

import json
from typing import Any, Final

import msgspec

from comity.kernel.objects.report import step

MAX_DEPTH: Final = 64
EXACT: Final = 2**53 - 1

_encode = msgspec.json.Encoder().encode
_DIGITS: Final = bytes(ord("9") if chr(byte).isdigit() and byte < 128 else ord(" ") for byte in range(256))
_SIXTEEN: Final = b"9" * 16


def repeated_key(raw: bytes, value: Any) -> str | None:
    """The first key that stands twice in one object of ``raw``, or None; ``value`` is what ``raw`` decodes to."""
    return None if is_plain(raw, _encode(value)) else _repeated(raw)


def is_plain(raw: bytes, encoded: bytes) -> bool:
    """True where no key of ``raw`` can be repeated, told by its encoding after decoding, which lost any repeat.

    Every key stands before ``":``. Equal counts mean that none was lost, unless a quote in a string is escaped by its
    number, or blanks stand before a colon: then the counts say nothing.
    """
    return (
        raw.count(b'":') == encoded.count(b'":')
        and b"\\u0022" not in raw
        and not (b" :" in raw or b"\n:" in raw or b"\t:" in raw or b"\r:" in raw)
    )


def _repeated(raw: bytes) -> str | None:
    repeats: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen = set()
        for name, _ in pairs:
            if name in seen:
                repeats.append(name)
            seen.add(name)

    json.loads(raw, object_pairs_hook=once, parse_int=str, parse_float=str)
    return repeats[0] if repeats else None


def is_shallow(value: Any, raw: bytes, limit: int = MAX_DEPTH) -> bool:
    """True where ``value`` is nested no deeper than ``limit``."""
    if raw.count(b"{") + raw.count(b"[") <= limit:
        return True
    level = [value]
    for _ in range(limit + 1):
        level = [each for each in level if isinstance(each, dict | list)]
        if not level:
            return True
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return False


def inexact(value: Any, raw: bytes) -> list[str]:
    """The paths of the first integers that a double can't hold exactly (RFC 7493 2.2), wherever they stand."""
    if _SIXTEEN not in raw.translate(_DIGITS):
        return []
    found: list[str] = []
    waiting = [("$", value)]
    while waiting and len(found) < 10:
        path, each = waiting.pop()
        if isinstance(each, int) and abs(each) > EXACT:
            found.append(path)
        elif isinstance(each, dict):
            waiting.extend((step(path, name), inner) for name, inner in each.items() if not isinstance(inner, str))
        elif isinstance(each, list):
            waiting.extend(
                (f"{path}[{index}]", inner) for index, inner in enumerate(each) if not isinstance(inner, str)
            )
    return found
