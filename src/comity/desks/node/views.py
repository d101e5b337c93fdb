"""Views of the node desk.

Signing in takes two steps on purpose: a link that is only looked at (by a mail scanner, a preview) is not used up; the
button on the page uses it.
"""

from litestar import MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from comity.casework.desk import Panel
from comity.desks.node import actions, queries
from comity.desks.node.errors import LinkDoesNotHold
from comity.desks.node.objects import HomePage, SignInNeededPage, SignInPage
from comity.web.guards import PUBLIC
from comity.web.session import secret_of
from comity.web.visit import Visit

READ = "node.read"
FORM_LASTS = 3600


@get("/", opt={"permission": READ}, sync_to_thread=True)
def home(visit: NamedDependency[Visit], panels: NamedDependency[tuple[Panel, ...]]) -> Response[str]:
    """The situation: every desk's panels, in their order."""
    pages = [panel.load(visit.store, visit.directory, visit.viewer) for panel in panels]
    marking = max((level for page in pages if (level := page.strictest()) is not None), default=None)
    return visit.page(HomePage(panels=visit.fragments(pages), marking=marking))


@get("/parties", opt={"permission": READ}, sync_to_thread=True)
def parties(visit: NamedDependency[Visit]) -> Response[str]:
    """Everyone the node knows, and what they may do."""
    return visit.page(queries.parties(visit.store, visit.directory, visit.viewer))


@get("/collections", opt={"permission": READ}, sync_to_thread=True)
def collections(visit: NamedDependency[Visit]) -> Response[str]:
    """Every collection and who may read and write it."""
    base_url = visit.site.services.base_url
    return visit.page(queries.collections(visit.store, visit.directory, visit.viewer, base_url))


@get("/about", opt={"permission": READ}, sync_to_thread=True)
def about(visit: NamedDependency[Visit]) -> Response[str]:
    """What this node is."""
    return visit.page(queries.about(visit.site))


@get("/healthz", opt={"permission": PUBLIC}, media_type=MediaType.TEXT, sync_to_thread=True)
def healthz(visit: NamedDependency[Visit]) -> str:
    """``ok`` when the database answers; an error's status when it does not."""
    visit.store.ping()
    return "ok\n"


@get("/sign-in", opt={"permission": PUBLIC}, sync_to_thread=False)
def sign_in_needed(visit: NamedDependency[Visit]) -> Response[str]:
    """How one gets in."""
    if visit.account is not None:
        return Redirect("/", status_code=303)
    return visit.page(SignInNeededPage())


@get("/sign-in/{secret:str}", opt={"permission": PUBLIC}, sync_to_thread=False)
def offer_sign_in(visit: NamedDependency[Visit], secret: FromPath[str]) -> Response[str]:
    """The button. Whether the link holds is not looked at before it is pressed."""
    page = SignInPage(path=f"/sign-in/{secret}", failed=False)
    if secret_of(visit.request, visit.site.names):
        return visit.page(page)
    bound = visit.site.services.random(32).hex()
    response = visit.page(page, secret=bound)
    response.set_cookie(visit.site.names.cookie(visit.site.names.form, bound, lasts=FORM_LASTS))
    return response


@post("/sign-in/{secret:str}", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def sign_in(visit: NamedDependency[Visit], secret: FromPath[str]) -> Response[str]:
    """Use the link up; the session's cookie takes the place of the form's."""
    names = visit.site.names
    try:
        entered = actions.enter(visit.directory.accounts, secret)
    except LinkDoesNotHold as error:
        return visit.page(SignInPage(path="", failed=True), status=error.status)
    response: Response[str] = Redirect("/", status_code=303)
    lasts = max(1, (entered.expires - visit.now) // 1_000_000)
    response.set_cookie(names.cookie(names.session, entered.cookie, lasts=lasts))
    response.set_cookie(names.cookie(names.form, "", lasts=0))
    return response


@post("/sign-out", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def sign_out(visit: NamedDependency[Visit]) -> Response[str]:
    """End the session, here and at the node."""
    names = visit.site.names
    actions.leave(visit.directory.accounts, visit.request.cookies.get(names.session))
    response: Response[str] = Redirect("/sign-in", status_code=303)
    response.set_cookie(names.cookie(names.session, "", lasts=0))
    return response
