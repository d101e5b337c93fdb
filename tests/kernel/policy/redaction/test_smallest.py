"""Stubs and tombstones: valid, of their type, unlike each other, and saying nothing."""

import json

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.ids import SCO_TYPES
from comity.kernel.objects.parse import parse
from comity.kernel.policy.agreement.schema import redaction_schema
from comity.kernel.policy.profile import Rule
from comity.kernel.policy.redaction import Pseudonyms, Remade, Stamp, remake, stub, tombstone
from tests.kernel.objects.samples import SAMPLES, ref
from tests.kernel.policy.redaction.looking import HIDING, STAMP, US, lens, parsed

TYPES = [*sorted(SAMPLES), "x-own", "agreement"]
PSEUDONYMS = Pseudonyms(b"k" * 32)


def own(kind: str, of: str = ref("x-a")) -> str:
    return PSEUDONYMS.pseudonym_id(f"{kind}--{of[-36:]}")


@pytest.mark.parametrize("kind", TYPES)
def test_a_stub_is_valid_and_says_nothing(kind):
    made = stub(own(kind), STAMP)
    assert parse(made.raw) == made
    assert made.id == own(kind)
    assert made.warnings == () or kind in {"location", "x-own", "agreement"}
    held = json.loads(made.raw)
    assert ("extensions" in held) is (kind != "extension-definition")
    assert made.created_by == (None if kind in SCO_TYPES else US)
    assert all(own(kind)[-36:] in each for each in made.refs)


@pytest.mark.parametrize("kind", TYPES)
def test_stubs_don_t_correlate(kind):
    one, other = stub(own(kind), STAMP), stub(own(kind, ref("x-b", "0f2d1f6e-1f0b-4d3c-9a55-0d2f6c1b7a10")), STAMP)
    shared = set(one.observables) & set(other.observables)
    assert not any("[redacted]" not in value for _, value in shared)


@pytest.mark.parametrize("kind", TYPES)
def test_a_tombstone_is_a_stub_revoked(kind):
    made = tombstone(own(kind), STAMP)
    if kind in SCO_TYPES | {"marking-definition"}:
        assert made is None
        return
    assert made is not None
    assert parse(made.raw) == made
    assert made.revoked
    assert made.modified == STAMP.modified
    assert {**json.loads(made.raw), "revoked": None} == {**json.loads(stub(own(kind), STAMP).raw), "revoked": None}


def test_without_an_identity_of_ours_nobody_made_it():
    assert stub(own("tool"), Stamp(STAMP.created, STAMP.modified)).created_by is None


def test_a_type_unknown_to_stix_may_have_no_versions():
    assert stub(own("x-own"), STAMP, versioned=False).modified is None


def test_what_is_no_id_is_refused():
    with pytest.raises(ValueError, match="must be a name"):
        stub("tool--no-uuid-at-all-but-as-long-as-one-is-000", STAMP)


@pytest.mark.parametrize("kind", sorted(SAMPLES.keys() - {"extension-definition", "marking-definition"}))
def test_what_a_twin_says_of_itself_is_as_published(kind):
    published = Draft202012Validator(redaction_schema())
    twin = remake(parsed(SAMPLES[kind]), lens(Rule("drop", properties=("description",)), anonymous=True), HIDING, STAMP)
    assert isinstance(twin, Remade)
    for made in (twin.raw, stub(own(kind), STAMP).raw):
        said = json.loads(made)["extensions"][REDACTION]
        assert published.is_valid(said)
        assert not published.is_valid({**said, "of": SAMPLES[kind]["id"]})
