"""The slow reading of policy: what may go to whom, worked out from the words of the design, one plain rule after the other.

It shares with the package the structs of agreements and the enums of effects, and no code. Whatever is looked for is looked
for anew; nothing is kept. ``verdict`` gives the effect and, for a person who reads a failure, the words that made it.

1. The party that runs the node sees all, a party sees what it gave.
2. Restrictions hold against everything.
3. What remains needs a permission that covers it: the party's ceiling, or an agreement in force that binds it.
4. Of the agreements that cover it, the strictest effect holds, also against the ceiling. What narrows goes on holding where an
   agreement is suspended or over, though that releases nothing any more: neither time nor a suspension opens anything.
5. An object with granular parts goes as what is in none of them may go, without the parts that may not; whatever narrows any
   piece narrows all.
6. Whom an agreement that *veils* binds, which is one under which some things go otherwise than they are, gets nothing that
   names others as it is by this alone: object by object it is seen whether all that it names is open (``oracle``).

What goes otherwise than it is goes through a ``Glass``: equal glasses, equal forms.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

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
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.profile import Profile
from tests.simulator.facts import PAP_ORDER, Facts, Micros, Part

Kind = TypeVar("Kind", bound=AnyArticle)

AUDIENCE = {
    "party": {Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED},
    "client": {Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER},
    "member": {Tlp.CLEAR, Tlp.GREEN},
}
"""FIRST TLP 2.0: the recipient's organisation, its clients, its community. RED is asked for by name beside."""
HIDDEN = ("keep", "dangle", "stub", "strip", "withhold")
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


class Glass(msgspec.Struct, frozen=True):
    """In which form something goes that does not go as it is: whose key makes its pseudonyms, and what is done to it.

    ``scope``    the agreement's name, or ``ceiling of PARTY``
    ``hidden``   what becomes of references to what is not open
    ``without``  the parts that are left out
    ``reviews``  articles that ask people, each with its agreement's version
    """

    scope: str
    hidden: str = "keep"
    profiles: tuple[Profile, ...] = ()
    anonymous: bool = False
    without: frozenset[Part] = frozenset()
    reviews: frozenset[tuple[str, int, int]] = frozenset()
    cleared: bool = False


class Verdict(NamedTuple):
    """An effect, what made it, and through what it goes, where it can go at all but not as it is."""

    effect: Effect
    why: str
    glass: Glass | None = None


class _Narrowing(NamedTuple):
    """What an article makes of a piece."""

    effect: Effect
    agreement: str
    article: AnyArticle
    version: int


class _Piece(NamedTuple):
    """What becomes of what is in one part, or in none."""

    effect: Effect
    why: str
    releasing: frozenset[str]
    covering: frozenset[str]
    narrowing: tuple[_Narrowing, ...]


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
    bare = _piece(asked._replace(facts=facts.bare))
    if bare.effect is Effect.WITHHOLD:
        return Verdict(Effect.WITHHOLD, bare.why)
    parts = {part: _piece(asked._replace(facts=facts.piece(part))) for part in facts.parts}
    without = frozenset(part for part, piece in parts.items() if piece.effect is Effect.WITHHOLD)
    pieces = [bare, *parts.values()]
    narrowing = [one for piece in pieces for one in piece.narrowing if one.effect is not Effect.WITHHOLD]
    veils = _veiling(asked)
    effects = {bare.effect, *(one.effect for one in narrowing)}
    if without or (veils and (facts.refers or facts.attributed)):
        effects.add(Effect.REDACT)
    effect = max(effects, key=SEVERITY.index)
    why = "; ".join(piece.why for piece in pieces)
    if effect is Effect.RELEASE:
        return Verdict(effect, why)
    return Verdict(effect, why, _glass(asked, pieces, narrowing, without, veils))


def dates(directory: Directory, facts: Facts) -> set[Micros]:
    """Every moment at which a verdict may change by itself."""
    pieces = [facts, *map(facts.piece, facts.parts)]
    found = {piece.not_before for piece in pieces} | {each for piece in pieces for term in piece.terms for each in term}
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


# -- what permits, and what narrows


def _piece(asked: _Of) -> _Piece:
    """What may be done with one piece. What covers it narrows it also where it releases nothing any more."""
    facts, to, directory, on = asked
    covering, releasing = set(), set()
    for enacted in directory.agreements.values():
        name = enacted.agreement.name
        how = relation(enacted.agreement, to.slug, directory)
        if how is not None and covers(enacted.agreement, how, facts, directory):
            if _binds(enacted, on):
                covering.add(name)
            if in_force(enacted, on):
                releasing.add(name)
    narrowing = tuple(_narrowed(asked, covering))
    within = facts.tlp <= to.ceiling and not facts.exercise and not facts.purposes
    forbidden = list(_forbidden(asked))
    if forbidden or not (within or releasing):
        why = "; ".join(forbidden) or "nothing permits it"
        return _Piece(Effect.WITHHOLD, why, frozenset(), frozenset(covering), narrowing)
    effect = max((one.effect for one in narrowing), key=SEVERITY.index, default=Effect.RELEASE)
    why = ", ".join([*sorted(releasing), *(f"{one.agreement} article {one.article.number}" for one in narrowing)])
    goes = frozenset[str]() if effect is Effect.WITHHOLD else frozenset(releasing)
    return _Piece(effect, f"{effect.value} by {why or 'its ceiling'}", goes, frozenset(covering), narrowing)


def _narrowed(asked: _Of, covering: set[str]) -> Iterator[_Narrowing]:
    """What the articles say of agreements that have begun and are not withdrawn, within what they cover."""
    for name in sorted(covering):
        enacted = asked.directory.agreements[name]
        for article in enacted.agreement.articles:
            effect = _effect(article, enacted.agreement, asked)
            if effect is not None:
                yield _Narrowing(effect, name, article, enacted.version)


def _veiling(asked: _Of) -> frozenset[str]:
    """Agreements that bind the party and under which something goes otherwise than it is: until they are withdrawn."""
    return frozenset(
        name
        for name, enacted in asked.directory.agreements.items()
        if _binds(enacted, asked.on)
        and relation(enacted.agreement, asked.to.slug, asked.directory) is not None
        and any(map(_veils, enacted.agreement.articles))
    )


def _veils(article: AnyArticle) -> bool:
    match article:
        case Redact():
            return True
        case Neighbours(hidden=hidden):
            return hidden != "dangle"
        case Attribution(source=source):
            return source == "anonymous"
        case PersonalData(profile=profile):
            return bool(profile)
    return False


def _glass(
    asked: _Of,
    pieces: Sequence[_Piece],
    narrowing: Sequence[_Narrowing],
    without: frozenset[Part],
    veils: frozenset[str],
) -> Glass | None:
    """Through what it goes. None where an article asks for a profile that nobody has defined."""
    covering = frozenset(name for piece in pieces for name in piece.covering)
    releasing = frozenset(name for piece in pieces for name in piece.releasing)
    profiles: list[Profile] = []
    for one in sorted(narrowing, key=lambda each: (each.agreement, each.article.number)):
        wanted = getattr(one.article, "profile", "") if one.effect is Effect.REDACT else ""
        if wanted:
            found = _profile(asked.directory.agreements[one.agreement].agreement, wanted)
            if found is None:
                return None
            profiles += [replace(found, title="")] if replace(found, title="") not in profiles else []
    asking = frozenset(one.agreement for one in narrowing)
    scope = min(veils & covering or veils or asking or releasing, default="")
    return Glass(
        scope=scope or f"ceiling of {asked.to.slug}",
        hidden=_hidden(asked.directory, covering, veils) if veils else "keep",
        profiles=tuple(profiles),
        anonymous=any(isinstance(one.article, Attribution) for one in narrowing),
        without=without,
        reviews=frozenset(
            (one.agreement, one.article.number, one.version) for one in narrowing if one.effect is Effect.REVIEW
        ),
        cleared=any(isinstance(one.article, PersonalData) for one in narrowing),
    )


def _hidden(directory: Directory, covering: frozenset[str], veils: frozenset[str]) -> str:
    """The strictest word on neighbours of the agreements that cover it; where they have none, of those that veil."""
    for names in (covering, veils):
        said = [one.hidden for name in names for one in _of(directory.agreements[name].agreement, Neighbours)]
        if said:
            return max(said, key=HIDDEN.index)
    return "dangle"


def _profile(agreement: Agreement, name: str) -> Profile | None:
    found = [one for one in agreement.profiles if one.name == name]
    return found[0] if found else BUILT_IN.get(name)


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
        scopes = [replace(scope, **unknown) for scope in scopes]
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
