"""Timestamps: exactly what 2.16 allows, in order, and back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects import timestamps

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -62_135_596_800_000_000
LAST = 253_402_300_799_999_999


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000Z", 0),
        ("1970-01-01T00:00:00.1Z", 100_000),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2016-01-20T12:31:12.123Z", 1_453_293_072_123_000),
        ("2016-02-29T00:00:00Z", 1_456_704_000_000_000),
        ("0001-01-01T00:00:00Z", FIRST),
        ("9999-12-31T23:59:59.999999Z", LAST),
        ("1970-01-01T00:00:00.0000019999999999Z", 1),
    ],
)
def test_reads_moments(text, moment):
    assert timestamps.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "2016-01-20",
        "2016-01-20T12:31:12",
        "2016-01-20T12:31:12.Z",
        "2016-01-20t12:31:12Z",
        "2016-01-20T12:31:12z",
        "2016-01-20 12:31:12Z",
        "2016-01-20T12:31:12+00:00",
        "2016-01-20T12:31:12.1+00:00",
        "2016-01-20T12:31:12.1+0530Z",
        "2016-01-20T12:31:12,123Z",
        "2016-01-20T12:31Z",
        "20160120T123112Z",
        "2016-W03-3T12:31:12.123Z",
        "2016-13-01T00:00:00Z",
        "2016-02-30T00:00:00Z",
        "2015-02-29T00:00:00.000Z",
        "0000-01-01T00:00:00Z",
        "0000-01-31T23:59:60Z",
        "2016-01-20T24:00:00Z",
        "2016-01-20T24:00:00.000Z",
        "2016-01-20T12:60:00Z",
        "2016-01-20T12:31:61Z",
        "2016-01-20T12:31:60Z",
        "2016-01-20T23:59:60Z",
        " 2016-01-20T12:31:12Z",
        "2016-01-20T12:31:12Z\n",
        "\uff12016-01-20T12:31:12Z",
        "2016-01-20T12:31:12.\u0661Z",
        "12016-01-20T12:31:12Z",
        "-016-01-20T12:31:12.1Z",
    ],
)
def test_refuses_what_is_no_stix_timestamp(text):
    with pytest.raises(ValueError):
        timestamps.parse(text)


def test_a_leap_second_is_the_last_microsecond_of_its_minute():
    leap = timestamps.parse("2016-12-31T23:59:60Z")
    assert leap == timestamps.parse("2016-12-31T23:59:60.5Z") == timestamps.parse("2016-12-31T23:59:59.999999Z")
    assert leap < timestamps.parse("2017-01-01T00:00:00Z")
    assert timestamps.parse("9999-12-31T23:59:60Z") == LAST


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_453_293_072_123_000, "2016-01-20T12:31:12.123Z"),
        (FIRST, "0001-01-01T00:00:00.000Z"),
        (LAST, "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_writes_milliseconds_where_exact(moment, text):
    assert timestamps.render(moment) == text


@pytest.mark.parametrize("moment", [FIRST - 1, LAST + 1, 10**30])
def test_does_not_write_what_lies_outside_the_calendar(moment):
    with pytest.raises(ValueError):
        timestamps.render(moment)


@given(st.integers(FIRST, LAST))
def test_what_is_written_is_read_back(moment):
    assert timestamps.parse(timestamps.render(moment)) == moment


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), st.text("0123456789", max_size=12))
def test_any_number_of_digits_is_read_and_cut_at_six(moment, digits):
    text = moment.strftime(f"{moment.year:04d}-%m-%dT%H:%M:%S") + (f".{digits}Z" if digits else "Z")
    whole = moment.replace(microsecond=int(f"{digits[:6]:0<6}"), tzinfo=UTC)
    assert timestamps.parse(text) == (whole - EPOCH) // timedelta(microseconds=1)


@given(st.integers(FIRST, LAST), st.integers(FIRST, LAST))
def test_order_is_kept(one, other):
    first, second = sorted((timestamps.render(one), timestamps.render(other)))
    if len(first) == len(second):
        assert timestamps.parse(first) <= timestamps.parse(second)


@given(
    st.from_regex(re.compile(r"[0-9]{3,5}.[0-9]{1,2}.[0-9]{1,2}.[0-9]{2}.[0-9]{2}.[0-9]{2}[.,]?[0-9+:Z-]*", re.ASCII))
)
def test_nothing_but_the_stix_form_is_accepted(text):
    form = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z"
    try:
        timestamps.parse(text)
    except ValueError:
        return
    assert re.fullmatch(form, text)
