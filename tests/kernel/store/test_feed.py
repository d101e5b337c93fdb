"""The reading door's feed: who sees what, once, in order, however sparse; what opens later, what closes."""

import json
import random
from collections.abc import Callable

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.store import feed, visible
from comity.kernel.store.types import Access
from tests.kernel.store.conftest import SECOND, Cast, address


def test_a_ceiling_withholds_what_is_over_it(cast: Cast) -> None:
    made = {tlp: cast.indicator(tlp=tlp) for tlp in (None, *Tlp)}
    cast.give("alpha", list(made.values()))
    assert cast.ids("carol") == [made[Tlp.CLEAR]["id"], made[Tlp.GREEN]["id"]]
    assert len(cast.ids("own")) == 6
    assert len(cast.ids("alpha")) == 6


def test_without_a_marking_the_collections_default_holds(cast: Cast) -> None:
    one, two = cast.indicator(tlp=None), cast.indicator(tlp=None)
    cast.give("alpha", [one], "main")
    cast.give("alpha", [two], "side")
    assert cast.ids("carol", "main") == []
    assert cast.ids("carol", "side") == [two["id"]]
    held = cast.see("own").held(two["id"])[0]
    assert (held.tlp, held.assumed) == (Tlp.GREEN, True)


def test_a_granular_marking_counts_like_the_objects_own(cast: Cast) -> None:
    granular = [{"marking_ref": TLP_IDS[Tlp.RED], "selectors": ["name"]}]
    cast.give("alpha", [cast.indicator(granular_markings=granular)])
    assert cast.ids("carol") == []


def test_who_may_not_read_the_collection_sees_nothing_of_it_by_any_way(cast: Cast) -> None:
    one = cast.indicator(name="Findable")
    cast.give("alpha", [one])
    cast.settle()
    door = cast.see("dave")
    assert cast.ids("dave") == []
    assert door.held(one["id"]) == ()
    assert door.search("Findable").hits == ()
    assert door.recent() == ()
    assert door.walk(one["id"]).nodes == ()
    assert door.versions(cast.query(ids=(one["id"],)), 10).records == ()


def test_a_version_under_several_claims_comes_once(cast: Cast) -> None:
    one, two = cast.indicator(), cast.indicator()
    cast.give("alpha", [one])
    cast.give("bravo", [two, one])
    assert cast.ids("carol") == [one["id"], two["id"]]


def test_a_claim_that_permits_it_lets_a_version_through(cast: Cast) -> None:
    one = cast.indicator(tlp=None)
    cast.give("alpha", [one], "main")
    cast.give("bravo", [one], "side")
    assert cast.ids("carol", "main") == []
    assert cast.ids("carol", "side") == [one["id"]]


def test_what_opens_comes_whole_behind_the_cursor(cast: Cast) -> None:
    amber = [cast.indicator(tlp=Tlp.AMBER) for _ in range(5)]
    green = [cast.indicator() for _ in range(5)]
    cast.give("alpha", [one for pair in zip(amber, green, strict=True) for one in pair])
    first = cast.see("carol").page(cast.query(), 100)
    assert first.count == 5
    cast.clock.forward(SECOND)
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.AMBER)
    more = [cast.indicator() for _ in range(2)]
    cast.give("alpha", more)
    second = cast.see("carol").page(cast.query(added_after=first.last), 100)
    assert [one["id"] for one in json.loads(b"[" + second.objects + b"]")] == [one["id"] for one in amber + more]
    dates = [record.added for record in cast.see("carol").manifest(cast.query(), 100).records]
    assert dates == sorted(set(dates))
    assert len(dates) == 12


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_poller_by_date_loses_nothing_in_an_opening(cast: Cast, limit: int) -> None:
    cast.give("alpha", [cast.indicator(tlp=random.Random(n).choice(list(Tlp))) for n in range(30)])
    cast.clock.forward(SECOND)
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.RED)
    cast.give("alpha", [cast.indicator() for _ in range(5)])
    seen: list[str] = []
    after: int | None = None
    while True:
        page = cast.see("carol").page(cast.query(added_after=after), limit)
        if not page.count:
            break
        seen += [one["id"] for one in json.loads(b"[" + page.objects + b"]")]
        after = page.last
    assert len(seen) == len(set(seen)) == 35


def test_what_closes_stops_at_once_and_opens_again_whole(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator() for _ in range(4)])
    cursor = cast.see("carol").page(cast.query(), 2).next
    main, carol = cast.collections["main"].id, cast.parties["carol"].id
    cast.store.registry.set_access(Access(main, carol, read=False, write=False))
    assert cast.see("carol").page(cast.query(), 2, cursor).count == 0
    assert cast.ids("carol") == []
    cast.clock.forward(SECOND)
    cast.store.registry.set_access(Access(main, carol, read=True, write=False))
    assert len(cast.ids("carol")) == 4


def test_a_repeated_cursor_gives_the_same_page_while_others_write(cast: Cast) -> None:
    objects = [cast.indicator(name=f"n{n}") for n in range(10)]
    cast.give("alpha", objects)
    first = cast.see("alpha").page(cast.query(), 4)
    assert first.next is not None
    before = cast.see("alpha").page(cast.query(), 4, first.next)
    newer = [one | {"modified": "2026-03-01T00:00:00.000Z", "name": "newer"} for one in objects[4:6]]
    cast.give("alpha", newer + [cast.indicator() for _ in range(3)])
    assert cast.see("alpha").page(cast.query(), 4, first.next) == before


def test_a_cursor_is_its_viewers_and_its_filters_own(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator() for _ in range(4)])
    cursor = cast.see("alpha").page(cast.query(), 2).next
    assert cursor is not None
    for door, query, word in (
        (cast.see("bravo"), cast.query(), cursor),
        (cast.see("alpha"), cast.query(types=("indicator",)), cursor),
        (cast.see("alpha"), cast.query("side"), cursor),
        (cast.see("alpha"), cast.query(), cursor[:-2] + "AA"),
        (cast.see("alpha"), cast.query(), "é"),
        (cast.see("alpha"), cast.query(), ""),
    ):
        with pytest.raises(Invalid):
            door.page(query, 2, word)


def test_types_and_ids_narrow_a_page(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one, address("192.0.2.1"), address("192.0.2.2")])
    assert len(cast.ids("alpha", types=("ipv4-addr",))) == 2
    assert len(cast.ids("alpha", types=("ipv4-addr", "indicator"))) == 3
    assert cast.ids("alpha", ids=(one["id"], "indicator--00000000-0000-4000-8000-000000000999", "nonsense")) == [
        one["id"]
    ]
    assert cast.ids("alpha", types=("no-such-type",)) == []
    assert cast.ids("alpha", spec_versions=("2.0",)) == []
    assert len(cast.ids("alpha", spec_versions=("2.0", "2.1"))) == 3


@pytest.mark.parametrize("share", [1, 7, 400])
def test_a_sparse_viewer_gets_every_object_once(cast: Cast, monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    """Whatever way a stretch is read, dense or by labels, the answer is the same."""
    objects = [cast.indicator(tlp=Tlp.GREEN if n % share == share // 2 else Tlp.RED) for n in range(900)]
    for start in range(0, 900, 300):
        cast.give("alpha", objects[start : start + 300])
    wanted = [one["id"] for n, one in enumerate(objects) if n % share == share // 2]
    assert cast.ids("carol", limit=50) == wanted
    monkeypatch.setattr(feed, "DENSE_ROWS", 40)
    monkeypatch.setattr(feed, "MOST_GATHERED", 1)
    assert cast.ids("carol", limit=50) == wanted
    assert cast.ids("carol", limit=3) == wanted
    cast.clock.forward(SECOND)
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.RED)
    assert sorted(cast.ids("carol", limit=50)) == sorted(one["id"] for one in objects)


def test_a_page_is_bounded_in_bytes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visible, "MOST_BYTES", 100_000)
    objects = [cast.indicator(description="x" * 40_000) for _ in range(5)]
    cast.give("alpha", objects)
    page = cast.see("alpha").page(cast.query(), 100)
    assert page.count == 2
    assert page.next is not None
    assert cast.ids("alpha", limit=100) == [one["id"] for one in objects]


def test_an_empty_page_gives_back_the_viewers_own_place(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator()])
    page = cast.see("alpha").page(cast.query(added_after=cast.clock.now() + 5 * SECOND), 10)
    assert (page.count, page.first, page.last, page.next) == (0, None, None, None)


def test_the_feed_by_sql_and_the_judgement_in_memory_agree(cast: Cast) -> None:
    """``feed`` and ``candidates`` state the same rules twice; every way of asking gives the same objects and dates."""
    dice = random.Random(5)
    pool = [cast.indicator(tlp=dice.choice([None, *Tlp])) for _ in range(12)]
    for _ in range(25):
        one = dice.choice(pool)
        day = dice.randrange(1, 4)
        content = {"modified": f"2026-02-0{day}T00:00:00.000Z", "name": dice.choice("AB")}
        cast.give(dice.choice(["alpha", "bravo"]), [one | content], dice.choice(["main", "side"]))
    cast.clock.forward(SECOND)
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.AMBER)
    ids = tuple(one["id"] for one in pool)
    for party in ("own", "alpha", "carol"):
        for words in ((), ("first",), ("all",), ("first", "last")):
            by_feed = cast.see(party).manifest(cast.query(versions=words), 1000).records
            by_key = cast.see(party).manifest(cast.query(versions=words, ids=ids), 1000).records
            assert by_feed == by_key


def test_damage_is_said_and_nothing_is_made_up(cast: Cast, run_sql: Callable[[str], None]) -> None:
    cast.give("alpha", [cast.indicator() for _ in range(3)])
    run_sql("DELETE FROM grants")
    run_sql("UPDATE counter SET epoch = epoch + 1")
    assert cast.ids("carol") == []
