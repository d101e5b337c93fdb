"""What an answer to a request for objects says: a page, or why there is none (TAXII 2.1 sections 3.2, 3.6, 3.7, 5.4). Pure.

The body is taken apart as the server's own intake takes apart what is posted to it: the objects stay bytes.
"""

import re
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid, TooLarge
from comity.kernel.exchange.fetch.answer import Answer
from comity.kernel.exchange.fetch.errors import Away, Shut, TooMuch, Unreadable
from comity.kernel.exchange.mirror.waiting import read_date, retry_after
from comity.kernel.objects import envelope, timestamps

FINAL: Final = ("x-comity-dates", "final")
"""Header by which a node of this kind says that nothing will ever stand at or before a date it has passed."""

LONGEST_NEXT: Final = 4_000
FURTHEST: Final[Micros] = 86_400_000_000
_MEDIA: Final = re.compile(
    r'application/taxii\+json\s*(?:;\s*(?:version="?2\.1"?|charset="?utf-8"?)\s*)*', re.IGNORECASE
)
_LAST: Final = "x-taxii-date-added-last"
_PASSING: Final = frozenset({408, 421, 425, 429})
_AUTHENTICATION: Final = frozenset({401, 403, 407})


class Page(msgspec.Struct, frozen=True):
    """A page. ``last``: the date its last object was added there; ``at``: the server's present moment; ``final``: see above."""

    objects: list[bytes]
    more: bool
    next: str | None
    last: Micros | None
    at: Micros
    final: bool


class Lost(Away):
    """The server does not know the page any more that it told of itself: the pull begins again from what is kept."""

    code = "remote-next"


def read_page(answer: Answer, now: Micros, *, goes_on: bool, most: int) -> Page:
    """The page that an answer holds. ``goes_on``: it was asked for by ``next``; ``most``: its bytes were bounded by."""
    check_status(answer, now, goes_on=goes_on)
    media = answer.headers.get("content-type", "")
    if _MEDIA.fullmatch(media.strip()) is None:
        raise Unreadable(
            "the answer is not TAXII 2.1: its Content-Type is another",
            clause="TAXII 2.1 1.6.8",
            hint="Is this the URL of a TAXII 2.1 collection?",
        )
    try:
        taken = envelope.split(answer.body, limits=envelope.Limits(max_bytes=most))
    except TooLarge as error:
        raise TooMuch(f"the answer holds too much: {error.detail}") from error
    except Invalid as error:
        raise Unreadable(
            f"the envelope can't be read: {error.detail}", where=error.where, clause=error.clause
        ) from error
    following = taken.next or None
    if following is not None and len(following) > LONGEST_NEXT:
        raise Unreadable("next is too long to be sent back", where="$.next", clause="TAXII 2.1 3.7")
    return Page(
        objects=taken.objects,
        more=taken.more,
        next=following if taken.more else None,
        last=_moment(answer.headers.get(_LAST)) if taken.objects else None,
        at=_server_time(answer.headers.get("date"), now),
        final=answer.headers.get(FINAL[0]) == FINAL[1],
    )


def check_status(answer: Answer, now: Micros, *, goes_on: bool) -> None:
    """Raises why there is no page, where there is none."""
    status = answer.status
    if status == 200:
        return
    if status >= 500 or status in _PASSING:
        raise Away(f"it answered {status}", wait=retry_after(answer.headers.get("retry-after"), now))
    if status in _AUTHENTICATION:
        raise Shut(
            f"it answered {status}: the credentials do not let us read there",
            hint="Run comity pull again with the right --user and secret.",
        )
    if goes_on and status >= 400:
        raise Lost(f"it answered {status} to a page that it had told of itself")
    if status in {404, 410}:
        raise Shut(
            f"it answered {status}: there is no such collection, or none for us",
            hint="Are the URL and the credentials right?",
        )
    raise Unreadable(f"it answered {status}, which a request for objects does not have", clause="TAXII 2.1 5.4")


def _server_time(date: str | None, now: Micros) -> Micros:
    """The server's own moment, by which it dates objects (3.4, note); ours where it tells none, or one that can't be."""
    at = read_date(date)
    return now if at is None or abs(at - now) > FURTHEST else at


def _moment(text: str | None) -> Micros | None:
    if text is None:
        return None
    try:
        return timestamps.parse(text)
    except ValueError:
        return None
