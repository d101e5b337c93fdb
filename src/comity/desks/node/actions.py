"""Actions of the node desk: beginning and ending a session. Sessions are the directory's, no objects are written."""

from comity.desks.node.errors import LinkDoesNotHold
from comity.kernel.directory.accounts import Accounts, SignIn

LONGEST_SECRET = 200


def enter(accounts: Accounts, secret: str) -> SignIn:
    """Use a one-time link up and begin a session."""
    entered = accounts.enter(secret) if len(secret) <= LONGEST_SECRET else None
    if entered is None:
        raise LinkDoesNotHold("The link has been used, has expired, or never was one.")
    return entered


def leave(accounts: Accounts, cookie: str | None) -> None:
    """End the session of a cookie, if there is one."""
    if cookie:
        accounts.leave(cookie)
