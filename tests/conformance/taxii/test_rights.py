"""The table of TAXII endpoints walked: as nobody, as parties of each right on the collection, for every endpoint and method.

What each right may do is said here once more, and held against the server; hidden is answered as absent is.
"""

import json

import pytest

from comity.kernel.exchange.taxii.endpoints import ENDPOINTS, Right
from tests.conformance.taxii.conftest import MEDIA, indicator

WALK = [(endpoint, method) for endpoint in ENDPOINTS for method in (*endpoint.methods, "HEAD")]
WALK = [(endpoint, method) for endpoint, method in WALK if method != "HEAD" or "GET" in endpoint.methods]
ABSENT = "aaaaaaaa-0000-4000-8000-000000000000"
ONE = indicator(1)
# Who reads and who writes which collection; the node's own party may do all.
MAY = {
    "shared": {"carol": "rw", "dave": "rw", "erin": "r", "harbour": "rw"},
    "inbox": {"carol": "w", "dave": "r", "erin": "", "harbour": "rw"},
    "private": {"carol": "", "dave": "", "erin": "", "harbour": "rw"},
}


def status_of(right, rights):
    """What somebody with these rights on the collection is answered where that right is needed; 200 stands for any success."""
    needed = {Right.SEEN: "", Right.READ: "r", Right.WRITE: "w", Right.READ_AND_WRITE: "rw"}
    if right not in needed:
        return 200
    if not rights:
        return 404
    if set(needed[right]) <= set(rights):
        return 200
    return 403


def path_of(node, endpoint, slug, status):
    path = endpoint.path.replace("{collection}", getattr(node, slug)).replace("{object}", ONE["id"])
    return path.replace("{status}", status)


def ask(node, endpoint, method, path, who):
    posts = (
        {"content": json.dumps({"objects": [indicator(3)]}), "headers": {"Content-Type": MEDIA}}
        if method == "POST"
        else {}
    )
    return node.ask(method, path, who=who, **posts)


def told(answer):
    return answer.status_code, {**answer.json(), "error_id": ""}


def test_every_right_is_known_here():
    assert {right for endpoint in ENDPOINTS for right in endpoint.methods.values()} == set(Right)


def test_nobody_gets_anywhere(node):
    node.tokens |= {"mallory": "comity_never-was-one"}
    for endpoint, method in WALK:
        path = path_of(node, endpoint, "shared", ABSENT)
        for who in (None, "mallory"):
            answer = ask(node, endpoint, method, path, who)
            assert answer.status_code == 401, (path, method, who)
            assert answer.headers["www-authenticate"]
            assert method == "HEAD" or answer.json()["http_status"] == "401"


@pytest.mark.parametrize("slug", MAY)
def test_each_right_does_what_it_says_and_no_more(node, slug):
    for who, rights in MAY[slug].items():
        for endpoint, method in WALK:
            right = endpoint.right(method)
            if right is Right.OWN:
                continue
            if "{object}" in endpoint.path:
                # One deletes what one has sent oneself.
                node.add(ONE, who=who if "w" in rights else "harbour", collection=getattr(node, slug))
            answer = ask(node, endpoint, method, path_of(node, endpoint, slug, ABSENT), who)
            expected = status_of(right, rights)
            got = 200 if answer.status_code in {200, 202} else answer.status_code
            assert got == expected, (endpoint.name, method, slug, who)
            if got == 404 and method != "HEAD":
                nowhere = endpoint.path.replace("{collection}", ABSENT).replace("{object}", ONE["id"])
                assert told(answer) == told(ask(node, endpoint, method, nowhere, who))


def test_a_status_is_told_to_whoever_posted_and_to_nobody_else(node):
    status = node.add(indicator(2))["id"]
    path = f"{node.root}status/{status}/"
    absent = node.ask("GET", f"{node.root}status/{ABSENT}/")
    for who in ("carol", "dave", "erin"):
        answer = node.ask("GET", path, who=who)
        if who == "carol":
            assert answer.status_code == 200
        else:
            assert told(answer) == told(absent)
