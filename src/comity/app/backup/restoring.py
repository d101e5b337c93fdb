"""A node made of a backup: in a folder beside the wanted one, which gets its name when everything has been found whole.

Invariant: nothing of a backup is used before its own chunk was authenticated, and no node stands before the last one was.
A restored node is as it was then, but for who was signed in, one-time links and cursors (``whole.forget_presence``).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from comity.app.backup.entries import About, Entry, Reader
from comity.app.backup.periods import PeriodKey
from comity.app.backup.sealing import Head, Opener
from comity.app.folder import DATABASE, NODE_FILE, Folder, NodeFile, write_private
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, Unavailable
from comity.kernel.base.ids import RandomBytes
from comity.kernel.store.agreement import Tally, agree
from comity.kernel.store.migrate import migrate
from comity.kernel.store.whole import Part, clear, forget_presence, kind_of, put_back, scratch_schema

KeyOf = Callable[[Head], PeriodKey]
Progress = Callable[[str, int, int], None]
_PRIVATE: Final = 0o700


class Restored(msgspec.Struct, frozen=True):
    """What was restored, and what was found in it."""

    about: About
    held: Tally


def try_out(path: Path, key: PeriodKey, scratch: Path, database: str, progress: Progress) -> Tally:
    """Restores a backup where nobody uses it, brings its schema up to date, goes through it, and removes it again.

    ``database`` is the node's: on PostgreSQL the trial stands in a schema of its own beside the node's tables.
    """
    trial = scratch / "trial"
    trial.mkdir(mode=_PRIVATE)
    try:
        with ExitStack() as stack:
            url = f"sqlite:///{trial / DATABASE}"
            if kind_of(database) == "postgresql":
                name = f"comity_trial_{os.getpid()}_{scratch.stat().st_ino}"
                url = stack.enter_context(scratch_schema(database, name))
            file = stack.enter_context(path.open("rb"))
            _unpack(file, lambda _: key, trial, lambda _: url, progress)
            migrate(url)
            return agree(url)
    finally:
        shutil.rmtree(trial)


def restore(
    path: Path, target: Path, key_of: KeyOf, *, database: str, random: RandomBytes, progress: Progress
) -> Restored:
    """Makes a node in ``target``, a folder that is empty or not there. ``database``: where, for a backup of PostgreSQL."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(
            f"nothing was restored into {target}: it is not empty", code="folder-occupied", hint="Name a new folder."
        )
    with ExitStack() as undo, _disk(target):
        # A folder that is there stays itself: it may be where a volume is mounted, beside which nothing can be written.
        there = target.exists()
        parent, stem = (target, "") if there else (target.parent, f".{target.name}")
        parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        beside = parent / f"{stem}.restoring-{random(4).hex()}"
        beside.mkdir(mode=_PRIVATE)
        undo.callback(shutil.rmtree, beside, ignore_errors=True)
        filled: list[str] = []

        def place(about: About) -> str:
            filled.append(_url(about, beside, database))
            return filled[0]

        with path.open("rb") as file:
            about = _unpack(file, key_of, beside, place, progress)
        url = filled[0]
        if kind_of(url) == "postgresql":
            undo.callback(clear, url)
        migrate(url)
        held = agree(url)
        forget_presence(url)
        folder = Folder(beside)
        saved = folder.read()
        (beside / NODE_FILE).unlink()
        folder.finish(NodeFile(id=saved.id, name=saved.name, database=database))
        if there:
            _move(beside, target)
        else:
            beside.rename(target)
        undo.pop_all()
    return Restored(about, held)


def _move(source: Path, target: Path) -> None:
    """Everything in a folder into another, ``node.toml`` last: the other is a node from then on, and not before."""
    target.chmod(_PRIVATE)
    for path in sorted(source.iterdir(), key=lambda each: each.name == NODE_FILE):
        path.rename(target / path.name)
    source.rmdir()


def _url(about: About, folder: Path, database: str) -> str:
    """Where the database goes, if that can be at all."""
    if about.database == "sqlite":
        if database:
            raise Invalid(
                "this is the backup of a node on SQLite: it goes into its folder, not into a database server",
                code="backup-database",
                hint="Leave --database out.",
            )
        return f"sqlite:///{folder / DATABASE}"
    if not database or kind_of(database) != "postgresql":
        raise Invalid(
            "this is the backup of a node on PostgreSQL: it needs an empty database there",
            code="backup-database",
            hint="Make one, and name it: --database postgresql://user@host/name",
        )
    return database


def _unpack(file: BinaryIO, key_of: KeyOf, folder: Path, place: Callable[[About], str], progress: Progress) -> About:
    """Reads a backup to its end: files into the folder, the database to where ``place`` says."""
    size = os.fstat(file.fileno()).st_size
    opener = Opener(file)
    key = key_of(opener.head)
    if key.id != opener.head.key:
        raise Invalid(
            f"this is not the key of this backup: it was made under {opener.head.key} ({opener.head.period}), "
            f"the key given is {key.id} ({key.period})",
            code="backup-key",
            hint="Give the key of that period, of the node that was saved.",
        )
    opener.unlock(key.secret)
    about: About | None = None
    entries = iter(Reader(opener))

    def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            progress("read", opener.position(), size)

    def parts(first: tuple[Entry, Iterator[bytes]]) -> Iterator[tuple[Part, Iterator[bytes]]]:
        """The database's entries, which come one after another, to the end of the backup."""
        entry, pieces = first
        while True:
            if entry.place != "database" or entry.part is None:
                raise _strange("another entry stands among those of the database")
            yield entry.part, counted(pieces)
            for _ in pieces:
                raise _strange("a part of the database was passed over")
            following = next(entries, None)
            if following is None:
                return
            entry, pieces = following

    restored = False
    for entry, pieces in entries:
        if entry.place == "about":
            about = entry.about
            for _ in pieces:
                raise _strange("what it says of itself has a content")
        elif about is None:
            raise _strange("it does not say what it is")
        elif entry.place == "file":
            write_private(_inside(folder, entry.path), b"".join(pieces))
        else:
            put_back(place(about), about.revision, parts((entry, pieces)))
            restored = True
    if about is None or not restored:
        raise _strange("it holds no database")
    return about


def _inside(folder: Path, name: str) -> Path:
    """The path of a file that the backup names, which is in the folder and nowhere else; its folders are made."""
    path = folder.joinpath(*name.split("/"))
    if not name or name.startswith("/") or ".." in name.split("/") or not path.is_relative_to(folder):
        raise _strange("it names a file outside of the node's folder")
    for parent in reversed(path.relative_to(folder).parents[:-1]):
        (folder / parent).mkdir(mode=_PRIVATE, exist_ok=True)
    return path


@contextmanager
def _disk(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"nothing was restored into {target}: {error.strerror or error}",
            code="restore-disk",
            hint="Is the file there, and is there room for the node?",
        ) from error


def _strange(how: str) -> Corrupt:
    return Corrupt(f"the backup is not one that a node writes: {how}", code="backup-damaged")
