"""What single strings of STIX 2.1 must look like: predicates, one per kind of value.

Lives here: yes or no, for the fast and the careful reader alike, so that the two can't differ. What a no means (refuse
or warn, and in which words) stands in ``objects.values``. No predicate raises, whatever string it gets.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

import idna

from comity.kernel.base.clock import Micros
from comity.kernel.objects import timestamps
from comity.kernel.objects.ids import is_id, is_type
from comity.kernel.objects.vocabularies import VOCABULARIES

_hex = re.compile(r"(?:[0-9a-f]{2})*").fullmatch
_base64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?").fullmatch
# RFC 5646 2.1, without primary subtags of four to eight letters: those are reserved or unregistered.
_language = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+"
    r"|en-gb-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|i-mingo|i-navajo|i-pwn|i-tao|i-tay|i-tsu"
    r"|sgn-be-fr|sgn-be-nl|sgn-ch-de|art-lojban|cel-gaulish|no-bok|no-nyn|zh-guoyu|zh-hakka|zh-min|zh-min-nan|zh-xiang)",
    re.IGNORECASE,
).fullmatch
_charset = re.compile(r"[A-Za-z0-9_.:()+-]{2,45}").fullmatch
_url = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*(?:@(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:(?<=[/@])\[[0-9A-Za-z:._~!$&'()*+,;=-]+\](?::[0-9]*)?)?(?=[/?#]|\Z))?"
    r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
    r"(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
).fullmatch
_ascii_label = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?").fullmatch
_plain_domain = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_ipv4 = re.compile(
    r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!\Z|/)|(?=\Z|/))){4}(?:/(?:3[0-2]|[12]?[0-9]))?"
).fullmatch
_mac = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}").fullmatch
_addr_spec = re.compile(
    r"(?:[^\s\"(),:;<>@\[\\\]]+|\"(?:[^\"\\\r\n]|\\.)*\")@(?:[^\s\"(),:;<>@\[\\\]]+|\[[^\[\]\\\s]*\])"
).fullmatch
_cpe_atom = r"(?:[*-]|\?*\*?(?:[A-Za-z0-9\-._]|\\[\\*?!\"#$%&'()+,/:;<=>@\[\]^`{|}~-])+\?*\*?|\?+)"
_cpe = re.compile(
    rf"cpe:2\.3:[aho*-](?::{_cpe_atom}){{5}}:(?:[A-Za-z]{{2,3}}(?:-(?:[A-Za-z]{{2}}|[0-9]{{3}}))?|[*-])(?::{_cpe_atom}){{4}}"
).fullmatch
_short_hive = re.compile(r"HK(?:LM|CU|CR|CC|U|PD)(?:\\|\Z)", re.IGNORECASE).match
_relationship_type = re.compile(r"[a-z0-9-]+").fullmatch
_country = re.compile(r"[A-Za-z]{2}").fullmatch
_property_name = re.compile(r"[a-z0-9_]{3,250}").fullmatch
_dictionary_key = re.compile(r"[A-Za-z0-9_-]{0,250}").fullmatch
_hash_key = re.compile(r"[A-Za-z0-9_-]{3,250}").fullmatch
_custom_extension = re.compile(r"(?=.{3,250}\Z)[a-z0-9-]*-ext").fullmatch
_selector = re.compile(r"(?:[A-Za-z0-9_-]+)(?:\.(?:\[[0-9]+\]|[A-Za-z0-9_-]+))*").fullmatch

_HASH_FORMS: Final = {
    "MD5": re.compile(r"[0-9a-fA-F]{32}").fullmatch,
    "SHA-1": re.compile(r"[0-9a-fA-F]{40}").fullmatch,
    "SHA-256": re.compile(r"[0-9a-fA-F]{64}").fullmatch,
    "SHA-512": re.compile(r"[0-9a-fA-F]{128}").fullmatch,
    "SHA3-256": re.compile(r"[0-9a-fA-F]{64}").fullmatch,
    "SHA3-512": re.compile(r"[0-9a-fA-F]{128}").fullmatch,
    "SSDEEP": re.compile(r"[0-9]+:[A-Za-z0-9+/]*:[A-Za-z0-9+/]*").fullmatch,
    "TLSH": re.compile(r"(?:T1)?[0-9A-Fa-f]{70}").fullmatch,
}
HASH_ALGORITHMS: Final = frozenset(VOCABULARIES["hash-algorithm-ov"])
RESERVED_NAMES: Final = frozenset({"severity", "username", "phone_number", "action"})


# Few moments and identifiers make up most references, so they are kept. Only short texts are: a hostile sender must not
# fill memory with long ones.
SHORT: Final = 90


@lru_cache(maxsize=8192)
def moment_of_short(text: str) -> Micros | None:
    """``moment`` for a text known to be short."""
    try:
        return timestamps.parse(text)
    except ValueError:
        return None


@lru_cache(maxsize=16384)
def type_of_short(reference: str) -> str:
    """``type_of`` for a text known to be short."""
    return reference[:-38] if is_id(reference) else ""


def moment(text: str) -> Micros | None:
    """The moment of a timestamp, or None where it is none (2.16)."""
    return moment_of_short(text) if len(text) <= SHORT else moment_of_short.__wrapped__(text)


def type_of(reference: str) -> str:
    """The type of an identifier, or "" where the text is none (2.9)."""
    return type_of_short(reference) if len(reference) <= SHORT else type_of_short.__wrapped__(reference)


def is_timestamp(text: str) -> bool:
    return moment(text) is not None


def is_precise(text: str) -> bool:
    """A timestamp with at least three digits after the second (3.2)."""
    return len(text) >= 24 and moment(text) is not None


def is_whole_second(text: str) -> bool:
    return len(text) == 20 and moment(text) is not None


def is_hex(text: str) -> bool:
    return _hex(text) is not None


def is_base64(text: str) -> bool:
    return _base64(text) is not None


def is_language(text: str) -> bool:
    """A well-formed language tag of RFC 5646."""
    return len(text) <= 100 and _language(text) is not None


def is_charset(text: str) -> bool:
    """The form of names in the IANA registry of character sets."""
    return _charset(text) is not None


def is_url(text: str) -> bool:
    """A URL by the grammar of RFC 3986: a scheme, and only characters its part may hold."""
    return _url(text) is not None and text.find(":") < len(text) - 1


def is_domain(text: str) -> bool:
    """A domain name: labels of RFC 1034, ASCII ones of letters, digits, hyphens and underscores, others valid U-labels
    (RFC 5890).
    """
    if len(text) <= 253 and _plain_domain(text):
        return True
    name = text.removesuffix(".")
    if not name or len(name) > 1000:
        return False
    octets = -1
    for label in name.removeprefix("*.").split("."):
        if label.isascii():
            if not _ascii_label(label):
                return False
            octets += len(label) + 1
        else:
            try:
                octets += len(idna.alabel(label)) + 1
            except idna.IDNAError:
                return False
    return octets <= 253


def is_ipv4(text: str) -> bool:
    return _ipv4(text) is not None


def is_ipv6(text: str) -> bool:
    """An IPv6 address or network in CIDR form; a zone is no part of either."""
    if "%" in text or len(text) > 49 or not text.isascii() or _bad_prefix(text):
        return False
    try:
        network: IPv4Network | IPv6Network = ip_network(text, strict=False)
    except ValueError:
        return False
    return network.version == 6


def _bad_prefix(text: str) -> bool:
    # The library takes netmasks, signs and leading zeros too; CIDR notation is a plain number.
    _, slash, prefix = text.partition("/")
    return bool(slash) and (not prefix.isdigit() or str(int(prefix)) != prefix)


def is_mac(text: str) -> bool:
    return _mac(text) is not None


def is_email(text: str) -> bool:
    """The addr-spec of RFC 5322, dots and international addresses taken generously."""
    return _addr_spec(text) is not None


def is_cpe(text: str) -> bool:
    return _cpe(text) is not None


def is_registry_key(text: str) -> bool:
    """A registry key whose hive is not abbreviated."""
    return _short_hive(text) is None


def is_relationship_type(text: str) -> bool:
    return _relationship_type(text) is not None


def is_version(text: str) -> bool:
    return text == "2.1"


def is_country(text: str) -> bool:
    return _country(text) is not None


def is_property_name(text: str) -> bool:
    """The name of a custom or extension property (7.3.2, 11.1.1): it begins with a letter (3.1)."""
    return _property_name(text) is not None and text[0].isalpha()


def is_dictionary_key(text: str) -> bool:
    return _dictionary_key(text) is not None


def is_hash_key(text: str) -> bool:
    return _hash_key(text) is not None


def is_custom_extension(text: str) -> bool:
    """The name of a custom extension of an observable (11.3.1)."""
    return _custom_extension(text) is not None


def is_selector(text: str) -> bool:
    """The syntax of a selector of a granular marking (7.2.3)."""
    return _selector(text) is not None


def hash_fits(algorithm: str, value: str) -> bool:
    """True where the value has the form of the algorithm, or the algorithm is not one of the vocabulary."""
    form = _HASH_FORMS.get(algorithm)
    return form is None or form(value) is not None


def hashes_plain(hashes: dict[str, str]) -> bool:
    """True where every hash is one of the vocabulary and of its form: the careful reader would find nothing."""
    if not hashes:
        return False
    for algorithm, value in hashes.items():
        form = _HASH_FORMS.get(algorithm)
        if form is None or form(value) is None:
            return False
    return True


def is_string(_text: str) -> bool:
    return True


PREDICATES: Final[dict[str, Callable[[str], bool]]] = {
    "string": is_string,
    "identifier": is_id,
    "timestamp": is_timestamp,
    "timestamp-milliseconds": is_precise,
    "timestamp-unversioned": is_precise,
    "timestamp-seconds": is_whole_second,
    "hex": is_hex,
    "binary": is_base64,
    "language": is_language,
    "charset": is_charset,
    "url": is_url,
    "domain": is_domain,
    "ipv4": is_ipv4,
    "ipv6": is_ipv6,
    "mac": is_mac,
    "email": is_email,
    "cpe": is_cpe,
    "registry-key": is_registry_key,
    "relationship-type": is_relationship_type,
    "spec-version": is_version,
    "country": is_country,
    "property-name": is_property_name,
    "type": is_type,
}
