"""Views of the mirrors desk. Each form leads back to the mirror's page, which says what happened."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.mirrors import actions, queries
from comity.desks.mirrors.rules import ACT, PATH, READ
from comity.web.visit import Visit
from comity.web.words import msgid


@get(PATH, opt={"permission": READ}, sync_to_thread=True)
def mirrors(visit: NamedDependency[Visit]) -> Response[str]:
    """Every mirror and how it fares."""
    return visit.page(queries.mirrors(visit.store, visit.directory, visit.now))


@get(f"{PATH}/{{number:int}}", opt={"permission": READ}, sync_to_thread=True)
def mirror(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[str]:
    """One mirror, and what of it was refused."""
    return visit.page(queries.mirror(visit.store, visit.directory, number, visit.now, acts=visit.may(ACT)))


@post(f"{PATH}/{{number:int}}/pull", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def pull(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Ask for a pull now."""
    actions.pull(visit.store, number, visit.now)
    return visit.redirect(
        f"{PATH}/{number}", msgid("It is pulled as soon as the worker comes to it, within a second or so.")
    )


@post(f"{PATH}/{{number:int}}/pause", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def pause(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Let it rest."""
    actions.pause(visit.store, number)
    return visit.redirect(f"{PATH}/{number}", msgid("The mirror rests. What it brought stays."))


@post(f"{PATH}/{{number:int}}/resume", opt={"permission": ACT}, status_code=303, sync_to_thread=True)
def resume(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Let it go on."""
    actions.resume(visit.store, number, visit.now)
    return visit.redirect(f"{PATH}/{number}", msgid("The mirror goes on."))
