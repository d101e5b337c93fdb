"""`python -m bench`: measure, print one table and the targets; see README.md beside this."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bench import databases
from bench.suite import PARTS, Plan, Suite, machine
from bench.targets import document, report, targets

if TYPE_CHECKING:
    from types import FrameType


def size(text: str) -> int:
    """10k, 100k, 1m or a number."""
    factor = {"k": 1000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    value = int(text[:-1]) * factor if factor > 1 else int(text)
    if not 1000 <= value <= 10_000_000:
        raise argparse.ArgumentTypeError("between 1k and 10m")
    return value


def sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({size(part) for part in text.split(",")}))


def words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=sizes, default=(10_000,), help="objects stored: 10k (default), 10k,100k,1m")
    parser.add_argument("--databases", type=words, default=("sqlite", "postgresql"), help="sqlite,postgresql")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="measure the peers too")
    parser.add_argument("--peer-sizes", type=sizes, default=None, help="default: the smallest of --sizes")
    parser.add_argument("--only", type=words, default=PARTS, help=f"some of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="corpus, peers, databases (default .bench)")
    parser.add_argument("--postgresql", default=databases.DEFAULT, help="a server on loopback; own databases only")
    parser.add_argument("--budget", type=float, default=120, help="seconds for one ingest or read (more from 200k on)")
    parser.add_argument("--repeat", type=int, default=50, help="how often a single query is asked")
    parser.add_argument("--seconds", type=float, default=5, help="how long 16 readers read")
    found = parser.parse_args(given)
    for name, chosen, known in (
        ("--databases", found.databases, ("sqlite", "postgresql")),
        ("--only", found.only, PARTS),
    ):
        if unknown := set(chosen) - set(known):
            parser.error(f"{name}: {', '.join(sorted(unknown))} is none of {', '.join(known)}")
    return found


def _stop(number: int, _: FrameType | None) -> NoReturn:
    """Leave as ^C does, so that every server is stopped and every database dropped."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, _stop)
    chosen, notes = given.databases, []
    if "postgresql" in chosen and (wrong := databases.reachable(given.postgresql)):
        chosen = tuple(name for name in chosen if name != "postgresql")
        notes.append(f"PostgreSQL was not measured: {wrong} (--postgresql URL)")
    plan = Plan(
        folder=given.folder.resolve(),
        sizes=given.sizes,
        databases=chosen,
        parts=frozenset(given.only),
        with_peers=given.peers,
        peer_sizes=given.peer_sizes or given.sizes[:1],
        server=given.postgresql,
        budget=given.budget,
        repeat=given.repeat,
        seconds=given.seconds,
    )
    about = machine(plan)
    suite = Suite(plan)
    suite.figures.notes += notes
    stopped = False
    try:
        suite.run()
    except KeyboardInterrupt:
        stopped = True
        suite.figures.note("the run was stopped before its end")
    held = targets(suite.figures, plan.sizes)
    if suite.figures.all:
        print(report(suite.figures, held))
    else:
        print("Nothing was measured.", *suite.figures.notes, sep="\n- ", file=sys.stderr)
    if given.json:
        given.json.write_text(json.dumps(document(suite.figures, held, about), indent=1) + "\n")
    return 130 if stopped else 0


if __name__ == "__main__":
    sys.exit(main())
