"""Parties, communities, collections, tokens, accounts: what they say, what they refuse, and that secrets come once."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command

UUID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"


def test_parties(command: Command, node: Path) -> None:
    added = command("party", "add", "eve", "--name", "Eve ISAC", "--jurisdiction", "fr", "--json")
    assert added.code == 0
    assert {**added.json, "created": ""} == {
        "slug": "eve",
        "name": "Eve ISAC",
        "jurisdiction": "FR",
        "tlp_max": "TLP:GREEN",
        "own": False,
        "identity": None,
        "client_of": None,
        "created": "",
    }
    listed = command("party", "list", "--json").json
    assert [(each["slug"], each["tlp_max"], each["own"]) for each in listed] == [
        ("home", "TLP:RED", True),
        ("carol", "TLP:AMBER", False),
        ("dave", "TLP:GREEN", False),
        ("eve", "TLP:GREEN", False),
    ]
    assert "Carol CERT" in command("party", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("party", "add", "carol", "--name", "X", "--jurisdiction", "KR"), 1, "'comity party list'"),
        (("party", "add", "Not-Good", "--name", "X", "--jurisdiction", "KR"), 1, "lower-case"),
        (("party", "add", "x", "--name", "X", "--jurisdiction", "Korea"), 1, "ISO 3166-1"),
        (("party", "add", "x", "--name", "\x1b[2J", "--jurisdiction", "KR"), 1, "visible"),
        (("party", "add", "x", "--name", "X", "--jurisdiction", "KR", "--tlp-max", "purple"), 2, "amber+strict"),
        (("party", "add", "x", "--name", "X"), 2, "--jurisdiction"),
        (("party", "add", "x", "--name", "X", "--jurisdiction", "KR", "--identity", "me"), 1, "identity--UUID"),
        (("party", "add", "x", "--name", "X", "--jurisdiction", "KR", "--client-of", "nobody"), 1, "comity party add"),
        (("party", "ceiling", "carol", "purple"), 2, "amber+strict"),
        (("party", "ceiling", "nobody", "amber"), 1, "comity party list"),
        (("party", "identity", "carol", "me"), 1, "identity--UUID"),
        (("party", "client", "carol"), 2, "--of-nobody"),
        (("party", "client", "carol", "--of", "dave", "--of-nobody"), 2, "--of-nobody"),
        (("party", "client", "carol", "--of", "carol"), 1, "nobody's client"),
        (("party", "client", "carol", "--of", "nobody"), 1, "comity party list"),
        (("community", "add", "Not-Good", "--name", "X"), 1, "lower-case"),
        (("community", "add", "x", "--name", "X", "--member", "nobody"), 1, "comity party list"),
        (("community", "join", "none", "carol"), 1, "comity community add"),
        (("community", "leave", "none", "carol"), 1, "comity community add"),
        (("collection", "access", "nowhere", "carol"), 1, "comity collection list"),
        (("collection", "access", "intel", "nobody"), 1, "comity party list"),
        (("collection", "add", "intel"), 1, "already there"),
        (("collection", "add", "x", "--id", "nope"), 1, "UUID"),
        (("collection", "add", "x", "--read", "nobody"), 1, "comity party add"),
        (("token", "issue", "nobody"), 1, "comity party list"),
        (("token", "issue", "carol", "--scope", "all"), 2, "scope"),
        (("token", "issue", "carol", "--days", "0"), 2, "days"),
        (("token", "revoke", "77"), 1, "comity token list"),
        (("token", "revoke", "x"), 2, "integer"),
        (("account", "link", "Mallory"), 1, "Mallory"),
    ],
)
def test_refusals_say_what_to_do(
    command: Command, node: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ran = command(*arguments)
    assert ran.code == code
    assert says in " ".join(ran.err.split())
    assert "\x1b[2J" not in ran.err
    assert ran.out == ""


def test_collections(command: Command, node: Path) -> None:
    added = command(
        *("collection", "add", "shared", "--id", UUID, "--title", "Shared", "--tlp", "green"),
        *("--read", "carol", "--read", "dave", "--write", "dave", "--json"),
    )
    assert added.code == 0
    assert (added.json["id"], added.json["tlp"]) == (UUID, "TLP:GREEN")
    assert (added.json["read"], added.json["write"]) == (["carol", "dave"], ["dave"])
    assert command("collection", "list", "--json").json[-1] == added.json
    assert command("collection", "add", "plain", "--json").json["tlp"] == "TLP:AMBER"
    assert UUID in command("collection", "list").out


def test_who_reads_a_collection_can_be_changed(command: Command, node: Path) -> None:
    changed = command("collection", "access", "intel", "dave", "--read", "--write", "--json").json
    assert (changed["read"], changed["write"]) == (["carol", "dave"], ["dave"])
    assert "neither" in command("collection", "access", "intel", "dave").out
    assert command("collection", "list", "--json").json[0]["read"] == ["carol"]


def test_a_party_changes(command: Command, node: Path) -> None:
    identity = "identity--22222222-2222-4222-8222-222222222222"
    assert command("party", "ceiling", "dave", "amber", "--json").json["tlp_max"] == "TLP:AMBER"
    assert command("party", "identity", "dave", identity, "--json").json["identity"] == identity
    assert command("party", "identity", "carol", identity).code == 1
    assert command("party", "client", "dave", "--of", "carol", "--json").json["client_of"] == "carol"
    assert "client of carol" in command("party", "list").out
    assert command("party", "client", "dave", "--of-nobody", "--json").json["client_of"] is None
    added = command("party", "add", "eve", "--name", "Eve", "--jurisdiction", "FR", "--client-of", "carol", "--json")
    assert added.json["client_of"] == "carol"


def test_communities(command: Command, node: Path) -> None:
    made = command("community", "add", "energy", "--name", "Energy sector", "--member", "carol", "--json").json
    assert (made["slug"], made["members"]) == ("energy", ["carol"])
    assert command("community", "join", "energy", "dave", "--json").json["changed"] is True
    assert command("community", "join", "energy", "dave", "--json").json["changed"] is False
    assert "already" in command("community", "join", "energy", "dave").err
    assert "carol dave" in command("community", "list").out
    assert command("community", "leave", "energy", "carol", "--json").json["members"] == ["dave"]
    assert "no member" in command("community", "leave", "energy", "carol").err
    assert command("community", "list", "--json").json == [{**made, "members": ["dave"]}]
    assert command("community", "add", "energy", "--name", "X").code == 1


def test_a_token_is_shown_once(command: Command, node: Path) -> None:
    plain = command("token", "issue", "carol")
    assert plain.code == 0
    assert plain.out.startswith("comity_")
    assert plain.out.count("\n") == 1
    issued = command("token", "issue", "carol", "--scope", "read", "--days", "30", "--json").json
    assert issued["scope"] == "read"
    assert issued["expires"] > issued["created"]
    listed = command("token", "list", "carol", "--json")
    assert [each["number"] for each in listed.json] == [1, 2]
    assert plain.out.strip() not in listed.out
    assert issued["token"] not in listed.out + command("token", "list").out


def test_a_token_is_revoked_and_replaced(command: Command, node: Path) -> None:
    first = command("token", "issue", "carol", "--scope", "write", "--json").json
    second = command("token", "issue", "carol", "--replaces", "1", "--json").json
    assert second["scope"] == "write"
    assert second["token"] != first["token"]
    assert command("token", "issue", "dave", "--replaces", "2").code == 1
    assert command("token", "revoke", "2", "--json").json["revoked"]
    assert [each["revoked"] is not None for each in command("token", "list", "--json").json] == [True, True]
    assert "revoked" in command("token", "list").out


def test_a_new_link(command: Command, node: Path) -> None:
    made = command("account", "link", "--json").json
    assert made["account"] == "Alice"
    assert made["url"].startswith("http://127.0.0.1:8000/sign-in/")
    assert command("account", "link", "Alice").out.strip() != made["url"]
