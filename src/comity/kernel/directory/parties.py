"""Parties: who takes part, in which jurisdiction, and up to which TLP level they are told things.

The ceiling is an implicit agreement: what is above it is withheld. One party runs the node (``own``) and sees all that
the node holds. A party's ``identity`` is the STIX identity it writes under; objects that name it as their creator are
its own only when they come from it, and it can belong to one party only. A party may be the *client* of another: what
FIRST TLP 2.0 lets an organisation pass on to its clients.
"""

import re
from typing import Final

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NotFound
from comity.kernel.directory.words import check_jurisdiction, check_name, check_slug
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Party

__all__ = ["CEILING", "Parties", "check_jurisdiction", "check_slug"]

CEILING: Final = Tlp.GREEN
_IDENTITY: Final = re.compile(r"identity--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Parties:
    """The parties of this node's directory."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    def own(self) -> Party:
        """The party that runs this node."""
        party = self._registry.party(own=True)
        if party is None:
            raise Corrupt("this node has no party of its own", hint="Make a node with 'comity init'.")
        return party

    def all(self) -> tuple[Party, ...]:
        """All parties, in the order they were added."""
        return self._registry.parties()

    def find(self, slug: str) -> Party | None:
        """The party with this slug."""
        return self._registry.party(slug=slug)

    def get(self, slug: str) -> Party:
        """The party with this slug; where there is none, that is an error that says where to look."""
        party = self.find(slug)
        if party is None:
            raise NotFound(
                f"there is no party '{slug[:80]}'",
                code="party-unknown",
                hint="'comity party list' shows the parties, 'comity party add' adds one.",
            )
        return party

    def by_id(self, number: int) -> Party | None:
        """The party with this number."""
        return self._registry.party(number=number)

    def add(
        self,
        slug: str,
        *,
        name: str,
        jurisdiction: str,
        tlp_max: Tlp = CEILING,
        identity: str | None = None,
        own: bool = False,
    ) -> Party:
        """Adds a party. Without a ceiling of its own it is told what is TLP:GREEN or below."""
        if identity is not None:
            _check_identity(identity)
        party = Party(
            id=0,
            slug=check_slug(slug),
            name=check_name(name),
            jurisdiction=check_jurisdiction(jurisdiction),
            tlp_max=tlp_max,
            own=own,
            identity=identity,
            created=self._clock.now(),
        )
        return self._registry.add_party(party)

    def set_ceiling(self, slug: str, tlp_max: Tlp) -> Party:
        """Gives a party another ceiling; what it may see follows at once."""
        return self._registry.set_ceiling(self.get(slug), tlp_max)

    def set_identity(self, slug: str, identity: str) -> Party:
        """Says under which STIX identity a party writes; agreements and releasability lists know it by that."""
        party = self.get(slug)
        _check_identity(identity)
        taken = next((each for each in self.all() if each.identity == identity and each.id != party.id), None)
        if taken is not None:
            raise Conflict(
                f"the identity {identity} belongs to {taken.slug}",
                code="identity-taken",
                hint="An identity stands for one party only.",
            )
        return self._registry.set_identity(party, identity)

    def set_client(self, slug: str, of: str | None) -> Party:
        """Says whose client a party is; None: nobody's."""
        party = self.get(slug)
        if of is None:
            return self._registry.set_client(party, None)
        patron = self.get(of)
        if party.own or party.id in {patron.id, patron.client_of}:
            raise Invalid(
                f"{party.slug} can't be a client of {patron.slug}",
                code="client",
                hint="The party that runs the node is nobody's client here, nobody is its own, and no two are each other's.",
            )
        return self._registry.set_client(party, patron.id)


def _check_identity(identity: str) -> None:
    if not _IDENTITY.fullmatch(identity):
        raise Invalid(
            f"'{identity[:80]}' is no identity's id",
            code="identity",
            clause="STIX 2.1 2.9",
            hint="Give an id of the form identity--UUID, in lower case.",
        )
