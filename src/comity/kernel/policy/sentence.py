"""Sentences of policy: what it says in words, kept so that a page can say it in another language.

``says("Over your ceiling %(ceiling)s.", ceiling="TLP:GREEN")`` is a frame with named gaps and what stands in them. The frame is
English source text and is found by the extraction of the message catalogue; what stands in the gaps is never translated.
"""

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """``frame`` is a msgid with named gaps; ``parts`` are (gap, text), as they came."""

    frame: str
    parts: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.frame % dict(self.parts)

    def filled(self, **parts: str) -> "Sentence":
        """The same frame with this in its gaps."""
        return Sentence(self.frame, tuple(parts.items()))


def says(frame: str, **parts: str) -> Sentence:
    """A sentence; the extraction of the message catalogue looks for this name."""
    return Sentence(frame, tuple(parts.items()))
