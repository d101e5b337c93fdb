"""The demo: set up whole, fresh each time, and only ever in a folder of its own."""

from pathlib import Path

import pytest

from comity.app.node import open_node
from comity.app.settings import Settings
from comity.app.staging import MARK, clear, set_up
from comity.kernel.base.clock import SystemClock
from comity.kernel.base.errors import Conflict
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Query


def test_set_up_twice(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    settings = Settings(data=str(path))
    first = set_up(path, settings, SystemClock())
    second = set_up(path, settings, SystemClock())
    assert first.objects == second.objects > 200
    assert first.secret != second.secret
    with open_node(settings) as node:
        assert node.directory.accounts.enter(first.link) is None
        assert node.directory.accounts.enter(second.link) is not None
        standing = node.directory.authenticator.party_of(f"Bearer {second.secret}")
        assert standing is not None
        assert (standing.party.slug, standing.party.own) == (second.party, False)
        entry = node.directory.collections.entry(standing, second.collection.uuid)
        assert entry is not None
        assert entry.read
        page = node.store.visible(Viewer(standing.party.id)).page(Query(collection=entry.collection.id), 5)
        assert page.count > 0
        assert node.store.settle() == 0
        assert len(node.store.visible(Viewer(node.directory.parties.own().id)).recent(10)) == 10


def test_a_folder_without_the_mark_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(Conflict):
        clear(tmp_path)
    assert (tmp_path / "letter.txt").exists()
    (tmp_path / MARK).touch()
    clear(tmp_path)
    assert not tmp_path.exists()
    clear(tmp_path)
