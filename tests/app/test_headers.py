"""The headers of every kind of answer the node gives: pages, errors, forms, files, probes, TAXII; over http and https."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from comity.app.asgi import STRICT, compose
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from tests.desks.cast import form_token_in

HTTP = "http://127.0.0.1:8000"
HTTPS = "https://node.example"


class Asked:
    """A node, whoever signed in there, and what it takes to be given each kind of answer."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.base = settings.url
        self.node = open_node(settings)
        self.client: TestClient[Any] = TestClient(compose(self.node), base_url=self.base)
        self.path = path

    def sign_in(self) -> None:
        accounts = self.node.directory.accounts
        path = f"/sign-in/{accounts.invite(accounts.get(), purpose='sign-in').secret}"
        token = form_token_in(self.client.get(path).text)
        assert self.client.post(path, data={"form_token": token}, follow_redirects=False).status_code == 303

    def kinds(self) -> Iterator[tuple[str, Any]]:
        """An answer of each kind, by its name."""
        ask = self.client.request
        yield "to sign-in", ask("GET", "/", follow_redirects=False)
        yield "page for nobody", ask("GET", "/sign-in")
        yield "post by nobody", ask("POST", "/account/language")
        self.sign_in()
        page = ask("GET", "/about")
        token = {"form_token": form_token_in(page.text)}
        yield "page", page
        yield "page without a body", ask("HEAD", "/about")
        yield "static", ask("GET", page.text.split('rel="stylesheet" href="')[1].split('"')[0])
        yield "no static", ask("GET", "/static/0/comity.css")
        yield "nowhere", ask("GET", "/nowhere")
        yield "bad parameter", ask("GET", "/intel/search?before=x")
        yield "bad method", ask("DELETE", "/about")
        yield "strange method", ask("OPTIONS", "/about")
        yield "bad form", ask("POST", "/display", data={})
        yield "large form", ask("POST", "/display", data={"form_token": "x" * 100_000})
        yield "not a form", ask("POST", "/display", content=b"{", headers={"content-type": "application/json"})
        yield "redirect", ask("POST", "/display", data={**token, "theme": "dark"}, follow_redirects=False)
        yield "refused", ask("POST", "/account/password", data={**token, "new": "x", "again": "y"})
        for probe in ("/healthz", "/readyz", "/metrics"):
            yield probe, ask("GET", probe)
        yield "taxii for nobody", ask("GET", "/taxii2/")
        issued = self.node.directory.tokens.issue(self.node.directory.parties.own())
        bearer = {"authorization": f"Bearer {issued.secret}", "accept": "application/taxii+json;version=2.1"}
        yield "taxii", ask("GET", "/taxii2/", headers=bearer)
        yield "taxii nowhere", ask("GET", "/taxii2/nothing/", headers=bearer)
        yield "taxii bad method", ask("DELETE", "/taxii2/", headers=bearer)


@pytest.mark.parametrize("base", [HTTP, HTTPS])
def test_every_kind_of_answer_carries_the_headers(tmp_path: Path, base: str) -> None:
    settings = Settings(data=str(tmp_path / "node"), base_url=base)
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    asked = Asked(tmp_path / "node", settings)
    with asked.client:
        answers = dict(asked.kinds())
    assert len(answers) > 20
    for kind, answer in answers.items():
        headers = answer.headers
        assert answer.status_code < 500 or kind == "/readyz", kind
        assert headers["x-content-type-options"] == "nosniff", kind
        kept = "immutable" if kind == "static" else "no-store"
        assert kept in headers["cache-control"], kind
        assert headers.get(STRICT[0].decode()) == (STRICT[1].decode() if base == HTTPS else None), kind
        assert "server" not in headers or "/" not in headers["server"], kind
        assert "x-powered-by" not in headers, kind
        if kind.startswith("taxii"):
            continue
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert "unsafe" not in policy, kind
        assert "*" not in policy, kind
        assert headers["referrer-policy"] == "no-referrer", kind
        assert headers["cross-origin-opener-policy"] == "same-origin", kind
        assert headers["cross-origin-resource-policy"] == "same-origin", kind
        assert "access-control-allow-origin" not in headers, kind


def test_what_fails_unforeseen_says_nothing_of_the_inside_and_carries_the_headers(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"))
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    asked = Asked(tmp_path / "node", settings)
    client = TestClient(compose(asked.node), base_url=asked.base, raise_server_exceptions=False)
    with client:
        asked.client = client
        asked.sign_in()
        asked.node.directory.parties.own = _fail  # type: ignore[method-assign]
        answer = client.get("/parties")
    assert answer.status_code == 500
    assert "a secret of the inside" not in answer.text
    assert "Traceback" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]


def _fail() -> Any:
    raise ZeroDivisionError("a secret of the inside")
