"""Views of the node desk."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from comity.casework.desk import Panel
from comity.desks.node import actions, queries, rules
from comity.desks.node.objects import HomePage
from comity.web import components
from comity.web.display import LASTS_SECONDS, wished
from comity.web.guards import PUBLIC
from comity.web.visit import Visit, local
from comity.web.words import Phrase, msgid

READ = "node.read"


@get("/", opt={"permission": READ}, sync_to_thread=True)
def home(visit: NamedDependency[Visit], panels: NamedDependency[tuple[Panel, ...]]) -> Response[str]:
    """The situation: every desk's panels, in their order."""
    pages = [panel.load(visit.store, visit.directory, visit.viewer) for panel in panels]
    marking = max((level for page in pages if (level := page.strictest()) is not None), default=None)
    return visit.page(HomePage(panels=visit.fragments(pages), marking=marking))


@get("/parties", opt={"permission": READ}, sync_to_thread=True)
def parties(visit: NamedDependency[Visit]) -> Response[str]:
    """Everyone the node knows, and what they may do."""
    asked = visit.listing(rules.PARTY_COLUMNS, usual="party")
    return visit.page(queries.parties(visit.store, visit.directory, visit.viewer, asked))


@get("/collections", opt={"permission": READ}, sync_to_thread=True)
def collections(visit: NamedDependency[Visit]) -> Response[str]:
    """Every collection and who may read and write it."""
    base_url = visit.site.services.base_url
    return visit.page(queries.collections(visit.store, visit.directory, visit.viewer, base_url))


@get("/about", opt={"permission": READ}, sync_to_thread=True)
def about(visit: NamedDependency[Visit]) -> Response[str]:
    """What this node is."""
    return visit.page(queries.about(visit.site))


@post("/display", opt={"permission": PUBLIC}, status_code=303, sync_to_thread=True)
def display(visit: NamedDependency[Visit]) -> Response[str]:
    """Colours, rows and language, from the buttons in every page's foot; back to that page."""
    typed, now, names = visit.typed, visit.wishes, visit.site.names
    language = typed.text("language")
    if language not in visit.site.press.languages:
        language = visit.language
    elif visit.account is not None:
        actions.speak(visit.directory.accounts, visit.account, language)
    wishes = wished(
        typed.text("theme") or now.display.theme,
        typed.text("rows") or now.display.rows,
        language if typed.has("language") else now.language,
    )
    response = visit.redirect(local(typed.text("back")))
    response.set_cookie(names.cookie(names.display, str(wishes), lasts=LASTS_SECONDS))
    return response


@get(components.PATH, opt={"permission": READ}, sync_to_thread=False)
def show_components(visit: NamedDependency[Visit]) -> Response[str]:
    """Every component in every state."""
    asked = visit.listing(components.COLUMNS, usual="party", kept=("words", "of"), size=components.ROWS_A_PAGE)
    return visit.page(components.components(visit.now, asked))


@post(components.PATH, opt={"permission": READ}, status_code=303, sync_to_thread=False)
def try_components(visit: NamedDependency[Visit]) -> Response[str]:
    """What a form does when it is sent: errors beside the fields, or a notice on the next page. Changes nothing."""
    asked = visit.listing(components.COLUMNS, usual="party", size=components.ROWS_A_PAGE)
    form = components.FORM.filled(visit.typed)
    if not form.ok:
        return visit.page(components.components(visit.now, asked, form), status=422)
    said = Phrase(msgid("The form of %(name)s was read. Nothing was changed."), {"name": form.value("name")})
    return visit.redirect(components.PATH, said)
