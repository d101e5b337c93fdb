"""Views of the intel desk: read the request, ask one query, answer with one page."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from comity.desks.intel import actions, queries
from comity.desks.intel.objects import ON_A_DAY
from comity.kernel.base.errors import Invalid
from comity.kernel.store.types import Account
from comity.web.forms import Form
from comity.web.headers import SANDBOX_POLICY
from comity.web.visit import Visit
from comity.web.words import msgid

READ = "intel.read"
RESTRICT = "intel.restrict"
RESTRICTION = "/intel/objects/{object_id:str}/restriction"


@get("/intel/search", opt={"permission": READ}, sync_to_thread=True)
def search(
    visit: NamedDependency[Visit], q: FromQuery[str] = "", before: FromQuery[int | None] = None
) -> Response[str]:
    """Search by words, or by an address, name, hash or id in whatever form it was typed."""
    jump = queries.held_by_id(visit.store, visit.viewer, q)
    if jump:
        return Redirect(jump, status_code=303)
    return visit.page(queries.search(visit.store, visit.directory, visit.viewer, q, before))


@get("/intel/objects/{object_id:str}", opt={"permission": READ}, sync_to_thread=True)
def show_object(
    visit: NamedDependency[Visit], object_id: FromPath[str], claim: FromQuery[int | None] = None
) -> Response[str]:
    """One object, as the given claim (a leaf's number) has it, or as its own creator has."""
    restricts = visit.may(RESTRICT)
    page = queries.object_page(visit.store, visit.directory, visit.viewer, object_id, claim, restricts=restricts)
    return visit.page(page)


@get("/intel/objects/{object_id:str}/raw", opt={"permission": READ}, sync_to_thread=True)
def raw_object(
    visit: NamedDependency[Visit], object_id: FromPath[str], claim: FromQuery[int | None] = None
) -> Response[bytes]:
    """The bytes a source sent. Never rendered: a file to save, and a sandbox where a browser opens it anyway.

    That it was saved is a leaf, durable before a byte leaves.
    """
    held = queries.raw(visit.store, visit.directory, visit.viewer, object_id, claim)
    if visit.account is not None and visit.request.method != "HEAD":
        actions.note_saved(visit.store, held, visit.directory.parties.own(), visit.account)
    headers = {
        "content-disposition": f'attachment; filename="{_file_name(object_id)}"',
        "content-security-policy": SANDBOX_POLICY,
    }
    return Response(held.raw, media_type="application/json", headers=headers)


@get("/intel/objects/{object_id:str}/audience", opt={"permission": READ}, sync_to_thread=True)
def audience(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[str]:
    """Who can see this object, and why; on the day asked for."""
    typed = visit.asked.get("on", "")[:40]
    on = visit.read_moment(typed) if typed else None
    form = ON_A_DAY.to(queries.audience_path(object_id)).starting({"on": typed})
    if typed and on is None:
        form = form.failing(msgid("Give a day and an hour."), "on")
    return visit.page(queries.audience_page(visit.store, visit.directory, visit.viewer, object_id, form, on))


@get("/intel/unmade", opt={"permission": READ}, sync_to_thread=True)
def unmade(visit: NamedDependency[Visit]) -> Response[str]:
    """What stays back because no form of it can be made that may go."""
    return visit.page(queries.unmade(visit.store, visit.directory, visit.viewer))


@get(RESTRICTION, opt={"permission": RESTRICT}, sync_to_thread=True)
def ask_restrict(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Who shall see it."""
    return _restriction_page(visit, object_id, None)


@post(RESTRICTION, opt={"permission": RESTRICT}, status_code=303, sync_to_thread=True)
def restrict(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Only these people see it from now on."""
    by = _person(visit)
    form = queries.restriction_form(object_id, _readers(visit)).filled(visit.typed)
    if form.ok and str(by.id) not in form.many("people"):
        form = form.failing(
            msgid("Keep yourself among them: you would not find it again. Whoever else is named can leave you out."),
            "people",
        )
    if form.ok:
        try:
            actions.restrict(visit.store, object_id, map(int, form.many("people")), by)
        except Invalid as error:
            form = form.refused(error, "people")
    if not form.ok:
        return _restriction_page(visit, object_id, form)
    return visit.redirect(queries.path_of(object_id), msgid("Only the people you named see this now."))


@get(f"{RESTRICTION}/lift", opt={"permission": RESTRICT, "confirmed": True}, sync_to_thread=True)
def ask_lift(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """What lifting means."""
    return visit.page(queries.lift_page(visit.store, visit.directory, visit.viewer, object_id))


@post(
    f"{RESTRICTION}/lift",
    opt={"permission": RESTRICT, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def lift(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Policy alone decides again."""
    actions.lift(visit.store, object_id, _person(visit))
    return visit.redirect(queries.path_of(object_id), msgid("The restriction is lifted."))


def _restriction_page(visit: Visit, object_id: str, form: Form | None) -> Response[Any]:
    page = queries.restriction_page(visit.store, visit.directory, visit.viewer, object_id, form, _readers(visit))
    return visit.page(page, status=422 if form else 200)


def _readers(visit: Visit) -> list[Account]:
    """Who can be named: whoever reads objects here."""
    everybody = visit.directory.accounts.all()
    return [each for each in everybody if not each.disabled and visit.site.permits(READ, each)]


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view that acts is not mounted as public")
    return visit.account


def _file_name(object_id: str) -> str:
    """The id as a file's name; whatever could mean something to a header or a disk is left out."""
    kept = "".join(each for each in object_id[:120] if each.isascii() and (each.isalnum() or each == "-"))
    return f"{kept}.json"
