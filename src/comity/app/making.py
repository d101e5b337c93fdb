"""A node made: folder, key, schema, own party, first account. Kept from ``app.node``, so that a server needs none of it."""

import shutil
from contextlib import ExitStack
from pathlib import Path

from comity.app.folder import Folder, NodeFile
from comity.app.keys import make_keys
from comity.app.node import SYSTEM_CLOCK, Node
from comity.app.settings import Settings
from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Unavailable
from comity.kernel.base.ids import RandomBytes, system_random, uuid4
from comity.kernel.directory.accounts import Link
from comity.kernel.directory.words import check_jurisdiction, check_name, check_slug
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.migrate import migrate
from comity.kernel.store.store import open_store


def make_node(
    path: Path,
    settings: Settings,
    *,
    slug: str,
    name: str,
    jurisdiction: str,
    person: str,
    identity: str | None = None,
    database: str = "",
    clock: Clock = SYSTEM_CLOCK,
    random: RandomBytes = system_random,
) -> Link:
    """Makes a node: folder, key, schema, own party, first account. The link that is given back signs that account in.

    What is wrong with the words is said before anything is made; what fails later takes the folder away again.
    """
    check_slug(slug), check_name(name), check_jurisdiction(jurisdiction), check_name(person)
    folder = Folder(path)
    file = NodeFile(id=uuid4(random).hex, name=name.strip(), database=database)
    if database:
        _reach(database, clock)
    with ExitStack() as undo:
        folder.make()
        undo.callback(shutil.rmtree, folder.path, ignore_errors=True)
        make_keys(folder, random)
        folder.make_vault_key(random)
        migrate(folder.database_url(file))
        with Node(settings, folder, file, clock, random) as node:
            node.directory.parties.add(
                slug,
                name=name,
                jurisdiction=jurisdiction,
                tlp_max=Tlp.RED,
                identity=identity or f"identity--{uuid4(random)}",
                own=True,
            )
            link = node.directory.accounts.invite(node.directory.accounts.add(person))
        folder.finish(file)
        undo.pop_all()
    return link


def _reach(database: str, clock: Clock) -> None:
    """Asks a database server for an answer; Unavailable, with what it said, when it gives none that helps."""
    store = open_store(database, clock)
    try:
        store.ping()
    except Unavailable as error:
        said = str(getattr(error.__cause__, "orig", None) or error.__cause__ or "").strip().splitlines()
        why = said[0].rpartition("FATAL:")[2].strip() if said else error.detail
        raise Unavailable(
            f"no node can be made in that database: {why}",
            code="database",
            hint="Make the database first (PostgreSQL: createdb NAME), or mend what --database says.",
        ) from error
    finally:
        store.close()
