"""Time. Moments are integers: microseconds since 1970-01-01T00:00:00Z (``Micros``).

Code takes a ``Clock`` as an argument and never asks the system itself, so that tests and replays set the time.
"""

from datetime import UTC, datetime
from typing import Protocol

Micros = int

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where a moment comes from."""

    def now(self) -> Micros:
        """The present moment."""
        ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> Micros:
        return micros(datetime.now(UTC))  # noqa: TID251  the one place that asks the machine


class FixedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: Micros) -> None:
        self.at = at

    def now(self) -> Micros:
        return self.at

    def forward(self, by: Micros) -> None:
        """Move on by ``by`` microseconds."""
        self.at += by


def micros(moment: datetime) -> Micros:
    """An aware datetime as microseconds since the epoch; exact, no floating point."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def rfc3339(at: Micros) -> str:
    """A moment as TAXII writes it (TAXII 2.1 section 2, ``timestamp``): UTC, exactly six digits after the second."""
    seconds, fraction = divmod(at, 1_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.isoformat()[:19]}.{fraction:06d}Z"
