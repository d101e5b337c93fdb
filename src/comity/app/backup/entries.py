"""What is inside a backup: entries, one after another, compressed (Zstandard, RFC 8878) as one stream.

An entry is its head as JSON, its content in pieces, and at its end how long it is and its SHA-256. A frame is a letter, a
length of 4 bytes and that many bytes: ``H`` head, ``D`` data, ``E`` end of the entry, ``Z`` end of all, with the number of
entries. The encryption around it already proves the bytes; the digests prove our own writing and reading.

``Entry.place`` says what an entry is: ``about`` (one, the first), ``file`` (a path in the node's folder), ``database``.
"""

import struct
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, Literal, Protocol

import msgspec
import zstandard

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.store.whole import Kind, Part

_LEVEL: Final = 3
_FRAME: Final = struct.Struct(">cI")
_LARGEST: Final = 1 << 26


class About(msgspec.Struct, frozen=True):
    """Which node was saved, when, and what its database is."""

    node: str
    name: str
    made: Micros
    version: str
    database: Kind
    revision: str


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The head of an entry."""

    place: Literal["about", "file", "database"]
    about: About | None = None
    path: str = ""
    part: Part | None = None


class _End(msgspec.Struct, frozen=True):
    length: int
    sha256: str


class _Last(msgspec.Struct, frozen=True):
    entries: int


class Sink(Protocol):
    """Where content goes."""

    def write(self, data: bytes, /) -> None:
        """Takes more."""
        ...


class Origin(Protocol):
    """Where content comes from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Writer:
    """Writes entries. ``close`` says how many there were."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._press = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
        self._entries = 0

    def entry(self, head: Entry, pieces: Iterable[bytes] = ()) -> None:
        """One entry."""
        self._frame(b"H", msgspec.json.encode(head))
        digest, length = sha256(), 0
        for piece in pieces:
            digest.update(piece)
            length += len(piece)
            self._frame(b"D", piece)
        self._frame(b"E", msgspec.json.encode(_End(length, digest.hexdigest())))
        self._entries += 1

    def close(self) -> None:
        """The end of all."""
        self._frame(b"Z", msgspec.json.encode(_Last(self._entries)))
        self._sink.write(self._press.flush())

    def _frame(self, letter: bytes, content: bytes) -> None:
        self._sink.write(self._press.compress(_FRAME.pack(letter, len(content)) + content))


class Reader:
    """Reads entries. Each has to be gone through to its end before the next; all have to be, for the end to be checked."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._stream = zstandard.ZstdDecompressor().stream_reader(origin, closefd=False)  # type: ignore[arg-type]
        self._entries = 0

    def __iter__(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        while True:
            letter, content = self._frame()
            if letter == b"Z":
                if msgspec.json.decode(content, type=_Last).entries != self._entries:
                    raise _broken("entries are missing")
                self._read(1, more=False)
                if self._origin.read(1):  # and so to the end that was sealed
                    raise _broken("something stands behind the last entry")
                return
            if letter != b"H":
                raise _broken("an entry has no head")
            yield msgspec.json.decode(content, type=Entry), self._pieces()

    def _pieces(self) -> Iterator[bytes]:
        digest, length = sha256(), 0
        while True:
            letter, content = self._frame()
            if letter == b"E":
                end = msgspec.json.decode(content, type=_End)
                if (end.length, end.sha256) != (length, digest.hexdigest()):
                    raise _broken("an entry is not what was written")
                self._entries += 1
                return
            if letter != b"D":
                raise _broken("an entry has no end")
            digest.update(content)
            length += len(content)
            yield content

    def _frame(self) -> tuple[bytes, bytes]:
        letter, length = _FRAME.unpack(self._read(_FRAME.size))
        if length > _LARGEST:
            raise _broken("a frame is too long")
        return letter, self._read(length)

    def _read(self, size: int, *, more: bool = True) -> bytes:
        held = bytearray()
        try:
            while len(held) < size and (piece := self._stream.read(size - len(held))):
                held += piece
        except zstandard.ZstdError as error:
            raise _broken("it can't be unpacked") from error
        if more and len(held) < size:
            raise _broken("it ends early")
        if not more and held:
            raise _broken("something stands behind the last entry")
        return bytes(held)


def _broken(how: str) -> Invalid:
    return Invalid(
        f"the backup's content is not what it should be: {how}",
        code="backup-damaged",
        hint="Take an older backup, and report this: the file is authentic, so it was written wrongly.",
    )
