"""The search for what must not be told sees through every way of writing that it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.atoms import atoms, foreign, marked, surroundings, written

VALUES = {
    marked(7): marked(7),
    f"{marked(8)}@mail.example": marked(8),
    f"https://www.{marked(9)}.example/a": marked(9),
    "198.51.100.23": "198.51.100.23",
    "note--7e2e2d2b-17d4-4cbf-938f-98eef42e38c8": "7e2e2d2b17d44cbf938f98eef42e38c8",
}
WAYS = tuple(written("any"))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", VALUES)
def test_every_way_of_writing_is_seen_through(value: str, way: str) -> None:
    assert VALUES[value] in atoms(f'before "{written(value)[way]}" after')


@given(
    st.sampled_from(sorted(VALUES)),
    st.sampled_from(WAYS),
    surroundings(),
    st.sampled_from(["", " ", '"', "\n", "</td>"]),
)
def test_wherever_it_stands(value: str, way: str, before: str, after: str) -> None:
    assert VALUES[value] in atoms(before + written(value)[way] + after)


def test_marks_differ_and_nothing_is_found_where_nothing_is() -> None:
    assert len({marked(number) for number in range(5_000)}) == 5_000
    assert foreign("nothing here but words, 192.0.2.1 and 3fa0", {marked(1)}, ()) == set()
    assert foreign(marked(1), {marked(1)}, {marked(1)}) == set()
    assert foreign(marked(1), {marked(1)}, ()) == {marked(1)}
