"""Giving claims a label and the shape that follows, in a transaction of the caller's under the write lock.

What only closes stays where it is: nobody who goes on seeing it is given it again. Where a new shape opens a claim to anyone
anew, those who saw it before must not notice, for what opened it may be nothing they may know of; and those to whom it
opens must not miss it. So the claim keeps its place for the ones, under a shape that needs what it needed and what it needs
now, and stands once more, as an *echo*, at the end of the log under its new shape. A reader sees the first of the two that is
open to it. Where the label itself changes the claim moves, with all its echoes in one; or, where the change is our own doing
and no news of its source's (``kept``), it does as under a new shape: who saw it under its label goes on seeing it where it
stands, under a shape that needs that label too.

How a claim stood before is kept (``past``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.shape import Needs, held_needs, needs_of, opened
from comity.kernel.store import past
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.commit import NEIGHBOURS, TICK
from comity.kernel.store.database import Reader, Row, Sql
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import Labels, ShapeKey, Shapes, needs_of_text
from comity.kernel.store.leaves import TAKE
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import ECHO, MANY_CLAIMS

_CLAIMS = (
    "SELECT c.seq, c.version, c.body, c.label, c.shape, c.source, c.flags, c.leaf, v.raw FROM claim c "
    "JOIN version v ON v.seq = c.body WHERE c.version"
)
_STANDS = "SELECT seq, label, shape FROM claim WHERE seq"
_NEEDS = "SELECT id, needs FROM shape WHERE id"
_AT = Sql("SELECT at FROM counter")
_DROP = Sql("DELETE FROM claim WHERE seq = :seq")
_ADD = Bulk("claim", ("seq", "version", "body", "label", "shape", "source", "flags", "leaf"), "q q q i i i i q")
_SET = Sql("UPDATE claim SET label = :label, shape = :shape, flags = :flags WHERE seq = :seq")
_ECHOES = Sql(
    "SELECT c.seq, c.shape, c.flags, s.needs FROM claim c JOIN shape s ON s.id = c.shape WHERE c.version = :version "
    "AND c.source = :source AND c.label = :label AND c.flags & 16 <> 0 ORDER BY c.seq"
)
_DROP_WAITING = Sql("DELETE FROM waiting WHERE target = :target AND claim = :claim")
_WAIT = Sql("INSERT INTO waiting (target, claim) VALUES (:target, :claim) ON CONFLICT (target, claim) DO NOTHING")
_COUNT = Sql("UPDATE label SET claims = claims + :by WHERE id = :label")
_OPEN = "SELECT party, label, opened, until, closed FROM grants WHERE (closed IS NULL OR cause = 'labels') AND label"
_OWN = Sql("SELECT id FROM party WHERE own = true")
_MEMBERS = Sql("SELECT account, circle FROM circle_member")


NOT_HELD: Needs = ((),)
"""What binds all but a claim's source and our own people."""


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


class _Change(msgspec.Struct, frozen=True):
    """A claim and the label and shape that follow for it; ``neighbours``: the keys that it needs, ``missing`` those not held.
    ``kept``: it has another label in the table than ``before`` says, which needs that one instead.
    """

    claim: Claim
    before: ShapeKey
    after: ShapeKey
    neighbours: tuple[bytes, ...]
    missing: tuple[bytes, ...]
    kept: bool = False

    @property
    def relabelled(self) -> bool:
        """Whether it gets another label."""
        return self.before[0] != self.after[0]


class _Writing(msgspec.Struct):
    """What is to be written: claims that stay, with their shape and flags; claims that go; claims for the end of the log, and
    those of them that take the place of one that goes.
    """

    staying: list[tuple[_Change, ShapeKey, int]]
    going: list[int]
    ending: list[tuple[_Change, int]]
    moved: set[int]


class Shaper:
    """Labels and shapes claims anew."""

    def __init__(self, kinds: Kinds, labels: Labels, shapes: Shapes, clock: Clock) -> None:
        self._kinds = kinds
        self._labels = labels
        self._shapes = shapes
        self._clock = clock

    def shape(
        self, writer: Reader, wanted: Sequence[tuple[Claim, int]], *, rested: bool = False, kept: bool = False
    ) -> int:
        """Give each claim its label and the shape that follows from those of its neighbours as they are now; how many changed.

        ``rested``: nobody has read since the labels of an earlier form were closed (migration 0003), so that what opens
        exactly as it had been open before stays where it is. ``kept``: whoever sees a claim under the label it has, and may
        see it under its new one, goes on seeing it where it stands.
        """
        groups = self._groups(writer, wanted)
        if not groups:
            return 0
        counted = [group[0] for group in groups]
        echoes = {group[0].claim.seq: self._echoes(writer, group[0]) for group in groups if group[0].relabelled}
        if kept:
            groups = [
                [_where_it_stands(change) for change in (group[0], *echoes[group[0].claim.seq])]
                if group[0].relabelled
                else group
                for group in groups
            ]
            echoes = {}
        changes = [change for group in (*groups, *echoes.values()) for change in group]
        gains = _Gains(writer, self._labels, changes, self._clock.now(), rested=rested)
        writing = _Writing([], [], [], set())
        for group in groups:
            if group[0].relabelled:
                _relabel(group[0], echoes[group[0].claim.seq], gains, writing, rested=rested)
            else:
                _reshape(group, gains, writing)
        self._write(writer, writing)
        self._count(writer, counted)
        return len(groups)

    def _write(self, writer: Reader, writing: _Writing) -> None:
        keys = {key for _, key, _ in writing.staying} | {change.after for change, _ in writing.ending}
        shapes = self._shapes.make(writer, keys)
        before, at = self._place(writer, len(writing.ending))
        past.keep_all(writer, [*(change.claim.seq for change, _, _ in writing.staying), *writing.going], at)
        writer.many(_DROP, [{"seq": number} for number in writing.going])
        if writing.ending:
            writer.run(TICK, {"claim": before + 1, "at": at})
            _ADD.write(
                writer,
                [
                    _row(change, seq, shapes[change.after], flags)
                    for seq, (change, flags) in enumerate(writing.ending, before + 1)
                ],
            )
        writer.many(
            _SET,
            [
                {"seq": change.claim.seq, "label": key[0], "shape": shapes[key], "flags": flags}
                for change, key, flags in writing.staying
            ],
        )
        placed = [(change.claim.seq, change) for change, _, _ in writing.staying]
        placed += [
            (seq, change)
            for seq, (change, _) in enumerate(writing.ending, before + 1)
            if change.claim.seq in writing.moved
        ]
        self._wait(writer, [(seq, change) for seq, change in placed if not change.claim.flags & ECHO])

    @staticmethod
    def _echoes(writer: Reader, change: _Change) -> list[_Change]:
        """The echoes of a claim that gets another label, as changes of their own."""
        claim = change.claim
        if not claim.flags & MANY_CLAIMS:
            return []
        asked = {"version": claim.version, "source": claim.source, "label": claim.label}
        return [
            msgspec.structs.replace(
                change,
                claim=msgspec.structs.replace(claim, seq=seq, shape=shape, flags=flags),
                before=(claim.label, needs_of_text(needs)),
            )
            for seq, shape, flags, needs in writer.all(_ECHOES, asked)
        ]

    def _groups(self, writer: Reader, wanted: Sequence[tuple[Claim, int]]) -> list[list[_Change]]:
        """Claims with their echoes, in order of their places, where anything of them changes."""
        found: dict[tuple[int, int, int], list[_Change]] = {}
        for change in self._changes(writer, wanted):
            if change.relabelled and change.claim.flags & ECHO:
                continue  # goes with its claim
            claim = change.claim
            found.setdefault((claim.version, claim.source, claim.label), []).append(change)
        return [group for group in found.values() if any(change.before != change.after for change in group)]

    def _changes(self, writer: Reader, wanted: Sequence[tuple[Claim, int]]) -> list[_Change]:
        neighbours = [self._neighbours(claim) for claim, _ in wanted]
        held: dict[bytes, set[int]] = {}
        for key, other in rows_of(writer, NEIGHBOURS, chain.from_iterable(neighbours)):
            held.setdefault(bytes(key), set()).add(other)
        needs = {
            shape: needs_of_text(text) for shape, text in rows_of(writer, _NEEDS, {claim.shape for claim, _ in wanted})
        }
        keys: list[ShapeKey] = [
            (label, needs_of(label, [held.get(key, ()) for key in found]) if claim.parsed else needs[claim.shape])
            for (claim, label), found in zip(wanted, neighbours, strict=True)
        ]
        changes = [
            _Change(
                claim, (claim.label, needs[claim.shape]), key, found, tuple(one for one in found if one not in held)
            )
            for (claim, _), key, found in zip(wanted, keys, neighbours, strict=True)
        ]
        changes.sort(key=_by_place)
        return changes

    def _neighbours(self, claim: Claim) -> tuple[bytes, ...]:
        refs = claim.parsed.refs if claim.parsed is not None else ()
        return tuple(key for ref in refs if is_guessable(ref) and (key := self._kinds.key_of(ref)))

    def _place(self, writer: Reader, count: int) -> tuple[int, Micros]:
        """Places for so many claims at the end of the log: the last one before them, and the date."""
        now = self._clock.now()
        if not count:
            return 0, max(now, writer.value(_AT) + 1)
        before, _, at, _ = writer.one(TAKE, {"claims": count, "leaves": 0, "now": now}) or (0, 0, 0, 0)
        return before, at

    @staticmethod
    def _count(writer: Reader, changes: Sequence[_Change]) -> None:
        counts: Counter[int] = Counter()
        for change in changes:
            counts[change.before[0]] -= 1
            counts[change.after[0]] += 1
        writer.many(_COUNT, [{"label": label, "by": by} for label, by in sorted(counts.items()) if by])

    @staticmethod
    def _wait(writer: Reader, placed: Iterable[tuple[int, _Change]]) -> None:
        changes = [(seq, change) for seq, change in placed if change.neighbours]
        writer.many(
            _DROP_WAITING,
            [{"target": key, "claim": change.claim.seq} for _, change in changes for key in change.neighbours],
        )
        writer.many(_WAIT, [{"target": key, "claim": seq} for seq, change in changes for key in change.missing])


class _Gains:
    """Whether changes open claims to anybody, or at another moment than they were open to them."""

    def __init__(
        self, writer: Reader, labels: Labels, changes: Sequence[_Change], now: Micros, *, rested: bool
    ) -> None:
        concerned = {
            number
            for change in changes
            for own, needs in (change.before, change.after)
            for number in (own, *chain.from_iterable(needs))
        }
        own = {row[0] for row in writer.all(_OWN)}
        self._now: dict[int, dict[int, int]] = {}
        self._then: dict[int, dict[int, int]] = {}
        for party, number, opening, until, closed in rows_of(writer, _OPEN, concerned):
            if closed is None and (until is None or until > now):
                self._now.setdefault(party, {})[number] = opening
            if rested or closed is None:
                self._then.setdefault(party, {})[number] = opening
        if not rested:
            self._then = self._now
        self._parties = sorted(self._now.keys() - own)
        self._everybody = next((grants for party, grants in self._now.items() if party in own), {})
        self._circles = {number: circle for number in concerned if (circle := labels.row(number, writer).circle)}
        self._people = _people(writer) if self._circles else set()
        self._known: dict[tuple[int, ShapeKey, ShapeKey], bool] = {}

    def any(self, change: _Change) -> bool:
        """Whether this one does."""
        asked = (change.claim.source, change.before, change.after)
        if asked not in self._known:
            self._known[asked] = self._to_parties(*asked) or self._to_people(change.before, change.after)
        return self._known[asked]

    def _to_parties(self, source: int, before: ShapeKey, after: ShapeKey) -> bool:
        return any(
            _gains(self._then.get(party, {}), before, self._now[party], after, needs_matter=party != source)
            for party in self._parties
        )

    def _to_people(self, before: ShapeKey, after: ShapeKey) -> bool:
        if not self._circles:
            return False
        before, after = ((one, held_needs(needed)) for one, needed in (before, after))
        for person in self._people:
            grants = self._everybody | {number: 0 for number, circle in self._circles.items() if circle in person}
            if _gains(grants, before, grants, after, needs_matter=True):
                return True
        return False


def claims_of(reader: Reader, versions: Iterable[int]) -> list[Claim]:
    """All claims of some versions, in order, with their bytes parsed."""
    return [claim_of(row) for row in rows_of(reader, _CLAIMS, versions, tail=" ORDER BY c.seq")]


def claim_of(row: Row) -> Claim:
    """A claim from its columns and, as the last, its bytes."""
    seq, version, body, label, shape, source, flags, leaf, raw = row
    parsed = parse(bytes(raw))
    known = parsed if isinstance(parsed, Parsed) else None
    return Claim(seq, version, body, label, shape, source, flags, leaf, known)


def unchanged(writer: Reader, claims: Iterable[Claim]) -> bool:
    """Whether claims that were read before stand as they did, now that nobody else writes."""
    read = {(claim.seq, claim.label, claim.shape) for claim in claims}
    return read == set(rows_of(writer, _STANDS, [seq for seq, _, _ in read]))


def _relabel(change: _Change, echoes: Sequence[_Change], gains: "_Gains", writing: _Writing, *, rested: bool) -> None:
    """A claim with another label: at its place, or at the end of the log; its echoes go. At rest it stays for its source and
    our own people where it is, and for all others where its last echo is, if that opens as it had been open.
    """
    claim = change.claim
    going = [echo.claim.seq for echo in echoes]
    if not gains.any(change):
        writing.staying.append((change, change.after, claim.flags))
    elif rested and echoes and not gains.any(echoes[-1]):
        going.pop()
        writing.staying.append((change, (change.after[0], _both(NOT_HELD, change.after[1])), claim.flags))
        writing.staying.append((echoes[-1], change.after, echoes[-1].claim.flags))
    else:
        going.append(claim.seq)
        writing.moved.add(claim.seq)
        writing.ending.append((change, claim.flags))
    writing.going += going


def _reshape(group: Sequence[_Change], gains: "_Gains", writing: _Writing) -> None:
    """A claim and its echoes under a new shape. The first of them to which it opens nothing takes it, and those behind it go;
    where it opens something to all of them, there is one echo more.
    """
    for place, change in enumerate(group):
        claim = change.claim
        if change.before == change.after or not gains.any(change):
            if change.before != change.after or change.kept:
                writing.staying.append((change, change.after, claim.flags))
            writing.going += [other.claim.seq for other in group[place + 1 :]]
            return
        narrowed = (change.after[0], _both(change.before[1], change.after[1]))
        flags = claim.flags | MANY_CLAIMS
        if narrowed != change.before or flags != claim.flags or place == 0 or change.kept:
            writing.staying.append((change, narrowed, flags))
    last = group[-1]
    writing.ending.append((last, last.claim.flags | MANY_CLAIMS | ECHO))


def _where_it_stands(change: _Change) -> _Change:
    """A claim that gets another label, as if it had that one already and its present one were a label that it needs."""
    (label, needs), other = change.before, change.after[0]
    return msgspec.structs.replace(change, before=(other, _both(needs, ((label,),))), kept=True)


def _both(first: Needs, second: Needs) -> Needs:
    """What is needed where both are. What is not held binds others than our own people, so that it stands for nothing else."""
    every = {frozenset(alternatives) for alternatives in (*first, *second)}
    least = [one for one in every if not any(other and other < one for other in every)]
    return tuple(sorted(tuple(sorted(alternatives)) for alternatives in least))


def _by_place(change: _Change) -> int:
    return change.claim.seq


def _row(change: _Change, seq: int, shape: int, flags: int) -> tuple[int, ...]:
    claim = change.claim
    return (seq, claim.version, claim.body, change.after[0], shape, claim.source, flags, claim.leaf)


def _people(writer: Reader) -> set[frozenset[int]]:
    """The circles that any one person is in; and those of whoever is in none."""
    found: dict[int, set[int]] = {}
    for account, circle in writer.all(_MEMBERS):
        found.setdefault(account, set()).add(circle)
    return {frozenset(), *(frozenset(circles) for circles in found.values())}


def _gains(
    then: Mapping[int, int],
    before: tuple[int, Needs],
    now: Mapping[int, int],
    after: tuple[int, Needs],
    *,
    needs_matter: bool,
) -> bool:
    opening = opened(*after, now, needs_matter=needs_matter)
    return opening is not None and opening != opened(*before, then, needs_matter=needs_matter)
