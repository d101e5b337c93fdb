"""The worker: one at a time, bounded steps, errors that wait twice as long, a clean stop."""

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
import structlog

from comity.kernel.base.clock import FixedClock
from comity.kernel.base.errors import Corrupt, Unavailable
from comity.kernel.store.progress import Following
from comity.work import worker
from comity.work.trying import wait
from comity.work.worker import BEAT, LEASE, Follower, Worker

SECOND = 1_000_000


class MemoryBoard:
    """Where followers are told of."""

    def __init__(self) -> None:
        self.told: list[list[Following]] = []
        self.again: set[str] = set()
        self.away = False

    def tell(self, followings: Sequence[Following]) -> None:
        if self.away:
            raise Unavailable("no database")
        self.told.append(list(followings))

    def asked(self) -> frozenset[str]:
        if self.away:
            raise Unavailable("no database")
        asked, self.again = frozenset(self.again), set()
        return asked


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


def test_what_changed_is_told_once_a_second_and_all_is_told_now_and_then(
    leases: MemoryLeases, clock: FixedClock
) -> None:
    board, behind = MemoryBoard(), [5]
    hand = Worker(leases, [Follower("a", lambda: False, lambda: behind[0])], clock, "one", board)
    for _ in range(10):
        hand.turn()
    assert [[each.behind for each in told] for told in board.told] == [[5]]
    behind[0] = 4
    hand.turn()
    assert len(board.told) == 1, "not within the second"
    clock.forward(SECOND)
    hand.turn()
    assert board.told[-1][0].behind == 4
    for _ in range(BEAT // SECOND):
        clock.forward(SECOND)
        hand.turn()
    assert len(board.told) == 3
    assert board.told[-1][0].seen == clock.now()


def test_failures_are_told_with_a_reason_that_holds_no_secret(leases: MemoryLeases, clock: FixedClock) -> None:
    errors = iter([Unavailable("The partner does not answer."), ValueError("password=hunter2")])

    def step() -> bool:
        raise next(errors)

    board = MemoryBoard()
    hand = Worker(leases, [Follower("a", step)], clock, "one", board)
    hand.turn()
    clock.forward(SECOND)
    hand.turn()
    first, second = (told[0] for told in board.told)
    assert (first.errors, first.reason) == (1, "The partner does not answer.")
    assert second.errors == 2
    assert "ValueError" in second.reason
    assert "hunter2" not in second.reason


def test_one_that_stopped_goes_on_when_a_person_asks(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    broken = [True]

    def step() -> bool:
        done.append("tried")
        if broken[0]:
            raise Corrupt("two leaves of one number")
        return False

    board = MemoryBoard()
    hand = Worker(leases, [Follower("a", step)], clock, "one", board)
    for _ in range(5):
        hand.turn()
        clock.forward(worker.LONGEST_WAIT)
    assert len(done) == 1
    assert board.told[-1][0].stopped
    broken[0] = False
    board.again.add("a")
    for _ in range(3):
        clock.forward(SECOND)
        hand.turn()
    assert len(done) == 3
    assert (board.told[-1][0].stopped, board.told[-1][0].errors) == (False, 0)


def test_without_its_board_it_works_all_the_same(leases: MemoryLeases, clock: FixedClock) -> None:
    done: list[str] = []
    board = MemoryBoard()
    board.away = True
    hand = Worker(leases, [Follower("a", counting(done, "a"))], clock, "one", board)
    hand.turn()
    assert done == ["a"]
    board.away = False
    clock.forward(SECOND)
    hand.turn()
    assert len(board.told) == 1


def test_whoever_does_not_lead_tells_nothing(leases: MemoryLeases, clock: FixedClock) -> None:
    board = MemoryBoard()
    leases.lease(worker.LEASE_NAME, "other", clock.now() + SECOND)
    Worker(leases, [Follower("a", lambda: False)], clock, "one", board).drain()
    assert not board.told


def test_what_waits_for_others_holds_up_nobody(leases: MemoryLeases, clock: FixedClock) -> None:
    stop, remote, worked = threading.Event(), threading.Event(), threading.Semaphore(0)

    def ask_another_node() -> bool:
        remote.wait(20)
        return False

    def work() -> bool:
        worked.release()
        return False

    followers = [Follower("mirror", ask_another_node, lane="mirror"), Follower("settle", work)]
    thread = threading.Thread(target=Worker(leases, followers, clock, "one").run, args=(stop,))
    thread.start()
    for _ in range(3):
        assert worked.acquire(timeout=10)
    stop.set()
    remote.set()
    thread.join(10)
    assert not thread.is_alive()
    assert leases.held == {}


def test_a_lane_that_does_not_end_keeps_the_lease(
    leases: MemoryLeases, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LAST_STEP", 0.1)
    stop, remote, begun = threading.Event(), threading.Event(), threading.Event()

    def ask_another_node() -> bool:
        begun.set()
        remote.wait(20)
        return False

    hand = Worker(leases, [Follower("mirror", ask_another_node, lane="mirror")], clock, "one")
    thread = threading.Thread(target=hand.run, args=(stop,))
    thread.start()
    assert begun.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert leases.held, "somebody else would begin what this one is still at"
    remote.set()


def test_the_wait_stays_bounded_after_years() -> None:
    assert wait(1, 60 * SECOND) == SECOND
    assert wait(4, 60 * SECOND) == 8 * SECOND
    assert wait(10**9, 60 * SECOND) == 60 * SECOND
