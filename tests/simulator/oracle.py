"""What the store must answer, worked out slowly and in memory from the rules of the design, not from the store's code.

One list of claims, one loop over it for each question. Moments are numbers of acts, not dates: what matters is order.

1. A version is (id, modified, content); a cyber-observable's content stands for modified.
2. A claim is (source, collection, version), with the bytes that source sent. One claim of a version per source and collection.
3. A claim is open to a viewer who runs the node or gave it; to others where they read its collection, its strictest marking
   (the collection's default where it has none) is within their ceiling, every marking is understood, and of every
   guessable neighbour some claim is open in itself. What is restricted is open to its source, unless that is the party that
   runs the node, and to the people of that party who are named; those who are not named see nothing either that names a
   guessable neighbour of which they see no claim though it is held.
4. A viewer's feed has every version that has an open claim in scope, dated by the earliest: when the claim came, or when
   it opened to the viewer, whichever was later.
5. ``last``: versions of which some open claim has no later version by the same source or by the creator's own party.
"""

import json
import re
from collections.abc import Collection as Some
from collections.abc import Iterator, Sequence

import msgspec

from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parsed import Parsed

LEVELS = {marking: level for level, marking in TLP_IDS.items()}
GUESSABLE = re.compile(r"(ipv4-addr|domain-name|file|url)--[0-9a-f]{8}-[0-9a-f]{4}-5")

Version = tuple[str, int | None, str]
Filter = int | str


class Claim(msgspec.Struct, eq=False):
    """One claim. ``came`` and ``shaped`` are numbers of acts; ``number`` orders claims of one act."""

    source: str
    collection: str
    version: Version
    raw: bytes
    parsed: Parsed
    tlp: Tlp
    came: int
    shaped: int
    number: int


class Party(msgspec.Struct):
    """Where a party stands."""

    own: bool
    ceiling: Tlp
    reads: set[str]


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

    def __init__(self) -> None:
        self.act = 0
        self.parties: dict[str, Party] = {}
        self.defaults: dict[str, Tlp] = {}
        self.identities: dict[str, str] = {}
        self.claims: list[Claim] = []
        self.opened: dict[tuple[str, str, str, Tlp, bool], int] = {}
        self.restricted: dict[str, frozenset[str]] = {}
        self._seen_labels: set[tuple[str, str, Tlp, bool]] = set()
        self._given = 0
        self._arrived: dict[Version, int] = {}

    # -- what happened

    def party(self, slug: str, ceiling: Tlp, *, own: bool, identity: str) -> None:
        self.act += 1
        self.parties[slug] = Party(own, ceiling, set())
        self.identities[identity] = slug
        self._reopen(slug)

    def collection(self, slug: str, tlp: Tlp, read: Some[str]) -> None:
        self.act += 1
        self.defaults[slug] = tlp
        for reader in read:
            self.parties[reader].reads.add(slug)
            self._reopen(reader)

    def ceiling(self, slug: str, tlp: Tlp) -> None:
        self.act += 1
        self.parties[slug].ceiling = tlp
        self._reopen(slug)

    def access(self, collection: str, slug: str, *, read: bool) -> None:
        self.act += 1
        (self.parties[slug].reads.add if read else self.parties[slug].reads.discard)(collection)
        self._reopen(slug)

    def send(self, source: str, collection: str, objects: Sequence[Parsed]) -> list[str]:
        """What became of each object: new, known or conflict."""
        self.act += 1
        kept = []
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
            self._arrived.setdefault(version, self._given)
            tlp = strictest(parsed.raw, self.defaults[collection])
            self.claims.append(
                Claim(source, collection, version, parsed.raw, parsed, tlp, self.act, self.act, self._given)
            )
            self._label_exists(source, collection, tlp, understood(parsed.raw))
            self._reshaped(parsed.id)
        return kept

    def delete(self, source: str, collection: str, object_id: str, versions: Sequence[Filter]) -> int:
        """How many claims went."""
        self.act += 1
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
        left = {claim.version for claim in self.claims}
        self._arrived = {version: number for version, number in self._arrived.items() if version in left}
        self._reshaped(object_id)
        return len(gone)

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
                claim.shaped = self.act
        self._reshaped(object_id)

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
        moved = any(claim.shaped != claim.came for claim in claims)
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
        """Where a version stands among those of its id: by modified, or by its first arrival where there is none."""
        if claim.version[1] is not None:
            return (claim.version[1], 0)
        return (0, self._arrived[claim.version])

    def _label_open(self, viewer: str, claim: Claim) -> int | None:
        party, _, person = viewer.partition(":")
        named = self.restricted.get(claim.parsed.id)
        if named is not None and (person not in named if self.parties[party].own else claim.source != party):
            return None
        key = (party, claim.source, claim.collection, claim.tlp, understood(claim.raw))
        return self.opened.get(key)

    def _label_exists(self, source: str, collection: str, tlp: Tlp, known: bool) -> None:
        label = (source, collection, tlp, known)
        if label not in self._seen_labels:
            self._seen_labels.add(label)
            for slug in self.parties:
                if self._releases(slug, *label):
                    self.opened[slug, *label] = 0

    def _reopen(self, slug: str) -> None:
        for label in self._seen_labels:
            released = self._releases(slug, *label)
            if not released:
                self.opened.pop((slug, *label), None)
            elif (slug, *label) not in self.opened:
                self.opened[slug, *label] = self.act

    def _releases(self, slug: str, source: str, collection: str, tlp: Tlp, known: bool) -> bool:
        party = self.parties[slug]
        return party.own or source == slug or (collection in party.reads and tlp <= party.ceiling and known)

    def _reshaped(self, object_id: str) -> None:
        for claim in self.claims:
            if object_id in claim.parsed.refs and GUESSABLE.match(object_id):
                claim.shaped = self.act


def version_of(parsed: Parsed) -> Version:
    """Id, modified and content; equal contents are equal, whatever their bytes."""
    return (parsed.id, parsed.modified, json.dumps(json.loads(parsed.raw), sort_keys=True))


def strictest(raw: bytes, default: Tlp) -> Tlp:
    """The strictest level that an object carries anywhere; the collection's where the object itself has none."""
    decoded = json.loads(raw)
    whole = [LEVELS[marking] for marking in decoded.get("object_marking_refs", ()) if marking in LEVELS] or [default]
    return max(
        [
            *whole,
            *(
                LEVELS[one["marking_ref"]]
                for one in decoded.get("granular_markings", ())
                if one["marking_ref"] in LEVELS
            ),
        ]
    )


def understood(raw: bytes) -> bool:
    """Simulated worlds know no marking but TLP."""
    return all(marking in LEVELS for marking in json.loads(raw).get("object_marking_refs", ()))


def raws(lines: Sequence[Line]) -> Iterator[bytes]:
    """The bytes of a feed."""
    return (line.raw for line in lines)
