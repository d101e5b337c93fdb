"""Every object type: what its own clause demands, one row a rule."""

from typing import Any

import msgspec
import pytest

from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.shapes import SHAPES, annotations_of, marks_of
from comity.kernel.objects.structs.catalogue import CATALOGUE
from tests.kernel.objects.samples import LATER, NULL, OTHER, SAMPLES, UUID, WHEN, bent, errors, read, ref, warnings

EXT = "extension-definition--" + OTHER


def test_there_is_a_sample_of_every_type():
    assert SAMPLES.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_sample_is_valid_and_nothing_is_said_of_it(kind):
    result = read(SAMPLES[kind])
    assert isinstance(result, Parsed), result.reason()
    assert (result.type, result.id, result.warnings) == (kind, f"{kind}--{UUID}", ())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (kind, field.name)
        for kind, entry in CATALOGUE.items()
        for field in msgspec.structs.fields(entry.struct)
        if field.required
    ],
)
def test_a_required_property_can_not_be_left_out(kind, name):
    found = errors(bent(kind, {name: None}))
    assert ("$", "3.2" if name == "spec_version" else CATALOGUE[kind].clause) in found


@pytest.mark.parametrize("wrong", [NULL, {"a": {}}, {}, [[]], [], [{}], [7], True, 7.5, -1, "\n"], ids=repr)
@pytest.mark.parametrize("kind", SAMPLES)
def test_a_property_of_a_wrong_type_is_refused_at_its_place(kind, wrong):
    for name, field in SHAPES[kind].fields.items():
        base, _ = marks_of(annotations_of(CATALOGUE[kind].struct)[name])
        if _may_be(base, wrong):
            assert read(bent(kind, {name: wrong}))
            continue
        paths = [path for path, _ in errors(bent(kind, {name: wrong}))]
        assert any(path == f"$.{name}" or path.startswith((f"$.{name}.", f"$.{name}[")) for path in paths), (
            name,
            paths,
        )
        assert field.step == f".{name}"


def _may_be(base: Any, wrong: Any) -> bool:
    """The value is of the JSON type, so that only its form could be wrong."""
    if base is float:
        return type(wrong) in {int, float}
    if base is str:
        return type(wrong) is str
    return type(wrong) is base or (wrong == {"a": {}} and str(base).startswith("dict"))


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    # Domain objects
    (
        "attack-pattern",
        {"external_references": [{"source_name": "capec", "external_id": "163"}]},
        "$.external_references[0]",
        "4.1.1",
    ),
    (
        "attack-pattern",
        {"external_references": [{"source_name": "CAPEC", "external_id": "CAPEC-163"}]},
        "$.external_references[0]",
        "4.1.1",
    ),
    ("campaign", {"first_seen": LATER, "last_seen": WHEN}, "$.last_seen", "4.2"),
    ("course-of-action", {"action": "x"}, "$.action", "3.8"),
    ("grouping", {"object_refs": [ref("bundle")]}, "$.object_refs[0]", "3.3"),
    ("identity", {"sectors": []}, "$.sectors", "2.12"),
    ("indicator", {"valid_until": WHEN}, "$.valid_until", "4.7.1"),
    ("indicator", {"pattern": "[ipv4-addr:value = ]"}, "$.pattern", "9"),
    ("infrastructure", {"first_seen": LATER, "last_seen": WHEN}, "$.last_seen", "4.8"),
    ("intrusion-set", {"first_seen": LATER, "last_seen": WHEN}, "$.last_seen", "4.9"),
    ("location", {"country": None, "latitude": None, "longitude": None, "precision": None}, "$", "4.10"),
    ("location", {"longitude": None, "precision": None}, "$.latitude", "4.10.1"),
    ("location", {"latitude": None, "longitude": None}, "$.precision", "4.10.1"),
    ("location", {"latitude": 90.1}, "$.latitude", "2.6"),
    ("location", {"longitude": -180.5}, "$.longitude", "2.6"),
    ("malware", {"name": None}, "$.name", "4.11.1"),
    ("malware", {"sample_refs": [ref("ipv4-addr")]}, "$.sample_refs[0]", "3.3"),
    ("malware", {"operating_system_refs": [ref("tool")]}, "$.operating_system_refs[0]", "3.3"),
    ("malware-analysis", {"result": None}, "$", "4.12"),
    ("malware-analysis", {"sample_ref": ref("malware")}, "$.sample_ref", "3.3"),
    ("malware-analysis", {"host_vm_ref": ref("file")}, "$.host_vm_ref", "3.3"),
    ("malware-analysis", {"analysis_sco_refs": [ref("malware")]}, "$.analysis_sco_refs[0]", "3.3"),
    ("observed-data", {"object_refs": None}, "$", "4.14"),
    ("observed-data", {"objects": {"0": {"type": "mutex", "name": "m"}}}, "$", "4.14"),
    ("observed-data", {"object_refs": [ref("relationship")]}, "$.object_refs", "4.14.1"),
    ("observed-data", {"object_refs": [ref("malware"), ref("file")]}, "$.object_refs[0]", "3.3"),
    ("observed-data", {"number_observed": 0}, "$.number_observed", "2.10"),
    ("observed-data", {"number_observed": 1_000_000_000}, "$.number_observed", "2.10"),
    ("observed-data", {"first_observed": LATER, "last_observed": WHEN}, "$.last_observed", "4.14.1"),
    ("opinion", {"opinion": "maybe"}, "$.opinion", "2.4"),
    (
        "vulnerability",
        {"external_references": [{"source_name": "cve", "external_id": "2026-1"}]},
        "$.external_references[0]",
        "4.19.1",
    ),
    # Relationship objects
    ("relationship", {"source_ref": ref("relationship")}, "$.source_ref", "3.3"),
    ("relationship", {"target_ref": ref("marking-definition")}, "$.target_ref", "3.3"),
    ("relationship", {"relationship_type": "Uses it"}, "$.relationship_type", "5.1.2"),
    ("relationship", {"start_time": WHEN, "stop_time": WHEN}, "$.stop_time", "5.1.2"),
    ("sighting", {"sighting_of_ref": ref("ipv4-addr")}, "$.sighting_of_ref", "3.3"),
    ("sighting", {"observed_data_refs": [ref("report")]}, "$.observed_data_refs[0]", "3.3"),
    ("sighting", {"where_sighted_refs": [ref("malware")]}, "$.where_sighted_refs[0]", "3.3"),
    ("sighting", {"count": -1}, "$.count", "2.10"),
    ("sighting", {"summary": "false"}, "$.summary", "2.2"),
    # Cyber-observables
    ("artifact", {"url": "https://example.org/x", "hashes": {"MD5": "d" * 32}}, "$", "6.1.1"),
    ("artifact", {"payload_bin": None}, "$", "6.1.1"),
    ("artifact", {"payload_bin": None, "url": "https://example.org/x"}, "$.url", "6.1.1"),
    ("artifact", {"payload_bin": "aGVsbG8"}, "$.payload_bin", "2.1"),
    ("artifact", {"decryption_key": "k"}, "$.decryption_key", "6.1.1"),
    ("artifact", {"encryption_algorithm": "rot13"}, "$.encryption_algorithm", "2.4"),
    ("autonomous-system", {"number": "64500"}, "$.number", "2.10"),
    ("directory", {"contains_refs": [ref("mutex")]}, "$.contains_refs[0]", "3.3"),
    ("domain-name", {"value": "a..example.org"}, "$.value", "6.4.1"),
    ("domain-name", {"value": "a b.example.org"}, "$.value", "6.4.1"),
    ("domain-name", {"value": "x" * 64 + ".org"}, "$.value", "6.4.1"),
    ("domain-name", {"value": "https://example.org/"}, "$.value", "6.4.1"),
    ("domain-name", {"resolves_to_refs": [ref("url")]}, "$.resolves_to_refs[0]", "3.3"),
    ("email-addr", {"value": "Ops <ops@example.org>"}, "$.value", "6.5.1"),
    ("email-addr", {"belongs_to_ref": ref("identity")}, "$.belongs_to_ref", "3.3"),
    ("email-message", {"is_multipart": True}, "$.body", "6.6.1"),
    ("email-message", {"body_multipart": [{"body": "x"}]}, "$.body_multipart", "6.6.1"),
    (
        "email-message",
        {"is_multipart": True, "body": None, "body_multipart": [{"content_type": "text/plain"}]},
        "$.body_multipart[0]",
        "6.6.2",
    ),
    (
        "email-message",
        {"additional_header_fields": {"X-Mailer": "x"}},
        "$.additional_header_fields['X-Mailer']",
        "2.12",
    ),
    ("email-message", {"subject": "=?utf-8?q?Invoice?="}, "$.subject", "6.6"),
    ("email-message", {"raw_email_ref": ref("file")}, "$.raw_email_ref", "3.3"),
    ("file", {"name": None, "hashes": None}, "$", "6.7"),
    ("file", {"name": None, "name_enc": "UTF-8"}, "$.name_enc", "3.1"),
    ("file", {"size": -1}, "$.size", "2.10"),
    ("file", {"magic_number_hex": "4D5A"}, "$.magic_number_hex", "2.8"),
    ("file", {"magic_number_hex": "4d5"}, "$.magic_number_hex", "2.8"),
    ("file", {"hashes": {"MD5": "d" * 31}}, "$.hashes.MD5", "2.7"),
    ("file", {"hashes": {"SHA-256": "z" * 64}}, "$.hashes['SHA-256']", "2.7"),
    ("file", {"hashes": {"m5": "d" * 32}}, "$.hashes.m5", "2.7"),
    ("file", {"hashes": {}}, "$.hashes", "2.3"),
    ("file", {"content_ref": ref("file")}, "$.content_ref", "3.3"),
    ("file", {"contains_refs": [ref("malware")]}, "$.contains_refs[0]", "3.3"),
    ("file", {"extensions": {"archive-ext": {"comment": "x"}}}, "$.extensions['archive-ext']", "6.7.2"),
    ("file", {"extensions": {"ntfs-ext": {}}}, "$.extensions['ntfs-ext']", "6.7.3"),
    (
        "file",
        {"extensions": {"ntfs-ext": {"alternate_data_streams": [{"size": 1}]}}},
        "$.extensions['ntfs-ext'].alternate_data_streams[0]",
        "6.7.3",
    ),
    (
        "file",
        {"extensions": {"pdf-ext": {"document_info_dict": {"Title": 1}}}},
        "$.extensions['pdf-ext'].document_info_dict.Title",
        "2.15",
    ),
    (
        "file",
        {"extensions": {"raster-image-ext": {"exif_tags": {"Make": 1.5}}}},
        "$.extensions['raster-image-ext'].exif_tags.Make",
        "2.3",
    ),
    (
        "file",
        {"extensions": {"windows-pebinary-ext": {"pe_type": "dll"}}},
        "$.extensions['windows-pebinary-ext']",
        "6.7.6",
    ),
    (
        "file",
        {"extensions": {"windows-pebinary-ext": {"pe_type": "dll", "time_date_stamp": "2026-03-01T10:00:00.5Z"}}},
        "$.extensions['windows-pebinary-ext'].time_date_stamp",
        "6.7.6",
    ),
    (
        "file",
        {"extensions": {"windows-pebinary-ext": {"pe_type": "dll", "optional_header": {}}}},
        "$.extensions['windows-pebinary-ext'].optional_header",
        "6.7.6",
    ),
    ("ipv4-addr", {"value": "198.51.100.256"}, "$.value", "6.8.1"),
    ("ipv4-addr", {"value": "198.51.100.1/33"}, "$.value", "6.8.1"),
    ("ipv4-addr", {"belongs_to_refs": [ref("mac-addr")]}, "$.belongs_to_refs[0]", "3.3"),
    ("ipv6-addr", {"value": "198.51.100.1"}, "$.value", "6.9.1"),
    ("ipv6-addr", {"value": "2001:db8::/129"}, "$.value", "6.9.1"),
    ("ipv6-addr", {"value": "2001:db8::/03"}, "$.value", "6.9.1"),
    ("mac-addr", {"value": "00:00:AB:CD:EF:01"}, "$.value", "6.10.1"),
    ("mac-addr", {"value": "0:0:ab:cd:ef:1"}, "$.value", "6.10.1"),
    ("network-traffic", {"src_ref": None}, "$", "6.12"),
    ("network-traffic", {"protocols": []}, "$.protocols", "2.12"),
    ("network-traffic", {"dst_port": 65536}, "$.dst_port", "2.10"),
    ("network-traffic", {"start": LATER, "end": WHEN}, "$.end", "6.12.1"),
    ("network-traffic", {"end": WHEN, "is_active": True}, "$.end", "6.12.1"),
    ("network-traffic", {"src_ref": ref("url")}, "$.src_ref", "3.3"),
    ("network-traffic", {"src_byte_count": -1}, "$.src_byte_count", "2.10"),
    ("network-traffic", {"ipfix": {"octets": [1]}}, "$.ipfix.octets", "2.3"),
    ("network-traffic", {"extensions": {"tcp-ext": {}}}, "$.extensions['tcp-ext']", "6.12.5"),
    ("network-traffic", {"extensions": {"icmp-ext": {"icmp_type_hex": "08"}}}, "$.extensions['icmp-ext']", "6.12.3"),
    (
        "network-traffic",
        {"extensions": {"socket-ext": {"address_family": "AF_MOON"}}},
        "$.extensions['socket-ext'].address_family",
        "2.4",
    ),
    (
        "network-traffic",
        {"extensions": {"socket-ext": {"address_family": "AF_INET", "options": {"SO_KEEPALIVE": "1"}}}},
        "$.extensions['socket-ext'].options.SO_KEEPALIVE",
        "2.10",
    ),
    (
        "network-traffic",
        {
            "extensions": {
                "http-request-ext": {"request_method": "get", "request_value": "/", "request_header": {"Host": "a"}}
            }
        },
        "$.extensions['http-request-ext'].request_header.Host",
        "2.12",
    ),
    ("process", {"pid": None, "command_line": None}, "$", "6.13"),
    ("process", {"image_ref": ref("process")}, "$.image_ref", "3.3"),
    ("process", {"environment_variables": {"A": 1}}, "$.environment_variables.A", "2.15"),
    (
        "process",
        {"extensions": {"windows-process-ext": {"integrity_level": "extreme"}}},
        "$.extensions['windows-process-ext'].integrity_level",
        "2.4",
    ),
    (
        "process",
        {"extensions": {"windows-service-ext": {"service_dll_refs": [ref("mutex")]}}},
        "$.extensions['windows-service-ext'].service_dll_refs[0]",
        "3.3",
    ),
    ("process", {"id": ref("process", "5f2d1f6e-1f0b-5d3c-9a55-0d2f6c1b7a10")}, "$.id", "2.9"),
    ("software", {"cpe": "cpe:/a:example:editor"}, "$.cpe", "6.14.1"),
    ("software", {"languages": ["english"]}, "$.languages[0]", "3.2"),
    ("url", {"value": "www.example.org/a"}, "$.value", "6.15.1"),
    ("url", {"value": "https://example.org/a b"}, "$.value", "6.15.1"),
    ("url", {"value": "https://example.org/%zz"}, "$.value", "6.15.1"),
    ("user-account", {"user_id": None, "account_type": None}, "$", "6.16"),
    ("user-account", {"extensions": {"unix-account-ext": {}}}, "$.extensions['unix-account-ext']", "6.16.2"),
    ("windows-registry-key", {"key": None, "values": None}, "$", "6.17"),
    ("windows-registry-key", {"key": "HKLM\\System"}, "$.key", "6.17.1"),
    ("windows-registry-key", {"values": [{}]}, "$.values[0]", "6.17.2"),
    ("windows-registry-key", {"values": [{"data_type": "REG_STRING"}]}, "$.values[0].data_type", "2.4"),
    ("x509-certificate", {"serial_number": None, "issuer": None}, "$", "6.18"),
    ("x509-certificate", {"x509_v3_extensions": {}}, "$.x509_v3_extensions", "6.18.2"),
    # Meta objects
    ("language-content", {"contents": {}}, "$.contents", "2.3"),
    ("language-content", {"contents": {"korean": {"name": "x"}}}, "$.contents.korean", "7.1.1"),
    ("language-content", {"contents": {"ko": {"name": 7}}}, "$.contents.ko.name", "7.1.1"),
    ("language-content", {"object_ref": ref("bundle")}, "$.object_ref", "3.3"),
    ("marking-definition", {"definition": None}, "$.definition", "7.2.1"),
    ("marking-definition", {"definition_type": None}, "$.definition_type", "7.2.1"),
    ("marking-definition", {"definition": {"text": "x"}}, "$.definition", "7.2.1.3"),
    ("marking-definition", {"definition_type": "tlp", "definition": {"tlp": "white"}}, "$.definition", "7.2.1.4"),
    ("marking-definition", {"object_marking_refs": [ref("marking-definition", UUID)]}, "$.object_marking_refs", "3.2"),
    ("extension-definition", {"created_by_ref": None}, "$", "7.3"),
    ("extension-definition", {"extension_types": ["new-thing"]}, "$.extension_types[0]", "2.4"),
    ("extension-definition", {"extension_properties": ["rank"]}, "$.extension_properties", "7.3.1"),
    (
        "extension-definition",
        {"extension_types": ["toplevel-property-extension"], "extension_properties": ["Rank"]},
        "$.extension_properties[0]",
        "7.3.2",
    ),
]


@pytest.mark.parametrize(
    ("kind", "changes", "path", "clause"),
    REFUSED,
    ids=[f"{row[0]}-{'-'.join(row[1])}-{i}" for i, row in enumerate(REFUSED)],
)
def test_what_a_clause_forbids_is_refused_there_and_nowhere_else(kind, changes, path, clause):
    found = errors(bent(kind, changes))
    assert path in [at for at, _ in found]
    assert any(at == path and (cited == clause or cited.startswith(f"{clause}.")) for at, cited in found), found
    assert len({at for at, _ in found}) <= 2


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("attack-pattern", {"external_references": [{"source_name": "x", "description": "d"}]}),
    ("campaign", {"first_seen": WHEN, "last_seen": WHEN}),
    ("indicator", {"pattern": "alert tcp any any", "pattern_type": "snort", "valid_until": None}),
    ("location", {"country": None}),
    ("location", {"latitude": None, "longitude": None, "precision": None}),
    ("malware", {"is_family": False, "name": None}),
    ("malware", {"is_family": None, "name": None}),
    ("malware-analysis", {"result": None, "analysis_sco_refs": [ref("url")]}),
    ("observed-data", {"object_refs": [ref("x-thing"), ref("relationship")]}),
    ("relationship", {"source_ref": ref("x-thing"), "relationship_type": "knows-of"}),
    ("relationship", {"relationship_type": "related-to", "source_ref": ref("file"), "target_ref": ref("url")}),
    ("relationship", {"relationship_type": "duplicate-of", "source_ref": ref("tool"), "target_ref": ref("tool")}),
    (
        "relationship",
        {"relationship_type": "consists-of", "source_ref": ref("infrastructure"), "target_ref": ref("mutex")},
    ),
    ("sighting", {"sighting_of_ref": ref("x-thing"), "where_sighted_refs": [ref("location")]}),
    ("artifact", {"payload_bin": None, "url": "https://example.org/x", "hashes": {"MD5": "d" * 32}}),
    ("domain-name", {"value": "_dmarc.xn--bcher-kva.example"}),
    ("domain-name", {"value": "bücher.example."}),
    ("domain-name", {"value": "EXAMPLE.ORG"}),
    ("email-message", {"is_multipart": True, "body": None, "body_multipart": [{"body_raw_ref": ref("artifact")}]}),
    ("file", {"name": None}),
    (
        "file",
        {
            "extensions": {
                "windows-pebinary-ext": {
                    "pe_type": "exe",
                    "number_of_sections": 0,
                    "sections": [{"name": "CODE", "entropy": 7.9}],
                }
            }
        },
    ),
    ("ipv4-addr", {"value": "0.0.0.0/0"}),
    ("ipv6-addr", {"value": "::ffff:198.51.100.1/128"}),
    ("network-traffic", {"end": LATER, "start": WHEN, "is_active": False}),
    ("network-traffic", {"extensions": {"socket-ext": {"address_family": "AF_INET", "options": {"SO_LINGER": 0}}}}),
    ("process", {"pid": None, "command_line": None, "extensions": {"windows-process-ext": {"dep_enabled": True}}}),
    ("url", {"value": "http://[2001:db8::1]:8080/%41?x=~#f"}),
    ("url", {"value": "https://example.org:"}),
    ("url", {"value": "mailto:ops@example.org"}),
    ("windows-registry-key", {"values": [{"name": ""}]}),
    ("software", {"languages": ["en", "ko-KR"]}),
    ("user-account", {"user_id": None, "account_type": None, "extensions": {"unix-account-ext": {"gid": 1}}}),
    (
        "language-content",
        {"object_modified": None, "contents": {"zh-Hant-TW": {"aliases": ["", "x"], "a": {"b": "c"}}}},
    ),
    (
        "marking-definition",
        {
            "definition_type": None,
            "definition": None,
            "extensions": {EXT: {"extension_type": "property-extension", "rank": 1}},
        },
    ),
    (
        "extension-definition",
        {"extension_types": ["toplevel-property-extension", "new-sdo"], "extension_properties": ["rank"]},
    ),
]


@pytest.mark.parametrize(("kind", "changes"), ACCEPTED, ids=[f"{row[0]}-{i}" for i, row in enumerate(ACCEPTED)])
def test_what_a_clause_allows_is_accepted_without_a_word(kind, changes):
    assert warnings(bent(kind, changes)) == []


WARNED: list[tuple[str, dict[str, Any], str, str]] = [
    ("identity", {"sectors": ["energy", "space"]}, "$.sectors[1]", "2.14"),
    ("indicator", {"indicator_types": ["odd"]}, "$.indicator_types[0]", "2.14"),
    ("indicator", {"pattern_type": "kql", "pattern": "x"}, "$.pattern_type", "2.14"),
    ("location", {"country": "Finland"}, "$.country", "4.10.1"),
    ("relationship", {"relationship_type": "mitigates"}, "$.relationship_type", "5.1.2"),
    ("file", {"hashes": {"imphash": "d" * 32}}, "$.hashes.imphash", "2.7"),
    ("file", {"extensions": {"x-example-ext": {"rank": 1}}}, "$.extensions['x-example-ext']", "11.3"),
    ("process", {"extensions": {"ntfs-ext": {"sid": "x"}}}, "$.extensions['ntfs-ext']", "3.10"),
    ("ipv4-addr", {"value": "198.51.100[.]7", "defanged": True}, "$.value", "6.8.1"),
    ("url", {"value": "hxxps://example[.]org/", "defanged": True}, "$.value", "6.15.1"),
    ("url", {"value": "https://example.org/?a[]=1"}, "$.value", "6.15.1"),
    ("email-addr", {"value": "ops"}, "$.value", "6.5.1"),
    ("domain-name", {"id": ref("domain-name", "5f2d1f6e-1f0b-5d3c-9a55-0d2f6c1b7a10")}, "$.id", "2.9"),
    ("ipv4-addr", {"id": ref("ipv4-addr", UUID.upper())}, "$.id", "2.9"),
    ("mutex", {"labels": ["a"]}, "$.labels", "3.2"),
    ("language-content", {"lang": "en"}, "$.lang", "3.2"),
    ("marking-definition", {"definition_type": "colour", "definition": {"is": "blue"}}, "$.definition_type", "7.2.1"),
    ("tool", {"rank": 1}, "$.rank", "11.1.1"),
    ("tool", {"x_ranks": []}, "$.x_ranks", "2.12"),
    ("tool", {"x_other_ref": "nothing"}, "$.x_other_ref", "3.1"),
]


@pytest.mark.parametrize(
    ("kind", "changes", "path", "clause"), WARNED, ids=[f"{row[0]}-{'-'.join(row[1])}" for row in WARNED]
)
def test_what_is_advised_against_is_accepted_with_a_warning(kind, changes, path, clause):
    assert (path, clause) in warnings(bent(kind, changes))
