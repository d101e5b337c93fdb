"""Legal holds: what stands against erasing, and the custody of what its source takes back meanwhile.

A hold is on an object, on what a source gave, or on what lies in a collection. While one stands, no erasure and no retention
takes what it means; a deletion by its source (TAXII 2.1 section 5.7) takes the claim away for everybody, with the same answer
and the same leaf, but the bytes stay in ``custody``, which no exit but the own party's door reads.

Laying and lifting a hold are leaves. What waited for it goes on when it is lifted, or when its date has come.
"""

from collections.abc import Iterable, Sequence

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.dropping import Standing
from comity.kernel.store.erasure.orders import Hold
from comity.kernel.store.events import Events
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.jobs import Jobs
from comity.kernel.store.keys import Kinds

JOB = "erase"
CUSTODY = "custody"
"""Subject of the job that clears custody; of all others it is the number of an order."""

_COLUMNS = "id, kind, subject, key, number, reference, ground, made_by, since, until, lifted, lifted_by"
_ADD = Sql(
    "INSERT INTO hold (kind, subject, key, number, reference, ground, made_by, since, until, lifted, lifted_by) VALUES "
    "(:kind, :subject, :key, :number, :reference, :ground, :made_by, :since, :until, NULL, '') RETURNING id"
)
_ALL = Sql(f"SELECT {_COLUMNS} FROM hold ORDER BY id DESC")
_STANDING = Sql(f"SELECT {_COLUMNS} FROM hold WHERE lifted IS NULL ORDER BY id")
_ONE = Sql(f"SELECT {_COLUMNS} FROM hold WHERE id = :id")
_LIFT = Sql("UPDATE hold SET lifted = :at, lifted_by = :made_by WHERE id = :id AND lifted IS NULL")
_WAITING = Sql("SELECT id FROM erasure WHERE state = 'held' ORDER BY id")
_GO_ON = Sql("UPDATE erasure SET state = 'open' WHERE id = :id")
_KEPT = Sql("SELECT id, key, source, collection FROM custody WHERE id > :after ORDER BY id LIMIT :limit")
_LABEL = Sql("SELECT source, collection FROM label WHERE id = :label")
_KEEP = Sql(
    "INSERT INTO custody (object, key, modified, raw, source, collection, circle, leaf, deleted) "
    "SELECT :object, :key, :modified, raw, :source, :collection, :circle, :leaf, :deleted FROM version WHERE seq = :body"
)
_CIRCLE = Sql("SELECT circle FROM restriction WHERE key = :key")
_PAGE = 500


class Against(msgspec.Struct, frozen=True):
    """The holds that stand at one moment, as they are asked of claims."""

    keys: dict[bytes, int]
    sources: dict[int, int]
    collections: dict[int, int]

    def by(self, key: bytes, source: int, collection: int) -> int:
        """The number of a hold against erasing a claim; 0 where none stands."""
        return self.keys.get(key, 0) or self.sources.get(source, 0) or self.collections.get(collection, 0)

    def __bool__(self) -> bool:
        return bool(self.keys or self.sources or self.collections)


class Holds:
    """Rows of ``hold`` and ``custody``. Safe to use from several threads."""

    def __init__(self, database: Database, kinds: Kinds, events: Events, jobs: Jobs, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._events = events
        self._jobs = jobs
        self._clock = clock

    def all(self) -> tuple[Hold, ...]:
        """All holds, the latest first; those that stand and those that did."""
        with self._database.snapshot() as reader:
            return tuple(_hold(row) for row in reader.all(_ALL))

    def get(self, number: int) -> Hold:
        """One hold; NotFound where there is none of this number."""
        with self._database.snapshot() as reader:
            return _found(reader.one(_ONE, {"id": number}), number)

    def on(self, object_id: str, claims: Iterable[tuple[int, int]] = ()) -> tuple[Hold, ...]:
        """The holds that stand against erasing an object, of whose claims source and collection are given."""
        now = self._clock.now()
        pairs = list(claims)
        sources, collections = {source for source, _ in pairs}, {collection for _, collection in pairs}
        return tuple(
            hold
            for hold in self.all()
            if hold.stands(now)
            and (
                (hold.kind == "object" and hold.subject.lower() == object_id.lower())
                or (hold.kind == "source" and hold.number in sources)
                or (hold.kind == "collection" and hold.number in collections)
            )
        )

    # -- laying and lifting

    def lay(
        self,
        kind: str,
        subject: str,
        *,
        number: int | None,
        reference: str,
        ground: str,
        until: Micros | None,
        by: str,
        account: int | None = None,
    ) -> Hold:
        """From this commit on nothing that is meant is erased. ``number``: of the party or collection; an object need not be
        held yet.
        """
        if kind == "object":
            self._kinds.learn([subject.split("--", maxsplit=1)[0]])
        key = self._kinds.key_of(subject) if kind == "object" else None
        with self._database.writer() as writer:
            now = self._clock.now()
            values = {"kind": kind, "subject": subject, "key": key, "number": number, "reference": reference}
            made: int = writer.value(_ADD, {**values, "ground": ground, "made_by": by, "since": now, "until": until})
            held = _found(writer.one(_ONE, {"id": made}), made)
            self._note(writer, "laid", held, by, account)
        return held

    def lift(self, number: int, *, by: str, account: int | None = None) -> Hold:
        """It stands no longer, and what waited for it goes on. Conflict where it was lifted before."""
        with self._database.writer() as writer:
            held = _found(writer.one(_ONE, {"id": number}), number)
            if writer.run(_LIFT, {"id": number, "at": self._clock.now(), "made_by": by}) != 1:
                raise Conflict(f"hold {number} was lifted before", code="hold-lifted", hint="See: comity hold list")
            self._note(writer, "lifted", held, by, account)
            self.wake(writer)
            return _found(writer.one(_ONE, {"id": number}), number)

    def _note(self, writer: Reader, act: str, hold: Hold, by: str, account: int | None) -> None:
        fields: dict[str, Json] = {
            "act": act,
            "by": by,
            "case": hold.reference,
            "ground": hold.ground,
            "hold": hold.id,
            "on": hold.kind,
            "subject": hold.subject,
            "until": hold.until,
        }
        self._events.note(writer, LeafKind.HELD, fields, account)

    # -- for whoever erases

    def against(self, reader: Reader) -> Against:
        """What stands now."""
        found = Against({}, {}, {})
        now = self._clock.now()
        for hold in map(_hold, reader.all(_STANDING)):
            if not hold.stands(now):
                continue
            if hold.key is not None:
                found.keys[hold.key] = hold.id
            elif hold.number is not None:
                (found.sources if hold.kind == "source" else found.collections)[hold.number] = hold.id
        return found

    def wake(self, connection: Inside | None = None) -> None:
        """Orders that waited for holds are looked at again, and so is custody."""
        with inside(self._database, connection) as writer:
            for (number,) in writer.all(_WAITING):
                writer.run(_GO_ON, {"id": number})
                self._jobs.add(JOB, str(number), connection=writer)
            if self.freed(writer, 1):
                self._jobs.add(JOB, CUSTODY, connection=writer)

    # -- custody

    def take(self, writer: Reader, claim: Standing, object_id: str, modified: Micros, deleted: Micros) -> None:
        """The bytes of a claim that is about to be dropped, into custody, where a hold stands against erasing it."""
        source, collection = writer.one(_LABEL, {"label": claim.label}) or (0, 0)
        if not self.against(writer).by(claim.key, source, collection):
            return
        writer.run(
            _KEEP,
            {
                "object": object_id,
                "key": claim.key,
                "modified": modified,
                "source": source,
                "collection": collection,
                "circle": max(0, writer.value(_CIRCLE, {"key": claim.key}) or 0),
                "leaf": claim.leaf,
                "deleted": deleted,
                "body": claim.body,
            },
        )

    def freed(self, reader: Reader, limit: int) -> list[int]:
        """Some of what is in custody and no hold means any more."""
        against = self.against(reader)
        after, found = 0, list[int]()
        while rows := reader.all(_KEPT, {"after": after, "limit": _PAGE}):
            found += [number for number, key, source, place in rows if not against.by(bytes(key), source, place)]
            if len(found) >= limit:
                break
            after = rows[-1][0]
        return found[:limit]


def _found(row: Row | None, number: int) -> Hold:
    if row is None:
        raise NotFound(f"there is no hold {number}", code="hold-unknown", hint="'comity hold list' shows them.")
    return _hold(row)


def _hold(row: Sequence[object]) -> Hold:
    names = Hold.__struct_fields__
    values = dict(zip(names, row, strict=True))
    if values["key"] is not None:
        values["key"] = bytes(values["key"])  # type: ignore[call-overload]
    return msgspec.convert(values, Hold)
