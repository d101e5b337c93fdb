"""Communities: sets of parties that agreements speak of as one (FIRST TLP 2.0: "community").

Joining or leaving changes what the members may see: it follows in the same transaction. The party that runs the node sees
all that it holds, member or not.
"""

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import NotFound
from comity.kernel.directory.parties import Parties
from comity.kernel.directory.words import check_name, check_slug
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Community, Party


class Communities:
    """The communities of this node's directory."""

    def __init__(self, registry: Registry, parties: Parties, clock: Clock) -> None:
        self._registry = registry
        self._parties = parties
        self._clock = clock

    def all(self) -> tuple[Community, ...]:
        """All communities, in the order they were added."""
        return self._registry.communities()

    def get(self, slug: str) -> Community:
        """The community with this slug; where there is none, that is an error that says where to look."""
        found = next((each for each in self.all() if each.slug == slug), None)
        if found is None:
            raise NotFound(
                f"there is no community '{slug[:80]}'",
                code="community-unknown",
                hint="'comity community list' shows the communities, 'comity community add' adds one.",
            )
        return found

    def members(self, slug: str) -> tuple[Party, ...]:
        """Its members, in the order the parties were added."""
        held = set(self._registry.members(self.get(slug).id))
        return tuple(each for each in self._parties.all() if each.id in held)

    def add(self, slug: str, *, name: str) -> Community:
        """Adds a community, without members."""
        community = Community(id=0, slug=check_slug(slug), name=check_name(name), created=self._clock.now())
        return self._registry.add_community(community)

    def join(self, slug: str, party: str) -> bool:
        """Makes a party a member; False where it was one."""
        return self._registry.join(self.get(slug).id, self._parties.get(party).id)

    def leave(self, slug: str, party: str) -> bool:
        """Takes a party out; False where it was no member."""
        return self._registry.leave(self.get(slug).id, self._parties.get(party).id)
