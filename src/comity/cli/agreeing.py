"""How agreements, previews and findings are said on a terminal, and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from comity.app.node import Node
from comity.cli.reading import CHANNEL, title
from comity.cli.screen import cut, plain, table
from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.directory.agreements import State
from comity.kernel.directory.offers import Offer
from comity.kernel.policy.agreement.articles import Parties
from comity.kernel.policy.agreement.findings import Finding
from comity.kernel.policy.agreement.sentences import kind_of, sentences
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.answers import Ids, Preview, Tally, WentOut
from comity.kernel.store.types import AgreementRow, Party
from comity.kernel.store.visible import Visible

STATES: Final = {
    State.IN_FORCE: "in force",
    State.SIGNED: "signed by us, not yet by all the others",
    State.NOT_BEGUN: "signed, its term has not begun",
    State.LAPSED: "lapsed",
    State.SUSPENDED: "suspended",
    State.WITHDRAWN: "withdrawn",
}


def sign_of(state: State) -> str:
    """A state in words."""
    return STATES[state]


def with_whom(row: AgreementRow, own: Party) -> str:
    """Who an agreement is with: those who sign beside us, and the communities it reaches."""
    signatories = [each.name for each in row.agreement.signatories if each.identity != own.identity]
    reached = [slug for each in row.agreement.articles if isinstance(each, Parties) for slug in each.communities]
    return ", ".join((*signatories, *(f"members of {slug}" for slug in reached))) or "-"


# -- findings


def finding(each: Finding) -> dict[str, object]:
    """One finding, for JSON."""
    return {
        "severity": each.severity.value,
        "article": each.article or None,
        "line": each.line or None,
        "field": each.field or None,
        "message": str(each.says),
    }


def findings_said(findings: Iterable[Finding]) -> Iterator[str]:
    """Findings, a line each."""
    for each in findings:
        yield f"{each.severity.value}: {plain(str(each))}"


# -- how one stands


def row_told(node: Node, row: AgreementRow) -> dict[str, object]:
    """How an agreement stands, for JSON."""
    return {
        "name": row.name,
        "title": row.title,
        "state": node.directory.agreements.state(row).value,
        "version": rfc3339(row.version),
        "object": row.object,
        "sha256": row.digest.hex(),
        "template": row.agreement.template or None,
        "signatories": [
            {"name": each.name, "jurisdiction": each.jurisdiction, "identity": each.identity or None}
            for each in row.agreement.signatories
        ],
        "signed_by_us": _moment(row.ours),
        "signed_by_them": _moment(row.theirs),
        "suspended": _moment(row.suspended),
        "withdrawn": _moment(row.withdrawn),
    }


def told_whole(node: Node, row: AgreementRow) -> dict[str, object]:
    """An agreement with its articles, what each decides, who signed it, its versions and its text, for JSON."""
    agreements = node.directory.agreements
    decided = agreements.decided_by(row.name)
    return {
        **row_told(node, row),
        "articles": [
            {
                "number": number,
                "says": article.__struct_config__.tag,
                "title": called or None,
                "sentences": [str(each) for each in said],
                "decides": tally(decided.get(number, Tally())),
            }
            for article, (number, called, said) in zip(row.agreement.articles, sentences(row.agreement), strict=True)
        ],
        "signatures": [
            {
                "party": None if each.party is None else each.party.slug,
                "identity": each.identity,
                "at": rfc3339(each.at),
                "fingerprint": each.fingerprint,
            }
            for each in agreements.signatures(row)
        ],
        "versions": [
            {
                "version": rfc3339(each.version),
                "made": rfc3339(each.made),
                "by": each.made_by,
                "sha256": each.digest.hex(),
            }
            for each in agreements.versions(row.name)
        ],
        "text": row.text,
    }


def shown(node: Node, row: AgreementRow) -> str:
    """An agreement, for people."""
    agreements = node.directory.agreements
    decided = agreements.decided_by(row.name)
    lines = [
        f"{row.name}: {plain(row.title)}",
        f"{sign_of(agreements.state(row))}; version of {rfc3339(row.version)[:19]}Z, made by {plain(row.made_by)}",
        "",
        table(
            ("signed by", "identity", "on", "keys"),
            [
                ("-" if each.party is None else each.party.slug, each.identity, rfc3339(each.at)[:10], each.fingerprint)
                for each in agreements.signatures(row)
            ],
        ),
    ]
    for article, (number, called, said) in zip(row.agreement.articles, sentences(row.agreement), strict=True):
        lines += ["", f"Article {number}: {plain(called or str(kind_of(article)))}"]
        lines += [f"  {plain(str(each))}" for each in said]
        if number in decided:
            lines.append(f"  Decides: {_counted(decided[number])}.")
    return "\n".join(lines)


def offer_told(offer: Offer) -> dict[str, object]:
    """An offer that was read, for JSON."""
    return {
        "name": offer.carried.agreement.name,
        "title": offer.carried.agreement.title,
        "version": rfc3339(offer.carried.modified),
        "signers": [
            {
                "party": each.party.slug,
                "identity": each.signed.by,
                "at": rfc3339(each.signed.at),
                "fingerprint": each.fingerprint,
                "known": each.known,
            }
            for each in offer.signers
        ],
        "findings": [finding(each) for each in offer.findings],
    }


def offer_said(offer: Offer) -> Iterator[str]:
    """An offer that was read, for people."""
    agreement = offer.carried.agreement
    yield f"{agreement.name}: {plain(agreement.title)}, {len(agreement.articles)} articles"
    for each in offer.signers:
        known = "keys known from before" if each.known else "keys that are new here"
        yield f"signed by {each.party.slug} on {rfc3339(each.signed.at)[:10]}, {known}: {each.fingerprint}"
    yield from findings_said(offer.findings)


# -- previews


def previewed(node: Node, preview: Preview) -> str:
    """A preview, for people: a line for each party, then some of the objects by name."""
    if not preview.parties:
        return "It changes nothing of what anybody gets."
    rows = [
        (
            each.slug,
            "-" if each.relation is None else each.relation.value,
            str(each.released),
            f"+{each.opening.count}",
            f"-{each.closing.count}",
            str(each.redacted.count),
            str(each.referring.count),
            str(each.reviewed.count),
            str(each.withheld.count),
        )
        for each in preview.parties
    ]
    heads = ("party", "as", "gets then", "opens", "closes", "redacted", "by what it names", "to review", "withheld")
    lines = [table(heads, rows)]
    visible = node.store.visible(Viewer(party=node.directory.parties.own().id, channel=CHANNEL))
    for each in preview.parties:
        lines += _samples(visible, f"Opens to {each.slug}:", each.opening)
        lines += _samples(visible, f"Closes to {each.slug}:", each.closing)
        lines += _samples(visible, f"Redacted for {each.slug}:", each.redacted)
        lines += _samples(visible, f"To {each.slug} as it is, or under pseudonyms for what it names:", each.referring)
        lines += _samples(visible, f"To {each.slug} when people have agreed:", each.reviewed)
        head = "Withheld from" if each.relation is None else "Covered, and withheld from"
        lines += _samples(visible, f"{head} {each.slug}:", each.withheld)
    if preview.articles:
        counted = [(str(number or "-"), _counted(each)) for number, each in sorted(preview.articles.items())]
        lines += ["", table(("article", "decides"), counted)]
    return "\n".join(lines)


def preview_told(preview: Preview) -> dict[str, object]:
    """A preview, for JSON."""
    return {
        "parties": [
            {
                "party": each.slug,
                "relation": None if each.relation is None else each.relation.value,
                "released": each.released,
                "opening": _ids(each.opening),
                "closing": _ids(each.closing),
                "redacted": _ids(each.redacted),
                "referring": _ids(each.referring),
                "reviewed": _ids(each.reviewed),
                "withheld": _ids(each.withheld),
            }
            for each in preview.parties
        ],
        "articles": [
            {"number": number or None, "decides": tally(each)} for number, each in sorted(preview.articles.items())
        ],
    }


def gone_told(gone: Sequence[tuple[Party, tuple[WentOut, ...]]]) -> list[dict[str, object]]:
    """What had gone out, for JSON."""
    return [
        {
            "party": party.slug,
            "count": len(held),
            "objects": [{"id": each.id, "type": each.type, "open_until": rfc3339(each.closed)} for each in held],
        }
        for party, held in gone
        if held
    ]


def tally(counted: Tally) -> dict[str, Any]:
    """Claims by effect, for JSON."""
    return {
        "release": counted.release,
        "redact": counted.redact,
        "review": counted.review,
        "withhold": counted.withhold,
    }


def _counted(counted: Tally) -> str:
    words = (
        (counted.release, "released"),
        (counted.redact, "to be redacted"),
        (counted.review, "to be agreed to"),
        (counted.withhold, "withheld"),
    )
    said = ", ".join(f"{count} {word}" for count, word in words if count)
    return f"claims {said}" if said else "no claims"


def _samples(visible: Visible, head: str, found: Ids) -> list[str]:
    """Some of the objects, by type and title. There may be more."""
    if not found.count:
        return []
    rows = []
    for each in found.some:
        held = visible.held(each)
        rows.append((held[0].type, cut(plain(title(held[0].raw)), 50), each) if held else ("", "", each))
    more = [f"  and {found.count - len(found.some)} more"] if found.count > len(found.some) else []
    return ["", head, *(f"  {line}" for line in table(("",) * 3, rows).splitlines()[1:]), *more]


def _ids(ids: Ids) -> dict[str, object]:
    return {"count": ids.count, "some": ids.some}


def _moment(at: Micros | None) -> str | None:
    return None if at is None else rfc3339(at)
