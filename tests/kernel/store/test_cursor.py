"""A cursor tells nothing, and is good for its viewer and filter only."""

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.base.ids import system_random
from comity.kernel.store.cursor import Cursor, read_cursor, write_cursor
from comity.kernel.store.types import Query
from tests.kernel.store.conftest import Cast

KEY = bytes(range(32))
QUERY = Query(collection=1)


def test_it_comes_back_as_it_was() -> None:
    text = write_cursor(KEY, system_random, (1, None), QUERY, Cursor(12, 34))
    found = read_cursor(KEY, (1, None), QUERY, text)
    assert (found.after, found.as_of) == (12, 34)


def test_what_ends_a_page_asked_again_is_the_same() -> None:
    first = read_cursor(KEY, (1, None), QUERY, write_cursor(KEY, system_random, (1, None), QUERY, Cursor(1, 34)))
    following = [write_cursor(KEY, system_random, (1, None), QUERY, Cursor(2, 34, first.nonce)) for _ in range(2)]
    assert following[0] == following[1]


def test_two_first_pages_have_nothing_in_common() -> None:
    one, other = (write_cursor(KEY, system_random, (1, None), QUERY, Cursor(1, 34)) for _ in range(2))
    assert one != other
    assert len(one) == len(other)


@pytest.mark.parametrize(("asker", "query"), [((2, None), QUERY), ((1, 1), QUERY), ((1, None), Query(collection=2))])
def test_nobody_elses_is_good(asker: tuple[int, int | None], query: Query) -> None:
    text = write_cursor(KEY, system_random, (1, None), QUERY, Cursor(1, 2))
    with pytest.raises(Invalid):
        read_cursor(KEY, asker, query, text)


@pytest.mark.parametrize("place", [0, 20, 60])
def test_one_that_was_changed_is_not_good(place: int) -> None:
    text = write_cursor(KEY, system_random, (1, None), QUERY, Cursor(1, 2))
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    for other in (changed, text[:-4], "", "é", text + "AAAA"):
        with pytest.raises(Invalid):
            read_cursor(KEY, (1, None), QUERY, other)


def test_a_page_between_which_something_hidden_came_looks_the_same(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator() for _ in range(3)])
    before = cast.see("carol").page(cast.query(), 2)
    cast.give("own", [cast.indicator(tlp=None)])
    after = cast.see("carol").page(cast.query(), 2)
    assert (before.objects, before.first, before.last) == (after.objects, after.first, after.last)
    assert before.next is not None
    assert after.next is not None
    assert len(before.next) == len(after.next)
