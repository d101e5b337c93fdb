"""A URL that the node is to fetch, taken apart and judged before anything is asked of the network. Pure.

Origin: scheme, host, port (RFC 6454 4). Credentials belong to one origin and go to no other. A URL with a user or a password
in it is refused: URLs are shown and logged, secrets are not.
"""

import re
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import idna
import msgspec

from comity.kernel.base.errors import Invalid

LONGEST_URL: Final = 8_000
PORTS: Final = {"http": 80, "https": 443}
_SHOWN: Final = 200
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,252})")
_SAFE: Final = "/%:@!$&'()*+,;=-._~"
_LITERAL: Final = re.compile(r"[0-9a-f:.]{2,45}")


class Origin(msgspec.Struct, frozen=True):
    """Scheme, host (lower case, as the DNS has it, an IPv6 address without brackets), port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port as a URL and the Host header write them (RFC 9110 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if PORTS[self.scheme] == self.port else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Location(msgspec.Struct, frozen=True):
    """An origin, and the path with its query: what one request is for."""

    origin: Origin
    target: str

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def locate(url: str) -> Location:
    """A URL taken apart; Invalid where it is not one that could be fetched. A fragment is left away."""
    if len(url) > LONGEST_URL or any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url):
        raise _invalid(url, "it is too long, or holds blanks or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _invalid(url, "it can't be taken apart") from error
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise _invalid(url, "only https and http are spoken")
    if "@" in parts.netloc:
        raise Invalid(
            "a URL must not hold a user or a password: it is shown and logged",
            code="url-secret",
            hint="Leave them out; --user and COMITY_PULL_SECRET are for them.",
        )
    host = _host(parts.hostname or "", url)
    if port == 0:
        raise _invalid(url, "port 0 is none")
    target = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        target += f"?{quote(parts.query, safe=_SAFE + '?[]')}"
    return Location(Origin(scheme, host, port or PORTS[scheme]), target)


def redirected(source: Location, to: str) -> Location:
    """Where a redirect leads (RFC 9110 10.2.2). From https to http is refused: what was asked in secret stays so."""
    found = locate(urljoin(str(source), to))
    if source.origin.scheme == "https" and found.origin.scheme == "http":
        raise _invalid(str(found), "a redirect from https to http is not followed")
    return found


def _host(host: str, url: str) -> str:
    if ":" in host:
        if _LITERAL.fullmatch(host.lower()) is None:
            raise _invalid(url, "its host is no address")
        return host.lower()
    try:
        ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise _invalid(url, "its host is no name") from error
    lowered = ascii_host.lower().rstrip(".")
    if _HOST.fullmatch(lowered) is None or ".." in lowered:
        raise _invalid(url, "its host is no name")
    return lowered


def _invalid(url: str, why: str) -> Invalid:
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in url[:_SHOWN])
    return Invalid(f"'{_without_user(shown)}' can't be fetched: {why}", code="url", clause="RFC 3986 3")


def _without_user(url: str) -> str:
    """A URL as it may be shown, whatever is wrong with it."""
    return re.sub(r"(?<=/)[^/@]*@", "", url)
