"""Marking text for translation where it stands, without translating it there.

Tables and pure modules hold English source text as ``msgid("...")``; it is translated when a page is made, in the
language of whoever reads it. Text that came from outside is never a msgid: it goes into the parts of a ``Phrase``.
``Told`` is what a page may be given to say: a msgid, or a phrase.
"""

from collections.abc import Callable
from typing import TypeAlias

import msgspec


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


def plural(one: str, many: str, number: int, **parts: str) -> Phrase:
    """A sentence that counts; the number stands in the gap ``num``. The extraction looks for this name."""
    return Phrase(one, {"num": f"{number:,}", **parts}, many, number)
