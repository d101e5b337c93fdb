"""The demonstration set up: two nodes in a folder of their own, with the scenario of ``app.demo`` delivered into them.

    DIR/                 the demo's folder
      this-is-a-demo     the mark: what made it, and for which port; held under a lock while the demo runs
      korea/             the node of Demo CSIRT Korea, on the port that was asked for
      estonia/           the node of Demo CSIRT Estonia, on the next one; it mirrors what Korea lets it read

What is there is kept from one start to the next; links and the shown token are made anew each time. Only a folder with
the mark is ever emptied, and never while a demo runs in it.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from comity.app.background import worker
from comity.app.demo import build, of_estonia
from comity.app.demo.cast import CASE, ESTONIA, KOREA
from comity.app.demo.estonia import MIRRORED
from comity.app.demo.scenario import Delivery, DemoParty, Scenario
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.upkeep import outstanding
from comity.kernel.base.clock import Clock, FixedClock, Micros
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NodeError
from comity.kernel.directory.roles import Role
from comity.kernel.directory.tokens import Scope
from comity.kernel.exchange.mirror.registering import register
from comity.kernel.exchange.taxii.endpoints import API_ROOT
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.types import Batch, Channel, Collection, Party

MARK: Final = "this-is-a-demo"
DAY: Final[Micros] = 86_400_000_000
PULLED_EVERY: Final[Micros] = 30_000_000
LAYOUT: Final = 1
"""Rises when what is staged changes, so that an older demo is made anew."""

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


class Seat(msgspec.Struct, frozen=True):
    """A person's way in: ``link`` is the secret of a link that signs in once."""

    name: str
    roles: tuple[str, ...]
    link: str


class Stage(msgspec.Struct, frozen=True):
    """One node that is ready to be served."""

    settings: Settings
    party: str
    seats: tuple[Seat, ...]


class Partner(msgspec.Struct, frozen=True):
    """A party that may read over TAXII, for whoever wants to try: its token (for a day) and what it reads."""

    slug: str
    secret: str
    collection: Collection


class Demo(msgspec.Struct, frozen=True):
    """Both nodes, Korea's first. ``made`` is when the story was told; ``anew`` says whether that was just now."""

    stages: tuple[Stage, Stage]
    partner: Partner
    made: Micros
    anew: bool


class Mark(msgspec.Struct, frozen=True):
    """What the mark says of the demo that stands: one of another making, or for another port, is made anew."""

    version: str
    layout: int
    port: int
    made: Micros
    whole: bool = False

    def serves(self, other: "Mark") -> bool:
        """Whether what stands under this mark is what the other asks for."""
        return self.whole and (self.version, self.layout, self.port) == (other.version, other.layout, other.port)


IN_KOREA: Final = Place(
    "korea",
    0,
    "Asia/Seoul",
    (
        Person("Haneul Seo", (Role.ADMINISTRATOR,)),
        Person("Jiwoo Han", (Role.ANALYST, Role.DUTY_OFFICER)),
    ),
)
IN_ESTONIA: Final = Place(
    "estonia",
    1,
    "Europe/Tallinn",
    (
        Person("Maarja Kask", (Role.ADMINISTRATOR,)),
        Person("Tõnu Saar", (Role.ANALYST, Role.DUTY_OFFICER)),
    ),
)


def places(path: Path, settings: Settings) -> tuple[Settings, Settings]:
    """The settings of both nodes, from those that were given. The second fetches from the first, which is on loopback."""
    if settings.port == 65535:
        raise Invalid(
            "the demo takes two ports, and there is none after 65535", code="demo-port", hint="Choose a lower --port."
        )
    first, second = (
        msgspec.structs.replace(
            settings,
            data=str(path / place.folder),
            port=settings.port + place.above,
            timezone=place.timezone,
            base_url="",
            tls_cert="",
            tls_key="",
            fetch=msgspec.structs.replace(settings.fetch, private=True),
        )
        for place in (IN_KOREA, IN_ESTONIA)
    )
    return first, second


@contextmanager
def claimed(path: Path) -> Iterator[int]:
    """The demo's folder, made if need be and held against a second demo; gives the handle that holds it."""
    _make(path)
    handle = os.open(path / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"a demo runs already in {path}", code="demo-runs", hint="Stop it, or name another folder with --data."
            ) from error
        yield handle
    finally:
        os.close(handle)


def _make(path: Path) -> None:
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise Conflict(
            f"{path} is there and is not a demo's folder", code="not-a-demo", hint="Name another one with --data."
        )
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def set_up(path: Path, settings: Settings, clock: Clock, *, reset: bool = False, say: Say = lambda _: None) -> Demo:
    """Both nodes, ready to be served: those that stand there, or new ones. The folder is claimed by the caller."""
    asked = Mark(version("comity"), LAYOUT, settings.port, clock.now())
    stands = _read_mark(path)
    first, second = places(path, settings)
    anew = reset or not stands.serves(asked) or not (_fits(first) and _fits(second))
    if anew:
        _clear(path)
        _write_mark(path, asked)
        korean = build(clock.now())
        _stage(IN_KOREA, first, korean, clock, say)
        _stage(IN_ESTONIA, second, of_estonia(korean), clock, say)
        _mirror(first, second, clock, say)
        stands = msgspec.structs.replace(asked, whole=True)
        _write_mark(path, stands)
    with open_node(first, clock=clock) as node:
        korea, partner = _opened(node, IN_KOREA), _partner(node, clock)
    with open_node(second, clock=clock) as node:
        estonia = _opened(node, IN_ESTONIA)
    return Demo((korea, estonia), partner, stands.made, anew)


def _fits(settings: Settings) -> bool:
    """Whether a node stands there as this version has it: a demo of another one is told anew, not brought up to date."""
    try:
        return not outstanding(settings).needed
    except NodeError:
        return False


def _clear(path: Path) -> None:
    """Empties the folder but for its mark, whose lock is held."""
    for each in path.iterdir():
        if each.name == MARK:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _read_mark(path: Path) -> Mark:
    """The mark; one that can't be read is that of a demo to be made anew."""
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode((path / MARK).read_bytes(), type=Mark)
    return Mark("", 0, 0, 0)


def _write_mark(path: Path, mark: Mark) -> None:
    """Into the file that is there: another file would be without the lock."""
    (path / MARK).write_bytes(msgspec.json.encode(mark))


def _stage(place: Place, settings: Settings, scenario: Scenario, clock: Clock, say: Say) -> None:
    """Makes the node and delivers the scenario as if over its weeks."""
    own = next(party for party in scenario.parties if party.own)
    then = FixedClock(scenario.deliveries[0].received - DAY)
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
        collections = _collections(node, scenario, parties)
        objects = 0
        for delivery in scenario.deliveries:
            then.at = delivery.received
            objects += _deliver(node, delivery, parties, collections)
        then.at = clock.now()
        worker(node).drain()
    say(f"{own.name}: {objects} objects from {len({each.party for each in scenario.deliveries})} parties")


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


def _opened(node: Node, place: Place) -> Stage:
    """The node with a link for each of its people; links of earlier starts run out by themselves."""
    accounts = node.directory.accounts
    seats = []
    for person in place.people:
        account = accounts.get(person.name)
        seats.append(Seat(account.name, account.roles, accounts.invite(account, purpose="sign-in").secret))
    return Stage(node.settings, node.file.name, tuple(seats))


def _partner(node: Node, clock: Clock) -> Partner:
    """A partner of the first node with a token for a day: what the line for ``curl`` shows."""
    party = node.directory.parties.get(ESTONIA)
    issued = node.directory.tokens.issue(party, scope=Scope.READ, expires=clock.now() + DAY)
    return Partner(party.slug, issued.secret, node.directory.collections.get(CASE))
