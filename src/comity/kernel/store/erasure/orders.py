"""An order to erase, as data: what it means, on what ground, how far it is. Pure."""

from enum import StrEnum

import msgspec

from comity.kernel.base.clock import Micros


class Selection(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to go; of what is given, everything has to match.

    ``object``      an id: all that is held under it, or one ``version`` (its ``modified``)
    ``source``      number of the party that gave it; ``collection``: where it lies
    ``agreement``   given to us under this agreement, while it was in force; ``signed``: only under the version of this number
    ``before``      received before this moment
    """

    object: str = ""
    version: Micros | None = None
    source: int = 0
    collection: int = 0
    agreement: str = ""
    signed: Micros | None = None
    before: Micros | None = None

    @property
    def empty(self) -> bool:
        """Whether it names nothing, and so would mean everything."""
        return not (self.object or self.source or self.collection or self.agreement or self.before is not None)


class Ground(msgspec.Struct, frozen=True):
    """By what right: the reference of the order, the article or rule that it rests on, its date (2026-11-22)."""

    reference: str
    article: str = ""
    dated: str = ""


class Cause(StrEnum):
    """What began it: somebody's order, or a date of ours or of an agreement."""

    ORDER = "order"
    RETENTION = "retention"


class Stage(StrEnum):
    """OPEN: being carried out. HELD: all but what is held is gone. CLEANING: nothing is found any more, and the database is
    being rewritten so that no file has it. DONE.
    """

    OPEN = "open"
    HELD = "held"
    CLEANING = "cleaning"
    DONE = "done"


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands. ``held``: claims that holds stand against. ``since``, ``until``: when the first and the last of
    what was erased had come, so that it can be told which backups have it.
    """

    id: int
    ground: Ground
    cause: Cause
    made_by: str
    account: int | None
    at: Micros
    selection: Selection
    good: bool
    stage: Stage
    leaf: int
    objects: int
    claims: int
    held: int
    since: Micros | None
    until: Micros | None
    finished: Micros | None
    refused: int = 0

    @property
    def waits(self) -> bool:
        """Whether what holds stand against is erased when they are lifted; what is due by a date is found again then anyway."""
        return bool(self.held) and self.cause is Cause.ORDER


class Shared(msgspec.Struct, frozen=True):
    """That a party could have had an object. ``until`` None: it still may. ``twin``: the id of the form in which it had it, ""
    where it was the object itself.
    """

    party: int
    slug: str
    name: str
    since: Micros
    until: Micros | None
    twin: str = ""


class Outlook(msgspec.Struct, frozen=True):
    """What an order would erase, before anybody gives it.

    ``objects``, ``claims``   how many; ``some``: ids of some of them
    ``held``      claims that holds stand against; ``holds``: the numbers of these
    ``referrers`` how many objects refer to those in ``some``: they stay, and are shaped anew
    ``shared``    who could have had them: (id, party)
    ``in_custody``  bytes in custody that go as well
    """

    objects: int
    claims: int
    some: tuple[str, ...]
    held: int
    holds: tuple[int, ...]
    referrers: int
    shared: tuple[tuple[str, Shared], ...]
    in_custody: int = 0


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A legal hold. ``kind``: object, source or collection; ``reference``: of the case that it serves."""

    id: int
    kind: str
    subject: str
    key: bytes | None
    number: int | None
    reference: str
    ground: str
    made_by: str
    since: Micros
    until: Micros | None
    lifted: Micros | None
    lifted_by: str

    def stands(self, now: Micros) -> bool:
        """Whether it holds now."""
        return self.lifted is None and (self.until is None or now < self.until)


class Custody(msgspec.Struct, frozen=True):
    """Bytes that their source took back while a hold stood against that. Nobody but our own people is told of them."""

    id: int
    object: str
    modified: Micros
    raw: bytes
    source: int
    collection: int
    deleted: Micros


class Term(msgspec.Struct, frozen=True):
    """A rule of ours: what is in a collection, or came from a party, is erased so many days after it was received."""

    kind: str
    subject: int
    days: int
    made_by: str
    at: Micros


class Due(msgspec.Struct, frozen=True):
    """What is due for erasure, or will be, under one rule. ``agreement``, ``article``: of an agreement; else a rule of ours.

    ``claims``   how many there are under it; ``due``: of these, due now; ``held``: of the due ones, held
    ``next``     when the next one is due
    """

    kind: str
    subject: str
    days: int
    agreement: str
    article: int
    claims: int
    due: int
    held: int
    next: Micros | None


class Told(msgspec.Struct, frozen=True):
    """A party to be told of a recall. ``at``: when somebody told it."""

    party: str
    since: Micros
    until: Micros | None = None
    twin: str = ""
    at: Micros | None = None


class Recall(msgspec.Struct, frozen=True):
    """An object that was recalled."""

    object: str
    reference: str
    ground: str
    made_by: str
    at: Micros
    told: tuple[Told, ...]
