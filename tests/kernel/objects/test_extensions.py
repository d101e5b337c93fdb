"""Extensions: which published definitions are recognised, and what is said of their content."""

import json

import pytest

from comity.kernel.objects import extensions, ids, markings
from comity.kernel.objects.extensions import EXTENSIONS, INCIDENT_CORE, PLAYBOOK, check, recognised
from comity.kernel.objects.findings import Severity

CORE = {
    "extension_type": "property-extension",
    "determination": "confirmed",
    "investigation_status": "open",
    "criticality": 70,
    "detection_methods": ["human-review"],
    "impact_refs": ["impact--7a5806e4-0f37-4c48-9a50-7301bff4b195"],
    "recoverability": "regular",
    "scores": [{"name": "Own score", "value": 75.5}],
}
PLAN = {
    "extension_type": "property-extension",
    "created": "2026-01-01T00:00:00.000Z",
    "modified": "2026-01-01T00:00:00.000Z",
    "playbook_creator": "identity--7a5806e4-0f37-4c48-9a50-7301bff4b195",
    "playbook_type": ["detection"],
    "playbook_impact": 10,
}


def types_of(key: str) -> tuple[str, ...] | None:
    found = recognised(key)
    return None if found is None else found.types


def test_every_definition_has_an_id_and_types_of_the_right_form():
    assert len(EXTENSIONS) == len({entry.name for entry in EXTENSIONS.values()})
    for key, entry in EXTENSIONS.items():
        assert key == entry.id
        assert ids.is_id(key)
        assert key.startswith("extension-definition--")
        assert all(ids.is_type(each) for each in entry.types)


def test_markings_incidents_and_playbooks_are_recognised():
    for key in (markings.TLP_EXTENSION, markings.PAP_EXTENSION, markings.IEP_EXTENSION):
        assert types_of(key) == ("marking-definition",)
    assert types_of(INCIDENT_CORE) == ("incident",)
    assert types_of(PLAYBOOK) == ("course-of-action",)
    assert recognised("extension-definition--00000000-0000-4000-8000-000000000000") is None


def test_new_types_name_their_extension():
    flow, impact = extensions.adds_type("attack-flow"), extensions.adds_type("impact")
    assert flow is not None
    assert flow.name == "Attack flow"
    assert impact is not None
    assert impact.kind == "new-sdo"
    assert extensions.adds_type("incident") is None


@pytest.mark.parametrize(
    ("key", "on", "content"), [(INCIDENT_CORE, "incident", CORE), (PLAYBOOK, "course-of-action", PLAN)]
)
def test_good_content_raises_no_finding(key, on, content):
    assert check(key, on, content, "$.extensions") == []


@pytest.mark.parametrize(
    ("key", "on", "content", "change", "where"),
    [
        (INCIDENT_CORE, "incident", CORE, {"determination": "maybe"}, "determination"),
        (INCIDENT_CORE, "incident", CORE, {"criticality": 101}, "criticality"),
        (INCIDENT_CORE, "incident", CORE, {"criticality": True}, "criticality"),
        (INCIDENT_CORE, "incident", CORE, {"scores": [{"name": "x"}]}, "scores"),
        (INCIDENT_CORE, "incident", CORE, {"impact_refs": []}, "impact_refs"),
        (
            INCIDENT_CORE,
            "incident",
            CORE,
            {"impact_refs": ["event--7a5806e4-0f37-4c48-9a50-7301bff4b195"]},
            "impact_refs",
        ),
        (INCIDENT_CORE, "incident", CORE, {"extension_type": "new-sdo"}, "extension_type"),
        (PLAYBOOK, "course-of-action", PLAN, {"modified": "yesterday"}, "modified"),
        (PLAYBOOK, "course-of-action", PLAN, {"playbook_creator": "Harbour Group"}, "playbook_creator"),
        (PLAYBOOK, "course-of-action", PLAN, {"revoked": "no"}, "revoked"),
        (PLAYBOOK, "course-of-action", PLAN, {"labels": [1]}, "labels"),
    ],
)
def test_bad_content_is_a_warning_at_its_place(key, on, content, change, where):
    (finding,) = check(key, on, content | change, "$.extensions.x")
    assert finding.path == f"$.extensions.x.{where}"
    assert finding.severity is Severity.WARNING
    assert finding.clause == key


def test_missing_properties_and_the_wrong_host_are_warnings():
    findings = check(INCIDENT_CORE, "malware", {"extension_type": "property-extension"}, "$")
    assert [finding.message for finding in findings] == [
        "Incident core extends incident, not malware",
        "determination is required",
        "investigation_status is required",
    ]


def test_unknown_extensions_are_left_alone():
    assert check("extension-definition--00000000-0000-4000-8000-000000000000", "incident", {"x": object()}, "$") == []


def test_the_published_examples_raise_no_finding(corpora):
    seen = 0
    for file in sorted((corpora / "stix").rglob("*.json")):
        try:
            decoded = json.loads(file.read_bytes())
        except ValueError:
            continue  # the corpora hold broken files too
        for held in decoded.get("objects", [decoded]) if isinstance(decoded, dict) else []:
            entries = held.get("extensions") if isinstance(held, dict) else None
            for key, content in entries.items() if isinstance(entries, dict) else ():
                if recognised(key) and isinstance(content, dict):
                    seen += 1
                    assert check(key, held["type"], content, "$") == [], file
    assert seen >= 10
