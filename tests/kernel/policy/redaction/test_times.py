"""Moments made coarser: cut to their beginning, ends to their end, always in order."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects import timestamps
from comity.kernel.policy.profile import Rule
from comity.kernel.policy.redaction import Remade
from comity.kernel.policy.redaction.times import COARSER, coarser, coarser_in, cut, end
from tests.kernel.objects.samples import SAMPLES
from tests.kernel.policy.redaction.looking import lens, looked_at, made

ROWS = [
    ("day", "2026-03-05T10:11:12.123456Z", "2026-03-05T00:00:00.000Z", "2026-03-06T00:00:00.000Z"),
    ("week", "2026-03-05T10:11:12Z", "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"),
    ("month", "2026-12-05T10:11:12.1Z", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
    ("week", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02T00:00:00Z"),
    ("month", "1969-12-31T23:59:59Z", "1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"),
    ("day", "9999-12-31T23:59:59Z", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59Z"),
]
TEXTS = [
    ("day", "at 2026-03-05T10:11:12.5Z and 2026-03-05 10:11", "at 2026-03-05 and 2026-03-05"),
    ("day", "on 2026-03-05, not 12026-03-051", "on 2026-03-05, not 12026-03-051"),
    ("week", "on 2026-03-05 10:11:12+09:00", "on 2026-03-02"),
    ("month", "on 2026-03-05", "on 2026-03-01"),
    ("day", "2026-13-45T10:11:12Z", "2026-13-45T10:11:12Z"),
]


@pytest.mark.parametrize(("span", "text", "first", "last"), ROWS)
def test_a_moment_is_cut(span, text, first, last):
    assert coarser(text, span) == first
    assert coarser(text, span, ends=True) == last


@pytest.mark.parametrize(("span", "text", "after"), TEXTS)
def test_moments_in_texts_become_dates(span, text, after):
    assert coarser_in(text, span) == after
    assert coarser_in(after, span) == after


@given(st.integers(-62_135_596_800_000_000, 253_370_764_799_999_999), st.sampled_from(COARSER))
def test_a_span_holds_its_moment(at, span):
    first, last = cut(at, span), end(at, span)
    assert first <= at <= last
    assert cut(first, span) == first
    assert end(last, span) == last
    assert last - first <= 31 * 86_400_000_000
    assert timestamps.render(first).endswith("T00:00:00.000Z")


@given(st.integers(0, 2**52), st.integers(1, 2**40), st.sampled_from(COARSER))
def test_a_window_stays_a_window(at, lasts, span):
    assert cut(at, span) < end(at + lasts, span)


def test_all_moments_of_an_object_are_cut_but_those_of_the_twin():
    after = made(SAMPLES["indicator"], Rule("generalise", to="day"))
    assert (after["valid_from"], after["valid_until"]) == ("2026-03-01T00:00:00.000Z", "2026-03-03T00:00:00.000Z")
    assert after["created"] == "2026-11-21T22:20:00.000Z"


def test_of_two_moments_the_later_alone_may_be_cut():
    after = made(SAMPLES["campaign"], Rule("generalise", to="day", properties=("last_seen",)))
    assert after["first_seen"] == after["last_seen"] == "2026-03-01T10:00:00.000Z"


def test_a_moment_of_a_portable_executable_stays_whole():
    held = {
        **SAMPLES["file"],
        "extensions": {"windows-pebinary-ext": {"pe_type": "dll", "time_date_stamp": "2026-03-05T10:11:12Z"}},
        "x_seen": "2026-03-05T10:11:12Z",
    }
    after = made_with_extensions(held)
    assert after["extensions"]["windows-pebinary-ext"]["time_date_stamp"] == "2026-03-05T00:00:00Z"
    assert after["x_seen"] == "2026-03-05T00:00:00Z"


def made_with_extensions(held):
    result = looked_at(held, lens(Rule("generalise", to="day")))
    assert isinstance(result, Remade)
    return json.loads(result.raw)
