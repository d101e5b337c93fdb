"""Values and facts: what a portrait is made of, and how a JSON value reads.

A ``Fact`` has a label and some values. A label of ours is a msgid (``named`` is False); the name of a property nobody has
described is text from outside (``named`` is True) and is shown as it is. Everything is bounded: a list at ``MOST_VALUES``,
a tree at ``DEEPEST``.
"""

from typing import Any, Final, Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects import timestamps
from comity.web.portraits.text import LONGEST_LINE, LONGEST_TEXT, defanged, line, size_words, visible, words_of
from comity.web.words import msgid

MOST_VALUES: Final = 50
MOST_FACTS: Final = 60
DEEPEST: Final = 4

ValueKind = Literal["text", "said", "mono", "long", "moment", "ref", "tree"]


class Value(msgspec.Struct, frozen=True):
    """One value. ``said`` is a word of ours (a msgid), ``mono`` an identifier or digest, ``long`` running text."""

    kind: ValueKind
    text: str = ""
    at: Micros = 0
    facts: tuple["Fact", ...] = ()
    left_out: int = 0


class Fact(msgspec.Struct, frozen=True):
    """A labelled value or list of values; ``more`` is how many were left out."""

    label: str
    values: tuple[Value, ...]
    more: int = 0
    named: bool = False


def text(value: Any) -> Value:
    """A short text in one line; whatever is not text reads as a tree."""
    return Value("text", line(value)) if isinstance(value, str) else any_value(value)


def words(value: Any) -> Value:
    """A term of a vocabulary."""
    return Value("text", words_of(value)) if isinstance(value, str) else any_value(value)


def mono(value: Any) -> Value:
    """An identifier, command or path, to be read letter by letter."""
    return Value("mono", line(str(value), 2000)) if isinstance(value, str | int) else any_value(value)


def address(value: Any) -> Value:
    """A network address or name, written so that nothing makes it clickable."""
    return Value("mono", defanged(line(value, 2000))) if isinstance(value, str) else any_value(value)


def long(value: Any) -> Value:
    """Running text with its line ends, bounded."""
    if not isinstance(value, str):
        return any_value(value)
    return Value("long", visible(value[:LONGEST_TEXT]).strip(), left_out=max(0, len(value) - LONGEST_TEXT))


def moment(value: Any) -> Value:
    """A timestamp; one that can't be read is shown as it came."""
    if not isinstance(value, str):
        return any_value(value)
    try:
        return Value("moment", value, timestamps.parse(value))
    except ValueError:
        return text(value)


def reference(value: Any) -> Value:
    """The id of another object."""
    return Value("ref", value) if isinstance(value, str) else any_value(value)


def yes_no(value: Any) -> Value:
    """A boolean as a word."""
    if not isinstance(value, bool):
        return any_value(value)
    return Value("said", msgid("yes") if value else msgid("no"))


def number(value: Any) -> Value:
    """A count, with thousands apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return any_value(value)
    return Value("text", f"{value:,}" if isinstance(value, int) else f"{value:g}")


def plain_number(value: Any) -> Value:
    """A number that is a name (a port, a process id): digits only."""
    if isinstance(value, bool) or not isinstance(value, int):
        return any_value(value)
    return Value("mono", str(value)[:400])


def octets(value: Any) -> Value:
    """A size in bytes."""
    if isinstance(value, bool) or not isinstance(value, int):
        return any_value(value)
    return Value("text", size_words(value))


def any_value(value: Any, depth: int = 0) -> Value:
    """Any JSON value, as text or as a tree of facts; deeper than ``DEEPEST`` it says only how much is there."""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, str):
        return long(value) if len(value) > LONGEST_LINE else Value("text", line(value))
    if isinstance(value, int | float):
        return Value("text", str(value)[:400])
    if value is None:
        return Value("said", msgid("nothing (null)"))
    if depth >= DEEPEST:
        return Value("said", msgid("more, nested deeper: see the JSON"))
    if isinstance(value, dict):
        return _tree(value, depth)
    return Value("tree", facts=(Fact("", *_listed(list(value), depth), named=True),))


def any_fact(name: str, value: Any, depth: int = 0) -> Fact:
    """A property nobody has described, under its own name."""
    if name.endswith("_ref") and isinstance(value, str):
        return Fact(line(name, 120), (reference(value),), named=True)
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return Fact(line(name, 120), *_listed(value, depth), named=True)
    return Fact(line(name, 120), (any_value(value, depth),), named=True)


def _tree(value: dict[str, Any], depth: int) -> Value:
    shown = list(value.items())[:MOST_FACTS]
    facts = tuple(any_fact(name, inner, depth + 1) for name, inner in shown)
    return Value("tree", facts=facts, left_out=len(value) - len(shown))


def _listed(values: list[Any], depth: int) -> tuple[tuple[Value, ...], int]:
    shown = tuple(any_value(each, depth + 1) for each in values[:MOST_VALUES])
    return shown, max(0, len(values) - len(shown))
