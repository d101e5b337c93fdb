"""Decisions by table: who gets what, and the reasons that are told."""

from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Standing

SOURCE, READER, MAIN = 1, 2, 10


def label(tlp: Tlp = Tlp.GREEN, *terms: str, assumed: bool = False) -> Label:
    return Label(source=SOURCE, collection=MAIN, type="indicator", tlp=tlp, assumed=assumed, terms=terms)


def standing(
    ceiling: Tlp = Tlp.GREEN, *, party: int = READER, own: bool = False, reads: tuple[int, ...] = (MAIN,)
) -> Standing:
    return Standing(party=party, own=own, ceiling=ceiling, reads=frozenset(reads))


@pytest.mark.parametrize(("tlp", "ceiling"), list(product(Tlp, Tlp)))
def test_up_to_the_ceiling_and_no_further(tlp: Tlp, ceiling: Tlp) -> None:
    released = decide(label(tlp), standing(ceiling)).effect is Effect.RELEASE
    assert released == (tlp <= ceiling)


def test_a_party_always_sees_what_it_gave() -> None:
    assert decide(label(Tlp.RED, "unknown"), standing(Tlp.CLEAR, party=SOURCE, reads=())).effect is Effect.RELEASE


def test_the_party_that_runs_the_node_sees_everything() -> None:
    assert decide(label(Tlp.RED, "unknown"), standing(Tlp.CLEAR, own=True, reads=())).effect is Effect.RELEASE


def test_access_to_the_collection_is_needed_beside_the_ceiling() -> None:
    assert decide(label(), standing(Tlp.RED, reads=(MAIN + 1,))).effect is Effect.WITHHOLD


def test_what_is_not_understood_is_withheld() -> None:
    assert decide(label(Tlp.CLEAR, "unknown"), standing(Tlp.RED)).effect is Effect.WITHHOLD
    assert decide(label(Tlp.CLEAR, "iep", "pap:red", "statement"), standing(Tlp.RED)).effect is Effect.RELEASE


def test_every_denial_is_told_with_its_clause_and_what_would_change_it() -> None:
    decision = decide(label(Tlp.RED, "unknown", assumed=True), standing(Tlp.GREEN, reads=()))
    assert [reason.clause for reason in decision.reasons] == [
        "TAXII 2.1 5.2.1 can_read",
        "STIX 2.1 7.2.1",
        "FIRST TLP 2.0 3",
    ]
    assert "assumed" in decision.reasons[2].internal
    assert decision.counterfactual == (
        "Would be released if the party could read the collection and its marking were held and understood "
        "and the party's ceiling were TLP:RED."
    )


@given(
    st.sampled_from(list(Tlp)),
    st.sampled_from(list(Tlp)),
    st.booleans(),
    st.sampled_from([(), ("unknown",), ("statement",)]),
)
def test_what_is_disclosed_never_names_the_objects_own_marking(
    tlp: Tlp, ceiling: Tlp, assumed: bool, terms: tuple[str, ...]
) -> None:
    """A partner learns that something is over its ceiling, never how far: the level is the originator's word."""
    decision = decide(label(tlp, *terms, assumed=assumed), standing(ceiling))
    if decision.effect is Effect.WITHHOLD:
        for reason in decision.reasons:
            assert tlp == ceiling or tlp.label not in reason.disclosable.replace(ceiling.label, "")
    assert (decision.counterfactual is None) == (decision.effect is Effect.RELEASE)


@pytest.mark.parametrize(
    ("circles", "own", "party", "released"),
    [
        ((3,), True, READER, True),
        ((2, 4), True, READER, False),
        ((), True, READER, False),
        ((), True, SOURCE, False),  # what our own party gave is restricted like everything else
        ((3,), False, READER, False),  # a partner has no people here, whatever it says
        ((), False, SOURCE, True),
    ],
)
def test_what_is_restricted_is_for_the_named_and_its_source(
    circles: tuple[int, ...], own: bool, party: int, released: bool
) -> None:
    restricted = msgspec.structs.replace(label(Tlp.CLEAR), circle=3)
    asking = msgspec.structs.replace(standing(Tlp.RED, party=party, own=own), circles=frozenset(circles))
    decision = decide(restricted, asking)
    assert (decision.effect is Effect.RELEASE) is released
    if not released:
        assert [reason.clause for reason in decision.reasons] == ["node: named people"]
        assert "named" in decision.reasons[0].internal
        assert "named" not in decision.reasons[0].disclosable
