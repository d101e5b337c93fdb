"""``decide``: the rules in order. The store's grants are these decisions written down; a property test holds them equal.

1. The own party reads what its node holds, each party what it gave.
2. Restrictions: any one denies, whatever else is said.
3. Permissions: of the ceiling and the agreements, those that cover the label. None: withheld.
4. Conditions: of all that the covering agreements' articles make of it, the strictest holds.
5. Granular parts that can't go are taken out; what goes to a party through the veil goes in another form where it names others.

What this node made to go in another's place is decided by its original (``renditions``).
``effect`` asks the same rules and, of most labels, stops at the first that settles it.
"""

from comity.kernel.base.clock import Micros
from comity.kernel.policy import veil
from comity.kernel.policy.conditions import effect_of
from comity.kernel.policy.counterfactual import nearest
from comity.kernel.policy.decision import Counterfactual, Decision, Effect
from comity.kernel.policy.judging import Judgement, judge, lens_of
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.obligations import of_agreement, of_pieces
from comity.kernel.policy.permissions import agreement_gaps, ceiling_gaps, stopped
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.renditions import judge_rendition
from comity.kernel.policy.restrictions import OF_THE_CLAIM, RESTRICTIONS
from comity.kernel.policy.viewer import Standing


def decide(label: Label, standing: Standing, on: Micros) -> Decision:
    """What may be done with claims of this label for this party on this date, why, and what would change it."""
    question = asked(label, standing, on)
    judgement = _judged(question)
    return _told(question, judgement, nearest(question, judgement))


def weigh(label: Label, standing: Standing, on: Micros) -> Decision:
    """``decide`` without the counterfactual, for counting over many labels."""
    question = asked(label, standing, on)
    return _told(question, _judged(question), None)


def lens_for(label: Label, standing: Standing, on: Micros) -> Lens | None:
    """In which form claims of this label go to this party on this date; None where they go as they are, or not at all."""
    if label.lens:
        return None
    question = asked(label, standing, on)
    return lens_of(question, judge(question))


def effect(label: Label, standing: Standing, on: Micros) -> Effect:
    """The effect of ``decide``, without reasons."""
    question = asked(label, standing, on)
    if label.lens or label.parts:
        return _judged(question).effect
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
    found = max(left, key=lambda each: each.strictness, default=Effect.RELEASE)
    veiled = found is Effect.RELEASE and veil.names_others(label) and veil.is_veiled(standing, on)
    return Effect.REDACT if veiled else found


def _judged(question: Question) -> Judgement:
    return judge_rendition(question) if question.label.lens else judge(question)


def _told(question: Question, judgement: Judgement, counterfactual: Counterfactual | None) -> Decision:
    what = judgement.effect
    obligations = (
        ()
        if what is Effect.WITHHOLD
        else (
            *of_pieces(question, judgement.without),
            *(each for bound in judgement.bounds for each in of_agreement(question, bound)),
        )
    )
    if what is Effect.RELEASE:
        return Decision(what, judgement.reasons(), obligations=obligations)
    deciding = [each for each in judgement.holdings if each.effect is what]
    return Decision(
        what,
        judgement.reasons(),
        obligations=obligations,
        counterfactual=counterfactual,
        profile=" ".join(sorted({each.named for each in judgement.holdings if each.named})),
        lens=None if question.label.lens else lens_of(question, judgement),
        approvers=tuple(dict.fromkeys(role for each in deciding for role in each.approvers)),
        four_eyes=any(each.four_eyes for each in deciding),
    )
