"""The node's keys as files: made whole, private, kept, and missed aloud."""

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from comity.app import doctor
from comity.app.folder import Folder
from comity.app.keys import make_keys, make_second_key, read_keys
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.app.upkeep import bring_up_to_date, outstanding, prepare
from comity.kernel.base.clock import SystemClock
from comity.kernel.base.errors import Conflict, Corrupt
from comity.kernel.base.ids import system_random
from comity.kernel.ledger.signing import sign, verify


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "node")
    made.make()
    return made


@pytest.fixture
def node(tmp_path: Path) -> Settings:
    settings = Settings(data=str(tmp_path / "whole"))
    make_node(tmp_path / "whole", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    return settings


def checks(settings: Settings) -> dict[str, Any]:
    return {each.name: each for each in doctor.node(settings, SystemClock())}


def test_both_keys_are_made_private_and_read_again(folder: Folder) -> None:
    given = iter((b"\x01" * 32, b"\x02" * 32))
    make_keys(folder, lambda _: next(given))
    keys = read_keys(folder)
    assert (keys.ed25519, keys.mldsa65) == (b"\x01" * 32, b"\x02" * 32)
    for path, kind in ((folder.key, Ed25519PrivateKey), (folder.second_key, MLDSA65PrivateKey)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, kind)
        assert load_pem_public_key(path.with_suffix(".pub").read_bytes()) == key.public_key()
    assert verify(keys.public, "test", b"x", sign(keys, "test", b"x"))


def test_a_key_that_is_there_is_never_replaced(folder: Folder) -> None:
    make_keys(folder, system_random)
    held = read_keys(folder)
    for make in (make_keys, make_second_key):
        with pytest.raises(FileExistsError):
            make(folder, system_random)
    assert read_keys(folder) == held


@pytest.mark.parametrize("name", ["node.key", "node-2.key"])
@pytest.mark.parametrize("content", [None, b"", b"gone", b"\xff\xfe"])
def test_a_missing_or_damaged_key_is_said(folder: Folder, name: str, content: bytes | None) -> None:
    make_keys(folder, system_random)
    path = folder.key.parent / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Corrupt, match=name) as raised:
        read_keys(folder)
    assert raised.value.code == "node-key"
    assert "backup" in raised.value.hint


def test_keys_that_changed_places_are_none(folder: Folder) -> None:
    make_keys(folder, system_random)
    folder.key.write_bytes(folder.second_key.read_bytes())
    with pytest.raises(Corrupt):
        read_keys(folder)


def test_a_node_has_its_keys_when_asked(node: Settings) -> None:
    with open_node(node) as opened:
        assert opened.keys() == read_keys(opened.folder)
    assert checks(node)["key"].ok


def test_a_node_of_the_first_version_gets_its_second_key(node: Settings) -> None:
    folder = Folder(Path(node.data))
    first = folder.key.read_bytes()
    folder.second_key.unlink()
    folder.second_key.with_suffix(".pub").unlink()
    assert outstanding(node).second_key
    with pytest.raises(Conflict):
        prepare(node)
    assert not checks(node)["key"].ok
    assert bring_up_to_date(node, SystemClock()).second_key
    prepare(node)
    assert folder.key.read_bytes() == first
    assert read_keys(folder)
    assert not bring_up_to_date(node, SystemClock()).needed


def test_a_second_key_that_was_lost_is_not_made_anew(node: Settings) -> None:
    """Another key would be another node's: partners know this one by its public half."""
    folder = Folder(Path(node.data))
    folder.second_key.unlink()
    assert not outstanding(node).second_key
    said = checks(node)["key"]
    assert not said.ok
    assert "node-2.key" in said.says
    assert "backup" in said.todo
