"""The reading door: what one viewer may see. Everything that leaves the node starts from here.

Hidden and absent are the same to every method: an empty answer. Nothing here counts, ranks or orders by what is hidden.
"""

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import candidates as claims
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.cursor import Cursor, read_cursor, write_cursor
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.feed import Entry, Feed, Run, Ticks
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSets, Scope
from comity.kernel.store.search import find
from comity.kernel.store.types import Arrival, Found, Graph, Held, Page, Query, Record, Records
from comity.kernel.store.view import View, newest_first
from comity.kernel.store.walk import Walk

SPEC_VERSION = "2.1"
MOST_BY_MOMENT = 2_000
MOST_RECENT = 20_000
MOST_BYTES = 32 * 1024 * 1024
LARGE_PAGE = 1_000
"""Pages of more entries than this are measured even where none of them is large in itself."""

_PAGE = Sql(
    "SELECT CAST(group_concat(raw, ',') AS BLOB) FROM (SELECT v.raw FROM json_each(:bodies) j "
    "CROSS JOIN version v WHERE v.seq = j.value)",
    "SELECT string_agg(v.raw, ','::bytea ORDER BY j.place) FROM unnest(CAST(:bodies AS bigint[])) WITH ORDINALITY j(seq, place) "
    "JOIN version v ON v.seq = j.seq",
)
_LINES = "SELECT b.seq, b.key, b.modified FROM version b WHERE b.seq"
_SIZES = "SELECT seq, length(raw) FROM version WHERE seq"
_RECENT = Sql("SELECT version FROM claim WHERE seq > :low AND seq <= :high ORDER BY seq DESC")
_BY_SOURCE = Sql("SELECT id, source, collection, claims FROM label WHERE claims > 0")
_LAST_OF_LABEL = Sql("SELECT max(seq) FROM claim WHERE label = :label")


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: after ``start``, in the feed as it stood at ``as_of``. ``served``: the date of a cursor."""

    start: Micros | None
    as_of: Micros
    served: Micros | None


class Visible:
    """What one viewer may see. Cheap to make: nothing is read until asked."""

    def __init__(self, database: Database, sets: OpenSets, kinds: Kinds, cursor_key: bytes, viewer: Viewer) -> None:
        self._database = database
        self._sets = sets
        self._kinds = kinds
        self._key = cursor_key
        self._viewer = viewer

    # -- pages

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page:
        """A page of objects, as the bytes their sources sent, in order of the viewer's dates-added."""
        with self._database.snapshot() as reader:
            view = self._view(reader)
            place = self._place(view, query, limit, cursor)
            found = self._by_key(view, query, place, limit + 1)
            if found is None:
                runs = self._feed(view, query, place).after(place.start, limit + 1)
                if sum(run.count for run in runs) <= LARGE_PAGE + 1 and not any(run.large for run in runs):
                    return self._joined(reader, query, runs, limit, place)
                found = [entry for run in runs for entry in run.entries(reader)]
            entries, following = self._cut(reader, query, found, limit, place)
            if not entries:
                return Page(b"", 0, None, place.served, place.served)
            objects = _objects(reader, ",".join(str(entry.body) for entry in entries))
        return Page(objects, len(entries), following, entries[0].added, entries[-1].added)

    def _joined(self, reader: Reader, query: Query, runs: list[Run], limit: int, place: Place) -> Page:
        """The usual page: small objects, no line of which has to be looked at."""
        count = sum(run.count for run in runs)
        if not count:
            return Page(b"", 0, None, place.served, place.served)
        more = count > limit
        if more:
            runs[-1] = runs[-1].without_last()
            runs = [run for run in runs if run.count]
        first, last = runs[0].ends(reader)[0], runs[-1].ends(reader)[1]
        objects = _objects(reader, ",".join(run.bodies for run in runs))
        return Page(objects, min(count, limit), self._next(query, last, place) if more else None, first, last)

    def manifest(self, query: Query, limit: int, cursor: str | None = None) -> Records:
        """A page of manifest lines."""
        with self._database.snapshot() as reader:
            view = self._view(reader)
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
            names = view.names()
            lines = {seq: (key, modified) for seq, key, modified in rows_of(reader, _LINES, [e.body for e in entries])}
        records = tuple(
            Record(id=object_id_of(bytes(lines[entry.body][0]), names), added=entry.added, version=lines[entry.body][1])
            for entry in entries
        )
        return Records(records, following, entries[0].added, entries[-1].added)

    def versions(self, query: Query, limit: int, cursor: str | None = None) -> Records:
        """The versions of the ids asked for (TAXII 2.1 section 5.8), as manifest lines."""
        return self.manifest(msgspec.structs.replace(query, versions=("all",)), limit, cursor)

    def _place(self, view: View, query: Query, limit: int, cursor: str | None) -> Place:
        if limit < 1:
            raise Invalid("limit has to be at least 1.", where="limit", clause="TAXII 2.1 3.4")
        if cursor is None:
            return Place(query.added_after, view.state.at, None)
        held = read_cursor(self._key, self._viewer.party, query, cursor)
        return Place(held.after, held.as_of, held.after)

    def _feed(self, view: View, query: Query, place: Place) -> Feed:
        return Feed(view.reader, view.opened, view.state, view.labels, _scope(query), query.versions, place.as_of)

    def _next(self, query: Query, last: Micros, place: Place) -> str:
        return write_cursor(self._key, self._viewer.party, query, Cursor(last, place.as_of))

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
            open_claims = view.open_claims(some, _scope(query))
        else:
            return None
        chosen = claims.choose(claims.stood(view.reader, open_claims, view.state, place.as_of), query.versions)
        later = [candidate for candidate in chosen if place.start is None or candidate.added > place.start]
        return claims.entries(later[:limit])

    def _view(self, reader: Reader) -> View:
        opened, state, labels = self._sets.of(reader, self._viewer.party)
        return View(reader, opened, state, labels, self._kinds)

    # -- single objects, for people

    def held(self, object_id: str) -> tuple[Held, ...]:
        """Every claim of an id that the viewer may see, newest version first; empty when there is none."""
        with self._database.snapshot() as reader:
            view = self._view(reader)
            return view.described(sorted(view.claims_of([object_id]), key=newest_first))

    def recent(self, limit: int = 50) -> tuple[Held, ...]:
        """What came last, newest first, once for each object."""
        with self._database.snapshot() as reader:
            view = self._view(reader)
            high, window = view.state.claim, 4 * limit
            chosen: dict[bytes, Candidate] = {}
            while len(chosen) < limit and high > 0 and view.state.claim - high < MOST_RECENT:
                rows = reader.all(_RECENT, {"low": high - window, "high": high})
                found = claims.first_claims(view.open_claims(row[0] for row in rows))
                for candidate in reversed(found):
                    if high - window < candidate.claim <= high:
                        chosen.setdefault(candidate.key, candidate)
                high -= window
            return view.described(list(chosen.values())[:limit])

    def arrivals(self) -> tuple[Arrival, ...]:
        """What came from whom into which collection, the latest first. For the party that runs the node only: counts of
        claims tell of hidden ones.
        """
        with self._database.snapshot() as reader:
            view = self._view(reader)
            if not view.opened.own:
                return ()
            counts: dict[tuple[int, int], int] = {}
            newest: dict[tuple[int, int], int] = {}
            for label, source, collection, count in reader.all(_BY_SOURCE):
                way = (source, collection)
                counts[way] = counts.get(way, 0) + count
                newest[way] = max(newest.get(way, 0), reader.value(_LAST_OF_LABEL, {"label": label}) or 0)
            parties, collections = view.parties(), view.collections()
            arrivals = [
                Arrival(*parties[source], collections[collection], counts[source, collection], _date(reader, last))
                for (source, collection), last in newest.items()
                if last
            ]
        return tuple(sorted(arrivals, key=_latest_arrival, reverse=True))

    def search(self, text: str, limit: int = 50, before: Micros | None = None) -> Found:
        """Objects whose text has all the words (the last one may be a beginning), or that observe what was typed.

        Newest first; each object once. ``before``: only what was added before that date, for the next page.
        """
        with self._database.snapshot() as reader:
            view = self._view(reader)
            chosen = find(view, text, limit + 1, before)
            return Found(view.described(chosen[:limit]), more=len(chosen) > limit)

    def walk(self, object_id: str, depth: int = 1, limit: int = 200) -> Graph:
        """The neighbourhood of an object along references, both ways, nearest first; at most ``limit`` objects."""
        with self._database.snapshot() as reader:
            return Walk(self._view(reader), limit).graph(object_id, depth)


def _objects(reader: Reader, bodies: str) -> bytes:
    """Bodies, given by their numbers joined by commas, as the bytes of one page."""
    value = reader.value(_PAGE, {"bodies": f"{{{bodies}}}" if reader.postgres else f"[{bodies}]"})
    return bytes(value)


def _scope(query: Query) -> Scope:
    return Scope(collection=query.collection, types=frozenset(query.types))


def _date(reader: Reader, claim: int) -> Micros:
    return Ticks(reader, claim, claim).date(claim)


def _latest_arrival(arrival: Arrival) -> Micros:
    return arrival.last
