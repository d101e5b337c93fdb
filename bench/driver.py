"""What is done to a TAXII 2.1 server, and how long it takes. It knows TAXII only: each server is measured alike.

Every loop is bounded by a budget of seconds; what was cut short says so, and its rate is that of the part done. The
client's own decoding lies outside the timed part of reads.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import statistics
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from bench import BenchError
from bench.client import Connection, Endpoint, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.slices import Head

_clock = time.perf_counter


class _Key(msgspec.Struct):
    id: str
    modified: str | None = None


class Page(msgspec.Struct):
    """An envelope, a manifest or a list of versions, as far as it matters here."""

    more: bool = False
    next: str | None = None
    objects: list[msgspec.Raw] = []
    versions: list[str] = []


class _Status(msgspec.Struct):
    id: str
    status: str
    success_count: int = 0
    failure_count: int = 0


class _Root(msgspec.Struct):
    default: str | None = None
    api_roots: list[str] = []


_page = msgspec.json.Decoder(Page).decode
_status = msgspec.json.Decoder(_Status).decode
_key = msgspec.json.Decoder(_Key).decode


class AnswerError(BenchError):
    """The server answered what a measurement cannot go on with."""

    def __init__(self, reply: Reply, path: str) -> None:
        super().__init__(f"{reply.status} for {path[:120]}: {reply.body[:200].decode('utf-8', 'replace')}")


@dataclasses.dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one kind of request, one at a time."""

    count: int
    p50: float
    p99: float
    returned: float = 0
    cut: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Ingest:
    objects: int
    seconds: float
    rate: float
    accepted: int
    refused: int
    p50: float
    p99: float
    tail_rate: float
    cut: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    objects: int
    pages: int
    passes: int
    rate: float
    megabytes: float
    p50: float
    p99: float
    cut: bool
    last_added: str = ""
    doubled: int = 0
    missing: int | None = None
    paths: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Crowd:
    """Many readers at once: answers a second, and the wait of each."""

    requests: int
    rate: float
    megabytes: float
    p50: float
    p99: float
    failed: int


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    ordered = sorted(seconds)
    return statistics.median(ordered) * 1e3, ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] * 1e3


def query(path: str, **parameters: str | int) -> str:
    """`query("objects/", match_type="report", limit=100)`; match_x becomes match[x]."""
    pairs = (
        (
            f"match%5B{name.removeprefix('match_')}%5D" if name.startswith("match_") else name,
            quote(str(value), safe=","),
        )
        for name, value in parameters.items()
    )
    return path + "?" + "&".join(f"{name}={value}" for name, value in pairs)


async def find_root(endpoint: Endpoint) -> str:
    """The path of the server's (default) API root, by discovery."""
    async with Connection(dataclasses.replace(endpoint, root="/")) as connection:
        reply = await connection.get("taxii2/")
    if reply.status != 200:
        raise AnswerError(reply, "/taxii2/")
    found = msgspec.json.decode(reply.body, type=_Root)
    url = found.default or found.api_roots[0]
    path = "/" + url.split("://", 1)[1].partition("/")[2] if "://" in url else url
    return path if path.endswith("/") else path + "/"


async def ingest(
    endpoint: Endpoint,
    collection: str,
    envelopes: Iterator[tuple[int, bytes]],
    *,
    budget: float,
    posters: int = 1,
    tail: int = 0,
) -> Ingest:
    """POST every envelope; a pending status is waited for. `tail` asks for the rate of the last so many objects."""
    path = f"collections/{collection}/objects/"
    ends: list[tuple[float, int]] = []
    waits: list[float] = []
    accepted = refused = 0
    cut = False
    start = _clock()

    async def poster() -> None:
        nonlocal accepted, refused, cut
        async with Connection(endpoint, timeout=max(60, budget)) as connection:
            for count, body in envelopes:
                if _clock() - start > budget:
                    cut = True
                    return
                sent = _clock()
                reply = await connection.post(path, body)
                if reply.status not in {200, 202}:
                    raise AnswerError(reply, path)
                status = _status(reply.body)
                while status.status == "pending":
                    await asyncio.sleep(0.002)
                    answer = await connection.get(f"status/{status.id}/")
                    if answer.status != 200:
                        raise AnswerError(answer, "status/")
                    status = _status(answer.body)
                done = _clock()
                waits.append(done - sent)
                ends.append((done, count))
                accepted += status.success_count
                refused += status.failure_count

    await asyncio.gather(*(poster() for _ in range(posters)))
    seconds = _clock() - start
    objects = sum(count for _, count in ends)
    p50, p99 = _percentiles(waits)
    return Ingest(objects, seconds, objects / seconds, accepted, refused, p50, p99, _tail_rate(start, ends, tail), cut)


def _tail_rate(start: float, ends: list[tuple[float, int]], tail: int) -> float:
    if not tail or not ends:
        return 0.0
    ends = sorted(ends)
    counted = 0
    for place in range(len(ends) - 1, -1, -1):
        counted += ends[place][1]
        if counted >= tail or place == 0:
            since = ends[place - 1][0] if place else start
            return counted / (ends[-1][0] - since)
    return 0.0


async def read_all(
    endpoint: Endpoint,
    collection: str,
    *,
    budget: float,
    version: str = "",
    expected: set[int] | None = None,
    at_least: float = 2.0,
) -> Read:
    """Follow `next` to the end by pages of 1000, again and again for `at_least` seconds; the median pass counts."""
    rates: list[float] = []
    waits: list[float] = []
    first: dict[str, Any] = {}
    start = _clock()
    while True:
        once = await _read_once(endpoint, collection, version, budget - (_clock() - start), compare=not rates)
        rates.append(once["objects"] / max(once["seconds"], 1e-9))
        waits += once["waits"]
        first = first or once
        spent = _clock() - start
        if once["cut"] or spent > at_least or len(rates) >= 20:
            break
    p50, p99 = _percentiles(waits)
    seen: set[int] = first["keys"]
    return Read(
        objects=first["objects"],
        pages=len(first["paths"]),
        passes=len(rates),
        rate=statistics.median(rates),
        megabytes=first["bytes"] / 1e6 / max(first["seconds"], 1e-9),
        p50=p50,
        p99=p99,
        cut=first["cut"],
        last_added=first["last_added"],
        doubled=first["objects"] - len(seen),
        missing=len(expected - seen) if expected is not None and not first["cut"] else None,
        paths=tuple(first["paths"]),
    )


async def _read_once(
    endpoint: Endpoint, collection: str, version: str, budget: float, *, compare: bool
) -> dict[str, Any]:
    base = f"collections/{collection}/objects/"
    asked: dict[str, str | int] = {"limit": 1000}
    if version:
        asked["match_version"] = version
    out: dict[str, Any] = {"objects": 0, "bytes": 0, "waits": [], "paths": [], "cut": False, "keys": set()}
    out["last_added"] = ""
    start = _clock()
    async with Connection(endpoint) as connection:
        while True:
            path = query(base, **asked)
            sent = _clock()
            reply = await connection.get(path)
            out["waits"].append(_clock() - sent)
            if reply.status != 200:
                raise AnswerError(reply, path)
            page = _page(reply.body)
            out["objects"] += len(page.objects)
            out["bytes"] += len(reply.body)
            out["paths"].append(path)
            out["last_added"] = reply.headers.get("x-taxii-date-added-last", out["last_added"])
            if compare:
                out["keys"].update(hash((key.id, key.modified)) for key in map(_key, page.objects))
            if not page.more:
                break
            if page.next is None or not page.objects:
                raise AnswerError(reply, path + " (more, but nothing to go on with)")
            asked["next"] = page.next
            if _clock() - start > budget:
                out["cut"] = True
                break
    out["seconds"] = sum(out["waits"])
    return out


async def timed(endpoint: Endpoint, paths: Sequence[str], *, budget: float) -> Latency:
    """Each path once, one after another."""
    waits: list[float] = []
    returned: list[int] = []
    start = _clock()
    async with Connection(endpoint, timeout=max(30, budget)) as connection:
        for path in paths:
            sent = _clock()
            reply = await connection.get(path)
            waits.append(_clock() - sent)
            if reply.status != 200:
                raise AnswerError(reply, path)
            page = _page(reply.body)
            returned.append(len(page.objects) or len(page.versions))
            if _clock() - start > budget:
                break
    p50, p99 = _percentiles(waits)
    return Latency(len(waits), p50, p99, statistics.fmean(returned), cut=len(waits) < len(paths))


def queries(collection: str, samples: Sequence[Head], count: int) -> dict[str, list[str]]:
    """The single queries that are timed, by name; what they ask for is drawn from what was stored."""
    draw = random.Random(count)
    base = f"collections/{collection}/"
    held = base + "objects/"
    changed = [head for head in samples if head.modified and head.modified != head.created] or list(samples)
    return {
        "match[id]": [query(held, match_id=draw.choice(samples).id) for _ in range(count)],
        "match[type], 100": [query(held, match_type="indicator", limit=100)] * count,
        "match[version]=first, 100": [query(held, match_version="first", limit=100)] * count,
        "match[version]=moment": [
            query(held, match_version=draw.choice(changed).modified or "last", limit=100) for _ in range(count)
        ],
        "object by id": [f"{held}{draw.choice(samples).id}/" for _ in range(count)],
        "versions of an id": [f"{held}{draw.choice(samples).id}/versions/" for _ in range(count)],
        "manifest, 1000": [query(base + "manifest/", limit=1000)] * max(3, count // 5),
        "first page, 100": [query(held, limit=100)] * count,
    }


async def crowd(endpoint: Endpoint, paths: Sequence[str], *, readers: int, seconds: float) -> Crowd:
    """`readers` connections that ask for paths at random, each as soon as it has its answer."""
    waits: list[float] = []
    failed = received = 0
    start = _clock()
    end = start + seconds

    async def reader(number: int) -> None:
        nonlocal failed, received
        draw = random.Random(number)
        async with Connection(endpoint, timeout=seconds + 10) as connection:
            while _clock() < end:
                sent = _clock()
                try:
                    reply = await connection.get(draw.choice(paths))
                except (OSError, asyncio.IncompleteReadError, TimeoutError):
                    failed += 1
                    continue
                if reply.status == 200:
                    waits.append(_clock() - sent)
                    received += len(reply.body)
                else:
                    failed += 1

    await asyncio.gather(*(reader(number) for number in range(readers)))
    p50, p99 = _percentiles(waits)
    spent = _clock() - start
    return Crowd(len(waits), len(waits) / spent, received / 1e6 / spent, p50, p99, failed)


async def side_by_side(endpoints: Sequence[Endpoint], paths: Sequence[str], *, rounds: int) -> list[float]:
    """Milliseconds (p50) of the same requests through several endpoints in turn, so that noise meets all alike."""
    waits: list[list[float]] = [[] for _ in endpoints]
    connections = [Connection(endpoint) for endpoint in endpoints]
    try:
        for number in range(rounds):
            for place, connection in enumerate(connections):
                sent = _clock()
                reply = await connection.get(paths[number % len(paths)])
                waits[place].append(_clock() - sent)
                if reply.status != 200:
                    raise AnswerError(reply, paths[number % len(paths)])
    finally:
        for connection in connections:
            connection.close()
    return [statistics.median(each) * 1e3 for each in waits]
