"""Moments as people read them: local time and UTC, always both, from microseconds.

The local zone is the node's, a setting: without script a server does not know the reader's, and two people on the
telephone should read out the same hour. Invariant: never raises, whatever year a claim pretends (years 0001 to 9999
are dates, anything outside is shown as the number it is).
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import msgspec
from babel.dates import format_date

from comity.kernel.base.clock import Micros
from comity.web.words import Phrase, msgid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final[Micros] = 60_000_000
_HOUR: Final[Micros] = 60 * _MINUTE


class Moment(msgspec.Struct, frozen=True):
    """``machine`` for the ``datetime`` attribute; ``utc_date`` is empty where the day is the same in both zones."""

    machine: str
    date: str
    time: str
    zone: str
    utc_date: str
    utc_time: str


def moment(at: Micros, zone: tzinfo, language: str = "en") -> Moment:
    """One moment in the node's zone and in UTC."""
    try:
        universal = _EPOCH + timedelta(microseconds=at)
    except OverflowError:
        return Moment(machine="", date=f"{at} µs", time="", zone="", utc_date="", utc_time="")
    try:
        local = universal.astimezone(zone)
    except OverflowError:
        local = universal
    same_zone = local.utcoffset() == timedelta(0)
    return Moment(
        machine=f"{universal.isoformat()[:19]}Z",
        date=_date(local, language),
        time=f"{local:%H:%M}",
        zone="UTC" if same_zone else _zone_name(local),
        utc_date="" if local.date() == universal.date() else _date(universal, language),
        utc_time="" if same_zone else f"{universal:%H:%M}",
    )


class TimeLeft(msgspec.Struct, frozen=True):
    """How long until a deadline, or since: in words, and whether it is over or near."""

    said: Phrase
    over: bool
    soon: bool


def time_left(due: Micros, now: Micros, soon: Micros = 2 * _HOUR) -> TimeLeft:
    """Time left in the two largest units; what is over counts up."""
    minutes, over = abs(due - now) // _MINUTE, due < now
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        frames = msgid("%(days)s d %(hours)s h left"), msgid("Overdue by %(days)s d %(hours)s h")
    elif hours:
        frames = msgid("%(hours)s h %(minutes)s min left"), msgid("Overdue by %(hours)s h %(minutes)s min")
    else:
        frames = msgid("%(minutes)s min left"), msgid("Overdue by %(minutes)s min")
    parts = {"days": f"{days:,}", "hours": str(hours), "minutes": str(rest)}
    return TimeLeft(Phrase(frames[over], parts), over=over, soon=not over and due - now <= soon)


def read_local(text: str, zone: tzinfo) -> Micros | None:
    """Microseconds of ``2026-11-03T14:07`` (or with a blank for the T) in a zone; None for what is no moment.

    An hour that a change of the clocks doubles is read as the earlier one; one that it skips, as if the clocks had not changed.
    """
    try:
        typed = datetime.strptime(text.strip().replace(" ", "T")[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007  the zone follows
        return (typed.replace(tzinfo=zone).astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def _date(when: datetime, language: str) -> str:
    return format_date(when.date(), "d MMM y" if language == "en" else "long", locale=language)


def _zone_name(local: datetime) -> str:
    """``KST`` where the zone has a name of letters, else its offset: ``UTC+03:30``."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{local.isoformat()[-6:]}"
