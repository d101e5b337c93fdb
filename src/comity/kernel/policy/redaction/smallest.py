"""The smallest valid object of each type, which says nothing: in the place of a neighbour, and of what is no longer current.

Lives here: stubs and tombstones. Where a type must have a value that is looked at (an address, a name), each stub has one of its
own, made from its id: equal ones would correlate what has nothing to do with each other. Where it must refer to something, that
is itself, or an id made from its own that nothing has.
"""

from hashlib import sha256
from typing import Any, Final

import msgspec

from comity.kernel.objects import timestamps
from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.ids import SCO_TYPES
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.policy.redaction.naming import of_text, shaped
from comity.kernel.policy.redaction.outcome import REDACTED, Stamp

_UNREVOCABLE: Final = SCO_TYPES | {"marking-definition"}
_encode = msgspec.json.Encoder().encode


def stub(object_id: str, stamp: Stamp, *, versioned: bool = True) -> Parsed:
    """The smallest object of the id's type. ``versioned``: whether a type that STIX does not know has versions."""
    return _made(object_id, stamp, versioned=versioned, revoked=False)


def tombstone(twin_id: str, stamp: Stamp) -> Parsed | None:
    """The last version of a twin: the same, revoked. None for what STIX can't revoke: observables and markings."""
    return None if twin_id[:-38] in _UNREVOCABLE else _made(twin_id, stamp, versioned=True, revoked=True)


def _made(object_id: str, stamp: Stamp, *, versioned: bool, revoked: bool) -> Parsed:
    kind = object_id[:-38]
    held: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": object_id}
    if kind not in SCO_TYPES and versioned:
        if stamp.created_by is not None:
            held["created_by_ref"] = stamp.created_by
        held["created"] = timestamps.render(stamp.created)
        if kind != "marking-definition":
            held["modified"] = timestamps.render(stamp.modified)
        if revoked:
            held["revoked"] = True
    held |= _content(kind, object_id, stamp)
    plain = parse(_encode(held))
    if isinstance(plain, Rejected):
        raise ValueError(plain.reason())  # noqa: TRY004  it is the id that is wrong
    if kind == "extension-definition":  # the only type that STIX gives no extensions
        return plain
    held["extensions"] = {REDACTION: {"extension_type": "property-extension", "how": ["dropped"]}}
    raw = _encode(held)
    return msgspec.structs.replace(plain, raw=raw, digest=sha256(raw).digest())


def _content(kind: str, object_id: str, stamp: Stamp) -> dict[str, Any]:
    moment = timestamps.render(stamp.created)
    uuid = object_id[-36:]
    itself = [object_id]
    match kind:
        case "grouping":
            return {"name": REDACTED, "context": "unspecified", "object_refs": itself}
        case "indicator":
            # No file is smaller than nothing: it finds nothing.
            return {"pattern": "[file:size < 0]", "pattern_type": "stix", "valid_from": moment}
        case "location":
            return {"region": "unspecified"}
        case "malware":
            return {"name": REDACTED, "is_family": False}
        case "malware-analysis":
            return {"product": REDACTED, "result": "unknown"}
        case "note":
            return {"content": REDACTED, "object_refs": itself}
        case "observed-data":
            refs = [f"mutex--{uuid}"]
            return {"first_observed": moment, "last_observed": moment, "number_observed": 1, "object_refs": refs}
        case "opinion":
            return {"opinion": "neutral", "object_refs": itself}
        case "report":
            return {"name": REDACTED, "published": moment, "object_refs": itself}
        case "relationship":
            ends = f"identity--{uuid}"
            return {"relationship_type": "related-to", "source_ref": ends, "target_ref": ends}
        case "sighting":
            return {"sighting_of_ref": f"identity--{uuid}"}
        case "language-content":
            return {"object_ref": f"identity--{uuid}", "contents": {"en": {"name": REDACTED}}}
        case "marking-definition":
            return {"definition_type": "statement", "definition": {"statement": REDACTED}}
        case "extension-definition":
            creator = stamp.created_by or f"identity--{uuid}"
            kinds = ["property-extension"]
            return {
                "created_by_ref": creator,
                "name": REDACTED,
                "schema": REDACTED,
                "version": "0.0.0",
                "extension_types": kinds,
            }
        case _ if kind in SCO_TYPES:
            return _observable(kind, object_id)
        case _:
            return {"name": REDACTED} if kind in _NAMED else {}


def _observable(kind: str, object_id: str) -> dict[str, Any]:
    own = of_text(object_id)
    match kind:
        case "artifact":
            return {"payload_bin": "AA=="}
        case "autonomous-system":
            return {"number": int(shaped(kind, own).removeprefix("AS"))}
        case "directory":
            return {"path": REDACTED}
        case "email-message":
            return {"is_multipart": False}
        case "file" | "mutex" | "software":
            return {"name": REDACTED}
        case "network-traffic":
            return {"protocols": ["ip"], "src_ref": f"ipv4-addr--{object_id[-36:]}"}
        case "process":
            return {"command_line": REDACTED}
        case "user-account":
            return {"user_id": REDACTED}
        case "windows-registry-key":
            return {"key": REDACTED}
        case "x509-certificate":
            return {"issuer": REDACTED}
        case _:
            return {"value": shaped(kind, own)}


_NAMED: Final = frozenset(
    {"attack-pattern", "campaign", "course-of-action", "identity", "incident", "infrastructure", "intrusion-set"}
    | {"threat-actor", "tool", "vulnerability"}
)
