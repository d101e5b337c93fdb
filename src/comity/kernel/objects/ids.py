"""STIX identifiers (STIX 2.1 2.9): their form, and the UUIDv5 of cyber-observables.

Lives here: taking ids apart, and computing the id that the content of a cyber-observable gives. Whether an object's id
is the right one for it is validation's to say. The namespace and the contributing properties are those of the
specification; the name is their RFC 8785 form.
"""

import re
from collections.abc import Mapping
from hashlib import sha1
from typing import Any, Final
from uuid import UUID

import msgspec

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.canonical import canonical

SCO_NAMESPACE: Final = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")

# ID Contributing Properties of each cyber-observable type (the table in each of 6.1 to 6.18). A process has none.
CONTRIBUTING: Final[dict[str, tuple[str, ...]]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
SCO_TYPES: Final = frozenset(CONTRIBUTING)

# Types whose id comes from one required string, with that property's name.
SINGLE: Final[dict[str, str]] = {
    sco: names[0] for sco, names in CONTRIBUTING.items() if len(names) == 1 and sco != "autonomous-system"
}

_HASH_PREFERENCE: Final = ("MD5", "SHA-1", "SHA-256", "SHA-512")
_EXACT: Final = 2**53 - 1

TYPE_PATTERN: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
UUID_PATTERN: Final = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
TYPE_RE: Final = re.compile(TYPE_PATTERN)
ID_RE: Final = re.compile(rf"({TYPE_PATTERN})--{UUID_PATTERN}")

_is_id = ID_RE.fullmatch
_unhex = bytes.fromhex
_hashed_namespace = sha1(SCO_NAMESPACE.bytes, usedforsecurity=False)
_sorted_json = msgspec.json.Encoder(order="sorted").encode


def is_type(name: str) -> bool:
    """True for a type name of the right form and length (3.1, 11.2)."""
    return 3 <= len(name) <= 250 and TYPE_RE.fullmatch(name) is not None


def is_id(object_id: str) -> bool:
    """True for ``type--UUID``, any UUID version of RFC 9562 (which replaced RFC 4122), either case of its digits."""
    return 41 <= len(object_id) <= 288 and _is_id(object_id) is not None


def split_id(object_id: str) -> tuple[str, bytes]:
    """The type and the 16 bytes of the UUID; raises ValueError where ``object_id`` is no STIX identifier."""
    if not is_id(object_id):
        raise ValueError("not an identifier of the form type--UUID")
    return object_id[:-38], _unhex(object_id[-36:].replace("-", ""))


def is_guessable(object_id: str) -> bool:
    """True where whoever knows the content knows the id: a cyber-observable with a UUID of version 5."""
    return object_id[-22:-21] == "5" and object_id[:-38] in SCO_TYPES


def sco_uuid(sco_type: str, properties: Mapping[str, Any]) -> UUID | None:
    """The UUIDv5 that 2.9 gives for a cyber-observable's decoded JSON properties.

    None where the type is not one of the specification's, no contributing property is present (2.9: then version 4), or
    one of them has no canonical form.
    """
    name = contributing_json(sco_type, properties)
    return None if name is None else UUID(bytes=_uuid5(name))


def sco_id(sco_type: str, properties: Mapping[str, Any]) -> str | None:
    """``sco_uuid`` as a whole identifier."""
    name = contributing_json(sco_type, properties)
    return None if name is None else _join(sco_type, _uuid5(name))


def single_id(sco_type: str, text: str) -> str:
    """The identifier of a type whose only contributing property is one string (``SINGLE``), from that string.

    Much faster than ``sco_id``. Raises UnicodeEncodeError for a lone surrogate, which no decoded JSON text of ours
    holds.
    """
    return _join(sco_type, _uuid5(b'{"%b":%b}' % (SINGLE[sco_type].encode(), _sorted_json(text))))


def contributing_json(sco_type: str, properties: Mapping[str, Any]) -> bytes | None:
    """The name that goes into the UUIDv5: the contributing properties that are present, in RFC 8785 form."""
    chosen = {name: properties[name] for name in CONTRIBUTING.get(sco_type, ()) if name in properties}
    if "hashes" in chosen:
        hashes = _one_hash(chosen.pop("hashes"))
        if hashes:
            chosen["hashes"] = hashes
    if not chosen:
        return None
    try:
        return _sorted_json(chosen) if _is_plain(chosen) else canonical(chosen)
    except (Invalid, UnicodeEncodeError):
        return None


def _one_hash(hashes: object) -> dict[str, Any]:
    """One hash: the first in the specification's order of preference, or by name where none of these is there."""
    if not isinstance(hashes, Mapping):
        return {}
    for name in _HASH_PREFERENCE:
        if name in hashes:
            return {name: hashes[name]}
    return {name: hashes[name] for name in sorted(hashes)[:1]}


def _is_plain(chosen: dict[str, Any]) -> bool:
    # Strings, exact integers and lists of strings, under ASCII names, look the same in RFC 8785 and in the fast
    # encoder.
    for name, value in chosen.items():
        kind = type(value)
        if kind is str or (kind is int and -_EXACT <= value <= _EXACT):
            continue
        if kind is list and all(type(item) is str for item in value):
            continue
        if name == "hashes" and all(type(item) is str and key.isascii() for key, item in value.items()):
            continue
        return False
    return True


def _uuid5(name: bytes) -> bytes:
    digest = _hashed_namespace.copy()
    digest.update(name)
    sixteen = bytearray(digest.digest()[:16])
    sixteen[6] = sixteen[6] & 0x0F | 0x50
    sixteen[8] = sixteen[8] & 0x3F | 0x80
    return bytes(sixteen)


def _join(sco_type: str, sixteen: bytes) -> str:
    digits = sixteen.hex()
    return f"{sco_type}--{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
