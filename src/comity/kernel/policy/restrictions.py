"""Rules that deny whatever any agreement says, one small function each: a ``Denial``, or None where it has nothing to say.

They hold for partners. The own party reads what its node holds, and each party what it gave (``judging``).
"""

from collections.abc import Callable
from typing import Final

from comity.kernel.policy.agreement.articles import Onward
from comity.kernel.policy.decision import Change
from comity.kernel.policy.denial import Denial, date
from comity.kernel.policy.label import OURS
from comity.kernel.policy.question import Question
from comity.kernel.policy.sentence import says
from comity.kernel.policy.viewer import Standing

Rule = Callable[[Question], Denial | None]

# -- of the claim: how it stands at this node, where it lies, who gave it

RESTRICTED: Final = Denial(
    "node: named people",
    says("It is restricted to named people of this node."),
    Change("unrestricted", "", says("the restriction were lifted, or the person were among those named")),
)


RECALLED: Final = Denial(
    "node: recall",
    says("It was recalled, and goes to no other party."),
    Change("unrestricted", "", says("the recall were lifted")),
)


def named_people(question: Question) -> Denial | None:
    """What is restricted to named people goes to no party, and to nobody of our own who is not named; what was recalled, to no
    party.
    """
    if question.admitted():
        return None
    return RECALLED if question.label.circle == OURS else RESTRICTED


STALE: Final = Denial(
    "node: labelling",
    says("It is being labelled anew and is not decided yet."),
    Change("labelled", "", says("it had been labelled anew")),
)


def stale(question: Question) -> Denial | None:
    """A label from before policy looked at all that it looks at today can't be decided on."""
    return STALE if question.label.stale else None


QUARANTINED: Final = Denial(
    "node: quota of labels",
    says("Its source has sent more kinds of labels than its quota, and it is in quarantine."),
    Change("quarantine", "", says("it were taken out of quarantine")),
)


def quarantined(question: Question) -> Denial | None:
    """Beyond its quota of labels, nothing of a source is decided."""
    return QUARANTINED if question.label.quarantined else None


RETURNED: Final = Denial(
    "node: returned redaction",
    says("Somebody gave back what this node had made of something else; it says nothing of its own."),
    Change("returned", "", says("it were not what this node made itself")),
)


def returned(question: Question) -> Denial | None:
    """What comes back under the id of a twin of ours is no word of whoever gives it, and goes to nobody else."""
    return RETURNED if question.label.returned else None


NO_ACCESS: Final = Denial(
    "TAXII 2.1 5.2.1 can_read",
    says("The party may not read the collection that holds this."),
    Change("reads", "", says("the party could read the collection")),
    says("Not in a collection you may read."),
)


def collection_access(question: Question) -> Denial | None:
    """A collection's access list says where; an exit needs both where and whether."""
    return None if question.label.collection in question.standing.reads else NO_ACCESS


def onward(question: Question) -> Denial | None:
    """Originator control: what a party gave us under an agreement goes on only as that lets it, also after its end."""
    for source, bound in question.standing.given:
        if (
            source == question.label.source
            and bound.onward is not None
            and question.standing.party not in bound.onward
            and bound.since is not None
            and question.on >= bound.since
            and question.within(bound.received) is not None
        ):
            name, article = bound.name, bound.article(Onward)
            return Denial(
                f"article {article}" if article else "agreement",
                says(
                    "Its source gave it under %(agreement)s, which does not let it go on to this party.", agreement=name
                ),
                Change("onward", name, says("%(agreement)s let it go on to this party", agreement=name)),
                agreement=name,
                article=article,
            )
    return None


# -- of its markings

UNREADABLE: Final = Denial(
    "STIX 2.1 7.2.1",
    says("It carries a marking that is not held here or is of a kind we can't read."),
    Change("understood", "", says("its marking were held and understood")),
    says("It carries a marking that this node can't read."),
)


def understood(question: Question) -> Denial | None:
    """A marking that is not held or says nothing we know may forbid anything: withhold until it is understood."""
    return UNREADABLE if question.caveats.unknown else None


CONTROLLED: Final = Denial(
    "handling: originator_control",
    says("Its originator decides about every release and does not name the party."),
    Change("named", "", says("the party were among its named recipients")),
)


def originator_control(question: Question) -> Denial | None:
    """What its originator controls goes to nobody but those whom it names."""
    if not question.caveats.controlled or question.named:
        return None
    listed = frozenset[str]().union(*question.caveats.to)
    return CONTROLLED if question.standing.names.isdisjoint(listed) else None


FOR_OTHERS: Final = Denial(
    "handling: releasable_to",
    says("It is releasable to others only."),
    Change("releasable", "", says("the party were on its list of whom it is releasable to")),
)


def releasable_to(question: Question) -> Denial | None:
    """A list of whom it may go to is for those on it. An empty list is for nobody."""
    missed = any(question.standing.names.isdisjoint(names) for names in question.caveats.to)
    return FOR_OTHERS if missed else None


NOWHERE_KNOWN: Final = frozenset({"", "XX"})
"""Jurisdictions of parties of which none is known (XX is of the codes that ISO 3166-1 leaves to users)."""

EXCLUDED: Final = Denial(
    "handling: not_releasable_to",
    says("It is marked as not releasable to the party."),
    Change("caveat", "not-to", says("the party were not on its list of whom it is not releasable to")),
)


def not_releasable_to(question: Question) -> Denial | None:
    """Whoever is named on such a list, or is of a jurisdiction or community that is, does not get it; nor whoever may be."""
    standing = question.standing
    named = any(name in standing.names or _may_be(standing, name) for name in question.caveats.not_to)
    return EXCLUDED if named else None


def _may_be(standing: Standing, name: str) -> bool:
    """Whether nobody here can say that a name is not the party's."""
    match name.partition(":")[0]:
        case "community":
            return name not in standing.communities
        case "jurisdiction":
            return standing.jurisdiction in NOWHERE_KNOWN
        case _:
            return not any(known.startswith("identity--") for known in standing.names)


ELSEWHERE: Final = Denial(
    "handling: resides_in",
    says("It has to stay within jurisdictions of which the party's is none."),
    Change("caveat", "resides", says("it could be held in the party's jurisdiction")),
)


def residency(question: Question) -> Denial | None:
    """What has to stay in some jurisdictions goes to parties there."""
    within = all(question.standing.jurisdiction in allowed for allowed in question.caveats.resides)
    return None if within else ELSEWHERE


def embargo(question: Question) -> Denial | None:
    """Before its date it goes to nobody."""
    over = question.caveats.embargo
    if over is None or question.on >= over:
        return None
    return Denial(
        "handling: not_before",
        says("It is under an embargo until %(date)s.", date=date(over)),
        Change("date", str(over), says("it were %(date)s", date=date(over))),
    )


def policy_starts(question: Question) -> Denial | None:
    """An IEP policy that has not begun allows nothing yet."""
    starts = question.caveats.starts
    if starts is None or question.on >= starts:
        return None
    return Denial(
        "FIRST IEP 2.0 start_date",
        says("Its exchange policy holds from %(date)s on.", date=date(starts)),
        Change("date", str(starts), says("it were %(date)s", date=date(starts))),
    )


def policy_ends(question: Question) -> Denial | None:
    """An IEP policy that is over allows nothing any more."""
    ends = question.caveats.ends
    if ends is None or question.on < ends:
        return None
    return Denial(
        "FIRST IEP 2.0 end_date",
        says("Its exchange policy ended on %(date)s.", date=date(ends)),
        Change("policy-ends", "", says("its exchange policy had not ended")),
    )


def case_members(question: Question) -> Denial | None:
    """What belongs to a case is for the parties to that case."""
    for case in sorted(question.caveats.cases - question.standing.cases):
        return Denial(
            "handling: case",
            says("It belongs to the case %(case)s, of which the party is no member.", case=case),
            Change("case", case, says("the party were a member of the case %(case)s", case=case)),
        )
    return None


OF_THE_CLAIM: Final[tuple[Rule, ...]] = (named_people, stale, quarantined, returned, collection_access, onward)
OF_MARKINGS: Final[tuple[Rule, ...]] = (
    understood,
    originator_control,
    releasable_to,
    not_releasable_to,
    residency,
    embargo,
    policy_starts,
    policy_ends,
    case_members,
)
RESTRICTIONS: Final = OF_THE_CLAIM + OF_MARKINGS
