"""The migrations make the tables that the code speaks of, on both databases."""

from sqlalchemy import create_engine, inspect

from comity.kernel.store import tables
from comity.kernel.store.migrate import current, migrate

POSTGRES_ONLY = {"edge", "observable"}
NOT_CORE = {"alembic_version", "search_text"}


def test_the_schema_is_what_the_tables_say(url: str) -> None:
    postgres = url.startswith("postgresql")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    found = inspect(engine)
    made = {name for name in found.get_table_names() if not name.startswith("search")} - NOT_CORE
    meant = {name for name in tables.metadata.tables if postgres or name not in POSTGRES_ONLY}
    assert made == meant
    for name in meant:
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        table = tables.metadata.tables[name]
        assert columns.keys() == {column.name for column in table.columns}
        assert set(found.get_pk_constraint(name)["constrained_columns"]) == {
            column.name for column in table.primary_key
        }
    engine.dispose()


def test_migrating_again_changes_nothing(url: str) -> None:
    assert current(url)
    migrate(url)
    assert current(url)
