"""``community``: sets of parties that agreements speak of as one."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import rfc3339

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.store.types import Community

community = typer.Typer(no_args_is_help=True, help="Communities of parties, for agreements: add, list, join, leave.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Slug = Annotated[str, typer.Argument(metavar="COMMUNITY", help="The community's short name.")]
Member = Annotated[str, typer.Argument(metavar="PARTY", help="The party's short name.")]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(community, name="community")


@community.command("add")
def community_add(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name: lower-case letters, digits, hyphens.")],
    name: Annotated[str, typer.Option(help="Name for people to read.")],
    member: Annotated[list[str] | None, typer.Option(metavar="PARTY", help="A member; repeat for several.")] = None,
    json: Json = False,
) -> None:
    """Adds a community. It gets nothing by itself: an agreement says what its members are told."""
    with context.obj.open() as node:
        for each in member or ():
            node.directory.parties.get(each)
        added = node.directory.communities.add(slug, name=name)
        for each in member or ():
            node.directory.communities.join(slug, each)
        told = _told(node, slug)
    if json:
        show_json(told)
    else:
        show(f"{added.slug} added; members: {', '.join(member or ()) or 'none yet'}.")
        if not member:
            note(f"Next: comity community join {added.slug} PARTY")


@community.command("list")
def community_list(context: typer.Context, json: Json = False) -> None:
    """Lists the communities and their members."""
    with context.obj.open() as node:
        communities = node.directory.communities
        held = [(each, [member.slug for member in communities.members(each.slug)]) for each in communities.all()]
    if json:
        show_json([_community(each, members) for each, members in held])
        return
    rows = [(each.slug, each.name, " ".join(members) or "-") for each, members in held]
    show(table(("community", "name", "members"), rows))


@community.command("join")
def community_join(context: typer.Context, slug: Slug, party: Member, json: Json = False) -> None:
    """Makes a party a member: it is told at once what agreements release to members."""
    with context.obj.open() as node:
        joined = node.directory.communities.join(slug, party)
        told = _told(node, slug)
    if json:
        show_json({**told, "changed": joined})
    elif joined:
        show(f"{party} is now a member of {slug}.")
    else:
        note(f"{party} is a member of {slug} already.")


@community.command("leave")
def community_leave(context: typer.Context, slug: Slug, party: Member, json: Json = False) -> None:
    """Takes a party out of a community: what it was told as a member stops at once."""
    with context.obj.open() as node:
        left = node.directory.communities.leave(slug, party)
        told = _told(node, slug)
    if json:
        show_json({**told, "changed": left})
    elif left:
        show(f"{party} is no longer a member of {slug}.")
    else:
        note(f"{party} is no member of {slug}.")


def _told(node: "Node", slug: str) -> dict[str, object]:
    communities = node.directory.communities
    return _community(communities.get(slug), [each.slug for each in communities.members(slug)])


def _community(community: "Community", members: list[str]) -> dict[str, object]:
    return {
        "slug": community.slug,
        "name": community.name,
        "members": members,
        "created": rfc3339(community.created),
    }
