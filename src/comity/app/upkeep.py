"""The node and its version: whether they fit, and how an older node is brought up to date.

``serve`` only looks. What changes a database is done when an operator says so, at rest, after a backup: ``comity migrate``.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from comity.app.folder import Folder
from comity.app.keys import make_second_key
from comity.app.settings import Settings, data_folder
from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.store.migrate import check_known, migrate, newest, revision, steps
from comity.kernel.store.store import open_store


class Update(msgspec.Struct, frozen=True):
    """What an update does, or did: from which step to which, what each does; whether a vault's key and a second node key are
    made as well.
    """

    since: str
    to: str
    steps: tuple[tuple[str, str], ...]
    vault_key: bool
    second_key: bool = False

    @property
    def needed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps) or self.vault_key or self.second_key


def prepare(settings: Settings) -> None:
    """Before a node is served: refuses one whose database or folder is not what this version needs."""
    update = outstanding(settings)
    if update.needed:
        raise Conflict(
            f"the node is from an earlier version: its schema is at step {update.since or 'none'}, "
            f"this version needs {update.to}",
            code="schema-older",
            hint="Make a backup with the earlier version, or copy the folder at rest. Then: comity migrate",
        )


def outstanding(settings: Settings) -> Update:
    """What ``bring_up_to_date`` would do. Refuses a database of a later version."""
    folder = Folder(data_folder(settings))
    held = revision(folder.database_url(folder.read()))
    check_known(held)
    return Update(held, newest(), steps(held), not folder.vault_key.exists(), folder.never_had_second_key)


def bring_up_to_date(
    settings: Settings,
    clock: Clock,
    random: RandomBytes = system_random,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> Update:
    """Takes the steps that are missing, each whole or not at all, and labels anew what they ask for. Refuses while the node
    runs. What of the labelling is cut off, the worker goes on with. ``told``: how far the labelling is.
    """
    folder = Folder(data_folder(settings))
    url = folder.database_url(folder.read())
    with _alone(folder):
        update = outstanding(settings)
        if update.steps:
            _at_rest(url, clock)
            migrate(url)
            _relabel(url, settings, clock, told)
        if update.vault_key:
            folder.make_vault_key(random)
        if update.second_key:
            make_second_key(folder, random)
    return update


def _relabel(url: str, settings: Settings, clock: Clock, told: Callable[[int, int], None]) -> None:
    store = open_store(url, clock, labels_per_source=settings.labels_per_source)
    try:
        store.relabelling.run(told)
    finally:
        store.close()


def _at_rest(url: str, clock: Clock) -> None:
    store = open_store(url, clock)
    try:
        until = store.vitals.fitness().worker
    finally:
        store.close()
    if until is not None and until > clock.now():
        raise Conflict(
            "the node runs, and its schema can't be changed under it",
            code="node-running",
            hint="Stop it first. One that was killed counts as running for a quarter of a minute.",
        )


@contextmanager
def _alone(folder: Folder) -> Iterator[None]:
    """One update at a time."""
    folder.run.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder.run / "migrate.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
