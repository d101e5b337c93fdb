"""From nothing to a node that partners read: every step a command or a request, as a person would type it."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

TAXII = "application/taxii+json;version=2.1"
OBJECTS = 1500


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMITY_")}
    return {**kept, "COMITY_DATA": str(data)}


def comity(data: Path, *arguments: str | Path, code: int = 0) -> str:
    command = [sys.executable, "-m", "comity", *map(str, arguments)]
    ran = subprocess.run(command, env=environment(data), capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data: Path, log: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """A running server, ready to answer; stopped at the end if it still runs."""
    port = free_port()
    command = [sys.executable, "-m", "comity", *arguments, "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment(data), stdout=out, stderr=out, cwd=data.parent)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept": TAXII}, timeout=30)
    try:
        until = time.monotonic() + 90
        while not ready(client):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield process, client
    finally:
        client.close()
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def campaign(number: int) -> dict[str, Any]:
    return {
        "type": "campaign",
        "spec_version": "2.1",
        "id": f"campaign--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": f"Grey Tide {number}",
    }


def read_all(client: httpx.Client, url: str, secret: str) -> list[str]:
    found: list[str] = []
    following: dict[str, str] = {}
    while True:
        answer = client.get(url, params={"limit": "400", **following}, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200, answer.text
        envelope = answer.json()
        found += [each["id"] for each in envelope.get("objects", [])]
        if not envelope.get("more"):
            return found
        following = {"next": envelope["next"]}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A node with a partner that may be told TLP:AMBER; its folder, the partner's token, the collection's id."""
    data = tmp_path_factory.mktemp("journey") / "node"
    comity(data, "init", data, "--name", "Home CSIRT", "--jurisdiction", "KR")
    comity(data, "party", "add", "carol", "--name", "Carol CERT", "--jurisdiction", "DE", "--tlp-max", "amber")
    both = ("--read", "carol", "--write", "carol")
    made = json.loads(comity(data, "collection", "add", "intel", "--title", "Intel", *both, "--json"))
    secret = json.loads(comity(data, "token", "issue", "carol", "--json"))["token"]
    lines = data.parent / "campaigns.jsonl.gz"
    lines.write_bytes(gzip.compress("\n".join(json.dumps(campaign(n)) for n in range(OBJECTS)).encode()))
    told = json.loads(comity(data, "load", lines, "--collection", "intel", "--json"))
    assert (told["new"], told["refused"]) == (OBJECTS, 0)
    return data, secret, made["id"]


def test_the_journey(node: tuple[Path, str, str], tmp_path: Path) -> None:
    data, secret, collection = node
    objects = f"/taxii2/root/collections/{collection}/objects/"
    bearer = {"Authorization": f"Bearer {secret}"}
    with served(data, tmp_path / "log", "serve", "--workers", "2") as (process, client):
        # 1. A partner reads what it may, page by page, and nobody else reads anything.
        assert client.get("/taxii2/").status_code == 401
        assert client.get("/taxii2/", auth=("carol", secret)).status_code == 200
        found = read_all(client, objects, secret)
        assert len(found) == len(set(found)) == OBJECTS
        # 2. It hands something in; the node has it, and the command line finds it beside the running server.
        posted = client.post(
            objects,
            content=json.dumps({"objects": [{**campaign(9999), "name": "Handed In"}]}),
            headers={**bearer, "Content-Type": TAXII},
        )
        assert (posted.status_code, posted.json()["status"]) == (202, "complete")
        assert "Handed In" in comity(data, "search", "handed")
        # 3. A person signs in by the link, once.
        link = comity(data, "account", "link").strip().split(":8000")[1]
        page = client.get(link)
        assert page.status_code == 200
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        entered = client.post(link, data={"form_token": token}, headers={"Origin": str(client.base_url).rstrip("/")})
        assert entered.status_code == 303
        home = client.get("/", headers={"Accept": "text/html"})
        assert home.status_code == 200
        # 4. A token revoked while the server runs is of no use within two seconds.
        spare = json.loads(comity(data, "token", "issue", "carol", "--json"))
        header = {"Authorization": f"Bearer {spare['token']}"}
        assert client.get("/taxii2/", headers=header).status_code == 200
        comity(data, "token", "revoke", str(spare["number"]))
        until = time.monotonic() + 2
        while client.get("/taxii2/", headers=header).status_code != 401:
            assert time.monotonic() < until
            time.sleep(0.05)
        # 5. It stops when told.
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    # 6. What was exported is what came in; when the token was used is known.
    exported = json.loads(comity(data, "export", "--collection", "intel"))
    assert {each["id"] for each in exported["objects"]} == {*found, campaign(9999)["id"]}
    tokens = json.loads(comity(data, "token", "list", "carol", "--json"))
    assert tokens[0]["last_used"] is not None
    comity(data, "doctor", "--port", str(free_port()))


def test_killed_outright_it_leaves_the_port_and_starts_again(node: tuple[Path, str, str], tmp_path: Path) -> None:
    data, secret, collection = node
    with served(data, tmp_path / "log", "serve", "--workers", "2") as (process, client):
        process.kill()
        process.wait(30)
        until = time.monotonic() + 10
        while ready(client):
            assert time.monotonic() < until, "the processes of a killed parent keep answering"
            time.sleep(0.05)
    with served(data, tmp_path / "again", "serve", "--workers", "1") as (_, client):
        assert len(read_all(client, f"/taxii2/root/collections/{collection}/objects/", secret)) >= OBJECTS


def test_a_killed_process_is_replaced(node: tuple[Path, str, str], tmp_path: Path) -> None:
    data, secret, _ = node
    with served(data, tmp_path / "log", "serve", "--workers", "1") as (process, client):
        answering = children(process.pid)
        assert answering
        os.kill(answering[-1], signal.SIGKILL)
        until = time.monotonic() + 60
        while not (ready(client) and children(process.pid) != answering):
            assert time.monotonic() < until
            time.sleep(0.2)
        assert client.get("/taxii2/", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def children(pid: int) -> list[int]:
    """The processes that answer: the parent's children but for Python's own tracker of resources."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return sorted(child for child in found if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes())
