"""What the store must answer, worked out slowly and in memory from the rules of the design, not from the store's code.

One list of claims, one loop over it for each question. Moments are numbers of acts, not dates: what matters is order. What
policy says of a claim is ``law``'s; here is what follows from it.

1. A version is (id, modified, content); a cyber-observable's content stands for modified.
2. A claim is (source, collection, version), with the bytes that source sent. One claim of a version per source and collection.
3. A claim is open to a viewer to whom policy releases it, where of every guessable neighbour some claim is released too (a
   party's own claims ask for none). The party that runs the node sees all. What is restricted is open to its source, unless
   that is the party that runs the node, and to the people of that party who are named; those who are not named see nothing
   either that names a guessable neighbour of which they see no claim though it is held.
4. What policy releases is open from the act that made it so: to what was there already it opens anew, behind whatever the
   viewer has read. What a date closes is closed from that moment on, whatever else happens; what a date opens is open from
   the act of ``tick`` that finds it.
5. A viewer's feed has every version that has an open claim in scope, dated by the earliest: when the claim came, or when
   it opened to the viewer, whichever was later.
6. ``last``: versions of which some open claim has no later version by the same source or by the creator's own party.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Some

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.binding import Enacted
from comity.kernel.policy.decision import Effect
from tests.simulator.facts import Facts, Micros, Said, facts_of
from tests.simulator.law import Directory, Member, relation, until, verdict

_COMPUTED = (
    "ipv4-addr",
    "domain-name",
    "file",
    "url",
    "email-addr",
    "user-account",
    "network-traffic",
    "email-message",
)
GUESSABLE = re.compile(rf"({'|'.join(_COMPUTED)})--[0-9a-f]{{8}}-[0-9a-f]{{4}}-5")

Version = tuple[str, int | None, str]
Filter = int | str


class Claim(msgspec.Struct, eq=False):
    """One claim. ``came`` and ``shaped`` are numbers of acts; ``number`` orders claims of one act."""

    source: str
    collection: str
    channel: str
    version: Version
    raw: bytes
    parsed: Parsed
    facts: Facts
    came: int
    shaped: int
    number: int
    moved: bool = False


class Opening(msgspec.Struct, frozen=True):
    """Since which act some facts are open to a party, and until which moment, as far as was known then."""

    act: int
    until: Micros | None


class Line(msgspec.Struct):
    """A line of a feed: the bytes, between which acts its date must lie, and whether it may have been shaped anew, which
    moves it to the end of the log."""

    version: Version
    raw: bytes
    earliest: int
    latest: int
    moved: bool


class Oracle:
    """The rules, told what happened and asked what follows."""

    def __init__(self, now: Callable[[], Micros]) -> None:
        self.now = now
        self.act = 0
        self.directory = Directory()
        self.defaults: dict[str, Tlp] = {}
        self.identities: dict[str, str] = {}
        self.claims: list[Claim] = []
        self.opened: dict[tuple[str, Facts], Opening] = {}
        self.restricted: dict[str, frozenset[str]] = {}
        self._seen: set[Facts] = set()
        self._given = 0

    @property
    def parties(self) -> dict[str, Member]:
        """Who is there."""
        return self.directory.parties

    # -- what happened

    def party(self, slug: str, ceiling: Tlp, *, own: bool, identity: str, jurisdiction: str = "KR") -> None:
        self.parties[slug] = Member(slug, own, ceiling, identity, jurisdiction)
        self.identities[identity] = slug
        self.changed()

    def collection(self, slug: str, tlp: Tlp, read: Some[str]) -> None:
        self.defaults[slug] = tlp
        for reader in read:
            self.parties[reader].reads.add(slug)
        self.changed()

    def ceiling(self, slug: str, tlp: Tlp) -> None:
        self.parties[slug].ceiling = tlp
        self.changed()

    def access(self, collection: str, slug: str, *, read: bool) -> None:
        (self.parties[slug].reads.add if read else self.parties[slug].reads.discard)(collection)
        self.changed()

    def client(self, slug: str, patron: str | None) -> None:
        self.parties[slug].client_of = patron
        self.changed()

    def member(self, community: str, slug: str, *, there: bool) -> None:
        (self.parties[slug].communities.add if there else self.parties[slug].communities.discard)(community)
        self.changed()

    def enacted(self, enacted: Enacted) -> None:
        """A new agreement, a new version of one, or one that was suspended, resumed or withdrawn."""
        self.directory.agreements[enacted.agreement.name] = enacted
        self.changed()

    def tick(self) -> None:
        """The worker has done what was due."""
        self.changed()

    def changed(self) -> None:
        """Something that policy looks at is otherwise now: what it releases is open, what it does not is closed."""
        self.act += 1
        self.directory.ever |= {
            (name, slug)
            for name, one in self.directory.agreements.items()
            for slug, party in self.parties.items()
            if not party.own and relation(one.agreement, slug, self.directory) is not None
        }
        for slug in self.parties:
            for facts in self._seen:
                self._reopen(slug, facts)

    def send(self, source: str, collection: str, objects: Sequence[Parsed], channel: str = "taxii") -> list[str]:
        """What became of each object: new, known or conflict."""
        self.act += 1
        kept = []
        defined: set[str] = set()
        for parsed in objects:
            version = version_of(parsed)
            mine = [
                claim
                for claim in self.claims
                if claim.version == version and (claim.source, claim.collection) == (source, collection)
            ]
            if mine:
                kept.append("known")
                continue
            rivals = [claim for claim in self.claims if claim.version[:2] == version[:2] and claim.version != version]
            repeated = any(claim.version == version for claim in self.claims)
            kept.append("conflict" if rivals and version[1] is not None and not repeated else "new")
            self._given += 1
            facts = Facts(source=source, collection=collection, channel=channel, type=parsed.type, tlp=Tlp.RED)
            claim = Claim(
                source, collection, channel, version, parsed.raw, parsed, facts, self.act, self.act, self._given
            )
            self.claims.append(claim)
            if parsed.type == "marking-definition":
                defined.add(parsed.id)
            self._reshaped(parsed.id)
        for claim in self.claims:
            if claim.came == self.act:
                self._label(claim)
        self._defined(defined)
        return kept

    def delete(self, source: str, collection: str, object_id: str, versions: Sequence[Filter]) -> int:
        """How many claims went. What is restricted is not there for the own party as a whole, which asks without a person."""
        self.act += 1
        if self.parties[source].own and object_id in self.restricted:
            return 0
        mine = [c for c in self.claims if (c.source, c.collection, c.parsed.id) == (source, collection, object_id)]
        orders = [self._order(claim) for claim in mine]
        gone = [
            claim
            for claim in mine
            if not versions
            or "all" in versions
            or ("last" in versions and self._order(claim) == max(orders))
            or ("first" in versions and self._order(claim) == min(orders))
            or claim.version[1] in versions
        ]
        self.claims = [claim for claim in self.claims if claim not in gone]
        self._reshaped(object_id)
        self._defined({claim.parsed.id for claim in gone if claim.parsed.type == "marking-definition"})
        return len(gone)

    def erase(self, object_id: str) -> None:
        """Everything of an id, whoever gave it, and its recall."""
        self.act += 1
        self.restricted.pop(object_id, None)
        self.claims = [claim for claim in self.claims if claim.parsed.id != object_id]
        self._reshaped(object_id)
        self._defined({object_id})

    def restrict(self, object_id: str, people: Some[str]) -> None:
        """To these people; to nobody in particular: lifted."""
        self.act += 1
        if people:
            self.restricted[object_id] = frozenset(people)
        else:
            self.restricted.pop(object_id, None)
        self.labelled(object_id)

    def labelled(self, object_id: str) -> None:
        """The worker has done by now what follows from a restriction or its end."""
        for claim in self.claims:
            if claim.parsed.id == object_id:
                claim.shaped, claim.moved = self.act, True
        self._reshaped(object_id, also_new=True)

    # -- what follows

    def feed(
        self,
        viewer: str,
        versions: Sequence[Filter] = ("all",),
        collection: str | None = None,
        types: Some[str] = (),
        ids: Some[str] = (),
    ) -> list[Line]:
        """The viewer's feed, in order of date as far as the rules fix it."""
        seen = [
            claim
            for claim in self.claims
            if (collection is None or claim.collection == collection)
            and (not types or claim.parsed.type in types)
            and (not ids or claim.parsed.id in ids)
            and self.open(claim, viewer) is not None
        ]
        lines = []
        for version in dict.fromkeys(claim.version for claim in seen):
            claims = [claim for claim in seen if claim.version == version]
            if not any(self._wanted(claim, seen, word) for claim in claims for word in versions or ("last",)):
                continue
            lines.append(self._line(viewer, claims))
        lines.sort(key=lambda line: line[:2])
        return [line for _, _, line in lines]

    def open(self, claim: Claim, viewer: str) -> int | None:
        """The act at which a claim opened to a viewer (its own coming apart), None where it is closed."""
        own = self.parties[viewer.partition(":")[0]].own
        at = self._label_open(viewer, claim)
        if at is None or (claim.source == viewer and not own):
            return at
        for ref in claim.parsed.refs:
            if GUESSABLE.match(ref):
                held = [self._label_open(viewer, other) for other in self.claims if other.parsed.id == ref]
                openings = [opening for opening in held if opening is not None]
                if own and not held:
                    continue
                if not openings:
                    return None
                at = max(at, *[min(openings)])
        return at

    def held(self, viewer: str, object_id: str) -> set[tuple[str, str, bytes]]:
        """(source, collection, bytes) of every open claim of an id."""
        return {
            (claim.source, claim.collection, claim.raw)
            for claim in self.claims
            if claim.parsed.id == object_id and self.open(claim, viewer) is not None
        }

    def superseded(self, claim: Claim, seen: Sequence[Claim], *, later: bool = True) -> bool:
        """By a version that comes later (or earlier) in the same hand, or in the creator's."""
        creator = self.identities.get(claim.parsed.created_by or "")
        order = self._order(claim)
        return any(
            other.parsed.id == claim.parsed.id
            and (self._order(other) > order if later else self._order(other) < order)
            and other.source in {claim.source, creator}
            for other in seen
        )

    # -- parts

    def _line(self, viewer: str, claims: Sequence[Claim]) -> tuple[int, int, Line]:
        dated = []
        for claim in claims:
            opened = self.open(claim, viewer) or 0
            dated.append((max(claim.came, opened), claim.number, max(claim.shaped, opened), claim))
        dated.sort(key=lambda one: one[:2])
        earliest, number, _, first = dated[0]
        latest = max(one[2] for one in dated)
        moved = any(claim.moved for claim in claims)
        return earliest, number, Line(first.version, first.raw, earliest, latest, moved)

    def _wanted(self, claim: Claim, seen: Sequence[Claim], word: Filter) -> bool:
        if word == "all":
            return True
        if word == "last":
            return not self.superseded(claim, seen)
        if word == "first":
            return not self.superseded(claim, seen, later=False)
        return claim.version[1] == word

    def _order(self, claim: Claim) -> tuple[int, int]:
        """Where a version stands among those of its id: by modified, or where there is none, by when this claim of it came."""
        return (0, claim.number) if claim.version[1] is None else (claim.version[1], 0)

    def _label_open(self, viewer: str, claim: Claim) -> int | None:
        party, _, person = viewer.partition(":")
        named = self.restricted.get(claim.parsed.id)
        if named is not None and (person not in named if self.parties[party].own else claim.source != party):
            return None
        opening = self.opened.get((party, claim.facts))
        if opening is None or not self.releases(party, claim.facts):
            return None
        return None if opening.until is not None and opening.until <= self.now() else opening.act

    def releases(self, slug: str, facts: Facts) -> bool:
        """Whether policy lets a claim go now."""
        return verdict(facts, slug, self.directory, self.now()).effect is Effect.RELEASE

    def _label(self, claim: Claim) -> None:
        """Read a claim's facts; new ones are open to whomever policy releases them since they are there."""
        claim.facts = facts_of(
            claim.raw,
            claim.parsed.refs,
            source=claim.source,
            collection=claim.collection,
            default=self.defaults[claim.collection],
            channel=claim.channel,
            said=self.said(),
            home=self.directory.home,
        )
        if claim.facts not in self._seen:
            self._seen.add(claim.facts)
            for slug in self.parties:
                if self.releases(slug, claim.facts):
                    end = until(claim.facts, slug, self.directory, self.now())
                    self.opened[slug, claim.facts] = Opening(0, end)

    def said(self) -> list[Said]:
        """Every definition of a marking that is held."""
        return [
            Said(claim.parsed.id, claim.source, claim.raw)
            for claim in self.claims
            if claim.parsed.type == "marking-definition"
        ]

    def _reopen(self, slug: str, facts: Facts) -> None:
        before = self.opened.get((slug, facts))
        if not self.releases(slug, facts):
            self.opened.pop((slug, facts), None)
            return
        lapsed = before is not None and before.until is not None and before.until <= self.now()
        act = self.act if before is None or lapsed else before.act
        self.opened[slug, facts] = Opening(act, until(facts, slug, self.directory, self.now()))

    def _defined(self, markings: set[str]) -> None:
        """Definitions of these markings came or went: what carries them is labelled anew, and shaped."""
        for claim in self.claims:
            if markings & {*claim.parsed.markings, *claim.parsed.granular} and claim.came != self.act:
                before = claim.facts
                self._label(claim)
                claim.shaped, claim.moved = self.act, True
                if before != claim.facts:
                    self._reshaped(claim.parsed.id)

    def _reshaped(self, object_id: str, *, also_new: bool = False) -> None:
        """What refers to this may stand elsewhere now. ``also_new``: also what came with the same act, but before this."""
        for claim in self.claims:
            if object_id in claim.parsed.refs and GUESSABLE.match(object_id):
                claim.moved = claim.moved or also_new or claim.came != self.act
                claim.shaped = self.act


def version_of(parsed: Parsed) -> Version:
    """Id, modified and content; equal contents are equal, whatever their bytes."""
    return (parsed.id, parsed.modified, json.dumps(json.loads(parsed.raw), sort_keys=True))


def raws(lines: Sequence[Line]) -> Iterator[bytes]:
    """The bytes of a feed."""
    return (line.raw for line in lines)
