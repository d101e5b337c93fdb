"""Which claim is shown, how objects are related, what policy says: tables, no node."""

import json
from typing import Any

import pytest

from comity.desks.intel.rules import (
    deciding,
    duty,
    finding_of,
    references,
    relations_of,
    shown_claim,
    standing_of,
    verb,
    why,
)
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decision import Decision, Effect, Obligation, Reason
from comity.kernel.policy.sentence import says
from comity.kernel.store.answers import Explained
from comity.kernel.store.types import Held

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


def explained(leaf: int, effect: Effect, *, seen: bool = False, missing: tuple[str, ...] = ()) -> Explained:
    reason = Reason(effect, "FIRST TLP 2.0", says("Because of %(what)s.", what=str(leaf)), says("Because."))
    return Explained(held(1, leaf, 1), Decision(effect, (reason,)), released=seen, missing=missing)


@pytest.mark.parametrize(
    ("claims", "standing"),
    [
        ([explained(1, Effect.RELEASE, seen=True)], "released"),
        ([explained(1, Effect.WITHHOLD), explained(2, Effect.RELEASE, seen=True)], "partly"),
        ([explained(1, Effect.RELEASE, missing=("file--1",))], "withheld"),
        ([explained(1, Effect.REDACT)], "redact"),
        ([explained(1, Effect.REVIEW), explained(2, Effect.WITHHOLD)], "review"),
        ([explained(1, Effect.WITHHOLD)], "withheld"),
        ([explained(2, Effect.WITHHOLD)], "withheld"),
        ([], "withheld"),
    ],
)
def test_where_a_party_stands_is_what_the_door_says_and_then_what_policy_does(
    claims: list[Explained], standing: str
) -> None:
    assert standing_of(claims, 1) == standing


def test_what_keeps_it_back_beside_policy_is_said_first() -> None:
    assert [str(each) for each in deciding(explained(1, Effect.WITHHOLD))] == ["Because of 1."]
    (neighbour,) = deciding(explained(1, Effect.RELEASE, missing=("file--1",)))
    assert "names something" in str(neighbour)


def test_a_reason_leads_to_the_article_that_it_cites() -> None:
    of_article = Reason(Effect.REVIEW, "article 4", says("x"), says("y"), agreement="ours", article=4)
    assert (why(of_article).path, str(why(of_article).clause)) == ("/agreements/ours#article-4", "Article 4 of ours")
    of_standard = Reason(Effect.WITHHOLD, "FIRST TLP 2.0 3", says("x"), says("y"))
    assert (why(of_standard).path, str(why(of_standard).clause)) == ("", "FIRST TLP 2.0 3")
    obligation = Obligation("article 5", says("x"), binding=False, agreement="ours", article=5)
    assert duty(obligation).path == "/agreements/ours#article-5"


def test_how_many_see_it_as_a_sentence() -> None:
    assert str(finding_of([])) == "No partner sees this"
    assert str(finding_of(["withheld", "redact"])) == "No partner sees this"
    assert str(finding_of(["released", "withheld"])) == "1 of 2 partners sees this"
    assert str(finding_of(["released", "partly", "review"])) == "2 of 3 partners see this"
