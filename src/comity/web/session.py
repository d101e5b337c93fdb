"""Who is at the browser: the session cookie, the device cookie, and the token that ties a form to them.

A session is a secret in a cookie; the directory knows it by hash. The cookie's name carries the node's id, so that two
nodes on one host don't overwrite each other's, and the ``__Host-`` prefix where the node is reached by https. A form's token
is an HMAC under that cookie's value: whoever can't read the cookie can't make it. Before sign-in a cookie of its own, good
for forms only, takes the session's place. The session's cookie is new with every sign-in, and what stood there before is
ended, so that nobody plants a session on another.

The device cookie says, for a year, that somebody has signed in with this browser before. It opens nothing; attempts from
such a browser are counted apart, so that a stranger's failures don't keep the owner out.
"""

import hashlib
import hmac
from typing import Any, Final, Protocol

from anyio import to_thread
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from comity.kernel.base.clock import Micros
from comity.kernel.store.types import Account

_PURPOSE: Final = b"comity form 1"
_LONGEST_COOKIE: Final = 200
_SECOND: Final[Micros] = 1_000_000
_A_YEAR: Final = 31_536_000


class Sessions(Protocol):
    """What the web surface asks of the directory's accounts."""

    def of_cookie(self, cookie: str | None) -> Account | None:
        """Whose session a cookie is."""
        ...

    def confirmed(self, cookie: str) -> bool:
        """Whether whoever has this session proved who they are a short while ago."""
        ...


class CookieNames:
    """The names of this node's cookies."""

    def __init__(self, node_id: str, *, secure: bool) -> None:
        stem = f"{'__Host-' if secure else ''}comity-{node_id[:12]}"
        self.session = stem
        self.form = f"{stem}-form"
        self.notice = f"{stem}-notice"
        self.display = f"{stem}-display"
        self.device = f"{stem}-device"
        self.secure = secure

    def cookie(self, name: str, value: str, *, lasts: int) -> Cookie:
        """A cookie of ours: not for scripts, not sent along from other sites' forms. ``lasts`` in seconds, 0 removes it."""
        return Cookie(key=name, value=value, path="/", max_age=lasts, httponly=True, samesite="lax", secure=self.secure)


def begun(
    response: Response[Any], names: CookieNames, *, cookie: str, expires: Micros, device: str, now: Micros
) -> Response[Any]:
    """The answer to a sign-in: the new session's cookie, the device's, and no form cookie any more."""
    response.set_cookie(names.cookie(names.session, cookie, lasts=max(1, (expires - now) // _SECOND)))
    response.set_cookie(names.cookie(names.device, device, lasts=_A_YEAR))
    response.set_cookie(names.cookie(names.form, "", lasts=0))
    return response


def ended(response: Response[Any], names: CookieNames) -> Response[Any]:
    """The answer to a sign-out. The device stays known."""
    response.set_cookie(names.cookie(names.session, "", lasts=0))
    return response


def form_token(secret: str) -> str:
    """The token a form carries, made from the secret in the browser's cookie."""
    return hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def holds(token: object, secret: str) -> bool:
    """Whether a form's token was made from this secret."""
    return bool(secret) and isinstance(token, str) and hmac.compare_digest(token.encode(), form_token(secret).encode())


def secret_of(connection: ASGIConnection[Any, Any, Any, Any], names: CookieNames) -> str:
    """The secret that forms are tied to: the session's where there is one, else that of the form cookie."""
    found = connection.cookies.get(names.session) or connection.cookies.get(names.form) or ""
    return found if len(found) <= _LONGEST_COOKIE else ""


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Puts the account of the session cookie, or None, where ``connection.user`` finds it."""

    def __init__(self, app: ASGIApp, accounts: Sessions, names: CookieNames) -> None:
        super().__init__(app, exclude_http_methods=())  # by default OPTIONS has no user, and the guards ask for one
        self.accounts = accounts
        self.names = names

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Ask the directory, in a thread since it may read the database."""
        cookie = connection.cookies.get(self.names.session)
        if not cookie or len(cookie) > _LONGEST_COOKIE:
            return AuthenticationResult(user=None, auth=None)
        account = await to_thread.run_sync(self.accounts.of_cookie, cookie)
        return AuthenticationResult(user=account, auth=cookie if account else None)
