"""``guess``: what a person may have meant by a text typed in a search box, best guess first."""

import re
from typing import Final

from comity.kernel.objects.observables import names, urls
from comity.kernel.objects.observables.forms import HASH_LENGTHS, normalise

_LONGEST: Final = 2048

_is_hex = re.compile(r"[0-9a-fA-F]+").fullmatch
_ends_in_name = re.compile(r"(?:[a-z][a-z0-9-]*|xn--[a-z0-9-]+)").fullmatch
_is_registry_key = re.compile(r"(?:HKEY_[A-Z_]{4,20}|HK(?:LM|CU|CR|U|CC))\\.+", re.IGNORECASE | re.DOTALL).fullmatch
_is_file_name = re.compile(r"[^\s/\\:]{1,200}\.[a-zA-Z][a-zA-Z0-9]{1,4}").fullmatch
_is_asn = re.compile(r"ASN?\s*[0-9]{1,10}", re.IGNORECASE).fullmatch

Pairs = list[tuple[str, str]]


def guess(text: str) -> Pairs:
    """(kind, normal form) pairs that ``text`` may stand for; empty for ordinary words.

    Where several readings hold (40 hexadecimal digits are a SHA-1 or a RIPEMD-160) the likelier comes first. A URL
    gives its host too, so that a search for a page also finds the server; what ends like a file name is read as one
    too.
    """
    text = text.strip().strip("\"'<>`").strip()
    if not text or len(text) > _LONGEST:
        return []
    if _is_registry_key(text):
        return _pairs(text, "windows-registry-key")
    if any(blank.isspace() for blank in text) and not _is_asn(text):
        return []
    for reading in (_codes, _hashes, _web, _addresses):
        pairs = reading(text)
        if pairs:
            return pairs
    return []


def _codes(text: str) -> Pairs:
    if _is_asn(text):
        return _pairs(text, "autonomous-system")
    return _pairs(text, "cve") or _pairs(text, "ssdeep")


def _hashes(text: str) -> Pairs:
    if _is_hex(text) and len(text) in HASH_LENGTHS.values():
        return _pairs(text, *HASH_LENGTHS)
    return _pairs(text, "tlsh") or _pairs(text, "mac-addr")


def _web(text: str) -> Pairs:
    found = _pairs(text, "url")
    if found:
        place = urls.host_of(found[0][1])
        return [*found, place] if place else found
    return _pairs(text, "email-addr")


def _addresses(text: str) -> Pairs:
    place = names.host(text)
    if place is None:
        return _pairs(text, "file-name") if _is_file_name(text) else []
    kind, value = place
    if kind != "domain-name":
        return [place]
    if not ("." in value and _ends_in_name(value.rpartition(".")[2])):
        return []
    return [place, *(_pairs(text, "file-name") if _is_file_name(text) else [])]


def _pairs(text: str, *kinds: str) -> Pairs:
    return [(kind, value) for kind in kinds if (value := normalise(kind, text)) is not None]
