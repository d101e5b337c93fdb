"""A node under measurement, made and served by its own command as anyone would."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from bench import BenchError
from bench.client import Endpoint, basic, bearer
from bench.processes import Server, free_port, run, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEHIND: Final = "SELECT claim - coalesce((SELECT position FROM cursor WHERE name = 'text'), 0) FROM counter"
_COLLECTION: Final = "0d5cf5a1-64a0-4a5e-8d0b-0e6a0f1b7c21"


def command() -> Path:
    """`comity` beside the Python that runs the bench."""
    return Path(sys.executable).with_name("comity")


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """A served node as its two parties see it: the producer reads its own, the partner what its ceiling leaves."""

    server: Server
    producer: Endpoint
    producer_basic: Endpoint
    partner: Endpoint
    collection: str


class Node:
    """A data folder with two parties and a collection that one may write and both may read."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self._database = database
        self._served = 0
        folder.parent.mkdir(parents=True, exist_ok=True)
        url = () if database == "sqlite" else ("--database", database)
        run([command(), "init", folder, "--name", "Bench", "--jurisdiction", "EE", *url])
        # The producer's ceiling plays no part: a party always sees its own. The partner has the usual one, green.
        self._comity("party", "add", "producer", "--name", "Producer", "--jurisdiction", "EE", "--tlp-max", "green")
        self._comity("party", "add", "partner", "--name", "Partner", "--jurisdiction", "FI", "--tlp-max", "green")
        rights = ("--read", "producer", "--read", "partner", "--write", "producer")
        self._comity("collection", "add", "bench", "--id", _COLLECTION, "--tlp", "amber", *rights)
        self._producer = self._token("producer")
        self._partner = self._token("partner")

    def _comity(self, *words: str | Path, seconds: float = 600) -> str:
        return run([command(), "--data", self.folder, *words], seconds=seconds)

    def _token(self, party: str) -> str:
        return str(json.loads(self._comity("token", "issue", party, "--json"))["token"])

    def load(self, file: Path, seconds: float = 3600) -> dict[str, float]:
        """Seconds of `comity load` from start to end as `wall`, beside what it says of itself."""
        start = time.perf_counter()
        said = json.loads(self._comity("load", file, "--collection", "bench", "--json", seconds=seconds))
        wall = time.perf_counter() - start
        return {"wall": wall, "kept": said["kept"], "refused": said["refused"], "own seconds": said["seconds"]}

    def policy(self, beside: str, seconds: float = 1800) -> dict[str, float]:
        """Figures of `bench.policy` of this node at rest, in a process of its own. `beside`: an empty database, or nothing."""
        words = [sys.executable, "-m", "bench.policy", self.folder, *(("--beside", beside) if beside else ())]
        return dict(json.loads(run(words, folder=Path(__file__).parents[1], seconds=seconds)))

    def scan(self, corpus: Path, seconds: float = 1800) -> dict[str, float]:
        """Figures of `bench.scan` of this node at rest, in a process of its own."""
        words: list[str | Path] = [sys.executable, "-m", "bench.scan", self.folder, corpus]
        return dict(json.loads(run(words, folder=Path(__file__).parents[1], seconds=seconds)))

    def twins(self, seconds: float = 1800) -> dict[str, float]:
        """Figures of `bench.twins` of this node at rest, in a process of its own."""
        words: list[str | Path] = [sys.executable, "-m", "bench.twins", self.folder]
        return dict(json.loads(run(words, folder=Path(__file__).parents[1], seconds=seconds)))

    def sign_in_link(self) -> str:
        """A one-time link for the first person of the node."""
        said = self._comity("account", "link", "--json")
        return str(json.loads(said)["url"])

    def text_behind(self) -> int:
        """How many claims the text index has yet to take in; nothing on SQLite, which writes it with the object."""
        if not self._database.startswith("postgresql"):
            return 0
        with psycopg.connect(self._database) as connection:
            row = connection.execute(_BEHIND).fetchone()
        return int(row[0]) if row else 0

    def sqlite_file(self) -> Path:
        """The node's SQLite file: the largest there is in its folder."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and _is_sqlite(path)]
        if not files:
            raise BenchError(f"no SQLite file in {self.folder}")
        return max(files, key=lambda path: path.stat().st_size)

    @contextlib.contextmanager
    def serve(self, workers: int) -> Iterator[Running]:
        port = free_port()
        self._served += 1
        log = self.folder.with_name(f"{self.folder.name}-serve-{self._served}.log")
        words = ("serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers))
        with serving([command(), "--data", self.folder, *words], log=log) as server:
            root = "/"  # until discovery has told
            yield Running(
                server,
                Endpoint(port, root, bearer(self._producer)),
                Endpoint(port, root, basic("producer", self._producer)),
                Endpoint(port, root, bearer(self._partner)),
                _COLLECTION,
            )


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
