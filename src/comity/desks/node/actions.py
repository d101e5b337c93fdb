"""Actions of the node desk: in which language a person's pages are. No objects are written here."""

from comity.kernel.directory.accounts import Accounts
from comity.kernel.store.types import Account


def speak(accounts: Accounts, account: Account, language: str) -> None:
    """From now on the person's pages are in this language, on every browser."""
    if account.language != language:
        accounts.set_language(account, language)
