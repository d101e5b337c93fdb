"""The two databases behind one face: connections, snapshots, the write lock, and SQL written once for both.

SQLite: WAL, ``synchronous=FULL`` (an acknowledged commit survives power loss), writers of all processes queue at one file lock
that serves them in order. PostgreSQL: the same contract for many nodes; writers meet only at the ``counter`` row.

Construction opens nothing. SQL is written with ``:name`` parameters and translated for the driver; where the two databases
need different text, ``Sql`` holds both.
"""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from comity.kernel.base.errors import Corrupt, Invalid, NodeError, Unavailable

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")

_LIST = re.compile(r"(?<![:\w]):([a-z_]\w*)(?=::\w+\[\])")
"""``:name::type[]``: sent in binary, which spares the driver to escape every element."""

POOL = 8
BUSY_SECONDS = 30
CHECKPOINT_PAGES = 64_000
"""A quarter of a gigabyte of log at most: what ids make random is written back once for many commits (a fifth of ingest at a
million objects)."""
_WRITE_CACHE = "PRAGMA cache_size=-8192"
"""A batch touches a thousand pages and more: with less room they would be written more than once."""
ASK_SECONDS = 5
_LASTING = "PRAGMA synchronous=FULL"
_NOT_LASTING = "PRAGMA synchronous=NORMAL"
_LOCK = "SELECT claim FROM counter FOR UPDATE"

_PLANS = " ".join(
    f"-c {setting}"
    for setting in (
        "jit=off",
        "enable_seqscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "enable_material=off",  # else a look-up inside another becomes one scan of everything, kept (49 s at a million)
        "max_parallel_workers_per_gather=0",  # starting one takes longer (6 ms) than any look-up
        "join_collapse_limit=1",
        "plan_cache_mode=force_generic_plan",
    )
)
"""Every statement here looks things up by an index, however small or freshly filled the tables are: what the planner would
guess from stale statistics is not asked for. Full text keeps its bitmap scans."""

_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")

_RETRIED = ("23505", "40001", "40P01")
"""SQLSTATE of what a batch answers by doing everything again: unique_violation, serialization_failure, deadlock_detected
(PostgreSQL "Appendix A. Error Codes")."""

Row = tuple[Any, ...]
"""A row as the driver gives it; its columns stand beside each statement."""


class Sql:
    """One statement for both databases; ``postgres`` where its text differs."""

    __slots__ = ("postgres", "sqlite")

    def __init__(self, sqlite: str, postgres: str | None = None) -> None:
        self.sqlite = sqlite
        text = (postgres or sqlite).replace("%", "%%")
        self.postgres = _PARAMETER.sub(r"%(\1)s", _LIST.sub(r"%(\1)b", text))

    def after(self, beginning: str) -> "Sql":
        """The same statement behind a beginning that has no parameters."""
        if not beginning:
            return self
        made = Sql("")
        made.sqlite, made.postgres = beginning + self.sqlite, beginning + self.postgres
        return made


class Reader:
    """Statements inside one transaction; on a read connection that is one snapshot."""

    def __init__(self, connection: Any, *, postgres: bool) -> None:
        self.postgres = postgres
        self.driver = connection
        self.cursor = connection.cursor(binary=True) if postgres else connection.cursor()

    def all(self, sql: Sql, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """All rows."""
        cursor = self.cursor.execute(sql.postgres if self.postgres else sql.sqlite, parameters or {})
        rows: list[Row] = cursor.fetchall()
        return rows

    def one(self, sql: Sql, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, or None."""
        row: Row | None = self.cursor.execute(
            sql.postgres if self.postgres else sql.sqlite, parameters or {}
        ).fetchone()
        return row

    def value(self, sql: Sql, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, parameters)
        return row[0] if row else None

    def run(self, sql: Sql, parameters: Mapping[str, Any] | None = None) -> int:
        """Execute; how many rows it touched."""
        count: int = self.cursor.execute(sql.postgres if self.postgres else sql.sqlite, parameters or {}).rowcount
        return count

    def many(self, sql: Sql, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute for each row."""
        if rows:
            self.cursor.executemany(sql.postgres if self.postgres else sql.sqlite, rows)


class Database:
    """One database, by its URL: ``sqlite:////absolute/file`` or ``postgresql://user@host/name``."""

    def __init__(self, url: str, *, cache_mb: int = 8) -> None:
        self.url = url
        self.postgres = url.startswith("postgresql")
        self.path = "" if self.postgres else sqlite_path(url)
        self._cache_mb = cache_mb
        self.engine = self._engine()
        self._driver: Any = self.engine.dialect.loaded_dbapi
        self.error: type[Exception] = self._driver.Error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    # -- connections

    def _engine(self) -> Engine:
        if self.postgres:
            engine = create_engine(
                self.url.replace("postgresql://", "postgresql+psycopg://", 1),
                poolclass=QueuePool,
                pool_size=POOL,
                max_overflow=POOL,
                hide_parameters=True,  # they would stand in the errors' text, and so in the log
                connect_args={"autocommit": True, "connect_timeout": ASK_SECONDS, "options": _options(self.url)},
            )
        else:
            engine = create_engine(
                "sqlite://",
                creator=self._connect_sqlite,
                poolclass=QueuePool,
                pool_size=POOL,
                max_overflow=POOL,
                hide_parameters=True,  # they would stand in the errors' text, and so in the log
                pool_use_lifo=True,
            )
        event.listen(engine, "begin", _begin)
        return engine

    def _connect_sqlite(self) -> sqlite3.Connection:
        if not Path(self.path).exists():
            raise Unavailable(f"There is no database at {self.path}.", hint="Make one with: comity init DIR")
        connection = sqlite3.connect(
            f"file:{self.path}?mode=rw", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_LASTING)
            connection.execute(f"PRAGMA cache_size=-{self._cache_mb * 1024}")
            connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
            connection.execute("PRAGMA temp_store=MEMORY")
            connection.execute("PRAGMA secure_delete=FAST")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    # -- reading

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """The database's own troubles as errors of ours: one that may pass is Unavailable, damage is Corrupt."""
        try:
            yield
        except (self.error, DBAPIError) as error:
            trouble = self._trouble(error.orig if isinstance(error, DBAPIError) and error.orig else error)
            if trouble is None:
                raise
            raise trouble from error

    def passing(self, error: BaseException) -> bool:
        """Whether doing everything again may help: another writer was in the way."""
        return getattr(error, "sqlstate", None) in _RETRIED

    def _trouble(self, error: BaseException) -> NodeError | None:
        """What a driver's error means to a caller; None where it is a fault of ours, or the writer does it again."""
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(_DAMAGED):
            return Corrupt("The database file is damaged.", hint="Stop the node and restore a backup.")
        if name.startswith(_PASSING):
            return Unavailable(f"The database can't do this now ({name}).", hint="Free disk space, then try again.")
        if self.postgres and isinstance(error, self._driver.OperationalError) and not self.passing(error):
            return Unavailable("The database does not answer.", hint="Try again; run: comity doctor")
        return None

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        """One consistent view for several statements."""
        with self._answering(), self._checked_out() as driver:
            reader = Reader(driver, postgres=self.postgres)
            reader.cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if self.postgres else "BEGIN")
            try:
                yield reader
            finally:
                _roll_back(driver)

    def glance(self, sql: Sql, parameters: Mapping[str, Any] | None = None) -> Row | None:
        """One row of one statement, which needs no snapshot."""
        with self._answering(), self._checked_out() as driver:
            return Reader(driver, postgres=self.postgres).one(sql, parameters)

    @contextmanager
    def glancing(self) -> Iterator[Reader]:
        """Statements that need no snapshot, each by itself."""
        with self._answering(), self._checked_out() as driver:
            yield Reader(driver, postgres=self.postgres)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A SQLAlchemy connection in a transaction that is rolled back."""
        with self._answering(), self.engine.connect() as connection:
            connection.begin()
            yield connection

    @contextmanager
    def _checked_out(self) -> Iterator[Any]:
        """A driver's connection from the pool."""
        raw = self.engine.raw_connection()
        try:
            yield raw.driver_connection
        finally:
            raw.close()

    # -- writing

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction under the write lock: commits at the end, rolls back on any error.

        On PostgreSQL the lock is the ``counter`` row, taken first: for rare acts. Batches of objects take it last
        (``open_writer``).
        """
        with self._queue(), self._answering(), self.engine.connect() as connection, connection.begin():
            if self.postgres:
                connection.exec_driver_sql(_LOCK)
            yield connection

    @contextmanager
    def writer(self, *, lasting: bool = True) -> Iterator[Reader]:
        """The same for statements of ours, without SQLAlchemy's part in it. Not ``lasting``: a loss of power may undo it, with
        this process, but nothing that was committed after it without undoing that too; so it waits for no disk. (SQLite only:
        a PostgreSQL that lost something would not take us with it.)
        """
        with self._queue(), self._answering(), self._checked_out() as driver:
            writer = Reader(driver, postgres=self.postgres)
            if not lasting and not self.postgres:
                writer.cursor.execute(_NOT_LASTING)
            try:
                writer.cursor.execute("BEGIN" if self.postgres else "BEGIN IMMEDIATE")
                if self.postgres:
                    writer.cursor.execute(_LOCK)
                yield writer
                writer.cursor.execute("COMMIT")
            finally:
                _roll_back(driver)
                if not lasting and not self.postgres:
                    writer.cursor.execute(_LASTING)

    def beside(self, connection: Connection) -> Reader:
        """Statements of ours in a transaction of SQLAlchemy's, whose owner ends it."""
        return Reader(connection.connection.driver_connection, postgres=self.postgres)

    @contextmanager
    def open_writer(self) -> Iterator[Reader]:
        """Statements of a batch. SQLite: one transaction under the write lock from the start. PostgreSQL: no transaction yet;
        the caller begins one when it has looked up what it needs. Whatever is not committed is rolled back.
        """
        with self._queue(), self._answering(), self._checked_out() as driver:
            writer = Reader(driver, postgres=self.postgres)
            if not self.postgres:
                writer.cursor.execute(_WRITE_CACHE)
                writer.cursor.execute("BEGIN IMMEDIATE")
            try:
                yield writer
            finally:
                _roll_back(driver)

    @contextmanager
    def loading(self) -> Iterator[Reader]:
        """One transaction over tables that nobody uses yet (``whole``); takes no lock of the writers'. PostgreSQL only."""
        with self._answering(), self._checked_out() as driver:
            writer = Reader(driver, postgres=self.postgres)
            writer.cursor.execute("BEGIN")
            try:
                yield writer
                writer.cursor.execute("COMMIT")
            finally:
                _roll_back(driver)

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """A cursor outside of any transaction, while no other writer of SQLite is at work: for what can't be done in one."""
        with self._queue(), self._answering(), self._checked_out() as driver:
            if not self.postgres:
                driver.execute("PRAGMA temp_store=FILE")  # a copy of the whole file has no room in memory
            try:
                yield driver.cursor()
            finally:
                if not self.postgres:
                    driver.execute("PRAGMA temp_store=MEMORY")

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """SQLite's writers wait here in order of arrival, instead of polling a busy database."""
        if self.postgres:
            yield
            return
        handle = os.open(f"{self.path}.write-lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _roll_back(driver: Any) -> None:
    """Ends a transaction that was not committed; a broken connection has none, and the pool drops it."""
    if not getattr(driver, "broken", False):
        driver.rollback()


def _begin(connection: Connection) -> None:
    """The drivers run in autocommit mode; SQLAlchemy's transactions begin here."""
    connection.exec_driver_sql("BEGIN")


def _options(url: str) -> str:
    """The server's settings for our connections: those of the URL, and then ours."""
    given = make_url(url).query.get("options", ())
    return " ".join([*((given,) if isinstance(given, str) else given), _PLANS])


def sqlite_path(url: str) -> str:
    """The file of a ``sqlite:////absolute/path`` URL."""
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or not parts.path.startswith("//"):
        raise Invalid(
            f"{url.rsplit('@', maxsplit=1)[-1]!r} is not a database this node knows.",
            hint="Use sqlite:////absolute/path.db or postgresql://user@host/name.",
        )
    return parts.path[1:]
