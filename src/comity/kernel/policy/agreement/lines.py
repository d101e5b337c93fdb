"""Where in a TOML text something stands: the reader of TOML doesn't say, and a fault without its line is hard to find.

A map of lines, not a second reader: it looks at headers of tables and at names before ``=``, and is asked only about a text
that was read as TOML. What it doesn't find it places at the nearest thing around it.
"""

import re
from typing import Final

Place = tuple[str | int, ...]
"""A path in the text: ("article", 2, "covers", "types") for ``types`` of the third ``[[article]]``."""

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_\-. \"']+?)\s*\]\]?\s*(?:#.*)?$").match
_NAME: Final = re.compile(r"\s*[\"']?([A-Za-z0-9_\-.]+)[\"']?\s*=").match
_FENCE: Final = re.compile(r'"""|' + "'''")


class Lines:
    """The lines of one text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        counts: dict[Place, int] = {}
        table: Place = ()
        inside = False
        for number, line in enumerate(text.split("\n"), start=1):
            header = None if inside else _HEADER(line)
            if header:
                table = self._table(header[2], counts, repeated=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif not inside and (name := _NAME(line)):
                self._lines.setdefault((*table, *name[1].split(".")), number)
            inside ^= len(_FENCE.findall(line)) % 2 == 1

    def of(self, place: Place) -> int:
        """The line of a place, or of what is around it; 0 where nothing is known."""
        while place:
            if place in self._lines:
                return self._lines[place]
            place = place[:-1]
        return 0

    @staticmethod
    def _table(name: str, counts: dict[Place, int], *, repeated: bool) -> Place:
        """The place of a table: each part of its name that stands for a list is its newest entry."""
        steps = [step.strip().strip("\"'") for step in name.split(".")]
        place: Place = ()
        for step in steps:
            place = (*place, step)
            if repeated and _depth(place) == len(steps):
                counts[place] = counts.get(place, -1) + 1
            if place in counts:
                place = (*place, counts[place])
        return place


def _depth(place: Place) -> int:
    return sum(isinstance(step, str) for step in place)
