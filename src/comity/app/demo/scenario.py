"""The shape of the demonstration: parties, communities, collections, and what each party delivered where and when.

Lives here: plain structs, nothing else. What fills them is ``comity.app.demo``; what carries them into a node is the
command line's. Invariants: slugs in ``collections`` and ``deliveries`` name parties and collections of the same
scenario, as do members of communities; deliveries are in order of ``received``; every object parses without an error.
"""

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp


class DemoParty(msgspec.Struct, frozen=True):
    """A fictional party. ``own`` marks the one whose node this is; ``identity`` is its STIX identity."""

    slug: str
    name: str
    jurisdiction: str
    tlp_max: Tlp
    own: bool
    identity: str


class DemoCommunity(msgspec.Struct, frozen=True):
    """Parties that are spoken of together, by slug."""

    slug: str
    name: str
    members: tuple[str, ...]


class DemoCollection(msgspec.Struct, frozen=True):
    """A collection, with the slugs of who may read and write it; the own party may always."""

    slug: str
    uuid: str
    title: str
    description: str
    tlp: Tlp
    read: tuple[str, ...]
    write: tuple[str, ...]


class Delivery(msgspec.Struct, frozen=True):
    """What one party handed in at one moment: one batch, as bytes."""

    collection: str
    party: str
    received: Micros
    objects: tuple[bytes, ...]


class Scenario(msgspec.Struct, frozen=True):
    """All of it, in the order in which it is to be set up."""

    parties: tuple[DemoParty, ...]
    communities: tuple[DemoCommunity, ...]
    collections: tuple[DemoCollection, ...]
    deliveries: tuple[Delivery, ...]
