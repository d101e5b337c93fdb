"""What comes of remaking an object: ``Remade`` or ``Unmade``, and what the maker says of when and by whom."""

from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.sentence import Sentence, says

REDACTED: Final = "[redacted]"
"""What stands in a text, and as a required text, where something was dropped."""


class Stamp(msgspec.Struct, frozen=True):
    """When a twin was first made, when this version of it, and by which identity (ours, None where we have none)."""

    created: Micros
    modified: Micros
    created_by: str | None = None


class Remade(msgspec.Struct, frozen=True):
    """An object as it goes through a lens.

    ``raw``      its bytes; the same input gives the same bytes
    ``parsed``   what ``objects.parse`` says of them
    ``how``      what was done to it: ``creator``, ``dropped``, ``generalised``, ``pseudonymised``, ``references``, sorted;
                 nothing where only its id, times and creator are others. Its extension says so, with what was done before
    ``dropped``  values of the original that occur nowhere in it, in no encoding that ``traces`` knows; those that are too
                 short or too common to be looked for are left out
    """

    raw: bytes
    parsed: Parsed
    how: tuple[str, ...]
    dropped: tuple[str, ...]


class Unmade(msgspec.Struct, frozen=True):
    """That an object can't go through a lens: it would not be valid, or something would be left of what must not go.

    ``reason`` names properties and types, never a value.
    """

    reason: Sentence


class Cannot(Exception):
    """Raised inside the room where an object can't be made; there it becomes an ``Unmade``."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason

    @staticmethod
    def without(name: str) -> "Cannot":
        """The object can't be without this property."""
        return Cannot(says("It can't go without its property %(property)s, which may not go.", property=name))
