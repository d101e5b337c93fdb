"""Actions of the account desk: sessions begun and ended, credentials made and dropped. All of it is the directory's to do;
here is said which of its doors a page opens, and with what.
"""

from typing import Final

from comity.desks.account.errors import NoPasskeysHere
from comity.kernel.base.errors import Unauthorised
from comity.kernel.directory.accounts import Accounts, Browser, SignIn
from comity.kernel.store.types import Account
from comity.web.origin import Origin

LONGEST_SECRET: Final = 200
AS_THE_BROWSER_ASKS: Final = "browser"


def enter(accounts: Accounts, secret: str, browser: Browser) -> SignIn | None:
    """Use a one-time link up and begin a session; None where the link does not hold."""
    return accounts.enter(secret, browser) if len(secret) <= LONGEST_SECRET else None


def purpose_of(accounts: Accounts, secret: str) -> str:
    """What a link is for, without using it; empty where it does not hold."""
    return (accounts.link_purpose(secret) or "") if len(secret) <= LONGEST_SECRET else ""


def leave(accounts: Accounts, cookie: str | None) -> None:
    """End the session of a cookie, if there is one."""
    if cookie:
        accounts.leave(cookie)


def needs_a_way_in(accounts: Accounts, account: Account) -> bool:
    """Whether somebody came by a link and has nothing else yet by which to come again."""
    return not accounts.has_password(account) and not accounts.passkeys(account)


def passkey_place(origin: Origin | None) -> Origin:
    """Where passkeys can be used; an error where they can't."""
    if origin is None:
        raise NoPasskeysHere(
            "Passkeys are bound to the name of a host, and this page was not asked for by the node's own name.",
            hint="Use the name in the address (localhost instead of 127.0.0.1), or sign in with a password.",
        )
    return origin


def confirm_with_password(accounts: Accounts, cookie: str, account: Account, password: str, code: str) -> None:
    """Step-up with the password, and with a code where the account has one."""
    if not accounts.has_password(account):
        raise Unauthorised("There is no password to confirm with.", code="confirm")
    accounts.confirm_password(cookie, password, code or None)


def set_password(accounts: Accounts, account: Account, old: str, new: str, cookie: str) -> None:
    """A first password, or another one; this session stays, others end when it is another one."""
    accounts.set_password(account, old if accounts.has_password(account) else None, new, by=account.name, keep=cookie)


def set_language(accounts: Accounts, account: Account, language: str) -> Account:
    """The language of the pages, for this person on every browser."""
    return accounts.set_language(account, "" if language == AS_THE_BROWSER_ASKS else language, by=account.name)
