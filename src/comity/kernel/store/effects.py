"""What policy says now of every label for every party, remembered by the process: for pages that count over all labels.

It is decided once for a grant epoch, and until the next key date; labels made since are decided when they are asked for. Who
needs reasons asks ``decide``.
"""

from threading import Lock
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.policy.decider import Deciders
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import Lens
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.openset import State
from comity.kernel.store.standings import Everybody, everybody

_NEXT_DATE = Sql(
    "SELECT (SELECT min(due) FROM label), (SELECT min(due) FROM agreement WHERE superseded IS NULL), "
    "(SELECT max(id) FROM collection)"
)
EFFECTS: Final = tuple(Effect)
NO_LABEL: Final = 0
_PLACE: Final = {effect: place for place, effect in enumerate(EFFECTS)}


class Asking(msgspec.Struct, frozen=True):
    """In which form a label's objects would go after a review, and to whom: parties by number, sorted."""

    lens: Lens
    text: str
    parties: tuple[int, ...]


class Effects:
    """The effects at one epoch, from ``since`` until the next key date. Safe between threads."""

    def __init__(self, reader: Reader, epoch: int, since: Micros) -> None:
        self.epoch = epoch
        self.since = since
        self.everybody: Everybody = everybody(reader)
        first, second, self._collection = reader.one(_NEXT_DATE) or (None, None, None)
        self._ends = min((due for due in (first, second) if due is not None), default=None)
        self._deciders = Deciders(self.everybody.standings.values())
        self._known: dict[int, bytearray] = {}
        self._askings: dict[int, tuple[Asking, ...]] = {}
        self._asked = NO_LABEL
        self._lock = Lock()

    def holds(self, reader: Reader, epoch: int, now: Micros) -> bool:
        """Whether nothing has changed since they were decided."""
        _, _, collection = reader.one(_NEXT_DATE) or (None, None, None)
        return (
            self.epoch == epoch
            and self.since <= now
            and (self._ends is None or now < self._ends)
            and collection == self._collection
        )

    def of(self, party: int, labels: dict[int, Label], last: int) -> bytes:
        """For each label up to ``last`` the place of its effect in ``EFFECTS``, for one party; 0 stands for no label."""
        with self._lock:
            known = self._known.setdefault(party, bytearray([_PLACE[Effect.WITHHOLD]]))
            if len(known) <= last:
                decider = self._deciders.of(party)
                for number in range(len(known), last + 1):
                    label = labels.get(number)
                    effect = decider.effect(label, self.since) if label is not None else Effect.WITHHOLD
                    known.append(_PLACE[effect])
            return bytes(known)

    def lens(self, party: int, label: Label) -> Lens | None:
        """In which form a label's objects go to a party; None where they go as they are, or not at all."""
        with self._lock:
            return self._deciders.of(party).lens(label, self.since)

    def reviewed(self, labels: dict[int, Label], last: int) -> dict[int, tuple[Asking, ...]]:
        """The labels up to ``last`` whose objects go to somebody only after a review, with the forms they would go in."""
        parties = [party for party, standing in self.everybody.standings.items() if not standing.own]
        effects = {party: self.of(party, labels, last) for party in parties}
        review = _PLACE[Effect.REVIEW]
        with self._lock:
            for number in range(self._asked + 1, last + 1):
                lenses: dict[Lens, list[int]] = {}
                for party in parties:
                    if effects[party][number] == review:
                        lens = self._deciders.of(party).lens(labels[number], self.since)
                        if lens is not None:
                            lenses.setdefault(lens, []).append(party)
                if lenses:
                    found = (Asking(lens, lens.text, tuple(sorted(those))) for lens, those in lenses.items())
                    self._askings[number] = tuple(sorted(found, key=lambda asking: asking.text))
            self._asked = max(self._asked, last)
            return dict(self._askings)


class EffectBook:
    """The effects that hold now."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._effects: Effects | None = None
        self._lock = Lock()

    def now(self, reader: Reader, state: State) -> Effects:
        """Those of the reader's snapshot."""
        now = self._clock.now()
        with self._lock:
            held = self._effects
        if held is None or not held.holds(reader, state.epoch, now):
            held = Effects(reader, state.epoch, now)
            with self._lock:
                self._effects = held
        return held
