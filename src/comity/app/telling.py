"""The demonstration's story told into two nodes: made, furnished, and everything delivered as if over its weeks.

Both sign one agreement in the middle of the story: what each lets the other have is up to its ceiling before that, and as the
articles say afterwards. What is told is ``app.demo``'s; folders, links and what is kept between starts ``app.staging``'s.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from comity.app.background import worker
from comity.app.demo import build, of_estonia
from comity.app.demo.cast import CASE, ESTONIA, KOREA
from comity.app.demo.estonia import MIRRORED
from comity.app.demo.pact import ALONE, DAY, NAME, SIGNED_DAYS_AGO, TEMPLATE, TITLE, Alone, between, for_the_case
from comity.app.demo.scenario import Delivery, DemoParty, Scenario
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import Clock, FixedClock, Micros
from comity.kernel.base.errors import Corrupt
from comity.kernel.directory.roles import Role
from comity.kernel.directory.tokens import Scope
from comity.kernel.exchange.mirror.registering import register
from comity.kernel.exchange.taxii.endpoints import API_ROOT
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.reading import read
from comity.kernel.policy.agreement.writing import write
from comity.kernel.store.types import Batch, Channel, Collection, Party

PULLED_EVERY: Final[Micros] = 30_000_000

Say = Callable[[str], None]


class Person(msgspec.Struct, frozen=True):
    """Somebody who works at a node of the demo. The first of a node is its administrator."""

    name: str
    roles: tuple[Role, ...]


class Place(msgspec.Struct, frozen=True):
    """A node of the demo: its folder, how far its port is from the first, its clock on the wall, its people."""

    folder: str
    above: int
    timezone: str
    people: tuple[Person, ...]


IN_KOREA: Final = Place(
    "korea",
    0,
    "Asia/Seoul",
    (
        Person("Haneul Seo", (Role.ADMINISTRATOR,)),
        Person("Jiwoo Han", (Role.ANALYST, Role.DUTY_OFFICER)),
        Person("Minseo Yoon", (Role.LEGAL, Role.APPROVER)),
    ),
)
IN_ESTONIA: Final = Place(
    "estonia",
    1,
    "Europe/Tallinn",
    (
        Person("Maarja Kask", (Role.ADMINISTRATOR,)),
        Person("Tõnu Saar", (Role.ANALYST, Role.DUTY_OFFICER)),
        Person("Liis Tamm", (Role.LEGAL, Role.APPROVER)),
    ),
)
SIGNERS: Final = ("Minseo Yoon", "Liis Tamm")
"""Who signs the agreement, at the first node and at the second."""


class _Telling(msgspec.Struct, frozen=True):
    """A node of the demo, and the story as it has it."""

    place: Place
    settings: Settings
    scenario: Scenario


def tell(first: Settings, second: Settings, made: Micros, clock: Clock, say: Say) -> None:
    """Makes both nodes and tells the story as it stands at ``made``: agreed on in its middle, mirrored at its end."""
    korean = build(made)
    tellings = (_Telling(IN_KOREA, first, korean), _Telling(IN_ESTONIA, second, of_estonia(korean)))
    signed = made - SIGNED_DAYS_AGO * DAY
    for each in tellings:
        begins = each.scenario.deliveries[0].received - DAY
        _furnish(each, begins)
        _deliver_all(each, begins, signed)
    _agree(first, second, signed, say)
    _agree_alone(first, signed)
    for each in tellings:
        _deliver_all(each, signed, clock.now())
        say(_said(each))
    _draft(first, made)
    _mirror(first, second, clock, say)


def _furnish(telling: _Telling, at: Micros) -> None:
    """The node with its people, parties, communities and collections."""
    place, settings, scenario = telling.place, telling.settings, telling.scenario
    own = next(party for party in scenario.parties if party.own)
    then = FixedClock(at)
    make_node(
        Path(settings.data),
        settings,
        slug=own.slug,
        name=own.name,
        jurisdiction=own.jurisdiction,
        identity=own.identity,
        person=place.people[0].name,
        clock=then,
    )
    with open_node(settings, clock=then) as node:
        accounts = node.directory.accounts
        accounts.set_roles(accounts.get(place.people[0].name), place.people[0].roles)
        for person in place.people[1:]:
            accounts.add(person.name, person.roles)
        parties = {party.slug: _party(node, party) for party in scenario.parties}
        for community in scenario.communities:
            node.directory.communities.add(community.slug, name=community.name)
            for member in community.members:
                node.directory.communities.join(community.slug, member)
        _collections(node, scenario, parties)


def _deliver_all(telling: _Telling, since: Micros, until: Micros) -> None:
    """Delivers what came from ``since`` to ``until``, each at its moment; at the end the worker does what follows from it."""
    then = FixedClock(since)
    with open_node(telling.settings, clock=then) as node:
        parties = {party.slug: party for party in node.directory.parties.all()}
        collections = {each.slug: each for each in node.directory.collections.all()}
        for delivery in telling.scenario.deliveries:
            if since <= delivery.received < until:
                then.at = delivery.received
                _deliver(node, delivery, parties, collections)
        then.at = until
        worker(node).drain()


def _said(telling: _Telling) -> str:
    deliveries = telling.scenario.deliveries
    own = next(party for party in telling.scenario.parties if party.own)
    objects = sum(len(each.objects) for each in deliveries)
    return f"{own.name}: {objects} objects from {len({each.party for each in deliveries})} parties"


def _agree(first: Settings, second: Settings, at: Micros, say: Say) -> None:
    """Korea signs and offers, Estonia accepts and answers: as two files would go, their signers' fingerprints compared."""
    then = FixedClock(at)
    with open_node(first, clock=then) as korea, open_node(second, clock=then) as estonia:
        text = write(between(read(korea.directory.agreements.draft(TEMPLATE, ESTONIA)), at))
        ours = _Signer(SIGNERS[0], korea.directory.accounts.get(SIGNERS[0]).id, korea.keys().public.fingerprint)
        theirs = _Signer(SIGNERS[1], estonia.directory.accounts.get(SIGNERS[1]).id, estonia.keys().public.fingerprint)
        korea.directory.agreements.apply(text, by=ours.name, account=ours.account)
        answer = estonia.directory.offers.accept(
            korea.directory.offers.offer(NAME), by=theirs.name, account=theirs.account, fingerprint=ours.fingerprint
        )
        korea.directory.offers.answered(answer, by=ours.name, account=ours.account, fingerprint=theirs.fingerprint)
    say(f'Both have signed the agreement "{TITLE}"')


def _agree_alone(settings: Settings, at: Micros) -> None:
    """What the first node signs with a party that has no node."""
    with open_node(settings, clock=FixedClock(at)) as node:
        signer = node.directory.accounts.get(SIGNERS[0])
        for text in (_text(node, each) for each in ALONE if each.signed):
            node.directory.agreements.apply(text, by=signer.name, account=signer.id)


def _draft(settings: Settings, at: Micros) -> None:
    """What the first node is still writing."""
    with open_node(settings, clock=FixedClock(at)) as node:
        writer = node.directory.accounts.get(IN_KOREA.people[1].name)
        for each in ALONE:
            if not each.signed:
                node.store.agreements.keep_draft(each.name, _text(node, each), writer.id)


def _text(node: Node, agreement: Alone) -> str:
    return write(
        for_the_case(read(node.directory.agreements.draft(agreement.template, agreement.party, name=agreement.name)))
    )


class _Signer(msgspec.Struct, frozen=True):
    """A person who signs for a node: its name, its account, and the fingerprint of the node's keys."""

    name: str
    account: int
    fingerprint: str


def _mirror(first: Settings, second: Settings, clock: Clock, say: Say) -> None:
    """The second node pulls what the first lets it read. It begins when both are served."""
    with open_node(first, clock=clock) as node:
        secret = node.directory.tokens.issue(node.directory.parties.get(ESTONIA), scope=Scope.READ).secret
        remote = node.directory.collections.get(CASE)
    with open_node(second, clock=clock) as node:
        kept = register(
            node.store,
            node.directory,
            clock,
            f"{first.url}{API_ROOT}collections/{remote.uuid}/",
            node.directory.collections.get(MIRRORED),
            party=node.directory.parties.get(KOREA),
            secret=secret,
            every=PULLED_EVERY,
        )
        node.store.mirrors.begin(kept.mirror.id, clock.now(), not_before=0)
    say(f'{node.file.name} mirrors the collection "{remote.title}", every {PULLED_EVERY // 1_000_000} seconds')


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


def _collections(node: Node, scenario: Scenario, parties: dict[str, Party]) -> None:
    for each in scenario.collections:
        node.directory.collections.add(
            each.slug,
            uuid=each.uuid,
            title=each.title,
            description=each.description,
            tlp=each.tlp,
            read=[parties[slug] for slug in each.read],
            write=[parties[slug] for slug in each.write],
        )


def _deliver(node: Node, delivery: Delivery, parties: dict[str, Party], collections: dict[str, Collection]) -> None:
    objects = []
    for each in parse_all(delivery.objects):
        if not isinstance(each, Parsed):
            raise Corrupt(f"an object of the demo is not valid: {each.id}: {each.reason()}", code="demo")
        objects.append(each)
    node.store.commit(
        Batch(
            source=parties[delivery.party].id,
            collection=collections[delivery.collection].id,
            objects=tuple(objects),
            channel=Channel.TAXII,
            received=delivery.received,
        )
    )
