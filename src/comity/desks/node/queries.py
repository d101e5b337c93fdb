"""Queries of the node desk: one function per screen; what was received is asked through ``store.visible``."""

from comity.desks.node import rules
from comity.desks.node.objects import (
    AboutPage,
    ArrivalsPanel,
    CollectionRow,
    CollectionsPage,
    PartiesPage,
    PartyRow,
)
from comity.kernel.directory.directory import Directory
from comity.kernel.exchange.taxii.endpoints import API_ROOT, MOUNT
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.kernel.store.types import Access, Arrival, Collection, Party
from comity.web.charts.flows import Flow, drawn
from comity.web.site import Site
from comity.web.tables import Listing


def arrivals(store: Store, _directory: Directory, viewer: Viewer) -> ArrivalsPanel:
    """What arrived, from whom, into which collection."""
    found = store.visible(viewer).arrivals()
    return ArrivalsPanel(
        finding=rules.finding(found),
        picture=drawn([Flow(each.source_name, each.collection_slug, each.claims) for each in found]),
        arrivals=found,
        largest=max((each.claims for each in found), default=0),
    )


def parties(store: Store, directory: Directory, viewer: Viewer, asked: Listing) -> PartiesPage:
    """Everyone, as the address asks for them."""
    held = store.visible(viewer).arrivals()
    accesses = _accesses(directory)
    return PartiesPage(table=rules.parties(asked, [_party(party, accesses, held) for party in directory.parties.all()]))


def collections(store: Store, directory: Directory, viewer: Viewer, base_url: str) -> CollectionsPage:
    """Every collection, by title."""
    held = store.visible(viewer).arrivals()
    names = {party.id: party.name for party in directory.parties.all()}
    rows = [
        _collection(each, directory.collections.access(each), names, held, base_url)
        for each in sorted(directory.collections.all(), key=lambda each: (each.title.casefold(), each.uuid))
    ]
    return CollectionsPage(collections=tuple(rows))


def about(site: Site) -> AboutPage:
    """What this node is."""
    services = site.services
    own = services.directory.parties.own()
    return AboutPage(
        name=services.name,
        jurisdiction=own.jurisdiction,
        identity=own.identity or "",
        node_id=services.node_id,
        version=site.version,
        discovery=f"{services.base_url}{MOUNT}/",
        timezone=services.timezone,
        parties=len(services.directory.parties.all()),
        collections=len(services.directory.collections.all()),
    )


def _accesses(directory: Directory) -> list[tuple[Collection, Access]]:
    return [
        (collection, access)
        for collection in directory.collections.all()
        for access in directory.collections.access(collection)
    ]


def _party(party: Party, accesses: list[tuple[Collection, Access]], held: tuple[Arrival, ...]) -> PartyRow:
    own = [(collection, access) for collection, access in accesses if access.party == party.id]
    came = [each for each in held if each.source_slug == party.slug]
    return PartyRow(
        slug=party.slug,
        name=party.name,
        jurisdiction=party.jurisdiction,
        tlp_max=party.tlp_max,
        own=party.own,
        reads=tuple(collection.slug for collection, access in own if access.read),
        writes=tuple(collection.slug for collection, access in own if access.write),
        claims=sum(each.claims for each in came),
        last=max((each.last for each in came), default=None),
    )


def _collection(
    collection: Collection,
    accesses: tuple[Access, ...],
    names: dict[int, str],
    held: tuple[Arrival, ...],
    base_url: str,
) -> CollectionRow:
    known = [access for access in accesses if access.party in names]
    return CollectionRow(
        slug=collection.slug,
        uuid=collection.uuid,
        title=collection.title or collection.slug,
        description=collection.description,
        tlp=collection.tlp,
        address=f"{base_url}{API_ROOT}collections/{collection.uuid}/",
        readers=tuple(sorted(names[access.party] for access in known if access.read)),
        writers=tuple(sorted(names[access.party] for access in known if access.write)),
        claims=sum(each.claims for each in held if each.collection_slug == collection.slug),
    )
