"""Whatever this node emits is STIX 2.1 for others: exported bundles and TAXII pages pass stix2-validator and stix2.

The node is the demonstration's, which holds nearly every type, conflicting contents and a year-9999 version among them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stix2
from litestar.testing import TestClient
from stix2validator import ValidationOptions, validate_instance, validate_string

from comity.app.asgi import compose
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.staging import claimed, set_up
from comity.cli.reading import Gone, bundle
from comity.kernel.base.clock import FixedClock
from comity.kernel.store.types import Collection, Party

# The validator uses a name of jsonschema that is deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

NOW = 1_795_299_600_123_456
TAXII = "application/taxii+json;version=2.1"
OPTIONS = ValidationOptions(version="2.1", silent=True)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    path: Path = tmp_path_factory.mktemp("emitted") / "demo"
    with claimed(path):
        first = set_up(path, Settings(data=str(path)), FixedClock(NOW)).stages[0]
    with open_node(first.settings, clock=FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(node: Node) -> Iterator[TestClient[Any]]:
    with TestClient(compose(node), base_url="http://127.0.0.1:8000") as made:
        yield made


def readers(node: Node, collection: Collection) -> list[Party]:
    access = {entry.party for entry in node.directory.collections.access(collection) if entry.read}
    return [party for party in node.directory.parties.all() if party.own or party.id in access]


def read_pages(client: TestClient[Any], secret: str, collection: Collection, limit: int) -> Iterator[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {secret}", "Accept": TAXII}
    parameters = {"limit": str(limit), "match[version]": "all"}
    while True:
        answer = client.get(f"/taxii2/root/collections/{collection.uuid}/objects/", headers=headers, params=parameters)
        assert answer.status_code == 200, answer.text
        page = json.loads(answer.content)
        yield page
        if not page.get("more"):
            return
        parameters["next"] = page["next"]


def faults(decoded: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What others find wrong with objects, each looked at once."""
    found = []
    for text in sorted({json.dumps(one, sort_keys=True) for one in decoded}):
        one = json.loads(text)
        stix2.parse(one, allow_custom=True)
        found += [(one["id"], str(error)) for error in validate_instance(one, OPTIONS).errors]
    return found


def test_every_export_is_a_valid_bundle(node: Node) -> None:
    for collection in node.directory.collections.all():
        for party in readers(node, collection):
            text = b"".join(bundle(node, collection, party, Gone())).decode()
            result = validate_string(text, OPTIONS)
            assert result.is_valid, (collection.slug, party.slug, [str(error) for error in result.errors][:5])
            parsed = stix2.parse(text, allow_custom=True)
            assert len(parsed.get("objects", ())) == len(json.loads(text).get("objects", ()))


def test_every_page_holds_valid_objects(node: Node, client: TestClient[Any]) -> None:
    emitted: list[dict[str, Any]] = []
    own = node.directory.tokens.issue(node.directory.parties.own()).secret
    for collection in node.directory.collections.all():
        for page in read_pages(client, own, collection, 50):
            assert set(page) <= {"objects", "more", "next"}
            assert len(page.get("objects", ())) <= 50
            emitted += page.get("objects", ())
    assert len(emitted) > 400
    assert faults(emitted) == []


def test_a_partner_gets_the_same_by_page_and_by_export(node: Node, client: TestClient[Any]) -> None:
    """Two exits, one door."""
    for party in node.directory.parties.all():
        secret = node.directory.tokens.issue(party).secret
        for collection in node.directory.collections.all():
            if party not in readers(node, collection):
                continue
            paged = [one for page in read_pages(client, secret, collection, 7) for one in page.get("objects", ())]
            exported = json.loads(b"".join(bundle(node, collection, party, Gone()))).get("objects", [])
            assert paged == exported, (party.slug, collection.slug)


def test_what_a_partner_may_not_see_is_in_none_of_it(node: Node, client: TestClient[Any]) -> None:
    """The open feed has a ceiling of clear: nothing else leaves, whatever the collection."""
    feed = node.directory.parties.get("open-feed")
    secret = node.directory.tokens.issue(feed).secret
    reachable = [one for one in node.directory.collections.all() if feed in readers(node, one)]
    assert reachable
    for collection in reachable:
        for page in read_pages(client, secret, collection, 20):
            for one in page.get("objects", ()):
                others = set(one.get("object_marking_refs", ())) - {
                    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
                }
                assert not others, one["id"]
