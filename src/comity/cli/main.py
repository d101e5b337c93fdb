"""The entry: one Typer application, one place where errors become words and exit codes.

Boundary file: an error that nobody named ends here, in one line; ``COMITY_TRACE=1`` lets it through whole.
"""

import os
import sys
from typing import Annotated

import typer

from comity.cli import (
    agreements,
    approving,
    communities,
    directory,
    erasing,
    explaining,
    keeping,
    mirroring,
    objects,
    parties,
    people,
    redacting,
    restricting,
    starting,
    twinning,
    viewing,
    working,
)
from comity.cli.codes import Exit, say, say_unforeseen
from comity.cli.options import Options, words_of
from comity.kernel.base.errors import NodeError

TRACE = "COMITY_TRACE"

app = typer.Typer(
    name="comity",
    help="A node for cooperation between parties that do not fully trust each other.",
    epilog="Exit codes: 0 done; 1 refused or failed; 2 the command line is wrong; 3 done, but some objects were refused.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    data: Annotated[
        str | None,
        typer.Option("--data", envvar="COMITY_DATA", metavar="DIR", help="The node's folder.", show_default=False),
    ] = None,
) -> None:
    context.obj = Options(data=data, typed=words_of(sys.argv[1:]))


starting.register(app)
parties.register(app)
communities.register(app)
directory.register(app)
people.register(app)
agreements.register(app)
approving.register(app)
objects.register(app)
explaining.register(app)
redacting.register(app)
twinning.register(app)
viewing.register(app)
restricting.register(app)
erasing.register(app)
mirroring.register(app)
keeping.register(app)
working.register(app)


def main() -> None:
    """Runs a command. Files that it makes are readable by their owner only."""
    os.umask(0o077)
    try:
        app()
    except NodeError as error:
        say(error)
        sys.exit(Exit.FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FAILED)
    except Exception as error:
        if TRACE in os.environ:  # noqa: TID251  before any setting can be read
            raise
        say_unforeseen(error, trace_with=f"{TRACE}=1")
        sys.exit(Exit.FAILED)
