"""The scan for personal data: it follows the commit log and gives claims labels that say what was found.

It works while an agreement that we signed and that is not withdrawn asks for it, or where the settings say always. What comes
is *unscanned* until it gets there; what that closes is policy's to say. A claim gets its label where it stands (``Shaper``,
``kept``): who saw it before notices nothing, and to whom it opens finds it behind its cursor.

- Claims are taken in the order of the log, from a durable cursor. What got an unscanned label behind the cursor (released
  from quarantine, labelled anew) is found by its label when the end is reached.
- Of a version only the number of findings of each kind is kept (``scan``). Where and what they are is found again by who looks.
- What is looked for has a number of its own, a *generation*: other detectors or settings are a new one, for which the log is
  gone through again; what the last one found holds until then.

Labels of renditions are not scanned: what they may hold is said by what they were made of. Nor is what is in quarantine or
under a stale label, which nobody gets. What this version of the node can't read stays unscanned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from comity.kernel.objects.ids import is_guessable
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.label import Label, Scan
from comity.kernel.policy.personal.asking import asks_for_scan
from comity.kernel.policy.personal.finding import Kind
from comity.kernel.policy.personal.scanning import GENERATION, scan_object
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.store.commit import RESHAPE
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import Labels
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.shaping import Claim, Shaper, claim_of, unchanged
from comity.kernel.store.words import target_token, target_word

AT_ONCE: Final = 500
CURSOR: Final = "scan"
SETTING: Final = "scan-generation"
UNREADABLE: Final = "?"
"""Kept of a version that this version of the node can't read."""

_ASKING = Sql(
    "SELECT articles FROM agreement WHERE ours IS NOT NULL AND withdrawn IS NULL AND superseded IS NULL AND "
    "(articles LIKE '%\"personal%' OR articles LIKE '%\"unscanned\"%')"
)
_GENERATION = Sql("SELECT value FROM setting WHERE name = :name")
_SET_GENERATION = Sql(
    "INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_POSITION = Sql("SELECT coalesce((SELECT position FROM cursor WHERE name = :name), 0), claim FROM counter")
_MOVE = Sql(
    "INSERT INTO cursor (name, position) VALUES (:name, :position) ON CONFLICT (name) DO UPDATE SET position = excluded.position"
)
_CLAIMS: Final = (
    "SELECT c.seq, c.version, c.body, c.label, c.shape, c.source, c.flags, c.leaf, v.raw, s.generation, s.found FROM claim c "
    "JOIN version v ON v.seq = c.body LEFT JOIN scan s ON s.version = c.body WHERE "
)
_NEXT = Sql(f"{_CLAIMS} c.seq > :after ORDER BY c.seq LIMIT :limit")
_BEHIND = Sql(f"{_CLAIMS} c.label = :label AND c.seq <= :until AND c.flags & 16 = 0 ORDER BY c.seq LIMIT :limit")
_KEEP = Sql(
    "INSERT INTO scan (version, generation, found) VALUES (:version, :generation, :found) "
    "ON CONFLICT (version) DO UPDATE SET generation = excluded.generation, found = excluded.found"
)
_NEWEST = Sql("SELECT coalesce(max(id), 0) FROM label")
_HELD = Sql("SELECT id, claims FROM label WHERE claims > 0")
_REFERRERS = Sql(
    "SELECT rowid FROM search WHERE search MATCH :word LIMIT :limit",
    "SELECT version FROM edge WHERE target = :token LIMIT :limit",
)
_STANDING = "SELECT version, seq, label FROM claim WHERE version"
_EPOCH = Sql("UPDATE counter SET epoch = epoch + 1")
_FEW: Final = 20
"""Referrers of one key that are looked at before all of them are shaped anew."""

_agreement = msgspec.json.Decoder(Agreement).decode


class Generation(msgspec.Struct, frozen=True):
    """What is looked for: its number, what it is made of, and up to which claim the log held others' findings when it began."""

    number: int
    of: str
    until: int


class ScanStatus(msgspec.Struct, frozen=True):
    """How the scan is. ``asked``: whether it works; claims by what was found; ``behind``: how many it has before it."""

    asked: bool
    behind: int
    unscanned: int
    clear: int
    personal: int


class _Step(msgspec.Struct):
    """What one step does. ``due``: claims with the label that they get; ``found``: of versions, to be kept; ``until``: how far
    the cursor goes.
    """

    due: list[tuple[Claim, Label]]
    found: dict[int, str]
    until: int


Touched = Callable[[Reader, Iterable[bytes]], None]
"""Told of the keys of objects whose label has changed where it stands: what is made of them may have to be made anew."""


def nothing(_writer: Reader, _keys: Iterable[bytes]) -> None:
    """Tells nobody."""


class Scanner:
    """Looks, keeps what was found, and labels. ``touched``: told in the transaction whose labels change."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        labels: Labels,
        shaper: Shaper,
        settings: ScanSettings,
        touched: Touched = nothing,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._shaper = shaper
        self._touched = touched
        self.settings = settings

    # -- how it is

    def asked(self) -> bool:
        """Whether anybody asks for it: an agreement of ours that is not withdrawn, or the settings."""
        with self._database.snapshot() as reader:
            return self._is_asked(reader)

    def behind(self) -> int:
        """How many claims are still to be looked at; 0 while nobody asks for it."""
        return self.status().behind

    def status(self) -> ScanStatus:
        """How it is, as of one moment."""
        with self._database.snapshot() as reader:
            asked = self._is_asked(reader)
            rows = self._labels.rows(reader, reader.value(_NEWEST))
            counts = dict.fromkeys(Scan, 0)
            for number, claims in reader.all(_HELD):
                if not rows[number].lens:
                    counts[rows[number].scan] += claims
            behind = self._left(reader) if asked else 0
        return ScanStatus(asked, behind, counts[Scan.UNSCANNED], counts[Scan.CLEAR], counts[Scan.PERSONAL])

    def _is_asked(self, reader: Reader) -> bool:
        return self.settings.always or any(asks_for_scan(_agreement(row[0])) for row in reader.all(_ASKING))

    def _left(self, reader: Reader) -> int:
        """What is unscanned and can be scanned; while the log is gone through again, what is left of it, if that is more."""
        unscanned = sum(self._waiting(reader).values())
        generation = self._generation(reader)
        if generation is None:
            return unscanned
        position, newest = self._place(reader)
        return max(unscanned, generation.until - position if generation.of == self._wanted else newest)

    def _waiting(self, reader: Reader) -> dict[int, int]:
        """Labels under which something waits to be looked at, and how much."""
        rows = self._labels.rows(reader, reader.value(_NEWEST))
        return {number: claims for number, claims in reader.all(_HELD) if _is_unscanned(rows[number])}

    # -- a step

    def step(self, limit: int = AT_ONCE) -> int:
        """One bounded step; how many claims it looked at. 0 when nobody asks for it, or nothing is left."""
        with self._database.snapshot() as reader:
            if not self._is_asked(reader):
                return 0
            generation = self._generation(reader)
            after, newest = self._place(reader)
            current = generation is not None and generation.of == self._wanted
            rows = reader.all(_NEXT, {"after": after, "limit": limit}) if current else []
            behind = not rows and self._rows_behind(reader, newest, limit)
            step = self._look(reader, generation, rows or behind or []) if generation is not None else None
        if generation is None or not current:
            return self._begin(generation)
        if step is None or not (rows or behind or after < newest):
            return 0
        step.until = after if behind else rows[-1][0] if len(rows) == limit else newest
        return self._write(generation, after, step, len(rows or behind or []) or 1)

    def _begin(self, last: Generation | None) -> int:
        """A new generation: the log is gone through from its beginning."""
        with self._database.writer() as writer:
            held = self._generation(writer)
            if held != last:
                return 1
            _, newest = self._place(writer)
            fresh = Generation(last.number + 1 if last else 1, self._wanted, newest if last else 0)
            writer.run(_SET_GENERATION, {"name": SETTING, "value": msgspec.json.encode(fresh)})
            writer.run(_MOVE, {"name": CURSOR, "position": 0})
        return 1

    def _rows_behind(self, reader: Reader, until: int, limit: int) -> list[Row]:
        """Claims that came under an unscanned label when the cursor had passed them."""
        for number in sorted(self._waiting(reader)):
            rows = reader.all(_BEHIND, {"label": number, "until": until, "limit": limit})
            readable = [row for row in rows if row[-1] != UNREADABLE]
            if readable:
                return readable
        return []

    def _look(self, reader: Reader, generation: Generation, rows: Sequence[Row]) -> _Step:
        step = _Step([], {}, 0)
        for row in rows:
            *_, kept, found = row
            label = self._labels.row(row[3], reader)
            if row[6] & 16 or not _is_scannable(label) or (kept == generation.number and found == UNREADABLE):
                continue
            if kept == generation.number and label.scan is not Scan.UNSCANNED and label.scan is _scan(found):
                continue
            claim = claim_of(row[:-2])
            if kept != generation.number:
                found = step.found.get(claim.body)
                if found is None:
                    found = (
                        UNREADABLE if claim.parsed is None else _counts(scan_object(claim.parsed, self.settings).counts)
                    )
                    step.found[claim.body] = found
            if found != UNREADABLE and label.scan is not _scan(found):
                step.due.append((claim, msgspec.structs.replace(label, scan=_scan(found))))
        return step

    def _write(self, generation: Generation, after: int, step: _Step, looked: int) -> int:
        numbers = self._labels.numbers({label for _, label in step.due}, bounded=False)
        with self._database.writer() as writer:
            if self._generation(writer) != generation or self._place(writer)[0] != after:
                return 1
            if not unchanged(writer, [claim for claim, _ in step.due]):
                return 1  # somebody else has been here: looked at again with the next step
            writer.many(
                _KEEP,
                [
                    {"version": body, "generation": generation.number, "found": found}
                    for body, found in sorted(step.found.items())
                ],
            )
            for claims in _in_order([claim for claim, _ in step.due]):
                wanted = {claim.seq: numbers[label] for claim, label in step.due}
                self._shaper.shape(writer, [(claim, wanted[claim.seq]) for claim in claims], kept=True)
            self._follow_up(writer, [claim for claim, _ in step.due], step.until)
            writer.run(_MOVE, {"name": CURSOR, "position": step.until})
        return looked

    def _follow_up(self, writer: Reader, claims: Sequence[Claim], until: int) -> None:
        """What needs the labels of these is shaped anew; what was made of them is looked at again."""
        ids = {claim.parsed.id for claim in claims if claim.parsed is not None}
        self._touched(writer, [key for one in sorted(ids) if (key := self._kinds.key_of(one)) is not None])
        guessable = sorted(filter(is_guessable, ids))
        if not guessable:
            return
        done = {claim.version for claim in claims}
        awaited = [one for one in guessable if self._is_needed(writer, one, done, until)]
        writer.many(RESHAPE, [{"target": self._kinds.key_of(one)} for one in awaited])
        writer.run(_EPOCH)  # a commit that looked these labels up before does so again

    def _is_needed(self, writer: Reader, object_id: str, done: set[int], until: int) -> bool:
        """Whether anything refers to an id that does not come by here anyway."""
        token = {"token": target_token(object_id)} if writer.postgres else {"word": target_word(object_id)}
        versions = [row[0] for row in writer.all(_REFERRERS, {**token, "limit": _FEW})]
        others = [version for version in versions if version not in done]
        if len(versions) == _FEW:
            return bool(others)
        return any(
            seq <= until or not _is_unscanned(self._labels.row(label, writer))
            for _, seq, label in rows_of(writer, _STANDING, others)
        )

    # -- what it is at

    @property
    def _wanted(self) -> str:
        return f"{GENERATION} {self.settings.regions} {self.settings.addresses}"

    @staticmethod
    def _generation(reader: Reader) -> Generation | None:
        value = reader.value(_GENERATION, {"name": SETTING})
        return msgspec.json.decode(bytes(value), type=Generation) if value is not None else None

    @staticmethod
    def _place(reader: Reader) -> tuple[int, int]:
        """The cursor and the newest claim."""
        position, newest = reader.one(_POSITION, {"name": CURSOR}) or (0, 0)
        return position, newest


def counts_of(found: str) -> Mapping[Kind, int]:
    """What was kept of a version, as numbers of findings by kind."""
    pairs = (each.partition(":") for each in found.split()) if found != UNREADABLE else ()
    return {Kind(kind): int(number) for kind, _, number in pairs}


def _counts(counts: Mapping[Kind, int]) -> str:
    return " ".join(f"{kind.value}:{number}" for kind, number in counts.items())


def _scan(found: str) -> Scan:
    return Scan.PERSONAL if found else Scan.CLEAR


def _is_scannable(label: Label) -> bool:
    return not (label.stale or label.quarantined or label.lens)


def _is_unscanned(label: Label) -> bool:
    return label.scan is Scan.UNSCANNED and _is_scannable(label)


def _in_order(claims: Iterable[Claim]) -> Iterable[list[Claim]]:
    """Claims in turns, so that what another needs gets its label before it."""
    left = list(claims)
    while left:
        ids = {claim.parsed.id for claim in left if claim.parsed is not None}
        first = [claim for claim in left if claim.parsed is None or ids.isdisjoint(claim.parsed.refs)]
        first = first or left
        yield first
        taken = {claim.seq for claim in first}
        left = [claim for claim in left if claim.seq not in taken]
