"""An application that serves ready-made bytes and nothing else: the limit of the server that the node stands on.

    BENCH_PAGES=FOLDER granian --interface asgi bench.ready:app

serves each file of the folder under its name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.client import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_BODIES = {"/" + path.name: path.read_bytes() for path in Path(os.environ["BENCH_PAGES"]).iterdir()}
_HEADERS = {
    path: [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    for path, body in _BODIES.items()
}


async def app(scope: dict[str, Any], _: object, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    if scope["type"] != "http":
        return
    body = _BODIES.get(scope["path"])
    status = 404 if body is None else 200
    await send({"type": "http.response.start", "status": status, "headers": _HEADERS.get(scope["path"], [])})
    await send({"type": "http.response.body", "body": body or b""})
