"""``comity demo``: two nodes under an agreement, six people who get in, one mirror that fills, and nothing left behind."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from comity.app.demo.pact import TITLE
from comity.kernel.policy.decision import Effect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

WITHIN = 90
LINK = re.compile(r"http://(?:127\.0\.0\.1|localhost):(\d+)/sign-in/(\S+)")


def two_free_ports() -> int:
    """The first of two ports side by side that nobody uses."""
    while True:
        with ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def command(folder: Path, *arguments: str | int) -> list[str]:
    return [sys.executable, "-m", "comity", "--data", str(folder), "demo", *map(str, arguments)]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("COMITY_")}


class Demo:
    """A running demo, and what it has said."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, port: int) -> None:
        self.process = process
        self.out = out
        self.port = port

    @property
    def said(self) -> str:
        return self.out.read_text()

    def links(self) -> dict[int, list[str]]:
        """Every person's secret, by port, each once."""
        found: dict[int, list[str]] = {self.port: [], self.port + 1: []}
        for port, secret in LINK.findall(self.said):
            if secret not in found[int(port)]:
                found[int(port)].append(secret)
        return found

    def gone(self) -> bool:
        """Whether nobody listens any more on either port."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if not any(listens(port) for port in (self.port, self.port + 1)):
                return True
            time.sleep(0.1)
        return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(folder: Path, port: int = 0) -> Iterator[Demo]:
    port = port or two_free_ports()
    out = folder.parent / "said.txt"
    with out.open("wb") as file:
        process = subprocess.Popen(command(folder, "--port", port), stdout=file, stderr=file, env=environment())
    demo = Demo(process, out, port)
    try:
        until = time.monotonic() + WITHIN
        while "Ctrl-C stops both" not in demo.said:
            assert process.poll() is None, demo.said
            assert time.monotonic() < until, demo.said
            time.sleep(0.1)
        yield demo
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        assert demo.gone(), demo.said


@contextmanager
def signed_in(base: str, secret: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, timeout=30, follow_redirects=True) as client:
        page = client.get(f"/sign-in/{secret}").text
        token = page.split('name="form_token" value="')[1].split('"')[0]
        answer = client.post(f"/sign-in/{secret}", data={"form_token": token}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        yield client


def test_two_nodes_six_people_one_mirror(tmp_path: Path) -> None:
    with running(tmp_path / "demo") as demo:
        said = demo.said
        for port, zone, party in ((demo.port, "KST", "Demo CSIRT Korea"), (demo.port + 1, "EE", "Demo CSIRT Estonia")):
            secrets = demo.links()[port]
            assert len(secrets) == 3
            for host, secret in zip(("127.0.0.1", "localhost", "localhost"), secrets, strict=True):
                base = f"http://{host}:{port}"
                assert f"{base}/sign-in/{secret}" in said
                with signed_in(base, secret) as client:
                    home = client.get("/").text
                    assert party in home
                    assert zone in home
                    assert (TITLE in home) == (secret != secrets[-1]), "all but the administrator, who comes last"
        _the_line_for_curl_works_as_printed(said)
        _the_lines_that_explain_work_as_printed(said)
        _estonia_gets_what_korea_lets_it_have(tmp_path / "demo", demo)
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(60) == 0
        assert demo.gone()


def _the_line_for_curl_works_as_printed(said: str) -> None:
    line = said.split("curl -H")[1].split("\n\n", maxsplit=1)[0].replace("\\\n", " ")
    ran = subprocess.run(["/bin/sh", "-c", f"curl -s -H{line}"], capture_output=True, check=True, timeout=30)
    assert json.loads(ran.stdout)["objects"]


def _the_lines_that_explain_work_as_printed(said: str) -> None:
    explained = re.findall(r"^    (release|redact|review|withhold) .*\n      comity (.+)$", said, re.MULTILINE)
    assert [effect for effect, _ in explained] == list(Effect)
    for effect, line in explained:
        ran = subprocess.run(
            [sys.executable, "-m", "comity", *shlex.split(line), "--json"],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert f'"effect":"{effect}"' in ran.stdout.replace(": ", ":")


def _estonia_gets_what_korea_lets_it_have(folder: Path, demo: Demo) -> None:
    until = time.monotonic() + WITHIN
    wanted = [sys.executable, "-m", "comity", "--data", str(folder / "estonia"), "search", "grey tide", "--json"]
    while True:
        ran = subprocess.run(wanted, env=environment(), capture_output=True, text=True, timeout=60, check=True)
        if any("csirt-kr" in json.dumps(hit) for hit in ran.stdout.splitlines()):
            return
        assert time.monotonic() < until, demo.said
        time.sleep(0.5)


def test_the_servers_end_with_whoever_watches_them_and_the_next_start_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with running(folder) as demo:
        refused = subprocess.run(
            command(folder, "--port", two_free_ports()),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert refused.returncode == 1
        assert "a demo runs already" in refused.stderr
        demo_links = demo.links()
        demo.process.kill()
        demo.process.wait(10)
        assert demo.gone()
    with running(folder, demo.port) as again:
        assert "kept from the last time" in again.said
        assert again.links() != demo_links


@pytest.mark.parametrize("taken", [0, 1])
def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path: Path, taken: int) -> None:
    port = two_free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port + taken))
        other.listen()
        ran = subprocess.run(
            command(tmp_path / "demo", "--port", port),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.returncode == 1
    assert f"port {port + taken}" in ran.stderr
    assert not (tmp_path / "demo").exists()
