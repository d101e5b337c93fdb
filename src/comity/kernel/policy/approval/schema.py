"""The JSON Schemas of ``approval`` and ``downgrade-request`` objects, as docs/extensions publishes them."""

from typing import Any, Final

from comity.kernel.objects.extensions import APPROVAL, DOWNGRADE_REQUEST
from comity.kernel.policy.approval.statements import ALGORITHMS, REQUEST_TYPE, TYPE

Schema = dict[str, Any]

_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIMESTAMP: Final[Schema] = {"type": "string", "format": "date-time", "pattern": "Z$"}
_DIGEST: Final[Schema] = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_WORDS: Final[Schema] = {"type": "string", "minLength": 1}
_BASE64: Final[Schema] = {"type": "string", "contentEncoding": "base64"}
_SIGNED: Final = (
    "The person signs 'comity signature 1', 0x00 and the RFC 8785 form of the statement: with an Ed25519 key (RFC 8032), or "
    "with a passkey, whose assertion has the SHA-256 of that message as its challenge (W3C Web Authentication Level 3). The "
    "node of created_by_ref signs 'comity node signature 1', 0x00, 'ed25519+ml-dsa-65', 0x00, 'approval', 0x00, and the RFC "
    "8785 form of this object without its signatures. It holds only where all three verify."
)


def approval_schema() -> Schema:
    """The schema of an ``approval`` object."""
    return _schema(
        TYPE,
        APPROVAL,
        "Approval",
        "What a person said about an object that goes only after a review: that it goes in this form, that it does not go, or "
        f"that an earlier word is taken back. {_SIGNED}",
        ("release", "refuse", "withdraw"),
        {},
    )


def request_schema() -> Schema:
    """The schema of a ``downgrade-request`` object."""
    return _schema(
        REQUEST_TYPE,
        DOWNGRADE_REQUEST,
        "Request for a downgrade",
        f"That a party asks the source of an object to let it go further than its marking says. {_SIGNED}",
        ("ask",),
        {
            "to_refs": {
                "type": "array",
                "items": {"type": "string", "pattern": f"^identity--{_UUID}$"},
                "minItems": 1,
                "description": "Whom it asks.",
            }
        },
    )


def _schema(kind: str, extension: str, title: str, about: str, says: tuple[str, ...], more: Schema) -> Schema:
    properties: Schema = {
        "type": {"const": kind},
        "spec_version": {"const": "2.1"},
        "id": {"type": "string", "pattern": f"^{kind}--{_UUID}$"},
        "created_by_ref": {"type": "string", "pattern": f"^identity--{_UUID}$"},
        "created": _TIMESTAMP,
        "modified": _TIMESTAMP,
        "object_marking_refs": {
            "type": "array",
            "items": {"type": "string", "pattern": f"^marking-definition--{_UUID}$"},
            "minItems": 1,
        },
        "statement": _statement(says),
        "person_signature": {
            "type": "object",
            "properties": {
                "kind": {"enum": ["ed25519", "passkey"]},
                "public_key": {**_BASE64, "description": "32 bytes (RFC 8032), or a COSE_Key (RFC 9052 section 7)."},
                "value": _BASE64,
                "authenticator": {**_BASE64, "description": "Of a passkey: the authenticator data."},
                "client": {**_BASE64, "description": "Of a passkey: the client data."},
            },
            "required": ["kind", "public_key", "value"],
            "additionalProperties": False,
        },
        "public_keys": _pair("Raw public keys of the node (RFC 8032, FIPS 204), base64."),
        "signatures": _pair("Raw signatures of the node (RFC 8032, FIPS 204), base64."),
        "extensions": {
            "type": "object",
            "properties": {extension: {"type": "object", "properties": {"extension_type": {"const": "new-sdo"}}}},
            "required": [extension],
            "additionalProperties": False,
        },
        **more,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:uuid:{extension.partition('--')[2]}",
        "title": title,
        "description": about,
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name != "object_marking_refs"],
        "additionalProperties": False,
    }


def _statement(says: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "description": "What the person says. What is not said is left out.",
        "properties": {
            "says": {"enum": list(says)},
            "object_ref": _WORDS,
            "object_modified": _TIMESTAMP,
            "object_digest": {**_DIGEST, "description": "Of the bytes of the version that was looked at."},
            "lens_digest": {**_DIGEST, "description": "Of the form in which the agreements let it go."},
            "grounds": {
                "type": "array",
                "description": "The articles that ask for a review, with the digest of each agreement's text.",
                "items": {
                    "type": "object",
                    "properties": {"agreement": _WORDS, "article": {"type": "integer"}, "digest": _DIGEST},
                    "required": ["agreement", "article", "digest"],
                    "additionalProperties": False,
                },
                "minItems": 1,
            },
            "audience": {"type": "array", "items": _WORDS, "minItems": 1, "description": "Whom it was asked for."},
            "person": _WORDS,
            "role": _WORDS,
            "at": _TIMESTAMP,
            "form": {"enum": ["whole", "redacted", "by-hand"]},
            "profile": {**_WORDS, "description": "By which profile it was redacted further."},
            "content_digest": {
                **_DIGEST,
                "description": "Of exactly what goes: SHA-256 of its RFC 8785 form without created and modified.",
            },
            "reference": {**_WORDS, "description": "Where the source's consent stands written."},
            "reason": _WORDS,
            "withdraws": {**_WORDS, "description": "The id of the approval that is taken back."},
        },
        "required": [
            "says",
            "object_ref",
            "object_digest",
            "lens_digest",
            "grounds",
            "audience",
            "person",
            "role",
            "at",
        ],
        "additionalProperties": False,
    }


def _pair(about: str) -> Schema:
    """Exactly one value of each algorithm, in their order."""
    return {
        "type": "array",
        "description": about,
        "prefixItems": [
            {
                "type": "object",
                "properties": {"algorithm": {"const": algorithm}, "value": _BASE64},
                "required": ["algorithm", "value"],
                "additionalProperties": False,
            }
            for algorithm in ALGORITHMS
        ],
        "items": False,
        "minItems": len(ALGORITHMS),
    }
