"""Tables: order and pages come from the address, and nothing in an address takes a list out of its bounds."""

import pytest

from comity.web.tables import MOST_PAGES, Column, Listing, Row, Table, Words, listing, plain
from comity.web.words import outside

COLUMNS = (
    Column(key="name", title="Name", sorts=True),
    Column(key="gave", title="Gave", sorts=True),
    Column(key="x", title="X"),
)
PEOPLE = [(f"person {number:02}", number * 7 % 10) for number in range(25)]
KEYS = {"name": lambda each: each[0], "gave": lambda each: each[1]}


def asked(**address: str) -> Listing:
    return listing("/people", address, COLUMNS, usual="name", kept=("q",), size=10)


def table(found: Listing, total: int | None = None) -> Table:
    rows = [Row((Words(outside(name)),)) for name, _ in found.page_of(PEOPLE, KEYS)]
    return found.table("People", rows, total=total)


def test_pages_hang_together_and_hold_everything_once() -> None:
    seen: list[str] = []
    for page in ("1", "2", "3"):
        shown = table(asked(page=page))
        seen += [str(row.cells[0].text) for row in shown.rows]  # type: ignore[union-attr]
        assert bool(shown.paging.previous) == (page != "1")
        assert bool(shown.paging.following) == (page != "3")
    assert seen == [name for name, _ in PEOPLE]


def test_what_is_said_of_the_page() -> None:
    assert str(table(asked(page="3"), total=25).paging.said) == "21 to 25 of 25"
    assert str(table(asked(page="2")).paging.said) == "11 to 20"
    assert str(table(asked(page="9")).paging.said) == "This page is empty."
    assert plain("People", COLUMNS, ()).paging.said == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1e9", "٣", "9" * 30])
def test_an_unreadable_page_is_the_first(page: str) -> None:
    assert asked(page=page).page == 1


def test_pages_end_somewhere() -> None:
    found = asked(page="99999999")
    assert found.page == MOST_PAGES
    assert found.offset + found.limit <= MOST_PAGES * 10 + 1
    assert found.table("People", [Row(())] * 11).paging.following == ""


@pytest.mark.parametrize("sort", ["x", "-x", "secret", "name;drop table", "--name", ""])
def test_an_unknown_order_is_the_usual_one(sort: str) -> None:
    found = asked(sort=sort)
    assert (found.by, found.descending) == ("name", False)


def test_links_turn_the_order_keep_the_filters_and_forget_the_page() -> None:
    heads = table(asked(sort="-gave", page="2", q="a&b", evil="1")).heads
    assert [head.direction for head in heads] == ["none", "descending", "none"]
    assert [head.path for head in heads] == ["/people?q=a%26b", "/people?q=a%26b&sort=gave", ""]
    first = table(asked()).heads
    assert [head.path for head in first] == ["/people?sort=-name", "/people?sort=gave", ""]


def test_rows_stand_in_the_order_asked_for() -> None:
    assert asked(sort="-gave").page_of(PEOPLE, KEYS)[0][1] == 9
    assert asked(sort="gave").page_of(PEOPLE, KEYS)[0][1] == 0


def test_what_is_not_known_is_the_least() -> None:
    keys = {"name": lambda each: each[0], "gave": lambda each: each[1]}
    rows = [("a", 3), ("b", None), ("c", 0), ("d", None)]
    assert [name for name, _ in asked(sort="gave").page_of(rows, keys)] == ["b", "d", "c", "a"]
