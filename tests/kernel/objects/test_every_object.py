"""What holds for all objects: identifiers, times, markings, selectors, extensions, custom properties and objects, and
the JSON itself."""

import msgspec
import pytest

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed, Rejected
from tests.kernel.objects.samples import (
    LATER,
    NULL,
    OTHER,
    SAMPLES,
    UUID,
    WHEN,
    accepted,
    bent,
    errors,
    raw_of,
    read,
    ref,
    sco,
    sdo,
    warnings,
)

EXT = "extension-definition--" + OTHER
TLP_GREEN_1 = {
    "type": "marking-definition",
    "spec_version": "2.1",
    "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "created": "2017-01-20T00:00:00.000Z",
    "definition_type": "tlp",
    "name": "TLP:GREEN",
    "definition": {"tlp": "green"},
}


@pytest.mark.parametrize(
    "own",
    [
        "",
        "tool",
        f"tool-{UUID}",
        f"tool--{UUID[:-1]}",
        f"tool--{UUID}0",
        f"malware--{UUID}",
        "tool--00000000-0000-0000-0000-000000000000",
        f"tool--{UUID[:14]}f{UUID[15:]}",
        f"tool--{UUID[:19]}0{UUID[20:]}",
        f"tool--{UUID.replace('-', '')}",
        f"tool--{UUID[:8]} {UUID[9:]}",
        f"{ref('tool')}\n",
    ],
)
def test_an_identifier_is_its_type_and_a_uuid(own):
    assert ("$.id", "2.9") in errors({**SAMPLES["tool"], "id": own})


@pytest.mark.parametrize("version", "1234567")
def test_any_version_of_uuid_will_do(version):
    assert warnings({**SAMPLES["tool"], "id": f"tool--{UUID[:14]}{version}{UUID[15:]}"}) == []


@pytest.mark.parametrize(
    "when",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00.00Z",
        "2026-03-01T10:00:00.000+00:00",
        "2026-03-01t10:00:00.000z",
        "2026-02-30T10:00:00.000Z",
        "2026-13-01T10:00:00.000Z",
        "2026-03-01T24:00:00.000Z",
        "2026-03-01 10:00:00.000Z",
        "2026-03-01T10:00:00.Z",
        "20260301T100000.000Z",
        "2026-W09-7T10:00:00.000Z",
        "",
    ],
)
def test_created_is_a_moment_in_utc_to_the_millisecond(when):
    assert ("$.created", "3.2") in errors({**SAMPLES["tool"], "created": when, "modified": LATER})


def test_a_timestamp_of_another_kind_may_be_coarser_or_finer():
    assert (
        warnings(
            bent("indicator", {"valid_from": "2026-03-01T10:00:00Z", "valid_until": "2026-03-01T10:00:00.123456789Z"})
        )
        == []
    )
    assert warnings(bent("tool", {"modified": "2026-03-01T10:00:00.0000001Z"})) == []
    assert warnings(bent("indicator", {"valid_from": "2016-12-31T23:59:60Z"})) == []


def test_modified_is_not_before_created():
    assert errors(bent("tool", {"created": LATER})) == [("$.modified", "3.2")]


def test_an_object_without_spec_version_is_of_stix_2_0_and_that_is_the_only_reason():
    result = read(bent("tool", {"spec_version": None, "labels": []}))
    assert isinstance(result, Rejected)
    assert [str(each) for each in result.findings] == [
        "$: spec_version is missing: this is an object of STIX 2.0, not 2.1 [STIX 2.1 3.2]"
    ]
    assert errors(bent("tool", {"spec_version": "2.0"})) == [("$.spec_version", "3.2")]
    assert errors(bent("url", {"spec_version": "2.0"})) == [("$.spec_version", "3.2")]
    assert warnings(bent("url", {"spec_version": "2.1"})) == []


@pytest.mark.parametrize(
    ("changes", "path", "clause"),
    [
        ({"created_by_ref": ref("tool")}, "$.created_by_ref", "3.3"),
        ({"created_by_ref": "acme"}, "$.created_by_ref", "2.9"),
        ({"object_marking_refs": [ref("identity")]}, "$.object_marking_refs[0]", "3.3"),
        ({"object_marking_refs": []}, "$.object_marking_refs", "2.12"),
        ({"confidence": 101}, "$.confidence", "2.10"),
        ({"confidence": -1}, "$.confidence", "2.10"),
        ({"revoked": "true"}, "$.revoked", "2.2"),
        ({"labels": "a"}, "$.labels", "2.12"),
        ({"labels": ["a", 1]}, "$.labels[1]", "2.15"),
        ({"lang": "english"}, "$.lang", "3.2"),
        ({"lang": "en_GB"}, "$.lang", "3.2"),
        ({"defanged": True}, "$.defanged", "3.2"),
        ({"external_references": [{"source_name": "x"}]}, "$.external_references[0]", "2.5.2"),
        ({"external_references": [{"url": "https://example.org"}]}, "$.external_references[0]", "2.5"),
        (
            {"external_references": [{"source_name": "x", "url": "u", "hashes": {"MD5": "1"}}]},
            "$.external_references[0].hashes.MD5",
            "2.7",
        ),
        ({"kill_chain_phases": [{"kill_chain_name": "x"}]}, "$.kill_chain_phases[0]", "2.11"),
        ({"severity": 3}, "$.severity", "3.8"),
        ({"x_Rank": 3}, "$.x_Rank", "11.1.1"),
        ({"xx": 3}, "$.xx", "11.1.1"),
        ({"x_" + "r" * 249: 3}, "$['x_" + "r" * 78 + "…']", "11.1.1"),
        ({"x-rank": 3}, "$['x-rank']", "11.1.1"),
        ({"1st_rank": 3}, "$['1st_rank']", "11.1.1"),
        ({"extensions": {}}, "$.extensions", "2.3"),
        ({"extensions": {EXT: {"rank": 1}}}, f"$.extensions['{EXT}']", "3.2"),
        ({"extensions": {EXT: {"extension_type": "new-rank"}}}, f"$.extensions['{EXT}'].extension_type", "3.2"),
        ({"extensions": {EXT: "rank"}}, f"$.extensions['{EXT}']", "3.2"),
    ],
)
def test_common_properties(changes, path, clause):
    assert errors(bent("tool", changes)) == [(path, clause)]


@pytest.mark.parametrize("lang", ["en", "de-CH-1996", "zh-Hant-TW", "sr-Latn-RS", "i-klingon", "x-own", "es-419", "KO"])
def test_a_language_is_a_tag_of_rfc_5646(lang):
    assert warnings(bent("tool", {"lang": lang})) == []


# Granular markings


def marked(selector, **more):
    return bent(
        "tool",
        {
            "granular_markings": [{"selectors": [selector], "marking_ref": ref("marking-definition"), **more}],
            "labels": ["a", "b"],
        },
    )


@pytest.mark.parametrize(
    "selector", ["name", "labels", "labels.[1]", "granular_markings.[0].selectors", "tool_types.[0]", "type", "id"]
)
def test_a_selector_leads_to_what_is_there(selector):
    assert warnings(marked(selector)) == []


@pytest.mark.parametrize(
    "selector",
    [
        "description",
        "labels.[2]",
        "labels.1",
        "labels[1]",
        "labels.name",
        "name.[0]",
        "",
        ".",
        "name.",
        "[0]",
        "labels.[-1]",
        "labels.[99999999999999999999]",
        "$.name",
    ],
)
def test_a_selector_that_leads_nowhere_is_refused(selector):
    assert errors(marked(selector)) == [("$.granular_markings[0].selectors[0]", "7.2.3")]


def test_a_granular_marking_has_a_language_or_a_marking():
    assert errors(marked("name", lang="en")) == [("$.granular_markings[0]", "7.2.3")]
    assert errors(marked("name", marking_ref=ref("tool"))) == [("$.granular_markings[0].marking_ref", "3.3")]
    only_language = bent("tool", {"granular_markings": [{"selectors": ["name"], "lang": "en"}]})
    assert warnings(only_language) == []
    assert errors(bent("tool", {"granular_markings": [{"lang": "en"}]})) == [("$.granular_markings[0]", "7.2.3")]


# TLP 1.0


def test_the_tlp_definitions_of_the_specification_are_accepted_exactly():
    assert warnings(TLP_GREEN_1) == []
    assert warnings({name: value for name, value in TLP_GREEN_1.items() if name != "name"}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ref("marking-definition")},
        {"definition": {"tlp": "red"}},
        {"created": WHEN},
        {"name": "TLP:RED"},
        {"definition_type": "statement", "definition": {"statement": "x"}},
    ],
)
def test_no_other_tlp_definition_may_exist(changes):
    assert errors({**TLP_GREEN_1, **changes}) == [("$.definition", "7.2.1.4")]


# Custom objects and extensions


def test_an_unknown_type_is_kept_where_the_common_rules_hold():
    thing = sdo(
        "x-example-thing",
        name="n",
        x_part={"object_ref": ref("malware"), "deep": [{"more_refs": [ref("tool"), "not an id"]}]},
    )
    result = read(thing)
    assert isinstance(result, Parsed)
    assert (result.type, result.refs, result.text) == (
        "x-example-thing",
        (ref("malware"), ref("tool")),
        f"n {ref('malware')} {ref('tool')} not an id",
    )
    assert result.modified == accepted(SAMPLES["tool"]).modified


def test_a_custom_object_without_versions_is_taken_for_an_observable():
    result = read({"type": "x-example-seen", "id": ref("x-example-seen"), "value": "v"})
    assert isinstance(result, Parsed)
    assert (result.modified, result.text) == (None, "v")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"spec_version": None}, [("$", "3.2")]),
        ({"modified": None}, [("$", "11.2.1")]),
        ({"created": None}, [("$", "11.2.1")]),
        ({"created": LATER}, [("$.modified", "3.2")]),
        ({"Bad": 1}, [("$.Bad", "11.1.1")]),
        ({"defanged": True}, [("$.defanged", "3.2")]),
        ({"confidence": "high"}, [("$.confidence", "2.10")]),
    ],
)
def test_common_rules_hold_for_custom_objects(changes, expected):
    held = {name: value for name, value in {**sdo("x-example-thing", rank=1), **changes}.items() if value is not None}
    assert errors(held) == expected


@pytest.mark.parametrize("kind", ["", "x", "X-thing", "x--thing", "x_thing", "1-thing", "x" * 251, "bundle", 7])
def test_the_type_is_a_name(kind):
    assert "$.type" in [path for path, _ in errors({**sdo("tool"), "type": kind})]


def test_an_extension_says_what_kind_of_object_is_new():
    new = {"extensions": {EXT: {"extension_type": "new-sdo"}}}
    assert warnings(sdo("example-thing", **new)) == []
    assert ("$", "3.2") in errors(sco("example-thing", **new))
    new = {"extensions": {EXT: {"extension_type": "new-sco"}}}
    assert warnings(sco("example-thing", **new)) == []
    assert ("$.type", "11.2.1") in warnings(sco("example-thing"))


def test_a_top_level_extension_announces_its_properties():
    announced = {"extensions": {EXT: {"extension_type": "toplevel-property-extension"}}, "rank": 5}
    assert warnings(bent("tool", announced)) == []
    assert warnings(bent("tool", {"rank": 5})) == [("$.rank", "11.1.1")]


def test_the_name_of_a_custom_extension_ends_in_ext():
    assert ("$.extensions.rank", "11.3.1") in errors(bent("file", {"extensions": {"rank": {"value": 1}}}))
    assert warnings(bent("tool", {"extensions": {"rank": {"value": 1}}})) == [("$.extensions.rank", "3.2")]


# The deprecated container


def seen(**objects):
    return bent("observed-data", {"object_refs": None, "objects": objects})


def test_the_container_of_observed_data_refers_to_itself_by_key():
    address = {"type": "ipv4-addr", "value": "198.51.100.7"}
    traffic = {"type": "network-traffic", "protocols": ["tcp"], "src_ref": "0"}
    assert warnings(seen(**{"0": address, "1": traffic})) == [("$.objects", "4.14.1")]
    assert errors(seen(**{"0": address, "1": {**traffic, "src_ref": "2"}})) == [("$.objects['1'].src_ref", "2.13")]
    assert errors(seen(**{"0": {"type": "mutex", "name": "m"}, "1": traffic})) == [("$.objects['1'].src_ref", "3.3")]
    assert errors(seen(**{"0": {"value": "x"}})) == [("$.objects['0']", "2.13")]
    assert errors(seen()) == [("$.objects", "2.3")]
    # Content of STIX 2.0 has other properties.
    assert warnings(seen(**{"0": {"type": "process", "name": "a.exe", "pid": 1, "arguments": ["-x"]}})) == [
        ("$.objects", "4.14.1")
    ]


# The JSON of one object


@pytest.mark.parametrize(
    ("raw", "clause"),
    [
        (b"", "RFC 8259"),
        (b"[]", "STIX 2.1 3.2"),
        (b"null", "STIX 2.1 3.2"),
        (b"{", "RFC 8259"),
        (b'{"type":"tool","x_a":NaN}', "RFC 8259"),
        (b'{"type":"tool","x_a":Infinity}', "RFC 8259"),
        (b'{"type":"tool","x_a":1e999}', "RFC 8259"),
        (b'{"type":"tool","x_a":' + b"9" * 5000 + b"}", "RFC 8259"),
        (b'{"type":"tool","x_a":"\xff"}', "RFC 8259 8.1"),
        (b'{"type":"tool","x_a":"\xed\xa0\x80"}', "RFC 8259 8.1"),
        (b'{"type":"tool","x_a":"\\ud800"}', "RFC 8259"),
        (b'{"type":"tool","x_a":"\x00"}', "RFC 8259"),
        (b"\xef\xbb\xbf{}", "RFC 8259"),
        (b"[" * 100_000, "RFC 8259 9"),
        (b'{"type":"x-a-b","x_a":' + b"[" * 65 + b"1" + b"]" * 65 + b"}", "RFC 8259 9"),
    ],
)
def test_unsound_json_is_refused_with_the_clause(raw, clause):
    result = parse(raw)
    assert isinstance(result, Rejected)
    assert clause in [each.clause for each in result.findings]


def test_an_identifier_is_told_where_it_can_be_read():
    assert parse(b'{"id": "tool--1", "type": "tool", ').id == "tool--1"
    refused = read(bent("tool", {"name": None}))
    assert isinstance(refused, Rejected)
    assert (refused.id, refused.version, refused.reason()) == (
        SAMPLES["tool"]["id"],
        1_772_359_200_000_000,
        "$: the required property name is missing [STIX 2.1 4.18]",
    )


REPEATED = [
    b'{"type":"tool","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"a","name":"b"}',
    b'{"type": "tool", "spec_version": "2.1", "id": "%s", "created": "%s", "modified": "%s", "name": "a", "name" : "b"}',
    b'{"type":"tool","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"a","na\\u006de":"b"}',
    b'{"type":"tool","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"a","name":"\\u0022:"}',
    b'{"type":"tool","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"a","x_a":{"b":1,"b":2}}',
    b'{"type":"tool","spec_version":"2.1","id":"%s","created":"%s","modified":"%s","name":"a",\n"name"\n:\n"\\"\\":"}',
]


@pytest.mark.parametrize("template", REPEATED)
def test_a_repeated_key_refuses_the_object_however_it_is_written(template):
    result = parse(template % (SAMPLES["tool"]["id"].encode(), WHEN.encode(), WHEN.encode()))
    assert isinstance(result, Rejected)
    assert [each.clause for each in result.findings] == ["RFC 7493 2.3"]


def test_integers_beyond_a_double_are_refused_wherever_they_stand():
    assert errors(bent("tool", {"x_deep": {"list": [1, 2**53]}})) == [("$.x_deep.list[1]", "2.10")]
    assert warnings(bent("tool", {"x_deep": {"list": [1, 2**53 - 1]}})) == []
    assert ("$.number", "2.10") in errors(bent("autonomous-system", {"number": 10**30}))


def test_a_whole_number_may_be_written_with_a_fraction():
    assert parse(raw_of(SAMPLES["sighting"]).replace(b'"count":2', b'"count":2.0')).id == SAMPLES["sighting"]["id"]


def test_nul_is_kept_in_the_bytes_and_out_of_the_text():
    result = read(bent("tool", {"name": "a\x00b"}))
    assert isinstance(result, Parsed)
    assert b"\\u0000" in result.raw
    assert result.text == "a b"
    assert [each.clause for each in result.warnings] == ["STIX 2.1 2.15"]
    assert warnings(bent("tool", {"name": "a\\u0000b"})) == []


def test_null_is_no_value():
    assert ("$.name", "2.15") in errors(bent("tool", {"name": NULL}))


def test_findings_come_in_a_fixed_order_and_number():
    held = bent("report", {"object_refs": ["x"] * 1000, "name": NULL, "labels": []})
    result = read(held)
    assert isinstance(result, Rejected)
    assert len(result.findings) == 100
    assert list(result.findings) == sorted(result.findings)
    assert read(held) == result


def test_parsed_tells_what_the_node_needs_to_know():
    mark, own = ref("marking-definition"), SAMPLES["report"]["id"]
    held = bent(
        "report",
        {
            "revoked": True,
            "created_by_ref": ref("identity"),
            "object_marking_refs": [mark, mark],
            "description": "Text.",
            "labels": ["x", "y"],
            "object_refs": [ref("tool"), own, ref("identity"), mark, ref("tool"), ref("malware")],
            "external_references": [
                {"source_name": "s", "description": "D", "external_id": "E-1", "url": "https://example.org"}
            ],
            "granular_markings": [{"selectors": ["name"], "marking_ref": ref("marking-definition", UUID)}],
        },
    )
    result = read(held)
    assert isinstance(result, Parsed)
    assert msgspec.structs.asdict(result) | {"digest": None} == {
        "raw": raw_of(held),
        "type": "report",
        "id": own,
        "uuid": bytes.fromhex(UUID.replace("-", "")),
        "modified": 1_772_359_200_000_000,
        "created_by": ref("identity"),
        "revoked": True,
        "markings": (mark,),
        "granular": (ref("marking-definition", UUID),),
        "refs": (ref("tool"), ref("malware")),
        "observables": (),
        "text": "x y Weekly Text. D E-1",
        "digest": None,
        "warnings": (),
    }


def test_references_come_in_the_order_of_the_tables():
    held = {**bent("relationship", {"source_ref": None}), "source_ref": ref("campaign")}
    assert list(held)[-1] == "source_ref"
    assert accepted(held).refs == (ref("campaign"), ref("malware"))
    nested = accepted(
        bent("email-message", {"is_multipart": True, "body": None, "body_multipart": [{"body_raw_ref": ref("file")}]})
    )
    assert nested.refs == (ref("email-addr"), ref("file"))


def test_text_is_bounded():
    assert len(accepted(bent("tool", {"description": "word " * 10_000})).text) == 20_000
    assert len(accepted(bent("tool", {"x_texts": ["word " * 10_000] * 3})).text) == 20_000
