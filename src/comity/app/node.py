"""A node, composed: its folder, settings, store and directory. Composing opens no connection and starts no thread."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Final, Self

from comity.app.folder import Folder, NodeFile
from comity.app.keys import read_keys
from comity.app.settings import Settings, data_folder
from comity.kernel.base.clock import Clock, SystemClock
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.store.store import open_store

SYSTEM_CLOCK: Final = SystemClock()


class Node:
    """What commands, desks and the worker are given."""

    def __init__(self, settings: Settings, folder: Folder, file: NodeFile, clock: Clock, random: RandomBytes) -> None:
        self.settings = settings
        self.folder = folder
        self.file = file
        self.clock = clock
        self.random = random
        self.database = folder.database_url(file)
        self.store = open_store(
            self.database,
            clock,
            random,
            cache_mb=settings.cache_mb,
            labels_per_source=settings.labels_per_source,
            scan=settings.scan,
        )
        self.vault = Vault(folder.read_vault_key, random)
        self.keys = partial(read_keys, folder)
        self.directory = Directory(
            self.store.registry, self.store.people, self.vault, clock, random, store=self.store, keys=self.keys
        )
        self.pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="database")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of threads and connections."""
        self.pool.shutdown()
        self.store.close()


def open_node(settings: Settings, *, clock: Clock = SYSTEM_CLOCK, random: RandomBytes = system_random) -> Node:
    """The node whose folder the settings name."""
    folder = Folder(data_folder(settings))
    return Node(settings, folder, folder.read(), clock, random)
