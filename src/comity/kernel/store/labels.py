"""Labels and shapes as rows: found or made. A new label gets its grants in the same transaction (``grants``).

A source has a quota of labels: what it sends beyond that, of whatever markings, stands under few labels that nothing releases
(``quarantine_of``), so that nobody makes the node slow by sending ever new ones.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from comity.kernel.policy.label import Label, Scan, quarantine_of
from comity.kernel.policy.shape import Needs
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.grants import Grants
from comity.kernel.store.keys import Kinds
from comity.kernel.store.lookup import rows_of

_LABELS_AFTER = Sql("SELECT id, features FROM label WHERE id > :after ORDER BY id")
_NEW_LABELS = Bulk("label", ("id", "source", "collection", "kind", "features", "claims"), "i i i i b q")
_SHAPES = "SELECT digest, id FROM shape WHERE digest"
_LAST_SHAPE = Sql("SELECT coalesce(max(id), 0) FROM shape")
_NEW_SHAPES = Bulk("shape", ("id", "label", "needs", "digest"), "i i b 16s")

ShapeKey = tuple[int, Needs]
"""A label and what it needs."""

CACHED_SHAPES = 50_000
LABELS_PER_SOURCE = 1000
NO_TYPE = "quarantine"
"""Stands for the type where a source has sent too many of these."""


class Labels:
    """The label book: every label by its features and by its number; learns those that other processes made."""

    def __init__(self, database: Database, kinds: Kinds, grants: Grants, quota: int = LABELS_PER_SOURCE) -> None:
        self._database = database
        self._kinds = kinds
        self._grants = grants
        self._quota = quota
        self._by_features: dict[str, int] = {}
        self._rows: dict[int, Label] = {}
        self._made: dict[tuple[int, bool], int] = {}
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
            self._learn(number, features, Label.of_features(features))

    def _learn(self, number: int, features: str, label: Label) -> None:
        if number in self._rows:
            return
        if not label.stale and label.scan is Scan.UNSCANNED and not label.lens:  # the others are of our own making
            group = label.source, label.quarantined
            self._made[group] = self._made.get(group, 0) + 1
        self._rows[number] = label
        self._by_features[features] = number
        self._last = max(self._last, number)

    def numbers(self, labels: Iterable[Label], *, bounded: bool = True) -> dict[Label, int]:
        """The numbers of labels, made and decided for every party where new. ``bounded``: by their source's quota, as all that
        follows from what it sends; not what our own people say of it.
        """
        wanted = {label: label.features() for label in labels}
        if any(features not in self._by_features for features in wanted.values()):
            with self._database.writer(lasting=False) as writer:
                self.refresh(writer)
                if bounded:
                    wanted = self._within_quota(wanted)
                made = self._make(writer, sorted({each for each in wanted.values() if each not in self._by_features}))
            for number, (features, label) in made.items():
                self._learn(number, features, label)
        return {label: self._by_features[features] for label, features in wanted.items()}

    def room(self, source: int) -> int:
        """How many more labels a source may have."""
        return self._quota - self._made.get((source, False), 0)

    def _within_quota(self, wanted: Mapping[Label, str]) -> dict[Label, str]:
        """The same, with labels in the place of those that a source may not have any more: of its collection and type, and
        where these are too many as well, of no type, so that a filter by type does not find what stands under it.
        """
        made = dict(self._made)
        allotted: dict[Label, str] = {}
        for label, features in sorted(wanted.items(), key=_by_text):
            chosen = features
            for other in (label, quarantine_of(label), quarantine_of(msgspec.structs.replace(label, type=NO_TYPE))):
                chosen = other.features()
                group = other.source, other.quarantined
                if chosen in self._by_features or other.type == NO_TYPE:
                    break
                if made.get(group, 0) < self._quota:
                    made[group] = made.get(group, 0) + 1
                    break
            allotted[label] = chosen
        return allotted

    def _make(self, writer: Reader, missing: Sequence[str]) -> dict[int, tuple[str, Label]]:
        """Rows and grants of labels that nobody has made, under the write lock: learnt when that has committed."""
        made = {self._last + place: (each, Label.of_features(each)) for place, each in enumerate(missing, 1)}
        _NEW_LABELS.write(
            writer,
            [
                (
                    number,
                    label.source,
                    label.collection,
                    int.from_bytes(self._kinds.number(label.type) or b"\0\0", "big"),
                    features.encode() if writer.postgres else features,
                    0,
                )
                for number, (features, label) in made.items()
            ],
        )
        if made:
            self._grants.add(writer, {number: label for number, (_, label) in made.items()})
        return made


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


def _by_text(item: tuple[Label, str]) -> str:
    return item[1]


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
