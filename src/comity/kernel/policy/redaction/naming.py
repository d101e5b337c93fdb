"""Pseudonyms: what takes the place of an id or of a value, keyed, so that nobody without the key can tell which.

Lives here: what the maker of twins has to know of names (``Naming``), and the pure part of it (``Pseudonyms``): HMAC-SHA-256
under the key of one scope over the kind of thing and its normal form. One value has one token under one key, whatever object
it stands in and however it is written there; under two keys nothing relates the two. Not here: where keys are kept
(``kernel.store.twins``), and what becomes of which value (``redaction.profiles``).

Each token has the form of its kind, so that it can stand where the value stood, and belongs to nobody:

=====================  ====================================================================================
id                     the same type, 128 bits with version and variant of a random UUID (RFC 9562 5.4)
email-addr             ``p-…@pseudonym.invalid``; no name under ``invalid`` resolves (RFC 6761 6.4)
domain-name            ``p-….pseudonym.invalid``
url                    ``https://p-….pseudonym.invalid/``
ipv4-addr              within 240.0.0.0/4, which is reserved (RFC 1112 4): 28 bits only, so two may meet by chance
ipv6-addr              within 100::/64, whose packets are discarded (RFC 6666)
mac-addr               locally administered (IEEE 802c)
autonomous-system      among the private numbers of RFC 6996
hashes                 as many hexadecimal digits as the algorithm has; ``ssdeep`` and ``tlsh`` of their own form
cve                    of the year 0000
cpe                    an application ``pseudonym:p…``
serial-number          32 hexadecimal digits
everything else        ``p-…``
=====================  ====================================================================================
"""

import hmac
from base64 import b32encode, b64encode
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Protocol

import msgspec

from comity.kernel.objects.observables import HASH_LENGTHS, normalise

_ID: Final = b"id"
_PRIVATE: Final = (4_200_000_000, 4_294_967_294)
"""Numbers of autonomous systems for private use (RFC 6996 5)."""


class Fate(StrEnum):
    """What becomes of a reference to an object."""

    KEEP = "keep"
    PSEUDONYM = "pseudonym"
    STRIP = "strip"
    WITHHOLD = "withhold"


class Naming(Protocol):
    """What the maker knows of ids and values."""

    def reference(self, object_id: str) -> Fate:
        """What becomes of a reference to this object."""
        ...

    def pseudonym_id(self, object_id: str) -> str:
        """The id that takes the place of an id; of the same type."""
        ...

    def token(self, kind: str, value: str) -> str:
        """What takes the place of a value of a kind of observables, or of any text (kind ``text``)."""
        ...


class Pseudonyms(msgspec.Struct, frozen=True):
    """Pseudonyms under the key of one scope: 32 random bytes."""

    key: bytes

    def pseudonym_id(self, object_id: str) -> str:
        """The id that stands for an id, whether or not an object of that id is held."""
        return f"{object_id[:-36]}{shaped_uuid(self._digest(_ID, object_id[:-36] + object_id[-36:].lower()))}"

    def token(self, kind: str, value: str) -> str:
        """What stands for a value. Values with one normal form have one token."""
        normal = normalise(kind, value) or " ".join(value.split()).casefold()
        return shaped(kind, lambda length: self._stretched(kind, normal, length))

    def _digest(self, kind: bytes, value: str) -> bytes:
        return hmac.digest(self.key, kind + b"\0" + value.encode("utf-8", "surrogatepass"), "sha256")

    def _stretched(self, kind: str, value: str, length: int) -> bytes:
        """As many bytes as are asked for: the digest, then what it gives by counting (RFC 5869 2.3)."""
        made = seed = self._digest(kind.encode(), value)
        count = 1
        while len(made) < length:
            made += hmac.digest(seed, bytes((count,)), "sha256")
            count += 1
        return made[:length]


def of_text(text: str) -> Callable[[int], bytes]:
    """Bytes for ``shaped`` that anybody can make again from a text: for what needs a form and says nothing."""

    def stretched(length: int) -> bytes:
        made = b""
        while len(made) < length:
            made += sha256(f"{len(made)}\0{text}".encode()).digest()
        return made[:length]

    return stretched


def shaped_uuid(sixteen: bytes) -> str:
    """128 bits as a UUID of version 4 (RFC 9562 5.4)."""
    bits = bytearray(sixteen[:16])
    bits[6] = bits[6] & 0x0F | 0x40
    bits[8] = bits[8] & 0x3F | 0x80
    digits = bits.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def shaped(kind: str, stretched: Callable[[int], bytes]) -> str:
    """Bytes in the form of a kind of observables."""
    length = HASH_LENGTHS.get(kind)
    if length is not None:
        return stretched(length // 2).hex()
    return _SHAPES.get(kind, _word)(stretched)


Stretched = Callable[[int], bytes]


def _letters(stretched: Stretched) -> str:
    return b32encode(stretched(10)).decode().lower()


def _word(stretched: Stretched) -> str:
    return f"p-{_letters(stretched)}"


def _ipv4(stretched: Stretched) -> str:
    number = int.from_bytes(stretched(4), "big") % (2**28 - 1)  # without the last, which is the broadcast address
    return str(IPv4Address((240 << 24) + number))


def _ipv6(stretched: Stretched) -> str:
    return str(IPv6Address((0x0100 << 112) + int.from_bytes(stretched(8), "big")))


def _mac(stretched: Stretched) -> str:
    six = bytearray(stretched(6))
    six[0] = six[0] & 0xFC | 0x02
    return six.hex(":")


def _system(stretched: Stretched) -> str:
    low, high = _PRIVATE
    return f"AS{low + int.from_bytes(stretched(8), 'big') % (high - low + 1)}"


def _ssdeep(stretched: Stretched) -> str:
    first, second = stretched(24), stretched(36)[24:]
    return f"3:{b64encode(first).decode()}:{b64encode(second).decode()}"


_SHAPES: Final[dict[str, Callable[[Stretched], str]]] = {
    "email-addr": lambda stretched: f"{_word(stretched)}@pseudonym.invalid",
    "domain-name": lambda stretched: f"{_word(stretched)}.pseudonym.invalid",
    "url": lambda stretched: f"https://{_word(stretched)}.pseudonym.invalid/",
    "ipv4-addr": _ipv4,
    "ipv6-addr": _ipv6,
    "mac-addr": _mac,
    "autonomous-system": _system,
    "ssdeep": _ssdeep,
    "tlsh": lambda stretched: f"T1{stretched(35).hex().upper()}",
    "cve": lambda stretched: f"CVE-0000-{int.from_bytes(stretched(7), 'big'):017d}",
    "cpe": lambda stretched: f"cpe:2.3:a:pseudonym:p{_letters(stretched)}:*:*:*:*:*:*:*:*",
    "serial-number": lambda stretched: stretched(16).hex(),
}
