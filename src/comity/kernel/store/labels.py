"""Labels, shapes and grants as rows: found or made, decided for every party, opened and closed.

A new label gets its grants in the same transaction, before any claim stands under it, so that it is open "since it exists"
(opening 0). What a later change of a party's standing opens appears whole behind that viewer's cursor: an ``opening``, dated
by the clock, which reserves one microsecond for every claim that may stand in it.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, select, update

from comity.kernel.base.clock import Clock
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.shape import Needs
from comity.kernel.policy.viewer import Standing
from comity.kernel.store import tables
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.keys import Kinds
from comity.kernel.store.lookup import rows_of

_LABELS_AFTER = Sql("SELECT id, features FROM label WHERE id > :after ORDER BY id")
_SHAPES = "SELECT digest, id FROM shape WHERE digest"
_LAST_SHAPE = Sql("SELECT coalesce(max(id), 0) FROM shape")
_NEW_SHAPES = Bulk("shape", ("id", "label", "needs", "digest"), "i i b 16s")

ShapeKey = tuple[int, Needs]
"""A label and what it needs."""

CACHED_SHAPES = 50_000


class LabelRow(msgspec.Struct, frozen=True):
    """A label with its number."""

    id: int
    label: Label


class Labels:
    """The label book: every label by its features and by its number; learns those that other processes made."""

    def __init__(self, database: Database, kinds: Kinds, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock
        self._by_features: dict[str, int] = {}
        self._rows: dict[int, Label] = {}
        self._last = 0

    def row(self, number: int, reader: Reader) -> Label:
        """The label of a number that stands in the store."""
        if number not in self._rows:
            self.refresh(reader)
        return self._rows[number]

    def rows(self, reader: Reader, newest: int) -> dict[int, Label]:
        """All labels up to at least ``newest``."""
        if newest > self._last:
            self.refresh(reader)
        return self._rows

    def refresh(self, reader: Reader) -> None:
        """Learn labels made since."""
        for number, features in reader.all(_LABELS_AFTER, {"after": self._last}):
            self._rows[number] = Label.of_features(features)
            self._by_features[features] = number
            self._last = max(self._last, number)

    def numbers(self, labels: Iterable[Label]) -> dict[Label, int]:
        """The numbers of labels, made and decided for every party where new."""
        wanted = {label: label.features() for label in labels}
        if any(features not in self._by_features for features in wanted.values()):
            with self._database.snapshot() as reader:
                self.refresh(reader)
        missing = sorted(features for features in wanted.values() if features not in self._by_features)
        if missing:
            with self._database.write() as connection:
                self._make(connection, missing)
            with self._database.snapshot() as reader:
                self.refresh(reader)
        return {label: self._by_features[features] for label, features in wanted.items()}

    def _make(self, connection: Connection, missing: list[str]) -> None:
        held = {features for (features,) in connection.execute(select(tables.label.c.features))}
        number = connection.execute(select(tables.label.c.id).order_by(tables.label.c.id.desc()).limit(1)).scalar() or 0
        standings = all_standings(connection)
        for features in missing:
            if features in held:
                continue
            number += 1
            label = Label.of_features(features)
            kind = self._kinds.number(label.type) or b"\0\0"
            connection.execute(
                tables.label.insert(),
                {
                    "id": number,
                    "source": label.source,
                    "collection": label.collection,
                    "kind": int.from_bytes(kind, "big"),
                    "features": features,
                    "claims": 0,
                },
            )
            grants = [
                {"party": standing.party, "label": number, "opened": 0, "closed": None}
                for standing in standings
                if decide(label, standing).effect is Effect.RELEASE
            ]
            if grants:
                connection.execute(tables.grant.insert(), grants)

    def regrant(self, connection: Connection, party: int) -> None:
        """Decide every label anew for one party, inside the caller's transaction under the write lock.

        What closes stops with this commit. What opens gets one opening; a label without claims opens as of old.
        """
        standing = standing_of(connection, party)
        table = tables.grant
        current = {
            label
            for (label,) in connection.execute(
                select(table.c.label).where(table.c.party == party, table.c.closed.is_(None))
            )
        }
        labels = connection.execute(select(tables.label.c.id, tables.label.c.features, tables.label.c.claims)).all()
        wanted = {
            number: claims
            for number, features, claims in labels
            if decide(Label.of_features(features), standing).effect is Effect.RELEASE
        }
        closing = current - wanted.keys()
        opening = wanted.keys() - current
        if not closing and not opening:
            return
        counters = connection.execute(select(tables.counter.c.claim, tables.counter.c.at)).one()
        at = max(self._clock.now(), counters.at + 1)
        until = at
        number = 0
        if opening:
            number = (
                connection.execute(select(tables.opening.c.id).order_by(tables.opening.c.id.desc())).scalar() or 0
            ) + 1
            until = at + counters.claim
            connection.execute(tables.opening.insert(), {"id": number, "claim": counters.claim, "at": at})
            connection.execute(
                table.insert(),
                [{"party": party, "label": label, "opened": number, "closed": None} for label in sorted(opening)],
            )
        for label in sorted(closing):
            connection.execute(
                update(table)
                .where(table.c.party == party, table.c.label == label, table.c.closed.is_(None))
                .values(closed=at)
            )
        connection.execute(update(tables.counter).values(at=until, epoch=tables.counter.c.epoch + 1))


class Shapes:
    """The shape book: shapes by their label and needs, the latest ones remembered."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[ShapeKey, int] = OrderedDict()

    def find(self, reader: Reader, wanted: Iterable[ShapeKey]) -> dict[ShapeKey, int]:
        """Numbers of those shapes that there are."""
        keys = set(wanted)
        found = {key: self._numbers[key] for key in keys if key in self._numbers}
        digests = {_digest(shape_text(key)): key for key in keys - found.keys()}
        found.update((digests[bytes(digest)], number) for digest, number in rows_of(reader, _SHAPES, digests))
        return found

    def make(
        self, writer: Reader, wanted: Iterable[ShapeKey], found: dict[ShapeKey, int] | None = None
    ) -> dict[ShapeKey, int]:
        """Numbers of shapes, made where new, under the write lock. ``found``: what ``find`` said before. Call ``keep`` once
        that has committed.
        """
        keys = set(wanted)
        found = dict(found or {})
        if keys - found.keys():
            found |= self.find(writer, keys - found.keys())
        missing = sorted((shape_text(key), key) for key in keys - found.keys())
        if missing:
            last = writer.value(_LAST_SHAPE)
            rows = [
                (last + place, key[0], text.encode() if writer.postgres else text, _digest(text))
                for place, (text, key) in enumerate(missing, 1)
            ]
            _NEW_SHAPES.write(writer, rows)
            found.update((key, last + place) for place, (_, key) in enumerate(missing, 1))
        return found

    def keep(self, found: dict[ShapeKey, int]) -> None:
        """Remember shapes that are now committed."""
        self._numbers.update(found)
        while len(self._numbers) > CACHED_SHAPES:
            self._numbers.popitem(last=False)


def shape_text(key: ShapeKey) -> str:
    """A shape as one text: equal shapes, equal texts."""
    return f"{key[0]}{json.dumps(key[1], separators=(',', ':')) if key[1] else ''}"


def needs_of_text(text: str) -> Needs:
    """The needs of a shape that ``shape_text`` wrote."""
    _, bracket, needs = text.partition("[")
    return tuple(tuple(labels) for labels in json.loads(bracket + needs)) if bracket else ()


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def standing_of(connection: Connection, party: int) -> Standing:
    """Where one party stands, from the directory's rows. An absent party may nothing."""
    for standing in all_standings(connection, party):
        return standing
    return Standing(party=party, own=False, ceiling=Tlp.CLEAR, reads=frozenset())


def all_standings(connection: Connection, party: int | None = None) -> list[Standing]:
    """Where every party (or one) stands."""
    reads: dict[int, set[int]] = {}
    for collection, reader in connection.execute(
        select(tables.access.c.collection, tables.access.c.party).where(tables.access.c.read.is_(True))
    ):
        reads.setdefault(reader, set()).add(collection)
    query = select(tables.party.c.id, tables.party.c.own, tables.party.c.tlp_max)
    if party is not None:
        query = query.where(tables.party.c.id == party)
    return [
        Standing(party=number, own=bool(own), ceiling=Tlp(ceiling), reads=frozenset(reads.get(number, ())))
        for number, own, ceiling in connection.execute(query)
    ]
