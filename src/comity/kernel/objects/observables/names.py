"""Network names and addresses in normal form: IPv4, IPv6, domain names, and hosts, which may be any of them.

Defanged writing (``[.]``, ``(dot)``, ``hxxp``) is undone here. Each function gives None for what is not of its kind.
"""

import re
from ipaddress import IPv4Network, IPv6Network
from typing import Final

import idna

_LONGEST_NAME: Final = 1024

_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_is_ipv4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}").fullmatch
# Letters, digits, hyphens and (in practice) underscores, at most 63 to a label; the top label is never all digits.
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_is_domain = re.compile(rf"(?:{_LABEL}\.)*+(?![0-9]+\Z){_LABEL}").fullmatch
# A name of at most 63 characters has no label that is longer, so labels need no count.
_is_plain_domain = re.compile(r"(?:[a-z0-9_]++(?:-++[a-z0-9_]++)*+\.)++[a-z][a-z0-9_]*+(?:-++[a-z0-9_]++)*+").fullmatch

_DOTS: Final = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}", re.IGNORECASE)


def refang(text: str) -> str:
    """Dots written so that nobody clicks, as dots again; blanks around the text go. Texts too long for a name stay."""
    text = text.strip()
    if len(text) > _LONGEST_NAME:
        return text
    # One pass could make a new one of what it joins ("[[.]]"), so it is repeated; each pass shortens the text.
    while "." in text or "dot" in text.lower():
        plain = _DOTS.sub(".", text)
        if plain == text:
            break
        text = plain
    return text


def ipv4(text: str) -> str | None:
    """An IPv4 address, or a network in CIDR form with its host bits cleared; ``/32`` is the address itself."""
    if _is_ipv4(text):
        return text
    text = refang(text)
    if _is_ipv4(text):
        return text
    address, slash, bits = text.partition("/")
    if not (slash and _is_ipv4(address) and bits.isascii() and bits.isdigit() and len(bits) <= 2 and int(bits) <= 32):
        return None
    network = IPv4Network((address, int(bits)), strict=False)
    return address if network.prefixlen == 32 else str(network)


def ipv6(text: str) -> str | None:
    """An IPv6 address as RFC 5952 writes it, or a network in CIDR form; ``/128`` is the address itself, a zone goes."""
    text = refang(text)
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    address, slash, bits = text.partition("/")
    address = address.partition("%")[0]
    if ":" not in address or len(address) > 45:
        return None
    if slash and not (bits.isascii() and bits.isdigit() and len(bits) <= 3 and int(bits) <= 128):
        return None
    try:
        network = IPv6Network((address, int(bits) if slash else 128), strict=False)
    except ValueError:
        return None
    written = _rfc5952(network)
    return written if network.prefixlen == 128 else f"{written}/{network.prefixlen}"


def domain(text: str) -> str | None:
    """A domain name in lower case, internationalised labels as A-labels (IDNA 2008, with the mapping of UTS 46)."""
    if len(text) <= 63 and _is_plain_domain(text):
        return text
    if len(text) > _LONGEST_NAME:
        return None
    if not (len(text) <= 253 and _is_domain(text)):
        text = refang(text).rstrip(".").lower()
        if not text.isascii():
            text = _to_ascii(text)
    return text if 0 < len(text) <= 253 and _is_domain(text) else None


def host(text: str) -> tuple[str, str] | None:
    """What a host text names: (``ipv4-addr``, ...), (``ipv6-addr``, ...) or (``domain-name``, ...)."""
    for kind, form in (("ipv4-addr", ipv4), ("ipv6-addr", ipv6), ("domain-name", domain)):
        value = form(text)
        if value is not None:
            return kind, value
    return None


def is_network(value: str) -> bool:
    """True for a normal form that stands for more than one address."""
    return "/" in value


def _rfc5952(network: IPv6Network) -> str:
    address = network.network_address
    mapped = address.ipv4_mapped
    if mapped is not None:  # 5952 5: the IPv4 part of a mapped address in dots
        return f"::ffff:{mapped}"
    return str(address)


def _to_ascii(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError):
        return ""
