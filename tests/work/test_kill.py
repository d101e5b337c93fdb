"""The worker is killed with SIGKILL at each of its words to the database, and at random moments while another contends with it.

Whatever happens: each clock has fired exactly once, and each step of each job was done exactly once.
"""

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

from comity.kernel.base.clock import SystemClock
from comity.kernel.store.store import open_store
from comity.work.clocks import NODE
from tests.work import steps
from tests.work.conftest import Bench

ROOT = Path(__file__).resolve().parents[2]


def expected(subjects: list[str]) -> Counter[str]:
    """The effects of these clocks, of the jobs they start, and of the standing clock."""
    names = [*subjects, NODE]
    return Counter({f"clock {name}": 1 for name in names}) + Counter(
        {f"job {name} {step}": 1 for name in names for step in range(steps.STEPS)}
    )


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.work.steps", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_at_words(bench: Bench, stride: int) -> None:
    told, complained = (process := start("at-words", bench.url, str(stride))).communicate()
    assert process.returncode == 0, complained
    assert len(told.split()) > 50 / stride, "a worker says more than that: the test tests nothing"
    assert bench.effects() == expected(told.split())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_at_every_fifth_word_everything_happens_once(bench: Bench) -> None:
    kill_at_words(bench, 5)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_killed_at_each_word_everything_happens_once(bench: Bench) -> None:
    kill_at_words(bench, 1)


class Crew:
    """Workers that contend for the lease, and somebody who kills and stops them."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench = bench
        self.random = random.Random(seed)
        self.store = open_store(bench.url, SystemClock())
        self.workers: dict[str, subprocess.Popen[str]] = {}
        self.subjects: list[str] = []

    def enlist(self) -> None:
        while len(self.workers) < 2:
            name = f"worker {self.random.random()}"
            self.workers[name] = start("until-killed", self.bench.url, name)

    def dismiss(self) -> None:
        for process in self.workers.values():
            process.kill()
            process.communicate()
        self.store.close()

    def ask(self, number: int) -> None:
        for _ in range(number):
            self.subjects.append(str(len(self.subjects)))
            self.store.timers.set(None, "answer", self.subjects[-1], SystemClock().now())

    def harm(self) -> None:
        """Kill whoever leads; or stop it for longer than its lease, so that it finds itself replaced in the middle of a step."""
        lead = self.store.followings.lead("worker")
        name = lead.holder if lead is not None and lead.holder in self.workers else next(iter(self.workers))
        process = self.workers[name]
        if self.random.random() < 0.5:
            process.send_signal(signal.SIGSTOP)
            time.sleep(1.3)
            process.send_signal(signal.SIGCONT)
        else:
            process.kill()
            process.communicate()
            del self.workers[name]

    def wait(self) -> None:
        until = time.monotonic() + 60
        while self.bench.effects() != expected(self.subjects):
            doubled = {name: number for name, number in self.bench.effects().items() if number > 1}
            assert not doubled
            for process in self.workers.values():
                assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < until, expected(self.subjects) - self.bench.effects()
            time.sleep(0.1)


@pytest.fixture
def crew(bench: Bench) -> Iterator[Crew]:
    made = Crew(bench, seed=3)
    yield made
    made.dismiss()


def contend(crew: Crew, rounds: int) -> None:
    for _ in range(rounds):
        crew.enlist()
        crew.ask(15)
        time.sleep(crew.random.uniform(0.1, 1.5))
        crew.harm()
    crew.enlist()
    crew.wait()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_that_contend_and_are_killed_do_everything_once(crew: Crew) -> None:
    contend(crew, 4)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_two_that_contend_through_a_hundred_blows(crew: Crew) -> None:
    contend(crew, 100)


def test_late_clocks_fire_at_once_when_a_worker_is_there_again(crew: Crew) -> None:
    crew.ask(30)
    hour_ago = SystemClock().now() - steps.HOUR
    crew.store.timers.set(None, "answer", "0", hour_ago)
    crew.enlist()
    crew.wait()
