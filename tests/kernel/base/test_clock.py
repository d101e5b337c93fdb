"""Moments are exact integers."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.clock import FixedClock, SystemClock, micros, rfc3339


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31, 23, 59, 59, 999999)))
def test_a_moment_survives_being_written(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    written = rfc3339(micros(moment))
    assert datetime.fromisoformat(written) == moment
    assert len(written) == len("2026-01-01T00:00:00.000000Z")


def test_the_system_clock_goes_forward() -> None:
    clock = SystemClock()
    assert micros(datetime(2024, 1, 1, tzinfo=UTC)) < clock.now() <= clock.now()


def test_a_fixed_clock_stands_until_moved() -> None:
    clock = FixedClock(5)
    clock.forward(3)
    assert clock.now() == 8
