"""What deciding costs: `python -m bench.policy FOLDER` measures a node that is at rest, and prints figures as JSON.

Two kinds. Inside a full node: parties are added under agreements made for the purpose, and what they read is timed, in this
process, so that a figure is the store's time and not the network's. And beside it, in a database of its own: labels by the
thousand for parties by the hundred, which says what a large alliance would cost.
"""

# ruff: noqa: SLF001  measures what no door shows

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from bench import BenchError
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import SystemClock
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Ceiling,
    Scope,
    Selection,
    Signatory,
    Withhold,
)
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import feed
from comity.kernel.store.migrate import migrate
from comity.kernel.store.store import Store, open_store
from comity.kernel.store.types import AgreementRow, Collection, Party, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from comity.app.node import Node
    from comity.kernel.store.database import Sql
    from comity.kernel.store.visible import Visible

PAGE: Final = 1000
PASSES: Final = 5
LABELS: Final = 10_000
PARTIES: Final = 100
TOUCHED: Final = 1000
SHAPES: Final = 100_000
# The kinds of the corpus that make up a tenth of it when only TLP:AMBER of them is taken.
_TENTH: Final = ("indicator", "relationship", "sighting")
# All but locations: of these so few are at TLP:AMBER+STRICT that they are about one in ten thousand objects.
_COMMON: Final = (
    "indicator",
    "relationship",
    "ipv4-addr",
    "domain-name",
    "file",
    "url",
    "sighting",
    "observed-data",
    "vulnerability",
    "note",
    "malware",
    "network-traffic",
    "report",
    "email-addr",
    "attack-pattern",
    "x509-certificate",
    "campaign",
    "opinion",
    "grouping",
    "course-of-action",
    "threat-actor",
    "intrusion-set",
    "identity",
)
_BARE: Final = (
    "SELECT c.seq, v.raw FROM claim c JOIN version v ON v.seq = c.body WHERE c.seq > {after} ORDER BY c.seq LIMIT 1000"
)

_UNASKED: dict[tuple[bool, tuple[str, ...], bool, int, bool], Sql] = {}
"""The feed's statements with policy taken out."""

UNITS: Final = {
    "rows, straight from the tables": "obj/s",
    "pages, policy not asked": "obj/s",
    "pages, everything granted": "x",
    "pages, half granted": "x",
    "agreement that opens a tenth": "s",
    "opened, by next": "s",
    "opened, by added_after": "s",
    "opened, first page by next": "ms",
    "opened, first page by added_after": "ms",
    "page, one in ten thousand": "ms",
    "all labels for all parties": "s",
    "agreement that touches 1,000 labels": "s",
    "open set of 100,000 shapes, first of the process": "ms",
    "open set of 100,000 shapes": "ms",
}
"""Of the figures; those that are not here are counts of objects, or of grants."""


class Meter:
    """Figures as they come: name -> value."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}

    @contextmanager
    def times(self, name: str, factor: float = 1.0) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.found[name] = (time.perf_counter() - start) * factor


# -- inside a full node


def inside(node: Node, meter: Meter) -> None:
    """Figures of reading under policy, and of what an agreement opens."""
    collection = node.directory.collections.get("bench")

    def party(slug: str, ceiling: Tlp) -> Party:
        made = node.directory.parties.add(slug, name=slug.title(), jurisdiction="FI", tlp_max=ceiling)
        node.directory.collections.grant(collection, made, read=True, write=False)
        return made

    def agree(name: str, whom: Party, articles: list[AnyArticle]) -> None:
        own = node.directory.parties.own()
        signatories = tuple(
            Signatory(each.name, each.jurisdiction, each.identity or "", each.slug) for each in (own, whom)
        )
        text = write(Agreement(name, name.title(), signatories, tuple(articles)))
        node.directory.agreements.apply(text, by="bench")

    query = Query(collection=collection.id, versions=("all",))
    everything, half = party("everything", Tlp.RED), party("half", Tlp.GREEN)
    kinds = Selection(types=("relationship",))
    agree("half", half, [Ceiling(number=1, tlp="green"), Withhold(number=2, when=kinds)])
    ways: dict[str, Callable[[], int]] = {
        "bare": partial(_bare, node.store),
        "unasked": partial(_unasked, node.store.visible(Viewer(node.directory.parties.own().id)), query),
    }
    for name, whom in (("everything", everything), ("half", half)):
        reader = node.store.visible(Viewer(whom.id))
        ways[name] = partial(along, reader, query)
    rates = rates_of(ways, processor=not node.database.startswith("postgresql"))
    meter.found["rows, straight from the tables"] = rates["bare"]
    meter.found["pages, policy not asked"] = rates["unasked"]
    for name in ("everything", "half"):
        meter.found[f"pages, {name} granted"] = rates[name] / rates["unasked"]
    meter.found["objects, half granted"] = float(along(node.store.visible(Viewer(half.id)), query))
    _opening(node, meter, party("tenth", Tlp.CLEAR), query, agree)
    rare = party("rare", Tlp.CLEAR)
    agree(
        "rare",
        rare,
        [
            Ceiling(number=1, tlp="amber+strict"),
            Withhold(number=2, when=Selection(tlp=("clear", "green", "amber", "red"))),
            Withhold(number=3, when=Selection(types=_COMMON)),
        ],
    )
    meter.found["objects, one in ten thousand"] = float(along(node.store.visible(Viewer(rare.id)), query))
    pages = [_timed(lambda: node.store.visible(Viewer(rare.id)).page(query, 100)) for _ in range(20)]
    meter.found["page, one in ten thousand"] = statistics.median(pages) * 1000


def _opening(
    node: Node,
    meter: Meter,
    whom: Party,
    query: Query,
    agree: Callable[[str, Party, list[AnyArticle]], None],
) -> None:
    """A partner that has read all it may; then an agreement opens a tenth of what is held."""
    reader = node.store.visible(Viewer(whom.id))
    cursor, last = None, 0
    while True:
        page = reader.page(query, PAGE, cursor)
        cursor, last = page.next, page.last or last
        if cursor is None:
            break
    scope = Scope(number=1, covers=Selection(types=_TENTH, tlp=("amber",)))
    began = time.perf_counter()
    agree("tenth", whom, [scope, Ceiling(number=2, tlp="amber")])
    meter.found["agreement that opens a tenth"] = time.perf_counter() - began
    for name, follow in (("next", True), ("added_after", False)):
        start = time.perf_counter()
        pages, first = _following(node.store.visible(Viewer(whom.id)), query.collection, last, cursors=follow)
        meter.found[f"opened, by {name}"] = time.perf_counter() - start
        meter.found[f"opened, first page by {name}"] = (first - start) * 1000
        objects = [
            bytes(each) for page in pages for each in msgspec.json.decode(b"[%b]" % page, type=list[msgspec.Raw])
        ]
        if len(set(objects)) != len(objects):
            raise BenchError(f"by {name}, {len(objects) - len(set(objects))} objects came twice")
        meter.found[f"objects opened, by {name}"] = float(len(objects))


def _following(
    reader: Visible, collection: int | None, last: int | None, *, cursors: bool
) -> tuple[list[bytes], float]:
    """What is dated after a date, page by page, and when the first one was there: along `next`, or by the last date again and
    again.
    """
    pages: list[bytes] = []
    after, cursor, first = last, None, 0.0
    while True:
        page = reader.page(Query(collection=collection, versions=("all",), added_after=after), PAGE, cursor)
        first = first or time.perf_counter()
        pages.append(page.objects)
        if cursors:
            cursor = page.next
        elif page.last is not None:
            after = page.last
        if cursor is None and (cursors or not page.count):
            return pages, first


def _bare(store: Store) -> int:
    """All objects in the order of the log, in pages of the same size, from the same tables, without asking who reads."""
    count, after = 0, 0
    while True:
        with store._database.snapshot() as reader:
            rows = reader.cursor.execute(_BARE.format(after=after)).fetchall()
        b",".join([bytes(raw) for _, raw in rows])
        count += len(rows)
        if len(rows) < PAGE:
            return count
        after = rows[-1][0]


def _unasked(reader: Visible, query: Query) -> int:
    """``along`` by the same door with the test of the open set taken out of its statements: all else stays, the same pages,
    cursors and dates. ``reader``: the own party, to whom nothing opened later than it came.
    """
    held = feed._BYTE, feed._ANY, feed._statements
    feed._BYTE, feed._ANY, feed._statements = ("true", "true"), ("", ""), _UNASKED
    try:
        return along(reader, query)
    finally:
        feed._BYTE, feed._ANY, feed._statements = held


def along(reader: Visible, query: Query) -> int:
    """Follows ``next`` to the end; how many objects it gave."""
    count, cursor = 0, None
    while True:
        page = reader.page(query, PAGE, cursor)
        count, cursor = count + page.count, page.next
        if cursor is None:
            return count


def rates_of(ways: dict[str, Callable[[], int]], *, processor: bool) -> dict[str, float]:
    """Objects a second, the best of some passes, which take turns. ``processor``: by this process's time, which others on the
    machine disturb less, where all of the work is done in it.
    """
    clock = time.process_time if processor else time.perf_counter
    best = dict.fromkeys(ways, 0.0)
    for _ in range(PASSES):
        for name, run in ways.items():
            start = clock()
            count = run()
            best[name] = max(best[name], count / (clock() - start))
    return best


def _timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


# -- beside it: many labels, many parties


def beside(url: str, meter: Meter) -> None:
    """Figures of deciding, in an empty database: no object is there, only labels and shapes."""
    migrate(url)
    clock = SystemClock()
    store = open_store(url, clock, labels_per_source=100_000)
    try:
        own, parties = _parties(store, clock.now())
        rights = [(party.id, True, True) for party in parties]
        made = Collection(0, "3f6c1a52-1f6b-4c7e-8a53-8d2a6f0b9f11", "many", "Many", "", Tlp.AMBER, clock.now())
        collection = store.registry.add_collection(made, rights)
        for number in range(10):
            _enact(store, own, parties[number], f"wide-{number}", Scope(number=1), clock.now())
        with meter.times("all labels for all parties"):
            _label(store, [party.id for party in parties], collection.id)
        with store._database.snapshot() as reader:
            meter.found["grants"] = float(reader.cursor.execute("SELECT count(*) FROM grants").fetchone()[0])
        narrow = Scope(number=1, covers=Selection(types=tuple(f"x-kind-{number}" for number in range(10))))
        with meter.times("agreement that touches 1,000 labels"):
            _enact(store, own, parties[50], "narrow", narrow, clock.now())
        _shape(store)
        spent = []
        for party in parties[20:30]:
            with store._database.snapshot() as reader:
                start = time.perf_counter()
                store._sets.of(reader, party.id)
                spent.append((time.perf_counter() - start) * 1000)
        meter.found["open set of 100,000 shapes, first of the process"] = spent[0]
        meter.found["open set of 100,000 shapes"] = statistics.median(spent[1:])
    finally:
        store.close()


def _parties(store: Store, now: int) -> tuple[Party, list[Party]]:
    own = store.registry.add_party(Party(0, "own", "Own", "EE", Tlp.RED, True, None, now))
    ceilings = (Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER)
    return own, [
        store.registry.add_party(
            Party(0, f"party-{number}", f"Party {number}", "FI", ceilings[number % 3], False, None, now)
        )
        for number in range(PARTIES)
    ]


def _enact(store: Store, own: Party, party: Party, name: str, scope: Scope, now: int) -> None:
    signatories = tuple(Signatory(each.name, each.jurisdiction, "", each.slug) for each in (own, party))
    agreement = Agreement(name, name, signatories, (scope, Ceiling(number=2, tlp="amber")))
    row = AgreementRow(
        name=name,
        version=now,
        title=name,
        text=write(agreement),
        agreement=agreement,
        object=f"agreement--{party.id:08d}-0000-4000-8000-000000000000",
        digest=bytes(32),
        made=now,
        made_by="bench",
        ours=now,
    )
    store.enact(None, row, by="bench")


def _label(store: Store, sources: list[int], collection: int) -> None:
    """So many labels, a hundred of each source; of each type a hundred."""
    labels = [
        Label(
            source=sources[number % PARTIES],
            collection=collection,
            type=f"x-kind-{number // PARTIES}",
            tlp=tuple(Tlp)[number % 5],
            assumed=False,
            terms=("pap:amber",) if number % 7 == 0 else (),
            channel="taxii",
        )
        for number in range(LABELS)
    ]
    store._labels.numbers(labels)


def _shape(store: Store) -> None:
    """So many shapes, each label with ten different needs of one or two labels."""
    keys = [
        (number % LABELS + 1, ((number * 7 % LABELS + 1,), (number * 13 % LABELS + 1,))[: 1 + number % 2])
        for number in range(SHAPES)
    ]
    normal = [(label, tuple(sorted(set(needs)))) for label, needs in keys]
    with store._database.writer() as writer:
        store._shapes.make(writer, normal)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.policy", description=__doc__)
    parser.add_argument("folder", help="of a node at rest that is full; measured inside")
    parser.add_argument("--beside", metavar="URL", default="", help="an empty database, for labels by the thousand")
    given = parser.parse_args()
    meter = Meter()
    with open_node(Settings(data=given.folder)) as node:
        inside(node, meter)
    if given.beside:
        beside(given.beside, meter)
    json.dump(meter.found, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
