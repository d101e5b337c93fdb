"""Page structs of the operations desk, and the rows they are made of."""

from typing import ClassVar

import msgspec

from comity.kernel.base.clock import Micros
from comity.web.forms import Act
from comity.web.page import Page
from comity.web.tables import Column, Link, Mark, Table
from comity.web.words import Told, msgid

FOLLOWERS = (
    Column(key="follower", title=msgid("Follower")),
    Column(key="state", title=msgid("State")),
    Column(key="behind", title=msgid("Behind"), number=True),
    Column(key="reason", title=msgid("Reason")),
    Column(key="again", title=msgid("Tries again")),
    Column(key="acts", title=msgid("What can be done"), unseen=True),
)
QUARANTINE = (
    Column(key="source", title=msgid("Source")),
    Column(key="labels", title=msgid("Labels"), number=True),
    Column(key="claims", title=msgid("In quarantine"), number=True),
)
CLOCKS = (
    Column(key="clock", title=msgid("Clock")),
    Column(key="state", title=msgid("State")),
    Column(key="due", title=msgid("Due")),
    Column(key="last", title=msgid("Fired last")),
    Column(key="reason", title=msgid("Reason")),
    Column(key="acts", title=msgid("What can be done"), unseen=True),
)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "does anything need me?".

    ``working``  a worker leads; ``seen``: when one was last there
    ``needing``  what will not mend itself
    ``failing``  how many things failed and are tried again
    """

    working: bool
    holder: str
    seen: Micros | None
    needing: tuple[Link, ...]
    failing: int


class Forms(msgspec.Struct, frozen=True, kw_only=True):
    """What is made to go in the place of originals: how many of each, and how many are still to be looked at.

    ``unmade``: of which nothing can be made; ``path``: where they stand, for whoever may read objects
    """

    whole: int
    made: int
    unmade: int
    waiting: int
    path: str

    @property
    def done(self) -> int:
        """How many of all have been looked at."""
        return self.whole + self.made + self.unmade


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the page shows it. ``again``: when a step that failed is tried again."""

    number: int
    kind: Told
    subject: Told
    mark: Mark
    open: bool
    position: int
    total: int | None
    pace: Told
    reason: str
    again: Micros | None
    created: Micros
    finished: Micros | None
    acts: tuple[Act | Link, ...]


class WorkPage(Page, frozen=True, kw_only=True):
    """What the node does by itself, and how it fares. ``quarantine``: what came of too many kinds; ``going``: what is made to go
    in the place of originals. None where there is nothing of it.
    """

    template: ClassVar[str] = "operations/work.html"

    standing: Standing
    followers: Table
    jobs: tuple[JobRow, ...]
    more_jobs: bool
    clocks: Table
    more_clocks: bool
    quarantine: Table | None
    going: Forms | None


class NeedsPanel(Page, frozen=True, kw_only=True):
    """Home: whether the node's own work needs a person."""

    template: ClassVar[str] = "operations/_needs.html"

    standing: Standing
