"""Which label asks for which lens, for whom, and which is open to whom: policy's word, decided once for a grant epoch.

Own people are nobody here: renditions are for others. What a label that says a lens opens is its audience, as far as policy
lets it through.
"""

from hashlib import blake2b
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.policy.decider import Decider, Deciders
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.labels import Labels
from comity.kernel.store.standings import everybody

_STATE = Sql("SELECT claim, epoch, (SELECT coalesce(max(id), 0) FROM label) FROM counter")
_OWN = Sql("SELECT id, identity FROM party WHERE own = true")
_EMPTY: Final[frozenset[int]] = frozenset()
Audiences = dict[str, frozenset[int]]
"""By the text of a lens, the parties to whom something goes through it."""


class Asks(msgspec.Struct):
    """As of one epoch, for all labels up to ``newest``.

    ``of``      label -> who gets it through which lens; labels of which nobody does are left out
    ``opens``   label -> to whom it is released
    ``lenses``  by their text
    """

    epoch: int
    on: Micros
    newest: int = 0
    of: dict[int, Audiences] = msgspec.field(default_factory=dict)
    opens: dict[int, frozenset[int]] = msgspec.field(default_factory=dict)
    lenses: dict[str, Lens] = msgspec.field(default_factory=dict)
    deciders: dict[int, Decider] = msgspec.field(default_factory=dict)

    def audience(self, label: int, lens: str) -> frozenset[int]:
        """To whom a label goes through a lens."""
        return self.of.get(label, {}).get(lens, _EMPTY)

    def opened(self, label: int) -> frozenset[int]:
        """To whom a label is released."""
        return self.opens.get(label, _EMPTY)

    def digests(self, label: int) -> tuple[bytes, bytes]:
        """What it asks and what it opens, each in sixteen bytes; none where nobody is meant."""
        asks = sorted((text, sorted(parties)) for text, parties in self.of.get(label, {}).items())
        return _digest(asks), _digest(sorted(self.opened(label)))

    def told(self, notice: Label, parties: frozenset[int]) -> frozenset[int]:
        """Those of some parties to whom a notice would go."""
        return frozenset(
            party for party in parties if party in self.deciders and self.deciders[party].released(notice, self.on)
        )


class Moment(msgspec.Struct, frozen=True):
    """The counters of a snapshot, and who we are."""

    claim: int
    epoch: int
    label: int
    own: int
    identity: str | None


class Asking:
    """Remembers what was decided until the epoch changes. While nobody can ask for a lens nothing is decided at all."""

    def __init__(self, labels: Labels, clock: Clock) -> None:
        self._labels = labels
        self._clock = clock
        self._asks: Asks | None = None
        self._asked = False

    def at(self, reader: Reader) -> tuple[Asks, Moment]:
        """As of a snapshot."""
        claim, epoch, newest = reader.one(_STATE) or (0, 0, 0)
        own, identity = reader.one(_OWN) or (0, None)
        asks = self._asks
        if asks is None or asks.epoch != epoch:
            asks = self._asks = self._fresh(reader, epoch)
        if asks.newest < newest:
            self._learn(reader, asks, newest)
        return asks, Moment(claim, epoch, newest, own, identity)

    def _fresh(self, reader: Reader, epoch: int) -> Asks:
        standings = [one for one in everybody(reader).standings.values() if not one.own]
        self._asked = any(map(_may_ask, standings))
        deciders = Deciders(standings)
        return Asks(epoch, self._clock.now(), deciders={one.party: deciders.of(one.party) for one in standings})

    def _learn(self, reader: Reader, asks: Asks, newest: int) -> None:
        rows = self._labels.rows(reader, newest)
        on = asks.on
        if not self._asked:
            self._asked = any(label.parts for label in rows.values())
            if not self._asked:
                asks.newest = newest
                return
            asks.newest = 0  # what was passed over is looked at now
        for number in range(asks.newest + 1, newest + 1):
            label = rows.get(number)
            if label is None:
                continue
            wanted: dict[str, set[int]] = {}
            opened: set[int] = set()
            for party, decider in asks.deciders.items():
                if decider.released(label, on):
                    opened.add(party)
                elif not label.lens and (lens := decider.lens(label, on)) is not None:
                    text = lens.text
                    asks.lenses[text] = lens
                    wanted.setdefault(text, set()).add(party)
            if opened:
                asks.opens[number] = frozenset(opened)
            if wanted:
                asks.of[number] = {text: frozenset(parties) for text, parties in wanted.items()}
        asks.newest = newest


def _may_ask(standing: Standing) -> bool:
    """Whether anything but granular parts can make a lens of what goes to a party."""
    return any(bound.veils or bound.conditions for bound in standing.agreements)


def _digest(said: list[int] | list[tuple[str, list[int]]]) -> bytes:
    return blake2b(msgspec.json.encode(said), digest_size=16).digest() if said else b""
