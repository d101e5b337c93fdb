"""Where ``load`` reads from: files, folders, standard input; plain, gzip or zstd; documents or JSON lines.

A document (a bundle, an envelope, one object) is read whole, up to ``DOCUMENT``. JSON lines are read line by line, so that
a file of millions takes the memory of its longest line. What is packed is unpacked as it is read, and given up on when it
grows beyond all proportion. A part that can't be read becomes an ``Unread`` with its place and reason; the rest goes on.
"""

import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import msgspec
import zstandard

from comity.kernel.base.errors import Invalid, NodeError, NotFound, TooLarge
from comity.kernel.objects.envelope import Limits, split_bundle

MEBIBYTE: Final = 1 << 20
DOCUMENT: Final = 256 * MEBIBYTE
RATIO: Final = 200
RATIO_FROM: Final = 64 * MEBIBYTE
WINDOW: Final = 128 * MEBIBYTE
SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".stix")
PACKED: Final = (".gz", ".zst")
BUFFER: Final = 1 * MEBIBYTE
SEEN_EVERY: Final = 500

_LIMITS: Final = Limits(max_bytes=DOCUMENT, max_objects=5_000_000, max_values=50_000_000)
_raw = msgspec.json.Decoder(msgspec.Raw)


class Raw(msgspec.Struct, frozen=True, gc=False):
    """The bytes of one object, and where they stood: ``line 3``, ``object 17``, ``line 3 object 17``."""

    source: str
    place: str
    raw: bytes


class Unread(msgspec.Struct, frozen=True):
    """A part of a source that could not be read."""

    source: str
    place: str
    error: NodeError


class Source(msgspec.Struct, frozen=True):
    """One file, or standard input where ``path`` is None."""

    name: str
    path: Path | None

    @property
    def size(self) -> int | None:
        """Its bytes as they lie on disk; None where that is not known."""
        return self.path.stat().st_size if self.path else None


def sources(paths: Iterable[Path]) -> tuple[Source, ...]:
    """The files that the arguments name: ``-`` is standard input; of a folder, all files that look like STIX, sorted."""
    found: list[Source] = []
    for path in paths:
        if str(path) == "-":
            found.append(Source("-", None))
        elif not path.exists():
            raise NotFound(f"there is no file or folder {path}", code="no-file", hint="Is the path right?")
        elif path.is_dir():
            inside = [each for each in sorted(path.rglob("*")) if each.is_file() and _looks_right(each)]
            if not inside:
                raise Invalid(
                    f"there is nothing to load in {path}",
                    code="nothing-to-load",
                    hint=f"Files are taken that end in {', '.join(SUFFIXES)}, also with {' or '.join(PACKED)} after it.",
                )
            found += [Source(str(each), each) for each in inside]
        else:
            found.append(Source(str(path), path))
    return tuple(found)


def _looks_right(path: Path) -> bool:
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name.endswith(SUFFIXES) and not name.startswith(".")


def objects(source: Source, standard_input: BinaryIO, seen: Callable[[int], None]) -> Iterator[Raw | Unread]:
    """What a source holds, in order. ``seen`` is told how far in the file the reading is."""
    place = "start"
    try:
        with _opened(source, standard_input) as file:
            stream = _Unpacked(file)
            try:
                for number, (place, raw, lines) in enumerate(_parts(stream, by_line=_is_lines(source))):
                    if number % SEEN_EVERY == 0:
                        seen(stream.position)
                    yield from _objects(source.name, place, raw, lines=lines)
            except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
                raise Invalid(
                    f"it can't be unpacked: {str(error)[:200]}", code="unpack", hint="Was it cut off? Fetch it again."
                ) from error
    except OSError as error:
        words = Invalid(f"it can't be read: {error.strerror}", code="unreadable", hint="See to its permissions.")
        yield Unread(source.name, "start", words)
    except NodeError as error:
        yield Unread(source.name, f"after {place}" if place != "start" else place, error)


def _opened(source: Source, standard_input: BinaryIO) -> BinaryIO:
    if source.path is None:
        return cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", _Kept(standard_input)), BUFFER))
    return source.path.open("rb", BUFFER)


class _Kept(io.RawIOBase):
    """Standard input, which stays open when the reading is done."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        piece = self._stream.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


class _Unpacked:
    """A stream with what is packed unpacked, by its first bytes; never more than ``RATIO`` times what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = _Counted(file)
        self._given = 0
        head = file.peek(4)[:4] if isinstance(file, io.BufferedReader) else b""
        counted = cast("BinaryIO", self._file)
        if head.startswith(b"\x1f\x8b"):
            unpacked: Any = gzip.GzipFile(fileobj=counted)
        elif head == b"\x28\xb5\x2f\xfd":
            unpacked = _Zstd(counted)
        else:
            unpacked = None
        self.packed = unpacked is not None
        self._reader = cast("BinaryIO", io.BufferedReader(unpacked, BUFFER)) if self.packed else file

    @property
    def position(self) -> int:
        """How many bytes of the file itself have been read."""
        return self._file.count if self.packed else self._given

    def line(self, most: int) -> bytes:
        """One line with its end, or what is left; TooLarge where it is longer than ``most``."""
        line = self._reader.readline(BUFFER)
        self._count(len(line), len(line), most)
        if len(line) < BUFFER:
            return line
        pieces, size = [line], len(line)
        while not pieces[-1].endswith(b"\n") and (piece := self._reader.readline(BUFFER)):
            pieces.append(piece)
            size += len(piece)
            self._count(len(piece), size, most)
        return b"".join(pieces)

    def rest(self, most: int) -> bytes:
        """All that is left; TooLarge where it is more than ``most``."""
        pieces, size = [], 0
        while piece := self._reader.read(BUFFER):
            pieces.append(piece)
            size += len(piece)
            self._count(len(piece), size, most)
        return b"".join(pieces)

    def _count(self, more: int, size: int, most: int) -> None:
        """Takes note of ``more`` bytes, of which a part of ``size`` so far may have ``most``."""
        self._given += more
        if size > most:
            raise TooLarge(
                f"a document or line of more than {DOCUMENT // MEBIBYTE} MiB is not read whole",
                code="document-size",
                hint="Split it, or write it as JSON lines: one object a line.",
            )
        if self.packed and self._given > RATIO_FROM and self._given > RATIO * self._file.count:
            raise TooLarge(
                f"it unpacks to more than {RATIO} times its size",
                code="bomb",
                hint="That is not what STIX does. If it is meant, unpack it yourself and load the result.",
            )


class _Zstd(io.RawIOBase):
    """A stream of zstd frames, unpacked. One that ends within a frame was cut off, and that is an error.

    What is read at a time is so little that even blocks of one repeated byte (4 bytes for 128 KiB) give no more than 32 MiB.
    """

    AT_A_TIME: Final = 1024

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._frame: Any = None
        self._packed = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        while not self._ready:
            self._packed = self._packed or self._file.read(self.AT_A_TIME)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("the last frame has no end")
                return 0
            self._unpack()
        view = memoryview(cast("bytearray", buffer))
        size = min(len(view), len(self._ready))
        view[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _unpack(self) -> None:
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
        self._ready = memoryview(self._frame.decompress(self._packed))
        self._packed = b""
        if self._frame.eof:
            self._packed = self._frame.unused_data
            self._frame = None


class _Counted:
    """A file that counts what was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.count += len(piece)
        return piece


def _is_lines(source: Source) -> bool:
    name = source.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return name.endswith((".jsonl", ".ndjson"))


def _parts(stream: _Unpacked, *, by_line: bool) -> Iterator[tuple[str, bytes, bool]]:
    """(place, bytes, whether it is a line of several): lines where there are such, else the one document."""
    number, line = _next_line(stream, 0)
    if not line:
        raise Invalid("it is empty", code="empty", hint="Give a bundle, an envelope, objects, or JSON lines of them.")
    if not by_line:
        following, second = _next_line(stream, number)
        if not second:
            yield "start", line, False
            return
        if not _is_whole(line, second):
            yield "start", b"\n".join((line, second, stream.rest(DOCUMENT - len(line) - len(second)))), False
            return
        yield f"line {number}", line, True
        number, line = following, second
    while line:
        yield f"line {number}", line, True
        number, line = _next_line(stream, number)


def _next_line(stream: _Unpacked, number: int) -> tuple[int, bytes]:
    """The next line that is not blank, and its number; empty at the end."""
    while line := stream.line(DOCUMENT):
        number += 1
        if stripped := line.strip(b" \t\r\n"):
            return number, stripped
    return number, b""


def _is_whole(first: bytes, second: bytes) -> bool:
    """Whether a first line is an object by itself, and so what follows are lines like it."""
    if not (first.startswith(b"{") and first.endswith(b"}")):
        return False
    if second.startswith(b"{"):
        return True
    try:
        _raw.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _objects(source: str, place: str, raw: bytes, *, lines: bool) -> Iterator[Raw | Unread]:
    """The objects of a document or a line. A line without a list of objects is one object, and goes on as it is."""
    if lines and b'"objects"' not in raw:
        yield Raw(source, place, raw)
        return
    try:
        envelope = split_bundle(raw, limits=_LIMITS)
    except NodeError as error:
        yield Unread(source, place, error)
        return
    if envelope.kind == "object":
        yield Raw(source, place if lines else "object 1", raw)
        return
    within = f"{place} " if lines else ""
    for number, each in enumerate(envelope.objects, start=1):
        yield Raw(source, f"{within}object {number}", each)
