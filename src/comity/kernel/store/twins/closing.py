"""What stops at once, in the transaction in which an original goes or is restricted: everything made of it, and everything made
of others that keeps a reference to it. The maker looks at all of them again.
"""

from collections.abc import Iterable
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.dropping import drop_version
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.rows import Kind, Rendition, renditions_of, twins_of
from comity.kernel.store.twins.writing import retire

_ANY: Final = Sql("SELECT EXISTS (SELECT 1 FROM rendition) OR EXISTS (SELECT 1 FROM twin)")
_KEEPING: Final = "SELECT DISTINCT original FROM twin_ref WHERE kept = true AND target"
_UNCLAIMED: Final = (
    "SELECT h.key, h.version FROM held h WHERE h.body = h.version "
    "AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.version = h.version) AND h.key"
)
_FORGET_PAST: Final = Sql("DELETE FROM past WHERE version = :version")
_FORGET_REFS: Final = Sql("DELETE FROM twin_ref WHERE original = :key")
_UNLINK: Final = Sql("UPDATE twin SET original = twin WHERE original = :key")


def close(writer: Reader, keys: Iterable[bytes], now: Micros) -> None:
    """Everything made of these ids, and all that keeps a reference to one of them, stops; the maker looks at them again.
    Notices stay.
    """
    if not writer.value(_ANY):
        return
    wanted = set(keys)
    keeping = {bytes(row[0]) for row in rows_of(writer, _KEEPING, {key[:16] for key in wanted})}
    rows = renditions_of(writer, wanted | keeping)
    retire(writer, [row for those in rows.values() for row in those if row.kind is not Kind.NOTICE], now)
    queue.touch(writer, wanted | keeping)
    queue.add(writer, sorted(wanted), queue.AROUND)


def forget(writer: Reader, keys: Iterable[bytes], now: Micros, *, erased: bool) -> None:
    """The same for originals that went: of their twins no byte stays but the notices that they are no longer current.

    ``erased``: nothing tells any more of which original a twin was.
    """
    wanted = sorted(set(keys))
    if not writer.value(_ANY):
        return
    close(writer, wanted, now)
    twins = twins_of(writer, wanted)
    _drop(writer, {twin.twin for those in twins.values() for twin in those})
    for key in wanted:
        if erased:
            writer.run(_FORGET_REFS, {"key": key})
            _unlink(writer, key, renditions_of(writer, [key]).get(key, []), now)
    if erased:
        queue.touch(writer, {twin.twin for those in twins.values() for twin in those})


def _drop(writer: Reader, twins: set[bytes]) -> None:
    """Versions of twins that nobody claims any more, how they stood, and all that the index has of them."""
    for key, version in rows_of(writer, _UNCLAIMED, twins):
        writer.run(_FORGET_PAST, {"version": version})
        drop_version(writer, bytes(key), version)


def _unlink(writer: Reader, key: bytes, notices: list[Rendition], now: Micros) -> None:
    """A twin whose original was erased is its own: what is to be told of it is told, and what it was of is not known."""
    retire(writer, notices, now)
    writer.run(_UNLINK, {"key": key})
