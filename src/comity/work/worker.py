"""The loop that drives followers: bounded steps, one after another, while there is something to do; then it sleeps.

One worker works for a node at a time, under a lease in the node's database; a second one waits until the first has gone
or has not renewed for ``LEASE``. A step commits its effect and its progress in one transaction, so that whoever takes
over goes on where the first stopped, and a step that was cut off is done again as if it had not begun.

Boundary file: a follower's error is logged, and that follower waits, twice as long each time, while the others go on.
Only ``Corrupt`` stops it for good: the node's own data contradict each other, and going on would add to the damage.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
import structlog

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Corrupt

LEASE_NAME: Final = "worker"
LEASE: Final[Micros] = 15_000_000
IDLE: Final = 0.2
FIRST_WAIT: Final[Micros] = 1_000_000
LONGEST_WAIT: Final[Micros] = 60_000_000

Step = Callable[[], bool | int]
log = structlog.get_logger("comity.work")


class Leases(Protocol):
    """The store's part in it: takes or renews a lease; False where someone else holds it."""

    def lease(self, name: str, holder: str, until: Micros) -> bool:
        """Holds ``name`` for ``holder`` until that moment."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Gives it back."""
        ...


class Follower(msgspec.Struct):
    """Something that follows: ``step`` does a bounded piece of work and says whether there may be more."""

    name: str
    step: Step
    errors: int = 0
    not_before: Micros = 0
    stopped: bool = False


class Worker:
    """Drives followers in turn. ``holder`` tells this worker from others, and is never used twice."""

    def __init__(self, leases: Leases, followers: Sequence[Follower], clock: Clock, holder: str) -> None:
        self._leases = leases
        self._followers = followers
        self._clock = clock
        self._holder = holder
        self._held_until: Micros = 0

    def run(self, stop: threading.Event) -> None:
        """Works until ``stop`` is set; gives the lease back at the end."""
        while not stop.is_set():
            if not self.turn():
                stop.wait(IDLE)
        self._release()

    def drain(self) -> None:
        """Works until nothing is left to do, or until an error; where another worker leads, it does the same work."""
        while self.turn():
            pass
        self._release()

    def turn(self) -> bool:
        """One step of each follower that is due; whether any may have more to do."""
        if not self._leads():
            return False
        more = [self._step(follower) for follower in self._followers]
        return any(more)

    def _leads(self) -> bool:
        now = self._clock.now()
        if LEASE // 2 < self._held_until - now <= LEASE:
            return True
        try:
            held = self._leases.lease(LEASE_NAME, self._holder, now + LEASE)
        except Exception as error:  # noqa: BLE001  boundary: the database may be away for a while
            log.warning("lease_failed", error=repr(error))
            held = False
        if held and not self._held_until:
            log.info("worker_leads", holder=self._holder)
        self._held_until = now + LEASE if held else 0
        return held

    def _step(self, follower: Follower) -> bool:
        now = self._clock.now()
        if follower.stopped or now < follower.not_before:
            return False
        try:
            more = bool(follower.step())
        except Corrupt as error:
            follower.stopped = True
            log.critical("follower_stopped", follower=follower.name, error=str(error), hint=error.hint)
            return False
        except Exception as error:
            follower.errors += 1
            wait = min(FIRST_WAIT * 2 ** (follower.errors - 1), LONGEST_WAIT)
            follower.not_before = now + wait
            log.exception("follower_failed", follower=follower.name, errors=follower.errors, error=repr(error))
            return False
        follower.errors = 0
        return more

    def _release(self) -> None:
        if not self._held_until:
            return
        try:
            self._leases.release(LEASE_NAME, self._holder)
        except Exception as error:  # noqa: BLE001  boundary: an unreturned lease runs out by itself
            log.warning("lease_not_returned", error=repr(error))
        self._held_until = 0
