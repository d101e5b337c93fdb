"""The application: what goes to TAXII and what to the pages, and that every answer is one of theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from comity.app.asgi import compose
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings

TAXII = "application/taxii+json;version=2.1"


class Served:
    """A node behind a client, with its first link and a token of its own party."""

    def __init__(self, path: Path) -> None:
        settings = Settings(data=str(path))
        self.link = make_node(path, settings, slug="home", name="Home", jurisdiction="KR", person="Alice").secret
        self.node = open_node(settings)
        issued = self.node.directory.tokens.issue(self.node.directory.parties.own())
        self.number, self.bearer = issued.token.id, {"Authorization": f"Bearer {issued.secret}", "Accept": TAXII}
        self.client: TestClient[Any] = TestClient(compose(self.node), base_url="http://127.0.0.1:8000")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served") / "node")
    with made.client:
        yield made


@pytest.mark.parametrize(
    "path", ["/taxii2/", "/taxii2", "/taxii2/root/", "/taxii2/root/collections/", "/taxii2/nothing/"]
)
def test_taxii_is_answered_as_taxii(served: Served, path: str) -> None:
    nobody = served.client.get(path)
    assert nobody.status_code == 401
    assert nobody.headers["content-type"] == TAXII
    assert "Basic" in nobody.headers["www-authenticate"]
    answer = served.client.get(path, headers=served.bearer)
    assert answer.status_code == (404 if "nothing" in path else 200)
    assert answer.headers["content-type"] == TAXII


@pytest.mark.parametrize("path", ["/nothing", "/taxii2x", "/taxii", "/%2e%2e/etc/passwd"])
def test_the_rest_is_answered_with_pages(served: Served, path: str) -> None:
    answer = served.client.get(path, follow_redirects=True)
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/nothing", "/healthz"])
def test_pages_carry_the_security_headers(served: Served, path: str) -> None:
    headers = served.client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_health(served: Served) -> None:
    assert served.client.get("/healthz").status_code == 200


def test_when_a_token_was_used_is_written_at_the_end(tmp_path: Path) -> None:
    served = Served(tmp_path / "node")
    with served.client:
        assert served.client.get("/taxii2/", headers=served.bearer).status_code == 200
    with open_node(served.node.settings) as node:
        token = node.directory.tokens.of()[0]
    assert token.last_used is not None
