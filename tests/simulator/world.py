"""A small world to try the store in: parties, collections, a clock that is set by hand, and objects made to order.

Lives here: what the simulations share. Nothing here judges; the rules that the store is held to are in ``oracle``.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from comity.kernel.base.clock import FixedClock, Micros
from comity.kernel.objects import ids, timestamps
from comity.kernel.objects.markings import HANDLING_EXTENSION, IEP_EXTENSION, PAP_EXTENSION, PAP_IDS, TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import tables
from comity.kernel.store.database import Sql
from comity.kernel.store.grants import CLOCK
from comity.kernel.store.store import Store, open_store
from comity.kernel.store.types import (
    Access,
    AgreementRow,
    Batch,
    Channel,
    Collection,
    Community,
    Outcome,
    Page,
    Party,
    Query,
)
from comity.kernel.store.visible import Visible
from comity.work.clocks import Clocks

START: Micros = 1_795_000_000_000_000
SECOND: Micros = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EVERYTHING = ("all",)
_KEYS = Sql("SELECT scope, key FROM pseudonym_key ORDER BY generation")


def made_id(kind: str, name: str) -> str:
    """The id of an object that a simulation knows by a name: a UUIDv4, the same each time."""
    digits = hashlib.sha256(f"{kind} {name}".encode()).hexdigest()
    return f"{kind}--{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def note(
    name: str,
    *,
    at: Micros = START,
    created: Micros | None = None,
    content: str = "plain",
    by: str | None = None,
    tlp: Tlp | None = None,
    refs: Sequence[str] = (),
    markings: Sequence[str] = (),
    granular: Tlp | None = None,
    revoked: bool = False,
) -> bytes:
    """A note, which may refer to anything."""
    made: dict[str, object] = {"type": "note", "spec_version": "2.1", "id": made_id("note", name)}
    if by is not None:
        made["created_by_ref"] = by
    made |= {
        "created": timestamps.render(min(at, START) if created is None else created),
        "modified": timestamps.render(at),
        "content": content,
        "object_refs": list(refs) or [made_id("campaign", "anything")],
    }
    if revoked:
        made["revoked"] = True
    marked = [*([] if tlp is None else [TLP_IDS[tlp]]), *markings]
    if marked:
        made["object_marking_refs"] = marked
    if granular is not None:
        made["granular_markings"] = [{"marking_ref": TLP_IDS[granular], "selectors": ["content"]}]
    return msgspec.json.encode(made)


def address(number: int, *, tlp: Tlp | None = None) -> bytes:
    """An IPv4 address, whose id can be guessed from its value."""
    properties: dict[str, object] = {"value": f"192.0.2.{number}"}
    made = {"type": "ipv4-addr", "spec_version": "2.1", "id": ids.sco_id("ipv4-addr", properties)} | properties
    if tlp is not None:
        made["object_marking_refs"] = [TLP_IDS[tlp]]
    return msgspec.json.encode(made)


def address_id(number: int) -> str:
    """The id of ``address(number)``."""
    return ids.single_id("ipv4-addr", f"192.0.2.{number}")


def statement(name: str, text: str = "for members", by: str | None = None) -> bytes:
    """A statement marking."""
    made: dict[str, object] = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": made_id("marking-definition", name),
    }
    if by is not None:
        made["created_by_ref"] = by
    made |= {
        "created": timestamps.render(START),
        "definition_type": "statement",
        "definition": {"statement": text},
    }
    return msgspec.json.encode(made)


def pap(word: str) -> bytes:
    """The definition of a PAP level, which is known by its id."""
    return _definition(pap_id(word), PAP_EXTENSION, {"pap": word})


def pap_id(word: str) -> str:
    """The first published id of a PAP level."""
    return next(marking for marking, level in PAP_IDS.items() if level == word)


def handling(name: str, **said: object) -> bytes:
    """A marking of our extension ``handling``."""
    return _definition(made_id("marking-definition", name), HANDLING_EXTENSION, said)


def iep(name: str, tlp: str = "white", since: Micros | None = None, until: Micros | None = None) -> bytes:
    """A FIRST IEP 2.0 policy."""
    said = {
        "affected_party_notifications": "may",
        "encrypt_in_transit": "may",
        "permitted_actions": "none",
        "provider_attribution": "may",
        "tlp": tlp,
        "unmodified_resale": "may",
    }
    dates = {"start_date": since, "end_date": until}
    said |= {word: timestamps.render(moment) for word, moment in dates.items() if moment is not None}
    return _definition(made_id("marking-definition", name), IEP_EXTENSION, said)


def _definition(marking: str, extension: str, said: Mapping[str, object]) -> bytes:
    made = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking,
        "created": timestamps.render(START),
        "extensions": {extension: {"extension_type": "property-extension"} | dict(said)},
    }
    return msgspec.json.encode(made)


def parsed(raw: bytes) -> Parsed:
    """What the door would make of it; fails where it would be refused."""
    outcome = parse(raw)
    assert isinstance(outcome, Parsed), outcome
    return outcome


class World:
    """A store with parties and collections, known by their slugs."""

    def __init__(self, url: str, seed: int = 0) -> None:
        self.url = url
        self.clock = FixedClock(START)
        self.random = random.Random(seed)
        self.store: Store = open_store(url, self.clock, self.random.randbytes)
        self.parties: dict[str, Party] = {}
        self.collections: dict[str, Collection] = {}
        self.communities: dict[str, Community] = {}
        self.people: dict[str, int] = {}

    def close(self) -> None:
        self.store.close()

    def party(self, slug: str, ceiling: Tlp = Tlp.GREEN, *, own: bool = False, jurisdiction: str = "KR") -> Party:
        """Adds a party; its identity is made from its slug."""
        party = Party(
            id=0, slug=slug, name=slug.title(), jurisdiction=jurisdiction, tlp_max=ceiling, own=own,
            identity=made_id("identity", slug), created=self.clock.now(),
        )  # fmt: skip
        self.parties[slug] = self.store.registry.add_party(party)
        return self.parties[slug]

    def collection(self, slug: str, tlp: Tlp = Tlp.AMBER, *, read: Iterable[str] = ()) -> Collection:
        """Adds a collection, with those who read it."""
        uuid = made_id("x", slug)[3:]
        made = Collection(id=0, uuid=uuid, slug=slug, title=slug, description="", tlp=tlp, created=self.clock.now())
        access = [(self.parties[reader].id, True, True) for reader in read]
        self.collections[slug] = self.store.registry.add_collection(made, access)
        return self.collections[slug]

    def person(self, name: str) -> int:
        """Adds a person of the own party; the number of the account."""
        row = {"name": name, "roles": "analyst", "created": self.clock.now(), "disabled": False, "language": ""}
        with self.store._database.write() as connection:
            key = connection.execute(tables.account.insert().values(**row)).inserted_primary_key
        assert key is not None
        self.people[name] = int(key[0])
        return self.people[name]

    def restrict(self, object_id: str, *names: str, by: str | None = None) -> None:
        """Restricts to people, or lifts where none are named; the worker has not done what follows."""
        account = self.people[by] if by else None
        if names:
            people = [self.people[name] for name in names]
            self.store._restrictions.restrict(object_id, people, by="test", account=account)
        else:
            self.store._restrictions.lift(object_id, by="test", account=account)

    def ceiling(self, party: str, tlp: Tlp) -> None:
        self.parties[party] = self.store.registry.set_ceiling(self.parties[party], tlp)

    def access(self, collection: str, party: str, *, read: bool) -> None:
        self.store.registry.set_access(
            Access(collection=self.collections[collection].id, party=self.parties[party].id, read=read, write=True)
        )

    def client(self, party: str, patron: str | None) -> None:
        """Makes a party the client of another, or of nobody."""
        of = self.parties[patron].id if patron else None
        self.parties[party] = self.store.registry.set_client(self.parties[party], of)

    def community(self, slug: str) -> None:
        made = Community(id=0, slug=slug, name=slug.title(), created=self.clock.now())
        self.communities[slug] = self.store.registry.add_community(made)

    def member(self, community: str, party: str, *, there: bool) -> None:
        """Puts a party into a community, or takes it out."""
        change = self.store.registry.join if there else self.store.registry.leave
        change(self.communities[community].id, self.parties[party].id)

    def row(self, agreement: Agreement) -> AgreementRow:
        """An agreement as it is kept once we have signed it. Its text is of no weight here."""
        return AgreementRow(
            name=agreement.name,
            version=self.clock.now(),
            title=agreement.title,
            text="",
            agreement=agreement,
            object=made_id("agreement", agreement.name),
            digest=hashlib.sha256(msgspec.json.encode(agreement)).digest(),
            ours=self.clock.now(),
        )

    def enact(self, agreement: Agreement) -> AgreementRow:
        """We sign an agreement."""
        return self.store.enact(None, self.row(agreement), by="test")

    def batch(self, source: str, collection: str, raws: Iterable[bytes], channel: Channel = Channel.TAXII) -> Batch:
        return Batch(
            source=self.parties[source].id,
            collection=self.collections[collection].id,
            objects=tuple(parsed(raw) for raw in raws),
            channel=channel,
            received=self.clock.now(),
        )

    def send(self, source: str, collection: str, *raws: bytes) -> Outcome:
        """Commits a batch, and lets the worker finish what follows from it."""
        outcome = self.store.commit(self.batch(source, collection, raws))
        self.settle()
        return outcome

    def tick(self) -> None:
        """The worker's clocks: what is due by now is done."""
        clocks = Clocks(self.store.timers, self.clock, {CLOCK: lambda inside, _: self.store.key_date(inside)})
        while clocks.step():
            pass

    def settle(self) -> None:
        """What the worker does until nothing is left."""
        while self.store.settle():
            pass
        while self.store.twins.step(200):
            while self.store.settle():
                pass
        while self.store.index_text():
            pass

    def keys(self) -> dict[str, bytes]:
        """The key of each scope that makes pseudonyms now; a ceiling's by its party's slug."""
        names: dict[str, str] = {f"ceiling:{party.id}": f"ceiling of {slug}" for slug, party in self.parties.items()}
        with self.store._database.snapshot() as reader:
            return {names.get(str(scope), str(scope)): bytes(key) for scope, key in reader.all(_KEYS)}

    def eyes(self, viewer: str) -> Visible:
        """What a viewer may see: a party, or ``party:person``."""
        party, _, person = viewer.partition(":")
        return self.store.visible(Viewer(party=self.parties[party].id, account=self.people[person] if person else None))

    def everything(self, party: str, limit: int = 1000, **filters: object) -> list[bytes]:
        """All objects that a party sees, page by page."""
        query = msgspec.convert({"versions": EVERYTHING} | filters, Query)
        return [raw for page in self.pages(party, query, limit) for raw in objects(page)]

    def pages(self, party: str, query: Query, limit: int) -> Iterator[Page]:
        """Pages from the first to the last."""
        cursor = None
        while True:
            page = self.eyes(party).page(query, limit, cursor)
            yield page
            cursor = page.next
            if cursor is None:
                return


def objects(page: Page) -> list[bytes]:
    """The objects of a page, as bytes."""
    found = msgspec.json.decode(b"[" + page.objects + b"]", type=list[msgspec.Raw])
    assert len(found) == page.count
    return [bytes(raw) for raw in found]


@contextmanager
def world(url: str, seed: int = 0) -> Iterator[World]:
    """A world that is closed afterwards."""
    made = World(url, seed)
    try:
        yield made
    finally:
        made.close()
