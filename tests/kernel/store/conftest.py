"""One cast for the store's contract suite, which runs on both databases: our own party, Alpha and Bravo who write, Carol
who reads up to green, Dave who may read nothing."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from comity.kernel.base.clock import FixedClock
from comity.kernel.objects.ids import sco_id
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.migrate import migrate
from comity.kernel.store.store import Store, open_store
from comity.kernel.store.types import Batch, Channel, Collection, Outcome, Party, Query
from comity.kernel.store.visible import Visible

START = 1_795_000_000_000_000
SECOND = 1_000_000


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("empty") / "node.db"
    migrate(f"sqlite:///{path}")
    with_wal = path.with_name("node.db-wal")
    assert not with_wal.exists() or with_wal.stat().st_size == 0
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """The URL of an empty database with the schema in it."""
    if request.param == "sqlite":
        shutil.copy(empty_sqlite, tmp_path / "node.db")
        return f"sqlite:///{tmp_path}/node.db"
    made: str = request.getfixturevalue("postgres_url")
    migrate(made)
    return made


class Cast:
    """The store with its parties and two collections, ``main`` (default amber) and ``side`` (default green)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = FixedClock(START)
        self.store: Store = open_store(url, self.clock)
        self.parties: dict[str, Party] = {}
        self.collections: dict[str, Collection] = {}
        self._serial = 0
        for slug, ceiling in (
            ("own", Tlp.RED),
            ("alpha", Tlp.GREEN),
            ("bravo", Tlp.GREEN),
            ("carol", Tlp.GREEN),
            ("dave", Tlp.RED),
        ):
            self.parties[slug] = self.store.registry.add_party(
                Party(0, slug, slug.title(), "KR", ceiling, slug == "own", None, self.clock.now())
            )
        rights = [("alpha", True, True), ("bravo", True, True), ("carol", True, False)]
        for number, (slug, default) in enumerate((("main", Tlp.AMBER), ("side", Tlp.GREEN)), 1):
            self.collections[slug] = self.store.registry.add_collection(
                Collection(0, str(UUID(int=number)), slug, slug.title(), "", default, self.clock.now()),
                [(self.parties[party].id, read, write) for party, read, write in rights],
            )

    def give(self, party: str, objects: Sequence[dict[str, Any] | bytes], collection: str = "main") -> Outcome:
        """Commit objects as a party; time moves on a second."""
        self.clock.forward(SECOND)
        return self.store.commit(
            Batch(
                self.parties[party].id,
                self.collections[collection].id,
                tuple(parsed(one) for one in objects),
                Channel.FILE,
                self.clock.now(),
            )
        )

    def see(self, party: str) -> Visible:
        """The reading door as a party has it."""
        return self.store.visible(Viewer(self.parties[party].id))

    def query(self, collection: str = "main", **filters: Any) -> Query:
        """A filter on one collection."""
        return Query(collection=self.collections[collection].id, **filters)

    def read(self, party: str, collection: str = "main", limit: int = 1000, **filters: Any) -> list[dict[str, Any]]:
        """Everything a party gets by following ``next``."""
        door, query, cursor = self.see(party), self.query(collection, **filters), None
        found: list[dict[str, Any]] = []
        while True:
            page = door.page(query, limit, cursor)
            objects = json.loads(b"[" + page.objects + b"]")
            assert len(objects) == page.count
            found += objects
            cursor = page.next
            if cursor is None:
                return found

    def ids(self, party: str, collection: str = "main", **filters: Any) -> list[str]:
        """Only the ids of what ``read`` gives."""
        return [one["id"] for one in self.read(party, collection, **filters)]

    def settle(self) -> None:
        """Let everything that follows the log catch up."""
        while self.store.settle():
            pass
        while self.store.index_text():
            pass

    def scalar(self, statement: str) -> Any:
        """One value straight from the tables, for what no door shows."""
        with self.store._database.snapshot() as reader:
            return reader.cursor.execute(statement).fetchone()[0]

    def indicator(self, name: str = "One", tlp: Tlp | None = Tlp.GREEN, **more: Any) -> dict[str, Any]:
        """A valid indicator with an id of its own."""
        self._serial += 1
        made = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{UUID(int=(0x4000 << 64) | (0x8000 << 48) | self._serial)}",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "name": name,
            "indicator_types": ["malicious-activity"],
            "pattern": "[domain-name:value = 'one.example']",
            "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z",
        }
        if tlp is not None:
            made["object_marking_refs"] = [TLP_IDS[tlp]]
        return made | more


def address(value: str, tlp: Tlp | None = Tlp.GREEN, **more: Any) -> dict[str, Any]:
    """An IPv4 address under the id that everybody can guess."""
    made: dict[str, Any] = {
        "type": "ipv4-addr",
        "spec_version": "2.1",
        "id": sco_id("ipv4-addr", {"value": value}),
        "value": value,
    }
    if tlp is not None:
        made["object_marking_refs"] = [TLP_IDS[tlp]]
    return made | more


def parsed(one: dict[str, Any] | bytes) -> Parsed:
    """An object that has to be valid."""
    found = parse(one if isinstance(one, bytes) else msgspec.json.encode(one))
    assert isinstance(found, Parsed), found
    return found


@pytest.fixture
def cast(url: str) -> Iterator[Cast]:
    """The cast on an empty store."""
    made = Cast(url)
    yield made
    made.store.close()


@pytest.fixture
def run_sql(url: str) -> Callable[[str], None]:
    """Runs a statement behind the store's back, as a damaged disk or a careless operator would."""

    def run(statement: str) -> None:
        if url.startswith("sqlite"):
            import sqlite3

            with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
                connection.execute(statement)
            connection.close()
            return
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(statement)

    return run
