"""A store and a directory in memory, to make fail at will; the real ones are in ``tests/conformance/taxii``."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import httpx
import msgspec
import pytest

from comity.kernel.base.clock import FixedClock
from comity.kernel.base.errors import Conflict
from comity.kernel.directory.authenticator import Standing
from comity.kernel.directory.collections import Entry
from comity.kernel.exchange.taxii.server import TaxiiServer
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Collection, Outcome, Page, Party, Records, Taken

MEDIA = "application/taxii+json;version=2.1"
SHARED = Collection(1, "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "shared", "Shared", "", Tlp.GREEN, 0)


class MemoryStore:
    """Keeps what it is given. ``fails`` is raised by the next call that would write, before it writes."""

    def __init__(self):
        self.batches = []
        self.statuses = {}
        self.queue = []
        self.fails = None
        self.page_of = lambda query, limit, cursor: Page(b"", 0, None, None, None)
        self.records_of = lambda query, limit, cursor: Records((), None, None, None)
        self.deleted = 0
        self.barred = set()

    def visible(self, viewer):
        return self

    def page(self, query, limit, cursor=None):
        return self.page_of(query, limit, cursor)

    def manifest(self, query, limit, cursor=None):
        return self.records_of(query, limit, cursor)

    versions = manifest

    def commit(self, batch):
        self._may_fail()
        self.batches.append(batch)
        self.statuses[batch.submission.id] = batch.submission
        return Outcome((), 0, 0)

    def refused(self, source, objects):
        return frozenset(place for place, parsed in enumerate(objects) if parsed.id in self.barred)

    def delete(self, party, collection, object_id, versions, at):
        return self.deleted

    def submission(self, submission_id, party):
        found = self.statuses.get(submission_id)
        return found if found and found.party == party else None

    def enqueue(self, submission, collection, channel, body):
        self._may_fail()
        self.statuses[submission.id] = submission
        self.queue.append(Taken(submission, collection, channel, 0, body))

    def take_intake(self):
        if not self.queue:
            return None
        first = self.queue[0]
        return msgspec.structs.replace(first, submission=self.statuses[first.submission.id])

    def advance_intake(self, batch, position, to):
        self._may_fail()
        if not self.queue or self.queue[0].position != position:
            raise Conflict("somebody was quicker")
        outcome = self.commit(batch)
        self.queue[0] = msgspec.structs.replace(self.queue[0], position=to)
        if batch.submission.pending == 0:
            self.queue.pop(0)
        return outcome

    def _may_fail(self):
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error


class MemoryDirectory:
    """One party, whose token is "good"; it may do in SHARED what ``read`` and ``write`` say."""

    def __init__(self):
        self.authenticator = self.collections = self
        self.read = self.write = True
        self.party = Party(3, "carol", "Carol's CERT", "LU", Tlp.GREEN, False, None, 0)
        self.cold = 0

    def known(self, header):
        return Standing(self.party, 1, True, True) if header == "Bearer good" else None

    def party_of(self, header):
        self.cold += 1
        return Standing(self.party, 1, True, True) if header == "Bearer cold" else None

    def open_to(self, standing):
        return (Entry(SHARED, self.read, self.write),) if self.read or self.write else ()

    def entry(self, standing, key):
        return next((each for each in self.open_to(standing) if key.lower() in {SHARED.uuid, SHARED.slug}), None)


class Counter:
    """Random bytes that are the same each time."""

    def __init__(self):
        self.made = 0

    def __call__(self, size):
        self.made += 1
        return self.made.to_bytes(size, "big")


class World:
    def __init__(self, pool, **settings):
        self.store = MemoryStore()
        self.directory = MemoryDirectory()
        self.clock = FixedClock(1_700_000_000_000_000)
        self.random = Counter()
        self.settings = TaxiiSettings(**settings)
        self.server = TaxiiServer(
            store=self.store,
            directory=self.directory,
            settings=self.settings,
            clock=self.clock,
            random=self.random,
            pool=pool,
        )

    def ask(self, method, path, *, headers=None, **rest):
        async def send():
            transport = httpx.ASGITransport(app=cast("Any", self.server), raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://node.example") as client:
                given = {"Accept": MEDIA, "Authorization": "Bearer good", **(headers or {})}
                given = {name: value for name, value in given.items() if value is not None}
                return await client.request(method, path, headers=given, **rest)

        return asyncio.run(send())


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def make_world(pool):
    return lambda **settings: World(pool, **settings)


@pytest.fixture
def world(make_world):
    return make_world()
