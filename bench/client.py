"""A small HTTP/1.1 client for measuring on loopback: one connection, one request at a time, kept alive where it can be.

It understands what the measured servers send (Content-Length, chunks, or a body that ends with the connection) and
refuses every host but loopback.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import ipaddress
from typing import TYPE_CHECKING, Final, Self

from bench import BenchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"
_BUFFER: Final = 1 << 24  # a page of a thousand objects fits: the reader never has to pause the socket


@dataclasses.dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is measured and as whom."""

    port: int
    root: str
    authorization: str
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        if not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError(f"{self.host} is not on loopback")

    def url(self, path: str = "") -> str:
        return f"http://{self.host}:{self.port}{self.root}{path}"

    def headers(self) -> dict[str, str]:
        return {"Host": f"{self.host}:{self.port}", "Accept": MEDIA_TYPE, "Authorization": self.authorization}


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """`async with Connection(endpoint) as connection: await connection.get("collections/")`"""

    def __init__(self, endpoint: Endpoint, *, timeout: float = 120) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        lines = "".join(f"{name}: {value}\r\n" for name, value in endpoint.headers().items())
        self._get_tail = f" HTTP/1.1\r\n{lines}\r\n".encode()
        self._post_tail = f" HTTP/1.1\r\n{lines}Content-Type: {MEDIA_TYPE}\r\nContent-Length: ".encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def get(self, path: str) -> Reply:
        return await self._request(b"GET " + (self._endpoint.root + path).encode() + self._get_tail)

    async def post(self, path: str, body: bytes) -> Reply:
        head = b"POST " + (self._endpoint.root + path).encode() + self._post_tail + b"%d\r\n\r\n" % len(body)
        return await self._request(head + body)

    async def _request(self, message: bytes) -> Reply:
        reused = self._streams is not None
        try:
            async with asyncio.timeout(self._timeout):
                try:
                    return await self._exchange(message)
                except (asyncio.IncompleteReadError, ConnectionError):
                    self.close()
                    if not reused:  # a kept connection may have been closed meanwhile; a fresh one has no excuse
                        raise
                    return await self._exchange(message)
        except BaseException:
            self.close()
            raise

    async def _exchange(self, message: bytes) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._endpoint.host, self._endpoint.port, limit=_BUFFER)
        reader, writer = self._streams
        writer.write(message)
        await writer.drain()
        first, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].decode("latin-1").split("\r\n")
        version, status, *_ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body, ended = await self._body(reader, headers)
        if ended or version == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(int(status), headers, body)

    @staticmethod
    async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[bytes, bool]:
        length = headers.get("content-length")
        if length is not None:
            return await reader.readexactly(int(length)), False
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await reader.read(-1), True
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts), False


async def until_answering(
    endpoint: Endpoint, path: str = "", *, check: Callable[[], None] = lambda: None, seconds: float = 60
) -> None:
    """Return when the server answers anything at all; `check` raises when it never will."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        check()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            async with Connection(endpoint, timeout=5) as connection:
                await connection.get(path)
                return
        await asyncio.sleep(0.05)
    raise BenchError(f"no answer from {endpoint.url(path)} in {seconds:.0f} s")
