"""A node on either database, with a collection that a party writes to, and what is done to it."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.types import Batch, Channel
from tests.simulator.world import note

BATCH = 20


class Kept:
    """A node, and batches of objects committed to it. Each batch is ``BATCH`` objects whose text names it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        carol = node.directory.parties.add("carol", name="Carol", jurisdiction="EE", tlp_max=Tlp.RED)
        case = node.directory.collections.add("case", read=[carol], write=[carol])
        self.party, self.collection = carol.id, case.id

    def commit(self, name: str) -> None:
        objects = []
        for number in range(BATCH):
            parsed = parse(note(f"{name} {number}", content=f"content of batch {name} " * 20))
            assert isinstance(parsed, Parsed)
            objects.append(parsed)
        batch = Batch(self.party, self.collection, tuple(objects), Channel.FILE, self.node.clock.now())
        self.node.store.commit(batch)


def batches(node: Node) -> dict[str, int]:
    """How many objects of each batch are there, read from the bytes."""
    found: dict[str, int] = {}
    with node.store._database.snapshot() as reader:  # what the doors show is of no interest here, but what is there
        for (raw,) in reader.cursor.execute("SELECT v.raw FROM claim c JOIN version v ON v.seq = c.body"):
            name = bytes(raw).split(b"content of batch ", 1)[1].split(b" ", 1)[0].decode()
            found[name] = found.get(name, 0) + 1
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    database = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    settings = Settings(data=str(tmp_path / "node"))
    make_node(
        tmp_path / "node",
        settings,
        slug="home",
        name="Home CSIRT",
        jurisdiction="KR",
        person="Alice",
        database=database,
    )
    with open_node(settings) as node:
        yield Kept(node)


@pytest.fixture
def another_database(request: pytest.FixtureRequest) -> Iterator[Callable[[Kept], str]]:
    """An empty database of the kind that a node has; none is needed for SQLite."""
    made: list[str] = []

    def make(kept: Kept) -> str:
        if not kept.node.file.database:
            return ""
        server = request.getfixturevalue("postgres_server")
        name = f"comity_test_{secrets.token_hex(6)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    yield make
    for name in made:
        with psycopg.connect(request.getfixturevalue("postgres_server"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
