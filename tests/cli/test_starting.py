"""``init``, ``doctor``, and what ``serve`` refuses before it starts."""

import socket
from pathlib import Path

import pytest

from comity.app.health.tally import Tally
from comity.cli.starting import slug_of
from tests.cli.conftest import Command


def test_init_makes_a_private_folder_and_a_link(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "node"
    ran = command("init", path, "--name", "Nördlich CSIRT", "--jurisdiction", "de", "--json")
    assert ran.code == 0
    assert (ran.json["data"], ran.json["party"]) == (str(path), "nordlich-csirt")
    assert ran.json["sign_in"].startswith("http://127.0.0.1:8000/sign-in/")
    for each in (path, *path.rglob("*")):
        assert each.stat().st_mode & 0o077 == 0, each
    assert (path / "keys" / "node.key").read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    own = command("--data", path, "party", "list", "--json").json
    assert [(each["slug"], each["name"], each["own"]) for each in own] == [("nordlich-csirt", "Nördlich CSIRT", True)]
    assert own[0]["identity"].startswith("identity--")


def test_init_says_what_comes_next(command: Command, tmp_path: Path) -> None:
    ran = command("init", tmp_path / "node", "--name", "Home", "--jurisdiction", "KR")
    assert "serve" in ran.out
    assert "/sign-in/" in ran.out


def test_init_does_not_touch_what_is_there(command: Command, node: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in node.rglob("*") if path.is_file()}
    ran = command("init", node, "--name", "X", "--jurisdiction", "KR")
    assert ran.code == 1
    assert "a node is there already" in ran.err
    assert {path: path.stat().st_mtime_ns for path in node.rglob("*") if path.is_file()} == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    assert "not empty" in command("init", tmp_path / "full", "--name", "X", "--jurisdiction", "KR").err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--name", "X", "--jurisdiction", "Korea"), "ISO 3166-1"),
        (("--name", "", "--jurisdiction", "KR"), "visible"),
        (("--name", "X", "--jurisdiction", "KR", "--slug", "A B"), "lower-case"),
        (("--name", "X", "--jurisdiction", "KR", "--database", "mysql://x"), "postgresql"),
        (("--name", "X", "--jurisdiction", "KR", "--database", "postgresql://x@127.0.0.1:1/x"), "Connection refused"),
    ],
)
def test_init_leaves_nothing_when_the_words_are_wrong(
    command: Command, tmp_path: Path, more: tuple[str, ...], says: str
) -> None:
    ran = command("init", tmp_path / "node", *more)
    assert ran.code == 1
    assert says in ran.err
    assert not (tmp_path / "node").exists()


@pytest.mark.parametrize(("name", "slug"), [("A & B", "a-b"), ("한국", "home"), ("--", "home"), ("x" * 80, "x" * 63)])
def test_slug_of(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_doctor_finds_a_sound_node_sound(command: Command, node: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    ran = command("doctor", "--json", "--port", port)
    assert [each["name"] for each in ran.json if not each["ok"]] == []
    assert {each["name"] for each in ran.json} >= {
        *("python", "sqlite", "clock", "address", "node", "permissions", "key", "disk"),
        *("database", "schema", "journal", "own party"),
    }
    assert ran.code == 0
    assert "ok" in command("doctor", "--port", port).out


def test_doctor_says_what_to_do(command: Command, node: Path) -> None:
    (node / "keys" / "node.key").chmod(0o644)
    (node / "keys" / "node.key").write_bytes(b"gone")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = command("doctor", "--port", str(taken.getsockname()[1]))
    assert ran.code == 1
    assert f"chmod -R go= {node}" in ran.out
    assert "is in use" in ran.out
    assert "missing or damaged" in ran.out
    (node / "node.db").write_bytes(b"no database at all" * 1000)
    damaged = command("doctor", "--json")
    assert [each["todo"] for each in damaged.json if each["name"] == "database" and not each["ok"]]


def test_doctor_knows_the_node_that_is_being_served(command: Command, node: Path) -> None:
    (node / "run").mkdir(mode=0o700)
    (node / "run" / "tally").mkdir(mode=0o700)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        serving = Tally(node / "run")
        try:
            ran = command("doctor", "--port", port)
        finally:
            serving.close()
        assert ran.code == 0, ran.out + ran.err
        assert "this node is being served" in ran.out
        assert command("doctor", "--port", port).code == 1


def test_doctor_without_a_node_looks_at_the_machine(command: Command) -> None:
    ran = command("doctor")
    assert "python" in ran.out
    assert "--data DIR" in ran.err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "node.example"])
def test_serve_refuses_to_speak_plain_http_to_others(command: Command, node: Path, host: str) -> None:
    ran = command("serve", "--host", host)
    assert ran.code == 1
    assert "plain HTTP" in ran.err
    assert "COMITY_PROXY" in ran.err


def test_serve_and_demo_refuse_a_port_that_is_taken(command: Command, node: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for ran in (command("serve", "--port", port), command("--data", tmp_path / "demo", "demo", "--port", port)):
            assert ran.code == 1
            assert "--port" in ran.err
    assert not (tmp_path / "demo").exists()


def test_demo_leaves_a_folder_alone_that_is_no_demo(command: Command, node: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    ran = command("--data", node, "demo", "--port", port)
    assert ran.code == 1
    assert "not a demo" in ran.err
    assert (node / "node.toml").is_file()
