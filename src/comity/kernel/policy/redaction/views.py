"""Views: a text as a reader would take it, with every character's place in what was written.

Lives here: undoing what hides a value from a plain search and not from a reader: letter case, compatibility forms and invisible
characters (Unicode), blanks in a row, defanged writing (``[.]``, ``(at)``, ``hxxp``), percent-encoding, escapes of JSON, of C
and of HTML, backslashes of patterns. Each step is linear in the text, and there is a fixed number of them.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from html import unescape
from typing import Final

import msgspec

_ROUNDS: Final = 3
"""How often escapes are undone: one may hide another."""
_REMEMBERED: Final = 32
"""Texts that were read just now: one object's are read for several things."""

# What a text has to hold for anything to be undone in it. Every alternative of these expressions begins with a letter of its own:
# so texts without any are passed over quickly.
_odd = re.compile(r"[%\\&\[({\]\n\t\r]|  |xx|\*\*|meow|fxp").search
_ESCAPE: Final = re.compile(
    r"%[0-9a-f]{2}(?:%[0-9a-f]{2})*+"
    r"|\\u[0-9a-f]{4}(?:\\u[0-9a-f]{4})*+|\\x[0-9a-f]{2}(?:\\x[0-9a-f]{2})*+|\\(?=[.@:/_-])"
    r"|&(?:\#[0-9]{1,7}|\#x[0-9a-f]{1,6}|amp|period|commat|colon|sol|lowbar|hyphen);"
    r"|\[(?:(?:\.|dot)\][ ]?|\.|(?:@|at)\][ ]?|://\]|:\]//|:\])"
    r"|\((?:(?:\.|dot)\)|(?:@|at)\))[ ]?"
    r"|\{(?:(?:\.|dot)\}|(?:@|at)\})[ ]?"
    r"|\](?<=\.\])"
    r"|\t\s*+|\n\s*+|\r\s*+|  \s*+"
    r"|hxxp(?=s?:|s?\[)|h\*\*p(?=s?:|s?\[)|meow(?=:)|fxp(?=:)"
)
# A blank before what is written instead of a dot or an @.
_SPACED: Final = re.compile(r"[ ](?=[\[({](?:\.|dot|@|at)[\])}])")
_is_spaced = re.compile(r"[\[({](?:\.|dot|@|at)[\])}]").search
# Characters that compose: a letter with its marks, a Korean syllable written in parts.
_CHUNK: Final = re.compile("[\u1100-\u115f][\u1160-\u11a7]?[\u11a8-\u11ff]?|.[\u0300-\u036f\u3099\u309a]*", re.DOTALL)
_INVISIBLE: Final = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
)
_DASHES: Final = dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D], "-")
_FOLDING: Final[dict[int, str | None]] = {**_INVISIBLE, **_DASHES, 0x3002: ".", 0xFF61: "."}
_is_foldable = re.compile(f"[{re.escape(''.join(map(chr, _FOLDING)))}]").search


class View(msgspec.Struct, frozen=True):
    """``text`` as it is read; its character at ``i`` was written at ``starts[i]:ends[i]``, or at ``i`` where these are None."""

    text: str
    starts: list[int] | None = None
    ends: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where what is read at ``start:end`` was written."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


@lru_cache(_REMEMBERED)
def readings(text: str) -> tuple[str, ...]:
    """A text as it may be read: as it stands, and with what hides something in it undone, once and again.

    What looks like an escape may be none: so all are to be looked at.
    """
    made = [plain(text)]
    for _ in range(_ROUNDS):
        undone = made[-1]
        if _odd(undone) is None:
            break
        if _is_spaced(undone):
            undone = _SPACED.sub("", undone)
        undone = _ESCAPE.sub(_undone, undone)
        if undone == made[-1]:
            break
        made.append(undone)
    return tuple(made)


def views(text: str) -> tuple[View, ...]:
    """The readings of a text, each with the places at which it is written. Much slower than the readings alone."""
    made = [_folded(text)]
    for _ in range(_ROUNDS):
        undone = made[-1]
        if _odd(undone.text) is None:
            break
        if _is_spaced(undone.text):
            undone = _rewritten(undone, _SPACED, lambda _: "")
        undone = _rewritten(undone, _ESCAPE, _undone)
        if undone.text == made[-1].text:
            break
        made.append(undone)
    return tuple(made)


def read(text: str) -> str:
    """A text as it is read when everything is undone."""
    return readings(text)[-1]


def _folded(text: str) -> View:
    if text.isascii():
        return View(text.lower())
    if unicodedata.is_normalized("NFKC", text):
        folded = text.casefold()
        if len(folded) == len(text) and not _is_foldable(folded):
            return View(folded)
    return _rewritten(View(text), _CHUNK, lambda match: fold(match[0]))


def plain(text: str) -> str:
    """The first reading of a text: nothing undone but case, forms and what can't be seen."""
    return text.lower() if text.isascii() else fold(text)


def fold(text: str) -> str:
    """Letter case, compatibility forms and what can't be seen undone."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.translate(_FOLDING) if _is_foldable(folded) else folded


def _rewritten(before: View, expression: re.Pattern[str], rewrite: Callable[[re.Match[str]], str]) -> View:
    """The view with every match rewritten. What a match became lies where all of it was written."""
    text, pieces = before.text, []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in expression.finditer(text):
        first, last = match.span()
        if first > at:
            pieces.append(text[at:first])
            _keep(before, at, first, starts, ends)
        made = rewrite(match)
        pieces.append(made)
        at = last
        begins, stops = before.span(first, last)
        each = _share(match, made)
        if each:
            starts += [before.span(first + index * each, first + (index + 1) * each)[0] for index in range(len(made))]
            ends += [before.span(first + index * each, first + (index + 1) * each)[1] for index in range(len(made))]
        else:
            starts += [begins] * len(made)
            ends += [stops] * len(made)
    if at < len(text):
        pieces.append(text[at:])
        _keep(before, at, len(text), starts, ends)
    return View("".join(pieces), starts, ends)


def _keep(before: View, first: int, last: int, starts: list[int], ends: list[int]) -> None:
    if before.starts is None or before.ends is None:
        starts += range(first, last)
        ends += range(first + 1, last + 1)
    else:
        starts += before.starts[first:last]
        ends += before.ends[first:last]


_WIDTHS: Final = {"%": 3, "\\u": 6, "\\x": 4}


def _share(match: re.Match[str], made: str) -> int:
    """How many characters each of those made was written with, where it is the same for all; else 0."""
    text = match[0]
    width = _WIDTHS.get(text[0]) or _WIDTHS.get(text[:2], 0)
    return width if width and len(text) == width * len(made) else 0


def _undone(match: re.Match[str]) -> str:
    text = match[0]
    match text[0]:
        case "%":
            return fold(_decoded(text.replace("%", ""), "utf-8") or text)
        case "\\":
            return _unescaped(text)
        case "&":
            return fold(unescape(text))
        case "[" | "(" | "{":
            return "://" if "//" in text else ":" if ":" in text else "@" if text[1] in "@a" else "."
        case "h" | "m":
            return "http"
        case "f":
            return "ftp"
        case "]":
            return ""
        case _:
            return " "


def _unescaped(text: str) -> str:
    if len(text) == 1:
        return ""
    return fold(_decoded(text.replace(text[:2], ""), "utf-16-be" if text[1] == "u" else "utf-8") or text)


def _decoded(digits: str, encoding: str) -> str:
    try:
        return bytes.fromhex(digits).decode(encoding)
    except UnicodeDecodeError:
        return ""
