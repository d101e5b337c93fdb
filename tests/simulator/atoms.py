"""What can be told of a value in bytes, however it is written: atoms, which are found raw, escaped, percent-encoded, defanged, in
base64 at any offset and in hex, in either case, and one inside the other.

An atom is a *mark* (a word that stands nowhere by chance, ``marked``), a UUID, an IPv4 address or a long hexadecimal number. The
search takes bytes apart as far as they go and knows nothing of what it looks for; it shares no code with ``policy.redaction``.
"""

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from hypothesis import strategies as st

MARK = re.compile(r"qz[a-z0-9]{9}z")
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9])")
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")
_RUN64 = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_RUN16 = re.compile(r"(?:(?:\\x|0x|%)?[0-9A-Fa-f]{2}[ :,-]?){6,}")
_NOT_HEX = re.compile(r"\\x|0x|[^0-9A-Fa-f]")
_ESCAPE = re.compile(r"\\+u([0-9A-Fa-f]{4})|\\+x([0-9A-Fa-f]{2})|\\+([/.\"'@:-])")
_DOT = re.compile(r"\s?(?:\[\s?(?:\.|dot)\s?\]|\(\s?(?:\.|dot)\s?\)|\{\s?(?:\.|dot)\s?\})\s?", re.IGNORECASE)
_AT = re.compile(r"\s?(?:\[\s?(?:@|at)\s?\]|\(\s?(?:@|at)\s?\)|\{\s?(?:@|at)\s?\})\s?", re.IGNORECASE)
_COLON = re.compile(r"\[:(//)?\]")
DEPTH = 3
"""How often one encoding may stand in another."""


def marked(number: int) -> str:
    """The mark of a number: twelve small letters and digits, which may stand in a host name, a file name, a label."""
    digits = "".join(
        "abcdefghijkmnprstuvwxy023456789"[(number * 7_919 + 31 * place + 11) // 31**place % 31] for place in range(9)
    )
    return f"qz{digits}z"


@lru_cache(100_000)
def atoms(told: bytes | str) -> frozenset[str]:
    """Every atom in some bytes, written plainly: small letters, UUIDs without hyphens."""
    found: set[str] = set()
    seen: set[str] = set()
    ahead = [(told if isinstance(told, str) else told.decode("utf-8", "replace"), DEPTH)]
    while ahead:
        text, depth = ahead.pop()
        if text in seen:
            continue
        seen.add(text)
        found |= _plain(text)
        if depth:
            ahead += [(other, depth - 1) for other in _decoded(text)]
    return frozenset(found)


def _plain(text: str) -> set[str]:
    small = text.lower()
    return {
        *MARK.findall(small),
        *(each.replace("-", "") for each in _UUID.findall(small)),
        *_ADDRESS.findall(small),
        *_DIGEST.findall(small),
    }


def _decoded(text: str) -> Iterator[str]:
    """The text read in every other way in which it can be read; none of them where that changes nothing."""
    for other in (
        _ESCAPE.sub(_unescaped, text),
        html.unescape(text),
        unquote_to_bytes(text).decode("utf-8", "replace"),
        _COLON.sub(r":\1", _AT.sub("@", _DOT.sub(".", text))),
        unicodedata.normalize("NFKC", text),
        text.replace("\0", ""),
    ):
        if other != text:
            yield other
    for run in _RUN64.findall(text):
        plain = run.replace("-", "+").replace("_", "/")
        for start in range(4):
            whole = plain[start : start + (len(plain) - start) // 4 * 4]
            left = plain[start + len(whole) :]
            whole += left + "=" * (4 - len(left)) if len(left) > 1 else ""
            yield from _readable(base64.b64decode(whole))
    for run in _RUN16.findall(text):
        digits = _NOT_HEX.sub("", run)
        for start in range(2):
            part = digits[start:]
            yield from _readable(binascii.unhexlify(part[: len(part) // 2 * 2]))


def _readable(decoded: bytes) -> Iterator[str]:
    """Bytes as text, where enough of it could be: garbage is not taken apart any further."""
    text = decoded.decode("latin-1")
    if re.search(r"(?:[\x20-\x7e]\0?){6,}", text):
        yield text


def _unescaped(found: re.Match[str]) -> str:
    if found[3]:
        return found[3]
    return chr(int(found[1] or found[2], 16))


def written(value: str) -> dict[str, str]:
    """A value in every way of writing that the search is to see through, by its name."""
    raw = value.encode()
    return {
        "raw": value,
        "upper": value.upper(),
        "swapped": "".join(each.upper() if place % 2 else each for place, each in enumerate(value)),
        **{f"base64 at {shift}": base64.b64encode(b"-" * shift + raw + b"--").decode() for shift in range(3)},
        "base64 for addresses": base64.urlsafe_b64encode(b"??>" + raw).decode(),
        "base64 without padding": base64.b64encode(raw).decode().rstrip("="),
        "base64 of wide": base64.b64encode(value.encode("utf-16-le")).decode(),
        "hex": raw.hex(),
        "upper hex": raw.hex().upper(),
        "hex with colons": raw.hex(":"),
        "hex escapes": "".join(f"\\x{each:02x}" for each in raw),
        "percent": "".join(f"%{each:02X}" for each in raw),
        "half percent": quote(value.replace(".", "\x01")).replace("%01", "%2E"),
        "unicode escapes": "".join(f"\\u{ord(each):04x}" for each in value),
        "json": json.dumps(value),
        "entities": "".join(f"&#{ord(each)};" for each in value),
        "defanged": value.replace(".", "[.]").replace("@", "[at]").replace("http", "hxxp"),
        "defanged otherwise": value.replace(".", " (dot) ").replace("@", "(@)").replace("://", "[://]"),
        "wide letters": "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value),
        "base64 of percent": base64.b64encode("".join(f"%{each:02X}" for each in raw).encode()).decode(),
        "hex of base64": base64.b64encode(b"--" + raw).hex(),
    }


def surroundings() -> st.SearchStrategy[str]:
    """Text that may stand before a value without becoming part of it."""
    return st.sampled_from(["", " ", "see ", "\n", '{"a":"', "x=", "<td>", "name: ", "\u00e9 ", "'"])


def foreign(told: bytes | str, known: Iterable[str], allowed: Iterable[str]) -> set[str]:
    """Of all atoms that mean something here, those that are told and must not be."""
    return set(atoms(told) & set(known)) - set(allowed)
