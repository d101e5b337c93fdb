"""Making and updating the schema: one Alembic history for both databases, in ``migrations``.

A step is done whole or not at all. A schema newer than this version's is refused, never guessed at: ``Conflict``, with the
code ``schema-newer``.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from comity.kernel.base.errors import Conflict
from comity.kernel.store.database import Database, sqlite_path

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, to: str = "head") -> None:
    """Bring the schema to a step, the newest if none is named; makes the SQLite file (mode 0600) where there is none."""
    if urlsplit(url).scheme == "sqlite":
        os.close(os.open(sqlite_path(url), os.O_CREAT | os.O_RDWR, 0o600))
    check_known(revision(url))
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    finally:
        database.close()


def current(url: str) -> bool:
    """Whether the schema is at the newest step."""
    return revision(url) == newest()


def revision(url: str) -> str:
    """The step at which the schema is; empty where there is none yet."""
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return _held(MigrationContext.configure(connection))
    finally:
        database.close()


def newest() -> str:
    """The last step that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def steps(since: str) -> tuple[tuple[str, str], ...]:
    """The steps after one, each with what it does, in the order in which they are taken."""
    found = []
    for script in ScriptDirectory.from_config(_config()).walk_revisions():
        if script.revision == since:
            break
        found.append((script.revision, (script.doc or "").splitlines()[0]))
    return tuple(reversed(found))


def check_known(held: str) -> None:
    """Refuses a step that this version does not know."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if held and held not in known:
        raise Conflict(
            f"the database's schema ({held}) is newer than this version of Comity knows ({newest()})",
            code="schema-newer",
            hint="Run the newer version again. There is no way back but a backup made before the update.",
        )


def _held(context: MigrationContext) -> str:
    return context.get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
