"""What every command shares: the node's folder, and how a node is opened."""

from typing import TYPE_CHECKING, Any

import msgspec
import typer

from comity.kernel.objects.markings import Tlp

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.app.settings import Settings


class Options(msgspec.Struct, frozen=True):
    """The options that stand before the command."""

    data: str | None

    def settings(self, **more: Any) -> "Settings":
        """The settings, from these options, a command's own, and the environment."""
        from comity.app.settings import environment, read_settings  # noqa: PLC0415  --help must answer at once

        return read_settings(environment(), **{"data": self.data, **more})

    def open(self, **more: Any) -> "Node":
        """The node, opened; the schema of its database is what this version needs."""
        from comity.app.node import open_node  # noqa: PLC0415  --help must answer at once

        return open_node(self.settings(**more))


def tlp(text: str | Tlp) -> Tlp:
    """A TLP level as people write it. A default comes here too, and is one already."""
    if isinstance(text, Tlp):
        return text
    try:
        return Tlp.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
