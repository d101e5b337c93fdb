"""All rules asked, and all that they say: what ``decide`` tells and what its counterfactual is found from."""

from typing import Final

import msgspec

from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.conditions import Holding, holdings
from comity.kernel.policy.decision import Effect, Reason
from comity.kernel.policy.denial import Denial
from comity.kernel.policy.permissions import agreement_gaps, ceiling_gaps, covered_by, covered_by_ceiling, stopped
from comity.kernel.policy.question import Question
from comity.kernel.policy.restrictions import RESTRICTIONS, named_people
from comity.kernel.policy.sentence import says


class Judgement(msgspec.Struct, frozen=True):
    """What every rule says to one question.

    ``denials``     of restrictions
    ``permitting``  what each that releases it says; ``bounds`` the agreements among them
    ``silent``      where nothing releases it: for each that might, what is missing
    ``holdings``    what the articles of the agreements that cover it make of it
    """

    denials: tuple[Denial, ...] = ()
    permitting: tuple[Reason, ...] = ()
    bounds: tuple[Bound, ...] = ()
    silent: tuple[tuple[Denial, ...], ...] = ()
    holdings: tuple[Holding, ...] = ()

    @property
    def effect(self) -> Effect:
        """Deny overrides; nothing that permits is withheld; of the articles the strictest holds."""
        if self.denials or not self.permitting:
            return Effect.WITHHOLD
        return max((each.effect for each in self.holdings), key=lambda each: each.strictness, default=Effect.RELEASE)

    def reasons(self) -> tuple[Reason, ...]:
        """What decided first. What would have permitted is no reason where it is not released."""
        if self.effect is Effect.RELEASE:
            return self.permitting
        denied = [denial.reason() for denial in self.denials]
        held = sorted((each.reason for each in self.holdings), key=lambda each: -each.effect.strictness)
        missing = [denial.reason() for gaps in self.silent for denial in gaps]
        return (*denied, *missing, *held)


def judge(question: Question) -> Judgement:
    """Ask every rule."""
    if question.standing.own or question.label.source == question.standing.party:
        return _own(question)
    denials = tuple(denial for rule in RESTRICTIONS if (denial := rule(question)) is not None)
    covering: list[Bound] = []
    releasing: list[Bound] = []
    missing: list[tuple[Denial, ...]] = []
    for bound in question.standing.agreements:
        gaps, stop = tuple(agreement_gaps(question, bound)), stopped(question, bound)
        missing.append(gaps if stop is None else (stop, *gaps))
        if not gaps:
            covering.append(bound)
        if not missing[-1]:
            releasing.append(bound)
    over = tuple(ceiling_gaps(question))
    permitting = tuple(covered_by(question, bound) for bound in releasing)
    if not over:
        permitting += (covered_by_ceiling(question),)
    return Judgement(
        denials=denials,
        permitting=permitting,
        bounds=tuple(releasing),
        silent=() if permitting else (*missing, over),
        holdings=tuple(holding for bound in covering for holding in holdings(question, bound)),
    )


def _own(question: Question) -> Judgement:
    """The own party reads what its node holds, of what is restricted only the people who are named; each party what it gave."""
    if not question.standing.own:
        return Judgement(permitting=(OWN_CLAIM,))
    denial = named_people(question)
    return Judgement(permitting=(OWN_PARTY,)) if denial is None else Judgement(denials=(denial,))


OWN_CLAIM: Final = Reason(
    Effect.RELEASE,
    "node: own claims",
    says("The party gave this itself."),
    says("You gave this yourself."),
)
OWN_PARTY: Final = Reason(
    Effect.RELEASE,
    "node: own party",
    says("The party that runs this node reads what it holds."),
    says("The party that runs this node reads what it holds."),
)
