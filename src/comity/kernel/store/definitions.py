"""What markings mean on a claim: whose definition of a marking binds.

A marking is an object like any other, and anybody may send a definition of it, and name whom it likes as its creator. What binds
on a claim is what its own source says of the marking; where that has said nothing, what the party says that runs this node. What
others say neither opens nor closes anything: a marking of which only they speak is not understood.
"""

from collections.abc import Iterable

import msgspec

from comity.kernel.objects.markings import MarkingTerm, term_of
from comity.kernel.policy.label import Terms
from comity.kernel.store.database import Reader
from comity.kernel.store.keys import Kinds
from comity.kernel.store.lookup import rows_of

_DEFINITIONS = (
    "SELECT h.key, v.raw, c.source, EXISTS (SELECT 1 FROM party p WHERE p.id = c.source AND p.own = true) "
    "FROM held h JOIN version v ON v.seq = h.version JOIN claim c ON c.version = v.seq WHERE h.key"
)


class Definition(msgspec.Struct, frozen=True):
    """What one claim of a marking definition says; ``by_own``: it came from the party that runs this node."""

    marking: str
    term: MarkingTerm
    source: int
    by_own: bool


def held_definitions(reader: Reader, kinds: Kinds, markings: Iterable[str]) -> list[Definition]:
    """The definitions held of some markings, one for each claim of each content."""
    names = {key: marking for marking in markings if (key := kinds.key_of(marking)) is not None}
    return [
        Definition(names[bytes(key)], term_of(bytes(raw)), source, by_own=bool(own))
        for key, raw, source, own in rows_of(reader, _DEFINITIONS, names)
    ]


def terms_for(source: int, definitions: Iterable[Definition]) -> Terms:
    """What markings mean on claims of ``source``. A marking of which nobody has spoken whose word binds has no entry: it is not
    understood.
    """
    by_marking: dict[str, list[Definition]] = {}
    for definition in definitions:
        by_marking.setdefault(definition.marking, []).append(definition)
    terms: dict[str, tuple[MarkingTerm, ...]] = {}
    for marking, said in by_marking.items():
        binding = [one for one in said if one.source == source] or [one for one in said if one.by_own]
        if binding:
            terms[marking] = tuple(sorted({one.term for one in binding}, key=str))
    return terms
