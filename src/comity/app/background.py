"""The node's background work, composed: the worker of ``comity.work`` with all that follows this node's commit log, all
that waits for a moment, and all that takes long.

A new kind of clock is a handler in ``Clocks({...})``, a new kind of job one in ``Jobs({...})``. Jobs that ask others over
the network belong into a ``Jobs`` of their own in a lane of its own, named ``elsewhere`` by the others.
"""

import os
import secrets
import socket
import threading
from functools import partial
from typing import Final

from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.exchange.fetch.answer import Fetching
from comity.kernel.exchange.mirror.driver import Mirroring
from comity.kernel.exchange.taxii.intake import Intake
from comity.kernel.store import grants, mirrors, relabel
from comity.kernel.store.erasure import holds, retention
from comity.work import upkeep
from comity.work.clocks import Clocks, Standing
from comity.work.jobs import Jobs
from comity.work.worker import Follower, Worker

SETTLED_AT_ONCE: Final = 1000
INDEXED_AT_ONCE: Final = 5000
SCANNED_AT_ONCE: Final = 500
TWINS_AT_ONCE: Final = 1000


def run(settings: Settings, stop: threading.Event) -> None:
    """Works for the node that the settings name until ``stop`` is set."""
    with open_node(settings) as node:
        node.store.relabelling.begin()  # what an update was cut off in, or what a larger quota lets out of quarantine
        worker(node).run(stop)


def worker(node: Node) -> Worker:
    """The node's worker. Its name is never used twice."""
    store, clock = node.store, node.clock
    intake = Intake(store, clock, node.random, node.settings.taxii)
    sweeping = upkeep.Upkeep(store.leftovers, store.jobs)
    mirroring = Mirroring(store, node.vault, node.settings.fetch, clock, node.random, partial(_fetcher, node.settings))
    handlers = {
        upkeep.KIND: sweeping.fire,
        mirrors.KIND: mirroring.fire,
        grants.CLOCK: lambda connection, _timer: store.key_date(connection),
        retention.KIND: store.retention.fire,
    }
    clocks = Clocks(store.timers, clock, handlers, (sweeping.standing, Standing(retention.KIND, retention.EVERY)))
    steps = {
        upkeep.KIND: sweeping.step,
        relabel.KIND: store.relabelling.step,
        holds.JOB: store.erasures.step,
        retention.KIND: store.retention.step,
    }
    jobs = Jobs(store.jobs, clock, steps)
    followers = [
        Follower("clocks", clocks.step, clocks.late),
        Follower("settle", partial(store.settle, SETTLED_AT_ONCE), store.followings.keys_waiting),
        Follower("index_text", partial(store.index_text, INDEXED_AT_ONCE), store.followings.text_behind),
        Follower("scan", partial(store.scan.step, SCANNED_AT_ONCE), store.scan.behind),
        Follower("twins", partial(store.twins.step, TWINS_AT_ONCE), store.twins.behind),
        Follower("intake", intake.step, store.followings.objects_waiting),
        Follower("mirrors", mirroring.step, mirroring.waiting),
        Follower("jobs", jobs.step, jobs.open),
    ]
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Worker(store, followers, clock, holder, store.followings)


def _fetcher(settings: Settings) -> Fetching:
    """What asks other servers; its HTTP library is loaded when there is somebody to ask (memory: most nodes mirror nobody)."""
    from comity.app.fetching import make_fetcher  # noqa: PLC0415

    return make_fetcher(settings)
