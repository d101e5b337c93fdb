"""Requests counted, whole over all server processes: each process counts in a small mapped file of its own.

    DIR/run/tally/0, 1, ...      one page each: a row of 64-bit numbers, the first of which is the process's number

A process takes the first file that no living process holds (``flock``, given back by the system however the process ends)
and counts on in it, so that a process that was killed and started anew makes no number fall. The server's parent begins
with empty files. Whoever is asked adds the files up: two processes never write one number, so none waits for another.

Counting is the event loop's alone, one thread of one process; it costs an addition in memory.
"""

import fcntl
import mmap
import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

import msgspec

SURFACES: Final = ("taxii", "page", "probe")
METHODS: Final = ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "other")
STATUSES: Final = (
    *(
        200,
        201,
        202,
        204,
        301,
        302,
        303,
        304,
        400,
        401,
        403,
        404,
        405,
        406,
        408,
        409,
        413,
        415,
        422,
        429,
        500,
        501,
        503,
    ),
    0,
)
"""Those the node gives; 0 stands for any other."""
BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds; above the last is one more."""

_PROCESS: Final = 0
_REQUESTS: Final = {key: at for at, key in enumerate(product(SURFACES, METHODS, STATUSES), 1)}
_FIRST_TIME: Final = 1 + len(_REQUESTS)
_TIMES: Final = len(BOUNDS) + 2
_CELLS: Final = _FIRST_TIME + len(SURFACES) * _TIMES
_SIZE: Final = _CELLS * 8
_MOST: Final = 256


class Times(msgspec.Struct, frozen=True):
    """How long one surface's requests took: how many within each bound (and not the one before), and microseconds in all."""

    within: tuple[int, ...]
    micros: int


class Totals(msgspec.Struct, frozen=True):
    """All processes together. ``processes``: the numbers of those that are there."""

    requests: dict[tuple[str, str, int], int]
    times: dict[str, Times]
    processes: tuple[int, ...]


class Tally:
    """One process's own counting. ``close`` lets another process count on."""

    def __init__(self, run: Path) -> None:
        folder = run / "tally"
        for each in (run, folder):
            each.mkdir(mode=0o700, exist_ok=True)
        self._handle = _take(folder)
        os.ftruncate(self._handle, _SIZE)
        self._map = mmap.mmap(self._handle, _SIZE)
        self._cells = memoryview(self._map).cast("Q")
        self._cells[_PROCESS] = os.getpid()

    def add(self, surface: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        cells = self._cells
        cells[_place(surface, method, status)] += 1
        start = _FIRST_TIME + SURFACES.index(surface) * _TIMES
        within = next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        cells[start + within] += 1
        cells[start + _TIMES - 1] += max(0, int(seconds * 1_000_000))

    def close(self) -> None:
        """Gives the file back, with what is counted in it."""
        self._cells[_PROCESS] = 0
        self._cells.release()
        self._map.close()
        os.close(self._handle)


def clear(run: Path) -> None:
    """Begins anew: for the server's parent, before any of its processes is there."""
    shutil.rmtree(run / "tally", ignore_errors=True)


def totals(run: Path) -> Totals:
    """What all processes have counted."""
    sums = [0] * _CELLS
    processes = []
    for row in _rows(run / "tally"):
        sums = [held + more for held, more in zip(sums, row, strict=True)]
        if row[_PROCESS]:
            processes.append(row[_PROCESS])
    times = {}
    for number, surface in enumerate(SURFACES):
        start = _FIRST_TIME + number * _TIMES
        times[surface] = Times(tuple(sums[start : start + _TIMES - 1]), sums[start + _TIMES - 1])
    requests = {key: sums[at] for key, at in _REQUESTS.items() if sums[at]}
    return Totals(requests, times, tuple(sorted(processes)))


def _place(surface: str, method: str, status: int) -> int:
    place = _REQUESTS.get((surface, method, status))
    if place is None:
        known = method if method in METHODS else METHODS[-1]
        place = _REQUESTS[surface, known, status if status in STATUSES else 0]
    return place


def _rows(folder: Path) -> Iterator[tuple[int, ...]]:
    """The numbers of each file; of a process that has gone, without its number."""
    for path in sorted(folder.glob("*")):
        content = path.read_bytes()
        if len(content) == _SIZE:
            row = tuple(memoryview(content).cast("Q"))
            yield row if not row[_PROCESS] or Path(f"/proc/{row[_PROCESS]}").exists() else (0, *row[1:])


def _take(folder: Path) -> int:
    """The handle of the first file that nobody holds; it is held until the handle is closed."""
    for number in range(_MOST):
        handle = os.open(folder / str(number), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        return handle
    message = f"more than {_MOST} processes count in {folder}"
    raise RuntimeError(message)
