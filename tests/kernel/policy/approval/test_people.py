"""Who stands behind whom, and which two accounts are two people."""

import pytest

from comity.kernel.policy.approval.people import NEW_FOR, Made, Person, behind, independent

NAMES = {1: "Alice", 2: "Bob", 3: "Carol", 4: "Dana", 5: "Erin"}


def people(*acts: tuple[str, str, int | None]) -> dict[int, Person]:
    """The five, after acts in order; each was added by the operator first, where nothing else adds it."""
    added = {name for name, act, _ in acts if act == "added"}
    given = [(name, "added", None) for name in NAMES.values() if name not in added]
    told = [Made(name, act, actor, at) for at, (name, act, actor) in enumerate((*given, *acts))]
    return dict(behind([(number, name, ("approver",), False) for number, name in NAMES.items()], told))


CASES = {
    "whom the operator added are two": ([], 2, 3, True),
    "nobody is two": ([], 2, 2, False),
    "who added the other": ([("Bob", "added", 1)], 1, 2, False),
    "who invited the other": ([("Bob", "link-made", 1)], 1, 2, False),
    "who gave the other a role": ([("Bob", "roles-changed", 1)], 1, 2, False),
    "one who made both": ([("Bob", "added", 1), ("Carol", "added", 1)], 2, 3, False),
    "one who made one and invited the other": ([("Bob", "added", 1), ("Carol", "link-made", 1)], 2, 3, False),
    "two made by two": ([("Bob", "added", 1), ("Carol", "added", 4)], 2, 3, True),
    "one made, one the operator's": ([("Bob", "added", 1)], 2, 3, True),
    "made by one whom the other made": ([("Bob", "added", 1), ("Carol", "added", 2)], 1, 3, False),
    "two whose makers one made": (
        [("Bob", "added", 1), ("Dana", "added", 1), ("Carol", "added", 2), ("Erin", "added", 4)],
        3,
        5,
        False,
    ),
    "they made each other": ([("Bob", "link-made", 3), ("Carol", "link-made", 2)], 2, 3, False),
    "vouched for": ([("Bob", "added", 1), ("Carol", "added", 1), ("Carol", "vouched", None)], 2, 3, True),
    "vouched for, and changed again": (
        [("Bob", "added", 1), ("Carol", "vouched", None), ("Carol", "roles-changed", 1)],
        2,
        3,
        False,
    ),
    "a person's word is no vouching": (
        [("Bob", "added", 1), ("Carol", "added", 1), ("Carol", "vouched", 1)],
        2,
        3,
        False,
    ),
    "signing in is nobody's doing": ([("Bob", "signed-in", 2), ("Bob", "password-set", 2)], 2, 3, True),
}


@pytest.mark.parametrize(("acts", "one", "other", "two"), CASES.values(), ids=CASES)
def test_two_accounts_are_two_people_where_nobody_stands_behind_both(
    acts: list[tuple[str, str, int | None]], one: int, other: int, two: bool
) -> None:
    found = people(*acts)
    assert independent(found[one], found[other]) is two
    assert independent(found[other], found[one]) is two


def test_of_whom_there_is_no_word_is_nobody() -> None:
    found = behind([(1, "Alice", (), False), (2, "Bob", (), False)], [Made("Alice", "added", None, 0)])
    assert not found[2].known
    assert not independent(found[1], found[2])


def test_an_account_is_new_for_a_day_after_a_person_did_something_to_it() -> None:
    found = people(("Bob", "added", 1), ("Carol", "added", None))
    at = found[2].since
    assert at is not None
    assert found[2].is_new(at + NEW_FOR - 1)
    assert not found[2].is_new(at + NEW_FOR)
    assert not found[3].is_new(at)
    assert not people(("Bob", "added", 1), ("Bob", "vouched", None))[2].is_new(at)
