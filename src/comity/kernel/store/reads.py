"""Reads of restricted objects as leaves: durable before the person is shown anything.

A page asks several times for the same object: within ``LASTS`` one leaf stands for one person and object.
"""

from collections.abc import Iterable
from threading import Lock

from sqlalchemy import select

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store import tables
from comity.kernel.store.database import Database
from comity.kernel.store.events import Events

LASTS: Micros = 60_000_000
MOST = 10_000


class Reads:
    """Notes who reads what. Safe between threads."""

    def __init__(self, database: Database, events: Events, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._noted: dict[tuple[int, str], Micros] = {}
        self._lock = Lock()

    def note(self, account: int, names: Iterable[str]) -> None:
        """A person is about to be shown these objects, by their ids."""
        now = self._clock.now()
        with self._lock:
            fresh = sorted(one for one in set(names) if not 0 <= now - self._noted.get((account, one), -LASTS) < LASTS)
        if not fresh:
            return
        table = tables.account
        with self._database.write() as connection:
            name = connection.execute(select(table.c.name).where(table.c.id == account)).scalar_one()
            for object_id in fresh:
                self._events.note(connection, LeafKind.READ, {"account": name, "id": object_id}, account)
        with self._lock:
            if len(self._noted) > MOST:
                self._noted.clear()
            self._noted.update(((account, one), now) for one in fresh)
