"""The small things that decisions are told with."""

import pytest

from comity.kernel.policy.decision import Effect
from comity.kernel.policy.denial import date
from comity.kernel.policy.sentence import Sentence, says

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01"),
        (20_000 * DAY, "2024-10-04"),
        (20_000 * DAY + 1, "2024-10-04T00:00Z"),
        (20_000 * DAY + DAY // 2, "2024-10-04T12:00Z"),
    ],
)
def test_dates_as_people_read_them(at, text):
    assert date(at) == text


def test_effects_in_order_of_strictness():
    assert [each.strictness for each in (Effect.RELEASE, Effect.REDACT, Effect.REVIEW, Effect.WITHHOLD)] == [0, 1, 2, 3]


def test_a_sentence_is_a_frame_and_what_stands_in_it():
    said = says("%(one)s of %(two)s.", one="A", two="B %(one)s")
    assert said == Sentence("%(one)s of %(two)s.", (("one", "A"), ("two", "B %(one)s")))
    assert str(said) == "A of B %(one)s."
    assert str(says("100 %% sure, without a gap")) == "100 % sure, without a gap"
