import asyncio
import json

import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from comity.kernel.base.errors import Corrupt, Unavailable
from comity.kernel.exchange.taxii.server import routes
from comity.kernel.store.types import Page

MEDIA = "application/taxii+json;version=2.1"
ROOT = "/taxii2/root/"
OBJECTS = ROOT + "collections/shared/objects/"
ID = "indicator--3600ad1b-fff1-4c98-bcc9-4de3bc2e2ffb"

IDENTITY = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--3600ad1b-fff1-4c98-bcc9-4de3bc2e2ffb",
    "created": "2023-11-14T22:13:20.000Z",
    "modified": "2023-11-14T22:13:20.000Z",
    "name": "Harbour CERT",
}


def assert_error(answer, status, code=None):
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA
    told = answer.json()
    assert told["http_status"] == str(status)
    assert told["title"]
    assert told["error_id"]
    assert "Traceback" not in answer.text
    if code:
        assert told["error_code"] == code
    return told


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer bad", "Basic !!!", "Digest x", "Token good", "Bearer é"]
)
@pytest.mark.parametrize("path", ["/taxii2/", ROOT, OBJECTS, "/taxii2/nothing/", ROOT + "collections/hidden/"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_without_credentials_everything_is_401_and_offers_both_schemes(world, header, path, method):
    headers = {"Authorization": header.encode() if header else header, "Accept": "text/html"}
    answer = world.ask(method, path, headers=headers)
    assert_error(answer, 401, "unauthorised")
    challenges = answer.headers.get_list("www-authenticate")
    assert [each.split(" ")[0] for each in challenges] == ["Basic", "Bearer"]
    assert all('realm="TAXII"' in each for each in challenges)


def test_credentials_seen_before_are_not_looked_up_again(world):
    assert world.ask("GET", "/taxii2/").status_code == 200
    assert world.directory.cold == 0
    assert world.ask("GET", "/taxii2/", headers={"Authorization": "Bearer cold"}).status_code == 200
    assert world.directory.cold == 1


@pytest.mark.parametrize("path", ["/taxii2", "/taxii2/root", OBJECTS.rstrip("/")])
def test_a_missing_slash_at_the_end_is_forgiven(world, path):
    assert world.ask("GET", path).status_code == 200


def test_every_answer_says_what_it_is_and_is_not_kept_by_caches(world):
    for path in ("/taxii2/", "/taxii2/nothing/"):
        answer = world.ask("GET", path)
        assert answer.headers["content-type"] == MEDIA
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_head_is_get_without_a_body(world):
    head, get = world.ask("HEAD", OBJECTS), world.ask("GET", OBJECTS)
    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)
    assert world.ask("HEAD", "/taxii2/nothing/").content == b""


def test_options_says_what_there_is(world):
    answer = world.ask("OPTIONS", OBJECTS)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FROBNICATE"])
def test_a_method_that_is_not_there_is_405_with_allow(world, method):
    answer = world.ask(method, OBJECTS)
    assert_error(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_negotiation_comes_before_anything_of_the_collection_is_told(world):
    for path in (OBJECTS, ROOT + "collections/hidden/objects/"):
        assert_error(world.ask("GET", path, headers={"Accept": "text/html"}), 406)


@pytest.mark.parametrize(
    ("method", "read", "write", "status"),
    [
        ("GET", True, False, 200),
        ("GET", False, True, 403),
        ("GET", False, False, 404),
        ("POST", True, False, 403),
        ("POST", False, False, 404),
        ("POST", False, True, 415),
    ],
)
def test_rights_in_a_collection(world, method, read, write, status):
    world.directory.read, world.directory.write = read, write
    assert world.ask(method, OBJECTS).status_code == status


@pytest.mark.parametrize(
    ("read", "write", "status"), [(False, False, 404), (True, False, 403), (False, True, 403), (True, True, 404)]
)
def test_delete_answers_as_the_table_in_5_7_says(world, read, write, status):
    world.directory.read, world.directory.write = read, write
    assert_error(world.ask("DELETE", OBJECTS + ID + "/"), status)


def test_what_is_not_there_and_what_is_hidden_give_the_same_words(world):
    world.directory.read = world.directory.write = False
    hidden = world.ask("GET", OBJECTS).json()
    absent = world.ask("GET", ROOT + "collections/absent/objects/").json()
    assert {**hidden, "error_id": ""} == {**absent, "error_id": ""}


def test_a_collection_answers_to_its_id_in_either_case_and_to_its_alias(world):
    answers = [
        world.ask("GET", ROOT + f"collections/{key}/").json()
        for key in ("shared", "91A7B528-80EB-42ED-A74D-C6FBD5A26116")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["id"] == "91a7b528-80eb-42ed-a74d-c6fbd5a26116"


def test_a_body_over_the_bound_is_refused_before_it_is_read(make_world):
    world = make_world(max_content_length=10)
    answer = world.ask("POST", OBJECTS, content=b"x" * 11, headers={"Content-Type": MEDIA})
    told = assert_error(answer, 413, "too-large")
    assert "max_content_length" in told["details"]["clause"]


def test_a_chunked_body_over_the_bound_is_refused(make_world):
    async def chunks():
        for _ in range(100):
            yield b"x" * 10

    world = make_world(max_content_length=100)
    answer = world.ask("POST", OBJECTS, content=chunks(), headers={"Content-Type": MEDIA})
    assert_error(answer, 413)


def test_a_compressed_body_is_refused_and_told_how(world):
    answer = world.ask("POST", OBJECTS, content=b"x", headers={"Content-Type": MEDIA, "Content-Encoding": "gzip"})
    assert_error(answer, 415)
    assert answer.headers["accept-encoding"] == "identity"


def test_a_fault_of_ours_tells_an_error_id_and_the_log_has_the_rest(world):
    def fail(*_):
        raise KeyError("a secret of ours")

    world.store.page_of = fail
    with capture_logs() as logs:
        told = assert_error(world.ask("GET", OBJECTS), 500, "internal")
    assert set(told) == {"title", "error_id", "error_code", "http_status"}
    assert logs[0]["error_id"] == told["error_id"]
    assert isinstance(logs[0]["exc_info"], KeyError)


def test_damage_is_500_and_logged(world):
    def corrupt(*_):
        raise Corrupt("leaf 7 is gone")

    world.store.page_of = corrupt
    with capture_logs() as logs:
        assert_error(world.ask("GET", OBJECTS), 500, "corrupt")
    assert logs


def test_what_cannot_be_done_now_says_when_to_come_again(world):
    world.store.fails = Unavailable("the database is busy")
    answer = world.ask("POST", OBJECTS, json={"objects": [IDENTITY]}, headers={"Content-Type": MEDIA})
    assert_error(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(("query", "limit"), [("", 1000), ("?limit=7", 7), ("?limit=5000000000", 10000)])
def test_the_limit_is_the_clients_up_to_ours(world, query, limit):
    asked: list[int] = []

    def page_of(_query, limit, _cursor):
        asked.append(limit)
        return Page(b"{}", 1, None, 1, 1)

    world.store.page_of = page_of
    world.ask("GET", OBJECTS + query)
    assert asked == [limit]


def test_a_filter_that_can_match_nothing_never_reaches_the_store(world):
    world.store.page_of = world.store.records_of = lambda *_: pytest.fail("asked")
    for path in (OBJECTS, ROOT + "collections/shared/manifest/"):
        assert world.ask("GET", path + "?match[id]=nonsense").json() == {}
    for path in (OBJECTS + "nonsense/", OBJECTS + "nonsense/versions/"):
        assert_error(world.ask("GET", path), 404)
    world.store.deleted = 1
    assert_error(world.ask("DELETE", OBJECTS + f"{ID}/?match[spec_version]=2.0"), 404)


def test_delete_of_ones_own_is_200_without_a_body(world):
    world.store.deleted = 1
    answer = world.ask("DELETE", OBJECTS + ID + "/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == MEDIA


def test_delete_of_what_others_claim_and_one_sees_is_403(world):
    world.store.page_of = lambda *_: Page(b"{}", 1, None, 1, 1)
    assert_error(world.ask("DELETE", OBJECTS + ID + "/"), 403)


def test_an_envelope_of_which_nothing_is_accepted_tells_each_reason(world):
    answer = world.ask(
        "POST", OBJECTS, json={"objects": [{}, {**IDENTITY, "name": 5}]}, headers={"Content-Type": MEDIA}
    )
    told = assert_error(answer, 422, "nothing-accepted")
    first, second = told["details"]["failures"]
    assert first["id"] == "objects[0]"
    assert second["id"] == IDENTITY["id"]
    assert "$.name" in second["message"]


def test_a_status_is_told_to_its_party_only(world):
    posted = world.ask("POST", OBJECTS, json={"objects": [IDENTITY]}, headers={"Content-Type": MEDIA})
    assert posted.status_code == 202
    path = ROOT + f"status/{posted.json()['id']}/"
    assert world.ask("GET", path).json() == posted.json()
    world.directory.party = type(world.directory.party)(4, "dave", "Dave", "FR", 1, False, None, 0)
    assert_error(world.ask("GET", path), 404)


def test_a_websocket_is_closed():
    async def run(server):
        sent = []

        async def receive():
            return {"type": "websocket.connect"}

        async def send(message):
            sent.append(message)

        await server({"type": "websocket", "path": "/taxii2/", "headers": []}, receive, send)
        return sent

    from comity.kernel.exchange.taxii.server import TaxiiServer

    server = TaxiiServer.__new__(TaxiiServer)
    assert asyncio.run(run(server))[0]["type"] == "websocket.close"


def test_the_mount_in_litestar_answers_alike(world):
    direct = world.server
    paths = ["/taxii2/", "/taxii2", ROOT, OBJECTS + "?limit=5", "/taxii2/nothing/", OBJECTS + "x/y/z/"]
    alone = [world.ask("GET", path) for path in paths]
    world.server = Litestar(routes(direct), openapi_config=None, logging_config=None)
    mounted = [world.ask("GET", path) for path in paths]
    assert (
        [each.status_code for each in alone] == [each.status_code for each in mounted] == [200, 200, 200, 200, 404, 404]
    )
    for one, two in zip(alone, mounted, strict=True):
        assert {**one.json(), "error_id": 0} == {**two.json(), "error_id": 0}
        assert one.headers["content-type"] == two.headers["content-type"] == MEDIA


def test_the_error_resource_is_json_whatever_was_sent(world):
    answer = world.ask("GET", OBJECTS + "?match[type]=%ff%00")
    json.loads(answer.content)
    assert_error(answer, 400)
