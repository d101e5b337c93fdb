"""Step-up: what is dangerous is asked for once more who one is, and leads back to where one was going and nowhere else."""

import pyotp
import pytest

from comity.app.desks import DESKS
from tests.desks.cast import COOKIE, Node, form_token_in
from tests.desks.sending import PASSWORD, beside, hidden, later, sent, with_password

DANGEROUS = {
    "/account/password",
    "/account/codes",
    "/account/codes/drop",
    "/account/passkeys/add",
    "/account/passkeys/keep",
    "/account/passkeys/{key:str}/drop",
    "/people/invite",
    "/people/{number:int}/roles",
    "/people/{number:int}/disable",
    "/people/{number:int}/enable",
    "/people/{number:int}/link",
    "/people/{number:int}/sessions/end",
}


def test_everything_that_changes_who_may_what_is_confirmed_first() -> None:
    marked = {path for desk in DESKS for route in desk.routes for path in route.paths if route.opt.get("confirmed")}
    assert marked >= DANGEROUS


def test_every_confirmed_form_has_a_page_to_come_back_to() -> None:
    routes = [route for desk in DESKS for route in desk.routes]
    pages = {path for route in routes if "GET" in route.http_methods for path in route.paths}
    for route in routes:
        wanted = route.opt.get("confirmed")
        if wanted and "POST" in route.http_methods:
            assert set(route.paths) <= pages if wanted is True else wanted in pages, route.paths


def test_a_sign_in_counts_for_ten_minutes_and_then_one_is_asked_and_led_back(node: Node) -> None:
    with_password(node)
    with node.signed_in() as browser:
        assert browser.get("/people/invite", follow_redirects=False).status_code == 200
        later(node)
        asked = browser.get("/people/invite", follow_redirects=False)
        assert (asked.status_code, asked.headers["location"]) == (303, "/account/confirm?next=/people/invite")
        page = browser.get(asked.headers["location"]).text
        data = {"next": hidden(page, "next"), "form_token": form_token_in(page)}
        wrong = browser.post("/account/confirm", data={**data, "password": "not it"}, follow_redirects=False)
        assert wrong.status_code == 403
        assert hidden(wrong.text, "next") == "/people/invite"
        assert browser.get("/people/invite", follow_redirects=False).status_code == 303
        right = browser.post("/account/confirm", data={**data, "password": PASSWORD}, follow_redirects=False)
        assert (right.status_code, right.headers["location"]) == (303, "/people/invite")
        assert browser.get("/people/invite", follow_redirects=False).status_code == 200


def test_a_form_that_comes_too_late_does_nothing_and_leads_back(node: Node) -> None:
    with_password(node)
    with node.signed_in() as browser:
        token = form_token_in(browser.get("/people/invite").text)
        later(node)
        data = {"name": "Mallory", "roles": "analyst", "form_token": token}
        answer = browser.post("/people/invite", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/account/confirm?next=/people/invite"
        assert [each.name for each in node.directory.accounts.all()] == ["Alice"]


def test_with_codes_the_password_alone_does_not_confirm(node: Node) -> None:
    with_password(node)
    accounts = node.directory.accounts
    offer = accounts.begin_totp(node.alice)
    code = pyotp.TOTP(offer.secret)
    accounts.finish_totp(node.alice, offer.ticket, code.at(node.clock.now() // 1_000_000))
    with node.signed_in() as browser:
        later(node)
        assert sent(browser, "/account/confirm", password=PASSWORD, code="000000", next="/people").status_code == 403
        assert sent(browser, "/account/confirm", password=PASSWORD, next="/people").status_code == 422
        assert not accounts.confirmed(browser.cookies[COOKIE])
        now = code.at(node.clock.now() // 1_000_000)
        assert sent(browser, "/account/confirm", password=PASSWORD, code=now, next="/people").status_code == 303
        assert accounts.confirmed(browser.cookies[COOKIE])


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_confirming_never_leads_to_another_place(node: Node, then: str) -> None:
    with_password(node)
    with node.signed_in() as browser:
        page = browser.get("/account/confirm", params={"next": then}).text
        assert "evil" not in hidden(page, "next")
        answer = sent(browser, "/account/confirm", password=PASSWORD, next=then)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_whoever_has_no_way_to_confirm_is_told_what_to_do(node: Node) -> None:
    with node.signed_in() as browser:
        later(node)
        page = browser.get("/account/confirm?next=/people").text
        assert "sign in with a new link" in page
        assert sent(browser, "/account/confirm", "/account", password=PASSWORD).status_code == 422


def test_ones_sessions_can_be_ended_at_once(node: Node) -> None:
    """No step-up: whoever sees a stranger there must be quick."""
    with node.signed_in() as stranger, beside(node.signed_in()) as browser:
        later(node)
        page = browser.get("/account").text
        assert page.count("/account/sessions/") == 2  # the other one, and all others; never this one
        path = next(part.split('"')[0] for part in page.split('action="') if part.startswith("/account/sessions/"))
        assert path.endswith("/end")
        assert sent(browser, path, "/account").status_code == 303
        assert stranger.get("/", follow_redirects=False).status_code == 303
        assert browser.get("/", follow_redirects=False).status_code == 200


def test_nobody_ends_anothers_session_by_its_handle(node: Node) -> None:
    accounts = node.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with node.signed_in() as alice, beside(node.browser()) as browser:
        sent(browser, f"/sign-in/{accounts.invite(bob, purpose='sign-in').secret}")
        handle = accounts.handle_of(alice.cookies[COOKIE])
        assert sent(browser, f"/account/sessions/{handle}/end", "/account").status_code == 404
        assert alice.get("/", follow_redirects=False).status_code == 200
