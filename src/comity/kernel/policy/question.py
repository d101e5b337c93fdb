"""The question that policy answers: may this party have claims of this label on this date?"""

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.taking import Taking
from comity.kernel.policy.caveats import Caveats, caveats_of
from comity.kernel.policy.label import OURS, Label
from comity.kernel.policy.viewer import Standing


class Question(msgspec.Struct, frozen=True, gc=False):
    """A label, who would get it and when; ``caveats`` are those of the label's terms."""

    label: Label
    standing: Standing
    on: Micros
    caveats: Caveats

    @property
    def named(self) -> bool:
        """Whether the party is among the recipients that a marking names."""
        return self.caveats.named is not None and not self.standing.names.isdisjoint(self.caveats.named)

    @property
    def addressed(self) -> bool:
        """Whether TLP:RED reaches the party: its recipients are those whom a marking names. Where none names any, an
        administrator does, by the ceiling red; an agreement's ceiling names nobody.
        """
        return self.named if self.caveats.named is not None else self.standing.ceiling is Tlp.RED

    @property
    def ours(self) -> bool:
        """Whether the party that runs the node gave it itself."""
        return self.label.source == self.standing.home

    def admitted(self) -> bool:
        """Whether whoever asks may see what is restricted to named people of the own party, or to all of these: as good as it is
        not restricted.
        """
        circle = self.label.circle
        return not circle or (self.standing.own and (circle == OURS or circle in self.standing.circles))

    def within(self, scopes: tuple[tuple[int, Taking], ...]) -> int | None:
        """The article by which an agreement's scopes take the label, 0 where there are none and it takes everything; None where
        it doesn't. What is of an exercise is taken only by a scope that says so.
        """
        exercise = self.caveats.exercise
        if not scopes:
            return None if exercise else 0
        for article, taking in scopes:
            if taking.takes(self.label, self.caveats) and (taking.exercise or not exercise):
                return article
        return None


def asked(label: Label, standing: Standing, on: Micros) -> Question:
    """The question with the label's caveats read."""
    return Question(label, standing, on, caveats_of(label.terms))
