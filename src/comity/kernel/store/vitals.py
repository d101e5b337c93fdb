"""How the database is, for whoever watches over the node: whether it may be used, how much is in it, what waits.

Numbers here are taken before policy. They go to monitoring and to the operator, never to a viewer.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.store.database import Database, Reader, Sql

WORKER: Final = "worker"
_SCHEMA_AND_LEASE: Final = Sql(
    "SELECT (SELECT version_num FROM alembic_version), (SELECT until FROM lease WHERE name = :name)"
)
_AMOUNTS: Final = Sql(
    "SELECT c.claim, c.leaf, (SELECT CAST(coalesce(sum(claims), 0) AS bigint) FROM label), (SELECT count(*) FROM label), "
    "(SELECT count(*) FROM shape), (SELECT count(*) FROM intake), "
    "(SELECT count(*) FROM clock WHERE fired IS NULL), (SELECT count(*) FROM clock WHERE fired IS NULL AND due <= :now), "
    "(SELECT count(*) FROM session WHERE expires > :now), (SELECT count(*) FROM account WHERE disabled = false), "
    "(SELECT count(*) FROM token WHERE revoked IS NULL AND (expires IS NULL OR expires > :now)), "
    "(SELECT count(*) FROM party) FROM counter c"
)
_JOBS: Final = Sql("SELECT state, count(*) FROM job GROUP BY state ORDER BY state")
_MIRRORS: Final = Sql(
    "SELECT m.id, c.slug, m.errors, m.paused, m.succeeded FROM mirror m JOIN collection c ON c.id = m.collection ORDER BY m.id"
)
_QUARANTINE: Final = Sql(
    "SELECT l.source, p.slug, sum(CASE WHEN l.features LIKE 'v2|%|q' THEN 0 ELSE 1 END), "
    "CAST(sum(CASE WHEN l.features LIKE 'v2|%|q' THEN l.claims ELSE 0 END) AS bigint) q FROM label l "
    "JOIN party p ON p.id = l.source GROUP BY l.source, p.slug ORDER BY p.slug"
)
_STALE: Final = Sql(
    "SELECT CAST(coalesce(sum(claims), 0) AS bigint) FROM label WHERE features NOT LIKE 'v2|%' OR features LIKE 'v2|%s'"
)
_BYTES: Final = Sql("", "SELECT pg_database_size(current_database())")


class Fitness(msgspec.Struct, frozen=True):
    """Whether the node can do its work. ``schema`` is what the database has; ``worker`` until when somebody works."""

    schema: str
    worker: Micros | None

    @property
    def fits(self) -> bool:
        """Whether the schema is the one this version was written for."""
        return self.schema == newest_step()


class Mirrored(msgspec.Struct, frozen=True):
    """How the mirror of one collection is."""

    id: int
    collection: str
    errors: int
    paused: bool
    succeeded: Micros | None


class Numbers(msgspec.Struct, frozen=True):
    """How much there is. ``claims`` and ``leaves`` were ever written; ``held`` are the claims that are there now."""

    claims: int
    leaves: int
    held: int
    labels: int
    shapes: int
    envelopes: int
    clocks: int
    late: int
    sessions: int
    accounts: int
    tokens: int
    parties: int


class Amounts(msgspec.Struct, frozen=True):
    """All that is counted."""

    numbers: Numbers
    jobs: tuple[tuple[str, int], ...]
    mirrors: tuple[Mirrored, ...]
    bytes: int


class Quarantined(msgspec.Struct, frozen=True):
    """A source that sends more kinds of labels than it may: its number and slug, the labels it has, its claims in quarantine."""

    source: int
    slug: str
    labels: int
    claims: int


class Vitals:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fitness(self) -> Fitness:
        """One short look; Unavailable when the database does not answer."""
        schema, until = self._database.glance(_SCHEMA_AND_LEASE, {"name": WORKER}) or ("", None)
        return Fitness(str(schema), until)

    def amounts(self, now: Micros) -> Amounts:
        """All numbers, as of one moment."""
        with self._database.snapshot() as reader:
            numbers = [int(number) for number in reader.one(_AMOUNTS, {"now": now}) or ()]
            jobs = tuple((str(state), int(count)) for state, count in reader.all(_JOBS))
            mirrors = tuple(
                Mirrored(number, slug, errors, bool(paused), succeeded)
                for number, slug, errors, paused, succeeded in reader.all(_MIRRORS)
            )
            return Amounts(Numbers(*numbers), jobs, mirrors, self._bytes(reader))

    def quarantine(self) -> tuple[Quarantined, ...]:
        """The sources of which something is in quarantine."""
        with self._database.snapshot() as reader:
            return tuple(Quarantined(*row) for row in reader.all(_QUARANTINE) if row[3])

    def stale(self) -> int:
        """How many claims are still to be labelled anew after an update."""
        with self._database.snapshot() as reader:
            return int(reader.value(_STALE))

    def _bytes(self, reader: Reader) -> int:
        if self._database.postgres:
            return int(reader.value(_BYTES))
        parts = (Path(self._database.path), Path(f"{self._database.path}-wal"))
        return sum(path.stat().st_size for path in parts if path.exists())


def newest_step() -> str:
    """The last step of ``migrations``, by the names of its files: a server process does without the schema's tools."""
    steps = files("comity.kernel.store.migrations") / "versions"
    return max(step.name[:4] for step in steps.iterdir() if step.name[:4].isdigit())
