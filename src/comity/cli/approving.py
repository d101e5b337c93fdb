"""``approval``: what waits for people's decision; looked at, approved and refused by a person with the key under their password.

Who signs proves it with that password, which opens the key for this one signature; nobody signs here for somebody else. A person
who gives one-time codes, or signs with a passkey, does so on the pages.
"""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from comity.cli.screen import note, plain, show, show_json, table
from comity.kernel.base.errors import NotFound, Refused

if TYPE_CHECKING:
    from comity.app.node import Node
    from comity.kernel.policy.approval.decisions import Decision
    from comity.kernel.store.reviewing import Waiting
    from comity.kernel.store.types import Account
    from comity.kernel.store.visible import Visible

approval = typer.Typer(
    no_args_is_help=True, help="What goes only when people have agreed: list, show, approve, refuse."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The object's id.")]
To = Annotated[str, typer.Option("--to", metavar="PARTY", help="Whom it would go to, where several are asked about.")]
As = Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs: the account. Its password is asked for.")]
Form = Annotated[
    str, typer.Option(metavar="FORM", help="as-asked, as-approved (by somebody before), or the name of a profile.")
]
AS_ASKED = "as-asked"
AS_APPROVED = "as-approved"


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(approval, name="approval")


@approval.command("list")
def approval_list(
    context: typer.Context,
    to: To = "",
    agreement: Annotated[str, typer.Option(metavar="NAME", help="Only what this agreement asks for.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    json: Json = False,
) -> None:
    """Lists what waits. What is restricted to named people is not listed here."""
    with context.obj.open() as node:
        party = node.directory.parties.get(to).id if to else 0
        visible = _visible(node)
        found = visible.reviews(limit, agreement=agreement, party=party).items
        counted = visible.reviews_counted(agreement=agreement, party=party)
    if json:
        show_json({"waiting": counted.number, "more": counted.more, "items": [_told(each) for each in found]})
        return
    rows = [(each.held.id, each.held.tlp.label, ", ".join(each.audience), _asked(each), _state(each)) for each in found]
    show(table(("object", "marking", "would go to", "who is asked", "state"), rows))
    note(f"{'More than ' if counted.more else ''}{counted.number} wait. Next:  comity approval show ID")


@approval.command("show")
def approval_show(
    context: typer.Context,
    identifier: Id,
    to: To = "",
    form: Form = "",
    person: Annotated[str, typer.Option("--as", metavar="NAME", help="As this person sees it.")] = "",
    json: Json = False,
) -> None:
    """Shows exactly what would go, to whom, who is asked, and what was said."""
    from comity.kernel.store.proposing import Proposal  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        account = node.directory.accounts.get(person or None)
        one = _item(node, account if person else None, identifier, to)
        proposal = node.directory.approvals.proposal(account, one, _release(one, form))
        names = {each.id: each.name for each in node.directory.accounts.all()}
    goes = proposal.raw if isinstance(proposal, Proposal) else b""
    reasons = () if isinstance(proposal, Proposal) else tuple(map(str, proposal.reasons))
    if json:
        show_json({**_told(one), "goes": msgspec.Raw(goes) if goes else None, "reasons": reasons})
        return
    lines = [one.held.id, f"would go to: {plain(', '.join(one.audience))}", f"asked: {_asked(one)}", _state(one)]
    lines += [f"  {plain(str(each.internal))}" for each in one.decision.reasons]
    said = () if one.review is None else one.review.acts
    lines += [f"  {each.says} by {plain(names.get(each.account, ''))}, as {each.role}" for each in said]
    lines += [
        "",
        "Exactly this would go (created and modified are set when it does):" if goes else "Nothing can go like this:",
    ]
    lines += [plain(goes.decode())] if goes else [f"  {plain(each)}" for each in reasons]
    show("\n".join(lines))


@approval.command("approve")
def approval_approve(
    context: typer.Context,
    identifier: Id,
    person: As,
    to: To = "",
    form: Form = "",
    reference: Annotated[
        str, typer.Option(metavar="TEXT", help="Where the consent of the source that was asked stands written.")
    ] = "",
    json: Json = False,
) -> None:
    """Approves it, signed with the person's own key. Where the agreement asks for two people, another one has to as well."""
    with context.obj.open() as node:
        account = node.directory.accounts.get(person)
        one = _item(node, account, identifier, to)
        _sign(node, account, one, msgspec.structs.replace(_release(one, form), reference=reference), json=json)


@approval.command("refuse")
def approval_refuse(
    context: typer.Context,
    identifier: Id,
    person: As,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is signed with the rest.")],
    to: To = "",
    json: Json = False,
) -> None:
    """Refuses it, signed with the person's own key. It does not go until that person withdraws the refusal."""
    from comity.kernel.policy.approval.decisions import Decision  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        account = node.directory.accounts.get(person)
        one = _item(node, account, identifier, to)
        _sign(node, account, one, Decision("refuse", reason=reason), json=json)


def _sign(node: "Node", account: "Account", one: "Waiting", decision: "Decision", *, json: bool) -> None:
    """Signs and keeps it; then what follows, in case no server runs."""
    if node.directory.accounts.has_totp(account):
        raise Refused(
            f"{account.name} proves who they are with one-time codes, which this command can't ask for",
            code="approval-codes",
            hint="Sign on the pages: /approvals.",
        )
    prepared = node.directory.approvals.prepare(account, one, decision)
    password: str = typer.prompt(f"Password of {account.name}", hide_input=True, err=True)
    state = node.directory.approvals.sign_with_password(account, password, prepared)
    node.store.twins.make()
    if json:
        show_json({"id": one.held.id, "state": state.value, "content": prepared.statement.content_digest or None})
    else:
        show(f"{one.held.id} is {state.value.replace('-', ' ')}.")


def _release(one: "Waiting", form: str) -> "Decision":
    from comity.kernel.policy.approval.decisions import Decision  # noqa: PLC0415  --help must answer at once

    content = "" if one.review is None else one.review.content.hex()
    if form == AS_APPROVED or (content and not form):
        return Decision("release", "as-approved", content=content)
    if form in {"", AS_ASKED}:
        return Decision("release")
    return Decision("release", "profile", profile=form)


def _item(node: "Node", account: "Account | None", identifier: str, to: str) -> "Waiting":
    party = node.directory.parties.get(to).id if to else 0
    found = _visible(node, account).reviews_of(identifier, party)
    if not found:
        raise NotFound(
            "nobody is asked about this object", code="review-unknown", hint="'comity approval list' shows what waits."
        )
    if len(found) > 1:
        raise NotFound(
            "several agreements ask about this object",
            code="review-several",
            hint=f"Name a party with --to; it would go to: {'; '.join(', '.join(each.audience) for each in found)}.",
        )
    return found[0]


def _visible(node: "Node", account: "Account | None" = None) -> "Visible":
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    own = node.directory.parties.own().id
    return node.store.visible(Viewer(own, channel=CHANNEL, account=None if account is None else account.id))


def _asked(one: "Waiting") -> str:
    words = [f"{'two of' if each.four_eyes else 'one of'} {', '.join(each.roles)}" for each in one.demands]
    return "; ".join(dict.fromkeys(words))


def _state(one: "Waiting") -> str:
    return "waiting" if one.review is None else one.review.state.value


def _told(one: "Waiting") -> dict[str, Any]:
    return {
        "id": one.held.id,
        "name": one.name,
        "tlp": one.held.tlp.word,
        "to": one.audience,
        "state": _state(one),
        "articles": [{"agreement": each.agreement, "article": each.article} for each in one.grounds],
        "asked": [{"roles": each.roles, "four_eyes": each.four_eyes} for each in one.demands],
        "said": []
        if one.review is None
        else [{"id": each.id, "says": each.says, "role": each.role} for each in one.review.acts],
    }
