"""Coming in by a one-time link, going out, and the form token: over HTTP, as browsers do it."""

import pytest

from comity.kernel.base.ids import system_random
from comity.web.headers import HEADERS
from comity.web.session import form_token
from tests.desks.cast import COOKIE, Node, form_token_in
from tests.desks.sending import beside, sent, with_password

PRIVATE = [
    "/",
    "/parties",
    "/collections",
    "/about",
    "/intel/search",
    "/intel/objects/campaign--x",
    "/intel/objects/x/raw",
]


def link(node: Node, purpose: str = "sign-in") -> str:
    return f"/sign-in/{node.directory.accounts.invite(node.alice, purpose=purpose).secret}"


def test_looking_at_the_link_does_not_use_it_and_pressing_the_button_does(node: Node) -> None:
    path = link(node)
    for _ in range(3):  # a mail scanner, a preview, the person
        with node.browser() as scanner:
            assert scanner.get(path).status_code == 200
    with node.browser() as browser:
        token = form_token_in(browser.get(path).text)
        answer = browser.post(path, data={"form_token": token}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert browser.get("/").status_code == 200
    with node.browser() as late:
        token = form_token_in(late.get(path).text)
        again = late.post(path, data={"form_token": token}, follow_redirects=False)
        assert again.status_code == 403
        assert "does not sign you in" in again.text
        assert COOKIE not in late.cookies


@pytest.mark.parametrize("secret", ["never-was-one", "x" * 5000, "%2e%2e", "%00"])
def test_a_link_that_does_not_hold_gets_one_answer(node: Node, secret: str) -> None:
    with node.browser() as browser:
        token = form_token_in(browser.get(f"/sign-in/{secret}").text)
        answer = browser.post(f"/sign-in/{secret}", data={"form_token": token})
        assert answer.status_code == 403
        assert "has been used, has expired, or never was one" in answer.text


def test_an_expired_link_does_not_sign_in(node: Node) -> None:
    path = link(node)
    node.clock.forward(25 * 3_600_000_000)
    with node.browser() as browser:
        token = form_token_in(browser.get(path).text)
        assert browser.post(path, data={"form_token": token}).status_code == 403


def test_the_session_cookie_is_out_of_reach_and_named_after_the_node(node: Node) -> None:
    path = link(node)
    with node.browser() as browser:
        token = form_token_in(browser.get(path).text)
        answer = browser.post(path, data={"form_token": token}, follow_redirects=False)
        cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{COOKIE}="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize("path", PRIVATE)
def test_without_a_session_every_page_leads_to_how_one_gets_in(node: Node, path: str) -> None:
    with node.browser() as browser:
        answer = browser.get(path, follow_redirects=False)
        wanted = "/sign-in" if path == "/" else f"/sign-in?next={path}"
        assert (answer.status_code, answer.headers["location"]) == (303, wanted)
        assert "one-time link" in browser.get("/sign-in").text


def test_a_session_ends_with_sign_out_and_with_time(node: Node) -> None:
    with node.signed_in() as browser:
        page = browser.get("/")
        kept = browser.cookies[COOKIE]
        browser.post("/sign-out", data={"form_token": form_token_in(page.text)}, follow_redirects=False)
        assert browser.get("/", follow_redirects=False).status_code == 303
        browser.cookies.set(COOKIE, kept)
        assert browser.get("/", follow_redirects=False).status_code == 303
    with node.signed_in() as browser:
        node.clock.forward(13 * 3_600_000_000)
        assert browser.get("/", follow_redirects=False).status_code == 303


def test_a_form_without_the_sessions_token_is_refused_and_changes_nothing(node: Node) -> None:
    with node.signed_in() as browser:
        good = form_token_in(browser.get("/").text)
        other = form_token(system_random(32).hex())
        for data in ({}, {"form_token": ""}, {"form_token": other}, {"form_token": good[:-1]}, {"other": good}):
            answer = browser.post("/sign-out", data=data, follow_redirects=False)
            assert answer.status_code == 403
            assert "Nothing was changed" in answer.text
        crossed = browser.post(
            "/sign-out", data={"form_token": good}, headers={"sec-fetch-site": "cross-site"}, follow_redirects=False
        )
        assert crossed.status_code == 403
        assert browser.get("/", follow_redirects=False).status_code == 200
        left = browser.post(
            "/sign-out", data={"form_token": good}, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False
        )
        assert left.status_code == 303


def test_nobody_signs_another_in_with_a_link_of_their_own(node: Node) -> None:
    path = link(node)
    with node.browser() as stranger:
        token = form_token_in(stranger.get(path).text)
    with node.browser() as victim:
        assert victim.post(path, data={"form_token": token}, follow_redirects=False).status_code == 403
        assert COOKIE not in victim.cookies


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/sign-in/x", "/nowhere", "/account", "/intel/search?before=x", "/static/0/comity.css"]
)
def test_every_answer_carries_the_headers(node: Node, path: str) -> None:
    with node.signed_in() as browser:
        answer = browser.get(path, follow_redirects=False)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)


def test_static_files_are_kept_for_a_year_under_the_address_of_their_content(node: Node) -> None:
    with node.browser() as browser:
        page = browser.get("/sign-in").text
        path = page.split('rel="stylesheet" href="')[1].split('"')[0]
        sheet = browser.get(path)
        assert sheet.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in sheet.headers["cache-control"]
        assert browser.get("/static/0000000000000000/comity.css").status_code == 404
        assert browser.get("/static/..%2f..%2f/press.py").status_code == 404


def test_a_large_form_is_refused(node: Node) -> None:
    with node.signed_in() as browser:
        assert browser.post("/sign-out", data={"form_token": "x" * 100_000}).status_code == 413


def test_somebody_new_is_led_to_choosing_how_to_come_again(node: Node) -> None:
    with node.browser() as browser:
        path = link(node, "invitation")
        assert "choose how to sign in" in browser.get(path).text
        answer = sent(browser, path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/start")
        page = browser.get("/account/start").text
        assert "Welcome, Alice" in page
        assert "Not at this address" in page  # 127.0.0.1 is no name
        assert "/account/password" in page


def test_a_recovery_link_says_what_it_drops_before_it_does(node: Node) -> None:
    with_password(node)
    with node.signed_in() as before, beside(node.browser()) as browser:
        path = link(node, "recovery")
        assert "your old password, codes and passkeys are dropped" in browser.get(path).text
        assert node.directory.accounts.has_password(node.alice)
        assert before.get("/", follow_redirects=False).status_code == 200
        answer = sent(browser, path)
        assert answer.headers["location"] == "/account/start"
        assert not node.directory.accounts.has_password(node.alice)
        assert before.get("/", follow_redirects=False).status_code == 303


def test_signing_in_ends_the_session_that_stood_in_the_browser(node: Node) -> None:
    """Nobody who planted a cookie on a browser is signed in by what its owner does (session fixation)."""
    with node.signed_in() as browser:
        planted = browser.cookies[COOKIE]
        sent(browser, link(node))
        assert browser.cookies[COOKIE] != planted
        assert node.directory.accounts.of_cookie(planted) is None
    with node.browser() as browser:
        browser.cookies.set(COOKIE, "made-up-by-somebody-else", domain="127.0.0.1", path="/")
        sent(browser, link(node))
        assert browser.cookies[COOKIE] != "made-up-by-somebody-else"
        assert node.directory.accounts.of_cookie("made-up-by-somebody-else") is None
