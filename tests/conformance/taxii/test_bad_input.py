"""What nobody should send: refused with a TAXII error, in bounded memory and time; never a 500, never a stack trace."""

import asyncio
import gzip
import json
import resource
import tracemalloc
from time import perf_counter
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.taxii.conftest import MEDIA, indicator

GOOD = json.dumps(indicator(1)).encode()


def one(**changes):
    return {"objects": [indicator(1, **changes)]}


def packed(value):
    return json.dumps(value).encode()


BODIES = {
    "nothing": b"",
    "truncated": packed(one())[:-7],
    "truncated in a word": b'{"objects":[{"type":"indi',
    "trailing": packed(one()) + b"}",
    "utf-16": json.dumps(one()).encode("utf-16"),
    "utf-16 without mark": json.dumps(one()).encode("utf-16-le"),
    "utf-32": json.dumps(one()).encode("utf-32"),
    "utf-8 with mark": b"\xef\xbb\xbf" + packed(one()),
    "latin-1": json.dumps(one(name="Überfall"), ensure_ascii=False).encode("latin-1"),
    "overlong": packed(one()).replace(b"No 1", b"\xc0\xaf"),
    "surrogate": packed(one(name="?")).replace(b'"?"', rb'"\ud800"'),
    "deep objects": b'{"objects":[' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b"]}",
    "deep arrays": b'{"objects":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep and open": b"[" * 100_000,
    "deep in one property": packed(one(x_deep="?")).replace(b'"?"', b"[" * 10_000 + b"]" * 10_000),
    "repeated key": b'{"objects":[' + GOOD[:-1] + b',"name":"again"}]}',
    "repeated key in depth": b'{"objects":[' + GOOD[:-1] + b',"x_a":[{"b":1,"b":2}]}]}',
    "repeated objects": b'{"objects":[' + GOOD + b'],"objects":[' + GOOD + b"]}",
    "raw nul": packed(one(name="?")).replace(b'"?"', b'"\x00"'),
    "nul between": packed(one()).replace(b",", b",\x00", 1),
    "huge integer": packed(one(confidence="?")).replace(b'"?"', b"9" * 5_000),
    "huge exponent": packed(one(confidence="?")).replace(b'"?"', b"1e999999"),
    "nan": packed(one(confidence="?")).replace(b'"?"', b"NaN"),
    "a number": b"3",
    "a string": b'"objects"',
    "null": b"null",
    "a list": b"[" + GOOD + b"]",
    "an object alone": GOOD,
    "no objects": b"{}",
    "empty list": b'{"objects":[]}',
    "objects is no list": b'{"objects":{"0":' + GOOD + b"}}",
    "objects of no objects": b'{"objects":[1,"a",null,true,[],{}]}',
    "wrong id": packed(one(id="indicator--not-a-uuid")),
    "another type's id": packed(one(id="malware--00000000-0000-4000-8000-000000000001")),
    "year 99999": packed(one(modified="99999-01-01T00:00:00.000Z")),
    "hostile pattern": packed(one(pattern="[" * 5_000)),
    "hostile pattern, brackets": packed(one(pattern="[" + "(" * 2_000 + "a:b = 1" + ")" * 2_000 + "]")),
    "hostile regular expression": packed(one(pattern="[file:name MATCHES '(a+)+$'", name="a" * 5_000 + "!")),
    "hostile selector": packed(
        one(granular_markings=[{"selectors": ["a" * 10_000 + "."], "lang": "en"}]),
    ),
    "selector out of range": packed(
        one(granular_markings=[{"selectors": ["labels.[99999999999999999999]"], "lang": "en"}])
    ),
}


def is_refused(answer):
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"] == MEDIA
    told = answer.json()
    assert told["title"]
    assert told["http_status"] == str(answer.status_code)
    assert "Traceback" not in answer.text
    assert 'File "' not in answer.text
    return True


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_soon_and_leaves_nothing(node, name):
    before = perf_counter()
    assert is_refused(node.send(BODIES[name]))
    assert perf_counter() - before < 5
    assert node.read(match_version="all") == []


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "x", [], {}, [[]], [None], {"a": {}}, [{"a": 1}], "9" * 400])
def test_wrong_types_everywhere(node, value):
    """Every property of an object with every type it should not have: refused, or kept where it happens to be right."""
    objects = [
        {**indicator(number), name: value}
        for number, name in enumerate([*indicator(0), "labels", "lang", "external_references"])
    ]
    objects += [
        {**indicator(100), name: value}
        for name in ("granular_markings", "object_marking_refs", "extensions", "revoked")
    ]
    answer = node.send(packed({"objects": objects}))
    assert answer.status_code in {202, 422}, answer.text[:300]
    if answer.status_code == 202:
        assert answer.json()["success_count"] + answer.json()["failure_count"] == len(objects)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "GZIP", "x-gzip"])
def test_a_compression_bomb_is_not_opened(node, coding):
    bomb = gzip.compress(b'{"objects":[' + b" " * 20_000_000 + b"]}")
    answer = node.send(bomb, headers={"Content-Encoding": coding})
    assert is_refused(answer)
    assert answer.status_code == 415


def test_a_bomb_that_hides_its_coding_is_no_json(node):
    assert is_refused(node.send(gzip.compress(b'{"objects":[' + b" " * 20_000_000 + b"]}")))


def test_a_hundred_megabytes_are_refused_without_being_held(node):
    async def flood():
        for _ in range(1_000):
            yield b"x" * 100_000

    tracemalloc.start()
    try:
        assert node.send(flood()).status_code == 413
        assert tracemalloc.get_traced_memory()[1] < 2 * node.settings.max_content_length
        tracemalloc.reset_peak()
        answer = node.send(flood(), headers={"Content-Length": "100000000"})
        assert is_refused(answer)
        assert answer.status_code == 413
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_hundred_megabytes_over_the_wire(live):
    import requests

    url = f"{live.url}{live.node.objects()}"
    headers = {"Content-Type": MEDIA, "Accept": MEDIA, **live.node.credentials("carol")}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = requests.post(url, data=b"x" * 100_000_000, headers=headers, timeout=30)
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "too-large"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150_000  # the client's own 100 MB are in this figure
    assert requests.get(url, headers=headers, timeout=30).status_code == 200


def test_an_envelope_at_the_bound_is_taken(make_node):
    body = packed(one())
    node = make_node(max_content_length=len(body))
    assert node.send(body).status_code == 202
    assert node.send(body + b" ").status_code == 413


QUERIES_OF_EVIL_INTENT = [
    "match[type]=" + quote("'; DROP TABLE claim; --", safe=""),
    "match[type]=" + "a" * 290 + "%F0%9F%92%A3",
    "match[id]=" + ",".join(["indicator--00000000-0000-4000-8000-000000000001"] * 500),
    "match[version]=" + ",".join(f"2024-01-01T00:00:00.{n:03}Z" for n in range(500)),
    "match[type]=" + ",".join(f"x-{n}" for n in range(500)),
    "match[id]=' OR '1'='1",
    "added_after=9999-12-31T23:59:59.999999Z",
    "added_after=0001-01-01T00:00:00Z",
    "match[version]=9999-12-31T23:59:59.999999Z,0001-01-01T00:00:00Z",
    "next=" + "A" * 2000,
    "limit=9007199254740991",
    "%00=1",
    "=&=&=",
    "&" * 60,
    "match[id]",
]


def test_a_hostile_query_is_answered_or_refused(either):
    in_shared = f"{either.root}collections/shared/"
    for query in QUERIES_OF_EVIL_INTENT:
        for path in (
            "objects/",
            "manifest/",
            f"objects/{indicator(1)['id']}/",
            f"objects/{indicator(1)['id']}/versions/",
        ):
            answer = either.ask("GET", f"{in_shared}{path}?{query}")
            assert answer.status_code == 200 or is_refused(answer), query


# -- anything at all

METHODS = st.sampled_from(["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "get", "\x00"])
SEGMENTS = st.sampled_from(
    [
        "root",
        "collections",
        "status",
        "objects",
        "manifest",
        "versions",
        "shared",
        "inbox",
        "private",
        indicator(1)["id"],
        "",
    ]
) | st.text(max_size=12)
PATHS = st.lists(SEGMENTS, max_size=8).map(lambda each: "/taxii2/" + "/".join(each)) | st.just(
    "/taxii2/root/collections/shared/objects/"
)
QUERIES = st.binary(max_size=80) | st.lists(
    st.tuples(
        st.sampled_from(
            [b"limit", b"next", b"added_after", b"match[id]", b"match[type]", b"match[version]", b"match[spec_version]"]
        ),
        st.sampled_from(
            [b"1", b"0", b"all", b"last,first", b"2.1", b"indicator", b"2024-01-01T00:00:00Z", b"%00", b"%ff"]
        )
        | st.binary(max_size=20),
    ).map(b"=".join),
    max_size=4,
).map(b"&".join)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            [b"accept", b"content-type", b"content-length", b"content-encoding", b"Accept", b"host", b"x-other"]
        ),
        st.sampled_from([MEDIA.encode(), b"*/*", b"application/taxii+json", b"gzip", b"5", b"identity"])
        | st.binary(max_size=40),
    ),
    max_size=4,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=20)
    | st.sampled_from([indicator(1), indicator(2)]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["objects", "type", "id"]) | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.lists(
    st.dictionaries(
        st.sampled_from([*indicator(1), "object_marking_refs", "granular_markings", "x_own"]), JSON, max_size=6
    ).map(lambda changes: indicator(7, **changes)),
    max_size=3,
)
BODY = st.binary(max_size=200) | JSON.map(packed) | OBJECTS.map(lambda objects: packed({"objects": objects}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    method=METHODS,
    path=PATHS,
    query=QUERIES,
    headers=HEADERS,
    body=BODY,
    cut=st.integers(0, 200),
    default=st.booleans(),
)
def test_anything_is_answered_or_refused(node, method, path, query, headers, body, cut, default):
    """Any method, path, query, headers and body: 2xx, or 4xx with a TAXII error; never a 500."""
    given_headers = [(b"authorization", node.credentials("carol")["Authorization"].encode()), *headers]
    if default:
        given_headers += [(b"content-type", MEDIA.encode())]
    status, answered, content = asyncio.run(raw(node.app, method, path, query, given_headers, [body[:cut], body[cut:]]))
    assert 200 <= status < 500, (status, content)
    assert answered[b"content-type"] == MEDIA.encode()
    if status >= 400 and method != "HEAD":
        assert json.loads(content)["http_status"] == str(status)


async def raw(app, method, path, query, headers, parts):
    """One request below what an HTTP client would let through."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts] + [
        {"type": "http.request", "body": b""}
    ]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": b"",
        "query_string": query,
        "headers": headers,
        "root_path": "",
    }
    await app(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]
