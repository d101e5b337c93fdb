"""A pull that somebody waits for: on the command line. The same pull as the worker's, in one thread, with a patience.

While it runs, the worker leaves this mirror alone; where it is killed, the worker (or the next one who asks) goes on after
``HOLD``, or at once when asked.
"""

import time
from collections.abc import Callable
from typing import Final

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, NodeError
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.fetch.answer import Fetching
from comity.kernel.exchange.fetch.settings import FetchSettings
from comity.kernel.exchange.mirror.driver import failed
from comity.kernel.exchange.mirror.pulling import Pulling, Tally
from comity.kernel.exchange.mirror.registering import authorization_of
from comity.kernel.store.store import Store
from comity.kernel.store.types import Mirror

HOLD: Final[Micros] = 60_000_000
TRIES: Final = 5
PATIENCE: Final[Micros] = 60_000_000

Told = Callable[[Tally], None]
Waits = Callable[[NodeError, float], None]


def pull_now(
    store: Store,
    vault: Vault,
    settings: FetchSettings,
    clock: Clock,
    random: RandomBytes,
    fetcher: Fetching,
    mirror: Mirror,
    *,
    told: Told,
    waits: Waits,
    sleep: Callable[[float], object] = time.sleep,
) -> Tally:
    """Pull until everything is kept. Raises what keeps it from that, once it is written down as the mirror's reason; with a
    server that is away for longer than one waits at a terminal, that is soon.
    """
    now = clock.now()
    store.mirrors.begin(mirror.id, now, not_before=now + HOLD)
    pulling = Pulling(mirror, store, fetcher, settings, clock, authorization_of(mirror, vault), hold=HOLD, sleep=sleep)
    tries = 0
    try:
        while not pulling.done:
            pages = pulling.tally.pages
            try:
                _page(pulling, told)
            except Conflict:
                raise  # somebody else pulls this mirror, and goes on
            except NodeError as error:
                if pulling.recover(error):
                    continue
                tries = 1 if pulling.tally.pages > pages else tries + 1
                wait = failed(store, mirror, error, clock, random)
                if wait is None or wait > PATIENCE or tries >= TRIES:
                    raise
                waits(error, wait / 1_000_000)
                sleep(wait / 1_000_000)
            else:
                tries = 0
    finally:
        pulling.close()
    return pulling.tally


def _page(pulling: Pulling, told: Told) -> None:
    pulling.take(pulling.fetch())
    while pulling.has_page:
        pulling.keep()
        told(pulling.tally)
