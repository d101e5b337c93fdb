"""Articles that narrow: what of all that an agreement covers is withheld, redacted or reviewed. The strictest holds, also
against what else permits it.
"""

from collections.abc import Iterator

import msgspec

from comity.kernel.policy.agreement.articles import (
    Attribution,
    Basis,
    Neighbours,
    PersonalData,
    Redact,
    Review,
    Withhold,
)
from comity.kernel.policy.agreement.binding import Bound, Condition, Relation
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import NOT_RELEASED
from comity.kernel.policy.label import Scan
from comity.kernel.policy.permissions import clause_of
from comity.kernel.policy.profile import Profile
from comity.kernel.policy.question import Question
from comity.kernel.policy.sentence import Sentence, says


class Holding(msgspec.Struct, frozen=True):
    """What narrows a release.

    ``named``      the profile that it names; ``profile``: that itself, None where nobody has defined it
    ``anonymous``  its creator is left out; ``cleared``: no personal data may be left
    ``approvers``, ``four_eyes``  of a review
    """

    reason: Reason
    change: Change
    named: str = ""
    profile: Profile | None = None
    anonymous: bool = False
    cleared: bool = False
    approvers: tuple[str, ...] = ()
    four_eyes: bool = False

    @property
    def effect(self) -> Effect:
        """The reason's effect."""
        return self.reason.effect

    @property
    def is_possible(self) -> bool:
        """Whether what it asks for can be made at all."""
        return self.profile is not None or not self.named


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
        case PersonalData() if label.scan is not Scan.CLEAR and basis_of(question, article) is None:
            return Effect.REDACT if article.profile and label.scan is Scan.PERSONAL else Effect.WITHHOLD
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


def basis_of(question: Question, article: PersonalData) -> Basis | None:
    """The first legal basis for the recipient's jurisdiction that is valid on the day; None where there is none."""
    for basis in article.bases:
        begun = basis.since is None or basis.since <= question.on
        if question.standing.jurisdiction in basis.to and begun and (basis.until is None or question.on < basis.until):
            return basis
    return None


def _held(question: Question, bound: Bound, condition: Condition, effect: Effect) -> Holding:
    article = condition.article
    value = f"{bound.name} {article.number}"
    said = {"agreement": bound.name, "article": str(article.number)}
    change = Change("article", value, says("article %(article)s of %(agreement)s did not hold for it", **said))
    if isinstance(article, PersonalData):
        told, change = _personal(question, condition, article, value, said)
    else:
        told = _told(article, condition.profile, said)
    return Holding(
        Reason(
            effect, clause_of(article.number), told, _disclosed(bound, condition, effect), bound.name, article.number
        ),
        change,
        named=article.profile if effect is Effect.REDACT and isinstance(article, Redact | PersonalData) else "",
        profile=condition.profile,
        anonymous=isinstance(article, Attribution),
        cleared=isinstance(article, PersonalData) or (isinstance(article, Redact) and article.when.personal is True),
        approvers=article.approvers if isinstance(article, Review) else (),
        four_eyes=isinstance(article, Review) and article.four_eyes,
    )


def _told(
    article: Withhold | Redact | Review | Neighbours | Attribution, profile: Profile | None, said: dict[str, str]
) -> Sentence:
    match article:
        case Withhold():
            return says("Article %(article)s of %(agreement)s withholds it.", **said)
        case Redact() if profile is None:
            return says(
                "Article %(article)s of %(agreement)s lets it go redacted only, as '%(profile)s' says, which nobody has defined.",
                profile=article.profile,
                **said,
            )
        case Redact():
            return says(
                "Article %(article)s of %(agreement)s lets it go redacted only, as '%(profile)s' says.",
                profile=article.profile,
                **said,
            )
        case Review():
            return says("Article %(article)s of %(agreement)s lets it go after a review only.", **said)
        case Attribution() | Neighbours():
            return says("Article %(article)s of %(agreement)s lets nobody else's go under its creator's name.", **said)


def _personal(
    question: Question, condition: Condition, article: PersonalData, value: str, said: dict[str, str]
) -> tuple[Sentence, Change]:
    if question.label.scan is Scan.UNSCANNED:
        told = says(
            "It has not been looked through for personal data, and article %(article)s of %(agreement)s has no basis.",
            **said,
        )
        return told, Change("scan", "", says("it had been found free of personal data"))
    if not article.profile:
        told = says(
            "It holds personal data, for which article %(article)s of %(agreement)s has no basis today.", **said
        )
    elif condition.profile is None:
        told = says(
            "It holds personal data, for which article %(article)s of %(agreement)s has no basis today; nobody has defined "
            "'%(profile)s', by which they would be taken out.",
            profile=article.profile,
            **said,
        )
    else:
        told = says(
            "It holds personal data, for which article %(article)s of %(agreement)s has no basis today: they are taken out, "
            "as '%(profile)s' says.",
            profile=article.profile,
            **said,
        )
    return told, Change("article", value, says("article %(article)s of %(agreement)s had a legal basis for it", **said))


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
