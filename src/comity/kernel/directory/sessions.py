"""Sessions: a person at a browser, from signing in until leaving.

A session is a cookie; the node keeps its hash. It begins anew with every sign-in, so that a cookie planted before is worth
nothing. It ends by leaving, after twelve hours (NIST SP 800-63B section 4.2.3), with the account, or when the person or an
administrator ends it: at once in the process where that was done, within a second in the others.

``confirmed`` says when the person last proved who they are: signing in counts. Dangerous acts ask for a recent proof.
"""

import unicodedata
from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.directory.parts import HOUR, LONGEST_SECRET, MINUTE, Parts
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.store.people import Change
from comity.kernel.store.types import Account, Session

SESSION_LASTS: Final[Micros] = 12 * HOUR
CONFIRMED_FOR: Final[Micros] = 10 * MINUTE
SEEN_EVERY: Final[Micros] = MINUTE
LONGEST_AGENT: Final = 200


class Way(StrEnum):
    """How a person came in."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105  a word
    PASSKEY = "passkey"


class Browser(msgspec.Struct, frozen=True):
    """What is known of a browser: what it says it is, the client's address, the value of its device cookie."""

    agent: str = ""
    network: str = ""
    device: str | None = None


class SignIn(msgspec.Struct, frozen=True):
    """A session just begun. ``cookie`` is nowhere kept; ``device`` is the device cookie to set, for a year."""

    cookie: str
    expires: Micros
    account: Account
    device: str


class SessionInfo(msgspec.Struct, frozen=True):
    """A session as it is shown. ``handle`` names it, and lets nobody in."""

    handle: str
    method: str
    created: Micros
    seen: Micros
    agent: str
    network: str
    expires: Micros


class Sessions:
    """Begins, shows and ends sessions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of_cookie(self, cookie: str | None) -> Account | None:
        """Whose session this is; None is nobody. Ends within a second of the session's end in another process."""
        if not cookie or len(cookie) > LONGEST_SECRET:
            return None
        parts, key, now = self._parts, hash_of(cookie), self._parts.clock.now()
        found = parts.recent.get(key)
        if found is None:
            version = parts.people.version
            kept = parts.people.session(key)
            if kept is None or kept[1].disabled or kept[0].expires <= now:
                return None
            if abs(now - kept[0].seen) >= SEEN_EVERY:
                with parts.people.count() as change:
                    change.touch_session(key, now)
            found = (kept[1], kept[0].expires)
            parts.recent.keep(key, found, version)
        account, expires = found
        return account if now < expires else None

    def confirmed(self, cookie: str | None, within: Micros = CONFIRMED_FOR) -> bool:
        """Whether the person at this browser proved lately who they are."""
        session = self._session(cookie)
        if session is None or session.confirmed is None:
            return False
        return 0 <= self._parts.clock.now() - session.confirmed < within

    def leave(self, cookie: str) -> None:
        """Ends the session of a cookie; nothing happens where there is none."""
        key = hash_of(cookie)
        if self._parts.people.session(key) is None:
            return  # no write lock for whoever makes cookies up
        with self._parts.people.change() as change:
            change.end_session(key)

    def sessions(self, account: Account) -> tuple[SessionInfo, ...]:
        """Where a person is signed in, the latest first."""
        return tuple(_info(each) for each in self._parts.people.sessions(account.id, self._parts.clock.now()))

    def handle_of(self, cookie: str) -> str:
        """The handle of a cookie's own session: which of the list is this browser."""
        return _handle(hash_of(cookie))

    def end(self, account: Account, handle: str, *, by: str | None = None) -> None:
        """Ends one session of this person; of nobody else's."""
        parts = self._parts
        found = [each for each in parts.people.sessions(account.id, parts.clock.now()) if _handle(each.hash) == handle]
        with parts.people.change() as change:
            if not found or not change.end_session(found[0].hash):
                raise NotFound("there is no such session", code="session-unknown", hint="It may have ended already.")
            parts.note(change, account, "session-ended", by=by or account.name)

    def end_all(self, account: Account, *, but: str | None = None, by: str | None = None) -> int:
        """Ends all sessions of a person, but for the one of a cookie; how many there were."""
        parts = self._parts
        with parts.people.change() as change:
            ended = change.end_sessions(account.id, but=hash_of(but) if but else None)
            if ended:
                parts.note(change, account, "session-ended", by=by or account.name, detail=str(ended))
        return ended

    def drop_expired(self) -> int:
        """Removes links, sessions and tickets that have expired, and counts that have run empty; how many."""
        with self._parts.people.change() as change:
            return change.drop_expired(self._parts.clock.now())

    def _session(self, cookie: str | None) -> Session | None:
        """The live session of a cookie, asked of the database."""
        if not cookie or len(cookie) > LONGEST_SECRET:
            return None
        kept = self._parts.people.session(hash_of(cookie))
        if kept is None or kept[1].disabled or kept[0].expires <= self._parts.clock.now():
            return None
        return kept[0]


def begin(parts: Parts, change: Change, account: Account, way: Way, browser: Browser) -> SignIn:
    """A new session, in the transaction of what let the person in."""
    now = parts.clock.now()
    cookie, expires = make_secret(parts.random), now + SESSION_LASTS
    change.add_session(
        Session(
            hash=hash_of(cookie),
            account=account.id,
            created=now,
            expires=expires,
            method=way.value,
            seen=now,
            confirmed=now,
            agent=_line(browser.agent),
            network=_line(browser.network),
        )
    )
    return SignIn(cookie, expires, account, parts.devices.remember(browser.device, account.id, now))


def _info(session: Session) -> SessionInfo:
    return SessionInfo(
        _handle(session.hash),
        session.method,
        session.created,
        session.seen,
        session.agent,
        session.network,
        session.expires,
    )


def _handle(cookie_hash: bytes) -> str:
    return sha256(b"comity session 1\x00" + cookie_hash).hexdigest()[:32]


def _line(text: str) -> str:
    """One visible line of what a browser says of itself."""
    typable = text[:LONGEST_AGENT].encode("utf-8", "replace").decode()
    return "".join(each for each in typable if unicodedata.category(each)[0] != "C")
