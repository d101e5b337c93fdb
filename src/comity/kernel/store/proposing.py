"""What would go of an object that waits for people, exactly as it would: for whoever is asked, and once more when they answer.

A proposal is made here on the spot from the original and what the names and neighbours of now make of it; nothing is written.
What is approved is its content, which is kept as it is (``approvals``).
"""

from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.approval.byhand import Written, fits, written
from comity.kernel.policy.approval.statements import Form as FormKind
from comity.kernel.policy.label import foreign_markings, part_of
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.personal.scanning import left_in
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.policy.profile import Profile
from comity.kernel.policy.redaction import Remade, Stamp, Unmade, content_of, remake
from comity.kernel.policy.sentence import Sentence, says
from comity.kernel.store.approvals import Kept, Names
from comity.kernel.store.definitions import held_definitions, terms_for
from comity.kernel.store.types import Held
from comity.kernel.store.view import View

_PERSONAL: Final = says("Personal data are left in it, for which there is no basis.")


class Proposal(msgspec.Struct, frozen=True):
    """What would go. ``raw``: to be looked at, dated now where it is no pass; ``kept``: what a release of it keeps.

    ``how``  what was done to it, in the words of its extension
    """

    raw: bytes
    kept: Kept
    how: tuple[str, ...] = ()


class Wish(msgspec.Struct, frozen=True):
    """Which form is wished for: as the agreements ask; through a profile more; what a person wrote; what was approved before."""

    profile: Profile | None = None
    text: bytes | None = None
    kept: Kept | None = None


class Refusal(msgspec.Struct, frozen=True):
    """Why nothing can go in this form."""

    reasons: tuple[Sentence, ...]


class Proposer:
    """Makes proposals for one item, in one snapshot."""

    def __init__(
        self,
        view: View,
        held: Held,
        original: Parsed,
        lens: Lens,
        names: Names,
        now: Micros,
        by: str | None,
        scan: ScanSettings = DEFAULT,
    ) -> None:
        self._lens = lens
        self._scan = scan
        self._original = original
        self._naming, self._also = names(view.reader, original.id, lens)
        self._stamp = Stamp(now - now % 1000, now - now % 1000, by)
        terms = terms_for(held.source, held_definitions(view.reader, view.kinds, foreign_markings(original)))
        self._parts = {marking: part_of(marking, terms) for marking in original.granular}

    @property
    def twin(self) -> str:
        """The id by which the recipients know what is not the original."""
        return self._naming.pseudonym_id(self._original.id)

    def wished(self, wish: Wish) -> Proposal | Refusal:
        """In the form that is wished for."""
        if wish.kept is not None:
            return self.as_kept(wish.kept)
        if wish.text is not None:
            return self.by_hand(wish.text)
        return self.as_asked() if wish.profile is None else self.redacted(wish.profile)

    def as_asked(self) -> Proposal | Refusal:
        """As the agreements' own redactions leave it."""
        return self._remade(self._lens, "whole")

    def redacted(self, profile: Profile) -> Proposal | Refusal:
        """The same through a profile more."""
        lens = self._lens
        return self._remade(msgspec.structs.replace(lens, profiles=(*lens.profiles, profile)), "redacted", profile.name)

    def by_hand(self, text: bytes) -> Proposal | Refusal:
        """What a person wrote."""
        found = written(
            self._original, text, self._naming, self._dropped(), self._stamp.modified, by=self._stamp.created_by
        )
        if not isinstance(found, Written):
            return Refusal(found)
        if self._lens.cleared and left_in(found.parsed, self._scan):
            return Refusal((_PERSONAL,))
        return _proposal(found.raw, "by-hand", found.how)

    def as_kept(self, kept: Kept) -> Proposal | Refusal:
        """What somebody approved before, as long as it may still go."""
        if kept.whole:
            again = self.as_asked()
            return again if isinstance(again, Proposal) and again.kept.digest == kept.digest else _changed()
        at, by = self._stamp.modified, self._stamp.created_by
        reasons = fits(self._original, kept.content, self._naming, self._dropped(), at, by=by)
        return Refusal(reasons) if reasons else Proposal(kept.content, kept)

    def _remade(self, lens: Lens, form: FormKind, profile: str = "") -> Proposal | Refusal:
        made = self._made(lens)
        if isinstance(made, Unmade):
            return Refusal((made.reason,))
        if lens.cleared and left_in(made.parsed, self._scan):
            return Refusal((_PERSONAL,))
        if not made.how:
            return _proposal(self._original.raw, form, (), profile=profile, whole=True)
        return _proposal(made.raw, form, made.how, profile=profile)

    def _dropped(self) -> tuple[str, ...]:
        """All that the agreements take out of it, and of what stands around it."""
        made = self._made(self._lens)
        return (*self._also, *(made.dropped if isinstance(made, Remade) else ()))

    def _made(self, lens: Lens) -> Remade | Unmade:
        return remake(self._original, lens, self._naming, self._stamp, also=self._also, markings=self._parts)


def _proposal(raw: bytes, form: FormKind, how: tuple[str, ...], *, profile: str = "", whole: bool = False) -> Proposal:
    content = content_of(raw)
    kept = Kept(form, profile, whole, content, sha256(content).digest())
    return Proposal(raw, kept, how)


def _changed() -> Refusal:
    return Refusal((says("What it refers to has changed since it was approved: it would go otherwise now."),))
