"""Restriction of objects to named people of the party that runs the node.

Who is named is a *circle*: a set of accounts that never changes, so that equal people are one circle and other people
another. The circle is a feature of the label of every claim of the object, of those held and of those that come. No party
but a claim's own source sees it then, and of our own people only those of the circle; nobody who asks without an account.

1. One short transaction writes the restriction and its leaf. From then on every read leaves out what is meant (``hidden``)
   and every commit labels by it: its cost does not depend on how much is held.
2. Bounded steps give the object's claims their label, and then, where its id can be guessed, their shape to the claims that
   refer to it. What closes stays at its place in the log; what opens to anybody goes to the end of it (``reshape``).
3. When the last step is done, the labels alone say what is open.

Lifting takes the same steps without hiding. A step that finds its claims changed since it read them does nothing and is
done again.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Invalid, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.ids import is_guessable, is_id
from comity.kernel.policy.label import OURS
from comity.kernel.store import tables
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.events import Events
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import Labels
from comity.kernel.store.reshape import Reshaper
from comity.kernel.store.shaping import Claim, Shaper, claims_of, unchanged
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.closing import close

MOST_PEOPLE = 200
MOST_AT_ONCE = 200
"""How many versions, or referrers, one step takes at most: it holds the write lock."""

_HELD = Sql("SELECT 1 FROM held WHERE key = :key LIMIT 1")
_CIRCLE = Sql("SELECT circle FROM restriction WHERE key = :key")
_RESTRICT = Sql(
    "INSERT INTO restriction (key, circle) VALUES (:key, :circle) ON CONFLICT (key) DO UPDATE SET circle = excluded.circle"
)
_LIFT = Sql("DELETE FROM restriction WHERE key = :key")
_RECALLED = Sql("SELECT 1 FROM recall WHERE key = :key")
_BEGIN = Sql(
    "INSERT INTO relabel (key, object, circle, stage, modified, digest, after) "
    "VALUES (:key, :object, :circle, 0, :least, :nothing, 0) ON CONFLICT (key) DO UPDATE "
    "SET circle = excluded.circle, stage = 0, modified = excluded.modified, digest = excluded.digest, after = 0"
)
_NEXT = Sql("SELECT key, object, circle, stage, modified, digest, after FROM relabel ORDER BY key LIMIT 1")
_STILL = Sql("SELECT key, object, circle, stage, modified, digest, after FROM relabel WHERE key = :key")
_VERSIONS = Sql(
    "SELECT version, modified, digest FROM held WHERE key = :key AND (modified, digest) > (:modified, :digest) "
    "ORDER BY modified, digest LIMIT :limit"
)
_FURTHER = Sql("UPDATE relabel SET modified = :modified, digest = :digest, after = :after WHERE key = :key")
_REFERRERS_NOW = Sql("UPDATE relabel SET stage = 1, after = 0 WHERE key = :key")
_DONE = Sql("DELETE FROM relabel WHERE key = :key")
_EPOCH = Sql("UPDATE counter SET epoch = epoch + 1")
_LEAST = -(2**62)


class Work(msgspec.Struct, frozen=True):
    """An object whose claims, then whose referrers, are being labelled and shaped anew; how far that is."""

    key: bytes
    object: str
    circle: int
    stage: int
    modified: int
    digest: bytes
    after: int


class Restrictions:
    """Restricts, lifts, and does the steps that follow."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        labels: Labels,
        shaper: Shaper,
        reshaper: Reshaper,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._shaper = shaper
        self._reshaper = reshaper
        self._events = events
        self._clock = clock

    def restrict(self, object_id: str, people: Iterable[int], *, by: str, account: int | None = None) -> None:
        """Only these people see the object from now on. ``account``: who does it, where a person does; NotFound where that
        person may not see it either.
        """
        key = self.key(object_id)
        wanted = sorted(set(people))
        if not wanted:
            raise Invalid("A restriction names at least one person.", code="restrict-nobody", where="people")
        if len(wanted) > MOST_PEOPLE:
            raise Invalid(
                f"A restriction names at most {MOST_PEOPLE} people.", code="restrict-too-many", where="people"
            )
        with self._database.write() as connection:
            writer = self._admitted(connection, object_id, key, account)
            names = _names(connection, wanted)
            circle = self._circle(connection, wanted)
            writer.run(_RESTRICT, {"key": key, "circle": circle})
            close(writer, [key], self._clock.now())
            self._begin(writer, object_id, key, circle)
            self._leaf(connection, object_id, names, by, account)

    def lift(self, object_id: str, *, by: str, account: int | None = None) -> bool:
        """The object is seen again by everybody whom policy lets; False where it was not restricted. One that was recalled from
        all others stays so.
        """
        key = self.key(object_id)
        with self._database.write() as connection:
            writer = self._admitted(connection, object_id, key, account)
            if writer.value(_CIRCLE, {"key": key}) in {None, OURS}:
                return False
            recalled = writer.one(_RECALLED, {"key": key}) is not None
            if recalled:
                writer.run(_RESTRICT, {"key": key, "circle": OURS})
            else:
                writer.run(_LIFT, {"key": key})
            self._begin(writer, object_id, key, OURS if recalled else 0)
            self._leaf(connection, object_id, [], by, account)
        return True

    # -- for recalls

    def close_to_others(self, connection: Connection, object_id: str, key: bytes, account: int | None) -> None:
        """From the caller's commit on no other party but the sources finds the object; named people only, where it is restricted
        to them.
        """
        writer = self._admitted(connection, object_id, key, account)
        if writer.value(_CIRCLE, {"key": key}) is None:
            writer.run(_RESTRICT, {"key": key, "circle": OURS})
            self._begin(writer, object_id, key, OURS)
        close(writer, [key], self._clock.now())

    def open_to_others(self, connection: Connection, object_id: str, key: bytes, account: int | None) -> None:
        """Policy decides again, unless the object is restricted to named people."""
        writer = self._admitted(connection, object_id, key, account)
        if writer.value(_CIRCLE, {"key": key}) == OURS:
            writer.run(_LIFT, {"key": key})
            self._begin(writer, object_id, key, 0)

    # -- the short transaction

    def key(self, object_id: str) -> bytes:
        """The key of an id; NotFound where none of its type is held."""
        key = self._kinds.key_of(object_id) if is_id(object_id) else None
        if key is None:
            raise _absent(object_id)
        return key

    def _admitted(self, connection: Connection, object_id: str, key: bytes, account: int | None) -> Reader:
        """A writer, where there is such an object, and whoever asks may see it."""
        writer = self._database.beside(connection)
        circle = writer.value(_CIRCLE, {"key": key})
        if circle is None:
            if writer.one(_HELD, {"key": key}) is None:
                raise _absent(object_id)
        elif circle != OURS and account is not None and account not in _members(connection, circle):
            raise _absent(object_id)
        return writer

    def _circle(self, connection: Connection, people: list[int]) -> int:
        table = tables.circle
        name = " ".join(map(str, people))
        found = connection.execute(select(table.c.id).where(table.c.name == name)).scalar()
        if found is not None:
            return int(found)
        key = connection.execute(table.insert().values(name=name, created=self._clock.now())).inserted_primary_key
        number = int(key[0]) if key else 0
        connection.execute(tables.circle_member.insert(), [{"circle": number, "account": one} for one in people])
        return number

    @staticmethod
    def _begin(writer: Reader, object_id: str, key: bytes, circle: int) -> None:
        writer.run(_BEGIN, {"key": key, "object": object_id, "circle": circle, "least": _LEAST, "nothing": b""})
        writer.run(_EPOCH)

    def _leaf(self, connection: Connection, object_id: str, names: list[str], by: str, account: int | None) -> None:
        people: list[str] = sorted(names)
        self._events.note(connection, LeafKind.RESTRICTED, {"by": by, "id": object_id, "people": [*people]}, account)

    # -- the steps

    def step(self, limit: int) -> int:
        """One bounded step; how many claims it looked at, plus one. 0 when nothing is to be done."""
        limit = min(limit, MOST_AT_ONCE)
        with self._database.snapshot() as reader:
            row = reader.one(_NEXT)
            if row is None:
                return 0
            work = _work(row)
            claims, further = self._claims(reader, work, limit)
            wanted = {
                claim.seq: msgspec.structs.replace(label, circle=label.circle if work.stage else work.circle)
                for claim in claims
                for label in (self._labels.row(claim.label, reader),)
            }
        numbers = self._labels.numbers(set(wanted.values()), bounded=False)
        with self._database.writer() as writer:
            row = writer.one(_STILL, {"key": work.key})
            if row is None or _work(row) != work or not unchanged(writer, claims):
                return 1
            self._shaper.shape(writer, [(claim, numbers[wanted[claim.seq]]) for claim in claims])
            if not work.stage:
                queue.touch(writer, [work.key])
            self._move_on(writer, work, further)
        return len(claims) + 1

    def _claims(self, reader: Reader, work: Work, limit: int) -> tuple[list[Claim], Work | None]:
        """The next claims, and how far the work is after them; None: this stage is done."""
        if work.stage:
            claims, until = self._reshaper.referrers(reader, work.key, work.after, limit)
            return claims, None if until is None else msgspec.structs.replace(work, after=until)
        rows = reader.all(
            _VERSIONS, {"key": work.key, "modified": work.modified, "digest": work.digest, "limit": limit}
        )
        claims = [
            claim
            for claim in claims_of(reader, {row[0] for row in rows})
            if not self._labels.row(claim.label, reader).lens  # what goes in another form is its maker's (``twins``)
        ]
        if len(rows) < limit:
            return claims, None
        return claims, msgspec.structs.replace(work, modified=rows[-1][1], digest=bytes(rows[-1][2]))

    @staticmethod
    def _move_on(writer: Reader, work: Work, further: Work | None) -> None:
        """With a stage the epoch changes: who looked the object's labels up before it ended does so again (``commit``)."""
        if further is not None:
            place = {"modified": further.modified, "digest": further.digest, "after": further.after}
            writer.run(_FURTHER, {"key": work.key, **place})
            return
        writer.run(_REFERRERS_NOW if not work.stage and is_guessable(work.object) else _DONE, {"key": work.key})
        writer.run(_EPOCH)


def _absent(object_id: str) -> NotFound:
    return NotFound(f"Nothing is held under {object_id[:120]}.", code="restrict-absent")


def _work(row: Row) -> Work:
    key, object_id, circle, stage, modified, digest, after = row
    return Work(bytes(key), object_id, circle, stage, modified, bytes(digest), after)


def _names(connection: Connection, people: list[int]) -> list[str]:
    """Names of accounts that are there and not disabled; Invalid where one is not."""
    table = tables.account
    rows = connection.execute(
        select(table.c.id, table.c.name).where(table.c.id.in_(people), table.c.disabled.is_(False))
    ).all()
    if len(rows) != len(people):
        raise Invalid(
            "Somebody who is named has no account here, or a disabled one.", code="restrict-unknown", where="people"
        )
    return [name for _, name in rows]


def _members(connection: Connection, circle: int) -> set[int]:
    table = tables.circle_member
    return set(connection.execute(select(table.c.account).where(table.c.circle == circle)).scalars())
