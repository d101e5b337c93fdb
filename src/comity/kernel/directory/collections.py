"""Collections: where objects are put and read, and who may do either.

The access list says *where* a party may read or write; what it sees there is policy's. The party that runs the node may
read and write everywhere. A collection that a party may neither read nor write does not exist for it.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict, NotFound, Refused
from comity.kernel.base.ids import RandomBytes, uuid4
from comity.kernel.directory.authenticator import Standing
from comity.kernel.directory.recent import Recent
from comity.kernel.directory.words import check_name, check_slug, check_text, check_uuid
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.registry import Registry
from comity.kernel.store.types import Access, Collection, Party

ASSUMED: Final = Tlp.AMBER
AGREEMENTS: Final = "agreements"
APPROVALS: Final = "approvals"
CLOSED: Final = {
    AGREEMENTS: (
        "Agreements",
        "What this node agreed, and the signatures under it.",
        "holds what was agreed with everybody",
        "What a partner is to have of an agreement goes by 'comity agreement offer'.",
    ),
    APPROVALS: (
        "Approvals",
        "What people decided about what goes only after a review, and what sources were asked.",
        "holds what people decided about everybody's objects",
        "What was approved goes to whom it was approved for by itself.",
    ),
}
"""The collections that the node keeps objects of its own in: nobody but the own party may read or write them. Of each: title,
description, what it holds, and what to do instead of letting others in.
"""


class Entry(msgspec.Struct, frozen=True):
    """A collection as one party meets it."""

    collection: Collection
    read: bool
    write: bool


class Collections:
    """The collections of this node."""

    def __init__(self, registry: Registry, clock: Clock, random: RandomBytes) -> None:
        self._registry = registry
        self._clock = clock
        self._random = random
        self._recent: Recent[int, dict[str, Entry]] = Recent(registry, clock)

    def all(self) -> tuple[Collection, ...]:
        """All collections, in the order they were added."""
        return self._registry.collections()

    def find(self, key: str) -> Collection | None:
        """The collection with this slug or UUID."""
        wanted = key.lower()
        return next((each for each in self.all() if wanted in {each.slug, each.uuid}), None)

    def get(self, key: str) -> Collection:
        """The collection with this slug or UUID; where there is none, that is an error that says where to look."""
        collection = self.find(key)
        if collection is None:
            raise NotFound(
                f"there is no collection '{key[:80]}'",
                code="collection-unknown",
                hint="'comity collection list' shows the collections, 'comity collection add' adds one.",
            )
        return collection

    def access(self, collection: Collection) -> tuple[Access, ...]:
        """The access list of a collection."""
        return self._registry.access(collection=collection.id)

    def add(
        self,
        slug: str,
        *,
        uuid: str | None = None,
        title: str = "",
        description: str = "",
        tlp: Tlp = ASSUMED,
        read: Sequence[Party] = (),
        write: Sequence[Party] = (),
    ) -> Collection:
        """Adds a collection. An object without a TLP marking counts there as ``tlp``, marked as assumed."""
        collection = Collection(
            id=0,
            uuid=check_uuid(uuid) if uuid else str(uuid4(self._random)),
            slug=check_slug(slug),
            title=check_name(title, what="title") if title else slug,
            description=check_text(description),
            tlp=tlp,
            created=self._clock.now(),
        )
        readers, writers = {each.id for each in read}, {each.id for each in write}
        access = [(party, party in readers, party in writers) for party in sorted(readers | writers)]
        return self._registry.add_collection(collection, access)

    def closed(self, slug: str) -> Collection:
        """One of the closed collections; made when first needed. Conflict where anybody else may read or write it."""
        held = self.find(slug)
        if held is None:
            title, description, _, _ = CLOSED[slug]
            return self.add(slug, title=title, description=description, tlp=Tlp.AMBER_STRICT)
        if any(each.read or each.write for each in self.access(held)):
            raise Conflict(
                f"{slug} are kept in the collection '{slug}', and others than ourselves may read or write it",
                code="closed-collection",
                hint=f"Take that away with 'comity collection access {slug} PARTY'.",
            )
        return held

    def grant(self, collection: Collection, party: Party, *, read: bool, write: bool) -> Access:
        """Sets what one party may do in one collection; with neither, it is as if the collection were not there.

        Raises Refused where the collection is one of the closed ones and the party another than our own.
        """
        if collection.slug in CLOSED and not party.own and (read or write):
            _, _, holds, instead = CLOSED[collection.slug]
            raise Refused(
                f"'{collection.slug}' {holds}: no other party reads or writes it",
                code="closed-access",
                hint=instead,
            )
        access = Access(collection.id, party.id, read, write)
        self._registry.set_access(access)
        return access

    def open_to(self, standing: Standing) -> tuple[Entry, ...]:
        """The collections that whoever asks may read or write, by title."""
        entries = {entry.collection.uuid: entry for entry in self._entries(standing.party).values()}
        within = (_within(entry, standing) for entry in entries.values())
        return tuple(
            sorted((entry for entry in within if entry), key=lambda e: (e.collection.title, e.collection.uuid))
        )

    def entry(self, standing: Standing, key: str) -> Entry | None:
        """One of them by UUID or slug. None where there is no such collection for whoever asks."""
        entry = self._entries(standing.party).get(key.lower())
        return _within(entry, standing) if entry else None

    def _entries(self, party: Party) -> dict[str, Entry]:
        """By UUID and by slug; read anew when a second has passed or something was changed."""
        entries = self._recent.get(party.id)
        if entries is None:
            version = self._registry.version
            access = {each.collection: each for each in self._registry.access(party=party.id)}
            entries = {}
            for collection in self._registry.collections():
                entry = _entry(collection, party, access.get(collection.id))
                if entry:
                    entries[collection.uuid] = entries[collection.slug] = entry
            self._recent.keep(party.id, entries, version)
        return entries


def _entry(collection: Collection, party: Party, access: Access | None) -> Entry | None:
    if party.own:
        return Entry(collection, read=True, write=True)
    if access is None or not (access.read or access.write):
        return None
    return Entry(collection, access.read, access.write)


def _within(entry: Entry, standing: Standing) -> Entry | None:
    """The entry within the token's scope: a token never shows what it may not touch."""
    read, write = entry.read and standing.read, entry.write and standing.write
    return Entry(entry.collection, read, write) if read or write else None
