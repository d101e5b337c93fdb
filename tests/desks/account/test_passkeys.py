"""Passkeys over HTTP, with an authenticator in software: made, used, confirmed with, removed; and only where there is a name."""

from typing import Any

import pytest

from comity.web.headers import CONTENT_SECURITY_POLICY, SCRIPT_POLICY
from tests.desks.cast import COOKIE, Node, form_token_in
from tests.desks.sending import Browser, beside, hidden, later, options_in, sent
from tests.kernel.directory.authenticator import SoftKey

ORIGIN = "http://localhost:8000"


def at_localhost(browser: Browser) -> Browser:
    browser.base_url = ORIGIN
    return browser


def made(node: Node, browser: Browser, key: SoftKey, name: str = "Blue key") -> Any:
    page = sent(browser, "/account/passkeys/add", name=name)
    assert page.headers["content-security-policy"] == SCRIPT_POLICY
    data = {name: hidden(page.text, name) for name in ("form_token", "ticket", "name")}
    answer = key.create(options_in(page.text), ORIGIN)
    return browser.post("/account/passkeys/keep", data={**data, "response": answer}, follow_redirects=False)


def shown(browser: Browser, path: str, on: str, key: SoftKey, **fields: str) -> Any:
    page = sent(browser, path, on, **fields)
    data = {name: hidden(page.text, name) for name in ("form_token", "ticket", "next")}
    answer = key.get(options_in(page.text), ORIGIN)
    return browser.post(f"{path}/use", data={**data, "response": answer}, follow_redirects=False)


def alice_with(node: Node, key: SoftKey) -> Browser:
    browser = at_localhost(node.browser())
    sent(browser, f"/sign-in/{node.directory.accounts.invite(node.alice, purpose='sign-in').secret}")
    assert made(node, browser, key).headers["location"] == "/account"
    return browser


def test_a_passkey_signs_in_without_a_name(node: Node) -> None:
    key = SoftKey()
    with alice_with(node, key) as browser:
        assert "Blue key" in browser.get("/account").text
        sent(browser, "/sign-out", "/account")
        answer = shown(browser, "/sign-in/passkey", "/sign-in", key, next="/parties")
        assert (answer.status_code, answer.headers["location"]) == (303, "/parties")
        assert browser.get("/").status_code == 200
    assert [each.method for each in node.directory.accounts.sessions(node.alice)] == ["passkey"]


def test_an_answer_is_used_once_and_a_stranger_key_never(node: Node) -> None:
    key = SoftKey()
    with alice_with(node, key) as browser:
        sent(browser, "/sign-out", "/account")
        page = sent(browser, "/sign-in/passkey", "/sign-in", next="/")
        answer = key.get(options_in(page.text), ORIGIN)
        data = {name: hidden(page.text, name) for name in ("form_token", "ticket", "next")}
        assert browser.post("/sign-in/passkey/use", data={**data, "response": answer}).status_code == 200
        with beside(at_localhost(node.browser())) as other:
            token = form_token_in(other.get("/sign-in").text)
            again = {**data, "form_token": token, "response": answer}
            assert other.post("/sign-in/passkey/use", data=again, follow_redirects=False).status_code == 403
            strange = SoftKey(2)
            strange.handle = key.handle
            refused = shown(other, "/sign-in/passkey", "/sign-in", strange, next="/")
            assert refused.status_code == 403
            assert "not accepted" in refused.text
            assert COOKIE not in other.cookies


@pytest.mark.parametrize("response", ["", "null", "{}", "[" * 5000, '{"id": 1}', "\x00"])
def test_an_answer_that_is_none_is_refused_as_any_other(node: Node, response: str) -> None:
    with at_localhost(node.browser()) as browser:
        page = sent(browser, "/sign-in/passkey", "/sign-in", next="/")
        data = {"form_token": hidden(page.text, "form_token"), "ticket": hidden(page.text, "ticket")}
        answer = browser.post("/sign-in/passkey/use", data={**data, "response": response}, follow_redirects=False)
        assert answer.status_code == 403


def test_a_passkey_confirms_and_another_persons_does_not(node: Node) -> None:
    key = SoftKey()
    accounts = node.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with alice_with(node, key) as browser, beside(at_localhost(node.browser())) as bobs:
        bobs_key = SoftKey(2)
        sent(bobs, f"/sign-in/{accounts.invite(bob, purpose='sign-in').secret}")
        assert made(node, bobs, bobs_key).status_code == 303
        later(node)
        wrong = shown(browser, "/account/confirm/passkey", "/account", bobs_key, next="/people/invite")
        assert wrong.status_code == 403
        assert not accounts.confirmed(browser.cookies[COOKIE])
        right = shown(browser, "/account/confirm/passkey", "/account", key, next="/people/invite")
        assert (right.status_code, right.headers["location"]) == (303, "/people/invite")
        assert browser.get("/people/invite", follow_redirects=False).status_code == 200


def test_a_passkey_is_removed_by_its_owner_only(node: Node) -> None:
    key = SoftKey()
    accounts = node.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with alice_with(node, key) as browser, beside(at_localhost(node.browser())) as bobs:
        held = accounts.passkeys(node.alice)[0]
        path = f"/account/passkeys/{held.id}/drop"
        sent(bobs, f"/sign-in/{accounts.invite(bob, purpose='sign-in').secret}")
        assert bobs.get(path).status_code == 404
        assert sent(bobs, path, "/account").status_code == 404
        assert accounts.passkeys(node.alice) == (held,)
        page = browser.get(path).text
        assert "Remove the passkey Blue key?" in page
        assert "no other way to sign in" in page
        assert sent(browser, path).status_code == 303
        assert accounts.passkeys(node.alice) == ()


def test_no_passkeys_where_the_host_is_an_address_or_a_name_that_is_not_ours(node: Node) -> None:
    key = SoftKey()
    with alice_with(node, key):
        pass
    for base in ("http://127.0.0.1:8000", "http://node.evil.example", "http://10.0.0.7:8000"):
        with node.browser() as browser:
            browser.base_url = base
            assert "passkey" not in browser.get("/sign-in").text
            assert sent(browser, "/sign-in/passkey", "/sign-in").status_code == 400
            sent(browser, f"/sign-in/{node.directory.accounts.invite(node.alice, purpose='sign-in').secret}")
            assert "/account/passkeys/add" not in browser.get("/account").text
            assert browser.get("/account/passkeys/add").status_code == 400


def test_script_may_run_on_the_pages_of_a_ceremony_and_nowhere_else(node: Node) -> None:
    key = SoftKey()
    with alice_with(node, key) as browser:
        for path in ("/", "/account", "/account/confirm", "/account/passkeys/add", "/people", "/sign-in"):
            answer = browser.get(path)
            assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
            assert "<script" not in answer.text
