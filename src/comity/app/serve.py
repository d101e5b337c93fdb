"""The server: a parent that does the node's background work, and processes that answer requests.

    parent     holds the port, watches the processes, runs the worker's loop in a thread
    processes  each builds ``app.asgi`` for itself and answers

Whoever starts a node calls ``check`` first and then ``become``, which replaces the present process by the parent: what
the command line needed (terminal, schema tools) is then out of memory. The parent is ``python -m comity.app.serve``
with the settings in its environment, and imports neither the web framework nor the migrations.

At SIGHUP new processes take the place of the old ones, which finish what they have: a renewed certificate is read so.

Stopping: at SIGTERM or SIGINT the processes finish the requests they have, then the worker the step it is in. When the
parent is killed outright, its processes end by themselves, so that nobody keeps answering on the port.
"""

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

if __name__ != "comity.app.serve":
    # In the server's own processes, each of which would carry them: structlog would load rich, whose colours nobody sees here
    # (4 MB); the web framework would load pydantic and attrs wherever they are installed, to know their classes (9 MB).
    sys.modules.update(dict.fromkeys(("rich", "pydantic", "attrs", "attr")))  # type: ignore[arg-type]

import msgspec
import structlog
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.log import LogLevels
from granian.server import Server

from comity.app import logs
from comity.app.folder import Folder
from comity.app.health import tally
from comity.app.settings import Settings, check_host, data_folder, environment
from comity.kernel.base.errors import Unavailable

VARIABLE: Final = "COMITY_SERVE"
ENDS_WITH_STDIN: Final = "COMITY_ENDS_WITH_STDIN"
"""Set by whoever keeps a pipe open to the parent's standard input: its end is the order to stop."""
ARENAS: Final = {"MALLOC_ARENA_MAX": "2"}
"""For glibc: threads share their heaps instead of each keeping one, which saves tens of megabytes."""
STOP_SECONDS: Final = 10
YOUNG: Final = 50_000
"""After how many new objects the collector looks for cycles."""

log = structlog.get_logger("comity.app")


def check(settings: Settings) -> None:
    """What would keep the server from starting, said before it starts: the host, the certificate, the port."""
    from comity.app.tls import check_files  # noqa: PLC0415  memory: before the parent is there
    from comity.kernel.base.clock import SystemClock  # noqa: PLC0415  memory: as above

    check_host(settings)
    check_files(settings, SystemClock().now())
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                f"port {settings.port} of {settings.host} can't be had: {error.strerror}",
                code="port",
                hint="Something else listens there. Stop it, or choose another with --port.",
            ) from error


def become(settings: Settings) -> NoReturn:
    """Replaces this process by the server's parent."""
    sys.stdout.flush()
    sys.stderr.flush()
    variables = {**ARENAS, **environment(), VARIABLE: msgspec.json.encode(settings).decode()}
    os.execve(sys.executable, [sys.executable, "-m", "comity.app.serve"], variables)  # noqa: S606  ourselves, no shell


def serve(settings: Settings) -> None:
    """Runs until it is told to stop."""
    logs.set_up(settings.log)
    tally.clear(Folder(data_folder(settings)).run)
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "comity.app.asgi",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.for_server(),
        ssl_cert=Path(settings.tls_cert) if settings.speaks_tls else None,
        ssl_key=Path(settings.tls_key) if settings.speaks_tls else None,
        ssl_protocol_min=SSLProtocols.tls12,  # RFC 9325 section 3.1.1: 1.2 and 1.3, nothing older
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    stop = threading.Event()
    failed = threading.Event()
    work = threading.Thread(target=_work, args=(settings, stop, failed), name="worker")
    server.on_startup(work.start)
    try:
        server.serve(target_loader=partial(load, settings), wrap_loader=False)
    finally:
        stop.set()
        if work.is_alive():
            work.join()
    if failed.is_set():
        sys.exit(1)


def _work(settings: Settings, stop: threading.Event, failed: threading.Event) -> None:
    """The parent's other thread. Without it the node would acknowledge what nobody follows: its end is the end."""
    from comity.app.background import run  # noqa: PLC0415  start-up: beside the processes that start meanwhile

    try:
        run(settings, stop)
    finally:
        if not stop.is_set():  # an error, which the log has
            failed.set()
            os.kill(os.getpid(), signal.SIGTERM)


def load(settings: Settings) -> Callable[..., Any]:
    """In a server process: the application. The framework is imported here, so that the parent does without it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; who stops, and when, the parent says
    from comity.app.asgi import build  # noqa: PLC0415  memory: the parent never needs it

    logs.set_up(settings.log)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    application = build(settings)
    # A batch makes some ten thousand objects that live for one transaction: what stands from the start need not be looked
    # through each time, and looking seldom costs nothing, since they are freed by count.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
    return application


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _end_with_stdin() -> None:
    """Whoever started the parent holds the other end of the pipe; when that is gone, however it went, so are we."""
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """The parent, as ``become`` starts it, or as ``app.pair`` does."""
    if environment().get(ENDS_WITH_STDIN):
        threading.Thread(target=_end_with_stdin, name="stdin", daemon=True).start()
    serve(msgspec.json.decode(environment()[VARIABLE], type=Settings))


if __name__ == "__main__":
    main()
