"""Where passkeys are offered: under the node's own name, or localhost; never at an address, never at a stranger's name."""

from typing import Any

import pytest
from litestar.testing import RequestFactory

from comity.web.browser import browser_of
from comity.web.origin import Origin, passkey_origin
from comity.web.session import CookieNames

NAMES = CookieNames("ab12cd34ef567890", secure=False)


def asked(host: str, **headers: str) -> Any:
    return RequestFactory().get("/", headers={"host": host, **headers})


@pytest.mark.parametrize(
    ("host", "base", "origin"),
    [
        ("localhost:8000", "http://127.0.0.1:8000", Origin("localhost", "http://localhost:8000")),
        ("LOCALHOST", "http://127.0.0.1:80", Origin("localhost", "http://localhost")),
        ("node.example", "https://node.example", Origin("node.example", "https://node.example")),
        ("node.example:8443", "https://node.example:8443", Origin("node.example", "https://node.example:8443")),
        ("node.example:443", "https://node.example", Origin("node.example", "https://node.example")),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", None),
        ("[::1]:8000", "http://[::1]:8000", None),
        ("192.0.2.7", "https://192.0.2.7", None),
        ("2130706433", "http://127.0.0.1:8000", None),
        ("evil.example", "https://node.example", None),
        ("node.example:8444", "https://node.example", None),
        ("node.example", "http://node.example", None),
        ("localhost", "https://node.example", None),
        ("localhost.evil.example", "http://127.0.0.1:8000", None),
        ("localhost@evil.example", "http://127.0.0.1:8000", None),
        ("", "http://127.0.0.1:8000", None),
        ("x" * 400, "https://node.example", None),
    ],
)
def test_the_origin_is_the_nodes_own_or_there_is_none(host: str, base: str, origin: Origin | None) -> None:
    assert passkey_origin(asked(host), base) == origin


def test_the_address_is_the_proxys_word_only_where_a_proxy_is_declared() -> None:
    told = asked("localhost", **{"x-forwarded-for": "203.0.113.9, 198.51.100.4", "user-agent": "A" * 5000})
    assert browser_of(told, NAMES, proxied=True).network == "198.51.100.4"
    assert browser_of(told, NAMES, proxied=False).network == ""  # the test client has no address
    assert len(browser_of(told, NAMES, proxied=False).agent) == 300
    # A proxy that adds a line of its own leaves the browser's before it.
    twice = RequestFactory().get("/", headers={"host": "localhost"})
    lines = [(b"x-forwarded-for", b"203.0.113.9"), (b"x-forwarded-for", b"198.51.100.4")]
    twice.scope["headers"] = [*twice.scope["headers"], *lines]
    assert browser_of(twice, NAMES, proxied=True).network == "198.51.100.4"
    nonsense = asked("localhost", **{"x-forwarded-for": "<script>"})
    assert browser_of(nonsense, NAMES, proxied=True).network == ""
