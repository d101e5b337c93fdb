"""What is the same for all requests: the node behind the pages (``Services``) and how pages are made (``Site``).

``Services`` is made once, in ``app``; ``Site`` where desks are mounted. Nothing here reads anything when it is made.
"""

from collections.abc import Mapping

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.roles import Role
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account
from comity.web.guards import PUBLIC, SIGNED_IN
from comity.web.page import Entry
from comity.web.press import Press
from comity.web.session import CookieNames


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The node behind the pages. ``base_url`` is how partners reach it, without a slash at its end.

    ``proxied``: a proxy of the operator's stands before the node and says whom it speaks for.
    """

    node_id: str
    name: str
    timezone: str
    secure: bool
    base_url: str
    store: Store
    directory: Directory
    clock: Clock
    random: RandomBytes
    proxied: bool = False


class Door(msgspec.Struct, frozen=True):
    """An entry of the navigation, the title of its desk, and the permission of the page behind it."""

    entry: Entry
    desk: str
    permission: str


class Site(msgspec.Struct, frozen=True):
    """Services, the press, and what the desks brought. ``version`` is the package's.

    ``roles``: for every permission of every desk, the roles that have it. ``doors``: the permission of every page that
    stands at a path without gaps.
    """

    services: Services
    press: Press
    names: CookieNames
    navigation: tuple[Door, ...]
    version: str
    roles: Mapping[str, frozenset[Role]]
    doors: Mapping[str, str]

    def permits(self, permission: str, account: Account | None) -> bool:
        """Whether an account (or nobody) has a permission, as ``web.guards`` decides it."""
        if permission == PUBLIC:
            return True
        if account is None or account.disabled:
            return False
        return permission == SIGNED_IN or not self.roles.get(permission, frozenset()).isdisjoint(account.roles)
