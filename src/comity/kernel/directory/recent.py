"""What was read from the store a moment ago, so that not every request asks the database.

An entry holds for one second, and no longer than the rows' ``version`` stands: a change made by this process is
seen at once, one made by another process within a second. A clock that was set back makes entries old, never young.
"""

from typing import Final, Generic, Protocol, TypeVar

from comity.kernel.base.clock import Clock, Micros

LASTS: Final[Micros] = 1_000_000
MOST: Final = 10_000

Key = TypeVar("Key")
Value = TypeVar("Value")


class Versioned(Protocol):
    """Rows whose ``version`` rises with every change made here: the registry, the people."""

    version: int


class Recent(Generic[Key, Value]):
    """A bounded memory of rows. Safe between threads: every step is one operation on a dict."""

    def __init__(self, rows: Versioned, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._entries: dict[Key, tuple[Value, Micros, int]] = {}

    def get(self, key: Key) -> Value | None:
        """The value, if it was read within the last second and nothing was changed here since."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, read, version = entry
        if version == self._rows.version and 0 <= self._clock.now() - read < LASTS:
            return value
        return None

    def keep(self, key: Key, value: Value, version: int) -> None:
        """Remembers. ``version`` is the rows' from before the read: a change during the read is not missed."""
        if len(self._entries) >= MOST:
            self._entries.clear()
        self._entries[key] = (value, self._clock.now(), version)

    def forget(self, key: Key) -> None:
        """Drops one entry."""
        self._entries.pop(key, None)
