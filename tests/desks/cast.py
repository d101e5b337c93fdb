"""The cast of the page tests: our own party with Alice, Estonia and the ISAC as partners, two collections; over HTTP."""

import json
import re
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from comity.app.desks import DESKS
from comity.casework.mounting import mount
from comity.kernel.base.clock import FixedClock
from comity.kernel.base.ids import system_random
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.passwords import Cost
from comity.kernel.directory.vault import Vault
from comity.kernel.ledger.signing import make_keys
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.store import open_store
from comity.kernel.store.types import Batch, Channel
from comity.web.site import Services

START = 1_795_000_000_000_000
SECOND = 1_000_000
NODE_ID = "ab12cd34ef567890"
COOKIE = "comity-ab12cd34ef56"
OURS = "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1a01"
ESTONIA = "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1a02"
WHEN = "2026-11-03T05:07:00.000Z"


class Node:
    """A node behind pages, and a browser in front of it."""

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix("sqlite:///")
        self.clock = FixedClock(START)
        self.store = open_store(url, self.clock)
        self.keys = make_keys(system_random)
        self.directory = Directory(
            self.store.registry,
            self.store.people,
            Vault(bytes(32)),
            self.clock,
            cost=Cost(passes=1, memory=8, lanes=1),
            store=self.store,
            keys=lambda: self.keys,
        )
        parties = self.directory.parties
        parties.add("ours", name="Demo CSIRT", jurisdiction="KR", tlp_max=Tlp.RED, identity=OURS, own=True)
        estonia = parties.add("estonia", name="Estonia", jurisdiction="EE", tlp_max=Tlp.AMBER, identity=ESTONIA)
        isac = parties.add("isac", name="Energy ISAC", jurisdiction="EU", tlp_max=Tlp.GREEN)
        self.directory.collections.add("main", title="Main", tlp=Tlp.AMBER, read=[estonia, isac], write=[estonia, isac])
        self.directory.collections.add("inner", title="Inner", tlp=Tlp.RED)
        self.alice = self.directory.accounts.add("Alice")
        self.app = self.app_at("http://127.0.0.1:8000")

    def app_at(self, base_url: str) -> Litestar:
        """The pages as they are where people reach the node at this address."""
        services = Services(
            node_id=NODE_ID,
            name="Demo CSIRT",
            timezone="Asia/Seoul",
            secure=base_url.startswith("https://"),
            base_url=base_url,
            store=self.store,
            directory=self.directory,
            clock=self.clock,
            random=system_random,
        )
        router, failures = mount(DESKS, services)
        return Litestar([router], exception_handlers={Exception: failures}, openapi_config=None, logging_config=None)

    def browser(self) -> TestClient[Litestar]:
        """A browser that nobody has signed in with."""
        return TestClient(self.app, base_url="http://127.0.0.1:8000", raise_server_exceptions=True)

    def signed_in(self) -> TestClient[Litestar]:
        """Alice's browser."""
        browser = self.browser()
        path = f"/sign-in/{self.directory.accounts.invite(self.alice).secret}"
        token = form_token_in(browser.get(path).text)
        browser.post(path, data={"form_token": token}, follow_redirects=False)
        return browser

    def give(self, source: str, *objects: dict[str, Any] | bytes, collection: str = "main") -> None:
        """A party hands in objects."""
        self.clock.forward(SECOND)
        read = [parse(each if isinstance(each, bytes) else json.dumps(each).encode()) for each in objects]
        assert all(isinstance(each, Parsed) for each in read), read
        batch = Batch(
            source=self.directory.parties.get(source).id,
            collection=self.directory.collections.get(collection).id,
            objects=tuple(each for each in read if isinstance(each, Parsed)),
            channel=Channel.FILE,
            received=self.clock.now(),
        )
        self.store.commit(batch)
        while self.store.settle():
            pass


def form_token_in(page: str) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]*)"', page)
    return found[1] if found else ""


def campaign(number: int = 1, **more: Any) -> dict[str, Any]:
    """A campaign, marked green."""
    return {
        "type": "campaign",
        "spec_version": "2.1",
        "id": f"campaign--8e2e2d2b-17d4-4cbf-938f-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "name": "Grey Tide",
        "object_marking_refs": [TLP_IDS[Tlp.GREEN]],
        **more,
    }


def relationship(source: str, kind: str, target: str, number: int = 1) -> dict[str, Any]:
    """A relationship between two objects, unmarked."""
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--8e2e2d2b-17d4-4cbf-938f-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "relationship_type": kind,
        "source_ref": source,
        "target_ref": target,
    }


def malware(number: int = 1, **more: Any) -> dict[str, Any]:
    """A family of malware, unmarked."""
    return {
        "type": "malware",
        "spec_version": "2.1",
        "id": f"malware--8e2e2d2b-17d4-4cbf-938f-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "name": f"SILT {number}",
        "is_family": True,
        **more,
    }
