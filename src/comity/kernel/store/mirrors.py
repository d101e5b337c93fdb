"""Mirrors: which collections of other servers are kept here, how far each is, and what of it was refused.

What a page brought and how far the mirror is after it are one transaction (``advancing``, beside ``commit``): a stop at any
point loses nothing. ``turn`` is raised with each piece that is kept; of two that pull the same mirror, the second finds it
raised, and nothing of its piece is written.

Refused objects are told, with id and reason, once for the same bytes however often they come; of each mirror the latest
``REFUSALS`` are kept, all are counted.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import select

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.store import tables
from comity.kernel.store.commit import Also
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.timers import Timers
from comity.kernel.store.types import Advance, Mirror, Outcome, Refusal

KIND: Final = "mirror"
"""Of the clocks that ask for pulls; their subject is the mirror's number."""
REFUSALS: Final = 1_000
LONGEST_REASON: Final = 1_000

_ADD = Sql(
    "INSERT INTO mirror (url, collection, party, username, secret, every, paused, pulling, final, added_after, reached, turn, "
    "seen, new, refused, mended, tried, succeeded, errors, reason, not_before, created) VALUES (:url, :collection, :party, "
    ":username, :secret, :every, :paused, :pulling, :final, :added_after, :reached, :turn, :seen, :new, :refused, :mended, "
    ":tried, :succeeded, :errors, :reason, :not_before, :created) ON CONFLICT (url, collection) DO NOTHING RETURNING id"
)
_CHANGE = Sql("UPDATE mirror SET username = :username, secret = :secret, every = :every, paused = false WHERE id = :id")
_PAUSE = Sql("UPDATE mirror SET paused = :paused WHERE id = :id")
_REMOVE = Sql("DELETE FROM mirror WHERE id = :id")
_FORGET = Sql("DELETE FROM refusal WHERE mirror = :id")
_ERRORS = Sql("SELECT errors FROM mirror WHERE id = :id")
_RHYTHM = Sql("SELECT every, paused FROM mirror WHERE id = :id")
_BEGIN = Sql("UPDATE mirror SET pulling = true, tried = :at WHERE id = :id")
_BEGIN_AT = Sql("UPDATE mirror SET pulling = true, tried = :at, not_before = :not_before WHERE id = :id")
_ADVANCE = Sql(
    "UPDATE mirror SET turn = turn + 1, added_after = :added_after, reached = :reached, final = :final, "
    "seen = seen + :seen, new = new + :new, refused = refused + :refused, mended = mended + :mended, "
    "pulling = CASE WHEN :done THEN false ELSE pulling END, succeeded = CASE WHEN :done THEN :at ELSE succeeded END, "
    "errors = 0, reason = '', not_before = :not_before WHERE id = :id AND turn = :turn",
    "UPDATE mirror SET turn = turn + 1, added_after = :added_after, reached = :reached, final = :final, "
    "seen = seen + :seen, new = new + :new, refused = refused + :refused, mended = mended + :mended, "
    "pulling = CASE WHEN :done::boolean THEN false ELSE pulling END, "
    "succeeded = CASE WHEN :done::boolean THEN :at::bigint ELSE succeeded END, "
    "errors = 0, reason = '', not_before = :not_before WHERE id = :id AND turn = :turn",
)
_FAIL = Sql(
    "UPDATE mirror SET errors = errors + 1, reason = :reason, not_before = :not_before, pulling = :again WHERE id = :id"
)
_REFUSE = Sql(
    "INSERT INTO refusal (mirror, digest, object, reason, at) VALUES (:mirror, :digest, :object, :reason, :at) "
    "ON CONFLICT (mirror, digest) DO NOTHING"
)
_TRIM = Sql(
    "DELETE FROM refusal WHERE mirror = :mirror AND digest NOT IN "
    "(SELECT digest FROM refusal WHERE mirror = :mirror ORDER BY at DESC, digest LIMIT :most)"
)
_REFUSALS = Sql(
    "SELECT digest, object, reason, at FROM refusal WHERE mirror = :mirror ORDER BY at DESC, digest LIMIT :limit"
)


class Mirrors:
    """Rows of ``mirror`` and ``refusal``. Safe to use from several threads."""

    def __init__(self, database: Database, timers: Timers) -> None:
        self._database = database
        self._timers = timers

    # -- which there are

    def all(self) -> tuple[Mirror, ...]:
        """All mirrors, oldest first."""
        return self._where()

    def get(self, number: int) -> Mirror:
        """The mirror of this number; NotFound where there is none."""
        found = self._where(tables.mirror.c.id == number)
        if not found:
            raise _unknown(number)
        return found[0]

    def find(self, url: str, collection: int) -> Mirror | None:
        """The mirror of this remote collection in one of ours."""
        found = self._where(tables.mirror.c.url == url, tables.mirror.c.collection == collection)
        return found[0] if found else None

    def wanted(self, now: Micros) -> tuple[Mirror, ...]:
        """The mirrors whose pull was asked for and may go on now."""
        columns = tables.mirror.c
        return self._where(columns.pulling.is_(True), columns.paused.is_(False), columns.not_before <= now)

    def _where(self, *conditions: Any) -> tuple[Mirror, ...]:
        query = select(tables.mirror).where(*conditions).order_by(tables.mirror.c.id)
        with self._database.read() as connection:
            return tuple(Mirror(**row) for row in connection.execute(query).mappings())

    def add(self, mirror: Mirror) -> Mirror:
        """Keep a mirror, and the clock of its next pull; its number is given here. One remote collection is mirrored into one
        of ours once.
        """
        with self._database.writer() as writer:
            number = writer.value(_ADD, msgspec.structs.asdict(mirror))
            if number is None:
                raise Conflict("this collection is mirrored there already", code="mirror-exists")
            if mirror.every is not None:
                self._timers.set(writer, KIND, str(number), mirror.created + mirror.every)
        return msgspec.structs.replace(mirror, id=number)

    def change(self, mirror: Mirror, username: str, secret: bytes | None, every: Micros | None, now: Micros) -> Mirror:
        """Other credentials or another rhythm; a paused mirror goes on."""
        values = {"username": username, "secret": secret, "every": every}
        with self._database.writer() as writer:
            writer.run(_CHANGE, {**values, "id": mirror.id})
            if every is None:
                self._timers.cancel(KIND, str(mirror.id), writer)
            else:
                self._timers.set(writer, KIND, str(mirror.id), now + every)
        return self.get(mirror.id)

    def pause(self, number: int, *, paused: bool) -> None:
        """Let a mirror rest, or go on."""
        with self._database.writer() as writer:
            if writer.run(_PAUSE, {"id": number, "paused": paused}) != 1:
                raise _unknown(number)

    def remove(self, number: int) -> None:
        """Forget a mirror. The objects that it brought stay."""
        with self._database.writer() as writer:
            self._timers.cancel(KIND, str(number), writer)
            if writer.run(_REMOVE, {"id": number}) != 1:
                raise _unknown(number)
            writer.run(_FORGET, {"id": number})

    # -- how far they are

    def begin(
        self, number: int, at: Micros, connection: Inside | None = None, *, not_before: Micros | None = None
    ) -> bool:
        """Ask for a pull. Without ``not_before`` it waits as long as the last failure would have it; with it, the worker lets
        it be until then. False where the mirror is gone.
        """
        values = {"id": number, "at": at}
        with inside(self._database, connection) as writer:
            if not_before is None:
                return writer.run(_BEGIN, values) == 1
            return writer.run(_BEGIN_AT, {**values, "not_before": not_before}) == 1

    def rhythm(self, number: int, connection: Inside) -> tuple[Micros | None, bool] | None:
        """How often a mirror is pulled, and whether it rests; None where it is gone."""
        with inside(self._database, connection) as reader:
            row = reader.one(_RHYTHM, {"id": number})
        return (row[0], bool(row[1])) if row else None

    @staticmethod
    def advancing(number: int, advance: Advance) -> Also:
        """What the commit of a piece writes beside its objects; Conflict where another has kept a page meanwhile."""

        def write(writer: Reader, outcome: Outcome) -> None:
            refused = 0
            for refusal in advance.refusals:
                row = msgspec.structs.asdict(refusal)
                row["reason"] = refusal.reason[:LONGEST_REASON].replace("\0", "\ufffd")
                row["object"] = refusal.object.replace("\0", "\ufffd")
                refused += writer.run(_REFUSE, {**row, "mirror": number})
            if refused:
                writer.run(_TRIM, {"mirror": number, "most": REFUSALS})
            values = {
                "id": number,
                "turn": advance.turn,
                "added_after": advance.added_after,
                "reached": advance.reached,
                "final": advance.final,
                "seen": advance.seen,
                "new": outcome.leaves,
                "refused": refused,
                "mended": advance.mended,
                "done": advance.done,
                "at": advance.at,
                "not_before": advance.not_before,
            }
            if writer.run(_ADVANCE, values) != 1:
                raise Conflict(
                    "this mirror was pulled by somebody else meanwhile, or was removed",
                    code="mirror-moved",
                    hint="Look again in a moment: comity mirror list",
                )

        return write

    def fail(self, number: int, reason: str, not_before: Micros, *, again: bool) -> None:
        """Keep why a pull could not go on, and when to try again; ``again`` False: not before it is asked for anew."""
        values = {"reason": reason[:LONGEST_REASON].replace("\0", "\ufffd"), "not_before": not_before, "again": again}
        with self._database.writer() as writer:
            writer.run(_FAIL, {**values, "id": number})

    def errors(self, number: int) -> int:
        """How often a mirror has failed in a row; 0 for one that is gone."""
        with self._database.snapshot() as reader:
            return int(reader.value(_ERRORS, {"id": number}) or 0)

    def refusals(self, number: int, limit: int = 100) -> tuple[Refusal, ...]:
        """The latest objects that were refused."""
        with self._database.snapshot() as reader:
            return tuple(_refusal(row) for row in reader.all(_REFUSALS, {"mirror": number, "limit": limit}))


def _refusal(row: Row) -> Refusal:
    digest, object_id, reason, at = row
    return Refusal(bytes(digest), object_id, reason, at)


def _unknown(number: int) -> NotFound:
    return NotFound(
        f"there is no mirror {number}", code="mirror-unknown", hint="'comity mirror list' shows the mirrors."
    )
