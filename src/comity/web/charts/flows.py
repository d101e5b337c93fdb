"""What came from whom into which collection: sources on the left, collections on the right, bands as wide as the counts.

Bands are true to scale but for a least width, so that a party that gave one object is seen too.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from comity.web.charts.lettering import fitted

WIDTH: Final = 880
MOST_ENDS: Final = 8
_LEFT: Final = 268
_RIGHT: Final = WIDTH - 268
_BAR: Final = 6
_LEAST_BLOCK: Final = 46
_LEAST_BAND: Final = 2.0
_GAP: Final = 10
_TEXT_COLUMNS: Final = 29


class Flow(msgspec.Struct, frozen=True):
    """A count from one source into one collection."""

    source: str
    target: str
    count: int


class End(msgspec.Struct, frozen=True):
    """A source or a collection as drawn."""

    x: float
    y: float
    height: float
    middle: float
    text_x: float
    title: str
    whole: str
    count: int
    left: bool


class Band(msgspec.Struct, frozen=True):
    """One flow as drawn. ``rank`` is the place of its source by count, 0 the largest."""

    curve: str
    whole: str
    rank: int


class Picture(msgspec.Struct, frozen=True):
    """The drawing; ``left_out`` counts flows that are only in the table."""

    width: int
    height: int
    ends: tuple[End, ...]
    bands: tuple[Band, ...]
    left_out: int


def drawn(flows: Sequence[Flow]) -> Picture | None:
    """The picture of the flows; None where there are none."""
    sources, targets = _ranked(flows, "source"), _ranked(flows, "target")
    shown = [flow for flow in flows if flow.source in sources and flow.target in targets]
    total = sum(flow.count for flow in shown)
    if not total:
        return None
    blocks = max(len(sources), len(targets))
    scale = max(150.0, 42.0 * blocks) / total
    left, left_height = _ends(shown, sources, scale, is_source=True)
    right, right_height = _ends(shown, targets, scale, is_source=False)
    height = max(left_height, right_height)
    left = {name: _moved(end, (height - left_height) / 2) for name, end in left.items()}
    right = {name: _moved(end, (height - right_height) / 2) for name, end in right.items()}
    bands = _bands(shown, left, right, scale, sources)
    return Picture(WIDTH, int(height) + 1, (*left.values(), *right.values()), bands, len(flows) - len(shown))


def _ranked(flows: Sequence[Flow], side: str) -> dict[str, int]:
    """The ends of one side by count, the largest first: name to rank."""
    counts: dict[str, int] = {}
    for flow in flows:
        name = flow.source if side == "source" else flow.target
        counts[name] = counts.get(name, 0) + flow.count
    ordered = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_ENDS]
    return {name: rank for rank, name in enumerate(ordered)}


def _width(count: int, scale: float) -> float:
    return max(_LEAST_BAND, count * scale)


def _ends(
    flows: Sequence[Flow], ranks: dict[str, int], scale: float, *, is_source: bool
) -> tuple[dict[str, End], float]:
    ends: dict[str, End] = {}
    y = 0.0
    for name in ranks:
        own = [flow for flow in flows if (flow.source if is_source else flow.target) == name]
        bar = sum(_width(flow.count, scale) for flow in own)
        block = max(bar, _LEAST_BLOCK)
        x = _LEFT if is_source else _RIGHT - _BAR
        text_x = x - 12 if is_source else x + _BAR + 12
        top = y + (block - bar) / 2
        count = sum(flow.count for flow in own)
        ends[name] = End(x, top, bar, y + block / 2, text_x, fitted(name, _TEXT_COLUMNS), name, count, is_source)
        y += block + _GAP
    return ends, y - _GAP


def _moved(end: End, by: float) -> End:
    return msgspec.structs.replace(end, y=end.y + by, middle=end.middle + by)


def _bands(
    flows: Sequence[Flow], left: dict[str, End], right: dict[str, End], scale: float, ranks: dict[str, int]
) -> tuple[Band, ...]:
    from_y = {name: end.y for name, end in left.items()}
    to_y = {name: end.y for name, end in right.items()}
    order = {name: rank for rank, name in enumerate(right)}
    bands = []
    for flow in sorted(flows, key=lambda each: (ranks[each.source], order[each.target])):
        width = _width(flow.count, scale)
        y0, y1 = from_y[flow.source], to_y[flow.target]
        from_y[flow.source] += width
        to_y[flow.target] += width
        x0, x1 = _LEFT + _BAR, _RIGHT - _BAR
        bend = (x0 + x1) / 2
        curve = (
            f"M{x0} {y0:.1f}C{bend:g} {y0:.1f} {bend:g} {y1:.1f} {x1} {y1:.1f}V{y1 + width:.1f}"
            f"C{bend:g} {y1 + width:.1f} {bend:g} {y0 + width:.1f} {x0} {y0 + width:.1f}Z"
        )
        bands.append(Band(curve, f"{flow.source} → {flow.target}: {flow.count:,}", ranks[flow.source]))
    return tuple(bands)
