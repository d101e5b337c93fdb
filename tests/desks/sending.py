"""A browser that fills forms in: it loads the page with the form, and sends it with that page's token."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from tests.desks.cast import Node, form_token_in

Browser = TestClient[Litestar]
PASSWORD = "seven herons at low tide"


@contextmanager
def beside(browser: Browser) -> Iterator[Browser]:
    """A browser beside another one. Only the outermost is entered: the framework's client knows one lifespan at a time."""
    yield browser


def sent(browser: Browser, path: str, on: str = "", **fields: Any) -> Any:
    """The answer to a form: ``on`` is the page that it stands on, where that is not at its own path."""
    token = form_token_in(browser.get(on or path).text)
    return browser.post(path, data={**fields, "form_token": token}, follow_redirects=False)


def hidden(page: str, name: str) -> str:
    """A hidden field's value."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def options_in(page: str) -> str:
    """The options of a ceremony, as the page hands them to the browser."""
    found = re.search(r'data-options="([^"]*)"', page)
    assert found, "the page holds no ceremony"
    return html.unescape(found[1])


def with_password(node: Node, password: str = PASSWORD) -> None:
    """Alice has a password."""
    node.directory.accounts.set_password(node.alice, None, password)


def later(node: Node) -> None:
    """So much later that whoever is signed in must prove again who they are."""
    node.clock.forward(11 * 60 * 1_000_000)
