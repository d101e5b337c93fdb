"""Legal holds win over erasure, retention and deletion; the deleter is told nothing of it."""

import json
from typing import Any

import pytest

from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.agreement import agree
from comity.kernel.store.erasure.orders import Ground, Hold, Selection, Stage
from comity.kernel.store.types import Kept
from tests.kernel.store.conftest import SECOND, Cast
from tests.kernel.store.test_deletion import delete
from tests.kernel.store.test_erasure import GROUND, erase, has_nothing_of


def lay(cast: Cast, kind: str, subject: str, *, number: int | None = None, **more: Any) -> Hold:
    given = {"reference": "Case 12", "ground": "kept for the court", "until": None, "by": "tester"} | more
    return cast.store.holds.lay(kind, subject, number=number, **given)


def carry_on(cast: Cast) -> None:
    """What a worker would do with the jobs that wait."""
    while job := cast.store.jobs.next(["erase"], cast.clock.now()):
        cast.store.jobs.step(job, cast.store.erasures.step(job))


def test_an_object_under_hold_is_not_erased_until_it_is_lifted(cast: Cast) -> None:
    one = cast.indicator(name="Henbane")
    cast.give("alpha", [one])
    hold = lay(cast, "object", one["id"])
    assert cast.store.erasures.outlook(Selection(object=one["id"])).holds == (hold.id,)
    done = erase(cast, object=one["id"])
    assert (done.stage, done.claims, done.held) == (Stage.HELD, 0, 1)
    assert cast.ids("carol") == [one["id"]]
    cast.store.holds.lift(hold.id, by="tester")
    carry_on(cast)
    assert cast.store.erasures.get(done.id).stage is Stage.DONE
    assert cast.ids("own") == []
    has_nothing_of(cast, "henbane", one["id"])


@pytest.mark.parametrize("kind", ["source", "collection"])
def test_a_hold_on_what_came_from_somewhere_or_lies_somewhere(cast: Cast, kind: str) -> None:
    held, free = cast.indicator(), cast.indicator()
    cast.give("alpha", [held], "main")
    cast.give("bravo", [free], "side")
    number = cast.parties["alpha"].id if kind == "source" else cast.collections["main"].id
    lay(cast, kind, "alpha" if kind == "source" else "main", number=number)
    done = erase(cast, before=cast.clock.now() + SECOND)
    assert (done.stage, done.claims, done.held) == (Stage.HELD, 1, 1)
    assert cast.ids("own") == [held["id"]]
    assert cast.ids("own", "side") == []
    agree(cast.url)


def test_only_the_claims_that_are_meant_are_held(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.give("bravo", [one])
    lay(cast, "source", "alpha", number=cast.parties["alpha"].id)
    done = erase(cast, object=one["id"])
    assert (done.claims, done.objects, done.held) == (1, 0, 1)
    assert {held.source_slug for held in cast.see("own").held(one["id"])} == {"alpha"}


def test_deleting_has_the_same_answer_and_the_bytes_stay_in_custody(cast: Cast) -> None:
    one, other = cast.indicator(name="Monkshood"), cast.indicator(name="Free")
    cast.give("alpha", [one, other])
    hold = lay(cast, "object", one["id"])
    assert delete(cast, "alpha", one["id"]) == delete(cast, "alpha", other["id"]) == 1
    for party in ("own", "alpha", "carol"):
        assert cast.see(party).held(one["id"]) == ()
    deleted = [leaf for leaf in (LeafKind.DELETED,) for _ in range(2)]
    assert cast.scalar(f"SELECT count(*) FROM leaf WHERE kind = {int(deleted[0])}") == 2
    assert [(kept.object, kept.source) for kept in cast.see("own").in_custody()] == [
        (one["id"], cast.parties["alpha"].id)
    ]
    assert json.loads(cast.see("own").in_custody()[0].raw) == one
    assert cast.see("alpha").in_custody() == cast.see("carol").in_custody() == ()
    assert cast.give("alpha", [one]).kept == (Kept.NEW,)  # as if nothing were kept
    delete(cast, "alpha", one["id"])
    agree(cast.url)
    cast.store.holds.lift(hold.id, by="tester")
    carry_on(cast)
    assert cast.see("own").in_custody() == ()
    has_nothing_of(cast, "monkshood")


def test_an_erasure_takes_what_is_in_custody_too(cast: Cast) -> None:
    one = cast.indicator(name="Foxglove")
    cast.give("alpha", [one])
    first = lay(cast, "object", one["id"])
    second = lay(cast, "source", "alpha", number=cast.parties["alpha"].id)
    delete(cast, "alpha", one["id"])
    assert cast.store.erasures.outlook(Selection(object=one["id"])).in_custody == 1
    done = erase(cast, object=one["id"])
    assert (done.stage, done.held) == (Stage.HELD, 1)
    cast.store.holds.lift(first.id, by="tester")
    carry_on(cast)
    assert len(cast.see("own").in_custody()) == 1
    cast.store.holds.lift(second.id, by="tester")
    carry_on(cast)
    assert cast.see("own").in_custody() == ()
    assert cast.store.erasures.get(done.id).stage is Stage.DONE
    has_nothing_of(cast, "foxglove")


def test_a_hold_that_ran_out_stands_no_longer(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    hold = lay(cast, "object", one["id"], until=cast.clock.now() + SECOND)
    done = erase(cast, object=one["id"])
    assert done.stage is Stage.HELD
    cast.clock.forward(2 * SECOND)
    assert not hold.stands(cast.clock.now())
    cast.store.holds.wake()
    carry_on(cast)
    assert cast.store.erasures.get(done.id).stage is Stage.DONE


def test_holds_are_leaves_and_are_listed(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    hold = lay(cast, "object", one["id"])
    assert cast.store.holds.on(one["id"]) == (hold,)
    with pytest.raises(NotFound):
        cast.store.holds.lift(hold.id + 1, by="tester")
    cast.store.holds.lift(hold.id, by="kim")
    with pytest.raises(Conflict):
        cast.store.holds.lift(hold.id, by="kim")
    assert cast.store.holds.on(one["id"]) == ()
    assert [(each.id, each.lifted_by) for each in cast.store.holds.all()] == [(hold.id, "kim")]
    told = [json.loads(event.statement) for event in cast.store.events.all(10, kind=LeafKind.HELD)]
    assert [(each["act"], each["by"], each["case"]) for each in told] == [
        ("lifted", "kim", "Case 12"),
        ("laid", "tester", "Case 12"),
    ]


def test_a_hold_on_what_is_not_held_yet(cast: Cast) -> None:
    one = cast.indicator()
    lay(cast, "object", one["id"])
    cast.give("alpha", [one])
    made = cast.store.erasures.order(Selection(object=one["id"]), Ground("x"), for_good=False, by="tester")
    assert cast.store.erasures.run(made.id).stage is Stage.HELD
    assert GROUND.reference
