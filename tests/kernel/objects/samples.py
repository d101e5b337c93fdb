"""One valid object of every type, as small as may be plus a few optional properties; the tables bend them."""

import json
from typing import Any

from comity.kernel.objects.findings import Severity
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed, Rejected

WHEN = "2026-03-01T10:00:00.000Z"
LATER = "2026-03-02T10:00:00.000Z"
UUID = "5f2d1f6e-1f0b-4d3c-9a55-0d2f6c1b7a10"
OTHER = "7a9c5c54-2a0f-4d3b-8d0e-3c1f2b7e9d11"


def ref(kind: str, uuid: str = OTHER) -> str:
    return f"{kind}--{uuid}"


def sdo(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "spec_version": "2.1", "id": ref(kind, UUID), "created": WHEN, "modified": WHEN, **more}


def sco(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": ref(kind, UUID), **more}


SAMPLES: dict[str, dict[str, Any]] = {
    "attack-pattern": sdo(
        "attack-pattern",
        name="Spear phishing",
        external_references=[{"source_name": "capec", "external_id": "CAPEC-163"}],
    ),
    "campaign": sdo("campaign", name="Amber Heron", first_seen=WHEN, last_seen=WHEN, objective="access"),
    "course-of-action": sdo("course-of-action", name="Block it", description="At the resolver."),
    "grouping": sdo("grouping", name="Case", context="suspicious-activity", object_refs=[ref("indicator")]),
    "identity": sdo("identity", name="Port Operator North", identity_class="organization", sectors=["energy"]),
    "incident": sdo("incident", name="Outage"),
    "indicator": sdo(
        "indicator",
        pattern="[ipv4-addr:value = '198.51.100.7']",
        pattern_type="stix",
        valid_from=WHEN,
        valid_until=LATER,
    ),
    "infrastructure": sdo("infrastructure", name="Loader host", infrastructure_types=["botnet"]),
    "intrusion-set": sdo("intrusion-set", name="Grey Otter", resource_level="team", secondary_motivations=["ideology"]),
    "location": sdo("location", country="FI", latitude=60.2, longitude=24.9, precision=100.0),
    "malware": sdo("malware", name="Lichen", is_family=True, malware_types=["wiper"], sample_refs=[ref("file")]),
    "malware-analysis": sdo("malware-analysis", product="sandbox", result="malicious", sample_ref=ref("file")),
    "note": sdo("note", content="Seen before.", object_refs=[ref("malware")]),
    "observed-data": sdo(
        "observed-data", first_observed=WHEN, last_observed=LATER, number_observed=3, object_refs=[ref("ipv4-addr")]
    ),
    "opinion": sdo("opinion", opinion="agree", object_refs=[ref("indicator")]),
    "report": sdo("report", name="Weekly", published=WHEN, object_refs=[ref("malware"), ref("tool")]),
    "threat-actor": sdo("threat-actor", name="Slate Raven", threat_actor_types=["hacker"], goals=["money"]),
    "tool": sdo("tool", name="Remote shell", tool_types=["remote-access"]),
    "vulnerability": sdo(
        "vulnerability",
        name="CVE-2026-0001",
        external_references=[{"source_name": "cve", "external_id": "CVE-2026-0001"}],
    ),
    "relationship": sdo(
        "relationship", relationship_type="uses", source_ref=ref("campaign"), target_ref=ref("malware")
    ),
    "sighting": sdo("sighting", sighting_of_ref=ref("indicator"), count=2, where_sighted_refs=[ref("identity")]),
    "artifact": sco("artifact", mime_type="text/plain", payload_bin="aGVsbG8="),
    "autonomous-system": sco("autonomous-system", number=64500, name="Example Net"),
    "directory": sco("directory", path="/srv/data"),
    "domain-name": sco("domain-name", value="mail.example.org"),
    "email-addr": sco("email-addr", value="ops@example.org", display_name="Ops"),
    "email-message": sco(
        "email-message", is_multipart=False, subject="Invoice", body="Open it.", from_ref=ref("email-addr")
    ),
    "file": sco("file", name="a.dll", size=12, hashes={"MD5": "d41d8cd98f00b204e9800998ecf8427e"}),
    "ipv4-addr": sco("ipv4-addr", value="198.51.100.0/24"),
    "ipv6-addr": sco("ipv6-addr", value="2001:db8::1"),
    "mac-addr": sco("mac-addr", value="00:00:ab:cd:ef:01"),
    "mutex": sco("mutex", name="only-one"),
    "network-traffic": sco("network-traffic", protocols=["ipv4", "tcp"], src_ref=ref("ipv4-addr"), dst_port=443),
    "process": sco("process", pid=314, command_line="a.exe -x"),
    "software": sco("software", name="Editor", cpe="cpe:2.3:a:example:editor:1.0:*:*:*:*:*:*:*"),
    "url": sco("url", value="https://example.org/a?b=c#d"),
    "user-account": sco("user-account", user_id="1001", account_type="unix"),
    "windows-registry-key": sco(
        "windows-registry-key", key="HKEY_LOCAL_MACHINE\\System", values=[{"name": "a", "data_type": "REG_SZ"}]
    ),
    "x509-certificate": sco("x509-certificate", serial_number="36:f7:d4", issuer="CN=Example"),
    "language-content": sdo(
        "language-content", object_ref=ref("campaign"), object_modified=WHEN, contents={"ko": {"name": "호박 왜가리"}}
    ),
    "marking-definition": {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": ref("marking-definition", UUID),
        "created": WHEN,
        "definition_type": "statement",
        "definition": {"statement": "Not for press."},
    },
    "extension-definition": sdo(
        "extension-definition",
        created_by_ref=ref("identity"),
        name="Rank",
        schema="https://example.org/rank.json",
        version="1.0.0",
        extension_types=["property-extension"],
    ),
}


def raw_of(held: Any) -> bytes:
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")).encode()


def read(held: Any) -> Parsed | Rejected:
    return parse(raw_of(held))


def accepted(held: Any) -> Parsed:
    result = read(held)
    assert isinstance(result, Parsed), result.reason()
    return result


def errors(held: Any) -> list[tuple[str, str]]:
    """(path, clause) of each error."""
    result = read(held)
    if isinstance(result, Parsed):
        return []
    return [
        (each.path, each.clause.removeprefix("STIX 2.1 "))
        for each in result.findings
        if each.severity is Severity.ERROR
    ]


def warnings(held: Any) -> list[tuple[str, str]]:
    """(path, clause) of each warning of an object, which must have been accepted."""
    return [(each.path, each.clause.removeprefix("STIX 2.1 ")) for each in accepted(held).warnings]


def bent(kind: str, changes: dict[str, Any]) -> dict[str, Any]:
    """A sample with properties changed; None takes one away, NULL is null."""
    held = {**SAMPLES[kind], **changes}
    return {name: None if value is NULL else value for name, value in held.items() if value is not None}


NULL: Any = type("Null", (), {"__repr__": lambda _self: "null"})()
