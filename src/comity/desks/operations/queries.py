"""Queries of the operations desk: one function per screen. Work is the node's own; no object is read here."""

from typing import Final

from comity.desks.operations import rules
from comity.desks.operations.objects import CLOCKS, FOLLOWERS, QUARANTINE, Forms, JobRow, NeedsPanel, Standing, WorkPage
from comity.kernel.base.clock import Micros
from comity.kernel.directory.directory import Directory
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.progress import Following, Job, State, Timer
from comity.kernel.store.store import Store
from comity.web.forms import Act
from comity.web.tables import Acts, At, Link, Number, Row, Table, Words, plain
from comity.web.words import msgid, outside

SHOWN: Final = 50
TRY_AGAIN: Final = msgid("Try again now")


def work(store: Store, now: Micros, *, acts: bool, reads: bool) -> WorkPage:
    """Followers, jobs and clocks; with buttons for whoever may act. ``reads``: whether whoever asks may read objects."""
    followers, jobs, timers = store.followings.all(), store.jobs.all(SHOWN + 1), store.timers.all(SHOWN + 1)
    standing = _standing(store, followers, jobs, timers)
    return WorkPage(
        standing=standing,
        followers=plain(
            msgid("What follows the log"),
            FOLLOWERS,
            [_follower(each, works=standing.working, acts=acts) for each in sorted(followers, key=rules.urgency)],
            empty=msgid("No worker has been here yet."),
            comes=msgid("Whoever serves this node starts one with it; what it follows then stands here."),
        ),
        jobs=tuple(_job(job, now, works=standing.working, acts=acts) for job in jobs[:SHOWN]),
        more_jobs=len(jobs) > SHOWN,
        clocks=plain(
            msgid("What waits for its moment"),
            CLOCKS,
            [_clock(timer, store.timers.last(timer.kind, timer.subject), now, acts=acts) for timer in timers[:SHOWN]],
            empty=msgid("No clock waits."),
            comes=msgid("Deadlines, periodic work and reminders set clocks; each fires once, late ones at once."),
        ),
        more_clocks=len(timers) > SHOWN,
        quarantine=_quarantine(store),
        going=_forms(store, reads=reads),
    )


def needs(store: Store, _directory: Directory, _viewer: Viewer) -> NeedsPanel:
    """Whether the node's own work needs a person."""
    standing = _standing(store, store.followings.all(), store.jobs.all(SHOWN), store.timers.all(SHOWN))
    return NeedsPanel(standing=standing)


def _forms(store: Store, *, reads: bool) -> Forms | None:
    status = store.twins.status()
    found = Forms(
        whole=status.passes,
        made=status.made,
        unmade=status.failed,
        waiting=status.waiting,
        path=rules.UNMADE if reads else "",
    )
    return found if found.done or found.waiting else None


def _quarantine(store: Store) -> Table | None:
    rows = [
        Row((Words(outside(each.slug)), Number(each.labels), Number(each.claims)), id=f"quarantine-{each.slug}")
        for each in store.vitals.quarantine()
    ]
    return plain(msgid("In quarantine"), QUARANTINE, rows, empty="", comes="") if rows else None


def _standing(
    store: Store, followers: tuple[Following, ...], jobs: tuple[Job, ...], timers: tuple[Timer, ...]
) -> Standing:
    lead = store.followings.lead(rules.LEASE)
    return Standing(
        working=lead is not None and lead.holds,
        holder=lead.holder if lead is not None else "",
        seen=max((each.seen for each in followers), default=None),
        needing=rules.needs_a_person(followers, jobs),
        failing=rules.tried_again(followers, jobs, timers),
    )


def _follower(follower: Following, *, works: bool, acts: bool) -> Row:
    retry = f"{rules.PATH}/followers/{follower.name}/retry"
    troubled = acts and not follower.again
    buttons: tuple[Act | Link, ...] = ()
    if troubled and follower.stopped:
        buttons = (Link(msgid("Let it go on"), retry),)
    elif troubled and follower.errors:
        buttons = (Act(button=TRY_AGAIN, action=retry, about=follower.name),)
    waits = follower.errors and not follower.stopped and not follower.again
    return Row(
        (
            Words(rules.name_of(follower.name), rules.purpose_of(follower.name)),
            rules.state_of_follower(follower, works=works),
            Number(follower.behind),
            Words(outside(follower.reason) if follower.reason else ""),
            At(follower.not_before, "") if waits else Words(""),
            Acts(buttons),
        ),
        id=f"follower-{follower.name}",
    )


def _job(job: Job, now: Micros, *, works: bool, acts: bool) -> JobRow:
    path = f"{rules.PATH}/jobs/{job.id}"
    about = f"{job.kind} {job.subject}"
    buttons: tuple[Act | Link, ...] = ()
    if acts and (job.state is State.FAILED or (job.open and job.errors)):
        buttons += (Act(button=TRY_AGAIN, action=f"{path}/retry", about=about),)
    if acts and job.open:
        buttons += (Link(msgid("End this job"), f"{path}/cancel"),)
    return JobRow(
        number=job.id,
        kind=rules.kind_of(job.kind),
        subject=rules.subject_of(job.subject),
        mark=rules.state_of_job(job, works=works),
        open=job.open,
        position=job.position,
        total=job.total,
        pace=rules.pace_of(job) if works else "",
        reason=job.reason,
        again=job.not_before if job.open and job.not_before > now else None,
        created=job.created,
        finished=job.finished,
        acts=buttons,
    )


def _clock(timer: Timer, last: Micros | None, now: Micros, *, acts: bool) -> Row:
    retry = Act(button=TRY_AGAIN, action=f"{rules.PATH}/clocks/{timer.id}/retry", about=f"{timer.kind} {timer.subject}")
    return Row(
        (
            Words(rules.kind_of(timer.kind), rules.subject_of(timer.subject)),
            rules.state_of_clock(timer, now),
            At(timer.due),
            At(last),
            Words(outside(timer.reason) if timer.reason else ""),
            Acts((retry,) if acts and timer.errors else ()),
        ),
        id=f"clock-{timer.id}",
    )
