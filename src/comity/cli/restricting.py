"""``restrict``: an object for named people only, or for everybody again whom policy lets."""

from typing import Annotated

import typer

from comity.cli.options import by_command_line
from comity.cli.screen import note, show, show_json

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("restrict")(restrict)


def restrict(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The object's id.")],
    to: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who may see it; repeat for several people.")
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Lift the restriction.")] = False,
    json: Json = False,
) -> None:
    """Restricts an object to named people, or lifts that. A command line has no person: it does not find it then."""
    if bool(to) == lift:
        raise typer.BadParameter("name people with --to, or lift the restriction with --lift; not both")
    with context.obj.open() as node:
        people = [node.directory.accounts.get(name) for name in to or ()]
        by = by_command_line()
        lifted = False
        if people:
            node.store.restrict(identifier, [each.id for each in people], by=by)
        else:
            lifted = node.store.lift(identifier, by=by)
        while node.store.settle():  # what follows, in case no server runs
            pass
    names = sorted({each.name for each in people})
    if json:
        show_json({"id": identifier, "people": names, "lifted": lifted})
    elif names:
        show(f"{identifier} is seen by {', '.join(names)} only, and by each party what it gave itself.")
        note("Commands like 'comity show' have no person: they say that nothing is held under it.")
    elif lifted:
        show(f"{identifier} is no longer restricted.")
    else:
        note(f"{identifier} was not restricted.")
