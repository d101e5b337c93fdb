"""Views of the intel desk: read the request, ask one query, answer with one page."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from comity.desks.intel import queries
from comity.web.headers import SANDBOX_POLICY
from comity.web.visit import Visit

READ = "intel.read"


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
    return visit.page(queries.object_page(visit.store, visit.directory, visit.viewer, object_id, claim))


@get("/intel/objects/{object_id:str}/raw", opt={"permission": READ}, sync_to_thread=True)
def raw_object(
    visit: NamedDependency[Visit], object_id: FromPath[str], claim: FromQuery[int | None] = None
) -> Response[bytes]:
    """The bytes a source sent. Never rendered: a file to save, and a sandbox where a browser opens it anyway."""
    body = queries.raw(visit.store, visit.directory, visit.viewer, object_id, claim)
    headers = {
        "content-disposition": f'attachment; filename="{_file_name(object_id)}"',
        "content-security-policy": SANDBOX_POLICY,
    }
    return Response(body, media_type="application/json", headers=headers)


def _file_name(object_id: str) -> str:
    """The id as a file's name; whatever could mean something to a header or a disk is left out."""
    kept = "".join(each for each in object_id[:120] if each.isascii() and (each.isalnum() or each == "-"))
    return f"{kept}.json"
