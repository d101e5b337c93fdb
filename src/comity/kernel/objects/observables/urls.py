"""URLs and e-mail addresses in normal form.

A URL: scheme and host in lower case and refanged, the host in its own normal form, the scheme's default port gone, an
empty path of a web address written ``/``. Path, query and fragment are left as they are: case and escapes mean
something there.
"""

import re
from typing import Final

from comity.kernel.objects.observables import names

_PORTS: Final = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
_SCHEMES: Final = {"hxxp": "http", "hxxps": "https", "fxp": "ftp", "meow": "http", "h**p": "http", "h**ps": "https"}

# What needs no change: a web address with a plain name, a path, and nothing odd.
_is_plain = re.compile(
    r"https?://(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)++[a-z][a-z0-9-]{0,61}[a-z0-9](/[!-~]*+)"
).fullmatch
_parts = re.compile(
    r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.*-]{0,30})(?::|\[:\])(?://|\[//\])(?P<authority>[^/?#\\]*)(?P<rest>[/?#\\].*)?",
    re.DOTALL,
).fullmatch
_bracketed = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.*-]{0,30})\[://\]", re.DOTALL).match
_port = re.compile(r":([0-9]{0,5})\Z").search
_AT: Final = re.compile(r"\[@\]|\(@\)|\[at\]|\(at\)|\{at\}", re.IGNORECASE)
_local = re.compile(r"[^\s@<>\x00-\x1f\x7f]{1,256}").fullmatch
_is_plain_mail = re.compile(r"[a-z0-9._%+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}").fullmatch


def url(text: str) -> str | None:
    """A URL with an authority; None for anything else."""
    if len(text) <= 1000 and _is_plain(text):
        return text
    text = text.strip()
    bracketed = _bracketed(text)
    if bracketed:
        text = f"{bracketed['scheme']}://{text[bracketed.end() :]}"
    match = _parts(text)
    if match is None:
        return None
    scheme = match["scheme"].lower()
    scheme = _SCHEMES.get(scheme, scheme)
    authority = _authority(scheme, match["authority"])
    if authority is None or "*" in scheme:
        return None
    rest = match["rest"] or ""
    if scheme in _PORTS and not rest.startswith("/"):
        rest = f"/{rest}"
    return f"{scheme}://{authority}{rest}"


def host_of(value: str) -> tuple[str, str] | None:
    """The host of a URL in normal form, as kind and value."""
    match = _parts(value)
    if match is None:
        return None
    _, _, place = match["authority"].rpartition("@")
    found = _port(place)
    return names.host(place[: found.start()] if found else place)


def email(text: str) -> str | None:
    """An e-mail address, in lower case as a whole: no mail system in use tells local parts apart by case."""
    if len(text) <= 254 and _is_plain_mail(text):
        return text
    text = _AT.sub("@", text.strip())
    if text[:7].lower() == "mailto:":
        text = text[7:]
    local, at, place = text.rpartition("@")
    local = names.refang(local).lower()
    if not at or not _local(local):
        return None
    place_form = names.domain(place)
    if place_form is None:
        address = names.host(place.removeprefix("[IPv6:").removeprefix("[").removesuffix("]"))
        if address is None or names.is_network(address[1]):
            return None
        place_form = f"[{address[1]}]"
    return f"{local}@{place_form}"


def _authority(scheme: str, text: str) -> str | None:
    user, at, place = names.refang(text).replace("[:]", ":").rpartition("@")
    found = _port(place)
    port = ""
    if found:
        place, port = place[: found.start()], found[1].lstrip("0")
    known = names.host(place)
    if known is None or names.is_network(known[1]):
        return None
    kind, value = known
    if kind == "ipv6-addr":
        value = f"[{value}]"
    if port and port != _PORTS.get(scheme):
        value = f"{value}:{port}"
    return f"{user}{at}{value}"
