"""``collection``, ``token``: where parties read and write, and with what their programs show who they are."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from comity.cli.options import tlp
from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.objects.markings import Tlp

if TYPE_CHECKING:
    from comity.kernel.store.types import Access, Collection, Token

collection = typer.Typer(no_args_is_help=True, help="Collections and their access lists: add, list, access.")
token = typer.Typer(no_args_is_help=True, help="Tokens, by which parties' programs are known: issue, revoke, list.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DAY: Micros = 86_400_000_000


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(collection, name="collection")
    app.add_typer(token, name="token")


@collection.command("add")
def collection_add(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(help="Short name; TAXII clients may use it as alias.")],
    identifier: Annotated[str | None, typer.Option("--id", metavar="UUID", help="Its id; made if left out.")] = None,
    title: Annotated[str, typer.Option(help="Title for people to read.")] = "",
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    assumed: Annotated[
        Tlp,
        typer.Option(
            "--tlp",
            parser=tlp,
            metavar="TLP",
            show_default="amber",
            help="Assumed for objects that carry no TLP marking.",
        ),
    ] = Tlp.AMBER,
    read: Annotated[list[str] | None, typer.Option(metavar="PARTY", help="May read; repeat for several.")] = None,
    write: Annotated[list[str] | None, typer.Option(metavar="PARTY", help="May write; repeat for several.")] = None,
    json: Json = False,
) -> None:
    """Adds a collection. The own party may read and write it anyway."""
    with context.obj.open() as node:
        get = node.directory.parties.get
        added = node.directory.collections.add(
            slug,
            uuid=identifier,
            title=title,
            description=description,
            tlp=assumed,
            read=[get(each) for each in read or ()],
            write=[get(each) for each in write or ()],
        )
        access = node.directory.collections.access(added)
        parties = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_collection(added, access, parties))
    else:
        show(f"{added.slug} added with the id {added.uuid}; objects without a TLP marking count as {added.tlp.label}.")


@collection.command("list")
def collection_list(context: typer.Context, json: Json = False) -> None:
    """Lists the collections with who may read and write them."""
    with context.obj.open() as node:
        held = [(each, node.directory.collections.access(each)) for each in node.directory.collections.all()]
        parties = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json([_collection(each, access, parties) for each, access in held])
        return
    rows = [
        (
            each.slug,
            each.uuid,
            each.tlp.label,
            " ".join(parties[a.party] for a in access if a.read) or "-",
            " ".join(parties[a.party] for a in access if a.write) or "-",
            each.title,
        )
        for each, access in held
    ]
    show(table(("collection", "id", "assumed", "read", "write", "title"), rows))


@collection.command("access")
def collection_access(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="COLLECTION", help="The collection's short name or id.")],
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The party's short name.")],
    read: Annotated[bool, typer.Option("--read/--no-read", help="Whether it may read there.")] = False,
    write: Annotated[bool, typer.Option("--write/--no-write", help="Whether it may write there.")] = False,
    json: Json = False,
) -> None:
    """Sets what a party may do in a collection: exactly what is named; nothing named, nothing."""
    with context.obj.open() as node:
        held = node.directory.collections.get(slug)
        whose = node.directory.parties.get(party)
        node.directory.collections.grant(held, whose, read=read, write=write)
        access = node.directory.collections.access(held)
        parties = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_collection(held, access, parties))
        return
    may = " and ".join(word for word, holds in (("read", read), ("write", write)) if holds)
    show(f"{whose.slug} may {may} {held.slug}." if may else f"{whose.slug} may neither read nor write {held.slug}.")


@token.command("issue")
def token_issue(
    context: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="The party's short name.")],
    scope: Annotated[
        Literal["read", "write", "both", "metrics"],
        typer.Option(help="What it may be used for; metrics: of the own party, for monitoring."),
    ] = "both",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires; never if left out.")] = None,
    replaces: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Take this one's place and scope, and revoke it.")
    ] = None,
    json: Json = False,
) -> None:
    """Issues a token and prints it, once. Send it as Bearer, or with Basic as password of the party's short name."""
    from comity.kernel.directory.tokens import Scope  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        whose = node.directory.parties.get(party)
        tokens = node.directory.tokens
        expires = None if days is None else node.clock.now() + days * DAY
        if replaces is None:
            issued = tokens.issue(whose, scope=Scope.BOTH if scope == "both" else Scope(scope), expires=expires)
        else:
            issued = tokens.rotate(replaces, whose, expires=expires)
    if json:
        show_json({"token": issued.secret, **_token(issued.token, whose.slug)})
    else:
        show(issued.secret)
        note(f"Token {issued.token.id} of {whose.slug}. It is shown this once and kept only as a hash.")


@token.command("revoke")
def token_revoke(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The token's number; 'comity token list' shows it.")],
    json: Json = False,
) -> None:
    """Revokes a token: at once, on a running server within a second."""
    with context.obj.open() as node:
        revoked = node.directory.tokens.revoke(number)
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(_token(revoked, slugs[revoked.party]))
    else:
        show(f"Token {revoked.id} of {slugs[revoked.party]} is revoked.")


@token.command("list")
def token_list(
    context: typer.Context,
    party: Annotated[str | None, typer.Argument(metavar="[PARTY]", help="Only this party's.")] = None,
    json: Json = False,
) -> None:
    """Lists tokens. Their secrets are not kept, so they are not shown."""
    with context.obj.open() as node:
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
        tokens = node.directory.tokens.of(node.directory.parties.get(party) if party else None)
        now = node.clock.now()
    if json:
        show_json([_token(each, slugs[each.party]) for each in tokens])
        return
    rows = [
        (
            str(each.id),
            slugs[each.party],
            each.scope,
            _state(each, now),
            rfc3339(each.created),
            _moment(each.expires) or "never",
            _moment(each.last_used) or "never",
        )
        for each in tokens
    ]
    show(table(("token", "party", "scope", "state", "created", "expires", "last used"), rows))


def _state(token: "Token", now: Micros) -> str:
    if token.revoked is not None:
        return "revoked"
    return "expired" if token.expires is not None and token.expires <= now else "in use"


def _moment(at: Micros | None) -> str | None:
    return None if at is None else rfc3339(at)


def _collection(collection: "Collection", access: "tuple[Access, ...]", parties: dict[int, str]) -> dict[str, object]:
    return {
        "slug": collection.slug,
        "id": collection.uuid,
        "title": collection.title,
        "description": collection.description,
        "tlp": collection.tlp.label,
        "read": [parties[each.party] for each in access if each.read],
        "write": [parties[each.party] for each in access if each.write],
        "created": rfc3339(collection.created),
    }


def _token(token: "Token", party: str) -> dict[str, object]:
    return {
        "number": token.id,
        "party": party,
        "scope": token.scope,
        "created": rfc3339(token.created),
        "expires": _moment(token.expires),
        "last_used": _moment(token.last_used),
        "revoked": _moment(token.revoked),
    }
