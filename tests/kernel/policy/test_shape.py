"""When a shape opens, derived from its labels."""

from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.policy.shape import Needs, held_needs, needs_of, opened


def test_a_shape_opens_with_the_last_of_its_labels() -> None:
    assert opened(1, ((2,), (3,)), {1: 0, 2: 4, 3: 2}, needs_matter=True) == 4
    assert opened(1, ((2,), (3,)), {1: 5, 2: 4, 3: 2}, needs_matter=True) == 5


def test_any_one_of_the_alternatives_will_do_and_the_earliest_counts() -> None:
    assert opened(1, ((2, 3),), {1: 0, 3: 7}, needs_matter=True) == 7
    assert opened(1, ((2, 3),), {1: 0, 2: 1, 3: 7}, needs_matter=True) == 1


def test_a_neighbour_that_is_not_held_closes_it() -> None:
    assert opened(1, ((),), {1: 0}, needs_matter=True) is None
    assert opened(1, ((),), {1: 0}, needs_matter=False) == 0


def test_needs_that_the_own_label_meets_fall_away() -> None:
    assert needs_of(1, [[1, 2], [3], [3], []]) == ((), (3,))


grants = st.dictionaries(st.integers(1, 6), st.integers(0, 5))
neighbours = st.lists(st.lists(st.integers(1, 6), max_size=3), max_size=4)


@given(st.integers(1, 6), neighbours, grants)
def test_normal_needs_open_as_the_neighbours_do(label: int, near: list[list[int]], granted: dict[int, int]) -> None:
    plain: Needs = tuple(tuple(labels) for labels in near)
    assert opened(label, needs_of(label, near), granted, needs_matter=True) == opened(
        label, plain, granted, needs_matter=True
    )


@given(st.integers(1, 6), neighbours, grants, st.integers(1, 6))
def test_a_further_grant_never_closes(label: int, near: list[list[int]], granted: dict[int, int], more: int) -> None:
    needs = needs_of(label, near)
    before = opened(label, needs, granted, needs_matter=True)
    after = opened(label, needs, {more: 5} | granted, needs_matter=True)
    assert before is None or (after is not None and after <= before)


def test_what_is_not_held_hides_nothing_from_our_own_people() -> None:
    assert held_needs(((1, 2), (), (3,))) == ((1, 2), (3,))
    assert held_needs(()) == ()
