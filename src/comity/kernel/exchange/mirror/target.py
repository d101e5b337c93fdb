"""The URL of a remote collection (TAXII 2.1 section 5.4), the requests to it, and with what the node says who it is. Pure."""

import re
from base64 import b64encode
from typing import Final
from urllib.parse import urlencode

import msgspec

from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.base.errors import Invalid
from comity.kernel.directory.words import LONGEST_SLUG
from comity.kernel.exchange.fetch.origin import PORTS, Location, Origin, locate

ACCEPT: Final = "application/taxii+json;version=2.1"
_COLLECTION: Final = re.compile(r"(?P<collection>/(?:[^/]+/)*collections/[^/]+)/?(?:(?:objects|manifest)/?)?")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Ask(msgspec.Struct, frozen=True):
    """What is asked for: the pages that begin after a moment, and which of them."""

    added_after: Micros | None
    next: str | None
    limit: int


class Target(msgspec.Struct, frozen=True):
    """A remote collection."""

    origin: Origin
    path: str

    @property
    def url(self) -> str:
        """As it is kept and shown; ends in a slash."""
        return f"{self.origin}{self.path}"

    def objects(self, ask: Ask) -> Location:
        """The request for a page: every version, oldest first. A page that goes on repeats what the first one asked (3.5)."""
        query = [("match[version]", "all"), ("limit", str(ask.limit))]
        if ask.added_after is not None:
            query.append(("added_after", rfc3339(ask.added_after)))
        if ask.next is not None:
            query.append(("next", ask.next))
        return Location(self.origin, f"{self.path}objects/?{urlencode(query, safe='[]:')}")


def read_target(url: str) -> Target:
    """A remote collection by the URL that somebody gives for it; that of its objects will do."""
    location = locate(url)
    match = _COLLECTION.fullmatch(location.target)
    if match is None:
        raise Invalid(
            f"'{location}' is not the URL of a TAXII collection",
            code="not-a-collection",
            clause="TAXII 2.1 5.2",
            hint="It ends in /collections/ID/; the other side's API root lists its collections under /collections/.",
        )
    return Target(location.origin, f"{match['collection']}/")


def authorization(username: str, secret: str) -> str:
    """The header's value: Basic with a user (RFC 7617), Bearer without (RFC 6750); empty without a secret."""
    if not secret and not username:
        return ""
    if username:
        if ":" in username or not _visible(username) or not _visible(secret):
            raise Invalid(
                "a user or a secret with a colon, or with characters that don't show, can't be sent",
                code="credentials",
                clause="RFC 7617 2",
            )
        return f"Basic {b64encode(f'{username}:{secret}'.encode()).decode()}"
    if _TOKEN.fullmatch(secret) is None:
        raise Invalid(
            "this secret can't be a bearer token",
            code="credentials",
            clause="RFC 6750 2.1",
            hint="Where it is a password, name its user with --user.",
        )
    return f"Bearer {secret}"


def slug_of(origin: Origin) -> str:
    """A short name for whoever runs a server, from its host: what a party made for it is called."""
    text = origin.host if PORTS[origin.scheme] == origin.port else f"{origin.host}-{origin.port}"
    slug = re.sub(r"[^a-z0-9]+", "-", text).strip("-")
    return slug[-LONGEST_SLUG:].strip("-") or "remote"


def _visible(text: str) -> bool:
    return all(ord(letter) >= 0x20 and ord(letter) != 0x7F for letter in text)
