"""How a mirror fares, and what its rhythm is called."""

import pytest

from comity.desks.mirrors import rules
from comity.kernel.store.types import Mirror

DAY = 86_400 * rules.SECOND


def mirror(**more) -> Mirror:
    fields = {
        "id": 1,
        "url": "https://x.example/collections/y/",
        "collection": 1,
        "party": 2,
        "username": "",
        "secret": None,
    }
    return Mirror(**{**fields, "every": None, "created": 0, **more})


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (DAY, "every day"),
        (2 * DAY, "every %(num)s days"),
        (DAY // 24, "every hour"),
        (90 * rules.SECOND, "every %(num)s seconds"),
    ],
)
def test_rhythms(every, said):
    phrase = rules.rhythm_of(mirror(every=every))
    assert said in (phrase.frame, phrase.many)  # type: ignore[union-attr]


def test_late_is_twice_the_rhythm_and_some():
    held = mirror(every=DAY, succeeded=0)
    assert not rules.is_late(held, 2 * DAY)
    assert rules.is_late(held, 2 * DAY + rules.SLACK + 1)
    assert not rules.is_late(mirror(every=DAY, paused=True), 90 * DAY)
    assert not rules.is_late(mirror(), 90 * DAY)


@pytest.mark.parametrize(
    ("fields", "meaning"),
    [
        ({"paused": True, "errors": 3}, "withheld"),
        ({"errors": 3, "pulling": True}, "wrong"),
        ({"pulling": True}, "partly"),
        ({"succeeded": 0}, "released"),
        ({}, "partly"),
        ({"succeeded": 0, "every": 1}, "review"),
    ],
)
def test_states(fields, meaning):
    assert rules.state_of(mirror(**fields), 9 * DAY).meaning == meaning
