"""Marking text for translation where it stands, without translating it there.

Tables and pure modules hold English source text as ``msgid("...")``; it is translated when a page is made, in the
language of whoever reads it. Text that came from outside is never a msgid: it goes into the parts of a ``Phrase``.
"""

import msgspec


def msgid(text: str) -> str:
    """The text itself; the extraction of the message catalogue looks for this name."""
    return text


AS_IT_IS = "%(text)s"


class Phrase(msgspec.Struct, frozen=True):
    """A sentence of ours with gaps: ``frame`` is a msgid with named gaps, ``parts`` what stands in them, as it came."""

    frame: str
    parts: dict[str, str] = {}

    def __str__(self) -> str:
        return self.frame % self.parts


def outside(text: str) -> Phrase:
    """Text from outside as a phrase that no catalogue touches."""
    return Phrase(AS_IT_IS, {"text": text})
