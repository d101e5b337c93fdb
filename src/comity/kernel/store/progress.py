"""What is known of the worker's followers, of clocks and of long jobs: the values that ``following``, ``timers`` and ``jobs``
keep as rows. Pure, so that pages can be made of them.
"""

from enum import StrEnum

import msgspec

from comity.kernel.base.clock import Micros


class Following(msgspec.Struct, frozen=True):
    """A follower. ``behind``: how much it has before it, None where it can't say. ``again``: a person asked for another try."""

    name: str
    behind: int | None
    errors: int
    reason: str
    not_before: Micros
    stopped: bool
    again: bool
    seen: Micros


class Lead(msgspec.Struct, frozen=True):
    """Who works for this node, and until when that holds unless renewed; ``holds``: whether it does so now."""

    holder: str
    until: Micros
    holds: bool


class Timer(msgspec.Struct, frozen=True):
    """A clock. ``fired``: when it did. ``errors``, ``reason``: how often it failed since it was set, and why the last time;
    ``not_before``: when it is tried again.
    """

    id: int
    kind: str
    subject: str
    due: Micros
    fired: Micros | None
    errors: int
    reason: str
    not_before: Micros


class State(StrEnum):
    """How a job is. WAITING and RUNNING are open; FAILED can be opened again; DONE and CANCELLED are the end."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(msgspec.Struct, frozen=True):
    """A job. ``position`` of ``total`` (None: not known) is done; ``payload`` is the kind's own.

    ``errors``      how often the present step has failed in a row, ``reason``: why the last time
    ``not_before``  when it goes on
    ``moved``       when it last made a step, or tried to
    """

    id: int
    kind: str
    subject: str
    state: State
    position: int
    total: int | None
    payload: bytes
    errors: int
    reason: str
    not_before: Micros
    created: Micros
    started: Micros | None
    moved: Micros | None
    finished: Micros | None

    @property
    def open(self) -> bool:
        """Whether it still has work to do."""
        return self.finished is None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a step says when it is done: the new position, which is further than before unless the job is ``done``.

    ``total`` and ``payload`` stay as they are where they are None; ``not_before`` lets the next step wait.
    """

    position: int
    done: bool = False
    total: int | None = None
    payload: bytes | None = None
    not_before: Micros = 0
