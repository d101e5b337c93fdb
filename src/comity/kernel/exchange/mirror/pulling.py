"""One pull of one mirror, put together: pages are fetched, checked object by object, and kept piece by piece.

``fetch`` waits for the network and may run in any thread; ``keep`` writes one bounded piece. A piece and where the mirror
stands after it are one transaction. Objects that are not valid are refused one by one, with the reason; the others go on.
What the store says no to goes through; what the network says no to is answered by ``recover``, or told.
"""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final, Protocol

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import NodeError
from comity.kernel.exchange.fetch.answer import Fetching
from comity.kernel.exchange.fetch.errors import TooMuch
from comity.kernel.exchange.fetch.settings import FetchSettings
from comity.kernel.exchange.mirror.mending import mend
from comity.kernel.exchange.mirror.pull import Endless, Place, Pull
from comity.kernel.exchange.mirror.reading import Lost, Page, read_page
from comity.kernel.exchange.mirror.target import ACCEPT, read_target
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.types import Advance, Batch, Channel, Mirror, Outcome, Refusal

CHUNK: Final = 1_000
PAUSE: Final = 0.1
"""Seconds at least from one request to the next: ten pages a second are enough for any server."""


class Store(Protocol):
    """What a pull needs of the store."""

    def advance_mirror(self, number: int, batch: Batch, advance: Advance) -> Outcome: ...


class Tally(msgspec.Struct):
    """What one pull has brought so far."""

    pages: int = 0
    seen: int = 0
    new: int = 0
    refused: int = 0
    mended: int = 0


class Pulling:
    """A pull under way. ``hold``: how long nobody else goes on with this mirror after each piece."""

    def __init__(
        self,
        mirror: Mirror,
        store: Store,
        fetcher: Fetching,
        settings: FetchSettings,
        clock: Clock,
        authorization: str,
        *,
        hold: Micros = 0,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self.mirror = mirror
        self.tally = Tally()
        self._target = read_target(mirror.url)
        self._store = store
        self._fetcher = fetcher
        self._settings = settings
        self._clock = clock
        self._authorization = authorization
        self._hold = hold
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._pull = Pull(Place(mirror.added_after, mirror.reached, mirror.final))
        self._kept = self._pull.place
        self._then = self._kept
        self._turn = mirror.turn
        self._page: Page | None = None
        self._left: list[list[bytes]] = []
        self._new = 0
        self._asked = -PAUSE

    @property
    def done(self) -> bool:
        """Whether everything that the server has is kept."""
        return self._pull.done and not self._left

    @property
    def last_page(self) -> bool:
        """Whether the page that was taken is the last one: there is nothing more to ``fetch``."""
        return self._pull.done

    @property
    def has_page(self) -> bool:
        """Whether there is something to ``keep`` before the next ``fetch``."""
        return bool(self._left)

    def fetch(self) -> Page:
        """The next page, from the network; to be handed to ``take``."""
        ask, goes_on = self._pull.ask(), self._pull.goes_on
        self._sleep(max(0.0, self._asked + PAUSE - time.monotonic()))
        self._asked = time.monotonic()
        answer = self._fetcher.get(self._target.objects(ask), accept=ACCEPT, authorization=self._authorization)
        return read_page(answer, self._clock.now(), goes_on=goes_on, most=self._settings.bytes)

    def take(self, page: Page) -> None:
        """A page has come: its objects are kept by the calls of ``keep`` that follow."""
        self._then = self._pull.take(page)
        self._page = page
        self._new = 0
        self._left = [page.objects[at : at + CHUNK] for at in range(0, len(page.objects), CHUNK)] or [[]]

    def keep(self) -> None:
        """Write a piece of the page; with the last one the mirror has moved on."""
        raws = self._left[0]
        page = self._page
        last = len(self._left) == 1
        after = self._then if last else self._kept
        batch, refusals, mended = self._checked(raws)
        now = self._clock.now()
        advance = Advance(
            turn=self._turn,
            added_after=after.added_after,
            reached=after.reached,
            final=after.final,
            seen=len(raws),
            mended=mended,
            refusals=refusals,
            at=now,
            done=last and self._pull.done,
            not_before=now + self._hold if self._hold else 0,
        )
        outcome = self._store.advance_mirror(self.mirror.id, batch, advance)
        self._turn += 1
        self._kept = after
        self._left.pop(0)
        self._count(len(raws), outcome.leaves, len(refusals), mended)
        if last and page is not None:
            self.tally.pages += 1
            self._page = None
            if not self._pull.done:
                self._pull.kept(self._new, page.last)

    def recover(self, error: NodeError) -> bool:
        """Whether the pull can go on at once after an error of ``fetch``; else it goes on later, from what is kept."""
        self._left = []
        self._page = None
        self._pull.place = self._kept
        if isinstance(error, Lost):
            self._pull.lost()
            return True
        self._pull.back()
        return isinstance(error, TooMuch) and self._pull.smaller()

    def stop(self) -> None:
        """Ends what ``fetch`` waits for in another thread."""
        self._stopped.set()
        self._fetcher.end()

    def close(self) -> None:
        """Lets go of connections."""
        self._fetcher.close()

    def _checked(self, raws: list[bytes]) -> tuple[Batch, tuple[Refusal, ...], int]:
        now = self._clock.now()
        mended = [mend(raw) for raw in raws]
        accepted: list[Parsed] = []
        refusals: list[Refusal] = []
        for (raw, _), read in zip(mended, parse_all([raw for raw, _ in mended]), strict=True):
            if isinstance(read, Parsed):
                accepted.append(read)
            else:
                refusals.append(Refusal(sha256(raw).digest(), read.id, read.reason(), now))
        batch = Batch(self.mirror.party, self.mirror.collection, tuple(accepted), Channel.TAXII_PULL, now)
        return batch, tuple(refusals), sum(was for _, was in mended)

    def _count(self, seen: int, new: int, refused: int, mended: int) -> None:
        self._new += new
        tally = self.tally
        tally.seen += seen
        tally.new += new
        tally.refused += refused
        tally.mended += mended
        if tally.new > self._settings.objects:
            raise Endless(
                f"this pull has brought {tally.new} new objects, more than one may",
                hint="Look at what comes from there; COMITY_FETCH_OBJECTS raises the bound. The next pull goes on from here.",
            )
