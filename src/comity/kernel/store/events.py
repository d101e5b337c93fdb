"""What happened, as leaves: each with its statement in ``event``, written in the transaction of what it records.

RECEIVED and DELETED leaves are the doors' own (``commit``, ``deletion``): what they state stands in the claims.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from comity.kernel.base.clock import Clock, rfc3339
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import SALT_BYTES, LeafKind, commitment, happened
from comity.kernel.objects.canonical import Json
from comity.kernel.store.commit import TAKE
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.types import Event

_LEAF = Sql(
    "INSERT INTO leaf (seq, kind, subject, at, salt, commitment) VALUES (:seq, :kind, :subject, :at, :salt, :commitment)"
)
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

    def note(
        self, connection: Connection, kind: LeafKind, fields: Mapping[str, Json], account: int | None = None
    ) -> int:
        """A leaf in the caller's transaction under the write lock; ``at`` is added to ``fields``. The leaf's number.

        ``account``: the person whose act it was, where a person of ours acted.
        """
        writer = Reader(connection.connection.driver_connection, postgres=self._database.postgres)
        _, before, at = writer.one(TAKE, {"claims": 0, "leaves": 1, "now": self._clock.now()}) or (0, 0, 0)
        statement = happened(kind, {**fields, "at": rfc3339(at)})
        salt = self._random(SALT_BYTES)
        place = {"kind": int(kind), "at": at}
        writer.run(
            _LEAF,
            {
                **place,
                "seq": before + 1,
                "subject": account or 0,
                "salt": salt,
                "commitment": commitment(salt, statement),
            },
        )
        writer.run(_EVENT, {**place, "leaf": before + 1, "account": account, "statement": statement.decode()})
        leaf: int = before + 1
        return leaf

    def record(self, kind: LeafKind, fields: Mapping[str, Json], account: int | None = None) -> int:
        """A leaf by itself, durable when this returns."""
        with self._database.write() as connection:
            return self.note(connection, kind, fields, account)

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
