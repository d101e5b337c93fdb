"""What is open to a viewer: for every shape the opening at which it opened, or that it is closed.

Derived from the viewer's grants of labels, kept per grant epoch, extended as shapes appear. A query gets it as a *mask*: one
byte for each shape, so that a claim is tested by looking at one byte.

A viewer is a party; of the own party, a party and the circles of the person who asks. What is restricted to a circle is
granted to no party (but to the claim's source): it is opened here to the circle's people, since the label exists. Where
nothing is restricted, nothing is asked for.
"""

from array import array
from collections import OrderedDict
from threading import Lock

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.shape import held_needs, opened
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.hidden import Hidden
from comity.kernel.store.labels import Labels, needs_of_text

_STATE = Sql(
    "SELECT claim, at, epoch, (SELECT coalesce(max(id), 0) FROM label), (SELECT coalesce(max(id), 0) FROM shape) FROM counter"
)
_PARTY = Sql("SELECT own FROM party WHERE id = :party")
_GRANTS = Sql("SELECT label, opened FROM grants WHERE party = :party AND closed IS NULL AND label > :after")
_OPENINGS = Sql("SELECT id, claim, at FROM opening WHERE id IN (SELECT opened FROM grants WHERE party = :party)")
_SHAPES = Sql("SELECT id, label, needs FROM shape WHERE id > :after ORDER BY id")
_MEMBERS = Sql("SELECT account, circle FROM circle_member")
_RELABELS = Sql("SELECT key, object, circle FROM relabel WHERE circle <> 0")

CLOSED = 0
OPEN = 1
OPENING = 2
NO_CIRCLES: frozenset[int] = frozenset()
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


class People(msgspec.Struct, frozen=True):
    """Who is in which circles, and what is being restricted (key, id, circle), at one grant epoch."""

    epoch: int
    circles: dict[int, frozenset[int]]
    restricting: tuple[tuple[bytes, str, int], ...]

    def of(self, account: int | None) -> frozenset[int]:
        """The circles of a person; of nobody in particular, none."""
        return self.circles.get(account, NO_CIRCLES) if account is not None else NO_CIRCLES

    def hidden(self, party: int, circles: frozenset[int], *, own: bool) -> Hidden | None:
        """What is not to be seen, whatever its label still says; None where there is no such thing."""
        meant = [one for one in self.restricting if not (own and one[2] in circles)]
        if not meant:
            return None
        guessable = tuple(object_id for _, object_id, _ in meant if is_guessable(object_id))
        return Hidden(frozenset(key for key, _, _ in meant), guessable, 0 if own else party)


class OpenSet:
    """One viewer's open set at one grant epoch. ``opened_at[shape]``: -1 closed, else the opening's place in ``openings`` + 1
    (0: open since it exists).

    ``circles``      those of the person who asks
    ``hidden``       what is being restricted and not for these circles
    ``restricting``  keys of what is being restricted, for whomever
    """

    def __init__(self, party: int, people: People, circles: frozenset[int], *, own: bool) -> None:
        self.party = party
        self.epoch = people.epoch
        self.own = own
        self.circles = circles if own else NO_CIRCLES
        self.hidden = people.hidden(party, circles, own=own)
        self.restricting = {key: circle for key, _, circle in people.restricting}
        self.openings: tuple[Opening, ...] = ()
        self.opened_at = array("i", [-1])
        self.labels = array("i", [0])
        self._read = False
        self.restricts = False  # whether any label is restricted: only then needs can close a shape to our own people
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
                if self.own:
                    self._admit(self._label, state.label, labels)
                self._label = state.label
            if state.shape >= len(self.labels):
                for _, label, needs in reader.all(_SHAPES, {"after": len(self.labels) - 1}):
                    self.labels.append(label)
                    self.opened_at.append(self._opens(label, needs, labels))

    def _admit(self, after: int, until: int, labels: dict[int, Label]) -> None:
        """Open the labels of the person's circles."""
        for number in range(after + 1, until + 1):
            label = labels.get(number)
            if label is None or not label.circle:
                continue
            self.restricts = True
            standing = Standing(self.party, own=True, ceiling=Tlp.RED, reads=frozenset(), circles=self.circles)
            if decide(label, standing).effect is Effect.RELEASE:
                self._grants[number] = 0

    def _opens(self, label: int, text: str, labels: dict[int, Label]) -> int:
        """Where a shape opened; -1: closed. To our own people what is not held hides nothing."""
        matter = bool(text) and (self.restricts if self.own else labels[label].source != self.party)
        needs = needs_of_text(text) if matter else ()
        at = opened(label, held_needs(needs) if self.own else needs, self._grants, needs_matter=matter)
        return -1 if at is None else at

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
        self._sets: OrderedDict[tuple[int, frozenset[int]], OpenSet] = OrderedDict()
        self._people = People(-1, {}, ())
        self._lock = Lock()

    def of(self, reader: Reader, party: int, account: int | None = None) -> tuple[OpenSet, State, dict[int, Label]]:
        """A viewer's open set as of the reader's snapshot, the counters of that snapshot, and the labels."""
        row = reader.one(_STATE)
        state = State(*row) if row else State(0, 0, 0, 0, 0)
        labels = self._labels.rows(reader, state.label)
        with self._lock:
            people = self._people_at(reader, state.epoch)
            viewer = (party, people.of(account))
            found = self._sets.get(viewer)
            if found is None or found.epoch != state.epoch:
                newer = found is None or found.epoch < state.epoch
                found = OpenSet(party, people, viewer[1], own=bool(reader.value(_PARTY, {"party": party})))
                if newer:
                    self._sets[viewer] = found
            if viewer in self._sets:
                self._sets.move_to_end(viewer)
            if len(self._sets) > VIEWERS:
                self._sets.popitem(last=False)
        found.extend(reader, state, labels)
        return found, state, labels

    def _people_at(self, reader: Reader, epoch: int) -> People:
        """Read once for an epoch: whatever changes here raises it."""
        if self._people.epoch == epoch:
            return self._people
        circles: dict[int, set[int]] = {}
        for account, circle in reader.all(_MEMBERS):
            circles.setdefault(account, set()).add(circle)
        people = People(
            epoch,
            {account: frozenset(found) for account, found in circles.items()},
            tuple((bytes(key), object_id, circle) for key, object_id, circle in reader.all(_RELABELS)),
        )
        if epoch > self._people.epoch:
            self._people = people
        return people
