"""Articles that narrow: what of all that an agreement covers is withheld, redacted or reviewed. The strictest holds, also
against what else permits it.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from comity.kernel.policy.agreement.articles import Attribution, Neighbours, PersonalData, Redact, Review, Withhold
from comity.kernel.policy.agreement.binding import Bound, Condition, Relation
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import NOT_RELEASED
from comity.kernel.policy.label import Refs, Scan
from comity.kernel.policy.permissions import clause_of
from comity.kernel.policy.question import Question
from comity.kernel.policy.sentence import Sentence, says

NEIGHBOURS: Final = "neighbours"
ANONYMOUS: Final = "anonymous"
"""Profiles of redaction that articles ask for without naming one."""


class Holding(msgspec.Struct, frozen=True):
    """What one article makes of a label. ``profile`` of a redaction; ``approvers`` and ``four_eyes`` of a review."""

    reason: Reason
    change: Change
    profile: str
    approvers: tuple[str, ...]
    four_eyes: bool

    @property
    def effect(self) -> Effect:
        """The reason's effect."""
        return self.reason.effect


def effect_of(question: Question, condition: Condition) -> Effect:
    """What an article leaves of a release."""
    label, article = question.label, condition.article
    if condition.when is not None and not condition.when.takes(label, question.caveats, unsure=True):
        return Effect.RELEASE
    match article:
        case Withhold():
            return Effect.WITHHOLD
        case Review():
            return Effect.REVIEW
        case Redact():
            return Effect.REDACT
        case PersonalData() if label.scan is not Scan.CLEAR and not _has_basis(question, article):
            return Effect.WITHHOLD
        case Neighbours() if label.refs is not Refs.NONE and article.hidden != "dangle":
            return Effect.WITHHOLD if article.hidden == "withhold" else Effect.REDACT
        case Attribution() if label.attributed and not question.ours and article.source == "anonymous":
            return Effect.REDACT
        case _:
            return Effect.RELEASE


def holdings(question: Question, bound: Bound) -> Iterator[Holding]:
    """What an agreement's articles make of a label that it covers."""
    for condition in bound.conditions:
        effect = effect_of(question, condition)
        if effect is not Effect.RELEASE:
            yield _held(question, bound, condition, effect)


def _has_basis(question: Question, article: PersonalData) -> bool:
    """A legal basis for the recipient's jurisdiction that is valid on the day."""
    return any(
        question.standing.jurisdiction in basis.to
        and (basis.since is None or basis.since <= question.on)
        and (basis.until is None or question.on < basis.until)
        for basis in article.bases
    )


def _held(question: Question, bound: Bound, condition: Condition, effect: Effect) -> Holding:
    article = condition.article
    value = f"{bound.name} {article.number}"
    said = {"agreement": bound.name, "article": str(article.number)}
    change = Change("article", value, says("article %(article)s of %(agreement)s did not hold for it", **said))
    profile, four_eyes = "", False
    approvers: tuple[str, ...] = ()
    match article:
        case Withhold():
            told = says("Article %(article)s of %(agreement)s withholds it.", **said)
        case Redact():
            profile = article.profile
            told = says("Article %(article)s of %(agreement)s lets it go redacted only.", **said)
        case Review():
            approvers, four_eyes = article.approvers, article.four_eyes
            told = says("Article %(article)s of %(agreement)s lets it go after a review only.", **said)
        case PersonalData():
            told, change = _personal(question, value, said)
        case Neighbours():
            profile = "" if effect is Effect.WITHHOLD else NEIGHBOURS
            told = says(
                "Article %(article)s of %(agreement)s lets nothing go as it is that refers to other objects.", **said
            )
        case Attribution():
            profile = ANONYMOUS
            told = says("Article %(article)s of %(agreement)s lets nobody else's go under its creator's name.", **said)
    reason = Reason(
        effect, clause_of(article.number), told, _disclosed(bound, condition, effect), bound.name, article.number
    )
    return Holding(reason, change, profile, approvers, four_eyes)


def _personal(question: Question, value: str, said: dict[str, str]) -> tuple[Sentence, Change]:
    if question.label.scan is Scan.UNSCANNED:
        return (
            says(
                "It has not been looked through for personal data, and article %(article)s of %(agreement)s has no basis.",
                **said,
            ),
            Change("scan", "", says("it had been found free of personal data")),
        )
    return (
        says("It holds personal data, for which article %(article)s of %(agreement)s has no basis today.", **said),
        Change("article", value, says("article %(article)s of %(agreement)s had a legal basis for it", **said)),
    )


def _disclosed(bound: Bound, condition: Condition, effect: Effect) -> Sentence:
    """A signatory knows the article, and may be told which; but where it speaks of somebody's claims, that would tell whose."""
    if bound.relation is not Relation.PARTY or (condition.when is not None and condition.when.sources is not None):
        return NOT_RELEASED
    article = str(condition.article.number)
    match effect:
        case Effect.REDACT:
            return says("Article %(article)s of an agreement with you lets it go redacted only.", article=article)
        case Effect.REVIEW:
            return says("Article %(article)s of an agreement with you lets it go after a review only.", article=article)
        case _:
            return says("Article %(article)s of an agreement with you withholds it.", article=article)
