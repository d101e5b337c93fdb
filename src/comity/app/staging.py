"""The demonstration set up: a fresh node in a folder of its own, with the scenario of ``app.demo`` delivered into it.

The folder bears a mark; only a folder with that mark is ever emptied and made anew.
"""

import shutil
from pathlib import Path
from typing import Final

import msgspec

from comity.app.background import worker
from comity.app.demo import build
from comity.app.demo.scenario import Delivery, DemoParty, Scenario
from comity.app.folder import write_private
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import Clock, FixedClock, Micros
from comity.kernel.base.errors import Conflict, Corrupt
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.types import Batch, Channel, Collection, Party

MARK: Final = "this-is-a-demo"
PERSON: Final = "Alice"
DAY: Final[Micros] = 86_400_000_000


class Stage(msgspec.Struct, frozen=True):
    """What somebody who looks at the demonstration needs: a link that signs in once, a party's token, what it reads."""

    link: str
    party: str
    secret: str
    collection: Collection
    objects: int


def clear(path: Path) -> None:
    """Removes an earlier demonstration. A folder that is none is left alone, and that is an error."""
    if not path.exists():
        return
    if not (path / MARK).is_file():
        raise Conflict(
            f"{path} is there and is not a demo's folder", code="not-a-demo", hint="Name another one with --data."
        )
    shutil.rmtree(path)


def set_up(path: Path, settings: Settings, clock: Clock) -> Stage:
    """Makes the node, delivers the scenario as if over its weeks, issues a token to a partner that may read."""
    scenario = build(clock.now())
    own = next(party for party in scenario.parties if party.own)
    then = FixedClock(scenario.deliveries[0].received - DAY)
    clear(path)
    make_node(
        path,
        settings,
        slug=own.slug,
        name=own.name,
        jurisdiction=own.jurisdiction,
        identity=own.identity,
        person=PERSON,
        clock=then,
    )
    write_private(path / MARK, b"")
    with open_node(settings, clock=then) as node:
        parties = {party.slug: _party(node, party) for party in scenario.parties}
        collections = _collections(node, scenario, parties)
        objects = 0
        for delivery in scenario.deliveries:
            then.at = delivery.received
            objects += _deliver(node, delivery, parties, collections)
        then.at = clock.now()
        worker(node).drain()
        partner, collection = _audience(scenario, parties, collections)
        secret = node.directory.tokens.issue(partner).secret
        link = node.directory.accounts.invite(node.directory.accounts.all()[0]).secret
    return Stage(link, partner.slug, secret, collection, objects)


def _party(node: Node, party: DemoParty) -> Party:
    if party.own:
        return node.directory.parties.own()
    return node.directory.parties.add(
        party.slug,
        name=party.name,
        jurisdiction=party.jurisdiction,
        tlp_max=party.tlp_max,
        identity=party.identity,
    )


def _collections(node: Node, scenario: Scenario, parties: dict[str, Party]) -> dict[str, Collection]:
    return {
        each.slug: node.directory.collections.add(
            each.slug,
            uuid=each.uuid,
            title=each.title,
            description=each.description,
            tlp=each.tlp,
            read=[parties[slug] for slug in each.read],
            write=[parties[slug] for slug in each.write],
        )
        for each in scenario.collections
    }


def _deliver(node: Node, delivery: Delivery, parties: dict[str, Party], collections: dict[str, Collection]) -> int:
    objects = []
    for read in parse_all(delivery.objects):
        if not isinstance(read, Parsed):
            raise Corrupt(f"an object of the demo is not valid: {read.id}: {read.reason()}", code="demo")
        objects.append(read)
    node.store.commit(
        Batch(
            source=parties[delivery.party].id,
            collection=collections[delivery.collection].id,
            objects=tuple(objects),
            channel=Channel.TAXII,
            received=delivery.received,
        )
    )
    return len(objects)


def _audience(
    scenario: Scenario, parties: dict[str, Party], collections: dict[str, Collection]
) -> tuple[Party, Collection]:
    """A partner and a collection it may read: what the line for ``curl`` shows."""
    shown = next(each for each in scenario.collections if each.read)
    return parties[shown.read[0]], collections[shown.slug]
