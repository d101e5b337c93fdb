"""Rules of the intel desk: which claim a page shows, how objects are related, why a party sees or does not see one.

Pure. What may be seen was decided before anything comes here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from comity.desks.intel.objects import Direction
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Decision, Reason
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.types import Held
from comity.web.portraits.portrait import decode
from comity.web.portraits.text import words_of
from comity.web.words import Phrase, msgid, outside

Decoded = Mapping[str, Any]
Related = tuple[Direction, str, str, str]
"""Direction, word, the other's id, and the id of the relationship object that says so or an empty text."""

# References that say who made an object and what holds for it, not what it is related to.
_NOT_RELATIONS: Final = frozenset({"created_by_ref", "object_marking_refs", "marking_ref"})
_DEEPEST: Final = 6

# What policy says, as texts that can be translated. The kernel knows no catalogue; a test holds these equal to its words.
_REASONS: Final = (
    msgid("%(marking)s is within the ceiling %(ceiling)s."),
    msgid("%(marking)s (as marked) is over the party's ceiling %(ceiling)s."),
    msgid("%(marking)s (assumed from its collection) is over the party's ceiling %(ceiling)s."),
    msgid("The party that runs this node reads what it holds."),
    msgid("The party gave this itself."),
    msgid("The party may not read the collection that holds this."),
    msgid("It carries a marking that is not held here or is of a kind we can't read."),
    msgid("It is restricted to named people of this node."),
)

# What stands between an object and what it refers to, read from left to right: "report names campaign".
_VERBS: Final[dict[str, str]] = {
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


def word_on(claim: Held, standing: Standing) -> Decision:
    """Policy's word on one claim for a party."""
    label = Label(
        source=claim.source,
        collection=claim.collection,
        type=claim.type,
        tlp=claim.tlp,
        assumed=claim.assumed,
        terms=claim.terms,
        circle=claim.circle,
    )
    return decide(label, standing)


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


def reason_told(reason: Reason, marking: str, ceiling: str) -> Phrase:
    """A reason of policy in the reader's language; one without a translation is told as policy puts it."""
    parts = {"marking": marking, "ceiling": ceiling}
    said = (Phrase(frame, parts) for frame in _REASONS)
    return next((phrase for phrase in said if str(phrase) == reason.internal), outside(reason.internal))
