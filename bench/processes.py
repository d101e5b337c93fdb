"""Servers under measurement: started, watched and always stopped by their process id, whatever happens to us."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import BenchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PROC: Final = Path("/proc")
_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def free_port(first: int = 9300, last: int = 9349) -> int:
    """A port of ours that nobody listens on."""
    for port in range(first, last + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise OSError(f"no free port between {first} and {last}")


def family(pid: int) -> list[int]:
    """The process and all that descend from it; the process alone where there is no /proc."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    found = [pid]
    for each in found:
        found.extend(children.get(each, ()))
    return found


def peaks(pid: int) -> list[float]:
    """Peak resident megabytes of the process and of each descendant; nothing where the system does not tell."""
    found: list[float] = []
    for each in family(pid):
        with contextlib.suppress(OSError):
            status = (_PROC / str(each) / "status").read_text()
            found.extend(round(int(kilobytes) / 1024, 1) for kilobytes in _PEAK.findall(status))
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time that the process and its descendants have used so far; 0 where the system does not tell."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = (_PROC / str(each) / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class ServerEndedError(BenchError):
    """A server ended before it answered; the end of its log says why."""


class Server:
    """One running server. Its output goes to a log file."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    def peaks(self) -> list[float]:
        return peaks(self.pid)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def check(self) -> None:
        if self._process.poll() is not None:
            raise ServerEndedError(f"exit code {self._process.returncode}; its log ends:\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        pids = family(self.pid)
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                if pid != self.pid and not _is_ours(pid, self.pid):
                    continue
                os.kill(pid, signal.SIGKILL)
        self._process.wait(10)


def _is_ours(pid: int, leader: int) -> bool:
    """Still the process that was started, not a later one with its number."""
    return os.getsid(pid) == leader


@contextlib.contextmanager
def serving(
    command: Sequence[str | Path],
    *,
    log: Path,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run a server in a session of its own (so that ^C reaches us first) and stop it at the end."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    server = Server(process, log)
    try:
        time.sleep(0.1)
        server.check()
        yield server
    finally:
        server.stop()


class CommandError(BenchError):
    """A command that prepares a measurement did not succeed."""


def run(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    seconds: float = 600,
) -> str:
    """Run a command to its end and give its standard output."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip())[-1500:]
        raise CommandError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{words}")
    return done.stdout
