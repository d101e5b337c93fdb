"""The node's background work, composed: the worker of ``comity.work`` with all that follows this node's commit log."""

import os
import secrets
import socket
import threading
from functools import partial
from typing import Final

from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.exchange.taxii.intake import Intake
from comity.work.worker import Follower, Worker

SETTLED_AT_ONCE: Final = 1000
INDEXED_AT_ONCE: Final = 5000


def run(settings: Settings, stop: threading.Event) -> None:
    """Works for the node that the settings name until ``stop`` is set."""
    with open_node(settings) as node:
        worker(node).run(stop)


def worker(node: Node) -> Worker:
    """The node's worker. Its name is never used twice."""
    intake = Intake(node.store, node.clock, node.random, node.settings.taxii)
    followers = [
        Follower("settle", partial(node.store.settle, SETTLED_AT_ONCE)),
        Follower("index_text", partial(node.store.index_text, INDEXED_AT_ONCE)),
        Follower("intake", intake.step),
    ]
    return Worker(node.store, followers, node.clock, f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}")
