"""A worker with one clock and one job, cut off by SIGKILL at its n-th word to the database, or at any moment.

Run as a program by ``test_kill``: every start is a process of its own, as with a real worker. Effects are rows of the table
``effect``, which has no key: whatever is done twice is there twice.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import event

from comity.kernel.base.clock import SystemClock
from comity.kernel.store.database import Reader
from comity.kernel.store.jobs import Effect
from comity.kernel.store.progress import Job, Progress, Timer
from comity.kernel.store.store import Store, open_store
from comity.work import worker as lease
from comity.work.clocks import Clocks, Standing
from comity.work.jobs import Jobs
from comity.work.worker import Follower, Worker

STEPS = 4
SECOND = 1_000_000
HOUR = 3_600_000_000


class Play:
    """The handlers: a clock that starts a job, whose every step leaves a row."""

    def __init__(self, store: Store, word: Callable[[], None]) -> None:
        self.store = store
        self.word = word

    def did(self, connection: Any, name: str) -> None:
        self.word()
        mark = "%(name)s" if connection.dialect.name == "postgresql" else ":name"
        connection.exec_driver_sql(f"INSERT INTO effect (name) VALUES ({mark})", {"name": name})
        self.word()

    def fire(self, connection: Any, timer: Timer) -> None:
        self.did(connection, f"clock {timer.subject}")
        self.store.jobs.add("count", timer.subject, STEPS, connection=connection)

    def step(self, job: Job) -> Effect:
        def effect(connection: Any) -> Progress:
            self.did(connection, f"job {job.subject} {job.position}")
            position = job.position + 1
            return Progress(position=position, done=position == STEPS)

        return effect


def worker(store: Store, holder: str, word: Callable[[], None] = lambda: None) -> Worker:
    """The worker of this play."""
    clock = SystemClock()
    play = Play(store, word)
    clocks = Clocks(store.timers, clock, {"answer": play.fire, "look": play.fire}, (Standing("look", HOUR),))
    jobs = Jobs(store.jobs, clock, {"count": play.step})
    followers = [Follower("clocks", clocks.step, clocks.late), Follower("jobs", jobs.step, jobs.open, lane="jobs")]
    return Worker(store, followers, clock, holder, store.followings)


class Words:
    """Counts words to the database, and ends the process at one of them: before it is said."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.said = 0

    def __call__(self, *_: object) -> None:
        self.said += 1
        if self.said == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def listen(self, store: Store) -> None:
        """Every statement, and both sides of every commit."""
        for name in ("all", "one", "run", "many"):
            setattr(Reader, name, self._counted(getattr(Reader, name)))
        engine = store._database.engine
        event.listen(engine, "begin", self)
        event.listen(engine, "commit", self)
        event.listen(engine, "checkin", self)

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def counted(reader: Reader, *arguments: Any) -> Any:
            self()
            return method(reader, *arguments)

        return counted


def at_words(url: str, stride: int) -> None:
    """A child is killed at a word, and another finishes what is left; then the same some words further. Ends with the child that
    gets to its end, and says at which words the others were killed. The children are forks: the modules are loaded once.
    """
    clock = SystemClock()
    tried: list[int] = []
    survived = False
    while not survived:
        last = 1 + stride * len(tried)
        tried.append(last)
        for dies in (last, 0):
            child = os.fork()
            if child == 0:
                store = open_store(url, clock)
                if dies:
                    store.timers.set(None, "answer", str(last), clock.now())
                words = Words(dies)
                words.listen(store)
                worker(store, "one after another", words).drain()
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if dies:
                survived = not os.WIFSIGNALED(status)
            elif status:
                sys.exit(f"what was left by word {last} can't be finished")
    print(*tried)


def until_killed(url: str, holder: str) -> None:
    """Works with its lanes, as a real worker does."""
    setattr(lease, "LEASE", SECOND)  # noqa: B010  a constant, but for this play
    store = open_store(url, SystemClock())
    worker(store, holder).run(threading.Event())


if __name__ == "__main__":
    structlog.configure(
        processors=[structlog.dev.ConsoleRenderer(colors=False)],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if sys.argv[1] == "at-words":
        at_words(sys.argv[2], int(sys.argv[3]))
    else:
        until_killed(sys.argv[2], sys.argv[3])
