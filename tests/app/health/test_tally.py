"""Requests counted: whole over processes that come, go and are killed; and read while they count."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comity.app.health.tally import BOUNDS, Tally, clear, totals

COUNT = """
import sys, time
from pathlib import Path
from comity.app.health.tally import Tally
tally = Tally(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    tally.add("taxii", "GET", 200, 0.002)
print("done", flush=True)
time.sleep(60)
"""


def counting(run: Path, times: int) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", COUNT, str(run), str(times)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_processes_add_up_and_no_number_falls_when_one_is_killed(tmp_path: Path) -> None:
    first, second = counting(tmp_path, 100), counting(tmp_path, 50)
    try:
        both = totals(tmp_path)
        assert both.requests == {("taxii", "GET", 200): 150}
        assert both.processes == tuple(sorted((first.pid, second.pid)))
    finally:
        end(first)
    assert totals(tmp_path).requests == {("taxii", "GET", 200): 150}
    assert totals(tmp_path).processes == (second.pid,)
    third = counting(tmp_path, 7)
    end(second)
    end(third)
    assert totals(tmp_path).requests == {("taxii", "GET", 200): 157}
    assert len(list((tmp_path / "tally").iterdir())) == 2, "the file of the killed one was not taken over"


def test_each_request_is_in_one_place(tmp_path: Path) -> None:
    tally = Tally(tmp_path)
    tally.add("page", "GET", 404, 0.02)
    tally.add("page", "PURGE", 418, 60.0)
    tally.add("probe", "HEAD", 200, BOUNDS[0])
    found = totals(tmp_path)
    assert found.requests == {("page", "GET", 404): 1, ("page", "other", 0): 1, ("probe", "HEAD", 200): 1}
    assert sum(found.times["page"].within) == 2
    assert found.times["page"].within[-1] == 1
    assert found.times["page"].micros == 60_020_000
    assert found.times["probe"].within[0] == 1
    assert found.processes == (os.getpid(),)
    tally.close()
    assert totals(tmp_path).processes == ()
    assert (tmp_path / "tally" / "0").stat().st_mode & 0o077 == 0


def test_cleared(tmp_path: Path) -> None:
    tally = Tally(tmp_path)
    tally.add("page", "GET", 200, 0.1)
    tally.close()
    clear(tmp_path)
    assert totals(tmp_path).requests == {}


@pytest.mark.parametrize("content", [b"", b"x" * 7])
def test_a_file_of_another_form_is_passed_over(tmp_path: Path, content: bytes) -> None:
    Tally(tmp_path).close()
    (tmp_path / "tally" / "9").write_bytes(content)
    assert totals(tmp_path).requests == {}
