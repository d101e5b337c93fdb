"""``backup``, ``restore``, ``backup-key``, ``migrate``: a node kept over years, disks and versions."""

import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import Invalid

if TYPE_CHECKING:
    from comity.app.backup.periods import PeriodKey, Periods
    from comity.app.backup.sealing import Head
    from comity.app.node import Node

KEY_VARIABLE: Final = "COMITY_BACKUP_KEY"
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="A month: 2026-11.")]

backup_key = typer.Typer(no_args_is_help=True, help="The keys of backups, one for each month: list, show, destroy.")


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("migrate")(migrate)
    app.add_typer(backup_key, name="backup-key")


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Don't restore it for trial. Then nobody knows that it can be.")
    ] = False,
    json: Json = False,
) -> None:
    """Saves the node, also while it runs, into one encrypted file, and restores that for trial."""
    from comity.app.backup.saving import save  # noqa: PLC0415  --help must answer at once
    from comity.cli.progress import Steps  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node, Steps() as steps:
        saved = save(node, file.expanduser().absolute(), verify=not no_verify, progress=steps.tell)
    for each in saved.left_out:
        note(f"Left out, since it is no file: {each}")
    if json:
        show_json({**_held(saved.held), "file": saved.path, "made": rfc3339(saved.made), "bytes": saved.size,
                   "period": saved.period, "key": saved.key, "verified": saved.held is not None})  # fmt: skip
        return
    show(f"{saved.path}: the node as of {rfc3339(saved.made)}, {saved.size} bytes, encrypted under {saved.period}.")
    if saved.held is not None:
        show(f"Restored for trial: {saved.held.claims} claims and {saved.held.leaves} leaves agree.")
    if saved.fresh:
        note(
            f"\nThe key of {saved.period} was made just now. Without it no backup of this month can be opened, and no backup"
        )
        note(f"holds it: keep it elsewhere, apart from the backups:\n\n  comity backup-key show {saved.period}\n")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"File with the line that 'comity backup-key show' printed. Without it: {KEY_VARIABLE}, "
            "else the node of --data, else it is asked for.",
        ),
    ] = None,
    database: Annotated[str, typer.Option(metavar="URL", help="For a node on PostgreSQL: an empty database.")] = "",
    json: Json = False,
) -> None:
    """Makes a node of a backup, with the schema that this version needs, and goes through it."""
    from comity.app.backup.restoring import restore as make  # noqa: PLC0415  --help must answer at once
    from comity.app.node import SYSTEM_CLOCK, open_node  # noqa: PLC0415  --help must answer at once
    from comity.cli.progress import Steps  # noqa: PLC0415  --help must answer at once
    from comity.kernel.base.ids import system_random  # noqa: PLC0415  --help must answer at once

    path = directory.expanduser().absolute()
    with Steps() as steps:
        restored = make(
            file.expanduser().absolute(),
            path,
            _key_of(context, key),
            database=database,
            random=system_random,
            progress=steps.tell,
        )
    with open_node(context.obj.settings(data=str(path)), clock=SYSTEM_CLOCK) as node:
        context.obj.note(node)
    about = restored.about
    if json:
        show_json({**_held(restored.held), "data": str(path), "node": about.node, "made": rfc3339(about.made)})
        return
    show(f"The node of {about.name} stands in {path}, as of {rfc3339(about.made)}.")
    show(f"{restored.held.claims} claims and {restored.held.leaves} leaves agree.")
    note(
        "\nTokens, accounts and access lists are as they were then: what was revoked, disabled or changed since has to be"
        "\nagain. Nobody is signed in, one-time links are gone, and clients that page begin again by date."
        "\nNever run this node beside the one that was saved: they are the same node."
    )


def migrate(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Only say what would be done.")] = False,
    json: Json = False,
) -> None:
    """Brings the node of an earlier version up to date. Stop it and make a backup before."""
    from comity.app.node import SYSTEM_CLOCK, open_node  # noqa: PLC0415  --help must answer at once
    from comity.app.upkeep import bring_up_to_date, outstanding  # noqa: PLC0415  --help must answer at once
    from comity.cli.progress import Counted  # noqa: PLC0415  --help must answer at once

    settings = context.obj.settings()
    with Counted("labels") as bar:
        update = outstanding(settings) if check else bring_up_to_date(settings, SYSTEM_CLOCK, told=bar.tell)
    if update.needed and not check:
        with open_node(settings, clock=SYSTEM_CLOCK) as node:
            context.obj.note(node)
    if json:
        show_json(
            {
                "from": update.since,
                "to": update.to,
                "steps": [each for each, _ in update.steps],
                "relabelled": bar.done,
                "done": not check,
            }
        )
        return
    if not update.needed:
        show(f"Nothing to do: the schema is at {update.to}.")
        return
    for step, words in update.steps:
        show(f"{step}  {words}")
    if update.vault_key:
        show("keys/vault.key, under which the node seals what it must be able to read again")
    if update.second_key:
        show("keys/node-2.key, the second key that the node signs with")
    if bar.done:
        show(f"labels: {bar.done} objects labelled anew")
    show("This is what 'comity migrate' would do." if check else f"Done: the schema is at {update.to}.")


@backup_key.command("list")
def backup_key_list(context: typer.Context, json: Json = False) -> None:
    """Lists the months whose key is here, with the key's id, and the erasures whose objects their backups may still have."""
    from comity.app.backup.periods import holding  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        periods = _periods(node)
        held = [periods.get(each) for each in periods.all()]
        now = node.clock.now()
        spans = [(one.id, one.since, one.finished or now) for one in node.store.erasures.all() if one.since is not None]
    erased = {
        each.period: [number for number, since, until in spans if holding([each.period], since, until)] for each in held
    }
    if json:
        show_json([{"period": each.period, "key": each.id, "erasures": erased[each.period]} for each in held])
        return
    rows = [(each.period, each.id, " ".join(map(str, erased[each.period])) or "-") for each in held]
    show(table(("period", "key", "may have what was erased by"), rows))


@backup_key.command("show")
def backup_key_show(context: typer.Context, period: Period) -> None:
    """Prints a month's key as a line of text, to be kept apart from the backups. Whoever has both can read them."""
    with context.obj.open() as node:
        key = _periods(node).get(period)
    show(key.written())


@backup_key.command("destroy")
def backup_key_destroy(
    context: typer.Context,
    period: Period,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Destroys a month's key: its backups can never be opened again, once the copies of the key are destroyed as well."""
    if not yes:
        typer.confirm(f"Destroy the key of {period}? No backup of that month can be opened then.", abort=True, err=True)
    with context.obj.open() as node:
        _periods(node).destroy(period)
    show(f"The key of {period} is destroyed here. Destroy what copies of it were kept elsewhere.")


def _periods(node: "Node") -> "Periods":
    from comity.app.backup.periods import Periods  # noqa: PLC0415  --help must answer at once

    return Periods(node.folder, node.vault, node.random)


def _key_of(context: typer.Context, file: Path | None) -> "Callable[[Head], PeriodKey]":
    """Where the key of a backup comes from, once its head has said which one it is."""
    from comity.app.backup.periods import read_written  # noqa: PLC0415  --help must answer at once
    from comity.app.folder import Folder  # noqa: PLC0415  --help must answer at once
    from comity.app.node import open_node  # noqa: PLC0415  --help must answer at once
    from comity.app.settings import data_folder, environment  # noqa: PLC0415  --help must answer at once

    def key(head: "Head") -> "PeriodKey":
        given = environment().get(KEY_VARIABLE, "")
        if file is not None:
            return read_written(_text(file))
        if given:
            return read_written(given)
        settings = context.obj.settings()
        if settings.data and Folder(data_folder(settings)).exists():
            with open_node(settings) as node:
                return _periods(node).get(head.period)
        if not sys.stdin.isatty():
            raise Invalid(
                f"the backup needs the key of {head.period} ({head.key}), and none was given",
                code="backup-key",
                hint=f"Give --key FILE, or set {KEY_VARIABLE}.",
            )
        return read_written(getpass(f"Key of {head.period} ({head.key}): "))

    return key


def _text(file: Path) -> str:
    try:
        return file.expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"the key can't be read from {file}", code="backup-key", hint="Is it the right file?") from error


def _held(held: object) -> dict[str, object]:
    from comity.kernel.store.agreement import Tally  # noqa: PLC0415  --help must answer at once

    if not isinstance(held, Tally):
        return {}
    return {"claims": held.claims, "versions": held.versions, "leaves": held.leaves, "events": held.events}
