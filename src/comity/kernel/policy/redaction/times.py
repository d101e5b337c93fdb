"""Moments made coarser: to their day, their week (from Monday) or their month, in UTC.

Lives here: cutting one moment, also where it stands in a text. What ends a window in which something holds (``valid_until``, the
STOP of a pattern) is moved to the end of its day, week or month, everything else to the beginning: so what held holds, and what
was in order stays in order (STIX 2.1 4.7.1, 5.1.2, 9.5.1).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from comity.kernel.base.clock import Micros
from comity.kernel.objects import timestamps

Span = Literal["day", "week", "month"]
COARSER: Final[tuple[Span, ...]] = ("day", "week", "month")
"""From the finest."""

ENDS: Final = frozenset({"valid_until", "stop_time"})
_ORDERED: Final = (("first_seen", "last_seen"), ("first_observed", "last_observed"), ("start", "end"))

_DAY: Final = 86_400_000_000
_THURSDAY: Final = 3
"""The first day of 1970, counted from Monday."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_in_text = re.compile(
    r"(?<![0-9])(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?P<time>[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?: ?(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?)?(?![0-9])"
)


def cut(at: Micros, span: Span) -> Micros:
    """The beginning of the day, week or month of a moment."""
    day = at // _DAY
    if span == "week":
        day -= (day + _THURSDAY) % 7
    if span == "month":
        day -= (_EPOCH + timedelta(days=day)).day - 1
    return day * _DAY


def end(at: Micros, span: Span) -> Micros:
    """The end of the day, week or month of a moment; a moment that begins one is the end of the one before."""
    first = cut(at, span)
    if first == at:
        return at
    # Within five weeks there begins another of each.
    return first + _DAY if span == "day" else cut(first + (7 if span == "week" else 31) * _DAY, span)


def coarser(text: str, span: Span, *, ends: bool = False) -> str:
    """A timestamp made coarser, written as precisely as it was: with a fraction or without; as it is where it is none."""
    try:
        at = timestamps.parse(text)
        made = timestamps.render(end(at, span) if ends else cut(at, span))
    except (ValueError, OverflowError):
        return text
    return made if "." in text else f"{made[:19]}Z"


def coarser_in(text: str, span: Span) -> str:
    """The moments in a text made coarser: a date takes their place. A date alone says no more than its day."""
    return _in_text.sub(lambda match: _date(match, span), text)


def _date(match: re.Match[str], span: Span) -> str:
    try:
        at = timestamps.parse(f"{match['date']}T00:00:00Z")
        return timestamps.render(cut(at, span))[:10] if match["time"] or span != "day" else match[0]
    except (ValueError, OverflowError):
        return match[0]


def in_order(held: dict[str, Any]) -> None:
    """Where only the later of two moments was made coarser it may lie before the earlier one: then it becomes that one."""
    for first, last in _ORDERED:
        early, late = held.get(first), held.get(last)
        if isinstance(early, str) and isinstance(late, str):
            try:
                if timestamps.parse(late) < timestamps.parse(early):
                    held[last] = early
            except ValueError:
                continue
