"""The application a server process runs: TAXII under ``/taxii2``, what machines ask of the node, the desks' pages under ``/``.

TAXII is dispatched before the framework of the pages, which costs it nothing and keeps the two apart: what goes wrong
below ``/taxii2`` is answered as TAXII has it, everywhere else as a page. Each process opens the node for itself.

Around all of it: every request is counted (``app.health.tally``) and, if that is set, logged; and where the node is reached
over https, every answer says that it always will be (Strict-Transport-Security, RFC 6797).

The one thing a server process does besides answering: every half minute it writes when tokens were last used, which
only it knows. Everything else that is not an answer is the worker's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Final

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from comity.app.desks import DESKS
from comity.app.health.probes import PATHS, Probes
from comity.app.health.tally import Tally
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.casework.mounting import mount
from comity.kernel.base.errors import NodeError
from comity.kernel.exchange.taxii.endpoints import MOUNT
from comity.kernel.exchange.taxii.server import TaxiiServer
from comity.web.site import Services

FLUSH_SECONDS: Final = 30
STRICT: Final = (b"strict-transport-security", b"max-age=31536000")

log = structlog.get_logger("comity.app")


class Application:
    """TAXII, probe or page, by path. Lifespan is the pages' framework's."""

    def __init__(self, taxii: ASGIApp, pages: ASGIApp, probes: ASGIApp, around: "Around") -> None:
        self._taxii = taxii
        self._pages = pages
        self._probes = probes
        self._around = around

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one websocket or the lifespan."""
        if scope["type"] != ScopeType.HTTP:
            path = scope.get("path", "")
            await (self._taxii if _is_taxii(path) else self._pages)(scope, receive, send)
            return
        path = scope["path"]
        if _is_taxii(path):
            await self._around(self._taxii, "taxii", scope, receive, send)
        elif path in PATHS:
            await self._around(self._probes, "probe", scope, receive, send)
        else:
            await self._around(self._pages, "page", scope, receive, send)


class Around:
    """What is done around every request, whoever answers it."""

    def __init__(self, tally: Tally, *, https: bool, logged: bool) -> None:
        self._tally = tally
        self._https = https
        self._logged = logged

    async def __call__(self, app: ASGIApp, surface: str, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """One request."""
        began = perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if self._https:
                    message["headers"] = [*message.get("headers", ()), STRICT]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            seconds = perf_counter() - began
            self._tally.add(surface, scope["method"], status, seconds)
            if self._logged:
                milliseconds = round(seconds * 1000, 1)
                log.info("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)


def _is_taxii(path: str) -> bool:
    return path.startswith(MOUNT) and path[len(MOUNT) : len(MOUNT) + 1] in {"", "/"}


def build(settings: Settings) -> Application:
    """The application over the node that the settings name."""
    return compose(open_node(settings))


def compose(node: Node) -> Application:
    """The application over this node; closing it closes the node."""
    settings = node.settings
    services = Services(
        node_id=node.file.id,
        name=node.file.name,
        timezone=settings.timezone,
        secure=settings.url.startswith("https://"),
        base_url=settings.url,
        store=node.store,
        directory=node.directory,
        clock=node.clock,
        random=node.random,
        proxied=settings.proxy,
    )
    router, failures = mount(DESKS, services)
    taxii = TaxiiServer(
        store=node.store,
        directory=node.directory,
        settings=settings.taxii,
        clock=node.clock,
        random=node.random,
        pool=node.pool,
    )

    tally = Tally(node.folder.run)

    @asynccontextmanager
    async def running(_: Litestar) -> AsyncIterator[None]:
        noting = asyncio.create_task(_note_use(node))
        try:
            yield
        finally:
            noting.cancel()
            with suppress(asyncio.CancelledError):
                await noting
            await asyncio.to_thread(_close, node)
            tally.close()

    pages = Litestar(
        route_handlers=[router],
        exception_handlers={Exception: failures},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
    )
    around = Around(tally, https=settings.url.startswith("https://"), logged=settings.log_requests)
    return Application(taxii, pages, Probes(node), around)


async def _note_use(node: Node) -> None:
    """Writes when tokens were last used, now and then; a database that is away is asked again later."""
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        try:
            await asyncio.to_thread(node.directory.authenticator.flush)
        except NodeError as error:
            log.warning("token_use_not_written", error=str(error))


def _close(node: Node) -> None:
    try:
        node.directory.authenticator.flush(all_of_it=True)
    except NodeError as error:
        log.warning("token_use_not_written", error=str(error))
    node.close()
