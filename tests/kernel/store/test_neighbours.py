"""Hidden neighbours: who refers to a guessable id is seen only by those who see what stands under it."""

from comity.kernel.objects.markings import Tlp
from comity.kernel.store.store import open_store
from comity.kernel.store.types import Batch, Channel
from tests.kernel.store.conftest import Cast, address, parsed


def sighting_of(cast: Cast, *values: str, tlp: Tlp = Tlp.GREEN) -> dict[str, object]:
    """A report that refers to addresses by their guessable ids."""
    made = cast.indicator(tlp=tlp)
    return {
        "type": "grouping",
        "spec_version": "2.1",
        "id": made["id"].replace("indicator", "grouping"),
        "created": made["created"],
        "modified": made["modified"],
        "name": "Seen together",
        "context": "suspicious-activity",
        "object_refs": [address(value)["id"] for value in values],
        "object_marking_refs": made["object_marking_refs"],
    }


def test_a_guessable_neighbour_that_is_not_held_hides_who_refers_to_it(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1")
    cast.give("alpha", [grouping])
    assert cast.ids("carol") == []
    assert cast.ids("alpha") == [grouping["id"]]
    assert cast.ids("own") == [grouping["id"]]


def test_when_it_comes_its_referrers_come_behind_the_cursor(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1", "192.0.2.2")
    cast.give("alpha", [grouping, address("192.0.2.1")])
    after = cast.see("carol").page(cast.query(), 10).last
    cast.give("bravo", [address("192.0.2.2")])
    cast.settle()
    assert cast.ids("carol", added_after=after) == [address("192.0.2.2")["id"], grouping["id"]]


def test_a_hidden_neighbour_hides_until_it_is_opened(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1")
    cast.give("alpha", [address("192.0.2.1", Tlp.AMBER), grouping])
    assert cast.ids("carol") == []
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.AMBER)
    assert sorted(cast.ids("carol")) == sorted([address("192.0.2.1")["id"], grouping["id"]])


def test_any_one_claim_of_the_neighbour_is_enough(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1")
    cast.give("alpha", [address("192.0.2.1", Tlp.RED), grouping])
    assert cast.ids("carol") == []
    cast.give("bravo", [address("192.0.2.1", Tlp.GREEN, defanged=True)])
    cast.settle()
    assert grouping["id"] in cast.ids("carol")


def test_when_the_neighbour_goes_its_referrers_close_at_once(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1")
    cast.give("alpha", [address("192.0.2.1"), grouping])
    assert len(cast.ids("carol")) == 2
    cast.store.delete(
        cast.parties["alpha"].id, cast.collections["main"].id, address("192.0.2.1")["id"], (), cast.clock.now()
    )
    assert cast.ids("carol") == []


def test_another_claim_that_changes_nothing_does_not_send_the_referrer_again(cast: Cast) -> None:
    grouping = sighting_of(cast, "192.0.2.1")
    cast.give("alpha", [address("192.0.2.1"), grouping])
    last = cast.see("carol").page(cast.query(), 10).last
    cast.give("bravo", [address("192.0.2.1")])
    cast.settle()
    assert cast.see("carol").page(cast.query(added_after=last), 10).count == 0


def test_ids_that_nobody_can_guess_may_dangle(cast: Cast) -> None:
    one = cast.indicator()
    relationship = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": one["id"].replace("indicator", "relationship"),
        "created": one["created"],
        "modified": one["modified"],
        "relationship_type": "indicates",
        "source_ref": one["id"],
        "target_ref": "malware--00000000-0000-4000-8000-000000000001",
        "object_marking_refs": one["object_marking_refs"],
    }
    cast.give("alpha", [relationship])
    assert cast.ids("carol") == [relationship["id"]]


def test_an_unknown_marking_withholds_until_its_definition_comes(cast: Cast) -> None:
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--00000000-0000-4000-8000-000000000007",
        "created": "2026-01-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright 2026, Demo Energy ISAC"},
        "object_marking_refs": cast.indicator()["object_marking_refs"],
    }
    one = cast.indicator()
    one["object_marking_refs"] = [*one["object_marking_refs"], marking["id"]]
    cast.give("alpha", [one])
    assert cast.ids("carol") == []
    assert cast.see("own").held(one["id"])[0].terms == ("unknown",)
    cast.give("alpha", [marking])
    cast.settle()
    assert sorted(cast.ids("carol")) == sorted([one["id"], marking["id"]])
    assert cast.see("own").held(one["id"])[0].terms == ("statement",)


def test_shaping_anew_goes_on_after_a_stop(cast: Cast) -> None:
    groupings = [sighting_of(cast, "192.0.2.1") for _ in range(7)]
    cast.give("alpha", groupings)
    cast.store._committer.commit(_batch(cast, "bravo", address("192.0.2.1")))
    assert cast.store.settle(3) > 0
    cast.store.close()
    again = Cast.__new__(Cast)
    again.__dict__.update(cast.__dict__)
    again.store = open_store(cast.url, cast.clock)
    again.settle()
    assert len(again.ids("carol")) == 8
    again.store.close()


def _batch(cast: Cast, party: str, one: dict[str, object]) -> Batch:
    return Batch(cast.parties[party].id, cast.collections["main"].id, (parsed(one),), Channel.FILE, cast.clock.now())
