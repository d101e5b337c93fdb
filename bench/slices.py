"""The corpus as files and as envelopes: prepared once, then read as it is needed, never whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bench.corpus import EDITION, SEED, objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def prepare(folder: Path, count: int, seed: int = SEED) -> Path:
    """A file of JSON lines with at least `count` objects; made once, then found again."""
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f"corpus-{EDITION}-{seed}-"
    smaller = list(folder.glob(prefix + "*.jsonl"))
    for held in smaller:
        if int(held.stem.removeprefix(prefix)) >= count:
            return held
    path = folder / f"{prefix}{count}.jsonl"
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb", buffering=1 << 20) as file:
        for line in objects(count, seed):
            file.write(line)
            file.write(b"\n")
    unfinished.rename(path)
    for held in smaller:  # every prefix of a corpus is one
        held.unlink()
    return path


class Head(msgspec.Struct):
    """What queries need to know of an object."""

    type: str
    id: str
    created: str | None = None
    modified: str | None = None


def as_sent(line: bytes) -> bytes:
    return line


def always_modified(line: bytes) -> bytes:
    """For a server that wants `modified` on everything, also where STIX 2.1 has none."""
    return line if b'"modified":' in line else line[:-1] + b',"modified":"2026-01-01T00:00:00.000Z"}'


def never_version(line: bytes) -> bytes:
    """For a server that takes every property called `version` for a moment."""
    return line.replace(b'"version":"3",', b"")


class Slice:
    """Objects `start` to `start + count` of a prepared file, changed as a server needs them."""

    def __init__(self, path: Path, count: int, *, start: int = 0, change: Callable[[bytes], bytes] = as_sent) -> None:
        self.path = path
        self.count = count
        self.start = start
        self.change = change

    def lines(self) -> Iterator[bytes]:
        with self.path.open("rb", buffering=1 << 20) as file:
            for number, line in enumerate(file):
                if number >= self.start + self.count:
                    return
                if number >= self.start:
                    yield self.change(line[:-1])

    def envelopes(self, size: int) -> Iterator[tuple[int, bytes]]:
        """Ready TAXII envelopes with how many objects are in each."""
        batch: list[bytes] = []
        for line in self.lines():
            batch.append(line)
            if len(batch) == size:
                yield size, b'{"objects":[' + b",".join(batch) + b"]}"
                batch = []
        if batch:
            yield len(batch), b'{"objects":[' + b",".join(batch) + b"]}"

    def heads(self, most: int) -> list[Head]:
        """Evenly spread samples, at most `most` of them."""
        decode = msgspec.json.Decoder(Head).decode
        every = max(1, self.count // most)
        return [decode(line) for number, line in enumerate(self.lines()) if number % every == 0][:most]

    def keys(self) -> set[int]:
        """A number for each (id, modified), to compare what came back with what was sent."""
        decode = msgspec.json.Decoder(Head).decode
        return {hash((head.id, head.modified)) for head in map(decode, self.lines())}
