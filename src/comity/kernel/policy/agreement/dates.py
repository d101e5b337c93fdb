"""Dates of agreements: as lawyers write them, and as microseconds.

A plain date is a day in UTC: ``from`` it means from its first moment, ``until`` it means to its last. So ``until`` is kept as the
first moment that is *not* in it any more, and the two of one day make that whole day. A moment with time and zone is itself.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from comity.kernel.base.clock import Micros, micros, rfc3339

DAY: Final[Micros] = 86_400_000_000
FIRST: Final = micros(datetime(1900, 1, 1, tzinfo=UTC))
LAST: Final = micros(datetime(3000, 1, 1, tzinfo=UTC))
_EPOCH: Final = date(1970, 1, 1)


def day(at: Micros) -> Micros:
    """The first moment of a moment's day, in UTC."""
    return at - at % DAY


def years_after(at: Micros, years: int) -> Micros:
    """The same day of the calendar some years later; where there is none, the first of March."""
    then = _EPOCH + timedelta(days=at // DAY)
    try:
        then = then.replace(year=then.year + years)
    except ValueError:
        then = date(then.year + years, 3, 1)
    return (then - _EPOCH).days * DAY


def read_date(value: object, *, until: bool) -> Micros:
    """What a TOML value or a text says; raises ValueError where it is no date, or names no zone, or is out of all reason."""
    at = _read(value, until=until)
    if not FIRST <= at <= LAST:
        raise ValueError("before 1900 or after 2999")
    return at


def write_date(at: Micros, *, until: bool) -> str:
    """The shortest text that ``read_date`` reads as this moment: a day where it is a whole one."""
    if at % DAY:
        return rfc3339(at).replace(".000000Z", "Z")
    return (_EPOCH + timedelta(days=at // DAY - until)).isoformat()


def _read(value: object, *, until: bool) -> Micros:
    if isinstance(value, str):
        return _read(_parse(value), until=until)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("no zone")
        return micros(value)
    if isinstance(value, date):
        return ((value - _EPOCH).days + until) * DAY
    raise ValueError("no date")


def _parse(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
