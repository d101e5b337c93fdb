"""Whether a database agrees with itself: after a restore, and when an operator asks. Only reads; goes through everything.

Checked are what no crash and no torn copy may break: the counters are not behind what they counted, leaves stand without a
gap, each claim has its version, body, label, shape, source and leaf, each version's digest is that of its bytes (SHA-256),
each index row leads to a version, labels count their claims, and each statement kept is the one its leaf commits to.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.errors import Corrupt
from comity.kernel.ledger.leaf import LeafKind, commitment
from comity.kernel.store.database import Database, Reader, Row, Sql

_BATCH: Final = 500
_COUNTS: Final = Sql(
    "SELECT (SELECT count(*) FROM claim), (SELECT count(*) FROM version), (SELECT count(*) FROM leaf), "
    "(SELECT count(*) FROM event)"
)
_COUNTERS: Final = Sql(
    "SELECT claim - (SELECT coalesce(max(seq), 0) FROM claim), leaf - (SELECT coalesce(max(seq), 0) FROM leaf), "
    "leaf - (SELECT count(*) FROM leaf), at - (SELECT coalesce(max(at), 0) FROM tick) FROM counter"
)
_LOST: Final = {
    f"claims without their {what}": Sql(f"SELECT count(*) FROM claim c WHERE NOT EXISTS (SELECT 1 FROM {condition})")
    for what, condition in {
        "version": "version v WHERE v.seq = c.version",
        "bytes": "version v WHERE v.seq = c.body",
        "label": "label l WHERE l.id = c.label",
        "shape": "shape s WHERE s.id = c.shape",
        "source": "party p WHERE p.id = c.source",
    }.items()
}
_LEAFLESS: Final = Sql(
    "SELECT count(*) FROM claim c WHERE c.leaf > 0 AND NOT EXISTS "
    f"(SELECT 1 FROM leaf f WHERE f.seq = c.leaf AND f.kind = {int(LeafKind.RECEIVED)})"
)
"""A notice that stands in the place of what was erased is of no leaf."""
_UNHELD: Final = Sql(
    "SELECT count(*) FROM held h WHERE NOT EXISTS (SELECT 1 FROM version v WHERE v.seq = h.version) "
    "OR NOT EXISTS (SELECT 1 FROM version v WHERE v.seq = h.body AND v.key = h.key)"
)
_UNCLAIMED: Final = Sql(
    "SELECT count(*) FROM version v WHERE v.same IS NULL AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.version = v.seq)"
)
_MISCOUNTED: Final = Sql(
    "SELECT count(*) FROM label l WHERE l.claims <> (SELECT count(*) FROM claim c WHERE c.label = l.id AND c.flags & 16 = 0)"
)
_BODIES: Final = Sql("SELECT seq, digest, raw FROM version WHERE seq > :after ORDER BY seq LIMIT :limit")
_STATEMENTS: Final = Sql(
    "SELECT e.leaf, e.statement, f.salt, f.commitment FROM event e LEFT JOIN leaf f ON f.seq = e.leaf "
    "WHERE e.leaf > :after ORDER BY e.leaf LIMIT :limit"
)
_SOUND: Final = "PRAGMA integrity_check(1)"


class Tally(msgspec.Struct, frozen=True):
    """How much was looked at."""

    claims: int
    versions: int
    leaves: int
    events: int


def agree(url: str) -> Tally:
    """Go through the whole database, in one snapshot. Raises Corrupt, naming the first thing that does not agree."""
    database = Database(url)
    try:
        with database.snapshot() as reader:
            faults = _faults(reader)
            for fault in faults:
                raise Corrupt(
                    f"the database does not agree with itself: {fault}",
                    code="disagreement",
                    hint="Don't go on with this copy. Restore a backup, and keep this one for whoever looks into it.",
                )
            return Tally(*(int(number) for number in reader.one(_COUNTS) or ()))
    finally:
        database.close()


def _faults(reader: Reader) -> Iterator[str]:
    if not reader.postgres:
        found = str(reader.cursor.execute(_SOUND).fetchone()[0])
        if found != "ok":
            yield f"SQLite finds the file damaged ({found[:200]})"
    claims, leaves, gaps, dates = reader.one(_COUNTERS) or (-1, -1, -1, -1)
    if claims < 0 or dates < 0:
        yield "the counter is behind the claims"
    if leaves or gaps:
        yield "leaves are missing, or the counter is not at the last"
    for what, statement in _LOST.items():
        if count := reader.value(statement):
            yield f"{count} {what}"
    if count := reader.value(_LEAFLESS):
        yield f"{count} claims without their leaf"
    if count := reader.value(_UNHELD):
        yield f"{count} ids that lead to no version"
    if count := reader.value(_UNCLAIMED):
        yield f"{count} versions that nobody claims"
    if count := reader.value(_MISCOUNTED):
        yield f"{count} labels that miscount their claims"
    for seq, digest, raw in _pages(reader, _BODIES):
        if sha256(raw).digest() != bytes(digest):
            yield f"the bytes of version {seq} are not those that came"
    for leaf, statement, salt, held in _pages(reader, _STATEMENTS):
        if held is None:
            yield f"the statement of leaf {leaf} has no leaf"
        elif salt is not None and commitment(bytes(salt), statement.encode()) != bytes(held):
            yield f"leaf {leaf} does not commit to its statement"


def _pages(reader: Reader, sql: Sql) -> Iterator[Row]:
    """All rows, by pages along their number."""
    after = 0
    while rows := reader.all(sql, {"after": after, "limit": _BATCH}):
        yield from rows
        after = rows[-1][0]
