"""What this node makes of an original, to go in its place: to whom such a claim goes is found from the original's decision.

A rendition is for exactly those whose decision on the original asks for exactly this form. So whatever closes the original,
or wants another form of it, closes what was made. A *notice* (a stub, a revocation of a twin) is for the parties that it names.
Both are for others: neither the own party nor the original's source gets them.
"""

from typing import Final

from comity.kernel.policy.decision import Change, Effect, Reason
from comity.kernel.policy.denial import NOT_RELEASED, Denial
from comity.kernel.policy.judging import Judgement, judge, lens_of
from comity.kernel.policy.lens import notice_of
from comity.kernel.policy.permissions import speaks, stopped
from comity.kernel.policy.question import Question, asked
from comity.kernel.policy.restrictions import collection_access, named_people
from comity.kernel.policy.sentence import says


def judge_rendition(question: Question) -> Judgement:
    """Whether what was made goes to a party; its own label has a lens."""
    label, standing = question.label, question.standing
    if standing.own or label.source == standing.party:
        return Judgement(denials=(FOR_OTHERS,))
    noticed = notice_of(label.lens)
    if noticed is not None:
        return _notice(question, *noticed)
    original = asked(label.plain, standing, question.on)
    judged = judge(original)
    lens = lens_of(original, judged)
    if lens is None or lens.text != label.lens:
        return Judgement(denials=(ANOTHER_FORM,))
    return Judgement(
        permitting=(FORM, *(each.reason for each in judged.holdings), *judged.parted, *judged.permitting),
        bounds=judged.bounds,
        without=judged.without,
    )


def _notice(question: Question, scope: str, parties: frozenset[int]) -> Judgement:
    standing = question.standing
    denial = named_people(question) or collection_access(question)
    if denial is not None:
        return Judgement(denials=(denial,))
    binds = scope in {ANY_SCOPE, f"ceiling:{standing.party}"} or any(
        bound.name == scope and speaks(bound, question.on) and stopped(question, bound) is None
        for bound in standing.agreements
    )
    return Judgement(permitting=(NOTICE,)) if binds and standing.party in parties else Judgement(denials=(FOR_OTHERS,))


_NEVER: Final = Change("form", "", says("its form were the one that is asked for"))

FORM: Final = Reason(
    Effect.RELEASE,
    "node: redaction",
    says("It is in the form in which the original goes to this party."),
    says("It goes to you in this form."),
)
NOTICE: Final = Reason(
    Effect.RELEASE,
    "node: notice",
    says("It tells this party what has become of something, and nothing else."),
    says("It tells you what has become of something, and nothing else."),
)
ANY_SCOPE: Final = ""
"""Of a notice that tells nothing: nothing stands under it, and what needs it is for its parties."""
FOR_OTHERS: Final = Denial("node: redaction", says("It was made for others."), _NEVER, NOT_RELEASED)
ANOTHER_FORM: Final = Denial(
    "node: redaction", says("The original does not go to this party in this form."), _NEVER, NOT_RELEASED
)
