"""Clocks as the worker drives them: late ones at once, standing ones set anew, failures visible and tried again."""

from typing import Any

from comity.kernel.base.errors import Unavailable
from comity.kernel.store.progress import Timer
from comity.work.clocks import LONGEST_WAIT, NODE, Clocks, Standing, following
from tests.kernel.store.conftest import START
from tests.work.conftest import SECOND, Bench

HOUR = 3600 * SECOND


def test_late_ones_fire_at_once_and_each_once(bench: Bench) -> None:
    for number in range(50):
        bench.store.timers.set(None, "answer", str(number), START - number * HOUR)
    clocks = Clocks(
        bench.store.timers, bench.clock, {"answer": lambda connection, timer: bench.did(connection, timer.subject)}
    )
    while clocks.step():
        pass
    assert bench.effects() == {str(number): 1 for number in range(50)}


def test_a_standing_clock_is_set_and_keeps_its_beat(bench: Bench) -> None:
    def make() -> Clocks:
        handlers = {"look": lambda connection, timer: bench.did(connection, str((timer.due - START) // HOUR))}
        return Clocks(bench.store.timers, bench.clock, handlers, (Standing("look", HOUR),))

    clocks = make()
    assert clocks.step()
    assert not clocks.step()
    bench.clock.forward(HOUR)
    assert clocks.step()
    # Nobody works for ten hours and a half: it fires once, not ten times, and goes on with its beat.
    bench.clock.forward(10 * HOUR + HOUR // 2)
    clocks = make()
    assert clocks.step()
    assert not clocks.step()
    timer = bench.store.timers.waiting("look", NODE)
    assert timer is not None
    assert timer.due == START + 12 * HOUR
    assert bench.effects() == {"0": 1, "1": 1, "2": 1}


def test_the_beat() -> None:
    assert following(100, 10, 100) == 110
    assert following(100, 10, 109) == 110
    assert following(100, 10, 110) == 120
    assert following(100, 10, 155) == 160
    assert following(100, 10, 50) == 110


def test_one_that_fails_waits_longer_each_time_and_holds_up_no_other(bench: Bench) -> None:
    broken = [True]

    def handle(connection: Any, timer: Timer) -> None:
        bench.did(connection, timer.subject)
        if timer.subject == "bad" and broken[0]:
            raise Unavailable("The partner does not answer.")

    clocks = Clocks(bench.store.timers, bench.clock, {"answer": handle})
    bench.store.timers.set(None, "answer", "bad", START)
    bench.store.timers.set(None, "answer", "good", START)
    waits = []
    for _ in range(12):
        clocks.step()
        (timer,) = bench.store.timers.all(10)
        waits.append((timer.not_before - bench.clock.now()) // SECOND)
        bench.clock.at = timer.not_before
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert LONGEST_WAIT == 600 * SECOND
    assert (timer.errors, timer.reason) == (12, "The partner does not answer.")
    assert bench.effects() == {"good": 1}
    assert clocks.late() == 1
    broken[0] = False
    clocks.step()
    assert bench.effects() == {"good": 1, "bad": 1}
    assert clocks.late() == 0


def test_a_clock_of_an_unknown_kind_is_kept_and_said(bench: Bench) -> None:
    bench.store.timers.set(None, "future", "1", START)
    Clocks(bench.store.timers, bench.clock, {}).step()
    (timer,) = bench.store.timers.all(10)
    assert "knows no clock of this kind" in timer.reason
