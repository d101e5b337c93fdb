"""``load``, ``search``, ``show``, ``export``: objects in and out, and what is held of them."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from comity.cli.codes import Exit
from comity.cli.options import by_command_line
from comity.cli.screen import note, show, show_json
from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import NotFound

if TYPE_CHECKING:
    from comity.cli.loading import Tally
    from comity.cli.sources import Source

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("load")(load)
    app.command("search")(search)
    app.command("show")(show_object)
    app.command("export")(export)


def load(
    context: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|DIR|-...", help="Files, folders, - for standard input."),
    ],
    collection: Annotated[str, typer.Option(metavar="SLUG", help="The collection to load into.")],
    party: Annotated[
        str | None, typer.Option("--as", metavar="PARTY", help="Whose claims; the own party's if left out.")
    ] = None,
    refused: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to report refused objects.")] = None,
    json: Json = False,
) -> None:
    """Loads bundles, envelopes, objects and JSON lines, also .gz and .zst."""
    from comity.app.background import worker  # noqa: PLC0415  --help must answer at once
    from comity.app.logs import set_up  # noqa: PLC0415  --help must answer at once
    from comity.cli.loading import Loading, Report  # noqa: PLC0415  --help must answer at once
    from comity.cli.progress import Bars  # noqa: PLC0415  --help must answer at once
    from comity.cli.sources import sources  # noqa: PLC0415  --help must answer at once

    set_up("warning")
    with context.obj.open() as node:
        found = sources(paths)
        into = node.directory.collections.get(collection)
        whose = node.directory.parties.get(party) if party else node.directory.parties.own()
        stamp = rfc3339(node.clock.now()).replace(":", "").replace(".", "")
        began = time.perf_counter()
        with Report(refused or node.folder.refused / f"{stamp}.jsonl") as report, Bars(found) as bars:
            loading = Loading(node, into, whose, report)
            tally = loading.run(found, sys.stdin.buffer, bars.advance)
            worker(node).drain()  # what follows the commit log, in case no server runs
        _sum_up(tally, found, time.perf_counter() - began, report.path if report.begun else None, json=json)
    if tally.refused or tally.erased:
        raise typer.Exit(Exit.PARTLY if tally.kept else Exit.FAILED)


def _sum_up(tally: "Tally", found: "tuple[Source, ...]", seconds: float, report: Path | None, *, json: bool) -> None:
    rate = (tally.kept + tally.refused) / seconds if seconds else 0.0
    if json:
        show_json(
            {
                "files": len(found),
                "kept": tally.kept,
                "new": tally.new,
                "known": tally.known,
                "conflict": tally.conflict,
                "refused": tally.refused,
                "with_warnings": tally.warnings,
                "seconds": round(seconds, 3),
                "objects_per_second": round(rate),
                "report": str(report) if report else None,
            }
        )
        return
    parts = [f"{tally.new} new", f"{tally.known} already held"]
    if tally.conflict:
        parts.append(f"{tally.conflict} in conflict with what is held under the same id and modified; both are kept")
    show(f"{tally.kept} objects from {len(found)} file{'s' if len(found) != 1 else ''}: {', '.join(parts)}.")
    if tally.warnings:
        show(f"{tally.warnings} of them are valid with warnings.")
    if tally.refused:
        show(f"{tally.refused} refused. What and why: {report}")
    if tally.erased:
        show(f"{tally.erased} were erased here for good and are not taken again: comity erase list")
    show(f"{seconds:.1f} s, {rate:.0f} objects/s.")


def search(
    context: typer.Context,
    text: Annotated[list[str], typer.Argument(help="Words, an address, a domain, a hash, a URL; defanged is fine.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most results.")] = 50,
    json: Json = False,
) -> None:
    """Searches all that the node holds, newest first."""
    from comity.cli.reading import CHANNEL, listed, summary  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        own = node.directory.parties.own()
        found = node.store.visible(Viewer(party=own.id, channel=CHANNEL)).search(" ".join(text), limit)
    if json:
        show_json({"hits": [summary(each) for each in found.hits], "more": found.more})
    elif not found.hits:
        note("Nothing found. Try fewer or other words.")
    else:
        show(listed(found.hits))
        if found.more:
            note(f"There are more than {limit}; --limit shows more.")


def show_object(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The object's id.")],
    json: Json = False,
) -> None:
    """Shows an object, and under which claims it is held."""
    from comity.cli.reading import CHANNEL, claim, portrait  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        own = node.directory.parties.own()
        claims = node.store.visible(Viewer(party=own.id, channel=CHANNEL)).held(identifier)
    if not claims:
        raise NotFound(
            f"nothing is held under the id {identifier}", hint="'comity search TEXT' finds objects by words."
        )
    if json:
        show_json({"id": identifier, "claims": [claim(each) for each in claims]})
    else:
        show(portrait(claims))


def export(
    context: typer.Context,
    collection: Annotated[str, typer.Option(metavar="SLUG", help="The collection to export.")],
    party: Annotated[
        str | None, typer.Option("--as", metavar="PARTY", help="What this party may see; all if left out.")
    ] = None,
) -> None:
    """Prints one STIX bundle: every version in a collection, as its source sent it."""
    from comity.cli.reading import Gone, bundle  # noqa: PLC0415  --help must answer at once
    from comity.kernel.ledger.leaf import LeafKind  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        what = node.directory.collections.get(collection)
        whom = node.directory.parties.get(party) if party else node.directory.parties.own()
        gone = Gone()
        try:
            for piece in bundle(node, what, whom, gone):
                gone.digest.update(piece)
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        finally:  # also what left before the reader went away
            fields = {"by": by_command_line(), "collection": what.slug, "count": gone.count, "party": whom.slug}
            node.store.events.record(LeafKind.EXPORTED, {**fields, "digest": f"sha256:{gone.digest.hexdigest()}"})
