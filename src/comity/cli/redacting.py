"""``redact``: what of an object would go to a party, part by part, or why nothing can. A look: nothing is made or sent by it."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
import typer

from comity.cli.screen import plain, show, show_json
from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import NotFound

if TYPE_CHECKING:
    from comity.kernel.store.answers import Explained, Going
    from comity.web.portraits.comparison import Comparison, Line, Run

FORMS: Final = {
    "whole": "It goes as it is: nothing of it had to be changed.",
    "made": "In its place goes:",
    "waiting": "Nothing goes yet. In its place would go:",
    "unmade": "Nothing goes: no form of it can be made that may go.",
}
TO_REVIEW: Final = "Nothing goes until people have agreed ('comity approval'). They would agree to this:"
CHANGES: Final = {
    "gone": "taken out",
    "partly": "taken out in part",
    "coarser": "made coarser",
    "pseudonym": "pseudonym",
    "reference": "reference under a pseudonym",
    "creator": "in our name",
    "other": "changed",
    "added": "added",
}


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("redact")(redact)


def redact(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The object's id.")],
    to: Annotated[str, typer.Option(metavar="PARTY", help="To whom: the party's short name.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with what would go.")] = False,
) -> None:
    """Shows what of an object goes to a party or would, beside what is held: what is taken out, made coarser, or renamed.

    Nothing is made and nothing is sent by looking.
    """
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        whom = node.directory.parties.get(to)
        own = node.directory.parties.own()
        eyes = node.store.visible(Viewer(party=own.id, channel=CHANNEL))
        claims = eyes.explained(identifier, whom.id)
        going = {each.leaf: each for each in eyes.going(identifier, whom.id, node.store.twins.naming, own.identity)}
    if not claims:
        raise NotFound(
            f"nothing is held under the id {identifier}", hint="'comity search TEXT' finds objects by words."
        )
    if json:
        show_json(
            {
                "id": identifier,
                "party": whom.slug,
                "claims": [
                    {"source": each.held.source_slug, "collection": each.held.collection_slug}
                    | {"effect": each.decision.effect.value, "released": each.released}
                    | {"goes": told(each, going[each.held.leaf], whole=True) if each.held.leaf in going else None}
                    for each in claims
                ],
            }
        )
        return
    lines = [identifier]
    for each in claims:
        lines += ["", f"Claim of {each.held.source_slug} in {each.held.collection_slug}, to {whom.slug}:"]
        if each.held.leaf in going:
            lines += [f"  {line}" for line in lines_of(each, going[each.held.leaf])]
        elif each.released:
            lines.append("  It is released as it is: there is nothing to redact.")
        elif each.decision.lens is not None:
            lines.append("  Nothing goes of this one: they have the object by another claim.")
        else:
            lines.append(f"  It is withheld: {plain(str(each.decision.reasons[0].internal))}")
    show("\n".join(lines))


def told(claim: "Explained", going: "Going", *, whole: bool) -> dict[str, Any]:
    """What goes in place of a claim, for programs; ``whole``: with the object."""
    from comity.kernel.policy.lens_sentences import sentences  # noqa: PLC0415  --help must answer at once

    lens = claim.decision.lens
    said: dict[str, Any] = {
        "form": going.form,
        "id": going.id or None,
        "made": None if going.made is None else rfc3339(going.made),
        "does": [] if lens is None else [str(each) for each in sentences(lens)],
        "reason": None if going.reason is None else str(going.reason),
    }
    return said | {"object": msgspec.Raw(going.raw) if going.raw else None} if whole else said


def lines_of(claim: "Explained", going: "Going") -> list[str]:
    """What goes in place of a claim, for people."""
    from comity.kernel.policy.decision import Effect  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.lens_sentences import sentences  # noqa: PLC0415  --help must answer at once
    from comity.web.portraits.comparison import compared  # noqa: PLC0415  --help must answer at once

    to_review = claim.decision.effect is Effect.REVIEW and going.form == "waiting"
    lines = [TO_REVIEW if to_review else FORMS[going.form]]
    if going.reason is not None:
        lines.append(plain(str(going.reason)))
    if claim.decision.lens is not None and going.form != "whole":
        lines += [f"- {plain(str(each))}" for each in sentences(claim.decision.lens)]
    if going.id and going.form == "made":
        lines.append(f"Its id for them: {going.id}")
    return [*lines, *_beside(compared(claim.held.raw, going.raw))] if going.raw and going.form != "whole" else lines


def _beside(found: "Comparison") -> list[str]:
    if found.whole:
        return ["It would go as it is."]
    lines = []
    for each in found.lines:
        lines += ["", f"{_label(each)} ({CHANGES[each.change]})"]
        lines += [f"  - {_marked(runs, '[', ']')}" for runs in each.before if _differs(runs) or len(each.before) == 1]
        lines += [f"  + {_marked(runs, '[', ']')}" for runs in each.after if _differs(runs) or len(each.after) == 1]
        if each.more:
            lines.append(f"    and {each.more} more")
    if found.more:
        lines.append(f"and {found.more} more properties")
    if found.same:
        lines += ["", f"As they are: {', '.join(map(_label, found.same))}."]
    return lines


def _label(each: "Line") -> str:
    return plain(each.label)


def _differs(runs: "tuple[Run, ...]") -> bool:
    return any(differs for differs, _ in runs)


def _marked(runs: "tuple[Run, ...]", opens: str, closes: str) -> str:
    """One value in a line, with what differs in brackets; without, where all of it does."""
    if len(runs) == 1:
        return plain(runs[0][1])
    return "".join(f"{opens}{plain(text)}{closes}" if differs else plain(text) for differs, text in runs)
