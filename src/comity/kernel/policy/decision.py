"""What a decision is: an effect, why, and what would change it."""

from enum import StrEnum

import msgspec


class Effect(StrEnum):
    """What may be done with a claim for a viewer. Withhold is the answer to everything not understood."""

    RELEASE = "release"
    WITHHOLD = "withhold"


class Reason(msgspec.Struct, frozen=True):
    """One rule's word. ``disclosable`` may be shown to the partner: it names no third party and none of their caveats."""

    effect: Effect
    clause: str
    internal: str
    disclosable: str


class Decision(msgspec.Struct, frozen=True):
    """``reasons`` in the order of the rules; ``counterfactual`` is internal, None where nothing needs to change."""

    effect: Effect
    reasons: tuple[Reason, ...]
    counterfactual: str | None
