"""``account``: the people of the own party, as whoever runs the machine keeps them. Each change is a leaf that says so."""

from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.options import by_command_line
from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import rfc3339

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.directory.accounts import Link
    from comity.kernel.store.types import Account

account = typer.Typer(
    no_args_is_help=True, help="People of the own party: add, list, link, roles, disable, enable, vouch."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The person.")]
ROLES = "administrator, duty-officer, analyst, legal, diplomat, approver, auditor"


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(account, name="account")


@account.command("add")
def account_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name for people to read; they sign in with it.")],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help=f"Repeat for several. One of: {ROLES}.")],
    json: Json = False,
) -> None:
    """Adds a person, and makes the one-time link by which they come in first."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        added = accounts.add(name, role, by=by_command_line())
        link = accounts.invite(added, by=by_command_line())
        url = _url(node, link)
    if json:
        show_json({**_account(added), "url": url, "expires": rfc3339(link.expires)})
    else:
        show(url)
        note(f"{added.name} added as {', '.join(added.roles)}. {_lasts(added, link)}")


@account.command("list")
def account_list(context: typer.Context, json: Json = False) -> None:
    """Lists the people, with their roles and the ways in which they sign in."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        held = [(each, _ways(node, each)) for each in accounts.all()]
    if json:
        show_json([{**_account(each), "ways": ways} for each, ways in held])
        return
    rows = [
        (each.name, " ".join(each.roles), " ".join(ways) or "-", "disabled" if each.disabled else "in use")
        for each, ways in held
    ]
    show(table(("account", "roles", "signs in with", "state"), rows))


@account.command("link")
def account_link(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The person; the first account if left out.")] = None,
    recovery: Annotated[
        bool,
        typer.Option(
            "--recovery",
            help="For somebody who lost their ways in: when it is used, password, codes and passkeys are dropped.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Makes a new one-time link by which a person signs in; it lasts a day."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        who = accounts.get(name)
        link = accounts.invite(who, purpose="recovery" if recovery else "sign-in", by=by_command_line())
        url = _url(node, link)
    if json:
        show_json({"account": who.name, "url": url, "purpose": link.purpose, "expires": rfc3339(link.expires)})
    else:
        show(url)
        note(_lasts(who, link))


@account.command("roles")
def account_roles(
    context: typer.Context,
    name: Name,
    roles: Annotated[list[str], typer.Argument(metavar="ROLE...", help=f"All that the person has then: {ROLES}.")],
    json: Json = False,
) -> None:
    """Gives a person these roles and no others."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        changed = accounts.set_roles(accounts.get(name), roles, by=by_command_line())
    _show(changed, f"{changed.name} is now {', '.join(changed.roles)}.", json=json)


@account.command("disable")
def account_disable(context: typer.Context, name: Name, json: Json = False) -> None:
    """Disables an account: its sessions end, nobody signs in with it. What it did stays in the record."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        changed = accounts.disable(accounts.get(name), by=by_command_line())
    _show(changed, f"{changed.name} is disabled; on a running server within a second.", json=json)


@account.command("enable")
def account_enable(context: typer.Context, name: Name, json: Json = False) -> None:
    """Enables a disabled account again, with the roles and ways to sign in that it had."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        changed = accounts.enable(accounts.get(name), by=by_command_line())
    _show(changed, f"{changed.name} is enabled.", json=json)


@account.command("vouch")
def account_vouch(context: typer.Context, name: Name, json: Json = False) -> None:
    """Says that you know this person to be one. Whoever made or changed the account counts no more as standing behind it."""
    with context.obj.open() as node:
        accounts = node.directory.accounts
        known = accounts.get(name)
        accounts.vouch(known, by=by_command_line())
    _show(known, f"{known.name} is vouched for: what was done to the account before counts no more.", json=json)


def _show(changed: "Account", words: str, *, json: bool) -> None:
    if json:
        show_json(_account(changed))
    else:
        show(words)


def _url(node: "Node", link: "Link") -> str:
    return f"{node.settings.url}/sign-in/{link.secret}"


def _lasts(who: "Account", link: "Link") -> str:
    """What a link does, for the terminal."""
    does = "Signs {} in, once, until {}, while the node is being served."
    if link.purpose == "recovery":
        does = (
            "Signs {} in, once, until {}. When it is used, their password, codes and passkeys are dropped, their signing"
            " key is retired and their sessions end."
        )
    return does.format(who.name, rfc3339(link.expires))


def _ways(node: "Node", who: "Account") -> list[str]:
    accounts = node.directory.accounts
    held = {
        "password": accounts.has_password(who),
        "totp": accounts.has_totp(who),
        "passkey": bool(accounts.passkeys(who)),
    }
    return [way for way, has in held.items() if has]


def _account(account: "Account") -> dict[str, object]:
    return {
        "account": account.name,
        "roles": account.roles,
        "disabled": account.disabled,
        "created": rfc3339(account.created),
    }
