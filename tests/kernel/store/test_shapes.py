"""The shape book derives, over columns, what ``policy.shape.opened`` says of each shape by itself."""

from random import Random

import pytest

from comity.kernel.policy.shape import Needs, held_needs, needs_of, opened
from comity.kernel.store.labels import Shapes
from comity.kernel.store.shapes import ShapeBook
from tests.kernel.store.conftest import Cast

LABELS = 40
SHAPES = 300


def needs(random: Random, label: int) -> Needs:
    """None to eight needs of none to four alternatives."""
    wanted = [
        [random.randrange(1, LABELS + 1) for _ in range(random.randrange(5))]
        for _ in range(random.choice([0, 0, 1, 2, 8]))
    ]
    return needs_of(label, wanted)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("own", [False, True])
def test_the_book_says_what_policy_says(cast: Cast, seed: int, own: bool) -> None:
    random = Random(seed)
    wanted = [(label, needs(random, label)) for label in (random.randrange(1, LABELS + 1) for _ in range(SHAPES))]
    book, found = ShapeBook(), {}
    grants = {label: random.randrange(4) for label in range(1, LABELS + 1) if random.random() < 0.6}
    mine = {1, 2, 3}
    derived: list[int] = []
    for part in (wanted[: SHAPES // 2], wanted):
        with cast.store._database.writer() as writer:
            found = Shapes().make(writer, part)
        with cast.store._database.snapshot() as reader:
            derived += book.derived(
                reader, len(derived) + 1, max(found.values()), grants, needless=mine, absent_hides=not own
            )
    assert len(derived) == len(found)
    for (label, needed), number in found.items():
        matter = held_needs(needed) if own else needed
        at = opened(label, matter, grants, needs_matter=label not in mine)
        assert derived[number - 1] == (-1 if at is None else at), (label, needed)


def test_where_nobodys_needs_matter_they_close_nothing(cast: Cast) -> None:
    with cast.store._database.writer() as writer:
        Shapes().make(writer, [(1, ((2,),)), (1, ((),)), (2, ())])
    with cast.store._database.snapshot() as reader:
        found = ShapeBook().derived(reader, 1, 3, {1: 0}, needless=None, absent_hides=True)
    assert sorted(found) == [-1, 0, 0]
