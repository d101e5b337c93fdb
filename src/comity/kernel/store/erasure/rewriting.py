"""The database's files without what was deleted from its tables.

SQLite keeps what was deleted in three places: its full text until segments are merged, free pages and gaps between cells, and
the write-ahead log. So segments are merged, in bounded steps, and then the file is written anew (VACUUM) and the log cut to
nothing. That waits for no reader; writers wait for it. It takes as long as writing the whole file, and room for a copy.

PostgreSQL: VACUUM of the tables. What it frees is written over by what comes later, not at once, and the server's own log keeps
what was written until it recycles it: see docs/guides/erasure.md.
"""

import sqlite3
from typing import Final

from comity.kernel.base.errors import Unavailable
from comity.kernel.store.database import Database, Reader

MERGED_AT_ONCE: Final = 2_000
"""Pages of full text that one step merges: it holds the write lock."""
_MERGE: Final = "INSERT INTO search (search, rank) VALUES ('merge', ?)"
_TABLES: Final = (
    "version", "held", "claim", "past", "waiting", "reshape", "edge", "observable", "search_text", "leaf", "event",
    "status", "intake", "custody", "erasing", "erasure", "hold", "recall", "refusal", "job", "restriction", "relabel",
    "scan", "review", "review_act", "review_form", "twin", "rendition", "twin_ref", "twin_stub", "twin_todo",
)  # fmt: skip


def merge(writer: Reader, *, begin: bool) -> bool:
    """A step of merging the full text's segments into one; False when there is nothing to merge (PostgreSQL: never)."""
    if writer.postgres:
        return False
    before = writer.driver.total_changes
    writer.cursor.execute(_MERGE, (-MERGED_AT_ONCE if begin else MERGED_AT_ONCE,))
    return bool(begin or writer.driver.total_changes - before >= 2)


def rewrite(database: Database) -> None:
    """Write the files anew. Unavailable where a reader keeps the log from being cut: done again later."""
    with database.alone() as cursor:
        if database.postgres:
            for table in _TABLES:
                cursor.execute(f"VACUUM {table}")
            return
        try:
            cursor.execute("VACUUM")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"The database can't be written anew now ({error}).",
                hint="It needs room for a copy of itself, in its folder and in that for temporary files.",
            ) from error
    if busy:
        raise Unavailable("Somebody reads for long, so that the log can't be cut yet.", hint="It is tried again.")
