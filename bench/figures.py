"""What was measured, as figures; and the table made of them."""

from __future__ import annotations

import dataclasses
from typing import Any, Final


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One number. `detail` goes to the JSON only."""

    measure: str
    subject: str
    database: str
    size: int
    value: float
    unit: str
    note: str = ""
    detail: dict[str, Any] = dataclasses.field(default_factory=dict)


class Figures:
    """All figures of a run, found again by what they measure; and the notes of what could not be measured."""

    def __init__(self) -> None:
        self.all: list[Figure] = []
        self.notes: list[str] = []

    def add(self, figure: Figure) -> None:
        self.all.append(figure)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def get(self, measure: str, subject: str, database: str, size: int) -> float | None:
        for figure in self.all:
            if (figure.measure, figure.subject, figure.database, figure.size) == (measure, subject, database, size):
                return figure.value
        return None


# The columns: heading, subject, database.
_COLUMNS: Final = (
    ("Comity SQLite", "comity", "sqlite"),
    ("Comity PostgreSQL", "comity", "postgresql"),
    ("OpenTAXII SQLite", "opentaxii", "sqlite"),
    ("OpenTAXII PostgreSQL", "opentaxii", "postgresql"),
    ("medallion (memory, 1k)", "medallion", "memory"),
    ("machine's limit", "limit", ""),
)
# The order of the lines. A measure that is not here stands at the end.
_ORDER: Final = (
    "fsync of 4 kB",
    "ingest, envelopes of 100",
    "ingest, envelopes of 1000",
    "ingest, last 50,000",
    "server's processor time, ingest",
    "ingest, 4 posters, 2 workers",
    "load from a file",
    "text index catches up",
    "full read, all versions",
    "full read, latest",
    "full read as partner, all versions",
    "full read as partner, latest",
    "pages of 1000, 4 connections",
    "empty poll",
    "empty poll, Bearer beside it",
    "empty poll, HTTP Basic",
    "match[id]",
    "match[type], 100",
    "match[version]=first, 100",
    "match[version]=moment",
    "object by id",
    "versions of an id",
    "manifest, 1000",
    "first page, 100",
    "slowest page for people",
    "heaviest page for people",
    "16 readers, object by id",
    "16 readers, page of 100",
    "16 readers, object by id, 2 workers",
    "16 readers, page of 100, 2 workers",
    "peak memory, all processes",
    "rows, straight from the tables",
    "pages, policy not asked",
    "pages, everything granted",
    "pages, half granted",
    "objects, half granted",
    "agreement that opens a tenth",
    "objects opened, by next",
    "opened, first page by next",
    "opened, by next",
    "objects opened, by added_after",
    "opened, first page by added_after",
    "opened, by added_after",
    "objects, one in ten thousand",
    "page, one in ten thousand",
    "all labels for all parties",
    "grants",
    "agreement that touches 1,000 labels",
    "open set of 100,000 shapes, first of the process",
    "open set of 100,000 shapes",
    "scan, objects of the corpus",
    "scan, 500 characters of text",
    "scan of the log",
    "objects scanned",
    "objects with personal data",
    "twins made",
    "twins of 100,000 objects",
    "pages of twins / of originals",
    "twins that stand",
    "originals that go as they are",
    "originals that can't go",
)
_LESS_IS_BETTER: Final = ("ms", "s", "kB", "MB", "µs/obj")
MEDALLION_SIZE: Final = 1000


def count(size: int) -> str:
    """10000 as 10k, 1000000 as 1M."""
    for unit, factor in (("M", 1_000_000), ("k", 1000)):
        if size >= factor and size % factor == 0:
            return f"{size // factor}{unit}"
    return str(size)


def number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ratio(figure: Figure, other: float) -> str:
    ratio = other / figure.value if figure.unit in _LESS_IS_BETTER else figure.value / other
    return f"{ratio:,.0f}x" if ratio >= 10 else f"{ratio:.2g}x"


def table(figures: Figures) -> str:
    """One table: a line for each measure at each size; in brackets the ratio to OpenTAXII on the same database."""
    columns = [
        column for column in _COLUMNS if any((figure.subject, figure.database) == column[1:] for figure in figures.all)
    ]
    rows = [["objects", "measure", "", *(heading for heading, _, _ in columns)]]
    lines: dict[tuple[int, str, str], None] = {}
    for figure in figures.all:
        if figure.subject not in {"medallion", "limit"}:
            lines[figure.size, figure.measure, figure.unit] = None
    for figure in figures.all:
        lines.setdefault((_shown_size(figure, figures), figure.measure, figure.unit), None)
    order = list(dict.fromkeys((*_ORDER, *(figure.measure for figure in figures.all))))
    for size, measure, unit in sorted(lines, key=lambda line: (line[0], order.index(line[1]))):
        cells = [_cell(figures, measure, column, size) for column in columns]
        rows.append([count(size) if size else "", measure, unit, *cells])
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    out = []
    previous = ""
    for row in rows:
        shown = row if row[0] != previous else ["", *row[1:]]
        previous = row[0]
        left = "  ".join(cell.ljust(width) for cell, width in zip(shown[:3], widths[:3], strict=True))
        right = "  ".join(cell.rjust(width) for cell, width in zip(shown[3:], widths[3:], strict=True))
        out.append(f"{left}  {right}".rstrip())
    out.insert(1, "-" * max(map(len, out)))
    return "\n".join(out)


def _shown_size(figure: Figure, figures: Figures) -> int:
    """medallion's one size stands beside the smallest of the others; its heading says so."""
    others = [other.size for other in figures.all if other.subject not in {"medallion", "limit"}]
    return min(others) if figure.subject == "medallion" and others else figure.size


def _cell(figures: Figures, measure: str, column: tuple[str, str, str], size: int) -> str:
    _, subject, database = column
    for figure in figures.all:
        if (figure.measure, figure.subject, figure.database) == (measure, subject, database) and (
            _shown_size(figure, figures) == size
        ):
            text = number(figure.value) + figure.note
            peer = figures.get(measure, "opentaxii", database, size)
            return f"{text} ({_ratio(figure, peer)})" if subject == "comity" and peer else text
    return ""
