"""Moments as people read them: local time and UTC, always both, from microseconds.

The local zone is the node's, a setting: without script a server does not know the reader's, and two people on the
telephone should read out the same hour. Invariant: never raises, whatever year a claim pretends (years 0001 to 9999
are dates, anything outside is shown as the number it is).
"""

from datetime import UTC, datetime, timedelta, tzinfo

import msgspec
from babel.dates import format_date

from comity.kernel.base.clock import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def _date(when: datetime, language: str) -> str:
    return format_date(when.date(), "d MMM y", locale=language)


def _zone_name(local: datetime) -> str:
    """``KST`` where the zone has a name of letters, else its offset: ``UTC+03:30``."""
    name = local.tzname() or ""
    return name if name.isalpha() else f"UTC{local.isoformat()[-6:]}"
