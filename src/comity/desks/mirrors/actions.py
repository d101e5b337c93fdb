"""Actions of the mirrors desk: asking for a pull, letting one rest or go on. The pull itself is the worker's."""

from comity.desks.mirrors.queries import one
from comity.kernel.base.clock import Micros
from comity.kernel.store.store import Store


def pull(store: Store, number: int, now: Micros) -> None:
    """Ask for a pull now, also where the last failure would have it wait."""
    store.mirrors.begin(one(store, number).id, now, not_before=0)


def pause(store: Store, number: int) -> None:
    """Let it rest."""
    store.mirrors.pause(one(store, number).id, paused=True)


def resume(store: Store, number: int, now: Micros) -> None:
    """Let it go on, at once."""
    store.mirrors.pause(one(store, number).id, paused=False)
    pull(store, number, now)
