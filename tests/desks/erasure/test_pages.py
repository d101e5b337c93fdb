"""/erasure over HTTP: an order with its preview, holds, terms, a recall with who has to be told."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.desks.cast import Node, campaign, malware
from tests.desks.sending import sent

Browser = TestClient[Litestar]
ID = campaign()["id"]
PAGE = f"/erasure/objects/{ID}"


@pytest.fixture
def browser(node: Node) -> Iterator[Browser]:
    """Alice is of the legal staff here."""
    node.alice = node.directory.accounts.add("Leah", ("legal",))
    node.give("estonia", campaign(), malware())
    with node.signed_in() as found:
        yield found


def carry_on(node: Node) -> None:
    while job := node.store.jobs.next(["erase"], node.clock.now()):
        node.store.jobs.step(job, node.store.erasures.step(job))


def test_what_would_go_is_shown_before_it_is_ordered(node: Node, browser: Browser) -> None:
    page = browser.get(f"/erasure/order?object={ID}").text
    assert "Would go: 1 claims of 1 objects." in page
    assert "Energy ISAC" in page
    assert 'href="/intel/objects/campaign' in page
    answer = sent(
        browser, "/erasure/order", on=f"/erasure/order?object={ID}", object=ID, reference="Order 7", for_good="yes"
    )
    assert answer.status_code == 303
    assert "Being carried out" in browser.get("/erasure").text
    carry_on(node)
    page = browser.get("/erasure").text
    assert "Order 7" in page
    assert "for good" in page
    assert ID not in page
    assert browser.get(f"/intel/objects/{ID}").status_code == 404
    assert browser.get(PAGE).status_code == 404


@pytest.mark.parametrize("asked", ["object=nonsense", f"object={ID}&source=estonia", "source=nobody", "agreement=none"])
def test_what_can_not_be_meant_is_said_beside_the_form(browser: Browser, asked: str) -> None:
    page = browser.get(f"/erasure/order?{asked}")
    assert page.status_code == 200
    assert "Would go" not in page.text


def test_an_order_needs_its_reference(browser: Browser) -> None:
    answer = sent(browser, "/erasure/order", on=f"/erasure/order?object={ID}", object=ID)
    assert answer.status_code == 422
    assert "Fill this in." in answer.text


def test_a_hold_is_laid_and_lifted(node: Node, browser: Browser) -> None:
    on = f"/erasure/holds/new?subject={ID}"
    fields = {"kind": "object", "subject": ID, "reference": "Case 3", "ground": "court"}
    assert sent(browser, "/erasure/holds/new", on=on, **fields).status_code == 303
    assert "Case 3" in browser.get("/erasure").text
    assert "Case 3" in browser.get(PAGE).text
    assert "Legal holds stand against 1 claims" in browser.get(f"/erasure/order?object={ID}").text
    number = node.store.holds.all()[0].id
    assert sent(browser, f"/erasure/holds/{number}/lift").status_code == 303
    assert "Lifted" in browser.get("/erasure").text
    assert (
        sent(browser, "/erasure/holds/new", kind="source", subject="nobody", reference="x", ground="y").status_code
        == 422
    )


def test_terms_are_set_and_shown(browser: Browser) -> None:
    assert sent(browser, "/erasure/terms/new", kind="collection", subject="main", days="30").status_code == 303
    assert "ours, for a collection" in browser.get("/erasure").text
    assert sent(browser, "/erasure/terms/new", kind="collection", subject="none", days="30").status_code == 422
    assert sent(browser, "/erasure/terms/new", kind="collection", subject="main", days="0").status_code == 303
    assert "Nothing is erased by a date." in browser.get("/erasure").text


def test_an_object_is_recalled_and_released_again(browser: Browser) -> None:
    page = browser.get(PAGE).text
    assert "Energy ISAC" in page
    assert sent(browser, f"{PAGE}/recall", on=PAGE, reference="R1").status_code == 422
    assert sent(browser, f"{PAGE}/recall", on=PAGE, reference="R1", ground="wrong").status_code == 303
    page = browser.get(PAGE).text
    assert "It was recalled: wrong (R1)." in page
    assert "Still to be told" in page
    assert "1 to be told" in browser.get("/erasure").text
    assert "1 recalled object: somebody is still to be told" in browser.get("/").text
    assert "It was recalled, and goes to no other party." in browser.get(f"/intel/objects/{ID}/audience").text
    assert sent(browser, f"{PAGE}/told", on=PAGE, party="isac").status_code == 303
    assert "Still to be told" not in browser.get(PAGE).text
    assert "Everybody was told" in browser.get("/erasure").text
    assert sent(browser, f"{PAGE}/release").status_code == 303
    assert "It was recalled" not in browser.get(PAGE).text


def test_what_is_restricted_to_others_is_not_there(node: Node, browser: Browser) -> None:
    bob = node.directory.accounts.add("Bob", ("analyst",))
    node.store.restrict(ID, [bob.id], by="bob")
    assert browser.get(PAGE).status_code == 404
    assert "Would go: 0 claims of 0 objects." in browser.get(f"/erasure/order?object={ID}").text
    page = browser.get("/erasure/order?source=estonia").text
    assert ID not in page


def test_nothing_yet(node: Node) -> None:
    with node.signed_in() as browser:
        page = browser.get("/erasure").text
        assert "Nothing has been erased." in page
        assert "No legal hold stands." in page
        assert "Order an erasure" not in page
