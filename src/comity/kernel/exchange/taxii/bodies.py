"""Request bodies: read whole, bounded in size, in time, and in how much of them one process holds.

What says beforehand that it is too large is refused unread (413); what turns out so is refused at the byte that is too
many. When the process already holds ``most`` bytes of bodies, the client is asked to come again (503).
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from litestar.types import Receive

from comity.kernel.base.errors import Invalid, TooLarge, Unavailable
from comity.kernel.exchange.taxii.errors import TimedOut

_DIGITS: Final = re.compile(rb"[0-9]{1,18}")


class Bodies:
    """Reads bodies on one event loop; nothing here is for threads."""

    def __init__(self, *, largest: int, most: int, seconds: float) -> None:
        self._largest = largest
        self._most = most
        self._seconds = seconds
        self._held = 0

    @asynccontextmanager
    async def read(self, declared: bytes | None, receive: Receive) -> AsyncIterator[bytes]:
        """The body of one request. It counts as held until the block is left."""
        reserved = self._declared(declared)
        self._hold(reserved)
        holding = _Holding(self, reserved)
        try:
            yield await self._in_time(receive, holding)
        finally:
            self._held -= holding.held

    async def _in_time(self, receive: Receive, holding: "_Holding") -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._receive(receive, holding)
        except TimeoutError:
            detail = f"the body did not arrive within {self._seconds:g} seconds"
            raise TimedOut(detail, clause="RFC 9110 15.5.9") from None

    async def _receive(self, receive: Receive, holding: "_Holding") -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise Invalid("the body ended early", clause="RFC 9112 8")
            if part := message.get("body", b""):
                size += len(part)
                if size > self._largest:
                    raise self._too_large()
                holding.reach(size)
                parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    def _declared(self, content_length: bytes | None) -> int:
        if content_length is None:
            return 0
        if _DIGITS.fullmatch(content_length) is None:
            raise Invalid("Content-Length is no number of bytes", where="Content-Length", clause="RFC 9110 8.6")
        if (length := int(content_length)) > self._largest:
            raise self._too_large()
        return length

    def _hold(self, more: int) -> None:
        if self._held + more > self._most:
            raise Unavailable("too many large requests at a time", hint="Send the same request again in a moment.")
        self._held += more

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"the body is larger than {self._largest} bytes",
            clause="TAXII 2.1 4.2.1, max_content_length",
            hint="Send the objects in several envelopes.",
        )


class _Holding:
    """What one request has been counted for so far."""

    def __init__(self, bodies: Bodies, held: int) -> None:
        self._bodies = bodies
        self.held = held

    def reach(self, size: int) -> None:
        if size > self.held:
            self._bodies._hold(size - self.held)  # noqa: SLF001  two halves of one count
            self.held = size
