"""A viewer's feed: every claim open to it, once for each version, in order of the viewer's dates-added.

The feed alternates *live* stretches, in which what is open does not change and a claim is dated by its arrival, and *openings*,
in which what stood before and opened then appears whole, behind every cursor (docs/architecture.md, "No one
misses what becomes visible later"). Dates are unique and rise along the feed, so that a date is a place in it.

A page costs the same however much is held. A stretch is read in order of claim number through the mask while that finds
enough; where it finds too little, label by label through the index, in windows that grow while they are empty.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.label import Label
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.hidden import Hidden
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import CLOSED, Opening, OpenSet, Scope, State
from comity.kernel.store.plan import LARGE, UNDATED
from comity.kernel.store.types import VersionFilter

DENSE_ROWS = 20_000
"""How many claims a page may look at in vain before it goes by labels."""
FEW_LABELS = 64
SPARSE_GROWTH = 8
MOST_GATHERED = 8

_TICK_BY_DATE = Sql(
    "SELECT t.claim, t.at, (SELECT n.claim FROM tick n WHERE n.at > t.at ORDER BY n.at LIMIT 1) "
    "FROM tick t WHERE t.at <= :at ORDER BY t.at DESC LIMIT 1"
)
_TICK_BY_CLAIM = Sql("SELECT claim, at FROM tick WHERE claim <= :claim ORDER BY claim DESC LIMIT 1")
_COUNTS = "SELECT id, claims FROM label WHERE id"
_TICKS = Sql("SELECT claim, at FROM tick WHERE claim > :low AND claim <= :high ORDER BY claim")

_BYTE = ("substr(:{mask}, {row}.shape + 1, 1)", "get_byte(:{mask}, {row}.shape)")
_WITH_BODIES = (
    "SELECT count(*), group_concat(seq, ','), '', sum(flags & {large}), CAST(group_concat(raw, ',') AS BLOB), length(raw), "
    "max(seq) FROM ({rows})"
)
"""Of SQLite, where this is quicker than asking twice; ``length(raw)`` is that of the row of ``max(seq)`` (SQLite "Bare columns
in an aggregate query")."""
_JOINED = (
    "SELECT count(*), group_concat(seq, ','), group_concat(body, ','), max(flags & {large}) FROM ({rows})",
    (
        "SELECT count(*), string_agg(seq::text, ',' ORDER BY seq), string_agg(body::text, ',' ORDER BY seq), "
        "max(flags & {large}) FROM ({rows}) r"
    ),
)
SQLITE = 0
_NOTHING = bytes([CLOSED])
_ANY = (" > x'00'", " > 0")
_OPEN = (" = x'01'", " = 1")
_OPENING = (" = x'02'", " = 2")


class Stretch(msgspec.Struct, frozen=True):
    """A part of the feed: claims numbered above ``low`` up to ``high``. ``opening`` is None in a live stretch."""

    segment: int
    low: int
    high: int
    opening: Opening | None


class Entry(msgspec.Struct, frozen=True):
    """One line of a feed."""

    claim: int
    body: int
    added: Micros
    large: bool


class Run(msgspec.Struct, frozen=True):
    """Neighbouring lines of a feed, as the database joined them: a page needs no more of most lines than their bytes.

    ``claims`` and ``bodies``  numbers, joined by commas
    ``opening``                None where the lines are dated by their arrival
    ``large``                  whether any of the objects is large
    ``objects``                the bytes themselves, where they were read along, and the length of the last of them
    """

    count: int
    claims: str
    bodies: str
    large: bool
    opening: Opening | None
    objects: bytes | None = None
    last: int = 0

    def without_last(self) -> "Run":
        """All lines but the last."""
        claims, bodies = self.claims.rpartition(",")[0], self.bodies.rpartition(",")[0]
        objects = self.objects[: -self.last - 1] if self.objects is not None else None
        return Run(self.count - 1, claims, bodies, self.large, self.opening, objects)

    def ends(self, reader: Reader) -> tuple[Micros, Micros]:
        """The dates of the first and of the last line."""
        first, last = int(self.claims.partition(",")[0]), int(self.claims.rpartition(",")[2])
        if self.opening is not None:
            return self.opening.at + first, self.opening.at + last
        return Ticks(reader, first, first).date(first), Ticks(reader, last, last).date(last)

    def entries(self, reader: Reader) -> list[Entry]:
        """Line by line."""
        claims = [int(claim) for claim in self.claims.split(",")]
        bodies = [int(body) for body in self.bodies.split(",")]
        if self.opening is not None:
            dates = [self.opening.at + claim for claim in claims]
        else:
            ticks = Ticks(reader, claims[0], claims[-1])
            dates = [ticks.date(claim) for claim in claims]
        return [Entry(*line, self.large) for line in zip(claims, bodies, dates, strict=True)]


class Feed:
    """One viewer's feed in one snapshot, narrowed to a scope and to versions."""

    def __init__(
        self,
        reader: Reader,
        opened: OpenSet,
        state: State,
        labels: dict[int, Label],
        scope: Scope,
        versions: Sequence[VersionFilter],
        as_of: Micros,
        then: str = "",
    ) -> None:
        self._reader = reader
        self._then = then
        self._opened = opened
        self._labels = labels
        self._scope = scope
        self._versions = tuple(versions)
        self._as_of = as_of
        self._openings = [opening for opening in opened.openings if opening.at <= as_of]
        self._end = min(state.claim, claim_at(reader, as_of) if as_of < state.at else state.claim)
        self._final = opened.mask(scope, len(self._openings), labels)

    def after(self, date: Micros | None, limit: int, *, whole: bool = False) -> list[Run]:
        """At most ``limit`` lines dated after ``date``. ``whole``: with the objects themselves, where that is quicker; then what
        is large stands in it as nothing.
        """
        found: list[Run] = []
        if not self._opened.open_labels(self._scope, self._labels):
            return found
        left = limit
        for stretch in self._stretches(date):
            if stretch.low >= stretch.high:
                continue
            for run in self._runs(stretch, left, whole=whole and not self._reader.postgres):
                found.append(run)
                left -= run.count
            if left <= 0:
                break
        return found

    # -- where to begin

    def _stretches(self, date: Micros | None) -> Iterator[Stretch]:
        segment = 0 if date is None else bisect_right([opening.at for opening in self._openings], date)
        if date is not None and date >= self._as_of:
            return
        low = 0
        if date is not None:
            low = claim_at(self._reader, date)
        if segment:
            opening = self._openings[segment - 1]
            if date is not None and date < opening.until():
                yield Stretch(segment, date - opening.at, opening.claim, opening)
            low = max(low, opening.claim)
        while segment < len(self._openings):
            opening = self._openings[segment]
            yield Stretch(segment, low, opening.claim, None)
            segment += 1
            yield Stretch(segment, 0, opening.claim, opening)
            low = opening.claim
        yield Stretch(segment, low, self._end, None)

    # -- reading a stretch

    def _runs(self, stretch: Stretch, limit: int, *, whole: bool) -> Iterator[Run]:
        statement = _statement(
            opening=stretch.opening is not None,
            versions=self._versions,
            sparse=False,
            hidden=self._opened.hidden,
            then=self._then,
            whole=whole,
        )
        parameters = self._parameters(stretch)
        if not parameters["mask"].strip(_NOTHING):
            return  # whoever was given everything later has nothing here, and all the log would be looked at for it
        if self._are_few(limit):
            yield from self._sparse(stretch, stretch.low, limit, parameters)
            return
        low, window, looked = stretch.low, 2 * limit + 200, 0
        while limit > 0 and low < stretch.high:
            high = min(low + window, stretch.high)
            run = self._run(statement, stretch, parameters | {"low": low, "high": high, "limit": limit})
            if run.count:
                yield run
            limit -= run.count
            looked += high - low
            low = high
            if looked > DENSE_ROWS and limit > 0:
                yield from self._sparse(stretch, low, limit, parameters)
                return
            window *= 4

    def _are_few(self, limit: int) -> bool:
        """Whether what is open of the types asked for is so little that going by labels looks at less than reading on would.
        Of all types it is asked only where few labels are open: counting is not for nothing.
        """
        labels = self._opened.open_labels(self._scope, self._labels)
        if not self._scope.types and len(labels) > FEW_LABELS:
            return False
        counted = sum(claims for _, claims in rows_of(self._reader, _COUNTS, labels))
        few: bool = limit * self._end > max(counted, 1) * (4 * len(labels) + 2000)
        return few

    def _sparse(self, stretch: Stretch, low: int, limit: int, parameters: dict[str, Any]) -> Iterator[Run]:
        statement = _statement(
            opening=stretch.opening is not None,
            versions=self._versions,
            sparse=True,
            hidden=self._opened.hidden,
            then=self._then,
        )
        labels = self._opened.open_labels(self._scope, self._labels)
        parameters = parameters | {"labels": labels if self._reader.postgres else _json(labels)}
        window = DENSE_ROWS
        while limit > 0 and low < stretch.high:
            high = min(low + window, stretch.high)
            bounds = {"low": low, "high": high, "most": MOST_GATHERED * (limit + 100)}
            gathered = self._reader.value(_GATHERED.after(self._then), {"labels": parameters["labels"], **bounds}) or 0
            if gathered >= bounds["most"] and window > bounds["most"]:
                window //= SPARSE_GROWTH
                continue
            if gathered:
                run = self._run(statement, stretch, parameters | {"low": low, "high": high, "limit": limit})
                if run.count:
                    yield run
                limit -= run.count
            low = high
            window *= SPARSE_GROWTH

    def _run(self, statement: Sql, stretch: Stretch, parameters: dict[str, Any]) -> Run:
        count, claims, bodies, large, *more = self._reader.one(statement, parameters) or (0, "", "", 0)
        objects, last = (bytes(more[0] or b""), more[1] or 0) if more else (None, 0)
        return Run(count, claims or "", bodies or "", bool(large), stretch.opening, objects, last)

    def _parameters(self, stretch: Stretch) -> dict[str, Any]:
        moments = [version for version in self._versions if isinstance(version, int)]
        parameters: dict[str, Any] = {
            "mask": self._opened.mask(self._scope, stretch.segment, self._labels),
            "final": self._final,
            "end": self._end,
        }
        if self._opened.hidden:
            parameters |= self._opened.hidden.parameters(postgres=self._reader.postgres)
        if stretch.opening is not None:
            parameters["stood"] = stretch.opening.claim
        for number, moment in enumerate(moments):
            parameters[f"moment{number}"] = moment
            parameters[f"moment{number}_claim"] = claim_dated(self._reader, moment, stretch.opening)
        return parameters


class Ticks:
    """Dates of claims between two numbers."""

    def __init__(self, reader: Reader, first: int, last: int) -> None:
        rows = [row for row in [reader.one(_TICK_BY_CLAIM, {"claim": first})] if row]
        if first < last:
            rows += reader.all(_TICKS, {"low": first, "high": last})
        self._claims = [claim for claim, _ in rows]
        self._dates = [at for _, at in rows]

    def date(self, claim: int) -> Micros:
        """When a claim got its number."""
        place = bisect_right(self._claims, claim) - 1
        date: Micros = self._dates[place] + claim - self._claims[place]
        return date


def claim_at(reader: Reader, date: Micros) -> int:
    """The last claim numbered at or before a date."""
    row = reader.one(_TICK_BY_DATE, {"at": date})
    if row is None:
        return 0
    claim, at, following = row
    number: int = claim + (date - at)
    return number if following is None else min(number, following - 1)


def claim_dated(reader: Reader, date: Micros, opening: Opening | None) -> int:
    """The claim that has exactly this date, by its arrival or in an opening; 0 for none."""
    if opening is not None:
        return date - opening.at if 0 < date - opening.at <= opening.claim else 0
    number = claim_at(reader, date)
    return number if number and Ticks(reader, number, number).date(number) == date else 0


_GATHERED = Sql(
    "SELECT count(*) FROM (SELECT 1 FROM json_each(:labels) j CROSS JOIN claim c "
    "WHERE c.label = j.value AND c.seq > :low AND c.seq <= :high LIMIT :most)",
    "SELECT count(*) FROM (SELECT 1 FROM unnest(:labels::int[]) j(label) CROSS JOIN LATERAL "
    "(SELECT 1 FROM claim c WHERE c.label = j.label AND c.seq > :low AND c.seq <= :high LIMIT :most) x LIMIT :most) y",
)

_statements: dict[tuple[bool, tuple[str, ...], bool, int, bool], Sql] = {}


def _statement(
    *,
    opening: bool,
    versions: tuple[VersionFilter, ...],
    sparse: bool,
    hidden: Hidden | None,
    then: str,
    whole: bool = False,
) -> Sql:
    """The statement of a stretch; made once for each form (but those that speak of an earlier day)."""
    moments = iter(range(len(versions)))
    form = tuple(f"moment{next(moments)}" if isinstance(version, int) else version for version in versions)
    key = (opening, form, sparse, 1 + bool(hidden.objects) if hidden else 0, whole)
    if key not in _statements:
        sqlite, other = (
            _compose(opening=opening, form=form, sparse=sparse, hidden=hidden, dialect=dialect, whole=whole)
            for dialect in (0, 1)
        )
        _statements[key] = Sql(sqlite, other)
    return _statements[key].after(then)


def _compose(
    *, opening: bool, form: tuple[str, ...], sparse: bool, hidden: Hidden | None, dialect: int, whole: bool
) -> str:
    def byte(row: str, test: tuple[str, str], mask: str = "mask") -> str:
        tested = _BYTE[dialect].format(mask=mask, row=row) + test[dialect]
        return f"{tested} AND {hidden.test(row, postgres=dialect != SQLITE)}" if hidden else tested

    alone = "" if dialect == SQLITE else " OFFSET 0"
    if opening:
        is_open = byte("c", _OPENING)
        earlier = f"((d.seq + 0 <= :stood AND {byte('d', _OPEN)}) OR (d.seq + 0 < c.seq AND {byte('d', _OPENING)}))"
    else:
        is_open = byte("c", _ANY)
        earlier = f"d.seq + 0 < c.seq AND {byte('d', _ANY)}"
    tests = [
        "c.seq > :low AND c.seq <= :high",
        is_open,
        f"(c.flags & 1 = 0 OR NOT EXISTS (SELECT 1 FROM claim d WHERE d.version = c.version AND {earlier}{alone}))",
    ]
    wanted = _version_tests(form, byte("d", _ANY, "final"), byte("e", _ANY, "final"), alone)
    if wanted:
        tests.append(wanted)
    where = " AND ".join(tests)
    columns = "c.seq, c.body, c.flags"
    if whole:
        columns = f"c.seq, c.flags, CASE WHEN c.flags & {LARGE} = 0 THEN b.raw ELSE '' END AS raw"
        rows = f"SELECT {columns} FROM claim c CROSS JOIN version b ON b.seq = c.body WHERE {where} ORDER BY c.seq LIMIT :limit"
        return _WITH_BODIES.format(rows=rows, large=LARGE)
    if not sparse:
        rows = f"SELECT {columns} FROM claim c WHERE {where} ORDER BY c.seq LIMIT :limit"
    elif dialect == SQLITE:
        rows = (
            f"SELECT {columns} FROM json_each(:labels) j CROSS JOIN claim c "
            f"WHERE c.label = j.value AND {where} ORDER BY c.seq LIMIT :limit"
        )
    else:
        rows = (
            f"SELECT x.seq, x.body, x.flags FROM unnest(:labels::int[]) j(label) CROSS JOIN LATERAL ("
            f"SELECT {columns} FROM claim c WHERE c.label = j.label AND {where} ORDER BY c.seq LIMIT :limit) x "
            "ORDER BY x.seq LIMIT :limit"
        )
    return _JOINED[dialect].format(rows=rows, large=LARGE)


def _version_tests(form: tuple[str, ...], visible: str, claim_visible: str, alone: str) -> str:
    """TAXII 2.1 section 3.4, ``match[version]``: last and first among what this viewer sees of the same source (or of the
    creator's own party, who alone supersedes for others); exact timestamps; all.
    """
    if "all" in form:
        return ""
    tests = []
    # OFFSET 0 keeps PostgreSQL from answering for all rows at once, by a hash, what is asked of few; "+ 0" keeps both
    # databases from walking the claims in order where the version's own few are meant.
    # A version stands as long as one of its claims does that no later version of the same source outdoes: nobody's copy
    # lends its source to somebody else's later version. What has no date of its own is as late as its source's claim of it:
    # when somebody else first gave the same is nothing to this viewer.
    outdone = (
        "NOT EXISTS (SELECT 1 FROM held h JOIN claim d ON d.version = h.version WHERE h.key = v.key AND {later} "
        "AND d.seq + 0 <= :end AND (d.source = e.source OR d.source = v.creator) AND {visible}{alone})"
    )
    other = (
        "(c.flags & 2 = 0 OR EXISTS (SELECT 1 FROM claim e JOIN version v ON v.seq = e.version WHERE e.version = c.version "
        "AND e.seq + 0 <= :end AND {claim_visible} AND (e.flags & {undated} <> 0 OR {dated_stands}) "
        "AND (e.flags & {undated} = 0 OR {undated_stands}){alone}))"
    )
    for word in form or ("last",):
        if word in {"last", "first"}:
            than = ">" if word == "last" else "<"
            dated, undated = (
                outdone.format(later=later, visible=visible, alone=alone)
                for later in (
                    f"h.modified {than} v.modified",
                    f"d.version <> e.version AND d.leaf {than} e.leaf",
                )
            )
            tests.append(
                other.format(
                    claim_visible=claim_visible,
                    alone=alone,
                    undated=UNDATED,
                    dated_stands=dated,
                    undated_stands=undated,
                )
            )
        else:
            dated = f"EXISTS (SELECT 1 FROM version v WHERE v.seq = c.version AND v.modified = :{word}{alone})"
            tests.append(f"(c.flags & {UNDATED} = 0 AND {dated} OR c.flags & {UNDATED} <> 0 AND c.seq = :{word}_claim)")
    return f"({' OR '.join(tests)})"


def _json(numbers: Sequence[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"
