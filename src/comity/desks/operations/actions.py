"""Actions of the operations desk: asking for another try, cancelling. What then happens is the worker's.

The page that a button stood on may be old: what is not there any more, or has ended, is ``Changed``, and nothing was done.
"""

from collections.abc import Callable
from typing import Final

from comity.desks.operations.errors import Changed
from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.store.store import Store

LONGEST_NAME: Final = 60
MOST: Final = 2**31 - 1
"""Numbers of rows are not larger."""


def retry_follower(store: Store, name: str) -> None:
    """Let a follower that waits or has stopped try again."""
    _act(lambda: store.followings.retry(name[:LONGEST_NAME]))


def retry_job(store: Store, number: int) -> None:
    """Let a job that failed go on from where it stands."""
    _act(lambda: store.jobs.retry(_bounded(number)))


def cancel_job(store: Store, number: int) -> None:
    """End a job where it stands."""
    _act(lambda: store.jobs.cancel(_bounded(number)))


def retry_clock(store: Store, number: int) -> None:
    """Let a clock that failed fire now."""
    _act(lambda: store.timers.retry(_bounded(number)))


def _bounded(number: int) -> int:
    if not 0 <= number <= MOST:
        raise NotFound("No row has such a number.")
    return number


def _act(call: Callable[[], object]) -> None:
    try:
        call()
    except (Conflict, NotFound) as error:
        raise Changed(str(error)) from error
