"""Who is at the browser: the session cookie, and the token that ties a form to it.

A session is a secret in a cookie; the directory knows it by hash. The cookie's name carries the node's id, so that two
nodes on one host don't overwrite each other's, and the ``__Host-`` prefix where the node is reached by https. A form's token
is an HMAC under that cookie's value: whoever can't read the cookie can't make it. Before sign-in a cookie of its own, good
for forms only, takes the session's place.
"""

import hashlib
import hmac
from typing import Any, Final, Protocol

from anyio import to_thread
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from comity.kernel.base.clock import Micros
from comity.kernel.store.types import Account

_PURPOSE: Final = b"comity form 1"
_LONGEST_COOKIE: Final = 200


class SignIn(Protocol):
    """What entering gives: the cookie's value, until when it holds, whose it is."""

    @property
    def cookie(self) -> str: ...
    @property
    def expires(self) -> Micros: ...
    @property
    def account(self) -> Account: ...


class Accounts(Protocol):
    """The people of the own party, as the directory keeps them."""

    def enter(self, secret: str) -> SignIn | None:
        """Use a one-time link up; None where it does not hold."""
        ...

    def of_cookie(self, cookie: str | None) -> Account | None:
        """Whose session a cookie is."""
        ...

    def leave(self, cookie: str) -> None:
        """End a session."""
        ...


class CookieNames:
    """The names of this node's cookies."""

    def __init__(self, node_id: str, *, secure: bool) -> None:
        stem = f"{'__Host-' if secure else ''}comity-{node_id[:12]}"
        self.session = stem
        self.form = f"{stem}-form"
        self.secure = secure

    def cookie(self, name: str, value: str, *, lasts: int) -> Cookie:
        """A cookie of ours: not for scripts, not sent along from other sites' forms. ``lasts`` in seconds, 0 removes it."""
        return Cookie(key=name, value=value, path="/", max_age=lasts, httponly=True, samesite="lax", secure=self.secure)


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

    def __init__(self, app: ASGIApp, accounts: Accounts, names: CookieNames) -> None:
        super().__init__(app)
        self.accounts = accounts
        self.names = names

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        """Ask the directory, in a thread since it may read the database."""
        cookie = connection.cookies.get(self.names.session)
        if not cookie or len(cookie) > _LONGEST_COOKIE:
            return AuthenticationResult(user=None, auth=None)
        account = await to_thread.run_sync(self.accounts.of_cookie, cookie)
        return AuthenticationResult(user=account, auth=cookie if account else None)
