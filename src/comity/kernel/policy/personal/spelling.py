"""One spelling for digits, letters and separators that people and keyboards write in several ways.

Full-width forms, hyphens and blanks of all kinds become ASCII, place by place, so that what is found stands where it stood.
What takes no room (zero-width blanks, soft hyphens) is taken out; ``Spelt.at`` leads back.
"""

from typing import Final

from msgspec import Struct

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DIGITS: Final = {first + digit: 0x30 + digit for first in (0x0660, 0x06F0, 0x0966) for digit in range(10)}
_HYPHENS: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2043, 0x2212, 0x30FC, 0x3161, 0xFE58, 0xFE63, 0xFF70), 0x2D)
"""Hyphens, dashes, minus; the long vowel marks of kana and the Korean vowel eu, which people type for a dash."""
_BLANKS: Final = dict.fromkeys((0x00A0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x3164), 0x20)
_DOTS: Final = dict.fromkeys((0x00B7, 0x2024, 0x30FB, 0x318D, 0x3002, 0xFF61), 0x2E)
_TABLE: Final = {**_WIDE, **_DIGITS, **_HYPHENS, **_BLANKS, **_DOTS}
_NO_ROOM: Final = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")


class Spelt(Struct, frozen=True):
    """A text in the one spelling. ``places``: for each of its characters where it stood; None: where it stands."""

    text: str
    places: tuple[int, ...] | None = None

    def at(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of it stands in the text as it was."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def spelt(text: str) -> Spelt:
    """The text in the one spelling."""
    if text.isascii():
        return Spelt(text)
    told = text.translate(_TABLE)
    if _NO_ROOM.isdisjoint(told):
        return Spelt(told)
    kept = tuple(place for place, character in enumerate(told) if character not in _NO_ROOM)
    return Spelt("".join([told[place] for place in kept]), kept)
