"""What happened, as leaves: each with its statement in ``event``, written in the transaction of what it records.

RECEIVED and DELETED leaves are the doors' own (``commit``, ``deletion``): what they state stands in the claims.
"""

from collections.abc import Mapping

from comity.kernel.base.clock import Clock, rfc3339
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import LeafKind, happened
from comity.kernel.objects.canonical import Json
from comity.kernel.store.database import Database, Sql
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.leaves import leave
from comity.kernel.store.types import Event

_EVENT = Sql("INSERT INTO event (leaf, kind, account, at, statement) VALUES (:leaf, :kind, :account, :at, :statement)")
_EVENTS = Sql(
    "SELECT leaf, kind, account, at, statement FROM event WHERE leaf < :before AND (:kind = 0 OR kind = :kind) "
    "AND (:account = 0 OR account = :account) ORDER BY leaf DESC LIMIT :limit"
)
_END = 2**62


class Events:
    """Writes and reads what happened."""

    def __init__(self, database: Database, clock: Clock, random: RandomBytes) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    def note(self, connection: Inside, kind: LeafKind, fields: Mapping[str, Json], account: int | None = None) -> int:
        """A leaf in the caller's transaction under the write lock; ``at`` is added to ``fields``. The leaf's number.

        ``account``: the person whose act it was, where a person of ours acted.
        """
        with inside(self._database, connection) as writer:
            leaf, at, statement = leave(
                writer,
                self._clock,
                self._random,
                kind,
                account or 0,
                lambda at: happened(kind, {**fields, "at": rfc3339(at)}),
            )
            writer.run(
                _EVENT,
                {"leaf": leaf, "kind": int(kind), "account": account, "at": at, "statement": statement.decode()},
            )
        return leaf

    def record(self, kind: LeafKind, fields: Mapping[str, Json], account: int | None = None) -> int:
        """A leaf by itself, durable when this returns."""
        with self._database.writer() as writer:
            return self.note(writer, kind, fields, account)

    def all(
        self, limit: int, *, before: int | None = None, kind: LeafKind | None = None, account: int | None = None
    ) -> tuple[Event, ...]:
        """What happened, the latest first; ``before`` a leaf's number, for the next page."""
        with self._database.snapshot() as reader:
            rows = reader.all(
                _EVENTS,
                {"before": before or _END, "kind": int(kind or 0), "account": account or 0, "limit": limit},
            )
        return tuple(Event(*row) for row in rows)
