"""Portraits: every type, every property, any JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.extensions import REDACTION
from comity.web.portraits.kinds import KINDS
from comity.web.portraits.labels import reading
from comity.web.portraits.portrait import Portrait, decode, portrait
from comity.web.portraits.titles import called_by, short_title, title
from comity.web.portraits.values import DEEPEST, MOST_FACTS, MOST_VALUES, Fact, Value

ID = "--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"


def texts(facts: tuple[Fact, ...]) -> set[str]:
    found: set[str] = set()
    for fact in facts:
        found.add(fact.label)
        for value in fact.values:
            found |= {value.text} | texts(value.facts)
    return found


def one(**properties: Any) -> Portrait:
    return portrait({"type": "malware", "id": f"malware{ID}", **properties}, {})


def test_every_type_of_the_specification_has_a_kind_and_every_property_a_label() -> None:
    assert len(KINDS) == 19 + 2 + 18 + 3 + 4
    for object_type, kind in KINDS.items():
        for name in kind.properties:
            label, _ = reading(object_type, name)
            assert label, (object_type, name)


@pytest.mark.parametrize("object_type", [*KINDS, "x-custom"])
def test_every_property_shows_whatever_its_value_is(object_type: str) -> None:
    for value in ("text", 7, 1.5, True, None, ["a", "b"], {"k": {"l": "m"}}, [{"k": 1}], [], {}):
        properties = dict.fromkeys(KINDS[object_type].properties if object_type in KINDS else ("x",), value)
        made = portrait({"type": object_type, "id": object_type + ID, **properties}, {})
        assert len(made.facts) + len(made.texts) + len(made.other) >= (0 if value in (None, []) else len(properties))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
names = st.sampled_from(sorted({name for kind in KINDS.values() for name in kind.properties} | {
    "external_references", "granular_markings", "kill_chain_phases", "hashes", "labels", "pattern", "confidence",
    "created", "object_marking_refs", "description", "name", "value", "definition",
}))  # fmt: skip


@given(st.sampled_from([*KINDS, "x-custom"]), st.dictionaries(names, json_values, max_size=8))
def test_any_json_has_a_portrait(object_type: str, properties: dict[str, Any]) -> None:
    decoded = {**properties, "type": object_type, "id": object_type + ID}
    made = portrait(decoded, {})
    assert made.type == object_type
    assert short_title(decoded)
    assert len(made.other) <= MOST_FACTS
    called_by(decoded)


def test_bytes_that_are_no_object_read_as_an_empty_one() -> None:
    for raw in (b"", b"[]", b"{", b"\xff\xfe", b'"x"', b"[" * 100_000):
        assert decode(raw) == {}
        assert portrait(decode(raw), {}).facts == ()


@pytest.mark.parametrize(
    ("decoded", "called"),
    [
        ({"type": "campaign", "name": "Grey Tide"}, "Grey Tide"),
        ({"type": "indicator"}, "Indicator"),
        ({"type": "x-thing"}, "x-thing"),
        ({"type": "ipv4-addr", "value": "198.51.100.7"}, "198[.]51[.]100[.]7"),
        ({"type": "file", "hashes": {"MD5": "aa"}}, "MD5 aa"),
        ({"type": "file", "name": "a.exe", "hashes": {"MD5": "aa"}}, "a.exe"),
        ({"type": "autonomous-system", "number": 64500, "name": "Demo"}, "AS64500 Demo"),
        ({"type": "opinion", "opinion": "strongly-agree"}, "Opinion: strongly agree"),
        ({"type": "observed-data", "number_observed": 1200}, "Observed 1,200 times"),
        ({"type": "location", "region": "northern-europe"}, "northern europe"),
        ({"type": "malware-analysis", "product": "demo-av", "result": "malicious"}, "Analysis by demo-av: malicious"),
        ({"type": "process", "pid": 17}, "Process 17"),
        ({"type": "marking-definition", "definition": {"statement": "Cite us"}}, "Cite us"),
        ({"type": "marking-definition", "id": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"}, "TLP:CLEAR"),
        ({"type": "relationship", "relationship_type": "uses", "source_ref": "a", "target_ref": "b"}, "Tide uses SILT"),
        ({"type": "sighting", "sighting_of_ref": "b"}, "Sighting of SILT"),
        ({"type": "language-content", "object_ref": "a", "contents": {"ko": {}}}, "Translation of Tide (ko)"),
        (
            {"type": "network-traffic", "src_ref": "a", "dst_port": 443, "protocols": ["ipv4", "tcp"]},
            "Tide → ? :443 (ipv4, tcp)",
        ),
    ],
)
def test_what_an_object_is_called(decoded: dict[str, Any], called: str) -> None:
    assert str(title(decoded, {"a": "Tide", "b": "SILT"})) == called


@pytest.mark.parametrize(
    ("object_type", "url", "linked"),
    [
        ("report", "https://host.example/a", True),
        ("report", "http://host.example/a", False),
        ("report", "javascript:alert(1)", False),
        ("report", "https://user:pass@host.example/", False),
        ("report", "https://host.example/\u202e", False),
        ("report", "https://hóst.example/", False),
        ("report", "https://[broken", False),
        ("indicator", "https://host.example/a", False),
        ("malware", "https://host.example/a", False),
        ("url", "https://host.example/a", False),
    ],
)
def test_only_harmless_references_are_links(object_type: str, url: str, linked: bool) -> None:
    decoded = {"type": object_type, "external_references": [{"source_name": "s", "url": url}]}
    external = portrait(decoded, {}).externals[0]
    assert bool(external.href) is linked
    assert linked or "://host.example" not in external.shown


def test_lists_texts_and_trees_are_bounded_and_say_so() -> None:
    made = one(
        aliases=[str(each) for each in range(MOST_VALUES + 9)],
        description="x" * 30_000,
        x_many={str(each): each for each in range(MOST_FACTS + 5)},
        **{f"x_{each}": each for each in range(MOST_FACTS + 5)},
    )
    assert made.facts[0].more == 9
    assert made.summary is not None
    assert made.summary.left_out == 10_000
    assert made.other_more > 0
    nested: Any = "bottom"
    for _ in range(DEEPEST + 3):
        nested = {"down": nested}
    assert "bottom" not in texts(one(x_deep=nested).other)


def test_a_moment_that_cannot_be_read_is_shown_as_it_came() -> None:
    assert one(first_seen="yesterday").facts[0].values == (Value("text", "yesterday"),)
    assert one(first_seen="2026-11-03T05:07:00Z").facts[0].values[0].kind == "moment"


def test_no_property_is_lost() -> None:
    properties = {
        "name": "N", "description": 5, "hashes": ["odd"], "labels": "odd", "confidence": "odd", "x_extra": "E",
        "defanged": True, "spec_version": "2.1",
    }  # fmt: skip
    decoded = json.loads(json.dumps({"type": "mutex", "id": f"mutex{ID}", **properties}))
    shown = {fact.label for fact in portrait(decoded, {}).other}
    assert {"description", "hashes", "labels", "confidence", "x_extra", "defanged"} <= shown


def test_a_redacted_form_says_so_and_how() -> None:
    assert one().redacted is None
    assert one(
        extensions={REDACTION: {"extension_type": "property-extension", "how": ["dropped", "new"]}}
    ).redacted == ("parts are taken out",)
    assert one(extensions={REDACTION: {"how": 7}}).redacted == ()
    assert one(extensions={REDACTION: "no"}).redacted is None


@pytest.mark.parametrize(
    ("statement", "called"),
    [
        ({"says": "release", "person": "Minseo Yoon"}, "Minseo Yoon agrees to a release"),
        ({"says": "refuse", "person": "Minseo Yoon"}, "Minseo Yoon refuses a release"),
        ({"says": "other"}, "Approval"),
        ("none", "Approval"),
    ],
)
def test_an_approval_is_called_by_who_says_what(statement: Any, called: str) -> None:
    assert str(title({"type": "approval", "id": f"approval{ID}", "statement": statement}, {})) == called
