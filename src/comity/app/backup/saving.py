"""A node saved: its folder's files and its whole database, while it runs, into one encrypted file.

What is not saved: the keys of periods (``periods`` says why) and ``run/``, which is of the moment. The file gets its name
last: under that name it is whole, and, unless that was declined, has been restored for trial.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from comity.app.backup.entries import About, Entry, Writer
from comity.app.backup.periods import PeriodKey, Periods
from comity.app.backup.record import LastBackup, remember
from comity.app.backup.restoring import try_out
from comity.app.backup.sealing import Sealer
from comity.app.folder import DATABASE, Folder
from comity.app.node import Node
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, NotFound, Unavailable
from comity.kernel.store.agreement import Tally
from comity.kernel.store.whole import PIECE, Part, taken

Progress = Callable[[str, int, int], None]
"""What is being done, how many bytes of it are done, and how many there are as far as one knows."""

_SCRATCH: Final = "backup-"
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links answer."""


class Saved(msgspec.Struct, frozen=True):
    """``key``: the id of the period's key, ``fresh`` where it was made for this backup. ``held``: what the trial found."""

    path: str
    made: Micros
    size: int
    period: str
    key: str
    fresh: bool
    held: Tally | None
    left_out: tuple[str, ...]


def save(node: Node, path: Path, *, verify: bool, progress: Progress) -> Saved:
    """Makes a backup. An existing file is left alone. Only one is made at a time."""
    if path.exists():
        raise Conflict(f"{path} is there already", code="backup-exists", hint="Name a new file.")
    if path.is_relative_to(node.folder.path.resolve()) or path.is_relative_to(node.folder.path):
        raise Conflict(
            f"{path} is in the node's own folder, which is what is saved",
            code="backup-inside",
            hint="Name a file elsewhere, best on another disk.",
        )
    if not path.parent.is_dir():
        raise NotFound(
            f"there is no folder {path.parent}", code="backup-folder", hint="Make it, or name a file in another."
        )
    part = path.with_name(f"{path.name}.part")
    with _alone(node.folder) as scratch, _disk(path):
        key, fresh = Periods(node.folder, node.vault, node.random).present(node.clock.now())
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                made, left_out = _write(node, key, file, scratch, progress)
                file.flush()
                os.fsync(file.fileno())
            size = part.stat().st_size
            held = try_out(part, key, scratch, node.database, progress) if verify else None
            _name(part, path)
        except FileExistsError as error:
            raise Conflict(
                f"{error.filename2 or error.filename} is there already",
                code="backup-exists",
                hint="Name a new file. One that ends in .part was left by a backup that was killed: remove it.",
            ) from error
        finally:
            part.unlink(missing_ok=True)
        sync(path.parent)
    remember(node.store.registry, LastBackup(made=made, size=size, tried=verify))
    return Saved(str(path), made, size, key.period, key.id, fresh, held, left_out)


def sync(folder: Path) -> None:
    """Makes sure that a folder's names are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(part: Path, path: Path) -> None:
    """Gives the file its name. A link refuses where something has come meanwhile; a rename would replace it."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part.rename(path)


def _write(
    node: Node, key: PeriodKey, file: BinaryIO, scratch: Path, progress: Progress
) -> tuple[Micros, tuple[str, ...]]:
    sealer = Sealer(file, secret=key.secret, key=key.id, period=key.period, random=node.random)
    writer = Writer(sealer)
    files, left_out = _files(node.folder)
    made = node.clock.now()  # what was committed before it is in the backup
    with taken(node.database, scratch, lambda done, total: progress("copy", done, total)) as database:
        about = About(node.file.id, node.file.name, made, version("comity"), database.kind, database.revision)
        writer.entry(Entry("about", about=about))
        for path in files:
            name = path.relative_to(node.folder.path).as_posix()
            writer.entry(Entry("file", path=name), _pieces(path))
        done = 0

        def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
            nonlocal done
            for piece in pieces:
                yield piece
                done += len(piece)
                progress("write", done, max(done, database.size))

        part: Part
        for part, pieces in database.parts:
            writer.entry(Entry("database", part=part), counted(pieces))
    writer.close()
    sealer.close()
    return made, left_out


def _files(folder: Folder) -> tuple[list[Path], tuple[str, ...]]:
    """The files to save; and what lies in the folder but is not a file of it: links to folders, sockets."""
    found, strange = [], []
    for path in sorted(folder.path.rglob("*")):
        if path.is_relative_to(folder.run) or path.is_relative_to(folder.periods):
            continue
        if path.parent == folder.path and path.name.startswith(DATABASE):
            continue
        if path.is_file():
            found.append(path)
        elif path.is_symlink() or not path.is_dir():
            strange.append(path.relative_to(folder.path).as_posix())
    return found, tuple(strange)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


@contextmanager
def _alone(folder: Folder) -> Iterator[Path]:
    """A private folder for the time of one backup, of which there is one at a time; what a killed one left is removed."""
    folder.run.mkdir(mode=0o700, exist_ok=True)
    lock = os.open(folder.run / "backup.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "another backup of this node is being made", code="backup-running", hint="Wait until it is done."
            ) from error
        for left in folder.run.glob(f"{_SCRATCH}*/"):
            shutil.rmtree(left)
        scratch = folder.run / f"{_SCRATCH}{os.getpid()}"
        scratch.mkdir(mode=0o700)
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(lock)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """The disk's own troubles, as errors of ours."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"the backup {path.name} could not be made: {error.strerror or error}",
            code="backup-disk",
            hint="It needs room for itself, and the node's folder for a copy of the database (twice that for the trial).",
        ) from error
