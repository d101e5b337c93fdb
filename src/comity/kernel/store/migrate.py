"""Making and updating the schema: one Alembic history for both databases, in ``migrations``."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from comity.kernel.store.database import Database, sqlite_path

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Bring the schema to the newest step; makes the SQLite file (mode 0600) where there is none."""
    if urlsplit(url).scheme == "sqlite":
        os.close(os.open(sqlite_path(url), os.O_CREAT | os.O_RDWR, 0o600))
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


def current(url: str) -> bool:
    """Whether the schema is at the newest step."""
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            held = MigrationContext.configure(connection).get_current_heads()
        return set(held) == set(ScriptDirectory.from_config(_config()).get_heads())
    finally:
        database.close()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
