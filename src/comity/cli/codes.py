"""Exit codes, and how an error is said on a terminal: what, why, what to do next. Never a traceback."""

import sys
from enum import IntEnum

from comity.cli.screen import plain
from comity.kernel.base.errors import NodeError


class Exit(IntEnum):
    """What a script may rely on."""

    OK = 0
    FAILED = 1
    """Refused, or it could not be done; nothing was changed, or what was changed is said."""
    USAGE = 2
    """The command line itself is wrong."""
    PARTLY = 3
    """Done, but some objects were refused; the report names each."""


def say(error: NodeError) -> None:
    """An error, for whoever typed the command."""
    lines = [f"comity: {plain(str(error))}"]
    if error.hint:
        lines.append(f"  {plain(error.hint)}")
    print("\n".join(lines), file=sys.stderr)


def say_unforeseen(error: BaseException, *, trace_with: str) -> None:
    """An error nobody named: its kind and words, and how to see more."""
    words = plain(" ".join(str(error).split())[:300])
    print(
        f"comity: this should not have happened ({type(error).__name__}: {words})\n"
        f"  Run 'comity doctor'; {trace_with} shows where it happened. Please report it as CONTRIBUTING.md says.",
        file=sys.stderr,
    )
