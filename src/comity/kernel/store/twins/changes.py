"""From what should stand and what stands: which claims of ours go, which come, which only get another shape.

Equal content is no new version. A version of a twin that takes the place of another for anybody is dated after it; so is one
behind a notice that said that the twin was no longer current.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import NOTICE, is_notice
from comity.kernel.policy.redaction import content_of
from comity.kernel.policy.shape import Needs, needs_of
from comity.kernel.store.labels import needs_of_text
from comity.kernel.store.twins.queue import AROUND, SPREAD
from comity.kernel.store.twins.rows import TWINS, Kind, Rendition, Twin
from comity.kernel.store.twins.working import MILLISECOND, Form, Work
from comity.kernel.store.twins.world import Made, World

GATED: Final = frozenset({Kind.PASS, Kind.TWIN})
"""What stands under a label that policy opens to more people than it may have been made for."""
VERSIONED: Final = frozenset({Kind.TWIN, Kind.STUB, Kind.NOTICE})
"""What is a version of its own."""


class Coming(msgspec.Struct):
    """A form that is to stand, for whom, and what it needs.

    ``version``  of ours that has this content already; 0: it is to be written, dated ``at``
    """

    form: Form
    audience: frozenset[int]
    needs: Needs = ()
    version: int = 0
    at: Micros = 0


class Change(msgspec.Struct):
    """What happens to one original.

    ``going``    renditions whose claims, if they have any, go
    ``coming``   forms that get a claim at the end of the log, or (unmade) a row
    ``staying``  those whose shape alone changes, where they stand
    ``twins``    rows to be written
    ``mentions`` halves of keys that the original mentions, and whether something that stands keeps them; None: nobody asks
    ``stubs``    keys for which empty objects are to stand in, by lens and label
    ``spreads``  by how many steps those who mention it are to be looked at
    """

    key: bytes
    going: list[Rendition] = msgspec.field(default_factory=list)
    coming: list[Coming] = msgspec.field(default_factory=list)
    staying: list[tuple[Rendition, Coming]] = msgspec.field(default_factory=list)
    twins: list[Twin] = msgspec.field(default_factory=list)
    mentions: dict[bytes, bool] | None = None
    stubs: set[tuple[bytes, str, int]] = msgspec.field(default_factory=set)
    spreads: int = 0
    had_any: bool = False


class Comparing:
    """Compares one world with what should stand in it. ``numbers``: of the labels that forms stand under."""

    def __init__(
        self,
        world: World,
        work: Work,
        forms: Mapping[bytes, list[Form]],
        numbers: Callable[[set[Label]], Mapping[Label, int]],
        now: Micros,
    ) -> None:
        self._world = world
        self._work = work
        self._now = now
        self._forms = {key: [*those, *self._notices(key, those)] for key, those in forms.items()}
        self._make = numbers
        meant = [form for those in self._forms.values() for form in those if form.kind is not Kind.UNMADE]
        self.numbers = dict(
            numbers({form.under for those in self._forms.values() for form in those} | set(self._gates(meant)))
        )

    def changes(self) -> list[Change]:
        """For each original what happens to it."""
        return [self._change(key, forms) for key, forms in self._forms.items()]

    def _notices(self, key: bytes, forms: list[Form]) -> list[Form]:
        return [
            notice
            for twin in self._world.twins.get(key, ())
            for notice in self._work.notices(key, twin, self._world.id_of(twin.twin), forms)
        ]

    def _gates(self, forms: Iterable[Form]) -> Iterator[Label]:
        return (self._work.gate(form, form.audience) for form in forms if form.kind in GATED)

    def _number(self, label: Label) -> int:
        if label not in self.numbers:
            self.numbers |= self._make({label})
        return self.numbers[label]

    def _change(self, key: bytes, forms: list[Form]) -> Change:
        world = self._world
        rows: dict[tuple[str, int, int], list[Rendition]] = {}
        for row in world.renditions.get(key, ()):
            rows.setdefault(row.place, []).append(row)
        change = Change(key, had_any=bool(rows))
        twins = {(twin.scope, twin.generation): twin for twin in world.twins.get(key, ())}
        last: dict[tuple[str, int], Micros] = {}
        for form in forms:
            standing = rows.pop(form.place, [])
            if form.kind is Kind.UNMADE:
                if [(row.kind, row.source, row.reason) for row in standing] != [
                    (Kind.UNMADE, _source(form), reason_of(form))
                ]:
                    self._replace(change, standing, Coming(form, form.audience))
            elif form.kind is Kind.PASS:
                if all(row.kind is Kind.PASS and row.version == _source(form) for row in standing):
                    self._stay(change, standing, Coming(form, form.audience, version=_source(form)))
                else:
                    self._replace(change, standing, Coming(form, form.audience))
            else:
                self._version(change, standing, Coming(form, form.audience), twins, last)
        change.going += [row for those in rows.values() for row in those]
        self._around(change, forms)
        return change

    def _version(
        self,
        change: Change,
        standing: list[Rendition],
        coming: Coming,
        twins: dict[tuple[str, int], Twin],
        last: dict[tuple[str, int], Micros],
    ) -> None:
        """A version of the twin: the one that stands, where it says the same, no other comes before it that should not, and
        whoever comes to get it has had no later one.
        """
        form = coming.form
        assert form.parsed is not None  # noqa: S101  made so by ``working``
        scope = form.scope, form.generation
        twin = twins.get(scope)
        same = next((one for one in change.coming if _is_one(one.form, form)), None)
        if same is not None:  # in another collection
            said = msgspec.structs.replace(form, parsed=same.form.parsed)
            self._replace(change, standing, msgspec.structs.replace(coming, form=said, at=same.at))
            self._keep_twin(change, form, twins, same.at)
            return
        told = None if standing else self._told(form)
        if told is not None:  # to these people, and to others who have it again
            self._replace(change, standing, msgspec.structs.replace(coming, version=told.version))
            return
        made = self._made(standing, form)
        undated = form.parsed.modified is None
        floor = max(last.get(scope, 0), self._noticed(change.key, scope) if form.kind in TWINS else 0)
        newcomers = form.audience.difference(*(row.audience for row in standing))
        if twin is not None and form.kind in TWINS and not newcomers.isdisjoint(twin.had):
            floor = max(floor, twin.modified - 1)  # it has to be the newest of all
        if made is not None and (undated or made.modified > floor) and _same(made.raw, form.parsed):
            last[scope] = max(last.get(scope, 0), made.modified)
            self._stay(change, standing, msgspec.structs.replace(coming, version=standing[0].version))
        else:
            modified = form.parsed.modified or self._now
            lowest = max(last.get(scope, 0), twin.modified if twin is not None else 0) + MILLISECOND
            if modified < lowest:
                modified = lowest
                if not undated:
                    coming = msgspec.structs.replace(
                        coming, form=msgspec.structs.replace(form, parsed=restamped(form.parsed, modified))
                    )
            last[scope] = modified
            self._replace(change, standing, msgspec.structs.replace(coming, at=modified))
        self._keep_twin(change, form, twins, last[scope])

    def _told(self, form: Form) -> Rendition | None:
        """The notice that these people have had already, among others."""
        if form.kind is not Kind.NOTICE:
            return None
        of_scope = f"{NOTICE}{form.scope}:"
        return next(
            (
                row
                for row in self._world.renditions.get(form.key, ())
                if row.kind is Kind.NOTICE
                and row.generation == form.generation
                and row.label == form.label
                and row.lens.startswith(of_scope)
                and form.audience <= row.audience
            ),
            None,
        )

    def _made(self, standing: list[Rendition], form: Form) -> Made | None:
        """The version that stands, where one does."""
        if not standing or any(row.kind is not form.kind for row in standing):
            return None
        return self._world.made.get(standing[0].version)

    def _keep_twin(self, change: Change, form: Form, twins: dict[tuple[str, int], Twin], modified: Micros) -> None:
        scope = form.scope, form.generation
        twin = twins.get(scope)
        given = form.audience if form.kind in TWINS else frozenset[int]()
        place = frozenset((form.under.collection,)) if form.kind in TWINS else frozenset[int]()
        assert form.parsed is not None  # noqa: S101  as above
        if twin is None:
            twin = Twin(change.key, *scope, form.parsed.uuid + change.key[16:], modified, modified, given, place)
        elif modified > twin.modified or not given <= twin.had or not place <= twin.places:
            twin = msgspec.structs.replace(
                twin, modified=max(modified, twin.modified), had=twin.had | given, places=twin.places | place
            )
        else:
            return
        twins[scope] = twin
        change.twins = [one for one in change.twins if (one.scope, one.generation) != scope] + [twin]

    def _noticed(self, key: bytes, scope: tuple[str, int]) -> Micros:
        """The date of the notice that stands for a twin."""
        return max(
            (
                self._world.made[row.version].modified
                for row in self._world.renditions.get(key, ())
                if row.kind is Kind.NOTICE and row.version in self._world.made and row.generation == scope[1]
            ),
            default=0,
        )

    def _replace(self, change: Change, standing: list[Rendition], coming: Coming) -> None:
        """It takes the place of what stands, for everybody."""
        change.going += standing
        change.coming.append(msgspec.structs.replace(coming, needs=self._needs(coming.form, coming.audience)))

    def _stay(self, change: Change, standing: list[Rendition], coming: Coming) -> None:
        """What stands stays in its place for those who see it there, under what it needs now; it stands at the end of the log for
        those who come to get it.
        """
        form = coming.form
        left = form.audience
        for row in standing:
            part = row.audience & form.audience
            claim = self._world.standing.get(row.claim)
            if not part or claim is None or claim.label != self._number(form.under):
                change.going.append(row)
                continue
            before, needs = needs_of_text(claim.needs), self._needs(form, part)
            if before != needs and not all(part <= self._opened(alternatives) for alternatives in before):
                change.going.append(row)
                continue
            left -= part
            if before != needs:
                change.staying.append((row, msgspec.structs.replace(coming, audience=part, needs=needs)))
        if left:
            needs = self._needs(form, left)
            change.coming.append(msgspec.structs.replace(coming, audience=left, needs=needs))

    def _opened(self, alternatives: tuple[int, ...]) -> frozenset[int]:
        return frozenset[int]().union(*map(self._world.asks.opened, alternatives))

    # -- what it needs

    def _needs(self, form: Form, audience: frozenset[int]) -> Needs:
        """That it is for them, and the labels under which what it keeps is open to any: where they close, so does this."""
        if form.kind not in GATED:
            return ()
        gate = self._number(self._work.gate(form, audience))
        kept = [self._alternatives(key, form.audience) for key in form.keeps]
        return needs_of(self._number(form.under), [[gate], *kept])

    def _alternatives(self, key: bytes, audience: frozenset[int]) -> list[int]:
        world = self._world
        opened = world.asks.opened
        if key not in world.keys:
            return [label for label in world.held.get(key, ()) if not audience.isdisjoint(opened(label))]
        plain = {claim.label for claim in world.claims.get(key, ())}
        found = [label for label in plain if not audience.isdisjoint(opened(label))]
        found += [
            self._number(form.under)
            for form in self._forms[key]
            if form.kind is Kind.PASS and not audience.isdisjoint(form.audience)
        ]
        return found

    # -- around it

    def _around(self, change: Change, forms: list[Form]) -> None:
        world = self._world
        asked = [claim for claim in world.claims.get(change.key, ()) if claim.label in world.asks.of]
        if asked:
            kept = {key[:16] for form in forms for key in form.keeps}
            mentions = {one for claim in asked for one in world.mentions.get(claim.body, ())}
            halves = {bytes.fromhex(one[-36:].replace("-", "")) for one in mentions}
            change.mentions = {half: half in kept for half in halves}
        for form in forms:
            if form.kind is Kind.TWIN and form.claim is not None and world.asks.lenses[form.lens].hidden == "stub":
                hidden = set(world.mentioned_keys(form.claim.body)) - set(form.keeps)
                change.stubs |= {(key, form.lens, form.label) for key in hidden}
        rows = world.renditions.get(change.key, ())
        passed: dict[tuple[str, int], frozenset[int]] = {}
        for row in rows:
            if row.kind is Kind.PASS:
                passed[row.lens, row.label] = passed.get((row.lens, row.label), frozenset()) | row.audience
        passes = {(form.lens, form.label): form.audience for form in forms if form.kind is Kind.PASS}
        if self._drops_otherwise(change):
            change.spreads = AROUND
        elif passed != passes:
            change.spreads = SPREAD

    def _drops_otherwise(self, change: Change) -> bool:
        """Whether other values may be dropped from it than were: another version of it, or another lens."""
        lenses = self._world.asks.lenses
        if not any(lens.profiles or lens.without for lens in lenses.values()):
            return False
        meant = {one.form.lens for one in change.coming} | {row.lens for row in change.going}
        return any(
            text not in lenses or lenses[text].profiles or lenses[text].without for text in meant if not is_notice(text)
        )


def reason_of(form: Form) -> str:
    """Why nothing could be made, as it is kept."""
    return msgspec.json.encode(form.reason).decode() if form.reason is not None else ""


def restamped(parsed: Parsed, modified: Micros) -> Parsed:
    """The same object with another date."""
    held = msgspec.json.decode(parsed.raw)
    held["modified"] = f"{rfc3339(modified)[:-4]}Z"
    found = parse(msgspec.json.encode(held))
    assert isinstance(found, Parsed)  # noqa: S101  it was one
    return found


def _source(form: Form) -> int:
    return form.claim.version if form.claim is not None else 0


def _is_one(first: Form, second: Form) -> bool:
    """Whether two stubs, or two notices, are one version."""
    mine, its = ((form.kind, form.scope, form.generation) for form in (first, second))
    return mine == its and first.kind is not Kind.TWIN


def _same(raw: bytes, parsed: Parsed) -> bool:
    return content_of(raw) == content_of(parsed.raw)
