"""The writing door: what is kept, once, and what stands beside what."""

import hashlib
import json
from typing import Any

import pytest

from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Access, Batch, Channel, Failure, Kept, Submission
from tests.kernel.store.conftest import Cast, address, parsed


def later(one: dict[str, Any], day: int, **more: Any) -> dict[str, Any]:
    return one | {"modified": f"2026-02-{day:02d}T00:00:00.000Z"} | more


def test_the_bytes_kept_are_the_bytes_sent(cast: Cast) -> None:
    raw = json.dumps(cast.indicator(name="Blanks  and ünïcode"), indent=3).encode()
    cast.give("alpha", [raw])
    assert cast.see("alpha").page(cast.query(), 10).objects == raw
    assert cast.see("alpha").held(parsed(raw).id)[0].digest == hashlib.sha256(raw).digest()


def test_sent_again_it_is_known_and_nothing_changes(cast: Cast) -> None:
    batch = [cast.indicator(), cast.indicator(), address("192.0.2.1")]
    assert cast.give("alpha", batch).kept == (Kept.NEW,) * 3
    before = (cast.scalar("SELECT count(*) FROM claim"), cast.scalar("SELECT count(*) FROM leaf"))
    outcome = cast.give("alpha", batch)
    assert outcome.kept == (Kept.KNOWN,) * 3
    assert outcome.leaves == 0
    assert (cast.scalar("SELECT count(*) FROM claim"), cast.scalar("SELECT count(*) FROM leaf")) == before


def test_the_same_object_twice_in_one_batch_is_one(cast: Cast) -> None:
    one = cast.indicator()
    assert cast.give("alpha", [one, one]).kept == (Kept.NEW, Kept.KNOWN)
    assert len(cast.read("alpha")) == 1


def test_the_same_content_in_other_bytes_is_the_same_version_with_both_bytes_kept(cast: Cast) -> None:
    one = cast.indicator()
    plain, spaced = json.dumps(one).encode(), json.dumps(dict(reversed(one.items())), indent=1).encode()
    assert cast.give("alpha", [plain]).kept == (Kept.NEW,)
    assert cast.give("bravo", [spaced]).kept == (Kept.NEW,)
    assert len(cast.read("carol", versions=("all",))) == 1
    assert {held.raw for held in cast.see("own").held(one["id"])} == {plain, spaced}
    assert not any(held.conflict for held in cast.see("own").held(one["id"]))


def test_another_content_under_the_same_version_is_kept_and_both_are_flagged(cast: Cast) -> None:
    one = cast.indicator(name="First")
    cast.give("alpha", [one])
    assert cast.give("bravo", [one | {"name": "Second"}]).kept == (Kept.CONFLICT,)
    assert {read["name"] for read in cast.read("carol", versions=("all",))} == {"First", "Second"}
    held = cast.see("own").held(one["id"])
    assert len(held) == 2
    assert all(claim.conflict and claim.contested for claim in held)


def test_two_contents_in_one_batch_conflict_as_well(cast: Cast) -> None:
    one = cast.indicator(name="First")
    assert cast.give("alpha", [one, one | {"name": "Second"}]).kept == (Kept.NEW, Kept.CONFLICT)
    assert all(claim.conflict for claim in cast.see("own").held(one["id"]))


def test_an_observable_with_more_properties_is_a_version_of_its_own_and_no_conflict(cast: Cast) -> None:
    cast.give("alpha", [address("192.0.2.1")])
    assert cast.give("alpha", [address("192.0.2.1", defanged=True)]).kept == (Kept.NEW,)
    assert [read.get("defanged") for read in cast.read("alpha")] == [True]
    assert len(cast.read("alpha", versions=("all",))) == 2


def test_last_first_and_all_versions(cast: Cast) -> None:
    one = cast.indicator(name="v1")
    cast.give("alpha", [later(one, 2, name="v2")])
    cast.give("alpha", [one, later(one, 3, name="v3")])

    def names(*words: Any) -> list[str]:
        return [read["name"] for read in cast.read("alpha", versions=words)]

    assert names() == ["v3"]
    assert names("last") == ["v3"]
    assert names("first") == ["v1"]
    assert sorted(names("all")) == ["v1", "v2", "v3"]
    assert sorted(names("first", "last")) == ["v1", "v3"]
    moment = parsed(later(one, 2)).modified
    assert names(moment) == ["v2"]
    assert sorted(names(moment, "last")) == ["v2", "v3"]


def test_every_claim_has_a_leaf_that_commits_to_its_statement(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator() for _ in range(5)])
    cast.give("bravo", [cast.indicator()])
    with cast.store._database.snapshot() as reader:
        rows = reader.cursor.execute(
            "SELECT seq, subject, length(salt), length(commitment) FROM leaf ORDER BY seq"
        ).fetchall()
        claims = reader.cursor.execute("SELECT leaf, seq, 16, 32 FROM claim ORDER BY seq").fetchall()
    assert rows == claims
    assert [row[0] for row in rows] == list(range(1, 7))


def test_positions_have_no_gaps_and_dates_rise(cast: Cast) -> None:
    for _ in range(3):
        cast.give("alpha", [cast.indicator() for _ in range(4)])
    records = cast.see("alpha").manifest(cast.query(), 100).records
    dates = [record.added for record in records]
    assert dates == sorted(set(dates))
    assert cast.scalar("SELECT max(seq) - min(seq) + 1 - count(*) FROM claim") == 0


def test_dates_rise_even_when_the_clock_goes_back(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator()])
    cast.clock.at -= 3600 * 1_000_000
    cast.give("alpha", [cast.indicator()])
    dates = [record.added for record in cast.see("alpha").manifest(cast.query(), 10).records]
    assert dates == sorted(set(dates))


def test_an_unknown_collection_or_party_is_refused_and_nothing_is_written(cast: Cast) -> None:
    objects = (parsed(cast.indicator()),)
    with pytest.raises(NotFound):
        cast.store.commit(Batch(cast.parties["alpha"].id, 999, objects, Channel.FILE, 0))
    with pytest.raises(NotFound):
        cast.store.commit(Batch(999, cast.collections["main"].id, objects, Channel.FILE, 0))
    assert cast.scalar("SELECT count(*) FROM claim") == 0


def test_a_status_is_written_with_its_objects_and_shown_to_its_party_only(cast: Cast) -> None:
    alpha = cast.parties["alpha"].id
    failures = (Failure("indicator--x", "2026-01-01T00:00:00.000Z", "no"),)
    submission = Submission("s-1", alpha, cast.clock.now(), 2, 1, 0, failures)
    cast.store.commit(
        Batch(
            alpha, cast.collections["main"].id, (parsed(cast.indicator()),), Channel.TAXII, cast.clock.now(), submission
        )
    )
    assert cast.store.submission("s-1", alpha) == submission
    assert cast.store.submission("s-1", cast.parties["bravo"].id) is None


def test_a_large_envelope_moves_on_piece_by_piece_and_never_twice(cast: Cast) -> None:
    alpha, main = cast.parties["alpha"].id, cast.collections["main"].id
    waiting = Submission("s-2", alpha, cast.clock.now(), 2, 0, 2, ())
    cast.store.enqueue(waiting, main, Channel.TAXII, b"the envelope")
    taken = cast.store.take_intake()
    assert taken is not None
    assert (taken.submission, taken.position, taken.body) == (waiting, 0, b"the envelope")
    half = Submission("s-2", alpha, cast.clock.now(), 2, 1, 1, ())
    first = Batch(alpha, main, (parsed(cast.indicator()),), Channel.TAXII, cast.clock.now(), half)
    cast.store.advance_intake(first, 0, 1)
    with pytest.raises(Conflict):
        cast.store.advance_intake(
            Batch(alpha, main, (parsed(cast.indicator(name="again")),), Channel.TAXII, cast.clock.now(), half), 0, 1
        )
    assert len(cast.read("alpha")) == 1
    done = Submission("s-2", alpha, cast.clock.now(), 2, 2, 0, ())
    cast.store.advance_intake(
        Batch(alpha, main, (parsed(cast.indicator()),), Channel.TAXII, cast.clock.now(), done), 1, 2
    )
    assert cast.store.take_intake() is None
    assert cast.store.submission("s-2", alpha) == done


def test_only_the_creators_own_party_supersedes_for_others(cast: Cast) -> None:
    identity = "identity--00000000-0000-4000-8000-00000000000a"
    registry = cast.store.registry
    creator = registry.add_party(
        type(cast.parties["own"])(0, "creator", "Creator", "EE", Tlp.GREEN, False, identity, cast.clock.now())
    )
    registry.set_access(Access(cast.collections["main"].id, creator.id, read=True, write=True))
    cast.parties["creator"] = creator
    one = cast.indicator(name="v1", created_by_ref=identity)
    cast.give("alpha", [one])
    cast.give("bravo", [later(one, 9, name="not bravo's to say")])
    assert {read["name"] for read in cast.read("carol")} == {"v1", "not bravo's to say"}
    cast.give("creator", [later(one, 10, name="v2")])
    assert {read["name"] for read in cast.read("carol")} == {"v2"}
