"""What a decision is: an effect, why, what binds the recipient, and what would change it."""

from enum import StrEnum

import msgspec

from comity.kernel.policy.lens import Lens
from comity.kernel.policy.sentence import Sentence


class Effect(StrEnum):
    """What may be done with a claim for a viewer. Only ``release`` opens it as it is: under ``redact`` and ``review`` something
    goes in its place, if that has been made and people have agreed. Withhold is the answer to everything not understood.
    """

    RELEASE = "release"
    REDACT = "redact"
    REVIEW = "review"
    WITHHOLD = "withhold"

    @property
    def strictness(self) -> int:
        """Where several agreements speak of one label the strictest effect holds: a larger number is stricter."""
        return _STRICTNESS[self]


_STRICTNESS = {Effect.RELEASE: 0, Effect.REDACT: 1, Effect.REVIEW: 2, Effect.WITHHOLD: 3}


class Reason(msgspec.Struct, frozen=True):
    """One rule's word.

    ``clause``                   of the standard, or "article 4" of the agreement
    ``disclosable``              may be shown to the partner: it names no third party and none of their caveats
    ``agreement``, ``article``   the agreement's name and the number of its article, where one decides; "" and 0 otherwise
    """

    effect: Effect
    clause: str
    internal: Sentence
    disclosable: Sentence
    agreement: str = ""
    article: int = 0


class Obligation(msgspec.Struct, frozen=True):
    """What the recipient has to keep to with what is released. ``binding``: it has signed, or the marking itself says so."""

    clause: str
    says: Sentence
    binding: bool
    agreement: str = ""
    article: int = 0


class Change(msgspec.Struct, frozen=True):
    """One thing that would have to be otherwise; ``kind`` and ``value`` are what ``counterfactual.applied`` changes.

    ``says`` is the end of "Would be released if ...".
    """

    kind: str
    value: str
    says: Sentence


class Counterfactual(msgspec.Struct, frozen=True):
    """The nearest world in which the claim is released: all of ``changes`` together, as few as will do. Internal."""

    changes: tuple[Change, ...]

    def __str__(self) -> str:
        return f"Would be released if {' and '.join(str(change.says) for change in self.changes)}."


class Decision(msgspec.Struct, frozen=True):
    """``reasons``: what decided first, then the rest in the order of the rules; never empty.

    ``obligations``      where anything of it may go: what binds the recipient
    ``counterfactual``   internal; None where it is released, or where nothing that could be changed would do
    ``profile``          of a redaction: the names of its profiles
    ``lens``             of a redaction or a review: in which form it goes; None there: it can't be made, and nothing goes
    ``approvers``        of a review: the roles that must agree; ``four_eyes``: two different people
    """

    effect: Effect
    reasons: tuple[Reason, ...]
    obligations: tuple[Obligation, ...] = ()
    counterfactual: Counterfactual | None = None
    profile: str = ""
    lens: Lens | None = None
    approvers: tuple[str, ...] = ()
    four_eyes: bool = False
