"""Remaking: one object, looked at through a lens, becomes what goes to others, or nothing.

Lives here: the order of the steps. Parts that can't go are taken out first, then what profiles take out by property, so that what
went is known when the texts are cleaned; references next; then values by their kind, in every text; then times. What is left is
put together, given its own id, times and creator, read again like anything that comes from outside, and searched for traces of
all that had to go: so a mistake of any step before keeps the object here and never lets it go.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from comity.kernel.objects import timestamps
from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.findings import Severity
from comity.kernel.objects.observables import guess
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.objects.text import strings
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.redaction import granular, identities, leaves, properties
from comity.kernel.policy.redaction.anatomy import Place, inside, translated, whole
from comity.kernel.policy.redaction.finding import found
from comity.kernel.policy.redaction.naming import Fate, Naming, Pseudonyms
from comity.kernel.policy.redaction.outcome import Cannot, Remade, Stamp, Unmade
from comity.kernel.policy.redaction.patterns import Rewriter
from comity.kernel.policy.redaction.plans import Plan, plan_of, together
from comity.kernel.policy.redaction.references import Ids, may_hide, readable
from comity.kernel.policy.redaction.scrub import Scrubber
from comity.kernel.policy.redaction.times import in_order
from comity.kernel.policy.redaction.tree import GONE, compact, settle
from comity.kernel.policy.redaction.views import plain, read
from comity.kernel.policy.sentence import says

WHOLE_ONLY: Final = frozenset(
    {"marking-definition", "extension-definition", "agreement", "agreement-signature", "approval", "downgrade-request"}
)
"""Types that go as they are or not at all: what is known by its id, and what is signed."""


class _Nobody(Pseudonyms, frozen=True):
    """For looking only: what it makes goes nowhere."""

    def reference(self, object_id: str) -> Fate:
        """Nothing is hidden: what is looked for are values."""
        return Fate.KEEP if object_id else Fate.STRIP


_HOW: Final = frozenset({"by-hand", "creator", "dropped", "generalised", "pseudonymised", "references"})
_NOBODY: Final = _Nobody(b"")

Inner = tuple[dict[str, Any], Place, Plan]

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_sorted = msgspec.json.Encoder(order="sorted").encode


def remake(
    parsed: Parsed,
    lens: Lens,
    naming: Naming,
    stamp: Stamp,
    *,
    also: Iterable[str] = (),
    markings: Mapping[str, Part] | None = None,
) -> Remade | Unmade:
    """The object as it goes through the lens, or why it can't. The same input gives the same bytes.

    ``also``      values that this lens drops from the objects around it: they are not left here either
    ``markings``  what each granular marking's id means; needed where the lens takes parts out
    """
    try:
        return _Making(parsed, lens, naming, stamp).made(tuple(also), markings or {})
    except Cannot as cannot:
        return Unmade(cannot.reason)


def dropped_of(parsed: Parsed, lens: Lens, *, markings: Mapping[str, Part] | None = None) -> tuple[str, ...]:
    """The values that a lens takes from an object and that are distinctive enough to be looked for elsewhere, sorted.

    Nothing where nothing is asked of it; all its values where it does not go at all. What is only made coarser in time is not
    among them, and no ids are.
    """
    if not lens.profiles and not lens.without:
        return ()
    making = _Making(parsed, lens, _NOBODY, Stamp(0, 0))
    if making.plan.withheld:
        return making.all_values()
    try:
        making.take_out(markings or {})
        making.meet(())
    except Cannot:
        pass  # it does not go; what it would have lost is known all the same
    return making.scrubber.dropped()


def content_of(raw: bytes) -> bytes:
    """An object's content without when its versions were made: equal contents, equal bytes."""
    held = _decode(raw)
    held.pop("created", None)
    held.pop("modified", None)
    return _sorted(held)


class _Making:
    """One object while it is made."""

    def __init__(self, parsed: Parsed, lens: Lens, naming: Naming, stamp: Stamp) -> None:
        self.parsed = parsed
        self.lens = lens
        self.naming = naming
        self.stamp = stamp
        self.held: dict[str, Any] = _decode(parsed.raw)
        self.place: Place = whole(parsed.type, self.held)
        # What it says of itself as somebody's twin is said anew.
        self.before = self._extensions().pop(REDACTION, None)
        if self.held.get("extensions") == {}:
            del self.held["extensions"]
        self.translated = str(self.held["object_ref"]).lower() if parsed.type == "language-content" else ""
        self.plan: Plan = plan_of(lens.profiles, parsed.type)
        self.inner = list(self._inner()) if lens.profiles else []
        acts = together([self.plan, *(plan for _, _, plan in self.inner)])
        self.scrubber = Scrubber(acts, naming)
        self.rewriter = Rewriter(self.scrubber, None)
        self.anonymous = lens.anonymous
        self.how: set[str] = set()

    def _extensions(self) -> dict[str, Any]:
        extensions = self.held.get("extensions")
        return extensions if isinstance(extensions, dict) else {}

    def _inner(self) -> Iterator[Inner]:
        """What stands in the object and is spoken of as another: objects in a container, translations of another object."""
        held = self.held
        if self.translated:
            kind = self.translated[:-38]
            for each in held["contents"].values():
                yield each, translated(kind), plan_of(self.lens.profiles, kind)
        elif isinstance(held.get("objects"), dict) and self.parsed.type == "observed-data":
            at = self.place.fields["objects"]
            for name, each in held["objects"].items():
                if isinstance(each, dict):
                    yield each, inside(at, name, held["objects"]), plan_of(self.lens.profiles, str(each.get("type")))

    def made(self, also: tuple[str, ...], markings: Mapping[str, Part]) -> Remade:
        """All the steps, in their order."""
        self._allowed()
        self.take_out(markings)
        ids = self._ids()
        if ids.replace(self.held, self.place):
            self.how.add("references")
        return self._made_quickly(ids, also) or self._made_carefully(ids, also)

    def _made_quickly(self, ids: Ids, also: tuple[str, ...]) -> Remade | None:
        """The object where nothing has to be looked for in its texts but ids, and none is there; else None."""
        if also or self.scrubber.acts or not self.scrubber.idle:
            return None
        self._cut()
        made = self._left(ids)
        raw = _encode(made)
        text = raw.decode()
        if may_hide(text):
            return None
        ids.learn(text)
        return None if ids.told(plain(text)) else self._marked(made, raw)

    def _made_carefully(self, ids: Ids, also: tuple[str, ...]) -> Remade:
        self.meet(also)
        self._clean(ids)
        self._cut()
        made = self._left(ids)
        texts = "\n".join(strings(made))
        if ids.told(plain(texts)) or self.scrubber.left(texts):
            raise Cannot(says("Something that may not go can't be taken out of it."))
        return self._marked(made, _encode(made))

    def _allowed(self) -> None:
        kind = self.parsed.type
        if kind in WHOLE_ONLY:
            raise Cannot(says("Objects of the type %(type)s go as they are or not at all.", type=kind))
        withheld = self.plan.withheld or next(
            (plan.withheld for _, _, plan in self._translations() if plan.withheld), ""
        )
        if withheld:
            raise Cannot(
                says(
                    "Objects of the type %(type)s don't go: the profile %(profile)s drops them.",
                    type=kind,
                    profile=withheld,
                )
            )

    def all_values(self) -> tuple[str, ...]:
        """Whatever the object tells, where nothing of it goes."""
        for name, value in self.held.items():
            if name not in granular.OURS | granular.PROTECTED:
                properties.forget(value, self.scrubber)
        leaves.meet_values(self.held, self.place, self.scrubber, self.rewriter)
        return self.scrubber.dropped()

    def _translations(self) -> list[Inner]:
        return self.inner if self.translated else []

    def take_out(self, markings: Mapping[str, Part]) -> None:
        """What goes as a whole: granular parts, then what rules say of properties."""
        for path in granular.excluded(self.held, self.lens, markings):
            gone = granular.take_out(self.held, path)
            if gone is not None:
                properties.forget(gone, self.scrubber)
            self.how.add("dropped")
            self.anonymous = self.anonymous or path == ("created_by_ref",)
        for held, place, plan in self.inner:
            if plan.withheld:
                self._empty(held)
            else:
                self._by_property(held, place, plan)
        self._by_property(self.held, self.place, self.plan)

    def _empty(self, held: dict[str, Any]) -> None:
        """An object in the container that does not go: without a type it can't stay there."""
        properties.forget({name: value for name, value in held.items() if name != "type"}, self.scrubber)
        held["type"] = GONE
        self.how.add("dropped")

    def _by_property(self, held: dict[str, Any], place: Place, plan: Plan) -> None:
        if plan.as_sector:
            self._as_sector(held, whole=place.root)
        self.how.update(properties.apply(held, place, plan, self.scrubber, self.naming))

    def _as_sector(self, held: dict[str, Any], *, whole: bool) -> None:
        """An identity as sector and country. Of a translation of it nothing is left: its name is another one now."""
        name = identities.name_of(held)
        contact = held.get("contact_information")
        for each in found(read(contact), identities.REACHED) if isinstance(contact, str) else ():
            self.scrubber.learn(each.value, None)
        for key in [key for key in held if not whole or key not in identities.KEPT or key == "name"]:
            if held[key] != name:
                properties.forget(held[key], self.scrubber)
            held[key] = GONE
        if whole:
            held["name"] = name
            sectors = identities.sectors_of(held)
            if "sectors" in held:
                held["sectors"] = sectors or GONE
        self.how.add("generalised")

    def _ids(self) -> Ids:
        parsed, creator, ours = self.parsed, (self.parsed.created_by or "").lower(), self.stamp.created_by
        # Markings stay, and who made the twin is told by it.
        staying = frozenset((*parsed.markings, *parsed.granular, *((ours,) if ours else ())))
        ids = Ids(self.naming, parsed.id.lower(), staying, frozenset({creator}) if self.anonymous else frozenset())
        ids.fate(parsed.id.lower())
        if creator and ids.fate(creator) is not Fate.KEEP:
            self.how.add("creator")
        return ids

    def meet(self, also: Iterable[str]) -> None:
        """Learn every value that must not be left: those of the objects around it, and those of the kinds that may not go."""
        scrubber = self.scrubber
        for value in also:
            kinds = [kind for kind, _ in guess(value) if kind in scrubber.acts]
            if kinds:
                scrubber.meet(kinds[0], value)
            else:
                scrubber.learn(value, None)
        if scrubber.acts:
            leaves.meet_values(self.held, self.place, scrubber, self.rewriter)
            for held, place, _ in self._translations():
                leaves.meet_values(held, place, scrubber, self.rewriter)
            scrubber.look(self._texts())

    def _texts(self) -> str:
        """All that may have to be cleaned, as one text."""
        return "\n".join(leaves.readable(self.held, self.place))

    def _clean(self, ids: Ids) -> None:
        scrubber = self.scrubber
        texts = self._texts()
        for text in readable(texts):
            ids.learn(text)
        if may_hide(texts) or ids.told(plain(texts)):
            ids.teach(scrubber)
        scrubber.narrowed(texts)
        if not scrubber.idle:
            leaves.clean(self.held, self.place, scrubber, self.rewriter)
            self.how |= scrubber.words

    def _cut(self) -> None:
        if not self.lens.profiles:
            return
        ours = granular.OURS
        for held, place, plan in [(self.held, self.place, self.plan), *self.inner]:
            rewriter = Rewriter(Scrubber({}, self.naming), plan.span)
            if plan.span and leaves.cut_times(held, place, plan.span, ours if place.root else frozenset(), rewriter):
                self.how.add("generalised")
            in_order(held)

    def _left(self, ids: Ids) -> dict[str, Any]:
        """What is left, put together."""
        held = self.held
        settle(held, self.place)
        made = compact(held, self.place)
        self._own(made, ids)
        if self.translated and ids.fate(self.translated) is not Fate.KEEP:
            # Which of its versions was translated is for those who have them.
            made.pop("object_modified", None)
        if "granular_markings" in made:
            anew = granular.counted_anew(held["granular_markings"], held, made)
            if anew:
                made["granular_markings"] = anew
            else:
                del made["granular_markings"]
        return made

    def _own(self, made: dict[str, Any], ids: Ids) -> None:
        """Its own id, times and creator."""
        stamp = self.stamp
        made["id"] = ids.pseudonym(self.parsed.id.lower())
        if "created" in made:
            made["created"] = timestamps.render(stamp.created)
        if "modified" in made:
            made["modified"] = timestamps.render(stamp.modified)
        made.pop("created_by_ref", None)
        if stamp.created_by is not None and "created" in made:
            made["created_by_ref"] = stamp.created_by

    def _marked(self, made: dict[str, Any], plain_raw: bytes) -> Remade:
        """The object as it goes, which says that it is a twin and what was done."""
        extensions = made.get("extensions", {})
        # Read without what is added, which has nothing that could be wrong: most objects are read much faster so.
        result = parse(plain_raw)
        if isinstance(result, Rejected):
            error = next(each for each in result.findings if each.severity is Severity.ERROR)
            raise Cannot(says("It would not be valid at %(path)s (%(clause)s).", path=error.path, clause=error.clause))
        # What had been done to somebody's twin before is said as well.
        words = sorted(self.how.union(_HOW.intersection(_words(self.before))))
        said: dict[str, Any] = {"extension_type": "property-extension", **({"how": words} if words else {})}
        made["extensions"] = {**extensions, REDACTION: said}
        raw = _encode(made)
        result = msgspec.structs.replace(result, raw=raw, digest=sha256(raw).digest())
        return Remade(raw, result, tuple(sorted(self.how)), self.scrubber.dropped())


def _words(before: Any) -> list[str]:
    """What a twin of somebody's that is looked at again says was done to it before."""
    how = before.get("how") if isinstance(before, dict) else None
    return [each for each in how if isinstance(each, str)] if isinstance(how, list) else []
