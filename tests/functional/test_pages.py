"""The demonstration in a browser: pages without console errors, without requests to other hosts, wide and narrow, light and dark.

A server process of its own runs on a folder of its own; chromium drives it as a person would.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from comity.app.serve import VARIABLE
from comity.app.settings import Settings
from comity.app.staging import set_up
from comity.kernel.base.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
STARTS_WITHIN = 60


class Site:
    """A running demonstration."""

    def __init__(self, base: str, link: str) -> None:
        self.base = base
        self.link = link


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("demo") / "node"
    settings = Settings(data=str(folder), port=port, workers=1, timezone="Asia/Seoul")
    stage = set_up(folder, settings, SystemClock())
    variables = {**os.environ, VARIABLE: msgspec.json.encode(settings).decode()}
    with subprocess.Popen([sys.executable, "-m", "comity.app.serve"], env=variables) as server:
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(base)
            yield Site(base, f"{base}/sign-in/{stage.link}")
        finally:
            server.terminate()
            server.wait(30)


def _wait(base: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2) as answer:
                assert answer.read() == b"ok\n"
                return
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="module")
def session(site: Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signed in once, by the link and its button; the cookie is kept for all pages."""
    kept = tmp_path_factory.mktemp("session") / "state.json"
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site.link)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{site.base}/")
        context.storage_state(path=kept)
    cookies = json.loads(kept.read_text())["cookies"]
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
    return kept


class Watch:
    """What a page says on the console and whom it asks."""

    def __init__(self, page: Page, base: str) -> None:
        self.base = base
        self.said: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.strangers.append(request.url)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_home_search_and_an_object_on_every_screen(
    site: Site, browser: Browser, session: Path, width: int, scheme: str
) -> None:
    with browser.new_context(
        storage_state=session,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    ) as context:
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
        assert watch.said == []
        assert watch.strangers == []


def _fits(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} is wider than {width}"


def test_the_narrow_menu_opens_and_leads_on_without_script(site: Site, browser: Browser, session: Path) -> None:
    with browser.new_context(
        storage_state=session, viewport={"width": 390, "height": 800}, java_script_enabled=False
    ) as context:
        page = context.new_page()
        page.goto(site.base)
        parties = page.get_by_role("link", name="Parties")
        assert not parties.is_visible()
        page.get_by_role("button", name="Menu").click()
        parties.click()
        page.wait_for_url("**/parties")
        assert page.get_by_role("heading", level=1).inner_text() == "Parties"


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(site: Site, browser: Browser, session: Path) -> None:
    with browser.new_context(storage_state=session, viewport={"width": 1440, "height": 900}) as context:
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
    with browser.new_context(storage_state=session) as context:
        page = context.new_page()
        page.goto(site.base)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.goto(site.base)
        assert page.url.endswith("/sign-in")
