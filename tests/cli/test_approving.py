"""``approval``: what waits, exactly what would go, and a person who signs with the key under their password."""

from pathlib import Path

import pytest
import typer
from pyotp import TOTP

from comity.app.node import open_node
from comity.app.settings import read_settings
from tests.cli.conftest import Command
from tests.cli.test_objects import bundle, campaign

ID = "incident--00000000-0000-4000-8000-000000000001"
PASSWORD = "seven herons at low tide"


@pytest.fixture
def waiting(command: Command, node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node with an incident that goes to Carol when people have agreed; Bob and Dana can, and have passwords."""
    held = campaign(1, more=', "description": "At 192.0.2.7."').replace(b"campaign", b"incident")
    (tmp_path / "in.json").write_bytes(bundle(held))
    assert command("load", tmp_path / "in.json", "--collection", "intel").code == 0
    with open_node(read_settings({}, data=str(node))) as opened:
        for name, role in (("Bob", "approver"), ("Dana", "duty-officer"), ("Finn", "analyst")):
            account = opened.directory.accounts.add(name, (role,), by="command line: tester")
            opened.directory.accounts.set_password(account, None, PASSWORD)
        text = opened.directory.agreements.draft("bilateral-csirt", "carol", name="home-carol")
        opened.directory.agreements.apply(text, by="command line: tester")
    typed(monkeypatch, PASSWORD)
    return node


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: password)


def gets(command: Command) -> list[str]:
    return [each["id"] for each in command("view", "--as", "carol", "--json").json.get("objects", [])]


def test_a_person_approves_at_the_command_line(command: Command, waiting: Path) -> None:
    listed = command("approval", "list", "--json").json
    assert (listed["waiting"], listed["more"]) == (1, False)
    (item,) = listed["items"]
    assert (item["id"], item["to"], item["state"]) == (ID, ["Carol CERT"], "waiting")
    assert item["asked"] == [{"roles": ["approver", "duty-officer"], "four_eyes": False}]
    assert ID in command("approval", "list").out
    assert command("approval", "list", "--to", "dave", "--json").json["items"] == []
    shown = command("approval", "show", ID, "--json").json
    assert shown["goes"]["id"] == ID
    assert "Exactly this would go" in command("approval", "show", ID).out
    networks = command("approval", "show", ID, "--form", "networks", "--as", "Bob", "--json").json
    assert "192.0.2.0/24" in networks["goes"]["description"]
    assert gets(command) == []
    done = command("approval", "approve", ID, "--as", "Bob", "--json")
    assert done.code == 0, done.err
    assert done.json["state"] == "released"
    assert gets(command) == [ID]
    assert "release by Bob" in command("approval", "show", ID).out
    assert command("approval", "list", "--json").json["waiting"] == 0


def test_nobody_signs_for_somebody_else(command: Command, waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "another password")
    ran = command("approval", "approve", ID, "--as", "Bob")
    assert ran.code == 1
    assert "nothing was signed" in ran.err
    typed(monkeypatch, PASSWORD)
    assert command("approval", "approve", ID, "--as", "Finn").code == 1
    assert command("approval", "approve", ID, "--as", "Nobody").code == 1
    assert gets(command) == []


def test_who_gives_codes_signs_on_the_pages(command: Command, waiting: Path) -> None:
    with open_node(read_settings({}, data=str(waiting))) as opened:
        accounts = opened.directory.accounts
        offer = accounts.begin_totp(accounts.get("Bob"))
        accounts.finish_totp(accounts.get("Bob"), offer.ticket, TOTP(offer.secret).now())
    ran = command("approval", "approve", ID, "--as", "Bob")
    assert ran.code == 1
    assert "one-time codes" in ran.err


def test_a_refusal_is_signed_with_its_reason(command: Command, waiting: Path) -> None:
    done = command("approval", "refuse", ID, "--as", "Dana", "--reason", "Not yet.")
    assert done.out.strip() == f"{ID} is refused."
    assert command("approval", "approve", ID, "--as", "Bob").code == 1
    assert gets(command) == []


@pytest.mark.parametrize("arguments", [("show", "incident--x"), ("approve", ID[:-1] + "2", "--as", "Bob")])
def test_what_nobody_asks_about_is_not_there(command: Command, waiting: Path, arguments: tuple[str, ...]) -> None:
    ran = command("approval", *arguments)
    assert ran.code == 1
    assert "nobody is asked about this object" in ran.err


def test_the_operator_vouches(command: Command, waiting: Path) -> None:
    assert command("account", "vouch", "Bob").out.startswith("Bob is vouched for")
    assert command("account", "vouch", "Bob", "--json").json["account"] == "Bob"
    assert command("account", "vouch", "Nobody").code == 1
