from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid
from comity.kernel.exchange.taxii.filters import FIELDS, MOST_VALUES, select
from comity.kernel.objects import timestamps
from comity.kernel.store.types import Query

ONE = "indicator--3600ad1b-fff1-4c98-bcc9-4de3bc2e2ffb"
TWO = "sighting--4600ad1b-fff1-4c58-bcc9-4de3bc5e2ffd"
AT = "2018-03-02T01:01:01.123Z"
MOMENT = timestamps.parse(AT)


def chosen(raw, endpoint="objects", object_id=None):
    return select(raw.encode() if isinstance(raw, str) else raw, endpoint, collection=7, object_id=object_id)


READ = [
    ("", Query(collection=7)),
    ("&&", Query(collection=7)),
    (f"match[id]={ONE}", Query(collection=7, ids=(ONE,))),
    (f"match%5Bid%5D={ONE}%2C{TWO}", Query(collection=7, ids=(ONE, TWO))),
    (f"match[id]={ONE},{ONE}", Query(collection=7, ids=(ONE,))),
    (f"match[id]={ONE},nonsense", Query(collection=7, ids=(ONE,))),
    ("match[type]=incident,malware", Query(collection=7, types=("incident", "malware"))),
    ("match[type]=x-own", Query(collection=7, types=("x-own",))),
    ("match[version]=all", Query(collection=7, versions=("all",))),
    ("match[version]=last,first", Query(collection=7, versions=("last", "first"))),
    (f"match[version]=first,{AT},last", Query(collection=7, versions=("first", MOMENT, "last"))),
    ("match[version]=2018-03-02T01:01:01Z", Query(collection=7, versions=(MOMENT - 123_000,))),
    ("match[spec_version]=2.0,2.1", Query(collection=7, spec_versions=("2.0", "2.1"))),
    ("added_after=2018-03-02T01:01:01.123000Z", Query(collection=7, added_after=MOMENT)),
    (f"added_after={AT}", Query(collection=7, added_after=MOMENT)),
    ("added_after=2018-03-02T01%3A01%3A01Z", Query(collection=7, added_after=MOMENT - 123_000)),
    ("added_after=0001-01-01T00:00:00Z", Query(collection=7, added_after=timestamps.parse("0001-01-01T00:00:00Z"))),
    ("unknown=1&_=2", Query(collection=7)),
    ("unknown=1&unknown=2", Query(collection=7)),
]


@pytest.mark.parametrize(("raw", "query"), READ)
def test_filters_that_are_read(raw, query):
    wanted = chosen(raw)
    assert wanted.query == query
    assert not wanted.empty


BAD = [
    "limit=0",
    "limit=-1",
    "limit=",
    "limit",
    "limit=1.0",
    "limit=ten",
    "limit=1_000",
    "limit=%201",
    "limit=+1",
    "limit=%D9%A1",
    "limit=9007199254740992",
    "limit=" + "9" * 5000,
    "limit=1&limit=1",
    "limit=1,2",
    "next=",
    "next=" + "x" * 3000,
    "next=a&next=b",
    "next=a%00b",
    "added_after=",
    "added_after=yesterday",
    "added_after=2018-03-02",
    "added_after=2018-03-02T01:01:01",
    "added_after=2018-03-02T01:01:01+00:00",
    "added_after=2018-03-02t01:01:01z",
    "added_after=2018-02-30T01:01:01Z",
    f"added_after={AT},{AT}",
    f"added_after={AT}&added_after={AT}",
    "match[id]=",
    "match[id]=%00",
    "match[id]=" + "x" * 400,
    "match[type]=a,,b",
    "match[type]=a,",
    "match[type]=a,+b",
    "match[type]=a%0Ab",
    "match[type]=a&match[type]=b",
    "match[type]=%ff",
    "match[%ff]=a",
    "match[type]=" + ",".join(f"t{n}" for n in range(MOST_VALUES + 1)),
    "match[version]=yesterday",
    "match[version]=ALL",
    "match[version]=all,last",
    "match[version]=first,first",
    f"match[version]={AT},{AT}",
    "match[version]=2018-03-02T01:01:01Z,2018-03-02T01:01:01.000Z",
    "match[spec_version]=banana",
    "match[spec_version]=2.1.1",
    "match[name]=x",
    "match[]=x",
    "match[match[id]]=x",
    "&".join("a=1" for _ in range(100)),
]


@pytest.mark.parametrize("raw", BAD)
def test_malformed_filters_are_400_with_a_clause(raw):
    with pytest.raises(Invalid) as caught:
        chosen(raw)
    assert caught.value.status == 400
    assert "TAXII 2.1" in caught.value.clause
    assert len(caught.value.detail) < 300


@pytest.mark.parametrize(("raw", "limit"), [("", None), ("limit=1", 1), ("limit=9007199254740991", 2**53 - 1)])
def test_limit(raw, limit):
    assert chosen(raw).limit == limit


def test_next_is_passed_on_as_it_came():
    assert chosen("next=" + quote("a+/=~", safe="")).cursor == "a+/=~"


@pytest.mark.parametrize(
    "raw",
    [
        "match[id]=nonsense",
        "match[id]=nonsense,indicator--nonsense",
        "match[spec_version]=2.0",
        "match[spec_version]=3.0",
    ],
)
def test_what_can_match_nothing_is_empty_and_never_everything(raw):
    assert chosen(raw).empty


@pytest.mark.parametrize(
    ("endpoint", "raw"),
    [
        ("object", f"match[id]={ONE}"),
        ("object", "match[type]=indicator"),
        ("versions", "match[version]=all"),
        ("versions", "match[type]=indicator"),
        ("delete", "added_after=2018-03-02T01:01:01.123Z"),
        ("delete", "limit=1"),
        ("delete", "next=a"),
        ("delete", "match[type]=indicator"),
    ],
)
def test_a_filter_without_meaning_at_an_endpoint_is_refused(endpoint, raw):
    with pytest.raises(Invalid):
        chosen(raw, endpoint, ONE)


@pytest.mark.parametrize(("endpoint", "versions"), [("object", ()), ("versions", ("all",)), ("delete", ("all",))])
def test_versions_where_none_is_named(endpoint, versions):
    wanted = chosen("", endpoint, ONE)
    assert wanted.query.versions == versions
    assert wanted.query.ids == (ONE,)


def test_delete_of_one_version():
    assert chosen(f"match[version]={AT}", "delete", ONE).query.versions == (MOMENT,)


def test_a_path_that_is_no_id_can_match_nothing():
    assert chosen("", "object", "nonsense").empty


@given(st.binary(max_size=400), st.sampled_from(sorted(FIELDS)))
def test_any_bytes_are_a_selection_or_400(raw, endpoint):
    with suppress(Invalid):
        assert chosen(raw, endpoint).query.collection == 7


@given(st.dictionaries(st.sampled_from(sorted(FIELDS["objects"])), st.text(max_size=60), max_size=6))
def test_any_text_in_a_filter_is_a_selection_or_400(given_text):
    raw = urlencode(given_text, errors="surrogatepass").encode()
    with suppress(Invalid):
        wanted = chosen(raw)
        assert wanted.empty or bool(wanted.query.ids) == ("match[id]" in given_text)
