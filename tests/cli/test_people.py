"""``account``: people added, listed, changed; and that the command line writes down what it does."""

import json
from pathlib import Path

import pytest

from comity.app.node import open_node
from comity.app.settings import read_settings
from comity.cli.options import words_of
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.types import Event
from tests.cli.conftest import Command


def events(path: Path, kind: LeafKind) -> list[dict[str, object]]:
    """What happened, the first first."""
    with open_node(read_settings({}, data=str(path))) as node:
        found: tuple[Event, ...] = node.store.events.all(100, kind=kind)
    return [json.loads(each.statement) for each in reversed(found)]


def test_a_person_is_added_with_a_link_and_listed(command: Command, node: Path) -> None:
    added = command("account", "add", "Min-ji Park", "--role", "analyst", "--role", "duty-officer", "--json")
    assert added.code == 0
    assert added.json["roles"] == ["analyst", "duty-officer"]
    assert added.json["url"].startswith("http://127.0.0.1:8000/sign-in/")
    listed = command("account", "list", "--json").json
    assert [(each["account"], each["ways"], each["disabled"]) for each in listed] == [
        ("Alice", [], False),
        ("Min-ji Park", [], False),
    ]
    assert "Min-ji Park" in command("account", "list").out
    plain = command("account", "add", "Bob", "--role", "auditor")
    assert plain.out.startswith("http://")
    assert "Bob added as auditor" in plain.err


def test_roles_disabling_and_enabling(command: Command, node: Path) -> None:
    command("account", "add", "Bob", "--role", "analyst")
    assert command("account", "roles", "Bob", "legal", "approver", "--json").json["roles"] == ["approver", "legal"]
    assert command("account", "disable", "Bob", "--json").json["disabled"] is True
    assert command("account", "enable", "Bob", "--json").json["disabled"] is False


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("account", "add", "Alice", "--role", "analyst"), 1, "Alice"),
        (("account", "add", "Bob", "--role", "emperor"), 1, "auditor"),
        (("account", "add", "Bob"), 2, "--role"),
        (("account", "add", "\x1b[2J", "--role", "analyst"), 1, "visible"),
        (("account", "roles", "Mallory", "analyst"), 1, "Mallory"),
        (("account", "roles", "Alice", "analyst"), 1, "administrator"),
        (("account", "disable", "Alice"), 1, "administrator"),
    ],
)
def test_refusals_say_why(command: Command, node: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    ran = command(*arguments)
    assert ran.code == code
    assert says in " ".join(ran.err.split())
    assert "\x1b[2J" not in ran.err


def test_a_recovery_link_says_what_it_will_do(command: Command, node: Path) -> None:
    made = command("account", "link", "Alice", "--recovery")
    assert made.code == 0
    assert "passkeys are dropped" in made.err
    assert command("account", "link", "Alice", "--recovery", "--json").json["purpose"] == "recovery"


def test_every_command_on_a_node_is_written_down_with_who_ran_it(command: Command, node: Path) -> None:
    command("party", "add", "eve", "--name", "Eve ISAC", "--jurisdiction", "fr")
    command("party", "add", "eve", "--name", "Eve ISAC", "--jurisdiction", "fr")  # refused, and run all the same
    command("search", "grey tide")
    command("--data", node, "account", "list", "--json")
    said = events(node, LeafKind.COMMAND)
    assert [(each["command"], each["detail"]) for each in said] == [
        ("party", "add eve --name 'Eve ISAC' --jurisdiction fr"),
        ("party", "add eve --name 'Eve ISAC' --jurisdiction fr"),
        ("search", "'grey tide'"),
        ("account", "list --json"),
    ]
    assert all(each["user"] for each in said)


def test_what_the_environment_says_of_the_user_counts_for_nothing(
    command: Command, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    command("account", "add", "Bob", "--role", "analyst")
    assert all(each["user"] != "somebody-else" for each in events(node, LeafKind.COMMAND))
    assert all("somebody-else" not in str(each["by"]) for each in events(node, LeafKind.ACCOUNT))
    assert any(str(each["by"]).startswith("command line: ") for each in events(node, LeafKind.ACCOUNT))


def test_an_export_is_written_down_with_its_digest(command: Command, node: Path) -> None:
    from hashlib import sha256

    out = command("export", "--collection", "intel", "--as", "carol").out
    (said,) = events(node, LeafKind.EXPORTED)
    assert (said["collection"], said["count"], said["party"]) == ("intel", 0, "carol")
    assert said["digest"] == f"sha256:{sha256(out.encode()).hexdigest()}"


def test_making_a_node_is_its_first_command(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "new"
    command("init", path, "--name", "Home", "--jurisdiction", "KR")
    assert [each["command"] for each in events(path, LeafKind.COMMAND)] == ["init"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["party", "list"], ("party", "list")),
        (["--data", "x", "party", "list"], ("party", "list")),
        (["--data=x", "party", "list"], ("party", "list")),
        (["--data", "party", "list"], ("list",)),
        ([], ()),
        (["--help"], ()),
    ],
)
def test_what_stands_before_the_command_is_left_out(line: list[str], words: tuple[str, ...]) -> None:
    assert words_of(line) == words


def test_what_names_a_user_in_an_address_is_left_out(command: Command, node: Path) -> None:
    command("search", "https://alice:hunter2@node.example/x")
    assert events(node, LeafKind.COMMAND)[-1]["detail"] == "https://...@node.example/x"
