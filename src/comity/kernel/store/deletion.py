"""Deletion as TAXII asks (2.1 section 5.7): a party takes back its own claims of an object, nobody else's.

A version goes with its last claim: bytes, index rows, edges, observables. What refers to it and depends on it is shaped
anew in the same transaction, so that nothing stays open a moment longer than it may. A leaf says that it happened.
"""

from collections.abc import Sequence

from comity.kernel.base.clock import Clock, Micros, rfc3339
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import LeafKind, deleted
from comity.kernel.objects.ids import is_guessable, is_id
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store import past
from comity.kernel.store.commit import RESHAPE
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.keys import Kinds
from comity.kernel.store.leaves import leave
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import ECHO
from comity.kernel.store.reshape import Reshaper
from comity.kernel.store.types import VersionFilter
from comity.kernel.store.words import words

_OWN_CLAIMS = Sql(
    "SELECT c.seq, c.version, c.body, c.label, v.modified, b.digest, c.flags FROM held h JOIN claim c ON c.version = h.version "
    "JOIN label l ON l.id = c.label JOIN version v ON v.seq = c.version JOIN version b ON b.seq = c.body "
    "WHERE h.key = :key AND c.source = :party AND l.collection = :collection ORDER BY v.modified, c.seq"
)
_WITHHELD = Sql("SELECT 1 FROM restriction r JOIN party p ON p.id = :party AND p.own = true WHERE r.key = :key")
_SOURCE = Sql("SELECT slug FROM party WHERE id = :party")
_COLLECTION = Sql("SELECT uuid FROM collection WHERE id = :collection")
_DROP_CLAIM = Sql("DELETE FROM claim WHERE seq = :seq")
_DROP_WAITING = Sql("DELETE FROM waiting WHERE claim = :seq")
_COUNT = Sql("UPDATE label SET claims = claims - 1 WHERE id = :label")
_LEFT = Sql("SELECT count(*) FROM claim WHERE version = :version")
_BODIES = Sql("SELECT seq, modified, raw FROM version WHERE seq = :version OR same = :version")
_BODIES_POSTGRES_SAME = "SELECT body FROM held WHERE version"
_DROP_BODY = "DELETE FROM version WHERE seq"
_DROP_HELD = Sql("DELETE FROM held WHERE key = :key AND version = :version")
_UNINDEX = Sql("INSERT INTO search (search, rowid, words) VALUES ('delete', :seq, :words)")
_UNINDEX_POSTGRES = (
    Sql("", "DELETE FROM edge WHERE version = :seq AND target = ANY(SELECT target FROM edge WHERE version = :seq)"),
    Sql("", "DELETE FROM observable WHERE version = :seq"),
    Sql("", "DELETE FROM search_text WHERE version = :seq"),
)
_AT = Sql("SELECT at FROM counter")


class Deleter:
    """Takes claims back."""

    def __init__(self, database: Database, kinds: Kinds, reshaper: Reshaper, clock: Clock, random: RandomBytes) -> None:
        self._database = database
        self._kinds = kinds
        self._reshaper = reshaper
        self._clock = clock
        self._random = random

    def delete(self, party: int, collection: int, object_id: str, versions: Sequence[VersionFilter], at: Micros) -> int:
        """Take back the party's claims of an id in one collection; how many there were. ``versions`` as in ``Query``, but
        empty means all (TAXII 2.1 section 5.7). What the own party has restricted to named people is not there for it as a
        whole: it asks without a person.
        """
        key = self._kinds.key_of(object_id) if is_id(object_id) else None
        if key is None:
            return 0
        with self._database.writer() as writer:
            rows = {
                row[0]: row for row in writer.all(_OWN_CLAIMS, {"key": key, "party": party, "collection": collection})
            }
            chosen = _chosen(list(rows.values()), versions)
            if not chosen or writer.one(_WITHHELD, {"party": party, "key": key}):
                return 0
            source = writer.value(_SOURCE, {"party": party})
            uuid = writer.value(_COLLECTION, {"collection": collection})
            for seq, version, _, label, _, digest, flags in chosen:
                statement = deleted(
                    collection=uuid, digest=bytes(digest), object_id=object_id, at=rfc3339(at), source=source
                )
                if not flags & ECHO:
                    leave(writer, self._clock, self._random, LeafKind.DELETED, seq, statement)
                    writer.run(_COUNT, {"label": label})
                writer.run(_DROP_CLAIM, {"seq": seq})
                writer.run(_DROP_WAITING, {"seq": seq})
                past.forget(writer, version, party)
                if not writer.value(_LEFT, {"version": version}):
                    _drop_version(writer, key, version)
            if is_guessable(object_id):
                self._reshaper.refresh(writer, key)
            elif object_id.startswith("marking-definition--"):  # what carries it is labelled anew, as when it came
                writer.run(RESHAPE, {"target": key})
        return sum(not row[-1] & ECHO for row in chosen)


def _chosen(rows: list[tuple[int, ...]], versions: Sequence[VersionFilter]) -> list[tuple[int, ...]]:
    if not rows or not versions or "all" in versions:
        return rows
    moments = [row[4] for row in rows]
    wanted = {version for version in versions if isinstance(version, int)}
    if "last" in versions:
        wanted.add(max(moments))
    if "first" in versions:
        wanted.add(min(moments))
    return [row for row in rows if row[4] in wanted]


def _drop_version(writer: Reader, key: bytes, version: int) -> None:
    """A version without claims: its bodies and all that the index has of it."""
    bodies = [row[0] for row in rows_of(writer, _BODIES_POSTGRES_SAME, [version])]
    for seq, modified, raw in rows_of(writer, "SELECT seq, modified, raw FROM version WHERE seq", [version]):
        parsed = parse(bytes(raw))
        if writer.postgres:
            for statement in _UNINDEX_POSTGRES:
                writer.run(statement, {"seq": seq})
        elif isinstance(parsed, Parsed):
            writer.run(_UNINDEX, {"seq": seq, "words": words(parsed, modified)})
    marks = ",".join(str(int(body)) for body in bodies)
    writer.cursor.execute(f"{_DROP_BODY} IN ({marks})")
    writer.run(_DROP_HELD, {"key": key, "version": version})
