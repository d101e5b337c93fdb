"""Recall: an object that is taken back from all other parties. From the same commit on none of them but those that gave it
finds it by any exit; our own people do. It is a restriction to the circle of everybody of ours (``restrict``), with what was
made of it for others ended by notices, and with the list of who has to be told, which we keep until they are.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.erasure.orders import Recall, Shared, Told
from comity.kernel.store.events import Events
from comity.kernel.store.keys import Kinds
from comity.kernel.store.restrict import Restrictions

_COLUMNS: Final = "object, reference, ground, made_by, at, told"
_ALL = Sql(f"SELECT {_COLUMNS} FROM recall ORDER BY at DESC, object")
_ONE = Sql(f"SELECT {_COLUMNS} FROM recall WHERE key = :key")
_ADD = Sql(
    "INSERT INTO recall (key, object, reference, ground, made_by, at, told) "
    "VALUES (:key, :object, :reference, :ground, :made_by, :at, :told)"
)
_TOLD = Sql("UPDATE recall SET told = :told WHERE key = :key")
_DROP = Sql("DELETE FROM recall WHERE key = :key")


class Recalls:
    """Rows of ``recall``. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        restrictions: Restrictions,
        events: Events,
        clock: Clock,
        shared: Callable[[Reader, str], tuple[Shared, ...]],
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._restrictions = restrictions
        self._events = events
        self._clock = clock
        self._shared = shared

    def all(self) -> tuple[Recall, ...]:
        """All recalls, the latest first."""
        with self._database.snapshot() as reader:
            return tuple(_recall(row) for row in reader.all(_ALL))

    def get(self, object_id: str) -> Recall | None:
        """The recall of an object, where it was recalled."""
        key = self._restrictions.key(object_id)
        with self._database.snapshot() as reader:
            row = reader.one(_ONE, {"key": key})
        return _recall(row) if row else None

    def recall(self, object_id: str, *, reference: str, ground: str, by: str, account: int | None = None) -> Recall:
        """Take it back. NotFound where nothing is held under the id, or the person may not see it; Conflict where it has been
        recalled already.
        """
        key = self._restrictions.key(object_id)
        with self._database.write() as connection:
            writer = self._database.beside(connection)
            if writer.one(_ONE, {"key": key}) is not None:
                raise Conflict("it has been recalled already", code="recalled-before", hint="See: comity recall --list")
            told = tuple(Told(one.slug, one.since, one.until, one.twin) for one in self._shared(writer, object_id))
            self._restrictions.close_to_others(connection, object_id, key, account)
            values = {"key": key, "object": object_id, "reference": reference, "ground": ground, "made_by": by}
            writer.run(_ADD, {**values, "at": self._clock.now(), "told": msgspec.json.encode(told).decode()})
            self._note(writer, object_id, "recalled", reference, ground, told, by, account)
            return _found(writer, key)

    def note_told(self, object_id: str, party: str, *, by: str, account: int | None = None) -> Recall:
        """Somebody has told a party."""
        key = self._restrictions.key(object_id)
        with self._database.writer() as writer:
            held = _found(writer, key)
            if all(one.party != party or one.at is not None for one in held.told):
                raise Conflict(
                    f"{party} is not to be told of this", code="recall-told", hint="See: comity recall --list"
                )
            now = self._clock.now()
            told = tuple(
                msgspec.structs.replace(one, at=now) if one.party == party and one.at is None else one
                for one in held.told
            )
            writer.run(_TOLD, {"key": key, "told": msgspec.json.encode(told).decode()})
            meant = tuple(one for one in told if one.party == party)
            self._note(writer, object_id, "told", held.reference, held.ground, meant, by, account)
            return _found(writer, key)

    def lift(self, object_id: str, *, by: str, account: int | None = None) -> None:
        """Policy alone decides again who sees it. NotFound where it was not recalled."""
        key = self._restrictions.key(object_id)
        with self._database.write() as connection:
            writer = self._database.beside(connection)
            held = _found(writer, key)
            writer.run(_DROP, {"key": key})
            self._restrictions.open_to_others(connection, object_id, key, account)
            self._note(writer, object_id, "lifted", held.reference, held.ground, (), by, account)

    def _note(
        self,
        writer: Reader,
        object_id: str,
        act: str,
        reference: str,
        ground: str,
        told: tuple[Told, ...],
        by: str,
        account: int | None,
    ) -> None:
        parties = sorted({one.party for one in told})
        fields = {"act": act, "by": by, "ground": ground, "id": object_id, "order": reference, "parties": [*parties]}
        self._events.note(writer, LeafKind.RECALLED, fields, account)


def _found(reader: Reader, key: bytes) -> Recall:
    row = reader.one(_ONE, {"key": key})
    if row is None:
        raise NotFound("it was not recalled", code="recall-unknown", hint="See: comity recall --list")
    return _recall(row)


def _recall(row: Row) -> Recall:
    object_id, reference, ground, made_by, at, told = row
    return Recall(object_id, reference, ground, made_by, at, msgspec.json.decode(told, type=tuple[Told, ...]))
