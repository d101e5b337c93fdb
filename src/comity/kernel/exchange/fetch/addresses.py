"""Which addresses the node may reach when somebody has it fetch a URL. Pure.

What is not plainly a host of the public internet is refused: loopback and private networks, where a URL would make the node
ask on behalf of whoever wrote the URL what only its own network may ask (server-side request forgery, CWE-918). Addresses
that hold another one (IPv4-mapped, NAT64, 6to4, Teredo) are judged by that one. The tables are those of the IANA registries
of special-purpose addresses (RFC 6890); Python's own differ from one release to the next.

An operator may allow ``PRIVATE`` (``fetch_private``). Link-local addresses, where clouds keep their credentials, multicast and
what is no host at all stay closed then too.
"""

from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address


class Reach(Enum):
    """Where an address lies."""

    PUBLIC = "public"
    PRIVATE = "private"
    CLOSED = "closed"


_PRIVATE_4: Final = tuple(
    IPv4Network(text) for text in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)
_CLOSED_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "169.254.0.0/16",  # link-local
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and limited broadcast
    )
)
_PRIVATE_6: Final = tuple(IPv6Network(text) for text in ("::1/128", "fc00::/7"))
_GLOBAL_6: Final = IPv6Network("2000::/3")
_CLOSED_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocol assignments, Teredo and ORCHIDv2 among them
        "2001:db8::/32",  # documentation
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_NAT64: Final = IPv6Network("64:ff9b::/96")


def reach(address: Address) -> Reach:
    """Where an address lies; of one that holds another, where that one does."""
    if isinstance(address, IPv4Address):
        if any(address in network for network in _PRIVATE_4):
            return Reach.PRIVATE
        return Reach.CLOSED if any(address in network for network in _CLOSED_4) else Reach.PUBLIC
    held = _held(address)
    if held is not None:
        return reach(held)
    if any(address in network for network in _PRIVATE_6):
        return Reach.PRIVATE
    if address not in _GLOBAL_6 or any(address in network for network in _CLOSED_6):
        return Reach.CLOSED
    return Reach.PUBLIC


def read_address(text: str) -> Address | None:
    """An address as a resolver gives it, without its zone; None where the text is none."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _held(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for (RFC 4291 2.5.5.2, RFC 3056 2, RFC 6052 2.1)."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    number = int(address)
    if address in _SIX_TO_FOUR:
        return IPv4Address(number >> 80 & 0xFFFF_FFFF)
    if address in _NAT64:
        return IPv4Address(number & 0xFFFF_FFFF)
    return None
