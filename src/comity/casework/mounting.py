"""``mount``: desks and services become one router, with everything around a page: session, guards, headers, error pages.

A route or a panel without a permission of its desk stops start-up here, and so does an entry of the navigation that leads
nowhere, and a slug or a path that two desks claim.
"""

from collections.abc import Callable, Sequence
from copy import copy
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.types import ASGIApp

from comity.casework.desk import Desk, Panel
from comity.kernel.base.errors import Corrupt, NodeError, NotFound
from comity.web.assets import Asset, read_assets
from comity.web.failures import failure
from comity.web.guards import PUBLIC, SIGNED_IN, Permitted, check_form, confirmed
from comity.web.headers import with_headers
from comity.web.i18n import read_catalogues
from comity.web.press import Press
from comity.web.session import CookieNames, SessionMiddleware
from comity.web.site import Door, Services, Site
from comity.web.visit import Visit

LARGEST_FORM = 64 * 1024
A_YEAR = 31_536_000

Failures = Callable[[Request[Any, Any, Any], Exception], Response[Any]]


def mount(desks: Sequence[Desk], services: Services) -> tuple[Router, Failures]:
    """The router of all pages, and the error page for paths that lie outside of it."""
    check(desks)
    site = make_site(desks, services)
    panels = tuple(sorted((panel for desk in desks for panel in desk.panels), key=lambda each: each.place))

    def visit(request: Request[Any, Any, Any]) -> Visit:
        return Visit(site, request)

    def home_panels(request: Request[Any, Any, Any]) -> tuple[Panel, ...]:
        return tuple(panel for panel in panels if site.permits(panel.permission, request.user))

    def with_session(app: ASGIApp) -> ASGIApp:
        return SessionMiddleware(app, services.directory.accounts, site.names)

    async def before(request: Request[Any, Any, Any]) -> None:
        await check_form(request, site.names)

    def failures(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return failure(site, request, error)

    router = Router(
        "/",
        route_handlers=[_answering_head(each) for each in (_static_files(), _nowhere(), *_routes(desks))],
        dependencies={
            "visit": Provide(visit, sync_to_thread=False),
            "panels": Provide(home_panels, sync_to_thread=False),
        },
        guards=[
            Permitted(site.roles),
            confirmed(services.directory.accounts),
        ],
        before_request=before,
        middleware=[with_headers, with_session],
        exception_handlers={NodeError: failures, HTTPException: failures, Exception: failures},
        request_max_body_size=LARGEST_FORM,
        include_in_schema=False,
    )
    return router, failures


def make_site(desks: Sequence[Desk], services: Services) -> Site:
    """The press with every desk's templates, and the navigation in the desks' order."""
    web = files("comity.web")
    press = Press(
        {"web": "comity.web", **{desk.slug: desk.package for desk in desks}},
        read_assets(web / "static"),
        read_catalogues(web / "locale"),
        ZoneInfo(services.timezone),
    )
    doors = _pages(desks)
    navigation = [Door(entry, desk.title, doors[entry.path]) for desk in desks for entry in desk.navigation]
    return Site(
        services=services,
        press=press,
        names=CookieNames(services.node_id, secure=services.secure),
        navigation=tuple(sorted(navigation, key=lambda each: each.entry.place)),
        version=version("comity"),
        roles={each.slug: each.roles for desk in desks for each in desk.permissions},
        doors=doors,
    )


def check(desks: Sequence[Desk]) -> None:
    """Refuse to start with a desk that does not keep to its shape."""
    slugs = [desk.slug for desk in desks]
    doors = [door for desk in desks for route in desk.routes for door in _doors(route)]
    for kind, names in (("slug", slugs), ("route", doors)):
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise Corrupt(f"Two desks claim the same {kind}: {', '.join(doubled)}.", code="desks")
    for desk in desks:
        allowed = {permission.slug for permission in desk.permissions} | {PUBLIC, SIGNED_IN}
        for route in desk.routes:
            if route.opt.get("permission") not in allowed:
                raise Corrupt(
                    f"The route {sorted(route.paths)} of the desk {desk.slug} names no permission of its desk.",
                    code="desks",
                    hint="Give the handler opt={'permission': ...}, one of the manifest's, PUBLIC or SIGNED_IN.",
                )
        for panel in desk.panels:
            if panel.permission not in allowed:
                raise Corrupt(
                    f"The panel {panel.slug} of the desk {desk.slug} names no permission of its desk.", code="desks"
                )
        for entry in desk.navigation:
            if entry.path not in _pages([desk]):
                raise Corrupt(
                    f"The entry {entry.title} of the desk {desk.slug} leads to {entry.path}, where the desk has no page.",
                    code="desks",
                )


def _routes(desks: Sequence[Desk]) -> list[HTTPRouteHandler]:
    return [route for desk in desks for route in desk.routes]


def _pages(desks: Sequence[Desk]) -> dict[str, str]:
    """The permissions of all pages at paths without gaps."""
    return {
        path: str(route.opt["permission"])
        for route in _routes(desks)
        if "GET" in route.http_methods
        for path in route.paths
        if "{" not in path
    }


def _answering_head(route: HTTPRouteHandler) -> HTTPRouteHandler:
    """A copy of a route that answers HEAD where it answers GET (RFC 9110 9.1); the body is left out by ``with_headers``."""
    if "GET" not in route.http_methods:
        return route
    both = copy(route)
    both.http_methods = route.http_methods | {"HEAD"}
    return both


def _doors(route: HTTPRouteHandler) -> list[str]:
    return [f"{method} {path}" for path in sorted(route.paths) for method in sorted(route.http_methods)]


def _nowhere() -> HTTPRouteHandler:
    """Every other path: a page that says so, with the navigation of whoever asks."""

    @get("/{missing:path}", opt={"permission": PUBLIC}, sync_to_thread=False)
    def nowhere(missing: FromPath[str]) -> Response[str]:
        raise NotFound(f"There is no page {missing[:200]}.")

    return nowhere


def _static_files() -> HTTPRouteHandler:
    """Static files, from memory: what is not in the table is not there."""
    assets = {asset.path: asset for asset in read_assets(files("comity.web") / "static").values()}

    @get("/static/{digest:str}/{name:str}", opt={"permission": PUBLIC}, sync_to_thread=False)
    def static_file(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        asset: Asset | None = assets.get(f"/static/{digest}/{name}")
        if asset is None:
            raise NotFound("No such file.")
        kept = f"public, max-age={A_YEAR}, immutable"
        return Response(asset.body, media_type=asset.media_type, headers={"cache-control": kept})

    return static_file
