"""STIX patterns (STIX 2.1 9) without what must not go: comparisons are rewritten or taken out, and what is left is a pattern.

A pattern is read word by word into a tree (``objects.patterns.lexicon``), rewritten from its leaves, and written again; one that
asks for nothing to be done stays as it was, to the byte. What is taken out of an OR, an AND or a sequence leaves the others; a
group or an observation without anything left goes itself. Of an AND that lost an operand something telling has to be left, for a
port or a size alone is found everywhere: else it goes too. An address that becomes its network is compared by ISSUBSET.

A valid pattern in an unusual form (comments, rare literals) is not read here: it stays where nothing in it must not go, else the
object can't be made.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from comity.kernel.objects import patterns
from comity.kernel.objects.patterns import lexicon, plain
from comity.kernel.objects.patterns.reading import kinds_of, observable
from comity.kernel.policy.redaction.outcome import REDACTED, Cannot
from comity.kernel.policy.redaction.scrub import Scrubber, network
from comity.kernel.policy.redaction.times import Span, coarser

_TELLING: Final = 8
"""Characters of a text that is not found everywhere."""

_set = lexicon.LITERALS.findall

Made = str | None
"""What a part of a pattern becomes; None: it goes."""


class Rewriter:
    """Patterns of one object."""

    def __init__(self, scrubber: Scrubber, span: Span | None) -> None:
        self._scrubber = scrubber
        self._span: Span | None = span

    def values(self, pattern: str) -> None:
        """Tell the scrubber of every observable that a pattern compares with."""
        for match in plain.scan(pattern):
            if (match["text"] or match["ordered"]) and not self._scrubber.acts.keys().isdisjoint(
                kinds_of(match["path"])
            ):
                self._scrubber.notice()
            for literal in _literals(match):
                if literal[0] in "'0123456789":
                    pair = observable(match["path"], _text(literal))
                    if pair is not None:
                        self._scrubber.meet(pair[0], _text(literal))

    def rewritten(self, pattern: str) -> str:
        """The pattern as it may go; raises Cannot where nothing is left of it, or it can't be read here and may not go."""
        words = list(_words(pattern))
        if not words:
            if self._scrubber.hits(pattern) or (self._span is not None and "t'" in pattern):
                raise Cannot.without("pattern")
            return pattern
        if not self._touches(pattern):
            return pattern
        made, changed = _Tree(words, self._comparison, self._qualifier).made()
        if made is None or (changed and patterns.check(made)):
            raise Cannot.without("pattern")
        return made if changed else pattern

    def _touches(self, pattern: str) -> bool:
        """Whether anything may have to be done: to look is quicker than to take a pattern apart."""
        return (self._span is not None and "t'" in pattern) or not self._scrubber.idle

    def _qualifier(self, match: re.Match[str]) -> str:
        text = match[0].strip()
        if self._span is None or match.lastgroup != "stop":
            return text
        start = coarser(match["start"][2:-1], self._span)
        return f"START t'{start}' STOP t'{coarser(match['stop'][2:-1], self._span, ends=True)}'"

    def _comparison(self, match: re.Match[str]) -> Made:
        text = match[0].strip()
        if match.lastgroup == "exists":
            return None if self._scrubber.knows(match["existing"]) else text
        if not kinds_of(match["path"]) and self._scrubber.knows(match["path"]):
            return None
        if match["set"]:
            return self._of_set(match, text)
        if match["equals"]:
            return self._of_equality(match, text)
        if match["ordered"]:
            return self._of_order(match, text)
        return self._of_text(match, text)

    def _of_equality(self, match: re.Match[str], text: str) -> Made:
        path, operator, literal = match["path"], match["equals"], match["literal"]
        if literal.startswith("t'"):
            return self._moment(text, literal)
        made = self._literal(path, literal)
        if made is None or made == literal:
            return None if made is None else text
        if made.startswith("ISSUBSET"):
            return f"{path} {made if operator == '=' else f'NOT {made}'}"
        return f"{path} {operator} {made}"

    def _of_set(self, match: re.Match[str], text: str) -> Made:
        path, literals = match["path"], _set(match["set"])
        made = list(dict.fromkeys(each for each in (self._literal(path, one) for one in literals) if each is not None))
        if made == literals:
            return text
        plain_ones = [each for each in made if not each.startswith("ISSUBSET")]
        kept = [f"{path} {'NOT ' if match['notin'] else ''}{each}" for each in made if each.startswith("ISSUBSET")]
        if plain_ones:
            kept.append(f"{path} {'NOT IN' if match['notin'] else 'IN'} ({', '.join(plain_ones)})")
        if len(kept) < 2:
            return kept[0] if kept else None
        return f"({(' AND ' if match['notin'] else ' OR ').join(kept)})"

    def _of_order(self, match: re.Match[str], text: str) -> Made:
        literal = match["ordered"]
        if literal.startswith("t'"):
            return self._moment(text, literal)
        return text if self._literal(match["path"], literal) == literal else None

    def _of_text(self, match: re.Match[str], text: str) -> Made:
        path, literal = match["path"], match["text"]
        operator = text[len(path) :].strip()[: -len(literal)].strip()
        value = lexicon.unquoted(literal)
        if operator.endswith(("ISSUBSET", "ISSUPERSET")):
            pair = observable(path, value)
            if pair is not None and self._scrubber.acts.get(pair[0]) == "network":
                made = network(pair[1])
                return None if made is None else text if made == pair[1] else f"{path} {operator} {_quoted(made)}"
            return text if self._literal(path, literal) == literal else None
        # A part of a value of a kind that must not go says something of it, whatever part it is.
        if not self._scrubber.acts.keys().isdisjoint(kinds_of(path)):
            return None
        return None if self._scrubber.hits(value) else text

    def _moment(self, text: str, literal: str) -> str:
        if self._span is None:
            return text
        return f"{text[: -len(literal)]}t'{coarser(literal[2:-1], self._span)}'"

    def _literal(self, path: str, literal: str) -> Made:
        """What a constant becomes: itself, another, ``ISSUBSET`` with one, or nothing."""
        scrubber, value = self._scrubber, _text(literal)
        pair = observable(path, value) if literal[0] in "'0123456789" else None
        if pair is not None and pair[0] in scrubber.acts:
            made = scrubber.made(*pair)
            if made is None or made == pair[1]:
                return None if made is None else literal
            if scrubber.acts[pair[0]] == "network":
                return f"ISSUBSET {_quoted(made)}"
            return _quoted(made) if literal[0] == "'" else made.removeprefix("AS")
        if literal[0] not in "'hb" or not scrubber.hits(value):
            return literal
        cleaned = scrubber.clean(value)
        return None if REDACTED in cleaned or literal[0] != "'" else _quoted(cleaned)


def texts_of(pattern: str) -> Iterator[str]:
    """What a pattern says in texts: its constants, or all of it where it is not read here."""
    words = list(_words(pattern))
    for word in words:
        yield from map(_text, _literals(word))
    if not words:
        yield pattern


class _Tree:
    """A pattern as a tree of what its parts become, read by descent: observations, comparisons, groups of each."""

    def __init__(
        self,
        words: list[re.Match[str]],
        comparison: Callable[[re.Match[str]], Made],
        qualifier: Callable[[re.Match[str]], str],
    ) -> None:
        self._words = words
        self._at = 0
        self._comparison = comparison
        self._qualifier = qualifier
        self._changed = False

    def made(self) -> tuple[Made, bool]:
        """The pattern as it becomes, and whether anything changed."""
        made = self._joined(("FOLLOWEDBY", "OR", "AND"), self._observation)
        return made, self._changed

    def _next(self) -> re.Match[str] | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _takes(self, group: str, text: str) -> bool:
        word = self._next()
        if word is None or word.lastgroup != group or word[group] != text:
            return False
        self._at += 1
        return True

    def _joined(self, operators: tuple[str, ...], operand: Callable[[], Made]) -> Made:
        """Operands joined by operators, those that bind weakest first."""
        if not operators:
            return operand()
        operator, *tighter = operators
        parts, telling, begin = [], [], self._at
        while True:
            begin = self._at
            parts.append(self._joined(tuple(tighter), operand))
            telling.append(self._is_telling(begin, self._at))
            if not self._takes("operator", operator):
                break
        left = [part for part in parts if part is not None]
        if len(left) < len(parts) and operator == "AND" and operand == self._operand:
            self._changed = True
            if not any(tells for part, tells in zip(parts, telling, strict=True) if part is not None):
                return None
        return f" {operator} ".join(left) or None

    def _is_telling(self, begin: int, end: int) -> bool:
        return any(_tells(word) for word in self._words[begin:end])

    def _observation(self) -> Made:
        inside: Made
        if self._takes("bracket", "("):
            inside = self._joined(("FOLLOWEDBY", "OR", "AND"), self._observation)
            self._takes("bracket", ")")
            made = None if inside is None else f"({inside})"
        else:
            self._takes("bracket", "[")
            inside = self._joined(("OR", "AND"), self._operand)
            self._takes("bracket", "]")
            made = None if inside is None else f"[{inside}]"
        while (word := self._next()) is not None and word.lastgroup in {"within", "repeats", "stop"}:
            self._at += 1
            qualifier = self._qualifier(word)
            self._changed = self._changed or qualifier != word[0].strip()
            made = None if made is None else f"{made} {qualifier}"
        return made

    def _operand(self) -> Made:
        if self._takes("bracket", "("):
            inside = self._joined(("OR", "AND"), self._operand)
            self._takes("bracket", ")")
            return None if inside is None else f"({inside})"
        word = self._words[self._at]
        self._at += 1
        made = self._comparison(word)
        self._changed = self._changed or made != word[0].strip()
        return made


def _words(pattern: str) -> Iterator[re.Match[str]]:
    """The words of a valid pattern; none where one of them is not read here."""
    found = []
    at, end = 0, len(pattern.rstrip(" \t\r\n"))
    while at < end:
        match = lexicon.TOKEN.match(pattern, at)
        if match is None:
            return iter(())
        found.append(match)
        at = match.end()
    return iter(found)


def _literals(match: re.Match[str]) -> list[str]:
    """The constants that a comparison compares with; none of any other word."""
    if match["path"] is None:
        return []
    if match["set"]:
        return [str(each) for each in _set(match["set"])]
    return [each for each in (match["literal"], match["ordered"], match["text"]) if each]


def _text(literal: str) -> str:
    return lexicon.unquoted(literal) if literal[0] == "'" else literal


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _tells(word: re.Match[str]) -> bool:
    """Whether a comparison is of something that is not found everywhere."""
    if word.lastgroup != "comparison":
        return False
    return bool(kinds_of(word["path"])) or any(
        literal[0] == "'" and len(literal) >= _TELLING for literal in _literals(word)
    )
