"""Connections, as the fetcher's HTTP library asks for them: a name is resolved once, judged, and connected to as judged.

Nobody resolves the name a second time, so an answer that changes in between (DNS rebinding) changes nothing. Every address
that a name has must be one that may be reached: a name that has others beside is not trusted with one. Plain HTTP goes to
private addresses only, where an operator has allowed those; what crosses the internet is under TLS.

Whatever is read or written keeps to one deadline for the whole request, so that a server that sends a byte at a time is
left, not waited for.
"""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final

import httpcore
from httpcore import SOCKET_OPTION, NetworkBackend, NetworkStream

from comity.kernel.exchange.fetch.addresses import Address, Reach, reach, read_address
from comity.kernel.exchange.fetch.errors import Away, NotReached

Resolver = Callable[[str, int], Sequence[str]]
Monotonic = Callable[[], float]

MOST_ADDRESSES: Final = 16
CONNECT_SECONDS: Final = 10.0


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system's resolver has them."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Away(f"the name {host} can't be resolved", hint="Is the URL's host right?") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """Until when one request may last; may be drawn in from another thread, which ends what is being waited for."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = 0.0
        self._ended = False
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()

    def start(self, seconds: float) -> None:
        """A request begins."""
        self._until = self._monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """Seconds that are left; raises the library's ReadTimeout when none are."""
        left = self._until - self._monotonic()
        if left <= 0 or self._ended:
            raise httpcore.ReadTimeout("the request took too long")
        return left if at_most is None else min(left, at_most)

    def hold(self, sock: socket.socket) -> None:
        """A socket to end with it."""
        with self._lock:
            self._sockets.add(sock)

    def drop(self, sock: socket.socket) -> None:
        """A socket that was closed."""
        with self._lock:
            self._sockets.discard(sock)

    def end(self) -> None:
        """No more waiting, now and later; for any thread."""
        with self._lock:
            self._ended = True
            for sock in self._sockets:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)


class Guarded(NetworkBackend):
    """Connects to what may be reached. ``plain``: for http, which stays on private addresses."""

    def __init__(self, resolver: Resolver, deadline: Deadline, *, private: bool, plain: bool) -> None:
        self._resolver = resolver
        self._deadline = deadline
        self._private = private
        self._plain = plain

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  the library's signature; the fetcher names none
        socket_options: Iterable[SOCKET_OPTION] | None = None,  # noqa: ARG002  the same
    ) -> NetworkStream:
        """A connection to the first address that answers, of those that the name has and that may all be reached."""
        addresses = self._checked(host, port)
        trouble: OSError | None = None
        for address in addresses:
            try:
                sock = self._connected(address, port, self._deadline.left(timeout))
            except OSError as error:
                trouble = error
            else:
                return _Timed(sock, self._deadline)
        raise Away(f"{host} does not answer on port {port}", hint="Are the URL's host and port right?") from trouble

    def _checked(self, host: str, port: int) -> Sequence[Address]:
        literal = read_address(host)
        texts = [str(literal)] if literal is not None else list(self._resolver(host, port))[:MOST_ADDRESSES]
        addresses = [address for text in texts if (address := read_address(text)) is not None]
        if not addresses or len(addresses) < len(texts):
            raise Away(f"the name {host} has no address")
        for address in addresses:
            where = reach(address)
            if where is Reach.CLOSED or (where is Reach.PRIVATE and not self._private):
                raise NotReached(
                    f"{host} is at {address}, which is not an address of the public internet",
                    hint="Where it is a server of yours, allow it with COMITY_FETCH_PRIVATE=true."
                    if where is Reach.PRIVATE
                    else "",
                )
            if self._plain and where is not Reach.PRIVATE:
                raise NotReached(
                    f"{host} is asked over plain HTTP, where others can listen in", hint="Give its address with https."
                )
        return addresses

    @staticmethod
    def _connected(address: Address, port: int, seconds: float) -> socket.socket:
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(seconds)
            sock.connect((str(address), port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            sock.close()
            raise
        return sock


class _Timed(NetworkStream):
    """A connection that keeps to the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        deadline.hold(sock)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come, at most so many bytes; empty at the end."""
        try:
            self._sock.settimeout(self._deadline.left(timeout))
            return self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of it."""
        try:
            while buffer:
                self._sock.settimeout(self._deadline.left(timeout))
                buffer = buffer[self._sock.send(buffer) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Lets go of the connection."""
        self._deadline.drop(self._sock)
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        """The same connection under TLS."""
        self._deadline.drop(self._sock)
        try:
            self._sock.settimeout(self._deadline.left(timeout))
            secured = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            self._sock.close()
            raise Away(
                f"the certificate of {server_hostname} does not hold: {error.verify_message}",
                hint="Where it is of an authority of your own, name that in COMITY_FETCH_CA.",
                clause="TAXII 2.1 8.5.2",
            ) from error
        except (httpcore.ReadTimeout, OSError) as error:
            self._sock.close()
            raise Away(f"there is no TLS with {server_hostname}") from error
        return _Timed(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the library asks of a connection: whether there is something to read on an idle one."""
        if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket):
            return self._sock
        if info == "socket":
            return self._sock
        if info == "is_readable":
            return _is_readable(self._sock)
        return None


def _is_readable(sock: socket.socket) -> bool:
    """Whether the other side has sent something or has closed: an idle connection is then not used again."""
    if sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))
