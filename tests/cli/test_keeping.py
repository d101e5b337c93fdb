"""``backup``, ``restore``, ``backup-key``, ``migrate``, as typed."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Command


def backed_up(command: Command, path: Path) -> str:
    """A backup, and the line of its key."""
    ran = command("backup", path, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["verified"]
    return command("backup-key", "show", ran.json["period"]).out


def test_saved_restored_and_used(command: Command, node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = command("backup", tmp_path / "one")
    assert first.code == 0
    assert "Restored for trial" in first.out
    assert "backup-key show" in first.err, "who makes the first backup is not told to keep its key"
    assert "backup-key show" not in command("backup", tmp_path / "two").err
    period = command("backup-key", "list", "--json").json[0]["period"]
    (tmp_path / "key").write_text(command("backup-key", "show", period).out)
    command("party", "add", "late", "--name", "Late", "--jurisdiction", "NO")
    monkeypatch.delenv("COMITY_DATA")
    ran = command("restore", tmp_path / "two", tmp_path / "again", "--key", tmp_path / "key")
    assert ran.code == 0, ran.err
    assert "as they were then" in ran.err
    names = {each["slug"] for each in command("--data", tmp_path / "again", "party", "list", "--json").json}
    assert names == {"home", "carol", "dave"}
    with sqlite3.connect(tmp_path / "again" / "node.db") as database:
        said = [json.loads(row[0]) for row in database.execute("SELECT statement FROM event ORDER BY leaf")]
    assert any(each.get("command") == "restore" for each in said), "the restored node does not say that it is one"


def test_a_backup_into_a_folder_that_is_not_there(command: Command, node: Path, tmp_path: Path) -> None:
    ran = command("backup", tmp_path / "nowhere" / "one")
    assert ran.code == 1
    assert f"there is no folder {tmp_path / 'nowhere'}" in ran.err
    assert "Make it" in ran.err


def test_where_the_key_comes_from(
    command: Command, node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = backed_up(command, tmp_path / "backup")
    assert command("restore", tmp_path / "backup", tmp_path / "a").code == 0, "the node of --data has the key"
    monkeypatch.delenv("COMITY_DATA")
    ran = command("restore", tmp_path / "backup", tmp_path / "b")
    assert ran.code == 1
    assert "COMITY_BACKUP_KEY" in ran.err
    monkeypatch.setenv("COMITY_BACKUP_KEY", key.strip())
    assert command("restore", tmp_path / "backup", tmp_path / "b").code == 0
    monkeypatch.setenv("COMITY_BACKUP_KEY", key.strip()[:-1] + ("A" if key.strip()[-1] != "A" else "B"))
    ran = command("restore", tmp_path / "backup", tmp_path / "c")
    assert ran.code == 1
    assert "mistyped" in ran.err
    assert not (tmp_path / "c").exists()


def test_a_destroyed_key_opens_nothing(command: Command, node: Path, tmp_path: Path) -> None:
    ran = command("backup", tmp_path / "backup", "--no-verify", "--json")
    assert not ran.json["verified"]
    assert command("backup-key", "destroy", ran.json["period"]).code == 1, "it was destroyed without being asked"
    assert command("backup-key", "destroy", ran.json["period"], "--yes").code == 0
    assert command("backup-key", "list", "--json").json == []
    gone = command("restore", tmp_path / "backup", tmp_path / "again")
    assert gone.code == 1
    assert "can't be had back" in gone.err
    assert command("backup", tmp_path / "next", "--json").json["key"] != ran.json["key"]
    ran = command("restore", tmp_path / "backup", tmp_path / "again")
    assert "not the key of this backup" in ran.err


@pytest.mark.parametrize("content", [b"", b"a letter", b"comity-backup 1\n{}"])
def test_what_is_no_backup(command: Command, node: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    ran = command("restore", tmp_path / "file", tmp_path / "again")
    assert ran.code == 1
    assert "backup" in ran.err
    assert not (tmp_path / "again").exists()
    ran = command("restore", tmp_path / "absent", tmp_path / "again")
    assert ran.code == 1
    assert "No such file" in ran.err


def test_migrate_on_a_node_that_is_current(command: Command, node: Path) -> None:
    ran = command("migrate", "--json")
    assert ran.code == 0
    assert ran.json["steps"] == []
    assert "Nothing to do" in command("migrate").out
    (node / "keys" / "vault.key").unlink()
    assert command("serve").code == 1
    assert "vault.key" in command("migrate", "--check").out
    assert not (node / "keys" / "vault.key").exists()
    assert command("migrate").code == 0
    assert (node / "keys" / "vault.key").stat().st_mode & 0o077 == 0


def test_doctor_goes_through_everything(command: Command, node: Path) -> None:
    found = {each["name"]: each for each in command("doctor", "--thorough", "--json").json}
    assert found["contents"]["ok"]
    with sqlite3.connect(node / "node.db") as database:
        database.execute("DELETE FROM leaf WHERE seq = 1")
    found = {each["name"]: each for each in command("doctor", "--thorough", "--json").json}
    assert not found["contents"]["ok"]
    assert "leaves are missing" in found["contents"]["says"]


def test_serve_wants_both_halves_of_tls(command: Command, node: Path, tmp_path: Path) -> None:
    ran = command("serve", "--tls-cert", tmp_path / "cert.pem")
    assert ran.code == 1
    assert "--tls-key" in ran.err
    ran = command("serve", "--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem")
    assert ran.code == 1
    assert "No such file" in ran.err
