"""What our own people ask about policy: why, what would be, what is, what was. Parts of the reading door, for the party that runs
the node only; whoever else asks gets nothing. Nothing is told of what the person who asks may not see.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, reduce
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.objects.ids import is_guessable
from comity.kernel.policy.agreement.binding import Bound, Enacted
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decider import Decider, Deciders
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.store.answers import (
    Compared,
    Explained,
    Foreseen,
    Going,
    Ids,
    Matrix,
    MatrixRow,
    Preview,
    Tally,
    WentOut,
)
from comity.kernel.store.approvals import Names
from comity.kernel.store.arrivals import unseen_of_labels
from comity.kernel.store.commit import NEIGHBOURS
from comity.kernel.store.database import Sql
from comity.kernel.store.effects import EFFECTS, EffectBook, Effects
from comity.kernel.store.feed import claim_at
from comity.kernel.store.going import Asked, going
from comity.kernel.store.grants import bounds_of, touched_labels
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSet, OpenSets
from comity.kernel.store.past import claims_then
from comity.kernel.store.rehearsing import rehearsed
from comity.kernel.store.sights import (
    Sight,
    both,
    count_of,
    either,
    hidden_from_both,
    keys_of,
    only_in,
    shown_of,
    whole_mask,
    without,
)
from comity.kernel.store.standings import Everybody, everybody
from comity.kernel.store.twins.rows import passes_of
from comity.kernel.store.view import View, newest_first
from comity.kernel.store.weighing import Weighing

_SHAPES_OF = "SELECT c.seq, e.shape FROM claim c JOIN claim e ON e.version = c.version AND e.leaf = c.leaf WHERE c.seq"
_COUNTS = Sql("SELECT id, claims FROM label WHERE claims > 0")
_GRANTED = "SELECT label, until FROM grants WHERE party = {party} AND closed IS NULL AND label"
_LATEST = Sql("SELECT version FROM claim WHERE label = :label ORDER BY seq DESC LIMIT :limit")
_CLOSINGS = Sql(
    "SELECT DISTINCT closed FROM grants WHERE party = :party AND closed IS NOT NULL AND (:name = '' OR cause = :name) "
    "ORDER BY closed DESC LIMIT :most"
)
MOST_CLOSINGS = 50
COMPARED = 50
REHEARSED = 2
MOST_REHEARSING = 8
"""For so many parties a preview shows what would go."""
RELEASED = EFFECTS.index(Effect.RELEASE)
_IN_A_FORM = frozenset({Effect.REDACT, Effect.REVIEW})
FEATURES = ("tlp", "type", "source", "collection")


class Forms(NamedTuple):
    """Labels that don't go as they are. Of those that an agreement touches, as is decided then: ``redacted`` whatever they name,
    ``referring`` as is found object by object, ``reviewed`` when people have agreed. ``others``: of all others, as is decided
    today; ``today``: those that go so today.
    """

    redacted: set[int]
    referring: set[int]
    reviewed: set[int]
    others: set[int]
    today: set[int]


class Explaining:
    """One person's questions, in one snapshot."""

    def __init__(self, view: View, sets: OpenSets, book: EffectBook, now: Micros, account: int | None) -> None:
        self._view = view
        self._sets = sets
        self._book = book
        self._now = now
        self._account = account
        self._counts: dict[Sight, int] = {}

    @cached_property
    def _decided(self) -> Effects:
        return self._book.now(self._view.reader, self._view.state)

    @property
    def everybody(self) -> Everybody:
        """Where every party stands."""
        return self._decided.everybody

    def _effects(self, party: int) -> bytes:
        """What is done with each label for a party, by its number."""
        return self._decided.of(party, self._view.labels, self._view.state.label)

    # -- why

    def explained(self, object_id: str, party: int, on: Micros | None) -> tuple[Explained, ...]:
        """Every claim of an id, newest version first, with what policy says of it for a party."""
        view = self._view
        candidates = sorted(view.claims_of([object_id]), key=newest_first)
        if not candidates:
            return ()
        standing = self.everybody.of(party)
        opened = self._set_of(party, on)
        rows = rows_of(view.reader, _SHAPES_OF, [one.claim for one in candidates])
        shown = {claim for claim, shape in rows if opened.opened_at[shape] >= 0}
        hidden = opened.hidden.among(view.reader, [one.version for one in candidates]) if opened.hidden else set()
        found = []
        for candidate, held in zip(candidates, view.described(candidates), strict=True):
            decision = decide(view.labels[candidate.label], standing, self._now if on is None else on)
            is_hidden = candidate.version in hidden and candidate.source != party
            found.append(
                Explained(
                    held=held,
                    decision=decision,
                    released=candidate.claim in shown and not is_hidden,
                    missing=() if candidate.source == party else self._missing(candidate.body, opened),
                    hidden=is_hidden,
                )
            )
        return tuple(found)

    def going(self, object_id: str, party: int, names: Names | None, by: str | None) -> tuple[Going, ...]:
        """What goes to a party in place of each claim that does not go as it is. Of a source's older versions nothing goes."""
        view = self._view
        asked = Asked(self.everybody.of(party), self._set_of(party, None), self._now, names, by)
        candidates = sorted(view.claims_of([object_id]), key=newest_first)
        newest = {candidate.label: candidate for candidate in reversed(candidates)}
        chosen = [candidate for candidate in candidates if newest[candidate.label] is candidate]
        found = (going(view, asked, *each) for each in zip(chosen, view.described(chosen), strict=True))
        return tuple(one for one in found if one is not None)

    def _missing(self, body: int, opened: OpenSet) -> tuple[str, ...]:
        """What an object refers to by an id that can be computed, and a party does not see."""
        view = self._view
        parsed = view.parsed(body)
        refs = [ref for ref in parsed.refs if is_guessable(ref)] if parsed is not None else []
        keys = {ref: view.kinds.key_of(ref) for ref in refs}
        open_keys = {
            bytes(key)
            for key, label in rows_of(view.reader, NEIGHBOURS, [key for key in keys.values() if key])
            if opened.is_open(label)
        }
        return tuple(sorted(ref for ref, key in keys.items() if key not in open_keys))

    # -- what is

    def decided_by(self, name: str) -> dict[int, Tally]:
        """For each article of an agreement the claims that it decides, over all parties it binds."""
        tallies: dict[int, Tally] = {}
        counted = list(self._counted())
        claims = {number: count for number, _, count in counted}
        bounds = bounds_of((self.everybody,), name)
        labels = touched_labels({number: label for number, label, _ in counted}, [bound for _, bound in bounds])
        weighing = Weighing(self._now)
        for standing in self.everybody.standings.values():
            if any(bound.name == name for bound in standing.agreements):
                weighing.covered(standing, name, labels, claims, tallies)
        return tallies

    def matrix(self, feature: str, parties: Collection[int] | None) -> Matrix:
        """Claims by party and by one feature of their labels."""
        labels = [(self._column(feature, label), number, claims) for number, label, claims in self._counted()]
        columns = self._columns(feature, {column for column, _, _ in labels})
        places = {column: place for place, column in enumerate(columns)}
        rows = []
        for party, standing in self.everybody.standings.items():
            if standing.own or (parties is not None and party not in parties):
                continue
            effects = self._effects(party)
            counts = [[0] * len(EFFECTS) for _ in columns]
            for column, number, claims in labels:
                whole = min(claims, self._whole(party, number)) if EFFECTS[effects[number]] in _IN_A_FORM else 0
                counts[places[column]][RELEASED] += whole
                counts[places[column]][effects[number]] += claims - whole
            rows.append(MatrixRow(party, tuple(Tally(*cell) for cell in counts)))
        return Matrix(feature, columns, tuple(rows))

    def _whole(self, party: int, number: int) -> int:
        """How many objects of a label go to a party as they are after all: their form changes nothing of them."""
        label = self._view.labels[number]
        lens = self._decided.lens(party, label)
        rendition = self._renditions.get(replace(label, lens=lens.text)) if lens is not None else None
        return self._passes.get(rendition, 0) if rendition is not None else 0

    @cached_property
    def _passes(self) -> Mapping[int, int]:
        return passes_of(self._view.reader)

    @cached_property
    def _renditions(self) -> Mapping[Label, int]:
        return {label: number for number, label in self._view.labels.items() if label.lens}

    def in_cell(
        self, feature: str, value: str, party: int, effect: Effect | None, limit: int
    ) -> tuple[tuple[str, Effect], ...]:
        """Some of the objects that a cell of the matrix counts, the latest of each label."""
        view = self._view
        decided = self._effects(party)
        effects = {
            number: EFFECTS[decided[number]]
            for number, label, _ in self._counted()
            if self._column(feature, label) == value
        }
        found: dict[bytes, Effect] = {}
        for number, one in effects.items():
            if (effect is not None and one is not effect) or len(found) >= limit:
                continue
            rows = view.reader.all(_LATEST, {"label": number, "limit": limit})
            for candidate in view.open_claims([row[0] for row in rows]):
                if candidate.label == number:
                    found.setdefault(candidate.key, one)
        names = view.names()
        return tuple((object_id_of(key, names), one) for key, one in list(found.items())[:limit])

    def _counted(self) -> Iterator[tuple[int, Label, int]]:
        """The labels under which the person who asks sees claims, and how many."""
        view = self._view
        unseen = unseen_of_labels(view)
        for number, held in view.reader.all(_COUNTS):
            claims = held - unseen[number]
            if claims > 0 and view.opened.is_open(number):
                yield number, view.labels[number], claims

    def _column(self, feature: str, label: Label) -> str:
        if feature == "tlp":
            return label.tlp.word
        if feature == "type":
            return label.type
        if feature == "source":
            return self._slugs[label.source]
        if feature == "collection":
            return self._collections[label.collection]
        raise Invalid(f"{feature!r} is no feature that the matrix shows.", where="feature", hint=" ".join(FEATURES))

    @cached_property
    def _slugs(self) -> Mapping[int, str]:
        return {number: slug for number, (slug, _) in self._view.parties().items()}

    @cached_property
    def _collections(self) -> Mapping[int, str]:
        return self._view.collections()

    @staticmethod
    def _columns(feature: str, found: Iterable[str]) -> tuple[str, ...]:
        order = ("clear", "green", "amber", "amber+strict", "red") if feature == "tlp" else ()
        return tuple(sorted(found, key=lambda one: (order.index(one) if one in order else 0, one)))

    # -- what would be

    def preview(self, enacted: Enacted) -> Preview:
        """What would be if this stood in the place of what stands under its name, and it were signed by us."""
        view, name = self._view, enacted.agreement.name
        then = everybody(view.reader, (enacted,))
        bounds = bounds_of((self.everybody, then), name)
        binding = {party for party, _ in bounds}
        touched = touched_labels(view.labels.copy(), [bound for _, bound in bounds])
        given = {number: label for number, label in touched.items() if label.source in binding}
        counted = {number: claims for number, _, claims in self._counted()}
        weighing = Weighing(self._now)
        tallies: dict[int, Tally] = {}
        foreseen: list[Foreseen] = []
        deciders = Deciders(then.standings.values())
        for party, standing in then.standings.items():
            labels = touched if party in binding else given
            if standing.own or not labels:
                continue
            decider = deciders.of(party)
            released = {number for number, label in labels.items() if decider.released(label, self._now)}
            bound = next((one for one in standing.agreements if one.name == name), None)
            if bound is None and released == self._granted(party, labels):
                continue
            before = self._set_of(party, None)
            after = before.grants - labels.keys() | released
            covered = weighing.covered(standing, name, touched, counted, tallies)
            mask = self._sets.mask_of(view.reader, party, after, view.state, view.labels)
            forms = self._forms(party, decider, labels)
            found = self._foreseen(party, bound, before, mask, covered, forms)
            some = (*found.redacted.some[:REHEARSED], *found.reviewed.some[:REHEARSED])
            looks = rehearsed(view, standing, some, self._now, None) if len(foreseen) < MOST_REHEARSING else ()
            foreseen.append(replace(found, rehearsed=looks))
        return Preview(tuple(foreseen), tallies)

    def _granted(self, party: int, labels: Collection[int]) -> set[int]:
        """Which of some labels are granted to a party."""
        rows = rows_of(self._view.reader, _GRANTED.format(party=int(party)), labels)
        return {label for label, until in rows if until is None or until > self._now}

    def _forms(self, party: int, decider: Decider, labels: Mapping[int, Label]) -> Forms:
        """The labels that go to a party in another form than theirs."""
        today = {number for number, place in enumerate(self._effects(party)) if EFFECTS[place] is Effect.REDACT}
        forms = Forms(set(), set(), set(), today - labels.keys(), today)
        for number, label in labels.items():
            lens = decider.lens(label, self._now)
            if lens is not None:
                (forms.reviewed if lens.reviews else forms.redacted if lens.changes else forms.referring).add(number)
        return forms

    def _foreseen(
        self,
        party: int,
        bound: Bound | None,
        before: OpenSet,
        after: bytes,
        covered: Collection[int],
        forms: Forms,
    ) -> Foreseen:
        view = self._view
        mine = self._sight(view.opened)
        hidden = hidden_from_both(mine.hidden, before.hidden)

        def sight(mask: bytes) -> Sight:
            return Sight(both(mask, mine.mask), hidden, "", view.state.claim)

        def of(labels: Collection[int]) -> Sight:
            return sight(bytes([label in labels for label in before.labels]))

        def besides(first: Sight, *others: Sight) -> Sight:
            return msgspec.structs.replace(first, mask=reduce(either, (each.mask for each in others), first.mask))

        now, then = sight(whole_mask(before, view)), sight(after)
        redacted, referring, reviewed = of(forms.redacted), of(forms.referring), of(forms.reviewed)
        gets = besides(then, redacted, referring, of(forms.others))
        slug, name = view.parties()[party]
        return Foreseen(
            party=party,
            slug=slug,
            name=name,
            relation=bound.relation if bound is not None else None,
            released=self._count(gets),
            opening=only_in(view, then, now),
            closing=only_in(view, besides(now, of(forms.today)), gets),
            withheld=only_in(view, of(covered), besides(gets, reviewed)) if covered else Ids(),
            redacted=only_in(view, redacted, then) if forms.redacted else Ids(),
            referring=only_in(view, referring, besides(then, redacted)) if forms.referring else Ids(),
            reviewed=only_in(view, reviewed, gets) if forms.reviewed else Ids(),
        )

    def _count(self, sight: Sight) -> int:
        """Of parties that stand alike it is counted once."""
        if sight not in self._counts:
            self._counts[sight] = count_of(self._view, sight)
        return self._counts[sight]

    # -- what was

    def compared(self, party: int, on: Micros) -> Compared:
        """What is open to a party at a moment, and what is now."""
        then, now = self._shown_to(party, on), self._shown_to(party, None)
        return Compared(
            then=count_of(self._view, then),
            now=count_of(self._view, now),
            only_then=only_in(self._view, then, now, COMPARED),
            only_now=only_in(self._view, now, then, COMPARED),
        )

    def went_out(self, party: int, name: str, limit: int) -> tuple[WentOut, ...]:
        """What had been open to a party, until it closed, and is not open now; the latest closing first."""
        view = self._view
        now = self._shown_to(party, None)
        names = view.names()
        found: dict[bytes, Micros] = {}
        for (closed,) in view.reader.all(_CLOSINGS, {"party": party, "name": name, "most": MOST_CLOSINGS}):
            before, after = self._shown_to(party, closed - 1), self._shown_to(party, closed)
            closing = without(before.mask, after.mask)
            gone = keys_of(view, before, closing) if any(closing) else set()
            for key in gone - shown_of(view, after, gone) - shown_of(view, now, gone):
                found.setdefault(key, closed)
        made = [WentOut(object_id_of(key, names), names[key[-2:]], closed) for key, closed in sorted(found.items())]
        made.sort(key=lambda one: -one.closed)
        return tuple(made[:limit])

    # -- sets and sights

    def _set_of(self, party: int, on: Micros | None) -> OpenSet:
        return self._sets.of(self._view.reader, party, None, on)[0]

    def _sight(self, opened: OpenSet, on: Micros | None = None) -> Sight:
        view = self._view
        end = view.state.claim if on is None else min(claim_at(view.reader, on), view.state.claim)
        return Sight(whole_mask(opened, view), opened.hidden, claims_then(view.reader, on), end)

    def _shown_to(self, party: int, on: Micros | None) -> Sight:
        """What a party could see at a moment, of what the person who asks may see."""
        mine, _, _ = self._sets.of(self._view.reader, self._view.opened.party, self._account, on)
        its = self._sight(self._set_of(party, on), on)
        own = self._sight(mine, on)
        return Sight(both(its.mask, own.mask), hidden_from_both(its.hidden, own.hidden), its.then, its.end)
