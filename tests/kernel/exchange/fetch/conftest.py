"""A server that answers with whatever bytes a test wants, as slowly as it wants."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

Reply = Callable[[bytes, socket.socket], None]


class RawServer:
    """Listens on loopback; ``requests`` are the heads that came, ``reply`` writes the answer."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.reply: Reply = ok(b"hello")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listener.close()
        for sock in self._open:
            sock.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        try:
            buffered = b""
            while True:
                while b"\r\n\r\n" not in buffered:
                    piece = sock.recv(65536)
                    if not piece:
                        return
                    buffered += piece
                head, _, buffered = buffered.partition(b"\r\n\r\n")
                self.requests.append(head)
                self.reply(head, sock)
        except OSError:
            return


def ok(body: bytes, *headers: str, status: str = "200 OK") -> Reply:
    """A plain answer."""

    def reply(_head: bytes, sock: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return reply


@pytest.fixture
def server() -> Iterator[RawServer]:
    made = RawServer()
    yield made
    made.close()
