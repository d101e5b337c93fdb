"""What a request has to fulfil before a view runs: the route's permission, and for forms the token of the session.

Every route names a permission in ``opt["permission"]``; ``PUBLIC`` is one, ``SIGNED_IN`` is everybody's who has a session. A
route without one never gets mounted. A dangerous one says ``opt["confirmed"]``: whoever asks has proved a short while ago
who they are (``directory.accounts.CONFIRMED_FOR``), or is asked to and led back to the page of the act. That page is the
route's own path, where it is ``True``, else the path it names; so what is typed there is typed after, and never lost.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from anyio import to_thread
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import FormMultiDict
from litestar.exceptions import MethodNotAllowedException
from litestar.handlers.base import BaseRouteHandler

from comity.kernel.base.errors import Refused, Unauthorised
from comity.kernel.directory.roles import Role
from comity.kernel.store.types import Account
from comity.web.roles import ROLES
from comity.web.session import CookieNames, Sessions, holds, secret_of
from comity.web.words import Phrase, msgid

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed-in"
CONFIRM: Final = "/account/confirm"
FORM_FIELD: Final = "form_token"
FORM: Final = "comity_form"  # where a request's state holds what its form sent
ONE_OF_THE_ROLES: Final = msgid("This is for people with the role %(roles)s.")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


AsyncGuard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


class Permitted:
    """A guard: whoever asks for anything but a public page is signed in, not disabled, and has a role that may.

    ``roles``: for every permission of every desk, the roles that have it.
    """

    def __init__(self, roles: Mapping[str, frozenset[Role]]) -> None:
        self._roles = roles

    def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Raises Unauthorised for nobody, Refused for somebody without the permission."""
        permission = handler.opt.get("permission")
        if permission is None:  # no route of ours: the answer to OPTIONS that the framework adds to every path
            raise MethodNotAllowedException
        if permission == PUBLIC:
            return
        account = connection.user
        if not isinstance(account, Account) or account.disabled:
            raise Unauthorised("This page is for people of this node.", hint="Sign in.")
        if permission == SIGNED_IN:
            return
        allowed = self._roles.get(str(permission), frozenset())
        if not allowed.intersection(account.roles):
            raise NotPermitted(allowed)


class NotPermitted(Refused):
    """Signed in, and without a role that may. ``said`` is the sentence in the reader's language."""

    code = "permission"

    def __init__(self, allowed: frozenset[Role]) -> None:
        self.said = Phrase(ONE_OF_THE_ROLES, lists={"roles": tuple(ROLES[each] for each in sorted(allowed))})
        super().__init__(str(self.said), hint=msgid("An administrator of this node can give you a role."))


class NotConfirmed(Unauthorised):
    """Signed in, and about to do something dangerous: first the person proves once more who they are."""

    code = "not-confirmed"
    title = "Confirm that it is you"

    def __init__(self, path: str) -> None:
        super().__init__("Confirm that it is you before you do this.", hint=f"Open {CONFIRM} and come back.")
        self.path = path


def confirmed(sessions: Sessions) -> AsyncGuard:
    """A guard, after ``Permitted``: whoever does something dangerous has shown a short while ago who they are.

    A function, since Litestar copies guards that are objects, with all they hold.
    """

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        wanted = handler.opt.get("confirmed")
        if not wanted:
            return
        cookie = connection.auth
        if not isinstance(cookie, str) or not await to_thread.run_sync(sessions.confirmed, cookie):
            raise NotConfirmed(str(connection.scope["path"]) if wanted is True else str(wanted))

    return guard


async def check_form(request: Request[Any, Any, Any], names: CookieNames) -> None:
    """Refuse a request that changes something unless its form was made for this browser by this node.

    (1) A browser that says where the request comes from must say "here" (Fetch Metadata). (2) The form carries the token.
    """
    if request.method in _SAFE:
        return
    origin = request.headers.get("sec-fetch-site", "same-origin")
    form = await request.form() if origin in {"same-origin", "none"} else FormMultiDict()
    if not holds(form.get(FORM_FIELD), secret_of(request, names)):
        raise Refused(
            msgid("This form was not made for this session, or the session has ended."),
            code="form",
            hint=msgid("Go back, load the page again and send the form once more. Nothing was changed."),
        )
    request.scope["state"][FORM] = form
