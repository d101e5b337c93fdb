"""Cyber-observables have no date of their own. What a viewer is told of their versions follows from what it sees, and not from
who gave the same to the node before: that may be hidden from it.
"""

from typing import Any

import pytest

from comity.kernel.objects.ids import sco_id
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.store.types import Access, Record
from tests.kernel.store.conftest import Cast, address

VALUE = "192.0.2.44"


def told(cast: Cast, **filters: Any) -> tuple[Record, ...]:
    return cast.see("carol").manifest(cast.query(**filters), 10).records


@pytest.mark.parametrize("versions", [(), ("last",), ("first",), ("all",)])
def test_its_version_is_the_date_at_which_the_viewer_got_it(cast: Cast, versions: tuple[str, ...]) -> None:
    cast.give("own", [address(VALUE, Tlp.RED)])
    cast.give("alpha", [address(VALUE)])
    (record,) = told(cast, versions=versions)
    assert record.version == record.added


def test_it_is_found_by_that_version_and_by_no_other(cast: Cast) -> None:
    hidden = cast.clock.now() + 1_000_000
    cast.give("own", [address(VALUE, Tlp.RED)])
    cast.give("alpha", [address(VALUE)])
    (record,) = told(cast)
    assert told(cast, versions=(record.version,)) == (record,)
    assert told(cast, versions=(hidden,)) == ()
    assert told(cast, versions=(record.version,), ids=(record.id,)) == (record,)
    assert told(cast, versions=(hidden,), ids=(record.id,)) == ()
    assert told(cast, versions=(record.version, "first")) == (record,)


@pytest.mark.parametrize("early", [False, True])
def test_the_last_is_what_its_giver_gave_last(cast: Cast, early: bool) -> None:
    card: dict[str, Any] = {"type": "mac-addr", "spec_version": "2.1", "value": "d2:fb:49:24:37:18"}
    card |= {"id": sco_id("mac-addr", {"value": card["value"]}), "object_marking_refs": [TLP_IDS[Tlp.GREEN]]}
    one, other = address(VALUE), address(VALUE, resolves_to_refs=[card["id"]])
    cast.give("alpha", [card])
    if early:
        cast.store.registry.set_access(
            Access(cast.collections["side"].id, cast.parties["carol"].id, read=False, write=False)
        )
        cast.give("own", [one], "side")
    cast.give("alpha", [other])
    cast.give("alpha", [one])
    kinds = ("ipv4-addr",)
    assert cast.read("carol", types=kinds) == [one]
    assert cast.read("carol", types=kinds, versions=("first",)) == [other]
    assert cast.read("carol", types=kinds, versions=("all",)) == [other, one]
    assert [held.latest for held in cast.see("carol").held(str(one["id"]))] == [True, False]
