"""Moments: local and UTC, whatever year is claimed."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.timestamps import parse
from comity.web.moments import moment

SEOUL = ZoneInfo("Asia/Seoul")


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
