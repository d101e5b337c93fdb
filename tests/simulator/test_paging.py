"""Readers while others write: every object once, none missed, and the same answer to the same question.

Readers go by ``next`` or by ``added_after`` alone; writers are threads with a store each, as processes would have. What
opens later (access, a higher ceiling) appears whole behind every cursor; what closes is gone at once.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import msgspec
import pytest

from comity.kernel.base.clock import FixedClock, Micros, SystemClock, rfc3339
from comity.kernel.objects import timestamps
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.commit import Place
from comity.kernel.store.plan import Incoming
from comity.kernel.store.store import Store, open_store
from comity.kernel.store.types import Batch, Page, Query
from tests.simulator.world import START, World, address, address_id, made_id, note, objects, statement, world

WRITERS = 4
ALL = Query(versions=("all",))


@pytest.fixture
def w(url: str) -> Iterator[World]:
    with world(url) as made:
        made.party("korea", Tlp.RED, own=True)
        for slug in ("writer0", "writer1", "writer2", "writer3", "reader"):
            made.party(slug, Tlp.AMBER)
        made.collection("case", Tlp.GREEN, read=tuple(made.parties))
        made.collection("late", Tlp.GREEN, read=("writer0", "writer1", "writer2", "writer3"))
        made.collection("other", Tlp.GREEN)
        yield made


class Writing:
    """Four writers at work, each with a store of its own; ``busy`` until the last is done. Left only when all are."""

    def __init__(
        self,
        w: World,
        make: Callable[[int, int], tuple[str, list[bytes]]],
        batches: int,
        clock: object = None,
        source: str = "",
    ) -> None:
        self._w = w
        self._make = make
        self._batches = batches
        self._clock = clock or SystemClock()
        self._source = source
        self.sent: list[bytes] = []
        self._lock = threading.Lock()
        self.pool = ThreadPoolExecutor(WRITERS)
        self.jobs = [self.pool.submit(self._write, number) for number in range(WRITERS)]

    @property
    def busy(self) -> bool:
        return not all(job.done() for job in self.jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()

    def finish(self) -> list[bytes]:
        """Everything that was acknowledged."""
        for job in self.jobs:
            job.result()
        return self.sent

    def _write(self, number: int) -> None:
        store = open_store(self._w.url, self._clock)  # type: ignore[arg-type]
        try:
            for batch in range(self._batches):
                collection, raws = self._make(number, batch)
                store.commit(self._w.batch(self._source or f"writer{number}", collection, raws))
                with self._lock:
                    self.sent += raws
        finally:
            store.close()


def plain(number: int, batch: int) -> tuple[str, list[bytes]]:
    """Batches of 1 to 9 notes, every fourth in a collection that the reader does not read."""
    size = 1 + (number * 7 + batch * 3) % 9
    collection = "other" if (number + batch) % 4 == 0 else "case"
    tlp = [None, Tlp.CLEAR, Tlp.AMBER, Tlp.RED][(number * 3 + batch) % 4]
    return collection, [note(f"{number} {batch} {place}", tlp=tlp) for place in range(size)]


def seen_by(w: World, party: str, sent: list[bytes]) -> list[bytes]:
    """What of it a party sees in the end."""
    visible = set(w.everything(party))
    return [raw for raw in sent if raw in visible]


class Follower:
    """A client that follows a feed; keeps all it was given."""

    def __init__(self, store: Store, party: int, query: Query, rnd: random.Random, *, by_next: bool) -> None:
        self._eyes = store.visible(Viewer(party=party))
        self._query = query
        self._random = rnd
        self._by_next = by_next
        self._last: Micros | None = None
        self.got: list[bytes] = []
        self.asked: list[tuple[Query, int, str | None, Page]] = []

    def follow(self) -> int:
        """Ask until there is nothing more; how many objects came."""
        before = len(self.got)
        limit = self._random.choice([1, 2, 3, 10, 100])
        query = msgspec.structs.replace(self._query, added_after=self._last)
        cursor = None
        while True:
            page = self._eyes.page(query, limit, cursor)
            if page.count:
                self.asked.append((query, limit, cursor, page))
                self.got += objects(page)
                assert page.first is not None
                assert page.last is not None
                assert self._last is None or page.first > self._last
                # What a client remembers is the header as text, not our integer.
                self._last = timestamps.parse(rfc3339(page.last))
            if page.next is None:
                return len(self.got) - before
            if self._by_next:
                cursor = page.next
            else:
                query = msgspec.structs.replace(self._query, added_after=self._last)

    def repeat(self) -> None:
        """Ask some questions again: the same answers."""
        for query, limit, cursor, page in self._random.sample(self.asked, min(20, len(self.asked))):
            again = self._eyes.page(query, limit, cursor)
            if cursor is not None:
                assert again == page
            elif page.next is not None:  # a full first page; its ``next`` holds the moment it was asked at
                assert msgspec.structs.replace(again, next=page.next) == page


@pytest.mark.parametrize("by_next", [True, False], ids=["by next", "by added_after"])
def test_a_reader_sees_every_object_exactly_once_while_four_write(w: World, by_next: bool) -> None:
    with Writing(w, plain, 25) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(1), by_next=by_next)
        while writing.busy:
            reader.follow()
        sent = writing.finish()
    while reader.follow():
        pass
    assert Counter(reader.got) == Counter(seen_by(w, "reader", sent))
    assert len(reader.got) < len(sent)
    own = Follower(w.store, w.parties["korea"].id, ALL, random.Random(2), by_next=by_next)
    own.follow()
    assert Counter(own.got) == Counter(sent)


def test_a_repeated_next_gives_the_same_page(w: World) -> None:
    with Writing(w, plain, 20) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(3), by_next=True)
        while writing.busy:
            reader.follow()
            reader.repeat()
        writing.finish()
    while reader.follow():
        pass
    reader.repeat()
    assert any(cursor for _, _, cursor, _ in reader.asked)


def test_the_same_next_consumes_nothing(w: World) -> None:
    """medallion: a ``next`` consumed its page, so that a request sent again lost one."""
    w.send("writer0", "case", *(note(str(number)) for number in range(10)))
    eyes = w.eyes("reader")
    first = eyes.page(ALL, 3)
    pages = [eyes.page(ALL, 3, first.next) for _ in range(3)]
    assert pages[0] == pages[1] == pages[2]
    assert not set(objects(first)) & set(objects(pages[0]))


@pytest.mark.parametrize("by_next", [True, False], ids=["by next", "by added_after"])
def test_equal_timestamps_at_page_borders_lose_nothing(w: World, by_next: bool) -> None:
    """The clock stands still while four writers write: dates stay unique."""
    with Writing(w, plain, 12, clock=FixedClock(START)) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(4), by_next=by_next)
        while writing.busy:
            reader.follow()
        sent = writing.finish()
    while reader.follow():
        pass
    assert Counter(reader.got) == Counter(seen_by(w, "reader", sent))


def test_a_clock_that_goes_back_loses_nothing(w: World) -> None:
    w.clock.at = START + 1_000_000
    reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(5), by_next=False)
    for number in range(30):
        w.clock.at -= 50_000
        w.send("writer0", "case", note(f"back {number}"), note(f"back again {number}"))
        reader.follow()
    assert len(reader.got) == len(set(reader.got)) == 60


def test_an_empty_poll_gives_no_date_to_run_ahead_with(w: World) -> None:
    """A client that remembered "now" from an empty poll would miss what commits meanwhile."""
    w.send("writer0", "case", note("one"))
    (page,) = w.pages("reader", ALL, 10)
    assert page.last is not None
    empty = w.eyes("reader").page(Query(versions=("all",), added_after=page.last), 10)
    assert (empty.count, empty.first, empty.last, empty.next) == (0, None, None, None)


@pytest.mark.parametrize("by_next", [True, False], ids=["by next", "by added_after"])
@pytest.mark.parametrize("what", ["access", "ceiling"])
def test_what_opens_while_four_write_appears_exactly_once(w: World, what: str, by_next: bool) -> None:
    """Access and a higher ceiling are granted in the middle of everything; nobody is told to start again."""

    def make(number: int, batch: int) -> tuple[str, list[bytes]]:
        tlp = [Tlp.CLEAR, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED][batch % 4]
        return ("late" if batch % 2 else "case"), [note(f"{number} {batch} {place}", tlp=tlp) for place in range(4)]

    w.ceiling("reader", Tlp.CLEAR)
    w.clock.at = SystemClock().now()
    with Writing(w, make, 25) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(6), by_next=by_next)
        steps = [Tlp.GREEN, Tlp.AMBER, Tlp.RED] if what == "ceiling" else [None]
        w.ceiling("reader", Tlp.AMBER_STRICT if what == "access" else Tlp.CLEAR)
        for step in steps:
            reader.follow()
            reader.follow()
            w.clock.at = SystemClock().now()
            if step is None:
                w.access("late", "reader", read=True)
            else:
                w.ceiling("reader", step)
            reader.follow()
        while writing.busy:
            reader.follow()
        sent = writing.finish()
    while reader.follow():
        pass
    assert Counter(reader.got) == Counter(seen_by(w, "reader", sent))
    assert len(reader.got) > 100


def test_an_opening_of_many_at_once_is_read_in_small_pages(w: World) -> None:
    """An opening reserves a date for each claim: clients that resume by date lose none of it."""
    for number in range(30):
        w.send(
            f"writer{number % 4}",
            ["late", "case", "other"][number % 3],
            *(note(f"{number} {place}") for place in range(20)),
        )
    reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(7), by_next=False)
    reader.follow()
    before = len(reader.got)
    w.access("late", "reader", read=True)
    w.send("writer1", "case", note("right behind the opening"))
    w.access("other", "reader", read=True)
    reader.follow()
    assert before == 200
    assert Counter(reader.got) == Counter(w.everything("reader"))
    assert len(reader.got) == 601


@pytest.mark.parametrize("what", ["access", "ceiling"])
def test_what_closes_is_gone_at_once_also_for_a_cursor_given_before(w: World, what: str) -> None:
    for number in range(10):
        w.send("writer0", ["late", "case"][number % 2], note(str(number), tlp=[Tlp.CLEAR, Tlp.AMBER][number % 2]))
    w.access("late", "reader", read=True)
    eyes = w.eyes("reader")
    page = eyes.page(ALL, 2)
    assert page.next is not None
    if what == "access":
        w.access("case", "reader", read=False)
        w.access("late", "reader", read=False)
    else:
        w.access("late", "reader", read=False)
        w.ceiling("reader", Tlp.GREEN)
    assert eyes.page(ALL, 100, page.next).count == 0
    assert eyes.page(ALL, 100).count == 0
    assert eyes.manifest(ALL, 100).records == ()
    assert eyes.search("plain").hits == ()
    assert eyes.recent() == ()


def test_what_closes_and_opens_again_comes_again_once(w: World) -> None:
    w.send("writer0", "case", *(note(str(number)) for number in range(5)))
    reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(8), by_next=False)
    reader.follow()
    w.access("case", "reader", read=False)
    w.send("writer0", "case", note("while closed"))
    w.access("case", "reader", read=True)
    w.send("writer0", "case", note("after"))
    reader.follow()
    counted = Counter(reader.got)
    assert set(counted) == set(w.everything("reader"))
    assert counted[note("while closed")] == counted[note("after")] == 1
    assert max(counted.values()) == 2


def test_a_new_party_finds_everything_that_was_there(w: World) -> None:
    w.send("writer0", "case", *(note(str(number)) for number in range(5)))
    w.party("newcomer", Tlp.AMBER)
    w.access("case", "newcomer", read=True)
    w.send("writer0", "case", note("after"))
    assert len(w.everything("newcomer", limit=2)) == 6


def test_a_cursor_is_its_viewers_and_its_filters_own(w: World) -> None:
    w.send("writer0", "case", *(note(str(number)) for number in range(5)))
    cursor = w.eyes("reader").page(ALL, 2).next
    assert cursor is not None
    for eyes, query in (
        (w.eyes("writer0"), ALL),
        (w.eyes("reader"), Query(versions=("last",))),
        (w.eyes("reader"), Query(versions=("all",), collection=1)),
    ):
        with pytest.raises(Exception, match="cursor"):
            eyes.page(query, 2, cursor)
    for forged in ("", "x", cursor[:-1], cursor + "A", cursor[::-1], "é" * 20, "\0", "A" * 10_000):
        with pytest.raises(Exception, match="cursor"):
            w.eyes("reader").page(ALL, 2, forged)


def test_references_that_come_before_what_they_name_are_not_missed(w: World) -> None:
    """Four writers send addresses and what refers to them, in any order: whatever ends up visible was given, maybe twice."""

    def make(number: int, batch: int) -> tuple[str, list[bytes]]:
        rnd = random.Random(number * 1000 + batch)
        raws = [note(f"{number} {batch} {place}", refs=[address_id(rnd.randint(1, 60))]) for place in range(3)]
        raws.append(address(rnd.randint(1, 60), tlp=rnd.choice([Tlp.CLEAR, Tlp.RED])))
        return rnd.choice(["case", "case", "late"]), raws

    with Writing(w, make, 20) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(9), by_next=False)
        w.clock.at = SystemClock().now()
        opened = False
        while writing.busy:
            reader.follow()
            if not opened and len(reader.got) > 20:
                w.access("late", "reader", read=True)
                opened = True
        writing.finish()
    w.access("late", "reader", read=True)
    w.settle()
    while reader.follow():
        pass
    assert set(reader.got) == set(w.everything("reader"))
    assert not any(b"192.0.2" in raw and b"e828b379" in raw for raw in reader.got)


def test_markings_that_come_beside_what_carries_them_withhold_nothing_in_the_end(w: World) -> None:
    """Definitions and marked objects race; once a definition is held, what carries it is released and given."""

    def make(number: int, batch: int) -> tuple[str, list[bytes]]:
        rnd = random.Random(number * 1000 + batch)
        marking = made_id("marking-definition", f"caveat {number} {min(batch + rnd.randint(0, 2), 19)}")
        marked = [note(f"{number} {batch} {place}", markings=[marking]) for place in range(3)]
        return "case", [*marked, statement(f"caveat {number} {batch}")]

    with Writing(w, make, 20) as writing:
        reader = Follower(w.store, w.parties["reader"].id, ALL, random.Random(10), by_next=False)
        while writing.busy:
            reader.follow()
        sent = writing.finish()
    w.settle()
    reader.follow()
    assert set(sent) == set(w.everything("reader"))
    assert set(reader.got) == set(sent)


def test_the_same_envelope_from_four_at_once_is_held_once(w: World) -> None:
    """A client that sends again because no answer came must not make two claims, whoever answers it."""

    def make(_number: int, batch: int) -> tuple[str, list[bytes]]:
        return "case", [note(f"{batch} {place}") for place in range(5)] + [address(batch)]

    with Writing(w, make, 12, source="writer0") as writing:
        writing.finish()
    w.settle()
    found = w.everything("reader", limit=7)
    assert len(found) == len(set(found)) == 12 * 6
    for batch in range(12):
        assert len(w.eyes("korea").held(made_id("note", f"{batch} 0"))) == 1
        assert len(w.eyes("korea").held(address_id(batch))) == 1
    (arrival,) = w.eyes("korea").arrivals()
    assert arrival.claims == 12 * 6


def test_the_same_objects_from_four_parties_at_once_are_four_claims_of_one_version(w: World) -> None:
    def make(_number: int, batch: int) -> tuple[str, list[bytes]]:
        return "case", [note(f"{batch} {place}") for place in range(3)]

    with Writing(w, make, 10) as writing:
        sent = writing.finish()
    found = w.everything("reader", limit=4)
    assert sorted(found) == sorted(set(sent))
    for batch in range(10):
        held = w.eyes("reader").held(made_id("note", f"{batch} 1"))
        assert {one.source_slug for one in held} == {f"writer{number}" for number in range(WRITERS)}
        assert len(held) == WRITERS
        assert not any(one.conflict for one in held)


def test_a_definition_that_commits_between_labelling_and_commit_is_not_missed(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of the test before, made certain: the definition comes after its marking was looked up and not found."""
    committer = w.store._committer
    label = committer._incoming
    other = open_store(w.url, w.clock)

    def late(batch: Batch, place: Place) -> Incoming:
        incoming = label(batch, place)
        other.commit(w.batch("korea", "case", [statement("caveat")]))
        return incoming

    monkeypatch.setattr(committer, "_incoming", late)
    marked = note("marked", markings=[made_id("marking-definition", "caveat")])
    w.send("writer0", "case", marked)
    while other.settle():
        pass
    other.close()
    assert marked in w.everything("reader")
