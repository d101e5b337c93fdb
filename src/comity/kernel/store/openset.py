"""What is open to a viewer: for every shape the opening at which it opened, or that it is closed.

Derived from the viewer's grants of labels, kept per grant epoch and until the first of them ends, extended as shapes appear.
A query gets it as a *mask*: one byte for each shape, so that a claim is tested by looking at one byte.

A viewer is a party; of the own party, a party and the circles of the person who asks. What is restricted to a circle is
granted to no party (but to the claim's source): it is opened here to the circle's people, since the label exists. Where
nothing is restricted, nothing is asked for.

A set may also be of another moment (``on``): of a past one from the grants as they stood then, of one to come from what
policy would decide on that day.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, KeysView, Mapping
from operator import and_
from threading import Lock

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decider import Decider
from comity.kernel.policy.label import OURS, Label
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.hidden import Hidden
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.labels import Labels
from comity.kernel.store.shapes import ShapeBook
from comity.kernel.store.standings import everybody

_STATE = Sql(
    "SELECT claim, at, epoch, (SELECT coalesce(max(id), 0) FROM label), (SELECT coalesce(max(id), 0) FROM shape) FROM counter"
)
_PARTY = Sql("SELECT own FROM party WHERE id = :party")
_GRANTS = Sql(
    "SELECT label, opened, until FROM grants WHERE party = :party AND closed IS NULL AND label > :after "
    "AND (until IS NULL OR until > :on)"
)
_GRANTS_THEN = Sql(
    "SELECT label, opened, until FROM grants WHERE party = :party AND label > :after AND (closed IS NULL OR closed > :on) "
    "AND (until IS NULL OR until > :on) "
    "AND (opened = 0 OR opened IN (SELECT o.id FROM opening o WHERE o.at <= :on))"
)
_OPENINGS = Sql("SELECT id, claim, at FROM opening WHERE id IN (SELECT opened FROM grants WHERE party = :party)")
_MEMBERS = Sql("SELECT account, circle FROM circle_member")
_RESTRICTIONS = Sql("SELECT key, circle FROM restriction")
_NAMES = Sql("SELECT id, name FROM kind")
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
        meant = [one for one in self.restricting if not (own and (one[2] == OURS or one[2] in circles))]
        if not meant:
            return None
        guessable = tuple(object_id for _, object_id, _ in meant if is_guessable(object_id))
        return Hidden(frozenset(key for key, _, _ in meant), guessable, 0 if own else party)


class OpenSet:
    """One viewer's open set at one grant epoch. ``opened_at[shape]``: -1 closed, else the opening's place in ``openings`` + 1
    (0: open since it exists).

    ``on``           the moment it is of; None: now
    ``ends``         when the first of its grants ends, as known today; None: never
    ``circles``      those of the person who asks
    ``hidden``       what is being restricted and not for these circles
    ``restricting``  keys of what is being restricted, for whomever
    """

    def __init__(
        self,
        party: int,
        people: People,
        circles: frozenset[int],
        *,
        own: bool,
        now: Micros,
        reached: Micros,
        on: Micros | None = None,
    ) -> None:
        self.party = party
        self.epoch = people.epoch
        self.own = own
        self.on = on
        self.ends: Micros | None = None
        self.circles = circles if own else NO_CIRCLES
        self.hidden = people.hidden(party, circles, own=own)
        self.restricting = {key: circle for key, _, circle in people.restricting}
        self.openings: tuple[Opening, ...] = ()
        self.opened_at = array("i", [-1])
        self.labels = array("i", [0])
        self.restricts = False  # whether any label is restricted: only then needs can close a shape to our own people
        self._now = now
        self._reached = reached
        self._read = False
        self._grants: dict[int, int] = {}
        self._label = 0
        self._places: dict[int, int] = {0: 0}
        self._masks: OrderedDict[tuple[Scope, int], bytes] = OrderedDict()
        self._open_labels: dict[Scope, tuple[int, list[int]]] = {}
        self._lock = Lock()

    @property
    def foretold(self) -> bool:
        """Whether it is of a moment to come: of one that neither the clock nor the dates of what was written have reached."""
        return self.on is not None and self.on > self._reached

    def is_over(self, now: Micros) -> bool:
        """Whether it has to be made anew: one of its grants has ended, or what it foretells has come."""
        return (self.ends is not None and self.ends <= now) or (self.on is not None and self._reached < self.on <= now)

    def extend(self, reader: Reader, state: State, labels: dict[int, Label], book: ShapeBook) -> None:
        """Learn labels and shapes made since; called with the reader's snapshot at or behind ``state``."""
        with self._lock:
            if not self._read:
                self._read = True
                if not self.foretold:
                    self._read_openings(reader)
            if state.label > self._label:
                self._learn(reader, state.label, labels)
                self._label = state.label
            if state.shape >= len(self.labels):
                mine = {number for number, label in labels.items() if label.source == self.party}
                fresh = book.derived(
                    reader,
                    len(self.labels),
                    state.shape,
                    self._grants,
                    needless=None if self.own and not self.restricts else (frozenset() if self.own else mine),
                    absent_hides=not self.own,
                )
                self.opened_at.extend(fresh)
                self.labels.extend(book.labels[len(self.labels) : state.shape + 1])

    def _read_openings(self, reader: Reader) -> None:
        found = sorted(reader.all(_OPENINGS, {"party": self.party}))
        self.openings = tuple(
            Opening(number, claim, at) for number, claim, at in found if self.on is None or at <= self.on
        )
        self._places |= {opening.id: place for place, opening in enumerate(self.openings, 1)}

    def _learn(self, reader: Reader, until: int, labels: dict[int, Label]) -> None:
        """The grants of labels made since."""
        if self.foretold:
            self._foretell(reader, until, labels)
        else:
            sql = _GRANTS if self.on is None else _GRANTS_THEN
            on = self._now if self.on is None else self.on
            rows = reader.all(sql, {"party": self.party, "after": self._label, "on": on})
            self._grants.update((label, self._places[opening]) for label, opening, _ in rows)
            if self.on is None:
                ends = [end for _, _, end in rows if end is not None]
                self.ends = min([*ends, *([self.ends] if self.ends else [])], default=None)
        if self.own:
            self._admit(self._label, until, labels)

    def _foretell(self, reader: Reader, until: int, labels: Mapping[int, Label]) -> None:
        assert self.on is not None  # noqa: S101  said by ``foretold``
        decider = Decider(everybody(reader).of(self.party))
        for number in range(self._label + 1, until + 1):
            if number in labels and decider.released(labels[number], self.on):
                self._grants[number] = 0

    def _admit(self, after: int, until: int, labels: dict[int, Label]) -> None:
        """Open the labels of the person's circles."""
        on = self._now if self.on is None else self.on
        standing = Standing(self.party, own=True, ceiling=Tlp.RED, reads=frozenset(), circles=self.circles)
        decider = Decider(standing)
        for number in range(after + 1, until + 1):
            label = labels.get(number)
            if label is None or label.circle in {0, OURS}:
                continue
            self.restricts = True
            if decider.released(label, on):
                self._grants[number] = 0

    def mask(self, scope: Scope, segment: int, labels: dict[int, Label]) -> bytes:
        """The mask of a scope up to the ``segment``-th opening: OPEN before it, OPENING at it, CLOSED otherwise."""
        with self._lock:
            mask = self._masks.get((scope, segment), b"\0")
            if len(mask) < len(self.labels):
                mask += self._more(scope, segment, labels, len(mask))
            self._masks[scope, segment] = mask
            self._masks.move_to_end((scope, segment))
            if len(self._masks) > MASKS:
                self._masks.popitem(last=False)
            return mask

    def _more(self, scope: Scope, segment: int, labels: dict[int, Label], start: int) -> bytes:
        """Bytes of the shapes from ``start`` on. The last of ``by_place`` is that of -1."""
        by_place = [OPEN] * (segment + 1) + [CLOSED] * (len(self.openings) + 1 - segment)
        if segment:
            by_place[segment] = OPENING
        opened = map(by_place.__getitem__, self.opened_at[start:])
        if scope == Scope():
            return bytes(opened)
        taken = [0] * (max(labels, default=0) + 1)
        for number, label in labels.copy().items():
            if number < len(taken) and scope.takes(label):
                taken[number] = OPEN | OPENING
        return bytes(map(and_, opened, map(taken.__getitem__, self.labels[start:])))

    @property
    def grants(self) -> KeysView[int]:
        """The labels that are open in themselves."""
        return self._grants.keys()

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

    def __init__(self, database: Database, labels: Labels, clock: Clock) -> None:
        self._database = database
        self._labels = labels
        self._clock = clock
        self._book = ShapeBook()
        self._sets: OrderedDict[tuple[int, frozenset[int], Micros | None], OpenSet] = OrderedDict()
        self._people = People(-1, {}, ())
        self._lock = Lock()

    def of(
        self, reader: Reader, party: int, account: int | None = None, on: Micros | None = None
    ) -> tuple[OpenSet, State, dict[int, Label]]:
        """A viewer's open set as of the reader's snapshot, the counters of that snapshot, and the labels."""
        row = reader.one(_STATE)
        state = State(*row) if row else State(0, 0, 0, 0, 0)
        labels = self._labels.rows(reader, state.label)
        now = self._clock.now()
        with self._lock:
            people = self._people_at(reader, state.epoch)
            viewer = (party, people.of(account), on)
            found = self._sets.get(viewer)
            if found is None or found.epoch != state.epoch or found.is_over(now):
                newer = found is None or found.epoch <= state.epoch
                own = bool(reader.value(_PARTY, {"party": party}))
                if on is not None:
                    people = _people_then(reader, people, own=own)
                found = OpenSet(party, people, viewer[1], own=own, now=now, reached=max(now, state.at), on=on)
                if newer:
                    self._sets[viewer] = found
            if viewer in self._sets:
                self._sets.move_to_end(viewer)
            if len(self._sets) > VIEWERS:
                self._sets.popitem(last=False)
        found.extend(reader, state, labels, self._book)
        return found, state, labels

    def mask_of(
        self, reader: Reader, party: int, released: Iterable[int], state: State, labels: dict[int, Label]
    ) -> bytes:
        """What would be open to a party other than our own if these labels were: one byte for each shape."""
        mine = {number for number, label in labels.copy().items() if label.source == party}
        grants = dict.fromkeys(released, 0)
        opened = self._book.derived(reader, 1, state.shape, grants, needless=mine, absent_hides=True)
        return bytes([CLOSED, *[place >= 0 for place in opened]])

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


def _people_then(reader: Reader, people: People, *, own: bool) -> People:
    """As of another moment what is restricted today stays with those it is restricted to, whatever its label was then. That a
    party saw it is told to whoever may see it: what is being restricted just now is not left out.
    """
    if not own:
        return msgspec.structs.replace(people, restricting=())
    names = {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
    rows = [(bytes(key), circle) for key, circle in reader.all(_RESTRICTIONS)]
    return msgspec.structs.replace(
        people, restricting=tuple((key, object_id_of(key, names), circle) for key, circle in rows)
    )
