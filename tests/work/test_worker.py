"""The worker: one at a time, bounded steps, errors that wait twice as long, a clean stop."""

import threading
from collections.abc import Callable, Iterator

import pytest
import structlog

from comity.kernel.base.clock import FixedClock
from comity.kernel.base.errors import Corrupt, Unavailable
from comity.work import worker
from comity.work.worker import LEASE, Follower, Worker

SECOND = 1_000_000


class MemoryLeases:
    """One lease table for several workers."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.held: dict[str, tuple[str, int]] = {}
        self.asked = 0
        self.away = False

    def lease(self, name: str, holder: str, until: int) -> bool:
        self.asked += 1
        if self.away:
            raise Unavailable("no database")
        other, end = self.held.get(name, (holder, 0))
        if other != holder and end > self.clock.now():
            return False
        self.held[name] = (holder, until)
        return True

    def release(self, name: str, holder: str) -> None:
        if self.away:
            raise Unavailable("no database")
        if self.held.get(name, ("", 0))[0] == holder:
            del self.held[name]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(1_800_000_000 * SECOND)


@pytest.fixture
def leases(clock: FixedClock) -> MemoryLeases:
    return MemoryLeases(clock)


def counting(done: list[str], name: str, more: int = 0) -> Callable[[], bool]:
    """A step that has ``more`` to do after the first."""
    left = [more]

    def step() -> bool:
        done.append(name)
        left[0] -= 1
        return left[0] >= 0

    return step


def test_followers_take_turns_while_there_is_more(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    followers = [Follower("a", counting(done, "a", 2)), Follower("b", counting(done, "b"))]
    hand = Worker(leases, followers, clock, "one")
    assert [hand.turn() for _ in range(4)] == [True, True, False, False]
    assert done == ["a", "b"] * 4


def test_a_number_of_things_done_means_there_may_be_more(leases: MemoryLeases, clock: FixedClock) -> None:
    steps = iter([1000, 3, 0])
    hand = Worker(leases, [Follower("settle", lambda: next(steps))], clock, "one")
    assert [hand.turn() for _ in range(3)] == [True, True, False]


def test_one_worker_at_a_time_and_another_after_it(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    first = Worker(leases, [Follower("a", counting(done, "first"))], clock, "one")
    second = Worker(leases, [Follower("a", counting(done, "second"))], clock, "two")
    first.turn(), second.turn()
    assert done == ["first"]
    clock.forward(LEASE - SECOND)
    first.turn(), second.turn()
    assert done == ["first"] * 2
    clock.forward(LEASE)
    second.turn(), first.turn()
    assert done == ["first", "first", "second"]


def test_a_lease_is_renewed_and_not_asked_for_at_every_turn(leases: MemoryLeases, clock: FixedClock) -> None:
    hand = Worker(leases, [], clock, "one")
    for _ in range(100):
        hand.turn()
    assert leases.asked == 1
    clock.forward(LEASE // 2)
    hand.turn()
    assert leases.asked == 2


def test_an_error_makes_one_follower_wait_and_not_the_others(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    broken = [True]

    def step() -> bool:
        done.append("bad")
        if broken[0]:
            raise OSError("away")
        return False

    hand = Worker(leases, [Follower("bad", step), Follower("good", counting(done, "good"))], clock, "one")
    tried = []
    for second in range(20):
        done.clear()
        hand.turn()
        assert "good" in done
        if "bad" in done:
            tried.append(second)
        clock.forward(SECOND)
    assert tried == [0, 1, 3, 7, 15]
    clock.forward(worker.LONGEST_WAIT)
    broken[0] = False
    done.clear()
    hand.turn(), hand.turn()
    assert done.count("bad") == 2


def test_contradicting_data_stop_a_follower_for_good(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []

    def step() -> bool:
        done.append("bad")
        raise Corrupt("two leaves of one number")

    hand = Worker(leases, [Follower("bad", step), Follower("good", counting(done, "good"))], clock, "one")
    for _ in range(3):
        hand.turn()
        clock.forward(worker.LONGEST_WAIT)
    assert done == ["bad", "good", "good", "good"]


def test_without_the_database_nothing_is_done_and_nothing_breaks(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    hand = Worker(leases, [Follower("a", counting(done, "a"))], clock, "one")
    leases.away = True
    assert hand.turn() is False
    assert done == []
    leases.away = False
    hand.turn()
    assert done == ["a"]


def test_it_stops_when_told_and_gives_the_lease_back(leases: MemoryLeases, clock: FixedClock) -> None:
    stop, stepped = threading.Event(), threading.Event()

    def step() -> bool:
        stepped.set()
        return True

    hand = Worker(leases, [Follower("a", step)], clock, "one")
    thread = threading.Thread(target=hand.run, args=(stop,))
    thread.start()
    assert stepped.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert leases.held == {}


def test_it_stops_also_when_the_lease_can_not_be_given_back(leases: MemoryLeases, clock: FixedClock) -> None:
    stop = threading.Event()

    def step() -> bool:
        leases.away = True
        stop.set()
        return False

    Worker(leases, [Follower("a", step)], clock, "one").run(stop)
    assert leases.held


def test_draining_ends_when_all_is_done_and_gives_the_lease_back(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    Worker(leases, [Follower("a", counting(done, "a", 5))], clock, "one").drain()
    assert done == ["a"] * 6
    assert leases.held == {}


def test_draining_leaves_the_work_to_whoever_leads(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    leases.lease(worker.LEASE_NAME, "other", clock.now() + SECOND)
    Worker(leases, [Follower("a", counting(done, "a", 5))], clock, "one").drain()
    assert done == []
    assert leases.held[worker.LEASE_NAME][0] == "other"
