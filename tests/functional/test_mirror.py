"""A node that mirrors another over HTTP, by its own commands, killed with SIGKILL on the way: in the end both hold the same,
once; and a pull with nothing new costs next to nothing.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.test_kill import Node, read_all, rows
from tests.simulator.world import note

PAGE = 200


class Source(Node):
    """The node that is mirrored: it holds ``raws``, in pages of ``PAGE``."""

    def __init__(self, data: Path, count: int) -> None:
        super().__init__(data, "")
        self.raws = [note(f"mirrored {number}", content="x" * (number % 300)) for number in range(count)]
        file = data.parent / "objects.jsonl"
        file.write_bytes(b"\n".join(self.raws))
        self._run("load", str(file), "--collection", "case")

    def more(self, count: int) -> None:
        """Further objects come."""
        raws = [note(f"later {len(self.raws)} {number}") for number in range(count)]
        self.raws += raws
        file = self.data.parent / "more.jsonl"
        file.write_bytes(b"\n".join(raws))
        self._run("load", str(file), "--collection", "case")

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"COMITY_TAXII_PAGE_MAX": str(PAGE)}

    @property
    def collection(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.objects.removesuffix('objects/')}"


class Mirror(Node):
    """The node that mirrors."""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {"COMITY_FETCH_PRIVATE": "true"}

    def pull(self, source: Source, *more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "comity", "pull", source.collection, "--collection", "case", "--json", *more],
            env=self._environment() | {"COMITY_PULL_SECRET": source.token},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def pull_all(self, source: Source, *more: str) -> dict[str, float]:
        process = self.pull(source, *more)
        out, err = process.communicate(timeout=1800)
        assert process.returncode == 0, (out, err)
        told: dict[str, float] = json.loads(out)
        return told

    def shown(self) -> dict[str, object]:
        (mirror,) = json.loads(self._run("mirror", "list", "--json"))
        found: dict[str, object] = mirror
        return found


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def mirror(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mirror]:
    database = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Mirror(tmp_path / "mirror", database)
    try:
        yield made
    finally:
        made.kill()


def serving(tmp_path: Path, count: int) -> Source:
    source = Source(tmp_path / "source", count)
    source.start()
    return source


def equal(mirror: Mirror, source: Source) -> None:
    """Both hold the same objects, byte for byte, each once, each with its leaf."""
    with rows(mirror.database) as ask:
        found = ask("SELECT v.raw FROM claim c JOIN version v ON v.seq = c.body")
        held = Counter(bytes(raw) for (raw,) in found if isinstance(raw, bytes | memoryview))
        assert ask("SELECT count(*) FROM leaf WHERE kind = 1") == [(len(source.raws),)]
        assert ask("SELECT count(*) FROM leaf") == ask("SELECT leaf FROM counter")
        if mirror.database.startswith("sqlite"):
            assert ask("PRAGMA integrity_check") == [("ok",)]
    assert max(held.values(), default=1) == 1, "an object twice"
    assert set(held) == set(source.raws)


def claims_of(mirror: Mirror) -> int:
    with rows(mirror.database) as ask:
        ((claims,),) = ask("SELECT count(*) FROM claim")
        assert isinstance(claims, int)
    return claims


def kill_at(mirror: Mirror, process: subprocess.Popen[bytes], claims: int, rnd: random.Random) -> bool:
    """Kill the pull as soon as so many objects are held, and a moment later; whether it was still at work."""
    until = time.monotonic() + 300
    while claims_of(mirror) < claims and process.poll() is None:
        assert time.monotonic() < until, "it does not get on"
        time.sleep(0.01)
    time.sleep(rnd.uniform(0, 0.2))
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    out, err = process.communicate()
    assert alive or process.returncode == 0, (out, err)
    return alive


def kill_on_the_way(mirror: Mirror, source: Source, kills: int, seed: int) -> None:
    """Pulls, each killed somewhere on its part of the way; after each, what is held and what the mirror knows agree."""
    rnd = random.Random(seed)
    part = len(source.raws) // (kills + 1)
    killed = 0
    for number in range(kills):
        killed += kill_at(mirror, mirror.pull(source), number * part + rnd.randrange(1, part), rnd)
        with rows(mirror.database) as ask:
            assert ask("SELECT new FROM mirror") == [(claims_of(mirror),)]
    assert killed > kills // 2, "hardly anything was killed: the test tests nothing"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_mirror_that_is_killed_ends_equal(mirror: Mirror, tmp_path: Path) -> None:
    source = serving(tmp_path, 5_000)
    try:
        kill_on_the_way(mirror, source, kills=3, seed=1)
        mirror.pull_all(source)
        equal(mirror, source)
        again = mirror.pull_all(source)
        assert (again["pages"], again["objects"], again["new"]) == (1, 0, 0)
        source.more(7)
        assert mirror.pull_all(source)["new"] == 7
        equal(mirror, source)
        shown = mirror.shown()
        assert (shown["state"], shown["new"], shown["refused"]) == ("complete", 5_007, 0)
        mirror.start()
        assert Counter(read_all(mirror)) == Counter(source.raws)
    finally:
        source.kill()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_worker_pulls_by_itself_and_survives_kills(mirror: Mirror, tmp_path: Path) -> None:
    """The served node mirrors; everything of it is killed on the way; what comes later comes by the clock."""
    source = serving(tmp_path, 2_000)
    try:
        assert kill_at(mirror, mirror.pull(source, "--every", "10s"), 1, random.Random(3))
        for pause in (0.5, 1.0):
            mirror.start(workers=1)
            time.sleep(pause)
            mirror.kill()
        source.more(30)
        mirror.start(workers=1)
        until = time.monotonic() + 120
        while mirror.shown()["new"] != 2_030:
            assert time.monotonic() < until, mirror.shown()
            time.sleep(0.5)
        equal(mirror, source)
    finally:
        source.kill()


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_objects_killed_twenty_times(mirror: Mirror, tmp_path: Path) -> None:
    source = serving(tmp_path, 100_000)
    try:
        began = time.monotonic()
        kill_on_the_way(mirror, source, kills=20, seed=2)
        mirror.pull_all(source)
        first = time.monotonic() - began
        equal(mirror, source)
        again = mirror.pull_all(source)
        assert again["new"] == 0
        assert again["pages"] == 1
        assert again["seconds"] < first / 100
    finally:
        source.kill()
