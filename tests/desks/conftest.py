"""A node for each test, its database copied from one that was migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.kernel.store.migrate import migrate
from tests.desks.cast import Node


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "node.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def node(tmp_path: Path, empty: Path) -> Iterator[Node]:
    shutil.copy(empty, tmp_path / "node.db")
    made = Node(f"sqlite:///{tmp_path}/node.db")
    yield made
    made.store.close()
