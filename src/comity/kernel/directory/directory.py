"""The directory as one thing to pass around. Making it reads nothing and starts nothing."""

from comity.kernel.base.clock import Clock
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.directory.accounts import Accounts
from comity.kernel.directory.authenticator import Authenticator
from comity.kernel.directory.collections import Collections
from comity.kernel.directory.parties import Parties
from comity.kernel.directory.passwords import STRONG, Cost
from comity.kernel.directory.tokens import Tokens
from comity.kernel.directory.vault import Vault
from comity.kernel.store.people import People
from comity.kernel.store.registry import Registry


class Directory:
    """Parties, collections, tokens and accounts over one registry and the rows of people."""

    def __init__(
        self,
        registry: Registry,
        people: People,
        vault: Vault,
        clock: Clock,
        random: RandomBytes = system_random,
        *,
        cost: Cost = STRONG,
    ) -> None:
        self.vault = vault
        self.parties = Parties(registry, clock)
        self.collections = Collections(registry, clock, random)
        self.tokens = Tokens(registry, clock, random)
        self.accounts = Accounts(people, vault, clock, random, cost=cost)
        self.authenticator = Authenticator(registry, clock)
