"""What the reading door answers our own people about policy: why, what would be, what is, what was."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.binding import Relation
from comity.kernel.policy.decision import Decision, Effect
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.sentence import Sentence
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


Form = Literal["whole", "made", "waiting", "unmade"]
"""``whole``: it goes as it is; ``made``: a form of it goes; ``waiting``: one would, not yet; ``unmade``: none can be made."""


class Going(msgspec.Struct, frozen=True, kw_only=True):
    """What goes of one claim to a party in place of it. For our own people: never leaves.

    ``leaf``     of the original claim
    ``id``       under which it goes; "" where nothing does
    ``raw``      what goes or, as long as it waits, what would: nothing was written to say so; empty where nothing can be made
    ``reason``   why nothing goes
    ``made``     since when it goes in this form
    """

    leaf: int
    form: Form
    id: str = ""
    raw: bytes = b""
    reason: Sentence | None = None
    made: Micros | None = None


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


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """An object and what would go of it under an agreement that is not signed: under pseudonyms made up for the look.

    ``after`` is empty where nothing could be made, with the ``reason``.
    """

    id: str
    before: bytes
    after: bytes
    lens: Lens
    reason: Sentence | None = None


class Foreseen(msgspec.Struct, frozen=True):
    """What a change would mean for one party, in objects.

    ``relation``   how the party comes under the agreement; None where it does not, but what it sees changes
    ``released``   what it gets then, in all, as it is or in another form; ``opening``: what it gets as it is and doesn't today
    ``redacted``   what goes in another form: redacted, or without some of its parts
    ``referring``  what goes as it is where all that it names is open to all who get it, and else under pseudonyms: which
                   of them is found object by object when they are made. The *cone*
    ``reviewed``   what goes when people have agreed
    ``rehearsed``  a few of ``redacted`` and ``reviewed``, as they would go
    ``closing``    what it gets today and would not get then, in no form
    ``withheld``   what the agreement covers (its scope takes it) and the party would not get, in no form
    """

    party: int
    slug: str
    name: str
    relation: Relation | None
    released: int
    opening: Ids
    closing: Ids
    withheld: Ids
    redacted: Ids = Ids()
    referring: Ids = Ids()
    reviewed: Ids = Ids()
    rehearsed: tuple[Rehearsed, ...] = ()


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
