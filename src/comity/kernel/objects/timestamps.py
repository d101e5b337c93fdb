"""STIX timestamps (STIX 2.1 2.16): RFC 3339 narrowed to ``YYYY-MM-DDTHH:mm:ss[.s+]Z``, to and from microseconds.

Lives here: reading and writing one timestamp. Which property needs which precision, and what must not lie before what,
is validation's. Invariants: ``parse`` accepts exactly what 2.16.1 and RFC 3339 5.6 allow (capital T and Z, real dates,
years 0001 to 9999); it never reorders: of two texts the earlier one never gets the larger number. Digits after the
sixth are cut off, so moments less than a microsecond apart may become equal; a leap second counts as the last
microsecond of its minute.
"""

import calendar
import re
from datetime import UTC, datetime, timedelta

from comity.kernel.base.clock import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND

_SHAPE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?Z").fullmatch
_read = datetime.fromisoformat


def parse(text: str) -> Micros:
    """The moment a STIX timestamp names; raises ValueError that says what is wrong with the text."""
    # Every third character from the fifth on is a separator: one slice tells the plain forms, which the interpreter's
    # own reader then takes apart. Hour 24 and more than six digits are left to the careful reader.
    shape = text[4:20:3]
    if shape == "--T::.":
        plain = len(text) <= 27 and text[-1] == "Z" and text[20:-1].isdecimal()
    else:
        plain = shape == "--T::Z" and len(text) == 20
    if not plain or text[11:13] == "24":
        return _parse_carefully(text)
    try:
        since = _read(text) - _EPOCH
    except ValueError:
        return _parse_carefully(text)
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


def render(at: Micros) -> str:
    """A moment as STIX text: three digits after the second where that is exact, else six."""
    try:
        text = (_EPOCH + timedelta(0, 0, at)).isoformat()
    except OverflowError:
        raise ValueError(f"{at} lies outside the years 0001 to 9999") from None
    if at % 1000:
        return f"{text[:26]}Z"
    return f"{text[:23]}Z" if at % _SECOND else f"{text[:19]}.000Z"


def _parse_carefully(text: str) -> Micros:
    match = _SHAPE(text)
    if match is None:
        raise ValueError("not a timestamp of the form YYYY-MM-DDTHH:mm:ss[.s+]Z")
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    leap = second == 60
    if leap and not (hour == 23 and minute == 59 and _ends_month(year, month, day)):
        raise ValueError("second 60 exists only as the last of a month in UTC (RFC 3339 5.7)")
    fraction = 999_999 if leap else int(f"{(match[7] or '')[:6]:0<6}")
    moment = datetime(year, month, day, hour, minute, 59 if leap else second, fraction, tzinfo=UTC)
    since = moment - _EPOCH
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


def _ends_month(year: int, month: int, day: int) -> bool:
    return year >= 1 and 1 <= month <= 12 and day == calendar.monthrange(year, month)[1]
