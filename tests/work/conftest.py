"""A store on each database, with a table in which effects are counted."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from comity.kernel.base.clock import FixedClock
from comity.kernel.store.store import Store, open_store
from tests.kernel.store.conftest import START, empty_sqlite, url

__all__ = ["empty_sqlite", "url"]

SECOND = 1_000_000


class Bench:
    """A store whose clock one moves by hand, and effects that one can count."""

    def __init__(self, url: str, scratch: Path) -> None:
        self.url = url
        self.scratch = scratch
        self.clock = FixedClock(START)
        self.store: Store = open_store(url, self.clock)
        with self.store._database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE effect (name TEXT NOT NULL)")

    def did(self, connection: Any, name: str) -> None:
        """An effect: a row, in the transaction it is given."""
        mark = "%(name)s" if self.url.startswith("postgresql") else ":name"
        connection.exec_driver_sql(f"INSERT INTO effect (name) VALUES ({mark})", {"name": name})

    def effects(self) -> Counter[str]:
        """How often each effect is there."""
        with self.store._database.read() as connection:
            return Counter(row[0] for row in connection.exec_driver_sql("SELECT name FROM effect"))


@pytest.fixture
def bench(url: str, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(url, tmp_path)
    yield made
    made.store.close()


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield
