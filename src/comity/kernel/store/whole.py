"""A whole database, taken while others write and put back: the store's part in backups (docs/decisions/0014).

``taken`` gives the database as it was at one moment: on SQLite a copy of the file by the backup interface of the library,
inside one read transaction; on PostgreSQL every table by COPY in one REPEATABLE READ snapshot. No writer waits for it.
``put_back`` takes the same parts into an empty place. What leaves by here is not for a viewer and passes no policy:
``app.backup`` lets it go nowhere but into an encrypted file and, from there, into a folder of the operator's.

A backup of SQLite goes back into SQLite, one of PostgreSQL into PostgreSQL: the two index differently (0012).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import psycopg

from comity.kernel.base.errors import Conflict, Corrupt
from comity.kernel.store.database import Database, Reader, Sql, sqlite_path
from comity.kernel.store.migrate import check_known, migrate

Kind = Literal["sqlite", "postgresql"]
Told = Callable[[int, int], None]
"""How far it is: bytes done, and bytes in all as far as one knows."""

PIECE: Final = 1 << 20
_PAGES: Final = 2048
_REVISION: Final = Sql("SELECT version_num FROM alembic_version")
_PAGE_SIZE: Final = "PRAGMA page_size"
_TABLES: Final = Sql(
    "",
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version' ORDER BY c.relname",
)
_ANYTHING: Final = Sql(
    "",
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'S', 'm') ORDER BY c.relname LIMIT 1",
)
_COLUMNS: Final = Sql(
    "",
    "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relname = :table AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
)
_SEQUENCES: Final = Sql(
    "",
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind = 'S' ORDER BY c.relname",
)
_SIZE: Final = Sql(
    "",
    "SELECT coalesce(sum(pg_table_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')",
)
_FORGET: Final = tuple(
    Sql(text)
    for text in (
        "DELETE FROM session",
        "DELETE FROM challenge",
        "DELETE FROM link",
        "DELETE FROM lease",
        "DELETE FROM setting WHERE name = 'cursor-key'",
    )
)


class Part(msgspec.Struct, frozen=True):
    """The head of one part. SQLite: one part, the file. PostgreSQL: one for each table, and where its sequences are."""

    name: str
    columns: tuple[str, ...] = ()
    sequences: tuple[tuple[str, int, bool], ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """A database as of one moment. ``parts`` can be gone through once, while the block of ``taken`` lasts."""

    kind: Kind
    revision: str
    size: int
    parts: Iterator[tuple[Part, Iterator[bytes]]]


def kind_of(url: str) -> Kind:
    """Which of the two databases."""
    return "postgresql" if url.startswith("postgresql") else "sqlite"


# -- taking


@contextmanager
def taken(url: str, scratch: Path, told: Told) -> Iterator[Taken]:
    """The database as it is now. ``scratch``: a private folder; SQLite's copy stands in it until it is being read."""
    database = Database(url)
    try:
        if database.postgres:
            with database.snapshot() as reader:
                size = int(reader.value(_SIZE) or 0)
                yield Taken("postgresql", str(reader.value(_REVISION)), size, _tables(reader))
            return
        with _copied(database, scratch, told) as (path, revision):
            yield Taken("sqlite", revision, path.stat().st_size, iter(((Part("node.db"), _read(path)),)))
    finally:
        database.close()


@contextmanager
def _copied(database: Database, scratch: Path, told: Told) -> Iterator[tuple[Path, str]]:
    """A copy of the file as of one moment. The snapshot is held open throughout, so that no writer makes it start again."""
    path = scratch / "copy.db"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with database.snapshot() as reader:
            revision = str(reader.value(_REVISION))
            page = int(reader.cursor.execute(_PAGE_SIZE).fetchone()[0])
            target = sqlite3.connect(path, isolation_level=None)
            try:
                target.execute("PRAGMA synchronous=OFF")

                def on(_: int, remaining: int, total: int) -> None:
                    told((total - remaining) * page, total * page)

                reader.driver.backup(target, pages=_PAGES, progress=on, sleep=0)
            finally:
                target.close()
        yield path, revision
    finally:
        path.unlink(missing_ok=True)


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        path.unlink()  # a kill from here on leaves nothing behind
        while piece := file.read(PIECE):
            yield piece


def _tables(reader: Reader) -> Iterator[tuple[Part, Iterator[bytes]]]:
    names = [str(row[0]) for row in reader.all(_TABLES)]
    for name in names:
        columns = tuple(str(row[0]) for row in reader.all(_COLUMNS, {"table": name}))
        yield Part(name, columns), _table(reader, name, columns)
    # Sequences stand outside of snapshots. Read last, they are at least as far as the rows are.
    held = tuple(_sequence(reader, str(row[0])) for row in reader.all(_SEQUENCES))
    yield Part("sequences", sequences=held), iter(())


def _table(reader: Reader, name: str, columns: tuple[str, ...]) -> Iterator[bytes]:
    held = bytearray()
    with reader.cursor.copy(f"COPY {_listed(name, columns)} TO STDOUT (FORMAT BINARY)") as copy:
        for piece in copy:
            held += piece
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
    if held:
        yield bytes(held)


def _sequence(reader: Reader, name: str) -> tuple[str, int, bool]:
    row = reader.cursor.execute(f"SELECT last_value, is_called FROM {_quoted(name)}").fetchone()
    return name, int(row[0]), bool(row[1])


# -- putting back


def put_back(url: str, revision: str, parts: Iterator[tuple[Part, Iterator[bytes]]]) -> None:
    """Fills an empty place: a SQLite file that is not there yet, a PostgreSQL database (or schema of one) with no table."""
    check_known(revision)
    if kind_of(url) == "sqlite":
        _put_file(Path(sqlite_path(url)), parts)
        return
    database = Database(url)
    try:
        with database.glancing() as reader:
            found = reader.value(_ANYTHING)
        if found is not None:
            raise Conflict(
                f"the database is not empty: it holds {found}",
                code="database-occupied",
                hint="Name an empty database with --database; nothing was changed.",
            )
        with ExitStack() as undo:
            migrate(url, revision)
            undo.callback(clear, url)
            with database.loading() as writer:
                _put_tables(writer, parts)
            undo.pop_all()
    finally:
        database.close()


def _put_file(path: Path, parts: Iterator[tuple[Part, Iterator[bytes]]]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for _, pieces in parts:
            for piece in pieces:
                file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _put_tables(writer: Reader, parts: Iterator[tuple[Part, Iterator[bytes]]]) -> None:
    names = {str(row[0]) for row in writer.all(_TABLES)}
    writer.cursor.execute(f"TRUNCATE {', '.join(sorted(map(_quoted, names)))}")
    for part, pieces in parts:
        for name, last, called in part.sequences:
            writer.cursor.execute("SELECT setval(%s::regclass, %s, %s)", (_quoted(name), last, called))
        if not part.columns:
            continue
        if part.name not in names:
            raise Corrupt(f"the backup has a table that its schema does not have: {part.name}", code="backup-damaged")
        with writer.cursor.copy(f"COPY {_listed(part.name, part.columns)} FROM STDIN (FORMAT BINARY)") as copy:
            for piece in pieces:
                copy.write(piece)


def clear(url: str) -> None:
    """Takes away what ``put_back`` has filled, for a restore that failed later on. PostgreSQL only."""
    database = Database(url)
    try:
        with database.loading() as writer:
            _drop(writer)
    finally:
        database.close()


def _drop(writer: Reader) -> None:
    """What was made for a restore that failed. The place was empty before."""
    names = [str(row[0]) for row in writer.all(_TABLES)]
    writer.cursor.execute(f"DROP TABLE {', '.join(map(_quoted, [*names, 'alembic_version']))} CASCADE")
    for (name,) in writer.all(_SEQUENCES):
        writer.cursor.execute(f"DROP SEQUENCE {_quoted(str(name))}")


# -- afterwards


def forget_presence(url: str) -> None:
    """In a database that was put back: ends sessions, links and leases of the time it is from, and invalidates cursors.

    A session that was ended since, or a link used since, would else hold again; and positions given out since are given
    again to other claims, so that an old cursor would pass over some. Who had a cursor starts again by date.
    """
    database = Database(url)
    try:
        with database.writer() as writer:
            for statement in _FORGET:
                writer.run(statement)
    finally:
        database.close()


@contextmanager
def scratch_schema(url: str, name: str) -> Iterator[str]:
    """The URL of a new, empty schema beside the node's tables (PostgreSQL), gone when the block ends."""
    database = Database(url)
    try:
        with database.loading() as writer:
            try:
                writer.cursor.execute(f"CREATE SCHEMA {_quoted(name)}")
            except psycopg.errors.InsufficientPrivilege as error:
                raise Conflict(
                    "the database's user may not make a schema, into which the backup would be restored for trial",
                    code="no-scratch",
                    hint="GRANT CREATE ON DATABASE ... TO that user, or give --no-verify and try the restore elsewhere.",
                ) from error
        try:
            yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
        finally:
            with database.loading() as writer:
                writer.cursor.execute(f"DROP SCHEMA {_quoted(name)} CASCADE")
    finally:
        database.close()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(table: str, columns: tuple[Any, ...]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"
