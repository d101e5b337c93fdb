"""The application a server process runs: TAXII under ``/taxii2``, the desks' pages under ``/``.

TAXII is dispatched before the framework of the pages, which costs it nothing and keeps the two apart: what goes wrong
below ``/taxii2`` is answered as TAXII has it, everywhere else as a page. Each process opens the node for itself.

The one thing a server process does besides answering: every half minute it writes when tokens were last used, which
only it knows. Everything else that is not an answer is the worker's.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send

from comity.app.desks import DESKS
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.casework.mounting import mount
from comity.kernel.base.errors import NodeError
from comity.kernel.exchange.taxii.endpoints import MOUNT
from comity.kernel.exchange.taxii.server import TaxiiServer
from comity.web.site import Services

FLUSH_SECONDS: Final = 30

log = structlog.get_logger("comity.app")


class Application:
    """TAXII or page, by path. Lifespan is the pages' framework's."""

    def __init__(self, taxii: ASGIApp, pages: ASGIApp) -> None:
        self._taxii = taxii
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one websocket or the lifespan."""
        path = scope.get("path", "")
        if path.startswith(MOUNT) and path[len(MOUNT) : len(MOUNT) + 1] in {"", "/"}:
            await self._taxii(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


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

    pages = Litestar(
        route_handlers=[router],
        exception_handlers={Exception: failures},
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
    )
    return Application(taxii, pages)


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
