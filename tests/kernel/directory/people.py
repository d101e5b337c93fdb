"""What the tests about people share: a good password, an app that makes codes, a person who has signed in."""

from pyotp.hotp import HOTP

from comity.kernel.directory.accounts import Accounts, Browser, SignIn
from comity.kernel.store.types import Account
from tests.kernel.directory.authenticator import SoftKey
from tests.kernel.directory.conftest import Place

PASSWORD = "correct horse battery staple"
OTHER = "seven green bicycles under water"
HOST = "localhost"
ORIGIN = "http://localhost:8000"
HOME = Browser("Firefox", "192.0.2.7")


def code(place: Place, secret: str, steps: int = 0) -> str:
    """The code that the person's app shows, now or some steps later."""
    return HOTP(secret).at(place.clock.now() // 30_000_000 + steps)


def signed_in(accounts: Accounts, browser: Browser = HOME, name: str = "Alice", password: str = PASSWORD) -> SignIn:
    """Signs in with a password where no code is asked for."""
    entered = accounts.sign_in(name, password, browser)
    assert isinstance(entered, SignIn)
    return entered


def with_passkey(accounts: Accounts, account: Account, number: int = 1, *, counting: bool = True) -> SoftKey:
    """A new passkey of this person."""
    key = SoftKey(number, counting=counting)
    options, ticket = accounts.add_passkey_begin(account, HOST)
    accounts.add_passkey_finish(account, ticket, key.create(options, ORIGIN), HOST, ORIGIN, f"key {number}")
    return key


def with_totp(place: Place, account: Account) -> str:
    """The secret of the app that this person has from now on."""
    accounts = place.directory.accounts
    offer = accounts.begin_totp(account)
    accounts.finish_totp(account, offer.ticket, code(place, offer.secret))
    return offer.secret
