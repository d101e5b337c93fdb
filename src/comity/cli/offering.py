"""``agreement offer``, ``accept``, ``answer``, ``answered``: agreements between nodes, as files."""

import sys
from typing import Annotated

import typer

from comity.cli.options import by_command_line
from comity.cli.screen import note, show, show_json
from comity.cli.texts import read_file

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The agreement's name.")]
Fingerprint = Annotated[
    str, typer.Option(metavar="sha256:...", help="The fingerprint of their keys, as they told you by another way.")
]


def register(agreement: typer.Typer) -> None:
    """Adds these commands to those of ``agreement``."""
    agreement.command("offer")(offer)
    agreement.command("accept")(accept)
    agreement.command("answer")(answer)
    agreement.command("answered")(answered)


def offer(context: typer.Context, name: Name) -> None:
    """Prints the file by which the others are asked to sign: the agreement and the signatures under it."""
    with context.obj.open() as node:
        data = node.directory.offers.offer(name)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    note("They take it in with 'comity agreement accept FILE > ANSWER', you their answer with 'answered ANSWER'.")


def accept(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The offer; - for standard input.")],
    fingerprint: Fingerprint = "",
) -> None:
    """Signs what another node offers, and prints the answer for it. What it releases here is released at once."""
    from comity.cli.agreeing import findings_said, sign_of  # noqa: PLC0415  --help must answer at once

    data = read_file(file)
    with context.obj.open() as node:
        offered = node.directory.offers.read(data, fingerprint=fingerprint)
        signed = node.directory.offers.accept(data, by=by_command_line(), fingerprint=fingerprint)
        row = node.directory.agreements.get(offered.carried.agreement.name)
        state = node.directory.agreements.state(row)
    sys.stdout.buffer.write(signed)
    sys.stdout.buffer.flush()
    for line in findings_said(offered.findings):
        note(line)
    note(f"{row.name} is signed by us: {sign_of(state)}. What is printed is the answer for them.")
    for each in offered.signers:
        _say_keys(each.party.slug, each.fingerprint, known=each.known or each.party.own or bool(fingerprint))


def answer(context: typer.Context, name: Name) -> None:
    """Prints the answer to an offer again."""
    with context.obj.open() as node:
        data = node.directory.offers.answer(name)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def answered(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="ANSWER", help="The answer; - for standard input.")],
    fingerprint: Fingerprint = "",
    json: Json = False,
) -> None:
    """Takes in the answer to our offer: from now on what they undertake binds them."""
    from comity.cli.agreeing import row_told, sign_of  # noqa: PLC0415  --help must answer at once

    data = read_file(file)
    with context.obj.open() as node:
        agreements = node.directory.agreements
        known = {(each.identity, each.fingerprint) for row in agreements.all() for each in agreements.signatures(row)}
        row = node.directory.offers.answered(data, by=by_command_line(), fingerprint=fingerprint)
        signatures = agreements.signatures(row)
        state = agreements.state(row)
        told = row_told(node, row)
    if json:
        show_json(told)
        return
    show(f"{row.name}: {sign_of(state)}.")
    for each in signatures:
        if each.party is not None and (each.identity, each.fingerprint) not in known:
            _say_keys(each.party.slug, each.fingerprint, known=bool(fingerprint))


def _say_keys(party: str, fingerprint: str, *, known: bool) -> None:
    if known:
        return
    note(f"{party} signed with keys that are new here. Compare the fingerprint with them by another way:")
    note(f"  {fingerprint}")
