"""Shaping anew. When a guessable neighbour comes, comes under a further label or goes, or a marking definition comes, what
refers to it gets a new shape, and with it, where that opens it to anyone anew, a new place at the end of the log. What only
closes stays where it is: nobody who goes on seeing it is given it again.

Keys wait in the table ``reshape``; each step takes one key and a bounded number of its referrers, in one transaction, so
that the work survives a kill. Until it is done the claims are withheld where it matters (docs/architecture.md,
"Hidden neighbours").
"""

from collections.abc import Iterable, Mapping
from itertools import chain

import msgspec

from comity.kernel.base.clock import Clock
from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label, foreign_markings, label_of
from comity.kernel.policy.shape import Needs, held_needs, needs_of, opened
from comity.kernel.store.commit import NEIGHBOURS, TAKE, TICK
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.definitions import held_definitions, terms_for
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.labels import Labels, Shapes, needs_of_text
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.words import target_token, target_word, targets

_NEXT = Sql("SELECT target, after FROM reshape ORDER BY target LIMIT 1")
_DONE = Sql("DELETE FROM reshape WHERE target = :target AND after = :after")
_FURTHER = Sql("UPDATE reshape SET after = :until WHERE target = :target AND after = :after")
_NAMES = Sql("SELECT id, name FROM kind")
_REFERRERS = Sql(
    "SELECT rowid FROM search WHERE search MATCH :word AND rowid > :after ORDER BY rowid LIMIT :limit",
    "SELECT version FROM edge WHERE target = :token AND version > :after ORDER BY version LIMIT :limit",
)
_CLAIMS = (
    "SELECT c.seq, c.version, c.body, c.label, c.shape, c.source, c.flags, c.leaf, v.raw FROM claim c "
    "JOIN version v ON v.seq = c.body WHERE c.version"
)
_DEFAULTS = Sql("SELECT id, tlp FROM collection")
_NEEDS = Sql("SELECT needs FROM shape WHERE id = :shape")
_DROP = Sql("DELETE FROM claim WHERE seq = :seq")
_DROP_WAITING = Sql("DELETE FROM waiting WHERE target = :target AND claim = :claim")
_ADD = Sql(
    "INSERT INTO claim (seq, version, body, label, shape, source, flags, leaf) "
    "VALUES (:seq, :version, :body, :label, :shape, :source, :flags, :leaf)"
)
_SET_SHAPE = Sql("UPDATE claim SET shape = :shape WHERE seq = :seq")
_WAIT = Sql("INSERT INTO waiting (target, claim) VALUES (:target, :claim) ON CONFLICT (target, claim) DO NOTHING")
_COUNT = Sql("UPDATE label SET claims = claims + :by WHERE id = :label")
_STANDS = "SELECT seq, label, shape FROM claim WHERE seq"
_QUEUED = Sql("SELECT 1 FROM reshape WHERE target = :target AND after = :after")
_OPEN = "SELECT party, label, opened FROM grants WHERE closed IS NULL AND label"
_OWN = Sql("SELECT id FROM party WHERE own = true")
_MEMBERS = Sql("SELECT account, circle FROM circle_member")
_SET_LABEL = Sql("UPDATE claim SET label = :label, shape = :shape WHERE seq = :seq")


class Claim(msgspec.Struct, frozen=True):
    """A claim with its bytes parsed; None where this version of the node no longer reads them."""

    seq: int
    version: int
    body: int
    label: int
    shape: int
    source: int
    flags: int
    leaf: int
    parsed: Parsed | None


class Reshaper:
    """Takes keys from the queue and shapes their referrers anew."""

    def __init__(self, database: Database, kinds: Kinds, labels: Labels, shapes: Shapes, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._shapes = shapes
        self._clock = clock

    def step(self, limit: int) -> int:
        """One bounded step; how many claims it looked at, plus one for the key. 0 when nothing waits."""
        with self._database.snapshot() as reader:
            row = reader.one(_NEXT)
            if row is None:
                return 0
            target, after = row
            claims, until = self.referrers(reader, target, after, limit)
            wanted = {claim.seq: self._label(reader, claim) for claim in claims}
        numbers = self._labels.numbers(set(wanted.values()))
        with self._database.write() as connection:
            writer = Reader(connection.connection.driver_connection, postgres=self._database.postgres)
            moved = {"target": target, "after": after}
            if writer.one(_QUEUED, moved) is None or not unchanged(writer, claims):
                return 1  # somebody else has been here: looked at again with the next step
            for claim in claims:
                self.shape_anew(writer, claim, numbers[wanted[claim.seq]])
            writer.run(_DONE, moved) if until is None else writer.run(_FURTHER, {**moved, "until": until})
        return len(claims) + 1

    def refresh(self, writer: Reader, target: bytes) -> None:
        """Shape all referrers of a key anew at once, in the caller's transaction: after something went."""
        after: int | None = 0
        while after is not None:
            claims, after = self.referrers(writer, target, after, 1000)
            for claim in claims:
                self.shape_anew(writer, claim, claim.label)

    def referrers(self, reader: Reader, target: bytes, after: int, limit: int) -> tuple[list[Claim], int | None]:
        """Claims of the next versions that refer to a key, and up to which version they go; None: these were the last."""
        names = {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
        object_id = object_id_of(target, names)
        parameters: dict[str, object] = {"after": after, "limit": limit}
        parameters |= {"token": target_token(object_id)} if reader.postgres else {"word": target_word(object_id)}
        versions = [row[0] for row in reader.all(_REFERRERS, parameters)]
        claims = [
            claim
            for claim in claims_of(reader, versions)
            if claim.parsed is not None and object_id in map(str.lower, targets(claim.parsed))
        ]
        return claims, versions[-1] if len(versions) == limit else None

    def _label(self, reader: Reader, claim: Claim) -> Label:
        """The label as it is now that a marking definition may have come."""
        label = self._labels.row(claim.label, reader)
        foreign = foreign_markings(claim.parsed) if claim.parsed is not None else ()
        if claim.parsed is None or not foreign:
            return label
        terms = terms_for(label.source, held_definitions(reader, self._kinds, foreign))
        defaults = {number: Tlp(tlp) for number, tlp in reader.all(_DEFAULTS)}
        read = label_of(claim.parsed, label.source, label.collection, defaults[label.collection], terms)
        return msgspec.structs.replace(read, circle=label.circle)

    def shape_anew(self, writer: Reader, claim: Claim, label: int) -> None:
        """Give a claim this label and the shape that follows, in the caller's transaction under the write lock."""
        refs = claim.parsed.refs if claim.parsed is not None else ()
        neighbours = {ref: key for ref in refs if is_guessable(ref) and (key := self._kinds.key_of(ref))}
        held: dict[bytes, set[int]] = {}
        for key, other in rows_of(writer, NEIGHBOURS, neighbours.values()):
            held.setdefault(bytes(key), set()).add(other)
        needs = needs_of(label, [held.get(key, ()) for key in neighbours.values()])
        if claim.parsed is None:
            needs = needs_of_text(writer.value(_NEEDS, {"shape": claim.shape}) or "")
        shape = self._shapes.make(writer, [(label, needs)])[label, needs]
        if shape == claim.shape:
            return
        seq = claim.seq
        if self._opens_to_anyone(writer, claim, label, needs):
            seq = self._move(writer, claim, label, shape)
        elif label == claim.label:
            writer.run(_SET_SHAPE, {"shape": shape, "seq": seq})
        else:
            writer.run(_SET_LABEL, {"label": label, "shape": shape, "seq": seq})
            self._count(writer, claim.label, label)
        for key in neighbours.values():
            writer.run(_DROP_WAITING, {"target": key, "claim": claim.seq})
            if key not in held:
                writer.run(_WAIT, {"target": key, "claim": seq})

    def _move(self, writer: Reader, claim: Claim, label: int, shape: int) -> int:
        """The claim with its new shape, at the end of the log, so that nobody it opens to misses it."""
        before, _, at = writer.one(TAKE, {"claims": 1, "leaves": 0, "now": self._clock.now()}) or (0, 0, 0)
        seq: int = before + 1
        writer.run(TICK, {"claim": seq, "at": at})
        writer.run(_DROP, {"seq": claim.seq})
        writer.run(
            _ADD,
            {
                "seq": seq,
                "version": claim.version,
                "body": claim.body,
                "label": label,
                "shape": shape,
                "source": claim.source,
                "flags": claim.flags,
                "leaf": claim.leaf,
            },
        )
        self._count(writer, claim.label, label)
        return seq

    def _count(self, writer: Reader, before: int, after: int) -> None:
        if before != after:
            writer.run(_COUNT, {"by": -1, "label": before})
            writer.run(_COUNT, {"by": 1, "label": after})

    def _opens_to_anyone(self, writer: Reader, claim: Claim, label: int, needs: Needs) -> bool:
        """Whether the new label and needs open the claim to anybody, or at another moment than it was open to them."""
        before = (claim.label, needs_of_text(writer.value(_NEEDS, {"shape": claim.shape}) or ""))
        after = (label, needs)
        concerned = {number for own, needed in (before, after) for number in (own, *chain.from_iterable(needed))}
        own = {row[0] for row in writer.all(_OWN)}
        openings: dict[int, dict[int, int]] = {}
        for party, number, opening in rows_of(writer, _OPEN, concerned):
            openings.setdefault(party, {})[number] = opening
        parties = ((grants, claim.source != party) for party, grants in openings.items() if party not in own)
        if any(_gains(grants, before, after, needs_matter=matter) for grants, matter in parties):
            return True
        circles = {number: circle for number in concerned if (circle := self._labels.row(number, writer).circle)}
        if not circles:
            return False
        everybody = next((grants for party, grants in openings.items() if party in own), {})
        before, after = ((one, held_needs(needed)) for one, needed in (before, after))
        return any(
            _gains(
                everybody | {number: 0 for number, circle in circles.items() if circle in person},
                before,
                after,
                needs_matter=True,
            )
            for person in _people(writer)
        )


def claims_of(reader: Reader, versions: Iterable[int]) -> list[Claim]:
    """All claims of some versions, in order, with their bytes parsed."""
    claims = []
    for seq, version, body, label, shape, source, flags, leaf, raw in rows_of(
        reader, _CLAIMS, versions, tail=" ORDER BY c.seq"
    ):
        parsed = parse(bytes(raw))
        known = parsed if isinstance(parsed, Parsed) else None
        claims.append(Claim(seq, version, body, label, shape, source, flags, leaf, known))
    return claims


def unchanged(writer: Reader, claims: Iterable[Claim]) -> bool:
    """Whether claims that were read before stand as they did, now that nobody else writes."""
    read = {(claim.seq, claim.label, claim.shape) for claim in claims}
    return read == set(rows_of(writer, _STANDS, [seq for seq, _, _ in read]))


def _people(writer: Reader) -> set[frozenset[int]]:
    """The circles that any one person is in; and those of whoever is in none."""
    found: dict[int, set[int]] = {}
    for account, circle in writer.all(_MEMBERS):
        found.setdefault(account, set()).add(circle)
    return {frozenset(), *(frozenset(circles) for circles in found.values())}


def _gains(
    grants: Mapping[int, int], before: tuple[int, Needs], after: tuple[int, Needs], *, needs_matter: bool
) -> bool:
    now = opened(*after, grants, needs_matter=needs_matter)
    return now is not None and now != opened(*before, grants, needs_matter=needs_matter)
