"""Tokens: with what a party's software shows who it is.

A token is ``comity_`` and 256 random bits, shown once and kept as a hash. It belongs to one party, has a scope, may
expire, and can be revoked. Who a request comes from is said by ``authenticator``.
"""

from enum import StrEnum
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Invalid, NotFound
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Party, Token

PREFIX: Final = "comity_"


class Scope(StrEnum):
    """What a token may be used for. The party's own rights are the bound; a token never widens them."""

    READ = "read"
    WRITE = "write"
    BOTH = "read write"
    METRICS = "metrics"
    """Reads the node's metrics and nothing else. The own party's only."""

    @property
    def reads(self) -> bool:
        """Whether it may be used to read."""
        return self in {Scope.READ, Scope.BOTH}

    @property
    def writes(self) -> bool:
        """Whether it may be used to write."""
        return self in {Scope.WRITE, Scope.BOTH}


class Issued(msgspec.Struct, frozen=True):
    """A token just made. ``secret`` is what the party sends; it is nowhere kept and can't be shown again."""

    secret: str
    token: Token


class Tokens:
    """The tokens of this node's parties."""

    def __init__(self, registry: Registry, clock: Clock, random: RandomBytes) -> None:
        self._registry = registry
        self._clock = clock
        self._random = random

    def of(self, party: Party | None = None) -> tuple[Token, ...]:
        """Tokens, oldest first: of one party, or of all. Revoked and expired ones are among them."""
        return self._registry.tokens(party=party.id if party else None)

    def issue(self, party: Party, *, scope: Scope = Scope.BOTH, expires: Micros | None = None) -> Issued:
        """Makes a token for a party."""
        now = self._clock.now()
        if scope is Scope.METRICS and not party.own:
            raise Invalid(
                f"{party.slug} is a partner, and the node's metrics are not for partners",
                code="token-scope",
                hint="Issue the token to the own party: 'comity party list' shows which it is.",
            )
        if expires is not None and expires <= now:
            raise Invalid("the token would be expired already", code="expires", hint="Give a moment in the future.")
        secret = make_secret(self._random, PREFIX)
        token = Token(
            id=0,
            party=party.id,
            hash=hash_of(secret),
            scope=scope.value,
            created=now,
            expires=expires,
            last_used=None,
            revoked=None,
        )
        return Issued(secret, self._registry.add_token(token))

    def rotate(self, number: int, party: Party, *, expires: Micros | None = None) -> Issued:
        """Makes a token with the scope of another of the same party's, and revokes that one."""
        found = self._registry.tokens(party=party.id, number=number)
        if not found or found[0].revoked is not None:
            raise NotFound(
                f"{party.slug} has no token {number} in use",
                code="token-unknown",
                hint="'comity token list' shows the tokens and their numbers.",
            )
        issued = self.issue(party, scope=Scope(found[0].scope), expires=expires)
        self.revoke(number)
        return issued

    def revoke(self, number: int) -> Token:
        """Ends a token: at once in this process, within a second in others."""
        return self._registry.revoke_token(number, self._clock.now())
