"""The matrix: what the bars show is what the numbers say, nothing is lost, everything stays inside."""

from hypothesis import given
from hypothesis import strategies as st

from comity.web.charts.matrix import MOST_COLUMNS, ORDER, WIDTH, Column, Counts, Line, cell, drawn
from comity.web.notices import Meaning
from comity.web.words import outside

counts = st.dictionaries(st.sampled_from(ORDER), st.integers(0, 10**7), max_size=4)


@given(counts)
def test_a_cell_is_as_long_as_its_shares(given_counts: dict[Meaning, int]) -> None:
    made = cell(given_counts, "/x")
    there = {name: number for name, number in given_counts.items() if number}
    assert {part.meaning: part.number for part in made.parts} == there
    assert made.total == sum(there.values())
    assert (made.path == "") == (not there)
    end = 0.0
    for part in made.parts:
        assert part.width > 1.9
        assert part.x >= end - 0.02
        end = part.x + part.width
    assert end <= WIDTH + 0.05
    assert not there or end >= WIDTH - 0.05


@given(
    st.lists(st.tuples(st.text("abcdefghijkl", min_size=1, max_size=2), counts), max_size=30, unique_by=lambda x: x[0])
)
def test_nothing_is_lost_where_columns_are_folded(given_columns: list[tuple[str, dict[Meaning, int]]]) -> None:
    columns = [Column(key, outside(key)) for key, _ in given_columns]
    held: dict[str, Counts] = dict(given_columns)
    line = Line(outside("x"), held, "/row", "/cell/")
    picture = drawn(columns, [line], by_size=True)
    (shown,) = picture.lines
    assert len(picture.columns) <= MOST_COLUMNS + 1
    assert len(picture.columns) + picture.folded == len(columns)
    assert len(shown.cells) == len(picture.columns) + (1 if picture.folded else 0)
    assert sum(each.total for each in shown.cells) == shown.whole.total


def test_columns_stand_as_they_come_unless_by_size() -> None:
    columns = [Column("a", "a"), Column("b", "b")]
    line = Line(outside("x"), {"a": {"released": 1}, "b": {"released": 5}}, cell_path="/c/")
    assert [each.key for each in drawn(columns, [line], by_size=False).columns] == ["a", "b"]
    assert [each.key for each in drawn(columns, [line], by_size=True).columns] == ["b", "a"]


def test_a_key_from_outside_can_not_leave_its_address() -> None:
    line = Line(outside("x"), {"../..?x#": {"released": 1}}, cell_path="/c/")
    (shown,) = drawn([Column("../..?x#", outside("y"))], [line], by_size=False).lines
    assert shown.cells[0].path == "/c/..%2F..%3Fx%23"
