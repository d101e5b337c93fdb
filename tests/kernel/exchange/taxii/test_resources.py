import json

import msgspec
import pytest

from comity.kernel.directory.collections import Entry
from comity.kernel.exchange.taxii import resources
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Collection, Failure, Page, Record, Records, Submission

AT = 1_700_000_000_123_456
HELD = Collection(1, "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "shared", "Shared", "What is shared", Tlp.GREEN, 0)
ID = "indicator--3600ad1b-fff1-4c98-bcc9-4de3bc2e2ffb"


def told(resource):
    return json.loads(resources.answer(resource).body)


def test_discovery_names_the_api_root_and_leaves_out_what_is_empty():
    assert told(resources.discovery(TaxiiSettings(title="Node"))) == {
        "title": "Node",
        "default": "/taxii2/root/",
        "api_roots": ["/taxii2/root/"],
    }
    assert told(resources.discovery(TaxiiSettings(description="d", contact="c")))["contact"] == "c"


def test_api_root():
    assert told(resources.api_root(TaxiiSettings(title="Node", max_content_length=7))) == {
        "title": "Node",
        "versions": ["application/taxii+json;version=2.1"],
        "max_content_length": 7,
    }


def test_a_collection_as_one_party_meets_it():
    assert told(resources.collection(Entry(HELD, True, False))) == {
        "id": HELD.uuid,
        "title": "Shared",
        "description": "What is shared",
        "alias": "shared",
        "can_read": True,
        "can_write": False,
        "media_types": ["application/stix+json;version=2.1"],
    }


def test_no_collections_is_an_empty_object():
    assert told(resources.collections(())) == {}


SUBMISSION = Submission("2d086da7-4bdc-4f91-900e-d77486753710", 3, AT, 4, 2, 1, (Failure(ID, "v", "why"),))


def test_a_pending_status_counts_everything_once():
    assert told(resources.status(SUBMISSION)) == {
        "id": "2d086da7-4bdc-4f91-900e-d77486753710",
        "status": "pending",
        "request_timestamp": "2023-11-14T22:13:20.123456Z",
        "total_count": 4,
        "success_count": 2,
        "failure_count": 1,
        "pending_count": 1,
        "failures": [{"id": ID, "version": "v", "message": "why"}],
    }


def test_a_complete_status_without_failures_has_no_empty_list():
    done = msgspec.structs.replace(SUBMISSION, success=4, pending=0, failures=())
    assert told(resources.status(done))["status"] == "complete"
    assert "failures" not in told(resources.status(done))


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (Page(b"", 0, None, None, None), b"{}"),
        (Page(b'{"a":1}', 1, None, 1, 1), b'{"objects":[{"a":1}]}'),
        (Page(b'{"a":1},{"b" : 2}', 2, 'c"', 1, 2), b'{"more":true,"next":"c\\"","objects":[{"a":1},{"b" : 2}]}'),
    ],
)
def test_an_envelope_is_joined_bytes(page, body):
    assert resources.envelope(page) == body


def test_manifest_and_versions_say_how_to_go_on():
    records = Records((Record(ID, AT, AT), Record(ID, AT + 1, AT + 544)), "cursor", AT, AT + 1)
    assert told(resources.manifest(records)) == {
        "more": True,
        "next": "cursor",
        "objects": [
            {
                "id": ID,
                "date_added": "2023-11-14T22:13:20.123456Z",
                "version": "2023-11-14T22:13:20.123456Z",
                "media_type": "application/stix+json;version=2.1",
            },
            {
                "id": ID,
                "date_added": "2023-11-14T22:13:20.123457Z",
                "version": "2023-11-14T22:13:20.124Z",
                "media_type": "application/stix+json;version=2.1",
            },
        ],
    }
    assert told(resources.versions(records)) == {
        "more": True,
        "next": "cursor",
        "versions": ["2023-11-14T22:13:20.123456Z", "2023-11-14T22:13:20.124Z"],
    }


@pytest.mark.parametrize("make", [resources.manifest, resources.versions])
def test_nothing_is_an_empty_object(make):
    assert told(make(Records((), None, None, None))) == {}


@pytest.mark.parametrize(
    ("first", "last", "since", "told_first", "told_last"),
    [
        (1, 2, None, b"1970-01-01T00:00:00.000001Z", b"1970-01-01T00:00:00.000002Z"),
        (1, 2, AT, b"1970-01-01T00:00:00.000001Z", b"1970-01-01T00:00:00.000002Z"),
        (None, None, AT, b"2023-11-14T22:13:20.123456Z", b"2023-11-14T22:13:20.123456Z"),
        (None, None, None, b"1970-01-01T00:00:00.000000Z", b"1970-01-01T00:00:00.000000Z"),
        (None, None, -62135596800000000, b"0001-01-01T00:00:00.000000Z", b"0001-01-01T00:00:00.000000Z"),
        (None, None, 253402300799999999, b"9999-12-31T23:59:59.999999Z", b"9999-12-31T23:59:59.999999Z"),
    ],
)
def test_dates_added_are_the_pages_or_the_clients_own(first, last, since, told_first, told_last):
    assert resources.dates_added(first, last, since) == (
        (b"x-taxii-date-added-first", told_first),
        (b"x-taxii-date-added-last", told_last),
    )
