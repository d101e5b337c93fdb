"""A backup made while the node is in use: one moment of it, whole, secret, and one that can be restored."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from comity.app.backup import restoring
from comity.app.backup.periods import PeriodKey, Periods
from comity.app.backup.record import last_backup
from comity.app.backup.restoring import restore
from comity.app.backup.saving import Saved, save
from comity.app.backup.sealing import Head
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NodeError, Unavailable
from comity.kernel.base.ids import system_random
from comity.kernel.store import whole
from comity.kernel.store.agreement import agree
from comity.kernel.store.migrate import revision
from tests.app.backup.conftest import BATCH, Kept, batches

WRITERS = 4


def quiet(step: str, done: int, total: int) -> None:
    assert 0 <= done <= max(done, total)


def saved(kept: Kept, path: Path, **more: Any) -> Saved:
    return save(kept.node, path, **{"verify": False, "progress": quiet, **more})


def key_of(kept: Kept) -> Callable[[Head], PeriodKey]:
    return lambda head: Periods(kept.node.folder, kept.node.vault, system_random).get(head.period)


def restored(kept: Kept, path: Path, target: Path, database: str) -> Node:
    restore(path, target, key_of(kept), database=database, random=system_random, progress=quiet)
    return open_node(Settings(data=str(target)))


def test_one_moment_while_four_write(
    kept: Kept, tmp_path: Path, another_database: Callable[[Kept], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_PAGES", 16)
    kept.commit("before")
    stop, done, lock = threading.Event(), [0] * WRITERS, threading.Condition()

    def write(writer: int) -> None:
        while not stop.is_set():
            kept.commit(f"{writer}-{done[writer]}")
            with lock:
                done[writer] += 1
                lock.notify_all()

    def wait_for_more(step: str, *_: int) -> None:
        """The backup goes on only after others have committed again: what it copies changes under it."""
        if step in {"copy", "write"} and sum(done) < 40:
            with lock:
                seen = sum(done)
                lock.wait_for(lambda: sum(done) > seen, timeout=20)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    with lock:
        assert lock.wait_for(lambda: min(done) > 0, timeout=60)
        surely = [(writer, number) for writer in range(WRITERS) for number in range(done[writer])]
    try:
        saved(kept, tmp_path / "backup", progress=wait_for_more)
        after = list(done)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert sum(after) > len(surely), "nothing was written while the backup was made: this test shows nothing"
    with restored(kept, tmp_path / "backup", tmp_path / "restored", another_database(kept)) as node:
        found = batches(node)
        held = agree(node.database)
    assert set(found.values()) == {BATCH}, "a batch is torn"
    assert {"before", *(f"{writer}-{number}" for writer, number in surely)} <= set(found)
    assert held.claims == held.versions == sum(found.values())
    for writer in range(WRITERS):
        numbers = sorted(int(name.split("-")[1]) for name in found if name.startswith(f"{writer}-"))
        assert numbers == list(range(len(numbers))), "a later commit is there without an earlier one"
    assert len(found) < 1 + sum(done), "everything that was written is there: the backup was not made meanwhile"


def test_nothing_in_it_can_be_read(kept: Kept, tmp_path: Path) -> None:
    kept.commit("visible")
    saved(kept, tmp_path / "backup")
    content = (tmp_path / "backup").read_bytes()
    key = kept.node.folder.key.read_bytes()
    for plain in (
        b"content of batch",
        b"Home CSIRT",
        b"carol",
        b"SQLite format",
        b"PGCOPY",
        b"PRIVATE KEY",
        key[40:60],
    ):
        assert plain not in content
    assert kept.node.file.id.encode() not in content
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


def test_what_comes_back_is_the_node(kept: Kept, tmp_path: Path, another_database: Callable[[Kept], str]) -> None:
    kept.commit("a")
    directory = kept.node.directory
    own = directory.parties.own()
    token = directory.tokens.issue(own).secret
    link = directory.accounts.invite(directory.accounts.all()[0]).secret
    report = kept.node.folder.refused / "deep" / "report.json"
    report.parent.mkdir(parents=True)
    report.write_text("[]")
    sealed = kept.node.vault.seal(b"secret", b"test")
    saved(kept, tmp_path / "backup")
    (tmp_path / "empty").mkdir()
    with restored(kept, tmp_path / "backup", tmp_path / "empty", another_database(kept)) as node:
        assert (node.file.id, node.file.name) == (kept.node.file.id, kept.node.file.name)
        assert node.folder.key.read_bytes() == kept.node.folder.key.read_bytes()
        assert node.vault.open(sealed, b"test") == b"secret"
        assert (tmp_path / "empty" / "refused" / "deep" / "report.json").read_text() == "[]"
        assert not list(node.folder.loose())
        assert node.directory.authenticator.party_of(f"Bearer {token}") is not None
        assert node.directory.accounts.enter(link) is None, "a link of the time before holds again"
        assert not node.folder.periods.exists(), "a backup holds the keys of backups"
        Kept.commit(_again(kept, node), "b")
        assert batches(node) == {"a": BATCH, "b": BATCH}
        assert agree(node.database).claims == 2 * BATCH
        assert node.directory.parties.add("dave", name="Dave", jurisdiction="NO").id > own.id


def _again(kept: Kept, node: Node) -> Kept:
    other = object.__new__(Kept)
    other.node, other.party, other.collection = node, kept.party, kept.collection
    return other


def test_the_trial_finds_what_no_reading_of_the_file_would(kept: Kept, tmp_path: Path) -> None:
    kept.commit("a")
    assert saved(kept, tmp_path / "sound", verify=True).held == agree(kept.node.database)
    last = last_backup(kept.node.store.registry)
    assert last is not None
    assert last.tried
    with kept.node.store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM leaf WHERE seq = (SELECT max(seq) FROM leaf)")
    with pytest.raises(Corrupt, match="leaves are missing"):
        saved(kept, tmp_path / "torn", verify=True)
    assert {path.name for path in tmp_path.iterdir()} == {"node", "sound"}, "something is left over"
    assert not list(kept.node.folder.run.glob("backup-*")), "a readable copy is left over"


def test_nothing_is_left_of_a_trial_in_the_database(kept: Kept, tmp_path: Path) -> None:
    saved(kept, tmp_path / "backup", verify=True)
    if kept.node.file.database:
        with psycopg.connect(kept.node.file.database) as server:
            schemas = {row[0] for row in server.execute("SELECT nspname FROM pg_namespace")}
        assert not {name for name in schemas if name.startswith("comity")}


def test_a_flipped_byte_or_a_cut_restores_nothing(
    kept: Kept, tmp_path: Path, another_database: Callable[[Kept], str]
) -> None:
    for number in range(20):
        kept.commit(f"{number}")
    saved(kept, tmp_path / "backup")
    content, database = (tmp_path / "backup").read_bytes(), another_database(kept)
    size = len(content)
    changed = [content[: size // 2], content[:-1], content + b"x", b"", content[:100]]
    places = (0, 20, size // 3, size // 2, size - 1)
    changed += [content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :] for place in places]
    for number, each in enumerate(changed):
        (tmp_path / "changed").write_bytes(each)
        with pytest.raises(Invalid) as caught:
            restored(kept, tmp_path / "changed", tmp_path / "target", database)
        assert caught.value.code in {"backup-damaged", "no-backup", "backup-key"}, number
    assert {path.name for path in tmp_path.iterdir()} == {"node", "backup", "changed"}
    with restored(kept, tmp_path / "backup", tmp_path / "target", database) as node:
        assert len(batches(node)) == 20, "what a failed restore left in the database is in the way"


def test_the_wrong_key_is_told_from_a_damaged_file(kept: Kept, tmp_path: Path) -> None:
    done = saved(kept, tmp_path / "backup")
    with pytest.raises(Invalid, match=r"not the key of this backup.*" + done.key) as caught:
        restore(
            tmp_path / "backup",
            tmp_path / "target",
            lambda head: PeriodKey(head.period, bytes(32)),
            database="",
            random=system_random,
            progress=quiet,
        )
    assert caught.value.code == "backup-key"
    assert not (tmp_path / "target").exists()


def test_what_is_there_is_left_alone(kept: Kept, tmp_path: Path) -> None:
    saved(kept, tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    with pytest.raises(Conflict):
        saved(kept, tmp_path / "backup")
    assert (tmp_path / "backup").read_bytes() == before
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "letter.txt").touch()
    with pytest.raises(Conflict, match="not empty"):
        restored(kept, tmp_path / "backup", tmp_path / "target", kept.node.file.database)
    if kept.node.file.database:  # the database it came from is one that holds something
        with pytest.raises(Conflict, match="not empty"):
            restored(kept, tmp_path / "backup", tmp_path / "new", kept.node.file.database)
        assert revision(kept.node.database)
        assert agree(kept.node.database)


def test_not_into_what_is_saved(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="own folder"):
        saved(kept, kept.node.folder.path / "backup")
    (tmp_path / "backup.part").touch()
    with pytest.raises(Conflict, match=r"\.part is there"):
        saved(kept, tmp_path / "backup")


def test_a_folder_that_is_there_stays_itself(
    kept: Kept, tmp_path: Path, another_database: Callable[[Kept], str]
) -> None:
    """It may be a mounted volume, which can be neither removed nor replaced, and whose parent is not ours to write."""
    kept.commit("a")
    saved(kept, tmp_path / "backup")
    volume = tmp_path / "volume"
    volume.mkdir(mode=0o755)
    number, database = volume.stat().st_ino, another_database(kept)
    broken = tmp_path / "broken"
    broken.write_bytes((tmp_path / "backup").read_bytes()[:-1])
    with pytest.raises(Invalid):
        restored(kept, broken, volume, database)
    assert not list(volume.iterdir())
    with restored(kept, tmp_path / "backup", volume, database) as node:
        assert batches(node) == {"a": BATCH}
        assert not list(node.folder.loose())
    assert volume.stat().st_ino == number
    assert not list(volume.glob(".restoring*"))


def test_each_database_goes_back_into_its_kind(kept: Kept, tmp_path: Path) -> None:
    saved(kept, tmp_path / "backup")
    with pytest.raises(Invalid, match=r"SQLite|PostgreSQL") as caught:
        restored(kept, tmp_path / "backup", tmp_path / "t", "" if kept.node.file.database else "postgresql://x@y/z")
    assert caught.value.code == "backup-database"
    assert not (tmp_path / "t").exists()


def test_a_disk_that_is_full_is_said(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        saved(kept, tmp_path / "backup")
    monkeypatch.undo()
    assert not (tmp_path / "backup").exists()
    assert not (tmp_path / "backup.part").exists()


def test_a_killed_one_leaves_nothing_for_the_next(kept: Kept, tmp_path: Path) -> None:
    left = kept.node.folder.run / "backup-1"
    left.mkdir(parents=True)
    (left / "copy.db").write_bytes(b"readable")
    saved(kept, tmp_path / "backup")
    assert not left.exists()


def test_links_in_the_folder_are_told(kept: Kept, tmp_path: Path) -> None:
    (kept.node.folder.path / "elsewhere").symlink_to(tmp_path)
    assert saved(kept, tmp_path / "backup").left_out == ("elsewhere",)


def test_a_backup_names_no_file_outside_of_the_folder(tmp_path: Path) -> None:
    for name in ("../x", "/etc/x", "a/../../x", ""):
        with pytest.raises(NodeError):
            restoring._inside(tmp_path, name)
    assert restoring._inside(tmp_path, "a/b/c") == tmp_path / "a" / "b" / "c"


def test_what_was_ended_stays_ended(kept: Kept, tmp_path: Path, another_database: Callable[[Kept], str]) -> None:
    """A session of the time of the backup does not come back with it, and no cursor of a time that never was holds."""
    accounts = kept.node.directory.accounts
    signed_in = accounts.enter(accounts.invite(accounts.all()[0]).secret)
    assert signed_in is not None
    kept.node.store._key()
    saved(kept, tmp_path / "backup")
    with restored(kept, tmp_path / "backup", tmp_path / "restored", another_database(kept)) as node:
        assert node.directory.accounts.of_cookie(signed_in.cookie) is None
        assert node.store._key() != kept.node.store._key()
    shutil.rmtree(tmp_path / "restored")
