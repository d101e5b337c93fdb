"""``erase``, ``hold``, ``retention``, ``recall``: what goes for good, what stands against it, what is due, what is taken back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from comity.cli.options import by_command_line
from comity.cli.screen import note, plain, show, show_json, table
from comity.kernel.base.clock import Micros, rfc3339

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.store.erasure.orders import Due, Erasure, Hold, Outlook, Recall

hold = typer.Typer(no_args_is_help=True, help="Legal holds: add, list, lift; what is kept in custody.")
retention = typer.Typer(
    invoke_without_command=True, help="What is erased by its date: list what is due, set terms, carry out."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Identifier = Annotated[str, typer.Argument(metavar="ID", help="The object's id.")]
MOST_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("erase")(erase)
    app.command("recall")(recall)
    app.add_typer(hold, name="hold")
    app.add_typer(retention, name="retention")


# -- erase


def erase(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="[ID]", help="An object's id.", show_default=False)] = "",
    version: Annotated[str, typer.Option(metavar="MODIFIED", help="Only this version of the object.")] = "",
    source: Annotated[str, typer.Option(metavar="PARTY", help="What this party gave.")] = "",
    collection: Annotated[str, typer.Option(metavar="SLUG", help="What lies in this collection.")] = "",
    agreement: Annotated[str, typer.Option(metavar="NAME", help="What was given to us under this agreement.")] = "",
    before: Annotated[str, typer.Option(metavar="DATE", help="What was received before the end of this day.")] = "",
    order: Annotated[str, typer.Option(metavar="REFERENCE", help="The order's reference; without it: a preview.")] = "",
    article: Annotated[str, typer.Option(help="The article or rule that the order rests on.")] = "",
    dated: Annotated[str, typer.Option(metavar="DATE", help="The order's date.")] = "",
    for_good: Annotated[bool, typer.Option("--for-good", help="It may not come again, from anybody.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the erasures so far.")] = False,
    allow_again: Annotated[
        int, typer.Option(metavar="NUMBER", help="What this erasure bars for good may come again.", show_default=False)
    ] = 0,
    json: Json = False,
) -> None:
    """Erases an object, or all that is named: bytes, index, salts, what was made of it. Shows first what would go."""
    from comity.cli.progress import Counted  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        if listed or allow_again:
            if allow_again:
                node.store.erasures.allow_again(allow_again, by=by_command_line())
            _erasures(node, json=json)
            return
        erasing = node.directory.erasing
        selection = erasing.selection(
            identifier, version=version, source=source, collection=collection, agreement=agreement, before=before
        )
        outlook = erasing.outlook(selection)
        if not order:
            _preview(outlook, json=json)
            return
        ground = erasing.ground(order, article, dated)
        if not yes:
            _preview(outlook, json=False)
            typer.confirm("Erase this? It can't be had back but from a backup.", abort=True, err=True)
        made = erasing.order(selection, ground, for_good=for_good, by=by_command_line())
        with Counted("claims") as bar:
            done = node.store.erasures.run(made.id, bar.tell)
        while node.store.settle():
            pass
        periods = _backups(node, done)
    if json:
        show_json({**_erasure(done), "backups": periods})
        return
    show(f"Erasure {done.id}: {done.objects} objects, {done.claims} claims are gone.")
    if done.held:
        show(f"{done.held} claims stay: legal holds stand against that. They go when these are lifted.")
    if periods:
        note(
            f"\nBackups of {', '.join(periods)} may still have it. Their keys are destroyed with: comity backup-key destroy MONTH"
        )


def _preview(outlook: "Outlook", *, json: bool) -> None:
    if json:
        show_json(
            {
                "objects": outlook.objects,
                "claims": outlook.claims,
                "some": list(outlook.some),
                "held": outlook.held,
                "holds": list(outlook.holds),
                "in_custody": outlook.in_custody,
                "referrers": outlook.referrers,
                "shared": [
                    {
                        "id": one,
                        "party": each.slug,
                        "since": _date(each.since),
                        "until": _date(each.until),
                        "twin": each.twin,
                    }
                    for one, each in outlook.shared
                ],
            }
        )
        return
    show(f"Would go: {outlook.claims} claims of {outlook.objects} objects.")
    for one in outlook.some[:MOST_SHOWN]:
        show(f"  {one}")
    if outlook.referrers:
        show(f"{outlook.referrers} objects refer to these; they stay, with the reference in them.")
    if outlook.holds:
        show(f"Legal holds stand against {outlook.held} claims: {', '.join(map(str, outlook.holds))}.")
    if outlook.in_custody:
        show(f"{outlook.in_custody} deleted objects in custody go as well, where no hold means them.")
    if outlook.shared:
        show("Who could have had it, and so may have to be told (comity recall):")
        rows = [(each.slug, one, _date(each.since) or "-", _date(each.until) or "now") for one, each in outlook.shared]
        show(table(("party", "object", "since", "until"), rows[:MOST_SHOWN]))


def _erasures(node: "Node", *, json: bool) -> None:
    found = node.store.erasures.all()
    periods = {one.id: _backups(node, one) for one in found}
    if json:
        show_json([{**_erasure(one), "backups": periods[one.id]} for one in found])
        return
    rows = [
        (
            str(one.id),
            rfc3339(one.at)[:10],
            one.stage.value,
            f"{one.ground.reference} {one.ground.article}".strip(),
            str(one.objects),
            str(one.claims),
            str(one.held),
            f"yes, came {one.refused} times" if one.good else "-",
            " ".join(periods[one.id]) or "-",
        )
        for one in found
    ]
    show(table(("erasure", "ordered", "state", "order", "objects", "claims", "held", "for good", "backups"), rows))


def _backups(node: "Node", erasure: "Erasure") -> list[str]:
    """The months whose backups may have what was erased, and whose key is still here."""
    from comity.app.backup.periods import Periods, holding  # noqa: PLC0415  --help must answer at once

    if erasure.since is None:
        return []
    periods = Periods(node.folder, node.vault, node.random).all()
    return list(holding(periods, erasure.since, erasure.finished or node.clock.now()))


def _erasure(erasure: "Erasure") -> dict[str, Any]:
    return {
        "erasure": erasure.id,
        "order": erasure.ground.reference,
        "article": erasure.ground.article,
        "dated": erasure.ground.dated,
        "cause": erasure.cause.value,
        "by": erasure.made_by,
        "ordered": rfc3339(erasure.at),
        "state": erasure.stage.value,
        "for_good": erasure.good,
        "came_again": erasure.refused,
        "objects": erasure.objects,
        "claims": erasure.claims,
        "held": erasure.held,
        "finished": _date(erasure.finished),
    }


# -- hold


@hold.command("add")
def hold_add(
    context: typer.Context,
    case: Annotated[str, typer.Option(metavar="REFERENCE", help="The reference of the case that it serves.")],
    ground: Annotated[str, typer.Option(help="By what right; one line.")],
    identifier: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of objects.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="PARTY", help="All that this party gave or gives.")
    ] = None,
    collection: Annotated[list[str] | None, typer.Option(metavar="SLUG", help="All in this collection.")] = None,
    until: Annotated[
        str, typer.Option(metavar="DATE", help="To the end of this day; without it: until it is lifted.")
    ] = "",
    json: Json = False,
) -> None:
    """Lays a legal hold: what is meant is neither erased nor lost when its source deletes it."""
    wanted = [("object", one) for one in identifier or ()]
    wanted += [("source", one) for one in source or ()] + [("collection", one) for one in collection or ()]
    if not wanted:
        raise typer.BadParameter("name objects, --source or --collection")
    with context.obj.open() as node:
        by = by_command_line()
        made = [
            node.directory.erasing.lay(kind, one, reference=case, ground=ground, until=until, by=by)
            for kind, one in wanted
        ]
        now = node.clock.now()
    if json:
        show_json([_hold(each, now) for each in made])
    for each in made if not json else ():
        show(f"Hold {each.id} on {each.kind} {plain(each.subject)}, for {plain(each.reference)}.")


@hold.command("list")
def hold_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that were lifted or have run out.")] = False,
    json: Json = False,
) -> None:
    """Lists the holds, and how much is kept in custody."""
    with context.obj.open() as node:
        now = node.clock.now()
        holds = [each for each in node.store.holds.all() if every or each.stands(now)]
        kept = len(_custody(node))
    if json:
        show_json({"holds": [_hold(each, now) for each in holds], "in_custody": kept})
        return
    rows = [
        (
            str(each.id),
            each.kind,
            each.subject or "(erased)",
            each.reference,
            each.ground,
            rfc3339(each.since)[:10],
            (_date(each.until) or "-")[:10],
            "stands" if each.stands(now) else "lifted" if each.lifted else "over",
        )
        for each in holds
    ]
    show(table(("hold", "on", "what", "case", "ground", "since", "until", "state"), rows))
    if kept:
        note(f"{kept} deleted objects are kept in custody.")


@hold.command("lift")
def hold_lift(
    context: typer.Context,
    number: Annotated[list[int] | None, typer.Argument(metavar="[HOLD]...", help="Numbers of holds.")] = None,
    case: Annotated[str, typer.Option(metavar="REFERENCE", help="All holds of this case.")] = "",
    json: Json = False,
) -> None:
    """Lifts holds. What waited for them goes on: erasures, deletions, retention."""
    if bool(number) == bool(case):
        raise typer.BadParameter("name holds by number, or all of a case with --case")
    with context.obj.open() as node:
        now = node.clock.now()
        wanted = number or [each.id for each in node.store.holds.all() if each.reference == case and each.stands(now)]
        lifted = [node.directory.erasing.lift(each, by=by_command_line()) for each in wanted]
        _go_on(node)
    if json:
        show_json([_hold(each, now) for each in lifted])
        return
    show(f"{len(lifted)} holds lifted." if lifted else f"No hold of {plain(case)} stands.")


@hold.command("custody")
def hold_custody(context: typer.Context, json: Json = False) -> None:
    """Lists what its source deleted while a hold stood against that, and prints it as JSON if asked."""
    import msgspec  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        kept = _custody(node)
        slugs = {each.id: each.slug for each in node.directory.parties.all()}
    if json:
        show_json(
            [
                {"object": msgspec.Raw(each.raw), "deleted": rfc3339(each.deleted), "source": slugs[each.source]}
                for each in kept
            ]
        )
        return
    rows = [(str(each.id), each.object, slugs[each.source], rfc3339(each.deleted)) for each in kept]
    show(table(("number", "object", "source", "deleted"), rows))


def _custody(node: "Node") -> "tuple[Any, ...]":
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    own = node.directory.parties.own()
    return node.store.visible(Viewer(party=own.id, channel=CHANNEL)).in_custody()


def _go_on(node: "Node") -> None:
    """What waited, in case no server runs."""
    from comity.app.background import worker  # noqa: PLC0415  --help must answer at once
    from comity.app.logs import set_up  # noqa: PLC0415  --help must answer at once

    set_up("warning")
    worker(node).drain()


def _hold(hold: "Hold", now: Micros) -> dict[str, Any]:
    return {
        "hold": hold.id,
        "on": hold.kind,
        "what": hold.subject,
        "case": hold.reference,
        "ground": hold.ground,
        "by": hold.made_by,
        "since": rfc3339(hold.since),
        "until": _date(hold.until),
        "lifted": _date(hold.lifted),
        "stands": hold.stands(now),
    }


# -- retention


@retention.callback()
def retention_list(context: typer.Context, json: Json = False) -> None:
    """Lists every term, by agreement and of ours, what stands under it and what is due."""
    if context.invoked_subcommand is not None:
        return
    with context.obj.open() as node:
        found = node.store.retention.due()
    if json:
        show_json([_due(each) for each in found])
        return
    rows = [
        (
            f"agreement {each.agreement}, article {each.article}" if each.agreement else f"ours, {each.kind}",
            each.subject,
            str(each.days),
            str(each.claims),
            str(each.due),
            str(each.held),
            (_date(each.next) or "-")[:16],
        )
        for each in found
    ]
    show(table(("term", "of", "days", "claims", "due", "of these held", "next due"), rows))


@retention.command("set")
def retention_set(
    context: typer.Context,
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="A collection; with --source a party.")],
    days: Annotated[int, typer.Option(help="Days from receipt after which it is erased; 0: no term of ours.")],
    source: Annotated[bool, typer.Option("--source", help="What this party gives, wherever it lies.")] = False,
    json: Json = False,
) -> None:
    """Sets how long something is kept. What an agreement asks holds beside it; the shorter one counts."""
    kind = "source" if source else "collection"
    with context.obj.open() as node:
        node.directory.erasing.keep_for(kind, slug, days or None, by=by_command_line())
    if json:
        show_json({"on": kind, "what": slug, "days": days or None})
    elif days:
        show(
            f"What is in {slug} is erased {days} days after receipt."
            if not source
            else f"What {slug} gives is erased {days} days after receipt."
        )
        note("See what is due now: comity retention")
    else:
        show(f"No term of ours for {kind} {slug}.")


@retention.command("run")
def retention_run(context: typer.Context, json: Json = False) -> None:
    """Erases what is due now, as the worker does every few hours."""
    from comity.cli.progress import Counted  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node, Counted("claims") as bar:
        orders = node.store.retention.run(bar.tell)
    if json:
        show_json({"orders": orders})
    else:
        show(f"{orders} orders were carried out: comity erase --list" if orders else "Nothing is due.")


def _due(due: "Due") -> dict[str, Any]:
    return {
        "on": due.kind,
        "what": due.subject,
        "days": due.days,
        "agreement": due.agreement,
        "article": due.article,
        "claims": due.claims,
        "due": due.due,
        "held": due.held,
        "next": _date(due.next),
    }


# -- recall


def recall(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="[ID]", help="The object's id.", show_default=False)] = "",
    order: Annotated[str, typer.Option(metavar="REFERENCE", help="Reference of the recall.")] = "",
    ground: Annotated[str, typer.Option(help="Why; one line.")] = "",
    told: Annotated[list[str] | None, typer.Option(metavar="PARTY", help="This party has been told of it.")] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Policy alone decides again who sees it.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List what was recalled and who has to be told.")] = False,
    json: Json = False,
) -> None:
    """Takes an object back: no other party finds it from now on. Lists who could have had it and has to be told."""
    acts = sum((bool(order or ground), bool(told), lift, listed))
    if acts != 1 or (not listed and not identifier) or bool(order) != bool(ground):
        raise typer.BadParameter("give an id with --order and --ground, with --told, or with --lift; or --list alone")
    with context.obj.open() as node:
        by = by_command_line()
        if listed:
            found = list(node.store.recalls.all())
        elif lift:
            node.store.recalls.lift(identifier, by=by)
            found = []
        elif told:
            found = [node.store.recalls.note_told(identifier, one, by=by) for one in told][-1:]
        else:
            found = [node.directory.erasing.recall(identifier, reference=order, ground=ground, by=by)]
        while node.store.settle():
            pass
        node.store.twins.make()
    if json:
        show_json([_recall(each) for each in found])
        return
    if lift:
        show(f"{plain(identifier)} is no longer recalled.")
    for each in found:
        show(f"{each.object} was recalled {rfc3339(each.at)}: {plain(each.reference)}, {plain(each.ground)}")
        rows = [
            (
                one.party,
                one.twin or "itself",
                _date(one.since) or "-",
                _date(one.until) or "the recall",
                _date(one.at) or "to be told",
            )
            for one in each.told
        ]
        show(table(("party", "had", "since", "until", "told"), rows) if rows else "Nobody else could have had it.")


def _recall(recall: "Recall") -> dict[str, Any]:
    return {
        "object": recall.object,
        "order": recall.reference,
        "ground": recall.ground,
        "by": recall.made_by,
        "at": rfc3339(recall.at),
        "told": [
            {
                "party": one.party,
                "twin": one.twin,
                "since": _date(one.since),
                "until": _date(one.until),
                "told": _date(one.at),
            }
            for one in recall.told
        ],
    }


def _date(at: Micros | None) -> str | None:
    """A moment; None where it is none, or before everything."""
    return None if at is None or at < 0 else rfc3339(at)
