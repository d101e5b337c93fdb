"""Every simulation runs on both databases, each time on an empty one that was migrated once."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from comity.kernel.store.migrate import migrate


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "node.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """One migrated database for all simulations; making one takes longer than most of them."""
    name = f"comity_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    migrate(url)
    yield url
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copyfile(sqlite_template, tmp_path / "node.db")
    return f"sqlite:///{tmp_path}/node.db"


@pytest.fixture
def postgres_emptied(postgres_database: str) -> str:
    """The database as the migrations left it: no rows but the counters', which stand at nothing."""
    return empty(postgres_database)


@pytest.fixture
def emptied(postgres_database: str) -> Callable[[], str]:
    """The same, as often as a test asks."""
    return lambda: empty(postgres_database)


def empty(postgres_database: str) -> str:
    """Deletes every row that the migrations did not make."""
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            if table != "alembic_version":
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        connection.execute("INSERT INTO counter (id, claim, leaf, at, epoch) VALUES (1, 0, 0, 0, 0)")
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database with the schema in it."""
    fixture = "sqlite_copy" if request.param == "sqlite" else "postgres_emptied"
    made: str = request.getfixturevalue(fixture)
    return made
