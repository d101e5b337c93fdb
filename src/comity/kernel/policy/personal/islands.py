"""Where in a text digits stand close together: nearly all of it is far from any, and no detector of numbers looks there."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

SIX_DIGITS: Final = re.compile(r"\d(?:[^\d\n]{0,3}\d){5,}")
"""Nothing that we know has fewer, or has them further apart."""
_LETTERS: Final = 8
_BEFORE: Final = 24
_WORD: Final = 64


class Island(Struct, frozen=True):
    """A place with six digits or more, with room for the letters around them; ``digits``: how many."""

    start: int
    end: int
    digits: int


def islands(text: str) -> list[Island]:
    """All of a text, in order."""
    return [
        Island(max(0, match.start() - _LETTERS), match.end() + _LETTERS, sum(map(str.isdigit, match.group())))
        for match in SIX_DIGITS.finditer(text)
    ]


def matches(pattern: re.Pattern[str], text: str, places: Sequence[Island], least: int = 0) -> Iterator[re.Match[str]]:
    """What matches there. ``least``: digits without which nothing does. What stands before an island is seen by an expression
    that looks back.
    """
    for island in places:
        if island.digits >= least:
            yield from pattern.finditer(text, island.start, island.end)


def around(text: str, places: Sequence[Island]) -> list[tuple[int, int]]:
    """The islands with some words before them, up to the ends of their own words; apart."""
    found: list[tuple[int, int]] = []
    for island in places:
        start = max(0, island.start - _BEFORE)
        start = max(text.rfind(" ", 0, start), start - _WORD, 0)
        space = text.find(" ", island.end, island.end + _WORD)
        end = space if space >= 0 else min(len(text), island.end + _WORD)
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found
