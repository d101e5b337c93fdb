"""``agreement``: what we agreed with others, as text: made, checked, looked at before it is signed, signed, offered, ended."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from comity.cli import offering
from comity.cli.codes import Exit
from comity.cli.options import by_command_line
from comity.cli.screen import note, show, show_json, table
from comity.cli.texts import is_offer, read_file, text_of
from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.base.errors import Invalid

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.store.answers import Preview

agreement = typer.Typer(
    no_args_is_help=True,
    help="Agreements with other parties: new, check, preview, apply, list, show, suspend, resume, withdraw, gone-out, "
    "offer, accept, answer, answered.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The agreement's name.")]
Text = Annotated[str, typer.Argument(metavar="FILE", help="The text (TOML); - for standard input.")]
Either = Annotated[str, typer.Argument(metavar="FILE", help="The text (TOML), or an offer; - for standard input.")]
TEMPLATES = "open-community, bilateral-csirt, sector-isac, law-enforcement, eu-rok"


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    offering.register(agreement)
    app.add_typer(agreement, name="agreement")


# -- the text


@agreement.command("new")
def agreement_new(
    context: typer.Context,
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help=f"One of: {TEMPLATES}.")],
    party: Annotated[str | None, typer.Option("--with", metavar="PARTY", help="With whom.")] = None,
    community: Annotated[
        list[str] | None, typer.Option(metavar="COMMUNITY", help="Whose members it reaches; repeat for several.")
    ] = None,
    name: Annotated[str, typer.Option(help="Its name, the same at every node; made if left out.")] = "",
) -> None:
    """Prints the text of a new agreement, to be edited. Nothing holds before 'apply'."""
    with context.obj.open() as node:
        for each in community or ():
            node.directory.communities.get(each)
        text = node.directory.agreements.draft(template, party, name=name, communities=tuple(community or ()))
        whom = node.directory.parties.get(party) if party is not None else None
    sys.stdout.write(text)
    if whom is not None and whom.identity is None:
        note(f"The identity of {whom.slug} is not known: its node could not tell that it is meant. When you know it:")
        note(f"  comity party identity {whom.slug} identity--UUID")
    note("Next, when you have edited it:  comity agreement check FILE, then preview FILE, then apply FILE")


@agreement.command("check")
def agreement_check(context: typer.Context, file: Either, json: Json = False) -> None:
    """Says all that is wrong with a text, or who signed an offer. Fails where it could not be signed."""
    data = read_file(file)
    with context.obj.open() as node:
        sound = _check_offer(node, data, json=json) if is_offer(data) else _check_text(node, text_of(data), json=json)
    if not sound:
        raise typer.Exit(Exit.FAILED)


def _check_text(node: "Node", text: str, *, json: bool) -> bool:
    from comity.cli.agreeing import finding, findings_said  # noqa: PLC0415  --help must answer at once

    read, findings = node.directory.agreements.examine(text)
    if json:
        name = None if read is None else read.name
        show_json({"sound": read is not None, "name": name, "findings": [finding(each) for each in findings]})
        return read is not None
    for line in findings_said(findings):
        show(line)
    if read is not None:
        show(f"{read.name} may be signed: {len(read.articles)} articles.")
    return read is not None


def _check_offer(node: "Node", data: bytes, *, json: bool) -> bool:
    from comity.cli.agreeing import offer_said, offer_told  # noqa: PLC0415  --help must answer at once

    offer = node.directory.offers.read(data)
    if json:
        show_json({"sound": True, **offer_told(offer)})
        return True
    for line in offer_said(offer):
        show(line)
    if not all(each.known for each in offer.signers):
        note("Compare the fingerprint of keys that are new with whose they are, by another way, before you accept.")
    return True


@agreement.command("preview")
def agreement_preview(context: typer.Context, file: Either, json: Json = False) -> None:
    """Says what a text, or an offer, would open, close and withhold if it were signed now, party by party."""
    data = read_file(file)
    with context.obj.open() as node:
        if is_offer(data):
            _tell(node, node.directory.offers.preview(data), json=json)
        else:
            _tell(node, node.directory.agreements.preview(_sound(node, text_of(data))), json=json)


@agreement.command("apply")
def agreement_apply(context: typer.Context, file: Text, json: Json = False) -> None:
    """Signs a text for us. What it releases is released at once. The same text again changes nothing."""
    from comity.cli.agreeing import row_told, sign_of  # noqa: PLC0415  --help must answer at once

    text = text_of(read_file(file))
    with context.obj.open() as node:
        agreements = node.directory.agreements
        before = {each.name: each.version for each in agreements.all()}
        row = agreements.apply(_sound(node, text), by=by_command_line())
        told = row_told(node, row)
        state = agreements.state(row)
    changed = before.get(row.name) != row.version
    if json:
        show_json({**told, "changed": changed})
        return
    if not changed:
        note(f"{row.name} stands with this text already; nothing was changed.")
        return
    show(f"{row.name} is signed by us, as the version of {rfc3339(row.version)}: {sign_of(state)}.")
    if row.suspended is not None:
        note(f"The version before was suspended, so this one is: comity agreement resume {row.name}")
    if len(row.agreement.signatories) > 1 and row.theirs is None:
        note(f"What they undertake binds them once they have signed: comity agreement offer {row.name} > FILE")


# -- what stands


@agreement.command("list")
def agreement_list(context: typer.Context, json: Json = False) -> None:
    """Lists the agreements and how they stand."""
    from comity.cli.agreeing import row_told, sign_of, with_whom  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        rows = node.directory.agreements.all()
        states = [node.directory.agreements.state(each) for each in rows]
        told = [row_told(node, each) for each in rows] if json else []
        own = node.directory.parties.own()
    if json:
        show_json(told)
        return
    if not rows:
        note("There are none. 'comity agreement new TEMPLATE --with PARTY' makes the text of one.")
        return
    lines = [
        (
            row.name,
            sign_of(state),
            with_whom(row, own),
            _day(row.ours),
            _day(row.theirs),
            row.title,
        )
        for row, state in zip(rows, states, strict=True)
    ]
    show(table(("agreement", "state", "with", "signed by us", "by them", "title"), lines))


@agreement.command("show")
def agreement_show(
    context: typer.Context,
    name: Name,
    text: Annotated[bool, typer.Option("--text", help="Print the text as it was signed.")] = False,
    json: Json = False,
) -> None:
    """Shows an agreement as articles that people read, with what each decides, and who signed it."""
    from comity.cli.agreeing import shown, told_whole  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        row = node.directory.agreements.get(name)
        if text:
            sys.stdout.write(row.text)
        elif json:
            show_json(told_whole(node, row))
        else:
            show(shown(node, row))


@agreement.command("suspend")
def agreement_suspend(
    context: typer.Context,
    name: Name,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would close.")] = False,
    json: Json = False,
) -> None:
    """Suspends an agreement: it releases nothing from now on, until it is resumed. Says what had gone out."""
    _end(context, name, "suspend", preview=preview, json=json)


@agreement.command("resume")
def agreement_resume(
    context: typer.Context,
    name: Name,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would open.")] = False,
    json: Json = False,
) -> None:
    """Lets a suspended agreement release again."""
    _end(context, name, "resume", preview=preview, json=json)


@agreement.command("withdraw")
def agreement_withdraw(
    context: typer.Context,
    name: Name,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would close.")] = False,
    json: Json = False,
) -> None:
    """Withdraws an agreement for good: it releases nothing from now on. Says what had gone out."""
    _end(context, name, "withdraw", preview=preview, json=json)


@agreement.command("gone-out")
def agreement_gone_out(context: typer.Context, name: Name, json: Json = False) -> None:
    """Lists what had been open under an agreement and is no longer, party by party."""
    from comity.cli.agreeing import gone_told  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        node.directory.agreements.get(name)
        gone = node.directory.agreements.gone_out(name)
    if json:
        show_json(gone_told(gone))
        return
    rows = [(party.slug, each.type, each.id, rfc3339(each.closed)) for party, held in gone for each in held]
    if rows:
        show(table(("party", "type", "id", "open until"), rows))
    else:
        note(f"Nothing that was open under {name} is closed.")


# -- inside


def _end(
    context: typer.Context, name: str, act: Literal["suspend", "resume", "withdraw"], *, preview: bool, json: bool
) -> None:
    from comity.cli.agreeing import gone_told, row_told, sign_of  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        agreements = node.directory.agreements
        if preview:
            _tell(node, agreements.preview_of(name, act), json=json)
            return
        before = {(party.slug, each.id) for party, held in agreements.gone_out(name) for each in held}
        done = {"suspend": agreements.suspend, "resume": agreements.resume, "withdraw": agreements.withdraw}[act]
        row = done(name, by=by_command_line())
        state = agreements.state(row)
        gone = [
            (party, tuple(each for each in held if (party.slug, each.id) not in before))
            for party, held in agreements.gone_out(name)
        ]
        told = row_told(node, row)
    if json:
        show_json({**told, "gone_out": gone_told(gone)})
        return
    show(f"{row.name}: {sign_of(state)}.")
    for party, held in gone:
        if held:
            objects = "object" if len(held) == 1 else "objects"
            show(f"{party.slug} could have {len(held)} {objects} that it gets no longer.")
    if any(held for _, held in gone):
        note(f"Which: comity agreement gone-out {name}")


def _sound(node: "Node", text: str) -> str:
    """The text, where it may be signed; what is found in it is said, a line each."""
    from comity.cli.agreeing import findings_said  # noqa: PLC0415  --help must answer at once

    read, findings = node.directory.agreements.examine(text)
    for line in findings_said(findings):
        note(line)
    if read is None:
        raise Invalid("the text may not be signed", code="agreement", hint="Put it right where it says so.")
    return text


def _tell(node: "Node", preview: "Preview", *, json: bool) -> None:
    from comity.cli.agreeing import preview_told, previewed  # noqa: PLC0415  --help must answer at once

    if json:
        show_json(preview_told(preview))
    else:
        show(previewed(node, preview))


def _day(at: Micros | None) -> str:
    return "-" if at is None else rfc3339(at)[:10]
