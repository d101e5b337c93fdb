"""Labelling anew what is held: where a version of the node looks at features that labels did not have before, and where a source
may have more labels than before.

Labels of an earlier form are *stale*: nothing is released under them but to whoever gave it (``policy``). A job goes through the
claims that stand under them, in bounded steps, and gives each the label that its bytes have now; what opens goes to the end of
the log (``shaping``). An object that needs a guessable neighbour waits until that has been labelled; when a round gets nobody
any further, it waits no longer. A last round shapes anew what came meanwhile and needs a label that was stale.

What this version of the node can't read stays under its stale label, and so withheld.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from comity.kernel.objects.ids import is_guessable
from comity.kernel.store.anew import labels_anew
from comity.kernel.store.commit import NEIGHBOURS
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.jobs import Effect, Jobs
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import Labels, needs_of_text
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.progress import Job, Progress
from comity.kernel.store.shaping import Claim, Shaper, claim_of, unchanged
from comity.kernel.store.twins import queue

KIND: Final = "relabel"
SUBJECT: Final = "node"
AT_ONCE: Final = 500

_NEWEST = Sql("SELECT coalesce(max(id), 0) FROM label")
_AMOUNTS = "SELECT claims FROM label WHERE id"
_CLAIMS = (
    "SELECT c.seq, c.version, c.body, c.label, c.shape, c.source, c.flags, c.leaf, v.raw FROM claim c "
    "JOIN version v ON v.seq = c.body WHERE c.label = :label AND c.seq > :after AND c.flags & 16 = 0 "
)
_OF_LABEL = Sql(f"{_CLAIMS} ORDER BY c.seq LIMIT :limit")
_OF_SHAPE = Sql(f"{_CLAIMS} AND c.shape = :shape ORDER BY c.seq LIMIT :limit")
_SHAPES = Sql("SELECT id, label, needs FROM shape WHERE id > :after AND needs LIKE '%[%' ORDER BY id LIMIT :limit")
_SHAPES_AT_ONCE: Final = 5000


class Place(msgspec.Struct, frozen=True):
    """How far the job is.

    ``last``      the round in which nobody waits for a neighbour
    ``shapes``    the round after that: shapes, not labels, up to the number ``shape``
    ``label``     whose claims up to ``after`` are done
    ``got``, ``left``  how many were labelled in this round, and how many wait for the next
    """

    last: bool = False
    shapes: bool = False
    shape: int = 0
    label: int = 0
    after: int = 0
    got: int = 0
    left: int = 0


class _Step(msgspec.Struct):
    """What one step looked at: claims to be labelled, how many wait, and where the job is after it; None: it is done."""

    claims: list[Claim]
    waiting: int
    place: Place | None


class Relabelling:
    """The job, as ``work.jobs`` drives it, and as an update does it at rest."""

    def __init__(self, database: Database, kinds: Kinds, labels: Labels, shaper: Shaper, jobs: Jobs) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._shaper = shaper
        self._jobs = jobs

    def outstanding(self) -> int:
        """How many claims are to be labelled anew."""
        with self._database.snapshot() as reader:
            return self._remaining(reader)

    def begin(self) -> Job | None:
        """The job, added where there is something to do; None where there is not."""
        total = self.outstanding()
        return self._jobs.add(KIND, SUBJECT, total) if total else self._jobs.waiting(KIND, SUBJECT)

    def run(self, told: Callable[[int, int], None]) -> int:
        """All of it at once, where nobody reads and nobody else works; how many claims it looked at. ``told``: how far it is."""
        job = self.begin()
        while job is not None and job.open:
            effect = self.step(job, limit=10 * AT_ONCE, rested=True)
            self._jobs.step(job, effect)
            job = self._jobs.get(job.id)
            told(job.position, job.total or job.position)
        return job.position if job is not None else 0

    def step(self, job: Job, *, limit: int = AT_ONCE, rested: bool = False) -> Effect:
        """One bounded step: looked up here, done in the transaction that writes the job's progress."""
        place = msgspec.json.decode(job.payload, type=Place) if job.payload else Place()
        with self._database.snapshot() as reader:
            due = self._due(reader)
            step = (
                self._shapes(reader, place, due, limit) if place.shapes else self._labels_of(reader, place, due, limit)
            )
            wanted = labels_anew(reader, self._kinds, self._labels, step.claims, released=not place.shapes)
            remaining = self._remaining(reader)
        numbers = self._labels.numbers(set(wanted.values()))

        def effect(connection: Connection) -> Progress:
            writer = self._database.beside(connection)
            seen = len(step.claims) + step.waiting
            if not unchanged(writer, step.claims):  # somebody else has been here: looked at again with the next step
                return Progress(position=job.position + 1, payload=msgspec.json.encode(place))
            self._shaper.shape(writer, [(claim, numbers[wanted[claim.seq]]) for claim in step.claims], rested=rested)
            keys = [self._kinds.key_of(claim.parsed.id) for claim in step.claims if claim.parsed is not None]
            queue.touch(writer, [key for key in keys if key is not None])
            if step.place is None:
                return Progress(position=job.position, done=True, total=job.position)
            position = job.position + max(seen, 1)
            left = max(remaining - len(step.claims), 0)
            return Progress(position=position, total=position + left, payload=msgspec.json.encode(step.place))

        return effect

    # -- what is due

    def _due(self, reader: Reader) -> list[int]:
        """The labels whose claims are to be labelled anew."""
        rows = self._labels.rows(reader, reader.value(_NEWEST))
        return sorted(
            number
            for number, label in rows.items()
            if label.stale or (label.quarantined and self._labels.room(label.source) > 0)
        )

    def _stale(self, numbers: Sequence[int], reader: Reader) -> set[int]:
        return {number for number in numbers if self._labels.row(number, reader).stale}

    def _remaining(self, reader: Reader) -> int:
        return sum(row[0] for row in rows_of(reader, _AMOUNTS, self._due(reader)))

    # -- rounds over labels

    def _labels_of(self, reader: Reader, place: Place, due: Sequence[int], limit: int) -> _Step:
        """The next claims under labels that are due, without those that wait for a neighbour."""
        for label in due:
            if label < place.label:
                continue
            after = place.after if label == place.label else 0
            rows = reader.all(_OF_LABEL, {"label": label, "after": after, "limit": limit})
            if not rows:
                continue
            claims = [claim_of(row) for row in rows]
            ready = claims if place.last else self._ready(reader, claims, self._stale(due, reader))
            waiting = len(claims) - len(ready)
            further = msgspec.structs.replace(
                place, label=label, after=rows[-1][0], got=place.got + len(ready), left=place.left + waiting
            )
            return _Step(ready, waiting, further)
        if place.left:
            return _Step([], 0, Place(last=not place.got))
        return _Step([], 0, Place(shapes=True))

    def _ready(self, reader: Reader, claims: Sequence[Claim], stale: set[int]) -> list[Claim]:
        """Those of which no guessable neighbour is still to be labelled."""
        refs = {claim.seq: self._guessable(claim) for claim in claims}
        wanted = {key for keys in refs.values() for key in keys}
        behind = {bytes(key) for key, label in rows_of(reader, NEIGHBOURS, wanted) if label in stale}
        return [claim for claim in claims if behind.isdisjoint(refs[claim.seq])]

    def _guessable(self, claim: Claim) -> list[bytes]:
        if claim.parsed is None:
            return []
        return [key for ref in claim.parsed.refs if is_guessable(ref) and (key := self._kinds.key_of(ref))]

    # -- the round over shapes

    def _shapes(self, reader: Reader, place: Place, due: Sequence[int], limit: int) -> _Step:
        """The next claims whose shape needs a label that is stale."""
        stale = self._stale(due, reader)
        if place.label:
            asked = {"label": place.label, "shape": place.shape, "after": place.after, "limit": limit}
            claims = [claim_of(row) for row in reader.all(_OF_SHAPE, asked)]
            if claims:
                return _Step(claims, 0, msgspec.structs.replace(place, after=claims[-1].seq))
        rows = reader.all(_SHAPES, {"after": place.shape, "limit": _SHAPES_AT_ONCE})
        for number, label, text in rows:
            if any(not stale.isdisjoint(alternatives) for alternatives in needs_of_text(text)):
                return _Step([], 0, Place(shapes=True, shape=number, label=label))
        if len(rows) < _SHAPES_AT_ONCE:
            return _Step([], 0, None)
        return _Step([], 0, Place(shapes=True, shape=rows[-1][0]))
