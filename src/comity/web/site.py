"""What is the same for all requests: the node behind the pages (``Services``) and how pages are made (``Site``).

``Services`` is made once, in ``app``; ``Site`` where desks are mounted. Nothing here reads anything when it is made.
"""

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.directory import Directory
from comity.kernel.store.store import Store
from comity.web.page import Entry
from comity.web.press import Press
from comity.web.session import CookieNames


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The node behind the pages. ``base_url`` is how partners reach it, without a slash at its end."""

    node_id: str
    name: str
    timezone: str
    secure: bool
    base_url: str
    store: Store
    directory: Directory
    clock: Clock
    random: RandomBytes


class Site(msgspec.Struct, frozen=True):
    """Services, the press, and what the desks brought. ``version`` is the package's."""

    services: Services
    press: Press
    names: CookieNames
    navigation: tuple[Entry, ...]
    version: str
