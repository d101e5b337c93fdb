"""The loop that drives followers: bounded steps, one after another, while there is something to do; then it sleeps.

One worker works for a node at a time, under a lease in the node's database; a second one waits until the first has gone
or has not renewed for ``LEASE``. A step commits its effect and its progress in one transaction, so that whoever takes
over goes on where the first stopped, and a step that was cut off is done again as if it had not begun. The lease spares
work; that nothing is done twice rests on those transactions alone.

Followers of one lane take turns in one thread. What may have to wait for others (a remote node) has a lane of its own, so
that it never holds up the rest.

A follower that fails is logged and waits, twice as long each time, while the others go on. Only ``Corrupt`` stops it until
a person lets it go on: the node's own data contradict each other, and going on would add to the damage. How each fares is
told once a second where something changed, and every ``BEAT`` anyway.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.store.progress import Following
from comity.work.trying import SECOND, Trouble, attempt, log, wait

LEASE_NAME: Final = "worker"
LEASE: Final[Micros] = 15 * SECOND
IDLE: Final = 0.2
LONGEST_WAIT: Final[Micros] = 60 * SECOND
TELLING: Final[Micros] = SECOND
BEAT: Final[Micros] = 10 * SECOND
LAST_STEP: Final = 10.0
"""Seconds that another lane has for the step it is in when everything stops. What it was in is then as if not begun."""

MAIN: Final = "main"

Step = Callable[[], bool | int]


class Leases(Protocol):
    """The store's part in it: takes or renews a lease; False where someone else holds it."""

    def lease(self, name: str, holder: str, until: Micros) -> bool:
        """Holds ``name`` for ``holder`` until that moment."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Gives it back."""
        ...


class Board(Protocol):
    """Where people read how followers fare, and ask for another try."""

    def tell(self, followings: Sequence[Following]) -> None:
        """How every follower is."""
        ...

    def asked(self) -> frozenset[str]:
        """Which are to try again; each is told once."""
        ...


class Follower(msgspec.Struct):
    """Something that follows: ``step`` does a bounded piece of work and says whether there may be more; ``behind`` says how
    much is before it.
    """

    name: str
    step: Step
    behind: Callable[[], int] | None = None
    lane: str = MAIN
    errors: int = 0
    reason: str = ""
    not_before: Micros = 0
    stopped: bool = False


class Worker:
    """Drives followers in turn. ``holder`` tells this worker from others, and is never used twice."""

    def __init__(
        self,
        leases: Leases,
        followers: Sequence[Follower],
        clock: Clock,
        holder: str,
        board: Board | None = None,
    ) -> None:
        self._leases = leases
        self._followers = followers
        self._clock = clock
        self._holder = holder
        self._board = board
        self._held_until: Micros = 0
        self._leading = threading.Lock()
        self._told: tuple[Following, ...] = ()
        self._told_at: Micros = 0
        self._looked_at: Micros = 0

    def run(self, stop: threading.Event) -> None:
        """Works until ``stop`` is set; gives the lease back at the end."""
        lanes: dict[str, list[Follower]] = {MAIN: []}
        for follower in self._followers:
            lanes.setdefault(follower.lane, []).append(follower)
        main = lanes.pop(MAIN)
        threads = [
            threading.Thread(target=self._drive, args=(stop, followers), name=f"worker-{lane}", daemon=True)
            for lane, followers in lanes.items()
        ]
        for thread in threads:
            thread.start()
        while not stop.is_set():
            more = self._turn(main)
            self._tell()
            if not more:
                stop.wait(IDLE)
        for thread in threads:
            thread.join(LAST_STEP)
        cut_off = [thread.name for thread in threads if thread.is_alive()]
        if cut_off:
            log.warning("lanes_cut_off", lanes=cut_off)
        else:
            self._release()

    def drain(self) -> None:
        """Works until nothing is left to do, or until an error; where another worker leads, it does the same work."""
        while self.turn():
            pass
        self._tell(at_once=True)
        self._release()

    def turn(self) -> bool:
        """One step of each follower that is due, of all lanes; whether any may have more to do."""
        more = self._turn(self._followers)
        self._tell()
        return more

    def _drive(self, stop: threading.Event, followers: Sequence[Follower]) -> None:
        """A lane beside the main one."""
        while not stop.is_set():
            if not self._turn(followers):
                stop.wait(IDLE)

    def _turn(self, followers: Sequence[Follower]) -> bool:
        if not self._leads():
            return False
        more = [self._step(follower) for follower in followers]
        return any(more)

    def _leads(self) -> bool:
        with self._leading:
            now = self._clock.now()
            if LEASE // 2 < self._held_until - now <= LEASE:
                return True
            # The database may be away for a while.
            held = attempt(lambda: self._leases.lease(LEASE_NAME, self._holder, now + LEASE), "lease_failed")
            leads = held is True
            if leads and not self._held_until:
                log.info("worker_leads", holder=self._holder)
            self._held_until = now + LEASE if leads else 0
            return leads

    def _step(self, follower: Follower) -> bool:
        now = self._clock.now()
        if follower.stopped or now < follower.not_before:
            return False
        more = attempt(follower.step, "follower_failed", follower=follower.name, errors=follower.errors + 1)
        if isinstance(more, Trouble):
            follower.errors += 1
            follower.reason = more.reason
            follower.stopped = more.damage
            follower.not_before = 0 if more.damage else now + wait(follower.errors, LONGEST_WAIT)
            return False
        follower.errors, follower.reason, follower.not_before = 0, "", 0
        return bool(more)

    def _tell(self, *, at_once: bool = False) -> None:
        """Say how every follower is, and hear which are to try again; what fails of it is tried again a second later."""
        now = self._clock.now()
        board = self._board
        if board is None or not self._held_until or (not at_once and 0 <= now - self._looked_at < TELLING):
            return
        self._looked_at = now
        asked = attempt(board.asked, "asking_failed")
        for follower in self._followers:
            if not isinstance(asked, Trouble) and follower.name in asked:
                log.info("follower_tries_again", follower=follower.name)
                follower.stopped, follower.not_before = False, 0
        told = tuple(_following(follower) for follower in self._followers)
        if told == self._told and 0 <= now - self._told_at < BEAT:
            return
        stamped = [msgspec.structs.replace(each, seen=now) for each in told]
        if not isinstance(attempt(lambda: board.tell(stamped), "telling_failed"), Trouble):
            self._told, self._told_at = told, now

    def _release(self) -> None:
        if not self._held_until:
            return
        # An unreturned lease runs out by itself.
        attempt(lambda: self._leases.release(LEASE_NAME, self._holder), "lease_not_returned")
        self._held_until = 0


def _following(follower: Follower) -> Following:
    behind = attempt(follower.behind, "behind_failed", follower=follower.name) if follower.behind else None
    return Following(
        follower.name,
        None if isinstance(behind, Trouble) else behind,
        follower.errors,
        follower.reason,
        follower.not_before,
        follower.stopped,
        again=False,
        seen=0,
    )
