"""Who is asking: from an ``Authorization`` header to a party, or to nobody.

Bearer (RFC 6750): the token. Basic (RFC 7617): the party's slug as user, the token as password. Anything that is not
exactly one of them is nobody; which part was wrong is not told. A token for metrics is nobody's, but to ``may_measure``.

A header that was good a moment ago is good for up to a second without asking the database, so Basic costs what Bearer
costs. A revocation holds at once in the process that made it and within a second in every other. When tokens were last
used is gathered in memory and written by ``flush``, at most once a minute for each token.
"""

import hmac
from base64 import b64decode
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.directory.recent import Recent
from comity.kernel.directory.secrets import hash_of
from comity.kernel.directory.tokens import PREFIX, Scope
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Party, Token

LONGEST_HEADER: Final = 512
NOTED_EVERY: Final[Micros] = 60_000_000


class Standing(msgspec.Struct, frozen=True):
    """Whoever is authenticated: the party, the number of the token, and what that token may be used for."""

    party: Party
    token: int
    read: bool
    write: bool


class Authenticator:
    """Checks headers. Safe between threads."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock
        self._recent: Recent[bytes, tuple[Standing, Micros | None]] = Recent(registry, clock)
        self._used: dict[int, Micros] = {}
        self._noted: dict[int, Micros] = {}

    def known(self, header: str | None) -> Standing | None:
        """From memory only: never waits. None means ask ``party_of``."""
        if not header or len(header) > LONGEST_HEADER:
            return None
        found = self._recent.get(_key(header))
        if found is None:
            return None
        standing, expires = found
        now = self._clock.now()
        if expires is not None and expires <= now:
            return None
        self._used[standing.token] = now
        return standing

    def party_of(self, header: str | None) -> Standing | None:
        """Who sends this header; None is nobody, and the answer is 401. May read the database, once."""
        standing = self.known(header)
        if standing is not None or header is None:
            return standing
        slug, secret = _credentials(header)
        if secret is None:
            return None
        version = self._registry.version
        secret_hash = hash_of(secret)
        found = self._registry.token(secret_hash)
        if found is None:
            return None
        token, party = found
        now = self._clock.now()
        if not _holds(token, secret_hash, now) or not (slug is None or _same(slug, party.slug)):
            return None
        scope = Scope(token.scope)
        if scope is Scope.METRICS:
            return None
        standing = Standing(party, token.id, scope.reads, scope.writes)
        self._recent.keep(_key(header), (standing, token.expires), version)
        self._used[token.id] = now
        return standing

    def may_measure(self, header: str | None) -> bool:
        """Whether this header is a Bearer token for the node's metrics. Reads the database, each time: it is asked rarely."""
        slug, secret = _credentials(header or "")
        if secret is None or slug is not None:
            return False
        secret_hash = hash_of(secret)
        found = self._registry.token(secret_hash)
        if found is None:
            return False
        token, party = found
        now = self._clock.now()
        if not _holds(token, secret_hash, now) or Scope(token.scope) is not Scope.METRICS or not party.own:
            return False
        self._used[token.id] = now
        return True

    def flush(self, *, all_of_it: bool = False) -> int:
        """Writes when tokens were last used, where the last note is a minute old; says how many were written."""
        due = {
            token: at
            for token, at in list(self._used.items())
            if all_of_it or at - self._noted.get(token, 0) >= NOTED_EVERY
        }
        if due:
            self._registry.touch_tokens(due)
            self._noted.update(due)
            for token, at in due.items():
                if self._used.get(token) == at:
                    self._used.pop(token, None)
        return len(due)


def _credentials(header: str) -> tuple[str | None, str | None]:
    """(slug, secret) of Basic, (None, secret) of Bearer, (None, None) of anything else."""
    scheme, _, rest = header.partition(" ")
    rest = rest.strip(" ")
    if len(header) > LONGEST_HEADER or not rest:
        return None, None
    match scheme.lower():
        case "bearer" if rest.startswith(PREFIX):
            return None, rest
        case "basic":
            try:
                user, colon, password = b64decode(rest, validate=True).decode("utf-8").partition(":")
            except ValueError:  # not ASCII, not base64, not UTF-8
                return None, None
            return (user, password) if colon and password.startswith(PREFIX) else (None, None)
        case _:
            return None, None


def _holds(token: Token, secret_hash: bytes, now: Micros) -> bool:
    in_time = token.expires is None or now < token.expires
    return hmac.compare_digest(token.hash, secret_hash) and token.revoked is None and in_time


def _same(given: str, slug: str) -> bool:
    return hmac.compare_digest(given.encode(), slug.encode())


def _key(header: str) -> bytes:
    """Headers are remembered by hash, so that no secret stays in memory longer than its request."""
    return sha256(header.encode("utf-8", "surrogatepass")).digest()
