"""Trying something that may fail, and waiting longer each time it does.

Boundary file: whatever a follower, a clock, a job or the lease met is logged whole, and becomes a ``Trouble`` whose reason may be
shown to people: an error of ours in its own words, which hold no secret; of any other only its kind, since nobody knows
what its text holds.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
import structlog

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Corrupt, Invalid, NodeError, NotFound, Refused, TooLarge, Unauthorised

SECOND: Final[Micros] = 1_000_000
LONGEST_REASON: Final = 400
_STEEPEST: Final = 40
_LASTING: Final = (Invalid, Unauthorised, Refused, NotFound, TooLarge, Corrupt)

T = TypeVar("T")
log = structlog.get_logger("comity.work")


class Trouble(msgspec.Struct, frozen=True):
    """What went wrong. ``lasting``: trying again won't mend it. ``damage``: the node's own data contradict each other."""

    reason: str
    lasting: bool
    damage: bool


def attempt(call: Callable[[], T], what: str, **names: str | int) -> T | Trouble:
    """What ``call`` gives, or what went wrong. ``what`` and ``names`` say in the log what was tried."""
    try:
        return call()
    except Corrupt as error:
        log.critical(what, **names, error=str(error), hint=error.hint)
        return Trouble(reason_of(error), lasting=True, damage=True)
    except NodeError as error:
        log.warning(what, **names, error=str(error), hint=error.hint)
        return Trouble(reason_of(error), isinstance(error, _LASTING), damage=False)
    except Exception as error:
        log.exception(what, **names, error=repr(error))
        return Trouble(reason_of(error), lasting=False, damage=False)


def reason_of(error: Exception) -> str:
    """Why, in words that may be shown."""
    if isinstance(error, NodeError):
        text = f"{error} {error.hint}".strip()
        return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
    return f"An error that nobody foresaw ({type(error).__name__}). The node's log has it whole."


def wait(errors: int, longest: Micros, first: Micros = SECOND) -> Micros:
    """How long to wait after so many failures in a row: twice as long each time, up to ``longest``."""
    return min(first << min(errors - 1, _STEEPEST), longest)
