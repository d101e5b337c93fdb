"""Pages for people, as a browser asks for them: signed in by a one-time link, each page timed, the first load weighed."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import re
import statistics
import time
import urllib.parse
from typing import TYPE_CHECKING, Final

from bench import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGES: Final = (
    "/",
    "/intel/search?q=report",
    "/parties",
    "/collections",
    "/people",
    "/record",
    "/operations",
    "/account",
)
_FIELD: Final = re.compile(r'name="form_token"\s+value="([0-9a-f]+)"')
_ASSET: Final = re.compile(r'(?:href|src)="(/static/[^"]+)"')
_OBJECT: Final = re.compile(r'href="(/intel/objects/[^"?#]+)"')


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """One page: the median of its times in ms, and what a first visit loads for it in kB (page, styles, scripts)."""

    path: str
    median: float
    kilobytes: float


class Browser:
    """One connection with a jar of cookies; follows nothing by itself."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """Status, body, and where it sends the browser."""
        headers = {"Host": f"127.0.0.1:{self._connection.port}", "Accept": "text/html"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        body = urllib.parse.urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, content, answer.headers.get("location", "")

    def sign_in(self, link: str) -> None:
        """Use a one-time link: look at it, then press its button."""
        path = urllib.parse.urlsplit(link).path
        _, page, _ = self.ask("GET", path)
        token = _FIELD.search(page.decode())
        if token is None:
            raise BenchError("the page of a one-time link has no form")
        status, _, _ = self.ask("POST", path, {"form_token": token[1]})
        if status != 303:
            raise BenchError(f"signing in was answered with {status}")

    def close(self) -> None:
        self._connection.close()


def look(port: int, link: str, *, repeat: int) -> Iterator[Seen]:
    """Every page of ``PAGES``, and the page of an object that the search found."""
    with contextlib.closing(Browser(port)) as browser:
        browser.sign_in(link)
        _, found, _ = browser.ask("GET", PAGES[1])
        objects = _OBJECT.findall(found.decode())
        for path in (*PAGES, *objects[:1]):
            yield _seen(browser, path, repeat)


def _seen(browser: Browser, path: str, repeat: int) -> Seen:
    times, page = [], b""
    for _ in range(repeat):
        start = time.perf_counter()
        status, page, _ = browser.ask("GET", path)
        times.append((time.perf_counter() - start) * 1000)
        if status != 200:
            raise BenchError(f"{path} was answered with {status}")
    weight = len(page) + sum(_weights(browser, page))
    return Seen(path, statistics.median(times), weight / 1000)


def _weights(browser: Browser, page: bytes) -> Sequence[int]:
    return [len(browser.ask("GET", asset)[1]) for asset in dict.fromkeys(_ASSET.findall(page.decode()))]
