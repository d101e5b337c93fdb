"""Commands run in this process, as typed; a node to run them on, copied from one that was made once."""

import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from comity.cli import main as entry


class Ran(msgspec.Struct, frozen=True):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path
) -> Iterator[Command]:
    for name in [name for name in os.environ if name.startswith("COMITY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    before, hook = os.umask(0o022), threading.excepthook

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["comity", *map(str, arguments)])
        capfdbinary.readouterr()
        code: object = 0
        try:
            entry.main()
        except SystemExit as error:
            code = error.code or 0
        sys.stdout.flush()
        read = capfdbinary.readouterr()
        assert b"Traceback" not in read.err
        assert isinstance(code, int)
        return Ran(int(code), read.out.decode(), read.err.decode())

    yield run
    os.umask(before)
    threading.excepthook = hook
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with Carol, who reads ``intel`` and may be told TLP:AMBER, and writes ``drop``; and Dave, who may nothing."""
    from comity.app.making import make_node
    from comity.app.node import open_node
    from comity.app.settings import read_settings
    from comity.kernel.objects.markings import Tlp

    path = tmp_path_factory.mktemp("made") / "node"
    settings = read_settings({}, data=str(path))
    make_node(path, settings, slug="home", name="Home CSIRT", jurisdiction="KR", person="Alice")
    with open_node(settings) as node:
        carol = node.directory.parties.add("carol", name="Carol CERT", jurisdiction="DE", tlp_max=Tlp.AMBER)
        node.directory.parties.add("dave", name="Dave", jurisdiction="FR")
        node.directory.collections.add("intel", title="Intel", read=[carol])
        node.directory.collections.add("drop", write=[carol])
    return path


@pytest.fixture
def node(made: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node of the test's own; ``COMITY_DATA`` names it."""
    path = tmp_path / "node"
    shutil.copytree(made, path)
    monkeypatch.setenv("COMITY_DATA", str(path))
    return path
