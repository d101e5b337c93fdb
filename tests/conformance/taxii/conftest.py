"""A whole TAXII server over a real store: in process (``node``), or on loopback for clients with HTTP of their own (``live``).

The cast: the node is Harbour CERT's own; Carol and Dave may read and write in ``shared``, Erin may only read there; Carol may
only add to ``inbox``; ``private`` is nobody's but the node's own.
"""

import asyncio
import base64
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from comity.kernel.base.clock import SystemClock
from comity.kernel.base.ids import system_random
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.taxii.intake import Intake
from comity.kernel.exchange.taxii.server import TaxiiServer
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.migrate import migrate
from comity.kernel.store.store import open_store

MEDIA = "application/taxii+json;version=2.1"
AT = "2024-03-02T01:01:01.123Z"


def indicator(number, **changes):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012}",
        "created": AT,
        "modified": AT,
        "name": f"No {number}",
        "pattern": f"[ipv4-addr:value = '198.51.100.{number % 250}']",
        "pattern_type": "stix",
        "valid_from": AT,
        **changes,
    }


class Node:
    """One node with its cast, asked over HTTP only."""

    root = "/taxii2/root/"

    def __init__(self, url, pool, **settings):
        migrate(url)
        self.clock = SystemClock()
        self.store = open_store(url, self.clock)
        self.directory = Directory(self.store.registry, self.store.people, Vault(bytes(32)), self.clock)
        parties = self.directory.parties
        own = parties.add("harbour", name="Harbour CERT", jurisdiction="NL", own=True)
        carol, dave, erin = (
            parties.add(slug, name=f"{slug.title()}'s CERT", jurisdiction="LU") for slug in ("carol", "dave", "erin")
        )
        add = self.directory.collections.add
        self.shared = add("shared", title="Shared", tlp=Tlp.GREEN, read=[carol, dave, erin], write=[carol, dave]).uuid
        self.inbox = add("inbox", tlp=Tlp.GREEN, read=[dave], write=[carol]).uuid
        self.private = add("private", tlp=Tlp.GREEN).uuid
        self.tokens = {each.slug: self.directory.tokens.issue(each).secret for each in (own, carol, dave, erin)}
        self.settings = TaxiiSettings(title="Harbour", **settings)
        self.intake = Intake(self.store, self.clock, system_random, self.settings)
        self.app = TaxiiServer(
            store=self.store,
            directory=self.directory,
            settings=self.settings,
            clock=self.clock,
            random=system_random,
            pool=pool,
        )

    def objects(self, collection=None):
        return f"{self.root}collections/{collection or self.shared}/objects/"

    def ask(self, method, path, *, who="carol", headers=None, basic=False, **rest):
        """One request in process."""

        async def send():
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app=cast("Any", self.app)), base_url="http://node.example"
            ) as client:
                given = {"Accept": MEDIA, **self.credentials(who, basic), **(headers or {})}
                given = {name: value for name, value in given.items() if value is not None}
                return await client.request(method, path, headers=given, **rest)

        return asyncio.run(send())

    def credentials(self, who, basic=False):
        if who is None:
            return {}
        secret = self.tokens[who]
        if basic:
            return {"Authorization": "Basic " + base64.b64encode(f"{who}:{secret}".encode()).decode()}
        return {"Authorization": f"Bearer {secret}"}

    def get(self, path="", *, who="carol", **query):
        """GET in ``shared``; ``match_type`` stands for ``match[type]``."""
        params = {
            name.replace("match_", "match[") + ("]" if name.startswith("match_") else ""): v
            for name, v in query.items()
        }
        return self.ask("GET", self.objects() + path, who=who, params=params)

    def send(self, content, *, who="carol", collection=None, headers=None, **rest):
        return self.ask(
            "POST",
            self.objects(collection),
            who=who,
            content=content,
            headers={"Content-Type": MEDIA, **(headers or {})},
            **rest,
        )

    def add(self, *objects, who="carol", collection=None):
        answer = self.send(json.dumps({"objects": list(objects)}), who=who, collection=collection)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def pages(self, *, who="carol", path="", **query):
        """Every page, by ``next``."""
        answer = self.get(path, who=who, **query)
        while True:
            assert answer.status_code == 200, answer.text
            yield answer
            if not answer.json().get("more"):
                return
            answer = self.get(path, who=who, **query, next=answer.json()["next"])

    def read(self, **query):
        return [each for page in self.pages(**query) for each in page.json().get("objects", [])]


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(4) as executor:
        yield executor


@pytest.fixture
def make_node(tmp_path, pool):
    made: list[Node] = []

    def make(url=None, **settings):
        node = Node(url or f"sqlite:///{tmp_path}/node{len(made)}.db", pool, **settings)
        made.append(node)
        return node

    yield make
    for node in made:
        node.store.close()


@pytest.fixture
def node(make_node):
    return make_node()


@pytest.fixture(params=["sqlite", "postgres"])
def either(request, make_node):
    """A node on each of the two databases."""
    return make_node(request.getfixturevalue("postgres_url") if request.param == "postgres" else None)


class Live:
    """A node that answers on a port of this machine, from a thread of its own."""

    def __init__(self, node):
        self.node = node
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._wait()

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._server = Server(
            self.node.app, address="127.0.0.1", port=self.port, interface=Interfaces.ASGINL, log_enabled=False
        )
        await self._server.serve()

    def _wait(self):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        pytest.fail("the server did not start")

    def stop(self):
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(20)


@pytest.fixture
def go_live():
    running = []

    def start(node):
        running.append(Live(node))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def live(node, go_live):
    return go_live(node)
