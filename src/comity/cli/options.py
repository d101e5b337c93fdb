"""What every command shares: the node's folder, and how a node is opened.

Opening a node from the command line is itself something that happened: a COMMAND leaf says who ran what, before anything
is done. A command that comes to a node by another way (``init``, ``restore``) calls ``note`` itself.
"""

import os
import pwd
import re
import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import msgspec
import typer

from comity.kernel.objects.markings import Tlp

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.app.settings import Settings


LONGEST_DETAIL: Final = 500
_USER_INFORMATION: Final = re.compile(r"://[^/@\s]*@")


class Options(msgspec.Struct, frozen=True):
    """The options that stand before the command."""

    data: str | None
    typed: tuple[str, ...] = ()
    """The command's words, without the options before it; none where code of ours and no person runs it."""

    def settings(self, **more: Any) -> "Settings":
        """The settings, from these options, a command's own, and the environment."""
        from comity.app.settings import environment, read_settings  # noqa: PLC0415  --help must answer at once

        return read_settings(environment(), **{"data": self.data, **more})

    def open(self, **more: Any) -> "Node":
        """The node, opened. Conflict where the schema of its database is not what this version needs."""
        from comity.app.node import open_node  # noqa: PLC0415  --help must answer at once

        with ExitStack() as undo:
            node = open_node(self.settings(**more))
            undo.callback(node.close)
            if not node.store.vitals.fitness().fits:
                from comity.app.upkeep import prepare  # noqa: PLC0415  loads the schema's tools

                prepare(node.settings)
            self.note(node)
            undo.pop_all()
        return node

    def note(self, node: "Node") -> None:
        """Writes the leaf of this command: its name, what was typed, and who typed it."""
        from comity.kernel.ledger.leaf import LeafKind  # noqa: PLC0415  --help must answer at once

        if self.typed:
            command, *rest = self.typed
            fields = {"command": command, "detail": _told(rest), "user": system_user()}
            node.store.events.record(LeafKind.COMMAND, fields)


def words_of(line: Sequence[str]) -> tuple[str, ...]:
    """A command line without the options that stand before the command, all of which take a value."""
    words = list(line)
    while words and words[0].startswith("-"):
        del words[: 1 if "=" in words[0] else 2]
    return tuple(words)


def system_user() -> str:
    """The account of the operating system that runs this command; not what the environment says it is."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def by_command_line() -> str:
    """Who did it, for leaves."""
    return f"command line: {system_user()}"


def _told(words: Sequence[str]) -> str:
    """What was typed, within bounds. No command takes a secret; what stands before the host of a URL is left out."""
    text = shlex.join(words).encode("utf-8", "replace").decode()
    return _USER_INFORMATION.sub("://...@", text)[:LONGEST_DETAIL]


def tlp(text: str | Tlp) -> Tlp:
    """A TLP level as people write it. A default comes here too, and is one already."""
    if isinstance(text, Tlp):
        return text
    try:
        return Tlp.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
