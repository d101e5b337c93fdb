"""TAXII 2.1 sections 3 to 5, clause by clause, from outside."""

import json
import re

import pytest

from comity.kernel.directory.tokens import Scope
from comity.kernel.objects import timestamps
from comity.kernel.objects.markings import TLP_IDS, Tlp
from tests.conformance.taxii.conftest import AT, MEDIA, indicator

UNKNOWN = "indicator--aaaaaaaa-0000-4000-8000-000000000000"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
DATES = ("x-taxii-date-added-first", "x-taxii-date-added-last")


def names(answer):
    return [each["name"] for each in answer.json().get("objects", [])]


def error_of(answer):
    return {**answer.json(), "error_id": ""}


def test_section_4_1_discovery(node):
    answer = node.ask("GET", "/taxii2/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA
    told = answer.json()
    assert told["default"] in told["api_roots"]
    assert all(root.startswith("/") and not root.startswith("//") and "?" not in root for root in told["api_roots"])


def test_section_4_2_api_root(node):
    told = node.ask("GET", node.root).json()
    assert MEDIA in told["versions"]
    assert told["max_content_length"] > 0


def test_section_5_1_collections_are_those_of_the_party_with_its_rights(node):
    def rights(who):
        told = node.ask("GET", f"{node.root}collections/", who=who).json()
        return {each["alias"]: (each["can_read"], each["can_write"]) for each in told.get("collections", [])}

    assert rights("carol") == {"shared": (True, True), "inbox": (False, True)}
    assert rights("dave") == {"shared": (True, True), "inbox": (True, False)}
    assert rights("erin") == {"shared": (True, False)}
    assert rights("harbour") == {"shared": (True, True), "inbox": (True, True), "private": (True, True)}
    twice = [node.ask("GET", f"{node.root}collections/").content for _ in range(2)]
    assert twice[0] == twice[1]


def test_section_5_1_a_party_without_collections_gets_an_empty_object(make_node):
    node = make_node()
    node.directory.collections.grant(
        node.directory.collections.get("shared"), node.directory.parties.get("erin"), read=False, write=False
    )
    assert node.ask("GET", f"{node.root}collections/", who="erin").json() == {}


def test_section_5_2_hidden_and_absent_collections_are_one(node):
    hidden, absent = node.private, "aaaaaaaa-0000-4000-8000-000000000000"
    for method, rest in [
        ("GET", ""),
        ("GET", "objects/"),
        ("POST", "objects/"),
        ("GET", "manifest/"),
        ("DELETE", f"objects/{UNKNOWN}/"),
    ]:
        one, two = (node.ask(method, f"{node.root}collections/{each}/{rest}") for each in (hidden, absent))
        assert one.status_code == two.status_code == 404
        assert error_of(one) == error_of(two)


def test_section_5_4_can_read_false_is_403(node):
    for rest in ("objects/", "manifest/", f"objects/{UNKNOWN}/", f"objects/{UNKNOWN}/versions/"):
        assert node.ask("GET", f"{node.root}collections/inbox/{rest}").status_code == 403


def test_section_5_5_can_write_false_is_403(node):
    assert node.send(b"{}", who="erin").status_code == 403


def test_section_5_4_nothing_is_an_empty_envelope_with_dates(node):
    answer = node.get()
    assert answer.json() == {}
    assert all(answer.headers[date] == "1970-01-01T00:00:00.000000Z" for date in DATES)
    answer = node.get(added_after="2024-01-01T00:00:00.000001Z")
    assert all(answer.headers[date] == "2024-01-01T00:00:00.000001Z" for date in DATES)


def test_section_3_2_dates_are_those_of_the_pages_ends(either):
    either.add(*[indicator(n) for n in range(10)])
    manifest = either.ask("GET", f"{either.root}collections/shared/manifest/").json()["objects"]
    dates = [each["date_added"] for each in manifest]
    assert dates == sorted(set(dates))
    page = either.get(limit=4)
    assert [page.headers[date] for date in DATES] == [dates[0], dates[3]]
    rest = either.get(added_after=dates[3])
    assert names(rest) == [f"No {n}" for n in range(4, 10)]
    assert [rest.headers[date] for date in DATES] == [dates[4], dates[9]]
    assert either.get(added_after=dates[9]).json() == {}


def test_section_3_5_pages_by_next_and_by_date_agree(either):
    for n in range(0, 40, 8):
        either.add(*[indicator(each) for each in range(n, n + 8)])
    by_next = either.read(limit=7)
    by_date, since = [], None
    while True:
        page = either.get(limit=7, **({"added_after": since} if since else {}))
        by_date += page.json()["objects"]
        since = page.headers[DATES[1]]
        if not page.json().get("more"):
            break
    assert by_next == by_date == [indicator(n) for n in range(40)]


def test_section_3_5_next_belongs_to_its_party_and_its_filter(node):
    node.add(*[indicator(n) for n in range(5)])
    cursor = node.get(limit=2).json()["next"]
    assert node.get(limit=2, next=cursor).status_code == 200
    for answer in (
        node.get(limit=2, next=cursor, who="dave"),
        node.get(limit=2, next=cursor, match_type="malware"),
        node.get(limit=2, next=cursor[:-2] + "AA"),
        node.get(limit=2, next="x"),
    ):
        assert answer.status_code == 400


FILTERS = [
    ({}, ["B1", "A3", "M"]),
    ({"match_version": "last"}, ["B1", "A3", "M"]),
    ({"match_version": "first"}, ["A1", "B1", "M"]),
    ({"match_version": "all"}, ["A1", "B1", "A2", "A3", "M"]),
    ({"match_version": "first,last"}, ["A1", "B1", "A3", "M"]),
    ({"match_version": "2024-03-03T01:01:01.123Z"}, ["A2"]),
    ({"match_version": "first,2024-03-03T01:01:01.123Z"}, ["A1", "B1", "A2", "M"]),
    ({"match_type": "indicator"}, ["B1", "A3"]),
    ({"match_type": "malware,indicator"}, ["B1", "A3", "M"]),
    ({"match_type": "campaign"}, []),
    ({"match_type": "x-unheard-of"}, []),
    ({"match_id": indicator(1)["id"]}, ["A3"]),
    ({"match_id": indicator(1)["id"], "match_version": "all"}, ["A1", "A2", "A3"]),
    ({"match_id": f"{indicator(1)['id']},{indicator(2)['id']}"}, ["B1", "A3"]),
    ({"match_id": UNKNOWN}, []),
    ({"match_id": "nonsense"}, []),
    ({"match_id": indicator(1)["id"], "match_type": "malware"}, []),
    ({"match_spec_version": "2.1"}, ["B1", "A3", "M"]),
    ({"match_spec_version": "2.0,2.1"}, ["B1", "A3", "M"]),
    ({"match_spec_version": "2.0"}, []),
]


@pytest.fixture
def versions(either):
    """A in three versions, B in one, and a malware."""
    malware = {
        "type": "malware",
        "spec_version": "2.1",
        "id": "malware--00000000-0000-4000-8000-000000000009",
        "created": AT,
        "modified": AT,
        "name": "M",
        "is_family": False,
    }
    either.add(indicator(1, name="A1"), indicator(2, name="B1"))
    either.add(indicator(1, name="A2", modified="2024-03-03T01:01:01.123Z"))
    either.add(indicator(1, name="A3", modified="2024-03-04T01:01:01.123Z"), malware)
    return either


def test_section_3_4_filters(versions):
    for query, expected in FILTERS:
        assert names(versions.get(**query)) == expected, query
        told = versions.ask(
            "GET",
            f"{versions.root}collections/shared/manifest/",
            params={name.replace("match_", "match[") + "]": value for name, value in query.items()},
        ).json()
        assert len(told.get("objects", [])) == len(expected), query


def test_section_5_6_one_object_and_its_versions(versions):
    path = f"{indicator(1)['id']}/"
    assert names(versions.get(path)) == ["A3"]
    assert names(versions.get(path, match_version="all")) == ["A1", "A2", "A3"]
    assert names(versions.get(path, match_version=AT)) == ["A1"]
    assert versions.get(path + "versions/").json() == {
        "versions": [AT, "2024-03-03T01:01:01.123Z", "2024-03-04T01:01:01.123Z"]
    }
    first = versions.get(path + "versions/", limit=2).json()
    assert first["more"] is True
    assert versions.get(path + "versions/", limit=2, next=first["next"]).json() == {
        "versions": ["2024-03-04T01:01:01.123Z"]
    }
    for missing in (
        versions.get(path, match_version="2020-01-01T00:00:00.000Z"),
        versions.get(f"{UNKNOWN}/"),
        versions.get(f"{UNKNOWN}/versions/"),
    ):
        assert missing.status_code == 404
    later = versions.get(path, added_after="2090-01-01T00:00:00Z")
    assert (later.status_code, later.json()) == (200, {})
    assert versions.get("nonsense/", added_after="2090-01-01T00:00:00Z").status_code == 404
    assert versions.get(f"{UNKNOWN}/", added_after="2090-01-01T00:00:00Z").status_code == 404


def test_section_5_5_custom_properties_and_bytes_are_kept(either):
    raw = json.dumps(indicator(1, x_own={"score": [1.50, 2e3], "ключ": "значение"}), indent=2, ensure_ascii=False)
    assert either.send(b'{"objects": [ ' + raw.encode() + b" ]}").status_code == 202
    assert either.get().content == b'{"objects":[' + raw.encode() + b"]}"


def test_section_5_7_one_deletes_ones_own_only(either):
    either.add(indicator(1), indicator(2), who="carol")
    either.add(indicator(2), who="dave")
    path = either.objects() + indicator(1)["id"] + "/"
    assert either.ask("DELETE", path, who="erin").status_code == 403
    assert either.ask("DELETE", path, who="dave").status_code == 403
    assert names(either.get(who="dave")) == ["No 1", "No 2"]
    both = either.objects() + indicator(2)["id"] + "/"
    assert either.ask("DELETE", both, who="carol").status_code == 200
    assert names(either.get(who="carol")) == ["No 1", "No 2"]
    assert either.ask("DELETE", both, who="dave").status_code == 200
    for who in ("carol", "dave", "erin", "harbour"):
        assert names(either.get(who=who)) == ["No 1"]


def test_what_is_hidden_answers_as_what_is_absent(either):
    """An object over Erin's ceiling: by id, by filter, by version, on deletion, and when it is submitted again."""
    red = indicator(1, object_marking_refs=[TLP_IDS[Tlp.RED]])
    either.add(red, indicator(2))
    assert names(either.get(who="erin")) == ["No 2"]
    for rest in (f"{red['id']}/", f"{red['id']}/versions/"):
        hidden, absent = either.get(rest, who="erin"), either.get(rest.replace(red["id"], UNKNOWN), who="erin")
        assert hidden.status_code == absent.status_code == 404
        assert error_of(hidden) == error_of(absent)
    assert either.get(match_id=red["id"], who="erin").json() == {}
    hidden = either.ask("DELETE", either.objects() + red["id"] + "/", who="dave")
    absent = either.ask("DELETE", either.objects() + UNKNOWN + "/", who="dave")
    assert hidden.status_code == absent.status_code == 404
    assert error_of(hidden) == error_of(absent)
    again, new = either.add(red, who="dave"), either.add(indicator(3), who="dave")
    keep = ("status", "total_count", "success_count", "failure_count", "pending_count")
    assert [again[name] for name in keep] == [new[name] for name in keep]


def test_status_belongs_to_its_party(node):
    status = node.add(indicator(1))
    path = f"{node.root}status/{status['id']}/"
    assert node.ask("GET", path).json() == status
    assert node.ask("GET", path.replace(status["id"], status["id"].upper())).json() == status
    for who in ("dave", "harbour"):
        assert node.ask("GET", path, who=who).status_code == 404


def test_a_token_for_reading_does_not_write(node):
    node.tokens["carol"] = node.directory.tokens.issue(node.directory.parties.get("carol"), scope=Scope.READ).secret
    assert node.get().status_code == 200
    assert node.send(b"{}").status_code == 403
    assert node.ask("GET", f"{node.root}collections/shared/").json()["can_write"] is False


def test_basic_needs_the_partys_own_name(node):
    assert node.ask("GET", "/taxii2/", basic=True).status_code == 200
    node.tokens["dave"] = node.tokens["carol"]
    assert node.ask("GET", "/taxii2/", who="dave", basic=True).status_code == 401


def test_dates_are_timestamps(node):
    node.add(indicator(1))
    for date in DATES:
        assert TIMESTAMP.fullmatch(node.get().headers[date])
        assert abs(timestamps.parse(node.get().headers[date]) - node.clock.now()) < 60_000_000
