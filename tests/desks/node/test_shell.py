"""What stands around every page: navigation by permission, display, notices, forms, HEAD; over HTTP."""

import re
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from comity.kernel.directory.roles import Role
from tests.desks.cast import COOKIE, Node, campaign, form_token_in

Browser = TestClient[Litestar]
KOREAN = {"accept-language": "ko-KR,ko;q=0.9,en;q=0.5"}

WHOLE = {
    "name": "Bob <b>",
    "password": "twelve letters",
    "number": "3",
    "party": "isac",
    "marking": "green",
    "roles": "analyst",
}


def browser_of(node: Node, *roles: Role) -> Browser:
    """Somebody with these roles, signed in."""
    account = node.directory.accounts.add(f"{'-'.join(roles)} person", roles)
    browser = node.browser()
    path = f"/sign-in/{node.directory.accounts.invite(account).secret}"
    browser.post(path, data={"form_token": form_token_in(browser.get(path).text)}, follow_redirects=False)
    return browser


def rail(page: str) -> list[str]:
    """Where the navigation leads."""
    found = page[page.index('<nav id="rail"') :]
    return re.findall(r'href="([^"]+)"', found[: found.index("</nav>")])


def send(browser: Browser, path: str, **fields: Any) -> Any:
    """A form, with the token of the page that the browser sees."""
    token = form_token_in(browser.get("/components").text or browser.get("/sign-in").text)
    return browser.post(path, data={"form_token": token, **fields}, follow_redirects=False)


def test_the_navigation_shows_what_a_person_may_open_and_nothing_else(node: Node) -> None:
    node.give("estonia", campaign())
    with browser_of(node, Role.ADMINISTRATOR) as administrator:
        seen = administrator.get("/").text
        assert "/intel/search" not in rail(seen)
        assert "Grey Tide" not in seen
        assert 'role="search"' not in seen
        assert "/people" in rail(seen)
        assert [administrator.get(path).status_code for path in rail(seen)] == [200] * len(rail(seen))
    with browser_of(node, Role.ANALYST) as analyst:
        seen = analyst.get("/").text
        assert "/intel/search" in rail(seen)
        assert "/people" not in rail(seen)
        assert "Grey Tide" in seen
        assert [analyst.get(path).status_code for path in rail(seen)] == [200] * len(rail(seen))


def test_a_page_below_an_entry_leads_back_to_it(node: Node) -> None:
    node.give("estonia", campaign())
    with node.signed_in() as browser:
        page = browser.get(f"/intel/objects/{campaign()['id']}").text
        crumbs = page[page.index('class="crumbs"') :]
        assert 'href="/intel/search"' in crumbs[: crumbs.index("</nav>")]
        assert 'class="crumbs"' not in browser.get("/intel/search").text
        assert 'aria-current="page">Intel' in browser.get("/intel/search").text


@pytest.mark.parametrize("path", ["/", "/components", "/parties", "/sign-in", "/nowhere", "/intel/objects/none"])
def test_head_is_a_get_without_its_body(node: Node, path: str) -> None:
    with node.signed_in() as browser:
        full, head = browser.get(path, follow_redirects=False), browser.head(path, follow_redirects=False)
        assert head.status_code == full.status_code
        assert head.content == b""
        assert head.headers["content-security-policy"] == full.headers["content-security-policy"]
        assert browser.head("/display").status_code in {404, 405}
        assert browser.options(path).status_code == 405


def test_colours_and_rows_are_kept_in_a_cookie_and_lead_back(node: Node) -> None:
    with node.signed_in() as browser:
        assert 'data-theme="system"' in browser.get("/").text
        answer = send(browser, "/display", theme="dark", back="/parties?sort=-name")
        assert (answer.status_code, answer.headers["location"]) == (303, "/parties?sort=-name")
        cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{COOKIE}-display="))
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        send(browser, "/display", rows="dense", back="/")
        page = browser.get("/").text
        assert 'data-theme="dark" data-rows="dense"' in page
        assert '<meta name="color-scheme" content="dark">' in page


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "/a\tb"])
def test_the_display_form_leads_nowhere_else(node: Node, back: str) -> None:
    with node.signed_in() as browser:
        assert send(browser, "/display", theme="light", back=back).headers["location"] == "/"


def test_a_persons_language_goes_with_the_person_and_a_browsers_stays_with_it(node: Node) -> None:
    with node.signed_in() as browser:
        assert 'lang="en"' in browser.get("/").text
        send(browser, "/display", language="ko", back="/")
        page = browser.get("/").text
        assert '<html lang="ko"' in page
        assert "상황" in page
    with node.signed_in() as other:
        assert '<html lang="ko"' in other.get("/").text
        send(other, "/display", language="xx", back="/")
        assert '<html lang="ko"' in other.get("/").text
    with node.browser() as stranger:
        assert '<html lang="en"' in stranger.get("/sign-in").text
        assert '<html lang="ko"' in stranger.get("/sign-in", headers=KOREAN).text
        token = form_token_in(stranger.get("/sign-in").text)
        stranger.post("/display", data={"form_token": token, "language": "ko", "back": "/sign-in"})
        assert '<html lang="ko"' in stranger.get("/sign-in").text


def test_a_form_that_fails_says_where_keeps_what_was_typed_and_forgets_what_is_secret(node: Node) -> None:
    with node.signed_in() as browser:
        answer = send(browser, "/components", name="Bob <b>", password="short-one", number="x")
        assert answer.status_code == 422
        own = answer.text[answer.text.index('id="try"') :]
        assert 'value="Bob &lt;b&gt;"' in own
        assert "short-one" not in answer.text
        assert 'aria-describedby="try-password-error"' in own
        assert 'href="#try-number"' in answer.text
        assert 'role="alert"' in answer.text


def test_a_form_that_holds_is_answered_by_a_notice_that_is_shown_once(node: Node) -> None:
    with node.signed_in() as browser:
        answer = send(browser, "/components", **WHOLE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/components")
        page = browser.get("/components").text
        assert "The form of Bob &lt;b&gt; was read." in page
        assert "was read." not in browser.get("/components").text
        assert "twelve letters" not in str(answer.headers)


def test_a_notice_of_another_session_is_not_shown(node: Node) -> None:
    with node.signed_in() as browser:
        send(browser, "/components", **WHOLE)
        waiting = browser.cookies[f"{COOKIE}-notice"]
    with node.signed_in() as other:
        other.cookies.set(f"{COOKIE}-notice", waiting)
        assert "was read." not in other.get("/components").text


def test_the_list_of_components_is_sorted_and_paged_by_the_server(node: Node) -> None:
    with node.signed_in() as browser:
        page = browser.get("/components?sort=-gave&page=2").text
        assert 'aria-sort="descending"' in page
        assert "9 to 16 of 23" in page
        for address in ("?sort=nothing", "?page=-4", "?page=" + "9" * 40, "?sort=%00", "?words=%22%3E%3Cscript%3E"):
            answer = browser.get(f"/components{address}")
            assert answer.status_code == 200
            assert "<script" not in answer.text


def test_pages_and_their_files_are_small(node: Node) -> None:
    for number in range(60):
        node.give("estonia", campaign(number, name="Grey Tide " * 20))
    with node.signed_in() as browser:
        for path in ("/", "/components", "/intel/search?q=grey", "/parties"):
            page = browser.get(path)
            files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
            whole = len(page.content) + sum(len(browser.get(each).content) for each in set(files))
            assert whole < 200_000, (path, whole)
