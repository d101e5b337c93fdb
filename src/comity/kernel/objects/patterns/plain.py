"""A linear reader of plain patterns, which says of nearly every real one that it is certainly valid.

It takes a pattern word by word and keeps what is open on a stack of its own. It never says that a pattern is wrong:
whatever it doesn't take (odd spacing, comments, rare literals, mistakes) is left to the grammar.
"""

import re
from collections.abc import Iterator
from typing import Final

from comity.kernel.objects import timestamps
from comity.kernel.objects.patterns import lexicon

LONGEST: Final = 100_000
DEEPEST: Final = 32

Comparison = re.Match[str]


def comparisons(pattern: str) -> list[Comparison] | None:
    """The comparisons of a pattern that is certainly valid, in order; None where that can't be said."""
    if len(pattern) > LONGEST:
        return None
    reader = _Reader()
    found: list[Comparison] = []
    at, end = 0, len(pattern.rstrip(" \t\r\n"))
    while at < end:
        match = lexicon.TOKEN.match(pattern, at)
        if match is None or not reader.take(match):
            return None
        if match.lastgroup == "comparison":
            found.append(match)
        at = match.end()
    return found if reader.is_whole() else None


def scan(pattern: str) -> Iterator[Comparison]:
    """The plain comparisons of a pattern known to be valid."""
    return (match for match in lexicon.SCAN.finditer(pattern) if match["path"])


class _Reader:
    """Where in a pattern the reading stands: which word may come next, and what is still open.

    Types matter because all operands of AND in one observation must be satisfiable by one object (9.5): ``every`` are
    the types that satisfy the AND being read, ``either`` those of the OR operands before it.
    """

    def __init__(self) -> None:
        self._wants_operand = True
        self._inside = False
        self._open: list[tuple[bool, frozenset[str], frozenset[str] | None]] = []
        self._either: frozenset[str] = frozenset()
        self._every: frozenset[str] | None = None
        self._qualifiers: set[str] = set()

    def is_whole(self) -> bool:
        return not (self._wants_operand or self._inside or self._open)

    def take(self, match: re.Match[str]) -> bool:
        """Take one word; False where it can't stand here, or not with certainty."""
        match match.lastgroup:
            case "comparison":
                return _is_sound(match) and self._operand(frozenset((match["path"].partition(":")[0],)))
            case "exists":
                return self._operand(frozenset((match["existing"].partition(":")[0],)))
            case "operator":
                return self._operator(match["operator"])
            case "bracket":
                return self._bracket(match["bracket"])
            case _:
                return self._qualifier(match)

    def _operand(self, types: frozenset[str]) -> bool:
        if not (self._inside and self._wants_operand):
            return False
        self._wants_operand = False
        self._every = types if self._every is None else self._every & types
        return bool(self._every)

    def _operator(self, word: str) -> bool:
        if self._wants_operand or (self._inside and word == "FOLLOWEDBY"):
            return False
        self._wants_operand = True
        if self._inside and word == "OR":
            self._either |= self._every or frozenset()
            self._every = None
        return True

    def _bracket(self, mark: str) -> bool:
        if mark in "[(":
            return self._opens(mark)
        if self._wants_operand or not self._open or self._inside != (self._open[-1][0] or mark == "]"):
            return False
        types = self._either | (self._every or frozenset())
        was_inside, either, every = self._open.pop()
        if mark == "]" and (was_inside or not self._inside):
            return False
        self._either, self._every = either, every
        self._inside = was_inside
        if was_inside:
            self._wants_operand = True
            return self._operand(types)
        self._qualifiers = set()
        return True

    def _opens(self, mark: str) -> bool:
        if not self._wants_operand or (self._inside and mark == "[") or len(self._open) > DEEPEST:
            return False
        self._open.append((self._inside, self._either, self._every))
        self._either, self._every = frozenset(), None
        self._inside = self._inside or mark == "["
        return True

    def _qualifier(self, match: re.Match[str]) -> bool:
        kind = match.lastgroup or ""
        if self._inside or self._wants_operand or kind in self._qualifiers:
            return False
        self._qualifiers.add(kind)
        return kind != "stop" or (_is_timestamp(match["start"]) and _is_timestamp(match["stop"]))


def _is_sound(match: re.Match[str]) -> bool:
    path = match["path"]
    literal = match["literal"] or match["ordered"] or ""
    if literal.startswith("t'") and not _is_timestamp(literal):
        return False
    return "hashes" not in path or (bool(match["equals"]) and lexicon.is_certain_hash(path, literal))


def _is_timestamp(literal: str) -> bool:
    try:
        timestamps.parse(literal[2:-1])
    except ValueError:
        return False
    return True
