"""Views of the operations desk. Every form leads back to the page it was on, which says what happened."""

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.operations import actions, queries, rules
from comity.desks.operations.errors import Changed
from comity.desks.operations.rules import ACT, OBJECTS, PATH, READ
from comity.web.forms import ConfirmationPage, Form
from comity.web.page import Crumb
from comity.web.visit import Visit
from comity.web.words import Phrase, Told, msgid, outside

_CHANGED = msgid("It has ended or changed meanwhile. Nothing was done.")


@get(PATH, opt={"permission": READ}, sync_to_thread=True)
def work(visit: NamedDependency[Visit]) -> Response[str]:
    """Followers, jobs and clocks."""
    return visit.page(queries.work(visit.store, visit.now, acts=visit.may(ACT), reads=visit.may(OBJECTS)))


@get(f"{PATH}/followers/{{name:str}}/retry", opt={"permission": ACT}, sync_to_thread=False)
def confirm_follower(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[str]:
    """Before one that has stopped goes on."""
    shown = rules.name_of(name[: actions.LONGEST_NAME])
    return visit.page(
        ConfirmationPage(
            title=msgid("Let this follower go on?"),
            consequences=(
                msgid("It found the node's own data in contradiction and stopped, so that nothing gets worse."),
                msgid("It begins again where it stopped. If the contradiction is still there, it stops again."),
            ),
            undone=msgid("No. Restore a backup first if you do not know what caused it."),
            form=Form(
                action=f"{PATH}/followers/{name[: actions.LONGEST_NAME]}/retry",
                button=msgid("Let it go on"),
                cancel=PATH,
                danger=True,
            ),
            trail=(Crumb(shown, PATH),),
        )
    )


@post(f"{PATH}/followers/{{name:str}}/retry", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def retry_follower(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Let a follower try again."""
    return _done(visit, lambda: actions.retry_follower(visit.store, name), msgid("It tries again within a second."))


@post(f"{PATH}/jobs/{{number:int}}/retry", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def retry_job(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Let a job go on."""
    return _done(visit, lambda: actions.retry_job(visit.store, number), msgid("The job goes on from where it stands."))


@get(f"{PATH}/jobs/{{number:int}}/cancel", opt={"permission": ACT}, sync_to_thread=False)
def confirm_cancel(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[str]:
    """Before a job ends."""
    return visit.page(
        ConfirmationPage(
            title=Phrase(msgid("End job %(number)s?"), {"number": str(number)}),
            consequences=(
                msgid("It ends where it stands. What its steps did so far stays."),
                msgid("A step that is under way is not written."),
            ),
            undone=msgid("No. The same job can be started anew, from its beginning."),
            form=Form(action=f"{PATH}/jobs/{number}/cancel", button=msgid("End this job"), cancel=PATH, danger=True),
            trail=(Crumb(outside(f"#{number}"), PATH),),
        )
    )


@post(f"{PATH}/jobs/{{number:int}}/cancel", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def cancel_job(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """End a job."""
    return _done(visit, lambda: actions.cancel_job(visit.store, number), msgid("The job was cancelled."))


@post(f"{PATH}/clocks/{{number:int}}/retry", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def retry_clock(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Let a clock that failed fire now."""
    return _done(visit, lambda: actions.retry_clock(visit.store, number), msgid("The clock is tried again at once."))


def _done(visit: Visit, act: Callable[[], None], said: Told) -> Response[Any]:
    try:
        act()
    except Changed:
        return visit.redirect(PATH, _CHANGED, meaning="review")
    return visit.redirect(PATH, said)
