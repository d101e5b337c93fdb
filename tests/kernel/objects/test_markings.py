"""Markings: TLP in both versions, PAP, IEP and statements, and that nothing is read as more than it is."""

import json

import pytest
import stix2

from comity.kernel.objects import markings
from comity.kernel.objects.markings import Tlp, term_of, tlp_of

IEP = {
    "extension_type": "property-extension",
    "encrypt_in_transit": "must",
    "permitted_actions": "contact-for-instruction",
    "affected_party_notifications": "must-not",
    "tlp": "red",
    "provider_attribution": "must-not",
    "unmodified_resale": "must-not",
    "iep_id": "9d6c4e1e-0f5c-4f5a-8b53-1f1c7a3f2a10",
    "iep_version": 2.0,
    "description": "For the partners of the exercise only",
    "start_date": "2026-01-01T00:00:00Z",
}


def definition(**properties):
    head = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--0e2a1f5c-3c55-4ed6-9d6a-2d9c0a6b2c11",
        "created": "2026-01-01T00:00:00.000Z",
    }
    return json.dumps(head | properties).encode()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("clear", Tlp.CLEAR),
        ("white", Tlp.CLEAR),
        ("TLP:WHITE", Tlp.CLEAR),
        ("Green", Tlp.GREEN),
        ("tlp:amber", Tlp.AMBER),
        ("TLP:AMBER+STRICT", Tlp.AMBER_STRICT),
        ("amber-strict", Tlp.AMBER_STRICT),
        (" red ", Tlp.RED),
    ],
)
def test_levels_are_read_as_people_write_them(text, level):
    assert Tlp.parse(text) is level


@pytest.mark.parametrize("text", ["", "TLP:", "blue", "amberstrict", "tlp:ex:chr", "REDD"])
def test_what_is_no_level_is_refused(text):
    with pytest.raises(ValueError, match="no TLP level"):
        Tlp.parse(text)


def test_labels_are_written_as_first_has_them_and_read_back():
    assert [level.label for level in Tlp] == ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]
    assert all(Tlp.parse(level.label) is level for level in Tlp)
    assert sorted(Tlp) == list(Tlp)


def test_tlp_1_ids_are_those_of_the_specification_and_read_as_equals():
    published = {
        stix2.TLP_WHITE.id: Tlp.CLEAR,
        stix2.TLP_GREEN.id: Tlp.GREEN,
        stix2.TLP_AMBER.id: Tlp.AMBER,
        stix2.TLP_RED.id: Tlp.RED,
    }
    assert published == markings.TLP1_IDS
    assert all(tlp_of(marking) is level for marking, level in published.items())


@pytest.mark.parametrize("level", list(Tlp))
def test_tlp_2_definitions_are_valid_and_say_their_level(level):
    raw = markings.tlp_definition(level)
    decoded = json.loads(raw)
    assert stix2.parse(raw.decode(), allow_custom=False).id == markings.TLP_IDS[level] == decoded["id"]
    assert decoded["name"] == level.label
    assert tlp_of(decoded["id"]) == level
    assert term_of(raw) == markings.MarkingTerm("tlp", level, level.word)


def test_tlp_2_ids_of_the_corpora(corpora):
    bundle = json.loads((corpora / "stix" / "validator-v21" / "test_examples" / "tlp-amber.json").read_text())
    assert json.loads(markings.tlp_definition(Tlp.AMBER)) == bundle["objects"][0]


def test_another_id_is_no_tlp():
    assert tlp_of("marking-definition--00000000-0000-4000-8000-000000000000") is None


@pytest.mark.parametrize(
    "properties",
    [
        {"definition_type": "tlp", "definition": {"tlp": "white"}},
        {"extensions": {markings.TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": "clear"}}},
        {"extensions": {markings.PAP_EXTENSION: {"extension_type": "property-extension", "pap": "clear"}}},
        {"extensions": {"extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {}}},
        {"extensions": {markings.IEP_EXTENSION: IEP, "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {}}},
        {"definition_type": "x-own", "definition": {"own": "words"}},
        {"definition_type": "statement", "definition": {"statement": 3}},
        {"definition_type": "statement", "definition": "words"},
        {"extensions": []},
        {},
    ],
)
def test_what_is_not_known_by_its_id_or_read_in_full_is_unknown(properties):
    term = term_of(definition(**properties))
    assert (term.kind, term.tlp) == ("unknown", None)
    assert term.value


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"id":3}', b'{"definition":{"x":' + b"[" * 100_000])
def test_unreadable_bytes_are_unknown(raw):
    assert term_of(raw) == markings.MarkingTerm("unknown", None, "unreadable")


def test_a_statement_is_its_text_with_blanks_folded():
    raw = definition(definition_type="statement", definition={"statement": "Copyright  2026,\n the Harbour Group "})
    assert term_of(raw) == markings.MarkingTerm("statement", None, "Copyright 2026, the Harbour Group")
    long = definition(definition_type="statement", definition={"statement": "x" * 5000})
    assert len(term_of(long).value) == 1000


@pytest.mark.parametrize(("marking", "value"), markings.PAP_IDS.items())
def test_pap_is_known_by_its_ids(marking, value):
    extension = {"extension_type": "property-extension", "pap": value}
    raw = definition(id=marking, extensions={markings.PAP_EXTENSION: extension})
    assert term_of(raw) == markings.MarkingTerm("pap", None, value)


def test_an_iep_says_all_of_its_statements():
    term = term_of(definition(name="Own policy", extensions={markings.IEP_EXTENSION: IEP}))
    assert term.kind == "iep"
    assert markings.iep_statements(term.value) == {
        "affected_party_notifications": "must-not",
        "encrypt_in_transit": "must",
        "permitted_actions": "contact-for-instruction",
        "provider_attribution": "must-not",
        "tlp": "red",
        "unmodified_resale": "must-not",
        "start_date": "1767225600000000",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"tlp": "amber+strict"},
        {"tlp": None},
        {"permitted_actions": ["none"]},
        {"encrypt_in_transit": "should"},
        {"iep_version": 3},
        {"start_date": "soon"},
        {"own_statement": "must"},
    ],
)
def test_an_iep_that_is_not_understood_in_full_is_unknown(change):
    assert term_of(definition(extensions={markings.IEP_EXTENSION: IEP | change})).kind == "unknown"


# -- handling: our own extension

KOREA = "identity--00000000-0000-4000-8000-000000000001"


def handled(**properties):
    extension = {"extension_type": "property-extension"} | properties
    return term_of(definition(extensions={markings.HANDLING_EXTENSION: extension}))


@pytest.mark.parametrize(
    ("properties", "value"),
    [
        ({}, ""),
        (
            {"releasable_to": [KOREA, "community:north", "jurisdiction:KR"]},
            f"to:community:north {KOREA} jurisdiction:KR",
        ),
        (
            {"releasable_to": ["jurisdiction:KR", "jurisdiction:EE", "jurisdiction:KR"]},
            "to:jurisdiction:EE jurisdiction:KR",
        ),
        ({"releasable_to": []}, "to:"),
        ({"not_releasable_to": ["community:north"]}, "not-to:community:north"),
        ({"recipients": [KOREA]}, f"recipients:{KOREA}"),
        ({"originator_control": True}, "orcon"),
        ({"originator_control": False}, ""),
        ({"purposes": ["research", "attribution"]}, "purposes:attribution research"),
        ({"resides_in": ["KR", "EE"]}, "resides:EE KR"),
        ({"not_before": "2026-01-01T00:00:00Z"}, "embargo:1767225600000000"),
        ({"case": "2026/17"}, "case:2026/17"),
        ({"exercise": "locked-shields"}, "exercise:locked-shields"),
        ({"case": "one", "originator_control": True, "releasable_to": []}, "case:one;orcon;to:"),
    ],
)
def test_a_handling_marking_says_its_caveats(properties, value):
    assert handled(**properties) == markings.MarkingTerm("handling", None, value)


@pytest.mark.parametrize(
    "properties",
    [
        {"releasable_to": "jurisdiction:KR"},
        {"releasable_to": ["KR"]},
        {"releasable_to": ["jurisdiction:kr"]},
        {"releasable_to": ["jurisdiction:KR", 3]},
        {"releasable_to": [KOREA.upper()]},
        {"releasable_to": ["identity--1"]},
        {"not_releasable_to": ["community:North Sea"]},
        {"recipients": None},
        {"originator_control": "yes"},
        {"purposes": ["curiosity"]},
        {"resides_in": ["Korea"]},
        {"not_before": "soon"},
        {"not_before": 3},
        {"case": "a b"},
        {"case": "a,b"},
        {"case": "a;b"},
        {"case": "a|b"},
        {"case": "x" * 101},
        {"case": ""},
        {"exercise": True},
        {"own": "word"},
    ],
)
def test_a_handling_marking_that_is_not_understood_in_full_is_unknown(properties):
    assert handled(**properties) == markings.MarkingTerm("unknown", None, markings.HANDLING_EXTENSION)


def test_a_handling_marking_says_nothing_else():
    both = definition(extensions={markings.HANDLING_EXTENSION: {"case": "one"}, markings.IEP_EXTENSION: IEP})
    assert term_of(both) == markings.MarkingTerm("unknown", None, markings.HANDLING_EXTENSION)
