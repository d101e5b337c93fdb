"""What may not come again: ids that were erased for good, each as a keyed digest (HMAC-SHA-256), never in plain.

A mark is of an id, of one version of an id, or of an id as one source gives it. The list may name what was never held, so that
being on it tells nobody what was. Marks raise the grant epoch, so that a batch under way looks again (``commit``).
"""

import hmac
from collections.abc import Iterable, Sequence
from itertools import chain

from comity.kernel.base.clock import Micros
from comity.kernel.base.ids import RandomBytes
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.lookup import rows_of

_NAME = "erasure-key"
_KEY_BYTES = 32
_GET = Sql("SELECT value FROM setting WHERE name = :name")
_SET = Sql("INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
_ANY = Sql("SELECT EXISTS (SELECT 1 FROM erased)")
_AMONG = "SELECT mark FROM erased WHERE mark"
_ADD = Sql(
    "INSERT INTO erased (mark, erasure, times, last) VALUES (:mark, :erasure, 0, NULL) ON CONFLICT (mark) DO NOTHING"
)
_AGAIN = Sql("UPDATE erased SET times = times + 1, last = :at WHERE mark = :mark")
_EPOCH = Sql("UPDATE counter SET epoch = epoch + 1")
_FORGET = Sql("DELETE FROM erased WHERE erasure = :erasure")


class Marks:
    """Reads and writes the list. Safe to use from several threads."""

    def __init__(self, database: Database, random: RandomBytes) -> None:
        self._database = database
        self._random = random
        self._key = b""

    # -- digests

    def digest(self, *words: str, connection: Inside | None = None) -> bytes:
        """The keyed digest of some words."""
        return hmac.digest(self._secret(connection), "\0".join(words).encode(), "sha256")

    def of(self, object_id: str, *, version: Micros | None = None, source: int = 0, connection: Inside) -> bytes:
        """The mark of an id; of one of its versions; of what one source gives under it."""
        extra = f"version {version}" if version is not None else f"source {source}" if source else ""
        return self.digest("erased", object_id.lower(), extra, connection=connection)

    def _secret(self, connection: Inside | None) -> bytes:
        if not self._key:
            with inside(self._database, connection) as writer:
                writer.run(_SET, {"name": _NAME, "value": self._random(_KEY_BYTES)})
                self._key = bytes(writer.value(_GET, {"name": _NAME}))
        return self._key

    def load(self, reader: Reader) -> bool:
        """Whether there is anything on the list; then its key is known from here on."""
        if not reader.value(_ANY):
            return False
        if not self._key:
            self._key = bytes(reader.value(_GET, {"name": _NAME}) or b"")
        return True

    # -- the list

    def add(self, writer: Reader, erasure: int, marks: Iterable[bytes]) -> None:
        """From the caller's commit on these don't come again."""
        rows = [{"mark": mark, "erasure": erasure} for mark in sorted(set(marks))]
        if rows:
            writer.many(_ADD, rows)
            writer.run(_EPOCH)

    def forget(self, writer: Reader, erasure: int) -> int:
        """What one order had barred may come again."""
        return writer.run(_FORGET, {"erasure": erasure})

    def barred(self, reader: Reader, source: int, objects: Sequence[Parsed]) -> dict[int, bytes]:
        """Which of some objects may not come (again) from a source: place -> mark. The list is not empty."""
        possible = [self._possible(reader, source, parsed) for parsed in objects]
        marks = {bytes(row[0]) for row in rows_of(reader, _AMONG, chain.from_iterable(possible))}
        return {place: mark for place, each in enumerate(possible) for mark in each if mark in marks}

    def _possible(self, reader: Reader, source: int, parsed: Parsed) -> list[bytes]:
        marks = [self.of(parsed.id, connection=reader), self.of(parsed.id, source=source, connection=reader)]
        if parsed.modified is not None:
            marks.append(self.of(parsed.id, version=parsed.modified, connection=reader))
        return marks

    @staticmethod
    def count(writer: Reader, marks: Iterable[bytes], at: Micros) -> None:
        """These came, and were refused."""
        writer.many(_AGAIN, [{"mark": mark, "at": at} for mark in sorted(set(marks))])
