"""Deletion as TAXII asks (2.1 section 5.7): a party takes back its own claims of an object, nobody else's.

A version goes with its last claim: bytes, index rows, edges, observables. What refers to it and depends on it is shaped
anew in the same transaction, so that nothing stays open a moment longer than it may. A leaf says that it happened. Where a
legal hold stands against that, the bytes go into custody, and whoever deletes is told nothing of it (``erasure.holds``).
"""

from collections.abc import Sequence

from comity.kernel.base.clock import Clock, Micros, rfc3339
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import LeafKind, deleted
from comity.kernel.objects.ids import is_guessable, is_id
from comity.kernel.policy.label import Label
from comity.kernel.store.commit import RESHAPE
from comity.kernel.store.database import Database, Sql
from comity.kernel.store.dropping import Standing, drop_claim, drop_version, is_claimed
from comity.kernel.store.erasure.holds import Holds
from comity.kernel.store.keys import Kinds
from comity.kernel.store.leaves import leave
from comity.kernel.store.plan import ECHO
from comity.kernel.store.reshape import Reshaper
from comity.kernel.store.twins.closing import close, forget
from comity.kernel.store.types import VersionFilter

_OWN_CLAIMS = Sql(
    "SELECT c.seq, c.version, c.body, c.label, v.modified, b.digest, c.flags, c.leaf, l.features FROM held h "
    "JOIN claim c ON c.version = h.version JOIN label l ON l.id = c.label JOIN version v ON v.seq = c.version "
    "JOIN version b ON b.seq = c.body "
    "WHERE h.key = :key AND c.source = :party AND l.collection = :collection ORDER BY v.modified, c.seq"
)
_WITHHELD = Sql(
    "SELECT 1 FROM restriction r JOIN party p ON p.id = :party AND p.own = true WHERE r.key = :key AND r.circle > 0"
)
_SOURCE = Sql("SELECT slug FROM party WHERE id = :party")
_COLLECTION = Sql("SELECT uuid FROM collection WHERE id = :collection")


class Deleter:
    """Takes claims back."""

    def __init__(
        self, database: Database, kinds: Kinds, reshaper: Reshaper, holds: Holds, clock: Clock, random: RandomBytes
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._reshaper = reshaper
        self._holds = holds
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
            asked = {"key": key, "party": party, "collection": collection}
            rows = {
                seq: (seq, *row)
                for seq, *row, features in writer.all(_OWN_CLAIMS, asked)
                if not Label.of_features(features).lens  # what the node made of it is nobody's to take back
            }
            chosen = _chosen(list(rows.values()), versions)
            if not chosen or writer.one(_WITHHELD, {"party": party, "key": key}):
                return 0
            close(writer, [key], at)
            source = writer.value(_SOURCE, {"party": party})
            uuid = writer.value(_COLLECTION, {"collection": collection})
            for seq, version, body, label, modified, digest, flags, number in chosen:
                claim = Standing(seq, version, body, label, party, flags, number, key)
                statement = deleted(
                    collection=uuid, digest=bytes(digest), object_id=object_id, at=rfc3339(at), source=source
                )
                if not flags & ECHO:
                    leave(writer, self._clock, self._random, LeafKind.DELETED, seq, statement)
                    self._holds.take(writer, claim, object_id, modified, at)
                drop_claim(writer, claim)
                if not is_claimed(writer, version):
                    drop_version(writer, key, version)
            forget(writer, [key], at, erased=False)
            if is_guessable(object_id):
                self._reshaper.refresh(writer, key)
            elif object_id.startswith("marking-definition--"):  # what carries it is labelled anew, as when it came
                writer.run(RESHAPE, {"target": key})
        return sum(not row[6] & ECHO for row in chosen)


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
