"""Drives clocks: what is due fires, each exactly once; late ones at once when a worker is there again.

A handler is what clocks of one kind do, in the transaction that marks the clock as fired. A standing clock is always set:
for the first time when a worker finds none, then anew by the transaction in which it fired. One that fails is tried again,
waiting twice as long each time, until it fires or is taken back.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Unavailable
from comity.kernel.store.progress import Timer
from comity.kernel.store.timers import Effect, Handler, Timers
from comity.work.trying import SECOND, Trouble, attempt, wait

AT_ONCE: Final = 20
LONGEST_WAIT: Final[Micros] = 600 * SECOND
NODE: Final = "node"
"""The subject of what concerns the node as a whole."""


class Standing(msgspec.Struct, frozen=True):
    """A clock that is always set: for a kind that has a handler, about the node, ``every`` so often."""

    kind: str
    every: Micros


class Clocks:
    """A follower's step: fires what is due."""

    def __init__(
        self, timers: Timers, clock: Clock, handlers: Mapping[str, Handler], standing: Sequence[Standing] = ()
    ) -> None:
        self._timers = timers
        self._clock = clock
        self._handlers = handlers
        self._standing = {each.kind: each for each in standing}
        self._stands = False

    def step(self) -> bool:
        """Fire some of what is due; whether there may be more."""
        if not self._stands:
            for each in self._standing.values():
                self._timers.ensure(each.kind, NODE, self._clock.now())
            self._stands = True
        due = self._timers.due(self._clock.now(), AT_ONCE)
        for timer in due:
            self._fire(timer)
        return bool(due)

    def late(self) -> int:
        """How many should have fired by now."""
        return self._timers.late(self._clock.now())

    def _fire(self, timer: Timer) -> None:
        fired = attempt(
            lambda: self._timers.fire(timer.id, self._effect(timer)),
            "clock_failed",
            clock=timer.id,
            kind=timer.kind,
            subject=timer.subject,
        )
        if isinstance(fired, Trouble):
            again = self._clock.now() + wait(timer.errors + 1, LONGEST_WAIT)
            self._timers.failed(timer.id, fired.reason, again)

    def _effect(self, timer: Timer) -> Effect:
        handler = self._handlers.get(timer.kind)
        standing = self._standing.get(timer.kind) if timer.subject == NODE else None

        def effect(connection: Any) -> None:  # a SQLAlchemy connection, of which only the store knows
            if handler is None:
                raise Unavailable("This version of the node knows no clock of this kind.")
            handler(connection, timer)
            if standing is not None:
                due = following(timer.due, standing.every, self._clock.now())
                self._timers.set(connection, timer.kind, timer.subject, due)

        return effect


def following(due: Micros, every: Micros, now: Micros) -> Micros:
    """The next moment of a row of moments: after ``now``, a whole number of ``every`` after ``due``. What was missed while
    nobody worked is not made up for.
    """
    return due + every * max(1, (now - due) // every + 1)
