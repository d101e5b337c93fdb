"""The figures of speed that the project holds itself to, and what a run says of each; and the run's report."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from bench.figures import Figures, count, number, table

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A figure that the project holds itself to: `value` against `bound`."""

    name: str
    value: float | None
    bound: float
    unit: str = "x"
    at_most: bool = False
    because: str = ""

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "-"
        met = self.value <= self.bound if self.at_most else self.value >= self.bound
        return "ok" if met else "MISSED"

    def line(self, width: int) -> str:
        sign = "<=" if self.at_most else ">="
        shown = "not measured" if self.value is None else f"{number(self.value)} {self.unit}"
        because = f"   {self.because}" if self.because and self.value is not None else ""
        return (
            f"{self.verdict:<6}  {self.name:<{width}}  {sign} {self.bound:g} {self.unit:<4} {shown}{because}".rstrip()
        )


def targets(figures: Figures, sizes: Sequence[int]) -> list[Target]:
    """Each of the project's own figures of speed, from what this run measured."""
    small = sizes[0]
    large = sizes[-1] if len(sizes) > 1 else 1_000_000
    get = figures.get
    found: list[Target] = []

    def ratio(
        name: str, above: float | None, below: float | None, bound: float, *, at_most: bool = False, unit: str = "x"
    ) -> None:
        value = above / below if above is not None and below else None
        because = f"{number(above)} / {number(below)}" if value is not None and above and below else ""
        found.append(Target(name, value, bound, unit, at_most, because))

    peer = get("ingest, envelopes of 1000", "opentaxii", "sqlite", small)
    for database, factor in (("sqlite", 25.0), ("postgresql", 20.0)):
        ours = get("ingest, envelopes of 1000", "comity", database, small)
        ratio(f"ingest on {database} / OpenTAXII on sqlite, {count(small)}", ours, peer, factor)
    bare = get("ingest, envelopes of 1000", "limit", "", small)
    ratio(
        f"ingest on sqlite / bare executemany, {count(small)}",
        get("ingest, envelopes of 1000", "comity", "sqlite", small),
        bare,
        0.3,
    )
    for database, factor in (("sqlite", 0.6), ("postgresql", 0.75)):
        late = get("ingest, last 50,000", "comity", database, large)
        early = get("ingest, envelopes of 1000", "comity", database, small)
        ratio(f"ingest on {database} at {count(large)} / at {count(small)}", late, early, factor)
    for database, factor in (("sqlite", 15.0), ("postgresql", 8.0)):
        read = get("full read, all versions", "opentaxii", database, small)
        for reader, measure in (
            ("own", "full read, all versions"),
            ("a partner with a ceiling", "full read as partner, all versions"),
        ):
            ours = get(measure, "comity", database, small)
            ratio(f"full read by {reader} / OpenTAXII on {database}, {count(small)}", ours, read, factor)
    ratio(
        f"bytes of pages / ready-made bytes, 4 connections, {count(small)}",
        get("pages of 1000, 4 connections", "comity", "sqlite", small),
        get("pages of 1000, 4 connections", "limit", "", small),
        0.12,
    )
    for database in ("sqlite", "postgresql"):
        ratio(
            f"HTTP Basic / Bearer, {database}",
            get("empty poll, HTTP Basic", "comity", database, small),
            get("empty poll, Bearer beside it", "comity", database, small),
            1.1,
            at_most=True,
        )
    for database in ("sqlite", "postgresql"):
        for measure in ("empty poll", "match[id]"):
            ratio(
                f"{measure} on {database} at {count(large)} / at {count(small)}",
                get(measure, "comity", database, large),
                get(measure, "comity", database, small),
                1.5,
                at_most=True,
            )
    for database in ("sqlite", "postgresql"):
        for size in sizes:
            value = get("match[type], 100", "comity", database, size)
            found.append(Target(f"match[type], limit 100, on {database}, {count(size)}", value, 5, "ms", at_most=True))
    behind = get("text index catches up", "comity", "postgresql", small)
    found.append(
        Target(f"text index on postgresql after the last answer, {count(small)}", behind, 5, "s", at_most=True)
    )
    for database in ("sqlite", "postgresql"):
        slowest = get("slowest page for people", "comity", database, sizes[-1])
        found.append(
            Target(f"slowest page for people, {count(sizes[-1])} on {database}", slowest, 100, "ms", at_most=True)
        )
    heaviest = get("heaviest page for people", "comity", "sqlite", sizes[-1])
    found.append(Target("heaviest page for people, first load", heaviest, 200, "kB", at_most=True))
    for database, factor in (("sqlite", 2.0), ("postgresql", 3.0)):
        last = sizes[-1]
        for measure, bound in (("pages, everything granted", 0.85), ("pages, half granted", 0.65)):
            name = f"{measure} / policy not asked, {database}, {count(last)}"
            found.append(Target(name, get(measure, "comity", database, last), bound))
        for measure, most, unit in (
            ("opened, first page by next", 50.0, "ms"),
            ("opened, by next", factor, "s"),
            ("opened, by added_after", factor, "s"),
            ("page, one in ten thousand", 10.0, "ms"),
        ):
            name = f"{measure}, {database}, {count(last)}"
            found.append(Target(name, get(measure, "comity", database, last), most, unit, at_most=True))
        for measure, most, unit in (
            ("all labels for all parties", 10.0, "s"),
            ("agreement that touches 1,000 labels", 0.5, "s"),
            ("open set of 100,000 shapes", 50.0, "ms"),
        ):
            name = f"{measure}, {database}"
            found.append(Target(name, get(measure, "comity", database, small), most, unit, at_most=True))
    for measure, least in (("scan, objects of the corpus", 5000.0), ("scan, 500 characters of text", 1000.0)):
        value = get(measure, "comity", "sqlite", small)
        found.append(Target(f"{measure}, one core", value, least, "obj/s"))
    for database in ("sqlite", "postgresql"):
        value = get("twins of 100,000 objects", "comity", database, small)
        found.append(Target(f"twins of 100,000 objects, {database}", value, 60, "s", at_most=True))
        value = get("pages of twins / of originals", "comity", database, small)
        found.append(Target(f"pages of twins / of originals, {database}", value, 0.9))
    memory = get("peak memory, all processes", "comity", "sqlite", sizes[-1])
    found.append(Target(f"peak memory with {count(sizes[-1])} on sqlite", memory, 300, "MB", at_most=True))
    return found


def report(figures: Figures, held: Sequence[Target]) -> str:
    width = max(len(target.name) for target in held)
    parts = [table(figures), "", "Targets", *(target.line(width) for target in held)]
    if figures.notes:
        parts += ["", "Notes", *(f"- {note}" for note in figures.notes)]
    return "\n".join(parts)


def document(figures: Figures, held: Sequence[Target], about: dict[str, Any]) -> dict[str, Any]:
    return {
        "about": about,
        "figures": [dataclasses.asdict(figure) for figure in figures.all],
        "targets": [dataclasses.asdict(target) | {"verdict": target.verdict} for target in held],
        "notes": figures.notes,
    }
