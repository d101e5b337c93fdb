"""Which claim is shown, how objects are related, what policy says: tables, no node."""

import json
from typing import Any

import pytest

from comity.desks.intel.rules import reason_told, references, relations_of, shown_claim, verb, word_on
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import UNKNOWN, Label
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.types import Held
from comity.web.words import AS_IT_IS

CREATOR, AGGREGATOR, SQUATTER = 1, 2, 3
IDENTITIES = {"identity--creator": CREATOR, "identity--squatter": SQUATTER}
FAR = 253_370_764_800_000_000  # the year 9999


def held(source: int, leaf: int, modified: int, created_by: str | None = "identity--creator") -> Held:
    raw = json.dumps({"type": "campaign", **({"created_by_ref": created_by} if created_by else {})}).encode()
    return Held(
        id="campaign--x",
        type="campaign",
        raw=raw,
        modified=modified,
        added=leaf,
        source=source,
        source_slug=str(source),
        source_name=str(source),
        collection=1,
        collection_slug="main",
        tlp=Tlp.GREEN,
        assumed=False,
        terms=(),
        digest=b"\0" * 32,
        leaf=leaf,
        latest=True,
        conflict=False,
        contested=False,
    )


@pytest.mark.parametrize(
    ("claims", "leaf"),
    [
        ([held(CREATOR, 1, 10)], 1),
        ([held(CREATOR, 1, 10), held(CREATOR, 2, 20)], 2),
        ([held(CREATOR, 2, 20), held(CREATOR, 1, 10)], 2),
        ([held(CREATOR, 1, 10), held(AGGREGATOR, 2, FAR)], 1),
        ([held(AGGREGATOR, 1, 10), held(CREATOR, 2, 5)], 2),
        ([held(CREATOR, 1, 10), held(SQUATTER, 2, FAR, "identity--squatter")], 1),
        ([held(AGGREGATOR, 1, 10), held(SQUATTER, 2, FAR, "identity--squatter")], 1),
        ([held(AGGREGATOR, 1, 10, None), held(SQUATTER, 2, FAR, "identity--squatter")], 1),
        ([held(AGGREGATOR, 1, 10, None), held(AGGREGATOR, 3, 30, None), held(SQUATTER, 2, FAR)], 3),
    ],
)
def test_a_stranger_never_takes_an_id_over(claims: list[Held], leaf: int) -> None:
    assert shown_claim(claims, IDENTITIES).leaf == leaf


def test_references_are_found_at_any_depth_and_creator_and_markings_are_none() -> None:
    decoded = {
        "created_by_ref": "identity--a",
        "object_marking_refs": ["marking-definition--a"],
        "granular_markings": [{"marking_ref": "marking-definition--b", "selectors": ["name"]}],
        "object_refs": ["x--1", "x--1", "x--2", 7],
        "extensions": {"archive-ext": {"contains_refs": ["file--1"]}},
        "odd_ref": 3,
    }
    assert list(references(decoded)) == [
        ("object_refs", "x--1"),
        ("object_refs", "x--2"),
        ("contains_refs", "file--1"),
    ]


def test_references_end_however_deep_an_object_is() -> None:
    nested: dict[str, Any] = {"a_ref": "x--1"}
    for _ in range(200):
        nested = {"x": nested}
    assert list(references(nested)) == []


OTHERS: dict[str, dict[str, Any]] = {
    "relationship--1": {"type": "relationship", "relationship_type": "uses", "source_ref": "me", "target_ref": "m--1"},
    "relationship--2": {
        "type": "relationship",
        "relationship_type": "attributed-to",
        "source_ref": "i",
        "target_ref": "me",
    },
    "report--1": {"type": "report", "object_refs": ["me", "m--1"]},
    "me": {"type": "campaign", "object_refs": ["me"]},
}


def test_a_relationship_between_two_objects_is_the_arrow_it_stands_for() -> None:
    own = {"type": "campaign", "some_refs": ["l--1"]}
    assert relations_of("me", own, OTHERS) == [
        ("out", "uses", "m--1", "relationship--1"),
        ("in", "attributed to", "i", "relationship--2"),
        ("out", "some", "l--1", ""),
        ("in", "names", "report--1", ""),
    ]


def test_a_relationship_stands_between_its_two_ends() -> None:
    own = OTHERS["relationship--1"]
    assert relations_of("relationship--1", own, {}) == [("in", "uses", "me", ""), ("out", "uses", "m--1", "")]


def test_verbs_of_unknown_properties_are_their_names() -> None:
    assert verb("sighting_of_ref") == "saw"
    assert verb("x_partner_refs") == "x partner"


@pytest.mark.parametrize(
    ("ceiling", "reads", "effect"),
    [
        (Tlp.GREEN, frozenset({1}), Effect.RELEASE),
        (Tlp.CLEAR, frozenset({1}), Effect.WITHHOLD),
        (Tlp.RED, frozenset(), Effect.WITHHOLD),
    ],
)
def test_policys_word_is_taken_for_the_claim_as_it_is_labelled(
    ceiling: Tlp, reads: frozenset[int], effect: Effect
) -> None:
    assert word_on(held(1, 1, 1), Standing(party=9, own=False, ceiling=ceiling, reads=reads)).effect is effect


def test_every_reason_of_policy_can_be_translated() -> None:
    own, other = (Standing(party=1, own=own, ceiling=Tlp.GREEN, reads=frozenset({1})) for own in (True, False))
    labels = [
        Label(2, 1, "malware", Tlp.GREEN, assumed=False, terms=()),
        Label(1, 1, "malware", Tlp.GREEN, assumed=False, terms=()),
        Label(2, 2, "malware", Tlp.RED, assumed=True, terms=()),
        Label(2, 2, "malware", Tlp.RED, assumed=False, terms=(UNKNOWN,), circle=7),
    ]
    reasons = [
        (each, reason) for each in labels for standing in (own, other) for reason in decide(each, standing).reasons
    ]
    assert len({reason.internal for _, reason in reasons}) == 8
    for label, reason in reasons:
        said = reason_told(reason, label.tlp.label, Tlp.GREEN.label)
        assert said.frame != AS_IT_IS
        assert str(said) == reason.internal
