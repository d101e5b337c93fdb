"""What the reading door answers our own people about policy: why, what would be, what is, what was."""

from collections.abc import Mapping

import msgspec

from comity.kernel.policy.agreement.binding import Relation
from comity.kernel.policy.decision import Decision, Effect
from comity.kernel.store.types import Held


class Explained(msgspec.Struct, frozen=True):
    """One claim and what policy says of it for a party.

    ``released``  whether the party sees the claim: it is released, and nothing below stands in the way
    ``missing``   ids that it refers to, that can be computed from what they stand for, and that the party doesn't see
    ``hidden``    it, or what it refers to, is being restricted to named people at this moment
    """

    held: Held
    decision: Decision
    released: bool
    missing: tuple[str, ...] = ()
    hidden: bool = False


class Tally(msgspec.Struct, frozen=True):
    """Claims by effect."""

    release: int = 0
    redact: int = 0
    review: int = 0
    withhold: int = 0

    def plus(self, effect: Effect, claims: int) -> "Tally":
        """With more claims of one effect."""
        return msgspec.structs.replace(self, **{effect.value: getattr(self, effect.value) + claims})

    @property
    def total(self) -> int:
        """All of them."""
        return self.release + self.redact + self.review + self.withhold


class Ids(msgspec.Struct, frozen=True):
    """Objects: how many, and the ids of some of them."""

    count: int = 0
    some: tuple[str, ...] = ()


class Foreseen(msgspec.Struct, frozen=True):
    """What a change would mean for one party, in objects.

    ``relation``  how the party comes under the agreement; None where it does not, but what it sees changes
    ``released``  what it gets then, in all; ``opening``: what of that it doesn't get today
    ``closing``   what it gets today and would not get then
    ``withheld``  what the agreement covers (its scope takes it) and the party would not get
    """

    party: int
    slug: str
    name: str
    relation: Relation | None
    released: int
    opening: Ids
    closing: Ids
    withheld: Ids


class Preview(msgspec.Struct, frozen=True):
    """What would be if an agreement stood as proposed. ``articles``: claims that each article would decide, over all parties."""

    parties: tuple[Foreseen, ...]
    articles: Mapping[int, Tally]


class MatrixRow(msgspec.Struct, frozen=True):
    """One party's row: a tally for each column."""

    party: int
    cells: tuple[Tally, ...]


class Matrix(msgspec.Struct, frozen=True):
    """Claims by party and by one feature of their labels. ``feature``: ``tlp``, ``type``, ``source`` or ``collection``."""

    feature: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


class Compared(msgspec.Struct, frozen=True):
    """What was open to a party on a day, and what is today, in objects."""

    then: int
    now: int
    only_then: Ids
    only_now: Ids


class WentOut(msgspec.Struct, frozen=True):
    """An object that had been open to a party and is no longer. ``closed``: when that ended."""

    id: str
    type: str
    closed: int
