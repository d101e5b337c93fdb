"""Long jobs: effect and progress together, resumed where they stood, never the same step twice."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from comity.kernel.base.errors import Conflict, Corrupt, NotFound
from comity.kernel.store.jobs import Effect
from comity.kernel.store.progress import Progress, State
from comity.kernel.store.types import Batch, Channel
from tests.kernel.store.conftest import SECOND, START, Cast, parsed


def to(position: int, *, done: bool = False, payload: bytes | None = None) -> Effect:
    """An effect that only moves the job."""
    return lambda _: Progress(position=position, done=done, payload=payload)


def test_a_job_goes_from_waiting_to_done_and_says_how_far_it_is(cast: Cast) -> None:
    jobs = cast.store.jobs
    job = jobs.add("scan", "main", 10, b"first")
    assert (job.state, job.position, job.total, job.payload, job.started) == (State.WAITING, 0, 10, b"first", None)
    cast.clock.forward(SECOND)
    jobs.step(job, to(4, payload=b"second"))
    job = jobs.get(job.id)
    assert (job.state, job.position, job.payload, job.started) == (State.RUNNING, 4, b"second", START + SECOND)
    jobs.step(job, to(10, done=True))
    job = jobs.get(job.id)
    assert (job.state, job.position, job.finished, job.open) == (State.DONE, 10, START + SECOND, False)
    assert jobs.next(["scan"], cast.clock.now()) is None


def test_effect_and_progress_are_one_transaction(cast: Cast) -> None:
    jobs, timers = cast.store.jobs, cast.store.timers
    job = jobs.add("scan", "main")

    def half(connection: Connection) -> Progress:
        timers.set(connection, "reminder", "main", START)
        raise OSError

    with pytest.raises(OSError):
        jobs.step(job, half)
    assert timers.all(10) == ()
    assert jobs.get(job.id).position == 0


def test_a_step_of_a_worker_that_came_too_late_leaves_nothing(cast: Cast) -> None:
    jobs, timers = cast.store.jobs, cast.store.timers
    job = jobs.add("scan", "main")
    jobs.step(job, to(5))

    def late(connection: Connection) -> Progress:
        timers.set(connection, "reminder", "main", START)
        return Progress(position=5)

    with pytest.raises(Conflict):
        jobs.step(job, late)
    assert timers.all(10) == ()


def test_a_cancelled_job_stays_where_it_stood(cast: Cast) -> None:
    jobs = cast.store.jobs
    job = jobs.add("scan", "main")
    jobs.step(job, to(5))
    under_way = jobs.get(job.id)
    assert jobs.cancel(job.id).state is State.CANCELLED
    with pytest.raises(Conflict):
        jobs.step(under_way, to(9))
    assert jobs.get(job.id).position == 5
    with pytest.raises(Conflict):
        jobs.cancel(job.id)
    with pytest.raises(Conflict):
        jobs.retry(job.id)
    with pytest.raises(NotFound):
        jobs.cancel(job.id + 1)


def test_a_step_that_stands_still_is_refused(cast: Cast) -> None:
    job = cast.store.jobs.add("scan", "main")
    with pytest.raises(Corrupt):
        cast.store.jobs.step(job, to(0))


def test_one_open_job_for_each_subject(cast: Cast) -> None:
    jobs = cast.store.jobs
    first = jobs.add("scan", "main")
    assert jobs.add("scan", "main").id == first.id
    assert jobs.add("scan", "side").id != first.id
    jobs.step(first, to(1, done=True))
    assert jobs.add("scan", "main").id != first.id


def test_turns_are_taken(cast: Cast) -> None:
    jobs = cast.store.jobs
    for name in ("a", "b", "c"):
        jobs.add("scan", name)
    order = []
    for _ in range(7):
        cast.clock.forward(SECOND)
        job = jobs.next(["scan"], cast.clock.now())
        assert job is not None
        order.append(job.subject)
        jobs.step(job, to(job.position + 1))
    assert order == ["a", "b", "c", "a", "b", "c", "a"]
    assert jobs.next(["other"], cast.clock.now()) is None
    assert jobs.kinds(cast.clock.now()) == {"scan"}
    assert jobs.count(["scan", "other"]) == 3


def test_a_failed_step_waits_and_a_success_forgets_it(cast: Cast) -> None:
    jobs = cast.store.jobs
    job = jobs.add("scan", "main")
    jobs.failed(job, "away", START + 5 * SECOND)
    assert jobs.next(["scan"], START) is None
    assert jobs.kinds(START) == frozenset()
    waiting = jobs.next(["scan"], START + 5 * SECOND)
    assert waiting is not None
    assert (waiting.errors, waiting.reason) == (1, "away")
    jobs.step(waiting, to(1))
    assert (jobs.get(job.id).errors, jobs.get(job.id).reason) == (0, "")


def test_one_that_was_given_up_goes_on_from_where_it_stood_when_a_person_asks(cast: Cast) -> None:
    jobs = cast.store.jobs
    job = jobs.add("scan", "main")
    jobs.step(job, to(7))
    jobs.failed(jobs.get(job.id), "no", None)
    failed = jobs.get(job.id)
    assert (failed.state, failed.reason, failed.open) == (State.FAILED, "no", False)
    assert jobs.next(["scan"], START) is None
    again = jobs.retry(job.id)
    assert (again.state, again.position, again.errors, again.open) == (State.RUNNING, 7, 0, True)
    jobs.failed(again, "no", None)
    newer = jobs.add("scan", "main")
    with pytest.raises(Conflict):
        jobs.retry(job.id)
    assert [each.id for each in jobs.all(10)] == [newer.id], "a failure that a newer job has taken over is no news"


def test_objects_and_progress_are_committed_together(cast: Cast) -> None:
    """For steps that end at the writing door."""
    jobs = cast.store.jobs
    job = jobs.add("take", "main")
    batch = Batch(
        cast.parties["alpha"].id,
        cast.collections["main"].id,
        (parsed(cast.indicator()),),
        Channel.FILE,
        cast.clock.now(),
    )
    write: Callable[[], object] = lambda: commit_with(cast, batch, jobs.advancing(job, Progress(position=1)))  # noqa: E731
    write()
    assert jobs.get(job.id).position == 1
    before = cast.scalar("SELECT claim FROM counter")
    with pytest.raises(Conflict):
        write()
    assert cast.scalar("SELECT claim FROM counter") == before


def commit_with(cast: Cast, batch: Batch, advance: Callable[..., None]) -> None:
    cast.store._committer.commit(batch, lambda writer, _: advance(writer))
