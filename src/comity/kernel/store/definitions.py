"""What markings mean on a claim: whose definition of a marking binds.

A marking is an object like any other, and anybody may send a definition of it. What binds on a claim is what the claim's own
source says of the marking, and what the party says that the definition names as its creator. Only where neither has said
anything, all that anybody says: nobody can open or close another's objects by sending a definition.
"""

from collections.abc import Iterable

import msgspec

from comity.kernel.objects.markings import MarkingTerm, term_of
from comity.kernel.policy.label import Terms
from comity.kernel.store.database import Reader
from comity.kernel.store.keys import Kinds
from comity.kernel.store.lookup import rows_of

_DEFINITIONS = (
    "SELECT h.key, v.raw, c.source, v.creator FROM held h JOIN version v ON v.seq = h.version "
    "JOIN claim c ON c.version = v.seq WHERE h.key"
)


class Definition(msgspec.Struct, frozen=True):
    """What one claim of a marking definition says; ``by_creator``: it came from the party that it names as its creator."""

    marking: str
    term: MarkingTerm
    source: int
    by_creator: bool


def held_definitions(reader: Reader, kinds: Kinds, markings: Iterable[str]) -> list[Definition]:
    """The definitions held of some markings, one for each claim of each content."""
    names = {key: marking for marking in markings if (key := kinds.key_of(marking)) is not None}
    return [
        Definition(names[bytes(key)], term_of(bytes(raw)), source, by_creator=source == creator)
        for key, raw, source, creator in rows_of(reader, _DEFINITIONS, names)
    ]


def terms_for(source: int, definitions: Iterable[Definition]) -> Terms:
    """What markings mean on claims of ``source``: what it says itself and what the marking's creator says. Only where neither
    has said anything, all that anybody says: nobody can close or open another's objects by sending a definition.
    """
    by_marking: dict[str, list[Definition]] = {}
    for definition in definitions:
        by_marking.setdefault(definition.marking, []).append(definition)
    terms: dict[str, tuple[MarkingTerm, ...]] = {}
    for marking, said in by_marking.items():
        binding = [one for one in said if one.source == source or one.by_creator] or said
        terms[marking] = tuple(sorted({one.term for one in binding}, key=str))
    return terms
