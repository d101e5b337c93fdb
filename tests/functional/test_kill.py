"""Nothing lost: the whole server is killed with SIGKILL at random points while programs post, and started again.

After each restart every acknowledged object is there, whole, once; an envelope that was not acknowledged is there whole
or not at all; nothing is there that nobody sent; and the ledger has one leaf for each claim, without gaps.
"""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import httpx
import msgspec
import psycopg
import pytest

from tests.simulator.world import note

TAXII = "application/taxii+json;version=2.1"
QUEUE = 150
"""Envelopes with more objects than this are kept and completed by the worker."""
POSTERS = 3


class Envelope(msgspec.Struct, eq=False):
    """What a poster sent, and what it was told."""

    raws: list[bytes]
    status: str = ""
    acknowledged: bool = False


class Node:
    """A node in a folder, with one partner that posts; started and killed as often as one likes."""

    def __init__(self, data: Path, database: str) -> None:
        self.data = data
        self.database = database or f"sqlite:///{data}/node.db"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        init = ["init", str(data), "--name", "Alice", "--jurisdiction", "KR"]
        self._run(*init, *(["--database", database] if database else []))
        self._run("party", "add", "carol", "--name", "Carol", "--jurisdiction", "EE", "--tlp-max", "red")
        self._run("collection", "add", "case", "--read", "carol", "--write", "carol")
        self.token = json.loads(self._run("token", "issue", "carol", "--json"))["token"]
        self.objects = ""

    def start(self, workers: int = 2) -> None:
        """Start, and wait until it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "comity", "serve", "--port", str(self.port), "--workers", str(workers)],
            env=self._environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + 90
        with self.client() as client:
            while not self.objects or not _answers(client, self.objects):
                assert self.process.poll() is None, "the server did not start"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.05)
                self.objects = self.objects or _objects_path(client)

    def kill(self) -> None:
        """SIGKILL to the parent and everything it started, at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def client(self) -> httpx.Client:
        headers = {"Accept": TAXII, "Content-Type": TAXII, "Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=60)

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "comity", *arguments]
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COMITY_")}
        return {
            **kept,
            "COMITY_DATA": str(self.data),
            "COMITY_TAXII_QUEUE_OBJECTS": str(QUEUE),
            "COMITY_TAXII_CHUNK": "60",
        }


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path, params={"limit": 1}).status_code == 200
    except httpx.TransportError:
        return False


def _objects_path(client: httpx.Client) -> str:
    try:
        found = client.get("/taxii2/root/collections/")
    except httpx.TransportError:
        return ""
    if found.status_code != 200:
        return ""
    return f"/taxii2/root/collections/{found.json()['collections'][0]['id']}/objects/"


class Posting:
    """Programs that post envelopes of all sizes until the server is gone."""

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        self.envelopes: list[Envelope] = []
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._post, args=(f"{name} {number}", random.Random(f"{name} {number}")))
            for number in range(POSTERS)
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> list[Envelope]:
        for thread in self._threads:
            thread.join()
        return self.envelopes

    def _post(self, name: str, rnd: random.Random) -> None:
        with self._node.client() as client:
            for number in range(10_000):
                size = rnd.choice([1, 1, 5, 40, 100, 300])
                raws = [note(f"{name} {number} {place}", content="x" * rnd.choice([5, 300])) for place in range(size)]
                envelope = Envelope(raws)
                with self._lock:
                    self.envelopes.append(envelope)
                try:
                    answer = client.post(self._node.objects, content=b'{"objects":[' + b",".join(raws) + b"]}")
                except httpx.TransportError:
                    return
                if answer.status_code == 202:
                    told = answer.json()
                    assert told["failure_count"] == 0
                    envelope.status, envelope.acknowledged = told["id"], True
                else:
                    assert answer.status_code == 503, answer.text


def read_all(node: Node) -> list[bytes]:
    """Everything that the partner may read, as bytes."""
    found: list[bytes] = []
    parameters = {"limit": "1000", "match[version]": "all"}
    with node.client() as client:
        while True:
            answer = client.get(node.objects, params=parameters)
            assert answer.status_code == 200, answer.text
            page = msgspec.json.decode(answer.content, type=_Page)
            found += [bytes(raw) for raw in page.objects]
            if not page.more:
                return found
            assert page.next is not None
            parameters["next"] = page.next


class _Page(msgspec.Struct):
    objects: list[msgspec.Raw] = []
    more: bool = False
    next: str | None = None


def finish_kept(node: Node, envelopes: list[Envelope]) -> None:
    """Wait until the worker has completed every envelope that was acknowledged and kept."""
    until = time.monotonic() + 90
    with node.client() as client:
        for envelope in envelopes:
            while envelope.acknowledged:
                status = client.get(f"/taxii2/root/status/{envelope.status}/")
                assert status.status_code == 200, "an acknowledged submission is not known any more"
                if status.json()["status"] == "complete":
                    assert status.json()["failure_count"] == 0
                    assert status.json()["success_count"] == len(envelope.raws)
                    break
                assert time.monotonic() < until, status.text
                time.sleep(0.05)


def check_objects(node: Node, envelopes: list[Envelope]) -> None:
    finish_kept(node, envelopes)
    found = read_all(node)
    counted = Counter(found)
    assert max(counted.values(), default=1) == 1, "an object twice"
    lost = [raw for envelope in envelopes if envelope.acknowledged for raw in envelope.raws if raw not in counted]
    assert not lost, f"{len(lost)} acknowledged objects are lost"
    assert set(counted) <= {raw for envelope in envelopes for raw in envelope.raws}, "an object that nobody sent"
    for envelope in envelopes:
        if not envelope.acknowledged and len(envelope.raws) <= QUEUE:
            there = sum(raw in counted for raw in envelope.raws)
            assert there in {0, len(envelope.raws)}, f"{there} of {len(envelope.raws)} objects of one envelope"


def check_rows(node: Node) -> None:
    """One leaf for each claim and each thing that happened, numbered without gaps; nothing half written."""
    with rows(node.database) as ask:
        ((claims,),) = ask("SELECT count(*) FROM claim")
        ((clock_claim, clock_leaf),) = ask("SELECT claim, leaf FROM counter")
        ((leaves, first, last),) = ask("SELECT count(*), min(seq), max(seq) FROM leaf")
        assert claims == clock_claim
        assert leaves == clock_leaf
        assert ask("SELECT (SELECT count(*) FROM claim) + (SELECT count(*) FROM event)") == [(leaves,)]
        assert (first, last) == ((1, leaves) if leaves else (None, None))
        assert ask("SELECT count(*) FROM (SELECT DISTINCT leaf FROM claim) x") == [(claims,)]
        for statement in (
            "SELECT count(*) FROM claim c WHERE NOT EXISTS (SELECT 1 FROM version v WHERE v.seq = c.body)",
            "SELECT count(*) FROM claim c WHERE NOT EXISTS (SELECT 1 FROM leaf l WHERE l.seq = c.leaf AND l.subject = c.seq)",
            "SELECT count(*) FROM version v WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.body = v.seq)",
            "SELECT count(*) FROM held h WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.version = h.version)",
        ):
            assert ask(statement) == [(0,)], statement
        assert ask("SELECT coalesce(sum(claims), 0) FROM label") == [(claims,)]
        if node.database.startswith("sqlite"):
            assert ask("PRAGMA integrity_check") == [("ok",)]
            assert ask("SELECT count(*) FROM search") == [(claims,)]


class rows:  # noqa: N801  reads as a word
    """The node's tables, read beside it."""

    def __init__(self, database: str) -> None:
        self._connection: sqlite3.Connection | psycopg.Connection[tuple[object, ...]]
        if database.startswith("sqlite"):
            self._connection = sqlite3.connect(database.removeprefix("sqlite:///"))
        else:
            self._connection = psycopg.connect(database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def __call__(self, statement: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self._connection.execute(statement).fetchall()]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Node]:
    database = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Node(tmp_path / "node", database)
    try:
        yield made
    finally:
        made.kill()


def kill_and_look(node: Node, rounds: int, seed: int) -> None:
    rnd = random.Random(seed)
    envelopes: list[Envelope] = []
    node.start()
    for number in range(rounds):
        posting = Posting(node, f"round {number}")
        time.sleep(rnd.choice([rnd.uniform(0.02, 0.2), rnd.uniform(0.1, 0.8)]))
        node.kill()
        envelopes += posting.join()
        check_crashed(node)
        node.start(workers=1 + number % 2)
        check_objects(node, envelopes)
        check_rows(node)
    assert any(envelope.acknowledged for envelope in envelopes), "nothing was ever acknowledged: the test tests nothing"


def check_crashed(node: Node) -> None:
    """What can be said before anybody starts the node again."""
    if node.database.startswith("sqlite"):
        with rows(node.database) as ask:
            assert ask("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(node: Node) -> None:
    kill_and_look(node, rounds=5, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_nothing_acknowledged_is_lost_in_fifty_kills(node: Node) -> None:
    kill_and_look(node, rounds=50, seed=2)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_worker_process_that_is_killed_loses_nothing(node: Node) -> None:
    """Only one of the processes that answer is killed; the parent stays, and the others go on."""
    node.start()
    posting = Posting(node, "worker")
    time.sleep(0.5)
    for child in _children(node):
        os.kill(child, signal.SIGKILL)
        break
    time.sleep(0.5)
    node.kill()
    envelopes = posting.join()
    node.start()
    check_objects(node, envelopes)
    check_rows(node)


def _children(node: Node) -> list[int]:
    assert node.process is not None
    parent = node.process.pid
    tasks = Path(f"/proc/{parent}/task")
    found = [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
    # multiprocessing has a resource tracker beside the processes that answer.
    return [pid for pid in found if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]
