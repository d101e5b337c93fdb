"""What a rule says that does not let something go: why, in two texts, and what would have to be otherwise."""

import msgspec

from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.sentence import Sentence, says

NOT_RELEASED = says("It is not released.")
"""What a partner is told where more would tell of a third party or its caveats."""


class Denial(msgspec.Struct, frozen=True):
    """A rule's no. ``change`` is the least that would make this rule content.

    ``disclosable``  may be shown to the partner: it names no third party, none of their caveats, not the label's own TLP
    """

    clause: str
    internal: Sentence
    change: Change
    disclosable: Sentence = NOT_RELEASED
    agreement: str = ""
    article: int = 0

    def reason(self) -> Reason:
        """The same as a decision tells it."""
        return Reason(Effect.WITHHOLD, self.clause, self.internal, self.disclosable, self.agreement, self.article)


def date(at: Micros) -> str:
    """A moment as people read it in a sentence: the day; with hour and minute where it is not midnight."""
    text = rfc3339(at)
    return text[:10] if text[11:].startswith("00:00:00.000000") else f"{text[:16]}Z"
