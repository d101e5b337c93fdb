"""Errors become words and exit codes; help is quick, because it loads little."""

import subprocess
import sys
from pathlib import Path

import pytest

from comity.cli import objects
from comity.kernel.base.errors import NodeError
from tests.cli.conftest import Command

HEAVY = {"sqlalchemy", "alembic", "litestar", "granian", "cryptography", "jinja2", "psycopg", "zstandard"}


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['comity', '--help']\n"
        "from comity.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: print(*{name.split('.')[0] for name in sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY & set(ran.stdout.splitlines()[-1].split()) == set()
    assert "doctor" in ran.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("load", "-h"), ("party", "--help"), ("token", "issue", "--help")])
def test_help(command: Command, arguments: tuple[str, ...]) -> None:
    assert command(*arguments).code == 0


@pytest.mark.parametrize("arguments", [("nonsense",), ("load",), ("--nonsense",), ("serve", "--port", "70000")])
def test_usage(command: Command, arguments: tuple[str, ...]) -> None:
    assert command(*arguments).code == 2


def test_no_node_is_named(command: Command) -> None:
    ran = command("party", "list")
    assert (ran.code, ran.out) == (1, "")
    assert "--data DIR or set COMITY_DATA" in ran.err


def test_no_node_is_there(command: Command, tmp_path: Path) -> None:
    ran = command("--data", tmp_path, "party", "list")
    assert ran.code == 1
    assert "comity init" in ran.err


@pytest.mark.parametrize("content", ["", "id = 1", 'id = "x"\nname = "y"\nmore = 1', "not toml"])
def test_a_damaged_node_file(command: Command, node: Path, content: str) -> None:
    (node / "node.toml").write_text(content)
    ran = command("party", "list")
    assert ran.code == 1
    assert "backup" in ran.err


def test_a_bad_variable(command: Command, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_PORT", "many")
    ran = command("party", "list")
    assert ran.code == 1
    assert "$.port" in ran.err


def test_what_nobody_foresaw_is_one_line(command: Command, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> str:
        raise ZeroDivisionError("by \x1b[31mzero")

    monkeypatch.setattr(objects, "show", broken)
    (node.parent / "a.json").write_bytes(b"{}")
    ran = command("load", node.parent / "a.json", "--collection", "intel")
    assert ran.code == 1
    assert "ZeroDivisionError" in ran.err
    assert "\x1b" not in ran.err
    monkeypatch.setenv("COMITY_TRACE", "1")
    with pytest.raises(ZeroDivisionError):
        command("load", node.parent / "a.json", "--collection", "intel")


def test_an_error_says_what_and_what_next(command: Command, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> str:
        raise NodeError("it broke", where="$.x", clause="STIX 2.1 3", hint="Mend it.")

    monkeypatch.setattr(objects, "show", broken)
    (node.parent / "a.json").write_bytes(b"{}")
    assert command("load", node.parent / "a.json", "--collection", "intel").err == (
        "comity: it broke at $.x (STIX 2.1 3)\n  Mend it.\n"
    )
