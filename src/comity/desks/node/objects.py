"""Page structs of the node desk, and the rows they are made of."""

from typing import ClassVar

import msgspec
from markupsafe import Markup

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Arrival
from comity.web.charts.flows import Picture
from comity.web.page import Page
from comity.web.tables import Table
from comity.web.words import Phrase


class HomePage(Page, frozen=True, kw_only=True):
    """The situation, composed of the desks' panels (HTML that their own templates made)."""

    template: ClassVar[str] = "node/home.html"

    panels: tuple[Markup, ...]
    marking: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.marking


class ArrivalsPanel(Page, frozen=True, kw_only=True):
    """Home: what arrived and from whom. ``finding`` is the picture's title."""

    template: ClassVar[str] = "node/_arrivals.html"

    finding: Phrase | None
    picture: Picture | None
    arrivals: tuple[Arrival, ...]
    largest: int


class PartyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A party and what it may do here. ``reads`` and ``writes`` are titles of collections."""

    slug: str
    name: str
    jurisdiction: str
    tlp_max: Tlp
    own: bool
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    claims: int
    last: Micros | None


class PartiesPage(Page, frozen=True, kw_only=True):
    """Everyone the node knows."""

    template: ClassVar[str] = "node/parties.html"

    table: Table


class CollectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A collection, its address for partners, and who may read and write it (names of parties)."""

    slug: str
    uuid: str
    title: str
    description: str
    tlp: Tlp
    address: str
    readers: tuple[str, ...]
    writers: tuple[str, ...]
    claims: int


class CollectionsPage(Page, frozen=True, kw_only=True):
    """Where things are put, and who may go there."""

    template: ClassVar[str] = "node/collections.html"

    collections: tuple[CollectionRow, ...]


class AboutPage(Page, frozen=True, kw_only=True):
    """What this node is and how partners reach it."""

    template: ClassVar[str] = "node/about.html"

    name: str
    jurisdiction: str
    identity: str
    node_id: str
    version: str
    discovery: str
    timezone: str
    parties: int
    collections: int
