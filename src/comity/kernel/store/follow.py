"""What follows the commit log by a durable cursor: PostgreSQL's full text. And the lease under which followers run."""

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.database import Database, Sql

_CURSOR = "text"
_POSITION = Sql("SELECT position FROM cursor WHERE name = :name")
_NEXT = Sql(
    "SELECT c.seq, v.seq, v.raw FROM claim c JOIN version v ON v.seq = c.version WHERE c.seq > :after "
    "ORDER BY c.seq LIMIT :limit"
)
_ADD = Sql(
    "",
    "INSERT INTO search_text (version, words) SELECT x.version, to_tsvector('simple', x.text) "
    "FROM unnest(:versions::bigint[], :texts::text[]) x(version, text) ON CONFLICT (version) DO NOTHING",
)
_MOVE = Sql(
    "INSERT INTO cursor (name, position) VALUES (:name, :position) ON CONFLICT (name) DO UPDATE SET position = excluded.position"
)
_LEASE = Sql(
    "INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = excluded.holder OR lease.until < :now"
)
_RELEASE = Sql("DELETE FROM lease WHERE name = :name AND holder = :holder")
TSVECTOR_TEXT = 200_000


class Follower:
    """Drives PostgreSQL's text index along the commit log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def index_text(self, limit: int) -> int:
        """Index the next versions; how many claims it passed. 0 on SQLite, whose text is written with the object."""
        if not self._database.postgres:
            return 0
        with self._database.open_writer() as writer:
            after = writer.value(_POSITION, {"name": _CURSOR}) or 0
            rows = writer.all(_NEXT, {"after": after, "limit": limit})
            if not rows:
                return 0
            parsed = {version: parse(bytes(raw)) for _, version, raw in rows}
            texts = {
                version: one.text[:TSVECTOR_TEXT].replace("\0", " ")
                for version, one in parsed.items()
                if isinstance(one, Parsed)
            }
            writer.cursor.execute("BEGIN")
            writer.run(_ADD, {"versions": list(texts), "texts": list(texts.values())})
            writer.run(_MOVE, {"name": _CURSOR, "position": rows[-1][0]})
            writer.cursor.execute("COMMIT")
        return len(rows)

    def lease(self, name: str, holder: str, now: Micros, until: Micros) -> bool:
        """Take or renew the lease; False while another holds it."""
        with self._database.writer() as writer:
            return writer.run(_LEASE, {"name": name, "holder": holder, "until": until, "now": now}) == 1

    def release(self, name: str, holder: str) -> None:
        """Give the lease back."""
        with self._database.writer() as writer:
            writer.run(_RELEASE, {"name": name, "holder": holder})
