"""A registry over an SQLite database in memory, with a clock that stands and a record of what was granted anew."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, select
from sqlalchemy.pool import StaticPool

from comity.kernel.base.clock import FixedClock
from comity.kernel.base.ids import system_random
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.passwords import Cost
from comity.kernel.directory.vault import Vault
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store import tables
from comity.kernel.store.database import Database
from comity.kernel.store.events import Events
from comity.kernel.store.migrate import migrate
from comity.kernel.store.people import People
from comity.kernel.store.registry import Registry

Something = TypeVar("Something")
CHEAP = Cost(passes=1, memory=8, lanes=1)


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
        with engine.begin() as connection:
            connection.execute(insert(tables.counter).values(id=1, claim=0, leaf=0, at=0, epoch=0))
        self.vault = Vault(bytes(range(32)))
        self.registry = self.other_process()
        self.people = self.other_people()
        self.directory = self.made(self.registry, self.people)

    def other_process(self) -> Registry:
        """A registry over the same rows that does not share this one's memory."""
        return Registry(self.rows, self._regrant)

    def other_people(self) -> People:
        """The rows of people, likewise."""
        return People(self.rows, Events(Database("sqlite:////nowhere"), self.clock, system_random))

    def elsewhere(self) -> Directory:
        """The directory of another process of the same node."""
        return self.made(self.other_process(), self.other_people())

    def made(self, registry: Registry, people: People) -> Directory:
        return Directory(registry, people, self.vault, self.clock, cost=CHEAP)

    def leaves(self, act: str = "") -> list[dict[str, Any]]:
        """The statements of ACCOUNT leaves, oldest first; those of one act."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(tables.event).order_by(tables.event.c.leaf)).mappings().all()
        said = [{**json.loads(row["statement"]), "person": row["account"]} for row in rows]
        assert all(row["kind"] == LeafKind.ACCOUNT for row in rows)
        return [each for each in said if act in {"", each["act"]}]

    def dump(self) -> str:
        """All that the database holds, as text."""
        with self.engine.connect() as connection:
            rows = [connection.execute(select(table)).all() for table in _kept()]
        return repr(rows)

    @contextmanager
    def counted_statements(self) -> Iterator[list[str]]:
        """What is asked of the database meanwhile."""
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            asked.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        yield asked
        event.remove(self.engine, "before_cursor_execute", note)

    def _regrant(self, connection: Connection, party: int) -> None:
        assert connection.in_transaction()
        self.regranted.append(party)


def _kept() -> list[Table]:
    named = ("party", "collection", "access", "token", "account", "link", "session", "setting", "passkey")
    more = ("signing_key", "challenge", "attempt", "event", "leaf", "counter", "community", "community_member")
    return [getattr(tables, name) for name in (*named, *more)]


def sure(value: Something | None) -> Something:
    """The value, which a test knows to be there."""
    assert value is not None
    return value


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("empty") / "node.db"
    migrate(f"sqlite:///{path}")
    return path
