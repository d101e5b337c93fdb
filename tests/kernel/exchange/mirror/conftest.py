"""The store's cast, a vault, and whatever is needed to pull into its collection ``main``."""

from datetime import UTC, datetime
from typing import Any

import pytest

from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.fetch.fetcher import Fetcher
from comity.kernel.exchange.fetch.settings import FetchSettings
from comity.kernel.exchange.mirror.driver import Mirroring
from comity.kernel.exchange.mirror.foreground import pull_now
from comity.kernel.exchange.mirror.pulling import Tally
from comity.kernel.exchange.mirror.registering import Registered, register
from comity.kernel.store.types import Mirror
from tests.kernel.exchange.mirror.servers import Remote
from tests.kernel.store.conftest import Cast, cast, empty_sqlite, run_sql, url

__all__ = ["cast", "empty_sqlite", "run_sql", "url"]

SECOND = 1_000_000


class World:
    """A node that mirrors into ``main``."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.store = cast.store
        self.clock = cast.clock
        self.vault = Vault(bytes(32))
        self.directory = Directory(self.store.registry, self.store.people, self.vault, self.clock)
        self.settings = FetchSettings(private=True, seconds=5.0)
        self.slept: list[float] = []

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now() / 1_000_000, UTC).replace(tzinfo=None)

    def fetcher(self) -> Fetcher:
        return Fetcher(self.settings, agent="Comity/test")

    def register(self, remote: Remote, **more: Any) -> Registered:
        scheme, _, secret = remote.authorization.partition(" ")
        given: dict[str, str | None] = {"secret": secret or None}
        if scheme == "Basic":
            given = {"username": "bench", "secret": "hunter2"}
        return register(
            self.store, self.directory, self.clock, remote.url, self.cast.collections["main"], **(given | more)
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.forward(int(seconds * SECOND))

    def pull(self, mirror: Mirror) -> Tally:
        """A pull in the foreground, as the mirror stands now."""
        return pull_now(
            self.store,
            self.vault,
            self.settings,
            self.clock,
            bytes,
            self.fetcher(),
            self.store.mirrors.get(mirror.id),
            told=lambda tally: None,
            waits=lambda error, seconds: None,
            sleep=self.sleep,
        )

    def mirroring(self) -> Mirroring:
        return Mirroring(self.store, self.vault, self.settings, self.clock, bytes, self.fetcher)

    def held(self) -> list[dict[str, Any]]:
        """What the own party sees in ``main``, every version."""
        return self.cast.read("own", versions=("all",))

    def notes(self, count: int, **more: Any) -> list[dict[str, Any]]:
        return [self.cast.indicator(f"Number {number}", **more) for number in range(count)]


@pytest.fixture
def world(cast: Cast) -> World:
    return World(cast)
