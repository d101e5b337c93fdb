"""Finding by words and by observables, and walking references."""

import pytest

from comity.kernel.objects.markings import Tlp
from tests.kernel.store.conftest import Cast, address


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Grey Tide", True),
        ("tide grey", True),
        ("grey ti", True),
        ("GREY", True),
        ("ransomware", True),
        ("grey storm", False),
        ("회색 파도", True),
        ("회색", True),
        ('"grey" OR NOT (tide', False),
        ("'; DROP TABLE claim; --", False),
        ("", False),
        ("   ", False),
        ("*", False),
        ("\x00", False),
        ("x" * 5000, False),
    ],
)
def test_all_words_have_to_be_there_and_the_last_may_be_a_beginning(cast: Cast, typed: str, found: bool) -> None:
    cast.give("alpha", [cast.indicator(name="Grey Tide", description="Ransomware. 회색 파도 작전")])
    cast.settle()
    assert bool(cast.see("own").search(typed).hits) == found


@pytest.mark.parametrize(
    "typed", ["198.51.100.7", "198.51.100[.]7", "hxxp://c2[.]example/gate", "http://C2.example/gate"]
)
def test_an_observable_is_found_in_any_spelling(cast: Cast, typed: str) -> None:
    seen = cast.indicator(pattern="[ipv4-addr:value = '198.51.100.7' OR url:value = 'http://c2.example/gate']")
    cast.give("alpha", [seen, address("198.51.100.8"), address("198.51.100.70")])
    cast.settle()
    assert [hit.id for hit in cast.see("own").search(typed).hits] == [seen["id"]]


def test_an_object_is_found_once_in_its_latest_version(cast: Cast) -> None:
    one = cast.indicator(name="Findable", description="first")
    cast.give("alpha", [one])
    cast.give("alpha", [one | {"modified": "2026-02-01T00:00:00.000Z", "description": "second"}])
    cast.give("bravo", [one])
    cast.settle()
    hits = cast.see("own").search("Findable").hits
    assert len(hits) == 1
    assert hits[0].latest


def test_paging_through_hits_gives_each_once(cast: Cast) -> None:
    objects = [cast.indicator(name=f"Common word {n}") for n in range(25)]
    cast.give("alpha", objects)
    cast.settle()
    seen: list[str] = []
    before = None
    while True:
        found = cast.see("own").search("Common", 10, before)
        seen += [hit.id for hit in found.hits]
        if not found.more:
            break
        before = found.hits[-1].added
    assert seen == [one["id"] for one in reversed(objects)]


def test_nobody_finds_what_is_over_its_ceiling(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator(name="Secret", tlp=Tlp.RED), cast.indicator(name="Open")])
    cast.settle()
    assert cast.see("carol").search("Secret").hits == ()
    assert len(cast.see("carol").search("Open").hits) == 1


def test_a_walk_goes_both_ways_and_stops_at_its_bounds(cast: Cast) -> None:
    hub = address("192.0.2.1")
    spokes = [
        {
            "type": "relationship",
            "spec_version": "2.1",
            "id": one["id"].replace("indicator", "relationship"),
            "created": one["created"],
            "modified": one["modified"],
            "relationship_type": "related-to",
            "source_ref": hub["id"],
            "target_ref": one["id"],
            "object_marking_refs": one["object_marking_refs"],
        }
        for one in (cast.indicator() for _ in range(6))
    ]
    cast.give("alpha", [hub, *spokes])
    near = cast.see("own").walk(hub["id"], 1)
    assert {node.id for node in near.nodes} == {hub["id"], *(one["id"] for one in spokes)}
    assert (spokes[0]["id"], "source_ref", hub["id"]) in near.edges
    assert set(near.missing) == {one["target_ref"] for one in spokes}
    assert not near.truncated
    short = cast.see("own").walk(hub["id"], 1, limit=3)
    assert len(short.nodes) == 3
    assert short.truncated
    assert len(cast.see("own").walk(hub["id"], 0).nodes) == 1


def test_arrivals_and_recent_are_the_duty_desks_view(cast: Cast) -> None:
    one = cast.indicator(name="v1")
    cast.give("alpha", [one, address("192.0.2.1")])
    cast.give("bravo", [one | {"modified": "2026-02-01T00:00:00.000Z", "name": "v2"}], "side")
    arrivals = cast.see("own").arrivals()
    assert [(way.source_slug, way.collection_slug, way.claims) for way in arrivals] == [
        ("bravo", "side", 1),
        ("alpha", "main", 2),
    ]
    assert [held.id for held in cast.see("own").recent()] == [one["id"], address("192.0.2.1")["id"]]
    assert cast.see("carol").arrivals() == ()
