"""``load``: objects from files into a collection, in batches; what is refused goes to a report, one JSON line each."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import msgspec

from comity.app.node import Node
from comity.cli.sources import Raw, Source, Unread, objects
from comity.kernel.base.errors import Refused, Unavailable
from comity.kernel.directory.authenticator import Standing
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.store.types import Batch, Channel, Collection, Kept, Party

BATCH: Final = 1000
BATCH_BYTES: Final = 32 * (1 << 20)

_encode: Final = msgspec.json.Encoder().encode
Progress = Callable[[Source, int], None]


class Tally(msgspec.Struct):
    """What became of everything that was read."""

    new: int = 0
    known: int = 0
    conflict: int = 0
    refused: int = 0
    erased: int = 0
    warnings: int = 0

    @property
    def kept(self) -> int:
        """Objects that the node now holds."""
        return self.new + self.known + self.conflict


class Report:
    """The file that says what was refused and why; made when there is something to say."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    @property
    def begun(self) -> bool:
        """Whether there is a file."""
        return self._file is not None

    def refuse(self, raw: Raw, rejected: Rejected) -> None:
        """An object that was refused."""
        self._write({"source": raw.source, "place": raw.place, "id": rejected.id, "findings": rejected.findings})

    def unread(self, part: Unread) -> None:
        """A part that could not be read."""
        error = part.error
        finding = {"path": error.where or "$", "clause": error.clause, "message": error.detail, "severity": "error"}
        self._write({"source": part.source, "place": part.place, "id": "", "findings": [finding], "hint": error.hint})

    def _write(self, line: object) -> None:
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("wb")
            self._file.write(_encode(line) + b"\n")
        except OSError as error:
            raise Unavailable(
                f"the report {self.path} can't be written: {error.strerror}",
                code="report",
                hint="Name another with --refused.",
            ) from error


class Loading:
    """Loads for one party into one collection."""

    def __init__(self, node: Node, collection: Collection, party: Party, report: Report) -> None:
        entry = node.directory.collections.entry(Standing(party, 0, read=True, write=True), collection.slug)
        if entry is None or not entry.write:
            raise Refused(
                f"{party.slug} may not write to {collection.slug}",
                code="no-write",
                hint="Load as a party that may; 'comity collection list' shows who.",
            )
        self._node = node
        self._collection = collection
        self._party = party
        self._report = report
        self.tally = Tally()

    def run(self, found: Iterable[Source], standard_input: BinaryIO, progress: Progress) -> Tally:
        """Reads all, commits in batches. What was committed stays when something later fails."""
        for batch in _batches(self._parts(found, standard_input, progress)):
            self._commit(batch)
        return self.tally

    def _parts(self, found: Iterable[Source], standard_input: BinaryIO, progress: Progress) -> Iterator[Raw | Unread]:
        for source in found:
            yield from objects(source, standard_input, partial(progress, source))
            progress(source, source.size or 0)

    def _commit(self, batch: list[Raw | Unread]) -> None:
        good: list[Parsed] = []
        read = iter(parse_all([part.raw for part in batch if isinstance(part, Raw)]))
        for part in batch:
            if isinstance(part, Unread):
                self.tally.refused += 1
                self._report.unread(part)
                continue
            parsed = next(read)
            if isinstance(parsed, Parsed):
                good.append(parsed)
                self.tally.warnings += bool(parsed.warnings)
            else:
                self.tally.refused += 1
                self._report.refuse(part, parsed)
        if not good:
            return
        kept = self._node.store.commit(
            Batch(self._party.id, self._collection.id, tuple(good), Channel.FILE, self._node.clock.now())
        ).kept
        self.tally.new += kept.count(Kept.NEW)
        self.tally.known += kept.count(Kept.KNOWN)
        self.tally.conflict += kept.count(Kept.CONFLICT)
        self.tally.erased += kept.count(Kept.ERASED)


def _batches(parts: Iterator[Raw | Unread]) -> Iterator[list[Raw | Unread]]:
    """Lists of at most ``BATCH`` parts and not much more than ``BATCH_BYTES``."""
    while batch := list(islice(parts, 1)):
        size = _size(batch[0])
        while len(batch) < BATCH and size < BATCH_BYTES and (part := next(parts, None)) is not None:
            batch.append(part)
            size += _size(part)
        yield batch


def _size(part: Raw | Unread) -> int:
    return len(part.raw) if isinstance(part, Raw) else 0
