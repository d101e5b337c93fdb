"""What goes to a party in place of a claim that does not go as it is: what stands, or what would if it were made now.

Lives here: looking at one claim, for our own people. Nothing is written: who makes the forms is the maker (``twins``).
"""

from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.sentence import Sentence
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.answers import Going
from comity.kernel.store.approvals import Names
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Sql
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.openset import OpenSet
from comity.kernel.store.proposing import Proposer, Refusal
from comity.kernel.store.twins.rows import Kind, Rendition, renditions_of
from comity.kernel.store.types import Held
from comity.kernel.store.view import View

_MADE: Final = Sql("SELECT v.key, v.raw, c.shape FROM claim c JOIN version v ON v.seq = c.body WHERE c.seq = :claim")


class Asked(msgspec.Struct, frozen=True):
    """For whom, and as of when. ``names``: how the maker names things, to foresee what it would make; ``by``: our identity."""

    standing: Standing
    opened: OpenSet
    now: Micros
    names: Names | None
    by: str | None


def going(view: View, asked: Asked, candidate: Candidate, held: Held) -> Going | None:
    """In which form one claim goes to a party; None where it goes as it is or not at all, or what another claim says goes."""
    decision = decide(view.labels[candidate.label], asked.standing, asked.now)
    if decision.effect not in {Effect.REDACT, Effect.REVIEW}:
        return None
    if decision.lens is None:
        return Going(leaf=held.leaf, form="unmade", reason=decision.reasons[0].internal)
    standing = _standing(view, candidate, decision.lens)
    for one in standing:
        found = _made(view, asked.opened, one, held) if one.source == candidate.version else None
        if found is not None:
            return found
    if any(_made(view, asked.opened, one, held) for one in standing if one.kind is not Kind.UNMADE):
        return None
    return _foreseen(view, asked, candidate, held, decision.lens)


def _standing(view: View, candidate: Candidate, lens: Lens) -> list[Rendition]:
    """What stands for it under this lens; that of its own label first."""
    text = lens.text
    found = renditions_of(view.reader, [candidate.key]).get(candidate.key, [])
    these = [one for one in found if one.lens == text]
    return sorted(these, key=lambda one: (one.label != candidate.label, one.kind is Kind.UNMADE, -one.generation))


def _made(view: View, opened: OpenSet, one: Rendition, held: Held) -> Going | None:
    """What stands, as the party has it; None where it has it not."""
    if one.kind is Kind.UNMADE:
        return Going(leaf=held.leaf, form="unmade", reason=_why(one.reason), made=one.made)
    row = view.reader.one(_MADE, {"claim": one.claim}) if one.kind in {Kind.PASS, Kind.TWIN} else None
    if row is None or opened.opened_at[row[2]] < 0:
        return None
    key, raw, _ = row
    return Going(
        leaf=held.leaf,
        form="whole" if one.kind is Kind.PASS else "made",
        id=object_id_of(bytes(key), view.names()),
        raw=bytes(raw),
        made=one.made,
    )


def _why(text: str) -> Sentence | None:
    return msgspec.json.decode(text, type=Sentence) if text else None


def _foreseen(view: View, asked: Asked, candidate: Candidate, held: Held, lens: Lens) -> Going | None:
    """What the maker would make of it now."""
    parsed = view.parsed(candidate.body) if asked.names is not None else None
    if parsed is None or asked.names is None:
        return Going(leaf=held.leaf, form="waiting")
    try:
        found = Proposer(view, held, parsed, lens, asked.names, asked.now, asked.by).as_asked()
    except NotFound:  # the party has it already, by another claim
        return None
    if isinstance(found, Refusal):
        return Going(leaf=held.leaf, form="unmade", reason=found.reasons[0])
    return Going(leaf=held.leaf, form="waiting", raw=found.raw)
