"""``decide``: the rules in order. The store's grants are these decisions written down; a property test holds them equal.

1. The own party reads what its node holds, each party what it gave.
2. Restrictions: any one denies, whatever else is said.
3. Permissions: of the ceiling and the agreements, those that cover the label. None: withheld.
4. Conditions: of all that the covering agreements' articles make of it, the strictest holds.

``effect`` asks the same rules and stops at the first that settles it.
"""

from comity.kernel.base.clock import Micros
from comity.kernel.policy.conditions import effect_of
from comity.kernel.policy.counterfactual import nearest
from comity.kernel.policy.decision import Counterfactual, Decision, Effect
from comity.kernel.policy.judging import Judgement, judge
from comity.kernel.policy.label import Label
from comity.kernel.policy.obligations import of_agreement, of_markings
from comity.kernel.policy.permissions import agreement_gaps, ceiling_gaps, stopped
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.restrictions import OF_THE_CLAIM, RESTRICTIONS
from comity.kernel.policy.viewer import Standing


def decide(label: Label, standing: Standing, on: Micros) -> Decision:
    """What may be done with claims of this label for this party on this date, why, and what would change it."""
    question = asked(label, standing, on)
    judgement = judge(question)
    return _told(question, judgement, nearest(question, judgement))


def weigh(label: Label, standing: Standing, on: Micros) -> Decision:
    """``decide`` without the counterfactual, for counting over many labels."""
    question = asked(label, standing, on)
    return _told(question, judge(question), None)


def effect(label: Label, standing: Standing, on: Micros) -> Effect:
    """The effect of ``decide``, without reasons."""
    question = asked(label, standing, on)
    if standing.own:
        return Effect.RELEASE if question.admitted() else Effect.WITHHOLD
    if label.source == standing.party:
        return Effect.RELEASE
    for rule in RESTRICTIONS if label.terms else OF_THE_CLAIM:
        if rule(question) is not None:
            return Effect.WITHHOLD
    covering = [bound for bound in standing.agreements if next(agreement_gaps(question, bound), None) is None]
    permitted = any(stopped(question, bound) is None for bound in covering)
    if not permitted and next(ceiling_gaps(question), None) is not None:
        return Effect.WITHHOLD
    left = (effect_of(question, condition) for bound in covering for condition in bound.conditions)
    return max(left, key=lambda each: each.strictness, default=Effect.RELEASE)


def _told(question: Question, judgement: Judgement, counterfactual: Counterfactual | None) -> Decision:
    what = judgement.effect
    if what is Effect.RELEASE:
        bounds = judgement.bounds
        obligations = (*of_markings(question), *(each for bound in bounds for each in of_agreement(question, bound)))
        return Decision(what, judgement.reasons(), obligations=obligations)
    deciding = [each for each in judgement.holdings if each.effect is what]
    return Decision(
        what,
        judgement.reasons(),
        counterfactual=counterfactual,
        profile=" ".join(sorted({each.profile for each in deciding})),
        approvers=tuple(dict.fromkeys(role for each in deciding for role in each.approvers)),
        four_eyes=any(each.four_eyes for each in deciding),
    )
