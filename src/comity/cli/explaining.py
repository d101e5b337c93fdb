"""``explain``: why a party gets an object or not, claim by claim, and what would change it. For our own people: internal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from comity.cli.screen import plain, show, show_json
from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import NotFound

if TYPE_CHECKING:
    from comity.kernel.policy.decision import Decision, Obligation, Reason
    from comity.kernel.store.answers import Explained, Going
    from comity.kernel.store.types import Party

EFFECTS = {
    "release": "gets it",
    "made": "gets a form of it in its place",
    "redact": "would get it redacted, which is not made yet: gets nothing",
    "review": "gets it when people have agreed: gets nothing now",
    "withhold": "does not get it",
}


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("explain")(explain)


def explain(
    context: typer.Context,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The object's id.")],
    to: Annotated[str, typer.Option(metavar="PARTY", help="To whom: the party's short name.")],
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="As of this day (to its end, UTC) or moment; now if left out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Says whether a party gets an object, by which articles and clauses, and what would have to be otherwise."""
    from comity.cli.reading import CHANNEL  # noqa: PLC0415  --help must answer at once
    from comity.kernel.directory.dates import moment_of  # noqa: PLC0415  --help must answer at once
    from comity.kernel.policy.viewer import Viewer  # noqa: PLC0415  --help must answer at once

    with context.obj.open() as node:
        whom = node.directory.parties.get(to)
        at = None if on is None else moment_of(on, node.clock.now())
        own = node.directory.parties.own()
        eyes = node.store.visible(Viewer(party=own.id, channel=CHANNEL))
        claims = eyes.explained(identifier, whom.id, at)
        names = node.store.twins.naming
        found = eyes.going(identifier, whom.id, names, own.identity) if at is None else ()
        going = {each.leaf: each for each in found}
        when = node.clock.now() if at is None else at
    if not claims:
        raise NotFound(
            f"nothing is held under the id {identifier}", hint="'comity search TEXT' finds objects by words."
        )
    if json:
        show_json(
            {
                "id": identifier,
                "party": whom.slug,
                "on": rfc3339(when),
                "released": any(each.released or _form(each, going) == "whole" for each in claims),
                "effect": effect(claims, going),
                "claims": [_claim(each, going.get(each.held.leaf)) for each in claims],
            }
        )
    else:
        show(_told(claims, going, whom, rfc3339(when)))


Goings: TypeAlias = "Mapping[int, Going]"
"""What goes in place of claims, by their leaves."""


def effect(claims: "tuple[Explained, ...]", going: Goings) -> str:
    """What holds for the object: the mildest effect of its claims. What waits for what it refers to, or can't be made, is
    withheld; what goes as it is after all is released.
    """
    from comity.kernel.policy.decision import Effect  # noqa: PLC0415  --help must answer at once

    return min((_effect(each, going) for each in claims), key=lambda word: Effect(word).strictness)


def _effect(claim: "Explained", going: Goings) -> str:
    from comity.kernel.policy.decision import Effect  # noqa: PLC0415  --help must answer at once

    form = _form(claim, going)
    if form == "whole":
        return Effect.RELEASE.value
    if form == "unmade" or (claim.decision.effect is Effect.RELEASE and not claim.released):
        return Effect.WITHHOLD.value
    return claim.decision.effect.value


def _form(claim: "Explained", going: Goings) -> str:
    found = going.get(claim.held.leaf)
    return "" if found is None else found.form


def _told(claims: "tuple[Explained, ...]", going: Goings, party: "Party", when: str) -> str:
    from comity.cli.reading import marked, title  # noqa: PLC0415  --help must answer at once
    from comity.cli.redacting import lines_of  # noqa: PLC0415  --help must answer at once

    newest = claims[0].held
    lines = [
        f"{newest.type}: {plain(title(newest.raw))}",
        newest.id,
        "",
        f"{party.slug} ({plain(party.name)}) {EFFECTS[_gets(claims, going)]}. As of {when[:19]}Z.",
    ]
    for each in claims:
        held = each.held
        of = f"{held.source_slug} in {held.collection_slug}, {marked(held)}, modified {rfc3339(held.modified)[:19]}Z"
        lines += ["", f"Claim of {of}: {_effect(each, going)}", *(f"  {line}" for line in _why(each))]
        if held.leaf in going:
            lines += [f"  {line}" for line in lines_of(each, going[held.leaf])]
    return "\n".join(lines)


def _gets(claims: "tuple[Explained, ...]", going: Goings) -> str:
    """What the party gets of the object in the end."""
    found = effect(claims, going)
    made = found in {"redact", "review"} and any(_form(each, going) == "made" for each in claims)
    return "made" if made else found


def _why(claim: "Explained") -> list[str]:
    decision = claim.decision
    lines = _waiting(claim) if not claim.released else []
    for reason in decision.reasons:
        lines.append(f"- {plain(str(reason.internal))} [{_clause(reason)}]")
        if str(reason.disclosable) != str(reason.internal):
            lines.append(f"    to be told: {plain(str(reason.disclosable))}")
    if decision.approvers:
        two = ", two different people" if decision.four_eyes else ""
        lines.append(f"Who has to agree: {', '.join(decision.approvers)}{two}.")
    for each in decision.obligations if claim.released else ():
        bound = "binding" if each.binding else "binding once they have signed"
        lines.append(f"- Then: {plain(str(each.says))} [{_clause(each)}; {bound}]")
    if decision.counterfactual is not None:
        lines.append(plain(str(decision.counterfactual)))
    return lines


def _waiting(claim: "Explained") -> list[str]:
    """What keeps a claim back that its label lets go."""
    lines = ["It is being restricted to named people at this moment."] if claim.hidden else []
    if claim.missing:
        lines.append("It waits for what it refers to, whose id tells what it is, until the party gets that:")
        lines += [f"    {each}" for each in claim.missing]
    return lines


def _clause(of: "Reason | Obligation") -> str:
    """Where it stands written: "article 4 of NAME"; "agreement NAME" where it is about the whole."""
    if not of.agreement:
        return of.clause
    if of.clause == "agreement":
        return f"agreement {of.agreement}"
    return f"{of.clause} of {of.agreement}" if of.article else f"{of.clause}, under {of.agreement}"


def _claim(each: "Explained", going: "Going | None") -> dict[str, object]:
    from comity.cli.redacting import told  # noqa: PLC0415  --help must answer at once

    held = each.held
    return {
        "source": held.source_slug,
        "collection": held.collection_slug,
        "tlp": held.tlp.label,
        "assumed": held.assumed,
        "modified": rfc3339(held.modified),
        "sha256": held.digest.hex(),
        "released": each.released,
        "missing": each.missing,
        "being_restricted": each.hidden,
        "goes": None if going is None else told(each, going, whole=False),
        **_decision(each.decision),
    }


def _decision(decision: "Decision") -> dict[str, object]:
    other = decision.counterfactual
    return {
        "effect": decision.effect.value,
        "reasons": [
            {
                "effect": each.effect.value,
                "clause": each.clause,
                "agreement": each.agreement or None,
                "article": each.article or None,
                "internal": str(each.internal),
                "disclosable": str(each.disclosable),
            }
            for each in decision.reasons
        ],
        "obligations": [
            {
                "clause": each.clause,
                "agreement": each.agreement or None,
                "article": each.article or None,
                "says": str(each.says),
                "binding": each.binding,
            }
            for each in decision.obligations
        ],
        "profile": decision.profile or None,
        "approvers": decision.approvers,
        "four_eyes": decision.four_eyes,
        "counterfactual": None
        if other is None
        else {
            "says": str(other),
            "changes": [{"kind": each.kind, "value": each.value, "says": str(each.says)} for each in other.changes],
        },
    }
