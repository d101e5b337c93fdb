"""What the server's parent does besides: the node's followers, driven until it is told to stop."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from comity.app.background import run, worker
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import FixedClock, SystemClock
from comity.kernel.base.errors import NotFound
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.erasure.orders import Stage
from comity.kernel.store.types import Batch, Channel
from comity.work.worker import LEASE_NAME


def test_it_works_and_stops(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"))
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(settings, stop))
    thread.start()
    with open_node(settings) as node:
        other, at = "another", node.clock.now()
        while node.store.lease(LEASE_NAME, other, at):
            node.store.release(LEASE_NAME, other)
            thread.join(0.05)
        assert worker(node).turn() is False
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        assert node.store.lease(LEASE_NAME, other, node.clock.now() + 1_000_000)


def test_what_is_due_is_erased_by_itself(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"))
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    day = 86_400_000_000
    with open_node(settings, clock=FixedClock(SystemClock().now())) as node:
        own = node.directory.parties.own()
        collection = node.directory.collections.add("main")
        raw = (
            b'{"type":"campaign","spec_version":"2.1","id":"campaign--8e2e2d2b-17d4-4cbf-938f-000000000001",'
            b'"created":"2026-11-03T05:07:00.000Z","modified":"2026-11-03T05:07:00.000Z","name":"Grey Tide"}'
        )
        one = parse(raw)
        assert isinstance(one, Parsed)
        node.store.commit(Batch(own.id, collection.id, (one,), Channel.FILE, node.clock.now()))
        node.directory.erasing.keep_for("collection", "main", 3, by="tester")
        worker(node).drain()
        assert node.store.visible(Viewer(own.id)).held(one.id)
        assert isinstance(node.clock, FixedClock)
        node.clock.forward(4 * day)
        worker(node).drain()
        worker(node).drain()
        assert not node.store.visible(Viewer(own.id)).held(one.id)
        assert [each.stage for each in node.store.erasures.all()] == [Stage.DONE]


def test_without_a_node_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run(Settings(data=str(tmp_path)), threading.Event())


OLD_ROWS = 3_000
AT_ONCE = 10
KILLS = 2
PLAY = f"""
import sys, threading
from comity.app.background import run
from comity.app.settings import Settings
from comity.work import upkeep, worker
worker.LEASE, upkeep.AT_ONCE = 300_000, {AT_ONCE}
run(Settings(data=sys.argv[1], log="error"), threading.Event())
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_upkeep_is_done_to_the_row_although_its_worker_is_killed(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every row that was dropped is counted once: the deletion and the progress that tells of it are one transaction."""
    settings = Settings(data=str(tmp_path / "node"))
    url = "" if database == "sqlite" else request.getfixturevalue("postgres_url")
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice", database=url)
    with open_node(settings) as node:
        mark = ("%(bucket)s", "%(at)s") if url else (":bucket", ":at")
        with node.store._database.write() as connection:
            connection.exec_driver_sql(
                f"INSERT INTO attempt (bucket, used, at) VALUES ({mark[0]}, 0, {mark[1]})",
                [{"bucket": str(number).encode(), "at": 1} for number in range(OLD_ROWS)],
            )
        for kills in range(KILLS + 1):
            before = _position(node)
            with subprocess.Popen([sys.executable, "-c", PLAY, settings.data]) as process:
                until = time.monotonic() + 60
                while time.monotonic() < until and (
                    _open(node) if kills == KILLS else _position(node) < before + 10 * AT_ONCE
                ):
                    time.sleep(0.005)
                process.kill()
            assert _open(node) is (kills < KILLS), "killed on the way, and done in the end"
        (job,) = node.store.jobs.all(10)
        assert (job.state, job.position, job.total) == ("done", OLD_ROWS, OLD_ROWS)


def _position(node: Node) -> int:
    jobs = node.store.jobs.all(1)
    return jobs[0].position if jobs else 0


def _open(node: Node) -> bool:
    jobs = node.store.jobs.all(1)
    return not jobs or jobs[0].open
