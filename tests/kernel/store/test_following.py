"""What the worker tells of its followers, and what people ask of them."""

import pytest

from comity.kernel.base.errors import NotFound
from comity.kernel.store.progress import Following
from tests.kernel.store.conftest import SECOND, START, Cast


def following(name: str, behind: int | None = 0, *, stopped: bool = False) -> Following:
    return Following(name, behind, 1, "why", START, stopped, again=False, seen=START)


def test_what_was_told_last_stands_and_others_go(cast: Cast) -> None:
    board = cast.store.followings
    board.tell([following("a"), following("b", None)])
    board.tell([following("b", 5, stopped=True)])
    assert board.all() == (following("b", 5, stopped=True),)


def test_another_try_is_asked_for_once_and_survives_telling(cast: Cast) -> None:
    board = cast.store.followings
    board.tell([following("a"), following("b")])
    board.retry("a")
    board.tell([following("a"), following("b")])
    assert [each.again for each in board.all()] == [True, False]
    assert board.asked() == {"a"}
    assert board.asked() == frozenset()
    with pytest.raises(NotFound):
        board.retry("c")


def test_who_works(cast: Cast) -> None:
    assert cast.store.followings.lead("worker") is None
    cast.store.lease("worker", "one", START + SECOND)
    lead = cast.store.followings.lead("worker")
    assert lead is not None
    assert (lead.holder, lead.until, lead.holds) == ("one", START + SECOND, True)
    cast.clock.forward(SECOND)
    lead = cast.store.followings.lead("worker")
    assert lead is not None
    assert not lead.holds


def test_how_far_the_store_is_behind(cast: Cast) -> None:
    board = cast.store.followings
    cast.give("alpha", [cast.indicator()])
    assert board.objects_waiting() == 0
    assert board.keys_waiting() == 0
    postgres = cast.url.startswith("postgresql")
    assert board.text_behind() == (1 if postgres else 0)
    cast.settle()
    assert board.text_behind() == 0
