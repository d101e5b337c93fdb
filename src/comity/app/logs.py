"""What the node writes of its own running: a line of JSON an event, to standard error; never an object's content."""

import logging
import sys
import threading

import structlog


def set_up(level: str) -> None:
    """Sets up structlog and the standard library's logging for this process."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=max(least, logging.WARNING), stream=sys.stderr, format="%(message)s")
    threading.excepthook = _ended


def _ended(what: threading.ExceptHookArgs) -> None:
    """A thread that an error ended."""
    name = what.thread.name if what.thread else "?"
    error = (what.exc_type, what.exc_value, what.exc_traceback)
    structlog.get_logger("comity.app").critical("thread_ended", thread=name, exc_info=error)
