"""Errors as pages: one mapper for this surface (``kernel.base.errors`` draws the tree).

A page says what happened, what to do next, and never how the node is built inside. Hidden and absent are one answer.
"""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from comity.kernel.base.errors import NodeError, NotFound, Unauthorised
from comity.web.guards import CONFIRM, NotConfirmed, NotPermitted
from comity.web.headers import HEADERS
from comity.web.page import ErrorPage
from comity.web.site import Site
from comity.web.visit import Visit, local
from comity.web.words import Told, msgid

SIGN_IN: Final = "/sign-in"

_log = structlog.get_logger()

_TITLES: Final[dict[int, str]] = {
    400: msgid("The request is not valid"),
    401: msgid("Sign in first"),
    403: msgid("Not allowed"),
    404: msgid("Nothing here"),
    405: msgid("Not possible here"),
    409: msgid("Conflicts with what is held"),
    413: msgid("Too large"),
    429: msgid("Too many attempts"),
    500: msgid("Something went wrong"),
    503: msgid("Try again later"),
}
_DETAILS: Final[dict[int, str]] = {
    400: msgid("A part of the address or of the form could not be read."),
    404: msgid("There is no such page, or nothing of this name that you may see."),
    405: msgid("This page can't be used in that way."),
    413: msgid("The form is larger than this page takes."),
    500: msgid("The node could not finish this page. Nothing was changed, and the fault was written to its log."),
}
_HINTS: Final[dict[int, str]] = {
    400: msgid("Go back and check what you typed."),
    401: msgid("Your session has ended, or there was none. Nothing was changed."),
    404: msgid("Search for it, or go to the situation page."),
    500: msgid("Try again. If it happens again, tell whoever runs this node when it happened (the time is above)."),
}


def failure(site: Site, request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The answer to an error that a view or the routing raised."""
    if isinstance(error, NotConfirmed):
        return Redirect(_with_next(CONFIRM, error.path), status_code=303)
    if isinstance(error, Unauthorised) and request.method in {"GET", "HEAD"}:
        return Redirect(_with_next(SIGN_IN, request.scope["path"]), status_code=303)
    status, detail, hint = _told(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("page failed", path=request.scope["path"], exc_info=error)
    page = ErrorPage(
        status=status,
        title=_TITLES.get(status, msgid("The request was refused")),
        detail=detail or _DETAILS.get(status, ""),
        hint=hint or _HINTS.get(status, ""),
    )
    response = Visit(site, request).page(page, status=status)
    for name, value in HEADERS.items():
        response.set_header(name, value)
    return response


def _with_next(path: str, then: str) -> str:
    """A page of ours that leads on to another of ours."""
    back = local(then)
    return path if back == "/" else f"{path}?{urlencode({'next': back}, safe='/')}"


def _told(error: Exception) -> tuple[int, Told, str]:
    """Status, detail and hint. What Litestar says of a bad parameter is for developers, and is not shown."""
    if isinstance(error, NotFound):
        return 404, "", ""
    if isinstance(error, NotPermitted):
        return error.status, error.said, error.hint
    if isinstance(error, NodeError):
        shown = error.status < HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.SERVICE_UNAVAILABLE
        return error.status, str(error) if shown else "", error.hint if shown else ""
    if isinstance(error, HTTPException):
        return error.status_code, "", ""
    return 500, "", ""
