"""The demo's two servers, side by side: started one after the other, stopped together.

Whoever starts the demo calls ``become``, which replaces the present process by the one that watches: small, without the
web framework. Each server is a parent of its own (``app.serve``) in a session of its own, so that Ctrl-C in the terminal
reaches the watching process alone, which then tells both to stop. Should the watching process be killed outright, the
servers see the end of the pipe that is their standard input, and stop as well. When one server ends, the other is
stopped: half a demo is none.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType
from typing import Final, NoReturn

import msgspec

from comity.app.serve import ARENAS, ENDS_WITH_STDIN, VARIABLE
from comity.app.settings import Settings, environment

PLAN: Final = "COMITY_PAIR"
READY_SECONDS: Final = 60
STOP_SECONDS: Final = 30
LOOK_SECONDS: Final = 0.2
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Server(msgspec.Struct, frozen=True):
    """A server to start: what it is called, and its settings."""

    name: str
    settings: Settings


class Plan(msgspec.Struct, frozen=True):
    """What to run, what to say once it answers, and the handle that holds the folder, which stays open to the end."""

    servers: tuple[Server, ...]
    told: str
    held: int


class _Stopped(Exception):
    """A signal to stop came: not an error, somebody asked for it."""


def become(plan: Plan) -> NoReturn:
    """Replaces this process by the one that watches."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.set_inheritable(plan.held, True)
    variables = {**environment(), PLAN: msgspec.json.encode(plan).decode()}
    os.execve(sys.executable, [sys.executable, "-m", "comity.app.pair"], variables)  # noqa: S606  ourselves, no shell


def watch(plan: Plan) -> int:
    """Starts the servers, says where they are, waits for a signal or for one of them to end; the exit code."""
    running: list[subprocess.Popen[bytes]] = []
    signals = _Signals()
    try:
        for server in plan.servers:
            signals.check()
            running.append(_start(server))
            if not _answers(server, running, signals):
                _say(f"{server.name} did not start; what it said stands above.")
                return 1
            _say(f"{server.name} answers at {server.settings.url}/")
        sys.stdout.write(f"{plan.told}\n")
        sys.stdout.flush()
        while all(process.poll() is None for process in running):
            signals.check()
            time.sleep(LOOK_SECONDS)
        ended = next(at for at, process in enumerate(running) if process.poll() is not None)
        _say(f"{plan.servers[ended].name} ended by itself; the demo stops.")
    except _Stopped:
        _say("\nStopping ...")
        return 0
    finally:
        _stop(running)
    return 1


class _Signals:
    """Signals to stop are kept until somebody looks: nothing is cut off in the middle."""

    def __init__(self) -> None:
        self._came = False
        for each in SIGNALS:
            signal.signal(each, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._came = True

    def check(self) -> None:
        if self._came:
            raise _Stopped


def _start(server: Server) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in environment().items() if name != PLAN}
    told = {VARIABLE: msgspec.json.encode(server.settings).decode(), ENDS_WITH_STDIN: "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "comity.app.serve"],
        env={**ARENAS, **kept, **told},
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def _answers(server: Server, running: Sequence[subprocess.Popen[bytes]], signals: _Signals) -> bool:
    """Waits until the server answers; whether it does."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and all(process.poll() is None for process in running):
        signals.check()
        asked = http.client.HTTPConnection(server.settings.host, server.settings.port, timeout=5)
        try:
            asked.request("GET", "/healthz")
            if asked.getresponse().status == http.client.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass  # not yet
        finally:
            asked.close()
        time.sleep(LOOK_SECONDS)
    return False


def _stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Tells all to stop at once; whoever has not after ``STOP_SECONDS`` is killed, and its processes end with it."""
    for process in running:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main() -> None:
    """The watching process, as ``become`` starts it."""
    sys.exit(watch(msgspec.json.decode(environment()[PLAN], type=Plan)))


if __name__ == "__main__":
    main()
