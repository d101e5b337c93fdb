"""Long jobs as the worker drives them: step by step, tried again, given up with a reason, taken up by a person."""

from typing import Any

import pytest

from comity.kernel.base.errors import Invalid, Unavailable
from comity.kernel.store.jobs import Effect
from comity.kernel.store.progress import Job, Progress, State
from comity.work.jobs import TRIES, Jobs
from tests.work.conftest import SECOND, Bench


class Scan:
    """A kind of job that counts to its total and can be told to fail."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.error: Exception | None = None
        self.stands = False

    def step(self, job: Job) -> Effect | None:
        if self.stands:
            return None

        def effect(connection: Any) -> Progress:
            self.bench.did(connection, f"{job.subject} {job.position}")
            if self.error is not None:
                raise self.error
            return Progress(position=job.position + 1, done=job.position + 1 == job.total)

        return effect


@pytest.fixture
def scan(bench: Bench) -> Scan:
    return Scan(bench)


@pytest.fixture
def jobs(bench: Bench, scan: Scan) -> Jobs:
    return Jobs(bench.store.jobs, bench.clock, {"scan": scan.step})


def test_every_step_is_done_once_and_turns_are_taken(bench: Bench, jobs: Jobs) -> None:
    for name in ("a", "b"):
        bench.store.jobs.add("scan", name, 5)
    assert jobs.open() == 2
    while jobs.step():
        bench.clock.forward(1)
    assert bench.effects() == {f"{name} {step}": 1 for name in ("a", "b") for step in range(5)}
    assert jobs.open() == 0
    assert {job.state for job in bench.store.jobs.all(10)} == {State.DONE}


def test_what_passes_is_tried_again_and_then_given_up(bench: Bench, jobs: Jobs, scan: Scan) -> None:
    job = bench.store.jobs.add("scan", "a", 5)
    jobs.step()
    scan.error = OSError("postgresql://somebody:hunter2@db is away")
    tries = 0
    while bench.store.jobs.get(job.id).open:
        assert jobs.step()
        assert not jobs.step(), "it waits before it tries again"
        tries += 1
        bench.clock.at = max(bench.clock.at, bench.store.jobs.get(job.id).not_before)
    assert tries == TRIES
    failed = bench.store.jobs.get(job.id)
    assert failed.state is State.FAILED
    assert "OSError" in failed.reason
    assert "hunter2" not in failed.reason, "only our own errors are known to hold no secret"
    scan.error = None
    bench.store.jobs.retry(job.id)
    while jobs.step():
        pass
    assert bench.effects() == {f"a {step}": 1 for step in range(5)}


def test_a_few_failures_in_between_are_forgotten(bench: Bench, jobs: Jobs, scan: Scan) -> None:
    job = bench.store.jobs.add("scan", "a", 3)
    for _ in range(3):
        scan.error = Unavailable("The partner does not answer.")
        for _ in range(TRIES - 1):
            jobs.step()
            bench.clock.forward(400 * SECOND)
        assert bench.store.jobs.get(job.id).reason == "The partner does not answer."
        scan.error = None
        jobs.step()
    assert bench.store.jobs.get(job.id).state is State.DONE


def test_what_trying_again_can_not_mend_fails_at_once(bench: Bench, jobs: Jobs, scan: Scan) -> None:
    job = bench.store.jobs.add("scan", "a", 3)
    scan.error = Invalid("The file is no bundle.", hint="Send a STIX bundle.")
    jobs.step()
    failed = bench.store.jobs.get(job.id)
    assert (failed.state, failed.reason) == (State.FAILED, "The file is no bundle. Send a STIX bundle.")


def test_one_that_says_it_moved_and_did_not_is_stopped(bench: Bench, jobs: Jobs, scan: Scan) -> None:
    job = bench.store.jobs.add("scan", "a", 3)
    scan.stands = True
    jobs.step()
    assert bench.store.jobs.get(job.id).state is State.FAILED


def test_one_that_is_cancelled_during_its_step_is_no_failure(bench: Bench) -> None:
    def step(job: Job) -> Effect:
        bench.store.jobs.cancel(job.id)
        return lambda _: Progress(position=1)

    job = bench.store.jobs.add("scan", "a", 3)
    jobs = Jobs(bench.store.jobs, bench.clock, {"scan": step})
    assert jobs.step()
    assert not jobs.step()
    ended = bench.store.jobs.get(job.id)
    assert (ended.state, ended.errors, ended.position) == (State.CANCELLED, 0, 0)


def test_an_unknown_kind_is_said_and_one_of_another_lane_is_left_alone(bench: Bench, scan: Scan) -> None:
    strange = bench.store.jobs.add("future", "a")
    other = bench.store.jobs.add("mirror", "a")
    jobs = Jobs(bench.store.jobs, bench.clock, {"scan": scan.step}, elsewhere=frozenset({"mirror"}))
    while jobs.step():
        pass
    assert bench.store.jobs.get(strange.id).state is State.FAILED
    assert bench.store.jobs.get(other.id).state is State.WAITING
