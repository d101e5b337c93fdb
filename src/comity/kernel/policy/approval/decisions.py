"""What a person wants to say about a review, before it is a statement: which form, why, by what consent."""

from typing import Final, Literal

import msgspec

from comity.kernel.policy.approval.statements import Says

LONGEST_REASON: Final = 2_000
LONGEST_REFERENCE: Final = 300

AsForm = Literal["as-asked", "profile", "by-hand", "as-approved"]


class Decision(msgspec.Struct, frozen=True):
    """What a person wants to say.

    ``form``       of a release: as the agreements ask; through the ``profile`` more; the ``text`` of a person; as it was approved
                   before by somebody else, or by oneself
    ``content``    of a release: the digest of what was looked at, hexadecimal; "" before anything was
    ``reference``  of a release: where the consent of the source that was asked stands written
    ``reason``     of a refusal, a request, a withdrawal
    ``withdraws``  which of the own words is taken back
    """

    says: Says
    form: AsForm = "as-asked"
    profile: str = ""
    text: str = ""
    content: str = ""
    reference: str = ""
    reason: str = ""
    withdraws: str = ""
