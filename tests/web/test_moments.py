"""Moments: local and UTC, whatever year is claimed."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.timestamps import parse
from comity.web.moments import moment, read_local, time_left

SEOUL = ZoneInfo("Asia/Seoul")
MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        ("2026-11-03T05:07:00Z", "Asia/Seoul", ("3 Nov 2026", "14:07", "KST", "", "05:07")),
        ("2026-11-03T18:07:00Z", "Asia/Seoul", ("4 Nov 2026", "03:07", "KST", "3 Nov 2026", "18:07")),
        ("2026-11-03T05:07:00Z", "UTC", ("3 Nov 2026", "05:07", "UTC", "", "")),
        ("2026-07-03T05:07:00Z", "Europe/Tallinn", ("3 Jul 2026", "08:07", "EEST", "", "05:07")),
        ("2026-11-03T05:07:00Z", "Asia/Kathmandu", ("3 Nov 2026", "10:52", "UTC+05:45", "", "05:07")),
        ("9999-12-31T23:59:59Z", "Asia/Seoul", ("31 Dec 9999", "23:59", "UTC", "", "")),
        ("0001-01-01T00:00:00Z", "America/New_York", ("1 Jan 1", "00:00", "UTC", "", "")),
    ],
)
def test_a_moment_in_both_zones(at: str, zone: str, shown: tuple[str, ...]) -> None:
    made = moment(parse(at), ZoneInfo(zone))
    assert (made.date, made.time, made.zone, made.utc_date, made.utc_time) == shown
    assert made.machine == at


@given(st.integers(-(2**63), 2**63))
def test_no_number_is_too_strange(at: int) -> None:
    assert moment(at, SEOUL).date


def test_a_date_reads_as_the_language_has_it() -> None:
    assert moment(parse("2026-11-03T05:07:00Z"), SEOUL, "ko").date == "2026년 11월 3일"


@pytest.mark.parametrize(
    ("due", "said", "over", "soon"),
    [
        (0, "0 min left", False, True),
        (59, "59 min left", False, True),
        (90, "1 h 30 min left", False, True),
        (180, "3 h 0 min left", False, False),
        (60 * 49, "2 d 1 h left", False, False),
        (-5, "Overdue by 5 min", True, False),
        (-130, "Overdue by 2 h 10 min", True, False),
        (-60 * 24 * 400, "Overdue by 400 d 0 h", True, False),
    ],
)
def test_a_deadline_says_how_long(due: int, said: str, over: bool, soon: bool) -> None:
    left = time_left(due * MINUTE, 0)
    assert (str(left.said), left.over, left.soon) == (said, over, soon)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-11-03T14:07", "2026-11-03T05:07:00Z"),
        ("2026-11-03 14:07", "2026-11-03T05:07:00Z"),
        (" 2026-11-03T14:07:59 ", "2026-11-03T05:07:00Z"),
    ],
)
def test_a_moment_is_read_in_the_nodes_zone(typed: str, read: str) -> None:
    assert read_local(typed, SEOUL) == parse(read)


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-03T14:07", "2026-11-03", "0001-01-01T00:00", "9" * 400])
def test_what_is_no_moment_is_none(typed: str) -> None:
    assert read_local(typed, SEOUL) is None


@given(st.text(max_size=40))
def test_reading_never_raises(typed: str) -> None:
    read_local(typed, SEOUL)
