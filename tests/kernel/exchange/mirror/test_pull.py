"""The state machine of a pull against servers that page in every way there is, break off at will and show objects late.

Whatever happens, when the server has been quiet for a while one more pull has everything; and a pull with nothing new asks
for one page.
"""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.exchange.mirror import pull as module
from comity.kernel.exchange.mirror.pull import MOST_IDLE, SECOND, UNSETTLED, Endless, Place, Pull
from comity.kernel.exchange.mirror.reading import Lost, Page

NOW = 1_795_000_000_000_000
NOWHERE = Place(None, None, final=False)


class Model:
    """A server in memory. ``style``: how its pages go on. ``grain``: to what it cuts moments that it compares."""

    def __init__(self, style: str, grain: int, cap: int, *, final: bool = False) -> None:
        self.style = style
        self.grain = grain
        self.cap = cap
        self.final = final
        self.now = NOW
        self.rows: list[tuple[int, bytes]] = []
        self.sessions: dict[str, list[tuple[int, bytes]]] = {}

    def add(self, count: int, late: int = 0, *, spread: bool = True) -> None:
        """Objects that arrive now, dated up to ``late`` ago: together, or each for itself."""
        at = self.now - late
        for _ in range(count):
            date = at // self.grain * self.grain
            if self.final:
                date = max([self.now, *(row[0] + 1 for row in self.rows[-1:])])
            self.rows.append((date, b"%d" % len(self.rows)))
            at += 1 if spread else 0
        self.rows.sort(key=lambda row: row[0])

    def page(self, ask: Any) -> Page:
        limit = min(ask.limit, self.cap)
        if ask.next is not None and self.style != "number":
            rows = self._session(ask.next)
        else:
            since = -1 if ask.added_after is None else ask.added_after // self.grain * self.grain
            rows = [row for row in self.rows if row[0] > since]
            if ask.next is not None:
                rows = rows[int(ask.next) :]
        page, rest = rows[:limit], rows[limit:]
        following = None
        if rest:
            if self.style == "consumed":  # one token, whose page is another one each time
                following = ask.next or f"s{len(self.sessions)}"
                self.sessions[following] = rest
            elif self.style == "number":
                following = str(int(ask.next or 0) + limit)
            elif self.style == "forgetful":
                following = "gone"
        last = page[-1][0] if page else None
        return Page([raw for _, raw in page], bool(rest), following, last, self.now, self.final)

    def _session(self, token: str) -> list[tuple[int, bytes]]:
        if token not in self.sessions:
            raise Lost("it answered 400")
        return self.sessions.pop(token)


def pull_all(server: Model, place: Place, held: set[bytes], rnd: random.Random | None = None, breaks: float = 0.0):
    """One pull, which breaks off now and then: before the page was asked for, after it was given, after it was kept."""
    machine, pages = Pull(place, limit=10), 0
    kept = place
    while not machine.done:
        pages += 1
        assert pages < 3000, "it never ends"
        chance = rnd.random() if rnd else 1.0
        try:
            page = server.page(machine.ask())
        except Lost:
            machine.place = kept
            machine.lost()
            continue
        if chance < breaks / 2:  # the answer got lost on its way
            machine.place = kept
            machine.back()
            continue
        if chance < breaks:  # killed: what is not kept is not known any more
            machine = Pull(kept, limit=10)
            continue
        kept = machine.take(page)
        new = len(set(page.objects) - held)
        held.update(page.objects)
        if not machine.done:
            machine.kept(new, page.last)
        if rnd and rnd.random() < 0.3:
            server.now += rnd.randrange(SECOND)
    return kept, pages


@given(
    style=st.sampled_from(["consumed", "number", "forgetful", "dated"]),
    grain=st.sampled_from([1, 1000, SECOND]),
    seed=st.integers(0, 2**32),
)
def test_nothing_is_lost(style, grain, seed):
    rnd = random.Random(seed)
    server = Model(style, grain, cap=rnd.choice([10, 40, 1000]))
    place, held = NOWHERE, set[bytes]()
    groups = [3, 9] if style in {"forgetful", "dated"} else [3, 9, 35]
    for _ in range(rnd.randrange(1, 8)):
        for _ in range(rnd.randrange(6)):
            group = rnd.choice(groups)
            server.add(group, late=rnd.randrange(UNSETTLED - 10 * SECOND), spread=rnd.random() < 0.5)
            server.now += rnd.choice([1, 1000, 2 * SECOND, 300 * SECOND]) + (2 * SECOND if grain == SECOND else 2000)
        try:
            place, _ = pull_all(server, place, held, rnd, breaks=rnd.choice([0.0, 0.1, 0.25]))
        except Endless:
            # Honest servers without a next that holds may have more under one date than a page of theirs takes.
            assert style in {"forgetful", "dated"}
            assert server.cap < 1000
            return
    server.now += 2 * UNSETTLED
    try:
        place, _ = pull_all(server, place, held)
    except Endless:
        assert style in {"forgetful", "dated"}
        assert server.cap < 1000
        return
    assert held == {raw for _, raw in server.rows}
    assert place.reached is None
    _, pages = pull_all(server, place, held)
    assert pages <= 1 + 10 // 10


@given(seed=st.integers(0, 2**32))
def test_of_a_server_with_final_dates_nothing_is_lost_and_little_is_read_twice(seed):
    rnd = random.Random(seed)
    server = Model("number", 1, cap=10, final=True)
    place, held, asked = NOWHERE, set[bytes](), 0
    for _ in range(5):
        server.add(rnd.randrange(100))
        server.now += rnd.randrange(5 * SECOND)
        place, pages = pull_all(server, place, held, rnd, breaks=0.1)
        asked += pages
    assert held == {raw for _, raw in server.rows}
    assert pull_all(server, place, held) == (place, 1)


def test_what_has_settled_is_not_read_again():
    server = Model("number", 1, cap=1000)
    server.add(35)
    server.now += 2 * UNSETTLED
    held = set[bytes]()
    place, _ = pull_all(server, NOWHERE, held)
    assert place == Place(server.rows[-1][0], None, final=False)
    assert server.page(Pull(place).ask()).objects == []


def test_what_may_still_change_is_read_again():
    server = Model("number", 1, cap=1000)
    server.add(5, late=2 * UNSETTLED)
    server.add(5, late=SECOND)
    place, _ = pull_all(server, NOWHERE, set())
    assert place.added_after == server.now - UNSETTLED
    server.add(1, late=60 * SECOND)  # a slow request: dated before what has been read
    again = server.page(Pull(place).ask())
    assert b"10" in again.objects
    assert len(again.objects) == 6


def page(objects, *, more=True, next_="n", last=NOW - 10 * UNSETTLED, final=False):
    return Page(objects, more, next_, last, NOW, final)


def test_the_same_page_again_is_a_loop():
    machine = Pull(NOWHERE)
    machine.take(page([b"a"]))
    with pytest.raises(Endless, match="same again"):
        machine.take(page([b"a"]))


def test_pages_that_bring_nothing_new_do_not_go_on_for_ever():
    machine = Pull(NOWHERE)
    for number in range(MOST_IDLE + 1):
        machine.take(page([b"%d" % (number % 7)], next_=str(number % 5)))
        machine.kept(0 if number else 7, NOW - 10 * UNSETTLED)
    machine.take(page([b"again"], next_="again"))
    with pytest.raises(Endless, match="nothing new"):
        machine.kept(0, NOW - 10 * UNSETTLED)


def test_more_and_nothing_with_it_does_not_go_on_for_ever():
    machine = Pull(NOWHERE)
    for number in range(3):
        machine.take(page([], next_=str(number), last=None))
    with pytest.raises(Endless, match="gives nothing"):
        machine.take(page([], next_="on", last=None))


def test_more_without_next_and_without_objects_is_the_end():
    machine = Pull(NOWHERE)
    machine.take(page([], next_=None, last=None))
    assert machine.done


def test_more_without_next_and_without_a_date_can_not_be_paged():
    with pytest.raises(Endless, match="neither next nor the date"):
        Pull(NOWHERE).take(page([b"a"], next_=None, last=None))


def test_a_server_without_dates_is_read_from_the_start_each_time():
    machine = Pull(NOWHERE)
    machine.take(page([b"a"], last=None))
    assert machine.ask().next == "n"
    assert machine.take(page([b"b"], more=False, next_=None, last=None)) == NOWHERE


def test_dates_in_the_future_do_not_blind_the_mirror():
    far = 253_402_300_799_999_999
    for final in (False, True):
        machine = Pull(Place(None, None, final))
        place = machine.take(page([b"a"], more=False, next_=None, last=far, final=final))
        assert place.added_after is not None
        assert place.added_after <= NOW + module.AHEAD


def test_dates_that_go_back_are_not_trusted():
    machine = Pull(NOWHERE)
    early, later = NOW - 30 * UNSETTLED, NOW - 20 * UNSETTLED
    machine.take(page([b"a"], last=later))
    place = machine.take(page([b"b"], more=False, next_=None, last=early))
    assert place.added_after == early


def test_too_large_a_page_is_asked_for_in_smaller_ones():
    machine = Pull(NOWHERE, limit=1000)
    limits = [machine.ask().limit]
    while machine.smaller():
        limits.append(machine.ask().limit)
    assert limits == [1000, 250, 62, 15, 3, 1]
