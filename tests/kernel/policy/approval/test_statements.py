"""The objects that carry what people said: what is signed, and what is refused as no such object."""

from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the validator's own library
from stix2validator import ValidationOptions, validate_string

from comity.kernel.base.errors import Invalid
from comity.kernel.policy.approval.schema import approval_schema, request_schema
from comity.kernel.policy.approval.statements import (
    Approved,
    Ground,
    Halves,
    Personal,
    Statement,
    decode,
    encode,
)

# The validator uses a name of jsonschema that is deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

OWN = "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1a01"
THEIRS = "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1a02"
ID = "8e2e2d2b-17d4-4cbf-938f-000000000001"
DIGEST = f"sha256:{'0f' * 32}"
AT = "2026-11-22T06:00:00.000Z"


def statement(**more: Any) -> Statement:
    made: dict[str, Any] = {
        "says": "release",
        "object_ref": f"incident--{ID}",
        "object_modified": AT,
        "object_digest": DIGEST,
        "lens_digest": DIGEST,
        "grounds": (Ground("ours", 7, DIGEST),),
        "audience": ("Estonia",),
        "person": "Alice",
        "role": "approver",
        "at": AT,
        "form": "whole",
        "content_digest": DIGEST,
    }
    return Statement(**(made | more))


REFUSAL: dict[str, Any] = {"says": "refuse", "form": "", "content_digest": "", "reason": "Not now."}
REQUEST: dict[str, Any] = {**REFUSAL, "says": "ask"}


def made(said: Statement, personal: Personal | None = None, **more: Any) -> bytes:
    kind = "downgrade-request" if said.says == "ask" else "approval"
    return encode(
        said,
        personal or Personal("ed25519", b"k" * 32, b"s" * 64),
        id=f"{kind}--{ID}",
        by=OWN,
        public=Halves(b"p" * 32, b"q" * 1952),
        sign=lambda _: Halves(b"a" * 64, b"b" * 3309),
        **more,
    )


@pytest.mark.parametrize(
    ("more", "schema"),
    [
        ({}, approval_schema()),
        ({"object_modified": "", "form": "redacted", "profile": "victims"}, approval_schema()),
        ({"reference": "Letter 12/26"}, approval_schema()),
        (REFUSAL, approval_schema()),
        ({**REFUSAL, "says": "withdraw", "withdraws": f"approval--{ID}"}, approval_schema()),
        (REQUEST, request_schema()),
    ],
)
def test_what_is_written_is_read_and_fits_its_published_schema(more: dict[str, Any], schema: dict[str, Any]) -> None:
    said = statement(**more)
    raw = made(said, to=(THEIRS,) if said.says == "ask" else ())
    found = decode(raw)
    assert found.statement == said
    assert found.statement.signed == said.signed
    assert (found.by, found.to) == (OWN, (THEIRS,) if said.says == "ask" else ())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(msgspec.json.decode(raw))
    assert validate_string(raw.decode(), ValidationOptions(version="2.1", silent=True, strict=True)).is_valid


def test_a_passkey_brings_what_it_signed_around_the_challenge() -> None:
    personal = Personal("passkey", b"cose", b"sig", b"authenticator", b"client")
    assert decode(made(statement(), personal)).personal == personal


def test_the_node_signs_all_but_its_own_signatures() -> None:
    raw = made(statement())
    held = msgspec.json.decode(raw)
    del held["signatures"]
    assert msgspec.json.decode(decode(raw).enclosed) == held
    assert held["person_signature"]["value"]


def test_what_a_person_signs_differs_with_everything_that_is_said() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"says": "refuse"},
        {"object_ref": f"incident--{ID[:-1]}2"},
        {"object_modified": ""},
        {"object_digest": f"sha256:{'1f' * 32}"},
        {"lens_digest": f"sha256:{'1f' * 32}"},
        {"content_digest": f"sha256:{'1f' * 32}"},
        {"grounds": (Ground("ours", 8, DIGEST),)},
        {"grounds": (Ground("ours", 7, f"sha256:{'1f' * 32}"),)},
        {"audience": ("Estonia", "Norway")},
        {"person": "Bob"},
        {"role": "legal"},
        {"at": "2026-11-22T06:00:00.001Z"},
        {"form": "by-hand"},
        {"profile": "times"},
        {"reference": "x"},
        {"reason": "x"},
        {"withdraws": "x"},
    ]
    assert len({statement(**each).signed for each in changes}) == len(changes)


def changed(**more: Any) -> bytes:
    held = msgspec.json.decode(made(statement())) | more
    return msgspec.json.encode({name: value for name, value in held.items() if value is not None})


GROUND = {"agreement": "ours", "article": 7, "digest": DIGEST}
REFUSED: dict[str, bytes] = {
    "no JSON": b"{",
    "another type": changed(type="note", id=f"note--{ID}"),
    "a property that nobody knows": changed(comment="yes"),
    "without the extension": changed(extensions=None),
    "another extension beside": changed(
        extensions={
            "extension-definition--d0f92fff-86eb-4e79-be53-56d2232cfc6c": {"extension_type": "new-sdo"},
            "extension-definition--00000000-0000-4000-8000-000000000001": {"extension_type": "property-extension"},
        }
    ),
    "without a statement": changed(statement=None),
    "a statement with more": changed(statement={**msgspec.to_builtins(statement()), "also": "this"}),
    "a statement that says nothing known": changed(statement={**msgspec.to_builtins(statement()), "says": "maybe"}),
    "an approval that asks": changed(statement={**msgspec.to_builtins(statement()), "says": "ask"}),
    "dated otherwise": changed(created="2026-11-22T06:00:01.000Z", modified="2026-11-22T06:00:01.000Z"),
    "without a person's signature": changed(person_signature=None),
    "a signature with more": changed(person_signature={"kind": "ed25519", "public_key": "", "value": "", "x": ""}),
    "a signature of no kind": changed(person_signature={"public_key": "", "value": ""}),
    "no base64": changed(person_signature={"kind": "ed25519", "public_key": "?", "value": ""}),
    "one signature of the node": changed(signatures=[{"algorithm": "ed25519", "value": ""}]),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED)
def test_what_is_no_approval_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        decode(raw)
    assert refused.value.code == "approval-object"


def test_reading_tells_nothing_of_whether_it_holds() -> None:
    assert isinstance(decode(made(statement())), Approved)
