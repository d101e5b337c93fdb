"""Clocks: each fires exactly once, its effect and its mark together, late ones too."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection

from comity.kernel.base.errors import NotFound
from comity.kernel.store.progress import Timer
from comity.kernel.store.store import Store, open_store
from tests.kernel.store.conftest import SECOND, START, Cast

HOUR = 3600 * SECOND


def names(timers: tuple[Timer, ...]) -> list[str]:
    return [timer.subject for timer in timers]


def nothing(_: Connection) -> None:
    """An effect without one."""


def test_a_clock_is_due_at_its_moment_and_fires_once(cast: Cast) -> None:
    timers = cast.store.timers
    number = timers.set(None, "answer", "case 1", START + HOUR)
    assert timers.due(cast.clock.now(), 10) == ()
    assert not timers.fire(number, nothing), "not due yet"
    cast.clock.forward(HOUR)
    (timer,) = timers.due(cast.clock.now(), 10)
    assert (timer.kind, timer.subject, timer.due) == ("answer", "case 1", START + HOUR)
    done: list[int] = []
    assert timers.fire(number, lambda _: done.append(1))
    assert not timers.fire(number, lambda _: done.append(2))
    assert done == [1]
    assert timers.due(cast.clock.now(), 10) == ()
    assert timers.last("answer", "case 1") == START + HOUR


def test_effect_and_mark_are_one_transaction(cast: Cast) -> None:
    timers = cast.store.timers
    number = timers.set(None, "answer", "case 1", START)

    def half(connection: Connection) -> None:
        timers.set(connection, "reminder", "case 1", START + HOUR)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        timers.fire(number, half)
    assert timers.waiting("reminder", "case 1") is None
    assert names(timers.due(START, 10)) == ["case 1"]


def test_late_ones_come_first_in_the_order_in_which_they_were_due(cast: Cast) -> None:
    timers = cast.store.timers
    for hours in (3, 1, 2, 30):
        timers.set(None, "answer", f"case {hours}", START + hours * HOUR)
    assert names(timers.due(START + 4 * HOUR, 10)) == ["case 1", "case 2", "case 3"]
    assert names(timers.due(START + 4 * HOUR, 2)) == ["case 1", "case 2"]
    assert timers.late(START + 4 * HOUR) == 3
    assert names(timers.all(10)) == ["case 1", "case 2", "case 3", "case 30"]


def test_setting_again_moves_it_and_forgets_its_errors(cast: Cast) -> None:
    timers = cast.store.timers
    first = timers.set(None, "answer", "case 1", START)
    timers.failed(first, "why", START + SECOND)
    assert timers.set(None, "answer", "case 1", START + HOUR) == first
    timer = timers.waiting("answer", "case 1")
    assert timer is not None
    assert (timer.due, timer.errors, timer.reason) == (START + HOUR, 0, "")
    assert not timers.fire(first, nothing), "put off after somebody saw it due"
    assert not timers.ensure("answer", "case 1", START), "one waits"
    assert timers.ensure("answer", "case 2", START)


def test_one_that_was_taken_back_does_not_fire(cast: Cast) -> None:
    timers = cast.store.timers
    number = timers.set(None, "answer", "case 1", START)
    assert timers.cancel("answer", "case 1")
    assert not timers.cancel("answer", "case 1")
    assert not timers.fire(number, nothing)


def test_it_can_set_itself_anew_while_it_fires(cast: Cast) -> None:
    timers = cast.store.timers
    first = timers.set(None, "pull", "1", START)
    assert timers.fire(first, lambda connection: void(timers.set(connection, "pull", "1", START + HOUR)))
    timer = timers.waiting("pull", "1")
    assert timer is not None
    assert timer.id != first
    assert timer.due == START + HOUR


def void(_: Any) -> None:
    """For a lambda whose value nobody wants."""


def test_what_is_set_in_a_transaction_goes_with_it(cast: Cast) -> None:
    timers = cast.store.timers

    def broken() -> None:
        with cast.store._database.write() as connection:
            timers.set(connection, "answer", "case 1", START)
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert timers.all(10) == ()


def test_one_that_failed_waits_until_its_next_try_or_a_person_asks(cast: Cast) -> None:
    timers = cast.store.timers
    number = timers.set(None, "answer", "case 1", START)
    timers.failed(number, "The partner does not answer.", START + HOUR)
    assert timers.due(START, 10) == ()
    assert timers.late(START) == 1
    (timer,) = timers.all(10)
    assert (timer.errors, timer.reason) == (1, "The partner does not answer.")
    timers.retry(number)
    assert names(timers.due(START, 10)) == ["case 1"]
    timers.fire(number, nothing)
    with pytest.raises(NotFound):
        timers.retry(number)


def test_two_that_fire_it_at_once_fire_it_once(cast: Cast) -> None:
    """As when a worker lost its lease in the middle of a step and another took over."""
    numbers = [cast.store.timers.set(None, "answer", f"case {each}", START) for each in range(20)]
    stores = [open_store(cast.url, cast.clock) for _ in range(3)]
    begin = threading.Barrier(len(stores))

    def race(store: Store) -> list[int]:
        begin.wait()
        return [number for number in numbers if store.timers.fire(number, nothing)]

    with ThreadPoolExecutor(len(stores)) as pool:
        fired = [number for found in pool.map(race, stores) for number in found]
    for store in stores:
        store.close()
    assert sorted(fired) == numbers
