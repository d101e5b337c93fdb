"""Nodes of every earlier version are brought up to date: whole or not at all, and nothing that held before stops to hold."""

import json
import lzma
import secrets
import tarfile
from collections.abc import Callable
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import alembic.op
import psycopg
import pytest
from sqlalchemy import create_engine, inspect

from comity.app.doctor import node as examined
from comity.app.folder import NODE_FILE, Folder
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.upkeep import bring_up_to_date, outstanding, prepare
from comity.cli.options import Options
from comity.kernel.base.clock import SystemClock
from comity.kernel.base.errors import Conflict
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.agreement import agree
from comity.kernel.store.migrate import migrate, newest, revision
from comity.kernel.store.types import Batch, Channel, Query
from tests.simulator.world import note

HERE = Path(__file__).parent
VERSIONS = sorted(path.parent.name for path in HERE.glob("*/facts.json"))
STEPS = {
    step.name for step in (files("comity.kernel.store.migrations") / "versions").iterdir() if step.name[0].isdigit()
}
OLDER = [name for name in VERSIONS if set(json.loads((HERE / name / "facts.json").read_text("utf-8"))["steps"]) < STEPS]
"""Those whose schema is no longer the newest: they have steps before them."""
PAGE = 7
CLOCK = SystemClock()


class Old:
    """A node of an earlier version, laid out anew."""

    def __init__(self, version: str, path: Path, database: str) -> None:
        self.facts = json.loads((HERE / version / "facts.json").read_text("utf-8"))
        self.held: dict[str, Any] = self.facts["postgresql" if database else "sqlite"]
        with tarfile.open(HERE / version / "node.tar.xz") as archive:
            archive.extractall(path, filter="data")
        self.folder = Folder(path / "node")
        for each in (self.folder.path, self.folder.key.parent):
            each.chmod(0o700)
        self.settings = Settings(data=str(self.folder.path))
        if database:
            (self.folder.path / "node.db").unlink()
            text = (self.folder.path / NODE_FILE).read_text("utf-8")
            (self.folder.path / NODE_FILE).write_text(
                text.replace('database = ""', f'database = "{database}"'), "utf-8"
            )
            with psycopg.connect(database, autocommit=True) as server:
                server.execute(lzma.decompress((HERE / version / "postgresql.sql.xz").read_bytes()))
        self.url = self.folder.database_url(self.folder.read())


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    made: str = request.param
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, tmp_path: Path, version: str) -> Old:
    return Old(version, tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgres" else "")


@pytest.fixture(params=OLDER)
def older(request: pytest.FixtureRequest) -> str:
    made: str = request.param
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def outdated(request: pytest.FixtureRequest, tmp_path: Path, older: str) -> Old:
    return Old(older, tmp_path, request.getfixturevalue("postgres_url") if request.param == "postgres" else "")


def check_facts(node: Node, held: dict[str, Any]) -> None:
    """What held of the node when it was left."""
    parties = {party.slug: party for party in node.directory.parties.all()}
    assert {slug: [each.name, each.jurisdiction, int(each.tlp_max)] for slug, each in parties.items()} == held[
        "parties"
    ]
    collections = {each.slug: each for each in node.directory.collections.all()}
    for slug, token in held["tokens"].items():
        standing = node.directory.authenticator.party_of(f"Bearer {token}")
        assert standing is not None
        assert (standing.party.slug, standing.read, standing.write) == (slug, True, True)
    assert node.directory.authenticator.party_of(f"Bearer {held['revoked']}") is None
    assert node.directory.accounts.all()[0].name == held["account"]
    for place, pages in held["read"].items():
        party, collection = place.split(" ")
        assert read(node, parties[party].id, collections[collection].id) == pages, place


def read(node: Node, party: int, collection: int) -> list[str]:
    found, cursor = [], None
    while True:
        page = node.store.visible(Viewer(party)).page(Query(collection=collection, versions=("all",)), PAGE, cursor)
        found.append(f"{page.count} {sha256(page.objects).hexdigest()}")
        cursor = page.next
        if cursor is None:
            return found


def schema(url: str) -> dict[str, Any]:
    """Tables with their columns, keys and indexes."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = inspect(engine)
    try:
        return {
            table: (
                {(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(table)},
                sorted(found.get_pk_constraint(table)["constrained_columns"]),
                {
                    (each["name"], tuple(each["column_names"]), bool(each["unique"]), _condition(each))
                    for each in found.get_indexes(table)
                },
            )
            for table in found.get_table_names()
        }
    finally:
        engine.dispose()


def _condition(index: Any) -> str:
    """Of a partial index."""
    return " ".join(str(each) for name, each in index.get("dialect_options", {}).items() if name.endswith("_where"))


def test_there_is_a_fixture() -> None:
    assert "0.0-preview" in VERSIONS


def test_an_earlier_node_is_not_served_before_it_is_brought_up_to_date(outdated: Old) -> None:
    with pytest.raises(Conflict) as caught:
        prepare(outdated.settings)
    assert "comity migrate" in caught.value.hint
    held = {each.name: each for each in examined(outdated.settings, CLOCK)}
    assert not held["schema"].ok
    assert "comity migrate" in held["schema"].todo


def test_everything_holds_that_held_before(old: Old, version: str) -> None:
    before = outstanding(old.settings)
    assert bool(before.steps) == (version in OLDER)
    assert bring_up_to_date(old.settings, CLOCK) == before
    prepare(old.settings)
    assert not outstanding(old.settings).needed
    assert not bring_up_to_date(old.settings, CLOCK).needed
    assert agree(old.url).claims > 50
    with open_node(old.settings) as node:
        check_facts(node, old.held)
        assert node.store.events.record(LeafKind.COMMAND, {"command": "test", "detail": "", "user": "alice"})
        carol, feed = node.directory.parties.get("carol"), node.directory.collections.all()[0]
        parsed = parse(note("new"))
        assert isinstance(parsed, Parsed)
        node.store.commit(Batch(carol.id, feed.id, (parsed,), Channel.TAXII, node.clock.now()))
        assert node.directory.accounts.add("Bob").id == 2
        assert node.vault.open(node.vault.seal(b"x", b"test"), b"test") == b"x"
    assert agree(old.url)
    assert not [each for each in examined(old.settings, CLOCK) if not each.ok]


def test_the_schema_is_that_of_a_new_node(
    old: Old, tmp_path: Path, request: pytest.FixtureRequest, postgres_copy: Callable[[], str]
) -> None:
    bring_up_to_date(old.settings, CLOCK)
    new = postgres_copy() if old.url.startswith("postgresql") else f"sqlite:///{tmp_path}/new.db"
    migrate(new)
    assert schema(old.url) == schema(new)


@pytest.fixture
def postgres_copy(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Another empty database, on the server of the first; it goes with it."""

    def make() -> str:
        url: str = request.getfixturevalue("postgres_url")
        name = f"fresh_{secrets.token_hex(4)}"
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"CREATE SCHEMA {name}")  # a name of ours
        return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"

    return make


@pytest.mark.parametrize("after", [1, 5, 15])
def test_a_step_that_fails_leaves_the_node_as_it_was(
    outdated: Old, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    before, since = schema(outdated.url), revision(outdated.url)
    execute, count = alembic.op.execute, 0

    def failing(*arguments: Any, **more: Any) -> None:
        nonlocal count
        count += 1
        if count > after:
            raise OSError(28, "No space left on device")
        execute(*arguments, **more)

    monkeypatch.setattr(alembic.op, "execute", failing)
    with pytest.raises(OSError, match="No space"):
        bring_up_to_date(outdated.settings, CLOCK)
    monkeypatch.undo()
    assert (schema(outdated.url), revision(outdated.url)) == (before, since)
    bring_up_to_date(outdated.settings, CLOCK)
    assert revision(outdated.url) == newest()
    with open_node(outdated.settings) as node:
        check_facts(node, outdated.held)


def test_not_under_a_node_that_runs(outdated: Old) -> None:
    until = CLOCK.now() + 10_000_000
    statement = f"INSERT INTO lease (name, holder, until) VALUES ('worker', 'other', {until})"
    run(outdated.url, statement)
    with pytest.raises(Conflict, match="runs"):
        bring_up_to_date(outdated.settings, CLOCK)
    assert outstanding(outdated.settings).steps
    run(outdated.url, "UPDATE lease SET until = 1")
    assert bring_up_to_date(outdated.settings, CLOCK).steps


def test_a_later_version_s_database_is_left_alone(old: Old) -> None:
    run(old.url, "UPDATE alembic_version SET version_num = '9999'")
    for act in (prepare, outstanding, lambda settings: bring_up_to_date(settings, CLOCK)):
        with pytest.raises(Conflict, match="newer") as caught:
            act(old.settings)
        assert caught.value.code == "schema-newer"
    assert revision(old.url) == "9999"


def run(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_released_steps_are_never_edited(version: str) -> None:
    released = json.loads((HERE / version / "facts.json").read_text("utf-8"))["steps"]
    folder = files("comity.kernel.store.migrations") / "versions"
    edited = [name for name, digest in released.items() if sha256((folder / name).read_bytes()).hexdigest() != digest]
    assert not edited, f"these steps were released with {version}: add a new one instead of editing {edited}"


def test_a_command_on_an_earlier_node_says_what_to_do(outdated: Old) -> None:
    with pytest.raises(Conflict) as caught:
        Options(data=str(outdated.folder.path)).open()
    assert "comity migrate" in caught.value.hint
