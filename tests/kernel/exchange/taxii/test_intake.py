import json
from dataclasses import dataclass

import msgspec
import pytest

from comity.kernel.base.errors import Conflict, Unavailable
from comity.kernel.exchange.taxii.errors import NothingAccepted, Unprocessable
from comity.kernel.exchange.taxii.intake import Intake

AT = "2023-11-14T22:13:20.000Z"


def indicator(number, **changes):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012}",
        "created": AT,
        "modified": AT,
        "name": f"No {number}",
        "pattern": "[ipv4-addr:value = '198.51.100.7']",
        "pattern_type": "stix",
        "valid_from": AT,
        **changes,
    }


def body(*objects, **more):
    return json.dumps({"objects": list(objects), **more}).encode()


@dataclass
class Desk:
    intake: Intake
    store: object

    def admit(self, raw):
        return self.intake.admit(raw, party=3, collection=1)


@pytest.fixture
def desk(make_world):
    world = make_world(queue_objects=10, chunk=4)
    return Desk(Intake(world.store, world.clock, world.random, world.settings), world.store)


def test_an_ordinary_envelope_is_committed_whole_with_its_status(desk):
    submission = desk.admit(body(indicator(1), indicator(2)))
    (batch,) = desk.store.batches
    assert [each.id for each in batch.objects] == [indicator(1)["id"], indicator(2)["id"]]
    assert (batch.source, batch.collection, batch.channel, batch.received) == (3, 1, "taxii", submission.requested)
    assert batch.submission == submission
    assert (submission.total, submission.success, submission.pending, submission.failures) == (2, 2, 0, ())


def test_the_bytes_that_came_are_the_bytes_that_are_kept(desk):
    raw = json.dumps(indicator(1, x_custom={"b": [1.50, "é"], "a": None}), indent=3, ensure_ascii=False)
    desk.admit(b'{"objects":[' + raw.encode() + b"]}")
    assert desk.store.batches[0].objects[0].raw == raw.encode()


def test_bad_objects_are_refused_one_by_one_with_reasons(desk):
    submission = desk.admit(body(indicator(1), indicator(2, pattern=7), 3, {"id": "not-an-identifier"}, indicator(5)))
    assert (submission.total, submission.success, submission.pending) == (5, 2, 0)
    first, second, third = submission.failures
    assert first.id == indicator(2)["id"]
    assert first.version == AT
    assert "$.pattern" in first.message
    assert second.id == "objects[2]"
    assert third.message
    assert [each.id for each in desk.store.batches[0].objects] == [indicator(1)["id"], indicator(5)["id"]]


def test_an_envelope_of_bad_objects_only_is_refused_with_each_reason(desk):
    with pytest.raises(NothingAccepted) as caught:
        desk.admit(body({}, []))
    assert caught.value.status == 422
    assert [each.id for each in caught.value.failures] == ["objects[0]", "objects[1]"]
    assert all(each.message for each in caught.value.failures)
    assert not desk.store.batches
    assert not desk.store.statuses


def test_a_reason_is_bounded(desk):
    submission = desk.admit(body(indicator(1), indicator(2, **{f"Bad{n}": n for n in range(500)})))
    assert len(submission.failures[0].message) <= 1000


def test_a_bundle_is_read_like_an_envelope(desk):
    submission = desk.admit(body(indicator(1), type="bundle", id="bundle--00000000-0000-4000-8000-000000000000"))
    assert submission.success == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"3",
        b"null",
        b"[]",
        b"{}",
        b'{"objects":[]}',
        b'{"objects":{}}',
        b'{"objects":null}',
        b'{"objects":[{}',
        b'{"objects":[{}]}x',
        b'{"objects":[{}],"objects":[{}]}',
        b'{"objects":[{}],"more":"yes"}',
        b'\xef\xbb\xbf{"objects":[{}]}',
        '{"objects":[{}]}'.encode("utf-16"),
        b'{"objects":[{"type":"\xff"}]}',
        b'{"objects":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        json.dumps(indicator(1)).encode(),
    ],
)
def test_an_envelope_that_cannot_be_read_is_refused_whole(desk, raw):
    with pytest.raises(Unprocessable) as caught:
        desk.admit(raw)
    assert caught.value.status == 422
    assert not desk.store.batches
    assert not desk.store.statuses


def test_a_write_that_fails_leaves_no_status(desk):
    desk.store.fails = Unavailable("busy")
    with pytest.raises(Unavailable):
        desk.admit(body(indicator(1)))
    assert not desk.store.statuses


LARGE = [indicator(n) if n % 5 else indicator(n, pattern="[") for n in range(11)]


def work_off(desk):
    steps = 0
    while desk.intake.step():
        steps += 1
        assert steps < 50
    return steps


def committed(desk):
    return [each.id for batch in desk.store.batches for each in batch.objects]


def test_a_large_envelope_is_kept_and_completed_in_chunks(desk):
    submission = desk.admit(body(*LARGE))
    assert (submission.total, submission.success, submission.pending) == (11, 0, 11)
    assert not desk.store.batches
    assert work_off(desk) == 3
    done = desk.store.statuses[submission.id]
    assert (done.total, done.success, done.pending) == (11, 8, 0)
    assert [each.id for each in done.failures] == [LARGE[n]["id"] for n in (0, 5, 10)]
    assert committed(desk) == [each["id"] for n, each in enumerate(LARGE) if n % 5]


def test_what_is_large_in_bytes_is_kept_too(make_world):
    world = make_world(queue_bytes=100)
    submission = Intake(world.store, world.clock, world.random, world.settings).admit(
        body(indicator(1)), party=3, collection=1
    )
    assert submission.pending == 1


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_worker_that_dies_at_any_chunk_repeats_nothing_and_loses_nothing(desk, make_world, at):
    submission = desk.admit(body(*LARGE))
    for _ in range(at - 1):
        desk.intake.step()
    desk.store.fails = Unavailable("power is gone")
    with pytest.raises(Unavailable):
        desk.intake.step()
    other = make_world(chunk=3)
    desk.intake = Intake(desk.store, other.clock, other.random, other.settings)
    work_off(desk)
    assert committed(desk) == [each["id"] for n, each in enumerate(LARGE) if n % 5]
    assert desk.store.statuses[submission.id].pending == 0


def test_two_workers_never_commit_the_same_chunk(desk):
    desk.admit(body(*LARGE))
    desk.store.fails = Conflict("somebody was quicker")
    assert desk.intake.step()
    work_off(desk)
    assert len(committed(desk)) == len(set(committed(desk))) == 8


def test_envelopes_are_worked_off_in_order(desk):
    first = desk.admit(body(*LARGE))
    second = desk.admit(body(*[indicator(100 + n) for n in range(11)]))
    for _ in range(3):
        desk.intake.step()
    assert desk.store.statuses[first.id].pending == 0
    assert desk.store.statuses[second.id].pending == 11
    work_off(desk)
    assert desk.store.statuses[second.id].success == 11


@pytest.mark.parametrize("now", [b"{", b'{"objects":[{}]}'])
def test_a_kept_envelope_that_no_longer_reads_fails_aloud_and_blocks_nothing(desk, make_world, now):
    submission = desk.admit(body(*LARGE))
    desk.intake.step()
    desk.store.queue[0] = msgspec.structs.replace(desk.store.queue[0], body=now)
    world = make_world()
    desk.intake = Intake(desk.store, world.clock, world.random, world.settings)
    assert desk.intake.step()
    assert not desk.intake.step()
    done = desk.store.statuses[submission.id]
    assert done.pending == 0
    assert done.success + len(done.failures) == done.total == 11
    assert done.failures[-1].id == "objects[10]"


def test_what_was_erased_for_good_is_refused_without_saying_that_it_was_ever_here(desk):
    desk.store.barred = {indicator(2)["id"]}
    submission = desk.admit(body(indicator(1), indicator(2), indicator(3)))
    assert [each.id for each in desk.store.batches[0].objects] == [indicator(1)["id"], indicator(3)["id"]]
    assert (submission.total, submission.success) == (3, 2)
    (failure,) = submission.failures
    assert (failure.id, failure.message) == ("objects[1]", "This node may not hold this object.")
    with pytest.raises(NothingAccepted):
        desk.admit(body(indicator(2)))


def test_in_a_large_envelope_too(desk):
    desk.store.barred = {indicator(7)["id"]}
    submission = desk.admit(body(*map(indicator, range(12))))
    while desk.intake.step():
        pass
    after = desk.store.submission(submission.id, 3)
    assert (after.success, after.pending, [each.id for each in after.failures]) == (11, 0, ["objects[7]"])
