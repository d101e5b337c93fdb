"""The proxy's configuration as it is in deploy/, tried with nginx itself: TLS before the node, and whom it tells of."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from tests.house.tree import ROOT

TAXII = {"Accept": "application/taxii+json;version=2.1"}
CONF = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")


@pytest.fixture(scope="module")
def nginx() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        pytest.skip("no nginx on this machine")
    return found


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def proxied(nginx: str, tmp_path: Path) -> Iterator[tuple[httpx.Client, str]]:
    """The node behind nginx; a client that knows the certificate."""
    tls, port, behind = tmp_path / "tls", free(), free()
    tls.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
         "-keyout", str(tls / "privkey.pem"), "-out", str(tls / "fullchain.pem"), "-subj", "/CN=node.example",
         "-addext", "subjectAltName=DNS:node.example,DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    conf = CONF.replace("/etc/comity/tls", str(tls)).replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
    conf = conf.replace("listen 443 ", f"listen 127.0.0.1:{port} ").replace("    listen [::]:443 ssl http2;\n", "")
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"{'user root; ' if os.getuid() == 0 else ''}daemon off; pid {tmp_path}/pid; "
        f"error_log {tmp_path}/error.log; events {{}} http {{"
        + "".join(
            f"{kind}_temp_path {tmp_path}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + conf
        + "}",
        "utf-8",
    )
    settings = Settings(data=str(tmp_path / "node"))
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    with open_node(settings) as node:
        node.directory.collections.add("drop")
        token = node.directory.tokens.issue(node.directory.parties.own()).secret
    serve = subprocess.Popen(
        [sys.executable, "-m", "comity", "--data", str(tmp_path / "node"), "serve", "--port", str(behind), "--workers", "1"],
        env={"PATH": "/usr/bin:/bin", "COMITY_PROXY": "true", "COMITY_BASE_URL": f"https://localhost:{port}"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    proxy = subprocess.Popen([nginx, "-p", str(tmp_path), "-c", str(whole)], stderr=subprocess.DEVNULL)
    context = ssl.create_default_context(cafile=str(tls / "fullchain.pem"))
    try:
        with httpx.Client(base_url=f"https://localhost:{port}", verify=context, timeout=30) as client:
            until = time.monotonic() + 60
            while not _ready(client):
                assert time.monotonic() < until, (tmp_path / "error.log").read_text()
                time.sleep(0.2)
            yield client, token
    finally:
        for process in (proxy, serve):
            process.terminate()
            process.wait(30)


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_behind_nginx_all_is_as_it_should_be(proxied: tuple[httpx.Client, str]) -> None:
    client, token = proxied
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"].startswith("max-age=")
    taxii = client.get("/taxii2/", headers=TAXII)
    assert taxii.status_code == 401
    assert client.get("/metrics").status_code == 403, "the proxy lets everybody at the metrics"
    sent = client.get("/sign-in/" + "x" * 43)
    cookies = sent.headers.get_list("set-cookie")
    assert all("Secure" in each and each.startswith("__Host-") for each in cookies)
    large = client.post(
        "/taxii2/root/collections/drop/objects/",
        content=b"x" * 2_000_000,  # twice what nginx would let through by itself
        headers={**TAXII, "Content-Type": TAXII["Accept"], "Authorization": f"Bearer {token}"},
    )
    assert large.status_code == 422, "the proxy answers in the node's place"
