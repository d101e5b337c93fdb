"""What the registry keeps that the directory does not show: settings, and links of disabled accounts."""

from sqlalchemy import update

from comity.kernel.store import tables
from tests.kernel.directory.conftest import Place


def test_settings_are_replaced() -> None:
    place = Place()
    assert place.registry.setting("x") is None
    place.registry.put_setting("x", b"1")
    place.registry.put_setting("x", b"2")
    assert place.registry.setting("x") == b"2"
    place.engine.dispose()


def test_a_disabled_account_is_not_let_in_and_its_link_is_not_used_up() -> None:
    place = Place()
    accounts = place.directory.accounts
    alice = accounts.add("Alice")
    entered = accounts.enter(accounts.invite(alice).secret)
    assert entered is not None
    link = accounts.invite(alice)
    with place.engine.begin() as connection:
        connection.execute(update(tables.account).values(disabled=True))
    place.clock.forward(1_000_000)
    assert accounts.enter(link.secret) is None
    assert accounts.of_cookie(entered.cookie) is None
    with place.engine.begin() as connection:
        connection.execute(update(tables.account).values(disabled=False))
    assert accounts.enter(link.secret)
    place.engine.dispose()
