"""Orders to erase, and how they are carried out: a long job in bounded steps, each of which commits its effect and its progress.

1. ``order`` writes the order and its leaf, and what may not come again, in one short transaction.
2. Steps take claims away, object by object: bytes, index rows, references, observables, salts, earlier states, what was made of
   them for others, what people wrote and released of them. What refers to them is shaped anew, as after a deletion. What a
   hold stands against stays, and the order waits for it.
3. Steps take the words of what has gone out of what is written elsewhere (``scrubbing``).
4. The database's files are written anew (``rewriting``); a leaf says that it is done, with counts and the ground. No statement
   of ours names an object that was erased, nor a digest of it.

A job that was killed goes on from its last step. What was erased for good does not come again (``marks``).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from sqlalchemy import Connection

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Conflict, Invalid, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.ids import is_guessable, is_id
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label
from comity.kernel.store.commit import RESHAPE
from comity.kernel.store.database import Database, Reader, Row, Sql
from comity.kernel.store.dropping import drop_claim, drop_unused_body, drop_version, is_claimed
from comity.kernel.store.erasure.choosing import (
    Chosen,
    Place,
    Window,
    count_of,
    of_key,
    of_label,
    windows,
    with_others,
)
from comity.kernel.store.erasure.given import givings
from comity.kernel.store.erasure.holds import CUSTODY, JOB, Against, Holds
from comity.kernel.store.erasure.orders import Cause, Erasure, Ground, Outlook, Selection, Shared, Stage
from comity.kernel.store.erasure.outings import shared_with
from comity.kernel.store.erasure.rewriting import merge, rewrite
from comity.kernel.store.erasure.scrubbing import Scrubber, words_of
from comity.kernel.store.events import Events
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.jobs import Effect, Jobs
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.labels import Labels
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.marks import Marks
from comity.kernel.store.plan import ECHO
from comity.kernel.store.progress import Job, Progress
from comity.kernel.store.reshape import Reshaper
from comity.kernel.store.words import target_token, target_word

AT_ONCE: Final = 100
"""Claims that one step takes away: it holds the write lock."""
READ_AT_ONCE: Final = 500
SHOWN: Final = 50
UNNAMED: Final = "*"
"""Stands for the id in an order that was carried out."""
_LAST: Final = 2**62

_COLUMNS: Final = (
    "id, reference, article, dated, cause, made_by, account, at, selection, good, state, leaf, objects, claims, held, since, "
    "until, finished"
)
_ADD = Sql(
    "INSERT INTO erasure (reference, article, dated, cause, made_by, account, at, selection, good, state, leaf, objects, "
    "claims, held, since, until, finished) VALUES (:reference, :article, :dated, :cause, :made_by, :account, :at, :selection, "
    ":good, 'open', 0, 0, 0, 0, NULL, NULL, NULL) RETURNING id"
)
_SET_LEAF = Sql("UPDATE erasure SET leaf = :leaf WHERE id = :id")
_ALL = Sql(
    f"SELECT {_COLUMNS}, (SELECT coalesce(sum(times), 0) FROM erased e WHERE e.erasure = erasure.id) "
    "FROM erasure ORDER BY id DESC LIMIT :limit"
)
_ONE = Sql(
    f"SELECT {_COLUMNS}, (SELECT coalesce(sum(times), 0) FROM erased e WHERE e.erasure = erasure.id) "
    "FROM erasure WHERE id = :id"
)
_GONE = Sql(
    "UPDATE erasure SET objects = objects + :objects, claims = claims + :claims, since = :since, until = :until WHERE id = :id"
)
_HELD_BY_HOLDS = Sql("UPDATE erasure SET held = :held WHERE id = :id")
_STATE = Sql("UPDATE erasure SET state = :state WHERE id = :id")
_SELECTION = Sql("UPDATE erasure SET selection = :selection WHERE id = :id")
_DONE = Sql("UPDATE erasure SET state = 'done', finished = :at WHERE id = :id")
_UNSALT = Sql("UPDATE leaf SET salt = NULL WHERE seq = :leaf")
_WITHHELD = Sql(
    "SELECT 1 FROM restriction r WHERE r.key = :key AND r.circle > 0 AND NOT EXISTS "
    "(SELECT 1 FROM circle_member m WHERE m.circle = r.circle AND m.account = :account)"
)
_IS_HELD = Sql("SELECT 1 FROM held WHERE key = :key LIMIT 1")
_RAW = "SELECT seq, raw FROM version WHERE seq"
_NAMES = Sql("SELECT id, name FROM kind")
_LABEL_COUNT = Sql("SELECT coalesce(max(id), 0) FROM label")
_FORGET_KEY: Final = tuple(
    Sql(f"DELETE FROM {table} WHERE {column} = :key")
    for table, column in (("restriction", "key"), ("relabel", "key"), ("recall", "key"))
)
_DROP_CUSTODY = Sql("DELETE FROM custody WHERE id = :id")
_CUSTODY_OF_KEY = Sql("SELECT id, source, collection, modified FROM custody WHERE key = :key ORDER BY id")
_CUSTODY_OF_SOURCE = Sql(
    "SELECT id, key, source, collection, deleted FROM custody WHERE (:source = 0 OR source = :source) "
    "AND (:collection = 0 OR collection = :collection) AND id > :after ORDER BY id LIMIT :limit"
)
_REFERRERS = Sql(
    "SELECT count(*) FROM search WHERE search MATCH :word",
    "SELECT count(*) FROM edge WHERE target = :token",
)


class _Step(msgspec.Struct, frozen=True):
    """Where a job is: in which part of the work, and how far in that."""

    part: str = "claims"
    place: Place = Place()
    after: int = 0
    text: str = ""


class Erasures:
    """Rows of ``erasure``, and the job. ``gone``, ``touched``, ``approved``: what else has something of an object (twins,
    reviews) lets go of it, in the transaction of the step.
    """

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        labels: Labels,
        reshaper: Reshaper,
        holds: Holds,
        marks: Marks,
        events: Events,
        jobs: Jobs,
        clock: Clock,
        *,
        gone: Callable[[Reader, Iterable[bytes], bool], None],
        touched: Callable[[Reader, bytes], None],
        approved: Callable[[Reader, bytes], tuple[str, ...]],
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._reshaper = reshaper
        self._holds = holds
        self._marks = marks
        self._scrubber = Scrubber(marks)
        self._events = events
        self._jobs = jobs
        self._clock = clock
        self._gone = gone
        self._touched = touched
        self._approved = approved

    # -- reading

    def all(self, limit: int = 200) -> tuple[Erasure, ...]:
        """All orders, the latest first."""
        with self._database.snapshot() as reader:
            return tuple(_erasure(row) for row in reader.all(_ALL, {"limit": limit}))

    def get(self, number: int) -> Erasure:
        """One order; NotFound where there is none of this number."""
        with self._database.snapshot() as reader:
            return self._get(reader, number)

    @staticmethod
    def _get(reader: Reader, number: int) -> Erasure:
        row = reader.one(_ONE, {"id": number})
        if row is None:
            raise NotFound(f"there is no erasure {number}", code="erasure-unknown", hint="See: comity erase list")
        return _erasure(row)

    def outlook(self, selection: Selection) -> Outlook:
        """What an order would erase if it were given now."""
        _check(selection)
        with self._database.snapshot() as reader:
            against = self._holds.against(reader)
            names = _names(reader)
            if selection.object:
                key = self._kinds.key_of(selection.object) if is_id(selection.object) else None
                chosen = of_key(reader, key, selection, _LAST) if key is not None else []
                chosen = [one for one in chosen if not self._made(reader, one.claim.label)]
                claims, objects = sum(not one.claim.flags & ECHO for one in chosen), int(bool(chosen))
            else:
                chosen, claims, objects = self._foreseen(reader, selection)
            held = {self._hold(reader, against, one): one for one in chosen}
            held.pop(0, None)
            some = sorted({object_id_of(one.claim.key, names) for one in chosen})[:SHOWN]
            return Outlook(
                objects=objects,
                claims=claims,
                some=tuple(some),
                held=sum(self._hold(reader, against, one) != 0 for one in chosen),
                holds=tuple(sorted(held)),
                referrers=sum(_referrers(reader, one) for one in some),
                shared=tuple((one, each) for one in some for each in self.shared_in(reader, one)),
                in_custody=len(self._in_custody(reader, selection, 1_000)),
            )

    def _foreseen(self, reader: Reader, selection: Selection) -> tuple[list[Chosen], int, int]:
        chosen: list[Chosen] = []
        claims = objects = 0
        for label, window in self._windows(reader, selection).items():
            count = count_of(reader, label, window, _LAST)
            claims += count
            if count and len(chosen) < SHOWN:
                chosen += of_label(reader, label, window, _LAST, 0, SHOWN)
        objects = len({one.claim.key for one in chosen}) if len(chosen) < SHOWN else claims
        return chosen, claims, objects

    def shared(self, object_id: str) -> tuple[Shared, ...]:
        """Who could have had an object, since when, until when; in which form."""
        with self._database.snapshot() as reader:
            return self.shared_in(reader, object_id)

    def shared_in(self, reader: Reader, object_id: str) -> tuple[Shared, ...]:
        """The same, inside the caller's transaction."""
        key = self._kinds.key_of(object_id) if is_id(object_id) else None
        return shared_with(reader, key, self._labels, self._clock.now()) if key is not None else ()

    # -- ordering

    def order(
        self,
        selection: Selection,
        ground: Ground,
        *,
        for_good: bool,
        by: str,
        account: int | None = None,
        cause: Cause = Cause.ORDER,
        connection: Inside | None = None,
    ) -> Erasure:
        """Give an order; it is carried out by the worker, or by ``run``. ``for_good``: what is erased may not come again. An
        object may be barred so that was never held. NotFound where an object is meant that is not held, and not barred.
        """
        _check(selection)
        if selection.object:
            self._kinds.learn([selection.object.split("--", maxsplit=1)[0]])
        with inside(self._database, connection) as writer:
            values = {
                "reference": ground.reference,
                "article": ground.article,
                "dated": ground.dated,
                "cause": cause.value,
            }
            values |= {"made_by": by, "selection": msgspec.json.encode(selection).decode()}
            number: int = writer.value(_ADD, {**values, "account": account, "at": self._clock.now(), "good": for_good})
            if for_good and selection.object:
                mark = self._marks.of(
                    selection.object, version=selection.version, source=selection.source, connection=writer
                )
                self._marks.add(writer, number, [mark])
            parties = self._told_of(writer, selection, account)
            leaf = self._note(writer, self._get(writer, number), "ordered", account, sorted(parties))
            writer.run(_SET_LEAF, {"id": number, "leaf": leaf})
            total = self._total(writer, selection)
            self._jobs.add(JOB, str(number), total, connection=writer)
            return self._get(writer, number)

    def _total(self, reader: Reader, selection: Selection) -> int | None:
        if selection.object:
            key = self._kinds.key_of(selection.object)
            return len(of_key(reader, key, selection, _LAST)) if key is not None else 0
        counted = self._windows(reader, selection).items()
        return sum(count_of(reader, label, window, _LAST) for label, window in counted)

    def allow_again(self, number: int, *, by: str, account: int | None = None) -> int:
        """What an order had barred for good may come again; how many ids."""
        with self._database.writer() as writer:
            erasure = self._get(writer, number)
            count = self._marks.forget(writer, number)
            if not count:
                raise Conflict(f"erasure {number} bars nothing", code="erasure-bars-nothing")
            self._note(writer, msgspec.structs.replace(erasure, made_by=by), "allowed again", account)
        return count

    def _note(
        self, writer: Reader, erasure: Erasure, act: str, account: int | None, parties: Iterable[str] = ()
    ) -> int:
        return self._events.note(
            writer,
            LeafKind.ERASED,
            {
                "act": act,
                "article": erasure.ground.article,
                "by": erasure.made_by,
                "cause": erasure.cause.value,
                "claims": erasure.claims,
                "dated": erasure.ground.dated,
                "erasure": erasure.id,
                "for_good": erasure.good,
                "held": erasure.held,
                "objects": erasure.objects,
                "order": erasure.ground.reference,
                "shared_with": [*parties],
                "what": _kind_of(erasure.selection),
            },
            account,
        )

    # -- carrying out

    def run(self, number: int, told: Callable[[int, int], None] = lambda _done, _total: None) -> Erasure:
        """All of it now, where no worker does it. ``told``: how far it is."""
        job = self._jobs.waiting(JOB, str(number))
        while job is not None and job.open:
            try:
                effect = self.step(job)
                self._jobs.step(job, effect)
            except Conflict as error:  # a worker does it too, and was quicker with this step
                if error.code != "job-moved":
                    raise
            job = self._jobs.get(job.id)
            told(job.position, max(job.total or 0, job.position))
        return self.get(number)

    def step(self, job: Job) -> Effect:
        """One bounded step of the job, looked up here where that takes time, done in the transaction of its progress."""
        step = msgspec.json.decode(job.payload, type=_Step) if job.payload else _Step()
        if step.part == "rewrite":
            rewrite(self._database)

        def effect(connection: Connection) -> Progress:
            writer = self._database.beside(connection)
            with _securely(writer):
                further, done = self._do(writer, job, step)
            position = job.position + max(1, done)
            if further is None:
                return Progress(position=position, done=True, total=position)
            return Progress(
                position=position, total=max(job.total or 0, position), payload=msgspec.json.encode(further)
            )

        return effect

    def _do(self, writer: Reader, job: Job, step: _Step) -> tuple[_Step | None, int]:
        erasure = None if job.subject == CUSTODY else self._get(writer, int(job.subject))
        match step.part:
            case "claims":
                return self._claims(writer, erasure, step)
            case "events":
                after = self._scrubber.events(writer, step.after, READ_AT_ONCE)
                return (_Step("statuses") if after is None else _Step("events", after=after)), 1
            case "statuses":
                name = self._scrubber.statuses(writer, step.text, READ_AT_ONCE)
                if name is not None:
                    return _Step("statuses", text=name), 1
                self._scrubber.rest(writer)
                if erasure is not None:
                    self._unname(writer, erasure)
                merge(writer, begin=True)
                return _Step("merge"), 1
            case "merge":
                return (_Step("merge") if merge(writer, begin=False) else _Step("rewrite")), 1
            case _:
                if erasure is not None:
                    self._finish(writer, erasure)
                return None, 1

    def _unname(self, writer: Reader, erasure: Erasure) -> None:
        """The order itself names no object any more, unless it goes on when a hold is lifted; nor do the words."""
        self._scrubber.forget(writer, erasure.id)
        if erasure.selection.object and not erasure.waits:
            told = msgspec.json.encode(msgspec.structs.replace(erasure.selection, object=UNNAMED)).decode()
            writer.run(_SELECTION, {"id": erasure.id, "selection": told})

    def _finish(self, writer: Reader, erasure: Erasure) -> None:
        if erasure.waits:
            writer.run(_STATE, {"id": erasure.id, "state": Stage.HELD.value})
            self._note(writer, erasure, "held back", None)
            return
        writer.run(_DONE, {"id": erasure.id, "at": self._clock.now()})
        self._note(writer, erasure, "done", None)

    # -- claims

    def _claims(self, writer: Reader, erasure: Erasure | None, step: _Step) -> tuple[_Step, int]:
        if erasure is None:
            freed = self._holds.freed(writer, AT_ONCE)
            for number in freed:
                writer.run(_DROP_CUSTODY, {"id": number})
            return (_Step() if len(freed) == AT_ONCE else _Step("events")), len(freed)
        against = self._holds.against(writer)
        chosen, place = self._next(writer, erasure, step.place)
        meant = [one for one in chosen if not self._hold(writer, against, one)]
        if meant:
            self._take(writer, erasure, meant)
        elif place is None:
            cleared = self._clear_custody(writer, erasure, against)
            self._unwrite(writer, erasure)
            held = self._held(writer, erasure, against)
            writer.run(_HELD_BY_HOLDS, {"id": erasure.id, "held": held})
            writer.run(_STATE, {"id": erasure.id, "state": Stage.CLEANING.value})
            return _Step("end" if held and not cleared and not erasure.claims else "events"), 1
        if place is None:
            place = Place()
        return _Step(place=msgspec.structs.replace(place, gone=place.gone + len(meant))), len(meant)

    def _unwrite(self, writer: Reader, erasure: Erasure) -> None:
        """An object of which nothing is held is not named elsewhere either, also where an earlier order had taken it."""
        meant = erasure.selection.object
        key = self._kinds.key_of(meant) if meant and erasure.selection.version is None else None
        if key is not None and writer.one(_IS_HELD, {"key": key}) is None:
            self._scrubber.learn(writer, erasure.id, words_of(meant, None))

    def _next(self, writer: Reader, erasure: Erasure, place: Place) -> tuple[list[Chosen], Place | None]:
        """The next claims that are meant, and where to go on after them; None: there was nothing left in this round."""
        selection = erasure.selection
        if selection.object:
            key = self._kinds.key_of(selection.object)
            chosen = self._of_object(writer, erasure, key) if key is not None else []
            against = self._holds.against(writer)
            free = [one for one in chosen if not self._hold(writer, against, one)][:AT_ONCE]
            return free, None
        found = self._windows(writer, selection)
        for label in sorted(found):
            if label < place.label:
                continue
            after = place.after if label == place.label else 0
            chosen = of_label(writer, label, found[label], erasure.leaf, after, AT_ONCE)
            if chosen:
                return chosen, Place(label, chosen[-1].claim.seq, place.gone)
        # What was labelled anew meanwhile may stand behind: it is over after a round in which nothing went.
        return [], Place() if place.gone else None

    def _take(self, writer: Reader, erasure: Erasure, meant: Sequence[Chosen]) -> None:
        """Take claims away, and everything that goes with them."""
        names = _names(writer)
        every = with_others(writer, meant)
        keys = {one.claim.key for one in every}
        raws = {seq: bytes(raw) for seq, raw in rows_of(writer, _RAW, {one.claim.version for one in every})}
        parsed = {seq: found for seq, raw in raws.items() if isinstance(found := parse(raw), Parsed)}
        self._gone(writer, keys, False)
        every = with_others(writer, meant)  # what was made of them for others has gone by now
        for one in every:
            claim = one.claim
            writer.run(_UNSALT, {"leaf": claim.leaf})
            drop_claim(writer, claim)
            drop_unused_body(writer, claim)
        words: set[str] = set()
        wholly: set[bytes] = set()
        for version, key in {(one.claim.version, one.claim.key) for one in every}:
            if not is_claimed(writer, version):
                drop_version(writer, key, version)
        for key in keys:
            object_id = object_id_of(key, names)
            if writer.one(_IS_HELD, {"key": key}) is None:
                wholly.add(key)
                bodies = [parsed.get(one.claim.version) for one in every if one.claim.key == key]
                for body in bodies or [None]:
                    words |= words_of(object_id, body)
                self._forget(writer, erasure, key)
            self._around(writer, key, object_id)
        if wholly:
            self._gone(writer, wholly, True)
        self._scrubber.learn(writer, erasure.id, words)
        if erasure.good and not erasure.selection.object:
            sources = {(one.claim.key, one.claim.source) for one in every}
            marks = [
                self._marks.of(object_id_of(key, names), source=source, connection=writer) for key, source in sources
            ]
            self._marks.add(writer, erasure.id, marks)
        dates = [one.received for one in every]
        writer.run(
            _GONE,
            {
                "id": erasure.id,
                "objects": len(wholly),
                "claims": sum(not one.claim.flags & ECHO and not self._made(writer, one.claim.label) for one in every),
                "since": min([*dates, *([erasure.since] if erasure.since is not None else [])]),
                "until": max([*dates, *([erasure.until] if erasure.until is not None else [])]),
            },
        )

    def _forget(self, writer: Reader, erasure: Erasure, key: bytes) -> None:
        """An object of which no claim is left: what people released of it, its restriction, its recall."""
        for approval in self._approved(writer, key):
            other = self._kinds.key_of(approval)
            chosen = of_key(writer, other, Selection(object=approval), _LAST) if other is not None else []
            if chosen:
                self._take(writer, msgspec.structs.replace(erasure, good=False), chosen)
        for statement in _FORGET_KEY:
            writer.run(statement, {"key": key})

    def _around(self, writer: Reader, key: bytes, object_id: str) -> None:
        """What refers to an object, and what is made of it or would be, follows what has become of it."""
        if is_guessable(object_id):
            self._reshaper.refresh(writer, key)
        elif object_id.startswith("marking-definition--"):
            writer.run(RESHAPE, {"target": key})
        self._touched(writer, key)

    @staticmethod
    def _of_object(writer: Reader, erasure: Erasure, key: bytes) -> list[Chosen]:
        """The claims of the object that is meant. What is restricted to named people is not there for a person who is not one of
        them, here as everywhere: their order finds nothing.
        """
        if _is_withheld(writer, key, erasure.account):
            return []
        return of_key(writer, key, erasure.selection, erasure.leaf)

    def _told_of(self, reader: Reader, selection: Selection, account: int | None) -> set[str]:
        """Who could have had the object that is meant, by slug, as far as whoever orders may know."""
        key = self._kinds.key_of(selection.object) if selection.object else None
        if key is None or _is_withheld(reader, key, account):
            return set()
        return {one.slug for one in self.shared_in(reader, selection.object)}

    # -- custody

    def _in_custody(self, reader: Reader, selection: Selection, limit: int) -> list[tuple[int, bytes, int, int]]:
        """What of custody is meant: number, key, source, collection."""
        if selection.object:
            key = self._kinds.key_of(selection.object) if is_id(selection.object) else None
            rows = reader.all(_CUSTODY_OF_KEY, {"key": key}) if key is not None else []
            return [
                (number, key or b"", source, collection)
                for number, source, collection, modified in rows
                if selection.version in {None, modified} and selection.source in {0, source}
            ][:limit]
        if not (selection.source or selection.collection):
            return []
        before = _LAST if selection.before is None else selection.before
        asked = {"source": selection.source, "collection": selection.collection, "after": 0, "limit": limit}
        rows = reader.all(_CUSTODY_OF_SOURCE, asked)
        return [(row[0], bytes(row[1]), row[2], row[3]) for row in rows if row[4] < before]

    def _clear_custody(self, writer: Reader, erasure: Erasure, against: Against) -> int:
        """What of custody is meant and not held goes; how much that was."""
        kept = self._in_custody(writer, erasure.selection, 10_000)
        freed = [number for number, key, source, collection in kept if not against.by(key, source, collection)]
        for number in freed:
            writer.run(_DROP_CUSTODY, {"id": number})
        return len(freed)

    def _held(self, writer: Reader, erasure: Erasure, against: Against) -> int:
        """How many claims are meant that holds stand against."""
        kept = self._in_custody(writer, erasure.selection, 10_000)
        if not against:
            return 0
        if erasure.selection.object:
            key = self._kinds.key_of(erasure.selection.object)
            chosen = self._of_object(writer, erasure, key) if key is not None else []
            return sum(not one.claim.flags & ECHO for one in chosen) + len(kept)
        found = self._windows(writer, erasure.selection).items()
        return sum(count_of(writer, label, window, erasure.leaf) for label, window in found) + len(kept)

    # -- looking

    def _windows(self, reader: Reader, selection: Selection) -> dict[int, Window]:
        labels = self._labels.rows(reader, int(reader.value(_LABEL_COUNT))).copy()
        given = givings(reader, selection.agreement, selection.signed) if selection.agreement else []
        return windows(selection, labels, given)

    def _hold(self, reader: Reader, against: Against, one: Chosen) -> int:
        """The number of a hold against erasing a claim; what was made of an original goes as that does."""
        if not against:
            return 0
        label = self._labels.row(one.claim.label, reader)
        return against.by(one.claim.key, label.source, label.collection)

    def _made(self, reader: Reader, number: int) -> bool:
        """Whether what stands under a label was made by this node of an original."""
        label: Label = self._labels.row(number, reader)
        return bool(label.lens)


def _is_withheld(reader: Reader, key: bytes, account: int | None) -> bool:
    """Whether an object is restricted to named people, and a person is not one of them."""
    return account is not None and reader.one(_WITHHELD, {"key": key, "account": account}) is not None


@contextmanager
def _securely(writer: Reader) -> Iterator[None]:
    """What is deleted here is overwritten in its place, also on pages that become free."""
    if not writer.postgres:
        writer.cursor.execute("PRAGMA secure_delete=ON").fetchall()
    try:
        yield
    finally:
        if not writer.postgres:
            writer.cursor.execute("PRAGMA secure_delete=FAST").fetchall()


def _check(selection: Selection) -> None:
    if selection.empty:
        raise Invalid(
            "an erasure names an object, a source, a collection, an agreement or a date",
            code="erasure-of-everything",
            hint="Nothing named would mean everything that this node holds.",
        )


def _kind_of(selection: Selection) -> str:
    """What is meant, without any id."""
    words = [
        "a version of an object" if selection.version is not None else "an object" if selection.object else "",
        "of a source" if selection.source else "",
        "of a collection" if selection.collection else "",
        f"under {selection.agreement}" if selection.agreement else "",
        "before a date" if selection.before is not None else "",
    ]
    return ", ".join(word for word in words if word)


def _referrers(reader: Reader, object_id: str) -> int:
    count: int = reader.value(_REFERRERS, {"word": target_word(object_id), "token": target_token(object_id)})
    return count


def _names(reader: Reader) -> dict[bytes, str]:
    return {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}


def _erasure(row: Row) -> Erasure:
    number, reference, article, dated, cause, by, account, at, selection, good, state, leaf, *counts = row
    objects, claims, held, since, until, finished, refused = counts
    return Erasure(
        id=number,
        ground=Ground(reference, article, dated),
        cause=Cause(cause),
        made_by=by,
        account=account,
        at=at,
        selection=msgspec.json.decode(selection, type=Selection),
        good=bool(good),
        stage=Stage(state),
        leaf=leaf,
        objects=objects,
        claims=claims,
        held=held,
        since=since,
        until=until,
        finished=finished,
        refused=int(refused),
    )
