"""What a restriction hides before the labels say so.

Restricting an object takes one short transaction; its claims are labelled anew after that, in bounded steps (``restrict``).
Until those are done, every read leaves out the object's claims and, where its id can be guessed, the claims that refer to it:
for everybody but the named people, and for a party its own claims. While nothing is being restricted none of this is asked.
"""

from collections.abc import Iterable

import msgspec

from comity.kernel.store.database import Reader
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.words import target_token, target_word

_KEYS = "SELECT seq, key FROM version WHERE seq"
_REFERRERS = "SELECT rowid FROM search WHERE search MATCH ? AND rowid"
_REFERRERS_POSTGRES = "SELECT version FROM edge WHERE target = ANY(%b::bytea[]) AND version = ANY(%b::bigint[])"


class Hidden(msgspec.Struct, frozen=True):
    """What one viewer does not get to see yet by its label.

    ``keys``     of the objects
    ``objects``  the ids of those whose referrers are meant too
    ``asker``    the party whose own claims are left in, 0 for nobody
    """

    keys: frozenset[bytes]
    objects: tuple[str, ...]
    asker: int

    def test(self, row: str, *, postgres: bool) -> str:
        """The condition on a row of ``claim``, in SQL; ``parameters`` are its values."""
        if postgres:
            key = "w.key = ANY(:hidden_keys::bytea[]) OFFSET 0"
            referrer = (
                f"EXISTS (SELECT 1 FROM edge g WHERE g.target = ANY(:hidden_tokens::bytea[]) "
                f"AND g.version = {row}.version OFFSET 0)"
            )
        else:
            key = "hex(w.key) IN (SELECT k.value FROM json_each(:hidden_keys) k)"
            referrer = f"{row}.version IN (SELECT rowid FROM search WHERE search MATCH :hidden_words)"
        held = f"EXISTS (SELECT 1 FROM version w WHERE w.seq = {row}.version AND {key})"
        tests = f"NOT {held} AND NOT {referrer}" if self.objects else f"NOT {held}"
        return f"({row}.source = :asker OR ({tests}))"

    def parameters(self, *, postgres: bool) -> dict[str, object]:
        """Values for ``test``."""
        if postgres:
            tokens = [target_token(each) for each in self.objects]
            return {"asker": self.asker, "hidden_keys": sorted(self.keys), "hidden_tokens": tokens}
        keys = ",".join(f'"{key.hex().upper()}"' for key in sorted(self.keys))
        return {"asker": self.asker, "hidden_keys": f"[{keys}]", "hidden_words": self._words()}

    def among(self, reader: Reader, versions: Iterable[int]) -> set[int]:
        """Which of some versions are hidden, but from their own source."""
        wanted = sorted(set(versions))
        found = {seq for seq, key in rows_of(reader, _KEYS, wanted) if bytes(key) in self.keys}
        return found | self._referring(reader, wanted)

    def _referring(self, reader: Reader, versions: list[int]) -> set[int]:
        if not self.objects or not versions:
            return set()
        if reader.postgres:
            tokens = [target_token(each) for each in self.objects]
            rows = reader.cursor.execute(_REFERRERS_POSTGRES, (tokens, versions)).fetchall()
            return {row[0] for row in rows}
        return {
            row[0]
            for seq in versions
            for row in reader.cursor.execute(f"{_REFERRERS} = ?", (self._words(), seq)).fetchall()
        }

    def _words(self) -> str:
        return " OR ".join(target_word(each) for each in self.objects)
