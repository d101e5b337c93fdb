"""Squatting: what a partner sends under another's id changes nothing for readers of the other's claim
(docs/architecture.md, "Claims, not merged truth").

Both contents are kept and flagged; only the creator's own authenticated party supersedes or revokes for the others.
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec
import pytest

from comity.kernel.objects import timestamps
from comity.kernel.objects.markings import TLP_EXTENSION, TLP_IDS, Tlp
from comity.kernel.store.types import Kept, Query
from tests.simulator.world import SECOND, START, World, address, address_id, made_id, note, objects, statement, world

LATER = START + 3600 * SECOND
YEAR_9999 = timestamps.parse("9999-12-31T23:59:59.999Z")


@pytest.fixture
def w(url: str) -> Iterator[World]:
    """Estonia owns the id, the squatter and a reader may read both collections."""
    with world(url) as made:
        made.party("korea", Tlp.RED, own=True)
        for slug in ("estonia", "squatter", "reader"):
            made.party(slug, Tlp.AMBER)
        everyone = ("estonia", "squatter", "reader")
        made.collection("case", Tlp.GREEN, read=everyone)
        made.collection("open", Tlp.CLEAR, read=everyone)
        yield made


def estonia(name: str, **more: object) -> bytes:
    return note(name, by=made_id("identity", "estonia"), **more)  # type: ignore[arg-type]


def last(w: World, party: str, name: str, collection: str | None = None) -> list[bytes]:
    number = w.collections[collection].id if collection else None
    query = Query(ids=(made_id("note", name),), collection=number)
    by_id = [raw for page in w.pages(party, query, 10) for raw in objects(page)]
    by_feed = [raw for page in w.pages(party, Query(collection=number), 10) for raw in objects(page)]
    assert sorted(by_id) == sorted(raw for raw in by_feed if made_id("note", name).encode() in raw[:200])
    return by_id


SQUATS = {
    "other content, same modified": note("a", content="not what you think", by=made_id("identity", "estonia")),
    "earlier": note("a", content="older", at=START - SECOND, created=START - SECOND, by=made_id("identity", "estonia")),
    "later": note("a", content="newer", at=LATER, by=made_id("identity", "estonia")),
    "year 9999": note("a", content="for ever", at=YEAR_9999, by=made_id("identity", "estonia")),
    "revoked": note("a", content="gone", at=LATER, by=made_id("identity", "estonia"), revoked=True),
    "revoked in place": note("a", by=made_id("identity", "estonia"), revoked=True),
    "revoked in the year 9999": note("a", at=YEAR_9999, by=made_id("identity", "estonia"), revoked=True),
    "as its own": note("a", content="mine", at=LATER, by=made_id("identity", "squatter")),
    "without a creator": note("a", content="nobody's", at=LATER),
}


@pytest.mark.parametrize("squat", SQUATS.values(), ids=SQUATS.keys())
@pytest.mark.parametrize("first", ["owner first", "squatter first"])
@pytest.mark.parametrize("where", ["case", "open"])
def test_it_changes_nothing_for_readers_of_the_owners_claim(w: World, squat: bytes, first: str, where: str) -> None:
    owned = estonia("a")
    steps = [("estonia", "case", owned), ("squatter", where, squat)]
    for source, collection, raw in steps if first == "owner first" else reversed(steps):
        w.send(source, collection, raw)
        w.clock.forward(SECOND)
    for party in ("korea", "estonia", "squatter", "reader"):
        assert owned in last(w, party, "a"), party
        assert owned in last(w, party, "a", "case"), party
        assert sorted(w.everything(party)) == sorted([owned, squat])


@pytest.mark.parametrize("squat", SQUATS.values(), ids=SQUATS.keys())
def test_both_contents_are_kept_and_flagged(w: World, squat: bytes) -> None:
    owned = estonia("a")
    w.send("estonia", "case", owned)
    outcome = w.send("squatter", "open", squat)
    same_version = timestamps.render(START).encode() in squat.split(b'"modified":')[1][:40]
    assert outcome.kept == (Kept.CONFLICT if same_version else Kept.NEW,)
    held = w.eyes("reader").held(made_id("note", "a"))
    assert {(one.source_slug, one.raw) for one in held} == {("estonia", owned), ("squatter", squat)}
    assert all(one.contested for one in held)
    assert all(one.conflict == same_version for one in held)
    by_source = {one.source_slug: one for one in held}
    assert by_source["estonia"].latest


def test_a_hidden_squat_is_not_told(w: World) -> None:
    """The squat is over the reader's ceiling: neither flag may say that something is there."""
    owned = estonia("a")
    w.send("estonia", "case", owned)
    w.send("squatter", "open", estonia("a", content="hidden", tlp=Tlp.RED))
    (held,) = w.eyes("reader").held(made_id("note", "a"))
    assert held.raw == owned
    assert not held.conflict
    assert not held.contested


def test_the_creators_own_party_does_supersede(w: World) -> None:
    w.send("estonia", "case", estonia("a"))
    w.send("squatter", "open", estonia("a"))
    newer = estonia("a", content="corrected", at=LATER)
    w.send("estonia", "case", newer)
    assert last(w, "reader", "a") == [newer]


def test_a_squatters_copy_that_the_reader_met_first_does_not_lend_its_source(w: World) -> None:
    """The squatter relays the owner's version, the reader sees that first; the squatter's next version is still its own."""
    w.access("case", "reader", read=False)
    owned = estonia("a")
    w.send("estonia", "case", owned)
    w.send("squatter", "open", owned)
    squat = estonia("a", content="for ever", at=YEAR_9999)
    w.send("squatter", "open", squat)
    w.clock.forward(SECOND)
    w.access("case", "reader", read=True)
    assert sorted(last(w, "reader", "a")) == sorted([owned, squat])


def test_a_copy_that_came_before_the_original_does_not_lend_its_source(w: World) -> None:
    """As above, but the squatter's copy simply arrived earlier."""
    owned = estonia("a")
    squat = estonia("a", content="for ever", at=YEAR_9999)
    w.send("squatter", "open", owned)
    w.send("squatter", "open", squat)
    w.clock.forward(SECOND)
    w.send("estonia", "case", owned)
    assert sorted(last(w, "reader", "a")) == sorted([owned, squat])


def test_deleting_its_own_squat_leaves_the_others(w: World) -> None:
    owned = estonia("a")
    w.send("estonia", "case", owned)
    w.send("squatter", "case", SQUATS["other content, same modified"])
    number = w.collections["case"].id
    assert w.store.delete(w.parties["squatter"].id, number, made_id("note", "a"), (), w.clock.now()) == 1
    assert w.store.delete(w.parties["squatter"].id, number, made_id("note", "a"), (), w.clock.now()) == 0
    assert w.everything("reader") == [owned]
    (held,) = w.eyes("reader").held(made_id("note", "a"))
    assert not held.conflict


def test_a_copy_of_anothers_object_deleted_leaves_the_others_bytes(w: World) -> None:
    owned = estonia("a")
    w.send("squatter", "case", owned)
    w.send("estonia", "case", owned)
    assert (
        w.store.delete(w.parties["squatter"].id, w.collections["case"].id, made_id("note", "a"), (), w.clock.now()) == 1
    )
    assert w.everything("reader") == [owned]
    assert [one.source_slug for one in w.eyes("reader").held(made_id("note", "a"))] == ["estonia"]


def test_a_squat_on_an_address_hides_nothing(w: World) -> None:
    """A cyber-observable under the same id with other properties, and one marked red."""
    owned = address(7)
    w.send("estonia", "case", owned)
    w.send("estonia", "case", estonia("a", refs=[address_id(7)]))
    before = sorted(w.everything("reader"))
    twisted = msgspec.json.encode(msgspec.json.decode(owned) | {"defanged": True})
    w.send("squatter", "open", twisted)
    w.send("squatter", "case", address(7, tlp=Tlp.RED))
    assert sorted(w.everything("reader")) == sorted([*before, twisted])
    assert owned in [raw for page in w.pages("reader", Query(ids=(address_id(7),)), 10) for raw in objects(page)]


UNKNOWN_EXTENSION = "extension-definition--00000000-0000-4000-8000-000000000000"
MARKING_SQUATS = {
    "not understood": {"extensions": {UNKNOWN_EXTENSION: {"extension_type": "property-extension", "say": "nothing"}}},
    "claims TLP:RED": {"extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "red"}}},
}  # fmt: skip


@pytest.mark.parametrize("squat", MARKING_SQUATS.values(), ids=MARKING_SQUATS.keys())
def test_a_squat_on_a_marking_definition_hides_nothing(w: World, squat: dict[str, object]) -> None:
    """Who sends a definition that can't be read under the id of another's marking must not hide what carries the marking."""
    marking = statement("members", by=made_id("identity", "estonia"))
    w.send("estonia", "case", marking)
    marked = estonia("a", markings=[made_id("marking-definition", "members")])
    w.send("estonia", "case", marked)
    assert marked in w.everything("reader")
    decoded = msgspec.json.decode(marking)
    for name in ("definition", "definition_type"):
        decoded.pop(name)
    w.send("squatter", "open", msgspec.json.encode(decoded | squat))
    assert marked in w.everything("reader"), "withheld after the squat"
    again = estonia("b", markings=[made_id("marking-definition", "members")])
    w.send("estonia", "case", again)
    assert again in w.everything("reader"), "withheld when it came after the squat"


def test_a_squat_on_a_marking_definition_widens_nothing(w: World) -> None:
    """A harmless definition under the id of a marking that can't be read releases nothing."""
    opaque = msgspec.json.decode(statement("caveat", by=made_id("identity", "estonia")))
    for name in ("definition", "definition_type"):
        opaque.pop(name)
    opaque |= MARKING_SQUATS["not understood"]
    w.send("estonia", "case", msgspec.json.encode(opaque))
    marked = estonia("a", markings=[made_id("marking-definition", "caveat")])
    w.send("estonia", "case", marked)
    w.send("squatter", "open", statement("caveat", by=made_id("identity", "estonia")))
    assert marked not in w.everything("reader")


@pytest.mark.parametrize("creator", [None, "estonia", "squatter"])
def test_a_strangers_definition_of_what_nobody_has_defined_opens_nothing(w: World, creator: str | None) -> None:
    """Whoever it names as its creator. What the claim's own source says of the marking, or our own party, opens it."""
    marked = estonia("a", markings=[made_id("marking-definition", "caveat")])
    w.send("estonia", "case", marked)
    by = made_id("identity", creator) if creator else None
    w.send("squatter", "open", statement("caveat", by=by))
    assert marked not in w.everything("reader")
    again = estonia("b", markings=[made_id("marking-definition", "caveat")])
    w.send("estonia", "case", again)
    assert again not in w.everything("reader")
    w.send("korea", "open", statement("caveat"))
    assert {marked, again} <= set(w.everything("reader"))


def test_a_definition_that_says_tlp_clear_under_the_id_of_red_means_nothing(w: World) -> None:
    """Levels are known by their ids; what an object says of them is not listened to."""
    false = msgspec.json.encode(
        {
            "type": "marking-definition", "spec_version": "2.1", "id": TLP_IDS[Tlp.RED], "created": "2022-10-01T00:00:00.000Z",
            "name": "TLP:CLEAR", "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}},
        }
    )  # fmt: skip
    red = estonia("a", tlp=Tlp.RED)
    w.send("estonia", "case", red)
    with suppress(AssertionError):  # refused at the door: better still
        w.send("squatter", "open", false)
    assert red not in w.everything("reader")


def test_many_squats_cost_the_owner_nothing(w: World) -> None:
    """Two hundred contents under one id and modified: all kept, the owner's among the last."""
    owned = estonia("a")
    squats = [estonia("a", content=f"variant {number}") for number in range(200)]
    w.send("squatter", "open", *squats[:100])
    w.send("estonia", "case", owned)
    w.send("squatter", "open", *squats[100:])
    assert owned in last(w, "reader", "a")
    assert w.send("estonia", "case", owned).kept == (Kept.KNOWN,)
    assert sorted(w.everything("reader", limit=50)) == sorted([owned, *squats])


def test_a_creator_that_joins_later_supersedes_what_was_relayed_before(w: World) -> None:
    late = made_id("identity", "late")
    w.send("squatter", "open", note("a", by=late))
    w.party("late", Tlp.AMBER)
    newer = note("a", by=late, content="corrected", at=LATER)
    w.access("open", "late", read=True)
    w.send("late", "open", newer)
    assert last(w, "reader", "a") == [newer]


@pytest.mark.parametrize(
    "creator", [None, made_id("identity", "a party that has not joined")], ids=["nobody", "a stranger"]
)
def test_a_batch_that_names_others_takes_nothing_over(w: World, creator: str | None) -> None:
    """The squatter sends its own version of the id beside an object that names the original's creator, or none."""
    owned = note("a", by=creator)
    w.send("estonia", "case", owned)
    squat = note("a", by=made_id("identity", "squatter"), content="mine", at=LATER)
    w.send("squatter", "open", squat, note("b", by=creator))
    assert sorted(last(w, "reader", "a")) == sorted([owned, squat])
