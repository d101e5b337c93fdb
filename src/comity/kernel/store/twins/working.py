"""What should stand for originals, worked out from one ``World``. Pure but for what people approved.

*Passes* first: an original goes as it is through a lens where everything that it mentions is open to everybody to whom it would
go, and the lens changes nothing of it. That is a least fixed point: no pass rests on itself, so that no ring of objects that
mention each other goes as it is by each other's word. What is no pass is made into a *twin*, once for each lens and label that
somebody would get by no other.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.ids import SCO_TYPES, is_guessable
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label, part_of
from comity.kernel.policy.lens import HIDDEN, Hidden, Lens, Part, notice
from comity.kernel.policy.personal.scanning import found_texts, left_in
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.policy.redaction import Fate, Pseudonyms, Remade, Stamp, Unmade, dropped_of, remake, stub, tombstone
from comity.kernel.policy.sentence import Sentence, says
from comity.kernel.store.definitions import terms_for
from comity.kernel.store.twins.queue import AROUND
from comity.kernel.store.twins.rows import TWINS, Kind, Twin
from comity.kernel.store.twins.world import Claimed, World

MILLISECOND: Final[Micros] = 1_000
GATE: Final = "gate"
"""Stands for the type in labels under which nothing stands."""
_NOBODY: Final[frozenset[int]] = frozenset()
_FATE: Final[dict[Hidden, Fate]] = {
    "keep": Fate.KEEP,
    "dangle": Fate.PSEUDONYM,
    "stub": Fate.PSEUDONYM,
    "strip": Fate.STRIP,
    "withhold": Fate.WITHHOLD,
}
PERSONAL_LEFT: Final = says("Personal data would be left in it.")
NOT_AS_IT_IS: Final = says("What people released no longer fits: what it refers to has changed.")
UNREADABLE: Final = says("This version of the node can't read it.")


class Naming(msgspec.Struct, frozen=True):
    """Pseudonyms under one key, and what becomes of what an object mentions."""

    pseudonyms: Pseudonyms
    fates: dict[str, Fate]
    otherwise: Fate

    def reference(self, object_id: str) -> Fate:
        """What becomes of a reference to this object."""
        return self.fates.get(object_id.lower(), self.otherwise)

    def pseudonym_id(self, object_id: str) -> str:
        """The id that takes the place of an id."""
        return self.pseudonyms.pseudonym_id(object_id)

    def token(self, kind: str, value: str) -> str:
        """What takes the place of a value."""
        return self.pseudonyms.token(kind, value)


class Wish(msgspec.Struct, frozen=True):
    """An original asked for through a lens under one of its labels: the best claim of it there, and for whom."""

    key: bytes
    label: int
    lens: str
    claim: Claimed
    audience: frozenset[int]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What should stand. ``under``: its own label; ``keeps``: the keys that it mentions and which are open.

    ``parsed``  of what is made; None of a pass, and where nothing can be made (``reason``)
    ``void``    the review whose release no longer holds
    """

    kind: Kind
    key: bytes
    lens: str
    label: int
    under: Label
    scope: str
    generation: int
    audience: frozenset[int]
    claim: Claimed | None = None
    keeps: tuple[bytes, ...] = ()
    parsed: Parsed | None = None
    reason: Sentence | None = None
    void: int = 0

    @property
    def place(self) -> tuple[str, int, int]:
        """As of a rendition."""
        return self.lens, self.label, self.generation


class Approved(msgspec.Struct, frozen=True):
    """What people released: the original as it is (None), or an object; by which review."""

    parsed: Parsed | None
    review: int


class Void(msgspec.Struct, frozen=True):
    """That a release no longer holds, and why."""

    review: int
    reason: Sentence


Approvals = Callable[[Wish, Parsed, Naming, tuple[str, ...], Stamp], Approved | Void | None]
"""What people released of an original under a lens, held against today; None where they have not released it."""


class Work:
    """One piece of work."""

    def __init__(self, world: World, approvals: Approvals, scan: ScanSettings, now: Micros) -> None:
        self._world = world
        self._approvals = approvals
        self._scan = scan
        self._ours = (world.moment.identity or "").lower()
        self._now = now - now % MILLISECOND
        self._open: dict[bytes, frozenset[int]] = {}
        self._dropped: dict[tuple[int, str], tuple[str, ...]] = {}
        self._there: dict[tuple[bytes, frozenset[int]], set[str]] = {}
        self._known: dict[tuple[bytes, int, str], tuple[tuple[dict[str, Fate], tuple[str, ...]], Remade | Unmade]] = {}

    def forms(self) -> dict[bytes, list[Form]]:
        """What should stand for each original of the world."""
        world = self._world
        wishes = {key: list(self.wishes(key)) for key in world.keys}
        passes = self._passes([wish for those in wishes.values() for wish in those])
        found: dict[bytes, list[Form]] = {}
        for key in world.keys:
            forms = [passes[wish.key, wish.label, wish.lens] for wish in wishes[key] if _place(wish) in passes]
            left = [wish for wish in wishes[key] if _place(wish) not in passes]
            forms += [form for wish in self._needed(left) if (form := self._twin(wish)) is not None]
            forms += self._stubs(key, forms)
            found[key] = forms
        return found

    # -- who asks

    def wishes(self, key: bytes) -> Iterator[Wish]:
        """Of each lens and label the best claim; none where its whole audience has that version as it is."""
        world = self._world
        by_label: dict[int, list[Claimed]] = {}
        for claim in world.claims.get(key, ()):
            by_label.setdefault(claim.label, []).append(claim)
        self._open[key] = _NOBODY.union(*(world.asks.opened(label) for label in by_label))
        as_it_is: dict[int, frozenset[int]] = {}
        for claim in world.claims.get(key, ()):
            as_it_is[claim.version] = as_it_is.get(claim.version, _NOBODY) | world.asks.opened(claim.label)
        for label, claims in by_label.items():
            for text, audience in world.asks.of.get(label, {}).items():
                best = max(claims, key=_rank)
                if not audience <= as_it_is.get(best.version, _NOBODY):
                    yield Wish(key, label, text, best, audience)

    def _needed(self, wishes: list[Wish]) -> list[Wish]:
        """Those through which somebody gets what they get by no other, and for whom: nobody who has the original as it is; of
        one lens, the best version; of one scope, the mildest lens. In the order of their versions.
        """
        lenses = self._world.asks.lenses
        served: dict[str, frozenset[int]] = {}
        kept: list[Wish] = []
        for wish in sorted(wishes, key=lambda one: (*mildness(lenses[one.lens]), one.lens, *_later_first(one.claim))):
            scope = lenses[wish.lens].key_scope
            others = served.get(scope, _NOBODY)
            left = wish.audience - self._open[wish.key] - others
            if left:
                kept.append(msgspec.structs.replace(wish, audience=left))
                served[scope] = others | left
        kept.sort(key=lambda wish: (*wish.claim.rank, wish.lens))
        return kept

    # -- passes

    def _passes(self, wishes: list[Wish]) -> dict[tuple[bytes, int, str], Form]:
        """Round after round, as long as one pass lets others be passes. What is open by then is changed by its lens, or not."""
        found: dict[tuple[bytes, int, str], Form] = {}
        left = wishes
        while left:
            ready = [wish for wish in left if all(self._is_open(one, wish) for one in self._must_be_open(wish))]
            passing = [wish for wish in ready if self._goes_as_it_is(wish)]
            for wish in passing:
                found[_place(wish)] = self._form(Kind.PASS, wish, keeps=self._kept(wish))
                self._open[wish.key] |= wish.audience
            if not passing:
                break
            looked = {_place(wish) for wish in ready}
            left = [wish for wish in left if _place(wish) not in looked]
        return found

    def _goes_as_it_is(self, wish: Wish) -> bool:
        """Whether a lens changes nothing of what mentions only what is open; after a review, whether people released it so."""
        lens = self._world.asks.lenses[wish.lens]
        parsed = self._world.parsed.get(wish.claim.body)
        if parsed is None:
            return False
        return self._approved_whole(wish, parsed, lens) if lens.reviews else self._changes_nothing(wish, parsed, lens)

    def _must_be_open(self, wish: Wish) -> Iterator[str]:
        mentions = self._world.mentions.get(wish.claim.body, ())
        return filter(is_guessable, mentions) if self._world.asks.lenses[wish.lens].hidden == "keep" else iter(mentions)

    def _is_open(self, object_id: str, wish: Wish) -> bool:
        """Our own identity is no secret to whom we give anything: every twin names it."""
        if object_id == self._ours:
            return True
        key = self._world.key_of[object_id]
        return key is not None and wish.audience <= self._opened(key)

    def _opened(self, key: bytes) -> frozenset[int]:
        """To whom an id is open: it is held under a label that is released to them."""
        found = self._open.get(key)
        if found is None:
            opened = self._world.asks.opened
            found = self._open[key] = _NOBODY.union(*map(opened, self._world.held.get(key, ())))
        return found

    def _kept(self, wish: Wish) -> tuple[bytes, ...]:
        """What of it is mentioned and open: where that closes, so does this."""
        key_of = self._world.key_of
        mentions = self._world.mentions[wish.claim.body]
        return tuple(
            key
            for one in mentions
            if one != self._ours and (key := key_of[one]) is not None and self._is_open(one, wish)
        )

    def _changes_nothing(self, wish: Wish, parsed: Parsed, lens: Lens) -> bool:
        bare = not (lens.profiles or lens.without or lens.cleared)
        if bare and not (lens.anonymous and parsed.created_by):
            return True
        remade = self._remade(wish, parsed, lens)
        return isinstance(remade, Remade) and not remade.how

    def _approved_whole(self, wish: Wish, parsed: Parsed, lens: Lens) -> bool:
        approved = self._approvals(wish, parsed, *self.naming(wish, lens), Stamp(0, 0, None))
        return isinstance(approved, Approved) and approved.parsed is None

    # -- twins

    def _twin(self, wish: Wish) -> Form | None:
        lens = self._world.asks.lenses[wish.lens]
        parsed = self._world.parsed.get(wish.claim.body)
        if parsed is None:
            return self._form(Kind.UNMADE, wish, reason=UNREADABLE)
        if parsed.revoked:
            return None  # whoever had its twin is told so by a notice
        if lens.reviews:
            return self._released(wish, parsed, lens)
        remade = self._remade(wish, parsed, lens)
        if isinstance(remade, Unmade):
            return self._form(Kind.UNMADE, wish, reason=remade.reason)
        return self._checked(wish, remade.parsed, lens)

    def _checked(self, wish: Wish, made: Parsed, lens: Lens) -> Form:
        if lens.cleared and left_in(made, self._scan):
            return self._form(Kind.UNMADE, wish, reason=PERSONAL_LEFT)
        return self._form(Kind.TWIN, wish, keeps=self._kept(wish), parsed=made)

    def _released(self, wish: Wish, parsed: Parsed, lens: Lens) -> Form | None:
        """What people released, as they saw it; None as long as they have not."""
        found = self._approvals(wish, parsed, *self.naming(wish, lens), self._stamp(wish, lens))
        if found is None:
            return None
        if isinstance(found, Void):
            return self._form(Kind.UNMADE, wish, reason=found.reason, void=found.review)
        if found.parsed is None:
            return self._form(Kind.UNMADE, wish, reason=NOT_AS_IT_IS, void=found.review)
        return self._checked(wish, found.parsed, lens)

    def _remade(self, wish: Wish, parsed: Parsed, lens: Lens) -> Remade | Unmade:
        """What was remade for a pass that was none is not made twice, as long as nothing has opened meanwhile."""
        naming, also = self.naming(wish, lens)
        known = self._known.get(_place(wish))
        if known is not None and known[0] == (naming.fates, also):
            return known[1]
        remade = self._through(wish, parsed, lens, naming, also)
        self._known[_place(wish)] = (naming.fates, also), remade
        return remade

    def _through(
        self, wish: Wish, parsed: Parsed, lens: Lens, naming: Naming, also: tuple[str, ...]
    ) -> Remade | Unmade:
        markings = self._parts(wish.claim, parsed, lens)
        return remake(parsed, lens, naming, self._stamp(wish, lens), also=also, markings=markings)

    def naming(self, wish: Wish, lens: Lens) -> tuple[Naming, tuple[str, ...]]:
        """What becomes of what an original mentions, and the values that are dropped from what is around it."""
        parsed = self._world.parsed[wish.claim.body]
        fates: dict[str, Fate] = {parsed.id.lower(): Fate.PSEUDONYM}
        for one in self._world.mentions[wish.claim.body]:
            if self._is_open(one, wish):
                fates[one] = Fate.KEEP
                continue
            fates[one] = Fate.WITHHOLD if lens.hidden == "keep" and is_guessable(one) else _FATE[lens.hidden]
        also = self._dropped_around(wish)
        if lens.cleared:
            also = tuple(sorted({*also, *found_texts(parsed, self._scan)}))
        scope_key = self._world.scope_keys[lens.key_scope]
        return Naming(scope_key.pseudonyms, fates, _FATE[lens.hidden]), also

    def _dropped_around(self, wish: Wish) -> tuple[str, ...]:
        """What anybody to whom this goes gets something around it without, under whatever agreement."""
        world = self._world
        found: set[str] = set()
        seen = {wish.key}
        fresh = world.mentioned_keys(wish.claim.body) if world.neighbours else []
        for _ in range(AROUND):
            further: list[bytes] = []
            for key in fresh:
                if key in seen or key not in world.neighbours:
                    continue
                seen.add(key)
                found |= self._dropped_there(key, wish.audience)
                for claim in world.neighbours[key]:
                    further += world.mentioned_keys(claim.body) if claim.body in world.mentions else []
            fresh = further
        return tuple(sorted(found))

    def _dropped_there(self, key: bytes, audience: frozenset[int]) -> set[str]:
        """Of one original; without what stands in it as it is open to all of them."""
        known = self._there.get((key, audience))
        if known is None:
            known = self._there[key, audience] = self._found_there(key, audience)
        return known

    def _found_there(self, key: bytes, audience: frozenset[int]) -> set[str]:
        world = self._world
        claims = world.neighbours[key]
        found = {
            value
            for claim in claims
            for text, parties in world.asks.of.get(claim.label, {}).items()
            if not parties.isdisjoint(audience)
            for value in self._dropped_from(claim, text)
        }
        if found:
            texts = [
                world.parsed[claim.body].raw.decode()
                for claim in claims
                if claim.body in world.parsed and audience <= world.asks.opened(claim.label)
            ]
            found = {value for value in found if not any(value in text for text in texts)}
        return found

    def _dropped_from(self, claim: Claimed, text: str) -> tuple[str, ...]:
        lens = self._world.asks.lenses[text]
        parsed = self._world.parsed.get(claim.body)
        if parsed is None or not (lens.profiles or lens.without):
            return ()
        known = self._dropped.get((claim.body, text))
        if known is None:
            known = self._dropped[claim.body, text] = dropped_of(
                parsed, lens, markings=self._parts(claim, parsed, lens)
            )
        return known

    def _parts(self, claim: Claimed, parsed: Parsed, lens: Lens) -> dict[str, Part]:
        """What each granular marking means, where the lens takes parts out."""
        if not lens.without:
            return {}
        terms = terms_for(claim.source, self._world.definitions)
        return {one: part_of(one, terms) for one in parsed.granular}

    def _stamp(self, wish: Wish, lens: Lens) -> Stamp:
        twin = self._standing_twin(wish.key, lens.key_scope)
        created = twin.created if twin is not None else self._now
        modified = max(self._now, twin.modified + MILLISECOND) if twin is not None else self._now
        return Stamp(created, modified, self._world.moment.identity)

    def _standing_twin(self, key: bytes, scope: str) -> Twin | None:
        generation = self._world.scope_keys[scope].generation
        twins = self._world.twins.get(key, ())
        return next((one for one in twins if one.scope == scope and one.generation == generation), None)

    def _form(
        self,
        kind: Kind,
        wish: Wish,
        *,
        keeps: tuple[bytes, ...] = (),
        parsed: Parsed | None = None,
        reason: Sentence | None = None,
        void: int = 0,
    ) -> Form:
        lens = self._world.asks.lenses[wish.lens]
        return Form(
            kind=kind,
            key=wish.key,
            lens=wish.lens,
            label=wish.label,
            under=msgspec.structs.replace(self._world.labels[wish.label], lens=wish.lens),
            scope=lens.key_scope,
            generation=self._world.scope_keys[lens.key_scope].generation if kind is Kind.TWIN else 0,
            audience=wish.audience,
            claim=wish.claim,
            keeps=keeps,
            parsed=parsed,
            reason=reason,
            void=void,
        )

    # -- stubs and notices

    def _stubs(self, key: bytes, forms: list[Form]) -> list[Form]:
        """Empty objects for those to whom somebody else's twin names this one, and who get neither it nor a twin of it."""
        world = self._world
        wanted: dict[tuple[str, int], frozenset[int]] = {}
        for _, text, label in world.stubs.get(key, ()):
            lens = world.asks.lenses.get(text)
            if lens is None:
                continue
            scope = lens.key_scope
            given = _NOBODY.union(*(form.audience for form in forms if form.kind is Kind.TWIN and form.scope == scope))
            parties = world.asks.audience(label, text) - self._opened(key) - given
            if parties:
                place = scope, world.labels[label].collection
                wanted[place] = wanted.get(place, _NOBODY) | parties
        made: list[Form] = []
        for (scope, collection), parties in sorted(wanted.items()):
            scope_key = world.scope_keys[scope]
            twin = self._standing_twin(key, scope)
            stamp = Stamp(
                twin.created if twin is not None else self._now,
                max(self._now, twin.modified + MILLISECOND) if twin is not None else self._now,
                world.moment.identity,
            )
            pseudonym = scope_key.pseudonyms.pseudonym_id(world.id_of(key))
            made.append(
                self.notice(Kind.STUB, key, scope, scope_key.generation, collection, parties, stub(pseudonym, stamp))
            )
        return made

    def notices(self, key: bytes, twin: Twin, twin_id: str, forms: list[Form]) -> list[Form]:
        """That a twin is no longer current, to all who had it and have no form of it now."""
        mine = [
            form
            for form in forms
            if form.kind in TWINS and (form.scope, form.generation) == (twin.scope, twin.generation)
        ]
        lost = twin.had.difference(*(form.audience for form in mine))
        if not lost or twin_id[:-38] in SCO_TYPES:
            return []
        modified = max(self._now, twin.modified + MILLISECOND)
        said = tombstone(twin_id, Stamp(twin.created, modified, self._world.moment.identity))
        if said is None:
            return []
        made: list[Form] = []
        for collection in sorted(twin.places):
            meant = self._world.asks.told(self._notice_label(twin_id[:-38], twin.scope, collection, lost), lost)
            if meant:
                made.append(self.notice(Kind.NOTICE, key, twin.scope, twin.generation, collection, meant, said))
        return made

    def notice(
        self,
        kind: Kind,
        key: bytes,
        scope: str,
        generation: int,
        collection: int,
        parties: frozenset[int],
        parsed: Parsed,
    ) -> Form:
        """A stub or a notice as a form."""
        under = self._notice_label(parsed.type, scope, collection, parties)
        return Form(
            kind=kind,
            key=key,
            lens=under.lens,
            label=collection,
            under=under,
            scope=scope,
            generation=generation,
            audience=parties,
            parsed=parsed,
        )

    def gate(self, form: Form, audience: frozenset[int]) -> Label:
        """A label that is released to some parties, and under which nothing stands: what needs it is for them."""
        return self._notice_label(GATE, "", form.under.collection, audience)

    def _notice_label(self, kind: str, scope: str, collection: int, parties: frozenset[int]) -> Label:
        return Label(
            source=self._world.moment.own,
            collection=collection,
            type=kind,
            tlp=Tlp.CLEAR,
            assumed=False,
            terms=(),
            lens=notice(scope, parties),
        )


def mildness(lens: Lens) -> tuple[int, ...]:
    """Less is milder: fewer people asked, less taken out."""
    return (
        bool(lens.reviews),
        lens.cleared,
        len(lens.profiles),
        lens.anonymous,
        HIDDEN.index(lens.hidden),
        len(lens.without),
    )


def _rank(claim: Claimed) -> tuple[Micros, bytes, int]:
    return claim.rank


def _later_first(claim: Claimed) -> tuple[Micros, bytes, int]:
    return -claim.modified, claim.digest, claim.seq


def _place(wish: Wish) -> tuple[bytes, int, str]:
    return wish.key, wish.label, wish.lens
