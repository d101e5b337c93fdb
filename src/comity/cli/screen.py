"""What goes to the terminal: tables, JSON, and text that came from elsewhere, made harmless.

Objects come from others and may hold anything; control and direction characters would let them rewrite the terminal, so
everything from an object passes ``plain``. Machine-readable output is JSON, in which they are escaped.
"""

import sys
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

import msgspec

_HIDDEN: Final = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_GAP: Final = "  "


def plain(text: str) -> str:
    """The text without characters that don't show: each becomes U+FFFD, line breaks and tabs a blank."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c in "\n\r\t" else "\ufffd" if unicodedata.category(c) in _HIDDEN else c for c in text)


def width(text: str) -> int:
    """Columns it takes on a terminal; wide characters take two."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in {"W", "F"} for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def cut(text: str, most: int) -> str:
    """The text in at most so many columns."""
    if width(text) <= most:
        return text
    kept = text
    while kept and width(kept) > most - 1:
        kept = kept[:-1]
    return kept + "…"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side, one line a row; the same on a terminal and in a pipe."""
    cells = [[plain(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(width(row[at]) for row in cells) for at in range(len(heads))]
    lines = []
    for row in cells:
        padded = [cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)]
        lines.append(_GAP.join(padded).rstrip())
    return "\n".join(lines)


def show(text: str) -> None:
    """A line or several to standard output."""
    print(text)


def show_json(value: Any) -> None:
    """A value as JSON on one line."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def note(text: str) -> None:
    """A line to standard error, where it is not in the way of output that is piped on."""
    print(text, file=sys.stderr)
