"""Echoes: a claim that opens to some stands once more for them, and those who saw it before notice nothing."""

from comity.kernel.objects.markings import Tlp
from comity.kernel.store.agreement import agree
from tests.kernel.store.conftest import Cast, address
from tests.kernel.store.test_relabel import age, all_see, sighting, work

ADDRESS = "198.51.100.7"


def note_of(cast: Cast) -> dict[str, object]:
    return sighting(cast, "note", str(address(ADDRESS)["id"]))


def secretly_open(cast: Cast) -> str:
    """A note to an address that is not held: Bravo, who gave it, and our own people have it; Carol gets it with the address."""
    note = note_of(cast)
    cast.give("bravo", [note])
    cast.settle()
    return str(note["id"])


def test_who_had_it_is_not_given_it_again_and_who_had_not_misses_nothing(cast: Cast) -> None:
    note = secretly_open(cast)
    had = {party: cast.see(party).page(cast.query(), 100) for party in ("bravo", "own", "carol")}
    assert (had["bravo"].count, had["own"].count, had["carol"].count) == (1, 1, 0)
    cast.give("alpha", [cast.indicator("Between")])
    between = cast.see("carol").page(cast.query(), 100)
    cast.give("alpha", [address(ADDRESS)], "side")
    cast.settle()
    for party in ("bravo", "own"):
        more = cast.ids(party, added_after=had[party].last)
        assert note not in more
        assert len(more) == 1
    assert cast.ids("carol", added_after=between.last) == [note]
    assert sorted(cast.ids("carol")) == sorted(cast.ids("own"))


def test_an_echo_is_the_same_claim(cast: Cast) -> None:
    note = secretly_open(cast)
    cast.give("alpha", [address(ADDRESS)], "side")
    cast.settle()
    assert cast.scalar("SELECT count(*) FROM claim") == 3
    assert len(cast.see("own").held(note)) == 1
    assert [each.claims for each in cast.see("own").arrivals()] == [1, 1]
    assert agree(cast.url).claims == 3
    deleted = cast.store.delete(cast.parties["bravo"].id, cast.collections["main"].id, note, ("all",), cast.clock.now())
    assert deleted == 1
    assert cast.scalar("SELECT count(*) FROM claim") == 1
    assert cast.scalar("SELECT count(*) FROM leaf") == 3
    assert agree(cast.url).claims == 1


def test_what_closes_closes_for_all_places(cast: Cast) -> None:
    note = secretly_open(cast)
    one, two = address(ADDRESS, Tlp.CLEAR), address(ADDRESS)
    cast.give("alpha", [one], "side")
    cast.settle()
    cast.give("bravo", [two], "side")
    cast.settle()
    assert note in cast.ids("carol")
    for party in ("alpha", "bravo"):
        cast.store.delete(
            cast.parties[party].id, cast.collections["side"].id, str(one["id"]), ("all",), cast.clock.now()
        )
    assert note not in cast.ids("carol")
    assert note in cast.ids("bravo")
    cast.give("alpha", [one], "side")
    cast.settle()
    assert note in cast.ids("carol")
    assert len(cast.see("own").held(note)) == 1


def test_echoes_do_not_pile_up(cast: Cast) -> None:
    note = secretly_open(cast)
    for _ in range(4):
        cast.give("alpha", [address(ADDRESS)], "side")
        cast.settle()
        assert note in cast.ids("carol")
        cast.store.delete(
            cast.parties["alpha"].id,
            cast.collections["side"].id,
            str(address(ADDRESS)["id"]),
            ("all",),
            cast.clock.now(),
        )
        cast.settle()
        assert note not in cast.ids("carol")
    assert cast.scalar("SELECT count(*) FROM claim") <= 2


def test_echoes_are_labelled_anew_with_their_claim(cast: Cast) -> None:
    secretly_open(cast)
    cast.give("alpha", [address(ADDRESS)], "side")
    cast.settle()
    before = all_see(cast)
    age(cast)
    work(cast)
    assert {place: sorted(ids) for place, ids in all_see(cast).items()} == {
        place: sorted(ids) for place, ids in before.items()
    }
    assert len(cast.see("own").held(before["own", "main"][0])) == 1
