"""``init``, ``serve``, ``demo``, ``doctor``: a node made, run, shown and examined."""

import re
import shlex
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from comity.cli.codes import Exit
from comity.cli.screen import note, show, show_json, table

if TYPE_CHECKING:
    from comity.app.staging import Demo

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
    with msgspec.structs.replace(context.obj, data=str(path)).open():
        pass  # the leaf that says who made it
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
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="Certificate (PEM): the node speaks TLS itself.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Its private key (PEM).")] = None,
) -> None:
    """Serves the node: TAXII discovery at /taxii2/, pages at /. SIGTERM or Ctrl-C stops it."""
    from comity.app.serve import become, check  # noqa: PLC0415  --help must answer at once
    from comity.app.upkeep import prepare  # noqa: PLC0415  --help must answer at once

    cert, key = (None if path is None else str(path.expanduser().absolute()) for path in (tls_cert, tls_key))
    settings = context.obj.settings(host=host, port=port, workers=workers, tls_cert=cert, tls_key=key)
    check(settings)
    prepare(settings)
    with context.obj.open():
        pass  # the leaf that says who serves it
    note(f"Serving at {settings.url}/ and {settings.url}/taxii2/ . Ctrl-C stops it.")
    become(settings)


def demo(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(min=1, max=65534, help="Port of the first node, the second has the next one; 8000.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes of each node that answer; 1 if left out.")
    ] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Make both nodes anew, as on the first day.")] = False,
) -> None:
    """Serves two nodes with an invented story on loopback that cooperate under an agreement. Their folder is .demo, or --data."""
    from comity.app import logs  # noqa: PLC0415  --help must answer at once
    from comity.app.pair import Plan, Server, become  # noqa: PLC0415  --help must answer at once
    from comity.app.serve import check  # noqa: PLC0415  --help must answer at once
    from comity.app.settings import environment  # noqa: PLC0415  --help must answer at once
    from comity.app.staging import claimed, places, set_up  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.clock import SystemClock  # noqa: PLC0415  --help must answer at once

    path = Path(context.obj.data or ".demo").expanduser().absolute()
    log = None if environment().get("COMITY_LOG") else "warning"  # what is told here is not to scroll away
    settings = context.obj.settings(data=str(path), port=port, workers=workers or 1, log=log)
    logs.set_up(settings.log)
    for each in places(path, settings):
        check(each)
    with claimed(path) as held:
        note(f"The demo's folder is {path}")
        staged = set_up(path, settings, SystemClock(), reset=reset, say=lambda text: note(f"  {text}"))
        if not staged.anew:
            note("  Both nodes are kept from the last time.")
        note("Starting both nodes ...")
        servers = tuple(Server(stage.party, stage.settings) for stage in staged.stages)
        become(Plan(servers, _told(staged, path), held))


def _told(staged: "Demo", path: Path) -> str:
    from comity.app.demo.caveats import OVER  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.clock import rfc3339  # noqa: PLC0415  --help must answer at once
    from comity.kernel.exchange.taxii.endpoints import API_ROOT  # noqa: PLC0415  --help must answer at once

    parts = []
    for stage in staged.stages:
        url, port = stage.settings.url, stage.settings.port
        parts.append(f"\n  {stage.party}   {url}/   http://localhost:{port}/")
        for seat in stage.seats:
            parts.append(f"    {seat.name}, {', '.join(seat.roles)}")
            parts += [f"      {base}/sign-in/{seat.link}" for base in (url, f"http://localhost:{port}")]
    first = staged.stages[0].settings
    folder = shlex.quote(first.data)
    objects = f"{first.url}{API_ROOT}collections/{staged.partner.collection.uuid}/objects/?limit=5"
    parts.append(
        f"""
  Each link signs in once; the two addresses of a person are one link. Passkeys work at http://localhost only.

  Over TAXII 2.1, as the partner {staged.partner.slug}, the collection "{staged.partner.collection.title}":

    curl -H 'Accept: application/taxii+json;version=2.1' \\
         -H 'Authorization: Bearer {staged.partner.secret}' \\
         '{objects}'

  What the agreement of both nodes makes of an object, and why:

{_explained(staged)}
  What that party gets, and what it will get once an embargo of the story is over:

    comity --data {folder} view --as {staged.partner.slug}
    comity --data {folder} view --as {staged.partner.slug} --on {rfc3339(staged.made + OVER)[:10]}

  The story was told at {rfc3339(staged.made)[:16].replace("T", " ")} UTC. What you change stays in {path};
  'comity demo --reset' begins again. Ctrl-C stops both.
"""
    )
    return "\n".join(parts)


def _explained(staged: "Demo") -> str:
    """A line to type for each effect, with what it is about."""
    folder = shlex.quote(staged.stages[0].settings.data)
    width = max(len(each.effect) for each in staged.examples)
    return "\n".join(
        f"    {each.effect:<{width}}  {each.called}\n"
        f"      comity --data {folder} explain {each.object} --to {staged.partner.slug}\n"
        for each in staged.examples
    )


def doctor(
    context: typer.Context,
    port: Port = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Go through all that the database holds; takes its time.")
    ] = False,
    json: Json = False,
) -> None:
    """Looks whether the machine and the node are fit, and says what to do where they are not."""
    from comity.app.doctor import machine, node  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.clock import SystemClock  # noqa: PLC0415  --help must answer at once

    settings = context.obj.settings(port=port)
    clock = SystemClock()
    checks = [*machine(settings, clock), *(node(settings, clock, thorough=thorough) if settings.data else ())]
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
    if settings.data:
        with context.obj.open():
            pass  # the leaf that says who looked; a node that is not fit takes none
