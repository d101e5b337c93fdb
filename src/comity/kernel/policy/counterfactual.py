"""The nearest world in which a claim is released as it is: found by asking every rule what would content it, and proven.

A ``Change`` names one thing that is otherwise; ``applied`` makes it so. Nothing is told that was not tried: the changes
together release, and none of them can be spared.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.binding import Bound, Relation
from comity.kernel.policy.agreement.taking import Taking
from comity.kernel.policy.caveats import caveats_of, kind_of, understood
from comity.kernel.policy.decision import Change, Counterfactual, Effect
from comity.kernel.policy.denial import Denial
from comity.kernel.policy.judging import Judgement, judge
from comity.kernel.policy.label import Label, Refs, Scan
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.viewer import Standing

World = tuple[Label, Standing, Micros]
"""What a question is made of."""

MOST_ROUNDS: Final = 5
"""How often what was changed may bring up something else. Deeper worlds are not near."""


def nearest(question: Question, judgement: Judgement) -> Counterfactual | None:
    """The fewest changes found that together release; None where it is released, or nothing that could be changed would do. What
    was made through a lens changes with its original only.
    """
    if judgement.effect is Effect.RELEASE or question.label.lens:
        return None
    world = (question.label, question.standing, question.on)
    ways = [_reached(world, judgement, gaps) for gaps in judgement.silent or ((),)]
    changes = min(filter(None, ways), key=len, default=None)
    return Counterfactual(tuple(changes)) if changes else None


def applied(change: Change, label: Label, standing: Standing, on: Micros) -> World:
    """The world in which this one thing is otherwise."""
    return _APPLY[change.kind](change.value, label, standing, on)


def _reached(world: World, judgement: Judgement, gaps: Sequence[Denial]) -> list[Change] | None:
    """Changes that release, beginning with what is denied and one way of being permitted; None where they lead nowhere."""
    found: list[Change] = []
    there = world
    for _ in range(MOST_ROUNDS):
        step = _step(judgement, gaps)
        for change in step:
            there = applied(change, *there)
        found += step
        judgement = judge(asked(*there))
        if judgement.effect is Effect.RELEASE:
            return _needed(world, found)
        gaps = min(judgement.silent, key=len, default=())
    return None


def _step(judgement: Judgement, gaps: Sequence[Denial]) -> list[Change]:
    """What would content all that speak against it, each thing once."""
    denied = [denial.change for denial in (*judgement.denials, *gaps)]
    return list(dict.fromkeys([*denied, *(holding.change for holding in judgement.holdings)]))


def _needed(world: World, changes: list[Change]) -> list[Change]:
    """Without those that can be spared."""
    needed = list(changes)
    for change in changes:
        fewer = [each for each in needed if each != change]
        if _releases(world, fewer):
            needed = fewer
    return needed


def _releases(world: World, changes: Iterable[Change]) -> bool:
    for change in changes:
        world = applied(change, *world)
    return judge(asked(*world)).effect is Effect.RELEASE


# -- the label otherwise


def _unrestricted(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, circle=0), standing, on


def _labelled(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, stale=False), standing, on


def _out_of_quarantine(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, quarantined=False), standing, on


def _given_first(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, returned=False), standing, on


def _alone(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, refs=Refs.NONE, attributed=False), standing, on


def _parts(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    left = judge(asked(label, standing, on)).without
    return replace(label, parts=tuple(part for part in label.parts if part not in left)), standing, on


def _understood(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, terms=understood(label.terms)), standing, on


def _without(kind: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, terms=tuple(term for term in label.terms if kind_of(term) != kind)), standing, on


def _policy_goes_on(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    terms = (";".join(part for part in term.split(";") if not part.startswith("end_date=")) for term in label.terms)
    return replace(label, terms=tuple(terms)), standing, on


def _scanned(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return replace(label, scan=Scan.CLEAR), standing, on


def _named(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return _listed("recipients", label, standing, on)


def _releasable(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return _listed("to", label, standing, on)


def _listed(kind: str, label: Label, standing: Standing, on: Micros) -> World:
    """The party on the only list of this kind."""
    name = min(standing.names, default=f"party:{standing.party}")
    others = (term for term in label.terms if kind_of(term) != kind)
    return replace(label, terms=(*others, f"{kind}:{name}")), replace(standing, names=standing.names | {name}), on


# -- the date otherwise


def _later(value: str, label: Label, standing: Standing, on: Micros) -> World:
    return label, standing, max(on, int(value))


# -- the party otherwise


def _reads(_value: str, label: Label, standing: Standing, on: Micros) -> World:
    return label, replace(standing, reads=standing.reads | {label.collection}), on


def _in_case(value: str, label: Label, standing: Standing, on: Micros) -> World:
    return label, replace(standing, cases=standing.cases | {value}), on


def _ceiling(value: str, label: Label, standing: Standing, on: Micros) -> World:
    return label, replace(standing, ceiling=Tlp.parse(value)), on


# -- an agreement otherwise


def _onward(name: str, label: Label, standing: Standing, on: Micros) -> World:
    def allowing(bound: Bound) -> Bound:
        return replace(bound, onward=(bound.onward or frozenset()) | {standing.party})

    given = (
        (source, allowing(bound) if source == label.source and bound.name == name else bound)
        for source, bound in standing.given
    )
    return label, replace(standing, given=tuple(given)), on


def _in_force(name: str, label: Label, standing: Standing, on: Micros) -> World:
    def holding(bound: Bound) -> Bound:
        enacted = replace(bound.enacted, suspended=None, withdrawn=None)
        return replace(bound, enacted=enacted, since=on if bound.since is None else bound.since, until=None)

    return label, _with(standing, name, holding), on


def _scope(name: str, label: Label, standing: Standing, on: Micros) -> World:
    like_this = Taking(exercise=caveats_of(label.terms).exercise)
    standing = _with(standing, name, lambda bound: replace(bound, scopes=(*bound.scopes, (0, like_this))))
    return label, standing, on


def _agreement_tlp(value: str, label: Label, standing: Standing, on: Micros) -> World:
    name, _, word = value.rpartition(" ")
    return label, _with(standing, name, lambda bound: replace(bound, ceiling=Tlp.parse(word))), on


def _agreement_pap(value: str, label: Label, standing: Standing, on: Micros) -> World:
    name, _, word = value.rpartition(" ")
    return label, _with(standing, name, lambda bound: replace(bound, pap=word)), on


def _party(name: str, label: Label, standing: Standing, on: Micros) -> World:
    return label, _with(standing, name, lambda bound: replace(bound, relation=Relation.PARTY)), on


def _purposes(name: str, label: Label, standing: Standing, on: Micros) -> World:
    kept = frozenset.intersection(*caveats_of(label.terms).purposes)
    return label, _with(standing, name, lambda bound: replace(bound, purposes=kept)), on


def _without_article(value: str, label: Label, standing: Standing, on: Micros) -> World:
    name, _, number = value.rpartition(" ")

    def fewer(bound: Bound) -> Bound:
        return replace(bound, conditions=tuple(each for each in bound.conditions if each.article.number != int(number)))

    return label, _with(standing, name, fewer), on


def _with(standing: Standing, name: str, otherwise: Callable[[Bound], Bound]) -> Standing:
    agreements = (otherwise(bound) if bound.name == name else bound for bound in standing.agreements)
    return replace(standing, agreements=tuple(agreements))


_APPLY: Final[dict[str, Callable[[str, Label, Standing, Micros], World]]] = {
    "unrestricted": _unrestricted,
    "labelled": _labelled,
    "quarantine": _out_of_quarantine,
    "returned": _given_first,
    "alone": _alone,
    "parts": _parts,
    "understood": _understood,
    "caveat": _without,
    "policy-ends": _policy_goes_on,
    "scan": _scanned,
    "named": _named,
    "releasable": _releasable,
    "date": _later,
    "reads": _reads,
    "case": _in_case,
    "ceiling": _ceiling,
    "onward": _onward,
    "in-force": _in_force,
    "scope": _scope,
    "agreement-tlp": _agreement_tlp,
    "agreement-pap": _agreement_pap,
    "party": _party,
    "purposes": _purposes,
    "article": _without_article,
}
