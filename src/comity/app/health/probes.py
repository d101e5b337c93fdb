"""What machines ask of the node, answered before the pages and without their framework.

    /healthz   the process answers. Nothing else is looked at: starting it anew would not mend a database
    /readyz    it can do its work: the database answers, has this version's schema, and a worker works. Else 503
    /metrics   the node's numbers, for whoever shows a token of scope ``metrics`` (Bearer, RFC 6750). Nobody else: behind a
               proxy everybody seems to come from loopback, so where a request comes from says nothing

The first two are public and tell no more than their words.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import structlog
from litestar.types import HTTPScope, Receive, Scope, Send

from comity.app.node import Node
from comity.kernel.base.errors import NodeError, Unavailable
from comity.web.headers import HEADERS

HEALTH: Final = "/healthz"
READY: Final = "/readyz"
METRICS: Final = "/metrics"
PATHS: Final = frozenset({HEALTH, READY, METRICS})
ROUTES: Final = (
    ("GET", HEALTH, "public", "Whether the process answers."),
    ("GET", READY, "public", "Whether the node can do its work: database, schema, worker."),
    ("GET", METRICS, "a token of scope metrics", "The node's numbers, for Prometheus."),
)
_TEXT: Final = "text/plain; charset=utf-8"
_ALLOW: Final = (b"allow", b"GET, HEAD")
_CHALLENGE: Final = (b"www-authenticate", b'Bearer realm="metrics"')

Header = tuple[bytes, bytes]
log = structlog.get_logger("comity.app")


class Said:
    """An answer."""

    def __init__(self, status: int, body: bytes, *more: Header, media_type: str = _TEXT) -> None:
        self.status = status
        self.body = body
        fixed = {**HEADERS, "content-type": media_type, "content-length": str(len(body))}
        self.headers = [*((name.encode(), value.encode()) for name, value in fixed.items()), *more]


class Probes:
    """An ASGI application for ``PATHS``."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._answers: dict[str, Callable[[str | None], Said]] = {
            HEALTH: lambda _: Said(200, b"ok\n"),
            READY: lambda _: self._ready(),
            METRICS: self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        del receive
        method = cast("HTTPScope", scope)["method"]
        if method not in {"GET", "HEAD"}:
            said = Said(405, b"This is read with GET.\n", _ALLOW)
        elif scope["path"] == HEALTH:
            said = self._answers[HEALTH](None)
        else:
            header = _authorization(scope)
            answer = self._answers[scope["path"]]
            said = await asyncio.get_running_loop().run_in_executor(self._node.pool, lambda: answer(header))
        await send({"type": "http.response.start", "status": said.status, "headers": said.headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else said.body, "more_body": False})

    def _ready(self) -> Said:
        try:
            fitness = self._node.store.vitals.fitness()
        except NodeError as error:
            log.warning("not_ready", error=str(error))
            return Said(503, b"NO database\n")
        found = {
            "database": True,
            "schema": fitness.fits,
            "worker": (fitness.worker or 0) > self._node.clock.now(),
        }
        lines = "".join(f"{'ok' if good else 'NO'} {what}\n" for what, good in found.items())
        return Said(200 if all(found.values()) else 503, lines.encode())

    def _metrics(self, header: str | None) -> Said:
        try:
            if not self._node.directory.authenticator.may_measure(header):
                hint = b"Send a token of scope metrics as Bearer: comity token issue OWN-PARTY --scope metrics\n"
                return Said(401, hint, _CHALLENGE)
            from comity.app.health.metrics import MEDIA_TYPE, exposition  # noqa: PLC0415  memory: in one process, if any

            return Said(200, exposition(self._node), media_type=MEDIA_TYPE)
        except Unavailable as error:
            log.warning("metrics_unavailable", error=str(error))
            return Said(503, b"The database does not answer.\n")


def _authorization(scope: Scope) -> str | None:
    found = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    return found[0].decode("latin-1") if len(found) == 1 else None
