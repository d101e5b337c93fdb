"""Real files: what is valid is accepted without an error, what is not is refused for its own reason, by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.objects import parse as module
from comity.kernel.objects.envelope import split_bundle
from comity.kernel.objects.parse import parse, parse_all
from comity.kernel.objects.parsed import Parsed, Rejected

VALID = ("attack-ics", "oasis-examples", "schema-examples", "coa-playbook-extension", "validator-v21/test_examples")
# In these folders, by the end of the file's name: what the refusal must say.
INVALID = {
    "invalid_identity.json": "the required property modified is missing",
    "invalid_timestamp.json": "modified must be no earlier than created",
    "invalid_braces.json": "RFC 8259",
    "invalid_comma.json": "RFC 8259",
}
# Objects in otherwise valid files that the specification refuses, with the reason: in python-stix2-data one without
# spec_version, in taxii-server-data a version without spec_version.
REFUSED = {
    "malware--b42378e0-f147-496f-992a-26a49705395b": "this is an object of STIX 2.0",
    "malware--c0931cc6-c75e-47e5-9036-78fabc95d4ec": "this is an object of STIX 2.0",
}


def files(corpora: Path, folder: str) -> list[Path]:
    found = sorted(
        path for path in (corpora / "stix" / folder).rglob("*.json") if "schema" not in path.parent.name.split("-")
    )
    assert found, folder
    return found


@pytest.mark.corpora
@pytest.mark.parametrize("folder", VALID)
def test_valid_files_are_accepted_without_an_error(corpora, folder):
    for path in files(corpora, folder):
        if not path.name.startswith("invalid_"):
            results = parse_all(split_bundle(path.read_bytes()).objects)
            assert results
            refused = [f"{path.name} {each.id}: {each.reason()}" for each in results if isinstance(each, Rejected)]
            assert refused == []


@pytest.mark.corpora
@pytest.mark.parametrize("name", INVALID)
def test_invalid_files_are_refused_for_their_own_reason(corpora, name):
    raw = (corpora / "stix/validator-v21/test_examples" / name).read_bytes()
    try:
        (result,) = parse_all(split_bundle(raw).objects)
    except Invalid as error:
        reason = str(error)
    else:
        assert isinstance(result, Rejected)
        assert len(result.findings) == 1
        reason = result.reason()
    assert INVALID[name] in reason


def within(held: Any) -> list[dict[str, Any]]:
    """The STIX objects in any JSON: a server's contents, a bundle, a versioned file."""
    if isinstance(held, list):
        return [found for each in held for found in within(each)]
    if not isinstance(held, dict):
        return []
    if "type" in held and "id" in held and held["type"] != "bundle":
        return [held]
    return [found for each in held.values() for found in within(each)]


@pytest.mark.corpora
@pytest.mark.parametrize("folder", ["python-stix2-data", "taxii-server-data", "attack-flow"])
def test_objects_in_other_files_are_accepted_but_for_those_named(corpora, folder):
    raws = [
        json.dumps(each).encode() for path in files(corpora, folder) for each in within(json.loads(path.read_bytes()))
    ]
    assert len(raws) > 5
    for result in parse_all(raws):
        if isinstance(result, Rejected):
            assert REFUSED[result.id] in result.reason()


@pytest.mark.corpora
@pytest.mark.parametrize("folder", VALID)
def test_the_readers_agree_on_real_objects(corpora, folder):
    for path in files(corpora, folder):
        if not path.name.startswith("invalid_"):
            for raw in split_bundle(path.read_bytes()).objects[:300]:
                assert parse(raw) == module._carefully(raw)


@pytest.mark.corpora
def test_slices_of_a_large_bundle_are_its_bytes(corpora):
    body = (corpora / "stix/attack-ics/ics-attack-18.1.json").read_bytes()
    envelope = split_bundle(body)
    assert (envelope.kind, len(envelope.objects)) == ("bundle", 1826)
    assert [json.loads(each)["id"] for each in envelope.objects] == [each["id"] for each in json.loads(body)["objects"]]
    assert all(each in body for each in envelope.objects[::100])
    assert all(isinstance(each, Parsed) for each in parse_all(envelope.objects))
