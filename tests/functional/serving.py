"""A server in a process of its own, and a browser that notices what a page should not do."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, Route

from comity.app.serve import VARIABLE
from comity.app.settings import Settings

STARTS_WITHIN = 90
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The node that the settings name, answering; gives its address by name, where passkeys work too."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMITY_")}
    variables = {**kept, VARIABLE: msgspec.json.encode(settings).decode()}
    with subprocess.Popen([sys.executable, "-m", "comity.app.serve"], env=variables) as server:
        try:
            _wait(f"http://127.0.0.1:{settings.port}/healthz")
            yield f"http://localhost:{settings.port}"
        finally:
            server.terminate()
            server.wait(30)


def _wait(url: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                assert answer.status == 200
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.2)


def sign_in(context: BrowserContext, base: str, secret: str, kept: Path | None = None) -> None:
    """Signs a browser in by the link and its button; keeps its cookies in a file where one is named."""
    page = context.new_page()
    page.goto(f"{base}/sign-in/{secret}")
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(re.compile(rf"^{re.escape(base)}/(?!sign-in)"))
    page.close()
    if kept is not None:
        context.storage_state(path=kept)


@contextmanager
def window(
    browser: Browser, state: Path, width: int = 1440, scheme: str = "light", **more: Any
) -> Iterator[BrowserContext]:
    """A signed-in browser of this width and colour."""
    context = browser.new_context(
        storage_state=state,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        **more,
    )
    try:
        yield context
    finally:
        context.close()


class Watch:
    """What a page says on the console, what it pops up, and whom it asks. Strangers are not even reached."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.said: list[str] = []
        self.strangers: list[str] = []
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("popup", lambda popup: self.said.append(f"a window opened: {popup.url}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", self._request)
        page.context.route(re.compile(rf"^(?!{re.escape(base)}/)"), self._refuse)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 404 says so on the console; that is the answer, not a fault of the page.
        if "Failed to load resource" not in message.text or message.location["url"] != self.page.url:
            self.said.append(f"{self.page.url}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.said.append(f"{self.page.url}: a dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.strangers.append(f"{self.page.url} -> {request.url}")

    def _refuse(self, route: Route) -> None:
        self.strangers.append(f"{self.page.url} -> {route.request.url}")
        route.abort()

    def check(self) -> None:
        """Nothing was said, nobody else was asked."""
        assert self.said == []
        assert self.strangers == []
