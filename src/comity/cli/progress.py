"""Progress of long work, on a terminal only and on standard error, so that what is printed can be piped on."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from comity.cli.screen import plain
from comity.cli.sources import Source


class Bars:
    """One bar over the bytes of all files; without a terminal, nothing."""

    def __init__(self, found: tuple[Source, ...]) -> None:
        sizes = [source.size for source in found]
        known = None if None in sizes else sum(size or 0 for size in sizes)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("load", total=known)
        self._at: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, source: Source, position: int) -> None:
        """Says how far the reading of a source is."""
        forward = position - self._at.get(source.name, 0)
        if forward > 0:
            self._at[source.name] = position
            self._progress.update(self._task, advance=forward, description=plain(source.name)[-40:])


class Steps:
    """One bar for work in several steps, of which one knows the bytes; without a terminal, nothing."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def tell(self, step: str, done: int, total: int) -> None:
        """Says how far a step is."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)
