"""How each of the worker's followers is, as the last worker told it, and who works. For people; nothing is decided by it.

A person may ask that a follower which waits or has stopped tries again: that stands in its row until the worker takes it.
"""

from collections.abc import Sequence

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import NotFound
from comity.kernel.store.database import Database, Row, Sql
from comity.kernel.store.inside import inside
from comity.kernel.store.progress import Following, Lead

_ALL = Sql("SELECT name, behind, errors, reason, not_before, stopped, again, seen FROM follower ORDER BY name")
_TELL = Sql(
    "INSERT INTO follower (name, behind, errors, reason, not_before, stopped, again, seen) "
    "VALUES (:name, :behind, :errors, :reason, :not_before, :stopped, false, :seen) ON CONFLICT (name) DO UPDATE SET "
    "behind = excluded.behind, errors = excluded.errors, reason = excluded.reason, not_before = excluded.not_before, "
    "stopped = excluded.stopped, seen = excluded.seen"
)
_DROP = Sql("DELETE FROM follower WHERE name = :name")
_NAMES = Sql("SELECT name FROM follower")
_ASK = Sql("UPDATE follower SET again = true WHERE name = :name")
_ASKED = Sql("SELECT name FROM follower WHERE again = true")
_TAKE = Sql("UPDATE follower SET again = false WHERE name = :name")
_LEASE = Sql("SELECT holder, until FROM lease WHERE name = :name")
_TEXT_BEHIND = Sql(
    "SELECT 0",
    "SELECT (SELECT claim FROM counter) - coalesce((SELECT position FROM cursor WHERE name = 'text'), 0)",
)
_KEYS_WAITING = Sql("SELECT count(*) FROM reshape")
_OBJECTS_WAITING = Sql(
    "SELECT coalesce(sum(s.pending), 0) FROM intake i JOIN status s ON s.id = i.status",
    "SELECT CAST(coalesce(sum(s.pending), 0) AS bigint) FROM intake i JOIN status s ON s.id = i.status",
)


class Followings:
    """Rows of ``follower``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> tuple[Following, ...]:
        """Every follower as it was last told."""
        with self._database.snapshot() as reader:
            return tuple(_following(row) for row in reader.all(_ALL))

    def lead(self, name: str) -> Lead | None:
        """Who holds a lease, also one that has run out."""
        row = self._database.glance(_LEASE, {"name": name})
        return Lead(row[0], row[1], row[1] > self._clock.now()) if row else None

    def retry(self, name: str) -> None:
        """Ask that a follower tries again; the worker takes it within a second or so. NotFound for an unknown one."""
        with inside(self._database, None) as writer:
            if writer.run(_ASK, {"name": name}) != 1:
                raise NotFound(f"There is no follower '{name[:60]}'.", hint="See: comity work")

    # -- for the worker

    def tell(self, followings: Sequence[Following]) -> None:
        """Keep how every follower is; rows of others go. What was asked for stays until it is taken."""
        named = {each.name for each in followings}
        with inside(self._database, None) as writer:
            for (name,) in writer.all(_NAMES):
                if name not in named:
                    writer.run(_DROP, {"name": name})
            for each in followings:
                writer.run(_TELL, msgspec.structs.asdict(each))

    def asked(self) -> frozenset[str]:
        """Which followers are to try again; each is told once. Writes only where there is one."""
        with self._database.snapshot() as reader:
            if not reader.all(_ASKED):
                return frozenset()
        with inside(self._database, None) as writer:
            names = frozenset(row[0] for row in writer.all(_ASKED))
            for name in names:
                writer.run(_TAKE, {"name": name})
        return names

    # -- how far the store's own followers are behind

    def text_behind(self) -> int:
        """Claims whose text is not indexed yet (SQLite: always 0)."""
        return self._number(_TEXT_BEHIND)

    def keys_waiting(self) -> int:
        """Keys whose referrers wait to be shaped anew."""
        return self._number(_KEYS_WAITING)

    def objects_waiting(self) -> int:
        """Objects of kept envelopes that are not committed yet."""
        return self._number(_OBJECTS_WAITING)

    def _number(self, sql: Sql) -> int:
        row = self._database.glance(sql)
        return int(row[0]) if row else 0


def _following(row: Row) -> Following:
    name, behind, errors, reason, not_before, stopped, again, seen = row
    return Following(name, behind, errors, reason, not_before, bool(stopped), bool(again), seen)
