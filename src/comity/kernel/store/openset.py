"""What is open to a viewer: for every shape the opening at which it opened, or that it is closed.

Derived from the viewer's grants of labels, kept per grant epoch, extended as shapes appear. A query gets it as a *mask*: one
byte for each shape, so that a claim is tested by looking at one byte.
"""

from array import array
from collections import OrderedDict
from threading import Lock

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.label import Label
from comity.kernel.policy.shape import opened
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.labels import Labels, needs_of_text

_STATE = Sql(
    "SELECT claim, at, epoch, (SELECT coalesce(max(id), 0) FROM label), (SELECT coalesce(max(id), 0) FROM shape) FROM clock"
)
_PARTY = Sql("SELECT own FROM party WHERE id = :party")
_GRANTS = Sql("SELECT label, opened FROM grants WHERE party = :party AND closed IS NULL AND label > :after")
_OPENINGS = Sql("SELECT id, claim, at FROM opening WHERE id IN (SELECT opened FROM grants WHERE party = :party)")
_SHAPES = Sql("SELECT id, label, needs FROM shape WHERE id > :after ORDER BY id")

CLOSED = 0
OPEN = 1
OPENING = 2
MASKS = 64
VIEWERS = 64


class State(msgspec.Struct, frozen=True):
    """The counters of one snapshot."""

    claim: int
    at: Micros
    epoch: int
    label: int
    shape: int


class Opening(msgspec.Struct, frozen=True):
    """When what stood up to ``claim`` opened: claim n of it is dated ``at + n``."""

    id: int
    claim: int
    at: Micros

    def until(self) -> Micros:
        """The last date reserved."""
        return self.at + self.claim


class Scope(msgspec.Struct, frozen=True):
    """Which labels a query looks at: of one collection, of some types; empty means any."""

    collection: int | None = None
    types: frozenset[str] = frozenset()

    def takes(self, label: Label) -> bool:
        """Whether claims of this label are in scope."""
        return (self.collection is None or label.collection == self.collection) and (
            not self.types or label.type in self.types
        )


class OpenSet:
    """One party's open set at one grant epoch. ``opened_at[shape]``: -1 closed, else the opening's place in ``openings`` + 1
    (0: open since it exists).
    """

    def __init__(self, party: int, epoch: int, *, own: bool) -> None:
        self.party = party
        self.epoch = epoch
        self.own = own
        self.openings: tuple[Opening, ...] = ()
        self.opened_at = array("i", [-1])
        self.labels = array("i", [0])
        self._read = False
        self._grants: dict[int, int] = {}
        self._label = 0
        self._places: dict[int, int] = {0: 0}
        self._masks: OrderedDict[tuple[Scope, int], bytes] = OrderedDict()
        self._open_labels: dict[Scope, tuple[int, list[int]]] = {}
        self._lock = Lock()

    def extend(self, reader: Reader, state: State, labels: dict[int, Label]) -> None:
        """Learn labels and shapes made since; called with the reader's snapshot at or behind ``state``."""
        with self._lock:
            if not self._read:
                self._read = True
                found = sorted(reader.all(_OPENINGS, {"party": self.party}))
                self.openings = tuple(Opening(number, claim, at) for number, claim, at in found)
                self._places |= {opening.id: place for place, opening in enumerate(self.openings, 1)}
            if state.label > self._label:
                rows = reader.all(_GRANTS, {"party": self.party, "after": self._label})
                self._grants.update((label, self._places[opening]) for label, opening in rows)
                self._label = state.label
            if state.shape >= len(self.labels):
                for _, label, needs in reader.all(_SHAPES, {"after": len(self.labels) - 1}):
                    matter = bool(needs) and not self.own and labels[label].source != self.party
                    at = opened(label, needs_of_text(needs) if matter else (), self._grants, needs_matter=matter)
                    self.labels.append(label)
                    self.opened_at.append(-1 if at is None else at)

    def mask(self, scope: Scope, segment: int, labels: dict[int, Label]) -> bytes:
        """The mask of a scope up to the ``segment``-th opening: OPEN before it, OPENING at it, CLOSED otherwise."""
        with self._lock:
            mask = self._masks.get((scope, segment), b"\0")
            if len(mask) < len(self.labels):
                more = bytearray()
                for shape in range(len(mask), len(self.labels)):
                    at = self.opened_at[shape]
                    byte = CLOSED
                    if 0 <= at <= segment and scope.takes(labels[self.labels[shape]]):
                        byte = OPENING if at == segment and segment else OPEN
                    more.append(byte)
                mask += bytes(more)
            self._masks[scope, segment] = mask
            self._masks.move_to_end((scope, segment))
            if len(self._masks) > MASKS:
                self._masks.popitem(last=False)
            return mask

    def is_open(self, label: int) -> bool:
        """Whether a label is open in itself."""
        return label in self._grants

    def open_labels(self, scope: Scope, labels: dict[int, Label]) -> list[int]:
        """Labels of the scope that are open in themselves."""
        with self._lock:
            known, found = self._open_labels.get(scope, (-1, []))
            if known != self._label:
                found = sorted(label for label in self._grants if scope.takes(labels[label]))
                if len(self._open_labels) > MASKS:
                    self._open_labels.clear()
                self._open_labels[scope] = (self._label, found)
            return found


class OpenSets:
    """The open sets of the viewers that asked lately."""

    def __init__(self, database: Database, labels: Labels) -> None:
        self._database = database
        self._labels = labels
        self._sets: OrderedDict[int, OpenSet] = OrderedDict()
        self._lock = Lock()

    def of(self, reader: Reader, party: int) -> tuple[OpenSet, State, dict[int, Label]]:
        """A party's open set as of the reader's snapshot, the counters of that snapshot, and the labels."""
        row = reader.one(_STATE)
        state = State(*row) if row else State(0, 0, 0, 0, 0)
        labels = self._labels.rows(reader, state.label)
        with self._lock:
            found = self._sets.get(party)
            if found is None or found.epoch != state.epoch:
                newer = found is None or found.epoch < state.epoch
                found = OpenSet(party, state.epoch, own=bool(reader.value(_PARTY, {"party": party})))
                if newer:
                    self._sets[party] = found
            if party in self._sets:
                self._sets.move_to_end(party)
            if len(self._sets) > VIEWERS:
                self._sets.popitem(last=False)
        found.extend(reader, state, labels)
        return found, state, labels
