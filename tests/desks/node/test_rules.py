"""The finding of the picture of arrivals."""

import pytest

from comity.desks.node.rules import finding
from comity.kernel.store.types import Arrival


def arrivals(**claims: int) -> list[Arrival]:
    return [Arrival(name, name.upper(), "main", count, 0) for name, count in claims.items()]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"a": 12}, "All 12 objects held here came from A"),
        ({"a": 60, "b": 40}, "Most of what is held came from A: 60 %"),
        ({"a": 40, "b": 30, "c": 30}, "3 parties gave what is held; A gave most, 40 %"),
        ({"b": 50, "a": 50}, "Most of what is held came from A: 50 %"),
    ],
)
def test_the_finding_is_a_sentence(claims: dict[str, int], said: str) -> None:
    assert str(finding(arrivals(**claims))) == said


def test_where_nothing_arrived_nothing_is_found() -> None:
    assert finding([]) is None
