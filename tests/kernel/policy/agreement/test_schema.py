"""What we publish about our extensions is true: schemas take what we make and nothing else, objects are STIX 2.1."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the validator's own library
from stix2validator import ValidationOptions, validate_string

from comity.kernel.objects.extensions import EXTENSIONS
from comity.kernel.objects.markings import HANDLING_EXTENSION
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.schema import (
    agreement_schema,
    definitions,
    handling_schema,
    published,
    signature_schema,
)
from tests.kernel.policy.agreement.strategies import agreements
from tests.kernel.policy.agreement.test_objects import encoded, signed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


AGREEMENT, SIGNATURE, HANDLING = (
    Draft202012Validator(schema) for schema in (agreement_schema(), signature_schema(), handling_schema())
)


def fits(schema: Any, held: object) -> bool:
    return bool(schema.is_valid(held))


def test_the_schemas_are_schemas() -> None:
    for each in published():
        Draft202012Validator.check_schema(each.schema)


@given(agreements())
def test_the_schema_takes_every_agreement(agreement: Agreement) -> None:
    assert fits(AGREEMENT, json.loads(encoded(agreement)))


def test_the_schema_takes_a_signature() -> None:
    assert fits(SIGNATURE, json.loads(signed(encoded())))


FAULTS: list[Callable[[dict[str, Any]], object]] = [
    lambda held: held.pop("text"),
    lambda held: held.pop("articles"),
    lambda held: held.update(signatories=[]),
    lambda held: held["articles"][0].update(says="treaty"),
    lambda held: held["articles"][0].update(unknown=1),
    lambda held: held["articles"][0].pop("number"),
    lambda held: held["articles"][1].update(until=3),
    lambda held: held.update(id="report--1"),
    lambda held: held.pop("extensions"),
    lambda held: held.update(annex="what nobody reads"),
    lambda held: held.update(profiles=[]),
    lambda held: held.update(profiles=[{"name": "x", "rule": []}]),
    lambda held: held.update(profiles=[{"name": "x", "rule": [{"do": "generalise", "to": ""}]}]),
    lambda held: held.update(profiles=[{"name": "x", "rule": [{"do": "hide"}]}]),
]


@pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
def test_the_schema_takes_nothing_else(fault: Callable[[dict[str, Any]], object]) -> None:
    held = json.loads(encoded())
    fault(held)
    assert not fits(AGREEMENT, held)


def test_the_schema_takes_profiles() -> None:
    held = json.loads(encoded())
    held["profiles"] = [
        {"name": "x", "rule": [{"do": "generalise", "to": "day", "types": ["tool"]}], "title": "To the day"}
    ]
    assert fits(AGREEMENT, held)


def test_what_has_changed_has_another_version() -> None:
    made = [json.loads(raw) for raw in definitions()[1:]]
    versions = {held["name"]: (held["version"], held["modified"] > held["created"]) for held in made}
    assert versions.pop("Agreement") == ("1.1.0", True)
    assert set(versions.values()) == {("1.0.0", False)}


def test_half_a_signature_fits_no_schema() -> None:
    held = json.loads(signed(encoded()))
    held["signatures"].pop()
    assert not fits(SIGNATURE, held)
    held = json.loads(signed(encoded()))
    held["public_keys"].append({"algorithm": "rsa", "value": "AAAA"})
    assert not fits(SIGNATURE, held)


def test_the_schema_of_handling_takes_what_the_node_reads() -> None:
    full = {
        "extension_type": "property-extension",
        "releasable_to": ["jurisdiction:KR", "community:energy"],
        "not_releasable_to": ["identity--00000000-0000-4000-8000-000000000001"],
        "recipients": [],
        "originator_control": True,
        "purposes": ["network-defence"],
        "not_before": "2027-01-01T00:00:00Z",
        "resides_in": ["KR"],
        "case": "case-1",
        "exercise": "exercise-1",
    }
    assert fits(HANDLING, full)
    for name, wrong in {
        "releasable_to": ["Korea"],
        "recipients": "nobody",
        "originator_control": "yes",
        "purposes": ["fun"],
        "not_before": "2027",
        "resides_in": ["kr"],
        "unknown": 1,
    }.items():
        assert not fits(HANDLING, {**full, name: wrong}), name


def test_the_definitions_are_stix() -> None:
    identity, *rest = definitions()
    assert json.loads(identity)["type"] == "identity"
    assert [json.loads(each)["id"] for each in rest] == [each.id for each in published()]
    for raw in definitions():
        parsed = parse(raw)
        assert isinstance(parsed, Parsed)
        assert parsed.warnings == ()
        result = validate_string(raw.decode(), ValidationOptions(version="2.1", silent=True, strict=True))
        assert (result.is_valid, result.warnings) == (True, []), result.errors


def test_the_node_knows_what_it_publishes() -> None:
    for each in published():
        known = EXTENSIONS[each.id]
        assert known.kind == each.kind
    assert [each.id for each in published()][-1] == HANDLING_EXTENSION
