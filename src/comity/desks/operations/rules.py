"""Rules of the operations desk: who may do what, what things are called, in which state a thing is, what needs a person. Pure."""

from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.directory.roles import Role
from comity.kernel.store.progress import Following, Job, State, Timer
from comity.web.moments import time_left
from comity.web.tables import Link, Mark
from comity.web.words import Phrase, Told, msgid, outside, plural

PATH: Final = "/operations"
READ: Final = "operations.read"
ACT: Final = "operations.act"
READERS: Final = frozenset({Role.ADMINISTRATOR, Role.DUTY_OFFICER, Role.AUDITOR})
ACTORS: Final = frozenset({Role.ADMINISTRATOR})

OBJECTS: Final = "intel.read"
"""Who may read objects is the intel desk's to say; where those stand of which nothing can be made, too."""
UNMADE: Final = "/intel/unmade"

LEASE: Final = "worker"
"""Whoever holds this lease of the store is the worker."""

SECOND: Final[Micros] = 1_000_000
LATE: Final[Micros] = 30 * SECOND
"""A clock is called late when it should have fired so long ago: a worker looks several times a second."""

FOLLOWERS: Final[dict[str, tuple[str, str]]] = {
    "clocks": (msgid("Clocks"), msgid("fires what is due; behind are those that should have fired")),
    "settle": (msgid("Shaping anew"), msgid("opens what waited for a neighbour; behind are the neighbours that came")),
    "index_text": (msgid("Text index"), msgid("makes objects findable by their words; behind are claims")),
    "scan": (
        msgid("Scan for personal data"),
        msgid("looks for personal data where an agreement asks; behind are claims"),
    ),
    "intake": (msgid("Large envelopes"), msgid("takes in what was too large for one answer; behind are objects")),
    "mirrors": (msgid("Mirrors"), msgid("pulls what other nodes publish; behind are pulls that were asked for")),
    "twins": (
        msgid("Redacted forms"),
        msgid("makes what goes in the place of originals; behind are originals to be looked at"),
    ),
    "jobs": (msgid("Long jobs"), msgid("does the next step of each; behind are open jobs")),
}
KINDS: Final[dict[str, str]] = {
    "upkeep": msgid("Drop what nobody needs any more"),
    "mirror": msgid("Pull from another node"),
    "policy": msgid("Decide anew on the dates of agreements and markings"),
    "relabel": msgid("Label anew what is held"),
    "erase": msgid("Carry out an erasure"),
    "retention": msgid("Look for what is due for erasure"),
}
NODE: Final = "node"
"""The subject of what concerns the node as a whole."""


def name_of(follower: str) -> Told:
    """What people call a follower; one that this desk has no word for is called as the code does."""
    return FOLLOWERS[follower][0] if follower in FOLLOWERS else outside(follower)


def purpose_of(follower: str) -> Told:
    """What it does."""
    return FOLLOWERS[follower][1] if follower in FOLLOWERS else ""


def kind_of(kind: str) -> Told:
    """What people call jobs and clocks of a kind."""
    return KINDS[kind] if kind in KINDS else outside(kind)


def subject_of(subject: str) -> Told:
    """What a job or a clock is about."""
    return msgid("this node") if subject == NODE else outside(subject)


def urgency(follower: Following) -> tuple[bool, bool, str]:
    """By which followers are put in order: what needs a person first, then what fails."""
    return not (follower.stopped and not follower.again), not follower.errors, follower.name


def state_of_follower(follower: Following, *, works: bool) -> Mark:
    """How a follower fares."""
    if follower.stopped and not follower.again:
        return Mark("wrong", msgid("Stopped"))
    if not works:
        return Mark("withheld", msgid("At rest"))
    if follower.again:
        return Mark("partly", msgid("Tries again"))
    if follower.errors:
        return Mark("wrong", plural("Failed once", "Failed %(num)s times", follower.errors))
    return Mark("partly", msgid("Behind")) if follower.behind else Mark("released", msgid("Up to date"))


def state_of_job(job: Job, *, works: bool) -> Mark:
    """How a job fares."""
    if job.open and job.errors:
        return Mark("wrong", plural("Failed once", "Failed %(num)s times", job.errors))
    if job.open and not works:
        return Mark("withheld", msgid("At rest"))
    marks: dict[State, Mark] = {
        State.WAITING: Mark("partly", msgid("Waiting")),
        State.RUNNING: Mark("partly", msgid("Running")),
        State.DONE: Mark("released", msgid("Done")),
        State.FAILED: Mark("wrong", msgid("Failed")),
        State.CANCELLED: Mark("withheld", msgid("Cancelled")),
    }
    return marks[job.state]


def state_of_clock(timer: Timer, now: Micros) -> Mark:
    """How a clock fares."""
    if timer.errors:
        return Mark("wrong", plural("Failed once", "Failed %(num)s times", timer.errors))
    if timer.due + LATE < now:
        return Mark("wrong", time_left(timer.due, now).said)
    return Mark("partly", time_left(max(timer.due, now), now).said)


def pace_of(job: Job) -> Told:
    """How fast a running job goes and when it will be done, where that can be said."""
    if not job.open or job.started is None or job.moved is None or job.moved - job.started < SECOND:
        return ""
    a_second = job.position * SECOND / (job.moved - job.started)
    if a_second <= 0:
        return ""
    pace = f"{a_second:,.0f}" if a_second >= 10 else f"{a_second:.1f}"
    if job.total is None or job.total < job.position:
        return Phrase(msgid("%(pace)s a second"), {"pace": pace})
    left = round((job.total - job.position) / a_second)
    if left < 120:
        return Phrase(msgid("%(pace)s a second, about %(seconds)s s left"), {"pace": pace, "seconds": str(left)})
    return Phrase(msgid("%(pace)s a second, about %(minutes)s min left"), {"pace": pace, "minutes": f"{left // 60:,}"})


def needs_a_person(followers: tuple[Following, ...], jobs: tuple[Job, ...]) -> tuple[Link, ...]:
    """What will not mend itself, by name; each leads to its row."""
    stopped = [Link(name_of(each.name), anchor_of(each)) for each in followers if each.stopped and not each.again]
    failed = [
        Link(kind_of(job.kind), anchor_of(job), subject_of(job.subject)) for job in jobs if job.state is State.FAILED
    ]
    return (*stopped, *failed)


def anchor_of(row: Following | Job) -> str:
    """Where on the page something stands."""
    return f"{PATH}#follower-{row.name}" if isinstance(row, Following) else f"{PATH}#job-{row.id}"


def tried_again(followers: tuple[Following, ...], jobs: tuple[Job, ...], timers: tuple[Timer, ...]) -> int:
    """How many things failed and are tried again without anybody's doing."""
    failing = sum(bool(each.errors) and not each.stopped for each in followers)
    return failing + sum(job.open and bool(job.errors) for job in jobs) + sum(bool(timer.errors) for timer in timers)
