"""One GET after another to servers of others, for one thread at a time; bounded in bytes, in time and in redirects.

Nothing comes from the environment (no proxy, no netrc), no cookie is kept, certificates are verified. Redirects are followed
here, at most ``MOST_REDIRECTS``, each judged anew like a URL that somebody typed; credentials stay with the origin they are
for. Of an answer that is no success only the status and a few headers are read: what a server says of an error may repeat
what it was sent, and that may be a secret.
"""

import ssl
import zlib
from collections.abc import Mapping
from typing import Final

import httpcore

from comity.kernel.base.errors import Invalid
from comity.kernel.exchange.fetch.answer import Answer
from comity.kernel.exchange.fetch.errors import Away, TooMuch, Unreadable
from comity.kernel.exchange.fetch.network import CONNECT_SECONDS, Deadline, Guarded, Resolver, resolve
from comity.kernel.exchange.fetch.origin import Location, Origin, redirected
from comity.kernel.exchange.fetch.settings import FetchSettings

MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GZIP: Final = 16 + zlib.MAX_WBITS
_IDLE: Final = 30.0


class Fetcher:
    """Fetches. Making one opens nothing; ``close`` lets go of connections, ``end`` also of what another thread waits for."""

    def __init__(self, settings: FetchSettings, *, agent: str, resolver: Resolver = resolve) -> None:
        self._settings = settings
        self._agent = agent
        self._resolver = resolver
        self._deadline = Deadline()
        self._pools: dict[Origin, httpcore.ConnectionPool] = {}
        self._tls: ssl.SSLContext | None = None

    def get(self, location: Location, *, accept: str, authorization: str = "") -> Answer:
        """The answer to a GET. ``authorization``: the header's value, for the origin of ``location`` only."""
        self._deadline.start(self._settings.seconds)
        at = location
        for _ in range(MOST_REDIRECTS + 1):
            own = at.origin == location.origin
            answer, to = self._ask(at, accept, authorization if own else "")
            if to is None:
                return answer
            at = redirected(at, to)
        raise Unreadable(f"{location.origin} redirects more than {MOST_REDIRECTS} times", clause="RFC 9110 15.4")

    def close(self) -> None:
        """Lets go of all connections."""
        for pool in self._pools.values():
            pool.close()
        self._pools.clear()

    def end(self) -> None:
        """What is being waited for ends now, with ``Away``; for any thread."""
        self._deadline.end()

    def _ask(self, at: Location, accept: str, authorization: str) -> tuple[Answer, str | None]:
        headers = [
            ("Host", at.origin.authority),
            ("Accept", accept),
            ("Accept-Encoding", "gzip"),
            ("User-Agent", self._agent),
        ]
        if authorization:
            headers.append(("Authorization", authorization))
        url = httpcore.URL(
            scheme=at.origin.scheme.encode(),
            host=at.origin.host.encode(),
            port=at.origin.port,
            target=at.target.encode(),
        )
        timeouts = {"connect": CONNECT_SECONDS, "read": self._settings.seconds, "write": self._settings.seconds}
        try:
            with self._pool(at.origin).stream(
                "GET", url, headers=headers, extensions={"timeout": timeouts}
            ) as response:
                found = _headers(response)
                if response.status in _REDIRECTS and "location" in found:
                    return Answer(response.status, found, b""), found["location"]
                body = self._body(response, found, at.origin) if response.status == 200 else b""
                return Answer(response.status, found, body), None
        except httpcore.TimeoutException as error:
            raise Away(f"{at.origin} did not answer within {self._settings.seconds:g} seconds") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Away(f"the connection to {at.origin} broke off") from error

    def _body(self, response: httpcore.Response, headers: Mapping[str, str], origin: Origin) -> bytes:
        """The body, unpacked, never more than is allowed: neither as sent nor as unpacked."""
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"gzip", "x-gzip", "identity", ""}:
            raise Unreadable(f"{origin} packed its answer in a way that was not asked for", clause="RFC 9110 12.5.3")
        unpack = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
        most = self._settings.bytes
        parts: list[bytes] = []
        sent = size = 0
        for piece in response.iter_stream():
            sent += len(piece)
            if sent > most:
                raise _too_much(origin, most)
            part = piece
            if unpack is not None:
                try:
                    part = unpack.decompress(piece, most - size + 1)
                except zlib.error as error:
                    raise Unreadable(f"the answer of {origin} can't be unpacked", clause="RFC 1952") from error
                if unpack.unused_data:
                    raise Unreadable(f"{origin} sent more after its packed answer", clause="RFC 1952")
            size += len(part)
            if size > most:
                raise _too_much(origin, most)
            parts.append(part)
        if unpack is not None and sent and not unpack.eof:
            raise Away(f"the answer of {origin} was cut off")
        return b"".join(parts)

    def _pool(self, origin: Origin) -> httpcore.ConnectionPool:
        pool = self._pools.get(origin)
        if pool is None:
            plain = origin.scheme == "http"
            pool = httpcore.ConnectionPool(
                ssl_context=None if plain else self._context(),
                max_connections=1,
                max_keepalive_connections=1,
                keepalive_expiry=_IDLE,
                retries=0,
                network_backend=Guarded(self._resolver, self._deadline, private=self._settings.private, plain=plain),
            )
            self._pools[origin] = pool
        return pool

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self._settings.ca:
                try:
                    context.load_verify_locations(self._settings.ca)
                except OSError as error:
                    raise Invalid(
                        f"no certificate authorities can be read from {self._settings.ca}",
                        code="fetch-ca",
                        hint="COMITY_FETCH_CA names a PEM file.",
                    ) from error
            self._tls = context
        return self._tls


def _headers(response: httpcore.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return found


def _too_much(origin: Origin, most: int) -> TooMuch:
    return TooMuch(f"{origin} answered with more than {most} bytes", hint="COMITY_FETCH_BYTES says how much is taken.")
