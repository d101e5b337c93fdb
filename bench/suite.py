"""The run: which server is measured in which order, and which figures that gives.

Servers run one after another, never two at a time. What fails is noted and leaves its cells empty; the rest goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import platform
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import uvloop

from bench import BenchError, databases, driver, limits, node, peers, policy, scan, twins, web
from bench.client import Connection, Endpoint, until_answering
from bench.figures import MEDALLION_SIZE, Figure, Figures, count
from bench.processes import Server, free_port, serving
from bench.slices import Slice, always_modified, never_version, prepare

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

Result = TypeVar("Result")

PARTS: Final = (
    "ingest",
    "load",
    "read",
    "queries",
    "readers",
    "pages",
    "web",
    "limits",
    "memory",
    "policy",
    "scan",
    "twins",
)
# Above this only the envelopes of 1000 are measured, to keep a run within bounds.
_ALL_WAYS_UP_TO: Final = 100_000
_TAIL: Final = 50_000
_MORE: Final = 10_000
_CATCH_UP_SECONDS: Final = 120
_FAILURES: Final = (BenchError, OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
INGEST: Final = "ingest, envelopes of 1000"
READ: Final = "full read, all versions"
PAGES: Final = "pages of 1000, 4 connections"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for on the command line."""

    folder: Path
    sizes: tuple[int, ...]
    databases: tuple[str, ...]
    parts: frozenset[str]
    with_peers: bool
    peer_sizes: tuple[int, ...]
    server: str
    budget: float
    repeat: int
    seconds: float


class Suite:
    """One run. `figures` grows as it goes, so that a run cut short still has its table."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.figures = Figures()
        self._work = plan.folder / "work"
        self._corpus = plan.folder
        self._made = 0

    # The order of things.

    def run(self) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        self._work.mkdir(parents=True)
        try:
            self._prepare()
            if "limits" in self.plan.parts:
                rate = limits.fsyncs(self._work)
                self._put("fsync of 4 kB", "limit", "", self.plan.sizes[0], rate, "/s")
            if self.plan.with_peers:
                self._measure_peers()
            self._measure_node()
        finally:
            shutil.rmtree(self._work, ignore_errors=True)

    def _prepare(self) -> None:
        self._say("making the corpus")
        self._corpus = prepare(self.plan.folder, max(self.plan.sizes) + _MORE)
        if not limits.has_wrk():
            self.figures.note(
                "wrk is not installed (Debian: apt-get install -y wrk): pages of four connections were asked for by "
                "the bench's own client, which is slower and takes part of the machine"
            )

    def _measure_peers(self) -> None:
        with self._noting("OpenTAXII"):
            installed = peers.environment("opentaxii", self.plan.folder)
            for size in self.plan.peer_sizes:
                for database in self.plan.databases:
                    with self._noting(f"OpenTAXII on {database}, {count(size)}"):
                        self._opentaxii(installed, database, size)
        with self._noting("medallion"):
            self._medallion(peers.environment("medallion", self.plan.folder))

    def _measure_node(self) -> None:
        if not node.command().exists():
            self.figures.note(f"{node.command().name} is not installed beside this Python: the node was not measured")
            return
        for size in self.plan.sizes:
            for database in self.plan.databases:
                with self._noting(f"Comity on {database}, {count(size)}"):
                    self._node(database, size)

    # Peers.

    def _opentaxii(self, installed: Path, database: str, size: int) -> None:
        sent = Slice(self._corpus, size, change=always_modified)
        if "ingest" in self.plan.parts:
            with self._database(database) as url, peers.opentaxii(installed, self._new_folder(), url) as running:
                self._say(f"OpenTAXII on {database}, {count(size)}: envelopes of 100")
                self._ingest(running.server, running.endpoint, running.collection, sent, 100, ("opentaxii", database))
        with self._database(database) as url, peers.opentaxii(installed, self._new_folder(), url) as running:
            self._peer(running, sent, ("opentaxii", database))

    def _medallion(self, installed: Path) -> None:
        sent = Slice(self._corpus, MEDALLION_SIZE, change=never_version)
        if "ingest" in self.plan.parts:
            with peers.medallion(installed, self._new_folder()) as running:
                self._say("medallion: envelopes of 100")
                self._ingest(running.server, running.endpoint, running.collection, sent, 100, ("medallion", "memory"))
        with peers.medallion(installed, self._new_folder()) as running:
            self._peer(running, sent, ("medallion", "memory"))

    def _peer(self, running: peers.Running, sent: Slice, who: tuple[str, str]) -> None:
        self._say(f"{who[0]} on {who[1]}, {count(sent.count)}: envelopes of 1000, then reads")
        stored = self._ingest(running.server, running.endpoint, running.collection, sent, 1000, who)
        if stored < sent.count:
            sent = Slice(sent.path, stored, change=sent.change)
        self._reads(running.endpoint, running.collection, sent, who)
        if "queries" in self.plan.parts:
            self._polls(running.endpoint, running.basic, running.collection, sent, who)
        self._queries(running.endpoint, running.collection, sent, who)
        self._readers(running.endpoint, running.collection, sent, who, workers=2)
        self._memory(running.server.peaks(), who, sent.count)

    # The node.

    def _node(self, database: str, size: int) -> None:
        who = ("comity", database)
        sent = Slice(self._corpus, size)
        if size <= _ALL_WAYS_UP_TO:
            if "ingest" in self.plan.parts:
                with self._database(database) as url:
                    made = node.Node(self._new_folder(), url)
                    with made.serve(1) as running:
                        self._say(f"Comity on {database}, {count(size)}: envelopes of 100")
                        producer = self._ready(running, running.producer)
                        self._ingest(running.server, producer, running.collection, sent, 100, who)
            if "load" in self.plan.parts:
                self._load(database, sent, who)
        with self._database(database) as url:
            made = node.Node(self._new_folder(), url)
            with made.serve(1) as running:
                self._one_worker(made, running, sent, who)
            if "limits" in self.plan.parts and database == "sqlite" and size == self.plan.sizes[0]:
                self._say("bare inserts of the same rows")
                rate = limits.bare_inserts(made.sqlite_file(), self._work, size)
                self._put(INGEST, "limit", "", size, rate, "obj/s")
            if self.plan.parts & {"memory", "readers"}:
                with made.serve(2) as running:
                    self._two_workers(running, sent, who)
            if "policy" in self.plan.parts:  # last: it adds parties and agreements
                with self._noting(f"policy, {who[1]}, {count(size)}"):
                    self._policy(made, who, size)
            if "scan" in self.plan.parts:
                with self._noting(f"scan, {who[1]}, {count(size)}"):
                    self._scan(made, who, size)
            if "twins" in self.plan.parts:
                with self._noting(f"twins, {who[1]}, {count(size)}"):
                    self._twins(made, who, size)

    def _load(self, database: str, sent: Slice, who: tuple[str, str]) -> None:
        self._say(f"Comity on {database}, {count(sent.count)}: load from a file")
        file = self._work / "load.jsonl"
        with file.open("wb") as out:
            out.writelines(line + b"\n" for line in sent.lines())
        with self._database(database) as url:
            said = node.Node(self._new_folder(), url).load(file)
        file.unlink()
        if said["refused"]:
            self.figures.note(f"{said['refused']:,} objects were refused by load")
        self._put("load from a file", *who, sent.count, said["kept"] / said["own seconds"], "obj/s", detail=said)

    def _one_worker(self, made: node.Node, running: node.Running, sent: Slice, who: tuple[str, str]) -> None:
        self._say(f"Comity on {who[1]}, {count(sent.count)}: envelopes of 1000, then reads, one worker")
        producer, partner = self._ready(running, running.producer), self._ready(running, running.partner)
        collection = running.collection
        self._ingest(running.server, producer, collection, sent, 1000, who)
        self._catch_up(made, who, sent.count)
        paths = self._reads(producer, collection, sent, who)
        if "read" in self.plan.parts:
            self._read(partner, collection, who, sent, "full read as partner, all versions", version="all", own=False)
            self._read(partner, collection, who, sent, "full read as partner, latest", own=False)
        if "queries" in self.plan.parts:
            self._polls(producer, self._ready(running, running.producer_basic), collection, sent, who)
        self._queries(producer, collection, sent, who)
        self._readers(producer, collection, sent, who, workers=1)
        if "pages" in self.plan.parts and paths:
            with self._noting(f"pages, {who[1]}"):
                self._pages(producer, paths, who, sent.count)
        if "web" in self.plan.parts:
            with self._noting(f"pages for people, {who[1]}"):
                self._web(made, running, who, sent.count)

    def _web(self, made: node.Node, running: node.Running, who: tuple[str, str], size: int) -> None:
        seen = list(web.look(running.producer.port, made.sign_in_link(), repeat=self.plan.repeat))
        detail = {each.path: dataclasses.asdict(each) for each in seen}
        self._put("slowest page for people", *who, size, max(each.median for each in seen), "ms", detail=detail)
        self._put("heaviest page for people", *who, size, max(each.kilobytes for each in seen), "kB", detail=detail)

    def _policy(self, made: node.Node, who: tuple[str, str], size: int) -> None:
        self._say(f"Comity on {who[1]}, {count(size)}: policy")
        with contextlib.ExitStack() as stack:
            beside = ""
            if size == self.plan.sizes[0]:
                made_for = stack.enter_context(self._database(who[1]))
                beside = f"sqlite:///{self._new_folder()}.db" if made_for == "sqlite" else made_for
            for name, value in made.policy(beside).items():
                self._put(name, *who, size, value, policy.UNITS.get(name, "objects"))

    def _scan(self, made: node.Node, who: tuple[str, str], size: int) -> None:
        self._say(f"Comity on {who[1]}, {count(size)}: scan for personal data")
        for name, value in made.scan(self._corpus).items():
            self._put(name, *who, size, value, scan.UNITS.get(name, "objects"))

    def _twins(self, made: node.Node, who: tuple[str, str], size: int) -> None:
        self._say(f"Comity on {who[1]}, {count(size)}: twins")
        for name, value in made.twins().items():
            self._put(name, *who, size, value, twins.UNITS.get(name, "objects"))

    def _catch_up(self, made: node.Node, who: tuple[str, str], size: int) -> None:
        """How long after the last answer every object is found by its words. Reads are measured after that."""
        if who[1] != "postgresql":
            return
        with self._noting(f"text index on {who[1]}, {count(size)}"):
            start = time.perf_counter()
            while behind := made.text_behind():
                if time.perf_counter() - start > _CATCH_UP_SECONDS:
                    raise BenchError(f"still {behind:,} objects behind after {_CATCH_UP_SECONDS} s")
                time.sleep(0.05)
            self._put("text index catches up", *who, size, time.perf_counter() - start, "s")

    def _two_workers(self, running: node.Running, sent: Slice, who: tuple[str, str]) -> None:
        self._say(f"Comity on {who[1]}, {count(sent.count)}: two workers")
        producer = self._ready(running, running.producer)
        more = Slice(sent.path, _MORE, start=sent.count)
        if "ingest" in self.plan.parts:
            four = self._await(
                driver.ingest(producer, running.collection, more.envelopes(1000), budget=self.plan.budget, posters=4)
            )
            self._put_ingest("ingest, 4 posters, 2 workers", who, sent.count, four)
        if "memory" in self.plan.parts:
            self._await(driver.read_all(producer, running.collection, budget=self._enough(sent.count), at_least=0))
        self._readers(producer, running.collection, sent, who, workers=2, suffix=", 2 workers")
        self._memory(running.server.peaks(), who, sent.count)

    def _ready(self, running: node.Running, endpoint: Endpoint) -> Endpoint:
        async def find() -> Endpoint:
            await until_answering(endpoint, "taxii2/", check=running.server.check)
            return dataclasses.replace(endpoint, root=await driver.find_root(endpoint))

        return self._await(find())

    # Measures.

    def _ingest(
        self, server: Server, endpoint: Endpoint, collection: str, sent: Slice, size: int, who: tuple[str, str]
    ) -> int:
        self._await(until_answering(endpoint, check=server.check))
        tail = _TAIL if sent.count > _TAIL * 2 else 0
        budget = self._enough(sent.count) if who[0] == "comity" else self.plan.budget
        before = server.cpu_seconds()
        done = self._await(driver.ingest(endpoint, collection, sent.envelopes(size), budget=budget, tail=tail))
        spent = server.cpu_seconds() - before
        self._put_ingest(f"ingest, envelopes of {size}", who, sent.count, done)
        if done.tail_rate and not done.cut and size == 1000:
            self._put("ingest, last 50,000", *who, sent.count, done.tail_rate, "obj/s")
        if spent and size == 1000:
            self._put("server's processor time, ingest", *who, sent.count, spent / done.objects * 1e6, "µs/obj")
        return done.objects

    def _put_ingest(self, measure: str, who: tuple[str, str], size: int, done: driver.Ingest) -> None:
        if done.refused:
            self.figures.note(f"{who[0]} on {who[1]} refused {done.refused:,} of {done.objects:,} objects: {measure}")
        self._put(measure, *who, size, done.rate, "obj/s", cut=done.cut, detail=dataclasses.asdict(done))

    def _reads(self, endpoint: Endpoint, collection: str, sent: Slice, who: tuple[str, str]) -> tuple[str, ...]:
        if not self.plan.parts & {"read", "pages"}:
            return ()
        paths = self._read(endpoint, collection, who, sent, READ, version="all")
        if "read" in self.plan.parts:
            self._read(endpoint, collection, who, sent, "full read, latest")
        return paths

    def _read(
        self,
        endpoint: Endpoint,
        collection: str,
        who: tuple[str, str],
        sent: Slice,
        measure: str,
        *,
        version: str = "",
        own: bool = True,
    ) -> tuple[str, ...]:
        expected = sent.keys() if version and own and sent.count <= _ALL_WAYS_UP_TO else None
        done: driver.Read | None = None
        with self._noting(f"{measure}, {who[0]} on {who[1]}"):
            done = self._await(
                driver.read_all(
                    endpoint, collection, budget=self._enough(sent.count) / 4, version=version, expected=expected
                )
            )
            if done.doubled or done.missing:
                wrong = f"{done.doubled} objects twice, {done.missing or 0} not at all"
                self.figures.note(f"{who[0]} on {who[1]}, {count(sent.count)}, {measure}: {wrong}")
            detail = dataclasses.asdict(done) | {"paths": len(done.paths)}
            self._put(measure, *who, sent.count, done.rate, "obj/s", cut=done.cut, detail=detail)
        return done.paths if done else ()

    def _polls(
        self, endpoint: Endpoint, with_basic: Endpoint, collection: str, sent: Slice, who: tuple[str, str]
    ) -> None:
        """Empty polls, from the date of the last object that this reader has."""

        async def find_last() -> str:
            base = f"collections/{collection}/objects/"
            budget = self._enough(sent.count)
            read = await driver.read_all(endpoint, collection, budget=budget, version="all", at_least=0)
            path = driver.query(base, added_after=read.last_added, limit=1000)
            async with Connection(endpoint) as connection:
                reply = await connection.get(path)
            if b'"id"' in reply.body:
                raise BenchError("a poll from the last date was not empty")
            return path

        with self._noting(f"polls of {who[0]} on {who[1]}, {count(sent.count)}"):
            path = self._await(find_last())
            quick = self._await(driver.timed(endpoint, [path] * self.plan.repeat, budget=5))
            self._put_latency("empty poll", who, sent.count, quick)
            if with_basic is not endpoint:
                rounds = 400 if quick.p50 < 5 else 5
                pair = self._await(driver.side_by_side([endpoint, with_basic], [path], rounds=rounds))
                self._put("empty poll, Bearer beside it", *who, sent.count, pair[0], "ms")
                self._put("empty poll, HTTP Basic", *who, sent.count, pair[1], "ms")

    def _queries(self, endpoint: Endpoint, collection: str, sent: Slice, who: tuple[str, str]) -> None:
        if "queries" not in self.plan.parts:
            return
        asked = driver.queries(collection, sent.heads(2000), self.plan.repeat)
        for name, paths in asked.items():
            with self._noting(f"{name}, {who[0]} on {who[1]}, {count(sent.count)}"):
                done = self._await(driver.timed(endpoint, paths, budget=5))
                self._put_latency(name, who, sent.count, done)

    def _put_latency(self, name: str, who: tuple[str, str], size: int, done: driver.Latency) -> None:
        self._put(name, *who, size, done.p50, "ms", detail=dataclasses.asdict(done))

    def _readers(
        self, endpoint: Endpoint, collection: str, sent: Slice, who: tuple[str, str], *, workers: int, suffix: str = ""
    ) -> None:
        if "readers" not in self.plan.parts:
            return
        base = f"collections/{collection}/objects/"
        single = [f"{base}{head.id}/" for head in sent.heads(500)]
        page = [driver.query(base, limit=100)]
        for name, paths in (("object by id", single), ("page of 100", page)):
            with self._noting(f"16 readers, {who[0]} on {who[1]}, {count(sent.count)}"):
                done = self._await(driver.crowd(endpoint, paths, readers=16, seconds=self.plan.seconds))
                if done.failed:
                    self.figures.note(f"16 readers, {name}: {done.failed} answers of {who[0]} on {who[1]} failed")
                if not done.requests:
                    continue
                detail = dataclasses.asdict(done) | {"workers": workers}
                self._put(f"16 readers, {name}{suffix}", *who, sent.count, done.rate, "req/s", detail=detail)

    def _pages(self, endpoint: Endpoint, paths: Sequence[str], who: tuple[str, str], size: int) -> None:
        """Pages by wrk, and the same bytes ready-made from the same server."""
        full = list(paths[: min(len(paths), 50)])
        done = self._await(limits.pages(endpoint, full, self._work))
        self._put(PAGES, *who, size, done.megabytes, "MB/s", detail=dataclasses.asdict(done))
        if who[1] != "sqlite" or size != self.plan.sizes[0] or "limits" not in self.plan.parts:
            return
        folder = self._work / "pages"
        names = limits.store_pages(folder, self._bodies(endpoint, full[:10]))
        port = free_port()
        command: list[str | Path] = [Path(sys.executable).with_name("granian"), "--interface", "asgi", "--workers", "1"]
        command += ["--loop", "uvloop", "--no-ws", "--port", str(port), "bench.ready:app"]
        log = self._work / "ready.log"
        here = Path(__file__).parents[1]
        with serving(command, log=log, folder=here, environment={"BENCH_PAGES": str(folder)}):
            ready = Endpoint(port, "/", "none")
            self._await(until_answering(ready))
            bare = self._await(limits.pages(ready, names, self._work))
        self._put(PAGES, "limit", "", size, bare.megabytes, "MB/s", detail=dataclasses.asdict(bare))

    def _bodies(self, endpoint: Endpoint, paths: Sequence[str]) -> Iterator[bytes]:
        async def get(path: str) -> bytes:
            async with Connection(endpoint) as connection:
                return (await connection.get(path)).body

        for path in paths:
            yield self._await(get(path))

    def _memory(self, megabytes: list[float], who: tuple[str, str], size: int) -> None:
        if "memory" in self.plan.parts and megabytes:
            detail = {"processes": megabytes}
            self._put("peak memory, all processes", *who, size, sum(megabytes), "MB", detail=detail)

    # Machinery.

    def _enough(self, objects: int) -> float:
        """The budget; more where there is more to do."""
        return self.plan.budget * max(1.0, objects / 200_000)

    def _put(
        self,
        measure: str,
        subject: str,
        database: str,
        size: int,
        value: float,
        unit: str,
        *,
        cut: bool = False,
        detail: dict[str, Any] | None = None,
    ) -> None:
        self.figures.add(Figure(measure, subject, database, size, value, unit, "*" if cut else "", detail or {}))
        if cut:
            self.figures.note("* the budget of seconds ended it before all objects were through: the rate of that part")

    def _new_folder(self) -> Path:
        self._made += 1
        return self._work / f"{self._made}"

    @contextlib.contextmanager
    def _database(self, kind: str) -> Iterator[str]:
        """ "sqlite", or the URL of a new PostgreSQL database."""
        if kind == "sqlite":
            yield "sqlite"
            return
        with databases.database(self.plan.server, str(self._made + 1)) as url:
            yield url

    @contextlib.contextmanager
    def _noting(self, what: str) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            text = f"{what}: {str(error) or type(error).__name__}"
            self.figures.note(text[:600])
            self._say(text)

    @staticmethod
    def _await(work: Coroutine[Any, Any, Result]) -> Result:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)

    @staticmethod
    def _say(text: str) -> None:
        print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def machine(plan: Plan) -> dict[str, Any]:
    """On what, with what: for the JSON."""
    about: dict[str, Any] = {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": len(_cores()),
        "sizes": plan.sizes,
        "wrk": limits.has_wrk(),
    }
    if "postgresql" in plan.databases:
        about["postgresql"] = databases.version(plan.server)
    return about


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
