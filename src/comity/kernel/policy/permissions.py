"""What permits: the party's TLP ceiling, an implicit agreement, and the agreements that bind it.

Each of them *covers* a label, or is silent and says why. ``ceiling_gaps`` and ``agreement_gaps`` give what is missing: nothing
missing is covered. What a ``stopped`` agreement covers it does not release.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Parties, Purposes, Scope, Term
from comity.kernel.policy.agreement.binding import Bound, Relation
from comity.kernel.policy.caveats import PAP_LEVELS
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import Denial, date
from comity.kernel.policy.question import Question
from comity.kernel.policy.sentence import Sentence, says

TLP: Final = "FIRST TLP 2.0 3"
NOT_COVERED: Final = says("No agreement with you covers it.")

# FIRST TLP 2.0, section 3: the organisation; with its clients; the community; everybody.
WIDEST: Final = {Relation.PARTY: Tlp.AMBER_STRICT, Relation.CLIENT: Tlp.AMBER, Relation.MEMBER: Tlp.GREEN}


def ceiling_gaps(question: Question) -> Iterator[Denial]:
    """Why the party's ceiling does not cover a label. It knows of no exercise, and nobody has promised anything under it."""
    label, ceiling = question.label, question.standing.ceiling
    if label.tlp > ceiling:
        yield _over(label.tlp, label.assumed, ceiling)
    elif label.tlp is Tlp.RED and not question.addressed:
        yield UNNAMED
    if question.caveats.exercise:
        yield EXERCISE
    if question.caveats.purposes:
        yield PURPOSES


UNNAMED: Final = Denial(
    TLP,
    says("TLP:RED goes to its named recipients only, and the party is none of them."),
    Change("named", "", says("the party were among its named recipients")),
)
EXERCISE: Final = Denial(
    "handling: exercise",
    says("It is of an exercise, which no ceiling covers."),
    Change("caveat", "exercise", says("it were not of an exercise")),
)
PURPOSES: Final = Denial(
    "handling: purposes",
    says("It may be used for some purposes only, and a ceiling binds nobody to any."),
    Change("caveat", "purposes", says("its use were not limited to some purposes")),
)


@cache
def _over(tlp: Tlp, assumed: bool, ceiling: Tlp) -> Denial:
    said = {"tlp": tlp.label, "ceiling": ceiling.label}
    return Denial(
        TLP,
        says("%(tlp)s (assumed from its collection) is over the party's ceiling %(ceiling)s.", **said)
        if assumed
        else says("%(tlp)s (as marked) is over the party's ceiling %(ceiling)s.", **said),
        Change("ceiling", tlp.word, says("the party's ceiling were %(tlp)s", tlp=tlp.label)),
        says("Over your ceiling %(ceiling)s.", ceiling=ceiling.label),
    )


def covered_by_ceiling(question: Question) -> Reason:
    """The ceiling's word on what it covers."""
    ceiling = question.standing.ceiling.label
    return Reason(
        Effect.RELEASE,
        TLP,
        says("%(tlp)s is within the ceiling %(ceiling)s.", tlp=question.label.tlp.label, ceiling=ceiling),
        says("Within your ceiling %(ceiling)s.", ceiling=ceiling),
    )


def stopped(question: Question, bound: Bound) -> Denial | None:
    """A suspended agreement, and one whose term is over, releases nothing. What it covers is still its matter: its articles that
    narrow go on holding until it is withdrawn, so that time and a suspension never open anything.
    """
    enacted, name, on = bound.enacted, bound.name, question.on
    if enacted.withdrawn is not None and on >= enacted.withdrawn:
        return None
    if bound.until is not None and on >= bound.until:
        return _silent(
            bound,
            says("%(agreement)s ended on %(date)s.", agreement=name, date=date(bound.until)),
            Change("in-force", name, says("%(agreement)s were still in force", agreement=name)),
            bound.article(Term),
        )
    if enacted.suspended is not None and on >= enacted.suspended:
        return _silent(
            bound,
            says("%(agreement)s is suspended since %(date)s.", agreement=name, date=date(enacted.suspended)),
            Change("in-force", name, says("%(agreement)s were resumed", agreement=name)),
        )
    return None


def speaks(bound: Bound, on: Micros) -> bool:
    """Whether an agreement has a word in anything: from our signature and its term's beginning on, until it is withdrawn."""
    withdrawn = bound.enacted.withdrawn
    return bound.since is not None and bound.since <= on and (withdrawn is None or on < withdrawn)


def agreement_gaps(question: Question, bound: Bound) -> Iterator[Denial]:
    """Why an agreement does not cover a label. That it is ``stopped`` is another matter."""
    for gap in GAPS:
        denial = gap(question, bound)
        if denial is not None:
            yield denial


def covered_by(question: Question, bound: Bound) -> Reason:
    """An agreement's word on what it covers: by the article that takes it, or its ceiling."""
    article = question.within(bound.scopes) or bound.article(Ceiling)
    return Reason(
        Effect.RELEASE,
        clause_of(article),
        says("%(agreement)s covers it.", agreement=bound.name),
        says("An agreement with you covers it."),
        bound.name,
        article,
    )


def _stands(question: Question, bound: Bound) -> Denial | None:
    """It speaks from our signature and its term's beginning on, until it is withdrawn."""
    enacted, name, on = bound.enacted, bound.name, question.on
    if bound.since is None:
        return _silent(
            bound,
            says("%(agreement)s is not signed by us.", agreement=name),
            Change("in-force", name, says("we had signed %(agreement)s", agreement=name)),
        )
    if on < bound.since:
        return _silent(
            bound,
            says("%(agreement)s is in force from %(date)s on.", agreement=name, date=date(bound.since)),
            Change("date", str(bound.since), says("it were %(date)s", date=date(bound.since))),
            bound.article(Term),
        )
    if enacted.withdrawn is not None and on >= enacted.withdrawn:
        return _silent(
            bound,
            says("%(agreement)s was withdrawn on %(date)s.", agreement=name, date=date(enacted.withdrawn)),
            Change("in-force", name, says("%(agreement)s had not been withdrawn", agreement=name)),
        )
    return None


def _scope(question: Question, bound: Bound) -> Denial | None:
    if question.within(bound.scopes) is not None:
        return None
    return _silent(
        bound,
        says("%(agreement)s does not cover what is like this.", agreement=bound.name),
        Change("scope", bound.name, says("%(agreement)s covered what is like this", agreement=bound.name)),
        bound.article(Scope),
    )


def _ceiling(question: Question, bound: Bound) -> Denial | None:
    tlp = question.label.tlp
    if bound.ceiling is not None and tlp <= bound.ceiling:
        return None
    said = {"tlp": tlp.label, "agreement": bound.name}
    return _silent(
        bound,
        says("%(tlp)s is over the ceiling of %(agreement)s.", **said),
        Change("agreement-tlp", f"{bound.name} {tlp.word}", says("the ceiling of %(agreement)s were %(tlp)s", **said)),
        bound.article(Ceiling),
    )


def _audience(question: Question, bound: Bound) -> Denial | None:
    """TLP says who may see: named recipients, the organisation, its clients, the community."""
    tlp = question.label.tlp
    if tlp is Tlp.RED:
        return None if question.addressed else _silent(bound, UNNAMED.internal, UNNAMED.change, clause=TLP)
    if tlp <= WIDEST[bound.relation]:
        return None
    said = {"tlp": tlp.label, "agreement": bound.name}
    internal = (
        says("%(tlp)s does not go to the clients of those who signed %(agreement)s.", **said)
        if bound.relation is Relation.CLIENT
        else says("%(tlp)s does not go to the community of %(agreement)s.", **said)
    )
    change = Change("party", bound.name, says("the party had signed %(agreement)s itself", agreement=bound.name))
    return _silent(bound, internal, change, bound.article(Parties), clause=TLP)


def _pap(question: Question, bound: Bound) -> Denial | None:
    """PAP says what may be done with it: under an agreement goes what its recipients undertake to keep to."""
    pap = question.caveats.pap
    if not pap or PAP_LEVELS.index(pap) <= PAP_LEVELS.index(bound.pap):
        return None
    said = {"pap": f"PAP:{pap.upper()}", "agreement": bound.name}
    return _silent(
        bound,
        says("%(agreement)s has nobody keep to %(pap)s.", **said),
        Change(
            "agreement-pap", f"{bound.name} {pap}", says("%(agreement)s had its recipients keep to %(pap)s", **said)
        ),
        bound.article(Ceiling),
    )


def _purposes(question: Question, bound: Bound) -> Denial | None:
    """What may be used for some purposes only goes where its recipients have promised no other."""
    limits = question.caveats.purposes
    if all(bound.purposes is not None and bound.purposes <= limit for limit in limits):
        return None
    return _silent(
        bound,
        says("It may be used for some purposes only, to which %(agreement)s does not keep.", agreement=bound.name),
        Change("purposes", bound.name, says("%(agreement)s kept to the purposes of its marking", agreement=bound.name)),
        bound.article(Purposes),
    )


def _silent(bound: Bound, internal: Sentence, change: Change, article: int = 0, clause: str = "") -> Denial:
    return Denial(clause or clause_of(article), internal, change, NOT_COVERED, bound.name, article)


def clause_of(article: int) -> str:
    """How a reason cites an agreement: by its article, where one decides."""
    return f"article {article}" if article else "agreement"


GAPS: Final[tuple[Callable[[Question, Bound], Denial | None], ...]] = (
    _stands,
    _scope,
    _ceiling,
    _audience,
    _pap,
    _purposes,
)
