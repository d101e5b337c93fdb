"""``normalise``: the normal form of a value of a kind, or None where it is not one of that kind."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from comity.kernel.objects.observables import names, urls

_LONGEST: Final = 1024

# Algorithms of hash-algorithm-ov (STIX 2.1 10.7) and those seen beside them, by the number of their hexadecimal digits.
HASH_LENGTHS: Final[dict[str, int]] = {
    "md5": 32,
    "sha-1": 40,
    "sha-224": 56,
    "sha-256": 64,
    "sha-384": 96,
    "sha-512": 128,
    "sha3-224": 56,
    "sha3-256": 64,
    "sha3-384": 96,
    "sha3-512": 128,
    "ripemd-160": 40,
    "whirlpool": 128,
}
_HASH_NAMES: Final[dict[str, str]] = {
    **{name: name for name in HASH_LENGTHS},
    **{name.upper(): name for name in (*HASH_LENGTHS, "ssdeep", "tlsh")},
    **{name.replace("-", ""): name for name in HASH_LENGTHS},
    "ssdeep": "ssdeep",
    "tlsh": "tlsh",
}

_HIVES: Final = {
    "hklm": "hkey_local_machine",
    "hkcu": "hkey_current_user",
    "hkcr": "hkey_classes_root",
    "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}

_is_hex = re.compile(r"[0-9a-f]+").fullmatch
_is_ssdeep = re.compile(r"[0-9]{1,12}:[a-zA-Z0-9/+]{0,128}:[a-zA-Z0-9/+]{0,128}").fullmatch
_is_tlsh = re.compile(r"(?:T1)?([0-9A-F]{70})").fullmatch
_is_mac = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}").fullmatch
_is_asn = re.compile(r"(?:ASN?)?\s*([0-9]{1,10})", re.IGNORECASE).fullmatch
_is_cve = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}").fullmatch
_DASHES: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


def algorithm(name: str) -> str | None:
    """The kind for a hash algorithm's name as STIX or people write it (``SHA-256``, ``sha256``); None if unknown."""
    return _HASH_NAMES.get(name) or _HASH_NAMES.get(name.lower().replace("_", "-"))


def normalise(kind: str, value: str) -> str | None:
    """The normal form of ``value`` as a ``kind``, None where it has none or the kind is unknown."""
    form = _FORMS.get(kind)
    if form is None:
        return None
    normal = form(value)
    if not normal or "\0" in normal:
        return None
    if len(normal) > _LONGEST // 4 and len(normal.encode("utf-8", "surrogatepass")) > _LONGEST:
        return f"sha256:{sha256(normal.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return normal


def _hash_of(length: int) -> Callable[[str], str | None]:
    def form(text: str) -> str | None:
        if len(text) == length and _is_hex(text):
            return text
        text = text.strip().lower()
        return text if len(text) == length and _is_hex(text) else None

    return form


def _ssdeep(text: str) -> str | None:
    text = text.strip()
    return text if _is_ssdeep(text) else None


def _tlsh(text: str) -> str | None:
    match = _is_tlsh(text.strip().upper())
    return f"T1{match[1]}" if match else None


def _mac(text: str) -> str | None:
    if _is_mac(text):
        return text
    digits = text.strip().lower().replace(":", "").replace("-", "").replace(".", "")
    if len(digits) != 12 or not _is_hex(digits):
        return None
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _asn(text: str) -> str | None:
    match = _is_asn(text.strip())
    return f"AS{int(match[1])}" if match and int(match[1]) < 2**32 else None


def _cve(text: str) -> str | None:
    text = text.strip().translate(_DASHES).upper()
    return text if _is_cve(text) else None


def _registry_key(text: str) -> str:
    hive, slash, rest = text.strip().rstrip("\\").casefold().partition("\\")
    return f"{_HIVES.get(hive, hive)}{slash}{rest}"


def _serial(text: str) -> str | None:
    digits = "".join(text.lower().removeprefix("0x").split()).replace(":", "").replace("-", "")
    if not _is_hex(digits):
        return None
    return digits.lstrip("0") or "0"


def _directory(text: str) -> str:
    folded = text.strip().casefold()
    return folded.rstrip("\\/") or folded


def _folded(text: str) -> str:
    return text.strip().casefold()


def _exact(text: str) -> str:
    return text.strip()


_FORMS: Final[dict[str, Callable[[str], str | None]]] = {
    "ipv4-addr": names.ipv4,
    "ipv6-addr": names.ipv6,
    "domain-name": names.domain,
    "url": urls.url,
    "email-addr": urls.email,
    "mac-addr": _mac,
    "autonomous-system": _asn,
    "mutex": _exact,
    "windows-registry-key": _registry_key,
    "user-account": _folded,
    "software": _folded,
    "cpe": _folded,
    "file-name": _folded,
    "directory": _directory,
    "serial-number": _serial,
    "user-agent": _exact,
    "cve": _cve,
    "ssdeep": _ssdeep,
    "tlsh": _tlsh,
    **{name: _hash_of(length) for name, length in HASH_LENGTHS.items()},
}
KINDS: Final = frozenset(_FORMS)
