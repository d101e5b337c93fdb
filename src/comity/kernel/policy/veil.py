"""The veil: to whom an agreement shows some things in another form, nothing goes as it is that may tell which original that was.

To a party that such an agreement binds no label with references or a creator is released by itself. Whether one object goes
as it is (all that it names is open to all who would get it) or as a twin that names pseudonyms is found object by object,
where they are made (``kernel.store.twins``). Here: whom the veil covers, and under whose key.
"""

from collections.abc import Iterable
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.conditions import Holding
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import NOT_RELEASED
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import HIDDEN, Hidden
from comity.kernel.policy.permissions import clause_of, speaks
from comity.kernel.policy.question import Question
from comity.kernel.policy.sentence import says
from comity.kernel.policy.viewer import Standing


def names_others(label: Label) -> bool:
    """Whether claims of this label name another object: by a reference, or as their creator."""
    return bool(label.refs) or label.attributed


def is_veiled(standing: Standing, on: Micros) -> bool:
    """Whether a party sees through the veil at a date."""
    return next(iter(veiling(standing, on)), None) is not None


def veiling(standing: Standing, on: Micros) -> tuple[Bound, ...]:
    """The agreements that veil what a party gets: from their beginning until they are withdrawn, also suspended or ended ones:
    neither time nor a suspension opens anything.
    """
    return tuple(bound for bound in standing.agreements if bound.veils and speaks(bound, on))


def holding(question: Question, covering: Iterable[Bound]) -> Holding | None:
    """What the veil makes of a label that is released but for it; None where it has nothing to say."""
    if not names_others(question.label):
        return None
    veils = veiling(question.standing, question.on)
    if not veils:
        return None
    bound = first_of(covering, veils)
    return Holding(
        Reason(
            Effect.REDACT,
            clause_of(bound.veil),
            says(
                "It refers to others or names its creator. Under %(agreement)s it is decided object by object whether they go "
                "as they are or under pseudonyms.",
                agreement=bound.name,
            ),
            NOT_RELEASED,
            bound.name,
            bound.veil,
        ),
        Change("alone", "", says("it referred to nothing and named no creator")),
    )


def first_of(covering: Iterable[Bound], veils: Iterable[Bound]) -> Bound:
    """Under whose key: the first by name of those that veil and cover it, else of all that veil."""
    names = {bound.name for bound in covering}
    return min(veils, key=lambda bound: (bound.name not in names, bound.name))


def hidden_of(covering: Iterable[Bound], veils: Iterable[Bound]) -> Hidden:
    """What becomes of references: the strictest word of those that cover it; where they have none, of all that veil."""
    said: list[Hidden] = [bound.hidden for bound in covering if bound.hidden is not None]
    said = said or [bound.hidden for bound in veils if bound.hidden is not None]
    return max(said or [_USUAL], key=HIDDEN.index)


_USUAL: Final[Hidden] = "dangle"
