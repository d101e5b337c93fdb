"""The demonstration in a browser: pages without console errors, without requests to other hosts, wide and narrow, light and dark.

A server process of its own runs on a folder of its own; chromium drives it as a person would.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from comity.app.settings import Settings
from comity.app.staging import claimed, set_up
from comity.kernel.base.clock import SystemClock
from tests.functional.serving import Watch, free_port, served, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


class Site:
    """A running node of the demonstration, and how its analyst gets in."""

    def __init__(self, base: str, secret: str) -> None:
        self.base = base
        self.secret = secret


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    with claimed(folder):
        demo = set_up(folder, Settings(data=str(folder), port=free_port(), workers=1), SystemClock())
    korea = demo.stages[0]
    with served(korea.settings) as base:
        yield Site(base, korea.seats[1].link)


@pytest.fixture(scope="module")
def session(site: Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signed in once, by the link and its button; the cookie is kept for all pages."""
    kept = tmp_path_factory.mktemp("session") / "state.json"
    with browser.new_context() as context:
        sign_in(context, site.base, site.secret, kept)
    cookies = json.loads(kept.read_text())["cookies"]
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
    return kept


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_home_search_and_an_object_on_every_screen(
    site: Site, browser: Browser, session: Path, width: int, scheme: str
) -> None:
    with window(browser, session, width, scheme) as context:
        page = context.new_page()
        watch = Watch(page, site.base)
        page.goto(site.base)
        assert page.get_by_role("heading", level=1).inner_text() == "Situation"
        _fits(page, width)
        page.get_by_role("searchbox").fill("grey tide")
        page.get_by_role("searchbox").press("Enter")
        page.wait_for_url("**/intel/search?q=*")
        _fits(page, width)
        page.locator("tbody tr", has_text="Campaign").get_by_role("link").first.click()
        page.wait_for_url("**/intel/objects/campaign--*")
        assert page.get_by_text("Held under these claims").is_visible()
        assert page.get_by_text("Who can see this").is_visible()
        _fits(page, width)
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        dark = sum(int(each) for each in paper.strip("rgb()").split(",")[:3]) < 384
        assert dark is (scheme == "dark")
        watch.check()


def _fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width}"


def test_the_narrow_menu_opens_and_leads_on_without_script(site: Site, browser: Browser, session: Path) -> None:
    with window(browser, session, 390, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.base)
        parties = page.get_by_role("link", name="Parties")
        assert not parties.is_visible()
        page.get_by_role("button", name="Menu").click()
        parties.click()
        page.wait_for_url("**/parties")
        assert page.get_by_role("heading", level=1).inner_text() == "Parties"


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(site: Site, browser: Browser, session: Path) -> None:
    with window(browser, session) as context:
        page = context.new_page()
        page.goto(site.base)
        reached = []
        for _ in range(8):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    "[document.activeElement.textContent.trim() || document.activeElement.name,"
                    " getComputedStyle(document.activeElement).outlineStyle]"
                )
            )
        assert reached[0][0] == "Skip to the content"
        assert "q" in [name for name, _ in reached]
        assert all(outline != "none" for _, outline in reached)


def test_signing_out_ends_the_session(site: Site, browser: Browser, session: Path) -> None:
    with window(browser, session) as context:
        page = context.new_page()
        page.goto(site.base)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.goto(site.base)
        assert page.url.endswith("/sign-in")
