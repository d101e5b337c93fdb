"""All rules asked, and all that they say: what ``decide`` tells and what its counterfactual is found from.

An object with granular parts is judged piece by piece (``label.pieces``): it goes where what is in no part may, without the
parts that may not.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from comity.kernel.policy import veil
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.conditions import Holding, holdings
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import NOT_RELEASED, Denial
from comity.kernel.policy.label import pieces
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.permissions import agreement_gaps, ceiling_gaps, covered_by, covered_by_ceiling, stopped
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.restrictions import RESTRICTIONS, named_people
from comity.kernel.policy.sentence import says

Each = TypeVar("Each")


class Judgement(msgspec.Struct, frozen=True):
    """What every rule says to one question.

    ``denials``     of restrictions
    ``permitting``  what each that releases it says; ``bounds`` the agreements among them
    ``silent``      where nothing releases it: for each that might, what is missing
    ``covering``    the agreements that cover it or a part of it, also those that are stopped
    ``holdings``    what their articles, the veil and parts that can't go make of it
    ``without``     the granular parts that can't go, ``parted`` why
    """

    denials: tuple[Denial, ...] = ()
    permitting: tuple[Reason, ...] = ()
    bounds: tuple[Bound, ...] = ()
    silent: tuple[tuple[Denial, ...], ...] = ()
    covering: tuple[Bound, ...] = ()
    holdings: tuple[Holding, ...] = ()
    without: tuple[Part, ...] = ()
    parted: tuple[Reason, ...] = ()

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
        return (*denied, *missing, *held, *self.parted)


def judge(question: Question) -> Judgement:
    """Ask every rule of an original. What was made through a lens is judged by its original (``rendition``)."""
    if question.standing.own or question.label.source == question.standing.party:
        return _own(question)
    judged = _whole(question) if question.label.parts else _piece(question)
    if judged.effect is Effect.RELEASE:
        veiled = veil.holding(question, judged.covering)
        if veiled is not None:
            return replace(judged, holdings=(veiled,))
    return judged


def lens_of(question: Question, judgement: Judgement) -> Lens | None:
    """In which form it goes that was judged so; None where it goes as it is or not at all, or that form can't be made."""
    held = judgement.holdings
    if judgement.effect not in {Effect.REDACT, Effect.REVIEW} or not all(each.is_possible for each in held):
        return None
    veils = veil.veiling(question.standing, question.on)
    covering = judgement.covering
    asking = {each.reason.agreement for each in held} - {""} or {bound.name for bound in judgement.bounds}
    scope = veil.first_of(covering, veils).name if veils else min(asking, default="")
    placed = sorted(held, key=lambda each: (each.reason.agreement, each.reason.article))
    profiles = dict.fromkeys(replace(each.profile, title="") for each in placed if each.profile is not None)
    versions = {bound.name: bound.enacted.version for bound in covering}
    reviews = {
        f"{each.reason.agreement} {each.reason.article} {versions[each.reason.agreement]}"
        for each in held
        if each.effect is Effect.REVIEW
    }
    return Lens(
        scope=scope,
        party=0 if scope else question.standing.party,
        profiles=tuple(profiles),
        anonymous=any(each.anonymous for each in held),
        hidden=veil.hidden_of(covering, veils) if veils else "keep",
        without=judgement.without,
        reviews=tuple(sorted(reviews)),
        cleared=any(each.cleared for each in held),
    )


def _piece(question: Question) -> Judgement:
    """Every rule asked of a label without parts."""
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
        covering=tuple(covering),
        holdings=tuple(holding for bound in covering for holding in holdings(question, bound)),
    )


def _whole(question: Question) -> Judgement:
    """An object with parts goes as what is in none of them, without those that can't go, and as narrowly as the articles want
    it for any piece, also for those: the end of an agreement that released a part opens nothing of the rest.
    """
    (_, bare), *others = pieces(question.label)
    judged = _piece(asked(bare, question.standing, question.on))
    if judged.effect is Effect.WITHHOLD:
        return judged
    found = [_piece(asked(piece, question.standing, question.on)) for _, piece in others]
    going = [judged, *(each for each in found if each.effect is not Effect.WITHHOLD)]
    held = _each_once(one for each in (judged, *found) for one in each.holdings if one.effect is not Effect.WITHHOLD)
    without = {
        part: each for part, each in zip(question.label.parts, found, strict=True) if each.effect is Effect.WITHHOLD
    }
    why = _each_once(
        reason for each in without.values() for reason in each.reasons() if reason.effect is Effect.WITHHOLD
    )
    return Judgement(
        permitting=_each_once(reason for each in going for reason in each.permitting),
        bounds=_each_once(bound for each in going for bound in each.bounds),
        covering=_each_once(bound for each in (judged, *found) for bound in each.covering),
        holdings=(*held, PARTED) if without else held,
        without=tuple(without),
        parted=why,
    )


def _each_once(found: Iterable[Each]) -> tuple[Each, ...]:
    return tuple(dict.fromkeys(found))


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
PARTED: Final = Holding(
    Reason(
        Effect.REDACT,
        "STIX 2.1 7.2.3",
        says("Parts of it are marked so that they don't go to this party; they are taken out."),
        NOT_RELEASED,
    ),
    Change("parts", "", says("no part of it were marked more strictly than the rest")),
)
