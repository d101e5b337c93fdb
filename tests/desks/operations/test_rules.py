"""What the operations desk says of pace and state."""

import pytest

from comity.desks.operations.rules import needs_a_person, pace_of, state_of_clock, state_of_follower, tried_again
from comity.kernel.store.progress import Following, Job, State, Timer

SECOND = 1_000_000


def job(position: int, total: int | None, seconds: float, state: State = State.RUNNING) -> Job:
    ended = None if state in {State.RUNNING, State.WAITING} else 9
    return Job(1, "x", "y", state, position, total, b"", 0, "", 0, 0, 0, int(seconds * SECOND), ended)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (job(5_000, 20_000, 10), "500 a second, about 30 s left"),
        (job(5_000, 200_000, 10), "500 a second, about 6 min left"),
        (job(5, 20, 10), "0.5 a second, about 30 s left"),
        (job(5_000, None, 10), "500 a second"),
        (job(5_000, 20_000, 0.5), ""),
        (job(0, 20_000, 10), ""),
        (job(20_000, 20_000, 10, State.DONE), ""),
    ],
)
def test_pace_and_what_is_left(given: Job, said: str) -> None:
    assert str(pace_of(given)) == said


def follower(*, errors: int = 0, stopped: bool = False, again: bool = False, behind: int | None = 0) -> Following:
    return Following("x", behind, errors, "", 0, stopped, again, 0)


def timer(errors: int = 0, due: int = 0) -> Timer:
    return Timer(1, "x", "y", due, None, errors, "", 0)


@pytest.mark.parametrize(
    ("given", "works", "meaning"),
    [
        (follower(), True, "released"),
        (follower(behind=None), True, "released"),
        (follower(behind=5), True, "partly"),
        (follower(errors=2), True, "wrong"),
        (follower(errors=2, stopped=True), False, "wrong"),
        (follower(errors=2, stopped=True, again=True), True, "partly"),
        (follower(), False, "withheld"),
    ],
)
def test_state_of_a_follower(given: Following, works: bool, meaning: str) -> None:
    assert state_of_follower(given, works=works).meaning == meaning


def test_a_clock_is_late_after_half_a_minute() -> None:
    assert state_of_clock(timer(due=0), 20 * SECOND).meaning == "partly"
    assert state_of_clock(timer(due=0), 40 * SECOND).meaning == "wrong"
    assert state_of_clock(timer(errors=1, due=50), 0).meaning == "wrong"


def test_what_mends_itself_is_no_work_for_a_person() -> None:
    followers = (follower(), follower(errors=1), follower(errors=1, stopped=True), follower(stopped=True, again=True))
    jobs = (job(0, 1, 1, State.FAILED), job(0, 1, 1, State.CANCELLED), job(0, 1, 1))
    assert [each.path for each in needs_a_person(followers, jobs)] == ["/operations#follower-x", "/operations#job-1"]
    assert tried_again(followers, jobs, (timer(), timer(errors=1))) == 2
