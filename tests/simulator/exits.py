"""Every way out of a node, over the store of a simulated world: TAXII with a token, pages with a session, the command line's
bundles. What an exit gives is returned as it left: nothing is repaired on the way.

``CARRIES`` lists the exits that give objects, or anything taken from them, each with how it is held to the oracle. The house test
``tests/house/test_exits.py`` finds by itself which exits those are, and fails where one is not in the list.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import quote, urlencode

import httpx
import msgspec
from litestar import Litestar
from litestar.testing import TestClient

from comity.app.desks import DESKS
from comity.casework.mounting import mount
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.vault import Vault
from comity.kernel.exchange.taxii.server import TaxiiServer
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.web.session import form_token
from comity.web.site import Services
from tests.simulator.world import World

MEDIA = "application/taxii+json;version=2.1"
NODE_ID = "ab12cd34ef567890"
COOKIE = "comity-ab12cd34ef56"
ROOT = "/taxii2/root/"

CARRIES: Mapping[str, str] = {
    "GET /taxii2/root/collections/{collection}/objects/": "pages, with every filter",
    "GET /taxii2/root/collections/{collection}/objects/{object}/": "by id",
    "GET /taxii2/root/collections/{collection}/objects/{object}/versions/": "versions",
    "GET /taxii2/root/collections/{collection}/manifest/": "manifest",
    "GET /": "home",
    "GET /agreements/matrix/{party:str}/{feature:str}/{value:str}": "what a cell of the matrix counts",
    "GET /agreements/drafts/{name:str}/preview": "what signing would change, with some of it by name: test_foreseen",
    "GET /agreements/drafts/{name:str}/sign": "the same",
    "GET /agreements/{name:str}/resume": "what resuming would change, likewise",
    "GET /agreements/{name:str}/suspend": "what suspending would change, likewise",
    "GET /agreements/{name:str}/withdraw": "what withdrawing would change, likewise",
    "GET /agreements/time": "what a party could see on a day",
    "GET /approvals": "what waits for people: tests/desks/approvals, tests/kernel/store/test_reviewing",
    "GET /approvals/items/{object_id:str}/{name:str}": "one of it",
    "GET /approvals/items/{object_id:str}/{name:str}/ask": "asking its source",
    "GET /approvals/items/{object_id:str}/{name:str}/by-hand": "writing another form",
    "GET /approvals/items/{object_id:str}/{name:str}/refuse": "refusing it",
    "GET /approvals/items/{object_id:str}/{name:str}/release/{form:str}": "releasing it",
    "GET /approvals/items/{object_id:str}/{name:str}/withdraw/{said:str}": "taking back what was said",
    "GET /erasure/objects/{object_id:str}": "who could have had it: tests/desks/erasure, tests/kernel/store/test_recall",
    "GET /erasure/objects/{object_id:str}/recall": "recalling it",
    "GET /intel/objects/{object_id:str}/audience": "who can see it",
    "GET /intel/objects/{object_id:str}": "an object's page",
    "GET /intel/objects/{object_id:str}/raw": "an object's bytes",
    "GET /intel/objects/{object_id:str}/restriction": "restricting it",
    "GET /intel/objects/{object_id:str}/restriction/lift": "lifting that",
    "GET /intel/search": "search",
    "comity explain": "why a party sees it or not: test_foreseen",
    "comity export": "a collection as a bundle",
    "comity redact": "what goes in an object's place: test_foreseen",
    "comity search": "the page's search",
    "comity show": "the page's object",
    "comity view": "everything as a bundle",
}


class Exits:
    """A whole node over a world. Made for one test; ``open`` closes it again."""

    def __init__(self, w: World, pool: ThreadPoolExecutor, randbytes: RandomBytes | None = None) -> None:
        self.w = w
        self.random = randbytes or w.random.randbytes
        self.directory = Directory(w.store.registry, w.store.people, Vault(bytes(32)), w.clock, self.random)
        self.settings = TaxiiSettings(title="A node", page_max=1_000)
        self.taxii = TaxiiServer(
            store=w.store,
            directory=self.directory,
            settings=self.settings,
            clock=w.clock,
            random=self.random,
            pool=pool,
        )
        self._tokens: dict[str, str] = {}
        self._sessions: dict[str, str] = {}
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=cast("Any", self.taxii)), base_url="http://node.example"
        )
        self._browser: TestClient[Litestar] | None = None

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()
        if self._browser is not None:
            self._browser.__exit__(None, None, None)

    # -- a partner's program

    def token(self, slug: str) -> str:
        """A token of a party, issued when it first asks."""
        if slug not in self._tokens:
            party = self.directory.parties.get(slug)
            self._tokens[slug] = self.directory.tokens.issue(party).secret
        return self._tokens[slug]

    def send(self, slug: str, path: str, content: bytes) -> httpx.Response:
        """A POST."""
        headers = {"Accept": MEDIA, "Authorization": f"Bearer {self.token(slug)}", "Content-Type": MEDIA}
        return self._loop.run_until_complete(self._client.post(ROOT + path, headers=headers, content=content))

    def ask(self, slug: str, method: str, path: str, **query: str) -> httpx.Response:
        """One request, as a party's program makes it; ``path`` below the API root, ``match_type`` for ``match[type]``."""
        headers = {"Accept": MEDIA, "Authorization": f"Bearer {self.token(slug)}"}
        params = {f"match[{name[6:]}]" if name.startswith("match_") else name: value for name, value in query.items()}
        url = ROOT + path + (f"?{urlencode(params)}" if params else "")
        asked = self._client.request(method, url, headers=headers)
        return self._loop.run_until_complete(asked)

    def pages(self, slug: str, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every page of something, by ``next``."""
        more: dict[str, str] = {}
        while True:
            answer = self.ask(slug, "GET", path, **query, **more)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            yield page
            if not page.get("more"):
                return
            more = {"next": page["next"]}

    def objects(self, slug: str, collection: str, **query: str) -> list[bytes]:
        """Objects of a collection as bytes, as they stood in the pages."""
        more: dict[str, str] = {}
        found: list[bytes] = []
        while True:
            answer = self.ask(slug, "GET", f"collections/{self._uuid(collection)}/objects/", **query, **more)
            assert answer.status_code == 200, answer.text
            page = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
            found += [bytes(raw) for raw in msgspec.json.decode(page.get("objects", b"[]"), type=list[msgspec.Raw])]
            if "more" not in page:
                return found
            more = {"next": json.loads(bytes(page["next"]))}

    def of(self, collection: str, rest: str = "") -> str:
        """The path of a collection."""
        return f"collections/{self._uuid(collection)}/{rest}"

    def _uuid(self, collection: str) -> str:
        return self.w.collections[collection].uuid

    # -- a person's browser

    @property
    def browser(self) -> TestClient[Litestar]:
        """The pages of every desk."""
        if self._browser is None:
            services = Services(
                node_id=NODE_ID,
                name="A node",
                timezone="Asia/Seoul",
                secure=False,
                base_url="http://127.0.0.1:8000",
                store=self.w.store,
                directory=self.directory,
                clock=self.w.clock,
                random=self.random,
            )
            router, failures = mount(DESKS, services)
            app = Litestar([router], exception_handlers={Exception: failures}, openapi_config=None, logging_config=None)
            self._browser = TestClient(app, base_url="http://127.0.0.1:8000").__enter__()
        return self._browser

    def sign_in(self, person: str) -> str:
        """The session of a person."""
        accounts = self.directory.accounts
        held = self._sessions.get(person)
        if held is None or accounts.of_cookie(held) is None:
            entered = accounts.enter(accounts.invite(accounts.get(person)).secret)
            assert entered is not None
            self._sessions[person] = held = entered.cookie
        return held

    def page(self, person: str, path: str) -> httpx.Response:
        """A page, as a person's browser asks for it."""
        browser = self.browser
        browser.cookies.clear()
        browser.cookies.set(COOKIE, self.sign_in(person))
        answer: httpx.Response = browser.get(path, follow_redirects=False)
        return answer

    def send_form(self, person: str, path: str, **data: str) -> httpx.Response:
        """A form, as a person's browser sends it."""
        browser = self.browser
        browser.cookies.clear()
        browser.cookies.set(COOKIE, self.sign_in(person))
        data["form_token"] = form_token(self.sign_in(person))
        answer: httpx.Response = browser.post(path, data=data, follow_redirects=False)
        return answer


@contextmanager
def exits(w: World) -> Iterator[Exits]:
    """A whole node over a world, closed afterwards."""
    with ThreadPoolExecutor(1) as pool:
        made = Exits(w, pool)
        try:
            yield made
        finally:
            made.close()


def object_path(object_id: str) -> str:
    """The path of an object's page."""
    return f"/intel/objects/{quote(object_id, safe='')}"


def ids_in(page: str) -> set[str]:
    """Ids of objects that a page links to."""
    return set(re.findall(r"/intel/objects/([a-z0-9-]+--[0-9a-f-]{36})", page))
