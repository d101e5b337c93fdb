"""The slow reading of policy: what may go to whom, worked out from the words of the design, one plain rule after the other.

It shares with the package the structs of agreements and the enums of effects, and no code. Whatever is looked for is looked
for anew; nothing is kept. ``verdict`` gives the effect and, for a person who reads a failure, the words that made it.

1. The party that runs the node sees all, a party sees what it gave.
2. Restrictions hold against everything.
3. What remains needs a permission that covers it: the party's ceiling, or an agreement in force that binds it.
4. Of the agreements that cover it, the strictest effect holds, also against the ceiling. What narrows goes on holding where an
   agreement is suspended or over, though that releases nothing any more: neither time nor a suspension opens anything.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Redact,
    Review,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.binding import Enacted
from comity.kernel.policy.decision import Effect
from tests.simulator.facts import PAP_ORDER, Facts, Micros

Kind = TypeVar("Kind", bound=AnyArticle)

AUDIENCE = {
    "party": {Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED},
    "client": {Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER},
    "member": {Tlp.CLEAR, Tlp.GREEN},
}
"""FIRST TLP 2.0: the recipient's organisation, its clients, its community. RED is asked for by name beside."""
SEVERITY = (Effect.RELEASE, Effect.REDACT, Effect.REVIEW, Effect.WITHHOLD)


class Member(msgspec.Struct):
    """A party of the directory, and where it stands."""

    slug: str
    own: bool
    ceiling: Tlp
    identity: str
    jurisdiction: str = "KR"
    reads: set[str] = msgspec.field(default_factory=set)
    client_of: str | None = None
    communities: set[str] = msgspec.field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """By what a caveat may name it."""
        return {self.identity, f"jurisdiction:{self.jurisdiction}", *(f"community:{one}" for one in self.communities)}


class Directory(msgspec.Struct):
    """Parties by slug, agreements by name as they stand now, and who was ever bound by which: (name, slug)."""

    parties: dict[str, Member] = msgspec.field(default_factory=dict)
    agreements: dict[str, Enacted] = msgspec.field(default_factory=dict)
    ever: set[tuple[str, str]] = msgspec.field(default_factory=set)

    @property
    def home(self) -> str:
        """The party that runs the node."""
        return next(slug for slug, party in self.parties.items() if party.own)


class Verdict(NamedTuple):
    """An effect, and what made it."""

    effect: Effect
    why: str


class _Of(NamedTuple):
    """One question."""

    facts: Facts
    to: Member
    directory: Directory
    on: Micros


def verdict(facts: Facts, to: str, directory: Directory, on: Micros) -> Verdict:
    """What may be done with a claim of these facts for a party on a date."""
    asked = _Of(facts, directory.parties[to], directory, on)
    if asked.to.own:
        return Verdict(Effect.RELEASE, "own party")
    if facts.source == to:
        return Verdict(Effect.RELEASE, "own claim")
    forbidden = list(_forbidden(asked))
    if forbidden:
        return Verdict(Effect.WITHHOLD, "; ".join(forbidden))
    found = list(_permitted(asked))
    if not found:
        return Verdict(Effect.WITHHOLD, "nothing permits it")
    return max([*found, *_narrowed(asked)], key=lambda one: SEVERITY.index(one.effect))


def dates(directory: Directory, facts: Facts) -> set[Micros]:
    """Every moment at which a verdict may change by itself."""
    found = {facts.not_before, *(moment for term in facts.terms for moment in term)}
    for enacted in directory.agreements.values():
        found |= {enacted.ours, enacted.suspended, enacted.withdrawn}
        for article in enacted.agreement.articles:
            if isinstance(article, Term):
                found |= {article.since, article.until}
            if isinstance(article, PersonalData):
                found |= {moment for basis in article.bases for moment in (basis.since, basis.until)}
    return {moment for moment in found if moment}


def until(facts: Facts, to: str, directory: Directory, on: Micros) -> Micros | None:
    """The first moment after ``on`` at which it is not released any more; None: never."""
    for moment in sorted(dates(directory, facts)):
        if moment > on and verdict(facts, to, directory, moment).effect is not Effect.RELEASE:
            return moment
    return None


# -- what nothing overrides


def _forbidden(asked: _Of) -> Iterator[str]:
    facts, to, _, on = asked
    if facts.quarantined:
        yield "quarantined"
    if facts.unknown:
        yield "a marking that is not understood"
    if facts.collection not in to.reads:
        yield "not a collection it reads"
    named = any(names & to.names for names in facts.recipients)
    if facts.tlp is Tlp.RED and not (named if facts.recipients else to.ceiling is Tlp.RED):
        yield "red, and not a recipient that is named by the marking, or by a ceiling of red where that names nobody"
    if any(not names & to.names for names in facts.to):
        yield "not releasable to it"
    if facts.not_to & to.names:
        yield "expressly not releasable to it"
    if any(to.jurisdiction not in places for places in facts.resides):
        yield "has to stay elsewhere"
    if on < facts.not_before:
        yield "embargoed"
    if any((start is not None and on < start) or (end is not None and on >= end) for start, end in facts.terms):
        yield "outside the dates of its policy"
    if facts.cases:
        yield "of a case"
    if facts.orcon and not named and not any(names & to.names for names in facts.to):
        yield "originator control"
    yield from _kept_by_its_giver(asked)


def _kept_by_its_giver(asked: _Of) -> Iterator[str]:
    """What another party gave us under an agreement goes on only as that agreement lets it, also when it has ended."""
    facts, to, directory, on = asked
    if facts.source == directory.home:
        return
    for enacted in directory.agreements.values():
        if not _begun(enacted, on) or (enacted.agreement.name, facts.source) not in directory.ever:
            continue
        if _in_scope(enacted.agreement, facts, directory, received=True) and not _may_go_on(
            enacted.agreement, to, directory
        ):
            yield f"{enacted.agreement.name} does not let it go on"


def _may_go_on(agreement: Agreement, to: Member, directory: Directory) -> bool:
    onward = _of(agreement, Onward)
    if not onward:
        return False
    for article in onward:
        listed = {_party_called(name, agreement, directory) for name in article.parties}
        allowed = {
            "nobody": False,
            "named": to.slug in listed,
            "communities": bool(to.communities & set(article.communities)),
            "anybody": True,
        }
        if not allowed[article.to]:
            return False
    return True


# -- what permits


def _permitted(asked: _Of) -> Iterator[Verdict]:
    facts, to, directory, on = asked
    if facts.tlp <= to.ceiling and not facts.exercise and not facts.purposes:
        yield Verdict(Effect.RELEASE, "within its ceiling")
    for enacted in directory.agreements.values():
        agreement = enacted.agreement
        how = relation(agreement, to.slug, directory)
        if how is not None and in_force(enacted, on) and covers(agreement, how, asked.facts, directory):
            yield Verdict(Effect.RELEASE, f"{agreement.name} covers it")


def _narrowed(asked: _Of) -> Iterator[Verdict]:
    """What the articles say of agreements that have begun and are not withdrawn, within what they cover."""
    facts, to, directory, on = asked
    for enacted in directory.agreements.values():
        agreement = enacted.agreement
        how = relation(agreement, to.slug, directory)
        if how is not None and _binds(enacted, on) and covers(agreement, how, facts, directory):
            for article in agreement.articles:
                effect = _effect(article, agreement, asked)
                if effect is not None:
                    yield Verdict(effect, f"{agreement.name} article {article.number}")


def in_force(enacted: Enacted, on: Micros) -> bool:
    """Signed by us, within its term, neither suspended nor withdrawn."""
    return (
        _binds(enacted, on)
        and all(term.until is None or on < term.until for term in _of(enacted.agreement, Term))
        and not (enacted.suspended is not None and enacted.suspended <= on)
    )


def _binds(enacted: Enacted, on: Micros) -> bool:
    return _begun(enacted, on) and not (enacted.withdrawn is not None and enacted.withdrawn <= on)


def _begun(enacted: Enacted, on: Micros) -> bool:
    return _signed(enacted, on) and all(one.since is None or one.since <= on for one in _of(enacted.agreement, Term))


def covers(agreement: Agreement, how: str, facts: Facts, directory: Directory) -> bool:
    """Whether it is this agreement's to release."""
    ceilings = _of(agreement, Ceiling)
    promised = [set(article.purposes) for article in _of(agreement, Purposes)]
    return (
        _in_scope(agreement, facts, directory)
        and facts.tlp in AUDIENCE[how]
        and bool(ceilings)
        and all(facts.tlp <= Tlp.parse(one.tlp) for one in ceilings)
        and all(facts.pap is None or facts.pap <= PAP_ORDER.index(one.pap) for one in ceilings)
        and all(any(purposes <= allowed for purposes in promised) for allowed in facts.purposes)
    )


def relation(agreement: Agreement, slug: str, directory: Directory) -> str | None:
    """How a party other than ours comes under it; the closest of several ways."""
    party = directory.parties[slug]
    signed = {_signatory(one, directory) for one in agreement.signatories}
    clauses = _of(agreement, Parties)
    members = {one for clause in clauses for one in clause.communities}
    as_recipients = {one for clause in clauses if clause.members == "recipients" for one in clause.communities}
    if slug in signed or party.communities & as_recipients:
        return "party"
    if any(clause.clients for clause in clauses) and party.client_of not in {None, directory.home}:
        patron = directory.parties[str(party.client_of)]
        if patron.slug in signed or patron.communities & as_recipients:
            return "client"
    return "member" if party.communities & members else None


def _effect(article: AnyArticle, agreement: Agreement, asked: _Of) -> Effect | None:
    facts, to, directory, on = asked
    match article:
        case Withhold(when=when) if _takes(when, facts, agreement, directory, exercises=True):
            return Effect.WITHHOLD
        case Redact(when=when) if _takes(when, facts, agreement, directory, exercises=True):
            return Effect.REDACT
        case Review(when=when) if _takes(when, facts, agreement, directory, exercises=True):
            return Effect.REVIEW
        case Neighbours(hidden="withhold") if facts.refers:
            return Effect.WITHHOLD
        case Neighbours(hidden="stub" | "strip") if facts.refers:
            return Effect.REDACT
        case Attribution(source="anonymous") if facts.attributed and facts.source != directory.home:
            return Effect.REDACT
        case PersonalData(bases=bases):
            holds = any(
                to.jurisdiction in basis.to
                and (basis.since is None or basis.since <= on)
                and (basis.until is None or on < basis.until)
                for basis in bases
            )
            return None if holds else Effect.WITHHOLD
    return None


def _in_scope(agreement: Agreement, facts: Facts, directory: Directory, *, received: bool = False) -> bool:
    """``received``: as it is asked of what its giver gave us under it: where that lay there, from whom and how it had come, and
    what was found in it, we do not know.
    """
    scopes = [scope.covers for scope in _of(agreement, Scope)] or [Selection()]
    if received:
        unknown: dict[str, Any] = {
            "collections": (),
            "sources": (),
            "channels": (),
            "personal": None,
            "unscanned": None,
        }
        scopes = [msgspec.structs.replace(scope, **unknown) for scope in scopes]
    return any(_takes(scope, facts, agreement, directory, exercises=False) for scope in scopes)


def _takes(selection: Selection, facts: Facts, agreement: Agreement, directory: Directory, *, exercises: bool) -> bool:
    """``exercises``: whether a selection that does not speak of exercises takes what belongs to one."""
    if selection.exercise is None and facts.exercise and not exercises:
        return False
    named = {_party_called(name, agreement, directory) for name in selection.sources}
    if "ourselves" in selection.sources:
        named.add(directory.home)
    asked = [
        (selection.types, {facts.type}),
        (selection.collections, {facts.collection}),
        (selection.channels, {facts.channel}),
        (selection.tlp, {facts.tlp.word}),
        (selection.pap, set() if facts.pap is None else {PAP_ORDER[facts.pap]}),
    ]
    flags = [
        (selection.statement, facts.statement),
        (selection.personal, False),
        (selection.unscanned, True),
        (selection.revoked, facts.revoked),
        (selection.exercise, facts.exercise),
    ]
    return (
        (not selection.sources or facts.source in named)
        and all(not words or set(words) & found for words, found in asked)
        and all(wanted is None or wanted == found for wanted, found in flags)
    )


def _signed(enacted: Enacted, on: Micros) -> bool:
    return enacted.ours is not None and enacted.ours <= on


def _signatory(one: Signatory, directory: Directory) -> str | None:
    """By its identity where it states one: a slug is the writer's word for it, and may be another party's here."""
    if one.identity:
        return next((slug for slug, party in directory.parties.items() if party.identity == one.identity), None)
    return one.party if one.party in directory.parties else None


def _party_called(name: str, agreement: Agreement, directory: Directory) -> str | None:
    """The slug of the party that an agreement calls so: by slug, by identity, or by the name of a signatory."""
    for slug, party in directory.parties.items():
        if name and name in {slug, party.identity}:
            return slug
    for one in agreement.signatories:
        if name and name == one.name:
            return _signatory(one, directory)
    return None


def _of(agreement: Agreement, kind: type[Kind]) -> list[Kind]:
    return [article for article in agreement.articles if isinstance(article, kind)]
