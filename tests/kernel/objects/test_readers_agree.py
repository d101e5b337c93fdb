"""The fast and the careful reader: what the fast one takes, the careful one finds nothing in, and both tell the same of
it.

And robustness: whatever bytes come in, something comes out.
"""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid, TooLarge
from comity.kernel.objects import parse as module
from comity.kernel.objects.envelope import split, split_bundle
from comity.kernel.objects.parse import parse, parse_all
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.objects.strict import DECODER, PLANS, TWINS
from comity.kernel.objects.structs.catalogue import CATALOGUE
from tests.kernel.objects.samples import SAMPLES, UUID, raw_of, ref

KINDS = sorted(SAMPLES)
WORDS = [
    "",
    "x",
    "energy",
    "stix",
    "2.1",
    "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00Z",
    "2026-02-30T10:00:00.000Z",
    "a\x00b",
    "é",
    "AA",
    "aa",
    "198.51.100.7",
    "example.org",
    "https://example.org/",
    "en",
    ref("identity"),
    ref("file"),
    ref("marking-definition"),
    f"tool--{UUID}",
    ref("ipv4-addr", UUID),
    "CVE-2026-0001",
    "CAPEC-1",
    "d41d8cd98f00b204e9800998ecf8427e",
    "SHA-256",
]

values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "source_name", "url", "selectors", "x_a", "name"]) | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
names = st.sampled_from(
    sorted(
        {name for entry in CATALOGUE.values() for name in entry.struct.__struct_fields__}
        | {"x_custom", "action", "type"}
    )
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    """A sample with a few properties changed, taken away or borrowed from another."""
    held = dict(SAMPLES[draw(st.sampled_from(KINDS))])
    for name in draw(st.lists(names, max_size=3)):
        donor = SAMPLES[draw(st.sampled_from(KINDS))]
        value = draw(st.sampled_from(["value", "take", "borrow"]))
        if value == "value":
            held[name] = draw(values)
        elif value == "take":
            held.pop(name, None)
        elif name in donor:
            held[name] = donor[name]
    return held


def written(held: Any, style: str) -> bytes:
    if style == "compact":
        return raw_of(held)
    return json.dumps(held, ensure_ascii=style == "ascii", indent=2 if style == "indented" else None).encode()


@given(objects(), st.sampled_from(["compact", "ascii", "plain", "indented"]))
@settings(max_examples=200)
def test_what_the_fast_reader_takes_the_careful_reader_reads_the_same(held, style):
    raw = written(held, style)
    careful = module._carefully(raw)
    assert parse(raw) == careful


@pytest.mark.parametrize("kind", sorted(TWINS))
def test_the_fast_reader_takes_the_plain_objects_of_every_type_it_has_a_twin_of(kind):
    raw = raw_of(SAMPLES[kind])
    if kind in {"marking-definition", "windows-registry-key"}:  # the samples hold what only the careful reader looks at
        return
    held = DECODER.decode(raw)
    quick = module._quickly(raw, held, PLANS[type(held)])
    assert quick is not None
    assert quick == module._carefully(raw)


@given(st.one_of(values, objects()))
@settings(max_examples=200)
def test_any_json_value_is_parsed_or_rejected(value):
    result = parse(json.dumps(value).encode())
    assert isinstance(result, Parsed | Rejected)
    assert isinstance(result, Parsed) or result.findings


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0dfe1 ', max_size=60).map(str.encode))
@settings(max_examples=200)
def test_any_bytes_are_parsed_or_rejected(raw):
    assert isinstance(parse(raw), Parsed | Rejected)
    for take in (split, split_bundle):
        with contextlib.suppress(Invalid, TooLarge):
            parse_all(take(raw).objects)


@given(st.sampled_from(KINDS), st.integers(0, 400), st.binary(max_size=3))
@settings(max_examples=200)
def test_a_damaged_object_is_parsed_or_rejected(kind, at, damage):
    raw = raw_of(SAMPLES[kind])
    at = min(at, len(raw))
    assert parse(raw[:at] + damage + raw[at + len(damage) :]) is not None


@pytest.mark.parametrize(
    "held",
    [
        {**SAMPLES["tool"], "x_a": "a" * 2_000_000},
        {**SAMPLES["url"], "value": "http://" + "a" * 500_000 + " "},
        {**SAMPLES["url"], "value": "http://" + "%" * 500_000},
        {**SAMPLES["domain-name"], "value": "a." * 300_000},
        {**SAMPLES["email-addr"], "value": "a" * 300_000 + "@" + "b" * 300_000 + " c"},
        {**SAMPLES["email-addr"], "value": '"' + "\\a" * 200_000},
        {**SAMPLES["email-message"], "subject": "=?" * 200_000},
        {**SAMPLES["tool"], "lang": "a" + "-aaaaa" * 100_000},
        {**SAMPLES["software"], "cpe": "cpe:2.3:a:" + "?" * 200_000},
        {**SAMPLES["file"], "hashes": {f"h{number}": "x" for number in range(50_000)}},
        {**SAMPLES["report"], "object_refs": [ref("tool")] * 100_000},
        {**SAMPLES["tool"], "granular_markings": [{"lang": "en", "selectors": ["name"] * 50_000}]},
        {**SAMPLES["tool"], "granular_markings": [{"lang": "en", "selectors": ["a." * 200_000]}]},
        {**SAMPLES["tool"], **{f"x_{number}": number for number in range(50_000)}},
        {**SAMPLES["tool"], "x_a": [[[1] * 100] * 100] * 50},
        {
            **SAMPLES["observed-data"],
            "objects": {
                str(number): {"type": "process", "id": f"process--{number}", "parent_ref": f"process--{number - 1}"}
                for number in range(20_000)
            },
        },
        {**SAMPLES["observed-data"], "objects": {"0": {"type": "process", "id": []}, "1": {"type": {}, "id": {}}}},
    ],
    ids=[
        "text",
        "url",
        "percent",
        "domain",
        "email",
        "quoted",
        "subject",
        "lang",
        "cpe",
        "hashes",
        "refs",
        "selectors",
        "selector",
        "customs",
        "lists",
        "container",
        "unhashable",
    ],
)
@pytest.mark.timeout(10)
def test_large_and_hostile_objects_take_bounded_time(held):
    assert isinstance(parse(raw_of(held)), Parsed | Rejected)
