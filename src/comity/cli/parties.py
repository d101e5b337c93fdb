"""``party``: who takes part, up to what they are told things, under which identity they write, whose clients they are."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.options import tlp
from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import rfc3339
from comity.kernel.objects.markings import Tlp

if TYPE_CHECKING:
    from comity.kernel.store.types import Party

party = typer.Typer(no_args_is_help=True, help="The parties of this node: add, list, ceiling, identity, client.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(metavar="PARTY", help="The party's short name.")]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(party, name="party")


@party.command("add")
def party_add(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name: lower-case letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="Name for people to read.")],
    jurisdiction: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1 code, EU, UN, or XA to XZ.")],
    tlp_max: Annotated[
        Tlp, typer.Option(parser=tlp, metavar="TLP", show_default="green", help="Highest TLP the party is told.")
    ] = Tlp.GREEN,
    identity: Annotated[
        str | None, typer.Option(metavar="ID", help="The STIX identity that the party writes under.")
    ] = None,
    client_of: Annotated[
        str | None, typer.Option("--client-of", metavar="PARTY", help="Whose client it is (TLP:AMBER reaches clients).")
    ] = None,
    json: Json = False,
) -> None:
    """Adds a party."""
    with context.obj.open() as node:
        parties = node.directory.parties
        if client_of is not None:
            parties.get(client_of)
        added = parties.add(slug, name=name, jurisdiction=jurisdiction, tlp_max=tlp_max, identity=identity)
        if client_of is not None:
            added = parties.set_client(slug, client_of)
        slugs = {each.id: each.slug for each in parties.all()}
    if json:
        show_json(_party(added, slugs))
    else:
        show(f"{added.slug} added; it is told what is {added.tlp_max.label} or below, where it may read.")
        note(f"Next: comity token issue {added.slug}")


@party.command("list")
def party_list(context: typer.Context, json: Json = False) -> None:
    """Lists the parties."""
    with context.obj.open() as node:
        parties = node.directory.parties.all()
    slugs = {each.id: each.slug for each in parties}
    if json:
        show_json([_party(each, slugs) for each in parties])
        return
    rows = [
        (each.slug, each.name, each.jurisdiction, each.tlp_max.label, _place(each, slugs), each.identity or "")
        for each in parties
    ]
    show(table(("party", "name", "jurisdiction", "ceiling", "", "identity"), rows))


@party.command("ceiling")
def party_ceiling(
    context: typer.Context,
    slug: Slug,
    tlp_max: Annotated[Tlp, typer.Argument(parser=tlp, metavar="TLP", help="Highest TLP the party is told.")],
    json: Json = False,
) -> None:
    """Gives a party another ceiling; what it is told without any agreement follows at once."""
    with context.obj.open() as node:
        changed = node.directory.parties.set_ceiling(slug, tlp_max)
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_party(changed, slugs))
    else:
        show(f"{changed.slug} is told what is {changed.tlp_max.label} or below, where it may read.")


@party.command("identity")
def party_identity(
    context: typer.Context,
    slug: Slug,
    identity: Annotated[str, typer.Argument(metavar="ID", help="identity--UUID, as the party gives it.")],
    json: Json = False,
) -> None:
    """Says under which STIX identity a party writes: agreements and lists of recipients know it by that."""
    with context.obj.open() as node:
        changed = node.directory.parties.set_identity(slug, identity)
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_party(changed, slugs))
    else:
        show(f"{changed.slug} writes as {changed.identity}.")


@party.command("client")
def party_client(
    context: typer.Context,
    slug: Slug,
    of: Annotated[str | None, typer.Option(metavar="PARTY", help="Whose client it is.")] = None,
    nobody: Annotated[bool, typer.Option("--of-nobody", help="It is nobody's client any more.")] = False,
    json: Json = False,
) -> None:
    """Says whose client a party is; agreements may let clients receive, up to TLP:AMBER."""
    if (of is None) != nobody:
        raise typer.BadParameter("name a party with --of, or say --of-nobody; not both")
    with context.obj.open() as node:
        changed = node.directory.parties.set_client(slug, of)
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_party(changed, slugs))
    elif of is not None:
        show(f"{changed.slug} is a client of {of}.")
    else:
        show(f"{changed.slug} is nobody's client.")


def _place(party: "Party", slugs: dict[int, str]) -> str:
    if party.own:
        return "own"
    return f"client of {slugs[party.client_of]}" if party.client_of is not None else ""


def _party(party: "Party", slugs: dict[int, str]) -> dict[str, object]:
    return {
        "slug": party.slug,
        "name": party.name,
        "jurisdiction": party.jurisdiction,
        "tlp_max": party.tlp_max.label,
        "own": party.own,
        "identity": party.identity,
        "client_of": None if party.client_of is None else slugs[party.client_of],
        "created": rfc3339(party.created),
    }
