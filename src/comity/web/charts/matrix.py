"""A matrix: what each row gets of each column, as a bar whose parts are as long as their share, and as numbers with their signs.

It is drawn as a table, so that it is read aloud, sorted by eye and copied as one; the bars only show what the numbers say. Rows
stand in the order given; of the columns those with the most are shown, and what the rest amounts to in one column behind them.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from comity.web.notices import Meaning
from comity.web.words import Told

MOST_COLUMNS: Final = 7
WIDTH: Final = 100.0
_LEAST: Final = 3.0
"""A part that there is can be seen, however small its share."""
_GAP: Final = 0.8

Counts = Mapping[Meaning, int]
"""How many of each meaning; what is not there is none."""

ORDER: Final[tuple[Meaning, ...]] = ("released", "partly", "review", "withheld")


class Column(msgspec.Struct, frozen=True):
    """What stands over a column. ``level`` is the word of a TLP level, where it is one."""

    key: str
    title: Told
    level: str = ""


class Line(msgspec.Struct, frozen=True):
    """A row: whom, and how many of each meaning in each column, by its key.

    ``path`` is the row's page; ``cell_path`` begins that of a cell, the column's key ends it.
    """

    title: Told
    counts: Mapping[str, Counts]
    path: str = ""
    cell_path: str = ""


class Part(msgspec.Struct, frozen=True):
    """One meaning in a cell: where its part of the bar stands, and its number."""

    meaning: Meaning
    number: int
    x: float
    width: float


class Cell(msgspec.Struct, frozen=True):
    """A cell as drawn: its parts in the order of meanings; none where nothing is held."""

    parts: tuple[Part, ...]
    path: str
    total: int


class DrawnLine(msgspec.Struct, frozen=True):
    """A row as drawn; ``whole`` is the row as one cell."""

    title: Told
    path: str
    cells: tuple[Cell, ...]
    whole: Cell


class Picture(msgspec.Struct, frozen=True):
    """The drawing. ``folded``: how many columns stand together in the last one, 0 where each has its own."""

    columns: tuple[Column, ...]
    lines: tuple[DrawnLine, ...]
    folded: int


def drawn(columns: Sequence[Column], lines: Sequence[Line], *, by_size: bool) -> Picture:
    """The matrix. ``by_size``: the columns with the most first, the smallest folded; else as they come, all of them."""
    shown, folded = _chosen(columns, lines) if by_size else (tuple(columns), ())
    return Picture(
        columns=shown,
        lines=tuple(_line(line, shown, folded) for line in lines),
        folded=len(folded),
    )


def _chosen(columns: Sequence[Column], lines: Sequence[Line]) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
    sizes = {
        column.key: max((_total(line.counts.get(column.key, {})) for line in lines), default=0) for column in columns
    }
    ordered = sorted(columns, key=lambda column: (-sizes[column.key], column.key))
    cut = MOST_COLUMNS if len(ordered) > MOST_COLUMNS + 1 else len(ordered)
    return tuple(ordered[:cut]), tuple(ordered[cut:])


def _line(line: Line, shown: Sequence[Column], folded: Sequence[Column]) -> DrawnLine:
    cells = [
        cell(line.counts.get(column.key, {}), f"{line.cell_path}{quote(column.key, safe='')}" if line.cell_path else "")
        for column in shown
    ]
    if folded:
        cells.append(cell(_added([line.counts.get(column.key, {}) for column in folded]), ""))
    return DrawnLine(line.title, line.path, tuple(cells), cell(_added(list(line.counts.values())), line.path))


def cell(counts: Counts, path: str = "") -> Cell:
    """One cell: parts of the bar, each as long as its share and none shorter than can be seen."""
    there = [(meaning, counts.get(meaning, 0)) for meaning in ORDER if counts.get(meaning, 0)]
    total = sum(number for _, number in there)
    room = WIDTH - _GAP * max(0, len(there) - 1)
    widths = [max(_LEAST, room * number / total) for _, number in there]
    longest = max(range(len(widths)), key=widths.__getitem__, default=0)
    if widths:
        widths[longest] -= sum(widths) - room
    x, parts = 0.0, []
    for (meaning, number), width in zip(there, widths, strict=True):
        parts.append(Part(meaning, number, round(x, 2), round(width, 2)))
        x += width + _GAP
    return Cell(tuple(parts), path if total else "", total)


def _added(all_counts: Sequence[Counts]) -> dict[Meaning, int]:
    return {meaning: sum(counts.get(meaning, 0) for counts in all_counts) for meaning in ORDER}


def _total(counts: Counts) -> int:
    return sum(counts.values())
