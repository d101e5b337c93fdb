"""``init``, ``serve``, ``demo``, ``doctor``: a node made, run, shown and examined."""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.codes import Exit
from comity.cli.screen import note, show, show_json, table

if TYPE_CHECKING:
    from comity.app.settings import Settings
    from comity.app.staging import Stage

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; 8000 if left out.")]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("demo")(demo)
    app.command("doctor")(doctor)


def init(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    name: Annotated[str, typer.Option(help="Name of the party that runs the node.")],
    jurisdiction: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1 code, EU, UN, or XA to XZ.")],
    slug: Annotated[str | None, typer.Option(help="The party's short name; made from the name if left out.")] = None,
    person: Annotated[str, typer.Option(help="Who signs in first.")] = "Owner",
    identity: Annotated[
        str | None, typer.Option(metavar="ID", help="The party's STIX identity; made if left out.")
    ] = None,
    database: Annotated[
        str, typer.Option(metavar="URL", help="postgresql://user@host/name; SQLite in the folder if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """Makes a node: folder, keys, database, own party, and a one-time link for its first account."""
    from comity.app.making import make_node  # noqa: PLC0415  --help must answer at once

    path = directory.expanduser().absolute()
    settings = context.obj.settings(data=str(path))
    link = make_node(
        path,
        settings,
        slug=slug or slug_of(name),
        name=name,
        jurisdiction=jurisdiction,
        person=person,
        identity=identity,
        database=database,
    )
    url = f"{settings.url}/sign-in/{link.secret}"
    if json:
        show_json({"data": str(path), "party": slug or slug_of(name), "sign_in": url})
        return
    show(f"The node of {name} stands in {path}.")
    show(f"\nServe it:      comity --data {path} serve")
    show(f"Then sign in:  {url}\n               (once, within a day; 'comity account link' makes another)")


def slug_of(name: str) -> str:
    """A short name from a name: its Latin letters and digits; ``home`` where there are none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-") or "home"


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback if left out.")] = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that answer; 2 if left out.")] = None,
) -> None:
    """Serves the node: TAXII discovery at /taxii2/, pages at /. SIGTERM or Ctrl-C stops it."""
    from comity.app.serve import become, check  # noqa: PLC0415  --help must answer at once
    from comity.app.upkeep import prepare  # noqa: PLC0415  --help must answer at once

    settings = context.obj.settings(host=host, port=port, workers=workers)
    check(settings)
    prepare(settings)
    note(f"Serving at {settings.url}/ and {settings.url}/taxii2/ . Ctrl-C stops it.")
    become(settings)


def demo(
    context: typer.Context,
    port: Port = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes that answer; 1 if left out.")] = None,
) -> None:
    """Serves a node with an invented story on loopback, made anew each time. Its folder is .demo, or --data."""
    from comity.app.serve import become, check  # noqa: PLC0415  --help must answer at once
    from comity.app.staging import set_up  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.clock import SystemClock  # noqa: PLC0415  --help must answer at once
    from comity.kernel.exchange.taxii.endpoints import API_ROOT  # noqa: PLC0415  --help must answer at once

    path = Path(context.obj.data or ".demo").expanduser().absolute()
    settings = context.obj.settings(data=str(path), port=port, workers=workers or 1)
    check(settings)
    note("Setting up the demo ...")
    stage = set_up(path, settings, SystemClock())
    show(_told(stage, settings, API_ROOT))
    become(settings)


def _told(stage: "Stage", settings: "Settings", root: str) -> str:
    objects = f"{settings.url}{root}collections/{stage.collection.uuid}/objects/?limit=5"
    return f"""
  Comity demo: {stage.objects} objects from several invented parties, in {settings.data}

  Open         {settings.url}/
  Sign in      {settings.url}/sign-in/{stage.link}    (works once)

  Over TAXII 2.1, as the partner {stage.party}, the collection "{stage.collection.title}":

    curl -H 'Accept: application/taxii+json;version=2.1' \\
         -H 'Authorization: Bearer {stage.secret}' \\
         '{objects}'

  Ctrl-C stops it. The next start makes everything anew.
"""


def doctor(
    context: typer.Context,
    port: Port = None,
    json: Json = False,
) -> None:
    """Looks whether the machine and the node are fit, and says what to do where they are not."""
    from comity.app.doctor import machine, node  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.clock import SystemClock  # noqa: PLC0415  --help must answer at once

    settings = context.obj.settings(port=port)
    checks = [*machine(settings, SystemClock()), *(node(settings, SystemClock()) if settings.data else ())]
    if json:
        show_json(checks)
    else:
        rows = [("ok" if each.ok else "NO", each.name, each.says) for each in checks]
        show(table(("", "check", "found"), rows))
        for each in checks:
            if not each.ok:
                show(f"\n{each.name}: {each.says}\n  {each.todo}")
        if not settings.data:
            note("\nNo node was looked at: name one with --data DIR.")
    if not all(each.ok for each in checks):
        raise typer.Exit(Exit.FAILED)
