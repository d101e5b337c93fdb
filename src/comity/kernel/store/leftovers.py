"""What nobody needs any more: expired sessions, links and challenges, counts of old tries, clocks that fired, jobs that ended.

Each is kept for a while after its end, so that people can see what was; then it goes, a bounded number of rows at a time. What
the node exists for (objects, claims, leaves, events) is never touched here.
"""

from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.store.database import Database, Sql
from comity.kernel.store.inside import Inside, inside

HOUR: Final[Micros] = 3_600_000_000
DAY: Final[Micros] = 24 * HOUR


class _Kept(msgspec.Struct, frozen=True):
    """Rows of a table that go ``after`` they ended. ``ended`` is a condition with ``:before``."""

    table: str
    key: str
    ended: str
    after: Micros


_KEPT: Final = (
    _Kept("session", "hash", "expires < :before", DAY),
    _Kept("link", "hash", "expires < :before", 30 * DAY),
    _Kept("challenge", "hash", "expires < :before", HOUR),
    _Kept("attempt", "bucket", "at < :before", DAY),
    _Kept("clock", "id", "fired < :before", 7 * DAY),
    _Kept("job", "id", "finished < :before AND state <> 'failed'", 30 * DAY),
    _Kept("job", "id", "finished < :before", 90 * DAY),
)
_STATEMENTS: Final = tuple(
    (
        each.after,
        Sql(f"SELECT count(*) FROM {each.table} WHERE {each.ended}"),
        Sql(
            f"DELETE FROM {each.table} WHERE {each.key} IN "
            f"(SELECT {each.key} FROM {each.table} WHERE {each.ended} LIMIT :limit)"
        ),
    )
    for each in _KEPT
)


class Leftovers:
    """Rows that have had their time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count(self, connection: Inside | None = None) -> int:
        """How many there are, or a few more: a job may be counted twice."""
        now = self._clock.now()
        with inside(self._database, connection) as reader:
            return sum(reader.value(count, {"before": now - after}) for after, count, _ in _STATEMENTS)

    def drop(self, connection: Inside | None, limit: int) -> int:
        """Remove so many at most; how many it were."""
        now = self._clock.now()
        dropped = 0
        with inside(self._database, connection) as writer:
            for after, _, drop in _STATEMENTS:
                if dropped < limit:
                    dropped += writer.run(drop, {"before": now - after, "limit": limit - dropped})
        return dropped
