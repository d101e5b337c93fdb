"""What would go under an agreement that nobody has signed: some objects as they would be redacted, under made-up names.

Lives here: the rehearsal for a preview. No key is made and nothing is written; the pseudonyms are not those that would go.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens import Hidden, Lens
from comity.kernel.policy.redaction import Fate, Naming, Pseudonyms, mentioned
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.answers import Rehearsed
from comity.kernel.store.approvals import Names
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Reader
from comity.kernel.store.proposing import Proposer, Refusal
from comity.kernel.store.view import View, newest_first


class Rehearsal(Pseudonyms, frozen=True):
    """Names for one look: what is open to the party stays, of all else becomes what the lens says."""

    open: Mapping[str, bool]
    otherwise: Fate

    def reference(self, object_id: str) -> Fate:
        """What would become of a reference to this object."""
        return Fate.KEEP if self.open.get(object_id) else self.otherwise


def rehearsed(
    view: View, standing: Standing, object_ids: Iterable[str], now: Micros, by: str | None
) -> tuple[Rehearsed, ...]:
    """Some objects beside what would go of them to a party that stood so."""
    found = (_one(view, standing, object_id, now, by) for object_id in object_ids)
    return tuple(each for each in found if each is not None)


def _one(view: View, standing: Standing, object_id: str, now: Micros, by: str | None) -> Rehearsed | None:
    for candidate in sorted(view.claims_of([object_id]), key=newest_first):
        lens = decide(view.labels[candidate.label], standing, now).lens
        parsed = view.parsed(candidate.body) if lens is not None else None
        if lens is not None and parsed is not None:
            held = view.described([candidate])[0]
            made = Proposer(view, held, parsed, lens, _names(view, standing, parsed, now), now, by).as_asked()
            if isinstance(made, Refusal):
                return Rehearsed(id=object_id, before=held.raw, after=b"", lens=lens, reason=made.reasons[0])
            return Rehearsed(id=object_id, before=held.raw, after=made.raw, lens=lens)
    return None


def _names(view: View, standing: Standing, parsed: Parsed, now: Micros) -> Names:
    """Names for one object, in the place of those that the maker has."""

    def names(_reader: Reader, _object_id: str, lens: Lens) -> tuple[Naming, tuple[str, ...]]:
        key = sha256(f"rehearsal {lens.key_scope}".encode()).digest()
        return Rehearsal(key, _open(view, standing, mentioned(parsed), now), _FATES[lens.hidden]), ()

    return names


def _open(view: View, standing: Standing, refs: Iterable[str], now: Micros) -> dict[str, bool]:
    """Which objects would be open: released, or only veiled, which most of them pass."""
    return {
        ref: any(_is_open(view, standing, candidate, now) for candidate in view.claims_of([ref])) for ref in set(refs)
    }


def _is_open(view: View, standing: Standing, candidate: Candidate, now: Micros) -> bool:
    decision = decide(view.labels[candidate.label], standing, now)
    lens = decision.lens
    return decision.effect is Effect.RELEASE or (lens is not None and not lens.changes)


_FATES: Final[dict[Hidden, Fate]] = {
    "keep": Fate.KEEP,
    "dangle": Fate.PSEUDONYM,
    "stub": Fate.PSEUDONYM,
    "strip": Fate.STRIP,
    "withhold": Fate.WITHHOLD,
}
