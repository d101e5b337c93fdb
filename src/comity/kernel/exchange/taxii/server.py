"""The driver: ASGI in, ASGI out. Decisions are the other modules'; here is their order, and what waits for what.

1. who asks (401 before anything else is told)
2. which endpoint, does it know the method (404, 405), can it answer in a type the client takes (406)
3. for a POST: may the party write there (403, 404), is the body of a type read here (415) and of a size (413), read it
4. the blocking part, whole, in the pool: rights, filters (400), the store

``TaxiiServer`` is an ASGI application for paths under ``/taxii2``; ``routes`` mounts it in Litestar. Making one reads
nothing and starts nothing; the pool is the caller's.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final, TypeVar, cast

from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import HTTPScope, Receive, Scope, Send

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import Unauthorised
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.authenticator import Standing
from comity.kernel.exchange.taxii import endpoints, negotiation, resources
from comity.kernel.exchange.taxii.bodies import Bodies
from comity.kernel.exchange.taxii.endpoints import MOUNT, Right, Target
from comity.kernel.exchange.taxii.errors import guarded
from comity.kernel.exchange.taxii.intake import Intake
from comity.kernel.exchange.taxii.ports import Directory, Store
from comity.kernel.exchange.taxii.reading import Reading
from comity.kernel.exchange.taxii.resources import Answer
from comity.kernel.exchange.taxii.settings import TaxiiSettings

T = TypeVar("T")

_READ: Final = frozenset(
    {b"authorization", b"accept", b"content-type", b"content-encoding", b"content-length"},
)
_POLICY_VIOLATION: Final = 1008


class TaxiiServer:
    """Answers TAXII 2.1 over one store and one directory."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        settings: TaxiiSettings,
        clock: Clock,
        random: RandomBytes,
        pool: Executor,
    ) -> None:
        self._authenticator = directory.authenticator
        self._reading = Reading(store, directory, clock, settings)
        self._intake = Intake(store, clock, random, settings)
        self._bodies = Bodies(
            largest=settings.max_content_length, most=settings.bodies_in_flight, seconds=settings.body_seconds
        )
        self._random = random
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == ScopeType.WEBSOCKET:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "TAXII is not spoken here so"})
            return
        answer = await guarded(self._answer(scope, receive), self._random)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.all_headers()})
        body = b"" if _method(scope) == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers = _headers(scope)
        standing = await self._standing(headers.get(b"authorization"))
        method = _method(scope)
        target = endpoints.find(scope["path"])
        if method == "OPTIONS":
            return Answer(200, b"", ((b"allow", target.endpoint.allow.encode()),))
        right = target.endpoint.right(method)
        negotiation.check_accept(headers.get(b"accept"))
        if method == "POST":
            return await self._post(target, right, standing, headers, receive)
        verb = "GET" if method == "HEAD" else method
        query: bytes = scope["query_string"]
        return await self._in_pool(lambda: self._reading.answer(target, verb, right, query, standing))

    async def _post(
        self, target: Target, right: Right, standing: Standing, headers: dict[bytes, bytes], receive: Receive
    ) -> Answer:
        entry = await self._in_pool(lambda: self._reading.entry(target, right, standing))
        negotiation.check_content(headers.get(b"content-type"), headers.get(b"content-encoding"))
        async with self._bodies.read(headers.get(b"content-length"), receive) as body:
            submission = await self._in_pool(
                lambda: self._intake.admit(body, party=standing.party.id, collection=entry.collection.id)
            )
        return resources.answer(resources.status(submission), status=202)

    async def _standing(self, header: bytes | None) -> Standing:
        if header is not None:
            text = header.decode("latin-1")
            known = self._authenticator.known(text)
            standing = known or await self._in_pool(lambda: self._authenticator.party_of(text))
            if standing is not None:
                return standing
        raise Unauthorised(
            "no credentials, or none that hold here",
            clause="TAXII 2.1 1.6.9",
            hint="Send the token as Bearer, or as the password of Basic with the party's short name as user.",
        )

    async def _in_pool(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def routes(server: TaxiiServer) -> list[ASGIRouteHandler]:
    """The server as one Litestar mount: errors below it are then TAXII's, not the framework's."""

    @asgi(MOUNT, is_mount=True, copy_scope=True, name="taxii")
    async def taxii(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path"] = MOUNT + scope["path"]
        await server(scope, receive, send)

    return [taxii]


def _method(scope: Scope) -> str:
    return cast("HTTPScope", scope)["method"]


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """The headers that are read here. Several lines of one name are one list (RFC 9110 5.3)."""
    found: dict[bytes, bytes] = {}
    for raw_name, value in scope["headers"]:
        name = raw_name.lower()
        if name in _READ:
            found[name] = b"%b, %b" % (found[name], value) if name in found else value
    return found
