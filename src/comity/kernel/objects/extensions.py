"""Published extension definitions that the node recognises by id (STIX 2.1 7.3), and light checks of two of them.

Lives here: the facts of each definition (name, kind, what it extends), from the OASIS common objects, MITRE and others
as published. Not here: the extension mechanism itself, which is validation's, and what markings mean (``markings``).
Invariants: an extension is never refused for its content: the drafts of one id have differed over the years, so what
the checks find are warnings. Unknown extensions are accepted like known ones.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from comity.kernel.objects import ids, timestamps
from comity.kernel.objects.findings import Finding, Severity
from comity.kernel.objects.markings import HANDLING_EXTENSION, IEP_EXTENSION, PAP_EXTENSION, TLP_EXTENSION

ExtensionKind = Literal["property-extension", "toplevel-property-extension", "new-sdo", "new-sco", "new-sro"]

INCIDENT_CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
# Our own, as docs/extensions publishes them.
AGREEMENT: Final = "extension-definition--6fdc53a6-874d-45c0-93b2-960add68ff5a"
AGREEMENT_SIGNATURE: Final = "extension-definition--ee01265a-d560-4e43-a389-626b293adc19"
REDACTION: Final = "extension-definition--e01c43f1-fa63-44ac-81f0-f267f8ff84df"
APPROVAL: Final = "extension-definition--d0f92fff-86eb-4e79-be53-56d2232cfc6c"
DOWNGRADE_REQUEST: Final = "extension-definition--dd2f13f3-32fd-42c5-8001-0f155f11a404"
PLAYBOOK: Final = "extension-definition--1e1c1bd7-c527-4215-8e18-e199e74da57c"


class Recognised(msgspec.Struct, frozen=True):
    """One published extension definition.

    ``kind``   what it does to an object (``extension_types`` of its definition)
    ``types``  the object types it extends, or those it adds where its kind is one of the new ones; empty: any
    """

    id: str
    name: str
    kind: ExtensionKind
    types: tuple[str, ...]


_PROPERTY: Final = "property-extension"
_TABLE: Final[tuple[tuple[str, str, ExtensionKind, tuple[str, ...]], ...]] = (
    (TLP_EXTENSION, "TLP 2.0 marking", _PROPERTY, ("marking-definition",)),
    (PAP_EXTENSION, "PAP marking", _PROPERTY, ("marking-definition",)),
    (IEP_EXTENSION, "IEP 2.0 marking", _PROPERTY, ("marking-definition",)),
    (HANDLING_EXTENSION, "Handling marking", _PROPERTY, ("marking-definition",)),
    ("3a65884d-005a-4290-8335-cb2d778a83ce", "ACS 3.0 marking", _PROPERTY, ("marking-definition",)),
    ("dff17fb3-edcb-4f99-ad1b-4b751c95738a", "CUI marking", _PROPERTY, ("marking-definition",)),
    (INCIDENT_CORE, "Incident core", _PROPERTY, ("incident",)),
    ("4ca6de00-5b0d-45ef-a1dc-ea7279ea910e", "Event", "new-sdo", ("event",)),
    ("7cc33dd6-f6a1-489b-98ea-522d351d71b9", "Impact", "new-sdo", ("impact",)),
    ("2074a052-8be4-4932-849e-f5e7798e0030", "Task", "new-sdo", ("task",)),
    (AGREEMENT, "Agreement", "new-sdo", ("agreement",)),
    (AGREEMENT_SIGNATURE, "Signature under an agreement", "new-sdo", ("agreement-signature",)),
    (REDACTION, "Redaction", _PROPERTY, ()),
    (APPROVAL, "Approval", "new-sdo", ("approval",)),
    (DOWNGRADE_REQUEST, "Request for a downgrade", "new-sdo", ("downgrade-request",)),
    (PLAYBOOK, "Security playbook", _PROPERTY, ("course-of-action",)),
    ("66e2492a-bbd3-4be6-88f5-cc91a017a498", "Identity contact information", _PROPERTY, ("identity",)),
    ("8053ffa0-dec7-4aef-870e-a56d0082cf69", "Malware artifact", "toplevel-property-extension", ("artifact",)),
    ("8e9e338f-c9ee-4d4f-8cac-85b4dcfdf3c1", "Behaviours of malware", _PROPERTY, ("malware",)),
    (
        "d57b7c9c-7fa6-436b-b82c-8e6f69cdc3d0",
        "Malware behaviour",
        "new-sdo",
        ("malware-behavior", "malware-method", "malware-objective"),
    ),
    ("8b1aa84c-5532-4c69-a8e7-b6170facfd3d", "Observed string", "new-sco", ("observed-string",)),
    (
        "fb9c968a-745b-4ade-9b25-c324172197f4",
        "Attack flow",
        "new-sdo",
        ("attack-action", "attack-asset", "attack-condition", "attack-flow", "attack-operator"),
    ),
    ("ea279b3e-5c71-4632-ac08-831c66a786ba", "OpenCTI", _PROPERTY, ()),
    ("f93e2c80-4231-4f9a-af8b-95c9bd566a82", "OpenCTI observable", _PROPERTY, ()),
    ("322b8f77-262a-4cb8-a915-1e441e00329b", "OpenCTI, of MITRE properties", _PROPERTY, ()),
    ("005e229c-fffc-42b0-a912-84671ab2829d", "STIX 1.x network socket", _PROPERTY, ("network-traffic",)),
    ("6f6973cb-70be-40cb-b1ac-15ed78cebe56", "STIX 1.x ICMP packet", _PROPERTY, ("network-traffic",)),
    ("0d4dda28-1b6c-446a-be85-38b9d9cd297c", "STIX 1.x e-mail message", _PROPERTY, ("email-message",)),
    ("5efa53f9-cf17-4867-bb4f-4cd2ac055e7c", "STIX 1.x malware", _PROPERTY, ("malware",)),
    ("7a8eaf47-9b0f-487d-b280-1e6cc4cccee9", "STIX 1.x incident", _PROPERTY, ("incident",)),
    ("7c8ca481-f0e9-4389-94f5-90df472eb01d", "STIX 1.x indicator", _PROPERTY, ("indicator",)),
    ("8f0b8ed7-c7ad-4650-babe-c4c45cac4a0b", "STIX 1.x victim targeting", _PROPERTY, ("identity",)),
    ("a46b18de-0b41-4a95-9d2d-67a360f2d859", "STIX 1.x course of action", _PROPERTY, ("course-of-action",)),
    ("abfeb963-42a9-45a7-841a-e1d97838e2c9", "STIX 1.x attack pattern", _PROPERTY, ("attack-pattern",)),
    ("ac577b78-8356-41e0-bc5a-2cd3e5c17b2c", "STIX 1.x vulnerability", _PROPERTY, ("vulnerability",)),
    ("d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e", "STIX 1.x campaign", _PROPERTY, ("campaign",)),
    ("db4b5429-6927-4d0c-a194-4695f05c629a", "STIX 1.x archive file", _PROPERTY, ("file",)),
)


def _entry(extension: str, name: str, kind: ExtensionKind, types: tuple[str, ...]) -> Recognised:
    prefix = "extension-definition--"
    return Recognised(prefix + extension.removeprefix(prefix), name, kind, types)


EXTENSIONS: Final[dict[str, Recognised]] = {entry.id: entry for entry in (_entry(*row) for row in _TABLE)}


def recognised(extension_id: str) -> Recognised | None:
    """The published definition of that id, None where the node doesn't know it."""
    return EXTENSIONS.get(extension_id)


def adds_type(object_type: str) -> Recognised | None:
    """The recognised extension that defines an object type, None for others."""
    return _NEW_TYPES.get(object_type)


def check(extension_id: str, object_type: str, content: Mapping[str, Any], path: str) -> list[Finding]:
    """Warnings about one entry of an object's ``extensions`` property; ``path`` is where it stands."""
    known = EXTENSIONS.get(extension_id)
    if known is None:
        return []
    found = []
    if known.types and object_type not in known.types:
        message = f"{known.name} extends {', '.join(known.types)}, not {object_type}"
        found.append(_warning(path, message, extension_id))
    kind = content.get("extension_type")
    if isinstance(kind, str) and kind != known.kind:
        found.append(_warning(f"{path}.extension_type", f"{known.name} is a {known.kind}", extension_id))
    demands = _DEMANDS.get(extension_id)
    if demands is not None:
        found.extend(_unmet(demands, content, path, extension_id))
    return sorted(found)


Demand = Callable[[object], str]


class _Demands(msgspec.Struct, frozen=True):
    """What an extension asks of its properties: which must be there, and what each must be."""

    required: tuple[str, ...]
    properties: dict[str, Demand]


def _unmet(demands: _Demands, content: Mapping[str, Any], path: str, extension_id: str) -> Iterator[Finding]:
    for name in demands.required:
        if name not in content:
            yield _warning(path, f"{name} is required", extension_id)
    for name, value in content.items():
        demand = demands.properties.get(name)
        wanted = demand(value) if demand is not None else ""
        if wanted:
            yield _warning(f"{path}.{name}", f"must be {wanted}", extension_id)


def _warning(path: str, message: str, extension_id: str) -> Finding:
    return Finding(path=path, clause=extension_id, message=message, severity=Severity.WARNING)


def _text(value: object) -> str:
    return "" if isinstance(value, str) else "a string"


def _boolean(value: object) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _percentage(value: object) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if whole and 0 <= value <= 100 else "an integer from 0 to 100"  # type: ignore[operator]


def _texts(value: object) -> str:
    good = isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
    return "" if good else "a list of strings that is not empty"


def _timestamp(value: object) -> str:
    try:
        timestamps.parse(value if isinstance(value, str) else "")
    except ValueError:
        return "a timestamp"
    return ""


def _word_of(*words: str) -> Demand:
    return lambda value: "" if isinstance(value, str) and value in words else f"one of {', '.join(words)}"


def _reference_to(object_type: str) -> Demand:
    def demand(value: object) -> str:
        good = isinstance(value, str) and ids.is_id(value) and value.startswith(f"{object_type}--")
        return "" if good else f"the id of an {object_type}"

    return demand


def _references_to(object_type: str) -> Demand:
    one = _reference_to(object_type)

    def demand(value: object) -> str:
        good = isinstance(value, list) and bool(value) and not any(one(item) for item in value)
        return "" if good else f"a list of ids of type {object_type} that is not empty"

    return demand


def _scores(value: object) -> str:
    good = isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) and isinstance(item.get("value"), (int, float))
        for item in value
    )
    return "" if good else "a list of scores, each with a name and a number as value"


_NEW_TYPES: Final = {
    added: entry for entry in EXTENSIONS.values() if entry.kind.startswith("new-") for added in entry.types
}

_DEMANDS: Final[dict[str, _Demands]] = {
    INCIDENT_CORE: _Demands(
        required=("extension_type", "determination", "investigation_status"),
        properties={
            # The words of all published drafts.
            "determination": _word_of(
                "blocked",
                "confirmed",
                "failed-attempt",
                "false-positive",
                "low-value",
                "successful-attempt",
                "suspected",
            ),
            "investigation_status": _text,
            "criticality": _percentage,
            "detection_methods": _texts,
            "event_refs": _references_to("event"),
            "impact_refs": _references_to("impact"),
            "task_refs": _references_to("task"),
            "incident_types": _texts,
            "recoverability": _word_of("not-applicable", "regular", "supplemented", "extended", "not-recoverable"),
            "scores": _scores,
        },
    ),
    PLAYBOOK: _Demands(
        required=("extension_type", "created", "modified"),
        properties={
            "playbook_id": _text,
            "created": _timestamp,
            "modified": _timestamp,
            "playbook_creation_time": _timestamp,
            "playbook_modification_time": _timestamp,
            "playbook_valid_from": _timestamp,
            "playbook_valid_until": _timestamp,
            "revoked": _boolean,
            "playbook_creator": _reference_to("identity"),
            "description": _text,
            "labels": _texts,
            "playbook_impact": _percentage,
            "playbook_severity": _percentage,
            "playbook_priority": _percentage,
            "organization_type": _text,
            "playbook_type": _texts,
            "playbook_standard": _text,
            "playbook_abstraction": _text,
            "playbook_bin": _text,
        },
    ),
}
