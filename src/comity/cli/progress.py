"""Progress of long work, on a terminal only and on standard error, so that what is printed can be piped on."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from comity.cli.screen import plain
from comity.cli.sources import Source


class _Bar:
    """What the bars share: columns, the terminal they are for, and that they go when the work is done."""

    amount: type[ProgressColumn] = DownloadColumn

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            self.amount(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()


class Bars(_Bar):
    """One bar over the bytes of all files; without a terminal, nothing."""

    def __init__(self, found: tuple[Source, ...]) -> None:
        super().__init__()
        sizes = [source.size for source in found]
        known = None if None in sizes else sum(size or 0 for size in sizes)
        self._task = self._progress.add_task("load", total=known)
        self._at: dict[str, int] = {}

    def advance(self, source: Source, position: int) -> None:
        """Says how far the reading of a source is."""
        forward = position - self._at.get(source.name, 0)
        if forward > 0:
            self._at[source.name] = position
            self._progress.update(self._task, advance=forward, description=plain(source.name)[-40:])


class Steps(_Bar):
    """One bar for work in several steps, of which one knows the bytes; without a terminal, nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: dict[str, TaskID] = {}

    def tell(self, step: str, done: int, total: int) -> None:
        """Says how far a step is."""
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._tasks[step], completed=done, total=total)


class Counted(_Bar):
    """One bar over things that are counted; it is there from when one first says how far it is."""

    amount = MofNCompleteColumn

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._task: TaskID | None = None
        self.done = 0

    def tell(self, done: int, total: int) -> None:
        """Says how far it is."""
        self.done = done
        if self._task is None:
            self._task = self._progress.add_task(self._name, total=total)
        self._progress.update(self._task, completed=done, total=total)
