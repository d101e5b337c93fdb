"""What is recalled is closed to all other parties at once, and stays open to our own people and to whoever gave it."""

import json

import pytest

from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.erasure.orders import Recall
from tests.kernel.store.conftest import SECOND, Cast, address


def recall(cast: Cast, object_id: str) -> Recall:
    return cast.store.recalls.recall(object_id, reference="R1", ground="wrong attribution", by="tester")


def test_no_other_party_finds_it_from_then_on(cast: Cast) -> None:
    one, other = cast.indicator(name="Larkspur"), cast.indicator()
    cast.give("alpha", [one, other])
    recall(cast, one["id"])  # before any step of relabelling
    for party in ("bravo", "carol"):
        assert cast.ids(party) == [other["id"]]
        assert cast.see(party).held(one["id"]) == ()
        assert cast.see(party).search("Larkspur").hits == ()
    assert one["id"] in cast.ids("alpha")
    assert one["id"] in cast.ids("own")
    cast.settle()
    assert cast.ids("carol") == [other["id"]]
    assert one["id"] in cast.ids("alpha")
    held = cast.see("own").held(one["id"])[0]
    assert held.circle == 0


def test_what_comes_of_it_later_is_recalled_too(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    recall(cast, one["id"])
    cast.settle()
    cast.give("bravo", [one | {"modified": "2026-03-01T00:00:00.000Z"}])
    assert cast.ids("carol") == []
    assert len(cast.read("own", versions=("all",))) == 2


def test_what_refers_to_a_recalled_address_closes_with_it(cast: Cast) -> None:
    held, note = address("192.0.2.55"), cast.indicator()
    seen = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": "relationship--8e2e2d2b-17d4-4cbf-938f-000000000002",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "relationship_type": "based-on",
        "source_ref": note["id"],
        "target_ref": held["id"],
        "object_marking_refs": note["object_marking_refs"],
    }
    cast.give("alpha", [held, note, seen])
    cast.settle()
    recall(cast, held["id"])
    assert cast.ids("carol") == [note["id"]]
    cast.settle()
    assert cast.ids("carol") == [note["id"]]


def test_who_had_it_is_listed_and_told(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.clock.forward(SECOND)
    made = recall(cast, one["id"])
    assert [(each.party, each.at) for each in made.told] == [("bravo", None), ("carol", None)]
    cast.store.recalls.note_told(one["id"], "carol", by="kim")
    with pytest.raises(Conflict):
        cast.store.recalls.note_told(one["id"], "carol", by="kim")
    found = cast.store.recalls.get(one["id"])
    assert found is not None
    assert [each.at is None for each in found.told] == [True, False]
    told = [json.loads(event.statement) for event in cast.store.events.all(10, kind=LeafKind.RECALLED)]
    assert [(each["act"], each["parties"]) for each in told] == [("told", ["carol"]), ("recalled", ["bravo", "carol"])]


def test_a_recall_is_lifted(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    recall(cast, one["id"])
    with pytest.raises(Conflict):
        recall(cast, one["id"])
    cast.settle()
    cast.store.recalls.lift(one["id"], by="tester")
    cast.settle()
    assert cast.ids("carol") == [one["id"]]
    with pytest.raises(NotFound):
        cast.store.recalls.lift(one["id"], by="tester")


def test_nothing_held_can_not_be_recalled(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator()])
    with pytest.raises(NotFound):
        recall(cast, cast.indicator()["id"])
