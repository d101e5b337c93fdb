"""A STIX pattern (STIX 2.1 9) laid out in lines, so that a person can follow it.

Only blanks change: the pieces, joined by blanks, are the pattern. It reads quotes and brackets and nothing else, so a
pattern that is not valid is laid out too, and nothing is said about it.
"""

import re
from typing import Final

import msgspec

MOST_LINES: Final = 200
DEEPEST: Final = 6

# A quoted string (with escapes), a bracket, a word that begins a line, a run of anything else.
_pieces = re.compile(
    r"'(?:[^'\\]|\\.)*'?|[\[\]]|\b(?:AND|OR|FOLLOWEDBY|REPEATS|WITHIN|START)\b|[^\s'\[\]]+", re.DOTALL
).finditer
_BEGINS: Final = frozenset({"AND", "OR", "FOLLOWEDBY", "REPEATS", "WITHIN", "START"})


class Line(msgspec.Struct, frozen=True):
    """One line of a pattern, ``depth`` steps in."""

    depth: int
    text: str


def laid_out(pattern: str) -> tuple[Line, ...]:
    """The pattern in lines: each comparison on its own, indented by its brackets. A single comparison stays on one."""
    lines: list[Line] = []
    current = ""
    depth = end = 0
    opened = False
    for match in _pieces(pattern):
        piece = match[0]
        apart = bool(current) and match.start() > end
        end = match.end()
        if opened or piece == "]" or piece in _BEGINS:
            lines.append(Line(depth, current))
            current, apart = "", False
            depth = min(depth + 1, DEEPEST) if opened else depth
            depth = max(0, depth - 1) if piece == "]" else depth
        current += f" {piece}" if apart else piece
        opened = piece == "["
    lines.append(Line(depth, current))
    shown = [each for each in lines if each.text]
    if len(shown) == 3 and shown[0].text == "[" and shown[2].text == "]":
        return (Line(0, f"[{shown[1].text}]"),)
    return tuple(shown[:MOST_LINES])
