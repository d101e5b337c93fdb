"""Restricting an object on its page: who may, who finds it then, and that nobody else learns of it."""

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.types import Account
from tests.desks.cast import Node, campaign, form_token_in, relationship

CAMPAIGN = campaign()["id"]
PAGE = f"/intel/objects/{CAMPAIGN}"
ABSENT = f"/intel/objects/{campaign(99)['id']}"
Browser = TestClient[Litestar]


@pytest.fixture
def bob(node: Node) -> Account:
    """An analyst beside Alice."""
    return node.directory.accounts.add("Bob", ("analyst",))


def browser_of(node: Node, account: Account) -> Browser:
    node.alice, alice = account, node.alice
    try:
        return node.signed_in()
    finally:
        node.alice = alice


def send(browser: Browser, path: str, *people: Account, form: str = "") -> int:
    """The form of a page, sent; the status."""
    token = form_token_in(browser.get(form or path).text) or form_token_in(browser.get("/").text)
    data = {"form_token": token, "people": [str(each.id) for each in people]}
    return browser.post(path, data=data, follow_redirects=False).status_code


def everything_else(browser: Browser) -> str:
    """What the pages say that could tell of an object."""
    paths = ("/", "/parties", "/collections", "/intel/search?q=grey", f"/intel/search?q={CAMPAIGN}")
    return "".join(browser.get(path).text for path in paths)


def test_who_is_named_sees_it_and_nobody_else(node: Node, bob: Account) -> None:
    node.give("estonia", campaign())
    with browser_of(node, bob) as other:
        assert other.get(PAGE).status_code == 200
    with node.signed_in() as browser:
        assert send(browser, f"{PAGE}/restriction", node.alice) == 303
        page = browser.get(PAGE).text
        assert "only these people see it: Alice" in page
        assert "It is restricted to named people" in page
        assert "Restricted" in browser.get("/intel/search?q=grey").text
    with browser_of(node, bob) as other:
        for path in ("", "/raw", "/restriction", "/restriction/lift"):
            answer, absent = other.get(PAGE + path), other.get(ABSENT + path)
            assert answer.status_code == absent.status_code == 404
            assert answer.text.replace(CAMPAIGN, "").replace(CAMPAIGN[-6:], "") == absent.text.replace(
                campaign(99)["id"], ""
            ).replace(campaign(99)["id"][-6:], "")
        assert "Grey Tide" not in everything_else(other)
        assert PAGE not in everything_else(other)


def test_pages_of_who_is_not_named_are_as_if_it_had_never_come(node: Node, bob: Account) -> None:
    node.give("estonia", campaign(2, name="Other"))
    node.give("isac", campaign(3, name="Third"))
    with browser_of(node, bob) as other:
        before = {path: _without_token(other.get(path).text) for path in ("/", "/parties", "/collections")}
        node.give("estonia", campaign())
        node.store.restrict(CAMPAIGN, [node.alice.id], by="test")
        after = {path: _without_token(other.get(path).text) for path in before}
        assert after == before


def test_what_names_it_says_nothing_of_it(node: Node, bob: Account) -> None:
    named = relationship(campaign(2)["id"], "related-to", CAMPAIGN)
    node.give("estonia", campaign(), campaign(2, name="Other"), named)
    node.store.restrict(CAMPAIGN, [node.alice.id], by="test")
    with browser_of(node, bob) as other:
        for object_id in (named["id"], campaign(2)["id"]):
            page = other.get(f"/intel/objects/{object_id}")
            assert page.status_code == 200
            assert "Grey Tide" not in page.text


def test_reading_it_is_in_the_record(node: Node) -> None:
    node.give("estonia", campaign())
    node.store.restrict(CAMPAIGN, [node.alice.id], by="test")
    with node.signed_in() as browser:
        browser.get(PAGE)
    (read,) = node.store.events.all(10, kind=LeafKind.READ)
    assert read.account == node.alice.id


def test_whoever_restricts_stays_among_the_named(node: Node, bob: Account) -> None:
    node.give("estonia", campaign())
    with node.signed_in() as browser:
        for people in ((bob,), ()):
            assert send(browser, f"{PAGE}/restriction", *people) == 422
        assert node.store.events.all(10, kind=LeafKind.RESTRICTED) == ()
        assert send(browser, f"{PAGE}/restriction", node.alice, bob) == 303
    with browser_of(node, bob) as other:
        assert "Alice, Bob" in other.get(f"{PAGE}/restriction").text
        assert send(other, f"{PAGE}/restriction", bob) == 303
    with node.signed_in() as browser:
        assert browser.get(PAGE).status_code == 404
        assert send(browser, f"{PAGE}/restriction", node.alice, form="/") == 404
        assert send(browser, f"{ABSENT}/restriction", node.alice, form="/") == 404


def test_lifting_says_what_it_means_and_opens(node: Node, bob: Account) -> None:
    node.give("estonia", campaign())
    node.store.restrict(CAMPAIGN, [node.alice.id], by="test")
    with browser_of(node, bob) as other:
        assert send(other, f"{PAGE}/restriction/lift", form="/") == 404
    with node.signed_in() as browser:
        assert "Lift the restriction?" in browser.get(f"{PAGE}/restriction/lift").text
        assert send(browser, f"{PAGE}/restriction/lift") == 303
    with browser_of(node, bob) as other:
        assert other.get(PAGE).status_code == 200
    with node.signed_in() as browser:
        assert browser.get(f"{PAGE}/restriction/lift").status_code == 404


def test_only_these_roles_may(node: Node) -> None:
    node.give("estonia", campaign())
    auditor = node.directory.accounts.add("Ada", ("auditor",))
    with browser_of(node, auditor) as browser:
        assert "/restriction" not in browser.get(PAGE).text
        for object_path in (PAGE, ABSENT):
            assert browser.get(f"{object_path}/restriction").status_code == 403
            assert send(browser, f"{object_path}/restriction", auditor, form="/") == 403
            assert send(browser, f"{object_path}/restriction/lift", form="/") == 403


def test_who_cannot_read_objects_cannot_be_named(node: Node) -> None:
    node.give("estonia", campaign())
    keeper = node.directory.accounts.add("Kay", ("administrator",))
    with node.signed_in() as browser:
        assert "Kay" not in browser.get(f"{PAGE}/restriction").text
        assert send(browser, f"{PAGE}/restriction", node.alice, keeper) == 422


def _without_token(page: str) -> str:
    """Without what differs from one look to the next: the form's token, and the second at which the page was made."""
    return re.sub(r':\d\dZ"', "", page.replace(form_token_in(page), ""))
