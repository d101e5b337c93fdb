"""What the server's parent does besides: the node's followers, driven until it is told to stop."""

import threading
from pathlib import Path

import pytest

from comity.app.background import run, worker
from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.base.errors import NotFound
from comity.work.worker import LEASE_NAME


def test_it_works_and_stops(tmp_path: Path) -> None:
    settings = Settings(data=str(tmp_path / "node"))
    make_node(tmp_path / "node", settings, slug="home", name="Home", jurisdiction="KR", person="Alice")
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(settings, stop))
    thread.start()
    with open_node(settings) as node:
        other, at = "another", node.clock.now()
        while node.store.lease(LEASE_NAME, other, at):
            node.store.release(LEASE_NAME, other)
            thread.join(0.05)
        assert worker(node).turn() is False
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        assert node.store.lease(LEASE_NAME, other, node.clock.now() + 1_000_000)


def test_without_a_node_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run(Settings(data=str(tmp_path)), threading.Event())
