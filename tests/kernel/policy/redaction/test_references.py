"""References and ids in texts: kept, replaced, taken out, or the object stays here."""

import json
from base64 import b64encode

import pytest

from comity.kernel.policy.lens import Lens
from comity.kernel.policy.redaction import Fate, Remade, Unmade, mentioned
from tests.kernel.objects.samples import OTHER, SAMPLES, UUID, ref
from tests.kernel.policy.redaction.looking import (
    HIDING,
    KEEPING,
    KEY,
    STRIPPING,
    US,
    Maker,
    left,
    lens,
    looked_at,
    made,
    parsed,
    plain,
    unmade,
)

THIRD = "3a9c5c54-2a0f-4d3b-8d0e-3c1f2b7e9d33"
REQUIRED = {
    "grouping": "object_refs",
    "note": "object_refs",
    "opinion": "object_refs",
    "report": "object_refs",
    "observed-data": "object_refs",
    "relationship": "source_ref",
    "sighting": "sighting_of_ref",
    "network-traffic": "src_ref",
    "language-content": "object_ref",
}
WHOLE = ("marking-definition", "extension-definition")


@pytest.mark.parametrize("kind", sorted(SAMPLES.keys() - set(WHOLE)))
def test_references_become_pseudonyms(kind):
    held = SAMPLES[kind]
    result = looked_at(held, Lens("a", hidden="dangle"), HIDING)
    assert isinstance(result, Remade)
    text = result.raw.decode()
    assert UUID not in text
    assert OTHER not in text
    assert len(result.parsed.refs) == len(parsed(held).refs)
    assert set(result.parsed.refs) == {HIDING.pseudonym_id(each) for each in parsed(held).refs}
    assert result.how == (("references",) if parsed(held).refs else ())
    assert json.loads(text)["extensions"]


@pytest.mark.parametrize("kind", sorted(SAMPLES.keys() - set(WHOLE)))
def test_references_are_stripped_where_the_object_stands_without(kind):
    result = looked_at(SAMPLES[kind], Lens("a", hidden="strip"), STRIPPING)
    if kind in REQUIRED:
        assert isinstance(result, Unmade)
        assert REQUIRED[kind] in str(result.reason)
    else:
        assert isinstance(result, Remade)
        assert result.parsed.refs == ()


@pytest.mark.parametrize("kind", sorted(SAMPLES.keys() - set(WHOLE)))
def test_a_withheld_neighbour_withholds(kind):
    result = looked_at(SAMPLES[kind], Lens("a", hidden="withhold"), Maker(KEY, Fate.WITHHOLD))
    assert isinstance(result, Unmade) == bool(parsed(SAMPLES[kind]).refs)


@pytest.mark.parametrize("kind", [*WHOLE, "agreement"])
def test_some_types_go_as_they_are_or_not_at_all(kind):
    held = SAMPLES.get(kind) or {**SAMPLES["campaign"], "type": kind, "id": ref(kind)}
    assert "as they are or not at all" in unmade(held)


def test_each_reference_has_its_own_fate():
    kept, hidden, stripped = ref("malware"), ref("tool", THIRD), ref("campaign", UUID)
    held = {**SAMPLES["report"], "id": ref("report"), "object_refs": [kept, hidden, stripped]}
    naming = Maker(KEY, some={hidden: Fate.PSEUDONYM, stripped: Fate.STRIP})
    assert made(held, naming=naming)["object_refs"] == [kept, naming.pseudonym_id(hidden)]


def test_ids_in_texts_are_references_too():
    hidden = ref("tool", THIRD)
    other = HIDING.pseudonym_id(hidden)
    held = {
        **SAMPLES["campaign"],
        "description": f"Uses {hidden} ({hidden.upper()}, {THIRD.replace('-', '')}); see {SAMPLES['campaign']['id']}.",
        "x_related": hidden,
        "x_link": {"url": f"https://kb.example/{THIRD}/view", "data": b64encode(hidden.encode()).decode()},
        "labels": ["one", hidden],
    }
    result = looked_at(held, Lens("a"), HIDING)
    assert isinstance(result, Remade)
    after = plain(result)
    bare = other[-36:].replace("-", "")
    own = HIDING.pseudonym_id(held["id"])
    assert after["description"].lower() == f"uses {other} ({other}, {bare}); see {own}."
    assert after["x_related"] == other
    assert after["x_link"] == {"url": f"https://kb.example/{other[-36:]}/view"}
    assert after["labels"] == ["one", other]
    assert left(result.raw, [hidden, THIRD, held["id"]]) == []
    assert result.how == ("references",)


def test_ids_in_texts_go_where_references_do():
    hidden = ref("tool", THIRD)
    held = {**SAMPLES["campaign"], "description": f"Uses {hidden}.", "x_related": hidden}
    after = made(held, naming=Maker(KEY, some={hidden: Fate.STRIP}))
    assert after["description"] == "Uses [redacted]."
    assert "x_related" not in after


def test_ids_that_are_kept_stay_in_texts():
    held = {**SAMPLES["campaign"], "description": f"Uses {ref('tool', THIRD)}."}
    result = looked_at(held, Lens("a"), KEEPING)
    assert isinstance(result, Remade)
    assert plain(result)["description"] == held["description"]
    assert result.how == ()


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_creator_is_ours(anonymous):
    creator = ref("identity", THIRD)
    held = {**SAMPLES["campaign"], "created_by_ref": creator, "description": f"By {creator}."}
    kept = looked_at(held, Lens("a", anonymous=anonymous), KEEPING)
    assert isinstance(kept, Remade)
    assert kept.parsed.created_by == US
    assert (creator in kept.raw.decode()) is not anonymous
    assert kept.how == (("creator", "references") if anonymous else ())


def test_our_own_identity_is_told_by_the_twin_anyway():
    held = {**SAMPLES["campaign"], "created_by_ref": US}
    result = looked_at(held, Lens("a", anonymous=True), HIDING)
    assert isinstance(result, Remade)
    assert result.parsed.created_by == US


def test_a_translation_does_not_tell_which_version_was_translated():
    assert "object_modified" not in made(SAMPLES["language-content"], naming=HIDING)
    assert "object_modified" in made(SAMPLES["language-content"])


def test_the_deprecated_container_keeps_its_own_keys():
    objects = {
        "0": {"type": "domain-name", "value": "a.example", "resolves_to_refs": ["1"]},
        "1": {"type": "ipv4-addr", "value": "198.51.100.7"},
        "2": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "1", "dst_ref": "0"},
        "3": {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "1"},
    }
    held = {name: value for name, value in SAMPLES["observed-data"].items() if name != "object_refs"} | {
        "objects": objects
    }
    from comity.kernel.policy.profile import Rule

    assert made(held, naming=HIDING)["objects"] == objects
    after = made(held, Rule("drop", observables=("ipv4-addr",)))
    assert after["objects"] == {
        "0": {"type": "domain-name", "value": "a.example"},
        "2": {"type": "network-traffic", "protocols": ["tcp"], "dst_ref": "0"},
    }
    assert made(held, Rule("drop-object", types=("ipv4-addr",)))["objects"] == after["objects"]
    result = looked_at(held, lens(Rule("drop", observables=("ipv4-addr", "domain-name"))))
    assert isinstance(result, Unmade)
    assert "objects" in str(result.reason)


def test_a_reference_that_is_none_is_a_text():
    held = {**SAMPLES["campaign"], "x_a_ref": "victim.example", "x_b_refs": ["victim.example", ref("tool")]}
    after = made(held, also=("victim.example",))
    assert "x_a_ref" not in after
    assert after["x_b_refs"] == [ref("tool")]


def test_a_marking_tells_nothing_but_what_it_marks():
    green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    marking = {"marking_ref": green, "selectors": ["name"], "x_note": "for victim.example"}
    after = made({**SAMPLES["campaign"], "granular_markings": [marking]}, also=("victim.example",))
    assert after["granular_markings"] == [{"marking_ref": green, "selectors": ["name"]}]


def test_an_id_in_the_container_may_be_any_text():
    guessable = "ipv4-addr--0a1b2c3d-0000-5000-8000-000000000000"
    objects = {
        "0": {"type": "ipv4-addr", "id": guessable, "value": "198.51.100.7"},
        "1": {"type": "network-traffic", "id": "of victim.example", "protocols": ["tcp"], "src_ref": guessable},
    }
    held = {key: value for key, value in SAMPLES["observed-data"].items() if key != "object_refs"} | {
        "objects": objects
    }
    after = made(held, naming=HIDING, also=("victim.example",))["objects"]
    assert after["0"]["id"] == after["1"]["src_ref"] == HIDING.pseudonym_id(guessable)
    assert after["1"]["id"] == "of [redacted]"


MENTIONS = [
    ({}, ()),
    ({"created_by_ref": ref("identity")}, (ref("identity"),)),
    ({"description": f"see {ref('tool', THIRD)}"}, (ref("tool", THIRD),)),
    ({"description": f"see {ref('tool', THIRD).upper().replace('TOOL', 'tool')}"}, (ref("tool", THIRD),)),
    ({"description": f"\\ \n {ref('tool', THIRD)} {SAMPLES['campaign']['id']}"}, (ref("tool", THIRD),)),
    ({"description": b64encode(ref("tool", THIRD).encode()).decode()}, (ref("tool", THIRD),)),
    ({"description": ref("tool", THIRD).replace("-", "%2d")}, (ref("tool", THIRD),)),
    ({"x_a_ref": ref("x-own"), "x_b": {"y_refs": [ref("tool")]}}, (ref("x-own"), ref("tool"))),
    ({"object_marking_refs": [ref("marking-definition")]}, ()),
    ({"extensions": {ref("extension-definition"): {"extension_type": "property-extension", "a_b": 1}}}, ()),
    ({"granular_markings": [{"marking_ref": ref("marking-definition"), "selectors": ["name"]}]}, ()),
]


@pytest.mark.parametrize(("more", "ids"), MENTIONS)
def test_what_an_object_mentions(more, ids):
    assert mentioned(parsed({**SAMPLES["campaign"], **more})) == ids
