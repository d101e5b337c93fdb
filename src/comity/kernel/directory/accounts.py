"""Accounts: the people of the party that runs the node, one-time links and sessions.

A link lets one person in once. A session is a cookie; the node keeps its hash. Unknown, used, expired and disabled are
one answer.
"""

from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.recent import Recent
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.directory.words import check_name
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Account, Session

HOUR: Final[Micros] = 3_600_000_000
LINK_LASTS: Final[Micros] = 24 * HOUR
SESSION_LASTS: Final[Micros] = 12 * HOUR
OWNER: Final = "owner"
LONGEST_SECRET: Final = 200


class Link(msgspec.Struct, frozen=True):
    """A one-time link just made; ``secret`` is nowhere kept."""

    secret: str
    expires: Micros


class SignIn(msgspec.Struct, frozen=True):
    """A session just begun; ``cookie`` is nowhere kept."""

    cookie: str
    expires: Micros
    account: Account


class Accounts:
    """The accounts of this node."""

    def __init__(self, registry: Registry, clock: Clock, random: RandomBytes) -> None:
        self._registry = registry
        self._clock = clock
        self._random = random
        self._recent: Recent[bytes, tuple[Account, Micros]] = Recent(registry, clock)

    def all(self) -> tuple[Account, ...]:
        """All accounts, oldest first."""
        return self._registry.accounts()

    def get(self, name: str | None = None) -> Account:
        """The account of this name; without a name, the first."""
        found = next((each for each in self.all() if name in {None, each.name}), None)
        if found is None:
            raise NotFound(
                f"there is no account '{name[:80]}'" if name else "there is no account", code="account-unknown"
            )
        return found

    def add(self, name: str, role: str = OWNER) -> Account:
        """Adds a person."""
        account = Account(0, check_name(name), role, self._clock.now(), disabled=False)
        return self._registry.add_account(account)

    def invite(self, account: Account, *, lasts: Micros = LINK_LASTS) -> Link:
        """Makes a link by which this person signs in, once."""
        now = self._clock.now()
        link = Link(make_secret(self._random), now + lasts)
        self._registry.add_link(hash_of(link.secret), account.id, now, link.expires)
        return link

    def enter(self, secret: str) -> SignIn | None:
        """Uses a link up and begins a session. None where the link does not let anyone in."""
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        now = self._clock.now()
        cookie, expires = make_secret(self._random), now + SESSION_LASTS
        account = self._registry.use_link(
            hash_of(secret), now, lambda number: Session(hash_of(cookie), number, now, expires)
        )
        return SignIn(cookie, expires, account) if account else None

    def of_cookie(self, cookie: str | None) -> Account | None:
        """Whose session this is; None is nobody. Ends within a second of the session's end in another process."""
        if not cookie or len(cookie) > LONGEST_SECRET:
            return None
        key, now = hash_of(cookie), self._clock.now()
        found = self._recent.get(key)
        if found is None:
            version = self._registry.version
            kept = self._registry.session(key)
            if kept is None or kept[1].disabled:
                return None
            found = (kept[1], kept[0].expires)
            self._recent.keep(key, found, version)
        account, expires = found
        return account if now < expires else None

    def leave(self, cookie: str) -> None:
        """Ends a session."""
        key = hash_of(cookie)
        self._registry.end_session(key)
        self._recent.forget(key)

    def drop_expired(self) -> int:
        """Removes links and sessions that have expired."""
        return self._registry.drop_expired(self._clock.now())
