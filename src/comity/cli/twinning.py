"""``twins``: what this node makes to go in the place of originals: how far it is, what could not be made; new pseudonyms."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from comity.cli.options import by_command_line
from comity.cli.screen import note, plain, show, show_json, table
from comity.kernel.base.clock import rfc3339

if TYPE_CHECKING:
    from comity.kernel.store.store import Store
    from comity.kernel.store.twins.book import Failure, ScopeStatus, TwinStatus

twins = typer.Typer(
    no_args_is_help=True,
    help="Redacted forms that go in the place of objects: how far they are, what can't be made, new pseudonyms.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
MOST: Final = 50


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(twins, name="twins")


@twins.command("status")
def twins_status(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most objects that are listed as withheld.")] = MOST,
    json: Json = False,
) -> None:
    """Shows how many redacted forms stand, how much waits, which keys there are, and of what no form can be made."""
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        store = node.store
        eyes = store.visible(Viewer(party=node.directory.parties.own().id, channel=CHANNEL))
        status, scopes = store.twins.status(), store.twins.scopes()
        failures = [each for each in store.twins.failures(limit) if eyes.held(each.object_id)]
    if json:
        show_json({**_counts(status), "keys": list(map(_scope, scopes)), "failures": list(map(_failure, failures))})
        return
    show(_said(status))
    if scopes:
        rows = [(each.scope, str(each.generation), rfc3339(each.made)[:19], str(each.twins)) for each in scopes]
        show("\n" + table(("pseudonyms under", "key", "since", "ids given"), rows))
    if failures:
        rows = [(each.type, each.scope, plain(str(each.reason)), each.object_id) for each in failures]
        show("\nWithheld, because no form can be made that may go:\n")
        show(table(("type", "under", "why", "id"), rows))


@twins.command("make")
def twins_make(context: typer.Context, json: Json = False) -> None:
    """Makes everything that waits, now. Whoever serves the node does it as well, by itself."""
    with context.obj.open() as node:
        _settle(node.store)
        _make(node.store)
        status = node.store.twins.status()
    if json:
        show_json(_counts(status))
    else:
        show(_said(status))


@twins.command("rotate")
def twins_rotate(
    context: typer.Context,
    scope: Annotated[
        str, typer.Argument(metavar="AGREEMENT", help="Under which agreement, as 'twins status' shows it.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: Json = False,
) -> None:
    """Gives everything that goes under an agreement new pseudonyms. The ids of today are revoked, for good."""
    with context.obj.open() as node:
        store = node.store
        number = store.twins.under(scope)
        if not yes:
            typer.confirm(
                f"{number} redacted forms under {scope} get other ids; whoever has the old ones is told that they are revoked. "
                "This can't be undone. Go on?",
                abort=True,
                err=True,
            )
        generation = store.twins.rotate(scope, by=by_command_line())
        _make(store)
    if json:
        show_json({"scope": scope, "generation": generation, "revoked": number})
    else:
        show(f"{number} redacted forms under {scope} have other ids now; the old ones are revoked.")
        note("Tell your partner that it was you: on its side old objects end, and new ones take their place.")


def _settle(store: "Store") -> None:
    """What has to be known before anything can be made, in case no server runs."""
    while store.settle() or store.scan.step():
        pass


def _make(store: "Store") -> None:
    from comity.cli.progress import Counted  # noqa: PLC0415  --help must answer at once

    with Counted("make") as bar:
        most = 0

        def tell(status: "TwinStatus") -> None:
            nonlocal most
            left = status.waiting + status.behind
            most = max(most, left)
            bar.tell(most - left, most)

        store.twins.make(tell)


def _said(status: "TwinStatus") -> str:
    rows = [
        (str(status.passes), "go as they are"),
        (str(status.made), "go redacted"),
        (str(status.failed), "withheld: no form can be made"),
        (str(status.waiting + status.behind), "still to be looked at"),
    ]
    return "\n".join(f"{number:>9}  {words}" for number, words in rows)


def _counts(status: "TwinStatus") -> dict[str, int]:
    return {
        "whole": status.passes,
        "made": status.made,
        "unmade": status.failed,
        "waiting": status.waiting,
        "behind": status.behind,
    }


def _scope(each: "ScopeStatus") -> dict[str, object]:
    return {"scope": each.scope, "generation": each.generation, "made": rfc3339(each.made), "ids": each.twins}


def _failure(each: "Failure") -> dict[str, object]:
    return {
        "id": each.object_id,
        "type": each.type,
        "scope": each.scope,
        "reason": str(each.reason),
        "since": rfc3339(each.at),
    }
