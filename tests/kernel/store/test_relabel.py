"""Labelling anew: what stands under labels of an earlier form is withheld, and opens again as its bytes are read anew."""

from typing import Any

import msgspec
import pytest

from comity.kernel.base.errors import Conflict
from comity.kernel.objects.ids import sco_id
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.label import Label
from comity.kernel.store.relabel import KIND
from comity.kernel.store.store import open_store
from tests.kernel.store.conftest import Cast, address

_CLOSE = (
    "UPDATE grants SET closed = (SELECT at + 1 FROM counter), cause = 'labels' WHERE closed IS NULL "
    "AND party NOT IN (SELECT id FROM party WHERE own = true) "
    "AND NOT EXISTS (SELECT 1 FROM label l WHERE l.id = grants.label AND l.source = grants.party)"
)


def age(cast: Cast) -> None:
    """As if all that is held had come to a node of an earlier form, just brought up to date (migration 0003)."""
    with cast.store._database.writer() as writer:
        for number, features in writer.cursor.execute("SELECT id, features FROM label").fetchall():
            stale = msgspec.structs.replace(Label.of_features(features), stale=True).features()
            mark = "%s" if writer.postgres else "?"
            writer.cursor.execute(f"UPDATE label SET features = {mark} WHERE id = {mark}", (stale, number))
        writer.cursor.execute(_CLOSE)
        writer.cursor.execute("UPDATE counter SET at = at + 1, epoch = epoch + 1")
    again(cast)


def again(cast: Cast, **more: Any) -> None:
    """The process starts again."""
    cast.store.close()
    cast.store = open_store(cast.url, cast.clock, **more)


def work(cast: Cast, *, limit: int = 3, rested: bool = False) -> int:
    """The job to its end, in small steps; how many."""
    job, steps = cast.store.relabelling.begin(), 0
    while job is not None and job.open:
        cast.store.jobs.step(job, cast.store.relabelling.step(job, limit=limit, rested=rested))
        job, steps = cast.store.jobs.get(job.id), steps + 1
    return steps


def fill(cast: Cast) -> None:
    """Several sources, markings, and objects that need each other by ids that can be guessed."""
    one, two = address("198.51.100.1"), address("198.51.100.2", Tlp.RED)
    traffic = {
        "type": "network-traffic",
        "spec_version": "2.1",
        "src_ref": one["id"],
        "protocols": ["tcp"],
        "object_marking_refs": one["object_marking_refs"],
    }
    traffic["id"] = sco_id("network-traffic", traffic)
    cast.give("alpha", [cast.indicator(f"Alpha {number}") for number in range(5)])
    cast.give("alpha", [cast.indicator("Amber", Tlp.AMBER), cast.indicator("Revoked", revoked=True)])
    # What needs comes before what is needed, so that a round has to wait for a neighbour.
    cast.give("bravo", [traffic])
    cast.give("alpha", [one, two])
    for name, ref in (("open", one), ("hidden", two)):
        cast.give("bravo", [sighting(cast, name, str(ref["id"]))], "side")
    cast.settle()


def sighting(cast: Cast, name: str, ref: str) -> dict[str, Any]:
    made = cast.indicator(name)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": made["id"].replace("indicator", "note"),
        "created": made["created"],
        "modified": made["modified"],
        "content": name,
        "object_refs": [ref],
        "object_marking_refs": made["object_marking_refs"],
    }


def all_see(cast: Cast) -> dict[tuple[str, str], list[str]]:
    return {
        (party, place): cast.ids(party, place)
        for party in ("own", "alpha", "bravo", "carol")
        for place in ("main", "side")
    }


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_what_was_open_is_open_again(cast: Cast, limit: int) -> None:
    fill(cast)
    before = all_see(cast)
    age(cast)
    assert cast.ids("carol") == cast.ids("carol", "side") == []
    assert cast.ids("own") == before["own", "main"]
    assert cast.store.relabelling.outstanding() == 12
    assert work(cast, limit=limit) > 2
    after = all_see(cast)
    assert {place: sorted(ids) for place, ids in after.items()} == {place: sorted(ids) for place, ids in before.items()}
    assert cast.store.relabelling.outstanding() == 0
    assert cast.store.relabelling.begin() is None
    assert cast.store.jobs.all(9)[0].position >= 12


def test_at_rest_what_opens_as_before_stays_at_its_place(cast: Cast) -> None:
    fill(cast)
    before, page = all_see(cast), cast.see("carol").page(cast.query(), 3)
    age(cast)
    told: list[tuple[int, int]] = []
    assert cast.store.relabelling.run(lambda done, total: told.append((done, total))) >= 12
    assert told[-1][0] == told[-1][1]
    assert all_see(cast) == before
    same = cast.see("carol").page(cast.query(), 3)
    assert (same.objects, same.first, same.last) == (page.objects, page.first, page.last)
    assert cast.see("carol").page(cast.query(), 100, page.next).count == len(before["carol", "main"]) - 3


def test_what_opens_while_others_read_appears_behind_their_cursor(cast: Cast) -> None:
    fill(cast)
    age(cast)
    empty = cast.see("carol").page(cast.query(), 100)
    assert empty.count == 0
    late = cast.indicator("Late")
    cast.give("alpha", [late])
    page = cast.see("carol").page(cast.query(), 100)
    assert page.count == 1
    work(cast)
    rest = cast.see("carol").page(cast.query(added_after=page.last), 100)
    assert rest.count == len(cast.ids("carol")) - 1


def test_what_came_meanwhile_and_needs_what_was_stale_opens_too(cast: Cast) -> None:
    fill(cast)
    age(cast)
    late = sighting(cast, "late", str(address("198.51.100.1")["id"]))
    cast.give("bravo", [late], "side")
    assert cast.ids("carol", "side") == []
    work(cast)
    assert late["id"] in cast.ids("carol", "side")
    assert not [one for one in cast.read("carol", "side") if one.get("content") == "hidden"]


def test_a_step_that_is_done_twice_is_done_once(cast: Cast) -> None:
    fill(cast)
    before = all_see(cast)
    age(cast)
    job = cast.store.relabelling.begin()
    assert job is not None
    assert job.kind == KIND
    first, second = cast.store.relabelling.step(job, limit=2), cast.store.relabelling.step(job, limit=2)
    cast.store.jobs.step(job, first)
    with pytest.raises(Conflict):
        cast.store.jobs.step(job, second)
    again(cast)
    work(cast)
    assert sorted(cast.ids("carol")) == sorted(before["carol", "main"])


def test_what_changes_between_looking_and_writing_is_looked_at_again(cast: Cast) -> None:
    fill(cast)
    before = all_see(cast)
    age(cast)
    job = cast.store.relabelling.begin()
    assert job is not None
    effect = cast.store.relabelling.step(job, limit=4)
    gone = before["own", "main"][0]
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, gone, ("all",), cast.clock.now())
    cast.store.jobs.step(job, effect)
    work(cast)
    assert sorted(cast.ids("carol")) == sorted(set(before["carol", "main"]) - {gone})
