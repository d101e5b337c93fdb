"""A flood of distinct markings from one source ends in quarantine, with the node still quick (ANCHORS: trap of the flood)."""

import time
from typing import Any

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.store.labels import NO_TYPE
from comity.kernel.store.store import open_store
from tests.kernel.store.conftest import Cast
from tests.kernel.store.test_relabel import again, work

QUOTA = 10


@pytest.fixture
def small(cast: Cast) -> Cast:
    """The cast with a small quota."""
    cast.store.close()
    cast.store = open_store(cast.url, cast.clock, labels_per_source=QUOTA)
    return cast


def custom(cast: Cast, kind: str) -> dict[str, Any]:
    """An object of a type of its own."""
    made = cast.indicator(kind)
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{made['id'][-36:]}",
        "created": made["created"],
        "modified": made["modified"],
        "object_marking_refs": made["object_marking_refs"],
    }


def labels(cast: Cast) -> int:
    return int(cast.scalar("SELECT count(*) FROM label"))


def test_a_flood_of_distinct_labels_ends_in_quarantine(small: Cast) -> None:
    flood = [custom(small, f"x-kind-{number}") for number in range(QUOTA + 5)]
    small.give("alpha", flood)
    # Beyond the quota each type is one label still, and nothing of it is released; the source and our own people see it.
    assert len(small.ids("carol")) == QUOTA
    assert len(small.ids("alpha")) == len(small.ids("own")) == QUOTA + 5
    for one in flood:
        assert small.ids("own", types=(one["type"],)) == [one["id"]]
    # Another source is not concerned.
    small.give("bravo", [small.indicator("Bravo")])
    assert len(small.ids("carol")) == QUOTA + 1


def test_a_flood_of_distinct_markings_ends_in_quarantine(small: Cast) -> None:
    small.give("alpha", [small.indicator("Before", tlp) for tlp in (Tlp.CLEAR, Tlp.GREEN)])
    for batch in range(5):
        markings = [statement(small, batch * 10 + number) for number in range(10)]
        marked = [small.indicator("Marked", None, object_marking_refs=[one["id"]]) for one in markings]
        small.give("alpha", [*markings, *marked])
        small.settle()
    assert labels(small) <= QUOTA + 3
    assert small.scalar("SELECT count(*) FROM label WHERE features LIKE '%|q'") >= 1
    # What has a label already goes on as before.
    small.give("alpha", [small.indicator("After")])
    assert [one["name"] for one in small.read("carol") if one["type"] == "indicator"].count("After") == 1


def statement(cast: Cast, number: int) -> dict[str, Any]:
    """A handling marking unlike all others."""
    made = cast.indicator(str(number))
    day = f"2027-{number // 28 + 1:02}-{number % 28 + 1:02}T00:00:00Z"
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": made["id"].replace("indicator", "marking-definition"),
        "created": made["created"],
        "extensions": {
            "extension-definition--386c4bae-de63-499e-bbbe-48a80e90ff58": {
                "extension_type": "property-extension",
                "not_before": day,
            }
        },
    }


def test_markings_that_are_understood_later_are_under_the_quota_too(small: Cast) -> None:
    markings = [statement(small, number) for number in range(3 * QUOTA)]
    small.give("alpha", [small.indicator("Marked", None, object_marking_refs=[one["id"]]) for one in markings])
    assert labels(small) == 1
    small.give("alpha", markings)
    small.settle()
    assert labels(small) <= QUOTA + 3


def test_types_beyond_any_quota_are_kept_under_one_label(small: Cast) -> None:
    kinds = [f"x-kind-{number}" for number in range(3 * QUOTA)]
    small.give("alpha", [custom(small, kind) for kind in kinds])
    assert labels(small) == 2 * QUOTA + 1
    assert small.scalar(f"SELECT claims FROM label WHERE features LIKE '%|{NO_TYPE}|%'") == QUOTA
    assert len(small.ids("own")) == 3 * QUOTA
    assert small.ids("own", types=(kinds[0],))


def test_the_node_is_quick_under_a_flood(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator("Warm")])
    flood = [custom(cast, f"x-kind-{number}") for number in range(1500)]
    cast.give("alpha", flood[:1000])
    start = time.thread_time()
    cast.give("alpha", flood[1000:])
    cast.give("bravo", [cast.indicator("Bravo")])
    assert len(cast.ids("carol", types=("indicator",))) == 2
    assert time.thread_time() - start < 3


def test_a_larger_quota_lets_out_what_fits(small: Cast) -> None:
    small.give("alpha", [custom(small, f"x-kind-{number}") for number in range(QUOTA + 5)])
    assert len(small.ids("carol")) == QUOTA
    assert small.store.relabelling.begin() is None
    again(small, labels_per_source=QUOTA + 3)
    work(small)
    assert len(small.ids("carol")) == QUOTA + 3
    again(small, labels_per_source=100)
    work(small)
    assert len(small.ids("carol")) == QUOTA + 5
    assert small.store.relabelling.outstanding() == 0
