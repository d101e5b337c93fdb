"""Our extension definitions (STIX 2.1 section 7.3): the objects that publish them, and the JSON Schema of each.

The schemas of agreements are made from the structs that read them; that of handling markings stands here. docs/extensions holds
all of it as files, written by ``make docs``.
"""

import copy
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from comity.kernel.objects.canonical import Json, canonical
from comity.kernel.objects.extensions import AGREEMENT, AGREEMENT_SIGNATURE, APPROVAL, DOWNGRADE_REQUEST, REDACTION
from comity.kernel.objects.markings import HANDLING_EXTENSION, PURPOSES, TLP_IDS, Tlp
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.objects import ALGORITHMS, SIGNATURE_TYPE, TYPE
from comity.kernel.policy.agreement.reading import FORM
from comity.kernel.policy.approval.schema import approval_schema, request_schema

Schema = dict[str, Any]

CREATOR: Final = "identity--0a7fa7a5-0e3c-4ef4-92ac-53a44fcdc5de"
"""The identity under which the definitions are published."""
MADE: Final = "2026-11-22T00:00:00.000Z"
VERSION: Final = "1.0.0"
WITH_PROFILES: Final = ("1.1.0", "2026-11-22T06:00:00.000Z")
"""Since which version, and when, agreements carry profiles of redaction."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIMESTAMP: Final[Schema] = {"type": "string", "format": "date-time", "pattern": "Z$"}


class Definition(msgspec.Struct, frozen=True):
    """One extension that we publish. ``slug``: what its files are called; ``version`` and when that was made."""

    id: str
    slug: str
    name: str
    about: str
    kind: str
    schema: Schema
    version: tuple[str, str] = (VERSION, MADE)


def agreement_schema() -> Schema:
    """The schema of an ``agreement`` object."""
    made = copy.deepcopy(msgspec.json.schema(Agreement))
    parts: Schema = {name: _part(each) for name, each in made["$defs"].items()}
    whole = parts.pop("Agreement")
    return {
        "$schema": _DIALECT,
        "$id": f"urn:uuid:{AGREEMENT.partition('--')[2]}",
        "title": "Agreement",
        "description": (
            "What two or more parties settled about what may be released to whom. Moments are exclusive at their end: until is "
            "the first moment at which it no longer holds."
        ),
        "type": "object",
        "properties": {
            **_common(TYPE, AGREEMENT),
            "form": {"const": FORM},
            **whole["properties"],
            "text": {"type": "string", "description": "The same agreement as TOML, as people signed it."},
        },
        "required": [*_COMMON_REQUIRED, "form", *whole["required"], "text"],
        "additionalProperties": False,
        "$defs": parts,
    }


def signature_schema() -> Schema:
    """The schema of an ``agreement-signature`` object."""
    return {
        "$schema": _DIALECT,
        "$id": f"urn:uuid:{AGREEMENT_SIGNATURE.partition('--')[2]}",
        "title": "Signature under an agreement",
        "description": (
            "That the party of created_by_ref agrees to one version of an agreement. Both algorithms sign the same message: "
            "'comity node signature 1', 0x00, 'ed25519+ml-dsa-65', 0x00, 'agreement', 0x00, and the RFC 8785 form of this object "
            "without its signatures. It holds only where both verify."
        ),
        "type": "object",
        "properties": {
            **_common(SIGNATURE_TYPE, AGREEMENT_SIGNATURE),
            "agreement_ref": {"type": "string", "pattern": f"^{TYPE}--{_UUID}$"},
            "agreement_modified": {**_TIMESTAMP, "description": "Which version: its modified."},
            "agreement_digest": {
                "type": "string",
                "pattern": "^sha256:[0-9a-f]{64}$",
                "description": "SHA-256 of the agreement object's RFC 8785 form.",
            },
            "public_keys": _pair("Raw public keys (RFC 8032, FIPS 204), base64."),
            "signatures": _pair("Raw signatures (RFC 8032, FIPS 204), base64."),
        },
        "required": [
            *_COMMON_REQUIRED,
            "agreement_ref",
            "agreement_modified",
            "agreement_digest",
            "public_keys",
            "signatures",
        ],
        "additionalProperties": False,
    }


def handling_schema() -> Schema:
    """The schema of the handling extension of a ``marking-definition``."""
    names: Schema = {
        "type": "array",
        "items": {
            "type": "string",
            "pattern": f"^(identity--{_UUID}|jurisdiction:[A-Z]{{2}}|community:[a-z0-9-]{{1,100}})$",
        },
    }
    return {
        "$schema": _DIALECT,
        "$id": f"urn:uuid:{HANDLING_EXTENSION.partition('--')[2]}",
        "title": "Handling",
        "description": "Caveats of whoever gives an object. Each restricts; a node that can't read one withholds the object.",
        "type": "object",
        "properties": {
            "extension_type": {"const": "property-extension"},
            "releasable_to": {**names, "description": "Only to these; an empty list is nobody."},
            "not_releasable_to": {**names, "description": "Not to these, whatever else allows it."},
            "recipients": {**names, "description": "The named recipients of TLP:RED."},
            "originator_control": {
                "type": "boolean",
                "description": "Onward only to whom the originator names here.",
            },
            "purposes": {
                "type": "array",
                "items": {"enum": sorted(PURPOSES)},
                "description": "Only where recipients have undertaken to use it for no other purposes.",
            },
            "not_before": {**_TIMESTAMP, "description": "Embargo: to nobody before this moment."},
            "resides_in": {
                "type": "array",
                "items": {"type": "string", "pattern": "^[A-Z]{2}$"},
                "description": "Only to parties of these jurisdictions (ISO 3166-1).",
            },
            "case": {"type": "string", "description": "Only to members of this case."},
            "exercise": {
                "type": "string",
                "description": "Belongs to this exercise: only under agreements that cover exercises.",
            },
        },
        "required": ["extension_type"],
        "additionalProperties": False,
    }


def redaction_schema() -> Schema:
    """The schema of the extension by which a twin says that it is one."""
    words = {
        "by-hand": "people wrote it",
        "creator": "who created it is left out",
        "dropped": "properties or values were taken out",
        "generalised": "moments, addresses or names were made coarser",
        "pseudonymised": "keyed pseudonyms stand for values",
        "references": "references were taken out or lead to other ids",
    }
    return {
        "$schema": _DIALECT,
        "$id": f"urn:uuid:{REDACTION.partition('--')[2]}",
        "title": "Redaction",
        "description": (
            "That an object is not the one that its creator made, but what may be told of it, under an id, times and a creator "
            "of its own. It names neither the object nor what was taken out."
        ),
        "type": "object",
        "properties": {
            "extension_type": {"const": "property-extension"},
            "how": {
                "description": "What was done to it: "
                + ", ".join(f"{word}: {what}" for word, what in words.items())
                + ".",
                "type": "array",
                "items": {"enum": sorted(words)},
                "minItems": 1,
                "uniqueItems": True,
            },
        },
        "required": ["extension_type"],
        "additionalProperties": False,
    }


def definitions() -> tuple[bytes, ...]:
    """The published objects: our identity, and one extension definition each. Canonical JSON, always the same bytes."""
    return (canonical(_identity()), *(canonical(_object(each)) for each in published()))


def published() -> tuple[Definition, ...]:
    """What we publish, in the order of the page."""
    return (
        Definition(
            AGREEMENT,
            "agreement",
            "Agreement",
            "The object type agreement: what parties settled about what may be released to whom.",
            "new-sdo",
            agreement_schema(),
            WITH_PROFILES,
        ),
        Definition(
            AGREEMENT_SIGNATURE,
            "agreement-signature",
            "Signature under an agreement",
            "The object type agreement-signature: a party's two signatures under one version of an agreement.",
            "new-sdo",
            signature_schema(),
        ),
        Definition(
            APPROVAL,
            "approval",
            "Approval",
            "The object type approval: what a person said about what goes only after a review.",
            "new-sdo",
            approval_schema(),
        ),
        Definition(
            DOWNGRADE_REQUEST,
            "downgrade-request",
            "Request for a downgrade",
            "The object type downgrade-request: that a source is asked to let its object go further.",
            "new-sdo",
            request_schema(),
        ),
        Definition(
            REDACTION,
            "redaction",
            "Redaction",
            "That an object is a twin: what may be told of another one, and what was done to it.",
            "property-extension",
            redaction_schema(),
        ),
        Definition(
            HANDLING_EXTENSION,
            "handling",
            "Handling",
            "Caveats of a marking-definition: to whom, not to whom, not before, for what, where, in which case or exercise.",
            "property-extension",
            handling_schema(),
        ),
    )


def _object(definition: Definition) -> Json:
    version, modified = definition.version
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": definition.id,
        "created_by_ref": CREATOR,
        "created": MADE,
        "modified": modified,
        "name": definition.name,
        "description": definition.about,
        "schema": canonical(definition.schema).decode(),
        "version": version,
        "extension_types": [definition.kind],
        "object_marking_refs": [TLP_IDS[Tlp.CLEAR]],
    }


def _identity() -> Json:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": CREATOR,
        "created": MADE,
        "modified": MADE,
        "name": "Comity",
        "description": "Publishes the extension definitions of the Comity node.",
        "identity_class": "group",
        "object_marking_refs": [TLP_IDS[Tlp.CLEAR]],
    }


_COMMON_REQUIRED: Final = ("type", "spec_version", "id", "created_by_ref", "created", "modified", "extensions")


def _common(kind: str, extension: str) -> Schema:
    """The common properties of STIX (section 3.2) as far as these objects have them."""
    return {
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
        "extensions": {
            "type": "object",
            "properties": {extension: {"type": "object", "properties": {"extension_type": {"const": "new-sdo"}}}},
            "required": [extension],
            "additionalProperties": False,
        },
    }


def _pair(about: str) -> Schema:
    """Exactly one value of each algorithm, in their order."""
    return {
        "type": "array",
        "description": about,
        "prefixItems": [
            {
                "type": "object",
                "properties": {
                    "algorithm": {"const": algorithm},
                    "value": {"type": "string", "contentEncoding": "base64"},
                },
                "required": ["algorithm", "value"],
                "additionalProperties": False,
            }
            for algorithm in ALGORITHMS
        ],
        "items": False,
        "minItems": len(ALGORITHMS),
    }


def _part(schema: Mapping[str, Any]) -> Schema:
    """A part as the objects have it: moments are timestamps, nothing is null, no list or word is empty, whitespace folded."""
    made: Schema = {**schema, "description": " ".join(str(schema.get("description", "")).replace("``", "").split())}
    made["properties"] = {name: _property(name, each) for name, each in schema["properties"].items()}
    return made


def _property(name: str, schema: Mapping[str, Any]) -> Schema:
    if name in {"from", "until"}:
        return dict(_TIMESTAMP)
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    words = [word for each in options for word in each.get("enum", ()) if word]
    made: Schema = {"enum": words} if words else dict(options[0]) if len(options) == 1 else dict(schema)
    made.pop("default", None)
    if made.get("type") == "array":
        made["minItems"] = 1
    return made
