"""What a request has to fulfil before a view runs: the route's permission, and for forms the token of the session.

Every route names a permission in ``opt["permission"]``; ``PUBLIC`` is one. A route without one never gets mounted.
"""

from typing import Any, Final

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from comity.kernel.base.errors import Refused, Unauthorised
from comity.kernel.store.types import Account
from comity.web.session import CookieNames, holds, secret_of

PUBLIC: Final = "public"
FORM_FIELD: Final = "form_token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def permitted(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A guard: whoever asks for anything but a public page is signed in and not disabled."""
    if handler.opt.get("permission") == PUBLIC:
        return
    account = connection.user
    if not isinstance(account, Account) or account.disabled:
        raise Unauthorised("This page is for people of this node.", hint="Sign in with a one-time link.")


async def check_form(request: Request[Any, Any, Any], names: CookieNames) -> None:
    """Refuse a request that changes something unless its form was made for this browser by this node.

    (1) A browser that says where the request comes from must say "here" (Fetch Metadata). (2) The form carries the token.
    """
    if request.method in _SAFE:
        return
    origin = request.headers.get("sec-fetch-site", "same-origin")
    form = await request.form() if origin in {"same-origin", "none"} else {}
    if not holds(form.get(FORM_FIELD), secret_of(request, names)):
        raise Refused(
            "This form was not made for this session, or the session has ended.",
            code="form",
            hint="Go back, load the page again and send the form once more. Nothing was changed.",
        )
