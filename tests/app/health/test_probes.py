"""Health, readiness and metrics: what they say when all is well, when it is not, and to whom."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families

from comity.app.asgi import compose
from comity.app.background import worker
from comity.app.backup.saving import save
from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.errors import Invalid
from comity.kernel.directory.tokens import Scope
from comity.kernel.objects.markings import Tlp
from comity.work.worker import LEASE_NAME


class Served:
    """A node behind a client."""

    def __init__(self, path: Path, database: str = "") -> None:
        settings = Settings(data=str(path))
        self.link = make_node(
            path, settings, slug="home", name="Home", jurisdiction="KR", person="Alice", database=database
        ).secret
        self.node: Node = open_node(settings)
        self.own = self.node.directory.parties.own()
        self.metrics = self.bearer(self.node.directory.tokens.issue(self.own, scope=Scope.METRICS).secret)
        self.client: TestClient[Any] = TestClient(compose(self.node), base_url="http://127.0.0.1:8000")

    @staticmethod
    def bearer(secret: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret}"}

    def lead(self) -> None:
        assert self.node.store.lease(LEASE_NAME, "test", self.node.clock.now() + 60_000_000)

    def read(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        answer = self.client.get("/metrics", headers=self.metrics)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    database = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    made = Served(tmp_path / "node", database)
    with made.client:
        yield made


def test_health_needs_nothing_but_the_process(served: Served, tmp_path: Path) -> None:
    assert served.client.get("/healthz").text == "ok\n"
    (tmp_path / "node" / "node.db").unlink(missing_ok=True)
    assert served.client.get("/healthz").status_code == 200
    assert served.client.head("/healthz").text == ""


def test_readiness_says_what_is_missing(served: Served) -> None:
    answer = served.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "ok database\nok schema\nNO worker\n")
    served.lead()
    answer = served.client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok database\nok schema\nok worker\n")
    with served.node.store._database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = served.client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "ok database\nNO schema\nok worker\n")


def test_readiness_without_a_database(tmp_path: Path) -> None:
    served = Served(tmp_path / "node")
    served.node.store.close()
    for path in (tmp_path / "node").glob("node.db*"):
        path.unlink()
    with served.client:
        answer = served.client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "NO database\n")
        assert served.client.get("/metrics", headers=served.metrics).status_code == 503


def test_metrics_are_for_who_shows_a_token_of_that_scope(served: Served) -> None:
    directory = served.node.directory
    carol = directory.parties.add("carol", name="Carol", jurisdiction="EE", tlp_max=Tlp.RED)
    revoked = directory.tokens.issue(served.own, scope=Scope.METRICS)
    directory.tokens.revoke(revoked.token.id)
    for headers in (
        {},
        {"Authorization": "Bearer comity_nothing"},
        {"X-Forwarded-For": "127.0.0.1"},
        served.bearer(directory.tokens.issue(served.own).secret),
        served.bearer(directory.tokens.issue(carol).secret),
        served.bearer(revoked.secret),
    ):
        answer = served.client.get("/metrics", headers=headers)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "comity_" not in answer.text
    with pytest.raises(Invalid):
        directory.tokens.issue(carol, scope=Scope.METRICS)
    assert served.client.get("/metrics", headers=served.metrics).status_code == 200


def test_a_token_for_metrics_opens_nothing_else(served: Served) -> None:
    accept = {"Accept": "application/taxii+json;version=2.1"}
    assert served.client.get("/taxii2/", headers={**served.metrics, **accept}).status_code == 401
    assert served.client.get("/", headers=served.metrics, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_only_reading(served: Served, path: str) -> None:
    answer = served.client.post(path, headers=served.metrics)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_numbers_are_those_of_the_node(served: Served, tmp_path: Path) -> None:
    served.node.directory.parties.add("carol", name="Carol", jurisdiction="EE")
    worker(served.node).drain()
    save(served.node, tmp_path / "backup", verify=False, progress=lambda *_: None)
    for _ in range(3):
        served.client.get("/nothing-here")
    served.client.get("/taxii2/")
    found = served.read()
    assert found["comity_parties", ()] == 2
    assert found["comity_schema_fits", ()] == 1
    assert found["comity_worker_leads", ()] == 0
    assert found["comity_follower_stopped", (("follower", "settle"),)] == 0
    assert found["comity_backup_last_tried", ()] == 0
    assert found["comity_database_bytes", ()] > 10_000
    assert found["comity_claims_total", ()] == 0
    missing = {("method", "GET"), ("status", "404"), ("surface", "page")}
    assert found["comity_requests_total", tuple(sorted(missing))] == 3
    denied = {("method", "GET"), ("status", "401"), ("surface", "taxii")}
    assert found["comity_requests_total", tuple(sorted(denied))] == 1
    assert found["comity_request_seconds_count", (("surface", "page"),)] == 3
    assert found["comity_request_seconds_bucket", (("le", "+Inf"), ("surface", "page"))] == 3
    again = served.read()
    assert again["comity_request_seconds_count", (("surface", "probe"),)] == 1


def test_no_metric_carries_what_a_partner_named(served: Served) -> None:
    served.node.directory.parties.add("carol", name="Carol <script> of Example", jurisdiction="EE")
    served.client.get("/taxii2/root/collections/some-secret-name/")
    text = served.client.get("/metrics", headers=served.metrics).text
    assert "script" not in text
    assert "some-secret-name" not in text
    assert served.link not in text
