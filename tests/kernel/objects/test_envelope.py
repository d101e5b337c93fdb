"""Bodies taken apart: slices are the bytes that came, guards hold for the whole body, one bad object spoils no
other."""

import json
import tracemalloc

import pytest

from comity.kernel.base.errors import Invalid, NodeError, TooLarge
from comity.kernel.objects.envelope import Envelope, Limits, split, split_bundle
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed, Rejected
from tests.kernel.objects.samples import SAMPLES, raw_of, ref

TOOL = raw_of(SAMPLES["tool"])
BUNDLE = '{"type":"bundle","id":"%s","objects":%s}'


def body(*objects: bytes) -> bytes:
    return b'{"objects":[' + b",".join(objects) + b"]}"


def test_slices_are_the_bytes_that_came():
    odd = b'{ "type" : "tool",\n\t"name":"\\u0041\xc3\xa9" }'
    envelope = split(b' {"more":true,"objects": [ ' + odd + b" ,\n" + TOOL + b'] ,"next":"n"}\n')
    assert envelope == Envelope([odd, TOOL], "envelope", None, more=True, next="n")
    assert all(type(each) is bytes for each in envelope.objects)


def test_an_empty_envelope_is_one():
    assert split(b"{}") == Envelope([])
    assert split(b'{"objects":[]}') == Envelope([])
    assert split(b'{"objects":[],"x_batch":[{}]}') == Envelope([])


def test_a_bundle_an_envelope_and_a_single_object_are_told_apart():
    own = ref("bundle")
    assert split_bundle((BUNDLE % (own, "[{}]")).encode()) == Envelope([b"{}"], "bundle", own)
    assert split_bundle(json.dumps({"type": "bundle", "id": own}).encode()) == Envelope([], "bundle", own)
    assert split_bundle(body(TOOL)) == Envelope([TOOL])
    assert split_bundle(TOOL) == Envelope([TOOL], "object")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (b"", "not-json"),
        (b"[]", "not-an-object"),
        (b"7", "not-an-object"),
        (b"null", "not-an-object"),
        (b'{"objects":', "not-json"),
        (b'{"objects":[{}}', "not-json"),
        (b'{"objects":[{}]}x', "not-json"),
        (b'{"objects":[{},]}', "not-json"),
        (b"{'objects':[]}", "not-json"),
        (b'{"objects":{}}', "objects-list"),
        (b'{"objects":null}', "objects-list"),
        (b'{"objects":[],"objects":[{}]}', "repeated-key"),
        (b'{"objects":[{}],"object\\u0073":[]}', "repeated-key"),
        (b'{"more":false,"more":true}', "repeated-key"),
        (b'{"more":1}', "envelope-more"),
        (b'{"next":1}', "envelope-next"),
        (b'{"things":[]}', "envelope-property"),
        (TOOL, "not-an-envelope"),
        ((BUNDLE % (ref("bundle"), "[{}]")).encode(), "not-an-envelope"),
        (b"\xef\xbb\xbf{}", "encoding"),
        ('{"objects":[]}'.encode("utf-16"), "encoding"),
        ('{"objects":[]}'.encode("utf-16-le"), "encoding"),
        ('{"objects":[]}'.encode("utf-32-be"), "encoding"),
        (b'{"objects":[],"\xff":1}', "encoding"),
        (b'{"objects":[],"next":"\xff"}', "not-json"),
        (b'{"objects":[]\x00}', "not-json"),
        (b'{"objects":[NaN]}', "not-json"),
        (b'{"objects":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nesting"),
        (b'{"objects":[' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"]}", "nesting"),
        (b"[" * 2_000_000, "not-an-object"),
    ],
)
def test_an_unsound_body_is_refused_whole(given, code):
    with pytest.raises(Invalid) as caught:
        split(given)
    assert (caught.value.code, caught.value.status) == (code, 400)
    assert caught.value.clause
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"type": "bundle", "objects": [{}]}, "bundle-id"),
        ({"type": "bundle", "id": "bundle--1", "objects": [{}]}, "bundle-id"),
        ({"type": "bundle", "id": ref("tool"), "objects": [{}]}, "bundle-id"),
        ({"type": "bundle", "id": ref("bundle"), "objects": []}, "empty-list"),
        ({"type": "bundle", "id": ref("bundle"), "objects": {}}, "objects-list"),
        ({"id": ref("tool")}, "no-type"),
    ],
)
def test_an_unsound_bundle_is_refused(given, code):
    with pytest.raises(Invalid) as caught:
        split_bundle(json.dumps(given).encode())
    assert caught.value.code == code


def test_bounds_are_kept_before_anything_is_taken_apart():
    for limits, code in (
        (Limits(max_bytes=10), "body-size"),
        (Limits(max_values=3), "body-values"),
        (Limits(max_objects=2), "too-many-objects"),
    ):
        with pytest.raises(TooLarge) as caught:
            split(body(b"{}", b"{}", b"{}", b"{}", b"{}"), limits=limits)
        assert (caught.value.code, caught.value.status) == (code, 413)


@pytest.mark.slow
@pytest.mark.parametrize(
    "filler", [b"1,", b"{},", b'"a",', b"[[]],", b" "], ids=["numbers", "objects", "strings", "lists", "blanks"]
)
def test_a_hundred_megabytes_take_bounded_memory(filler):
    given = b'{"objects":[' + filler * (100_000_000 // len(filler)) + b"1]}"
    tracemalloc.start()
    try:
        split(given[: 100 << 20])
    except NodeError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 250_000_000


def test_one_bad_object_spoils_no_other():
    bad = [
        b'{"type":"tool","type":"tool"}',
        b"7",
        b"null",
        b"{}",
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"[" * 70 + b"]" * 70 + b"}",
    ]
    results = parse_all(split(body(TOOL, *bad, TOOL)).objects)
    assert split(body(TOOL, *bad, TOOL)).objects == [TOOL, *bad, TOOL]
    assert [type(each) for each in results] == [Parsed, *[Rejected] * len(bad), Parsed]
    assert all(each.findings for each in results if isinstance(each, Rejected))
    assert results[0] == results[-1]


def test_a_list_in_a_bundles_own_property_is_not_taken_for_the_objects():
    given = b'{"type":"bundle","id":"%b","x_list":[%b],"objects":[%b]}' % (ref("bundle").encode(), TOOL, TOOL)
    assert split_bundle(given).objects == [TOOL]
