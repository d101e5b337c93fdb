"""Days and moments: what is written is what was meant."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.clock import micros, rfc3339
from comity.kernel.policy.agreement.dates import DAY, FIRST, LAST, day, read_date, write_date, years_after


@given(st.integers(FIRST, LAST), st.booleans())
def test_what_is_written_is_read(at: int, until: bool) -> None:
    assert read_date(write_date(at, until=until), until=until) == at


def test_a_day_is_a_whole_day() -> None:
    assert read_date(date(2026, 6, 30), until=True) - read_date(date(2026, 6, 30), until=False) == DAY
    assert read_date("2026-06-30", until=True) == micros(datetime(2026, 7, 1, tzinfo=UTC))
    assert write_date(micros(datetime(2026, 7, 1, tzinfo=UTC)), until=True) == "2026-06-30"
    assert write_date(micros(datetime(2026, 7, 1, tzinfo=UTC)), until=False) == "2026-07-01"


def test_a_moment_is_itself() -> None:
    east = datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=9)))
    assert read_date(east, until=True) == read_date(east, until=False) == micros(datetime(2026, 7, 1, tzinfo=UTC))
    assert write_date(1, until=False) == "1970-01-01T00:00:00.000001Z"
    assert write_date(1_000_000, until=True) == "1970-01-01T00:00:01Z"


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 1),  # no zone
        "2026-01-01T00:00:00",
        "2026-1-1",
        "01.01.2026",
        "",
        time(12),
        3,
        None,
        True,
        date(1899, 12, 30),
        date(3000, 1, 1),
        date.max,
        "9999-12-31T23:59:59Z",
    ],
)
def test_anything_else_is_no_date(value: object) -> None:
    with pytest.raises(ValueError):
        read_date(value, until=True)


def test_the_bounds() -> None:
    assert (rfc3339(FIRST), rfc3339(LAST)) == ("1900-01-01T00:00:00.000000Z", "3000-01-01T00:00:00.000000Z")
    assert read_date("1900-01-01", until=False) == FIRST
    assert read_date("2999-12-31", until=True) == LAST


def test_years_later() -> None:
    def later(text: str, years: int) -> str:
        return write_date(years_after(read_date(text, until=False) + 5, years), until=False)

    assert later("2026-11-22", 2) == "2028-11-22"
    assert later("2028-02-29", 1) == "2029-03-01"
    assert later("2028-02-29", 4) == "2032-02-29"


def test_the_day_of_a_moment() -> None:
    assert day(DAY + 5) == DAY
    assert day(-5) == -DAY
