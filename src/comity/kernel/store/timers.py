"""Clocks: what waits for a moment. Each has a kind, a subject, a moment at which it is due, and fires exactly once.

Here are the rows; what a clock of some kind does is said in ``app.background``, and ``work.clocks`` drives them.

Invariants: at most one clock waits for each kind and subject. Effect and fired mark are one transaction, so that a clock
whose worker was killed fires once, when the next worker sees it: late ones at once. An effect that fails leaves the clock
waiting, with the reason.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.store.database import Database, Row, Sql
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.progress import Timer

Effect = Callable[[Connection], None]
"""What a clock does, in the transaction that marks it as fired. It runs under the write lock: it is short, asks nobody over
the network, and calls only those methods of the store that take its connection."""

Handler = Callable[[Connection, Timer], None]
"""The effect of all clocks of a kind."""

_COLUMNS: Final = "id, kind, subject, due, fired, errors, reason, not_before"
_SET = Sql(
    "INSERT INTO clock (kind, subject, due, fired, errors, reason, not_before, created) "
    "VALUES (:kind, :subject, :due, NULL, 0, '', 0, :now) ON CONFLICT (kind, subject) WHERE fired IS NULL "
    "DO UPDATE SET due = excluded.due, errors = 0, reason = '', not_before = 0 RETURNING id"
)
_ENSURE = Sql(
    "INSERT INTO clock (kind, subject, due, fired, errors, reason, not_before, created) "
    "VALUES (:kind, :subject, :due, NULL, 0, '', 0, :now) ON CONFLICT (kind, subject) WHERE fired IS NULL DO NOTHING"
)
_CANCEL = Sql("DELETE FROM clock WHERE kind = :kind AND subject = :subject AND fired IS NULL")
_DUE = Sql(
    f"SELECT {_COLUMNS} FROM clock WHERE fired IS NULL AND due <= :now AND not_before <= :now "
    "ORDER BY due, id LIMIT :limit"
)
_LATE = Sql("SELECT count(*) FROM clock WHERE fired IS NULL AND due <= :now")
_FIRED = Sql("UPDATE clock SET fired = :now, errors = 0, reason = '' WHERE id = :id AND fired IS NULL AND due <= :now")
_FAILED = Sql(
    "UPDATE clock SET errors = errors + 1, reason = :reason, not_before = :not_before WHERE id = :id AND fired IS NULL"
)
_RETRY = Sql("UPDATE clock SET not_before = 0 WHERE id = :id AND fired IS NULL")
_WAITING = Sql(f"SELECT {_COLUMNS} FROM clock WHERE fired IS NULL ORDER BY due, id LIMIT :limit")
_ONE = Sql(f"SELECT {_COLUMNS} FROM clock WHERE kind = :kind AND subject = :subject AND fired IS NULL")
_LAST = Sql("SELECT max(fired) FROM clock WHERE kind = :kind AND subject = :subject AND fired IS NOT NULL")


class Timers:
    """Rows of ``clock``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    # -- for whoever waits for something

    def set(self, connection: Inside | None, kind: str, subject: str, due: Micros) -> int:
        """Let a clock fire at ``due``; one that waits for the same is moved there, and its errors are forgotten. Its number.

        ``connection``: a transaction under the write lock that this belongs to; None for one of its own.
        """
        values = {"kind": kind, "subject": subject, "due": due, "now": self._clock.now()}
        with inside(self._database, connection) as writer:
            number: int = writer.value(_SET, values)
        return number

    def ensure(self, kind: str, subject: str, due: Micros) -> bool:
        """Set a clock unless one waits already; whether it was set."""
        values = {"kind": kind, "subject": subject, "due": due, "now": self._clock.now()}
        with inside(self._database, None) as writer:
            return writer.run(_ENSURE, values) == 1

    def cancel(self, kind: str, subject: str, connection: Inside | None = None) -> bool:
        """Take the waiting clock back; whether there was one."""
        with inside(self._database, connection) as writer:
            return writer.run(_CANCEL, {"kind": kind, "subject": subject}) == 1

    def waiting(self, kind: str, subject: str) -> Timer | None:
        """The clock that waits for this."""
        with self._database.snapshot() as reader:
            row = reader.one(_ONE, {"kind": kind, "subject": subject})
        return _timer(row) if row else None

    def last(self, kind: str, subject: str) -> Micros | None:
        """When a clock of this kind and subject fired last, as far as that is kept."""
        with self._database.snapshot() as reader:
            at: Micros | None = reader.value(_LAST, {"kind": kind, "subject": subject})
        return at

    # -- for the worker

    def due(self, now: Micros, limit: int) -> tuple[Timer, ...]:
        """What should fire by now, the longest overdue first; without what failed and is not to be tried yet."""
        with self._database.snapshot() as reader:
            return tuple(_timer(row) for row in reader.all(_DUE, {"now": now, "limit": limit}))

    def late(self, now: Micros) -> int:
        """How many should have fired by now, also those that failed."""
        with self._database.snapshot() as reader:
            count: int = reader.value(_LATE, {"now": now})
        return count

    def fire(self, number: int, effect: Effect) -> bool:
        """Mark a clock as fired and do what it is for, in one transaction. False, and nothing done, where it has fired, was
        taken back or was put off meanwhile. An error of ``effect`` comes through, and then nothing has happened.
        """
        with self._database.write() as connection:
            writer = self._database.beside(connection)
            if writer.run(_FIRED, {"id": number, "now": self._clock.now()}) != 1:
                return False
            effect(connection)
        return True

    def failed(self, number: int, reason: str, not_before: Micros) -> None:
        """Keep why a clock could not fire, and when to try again."""
        with inside(self._database, None) as writer:
            writer.run(_FAILED, {"id": number, "reason": reason, "not_before": not_before})

    # -- for people

    def all(self, limit: int) -> tuple[Timer, ...]:
        """The clocks that wait, the next to fire first."""
        with self._database.snapshot() as reader:
            return tuple(_timer(row) for row in reader.all(_WAITING, {"limit": limit}))

    def retry(self, number: int) -> None:
        """Try a clock that failed again now. NotFound where none of this number waits."""
        with inside(self._database, None) as writer:
            if writer.run(_RETRY, {"id": number}) != 1:
                raise NotFound(f"No clock with the number {number} waits.", hint="See: comity work")


def _timer(row: Row) -> Timer:
    return Timer(*row)
