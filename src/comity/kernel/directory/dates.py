"""Days and moments as people type them: a day is meant to its end, so that what holds "until" a day holds on it."""

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.policy.agreement.dates import DAY, read_date


def moment_of(text: str, now: Micros) -> Micros:
    """The moment that ``2026-12-01`` means (the last of that day, UTC; for today: ``now``), or an RFC 3339 timestamp."""
    typed = text.strip()
    try:
        ends = read_date(typed, until=True)
    except ValueError as error:
        raise Invalid(
            f"'{typed[:40]}' is no date",
            code="date",
            clause="RFC 3339 5.6",
            hint="Write a day like 2026-12-01, or a moment with its zone like 2026-12-01T09:00:00Z.",
        ) from error
    if ":" in typed:
        return ends
    return now if ends - DAY <= now < ends else ends - 1
