"""Reading few objects that are known by id, by search hit or by reference: their claims, judged one by one in memory.

The same rules as ``feed`` has in SQL, for when the index already says which versions are meant. A test holds the two equal.
"""

from collections.abc import Iterable, Sequence

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.label import Label
from comity.kernel.store.database import Reader, Row, Sql
from comity.kernel.store.feed import Entry, Ticks, claim_at, claim_dated
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSet, Scope, State
from comity.kernel.store.plan import LARGE, UNDATED
from comity.kernel.store.types import VersionFilter
from comity.kernel.store.words import modified_word

_COLUMNS = (
    "SELECT c.seq, c.version, c.body, c.label, c.shape, c.source, c.leaf, c.flags, "
    "v.key, v.modified, v.creator, v.conflict"
)
_CLAIMS = f"{_COLUMNS} FROM claim c JOIN version v ON v.seq = c.version WHERE c.version"
_CLAIMS_OF_KEYS = (
    f"{_COLUMNS} FROM held h JOIN claim c ON c.version = h.version JOIN version v ON v.seq = h.version "
    "WHERE h.body = h.version AND h.key"
)
NO_VERSION = 0
ANY_VERSION = 1
_VERSIONS_OF = "SELECT version FROM claim WHERE seq"
_AT = Sql(
    "SELECT rowid FROM search WHERE search MATCH :words LIMIT :most",
    "SELECT seq FROM version WHERE same IS NULL AND modified = ANY(:moments::bigint[]) LIMIT :most",
)


class Candidate(msgspec.Struct, frozen=True):
    """A claim that is open to the viewer, with its version."""

    claim: int
    version: int
    body: int
    label: int
    source: int
    leaf: int
    flags: int
    key: bytes
    modified: Micros
    creator: int | None
    conflict: bool
    added: Micros

    @property
    def undated(self) -> bool:
        """Whether its object has no date of its own."""
        return self.flags & UNDATED != 0

    @property
    def dated(self) -> Micros:
        """The date of the version: the object's own, else when it came to stand before this viewer."""
        return self.added if self.undated else self.modified


def open_claims(
    reader: Reader, opened: OpenSet, labels: dict[int, Label], scope: Scope, versions: Iterable[int], then: str = ""
) -> list[Candidate]:
    """Every open claim of some versions, in order of date. ``then``: as of an earlier day (``past``).

    Of no version another is looked at, so that nobody can tell by the time whether something hidden was found or nothing.
    """
    wanted = list(versions)
    rows = rows_of(reader, then + _CLAIMS, wanted or (ANY_VERSION,))
    return _judged(reader, opened, labels, scope, rows, aside=not wanted)


def open_claims_of(
    reader: Reader, opened: OpenSet, labels: dict[int, Label], scope: Scope, keys: Iterable[bytes], then: str = ""
) -> list[Candidate]:
    """Every open claim of all versions of some keys, in order of date. ``then``: as of an earlier day.

    What is hidden and what is absent take the same statements: one that finds something, and one that finds nothing.
    """
    rows = rows_of(reader, then + _CLAIMS_OF_KEYS, keys)
    found = _judged(reader, opened, labels, scope, rows)
    if not found:
        rows = rows_of(reader, then + _CLAIMS, (NO_VERSION if rows else ANY_VERSION,))
        _judged(reader, opened, labels, scope, rows, aside=True)
    return found


def _judged(
    reader: Reader, opened: OpenSet, labels: dict[int, Label], scope: Scope, rows: Sequence[Row], *, aside: bool = False
) -> list[Candidate]:
    judged = []
    for row in rows:
        at = opened.opened_at[row[4]] if row[4] < len(opened.opened_at) else -1
        if at >= 0 and scope.takes(labels[row[3]]):
            judged.append((row, at))
    if aside:
        return []
    if opened.hidden and judged:
        left_out = opened.hidden.among(reader, [row[1] for row, _ in judged])
        judged = [(row, at) for row, at in judged if row[1] not in left_out or row[5] == opened.hidden.asker]
    if not judged:
        return []
    numbers = [row[0] for row, _ in judged]
    ticks = Ticks(reader, min(numbers), max(numbers))
    found = []
    for (seq, version, body, label, _, source, leaf, flags, key, modified, creator, conflict), at in judged:
        opening = opened.openings[at - 1] if at else None
        added = opening.at + seq if opening and seq <= opening.claim else ticks.date(seq)
        found.append(
            Candidate(
                seq, version, body, label, source, leaf, flags, bytes(key), modified, creator, bool(conflict), added
            )
        )
    found.sort(key=_by_date)
    return _without_echoes(found)


def _without_echoes(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Each claim once: where it opened first to this viewer."""
    first: dict[tuple[int, int], Candidate] = {}
    for candidate in candidates:
        first.setdefault((candidate.leaf, candidate.version), candidate)
    return list(first.values())


def versions_at(reader: Reader, moments: Sequence[Micros], most: int) -> list[int] | None:
    """Numbers of versions that may have these ``modified``; None where there are more than ``most``."""
    words = " OR ".join(modified_word(moment) for moment in moments)
    parameters = {"moments": list(moments)} if reader.postgres else {"words": words}
    rows = reader.all(_AT, {**parameters, "most": most + 1})
    return None if len(rows) > most else sorted(row[0] for row in rows)


def versions_dated(reader: Reader, opened: OpenSet, moments: Iterable[Micros]) -> list[int]:
    """Numbers of versions of which a claim may stand before the viewer since one of these dates."""
    openings = (None, *opened.openings)
    claims = {claim_dated(reader, moment, opening) for moment in moments for opening in openings}
    return [row[0] for row in rows_of(reader, _VERSIONS_OF, claims - {0})]


def first_claims(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One claim for each version: the earliest."""
    first: dict[int, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.version, candidate)
    return list(first.values())


def superseded(candidate: Candidate, others: Sequence[Candidate], *, by_later: bool = True) -> bool:
    """Whether the same source, or the creator's own party, has a later (or earlier) version among what is seen. What has no
    date of its own is as late as the claim of it.
    """
    mine = candidate.leaf if candidate.undated else candidate.modified
    for other in others:
        if other.key != candidate.key or other.source not in (candidate.source, candidate.creator):
            continue
        its = other.leaf if candidate.undated else other.modified
        if other.version != candidate.version and (its > mine if by_later else its < mine):
            return True
    return False


def choose(candidates: Sequence[Candidate], versions: Sequence[VersionFilter]) -> list[Candidate]:
    """One claim for each version that ``match[version]`` asks for. ``candidates``: all open claims of the ids concerned."""
    chosen = first_claims(candidates)
    if "all" in versions:
        return chosen
    by_key: dict[bytes, list[Candidate]] = {}
    for candidate in candidates:
        by_key.setdefault(candidate.key, []).append(candidate)
    return [
        candidate
        for candidate in chosen
        if any(_wanted(candidate, by_key[candidate.key], word) for word in versions or ("last",))
    ]


def _wanted(candidate: Candidate, others: Sequence[Candidate], word: VersionFilter) -> bool:
    """Last and first: as long as one claim of the version stands. Nobody's copy lends its source to another's version."""
    if word in ("last", "first"):
        claims = [other for other in others if other.version == candidate.version]
        return not all(superseded(claim, others, by_later=word == "last") for claim in claims)
    return candidate.dated == word


def entries(candidates: Sequence[Candidate]) -> list[Entry]:
    """As lines of a feed."""
    return [
        Entry(candidate.claim, candidate.body, candidate.added, candidate.flags & LARGE != 0)
        for candidate in candidates
    ]


def stood(reader: Reader, candidates: Sequence[Candidate], state: State, as_of: Micros) -> list[Candidate]:
    """Those that were there at a date."""
    if as_of >= state.at:
        return list(candidates)
    end = claim_at(reader, as_of)
    return [candidate for candidate in candidates if candidate.added <= as_of and candidate.claim <= end]


def _by_date(candidate: Candidate) -> Micros:
    return candidate.added
