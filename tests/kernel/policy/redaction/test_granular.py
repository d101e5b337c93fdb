"""Granular markings (STIX 2.1 7.2.3): parts that can't go are taken out, what is left is selected anew."""

from typing import Any

import pytest

from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.redaction import Fate, Remade, Unmade
from tests.kernel.objects.samples import SAMPLES, ref
from tests.kernel.policy.redaction.looking import KEEPING, Maker, looked_at, plain

RED, GREEN = TLP_IDS[Tlp.RED], TLP_IDS[Tlp.GREEN]
MEANINGS = {RED: Part(Tlp.RED), GREEN: Part(Tlp.GREEN)}
WITHOUT_RED = Lens("", party=3, without=(Part(Tlp.RED),))
OTHER = ref("marking-definition", "0f2d1f6e-1f0b-4d3c-9a55-0d2f6c1b7a10")


def mark(marking: str, *selectors: str) -> dict[str, Any]:
    return {"selectors": list(selectors), "marking_ref": marking}


def lang(code: str, *selectors: str) -> dict[str, Any]:
    return {"lang": code, "selectors": list(selectors)}


REFERENCES = [
    {"source_name": "first", "description": "the first of them", "url": "https://a.example/1"},
    {"source_name": "second", "external_id": "two"},
    {"source_name": "third", "url": "https://a.example/3", "external_id": "three"},
]
CAMPAIGN = {
    **SAMPLES["campaign"],
    "description": "Against Northern Ports.",
    "aliases": ["Amber", "Northern Ports", "Heron"],
    "labels": ["one-label", "two-labels"],
    "external_references": REFERENCES,
    "x_deep": {"list": [{"of": "things"}, {"of": "stuff"}]},
}

ROWS: list[tuple[list[dict[str, Any]], dict[str, Any], list[dict[str, Any]] | None]] = [
    # A property, and the same text elsewhere.
    ([mark(RED, "aliases.[1]")], {"aliases": ["Amber", "Heron"], "description": "Against [redacted]."}, None),
    # List elements: those after them move up; a selector of the list as a whole stays.
    (
        [mark(RED, "aliases.[0]"), mark(GREEN, "aliases.[1]", "aliases.[2]", "aliases", "name")],
        {"aliases": ["Northern Ports", "Heron"]},
        [mark(GREEN, "aliases.[0]", "aliases.[1]", "aliases", "name")],
    ),
    # All elements: the list goes, and what selected it.
    (
        [mark(RED, "labels.[0]", "labels.[1]"), mark(GREEN, "labels", "name"), lang("ko", "labels.[1]")],
        {"labels": None},
        [mark(GREEN, "name")],
    ),
    # Within an element: what an element can't be without takes it along.
    (
        [mark(RED, "external_references.[1].external_id"), mark(GREEN, "external_references.[2].url")],
        {"external_references": [REFERENCES[0], REFERENCES[2]]},
        [mark(GREEN, "external_references.[1].url")],
    ),
    (
        [mark(RED, "external_references.[0].description", "external_references.[2].source_name")],
        {"external_references": [{"source_name": "first", "url": "https://a.example/1"}, REFERENCES[1]]},
        None,
    ),
    # Of several markings of one part the strictest holds, whether it selects the part or what it stands in.
    (
        [mark(GREEN, "aliases.[1]"), mark(RED, "aliases"), mark(OTHER, "name")],
        {"aliases": None},
        None,
    ),
    (
        [mark(GREEN, "x_deep"), mark(RED, "x_deep.list.[0].of")],
        {"x_deep": {"list": [{"of": "stuff"}]}},
        [mark(GREEN, "x_deep")],
    ),
    # Languages are counted anew as markings are.
    (
        [lang("ko", "aliases.[2]"), mark(RED, "aliases.[0]")],
        {"aliases": ["Northern Ports", "Heron"]},
        [lang("ko", "aliases.[1]")],
    ),
    # What a twin has of its own takes nothing with it.
    (
        [mark(RED, "id", "created", "modified", "first_seen")],
        {"first_seen": None},
        [mark(RED, "id", "created", "modified")],
    ),
]


@pytest.mark.parametrize(("markings", "changes", "anew"), ROWS)
def test_parts_are_taken_out(markings, changes, anew):
    meanings = {**MEANINGS, OTHER: Part(Tlp.CLEAR)}
    held = {**CAMPAIGN, "granular_markings": markings}
    result = looked_at(held, WITHOUT_RED, markings=meanings)
    if any(each.get("marking_ref") == OTHER for each in markings):
        anew = [mark(OTHER, "name")]
    assert isinstance(result, Remade), result.reason
    after = plain(result)
    assert after.get("granular_markings") == anew
    for name in CAMPAIGN.keys() - {"id", "created", "modified"}:
        assert after.get(name) == changes.get(name, CAMPAIGN[name]) or name not in changes, name
        if name in changes:
            assert after.get(name) == changes[name]
    assert result.how == ("dropped",)


@pytest.mark.parametrize(
    "selector", ["name", "type", "spec_version", "object_marking_refs", "granular_markings", "revoked"]
)
def test_what_an_object_can_not_be_without_keeps_it_here(selector):
    held = {
        **CAMPAIGN,
        "revoked": False,
        "object_marking_refs": [GREEN],
        "granular_markings": [mark(RED, selector), mark(GREEN, "aliases")],
    }
    result = looked_at(held, WITHOUT_RED, markings=MEANINGS)
    assert isinstance(result, Unmade)
    assert str(result.reason) == f"It can't go without its property {selector}, which may not go."


def test_a_marking_that_nobody_can_read_is_as_strict_as_any():
    held = {**CAMPAIGN, "granular_markings": [mark(OTHER, "aliases.[0]"), mark(GREEN, "labels")]}
    result = looked_at(held, WITHOUT_RED, markings=MEANINGS)
    assert isinstance(result, Remade)
    assert plain(result)["aliases"] == ["Northern Ports", "Heron"]


def test_without_a_part_that_can_not_go_all_stays():
    held = {**CAMPAIGN, "granular_markings": [mark(RED, "aliases.[0]")]}
    result = looked_at(held, Lens("a"), markings=MEANINGS)
    assert isinstance(result, Remade)
    assert plain(result)["granular_markings"] == held["granular_markings"]
    assert result.how == ()


def test_the_creator_is_not_told_where_its_mark_says_so():
    held = {
        **CAMPAIGN,
        "created_by_ref": ref("identity"),
        "granular_markings": [mark(RED, "created_by_ref"), mark(GREEN, "name")],
    }
    held["description"] = f"Told by {held['created_by_ref']}."
    result = looked_at(held, WITHOUT_RED, Maker(b"k", Fate.KEEP), markings=MEANINGS)
    assert isinstance(result, Remade)
    assert held["created_by_ref"] not in result.raw.decode()
    assert result.how == ("creator", "dropped", "references")


def test_a_reference_that_was_stripped_moves_the_selectors():
    refs = [ref("malware"), ref("tool"), ref("campaign")]
    held = {
        **SAMPLES["report"],
        "object_refs": refs,
        "granular_markings": [mark(GREEN, "object_refs.[1]", "object_refs.[2]")],
    }
    result = looked_at(held, Lens("a"), Maker(b"k", some={refs[1]: Fate.STRIP}), markings=MEANINGS)
    assert isinstance(result, Remade)
    after = plain(result)
    assert after["object_refs"] == [refs[0], refs[2]]
    assert after["granular_markings"] == [mark(GREEN, "object_refs.[1]")]


def test_short_words_that_went_are_not_hunted():
    held = {**CAMPAIGN, "aliases": ["port", "unknown"], "granular_markings": [mark(RED, "aliases")]}
    result = looked_at({**held, "description": "A port, unknown to us."}, WITHOUT_RED, markings=MEANINGS)
    assert isinstance(result, Remade)
    assert plain(result)["description"] == "A port, unknown to us."


@pytest.mark.parametrize("count", [1, 7, 60])
def test_many_selectors(count):
    held = {**CAMPAIGN, "labels": [f"number {at} label" for at in range(count)]}
    odd = [f"labels.[{at}]" for at in range(1, count, 2)]
    even = [f"labels.[{at}]" for at in range(0, count, 2)]
    held["granular_markings"] = [mark(GREEN, *even), *([mark(RED, *odd)] if odd else [])]
    result = looked_at(held, WITHOUT_RED, KEEPING, markings=MEANINGS)
    assert isinstance(result, Remade)
    after = plain(result)
    assert after["labels"] == held["labels"][::2]
    assert after["granular_markings"] == [mark(GREEN, *(f"labels.[{at}]" for at in range(len(even))))]
