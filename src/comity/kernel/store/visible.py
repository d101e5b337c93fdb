"""The reading door: what one viewer may see. Everything that leaves the node starts from here.

Hidden and absent are the same to every method: an empty answer. Nothing here counts, ranks or orders by what is hidden.
Before a person is given something that is restricted to named people, a leaf says so (``reads``).
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.base.ids import RandomBytes
from comity.kernel.policy.agreement.binding import Enacted
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import candidates as claims
from comity.kernel.store.answers import Compared, Explained, Going, Ids, Matrix, Preview, Tally, WentOut
from comity.kernel.store.approvals import Names
from comity.kernel.store.arrivals import arrivals
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.cursor import Cursor, read_cursor, write_cursor
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.effects import EffectBook
from comity.kernel.store.erasure.orders import Custody
from comity.kernel.store.explaining import Explaining
from comity.kernel.store.feed import Entry, Feed, Run, claim_at
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSets, Scope
from comity.kernel.store.past import claims_then
from comity.kernel.store.plan import LARGE_BYTES, UNDATED
from comity.kernel.store.proposing import Proposal, Refusal, Wish
from comity.kernel.store.reads import Reads
from comity.kernel.store.reviewing import Counted, Queue, Reviewing, Waiting
from comity.kernel.store.search import find
from comity.kernel.store.types import Arrival, Found, Graph, Held, Page, Query, Record, Records
from comity.kernel.store.view import View, newest_first
from comity.kernel.store.walk import Walk

SPEC_VERSION = "2.1"
MOST_BY_MOMENT = 2_000
MOST_RECENT = 20_000
MOST_BYTES = 32 * 1024 * 1024
NEIGHBOURS = 1.5
"""How many bodies may lie in a range for each one that is wanted."""
LARGE_PAGE = 1_000
"""Pages of more entries than this are measured even where none of them is large in itself."""

_PAGE = Sql(
    "SELECT CAST(group_concat(raw, ',') AS BLOB) FROM (SELECT v.raw FROM json_each(:bodies) j "
    "CROSS JOIN version v WHERE v.seq = j.value)"
)
_BODIES = "SELECT seq, raw FROM version WHERE seq"
_BODIES_BETWEEN = Sql("SELECT seq, raw FROM version WHERE seq >= :low AND seq <= :high AND length(raw) <= :large")
_LINES = "SELECT c.seq, b.key, b.modified, c.flags FROM claim c JOIN version b ON b.seq = c.body WHERE c.seq"
_SIZES = "SELECT seq, length(raw) FROM version WHERE seq"
_RECENT = Sql("SELECT version FROM claim WHERE seq > :low AND seq <= :high ORDER BY seq DESC")
_CUSTODY = Sql("SELECT id, object, modified, raw, source, collection, deleted, circle FROM custody ORDER BY id")
_CIRCLE = Sql("SELECT circle FROM restriction WHERE key = :key")
_PEOPLE = Sql("SELECT account FROM circle_member WHERE circle = :circle ORDER BY account")


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: after ``start``, in the feed as it stood at ``as_of``. ``served`` and ``nonce``: of a cursor."""

    start: Micros | None
    as_of: Micros
    served: Micros | None
    nonce: bytes = b""


class Visible:
    """What one viewer may see. Cheap to make: nothing is read until asked."""

    def __init__(
        self,
        database: Database,
        sets: OpenSets,
        kinds: Kinds,
        cursor_key: bytes,
        viewer: Viewer,
        reads: Reads,
        effects: EffectBook,
        clock: Clock,
        random: RandomBytes,
        on: Micros | None = None,
    ) -> None:
        self._reads = reads
        self._effects = effects
        self._clock = clock
        self._random = random
        self._on = on
        self._database = database
        self._sets = sets
        self._kinds = kinds
        self._key = cursor_key
        self._viewer = viewer

    # -- pages

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        """A page of objects, as the bytes their sources sent, in order of the viewer's dates-added."""
        with self._looking() as view:
            reader = view.reader
            place = self._place(view, query, limit, cursor)
            found = self._by_key(view, query, place, limit + 1)
            if found is None:
                feed, whole = self._feed(view, query, place), limit <= LARGE_PAGE
                runs = feed.after(place.start, limit + 1, whole=whole)
                if sum(run.count for run in runs) <= LARGE_PAGE + 1 and not any(run.large for run in runs):
                    return self._joined(view, query, runs, limit, place)
                if any(run.objects is not None for run in runs):
                    runs = feed.after(place.start, limit + 1)
                found = [entry for run in runs for entry in run.entries(reader)]
            entries, following = self._cut(reader, query, found, limit, place)
            if not entries:
                return Page(b"", 0, None, place.served, place.served)
            view.shown(entry.claim for entry in entries)
            objects = _objects(reader, ",".join(str(entry.body) for entry in entries))
        return Page(objects, len(entries), following, entries[0].added, entries[-1].added)

    def _joined(self, view: View, query: Query, runs: list[Run], limit: int, place: Place) -> Page:
        """The usual page: small objects, no line of which has to be looked at."""
        reader = view.reader
        count = sum(run.count for run in runs)
        if not count:
            return Page(b"", 0, None, place.served, place.served)
        more = count > limit
        if more:
            runs[-1] = runs[-1].without_last()
            runs = [run for run in runs if run.count]
        view.shown(int(claim) for run in runs for claim in run.claims.split(","))
        first, last = runs[0].ends(reader)[0], runs[-1].ends(reader)[1]
        objects = b",".join(_objects(reader, run.bodies) if run.objects is None else run.objects for run in runs)
        return Page(objects, min(count, limit), self._next(query, last, place) if more else None, first, last)

    def manifest(self, query: Query, limit: int, cursor: str | None = None) -> Records:
        """A page of manifest lines."""
        with self._looking() as view:
            reader = view.reader
            place = self._place(view, query, limit, cursor)
            entries = self._by_key(view, query, place, limit + 1)
            if entries is None:
                runs = self._feed(view, query, place).after(place.start, limit + 1)
                entries = [entry for run in runs for entry in run.entries(reader)]
            following = None
            if len(entries) > limit:
                entries = entries[:limit]
                following = self._next(query, entries[-1].added, place)
            if not entries:
                return Records((), None, place.served, place.served)
            view.shown(entry.claim for entry in entries)
            names = view.names()
            rows = rows_of(reader, view.then + _LINES, [entry.claim for entry in entries])
            lines = {seq: (key, None if flags & UNDATED else modified) for seq, key, modified, flags in rows}
        records = tuple(
            Record(
                id=object_id_of(bytes(key), names),
                added=entry.added,
                version=entry.added if modified is None else modified,
            )
            for entry in entries
            for key, modified in (lines[entry.claim],)
        )
        return Records(records, following, entries[0].added, entries[-1].added)

    def versions(self, query: Query, limit: int, cursor: str | None = None) -> Records:
        """The versions of the ids asked for (TAXII 2.1 section 5.8), as manifest lines."""
        return self.manifest(msgspec.structs.replace(query, versions=("all",)), limit, cursor)

    def _place(self, view: View, query: Query, limit: int, cursor: str | None) -> Place:
        if limit < 1:
            raise Invalid("limit has to be at least 1.", where="limit", clause="TAXII 2.1 3.4")
        if cursor is None:
            return Place(query.added_after, view.as_of, None)
        held = read_cursor(self._key, (self._viewer.party, self._viewer.account), query, cursor)
        return Place(held.after, held.as_of, held.after, held.nonce)

    def _feed(self, view: View, query: Query, place: Place) -> Feed:
        scope = _scope(query)
        return Feed(view.reader, view.opened, view.state, view.labels, scope, query.versions, place.as_of, view.then)

    def _next(self, query: Query, last: Micros, place: Place) -> str:
        asker = (self._viewer.party, self._viewer.account)
        return write_cursor(self._key, self._random, asker, query, Cursor(last, place.as_of, place.nonce))

    def _cut(
        self, reader: Reader, query: Query, entries: list[Entry], limit: int, place: Place
    ) -> tuple[list[Entry], str | None]:
        """A page is bounded in lines and in bytes: objects may be large."""
        sizes: dict[int, int] = dict(rows_of(reader, _SIZES, [entry.body for entry in entries]))
        total = 0
        for number, entry in enumerate(entries):
            total += sizes[entry.body]
            if number == limit or (number and total > MOST_BYTES):
                return entries[:number], self._next(query, entries[number - 1].added, place)
        return entries, None

    def _by_key(self, view: View, query: Query, place: Place, limit: int) -> list[Entry] | None:
        """Where the filter names ids or a rare timestamp: straight from the index. None where the feed has to be read."""
        if query.spec_versions and SPEC_VERSION not in query.spec_versions:
            return []
        moments = [word for word in query.versions if isinstance(word, int)]
        if query.ids:
            open_claims = view.claims_of(query.ids, _scope(query))
        elif moments and len(moments) == len(query.versions):
            some = claims.versions_at(view.reader, moments, MOST_BY_MOMENT)
            if some is None:
                return None
            some += claims.versions_dated(view.reader, view.opened, moments)
            open_claims = view.open_claims(some, _scope(query))
        else:
            return None
        chosen = claims.choose(claims.stood(view.reader, open_claims, view.state, place.as_of), query.versions)
        later = [candidate for candidate in chosen if place.start is None or candidate.added > place.start]
        return claims.entries(later[:limit])

    @contextmanager
    def _looking(self) -> Iterator[View]:
        """One snapshot as the viewer sees it. At its end, and before the caller has what was looked up, it is a leaf that a
        person was given what is restricted.
        """
        with self._database.snapshot() as reader:
            opened, state, labels = self._sets.of(reader, self._viewer.party, self._viewer.account, self._on)
            view = View(reader, opened, state, labels, self._kinds, claims_then(reader, self._on))
            yield view
        if view.restricted and self._viewer.account is not None:
            self._reads.note(self._viewer.account, view.restricted)

    # -- single objects, for people

    def held(self, object_id: str) -> tuple[Held, ...]:
        """Every claim of an id that the viewer may see, newest version first; empty when there is none."""
        with self._looking() as view:
            return view.described(sorted(view.claims_of([object_id]), key=newest_first))

    def recent(self, limit: int = 50) -> tuple[Held, ...]:
        """What came last, newest first, once for each object."""
        with self._looking() as view:
            newest = view.state.claim if self._on is None else min(claim_at(view.reader, self._on), view.state.claim)
            high, window = newest, 4 * limit
            chosen: dict[bytes, Candidate] = {}
            while len(chosen) < limit and high > 0 and newest - high < MOST_RECENT:
                rows = view.reader.all(_RECENT.after(view.then), {"low": high - window, "high": high})
                found = claims.first_claims(view.open_claims(row[0] for row in rows))
                for candidate in reversed(found):
                    if high - window < candidate.claim <= high:
                        chosen.setdefault(candidate.key, candidate)
                high -= window
            return view.described(list(chosen.values())[:limit])

    def arrivals(self) -> tuple[Arrival, ...]:
        """What came from whom into which collection, the latest first. For the party that runs the node only."""
        with self._looking() as view:
            return arrivals(view)

    def restricted_to(self, object_id: str) -> tuple[int, ...]:
        """The accounts that an object is restricted to, where the viewer may see it; none where it is not restricted."""
        with self._looking() as view:
            if not view.claims_of([object_id]):
                return ()
            circle = view.reader.value(_CIRCLE, {"key": view.kinds.key_of(object_id)})
            return tuple(account for (account,) in view.reader.all(_PEOPLE, {"circle": circle or 0}))

    def search(self, text: str, limit: int = 50, before: Micros | None = None) -> Found:
        """Objects whose text has all the words (the last one may be a beginning), or that observe what was typed.

        Newest first; each object once. ``before``: only what was added before that date, for the next page.
        """
        with self._looking() as view:
            chosen = find(view, text, limit + 1, before)
            return Found(view.described(chosen[:limit]), more=len(chosen) > limit)

    def walk(self, object_id: str, depth: int = 1, limit: int = 200) -> Graph:
        """The neighbourhood of an object along references, both ways, nearest first; at most ``limit`` objects."""
        with self._looking() as view:
            return Walk(view, limit).graph(object_id, depth)

    # -- policy, for our own people

    def explained(self, object_id: str, party: int, on: Micros | None = None) -> tuple[Explained, ...]:
        """Every claim of an id that the viewer may see, newest version first, with what policy says of it for a party.

        ``on``: by the rules as they stand now, on that day. Whether it was released on a day that is past is said by the
        grants of that day.
        """
        with self._asking() as asked:
            return asked.explained(object_id, party, on) if asked else ()

    def going(self, object_id: str, party: int, names: Names | None = None, by: str | None = None) -> tuple[Going, ...]:
        """What goes to a party in place of each claim of an id that is to be redacted or reviewed first; in the order of
        ``explained``. ``names``: how the maker of renditions names things, to be told also what would go where it is not made
        yet; ``by``: our identity.
        """
        with self._asking() as asked:
            return asked.going(object_id, party, names, by) if asked else ()

    def preview(self, enacted: Enacted) -> Preview:
        """What would be if an agreement stood like this in the place of what stands under its name: exactly what each party
        would then get.
        """
        with self._asking() as asked:
            return asked.preview(enacted) if asked else Preview((), {})

    def decided_by(self, name: str) -> Mapping[int, Tally]:
        """For each article of an agreement the claims that it decides, over all parties that it binds."""
        with self._asking() as asked:
            return asked.decided_by(name) if asked else {}

    def matrix(self, feature: str, parties: Collection[int] | None = None) -> Matrix:
        """Claims by party (None: all) and by one feature of their labels: ``tlp``, ``type``, ``source`` or ``collection``."""
        with self._asking() as asked:
            return asked.matrix(feature, parties) if asked else Matrix(feature, (), ())

    def in_cell(
        self, feature: str, value: str, party: int, effect: Effect | None = None, limit: int = 50
    ) -> tuple[tuple[str, Effect], ...]:
        """Some of the objects that a cell of the matrix counts, each with what is done with it."""
        with self._asking() as asked:
            return asked.in_cell(feature, value, party, effect, limit) if asked else ()

    def compared(self, party: int, on: Micros) -> Compared:
        """What a party could see at a moment, past or to come, beside what it sees now."""
        with self._asking() as asked:
            return asked.compared(party, on) if asked else Compared(0, 0, Ids(), Ids())

    def went_out(self, party: int, name: str = "", limit: int = 1000) -> tuple[WentOut, ...]:
        """What had been open to a party and is not any more, the latest closing first. ``name``: by what an agreement did."""
        with self._asking() as asked:
            return asked.went_out(party, name, limit) if asked else ()

    # -- what waits for people, for our own people

    def reviews(self, limit: int, cursor: str = "", *, agreement: str = "", party: int = 0) -> Queue:
        """A page of what waits for people's decision; of one agreement, for one party."""
        with self._reviewing() as asked:
            return asked.queue(limit, cursor, agreement, party) if asked else Queue((), None)

    def reviews_counted(self, *, agreement: str = "", party: int = 0) -> Counted:
        """How many wait in all."""
        with self._reviewing() as asked:
            return asked.counted(agreement, party) if asked else Counted(0, more=False)

    def review(self, object_id: str, name: str) -> Waiting | None:
        """One of them, decided or not, by the object's id and the name of its version and form."""
        with self._reviewing() as asked:
            return asked.item(object_id, name) if asked else None

    def reviews_of(self, object_id: str, party: int = 0) -> tuple[Waiting, ...]:
        """In which forms an object is asked about now; for one party."""
        with self._reviewing() as asked:
            return asked.items(object_id, party) if asked else ()

    def proposal(
        self, object_id: str, name: str, wish: Wish, names: Names, by: str | None, scan: ScanSettings
    ) -> Proposal | Refusal | None:
        """What would go of one of them, exactly. ``names``: how the maker of renditions names things; ``by``: our identity;
        ``scan``: what counts as personal data.
        """
        with self._reviewing() as asked:
            made = None if asked is None else asked.proposer(object_id, name, names, by, scan)
            return None if made is None else made.wished(wish)

    def proposed_id(self, object_id: str, name: str, names: Names) -> str | None:
        """The id by which its recipients would know what is not the original."""
        with self._reviewing() as asked:
            made = None if asked is None else asked.proposer(object_id, name, names, None)
            return None if made is None else made.twin

    @contextmanager
    def _reviewing(self) -> Iterator[Reviewing | None]:
        """What waits, as one of our own people sees it; None where it is somebody else who asks."""
        with self._looking() as view:
            own = view.opened.own
            yield Reviewing(view, self._effects.now(view.reader, view.state), self._clock.now()) if own else None

    def in_custody(self) -> tuple[Custody, ...]:
        """What its source took back while a hold stood against that, for our own people; of what was restricted to named people,
        for these.
        """
        with self._looking() as view:
            if not view.opened.own:
                return ()
            rows = view.reader.all(_CUSTODY)
            return tuple(Custody(*row) for *row, circle in rows if not circle or circle in view.opened.circles)

    @contextmanager
    def _asking(self) -> Iterator[Explaining | None]:
        """The questions of one of our own people; None where it is somebody else who asks."""
        with self._looking() as view:
            asked = Explaining(view, self._sets, self._effects, self._clock.now(), self._viewer.account)
            yield asked if view.opened.own else None


def _objects(reader: Reader, bodies: str) -> bytes:
    """Bodies, given by their numbers joined by commas, as the bytes of one page.

    SQLite joins them itself. PostgreSQL is quicker at sending rows than at building one large value, and at walking a range
    than at looking numbers up: bodies that came together mostly lie together. What lies between them and is not wanted is
    never a large one.
    """
    if not reader.postgres:
        return bytes(reader.value(_PAGE, {"bodies": f"[{bodies}]"}))
    numbers = [int(body) for body in bodies.split(",")]
    low, high = min(numbers), max(numbers)
    rows: dict[int, bytes] = {}
    if high - low < NEIGHBOURS * len(numbers):
        rows = dict(reader.all(_BODIES_BETWEEN, {"low": low, "high": high, "large": LARGE_BYTES}))
    rows.update(rows_of(reader, _BODIES, [number for number in numbers if number not in rows]))
    return b",".join([rows[number] for number in numbers])


def _scope(query: Query) -> Scope:
    return Scope(collection=query.collection, types=frozenset(query.types))
