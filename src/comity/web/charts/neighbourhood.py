"""The neighbourhood of one object: it stands in the middle, what refers to it on the left, what it refers to on the right.

Neighbours stand in groups by how they are related; the word stands over the group. A side shows at most ``MOST_ROWS``
neighbours, and the rest is in the table beside the picture.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from comity.web.charts.lettering import fitted, wrapped
from comity.web.portraits.kinds import Shape

WIDTH: Final = 880
MOST_ROWS: Final = 11
MOST_GROUPS: Final = 5
_MIDDLE: Final = WIDTH // 2
_COLUMN: Final = 170
_ROW: Final = 26
_HEADING: Final = 32
_TEXT_COLUMNS: Final = 37

Side = Literal["in", "out"]


class Neighbour(msgspec.Struct, frozen=True):
    """One related object. ``path`` is where its page is; empty for one that is not held here."""

    title: str
    shape: Shape
    path: str


class Group(msgspec.Struct, frozen=True):
    """Neighbours related in one way. ``word`` is a verb from outside or of the specification, as words."""

    word: str
    neighbours: tuple[Neighbour, ...]


class Node(msgspec.Struct, frozen=True):
    """A neighbour as drawn."""

    x: float
    y: float
    text_x: float
    title: str
    whole: str
    shape: Shape
    path: str
    side: Side
    curve: str


class Heading(msgspec.Struct, frozen=True):
    """The word over a group, with an arrow that says which way it reads."""

    x: float
    y: float
    word: str
    side: Side


class Picture(msgspec.Struct, frozen=True):
    """The drawing. ``left_out`` counts neighbours that are only in the table."""

    width: int
    height: int
    middle_x: float
    middle_y: float
    title: tuple[str, ...]
    shape: Shape
    nodes: tuple[Node, ...]
    headings: tuple[Heading, ...]
    left_out: int


def drawn(title: str, shape: Shape, incoming: Sequence[Group], outgoing: Sequence[Group]) -> Picture:
    """The picture of an object and its neighbours."""
    sides: dict[Side, Sequence[Group]] = {"in": _bounded(incoming), "out": _bounded(outgoing)}
    all_neighbours = sum(len(group.neighbours) for group in (*incoming, *outgoing))
    tallest = max(_height(groups) for groups in sides.values())
    height = max(tallest + 16, 150)
    middle_y = height / 2
    nodes: list[Node] = []
    headings: list[Heading] = []
    for side, groups in sides.items():
        y = (height - _height(groups)) / 2
        for group in groups:
            x = _MIDDLE + (_COLUMN if side == "out" else -_COLUMN)
            text_x = x + (16 if side == "out" else -16)
            headings.append(Heading(text_x, y + 22, fitted(group.word, _TEXT_COLUMNS - 2), side))
            y += _HEADING
            for neighbour in group.neighbours:
                nodes.append(_node(neighbour, side, x, text_x, y + _ROW / 2, middle_y))
                y += _ROW
    return Picture(
        width=WIDTH,
        height=int(height),
        middle_x=_MIDDLE,
        middle_y=middle_y,
        title=wrapped(title, 24, 3),
        shape=shape,
        nodes=tuple(nodes),
        headings=tuple(headings),
        left_out=all_neighbours - len(nodes),
    )


def _node(neighbour: Neighbour, side: Side, x: float, text_x: float, y: float, middle_y: float) -> Node:
    near = _MIDDLE + (18 if side == "out" else -18)
    end = x - 10 if side == "out" else x + 10
    bend = (near + end) / 2
    curve = f"M{near:g} {middle_y:g}C{bend:g} {middle_y:g} {bend:g} {y:g} {end:g} {y:g}"
    shown = fitted(neighbour.title, _TEXT_COLUMNS)
    return Node(x, y, text_x, shown, neighbour.title, neighbour.shape, neighbour.path, side, curve)


def _height(groups: Sequence[Group]) -> int:
    return sum(_HEADING + _ROW * len(group.neighbours) for group in groups)


def _bounded(groups: Sequence[Group]) -> tuple[Group, ...]:
    """At most ``MOST_GROUPS`` groups and ``MOST_ROWS`` neighbours, dealt out one by one so that no group crowds out another."""
    chosen = groups[:MOST_GROUPS]
    shares = [0] * len(chosen)
    room = MOST_ROWS
    while room and any(share < len(group.neighbours) for share, group in zip(shares, chosen, strict=True)):
        for position, group in enumerate(chosen):
            if room and shares[position] < len(group.neighbours):
                shares[position] += 1
                room -= 1
    return tuple(Group(group.word, group.neighbours[:share]) for group, share in zip(chosen, shares, strict=True))
