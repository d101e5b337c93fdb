"""One pull as a state machine: which page is asked for next, and from where the next pull begins. Pure: pages come in,
places and requests come out; nothing here asks for the time.

Two moments are kept of a mirror (``Place``), both dates that the server gave:

``reached``      the date of the last page that this pull has kept. Whatever breaks the pull off (a kill, a time-out, a
                 ``next`` that the server has forgotten), it goes on from there, a little before: several objects may have
                 one date, and a page may end between them. ``next`` is never used twice: there are servers that give
                 another page the second time, and ones that forget it after half a minute.
``added_after``  where the next pull begins: everything up to there has been read for good.

Many servers date an object when its request arrives and show it when the request is done, so that an object may turn up
under a date that a client has passed. So a page is only good up to ``UNSETTLED`` before the moment it was read; what is
younger is read again by the next pull. A server that says its dates are final (a node like this one) is taken at its word:
whoever lies there keeps things from us that it could have kept anyway.

Reading something twice costs time and nothing else: what is held is recognised by its content.
"""

from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.exchange.fetch.errors import Unreadable
from comity.kernel.exchange.mirror.reading import Page
from comity.kernel.exchange.mirror.target import Ask

SECOND: Final[Micros] = 1_000_000
UNSETTLED: Final[Micros] = 120 * SECOND
AHEAD: Final[Micros] = 3_600 * SECOND
LIMIT: Final = 1_000
MOST_LIMIT: Final = 16_000
MOST_EMPTY: Final = 3
MOST_IDLE: Final = 250
"""Pages in a row that bring neither anything new nor a later date; then the server is going round in circles."""
MOST_LOST: Final = 3


class Endless(Unreadable):
    """The server says "more" without end, or can't be paged."""

    code = "remote-endless"


class Place(msgspec.Struct, frozen=True):
    """What is kept of how far a mirror is."""

    added_after: Micros | None
    reached: Micros | None
    final: bool


class Pull:
    """One pull. ``ask`` says what to fetch, ``take`` is given the page, ``kept`` what became of it; ``back`` begins again."""

    def __init__(self, place: Place, *, limit: int = LIMIT) -> None:
        self.place = place
        self.done = False
        self._limit = limit
        self._from: Micros | None = None
        self._next: str | None = None
        self._before: list[bytes] = []
        self._by_date = False
        self._exact = False
        self._bound = _bound(place)
        self._highest = -1
        self._stuck: Micros | None = None
        self._idle = self._empty = self._lost = 0
        self.back()

    @property
    def goes_on(self) -> bool:
        """Whether what is asked for next was told by the server as its next page."""
        return self._next is not None

    def ask(self) -> Ask:
        """The request that comes next."""
        return Ask(self._from, self._next, self._limit)

    def back(self) -> None:
        """Something broke off: begin again from what is kept."""
        self._next = None
        self._before = []
        self._stuck = None
        self._from = self.place.added_after if self.place.reached is None else self._again(self.place.reached)

    def lost(self) -> None:
        """The server has forgotten its next page. Where that happens again and again, pages are asked for by date."""
        self._lost += 1
        self._by_date = self._lost >= MOST_LOST
        self.back()

    def smaller(self) -> bool:
        """The page was larger than what is taken: ask for fewer objects. False where one alone is too large."""
        if self._limit == 1:
            return False
        self._limit = max(1, self._limit // 4)
        self.back()
        return True

    def take(self, page: Page) -> Place:
        """Where the mirror stands once this page is kept; ``ask`` then gives the next request, unless it is ``done``."""
        if page.objects:
            self._empty = 0
        elif page.more:
            self._empty += 1
            if self._empty > MOST_EMPTY:
                raise Endless("it says that there is more, and gives nothing", clause="TAXII 2.1 3.5")
        if page.next is not None and page.next == self._next and page.objects == self._before:
            raise Endless("its next page is the same again", clause="TAXII 2.1 3.5")
        added_after, reached = self._dated(page)
        # More, but nothing came and no way on is told: there is nothing to go on from (3.5, what was deleted meanwhile).
        self.done = not page.more or (page.next is None and not page.objects)
        self.place = Place(added_after, None if self.done else reached, page.final)
        if not self.done:
            self._go_on(page)
        return self.place

    def kept(self, new: int, last: Micros | None) -> None:
        """What became of a page: how many objects were new, and its date."""
        if new or (last is not None and last > self._highest):
            self._idle = 0
        else:
            self._idle += 1
        if last is not None and last > self._highest:
            self._highest = last
            self._lost = 0
        if self._idle > MOST_IDLE:
            raise Endless(
                f"its last {self._idle} pages brought nothing new and no later date", clause="TAXII 2.1 3.3 and 3.5"
            )

    def _dated(self, page: Page) -> tuple[Micros | None, Micros | None]:
        """The two moments, after this page."""
        old, reached = self.place.added_after, self.place.reached
        if page.last is None:
            return old, reached
        sorted_ = not self.goes_on or reached is None or page.last >= reached
        if page.final:
            self._bound = min(self._bound, page.at + AHEAD)
        elif page.last > page.at - UNSETTLED:
            self._bound = min(self._bound, page.at - UNSETTLED)
        if not sorted_:  # against 3.3: what came before this page may come again under later dates
            self._bound = min(self._bound, page.last)
        settled = min(page.last, self._bound)
        if sorted_ and old is not None:
            settled = max(settled, old)
        return settled, page.last

    def _go_on(self, page: Page) -> None:
        if page.next is not None and not self._by_date:
            self._next, self._before = page.next, page.objects
            return
        self._next = None
        if page.last is None:
            raise Endless(
                "it says that there is more, and gives neither next nor the date of its last object",
                clause="TAXII 2.1 3.2 and 3.5",
            )
        if self._stuck is not None and page.last <= self._stuck:
            self._widen(page)
        self._stuck = page.last
        self._from = self._again(page.last)

    def _widen(self, page: Page) -> None:
        """Paging by date stands still: more objects have one date than come in a page."""
        if not self._exact:
            self._exact = True
        elif len(page.objects) >= self._limit and self._limit < MOST_LIMIT:
            self._limit *= 2
        else:
            raise Endless(
                f"it has more than {len(page.objects)} objects under one date and gives no next that holds: "
                "what comes after them can't be asked for",
                clause="TAXII 2.1 3.5",
            )

    def _again(self, reached: Micros) -> Micros:
        """From where to ask, so that whatever else has the date that was reached comes too. A server may keep its dates in
        microseconds and compare them in milliseconds, or in seconds.
        """
        if self.place.final:
            return reached
        if self._exact:
            return reached - 1
        return reached - (SECOND // 1000 if reached % SECOND else SECOND)


def _bound(place: Place) -> Micros:
    """Up to where at most the next pull may take things as read, as far as an earlier part of this one has found."""
    endless = 2**62
    if place.reached is None or place.added_after is None or place.added_after >= place.reached:
        return endless
    return place.added_after
