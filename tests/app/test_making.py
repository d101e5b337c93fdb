"""A node made: whole or not at all, private, and told apart from what is no node."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from comity.app.folder import Folder, NodeFile
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.app.upkeep import prepare
from comity.kernel.base.errors import Conflict, Invalid, NotFound, Unavailable
from comity.kernel.objects.markings import Tlp


def make(path: Path, **more: Any) -> Settings:
    settings = Settings(data=str(path))
    make_node(path, settings, **{"slug": "home", "name": "Home", "jurisdiction": "KR", "person": "Alice", **more})
    return settings


def test_made_and_opened(tmp_path: Path) -> None:
    settings = make(tmp_path / "node")
    prepare(settings)
    with open_node(settings) as node:
        own = node.directory.parties.own()
        assert (own.slug, own.tlp_max, own.own) == ("home", Tlp.RED, True)
        assert [account.name for account in node.directory.accounts.all()] == ["Alice"]
        assert len(bytes.fromhex(node.file.id)) == 16
    key = load_pem_private_key((tmp_path / "node" / "keys" / "node.key").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    assert load_pem_public_key((tmp_path / "node" / "keys" / "node.pub").read_bytes()) == key.public_key()


def test_the_link_signs_in(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"))
    link = make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    with open_node(settings) as node:
        entered = node.directory.accounts.enter(link.secret)
        assert entered is not None
        assert entered.account.name == "Alice"


def test_a_folder_can_be_moved(tmp_path: Path) -> None:
    make(tmp_path / "node")
    (tmp_path / "node").rename(tmp_path / "moved")
    with open_node(Settings(data=str(tmp_path / "moved"))) as node:
        assert node.directory.parties.own().slug == "home"


def test_two_nodes_have_different_keys_and_ids(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make(tmp_path / name)
    first, second = (Folder(tmp_path / name) for name in ("a", "b"))
    assert first.read().id != second.read().id
    assert first.key.read_bytes() != second.key.read_bytes()


@pytest.mark.parametrize("name", ['a "quoted" \\ name', "한국 침해사고대응팀", "tab-free é"])
def test_any_name_survives_the_file(tmp_path: Path, name: str) -> None:
    make(tmp_path / "node", name=name)
    assert Folder(tmp_path / "node").read().name == name


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "node")
    with pytest.raises(Conflict, match="already"):
        make(tmp_path / "node")
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        make(tmp_path / "file")


def test_wrong_words_make_nothing(tmp_path: Path) -> None:
    for more in ({"slug": "A"}, {"name": "\n"}, {"jurisdiction": "XYZ"}, {"person": ""}, {"database": "oracle://x"}):
        with pytest.raises(Invalid):
            make(tmp_path / "node", **more)
    assert not (tmp_path / "node").exists()


def test_a_folder_without_its_last_file_is_no_node(tmp_path: Path) -> None:
    settings = make(tmp_path / "node")
    (tmp_path / "node" / "node.toml").unlink()
    with pytest.raises(NotFound):
        open_node(settings)


def test_loose_permissions_are_seen(tmp_path: Path) -> None:
    make(tmp_path / "node")
    folder = Folder(tmp_path / "node")
    folder.path.chmod(0o755)
    assert (folder.path, "0755") in list(folder.loose())


def test_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    settings = make(tmp_path / "node", database=postgres_url)
    assert not (tmp_path / "node" / "node.db").exists()
    with open_node(settings) as node:
        assert node.directory.parties.own().slug == "home"
        assert node.directory.collections.add("intel").id
        assert node.directory.tokens.issue(node.directory.parties.own()).token.id
    with pytest.raises(Conflict, match="own party"):
        make(tmp_path / "second", database=postgres_url)
    assert not (tmp_path / "second").exists()


def test_the_database_url_of_a_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert folder.database_url(NodeFile("x", "x")) == f"sqlite:///{tmp_path}/node.db"
    assert folder.database_url(NodeFile("x", "x", "postgresql://a@b/c")) == "postgresql://a@b/c"
