"""Traces: every form in which a value may be left in what goes, to be looked for as plain text.

Lives here: the forms. A value that shows in none of them may still be guessed from what is left; that is said in the guide, and
nothing here can help it. The forms of one value are made once and remembered: they are looked for in many objects.
"""

from base64 import b64encode
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import idna

_REMEMBERED: Final = 2_000
_LONGEST_NAME: Final = 253
_DOTS: Final = ("[.]", "(.)", "{.}", "[dot]", "(dot)")
_ATS: Final = ("[@]", "(@)", "[at]", "(at)")


def traces(value: str) -> tuple[str, ...]:
    """Texts that tell the value: as it is, in other case, defanged, and encoded in base64, hexadecimal, percent and escapes.

    base64 of the value within something longer depends on where in it the value begins: there is a form for each of the three
    ways, without the characters that its neighbours have a part in. Sorted, without repeats.
    """
    written = dict.fromkeys((value, value.lower(), value.upper(), *names_of(value)))
    found: dict[str, None] = dict(written)
    for each in written:
        found.update(dict.fromkeys((*_defanged(each), *_escaped(each))))
        found.update(dict.fromkeys(encoded(each)))
    return tuple(sorted(found))


@lru_cache(_REMEMBERED)
def encoded(value: str) -> tuple[str, ...]:
    """The value's bytes in base64 and hexadecimal, as UTF-8 and as UTF-16 (which Windows encodes)."""
    found: dict[str, None] = {}
    for octets in dict.fromkeys((value.encode("utf-8", "surrogatepass"), value.encode("utf-16-le", "surrogatepass"))):
        digits = octets.hex()
        found.update(dict.fromkeys((digits, digits.upper())))
        for form in in_base64(octets):
            found[form] = None
            found[form.replace("+", "-").replace("/", "_")] = None
    return tuple(found)


def in_base64(octets: bytes) -> tuple[str, ...]:
    """base64 of bytes within longer ones, for each of the three places at which they may begin."""
    found = []
    for before in range(3):
        text = b64encode(b"\0" * before + octets).decode()
        # Bits before*8 up to the end are the value's own: a character counts where all of its six are.
        first, last = -(-before * 8 // 6), (before + len(octets)) * 8 // 6
        found.append(text[first:last])
    return tuple(found)


def names_of(value: str) -> tuple[str, ...]:
    """A name of other letters in both its forms (RFC 5890): what follows an @ too."""
    local, at, name = value.rpartition("@")
    if len(name) > _LONGEST_NAME or " " in name or (value.isascii() and "xn--" not in value.lower()):
        return ()
    found = []
    for convert in (_to_ascii, _to_unicode):
        made = convert(name)
        if made and made != name:
            found.append(f"{local}{at}{made}")
    return tuple(found)


def _to_ascii(name: str) -> str:
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def _to_unicode(name: str) -> str:
    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return ""


def _defanged(value: str) -> tuple[str, ...]:
    found = []
    if "." in value:
        found += [value.replace(".", dot) for dot in _DOTS]
    if "@" in value:
        found += [value.replace("@", at) for at in _ATS]
        found += [value.replace("@", "[at]").replace(".", "[.]"), value.replace("@", "(at)").replace(".", "(dot)")]
    scheme, colon, rest = value.partition("://")
    if colon and scheme.lower() in {"http", "https"}:
        for written in ("hxxp", "h**p"):
            other = f"{written}{scheme[4:]}"
            found += [
                f"{other}://{rest}",
                f"{other}://{rest.replace('.', '[.]')}",
                f"{other}[:]//{rest.replace('.', '[.]')}",
            ]
    return tuple(found)


def _escaped(value: str) -> tuple[str, ...]:
    octets = value.encode("utf-8", "surrogatepass")
    every = "".join(f"%{each:02x}" for each in octets)
    units = [int.from_bytes(pair, "big") for pair in _pairs(value.encode("utf-16-be", "surrogatepass"))]
    return (
        quote(octets, safe=""),
        quote(octets, safe="").lower(),
        quote(octets, safe="").replace(".", "%2E"),
        every,
        every.upper(),
        "".join(f"\\u{unit:04x}" for unit in units),
        "".join(f"\\u{unit:04X}" for unit in units),
        "".join(f"\\x{each:02x}" for each in octets),
        "".join(f"&#{ord(each)};" for each in value),
        "".join(f"&#x{ord(each):x};" for each in value),
    )


def _pairs(octets: bytes) -> list[bytes]:
    return [octets[at : at + 2] for at in range(0, len(octets), 2)]
