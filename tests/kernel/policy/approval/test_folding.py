"""How a review stands, by what was said in which order."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.policy.approval.folding import Act, Demand, Folded, State, fold
from comity.kernel.policy.approval.people import Person
from comity.kernel.policy.approval.statements import Says

ONE = (Demand(("approver", "legal")),)
FOUR_EYES = (Demand(("approver", "legal"), four_eyes=True),)
THIS, THAT = "aa" * 32, "bb" * 32

# Alice is an administrator who added Bob; Carol, Dana and Erin are the operator's; Finn has no role that is asked for.
PEOPLE = {
    1: Person(1, "Alice", ("administrator", "approver"), disabled=False),
    2: Person(2, "Bob", ("approver",), disabled=False, behind=frozenset({1})),
    3: Person(3, "Carol", ("approver",), disabled=False),
    4: Person(4, "Dana", ("legal",), disabled=False),
    5: Person(5, "Erin", ("approver",), disabled=True),
    6: Person(6, "Finn", ("analyst",), disabled=False),
}


def acts(*said: tuple[str, int] | tuple[str, int, str]) -> list[Act]:
    """Acts with ids a0, a1, ...; a third part is the content, the consent's content after "!", or what is withdrawn."""
    found = []
    for at, (says, account, *rest) in enumerate(said):
        word = rest[0] if rest else ""
        made: dict[str, Any] = {
            "id": f"a{at}",
            "says": says,
            "account": account,
            "role": next((each for each in PEOPLE[account].roles if each in {"approver", "legal"}), "analyst"),
            "at": at,
        }
        if says == "release":
            made |= {"content": word.removeprefix("!") or THIS, "consent": word.startswith("!")}
        if says == "withdraw":
            made["withdraws"] = word
        found.append(Act(**made))
    return found


Said = Sequence[tuple[str, int] | tuple[str, int, str]]
CASES: dict[str, tuple[Said, tuple[Demand, ...], State]] = {
    "nothing was said": ([], ONE, State.WAITING),
    "one is enough where one is asked": ([("release", 3)], ONE, State.RELEASED),
    "nobody asked is nobody enough": ([("release", 3)], (), State.HALF),
    "an article that nobody can content": ([("release", 3)], (Demand(()),), State.HALF),
    "a role that is not asked for": ([("release", 6)], ONE, State.HALF),
    "who is disabled does not count": ([("release", 5)], ONE, State.WAITING),
    "half of four eyes": ([("release", 3)], FOUR_EYES, State.HALF),
    "four eyes": ([("release", 3), ("release", 4)], FOUR_EYES, State.RELEASED),
    "one twice is not four eyes": ([("release", 3), ("release", 3)], FOUR_EYES, State.HALF),
    "an administrator and whom she added": ([("release", 1), ("release", 2)], FOUR_EYES, State.HALF),
    "those and a third": ([("release", 1), ("release", 2), ("release", 3)], FOUR_EYES, State.RELEASED),
    "one of them is disabled": ([("release", 3), ("release", 5)], FOUR_EYES, State.HALF),
    "one of them has no such role": ([("release", 3), ("release", 6)], FOUR_EYES, State.HALF),
    "they approve different forms": ([("release", 3, THIS), ("release", 4, THAT)], FOUR_EYES, State.HALF),
    "the first comes round": (
        [("release", 3, THIS), ("release", 4, THAT), ("release", 3, THAT)],
        FOUR_EYES,
        State.RELEASED,
    ),
    "two articles ask two roles": ([("release", 3)], (Demand(("approver",)), Demand(("legal",))), State.HALF),
    "both have spoken": (
        [("release", 3), ("release", 4)],
        (Demand(("approver",)), Demand(("legal",))),
        State.RELEASED,
    ),
    "a refusal": ([("refuse", 3)], ONE, State.REFUSED),
    "a refusal after a release": ([("release", 3), ("refuse", 4)], ONE, State.REFUSED),
    "a release after a refusal": ([("refuse", 4), ("release", 3)], ONE, State.REFUSED),
    "a refusal that was withdrawn": ([("release", 3), ("refuse", 4), ("withdraw", 4, "a1")], ONE, State.RELEASED),
    "that somebody else withdraws": ([("refuse", 4), ("withdraw", 3, "a0")], ONE, State.REFUSED),
    "of somebody who is disabled": ([("refuse", 5), ("withdraw", 3, "a0")], ONE, State.WAITING),
    "of two refusals one is withdrawn": ([("refuse", 3), ("refuse", 4), ("withdraw", 4, "a1")], ONE, State.REFUSED),
    "a release that was withdrawn": ([("release", 3), ("withdraw", 3, "a0")], ONE, State.WAITING),
    "of four eyes one is withdrawn": (
        [("release", 3), ("release", 4), ("withdraw", 4, "a1")],
        FOUR_EYES,
        State.HALF,
    ),
    "what is withdrawn twice": ([("release", 3), ("withdraw", 3, "a0"), ("withdraw", 3, "a0")], ONE, State.WAITING),
    "what was never said": ([("release", 3), ("withdraw", 3, "zz")], ONE, State.RELEASED),
    "the source is asked": ([("ask", 3)], ONE, State.SOURCE),
    "nothing goes while it is": ([("ask", 3), ("release", 3)], ONE, State.SOURCE),
    "also what was released before": ([("release", 3), ("ask", 4)], ONE, State.SOURCE),
    "the source consents": ([("ask", 3), ("release", 3, f"!{THIS}")], ONE, State.RELEASED),
    "and four eyes are asked": ([("ask", 3), ("release", 3, f"!{THIS}")], FOUR_EYES, State.HALF),
    "and given": ([("ask", 3), ("release", 3, f"!{THIS}"), ("release", 4)], FOUR_EYES, State.RELEASED),
    "what was asked is taken back": ([("ask", 3), ("withdraw", 3, "a0")], ONE, State.WAITING),
}


@pytest.mark.parametrize(("said", "demands", "state"), CASES.values(), ids=CASES)
def test_how_it_stands(said: Said, demands: tuple[Demand, ...], state: State) -> None:
    found = fold(acts(*said), demands, PEOPLE)
    assert found.state is state
    assert bool(found.content) is (state in {State.RELEASED, State.HALF})


def test_what_is_released_is_what_all_of_them_approved() -> None:
    found = fold(acts(("release", 3, THIS), ("release", 1, THAT), ("release", 4, THAT)), FOUR_EYES, PEOPLE)
    assert found == Folded(State.RELEASED, THAT, ("a1", "a2"))


def test_the_order_of_approvals_of_one_form_does_not_matter() -> None:
    three = [("release", 1), ("release", 3), ("release", 4)]
    assert {fold(acts(*each), FOUR_EYES, PEOPLE).state for each in permutations(three)} == {State.RELEASED}


SAID: st.SearchStrategy[Says] = st.sampled_from(["release", "refuse", "ask", "withdraw"])
RANDOM = st.lists(
    st.tuples(SAID, st.sampled_from(list(PEOPLE)), st.sampled_from([THIS, THAT, f"!{THIS}", "a0", "a1", "a2", "a3"])),
    max_size=8,
)


@given(RANDOM)
def test_no_one_person_releases_where_four_eyes_are_asked(said: list[tuple[str, int, str]]) -> None:
    """Whatever is said in whatever order: a release of four eyes has two people, and no administrator with an invention."""
    found = fold(acts(*said), FOUR_EYES, PEOPLE)
    if found.state is State.RELEASED:
        made = {each.id: each.account for each in acts(*said)}
        accounts = {made[each] for each in found.acts}
        assert len(accounts) >= 2
        assert accounts != {1, 2}
        assert 5 not in accounts


@given(RANDOM)
def test_a_refusal_that_nobody_withdrew_wins(said: list[tuple[str, int, str]]) -> None:
    folded = fold([*acts(*said), Act("zz", "refuse", 3, "approver", 99)], ONE, PEOPLE)
    assert folded.state is State.REFUSED
