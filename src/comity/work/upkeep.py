"""Upkeep: once in an hour a standing clock looks for rows that nobody needs any more, and has a job drop them in small steps."""

from typing import Any, Final

from comity.kernel.base.clock import Micros
from comity.kernel.store.jobs import Effect, Jobs
from comity.kernel.store.leftovers import Leftovers
from comity.kernel.store.progress import Job, Progress, Timer
from comity.work.clocks import NODE, Standing

KIND: Final = "upkeep"
EVERY: Final[Micros] = 3_600_000_000
AT_ONCE: Final = 500


class Upkeep:
    """The handlers of the clock and of the job."""

    standing: Final = Standing(KIND, EVERY)

    def __init__(self, leftovers: Leftovers, jobs: Jobs) -> None:
        self._leftovers = leftovers
        self._jobs = jobs

    def fire(self, connection: Any, _timer: Timer) -> None:
        """The clock: where there is something to drop, a job for it."""
        count = self._leftovers.count(connection)
        if count:
            self._jobs.add(KIND, NODE, count, connection=connection)

    def step(self, job: Job) -> Effect:
        """The job: some rows."""

        def effect(connection: Any) -> Progress:
            dropped = self._leftovers.drop(connection, AT_ONCE)
            position = job.position + dropped
            done = dropped < AT_ONCE
            # More may have ended meanwhile; and when all is gone, as many as there were is the total.
            total = position if done else max(job.total or 0, position)
            return Progress(position=position, done=done, total=total)

        return effect
