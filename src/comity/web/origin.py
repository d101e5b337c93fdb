"""Where the browser believes to be: the host and the origin that a passkey is bound to.

A passkey belongs to a host's name (W3C WebAuthn Level 3 section 5.1.2: the relying party's id is a domain, never an
address). Offered it is only where the node knows that its own name was asked for: that of its base URL over https, or
``localhost``, which browsers trust without. Any other ``Host`` gets no passkeys, and everything else works there.
"""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar.connection import ASGIConnection

_LOCALHOST: Final = "localhost"
_NETLOC: Final = re.compile(r"(?P<host>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(?P<port>[0-9]{1,5}))?")
_ADDRESS: Final = re.compile(r"[0-9.]+")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


class Origin(msgspec.Struct, frozen=True):
    """``host`` is the relying party's id, ``origin`` what the browser puts into the client data."""

    host: str
    origin: str


def passkey_origin(connection: ASGIConnection[Any, Any, Any, Any], base_url: str) -> Origin | None:
    """The origin under which this request's browser may use passkeys; None where there are none."""
    asked = connection.headers.get("host", "").lower()
    found = _NETLOC.fullmatch(asked)
    if found is None or _ADDRESS.fullmatch(found["host"]):
        return None
    base = urlsplit(base_url.lower())
    if base.scheme == "https" and base.hostname == found["host"] and (base.port or 443) == int(found["port"] or 443):
        return Origin(found["host"], f"https://{base.netloc.removesuffix(':443')}")
    if base.scheme == "http" and found["host"] == _LOCALHOST:
        return Origin(_LOCALHOST, f"http://{asked.removesuffix(':80')}")
    return None


def link_base(connection: ASGIConnection[Any, Any, Any, Any], base_url: str) -> str:
    """What a link to this node begins with: its base URL; by name where only this machine is reached and asked by name.

    At a loopback address nobody who opens an invitation could make a passkey; at ``localhost`` they can.
    """
    named = passkey_origin(connection, base_url)
    return named.origin if named is not None and urlsplit(base_url).hostname in _LOOPBACK else base_url
