"""The keys of pseudonyms: one for each scope and generation, 32 random bytes, which never leave."""

from collections.abc import Iterable
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.base.ids import RandomBytes
from comity.kernel.policy.redaction import Pseudonyms
from comity.kernel.store.database import Database, Reader, Sql

KEY_BYTES: Final = 32
_NEWEST = Sql(
    "SELECT scope, generation, key FROM pseudonym_key k WHERE generation = "
    "(SELECT max(generation) FROM pseudonym_key n WHERE n.scope = k.scope)"
)
_ADD = Sql(
    "INSERT INTO pseudonym_key (scope, generation, key, made) VALUES (:scope, :generation, :key, :made) "
    "ON CONFLICT (scope, generation) DO NOTHING"
)
_LAST = Sql("SELECT coalesce(max(generation), 0) FROM pseudonym_key WHERE scope = :scope")


class ScopeKey(msgspec.Struct, frozen=True):
    """The key that holds now."""

    generation: int
    pseudonyms: Pseudonyms


class Keys:
    """Makes keys and reads them."""

    def __init__(self, database: Database, clock: Clock, random: RandomBytes) -> None:
        self._database = database
        self._clock = clock
        self._random = random

    def held(self, reader: Reader) -> dict[str, ScopeKey]:
        """The newest key of every scope that has one."""
        return {scope: ScopeKey(generation, Pseudonyms(bytes(key))) for scope, generation, key in reader.all(_NEWEST)}

    def ensure(self, scopes: Iterable[str]) -> None:
        """Give a first key to scopes that have none, in a transaction of its own."""
        wanted = sorted(set(scopes))
        if not wanted:
            return
        with self._database.writer() as writer:
            for scope in wanted:
                if not writer.value(_LAST, {"scope": scope}):
                    self._add(writer, scope, 1)

    def renew(self, writer: Reader, scope: str) -> int:
        """A further key, from now on the one that holds; its generation."""
        generation = int(writer.value(_LAST, {"scope": scope})) + 1
        self._add(writer, scope, generation)
        return generation

    def _add(self, writer: Reader, scope: str, generation: int) -> None:
        key = self._random(KEY_BYTES)
        writer.run(_ADD, {"scope": scope, "generation": generation, "key": key, "made": self._clock.now()})
