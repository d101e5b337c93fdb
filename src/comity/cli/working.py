"""``work``: what the node does by itself, how far it is, what failed; another try for it, and the end of a job.

Names are one word: a follower's as it is, a job's ``job:12``, a clock's ``clock:7``.
"""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from comity.cli.screen import note, show, show_json, table
from comity.kernel.base.clock import Micros, rfc3339

if TYPE_CHECKING:
    from comity.kernel.store.progress import Following, Job, Lead, Timer
    from comity.kernel.store.store import Store

work = typer.Typer(
    invoke_without_command=True, help="What the node does by itself: followers, long jobs, clocks; show, retry, cancel."
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="As 'comity work' shows it: settle, job:12, clock:7.")]

LEASE: Final = "worker"
MOST: Final = 1000
LARGEST: Final = 2**31 - 1


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.add_typer(work, name="work")


@work.callback()
def work_show(context: typer.Context, json: Json = False) -> None:
    """Shows what follows the log, what takes long and what waits for its moment."""
    if context.invoked_subcommand is not None:
        return
    with context.obj.open() as node:
        store = node.store
        lead = store.followings.lead(LEASE)
        followers, jobs, timers = store.followings.all(), store.jobs.all(MOST), store.timers.all(MOST)
        now = node.clock.now()
    if json:
        show_json(
            {
                "worker": _lead(lead),
                "followers": [_follower(each) for each in followers],
                "jobs": [_job(each) for each in jobs],
                "clocks": [_clock(each) for each in timers],
            }
        )
        return
    works = lead is not None and lead.holds
    show(f"At work: {lead.holder}" if lead is not None and works else "Nobody works for this node.")
    rows = [
        *((each.name, _state(each), _behind(each), each.reason) for each in followers),
        *((f"job:{job.id}", f"{job.state}: {job.kind} {job.subject}", _progress(job), job.reason) for job in jobs),
        *((f"clock:{each.id}", f"{each.kind} {each.subject}", _due(each, now), each.reason) for each in timers),
    ]
    show(table(("name", "what", "how far", "failed last because"), rows))
    if not works:
        note("Whoever serves the node works for it: comity serve")


@work.command("retry")
def work_retry(context: typer.Context, name: Name, json: Json = False) -> None:
    """Lets what failed try again at once: a follower, a job from where it stands, a clock."""
    with context.obj.open() as node:
        _retry(node.store, name)
    _done(name, "tries again", json=json)


@work.command("cancel")
def work_cancel(context: typer.Context, name: Name, json: Json = False) -> None:
    """Ends a job where it stands; what its steps did stays."""
    kind, number = _read(name)
    if kind != "job":
        raise typer.BadParameter("Only a job can be cancelled: job:NUMBER.")
    with context.obj.open() as node:
        node.store.jobs.cancel(number)
    _done(name, "is cancelled", json=json)


def _done(name: str, what: str, *, json: bool) -> None:
    if json:
        show_json({"name": name, "done": what})
    else:
        show(f"{name} {what}.")


def _retry(store: "Store", name: str) -> None:
    kind, number = _read(name)
    if kind == "job":
        store.jobs.retry(number)
    elif kind == "clock":
        store.timers.retry(number)
    else:
        store.followings.retry(name)


def _read(name: str) -> tuple[str, int]:
    """What a name is about: a kind and a number; no number for a follower."""
    kind, colon, number = name.partition(":")
    if not colon:
        return "follower", 0
    if kind not in {"job", "clock"} or not (number.isascii() and number.isdigit()) or int(number) > LARGEST:
        raise typer.BadParameter(f"'{name[:60]}' is no name; see: comity work")
    return kind, int(number)


def _state(follower: "Following") -> str:
    if follower.again:
        return "tries again"
    if follower.stopped:
        return "stopped: needs a person"
    return f"failed {follower.errors} times" if follower.errors else "follows"


def _behind(follower: "Following") -> str:
    return "not known" if follower.behind is None else f"{follower.behind} behind"


def _progress(job: "Job") -> str:
    return f"{job.position} of {job.total}" if job.total is not None else str(job.position)


def _due(timer: "Timer", now: Micros) -> str:
    return f"{'late since' if timer.due < now else 'due'} {rfc3339(timer.due)}"


def _lead(lead: "Lead | None") -> dict[str, object] | None:
    return {"holder": lead.holder, "until": rfc3339(lead.until), "works": lead.holds} if lead is not None else None


def _moment(at: Micros | None) -> str | None:
    return rfc3339(at) if at else None


def _follower(each: "Following") -> dict[str, object]:
    return {
        "name": each.name,
        "behind": each.behind,
        "errors": each.errors,
        "reason": each.reason,
        "stopped": each.stopped,
        "tries_again": _moment(each.not_before),
        "seen": rfc3339(each.seen),
    }


def _job(job: "Job") -> dict[str, object]:
    return {
        "name": f"job:{job.id}",
        "kind": job.kind,
        "subject": job.subject,
        "state": job.state.value,
        "position": job.position,
        "total": job.total,
        "errors": job.errors,
        "reason": job.reason,
        "tries_again": _moment(job.not_before) if job.open else None,
        "created": rfc3339(job.created),
        "finished": _moment(job.finished),
    }


def _clock(timer: "Timer") -> dict[str, object]:
    return {
        "name": f"clock:{timer.id}",
        "kind": timer.kind,
        "subject": timer.subject,
        "due": rfc3339(timer.due),
        "errors": timer.errors,
        "reason": timer.reason,
        "tries_again": _moment(timer.not_before),
    }
