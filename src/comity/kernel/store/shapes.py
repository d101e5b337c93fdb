"""All shapes of the store, read once for a process and laid out so that a viewer's openings of 100,000 of them are derived in
some ten milliseconds: in columns, by operations over whole columns.

What a shape needs is interned: each distinct set of alternatives has a number, 0 is "nothing". A column holds, for each
shape that needs anything, one of its needs; where it has fewer than there are columns, 0.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from threading import Lock
from typing import Final

from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.labels import needs_of_text

_SHAPES = Sql("SELECT id, label, needs FROM shape WHERE id > :after ORDER BY id")

ABSENT: Final = 0
NOTHING: Final = -1
CLOSED_PLACE: Final = 1 << 30
"""Behind every opening: the latest of several openings, where one of them is none."""


MOST_COLUMNS: Final = 4


class ShapeBook:
    """Every shape by its number: its label, and what it needs. Learns those that were made since; safe between threads.

    ``labels``  by number of the shape
    """

    def __init__(self) -> None:
        self.labels = array("i", [0])
        self._needy = array("i")
        self._needy_of: dict[int, list[int]] = {}
        self._columns = tuple(array("i") for _ in range(MOST_COLUMNS))
        self._width = 0
        self._further: dict[int, tuple[int, ...]] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._first = array("i", [NOTHING])
        self._second = array("i", [NOTHING])
        self._several: list[tuple[int, tuple[int, ...]]] = []
        self._highest = 0
        self._lock = Lock()

    def derived(
        self,
        reader: Reader,
        first: int,
        last: int,
        grants: Mapping[int, int],
        *,
        needless: AbstractSet[int] | None,
        absent_hides: bool,
    ) -> "array[int]":
        """Where the shapes from ``first`` to ``last`` opened, -1 for closed, to a viewer with these grants.

        ``needless``      labels whose needs don't matter (a viewer's own claims); None: nobody's needs matter
        ``absent_hides``  whether what is not held closes what refers to it
        """
        with self._lock:
            if last >= len(self.labels):
                self._learn(reader)
            places = self._places(grants, absent_hides=absent_hides)
            opened = list(map(places.__getitem__, self.labels[first : last + 1]))
            low, high = bisect_left(self._needy, first), bisect_left(self._needy, last + 1)
            if high > low and needless is not None:
                self._mind(opened, first, low, high, places)
                for label in needless & self._needy_of.keys():
                    for shape in self._needy_of[label]:
                        if first <= shape <= last:
                            opened[shape - first] = places[label]
        return array("i", [place if place < CLOSED_PLACE else -1 for place in opened])

    def _places(self, grants: Mapping[int, int], *, absent_hides: bool) -> list[int]:
        """The opening of every label by its number; at 0 that of what is not held, at -1 that of nothing."""
        places = [CLOSED_PLACE] * (max(self._highest, max(grants, default=0)) + 2)
        for label, place in grants.items():
            places[label] = place
        places[ABSENT] = CLOSED_PLACE if absent_hides else 0
        places[NOTHING] = 0
        return places

    def _mind(self, opened: list[int], first: int, low: int, high: int, places: list[int]) -> None:
        """Of the needy shapes the latest of their own opening and those of what they need."""
        needy = [shape - first for shape in self._needy[low:high]]
        either = (map(places.__getitem__, self._first), map(places.__getitem__, self._second))
        of_needs = list(map(min, *either))
        for number, labels in self._several:
            of_needs[number] = min(map(places.__getitem__, labels))
        latest: Iterable[int] = map(opened.__getitem__, needy)
        for column in self._columns[: self._width]:
            latest = map(max, latest, map(of_needs.__getitem__, column[low:high]))
        for shape, place in zip(needy, list(latest), strict=True):
            opened[shape] = place
        for place, numbers in self._further.items():
            if low <= place < high:
                shape = needy[place - low]
                opened[shape] = max(opened[shape], *map(of_needs.__getitem__, numbers))

    def _learn(self, reader: Reader) -> None:
        for shape, label, text in reader.all(_SHAPES, {"after": len(self.labels) - 1}):
            self.labels.append(label)
            self._highest = max(self._highest, label)
            needs = needs_of_text(text)
            if not needs:
                continue
            numbers = [self._number(alternatives) for alternatives in needs]
            if len(numbers) > MOST_COLUMNS:
                self._further[len(self._needy)] = tuple(numbers[MOST_COLUMNS:])
            self._width = max(self._width, min(len(numbers), MOST_COLUMNS))
            self._needy.append(shape)
            self._needy_of.setdefault(label, []).append(shape)
            for place, column in enumerate(self._columns):
                column.append(numbers[place] if place < len(numbers) else 0)

    def _number(self, alternatives: tuple[int, ...]) -> int:
        """The number of a set of alternatives."""
        number = self._numbers.get(alternatives)
        if number is None:
            number = self._numbers[alternatives] = len(self._first)
            self._first.append(alternatives[0] if alternatives else ABSENT)
            self._second.append(alternatives[1] if len(alternatives) > 1 else self._first[-1])
            self._highest = max(self._highest, *alternatives, 0)
            if len(alternatives) > 2:
                self._several.append((number, alternatives))
        return number
