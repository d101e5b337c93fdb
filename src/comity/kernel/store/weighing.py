"""What agreements decide, counted over many labels and parties. What is equal to policy is weighed once."""

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.decide import weigh
from comity.kernel.policy.decider import Known, class_of
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.answers import Tally

BY_ITSELF: Final = 0
"""In an article's place: the agreement as it stands. So counts what only the veil is over; most of it goes as it is."""


class Weighed(msgspec.Struct, frozen=True):
    """The effect, by which article of which agreement, and the agreements that had a word in it."""

    effect: Effect
    agreement: str
    article: int
    said: frozenset[str]


class Weighing:
    """Decisions at one date, remembered for parties that stand alike and labels that are alike to them."""

    def __init__(self, on: Micros) -> None:
        self._on = on
        self._known: dict[Standing, tuple[Callable[[Label], Hashable], dict[Hashable, Weighed]]] = {}

    def covered(
        self,
        standing: Standing,
        name: str,
        labels: Mapping[int, Label],
        claims: Mapping[int, int],
        tallies: dict[int, Tally],
    ) -> Collection[int]:
        """The labels of which an agreement says anything to a party, in collections that it may read. Adds to the tallies, by
        article, the claims that the agreement decides.
        """
        covered = set()
        core, known = self._class(standing)
        for number, label in labels.items():
            if label.lens:
                continue  # counted where its original is
            if label.source == standing.party or label.names_people:
                found = self._weigh(standing, label)
            else:
                key = core(label)
                found = known.get(key) or known.setdefault(key, self._weigh(standing, label))
            if name in found.said and label.collection in standing.reads:
                covered.add(number)
            if found.agreement == name and claims.get(number):
                tallies[found.article] = tallies.get(found.article, Tally()).plus(found.effect, claims[number])
        return covered

    def _class(self, standing: Standing) -> tuple[Callable[[Label], Hashable], dict[Hashable, Weighed]]:
        alike = class_of(standing)
        if alike not in self._known:
            self._known[alike] = (Known(alike).core, {})
        return self._known[alike]

    def _weigh(self, standing: Standing, label: Label) -> Weighed:
        decision = weigh(label, standing, self._on)
        first = decision.reasons[0]
        said = frozenset(reason.agreement for reason in decision.reasons)
        veiled = decision.effect is Effect.REDACT and decision.lens is not None and not decision.lens.changes
        return Weighed(decision.effect, first.agreement, BY_ITSELF if veiled else first.article, said)
