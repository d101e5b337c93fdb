"""``pull`` and ``mirror``: collections of other servers, kept here too."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Final

import typer

from comity.cli.codes import Exit
from comity.cli.screen import note, plain, show, show_json, table
from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.base.errors import NodeError

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.exchange.mirror.pulling import Tally
    from comity.kernel.exchange.mirror.registering import Registered
    from comity.kernel.store.types import Collection, Mirror

VARIABLE: Final = "COMITY_PULL_SECRET"
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TOLD: Final = 10

mirror = typer.Typer(no_args_is_help=True, help="Mirrors of collections of others: list, show, pause, resume, remove.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[int, typer.Argument(help="The mirror's number; 'comity mirror list' shows it.")]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("pull")(pull)
    app.add_typer(mirror, name="mirror")


def interval(text: str) -> Micros:
    """A length of time as people write it: 90s, 15m, 6h, 1d."""
    match = re.fullmatch(r"([0-9]{1,6})([smhd])", text.strip().lower())
    if match is None:
        raise typer.BadParameter("say it like 90s, 15m, 6h or 1d")
    return int(match[1]) * _UNITS[match[2]] * 1_000_000


def pull(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="The remote collection: https://HOST/ROOT/collections/ID/.")],
    collection: Annotated[str, typer.Option(metavar="SLUG", help="Our collection, which it is kept in.")],
    whose: Annotated[
        str | None,
        typer.Option("--from", metavar="PARTY", help="Who runs that server; a party is made of its host if left out."),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(metavar="U", help="User for HTTP Basic; without one, or with '', the secret is a bearer token."),
    ] = None,
    every: Annotated[
        int | None, typer.Option(parser=interval, metavar="TIME", help="Pull again every so often: 15m, 6h, 1d.")
    ] = None,
    json: Json = False,
) -> None:
    """Mirrors a TAXII 2.1 collection: all of it the first time, then what is new.

    The secret comes from COMITY_PULL_SECRET, or is asked for on a terminal; it is kept encrypted.
    """
    from comity.app.background import worker  # noqa: PLC0415  --help must answer at once
    from comity.app.logs import set_up  # noqa: PLC0415  --help must answer at once
    from comity.kernel.exchange.mirror.registering import register as keep  # noqa: PLC0415  --help must answer at once

    set_up("error")
    with context.obj.open() as node:
        into = node.directory.collections.get(collection)
        party = node.directory.parties.get(whose) if whose else None
        kept = keep(
            node.store,
            node.directory,
            node.clock,
            url,
            into,
            party=party,
            username=user,
            secret=_secret(node, url, into, user),
            every=every,
        )
        _say_whose(kept)
        began = time.perf_counter()
        try:
            tally = _pulled(node, kept.mirror)
        except NodeError:
            _say_that_it_stays(kept)
            raise
        worker(node).drain()  # what follows the commit log, in case no server runs
        seconds = time.perf_counter() - began
        _sum_up(node, kept, into, tally, seconds, json=json)
    if tally.refused:
        raise typer.Exit(Exit.PARTLY if tally.refused < tally.seen else Exit.FAILED)


def _secret(node: "Node", url: str, into: "Collection", user: str | None) -> str | None:
    """The secret, where one is given; a mirror that has one keeps it unless another is given."""
    from comity.app.settings import environment  # noqa: PLC0415  --help must answer at once
    from comity.kernel.exchange.mirror.target import read_target  # noqa: PLC0415  --help must answer at once

    given = environment().get(VARIABLE)
    if given is not None:
        return given
    known = node.store.mirrors.find(read_target(url).url, into.id)
    if not sys.stdin.isatty() or (known is not None and user is None):
        return None
    asked: str = typer.prompt("Secret (empty for none)", default="", show_default=False, hide_input=True, err=True)
    return asked


def _say_whose(kept: "Registered") -> None:
    name = kept.party.slug
    if kept.made:
        note(
            f"The party {name} was made of the server's host: what comes is its claims. It may read and write nothing here."
        )
        note("Its jurisdiction is not known (XX).")
    elif not kept.known:
        note(f"What comes is claims of {name}.")


def _say_that_it_stays(kept: "Registered") -> None:
    """A mistyped URL leaves a mirror behind."""
    if not kept.known:
        number = kept.mirror.id
        note(
            f"It stays as mirror {number}: the same command tries again, 'comity mirror remove {number}' takes it away."
        )


def _pulled(node: "Node", mirror: "Mirror") -> "Tally":
    from comity.app.fetching import make_fetcher  # noqa: PLC0415  --help must answer at once
    from comity.kernel.exchange.mirror.foreground import pull_now  # noqa: PLC0415  --help must answer at once

    with _shown() as (told, waits):
        return pull_now(
            node.store,
            node.vault,
            node.settings.fetch,
            node.clock,
            node.random,
            make_fetcher(node.settings),
            mirror,
            told=told,
            waits=waits,
        )


@contextmanager
def _shown() -> Iterator[tuple[Callable[["Tally"], None], Callable[[NodeError, float], None]]]:
    """Progress on a terminal: how many objects came, how fast. What is left is not known to a TAXII client."""
    from rich.console import Console  # noqa: PLC0415  --help must answer at once
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415  the same

    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with progress:
        task = progress.add_task("asking")
        began = time.perf_counter()

        def told(tally: "Tally") -> None:
            rate = tally.seen / max(time.perf_counter() - began, 0.001)
            progress.update(task, description=f"{tally.seen:,} objects, {tally.new:,} new, {rate:,.0f} a second")

        def waits(error: NodeError, seconds: float) -> None:
            note(f"{plain(str(error))}; asking again in {seconds:.0f} s.")

        yield told, waits


def _sum_up(
    node: "Node", kept: "Registered", into: "Collection", tally: "Tally", seconds: float, *, json: bool
) -> None:
    after = node.store.mirrors.get(kept.mirror.id)
    refusals = node.store.mirrors.refusals(after.id, _TOLD) if tally.refused else ()
    if json:
        show_json(
            {
                "mirror": after.id,
                "url": after.url,
                "collection": into.slug,
                "party": kept.party.slug,
                "party_made": kept.made,
                "pages": tally.pages,
                "objects": tally.seen,
                "new": tally.new,
                "refused": tally.refused,
                "mended": tally.mended,
                "seconds": round(seconds, 3),
                "every": None if after.every is None else after.every // 1_000_000,
            }
        )
        return
    pages = f"{tally.pages} page{'s' if tally.pages != 1 else ''}"
    show(f"{tally.seen} objects in {pages}, {tally.new} of them new, kept in {into.slug}; {seconds:.1f} s.")
    if tally.mended:
        show(
            f"{tally.mended} came with their type as spec_version, a fault of OpenTAXII 0.9.3; it was put right to 2.1."
        )
    if tally.refused:
        show(f"{tally.refused} refused. The latest:")
        show(table(("object", "why"), [(each.object or "-", each.reason) for each in refusals]))
        note(f"All that are kept: comity mirror show {after.id}")
    if after.every is not None:
        note(f"The node's worker pulls again every {_length(after.every)}, while the node is being served.")


@mirror.command("list")
def mirror_list(context: typer.Context, json: Json = False) -> None:
    """Lists the mirrors, how far they are and what keeps them back."""
    with context.obj.open() as node:
        mirrors = node.store.mirrors.all()
        collections = {each.id: each.slug for each in node.directory.collections.all()}
        parties = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json([_mirror(each, collections, parties) for each in mirrors])
        return
    rows = [
        (
            str(each.id),
            collections[each.collection],
            parties[each.party],
            state(each),
            _length(each.every) if each.every else "when asked",
            rfc3339(each.succeeded) if each.succeeded is not None else "never",
            str(each.new),
            str(each.refused),
            each.url,
        )
        for each in mirrors
    ]
    show(table(("mirror", "into", "from", "state", "every", "last complete", "new", "refused", "of"), rows))
    for each in mirrors:
        if each.errors:
            often = "" if each.errors == 1 else f", {each.errors} times one after another"
            note(f"Mirror {each.id} failed{often}: {plain(each.reason)}")


@mirror.command("show")
def mirror_show(context: typer.Context, number: Number, json: Json = False) -> None:
    """Shows a mirror and the objects of it that were refused."""
    with context.obj.open() as node:
        held = node.store.mirrors.get(number)
        refusals = node.store.mirrors.refusals(number, 1000)
        collections = {each.id: each.slug for each in node.directory.collections.all()}
        parties = {each.id: each.slug for each in node.directory.parties.all()}
    told = _mirror(held, collections, parties)
    if json:
        refused = [{"object": each.object, "reason": each.reason, "at": rfc3339(each.at)} for each in refusals]
        show_json({**told, "refusals": refused})
        return
    show(table(("", ""), [(name.replace("_", " "), str(value)) for name, value in told.items() if value is not None]))
    if refusals:
        show(table(("refused", "why", "when"), [(each.object, each.reason, rfc3339(each.at)) for each in refusals]))


@mirror.command("pause")
def mirror_pause(context: typer.Context, number: Number) -> None:
    """Lets a mirror rest."""
    with context.obj.open() as node:
        node.store.mirrors.pause(number, paused=True)
    show(f"Mirror {number} rests; what it brought stays.")


@mirror.command("resume")
def mirror_resume(context: typer.Context, number: Number) -> None:
    """Lets a mirror go on, at once."""
    with context.obj.open() as node:
        node.store.mirrors.pause(number, paused=False)
        node.store.mirrors.begin(number, node.clock.now(), not_before=0)
    show(f"Mirror {number} goes on, while the node is being served.")


@mirror.command("remove")
def mirror_remove(context: typer.Context, number: Number) -> None:
    """Takes a mirror away, with its secret. The objects that it brought stay."""
    with context.obj.open() as node:
        node.store.mirrors.remove(number)
    show(f"Mirror {number} is gone; the objects that it brought stay.")


def state(mirror: "Mirror") -> str:
    """How a mirror is, in a word."""
    if mirror.paused:
        return "paused"
    if mirror.errors:
        return "failing"
    if mirror.pulling:
        return "pulling"
    return "complete" if mirror.succeeded is not None else "new"


def _length(micros: Micros) -> str:
    seconds = micros // 1_000_000
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _mirror(mirror: "Mirror", collections: dict[int, str], parties: dict[int, str]) -> dict[str, object]:
    """Everything but the secret."""
    return {
        "mirror": mirror.id,
        "url": mirror.url,
        "collection": collections.get(mirror.collection),
        "party": parties.get(mirror.party),
        "user": mirror.username or None,
        "secret": "kept" if mirror.secret is not None else None,
        "every": None if mirror.every is None else mirror.every // 1_000_000,
        "state": state(mirror),
        "objects": mirror.seen,
        "new": mirror.new,
        "refused": mirror.refused,
        "mended": mirror.mended,
        "tried": None if mirror.tried is None else rfc3339(mirror.tried),
        "complete": None if mirror.succeeded is None else rfc3339(mirror.succeeded),
        "errors": mirror.errors,
        "reason": mirror.reason or None,
        "next_try": rfc3339(mirror.not_before) if mirror.errors and mirror.not_before else None,
    }
