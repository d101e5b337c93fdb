"""What looking for personal data costs: `python -m bench.scan FOLDER CORPUS` measures a node that is at rest, and prints figures
as JSON.

First the looking alone, on one core, without database: the corpus, and texts of 500 characters that are as full of numbers as
reports are (one in four holds something). Then the whole of it: the node goes through its log, looks, labels and commits.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from bench.corpus import SEED
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.personal.scanning import scan_object
from comity.kernel.policy.personal.settings import ScanSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from comity.app.node import Node

MOST: Final = 50_000
TEXTS: Final = 5000
LENGTH: Final = 500
AT_ONCE: Final = 500

UNITS: Final = {
    "scan, objects of the corpus": "obj/s",
    "scan, 500 characters of text": "obj/s",
    "scan of the log": "obj/s",
}
"""Of the figures; the others are counts of objects."""

_SAID: Final = (
    "the loader came from {host} and asked for {hash} twice",
    "patched in {version} on {day}, which {cve} had made urgent",
    "two operators saw {address} at {moment}, an hour before the alert",
    "항만 운영사의 서버가 {day} 이후 {address}에 접속했다",
    "the image weighs {amount} bytes; ports {port}-{port} were open",
    "an analyst takes the overlap with {uuid} for coincidence",
    "der Dienst wurde am {day} vom Netz genommen, Version {version}",
)
_PERSONAL: Final = (
    "the night desk answers at 010-{four}-{four}",
    "담당자는 desk{four}@harbour.example입니다",
    "call +1 212 555 {four} before noon",
    "신고인의 번호는 010.{four}.{four}로 남아 있다",
)


def texts(seed: int = SEED) -> Iterator[str]:
    """Texts of that length: sentences of reports; in one of four there is something personal."""
    draws = random.Random(seed)

    def drawn(sentence: str) -> str:
        values = {
            "host": f"gate-{draws.getrandbits(24):x}.weir.example",
            "hash": f"{draws.getrandbits(256):064x}",
            "version": f"{draws.randint(1, 20)}.{draws.randint(0, 40)}.{draws.randint(100, 9999)}",
            "day": f"2026-{draws.randint(1, 12):02d}-{draws.randint(1, 28):02d}",
            "moment": f"2026-03-{draws.randint(1, 28):02d}T{draws.randint(0, 23):02d}:14:09Z",
            "cve": f"CVE-2026-{draws.randint(1000, 99999)}",
            "address": f"10.{draws.randint(0, 255)}.{draws.randint(0, 255)}.{draws.randint(1, 254)}",
            "amount": f"{draws.randint(1, 900)},{draws.randint(0, 999):03d}",
            "port": str(draws.randint(1024, 65535)),
            "uuid": f"{draws.getrandbits(32):08x}-1c2d-4e3f-a4b5-{draws.getrandbits(48):012x}",
            "four": str(draws.randint(2000, 9999)),
        }
        return sentence.format(**values)

    while True:
        parts = [drawn(draws.choice(_PERSONAL))] if draws.random() < 0.25 else []
        while sum(map(len, parts)) < LENGTH:
            parts.append(drawn(draws.choice(_SAID)))
        draws.shuffle(parts)
        yield ". ".join(parts)[:LENGTH]


def notes(count: int) -> list[Parsed]:
    """Objects that each hold one such text."""
    made = []
    for number, text in enumerate(islice(texts(), count), 1):
        held = {
            "type": "note",
            "spec_version": "2.1",
            "id": f"note--{number:08x}-1c2d-4e3f-a4b5-00c0ffee0000",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "content": text,
            "object_refs": ["indicator--4f7c1c5e-5a0d-4c6e-9d0a-5b3c2c1d0e0f"],
        }
        parsed = parse(msgspec.json.encode(held))
        if isinstance(parsed, Parsed):
            made.append(parsed)
    return made


def rate(objects: Sequence[Parsed]) -> float:
    """Objects looked through in a second of one core's time."""
    start = time.process_time()
    for each in objects:
        scan_object(each)
    return len(objects) / (time.process_time() - start)


def alone(corpus: Path) -> dict[str, float]:
    """Figures of the looking itself; the detectors' libraries are loaded beforehand."""
    with corpus.open("rb") as file:
        found = [parse(line) for line in islice(file, MOST)]
    objects = [each for each in found if isinstance(each, Parsed)]
    long = notes(TEXTS)
    rate(long[:200])
    return {"scan, objects of the corpus": rate(objects), "scan, 500 characters of text": rate(long)}


def inside(node: Node) -> dict[str, float]:
    """Figures of the whole: the log from its beginning to its end."""
    scan, start = node.store.scan, time.perf_counter()
    while scan.step(AT_ONCE):
        pass
    spent = time.perf_counter() - start
    status = scan.status()
    looked = status.clear + status.personal
    return {
        "scan of the log": looked / spent,
        "objects scanned": float(looked),
        "objects with personal data": float(status.personal),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scan", description=__doc__)
    parser.add_argument("folder", type=Path, help="the node's folder; nobody serves it")
    parser.add_argument("corpus", type=Path, help="a prepared corpus: JSON lines")
    given = parser.parse_args()
    figures = alone(given.corpus)
    with open_node(Settings(data=str(given.folder), scan=ScanSettings(always=True))) as node:
        figures |= inside(node)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
