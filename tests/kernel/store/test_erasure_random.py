"""Erasure among everything else that happens: in any order, with holds and deletions between, and killed at any moment."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.base.clock import SystemClock
from comity.kernel.store.agreement import agree
from comity.kernel.store.erasure.orders import Selection, Stage
from comity.kernel.store.store import open_store
from tests.kernel.store.conftest import Cast
from tests.kernel.store.test_deletion import delete
from tests.kernel.store.test_erasure import GROUND, has_nothing_of
from tests.kernel.store.test_holds import carry_on, lay

SOURCES = ("alpha", "bravo")


class World:
    """What should be held, kept beside what is: claims by (source, object) with the moment at which each came."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.chance = random.Random(seed)
        marks = [f"zq{seed}x{number}zq" for number in range(6)]
        self.objects = [
            cast.indicator(name=mark, description=f"{mark} " * self.chance.choice([1, 300])) for mark in marks
        ]
        self.claims: dict[tuple[str, str], int] = {}
        self.barred: set[str] = set()
        self.orders: list[tuple[int, str, str]] = []
        self.holds: list[int] = []
        self.moment = 0

    def act(self) -> None:
        self.moment += 1
        acts: list[Callable[[dict[str, Any], str], None]] = [
            self.give, self.give, self.give, self.delete, self.erase_object, self.erase_source, self.hold, self.lift, self.work,
        ]  # fmt: skip
        self.chance.choice(acts)(self.chance.choice(self.objects), self.chance.choice(SOURCES))

    def give(self, one: dict[str, Any], source: str) -> None:
        self.cast.give(source, [dict(sorted(one.items(), reverse=self.chance.random() < 0.5))])
        if one["id"] not in self.barred:
            self.claims.setdefault((source, one["id"]), self.moment)

    def delete(self, one: dict[str, Any], source: str) -> None:
        delete(self.cast, source, one["id"])
        self.claims.pop((source, one["id"]), None)

    def erase_object(self, one: dict[str, Any], _: str) -> None:
        good = self.chance.random() < 0.2
        self.order(Selection(object=one["id"]), good=good)
        self.orders.append((self.moment, "", one["id"]))
        if good:
            self.barred.add(one["id"])

    def erase_source(self, _: dict[str, Any], source: str) -> None:
        self.order(Selection(source=self.cast.parties[source].id), good=False)
        self.orders.append((self.moment, source, ""))

    def order(self, selection: Selection, *, good: bool) -> None:
        made = self.cast.store.erasures.order(selection, GROUND, for_good=good, by="tester")
        if self.chance.random() < 0.5:
            self.cast.store.erasures.run(made.id)

    def hold(self, one: dict[str, Any], source: str) -> None:
        if self.chance.random() < 0.5:
            self.holds.append(lay(self.cast, "object", one["id"]).id)
        else:
            self.holds.append(lay(self.cast, "source", source, number=self.cast.parties[source].id).id)

    def lift(self, _one: dict[str, Any], _source: str) -> None:
        if self.holds:
            self.cast.store.holds.lift(self.holds.pop(), by="tester")

    def work(self, _one: dict[str, Any], _source: str) -> None:
        self.cast.settle()
        if job := self.cast.store.jobs.next(["erase"], self.cast.clock.now()):
            self.cast.store.jobs.step(job, self.cast.store.erasures.step(job))

    def end(self) -> None:
        """Everything is lifted and carried out."""
        while self.holds:
            self.cast.store.holds.lift(self.holds.pop(), by="tester")
        carry_on(self.cast)
        self.cast.settle()

    def left(self) -> set[tuple[str, str]]:
        return {
            (source, one)
            for (source, one), came in self.claims.items()
            if not any(
                came < at and source_of in {"", source} and id_of in {"", one} for at, source_of, id_of in self.orders
            )
        }


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_events(cast: Cast, seed: int) -> None:
    world = World(cast, seed)
    for _ in range(24):
        world.act()
    world.end()
    agree(cast.url)
    held = {(claim.source_slug, one["id"]) for one in world.objects for claim in cast.see("own").held(one["id"])}
    assert held == world.left()
    assert {each.stage for each in cast.store.erasures.all()} <= {Stage.DONE}
    assert cast.see("own").in_custody() == ()
    kept = {one for _, one in held}
    given = {one for _, _, one in world.orders if one}
    gone = [one for one in world.objects if one["id"] in given - kept]
    for one in gone:  # holds were laid on it, and lifted, when it had been erased: somebody has written its id again
        order = cast.store.erasures.order(Selection(object=one["id"]), GROUND, for_good=False, by="tester")
        cast.store.erasures.run(order.id)
    if gone:
        has_nothing_of(cast, *(one["name"] for one in gone), *(one["id"] for one in gone))


KILLED = """
import sys
from comity.kernel.base.clock import SystemClock
from comity.kernel.store.store import open_store
store = open_store(sys.argv[1], SystemClock())
print("begun", flush=True)
store.erasures.run(int(sys.argv[2]))
"""


def test_killed_at_any_moment_it_goes_on(cast: Cast) -> None:
    many = [cast.indicator(name=f"zqkill{number}zq", description="x" * 3000) for number in range(450)]
    other = cast.indicator(name="Stays")
    cast.give("alpha", many)
    cast.give("bravo", [other])
    cast.store.close()
    store = open_store(cast.url, SystemClock())
    made = store.erasures.order(Selection(source=cast.parties["alpha"].id), GROUND, for_good=True, by="tester")
    root = Path(__file__).parents[3] / "src"
    for kill in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, cast.url, str(made.id)],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": str(root)},
        ) as running:
            assert running.stdout is not None
            running.stdout.readline()
            time.sleep(0.05 + 0.06 * kill)
            running.send_signal(signal.SIGKILL)
        agree(cast.url)
    done = store.erasures.run(made.id)
    assert (done.stage, done.objects, done.claims) == (Stage.DONE, 450, 450)
    store.close()
    cast.store = open_store(cast.url, cast.clock)
    agree(cast.url)
    assert cast.ids("own") == [other["id"]]
    has_nothing_of(cast, "zqkill7zq", "zqkill449zq", many[3]["id"])
