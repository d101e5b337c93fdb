"""The directory as one thing to pass around. Making it reads nothing and starts nothing."""

from collections.abc import Callable

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Corrupt
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.directory.accounts import Accounts
from comity.kernel.directory.agreements import Agreements
from comity.kernel.directory.approvals import Approvals
from comity.kernel.directory.authenticator import Authenticator
from comity.kernel.directory.collections import Collections
from comity.kernel.directory.communities import Communities
from comity.kernel.directory.erasing import Erasing
from comity.kernel.directory.kept import Kept
from comity.kernel.directory.offers import Offers
from comity.kernel.directory.parties import Parties
from comity.kernel.directory.passwords import STRONG, Cost
from comity.kernel.directory.tokens import Tokens
from comity.kernel.directory.vault import Vault
from comity.kernel.ledger.signing import Keys
from comity.kernel.store.people import People
from comity.kernel.store.registry import Registry
from comity.kernel.store.store import Store


def no_keys() -> Keys:
    """For a directory that signs nothing."""
    raise Corrupt("this directory has no keys to sign with", code="node-key")


class Directory:
    """Parties, communities, collections, tokens and accounts over one registry and the rows of people; over a whole store
    agreements as well.
    """

    def __init__(
        self,
        registry: Registry,
        people: People,
        vault: Vault,
        clock: Clock,
        random: RandomBytes = system_random,
        *,
        cost: Cost = STRONG,
        store: Store | None = None,
        keys: Callable[[], Keys] = no_keys,
    ) -> None:
        self.vault = vault
        self._store = store
        self._clock = clock
        self.parties = Parties(registry, clock)
        self.communities = Communities(registry, self.parties, clock)
        self.collections = Collections(registry, clock, random)
        self.tokens = Tokens(registry, clock, random)
        self.accounts = Accounts(people, vault, clock, random, cost=cost)
        self.authenticator = Authenticator(registry, clock)
        self._kept = None if store is None else Kept(store, self.parties, self.collections, keys, clock, random)

    @property
    def agreements(self) -> Agreements:
        """Agreements: their texts, how they stand, signing and ending them."""
        return Agreements(self._whole())

    @property
    def offers(self) -> Offers:
        """Agreements as files between nodes."""
        return Offers(self._whole())

    @property
    def approvals(self) -> Approvals:
        """What people decide about what goes only after a review."""
        return Approvals(self._whole(), self.accounts)

    @property
    def erasing(self) -> Erasing:
        """Erasure, legal holds, retention, recall."""
        if self._store is None:
            raise Corrupt("this directory stands over no store, and erases nothing", code="directory")
        return Erasing(self._store, self.parties, self.collections, self._clock)

    def _whole(self) -> Kept:
        if self._kept is None:
            raise Corrupt("this directory stands over no store, and so has no agreements", code="directory")
        return self._kept
