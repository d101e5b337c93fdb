"""Accounts: the people of the party that runs the node. The one face of all that is about people.

Here: who there is, with which roles, and one-time links. How people come in is said in ``entering``, with what in
``credentials``, for how long in ``sessions``, with what they sign in ``signing``.

A link lets one person in once: an invitation, a recovery, a sign-in. A recovery takes away, when it is used, all that the
account had (password, codes, passkeys, sessions, signing keys): whoever comes in by it is a new beginning, and the record says
who made the link. So an administrator can't come in as somebody else unseen, and never gets that person's key.

Invariants: every change is a leaf (ACCOUNT) in the same transaction. Unknown, used, expired and disabled are one answer. A node
keeps one administrator who is not disabled.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Invalid, NotFound, Refused
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.credentials import CredentialRules, PasskeyInfo, TotpOffer
from comity.kernel.directory.entering import Entering, SecondStep
from comity.kernel.directory.parts import COMMAND_LINE, HOUR, LONGEST_SECRET, NODE, Parts, person, unknown
from comity.kernel.directory.passwords import STRONG, Cost
from comity.kernel.directory.roles import FIRST_PERSON, Role, read_roles
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.directory.sessions import (
    CONFIRMED_FOR,
    SESSION_LASTS,
    Browser,
    SessionInfo,
    Sessions,
    SignIn,
    Way,
    begin,
)
from comity.kernel.directory.signing import Signing
from comity.kernel.directory.vault import Vault
from comity.kernel.directory.words import check_name
from comity.kernel.policy.approval.people import VOUCHED
from comity.kernel.store.people import Change, People
from comity.kernel.store.types import Account

__all__ = [
    "CONFIRMED_FOR",
    "HOUR",
    "LINK_LASTS",
    "SESSION_LASTS",
    "Accounts",
    "Browser",
    "Link",
    "PasskeyInfo",
    "SecondStep",
    "SessionInfo",
    "SignIn",
    "TotpOffer",
    "Way",
]

LINK_LASTS: Final[Micros] = 24 * HOUR
INVITATION: Final = "invitation"
RECOVERY: Final = "recovery"
SIGN_IN: Final = "sign-in"
PURPOSES: Final = (INVITATION, RECOVERY, SIGN_IN)
LONGEST_LANGUAGE: Final = 20
_TAG: Final = re.compile(r"(?:[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*)?")
_LARGEST_NUMBER: Final = 2**31 - 1  # of the column
_UNKNOWN_BROWSER: Final = Browser()


class Link(msgspec.Struct, frozen=True):
    """A one-time link just made; ``secret`` is nowhere kept."""

    secret: str
    expires: Micros
    purpose: str = INVITATION


class Accounts(Entering, CredentialRules, Sessions):
    """The accounts of this node."""

    def __init__(self, people: People, vault: Vault, clock: Clock, random: RandomBytes, *, cost: Cost = STRONG) -> None:
        parts = Parts(people, vault, clock, random, cost=cost)
        super().__init__(parts)
        self.signing = Signing(parts)

    # -- who there is

    def all(self) -> tuple[Account, ...]:
        """All accounts, oldest first."""
        return self._parts.people.accounts()

    def get(self, name: str | None = None) -> Account:
        """The account of this name; without a name, the first."""
        found = next((each for each in self.all() if name in {None, each.name}), None)
        if found is None:
            raise unknown(name) if name else NotFound("there is no account", code="account-unknown")
        return found

    def by_id(self, number: int) -> Account | None:
        """The account of this number."""
        return self._parts.people.account(number) if 0 < number <= _LARGEST_NUMBER else None

    def add(self, name: str, roles: Iterable[str] = FIRST_PERSON, *, by: str | None = None) -> Account:
        """Adds a person. Names differ by more than capitals."""
        account = Account(0, check_name(name), read_roles(roles), self._parts.clock.now(), disabled=False)
        folded = account.name.casefold()
        if folded == NODE or folded.startswith(COMMAND_LINE):
            raise Invalid(
                f"'{account.name}' is how the record names the node's own acts",
                code="name",
                hint="Choose another name.",
            )
        with self._parts.people.change() as change:
            if any(each.name.casefold() == folded for each in change.accounts()):
                raise Conflict(
                    f"an account '{account.name}' is already there", code="account-exists", hint="Choose another name."
                )
            account = msgspec.structs.replace(account, id=change.add_account(account))
            self._parts.note(change, account, "added", by=by, detail=" ".join(account.roles))
        return account

    def set_roles(self, account: Account, roles: Iterable[str], *, by: str | None = None) -> Account:
        """Replaces the roles of a person."""
        wanted = read_roles(roles)
        with self._parts.people.change() as change:
            now = _now(change, account)
            if wanted != now.roles:
                if Role.ADMINISTRATOR not in wanted:
                    _keep_an_administrator(change, now)
                change.set_roles(now.id, wanted)
                detail = f"{' '.join(now.roles)} -> {' '.join(wanted)}"
                self._parts.note(change, now, "roles-changed", by=by, detail=detail)
        return msgspec.structs.replace(now, roles=wanted)

    def disable(self, account: Account, *, by: str | None = None) -> Account:
        """Lets a person in no more: sessions end, links are void. What the person has stays, for ``enable``."""
        with self._parts.people.change() as change:
            now = _now(change, account)
            if not now.disabled:
                _keep_an_administrator(change, now)
                change.set_disabled(now.id, disabled=True)
                change.end_sessions(now.id)
                change.drop_links(now.id)
                change.drop_challenges(now.id)
                self._parts.note(change, now, "disabled", by=by)
        return msgspec.structs.replace(now, disabled=True)

    def enable(self, account: Account, *, by: str | None = None) -> Account:
        """Lets a person in again, with what they had."""
        with self._parts.people.change() as change:
            now = _now(change, account)
            if now.disabled:
                change.set_disabled(now.id, disabled=False)
                self._parts.note(change, now, "enabled", by=by)
        return msgspec.structs.replace(now, disabled=False)

    def set_language(self, account: Account, language: str, *, by: str | None = None) -> Account:
        """The language of the pages for this person; empty is what the browser asks for."""
        if len(language) > LONGEST_LANGUAGE or not _TAG.fullmatch(language):
            raise Invalid(f"'{language[:20]}' is no language", code="language", clause="RFC 5646")
        with self._parts.people.change() as change:
            now = _now(change, account)
            if now.language != language:
                change.set_language(now.id, language)
                self._parts.note(change, now, "language-set", by=by or now.name, detail=language)
        return msgspec.structs.replace(now, language=language)

    def vouch(self, account: Account, *, by: str) -> None:
        """The operator knows this person: whoever made or changed the account stands behind it no more (``approval.people``).

        Refused to people of the node: whoever could make an account up could vouch for it.
        """
        with self._parts.people.change() as change:
            if person(change, by) is not None:
                raise Refused(
                    "only the operator of the node can vouch for an account",
                    code="vouching",
                    hint="At the command line: comity account vouch.",
                )
            self._parts.note(change, _now(change, account), VOUCHED, by=by)

    # -- links

    def invite(
        self, account: Account, *, purpose: str = INVITATION, by: str | None = None, lasts: Micros = LINK_LASTS
    ) -> Link:
        """Makes a link by which this person comes in, once.

        For somebody with a password or a passkey, a person can make one for recovery only (Conflict "recovery-needed"):
        coming in as somebody else must leave its trace. The operator at the command line may make any.
        """
        if purpose not in PURPOSES:
            raise Invalid(f"'{purpose[:20]}' is no purpose of a link", code="purpose", hint=f"It is one of {PURPOSES}.")
        now = self._parts.clock.now()
        link = Link(make_secret(self._parts.random), now + lasts, purpose)
        with self._parts.people.change() as change:
            held = change.credentials(account.id)
            if held is None:
                raise unknown(account.name)
            if held.account.disabled:
                raise Conflict(
                    f"{held.account.name} is disabled: no link would let them in",
                    code="account-disabled",
                    hint="Enable the account first.",
                )
            settled = held.password is not None or change.passkey_count(account.id) > 0
            if settled and purpose != RECOVERY and person(change, by) is not None:
                raise Conflict(
                    f"{held.account.name} has a password or a passkey",
                    code="recovery-needed",
                    hint="Make a recovery link: it takes both away when it is used, and the record says so.",
                )
            if purpose != SIGN_IN:
                change.drop_links(account.id, purpose)
            change.add_link(hash_of(link.secret), account.id, purpose, now, link.expires)
            self._parts.note(change, held.account, "link-made", by=by, detail=purpose)
        return link

    def link_purpose(self, secret: str) -> str | None:
        """What a link is for, without using it; None where it does not hold."""
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        found = self._parts.people.link(hash_of(secret), self._parts.clock.now())
        return found[0] if found else None

    def enter(self, secret: str, browser: Browser = _UNKNOWN_BROWSER) -> SignIn | None:
        """Uses a link up and begins a session. None where the link does not let anyone in.

        Looked at before the write lock is taken: who guesses at links keeps nobody from writing.
        """
        if self.link_purpose(secret) is None:
            return None
        with self._parts.people.change() as change:
            found = change.take_link(hash_of(secret), self._parts.clock.now())
            if found is None:
                return None
            purpose, account = found
            if purpose == RECOVERY:
                self._recover(change, account)
            self._parts.note(change, account, "signed-in", by=account.name, detail=f"link {purpose}")
            return begin(self._parts, change, account, Way.LINK, browser)

    def _recover(self, change: Change, account: Account) -> None:
        """Takes away all that the account had."""
        change.set_password(account.id, None)
        change.set_totp(account.id, None, None)
        change.drop_passkeys(account.id)
        change.end_sessions(account.id)
        change.drop_links(account.id)
        change.drop_challenges(account.id)
        retired = change.retire_signing_keys(account.id, self._parts.clock.now())
        self._parts.note(change, account, "recovered", by=account.name, detail=f"signing keys retired: {retired}")


def _now(change: Change, account: Account) -> Account:
    held = change.credentials(account.id)
    if held is None:
        raise unknown(account.name)
    return held.account


def _keep_an_administrator(change: Change, account: Account) -> None:
    """Another one must be there before this one goes."""
    others = (each for each in change.accounts() if each.id != account.id and not each.disabled)
    if Role.ADMINISTRATOR in account.roles and not any(Role.ADMINISTRATOR in each.roles for each in others):
        raise Conflict(
            f"{account.name} is the only administrator",
            code="last-administrator",
            hint="Make somebody else an administrator first.",
        )
