"""The directory as one thing to pass around. Making it reads nothing and starts nothing."""

from comity.kernel.base.clock import Clock
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.directory.accounts import Accounts
from comity.kernel.directory.authenticator import Authenticator
from comity.kernel.directory.collections import Collections
from comity.kernel.directory.parties import Parties
from comity.kernel.directory.tokens import Tokens
from comity.kernel.store.registry import Registry


class Directory:
    """Parties, collections, tokens and accounts over one registry."""

    def __init__(self, registry: Registry, clock: Clock, random: RandomBytes = system_random) -> None:
        self.parties = Parties(registry, clock)
        self.collections = Collections(registry, clock, random)
        self.tokens = Tokens(registry, clock, random)
        self.accounts = Accounts(registry, clock, random)
        self.authenticator = Authenticator(registry, clock)
