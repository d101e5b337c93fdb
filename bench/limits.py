"""What the machine itself can do: bare inserts, bare bytes, bare fsync; a node's figures stand beside these."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
import shutil
import sqlite3
import statistics
import time
from typing import TYPE_CHECKING, Any, Final

from bench import BenchError
from bench.driver import crowd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.client import Endpoint

# As the node opens its database.
_CHECKPOINT_PAGES: Final = 16_000
_CACHE_KB: Final = 8 * 1024
# How a row's place in the order of arrival is told where a table has no rowid.
_ARRIVAL: Final = ("seq", "version", "claim")


@dataclasses.dataclass(slots=True)
class _Table:
    name: str
    columns: list[str]
    rows: list[tuple[Any, ...]]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_xinfo({_quoted(table)})") if row[6] == 0]


def _schema(database: sqlite3.Connection) -> tuple[list[str], list[str], list[str]]:
    """The statements that make the tables, plain tables' names, and names of FTS5 tables; shadow tables left out."""
    held = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    virtual = [name for kind, name, sql in held if kind == "table" and re.match(r"(?i)create virtual", sql)]
    shadows = {row[1] for row in database.execute("PRAGMA table_list") if row[2] == "shadow"}
    kept = [(kind, name, sql) for kind, name, sql in held if name not in shadows and not name.startswith("sqlite_")]
    order = {"table": 0, "index": 1, "view": 2, "trigger": 3}
    statements = [sql for kind, _, sql in sorted(kept, key=lambda row: order[row[0]]) if kind != "trigger"]
    plain = [name for kind, name, _ in kept if kind == "table" and name not in virtual]
    return statements, plain, virtual


def _plain_rows(database: sqlite3.Connection, name: str) -> _Table:
    columns = _columns(database, name)
    listed = ", ".join(map(_quoted, columns))
    without_rowid = any(row[1] == name and row[4] for row in database.execute("PRAGMA table_list"))
    order = "rowid" if not without_rowid else next((column for column in _ARRIVAL if column in columns), columns[0])
    query = f"SELECT {listed} FROM {_quoted(name)} ORDER BY {order}"
    return _Table(name, columns, database.execute(query).fetchall())


def _text_rows(database: sqlite3.Connection, name: str) -> _Table:
    """Documents of an FTS5 table, also of a contentless one: put together from its own terms, in their order."""
    columns = _columns(database, name)
    vocabulary = f"bench_{name}"
    database.execute(
        f"CREATE VIRTUAL TABLE temp.{_quoted(vocabulary)} USING fts5vocab(main, {_quoted(name)}, 'instance')"
    )
    found: dict[int, list[list[str]]] = {}
    terms = database.execute(f"SELECT doc, col, term FROM temp.{_quoted(vocabulary)} ORDER BY doc, col, offset")
    for document, column, term in terms:
        texts = found.setdefault(document, [[] for _ in columns])
        texts[columns.index(column) if column in columns else 0].append(term)
    rows = [(document, *(" ".join(text) for text in texts)) for document, texts in found.items()]
    return _Table(name, ["rowid", *columns], rows)


def _settings(database: sqlite3.Connection, name: str) -> list[tuple[str, Any]]:
    with contextlib.suppress(sqlite3.Error):
        held = database.execute(f"SELECT k, v FROM {_quoted(name + '_config')}").fetchall()
        return [(key, value) for key, value in held if key != "version"]
    return []


def bare_inserts(finished: Path, folder: Path, objects: int, *, runs: int = 3) -> float:
    """Objects a second when the rows of a node's SQLite file go into empty tables of the same schema by executemany.

    One transaction for each thousand objects, WAL, synchronous=FULL, and the node's own cache and checkpoint settings.
    The rows are read beforehand.
    """
    with contextlib.closing(sqlite3.connect(f"file:{finished}?mode=ro", uri=True)) as source:
        statements, plain, virtual = _schema(source)
        tables = [_plain_rows(source, name) for name in plain] + [_text_rows(source, name) for name in virtual]
        settings = {name: _settings(source, name) for name in virtual}
        page_size = source.execute("PRAGMA page_size").fetchone()[0]
    rates = []
    for _ in range(runs):
        path = folder / "bare.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as target:
            target.execute(f"PRAGMA page_size = {page_size}")
            target.execute("PRAGMA journal_mode = WAL")
            target.execute("PRAGMA synchronous = FULL")
            target.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
            target.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
            for statement in statements:
                target.execute(statement)
            for name, pairs in settings.items():
                for pair in pairs:
                    target.execute(f"INSERT INTO {_quoted(name)} ({_quoted(name)}, rank) VALUES (?, ?)", pair)
            rates.append(objects / _fill(target, tables, max(1, objects // 1000)))
    return statistics.median(rates)


def _fill(target: sqlite3.Connection, tables: Sequence[_Table], transactions: int) -> float:
    inserts = [
        f"INSERT INTO {_quoted(table.name)} ({', '.join(map(_quoted, table.columns))}) "
        f"VALUES ({', '.join('?' * len(table.columns))})"
        for table in tables
    ]
    start = time.perf_counter()
    for number in range(transactions):
        target.execute("BEGIN IMMEDIATE")
        for table, insert in zip(tables, inserts, strict=True):
            first, last = (len(table.rows) * place // transactions for place in (number, number + 1))
            target.executemany(insert, table.rows[first:last])
        target.execute("COMMIT")
    return time.perf_counter() - start


def fsyncs(folder: Path, seconds: float = 1.0) -> float:
    """How often a second 4 kB can be appended and made durable."""
    path = folder / "fsync"
    done = 0
    with path.open("wb", buffering=0) as file:
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            file.write(bytes(4096))
            os.fsync(file.fileno())
            done += 1
        spent = time.perf_counter() - start
    path.unlink()
    return done / spent


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """What four connections get, each as soon as it has its answer."""

    rate: float
    megabytes: float
    with_wrk: bool


_SCRIPT: Final = """
local paths = { %s }
local at = 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary)
  local wrong = summary.errors
  io.write(string.format("totals %%d %%d %%d %%d\\n", summary.requests, summary.bytes, summary.duration,
    wrong.status + wrong.read + wrong.write + wrong.timeout + wrong.connect))
end
"""


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


async def pages(endpoint: Endpoint, paths: Sequence[str], folder: Path, *, seconds: int = 5) -> Pages:
    """The given paths in turn over four connections: by wrk where it is installed, else by our own driver."""
    if not has_wrk():
        seen = await crowd(endpoint, paths, readers=4, seconds=seconds)
        if seen.failed:
            raise BenchError(f"{seen.failed} of {seen.requests} pages failed")
        return Pages(seen.rate, seen.megabytes, with_wrk=False)
    script = folder / "pages.lua"
    script.write_text(_SCRIPT % ", ".join(f'"{endpoint.root}{path}"' for path in paths))
    command = ["wrk", "--threads", "1", "--connections", "4", "--duration", f"{seconds}s", "--script", str(script)]
    for name, value in endpoint.headers().items():
        if name != "Host":
            command += ["--header", f"{name}: {value}"]
    url = f"http://{endpoint.host}:{endpoint.port}/"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, url, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    try:
        async with asyncio.timeout(seconds + 30):
            printed = (await process.communicate())[0].decode()
    finally:
        if process.returncode is None:
            process.kill()
    totals = re.search(r"^totals (\d+) (\d+) (\d+) (\d+)$", printed, re.MULTILINE)
    if totals is None:
        raise BenchError(f"wrk said: {printed[-400:]}")
    requests, octets, microseconds, wrong = map(int, totals.groups())
    if wrong or not requests:
        raise BenchError(f"{wrong} of {requests} pages failed")
    return Pages(requests / microseconds * 1e6, octets / microseconds, with_wrk=True)


def store_pages(folder: Path, bodies: Iterator[bytes]) -> list[str]:
    """Write bodies where `bench.ready` finds them; the paths under which it serves them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for place, body in enumerate(bodies):
        (folder / str(place)).write_bytes(body)
        paths.append(str(place))
    return paths
