"""Drives long jobs: one bounded step of the job that has waited longest, again and again, so that none holds up another.

A handler is what jobs of one kind do in a step. It may look things up and ask others over the network; what it gives back is
done in the transaction that writes the job's progress. A handler whose step is committed by other means (the writing
door, with ``store.jobs.advancing``) gives back None.

A step that fails is tried again, waiting twice as long each time; after ``TRIES`` in a row, or where trying again can't mend it,
the job has failed and stays so, with the reason, until a person lets it go on from where it stands.
"""

from collections.abc import Callable, Mapping
from typing import Final

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Corrupt
from comity.kernel.store.jobs import Effect
from comity.kernel.store.jobs import Jobs as Rows
from comity.kernel.store.progress import Job
from comity.work.trying import SECOND, Trouble, attempt, log, wait

TRIES: Final = 12
LONGEST_WAIT: Final[Micros] = 300 * SECOND

Handler = Callable[[Job], Effect | None]


class Jobs:
    """A follower's step: one step of one job. ``elsewhere``: kinds that another follower drives."""

    def __init__(
        self, jobs: Rows, clock: Clock, handlers: Mapping[str, Handler], elsewhere: frozenset[str] = frozenset()
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._handlers = handlers
        self._elsewhere = elsewhere

    def step(self) -> bool:
        """One step; whether there may be more."""
        now = self._clock.now()
        kinds = self._jobs.kinds(now) - self._elsewhere
        job = self._jobs.next(sorted(kinds), now) if kinds else None
        if job is None:
            return False
        handler = self._handlers.get(job.kind)
        if handler is None:
            self._jobs.failed(job, "This version of the node knows no job of this kind.", None)
            return True
        moved = attempt(
            lambda: self._move(job, handler),
            "job_failed",
            job=job.id,
            kind=job.kind,
            subject=job.subject,
            position=job.position,
        )
        if isinstance(moved, Trouble):
            errors = job.errors + 1
            given_up = moved.lasting or errors >= TRIES
            again = None if given_up else self._clock.now() + wait(errors, LONGEST_WAIT)
            self._jobs.failed(job, moved.reason, again)
        return True

    def open(self) -> int:
        """How many jobs are open, of the kinds that are driven here."""
        return self._jobs.count(self._handlers)

    def _move(self, job: Job, handler: Handler) -> None:
        try:
            effect = handler(job)
            if effect is not None:
                self._jobs.step(job, effect)
            else:
                self._check_moved(job)
        except Conflict as error:
            if error.code != "job-moved":
                raise
            log.info("job_moved_meanwhile", job=job.id, kind=job.kind)  # cancelled, or another worker was first

    def _check_moved(self, job: Job) -> None:
        """A handler that says it has committed its step by itself has done so; else the step would be repeated for ever."""
        after = self._jobs.get(job.id)
        if after.open and after.position == job.position:
            raise Corrupt(f"The step of a job ({job.kind}) did not move it on.", code="job-stands-still")
