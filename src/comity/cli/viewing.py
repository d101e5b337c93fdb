"""``view``: exactly what a party would get from this node now, or as of a day. Nothing here decides: it reads as that party."""

import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from comity.cli.options import by_command_line
from comity.cli.screen import cut, note, plain, show, table
from comity.kernel.base.clock import Micros, rfc3339

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.cli.reading import Gone
    from comity.kernel.store.types import Party
    from comity.kernel.store.visible import Visible

PAGE: Final = 1000
SHOWN: Final = 50


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("view")(view)


def view(
    context: typer.Context,
    party: Annotated[str, typer.Option("--as", metavar="PARTY", help="As whom: the party's short name.")],
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of this day (to its end, UTC) or moment; now if left out.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most lines of the list; JSON has all.")] = SHOWN,
    json: Annotated[bool, typer.Option("--json", help="Print all of it as one STIX bundle.")] = False,
) -> None:
    """Shows what a party gets: every version it may read, in its own order. With --json exactly those bytes, as a bundle."""
    from comity.cli.reading import Gone, enclosed  # noqa: PLC0415  --help must answer at once
    from comity.kernel.directory.dates import moment_of  # noqa: PLC0415  --help must answer at once
    from comity.kernel.ledger.leaf import LeafKind  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        whom = node.directory.parties.get(party)
        at = None if on is None else moment_of(on, node.clock.now())
        if not json:
            _list(node, whom, at, limit)
            return
        gone = Gone()
        try:
            for piece in enclosed(_pieces(node, whom, at, gone)):
                gone.digest.update(piece)
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
        finally:  # also what left before the reader went away
            fields = {"by": by_command_line(), "collection": "", "count": gone.count, "party": whom.slug}
            node.store.events.record(LeafKind.EXPORTED, {**fields, "digest": f"sha256:{gone.digest.hexdigest()}"})


def objects(node: "Node", party: "Party", at: Micros | None) -> Iterator[bytes]:
    """The bytes of every version that the party gets: collection by collection that it may read, each version once.

    Which collections it could read at a moment that is past, only what was open to it then can say: what it gave itself is no
    sign of it, since that is open to it everywhere.
    """
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.directory.authenticator import Standing  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    viewer = Viewer(party=party.id, channel=CHANNEL)
    visible = node.store.visible(viewer) if at is None else node.store.visible(viewer, on=at)
    seen: set[bytes] = set()
    past = at is not None and at < node.clock.now()
    for collection in node.directory.collections.all():
        entry = node.directory.collections.entry(Standing(party, 0, read=True, write=False), collection.slug)
        if entry is None and not past:
            continue
        for raw in _of(visible, collection.id):
            digest = sha256(raw).digest()
            if digest not in seen and (entry is not None or _given(visible, raw, collection.id, party.id)):
                seen.add(digest)
                yield raw


def _of(visible: "Visible", collection: int) -> Iterator[bytes]:
    """Every version in a collection, in the viewer's order."""
    from comity.kernel.store.types import Query  # noqa: PLC0415  --help must answer at once

    cursor = None
    while True:
        page = visible.page(Query(collection=collection, versions=("all",)), PAGE, cursor)
        for raw in msgspec.json.decode(b"[" + page.objects + b"]", type=list[msgspec.Raw]):
            yield bytes(raw)
        cursor = page.next
        if cursor is None:
            return


def _given(visible: "Visible", raw: bytes, collection: int, party: int) -> bool:
    """Whether somebody else than the party gave it into this collection, as far as the party sees."""
    name: str = msgspec.json.decode(raw)["id"]
    return any(
        each.collection == collection and each.source != party and each.raw == raw for each in visible.held(name)
    )


def _pieces(node: "Node", party: "Party", at: Micros | None, gone: "Gone") -> Iterator[bytes]:
    for raw in objects(node, party, at):
        gone.count += 1
        yield raw


def _list(node: "Node", party: "Party", at: Micros | None, limit: int) -> None:
    from comity.cli.reading import title  # noqa: PLC0415  --help must answer at once

    rows: list[tuple[str, ...]] = []
    versions, ids = 0, set()
    for raw in objects(node, party, at):
        held: dict[str, Any] = msgspec.json.decode(raw)
        versions += 1
        ids.add(held["id"])
        if len(rows) < limit:
            modified = str(held.get("modified", ""))[:19]
            rows.append((held["type"], cut(plain(title(raw)), 60), modified, held["id"]))
    when = "" if at is None else f", as of {rfc3339(at)}"
    if not rows:
        note(f"{party.slug} gets nothing{when}. Why not, object by object: comity explain ID --to {party.slug}")
        return
    show(table(("type", "title", "modified", "id"), rows))
    count = f"{len(ids)} object{'s' if len(ids) != 1 else ''}"
    note(f"{party.slug} gets {count} in {versions} version{'s' if versions != 1 else ''}{when}.")
    if versions > limit:
        note(f"These are the first {limit}; --limit shows more, --json all.")
