"""Agreement with stix2-validator on bent objects of every type.

Every sample object is bent in a bounded, systematic way: each property left out, given values of wrong types, an empty
list or object, a term or a form that is wrong. On each the validator's errors (not its SHOULD warnings) and ours must
say the same: accept or refuse. Where they don't, the row of ``KNOWN`` below that explains it must match, and every row
must be needed.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from stix2validator import ValidationOptions, validate_parsed_json

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed, Rejected
from tests.kernel.objects.samples import LATER, OTHER, SAMPLES, WHEN, raw_of, ref

# The validator uses a name of jsonschema that is deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

EXT = "extension-definition--" + OTHER
WRONG: dict[str, Any] = {
    "null": None,
    "object": {"a": 1},
    "list": [7],
    "true": True,
    "number": 7,
    "text": "not this",
    "none": [],
    "nothing": {},
}
COMMON: dict[str, dict[str, Any]] = {
    "another's reference": {"created_by_ref": ref("tool")},
    "mark of no marking": {"object_marking_refs": [ref("tool")]},
    "confident": {"confidence": 101},
    "odd language": {"lang": "xx-"},
    "defanged": {"defanged": True},
    "bare reference": {"external_references": [{"source_name": "x"}]},
    "reference": {"external_references": [{"source_name": "x", "url": "https://example.org/"}]},
    "selector": {"granular_markings": [{"selectors": ["nowhere"], "lang": "en"}]},
    "good selector": {"granular_markings": [{"selectors": ["id"], "lang": "en"}]},
    "two marks": {"granular_markings": [{"selectors": ["id"], "lang": "en", "marking_ref": ref("marking-definition")}]},
    "later": {"created": LATER},
    "coarse": {"created": "2026-03-01T09:00:00Z"},
    "impossible": {"modified": "2026-13-01T10:00:00.000Z"},
    "version": {"spec_version": "2.0"},
    "upper custom": {"X_Rank": 1},
    "custom": {"x_example_rank": 1},
    "reserved": {"severity": 1},
    "extension": {"extensions": {EXT: {"extension_type": "property-extension", "rank": 1}}},
    "no extension type": {"extensions": {EXT: {"rank": 1}}},
    "no extension": {"extensions": {}},
    "other type in id": {"id": ref("campaign", "5f2d1f6e-1f0b-4d3c-9a55-0d2f6c1b7a11")},
    "no uuid": {"id": "x--1"},
}

# Bending, and who refuses what the other accepts -> why. "ours" are rules of the specification that the validator does
# not have.
KNOWN: dict[tuple[str, str], str] = {
    (
        "good selector",
        "theirs",
    ): "its schema wants marking_ref in each granular marking; 7.2.3 has lang instead of it for languages",
    ("two marks", "ours"): "7.2.3: one and only one of lang and marking_ref",
    ("another's reference", "ours"): "3.2 and the tables of embedded relationships: created_by_ref is of type identity",
    ("mark of no marking", "ours"): "3.2: object_marking_refs are of type marking-definition",
    ("version", "ours"): "3.2: the value of spec_version MUST be 2.1; it reads 2.0 by the rules of 2.0",
    ("defanged", "ours"): "3.2: MUST NOT be used on any objects other than cyber-observables",
    ("confident", "ours"): "3.2 says what confidence must be; on cyber-observables it has no rule for it",
    ("coarse", "ours"): "3.2 says what created must be; on cyber-observables it has no rule for it",
    ("impossible", "ours"): "3.2 says what modified must be; on cyber-observables it has no rule for it",
    (
        "bare reference",
        "ours",
    ): "2.5.2; on cyber-observables and marking definitions it has no rule for external references",
    ("upper custom", "ours"): "11.1.1; on marking definitions it has no rule for custom names",
    ("reserved", "ours"): "3.8; on marking definitions it has no rule for reserved names",
    (
        "name left out",
        "ours",
    ): "4.4.1 of errata 01 requires the name of a grouping; its schema has the optional one of before",
    ("is_family left out", "theirs"): "4.11.1 of errata 01 has is_family optional; its schema requires it, as before",
    ("created_by_ref left out", "ours"): "7.3.1: required on extension definitions",
    ("of", "ours"): "5.2.1: sighting_of_ref MUST reference only a domain object",
    ("hex", "ours"): "2.8: digits 0-9 and the lower-case letters a-f",
    ("languages", "theirs"): "6.14.1: codes of RFC 5646; it has the ISO 639-2 codes of an earlier version",
}
# Bendings of single types, beyond the systematic ones.
OWN: dict[str, dict[str, dict[str, Any]]] = {
    "software": {"languages": {"languages": ["en"]}},
    "indicator": {
        "pattern": {"pattern": "[a:b"},
        "other language": {"pattern": "x", "pattern_type": "snort"},
        "ends": {"valid_until": WHEN},
    },
    "file": {
        "hash": {"hashes": {"MD5": "x"}},
        "hex": {"magic_number_hex": "4D"},
        "size": {"size": -1},
        "nothing told": {"name": None},
    },
    "network-traffic": {"port": {"dst_port": 65536}, "end": {"end": WHEN, "is_active": True}},
    "relationship": {
        "to itself": {"target_ref": ref("relationship")},
        "stop": {"start_time": LATER, "stop_time": WHEN},
    },
    "sighting": {"of": {"sighting_of_ref": ref("file")}, "count": {"count": -1}},
    "opinion": {"term": {"opinion": "perhaps"}},
    "identity": {"term": {"identity_class": "firm"}, "sector": {"sectors": ["space"]}},
    "observed-data": {
        "both": {"objects": {"0": {"type": "mutex", "name": "m"}}},
        "many": {"number_observed": 1_000_000_000},
    },
    "process": {"derived": {"id": ref("process", "5f2d1f6e-1f0b-5d3c-9a55-0d2f6c1b7a10")}},
    "ipv4-addr": {"address": {"value": "198.51.100.256"}},
    "ipv6-addr": {"address": {"value": "2001:db8::/129"}},
    "mac-addr": {"address": {"value": "00:00:AB:CD:EF:01"}},
}


@cache
def theirs(raw: bytes) -> tuple[bool, str]:
    try:
        result = validate_parsed_json(json.loads(raw), ValidationOptions(version="2.1", silent=True))
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # its MUST checks stumble over values of a wrong type
        return False, repr(error)
    return result.is_valid, "; ".join(str(each) for each in result.errors or ())


def bendings(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    sample = SAMPLES[kind]
    yield "nothing", sample
    for name in sample:
        if name in {"type", "id"}:
            continue
        yield f"{name} left out", {key: value for key, value in sample.items() if key != name}
        for word, value in WRONG.items():
            if type(value) is not type(sample[name]) or value in ([], {}):
                yield f"{name} {word}", {**sample, name: value}
    for word, changes in (COMMON | OWN.get(kind, {})).items():
        yield word, {name: value for name, value in {**sample, **changes}.items() if value is not None}


@cache
def differences(kind: str) -> list[tuple[str, str, str]]:
    """(bending, who refuses, the reasons) wherever one refuses what the other accepts."""
    found = []
    for done, held in bendings(kind):
        ours = parse(raw_of(held))
        accepted, reasons = theirs(raw_of(held))
        if isinstance(ours, Rejected) and accepted:
            found.append((done, "ours", ours.reason()))
        elif isinstance(ours, Parsed) and not accepted:
            found.append((done, "theirs", reasons))
    return found


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_validator_and_this_node_say_the_same_but_for_what_is_known(kind):
    assert [each for each in differences(kind) if each[:2] not in KNOWN] == []


def test_every_known_difference_is_still_one():
    found = {each[:2] for kind in SAMPLES for each in differences(kind)}
    assert KNOWN.keys() - found == set()
