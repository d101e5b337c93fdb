"""Marking text for translation where it stands, without translating it there.

Tables and pure modules hold English source text as ``msgid("...")``; it is translated when a page is made, in the
language of whoever reads it. Text that came from outside is never a msgid: it goes into the parts of a ``Phrase``.
``Told`` is what a page may be given to say: a msgid, or a phrase. What policy says comes as a sentence, and is told as a phrase.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from comity.kernel.policy.sentence import Sentence


def msgid(text: str) -> str:
    """The text itself; the extraction of the message catalogue looks for this name."""
    return text


AS_IT_IS = "%(text)s"


class Phrase(msgspec.Struct, frozen=True):
    """A sentence of ours with gaps: ``frame`` is a msgid with named gaps, ``parts`` what stands in them, as it came.

    ``many`` is the frame where ``number`` is not one; empty for a sentence that does not count. ``lists`` fills a gap with
    words of ours, translated and with commas between them.
    """

    frame: str
    parts: dict[str, str] = {}
    many: str = ""
    number: int = 1
    lists: dict[str, tuple[str, ...]] = {}

    def __str__(self) -> str:
        return (self.many if self.many and self.number != 1 else self.frame) % self.filled(str)

    def filled(self, say: Callable[[str], str]) -> dict[str, str]:
        """What stands in the gaps, with the words of ours as ``say`` says them."""
        return {**self.parts, **{gap: ", ".join(map(say, words)) for gap, words in self.lists.items()}}


Told: TypeAlias = str | Phrase


def outside(text: str) -> Phrase:
    """Text from outside as a phrase that no catalogue touches."""
    return Phrase(AS_IT_IS, {"text": text})


_OURS: Final[dict[str, dict[str, str]]] = {
    "grain": {"day": msgid("day"), "month": msgid("month"), "week": msgid("week")},
    "purposes": {
        "attribution": msgid("attribution"),
        "exercise": msgid("exercise"),
        "incident-response": msgid("incident response"),
        "law-enforcement": msgid("law enforcement"),
        "network-defence": msgid("network defence"),
        "public-warning": msgid("public warning"),
        "research": msgid("research"),
    },
}
"""Gaps of policy's sentences in which words of ours stand, with commas between them, and how each is told."""


def told_by(sentence: Sentence) -> Phrase:
    """What policy says, to be told in the reader's language. What stands in its gaps stays as it is, but for words of ours."""
    parts, lists = dict(sentence.parts), {}
    for gap, known in _OURS.items():
        words = parts[gap].split(", ") if gap in parts else []
        if words and known.keys() >= set(words):
            lists[gap] = tuple(known[word] for word in words)
            del parts[gap]
    return Phrase(sentence.frame, parts, lists=lists)


def plural(one: str, many: str, number: int, **parts: str) -> Phrase:
    """A sentence that counts; the number stands in the gap ``num``. The extraction looks for this name."""
    return Phrase(one, {"num": f"{number:,}", **parts}, many, number)
