"""Who could have had an object, and when: from the grants as they were and are, and from where its claims stood and stand.

What a party fetched is not written down by every exit; that it could have is. So this is what a party is told of a recall for.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.erasure.orders import Shared
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.labels import Labels, needs_of_text
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.twins.rows import twins_of

Span = tuple[Micros, Micros]
"""From a moment until before another."""

_EVER: Final = -(2**62)
_ALWAYS: Final = 2**62
_CLAIMS = Sql(
    "SELECT DISTINCT c.seq, c.shape, c.label FROM held h JOIN claim c ON c.version = h.version WHERE h.key = :key"
)
_PAST = Sql(
    "SELECT DISTINCT p.seq, p.until, p.shape, p.label FROM held h JOIN past p ON p.version = h.version "
    "WHERE h.key = :key ORDER BY p.seq, p.until"
)
_DATE = Sql("SELECT at + (:seq - claim) FROM tick WHERE claim <= :seq ORDER BY claim DESC LIMIT 1")
_SHAPES = "SELECT id, label, needs FROM shape WHERE id"
_GRANTS = (
    "SELECT g.party, g.label, coalesce(o.at, 0), g.closed, g.until, g.opened FROM grants g "
    "LEFT JOIN opening o ON o.id = g.opened WHERE g.label"
)
_PARTIES = Sql("SELECT id, slug, name, own FROM party ORDER BY slug")
_NAMES = Sql("SELECT id, name FROM kind")


def shared_with(reader: Reader, key: bytes, labels: Labels, now: Micros) -> tuple[Shared, ...]:
    """Who could have had an object: every party but those that gave it and our own, by slug; and its twins."""
    parties = {number: (slug, name) for number, slug, name, own in reader.all(_PARTIES) if not own}
    stood = _stood(reader, key, now)
    shapes = {number: (label, needs_of_text(text)) for number, label, text in rows_of(reader, _SHAPES, set(stood))}
    granted = _granted(reader, {one for own, needs in shapes.values() for one in (own, *_flat(needs))})
    sources = {labels.row(own, reader).source for own, _ in shapes.values()}
    found = []
    for party, (slug, name) in parties.items():
        spans: list[Span] = []
        for shape, stays in stood.items():
            own, needs = shapes[shape]
            if labels.row(own, reader).lens or party in sources:
                continue
            open_spans = _both(stays, granted.get((party, own), []))
            for alternatives in needs:
                spans_of = [span for one in alternatives for span in granted.get((party, one), [])]
                open_spans = _both(open_spans, spans_of)
            spans += open_spans
        if spans:
            since, until = min(start for start, _ in spans), max(end for _, end in spans)
            found.append(Shared(party, slug, name, since, None if until >= now else until))
    return (*found, *_twins(reader, key, parties))


def _twins(reader: Reader, key: bytes, parties: dict[int, tuple[str, str]]) -> Iterable[Shared]:
    names = {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
    for twin in twins_of(reader, [key]).get(key, []):
        for party in sorted(twin.had & parties.keys()):
            slug, name = parties[party]
            yield Shared(party, slug, name, twin.created, None, object_id_of(twin.twin, names))


def _stood(reader: Reader, key: bytes, now: Micros) -> dict[int, list[Span]]:
    """For each shape that claims of an object stood under, when."""
    found: dict[int, list[Span]] = {}
    since: dict[int, Micros] = {}
    for seq, until, shape, _ in reader.all(_PAST, {"key": key}):
        start = since.get(seq, _date(reader, seq))
        found.setdefault(shape, []).append((start, until))
        since[seq] = until
    for seq, shape, _ in reader.all(_CLAIMS, {"key": key}):
        start = since.get(seq, _date(reader, seq))
        found.setdefault(shape, []).append((start, max(now, start) + 1))
    return found


def _date(reader: Reader, seq: int) -> Micros:
    at: Micros | None = reader.value(_DATE, {"seq": seq})
    return _EVER if at is None else at


def _granted(reader: Reader, labels: set[int]) -> dict[tuple[int, int], list[Span]]:
    """For each party and label, when it was granted."""
    found: dict[tuple[int, int], list[Span]] = {}
    for party, label, at, closed, until, opened in rows_of(reader, _GRANTS, labels):
        end = min(end for end in (closed, until, _ALWAYS) if end is not None)
        found.setdefault((party, label), []).append((at if opened else _EVER, end))
    return found


def _flat(needs: Iterable[Iterable[int]]) -> Iterable[int]:
    return (one for alternatives in needs for one in alternatives)


def _both(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """When both hold."""
    return [(max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d)]
