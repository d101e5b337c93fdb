"""The container's one script, run as the image would run it: built from the lock, a node made, refused, served, healthy.

Containers can't be built where the tests run. So every command of the Containerfile is one of the script, and those are run
here, in a folder. What the lock pins is installed already: pip is shown it, and finds every pin satisfied, offline.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.house.tree import ROOT, files

SCRIPT = ROOT / "deploy" / "container.sh"
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text("utf-8")


class Image(msgspec.Struct):
    """What was built, and the volume."""

    prefix: Path
    data: Path
    environment: dict[str, str]

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.prefix / "bin" / "container.sh"), *arguments]
        return subprocess.run(
            command, env={**self.environment, **more}, capture_output=True, text=True, check=False, timeout=100
        )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("image")
    source = folder / "src"
    for path in files():
        name = path.relative_to(ROOT)
        if path.is_file() and name.parts[0] in {
            "src",
            "deploy",
            "requirements",
            "pyproject.toml",
            "README.md",
            "LICENSE",
        }:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, source / name)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY_", "PIP_"))}
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PREFIX": str(folder / "opt"),
        "SOURCE": str(source),
        "COMITY_DATA": str(folder / "data"),
        "OWNER": str(os.getuid()),
        "COMITY_PORT": str(_free()),
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PIP_NO_INDEX": "1",
    }
    for step in ("build", "data"):
        done = subprocess.run(
            ["/bin/sh", str(source / "deploy" / "container.sh"), step],
            env=environment, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return Image(folder / "opt", folder / "data", environment)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_every_command_of_the_containerfile_is_one_of_the_script() -> None:
    commands = re.findall(r"^(?:RUN|ENTRYPOINT|HEALTHCHECK[^\[]*CMD) (\[.+\])$", CONTAINERFILE, re.MULTILINE)
    assert len(commands) == 4
    assert len(commands) == len(re.findall(r"^(?:RUN|ENTRYPOINT|HEALTHCHECK)\b", CONTAINERFILE, re.MULTILINE))
    script = SCRIPT.read_text("utf-8")
    for words in map(lambda text: msgspec.json.decode(text, type=list[str]), commands):  # noqa: C417  reads better
        assert any(word.endswith("/container.sh") for word in words)
        if not words[-1].endswith(".sh"):
            assert re.search(rf"^{words[-1]}\)$", script, re.MULTILINE), words
    assert "USER 10001:10001" in CONTAINERFILE
    assert os.access(SCRIPT, os.X_OK)


@pytest.mark.slow
def test_the_image_is_built_of_what_was_pinned(image: Image) -> None:
    assert (image.prefix / "bin" / "comity").is_file()
    installed = list((image.prefix / "lib").glob("python*/site-packages/comity/app/serve.py"))
    assert installed, "the package itself is not in the image"
    assert image.data.stat().st_mode & 0o777 == 0o700
    where = image.run("--help")
    assert where.returncode == 0
    assert "backup" in where.stdout


@pytest.mark.slow
def test_without_a_node_it_says_how_one_is_made_and_plain_http_is_refused(image: Image, tmp_path: Path) -> None:
    nothing = image.run("start", COMITY_DATA=str(tmp_path))
    assert nothing.returncode == 1
    assert "init" in nothing.stderr
    assert image.run().returncode == 2
    node = tmp_path / "node"
    made = image.run("init", str(node), "--name", "Home", "--jurisdiction", "KR")
    assert made.returncode == 0, made.stderr
    refused = image.run("start", COMITY_DATA=str(node))
    assert refused.returncode == 1
    assert "plain HTTP" in refused.stderr


@pytest.fixture
def started(image: Image) -> Iterator[subprocess.Popen[bytes]]:
    made = image.run("init", str(image.data), "--name", "Home", "--jurisdiction", "KR")
    assert made.returncode == 0, made.stderr
    process = subprocess.Popen(
        [str(image.prefix / "bin" / "container.sh"), "start"],
        env={**image.environment, "COMITY_PROXY": "true", "COMITY_WORKERS": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_it_gets_healthy_and_stops_when_told(image: Image, started: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 90
    while (found := image.run("health")).returncode != 0:
        assert "not ready" in found.stderr
        assert started.poll() is None
        assert time.monotonic() < until, found.stderr
        time.sleep(0.5)
    assert found.stdout == "ok database\nok schema\nok worker\n"
    started.send_signal(signal.SIGTERM)  # the script has become the server: nothing stands between it and the signal
    assert started.wait(40) == 0
    assert image.run("health").returncode == 1
