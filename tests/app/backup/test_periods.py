"""The keys of backups: one a month, sealed on the disk, typed from paper, gone when destroyed."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity.app.backup.periods import PeriodKey, Periods, holding, read_written
from comity.app.folder import Folder
from comity.kernel.base.clock import micros
from comity.kernel.base.errors import Corrupt, Invalid, NotFound
from comity.kernel.directory.vault import Vault

NOVEMBER = micros(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))


@pytest.fixture
def periods(tmp_path: Path) -> Periods:
    (tmp_path / "keys").mkdir()
    return Periods(Folder(tmp_path), Vault(bytes(32)), secrets.token_bytes)


def test_a_month_has_one_key(periods: Periods) -> None:
    first, fresh = periods.present(NOVEMBER)
    again, anew = periods.present(NOVEMBER)
    assert (first.period, first.secret, fresh, anew) == ("2026-11", again.secret, True, False)
    later, _ = periods.present(NOVEMBER + 2_000_000)
    assert later.period == "2026-12"
    assert later.secret != first.secret
    assert periods.all() == ("2026-11", "2026-12")


def test_on_the_disk_it_is_sealed_and_private(periods: Periods, tmp_path: Path) -> None:
    key, _ = periods.present(NOVEMBER)
    (path,) = (tmp_path / "keys" / "periods").iterdir()
    assert key.secret not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(Corrupt):
        Periods(Folder(tmp_path), Vault(b"x" * 32), secrets.token_bytes).get("2026-11")


def test_written_and_read() -> None:
    key = PeriodKey("2026-11", secrets.token_bytes(32))
    read = read_written(f"  {key.written().lower()}\n")
    assert (read.period, read.secret, read.id) == (key.period, key.secret, key.id)
    assert key.id not in key.written()


def test_a_slip_of_the_pen_is_found() -> None:
    text = PeriodKey("2026-11", bytes(range(32))).written()
    place = text.index(" ", len("comity-backup-key ")) + 1
    for number in range(place, len(text)):
        if text[number] != "-":
            slip = text[:number] + ("B" if text[number] != "B" else "C") + text[number + 1 :]
            with pytest.raises(Invalid):
                read_written(slip)
    for wrong in (text.replace("2026-11", "2026-12"), text[:-4], "x", "", f"{text} x"):
        with pytest.raises(Invalid):
            read_written(wrong)


def test_nothing_that_is_shown_tells_the_secret() -> None:
    key = PeriodKey("2026-11", b"S" * 32)
    assert "S" * 8 not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_destroyed(periods: Periods, tmp_path: Path) -> None:
    periods.present(NOVEMBER)
    periods.destroy("2026-11")
    assert periods.all() == ()
    for period in ("2026-11", "2026-13", "../node", ""):
        with pytest.raises(NotFound):
            periods.get(period)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (NOVEMBER, NOVEMBER, ("2026-11",)),
        (NOVEMBER, NOVEMBER + 2_000_000, ("2026-11", "2026-12")),
        (NOVEMBER + 2_000_000, NOVEMBER + 2_000_000, ("2026-12",)),
        (0, NOVEMBER, ("2026-10", "2026-11")),
        (0, 1, ()),
    ],
)
def test_backups_of_which_months_may_have_what_was_here(since: int, until: int, expected: tuple[str, ...]) -> None:
    assert holding(("2026-10", "2026-11", "2026-12"), since, until) == expected
