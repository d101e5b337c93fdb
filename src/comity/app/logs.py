"""What the node writes of its own running: a line of JSON an event, to standard error; never an object's content or a secret.

Every line has ``timestamp``, ``level``, ``event``, and what the event is about. Lines of libraries come in the same form.

That no secret is logged rests on two things. Nobody hands one to the log: errors carry none (``kernel.base.errors``), and
tests look for those they know. And what looks like one is taken out as the line is written, whoever wrote it: tokens,
one-time links, credentials in headers and URLs, fields that are named as secrets are.
"""

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from time import gmtime
from typing import Any, Final

import msgspec
import structlog

HIDDEN: Final = "[hidden]"
_NAMED: Final = re.compile(
    r"(?i)\b(password|passphrase|secret|token|cookie|authorization|private_key|totp|ticket|recovery_key)\b"
)
_SHAPES: Final = (
    (re.compile(r"comity_[A-Za-z0-9_-]{16,}"), f"comity_{HIDDEN}"),
    (re.compile(r"(/sign-in/)[^/\s\"'?]{16,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=_.~-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"([a-z][a-z0-9+.-]*://[^/\s:@\"']*:)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(comity-backup-key \d{4}-\d{2} )[A-Z2-7-]{16,}"), rf"\1{HIDDEN}"),
    (re.compile(r"((?:__Host-)?comity-[0-9a-f]{12}[a-z-]*=)[^;\s\"']+"), rf"\1{HIDDEN}"),
    (
        re.compile(r"(?i)((?:password|passphrase|secret|token)\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\s\\\"',;&}\[]{4,}"),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL), HIDDEN),
)


def set_up(level: str) -> None:
    """Sets up structlog and the standard library's logging for this process."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=max(least, logging.WARNING), handlers=[handler], force=True)
    threading.excepthook = _ended
    sys.excepthook = _ended_all


def without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: the same event, with what is or looks like a secret taken out."""
    return {name: HIDDEN if _NAMED.fullmatch(name) else _cleaned(value) for name, value in event.items()}


def cleaned(text: str) -> str:
    """The text without what looks like a secret."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


class Lines(logging.Formatter):
    """Lines of libraries that use the standard library's logging, in the node's form."""

    converter = staticmethod(gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line = {
            "event": cleaned(record.getMessage()),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
        }
        if record.exc_info:
            line["exception"] = cleaned(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


def for_server() -> dict[str, Any]:
    """The same for the HTTP server's own loggers, as it wants to be told (``logging.config``)."""
    return {
        "formatters": {"lines": {"()": "comity.app.logs.Lines"}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
        "loggers": {
            name: {"handlers": ["lines"], "level": "WARNING", "propagate": False}
            for name in ("_granian", "granian.access")
        },
    }


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {key: HIDDEN if _NAMED.fullmatch(str(key)) else _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return cleaned(repr(value))


def _ended(what: threading.ExceptHookArgs) -> None:
    """A thread that an error ended."""
    name = what.thread.name if what.thread else "?"
    error = (what.exc_type, what.exc_value, what.exc_traceback)
    structlog.get_logger("comity.app").critical("thread_ended", thread=name, exc_info=error)


def _ended_all(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """A process that an error ended."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("comity.app").critical("process_ended", exc_info=(kind, error, trace))
