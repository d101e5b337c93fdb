"""What is logged: lines of JSON, whoever writes them, and never a secret."""

import io
import json
import logging
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from litestar.testing import TestClient

from comity.app import logs
from comity.app.asgi import compose
from comity.app.backup.periods import PeriodKey
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.directory.tokens import Scope

TOKEN = "comity_PBHj9lLQhbWB0cMYGVjlj8GTjOiI2GgyKFXiqqMXj9Y"
LINK = "clx_9MB-pjpIWsX7IckpoueEOx-YDu4KcfuDmZgK1I4"
SECRETS = {
    "a token": (f"no token {TOKEN} here", TOKEN),
    "a link": (f"GET /sign-in/{LINK} HTTP/1.1", LINK),
    "Bearer": (f"Authorization: Bearer {LINK}", LINK),
    "Basic": (
        f"header basic {b64encode(b'carol:hunter2hunter2').decode()} was sent",
        b64encode(b"carol:hunter2hunter2").decode(),
    ),
    "a database's password": ("can't reach postgresql://comity:s3cret@db.example/comity", "s3cret"),
    "a backup's key": (f"read {PeriodKey('2026-11', bytes(range(32))).written()}", "AAAQ-EAYE"),
    "a cookie": (f"cookie: comity-178ee3d6746c={LINK}; x=1", LINK),
    "a form": ("name=alice&password=correct+horse&x=1", "correct+horse"),
    "JSON": ('{"password": "correct horse"}', "correct horse"[:7]),
    "a private key": ("-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----", "MC4CAQ"),
}


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    hooks, root = (threading.excepthook, sys.excepthook), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    threading.excepthook, sys.excepthook = hooks
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Any:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    logs.set_up("debug")
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("what", SECRETS)
def test_what_looks_like_a_secret_is_taken_out(lines: Any, what: str) -> None:
    text, secret = SECRETS[what]
    log = structlog.get_logger("test")
    log.warning(text)
    log.warning("said", error=text, nested={"a": [text]}, odd=ValueError(text))
    try:
        int(text)  # its message quotes the text
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed with %s", text)
    found = lines()
    assert len(found) == 4
    assert secret not in json.dumps(found)
    assert logs.HIDDEN in json.dumps(found[0])


def test_what_is_named_as_a_secret_is_taken_out(lines: Any) -> None:
    structlog.get_logger().info("x", password="abc", token="def", headers={"Cookie": "ghi", "accept": "json"})
    (line,) = lines()
    assert (line["password"], line["token"]) == (logs.HIDDEN, logs.HIDDEN)
    assert line["headers"] == {"Cookie": logs.HIDDEN, "accept": "json"}


def test_what_is_no_secret_stays(lines: Any) -> None:
    text = "the token 7 of carol is revoked; see https://node.example/taxii2/ and comity_requests"
    structlog.get_logger().info(text, path="/object/indicator--00000000-0000-4000-8000-000000000001", count=3, at=None)
    (line,) = lines()
    assert line["event"] == text
    assert (line["path"][-4:], line["count"], line["at"]) == ("0001", 3, None)


def test_libraries_write_in_the_same_form(lines: Any) -> None:
    logging.getLogger("library").warning("something %s", "odd")
    (line,) = lines()
    assert (line["event"], line["logger"], line["level"]) == ("something odd", "library", "warning")
    assert line["timestamp"].endswith("Z")


def test_what_ends_a_process_is_a_line_too(lines: Any) -> None:
    error = RuntimeError(f"with {TOKEN}")
    sys.excepthook(RuntimeError, error, None)
    (line,) = lines()
    assert (line["event"], line["level"]) == ("process_ended", "critical")
    assert TOKEN not in json.dumps(line)


def test_the_node_logs_none_of_its_secrets(lines: Any, tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"), log_requests=True, log="debug")
    link = make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice").secret
    node = open_node(settings)
    own = node.directory.parties.own()
    secrets = [link, *(node.directory.tokens.issue(own, scope=scope).secret for scope in (Scope.BOTH, Scope.METRICS))]
    wrong = "comity_" + "w" * 43
    client: TestClient[Any] = TestClient(compose(node), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    with client:
        for secret in (*secrets, wrong):
            client.get(f"/sign-in/{secret}")
            client.get("/taxii2/", headers={"Authorization": f"Bearer {secret}"})
            client.get("/taxii2/", headers={"Authorization": f"Basic {b64encode(f'home:{secret}'.encode()).decode()}"})
            client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
            client.get(f"/search?q={secret}")
            client.post("/sign-in", data={"name": "Alice", "password": f"{secret} as a password"})
        cookies = [value for value in client.cookies.values() if len(value) > 16]
    found = lines()
    text = json.dumps(found)
    assert sum(line["event"] == "request" for line in found) >= 24
    assert next(line["path"] for line in found if line["event"] == "request") == f"/sign-in/{logs.HIDDEN}"
    for secret in (*secrets, *cookies, wrong):
        assert secret not in text
        assert secret[8:30] not in text
