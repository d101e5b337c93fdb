"""Clients that others wrote work as they are: taxii2-client, and stix2's TAXIICollectionSource and Sink."""

import json

import pytest
import requests
import stix2
from requests.auth import AuthBase
from stix2 import TAXIICollectionSink, TAXIICollectionSource
from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages

from tests.conformance.taxii.conftest import indicator


class Bearer(AuthBase):
    def __init__(self, secret):
        self.secret = secret

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.secret}"
        return request


def collection_of(live):
    url = f"{live.url}{live.node.root}collections/{live.node.shared}/"
    return Collection(url, auth=Bearer(live.node.tokens["carol"]))


@pytest.fixture
def collection(live):
    with collection_of(live) as shared:
        yield shared


def test_taxii2_client_finds_its_way_from_discovery_with_basic(live):
    with Server(f"{live.url}/taxii2/", user="carol", password=live.node.tokens["carol"]) as server:
        assert server.title == "Harbour"
        assert server.default is not None
        assert [root.url for root in server.api_roots] == [f"{live.url}/taxii2/root/"]
        root = server.api_roots[0]
        assert root.versions == ["application/taxii+json;version=2.1"]
        assert root.max_content_length == live.node.settings.max_content_length
        rights = {each.alias: (each.can_read, each.can_write) for each in root.collections}
        assert rights == {"shared": (True, True), "inbox": (False, True)}
        root.close()


def test_taxii2_client_adds_pages_and_deletes(live, collection):
    status = collection.add_objects({"objects": [indicator(n) for n in range(25)]})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 25, 0)
    with ApiRoot(f"{live.url}/taxii2/root/", auth=Bearer(live.node.tokens["carol"])) as root:
        again = root.get_status(status.id)
        assert isinstance(again, Status)
        assert again.total_count == 25

    for size in (10, 25, 100):
        got = [
            each["id"]
            for page in as_pages(collection.get_objects, per_request=size)
            for each in page.get("objects", [])
        ]
        assert got == [indicator(n)["id"] for n in range(25)]
        got = [
            each["id"]
            for page in as_pages(collection.get_manifest, per_request=size)
            for each in page.get("objects", [])
        ]
        assert got == [indicator(n)["id"] for n in range(25)]

    one = indicator(3)["id"]
    assert collection.get_object(one)["objects"] == [indicator(3)]
    assert collection.object_versions(one)["versions"] == [indicator(3)["modified"]]
    collection.delete_object(one)
    with pytest.raises(requests.HTTPError, match="404"):
        collection.get_object(one)
    assert len(collection.get_objects(type="indicator", version="all")["objects"]) == 24


def test_taxii2_client_pages_where_the_server_sets_the_size(make_node, go_live):
    live = go_live(make_node(page_default=3, page_max=5))
    with collection_of(live) as collection:
        collection.add_objects({"objects": [indicator(n) for n in range(11)]})
        for size in (0, 4, 100):
            pages = list(as_pages(collection.get_objects, per_request=size))
            assert [each["id"] for page in pages for each in page["objects"]] == [indicator(n)["id"] for n in range(11)]
            assert all(len(page["objects"]) <= 5 for page in pages)


def test_taxii2_client_reads_on_from_the_date_it_was_told(live, collection):
    collection.add_objects({"objects": [indicator(1)]})
    date = collection.get_manifest()["objects"][-1]["date_added"]
    assert collection.get_objects(added_after=date) == {}
    collection.add_objects({"objects": [indicator(2)]})
    assert [each["id"] for each in collection.get_objects(added_after=date)["objects"]] == [indicator(2)["id"]]


def test_taxii2_client_waits_for_a_large_envelope(make_node, go_live):
    node = make_node(queue_objects=5, chunk=2)
    with collection_of(go_live(node)) as collection:
        bad = {**indicator(6), "pattern": 5}
        status = collection.add_objects({"objects": [*map(indicator, range(6)), bad]}, wait_for_completion=False)
        assert (status.status, status.pending_count) == ("pending", 7)
        while node.intake.step():
            status.refresh()
        assert (status.status, status.success_count, status.failure_count) == ("complete", 6, 1)
        assert status.failures[0]["id"] == bad["id"]
        assert len(collection.get_objects()["objects"]) == 6


def test_stix2_sink_and_source(collection):
    sink = TAXIICollectionSink(collection)
    known = [stix2.parse(indicator(n)) for n in range(3)]
    newer = known[0].new_version(name="newer")
    sink.add(known[0])
    sink.add([known[1], newer])
    sink.add(stix2.Bundle(known[2]))
    sink.add(json.dumps(indicator(4)))

    source = TAXIICollectionSource(collection)
    assert source.get(known[1].id) == known[1]
    assert source.get(known[0].id) == newer
    assert source.get("indicator--aaaaaaaa-0000-4000-8000-000000000000") is None
    assert {each.name for each in source.all_versions(known[0].id)} == {"No 0", "newer"}
    assert len(source.query([stix2.Filter("type", "=", "indicator")])) == 4
    assert source.query([stix2.Filter("type", "=", "malware")]) == []
