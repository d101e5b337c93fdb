"""Long jobs: work in bounded steps, each of which commits its effect and its progress in one transaction.

Here are the rows; what a step of some kind does is said in ``app.background``, and ``work.jobs`` drives them. A job whose
worker was killed goes on from its last position; the step that was cut off is done again as if it had not begun.

Invariants: at most one job is open (waiting, running) for each kind and subject. A step moves the position on, or ends the
job; it is written only where the job is open and stands where the step began, so that neither a second worker nor a cancelled
job ever gets the same step twice.
"""

from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Connection

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Corrupt, NotFound
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.progress import Job, Progress, State

_COLUMNS: Final = (
    "id, kind, subject, state, position, total, payload, errors, reason, not_before, created, started, moved, finished"
)
_ADD = Sql(
    "INSERT INTO job (kind, subject, state, position, total, payload, errors, reason, not_before, created) "
    "VALUES (:kind, :subject, 'waiting', 0, :total, :payload, 0, '', 0, :now) "
    "ON CONFLICT (kind, subject) WHERE finished IS NULL DO NOTHING RETURNING id"
)
_OPEN = Sql(f"SELECT {_COLUMNS} FROM job WHERE kind = :kind AND subject = :subject AND finished IS NULL")
_GET = Sql(f"SELECT {_COLUMNS} FROM job WHERE id = :id")
_NEXT = Sql(
    f"SELECT {_COLUMNS} FROM job WHERE finished IS NULL AND kind = :kind AND not_before <= :now "
    "ORDER BY coalesce(moved, created), id LIMIT 1"
)
_KINDS = Sql("SELECT DISTINCT kind FROM job WHERE finished IS NULL AND not_before <= :now")
_COUNT = Sql("SELECT count(*) FROM job WHERE finished IS NULL AND kind = :kind")
_MOVE = Sql(
    "UPDATE job SET state = :state, position = :until, total = :total, payload = :payload, errors = 0, reason = '', "
    "not_before = :not_before, started = coalesce(started, :now), moved = :now, finished = :finished "
    "WHERE id = :id AND position = :position AND finished IS NULL"
)
_TRY_LATER = Sql(
    "UPDATE job SET errors = errors + 1, reason = :reason, not_before = :not_before, started = coalesce(started, :now), "
    "moved = :now WHERE id = :id AND position = :position AND finished IS NULL"
)
_GIVE_UP = Sql(
    "UPDATE job SET state = 'failed', errors = errors + 1, reason = :reason, finished = :now, "
    "started = coalesce(started, :now) WHERE id = :id AND position = :position AND finished IS NULL"
)
_CANCEL = Sql("UPDATE job SET state = 'cancelled', finished = :now WHERE id = :id AND finished IS NULL")
_AGAIN = Sql(
    "UPDATE job SET state = CASE WHEN position = 0 THEN 'waiting' ELSE 'running' END, finished = NULL, errors = 0, "
    "not_before = 0 WHERE id = :id AND (state = 'failed' OR finished IS NULL)"
)
_ALL = Sql(
    f"SELECT {_COLUMNS} FROM job WHERE state <> 'failed' OR NOT EXISTS (SELECT 1 FROM job later WHERE later.kind = job.kind "
    "AND later.subject = job.subject AND later.id > job.id) "
    "ORDER BY CASE WHEN finished IS NULL THEN 0 WHEN state = 'failed' THEN 1 ELSE 2 END, id DESC LIMIT :limit"
)


Effect = Callable[[Connection], Progress]
"""What a step does, in the transaction that writes its progress. It runs under the write lock: it is short, asks nobody over
the network, and calls only those methods of the store that take its connection."""


class Jobs:
    """Rows of ``job``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # -- for whoever wants something done

    def add(
        self,
        kind: str,
        subject: str,
        total: int | None = None,
        payload: bytes = b"",
        *,
        connection: Inside | None = None,
    ) -> Job:
        """Let a job be done. Where one is open for the same kind and subject, that one is the answer and nothing is added.

        ``connection``: a transaction under the write lock that this belongs to; None for one of its own.
        """
        values = {"kind": kind, "subject": subject, "total": total, "payload": payload, "now": self._clock.now()}
        with inside(self._database, connection) as writer:
            writer.value(_ADD, values)
            row = writer.one(_OPEN, {"kind": kind, "subject": subject})
        if row is None:
            raise Corrupt(f"A job for {kind} {subject} was added and is not there.")
        return _job(row)

    def get(self, number: int) -> Job:
        """A job by its number; NotFound where there is none."""
        with self._database.snapshot() as reader:
            row = reader.one(_GET, {"id": number})
        if row is None:
            raise NotFound(f"There is no job with the number {number}.", hint="See: comity work")
        return _job(row)

    def waiting(self, kind: str, subject: str) -> Job | None:
        """The job that is open for this."""
        with self._database.snapshot() as reader:
            row = reader.one(_OPEN, {"kind": kind, "subject": subject})
        return _job(row) if row else None

    # -- for the worker

    def next(self, kinds: Iterable[str], now: Micros) -> Job | None:
        """The open job of these kinds that has waited longest for a step."""
        with self._database.snapshot() as reader:
            found = [_job(row) for kind in kinds for row in reader.all(_NEXT, {"kind": kind, "now": now})]
        return min(found, key=lambda job: (job.moved or job.created, job.id), default=None)

    def kinds(self, now: Micros) -> frozenset[str]:
        """The kinds of which something could be done now."""
        with self._database.snapshot() as reader:
            return frozenset(row[0] for row in reader.all(_KINDS, {"now": now}))

    def count(self, kinds: Iterable[str]) -> int:
        """How many of these kinds are open."""
        with self._database.snapshot() as reader:
            return sum(reader.value(_COUNT, {"kind": kind}) for kind in kinds)

    def step(self, job: Job, effect: Effect) -> None:
        """Do a step and write its progress, in one transaction. Conflict, and nothing done, where the job has been moved,
        cancelled or ended meanwhile. An error of ``effect`` comes through, and then nothing has happened.
        """
        with self._database.write() as connection:
            progress = effect(connection)
            self.advancing(job, progress)(self._database.beside(connection))

    def advancing(self, job: Job, progress: Progress) -> Callable[[Reader], None]:
        """What writes a step's progress, for a step that is committed by other means (``commit`` with ``also``)."""
        if not progress.done and progress.position <= job.position:
            raise Corrupt(
                f"The step of job {job.id} ({job.kind}) at {job.position} did not move it on.",
                code="job-stands-still",
            )
        now = self._clock.now()
        values = {
            "id": job.id,
            "state": State.DONE.value if progress.done else State.RUNNING.value,
            "position": job.position,
            "until": progress.position,
            "total": job.total if progress.total is None else progress.total,
            "payload": job.payload if progress.payload is None else progress.payload,
            "not_before": progress.not_before,
            "now": now,
            "finished": now if progress.done else None,
        }

        def advance(writer: Reader) -> None:
            if writer.run(_MOVE, values) != 1:
                raise Conflict(f"Job {job.id} was moved by another worker, or cancelled.", code="job-moved")

        return advance

    def failed(self, job: Job, reason: str, again: Micros | None) -> None:
        """Keep why a step failed, and when to try again; None: give the job up until somebody asks for it."""
        place = {"id": job.id, "position": job.position, "reason": reason, "now": self._clock.now()}
        with self._database.writer() as writer:
            if again is None:
                writer.run(_GIVE_UP, place)
            else:
                writer.run(_TRY_LATER, {**place, "not_before": again})

    # -- for people

    def all(self, limit: int) -> tuple[Job, ...]:
        """Jobs: the open ones, then the failed, then the ended; in each the latest first. A failure is left out once another job
        for the same has come after it.
        """
        with self._database.snapshot() as reader:
            return tuple(_job(row) for row in reader.all(_ALL, {"limit": limit}))

    def cancel(self, number: int) -> Job:
        """End an open job where it stands: what its steps did stays, a step that is under way is not written. Conflict where
        it has ended.
        """
        with self._database.writer() as writer:
            done = writer.run(_CANCEL, {"id": number, "now": self._clock.now()})
        job = self.get(number)
        if done != 1:
            raise Conflict(f"Job {number} has ended already ({job.state}).", code="job-ended")
        return job

    def retry(self, number: int) -> Job:
        """Let a failed job go on from where it stands, or an open one that waits for its next try do so now. Conflict where it
        was done or cancelled, and where another for the same subject is open.
        """
        job = self.get(number)
        other = self.waiting(job.kind, job.subject)
        if other is not None and other.id != number:
            raise Conflict(f"Job {other.id} does the same and is open.", code="job-open")
        with self._database.writer() as writer:
            if writer.run(_AGAIN, {"id": number}) != 1:
                raise Conflict(
                    f"Job {number} has ended ({job.state}); there is nothing to try again.", code="job-ended"
                )
        return self.get(number)


def _job(row: Row) -> Job:
    number, kind, subject, state, position, total, payload, *rest = row
    return Job(number, kind, subject, State(state), position, total, bytes(payload), *rest)
