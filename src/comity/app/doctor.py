"""``comity doctor``: whether this machine and this node are fit, each check with what to do when not.

Nothing is changed. A check that can't be made because an earlier one failed is left out.
"""

import shutil
import socket
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from comity.app import tls
from comity.app.backup.record import last_backup
from comity.app.folder import DATABASE, VAULT_KEY_BYTES, Folder
from comity.app.health.tally import totals
from comity.app.keys import read_keys
from comity.app.node import Node, open_node
from comity.app.settings import LOOPBACK, Settings, check_host
from comity.kernel.base.clock import Clock, Micros, rfc3339
from comity.kernel.base.errors import NodeError
from comity.kernel.store.agreement import agree
from comity.kernel.store.vitals import newest_step

PYTHON: Final = (3, 11)
SQLITE: Final = (3, 37, 0)
FREE: Final = 1 << 30
RELEASED: Final[Micros] = 1_767_225_600_000_000
"""2026-01-01: a clock before it is wrong."""
AHEAD: Final[Micros] = 300_000_000
STALE: Final[Micros] = 8 * 86_400_000_000
"""A week and a day: after it, the last backup is too old."""
_WAL: Final = b"\x02\x02"
_FORMAT_AT: Final = 18


class Check(msgspec.Struct, frozen=True):
    """One question and its answer; ``todo`` says what to do when it is not ``ok``."""

    name: str
    ok: bool
    says: str
    todo: str = ""


def machine(settings: Settings, clock: Clock) -> Iterator[Check]:
    """What does not depend on a node."""
    version = sys.version.split()[0]
    yield Check("python", sys.version_info >= PYTHON, version, "Use Python 3.11 or newer.")
    yield _sqlite()
    now = clock.now()
    yield Check("clock", now > RELEASED, rfc3339(now), "Set the machine's clock; let it be kept by NTP.")
    yield _host(settings)
    yield from _tls(settings, now)
    yield from _reached(settings)


def node(settings: Settings, clock: Clock, *, thorough: bool = False) -> Iterator[Check]:
    """One node: its folder, keys, database. ``thorough``: goes through all that the database holds, which takes its time."""
    folder = Folder(Path(settings.data).expanduser().absolute())
    try:
        file = folder.read()
    except NodeError as error:
        yield Check("node", ok=False, says=str(error), todo=error.hint)
        return
    yield Check("node", ok=True, says=f"{file.name} ({file.id})")
    yield _permissions(folder)
    yield _key(folder)
    yield _vault(folder)
    yield _space(folder.path)
    url = folder.database_url(file)
    with open_node(settings, clock=clock) as opened:
        try:
            opened.store.ping()
        except (NodeError, sqlite3.Error) as error:
            todo = "Start the database, mend its URL in node.toml, or put node.db back from a backup."
            yield Check("database", ok=False, says=_first_line(error), todo=todo)
            return
        yield Check("database", ok=True, says="answers")
        fitness = opened.store.vitals.fitness()
        says = "current" if fitness.fits else f"at step {fitness.schema}, this version needs {newest_step()}"
        todo = "Stop the node, make a backup, then: comity migrate"
        yield Check("schema", fitness.fits, says, todo if fitness.schema < newest_step() else "Run the newer version.")
        if url.startswith("sqlite"):
            yield _wal(folder)
        if fitness.fits:
            yield from _directory(opened)
            yield from _backup(opened)
            yield from _work(opened, fitness.worker)
            yield _scan(opened)
    if thorough:
        yield _contents(url)


def _sqlite() -> Check:
    with sqlite3.connect(":memory:") as connection:
        options = {str(row[0]) for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    fit = sqlite3.sqlite_version_info >= SQLITE and "ENABLE_FTS5" in options
    return Check("sqlite", fit, sqlite3.sqlite_version, "Use a Python whose SQLite is 3.37 or newer and has FTS5.")


def _host(settings: Settings) -> Check:
    try:
        check_host(settings)
    except NodeError as error:
        return Check("address", ok=False, says=str(error), todo=error.hint)
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    if taken and _served(settings):
        return Check("address", ok=True, says=f"{where} is in use, and this node is being served")
    says = f"{where} is in use" if taken else f"{where} is free"
    return Check("address", not taken, says, "Something else listens there: stop it, or choose another --port.")


def _served(settings: Settings) -> bool:
    """Whether processes of this node answer; the record that they keep says so."""
    if not settings.data:
        return False
    try:
        return bool(totals(Folder(Path(settings.data).expanduser().absolute()).run).processes)
    except OSError:
        return False


def _tls(settings: Settings, now: Micros) -> Iterator[Check]:
    if not settings.speaks_tls or not settings.tls_key:
        return
    try:
        tls.check_files(settings, now)
        until = tls.not_after(settings.tls_cert)
        loose = tls.loose_key(settings)
    except NodeError as error:
        yield Check("certificate", ok=False, says=str(error), todo=error.hint)
        return
    says = f"holds until {rfc3339(until)[:10]}, for {' '.join(tls.names(settings.tls_cert)) or 'no name'}"
    yield Check("certificate", until - now > tls.SOON, says, "Renew it, then send SIGHUP to the server.")
    says = f"everybody on this machine may read it (mode {loose})" if loose else "not everybody may read it"
    yield Check("certificate's key", not loose, says, f"chmod o= {settings.tls_key}")


def _reached(settings: Settings) -> Iterator[Check]:
    """Links, cookies and passkeys depend on where the node believes to be."""
    if settings.proxy:
        fit = settings.url.startswith("https://")
        todo = "Set COMITY_BASE_URL to the address that the proxy answers at: https://node.example"
        yield Check("reached at", fit, settings.url, todo)
    elif settings.speaks_tls and not settings.base_url and settings.host not in LOOPBACK:
        todo = "Set COMITY_BASE_URL to the certificate's name: https://node.example"
        yield Check("reached at", ok=False, says=settings.url, todo=todo)


def _vault(folder: Folder) -> Check:
    try:
        sound = len(folder.read_vault_key()) == VAULT_KEY_BYTES
    except NodeError:
        sound = False
    says = f"{VAULT_KEY_BYTES} bytes, readable" if sound else f"{folder.vault_key} is missing or damaged"
    todo = "Put it back from a backup. For a node of an earlier version, which never had one: comity migrate"
    return Check("vault key", sound, says, todo)


def _backup(node: Node) -> Iterator[Check]:
    """Nothing is asked of a node that is not older than a backup may be."""
    last, now = last_backup(node.store.registry), node.clock.now()
    if last is None and now - node.directory.parties.own().created < STALE:
        return
    fresh = last is not None and now - last.made < STALE
    says = f"the last is of {rfc3339(last.made)[:16]}Z" if last else "there never was any"
    yield Check("backup", fresh, says, "comity backup FILE; docs/guides/production.md has a timer for it.")


def _work(node: Node, until: Micros | None) -> Iterator[Check]:
    """Where a worker works: what it has stopped doing."""
    if until is None or until <= node.clock.now():
        return
    stopped = [each for each in node.store.followings.all() if each.stopped]
    says = f"{stopped[0].name} has stopped: {stopped[0].reason[:200]}" if stopped else "works"
    yield Check("worker", not stopped, says, "See 'comity work', mend what it says, then 'comity work retry NAME'.")


def _scan(node: Node) -> Check:
    """How far the scan for personal data is; what it has not looked at is withheld where an agreement asks for that."""
    status = node.store.scan.status()
    if not status.asked:
        return Check("personal data", ok=True, says="no agreement asks for a scan")
    says = f"{status.behind} claims to be looked through" if status.behind else "everything is looked through"
    return Check("personal data", ok=True, says=says)


def _contents(url: str) -> Check:
    try:
        held = agree(url)
    except NodeError as error:
        return Check("contents", ok=False, says=str(error), todo=error.hint)
    return Check(
        "contents", ok=True, says=f"{held.claims} claims, {held.versions} versions, {held.leaves} leaves agree"
    )


def _permissions(folder: Folder) -> Check:
    loose = list(folder.loose())
    if not loose:
        return Check("permissions", ok=True, says="only the owner may read the folder")
    path, mode = loose[0]
    more = f" and {len(loose) - 1} more" if len(loose) > 1 else ""
    return Check(
        "permissions",
        ok=False,
        says=f"others may reach {path} (mode {mode}){more}",
        todo=f"chmod -R go= {folder.path}",
    )


def _key(folder: Folder) -> Check:
    try:
        read_keys(folder)
    except NodeError as error:
        return Check("key", ok=False, says=str(error), todo=error.hint)
    return Check("key", ok=True, says="Ed25519 and ML-DSA-65, readable")


def _space(path: Path) -> Check:
    free = shutil.disk_usage(path).free
    return Check("disk", free >= FREE, f"{free / FREE:.1f} GiB free", "Make room: a full disk stops writing.")


def _wal(folder: Folder) -> Check:
    """The journal's mode stands in the file's header (SQLite file format, offsets 18 and 19)."""
    with (folder.path / DATABASE).open("rb") as file:
        file.seek(_FORMAT_AT)
        wal = file.read(2) == _WAL
    return Check("journal", wal, "WAL" if wal else "not WAL", "Start the node once; is the folder on a network disk?")


def _directory(node: Node) -> Iterator[Check]:
    try:
        own = node.directory.parties.own()
    except NodeError as error:
        yield Check("own party", ok=False, says=str(error), todo=error.hint)
        return
    yield Check("own party", ok=True, says=f"{own.slug}, {own.jurisdiction}")
    ahead = own.created - node.clock.now() > AHEAD
    says = "behind the node's own dates" if ahead else "not behind the node's own dates"
    yield Check("clock of the node", not ahead, says, "Set the machine's clock; let it be kept by NTP.")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
