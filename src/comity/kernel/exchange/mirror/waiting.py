"""How long a server is left alone after it has failed: twice as long each time, up to an hour, or as it asks itself. Pure.

A third of each wait is chance, so that many nodes which saw the same server fall do not all come back at the same moment.
"""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from comity.kernel.base.clock import Micros, micros
from comity.kernel.base.ids import RandomBytes

SECOND: Final[Micros] = 1_000_000
FIRST: Final[Micros] = 5 * SECOND
LONGEST: Final[Micros] = 3_600 * SECOND
LONGEST_ASKED: Final[Micros] = 24 * LONGEST
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_LONGEST_DATE: Final = 60


def wait_after(errors: int, asked: Micros | None, random: RandomBytes) -> Micros:
    """The wait after the so-manieth failure in a row; at least what the server asked for, within a day."""
    full = min(FIRST << min(max(errors - 1, 0), 20), LONGEST)
    waits = full - full * random(1)[0] // 768
    return max(waits, min(asked or 0, LONGEST_ASKED))


def retry_after(value: str | None, now: Micros) -> Micros | None:
    """What Retry-After asks for (RFC 9110 10.2.3): seconds, or a date; None where it says nothing that can be read."""
    if value is None:
        return None
    if _DIGITS.fullmatch(value):
        return int(value) * SECOND
    at = read_date(value)
    return None if at is None else max(0, at - now)


def read_date(value: str | None) -> Micros | None:
    """A date as HTTP writes it (RFC 9110 5.6.7)."""
    if value is None or len(value) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
