"""docs/reference/commands.md: the command line, from the commands themselves."""

from collections.abc import Iterator
from typing import Any

from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command

from comity.cli.main import TRACE, app
from comity.kernel.objects.markings import Tlp
from tools.reference.table import table

HEAD = f"""# Commands

`comity COMMAND --help` says the same. `COMITY_DATA` stands for `--data`. With `{TRACE}=1` an error that nobody foresaw
is shown whole.

{app.info.epilog}
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for path, command in _commands("comity", get_command(app)):
        arguments = [_argument(each) for each in command.params if isinstance(each, TyperArgument)]
        options = [each for each in command.params if isinstance(each, TyperOption) and not each.hidden]
        parts += [f"## `{' '.join((path, *arguments))}`\n", _said(path, command.help) + "\n"]
        if options:
            parts.append(table(("option", "default", "what it does"), map(_option, options)))
    return "\n".join(parts)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Typer keeps the class of its commands to itself; what is used of them is ``params``, ``help`` and ``hidden``."""
    if command.hidden:
        return
    yield path, command
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _commands(f"{path} {name}", inner)


def _argument(argument: TyperArgument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _option(option: TyperOption) -> tuple[str, str, str]:
    names = ", ".join((*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" {option.metavar or (option.name or '').upper()}"
    given = option.default.label if isinstance(option.default, Tlp) else option.default
    default = "required" if option.required else f"`{given}`" if given not in {None, "", False, ()} else ""
    return f"`{names}{value}`", default, _said(names, option.help)


def _said(name: str, text: str | None) -> str:
    if not text:
        message = f"{name} has no help"
        raise SystemExit(message)
    return " ".join(text.split())
