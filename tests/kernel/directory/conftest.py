"""A registry over an SQLite database in memory, with a clock that stands and a record of what was granted anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from sqlalchemy import Connection, Engine, Table, create_engine, select
from sqlalchemy.pool import StaticPool

from comity.kernel.base.clock import FixedClock
from comity.kernel.directory.directory import Directory
from comity.kernel.store import tables
from comity.kernel.store.registry import Registry

Something = TypeVar("Something")


class MemoryRows:
    """What the store gives the registry, in memory; counts the reads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.reads = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self.reads += 1
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            yield connection


class Place:
    """A directory, and what stands around it."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        tables.metadata.create_all(engine, tables=_kept())
        self.engine = engine
        self.rows = MemoryRows(engine)
        self.regranted: list[int] = []
        self.clock = FixedClock(1_800_000_000_000_000)
        self.registry = self.other_process()
        self.directory = Directory(self.registry, self.clock)

    def other_process(self) -> Registry:
        """A registry over the same rows that does not share this one's memory."""
        return Registry(self.rows, self._regrant)

    def dump(self) -> str:
        """All that the database holds, as text."""
        with self.engine.connect() as connection:
            rows = [connection.execute(select(table)).all() for table in _kept()]
        return repr(rows)

    def _regrant(self, connection: Connection, party: int) -> None:
        assert connection.in_transaction()
        self.regranted.append(party)


def _kept() -> list[Table]:
    named = ("party", "collection", "access", "token", "account", "link", "session", "setting")
    return [getattr(tables, name) for name in named]


def sure(value: Something | None) -> Something:
    """The value, which a test knows to be there."""
    assert value is not None
    return value


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.engine.dispose()
