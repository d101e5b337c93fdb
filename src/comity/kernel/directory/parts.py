"""What the rules about people share: rows, time, randomness, passwords, rates; and the leaf that every change writes.

No rule stands here.
"""

from hashlib import sha256
from typing import Final

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.devices import Devices
from comity.kernel.directory.passwords import STRONG, Cost, Passwords
from comity.kernel.directory.rates import Rates
from comity.kernel.directory.recent import Recent
from comity.kernel.directory.secrets import hash_of, make_secret
from comity.kernel.directory.vault import Vault
from comity.kernel.store.people import Change, People
from comity.kernel.store.types import Account, Challenge, Credentials

NODE: Final = "node"
COMMAND_LINE: Final = "command line"
SECOND: Final[Micros] = 1_000_000
MINUTE: Final[Micros] = 60 * SECOND
HOUR: Final[Micros] = 60 * MINUTE
LONGEST_SECRET: Final = 200


class Parts:
    """One for each directory."""

    def __init__(self, people: People, vault: Vault, clock: Clock, random: RandomBytes, *, cost: Cost = STRONG) -> None:
        self.people = people
        self.vault = vault
        self.clock = clock
        self.random = random
        self.passwords = Passwords(vault, random, cost=cost)
        self.rates = Rates(people, vault, clock)
        self.devices = Devices(vault, random)
        self.recent: Recent[bytes, tuple[Account, Micros]] = Recent(people, clock)

    def note(self, change: Change, account: Account, act: str, *, by: str | None, detail: str = "") -> None:
        """The leaf of a change. ``by``: the name of the person who made it, or the command line's user; None is the node."""
        change.note(account, act, by=by or NODE, actor=person(change, by), detail=detail)

    def credentials(self, account: Account) -> Credentials:
        """What an account is checked against."""
        found = self.people.credentials(account.id)
        if found is None:
            raise unknown(account.name)
        return found

    def handle(self, account: Account) -> bytes:
        """The account as authenticators know it: says nothing about the person (WebAuthn Level 3, 14.6.1)."""
        return sha256(self.vault.derive(b"user handle") + account.id.to_bytes(8, "big")).digest()

    def leave_challenge(self, account: int | None, purpose: str, content: bytes, lasts: Micros) -> tuple[str, Micros]:
        """Keeps something for the next step of a ceremony; the ticket that step brings, and until when."""
        ticket, expires = make_secret(self.random), self.clock.now() + lasts
        with self.people.count() as change:
            change.add_challenge(hash_of(ticket), Challenge(account, purpose, content, expires))
        return ticket, expires

    def challenge(self, ticket: str, purpose: str, account: int | None = None) -> Challenge | None:
        """What an earlier step left, if it is for this purpose and account; it stays."""
        if len(ticket) > LONGEST_SECRET:
            return None
        return _meant(self.people.challenge(hash_of(ticket), self.clock.now()), purpose, account)

    def take_challenge(self, ticket: str, purpose: str, account: int | None = None) -> Challenge | None:
        """The same, taken away."""
        if len(ticket) > LONGEST_SECRET:
            return None
        with self.people.count() as change:
            return _meant(change.take_challenge(hash_of(ticket), self.clock.now()), purpose, account)


def person(change: Change, by: str | None) -> int | None:
    """The number of the person of this name; None for the node and the command line."""
    return next((each.id for each in change.accounts() if each.name == by), None)


def unknown(name: str) -> NotFound:
    """The error where there is no account of this name."""
    return NotFound(f"there is no account '{name[:80]}'", code="account-unknown")


def _meant(challenge: Challenge | None, purpose: str, account: int | None) -> Challenge | None:
    if challenge is None or challenge.purpose != purpose:
        return None
    return challenge if account is None or challenge.account == account else None
