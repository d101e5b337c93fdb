"""Rules of the intel desk: which claim a page shows, how objects are related, why a party sees or does not see one.

Pure. What may be seen was decided before anything comes here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from comity.desks.intel.objects import Direction, Duty, Found, Goes, Standing, Why
from comity.kernel.policy.decision import Decision, Effect, Obligation, Reason
from comity.kernel.policy.lens_sentences import sentences
from comity.kernel.policy.personal.finding import Finding, Kind
from comity.kernel.store.answers import Explained, Form, Going
from comity.kernel.store.types import Held
from comity.web.portraits.comparison import compared
from comity.web.portraits.portrait import decode
from comity.web.portraits.text import words_of
from comity.web.words import Phrase, msgid, outside, plural, told_by

Decoded = Mapping[str, Any]
Related = tuple[Direction, str, str, str]
"""Direction, word, the other's id, and the id of the relationship object that says so or an empty text."""

# References that say who made an object and what holds for it, not what it is related to.
_NOT_RELATIONS: Final = frozenset({"created_by_ref", "object_marking_refs", "marking_ref"})
_DEEPEST: Final = 6

STANDINGS: Final[dict[Effect, Standing]] = {
    Effect.RELEASE: "released",
    Effect.REDACT: "redact",
    Effect.REVIEW: "review",
    Effect.WITHHOLD: "withheld",
}
NEIGHBOUR_CLOSED: Final = msgid("It names something that this party may not see.")
RESTRICTING: Final = msgid("It, or something that it names, is being restricted to named people.")
"""Policy lets the claim go and the door does not: something it names is closed to the party, or is still being worked out."""

# What stands between an object and what it refers to, read from left to right: "report names campaign".
_VERBS: Final[dict[str, str]] = {
    "agreement_ref": msgid("signs"),
    "analysis_sco_refs": msgid("found"),
    "bcc_refs": msgid("sent to (blind copy)"),
    "belongs_to_ref": msgid("belongs to"),
    "belongs_to_refs": msgid("belongs to"),
    "cc_refs": msgid("sent to (copy)"),
    "child_refs": msgid("started"),
    "contains_refs": msgid("contains"),
    "content_ref": msgid("has the content"),
    "creator_user_ref": msgid("was made by"),
    "dst_ref": msgid("went to"),
    "from_ref": msgid("is from"),
    "image_ref": msgid("ran"),
    "object_ref": msgid("translates"),
    "object_refs": msgid("names"),
    "observed_data_refs": msgid("was observed in"),
    "opened_connection_refs": msgid("opened"),
    "parent_directory_ref": msgid("lies in"),
    "parent_ref": msgid("was started by"),
    "raw_email_ref": msgid("has the whole message"),
    "resolves_to_refs": msgid("resolves to"),
    "sample_ref": msgid("analyses"),
    "sample_refs": msgid("has the sample"),
    "sender_ref": msgid("was sent through"),
    "sighting_of_ref": msgid("saw"),
    "source_ref": msgid("begins at"),
    "src_ref": msgid("came from"),
    "target_ref": msgid("leads to"),
    "to_refs": msgid("sent to"),
    "where_sighted_refs": msgid("was seen by"),
}


def shown_claim(held: Sequence[Held], identities: Mapping[str, int]) -> Held:
    """The claim a page shows unless another is asked for: never one that a stranger put over the creator's own.

    ``identities`` are the parties' own STIX identities. (1) Whoever claimed the id first says who created it. (2) Where that
    creator is a party and holds a claim, its newest version is shown. (3) Else the newest version of whoever came first: a
    later claimant, whatever date or creator it writes, does not take an id over.
    """
    first = min(held, key=lambda claim: claim.leaf)
    creator = identities.get(str(decode(first.raw).get("created_by_ref")))
    own = [claim for claim in held if claim.source == creator]
    own = own or [claim for claim in held if claim.source == first.source]
    return max(own, key=lambda claim: (claim.modified, claim.leaf))


def references(decoded: Decoded) -> Iterator[tuple[str, str]]:
    """(property, id) for each object referred to, at any depth, in order and without repeats."""
    seen: set[tuple[str, str]] = set()
    for name, target in _references(decoded, 0):
        if name not in _NOT_RELATIONS and (name, target) not in seen:
            seen.add((name, target))
            yield name, target


def verb(name: str) -> str:
    """The word for a property that refers: a msgid where we have one, else the property's own name as words."""
    return _VERBS.get(name) or words_of(name.removesuffix("_refs").removesuffix("_ref"))


def relations_of(own_id: str, own: Decoded, others: Mapping[str, Decoded]) -> list[Related]:
    """How an object and its neighbours are related.

    A relationship object between this and another is shown as the arrow it stands for. What was said by relationship
    comes first, then what this object names, then what names it.
    """
    found: list[Related] = []
    incoming: list[Related] = []
    for other_id, other in others.items():
        if other_id == own_id:
            continue
        if other.get("type") == "relationship" and own_id in {other.get("source_ref"), other.get("target_ref")}:
            found.append(_arrow(own_id, other_id, other))
            continue
        incoming += [("in", verb(name), other_id, "") for name, target in references(other) if target == own_id]
    if own.get("type") == "relationship":
        ends: tuple[tuple[Direction, str], ...] = (("in", "source_ref"), ("out", "target_ref"))
        word = words_of(str(own.get("relationship_type", "")))
        found += [(direction, word, str(own[name]), "") for direction, name in ends if name in own]
        own = {name: value for name, value in own.items() if name not in {"source_ref", "target_ref"}}
    found += [("out", verb(name), target, "") for name, target in references(own) if target != own_id]
    return found + incoming


def standing_of(
    explained: Sequence[Explained], leaf: int, going: Mapping[int, Going] = MappingProxyType({})
) -> Standing:
    """Where a party stands to the claim ``leaf``, given all claims of the object: what it sees comes first.

    ``going``: what goes in place of claims that don't go as they are, by their leaves.
    """
    own = next((each for each in explained if each.held.leaf == leaf), None)
    standing = "withheld" if own is None else standing_to(own, going.get(leaf))
    if standing in SEEING:
        return standing
    others = (standing_to(each, going.get(each.held.leaf)) for each in explained if each is not own)
    return "partly" if any(each in SEEING for each in others) else standing


def standing_to(explained: Explained, going: Going | None) -> Standing:
    """Where a party stands to one claim. ``going``: what goes in its place, where that is known."""
    if explained.released:
        return "released"
    if explained.decision.effect is Effect.RELEASE:
        return "withheld"
    if going is None or (going.form == "waiting" and explained.decision.effect is Effect.REVIEW):
        return STANDINGS[explained.decision.effect]
    return _STANDS[going.form]


SEEING: Final[frozenset[Standing]] = frozenset({"released", "whole", "partly", "redacted"})
"""Standings in which a party gets something of it."""
_STANDS: Final[dict[Form, Standing]] = {
    "whole": "whole",
    "made": "redacted",
    "waiting": "redact",
    "unmade": "withheld",
}
_FORMS: Final[dict[Form, tuple[str, str, str]]] = {
    "whole": ("released", msgid("As it is"), msgid("It goes as it is: nothing of it had to be changed.")),
    "made": ("partly", msgid("Redacted"), msgid("This goes in its place.")),
    "waiting": (
        "partly",
        msgid("Not made yet"),
        msgid("Nothing goes yet. As soon as it is made, this goes in its place."),
    ),
    "unmade": ("withheld", msgid("Nothing goes"), msgid("No form of it can be made that may go.")),
}
_TO_REVIEW: Final = (
    "review",
    msgid("Review"),
    msgid("Nothing goes until people have agreed. They would agree to this."),
)


def goes(explained: Explained, going: Going, review: str, names: Mapping[str, str]) -> Goes:
    """In which form a claim goes, as people read it. ``review``: the path of where people decide."""
    to_review = explained.decision.effect is Effect.REVIEW and going.form == "waiting"
    meaning, word, said = _TO_REVIEW if to_review else _FORMS[going.form]
    return Goes(
        meaning=meaning,
        word=word,
        said=said,
        does=does(explained.decision),
        beside=compared(explained.held.raw, going.raw, names) if going.raw else None,
        why_not=told_by(going.reason) if going.reason is not None else None,
        id=going.id if going.id != explained.held.id else "",
        made=going.made,
        review=review if explained.decision.effect is Effect.REVIEW else "",
    )


def does(decision: Decision) -> tuple[Phrase, ...]:
    """What makes it so that something goes in another form."""
    return tuple(map(told_by, sentences(decision.lens))) if decision.lens is not None else ()


def deciding(explained: Explained, going: Going | None = None) -> tuple[Phrase, ...]:
    """Why it is so, in as few sentences as will do: what keeps it back beside policy, else the reason that decided."""
    if going is not None and going.form == "whole":
        return (Phrase(_FORMS["whole"][2]),)
    if going is not None and going.reason is not None:
        return (told_by(going.reason),)
    if explained.hidden and explained.decision.effect is Effect.RELEASE:
        return (Phrase(RESTRICTING),)
    if explained.missing and explained.decision.effect is Effect.RELEASE:
        return (Phrase(NEIGHBOUR_CLOSED),)
    return (told_by(explained.decision.reasons[0].internal),)


def disputed(claim: Held) -> bool:
    """Whether a person should look: parties differ on what this id stands for."""
    return claim.contested or claim.conflict


def _arrow(own_id: str, relationship_id: str, relationship: Decoded) -> Related:
    word = words_of(str(relationship.get("relationship_type", "")))
    if relationship.get("source_ref") == own_id:
        return "out", word, str(relationship.get("target_ref")), relationship_id
    return "in", word, str(relationship.get("source_ref")), relationship_id


def _references(value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name.endswith("_ref") and isinstance(inner, str):
                yield name, inner
            elif name.endswith("_refs") and isinstance(inner, list):
                yield from ((name, each) for each in inner if isinstance(each, str))
            else:
                yield from _references(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner, depth + 1)


def why(reason: Reason) -> Why:
    """A reason as people read it."""
    return Why(effect=STANDINGS[reason.effect], said=told_by(reason.internal), **_source(reason))


def duty(obligation: Obligation) -> Duty:
    """An obligation as people read it."""
    return Duty(said=told_by(obligation.says), binding=obligation.binding, **_source(obligation))


def _source(said: Reason | Obligation) -> dict[str, Any]:
    """Where it stands written: the article of an agreement, by which its page opens, or the clause of a standard."""
    if not said.agreement:
        return {"clause": outside(said.clause), "path": ""}
    parts = {"article": str(said.article), "agreement": said.agreement}
    if not said.article:
        return {"clause": outside(said.agreement), "path": f"/agreements/{said.agreement}"}
    frame = msgid("Article %(article)s of %(agreement)s")
    return {"clause": Phrase(frame, parts), "path": f"/agreements/{said.agreement}#article-{said.article}"}


def finding_of(standings: Sequence[Standing]) -> Phrase:
    """How many partners see it, as a sentence."""
    seeing = sum(each in SEEING for each in standings)
    redacted = sum(each == "redacted" for each in standings)
    total = f"{len(standings):,}"
    if not seeing:
        return Phrase(msgid("No partner sees this"))
    if redacted and redacted == seeing:
        return plural(
            "%(num)s of %(total)s partners sees this, redacted",
            "%(num)s of %(total)s partners see this, redacted",
            seeing,
            total=total,
        )
    if redacted:
        return plural(
            "%(num)s of %(total)s partners sees this, %(redacted)s of them redacted",
            "%(num)s of %(total)s partners see this, %(redacted)s of them redacted",
            seeing,
            total=total,
            redacted=f"{redacted:,}",
        )
    return plural(
        "%(num)s of %(total)s partners sees this", "%(num)s of %(total)s partners see this", seeing, total=total
    )


PERSONAL: Final[dict[Kind, str]] = {
    Kind.EMAIL: msgid("E-mail address"),
    Kind.PHONE: msgid("Telephone number"),
    Kind.NATIONAL_ID: msgid("National identifier"),
    Kind.DOCUMENT: msgid("Number of a passport or driving licence"),
    Kind.IBAN: msgid("Bank account"),
    Kind.CARD: msgid("Payment card"),
    Kind.PERSON: msgid("Name of a person"),
    Kind.ACCOUNT: msgid("Account of a person"),
    Kind.MESSAGE: msgid("Correspondence"),
    Kind.ADDRESS: msgid("Network address"),
}


def found_at(findings: Sequence[Finding]) -> tuple[Found, ...]:
    """Findings by kind and place; the values stay where they are."""
    counted = Counter((finding.kind, finding.path) for finding in findings)
    return tuple(Found(PERSONAL[kind], count, path) for (kind, path), count in sorted(counted.items()))
