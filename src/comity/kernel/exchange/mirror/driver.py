"""The worker's part: clocks ask for pulls, and a follower's steps move the pulls that were asked for.

A step never waits for the network: requests run in threads of their own, at most ``AT_ONCE``, and a step takes up what they
brought and writes one bounded piece of it. The next page is on its way while the last one is written. A thread that hangs
holds up its own mirror only, and ends with the request's own bound, or with the process.

What fails is kept with its reason and tried again, later each time; what will not pass by itself waits for its next clock.
"""

import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec
import structlog

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Corrupt, NodeError, Unavailable
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.fetch.answer import Fetching
from comity.kernel.exchange.fetch.errors import Away
from comity.kernel.exchange.fetch.settings import FetchSettings
from comity.kernel.exchange.mirror.pulling import Pulling
from comity.kernel.exchange.mirror.reading import Page
from comity.kernel.exchange.mirror.registering import authorization_of
from comity.kernel.exchange.mirror.waiting import wait_after
from comity.kernel.store.mirrors import KIND
from comity.kernel.store.progress import Timer
from comity.kernel.store.store import Store
from comity.kernel.store.types import Mirror

AT_ONCE: Final = 3
SLICE: Final = 100
"""Pages after which a pull makes room, where others wait for theirs."""
LOOK: Final[Micros] = 500_000

log = structlog.get_logger("comity.mirror")

MakeFetcher = Callable[[], Fetching]


def failed(store: Store, mirror: Mirror, error: NodeError, clock: Clock, random: RandomBytes) -> Micros | None:
    """Keep why a pull could not go on. How long to wait before it is tried again; None: until it is asked for anew."""
    errors = store.mirrors.errors(mirror.id) + 1
    again = isinstance(error, Away | Unavailable)
    wait = wait_after(errors, error.wait if isinstance(error, Away) else None, random)
    store.mirrors.fail(mirror.id, str(error), clock.now() + wait, again=again)
    log.warning("mirror_failed", mirror=mirror.id, url=mirror.url, error=str(error), errors=errors, again=again)
    return wait if again else None


class _Fetch:
    """One request in a thread of its own."""

    def __init__(self, fetch: Callable[[], Page]) -> None:
        self._fetch = fetch
        self._page: Page | None = None
        self._error: NodeError | None = None
        self._lock = threading.Lock()
        self._after: Callable[[], None] | None = None
        self.ended = False
        threading.Thread(target=self._run, name="mirror", daemon=True).start()

    def page(self) -> Page:
        """What it brought; raises what it met."""
        if self._page is not None:
            return self._page
        raise self._error or Corrupt("a request ended by a fault of this node; its log has it", code="mirror-fault")

    def finally_(self, after: Callable[[], None]) -> None:
        """Nobody waits for it any more: do this when it has ended, in whichever thread that is."""
        with self._lock:
            if not self.ended:
                self._after = after
                return
        after()

    def _run(self) -> None:
        try:
            self._page = self._fetch()
        except NodeError as error:
            self._error = error
        finally:
            with self._lock:
                self.ended = True
                after = self._after
            if after is not None:
                after()


class _Running(msgspec.Struct):
    """A pull under way, and the request it waits for."""

    pulling: Pulling
    fetch: _Fetch | None


class Mirroring:
    """A follower of the worker. ``fetcher`` makes what asks the network; nothing is opened before the first step."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        settings: FetchSettings,
        clock: Clock,
        random: RandomBytes,
        fetcher: MakeFetcher,
    ) -> None:
        self._store = store
        self._vault = vault
        self._settings = settings
        self._clock = clock
        self._random = random
        self._fetcher = fetcher
        self._running: dict[int, _Running] = {}
        self._served: dict[int, Micros] = {}
        self._looked: Micros = -LOOK

    # -- clocks

    def fire(self, connection: Any, timer: Timer) -> None:
        """A clock of the kind ``mirror``: ask for a pull, and set the clock for the one after it, in its transaction."""
        number, now = int(timer.subject), self._clock.now()
        rhythm = self._store.mirrors.rhythm(number, connection)
        if rhythm is None or rhythm[0] is None:
            return
        every, paused = rhythm[0], rhythm[1]
        if not paused:
            self._store.mirrors.begin(number, now, connection)
        missed = max(0, now - timer.due) // every
        self._store.timers.set(connection, KIND, timer.subject, timer.due + every * (missed + 1))

    # -- the follower

    def step(self) -> bool:
        """Take up what the network brought, write a piece of it, begin what was asked for; whether there was anything."""
        begun = self._begin()
        moved = [self._move(number) for number in list(self._running)]
        return begun or any(moved)

    def waiting(self) -> int:
        """How many pulls are asked for and not done."""
        return len(self._store.mirrors.wanted(2**62))

    def close(self) -> None:
        """Ends all requests. What is kept stays; the next worker goes on from there."""
        for number in list(self._running):
            self._drop(number)

    def _begin(self) -> bool:
        now = self._clock.now()
        if 0 <= now - self._looked < LOOK:
            return False
        self._looked = now
        wanted = [each for each in self._store.mirrors.wanted(now) if each.id not in self._running]
        self._make_room(waiting=len(wanted))
        free = AT_ONCE - len(self._running)
        begun = sorted(wanted, key=lambda each: self._served.get(each.id, 0))[: max(0, free)]
        for mirror in begun:
            self._start(mirror)
        return bool(begun)

    def _make_room(self, *, waiting: int) -> None:
        if waiting and len(self._running) >= AT_ONCE:
            for number, running in list(self._running.items()):
                if running.pulling.tally.pages >= SLICE and not running.pulling.has_page:
                    self._drop(number)

    def _start(self, mirror: Mirror) -> None:
        try:
            pulling = Pulling(
                mirror,
                self._store,
                self._fetcher(),
                self._settings,
                self._clock,
                authorization_of(mirror, self._vault),
            )
        except NodeError as error:
            failed(self._store, mirror, error, self._clock, self._random)
            return
        self._running[mirror.id] = _Running(pulling, _Fetch(pulling.fetch))

    def _move(self, number: int) -> bool:
        running = self._running[number]
        try:
            moved = self._advance(running)
        except Conflict:
            # Somebody else pulls this mirror, or it was removed: what is kept is seen at the next look.
            self._drop(number)
            return True
        except NodeError as error:
            self._drop(number)
            failed(self._store, running.pulling.mirror, error, self._clock, self._random)
            return True
        if running.pulling.done:
            tally = running.pulling.tally
            log.info("mirror_pulled", mirror=number, url=running.pulling.mirror.url, **msgspec.structs.asdict(tally))
            self._drop(number)
        return moved

    def _advance(self, running: _Running) -> bool:
        pulling = running.pulling
        if pulling.has_page:
            pulling.keep()
            return True
        if running.fetch is None or not running.fetch.ended:
            return False
        fetch, running.fetch = running.fetch, None
        try:
            pulling.take(fetch.page())
        except NodeError as error:
            if not pulling.recover(error):
                raise
        if not pulling.last_page:
            running.fetch = _Fetch(pulling.fetch)
        return True

    def _drop(self, number: int) -> None:
        running = self._running.pop(number)
        running.pulling.stop()
        if running.fetch is None:
            running.pulling.close()
        else:
            running.fetch.finally_(running.pulling.close)
        self._served[number] = self._clock.now()
