"""An agreement as it binds one party of this node's directory: names resolved to numbers, the party's relation to it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
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
from comity.kernel.policy.agreement.profiles import profile_of
from comity.kernel.policy.agreement.taking import Taking, as_received, pap_level, taking, tlp_level
from comity.kernel.policy.caveats import PAP_LEVELS
from comity.kernel.policy.lens import HIDDEN, Hidden
from comity.kernel.policy.profile import Profile

OURSELVES: Final = "ourselves"
"""What an agreement's selections call the releasing party."""

Conditional = Withhold | Redact | Review | PersonalData | Neighbours | Attribution
"""Articles that narrow what is released."""


class Relation(StrEnum):
    """How a party comes under an agreement (FIRST TLP 2.0: organisation, its clients, the community)."""

    PARTY = "party"
    CLIENT = "client"
    MEMBER = "member"


class Names(msgspec.Struct, frozen=True):
    """The directory as an agreement's names are resolved in it: parties by slug and by identity id, collections by slug.

    ``home``         the party that runs this node
    ``communities``  slug -> its members
    ``clients``      party -> whose client it is
    """

    home: int
    parties: Mapping[str, int]
    collections: Mapping[str, int]
    communities: Mapping[str, frozenset[int]]
    clients: Mapping[int, int]


class Enacted(msgspec.Struct, frozen=True):
    """An agreement as it stands at this node. Of each: since when, where it is so.

    ``ours``, ``theirs``  signed by us; by them
    """

    agreement: Agreement
    version: Micros
    ours: Micros | None = None
    theirs: Micros | None = None
    suspended: Micros | None = None
    withdrawn: Micros | None = None


class Condition(msgspec.Struct, frozen=True):
    """An article that narrows what is released, and of which labels it speaks; None: of all that the agreement covers.

    ``profile``  that the article names; None where it names none, or one that nobody has defined
    """

    article: Conditional
    when: Taking | None = None
    profile: Profile | None = None

    @property
    def veils(self) -> bool:
        """Whether under this article something goes in another form or without its creator, so that what refers to it must not
        tell which original that was.
        """
        match self.article:
            case Redact():
                return True
            case PersonalData():
                return bool(self.article.profile)
            case Attribution():
                return self.article.source == "anonymous"
            case Neighbours():
                return self.article.hidden != "dangle"
            case _:
                return False


class Bound(msgspec.Struct, frozen=True):
    """An agreement as it binds one party.

    ``since``, ``until``  its term, from our signature on; no ``since``: never. Half-open: at ``until`` it is over
    ``scopes``            what it covers, by article; none: everything that is not of an exercise
    ``received``          the same, as far as it can be asked of what the party gave under it
    ``ceiling``, ``pap``  the strictest of its articles; no ceiling: it covers nothing
    ``purposes``          what the recipients may use it for; None: no word on it
    ``onward``            numbers of those to whom the party's own may be given on; None: anybody
    ``conditions``        in the order of the articles
    ``veil``              the first article that veils, 0 where none does (``kernel.policy.veil``)
    ``hidden``            what is said of references to what the recipient does not get as it is; None: no word on it
    """

    enacted: Enacted
    relation: Relation
    since: Micros | None = None
    until: Micros | None = None
    scopes: tuple[tuple[int, Taking], ...] = ()
    received: tuple[tuple[int, Taking], ...] = ()
    ceiling: Tlp | None = None
    pap: str = "red"
    purposes: frozenset[str] | None = None
    onward: frozenset[int] | None = frozenset()
    conditions: tuple[Condition, ...] = ()
    veil: int = 0
    hidden: Hidden | None = None

    @property
    def name(self) -> str:
        """The agreement's name."""
        return self.enacted.agreement.name

    @property
    def veils(self) -> bool:
        """Whether what names others goes through the veil to those whom it binds."""
        return self.veil != 0

    def article(self, kind: type) -> int:
        """The number of its first article of a kind; 0 where it has none."""
        return next((each.number for each in self.enacted.agreement.articles if isinstance(each, kind)), 0)


def bind(enacted: Enacted, names: Names, party: int) -> Bound | None:
    """The agreement as it binds a party of this node's directory; None where it doesn't. It never binds the home party."""
    relation = relation_of(enacted.agreement, names, party)
    return None if relation is None else bound_as(enacted, names, relation)


def bound_as(enacted: Enacted, names: Names, relation: Relation) -> Bound:
    """The agreement as it binds, or once bound, a party of this relation."""
    articles = enacted.agreement.articles
    resolved = _Resolved(enacted.agreement, names)
    begins = [enacted.ours, *(each.since for each in articles if isinstance(each, Term))]
    ends = [enacted.withdrawn, *(each.until for each in articles if isinstance(each, Term))]
    scopes = tuple((each.number, resolved.taking(each.covers)) for each in articles if isinstance(each, Scope))
    ceilings = [each for each in articles if isinstance(each, Ceiling)]
    purposes = [each.purposes for each in articles if isinstance(each, Purposes)]
    hidden: list[Hidden] = [each.hidden for each in articles if isinstance(each, Neighbours)]
    conditions = tuple(resolved.condition(each) for each in articles if isinstance(each, Conditional))
    return Bound(
        enacted=enacted,
        relation=relation,
        since=None if enacted.ours is None else max(each for each in begins if each is not None),
        until=min((each for each in ends if each is not None), default=None),
        scopes=scopes,
        received=tuple((article, as_received(taking)) for article, taking in scopes),
        ceiling=_strictest(tlp_level(each.tlp) for each in ceilings),
        pap=min((pap_level(each.pap) for each in ceilings), key=PAP_LEVELS.index, default="red"),
        purposes=frozenset[str]().union(*purposes) if purposes else None,
        onward=resolved.onward(each for each in articles if isinstance(each, Onward)),
        conditions=conditions,
        veil=next((condition.article.number for condition in conditions if condition.veils), 0),
        hidden=max(hidden, key=HIDDEN.index, default=None),
    )


def relation_of(agreement: Agreement, names: Names, party: int) -> Relation | None:
    """How a party comes under an agreement; the closest of several ways. The home party gives: it receives under none."""
    if party == names.home:
        return None
    recipients = {number for each in agreement.signatories if (number := signatory_of(each, names)) is not None}
    members: set[int] = set()
    further = [article for article in agreement.articles if isinstance(article, Parties)]
    for article in further:
        (recipients if article.members == "recipients" else members).update(members_of(article.communities, names))
    if party in recipients:
        return Relation.PARTY
    patron = names.clients.get(party)  # a client of ours is no client of theirs
    if patron != names.home and patron in recipients and any(article.clients for article in further):
        return Relation.CLIENT
    return Relation.MEMBER if party in members else None


def signatory_of(signatory: Signatory, names: Names) -> int | None:
    """Who a signatory is at this node. Its identity counts where the text has one: a slug is the writing node's word for it, and
    may be another party's here.
    """
    return names.parties.get(signatory.identity or signatory.party)


def members_of(communities: Iterable[str], names: Names) -> frozenset[int]:
    """All members of some communities; one that is not known here has none."""
    return frozenset(member for slug in communities for member in names.communities.get(slug, ()))


class _Resolved:
    """The names that one agreement's articles use, at this node."""

    def __init__(self, agreement: Agreement, names: Names) -> None:
        self._agreement = agreement
        self._names = names
        self._signatories = {
            name: signatory_of(each, names)
            for each in agreement.signatories
            for name in (each.name, each.party, each.identity)
            if name
        }

    def parties(self, named: Iterable[str]) -> frozenset[int]:
        """Numbers of parties by what an article calls them: first as the agreement's signatories are called."""
        return frozenset(number for name in named if (number := self._party(name)) is not None)

    def _party(self, name: str) -> int | None:
        if name == OURSELVES:
            return self._names.home
        return self._signatories[name] if name in self._signatories else self._names.parties.get(name)

    def collections(self, named: Iterable[str]) -> frozenset[int]:
        """Numbers of collections by slug."""
        return frozenset(number for slug in named if (number := self._names.collections.get(slug)) is not None)

    def taking(self, selection: Selection) -> Taking:
        """A selection with its names resolved."""
        return taking(selection, self.collections, self.parties)

    def condition(self, article: Conditional) -> Condition:
        """A narrowing article with its selection and its profile resolved, where it has them."""
        return Condition(
            article,
            self.taking(article.when) if isinstance(article, Withhold | Redact | Review) else None,
            profile_of(self._agreement, article.profile) if isinstance(article, Redact | PersonalData) else None,
        )

    def onward(self, articles: Iterable[Onward]) -> frozenset[int] | None:
        """To whom all of some articles let it go on; without one: to nobody."""
        allowed = [self._allowed(article) for article in articles]
        limits = [each for each in allowed if each is not None]
        if limits:
            return frozenset.intersection(*limits)
        return None if allowed else frozenset()

    def _allowed(self, article: Onward) -> frozenset[int] | None:
        match article.to:
            case "anybody":
                return None
            case "named":
                return self.parties(article.parties)
            case "communities":
                return members_of(article.communities, self._names)
            case "nobody":
                return frozenset()


def _strictest(levels: Iterable[Tlp | None]) -> Tlp | None:
    """The strictest ceiling; None where there is none, or one of them can't be read."""
    found = list(levels)
    known = [level for level in found if level is not None]
    return min(known) if known and len(known) == len(found) else None
