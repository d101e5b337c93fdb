"""Links that work once, and sessions that end."""

import pytest

from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.directory.accounts import HOUR, LINK_LASTS, SESSION_LASTS
from comity.kernel.directory.directory import Directory
from comity.kernel.store.types import Account
from tests.kernel.directory.conftest import Place, sure


@pytest.fixture
def alice(place: Place) -> Account:
    return place.directory.accounts.add("Alice")


def test_a_link_works_once(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    link = accounts.invite(alice)
    entered = sure(accounts.enter(link.secret))
    assert entered.account == alice
    assert entered.expires == place.clock.now() + SESSION_LASTS
    assert accounts.of_cookie(entered.cookie) == alice
    assert accounts.enter(link.secret) is None


def test_a_link_expires(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    link = accounts.invite(alice)
    place.clock.forward(LINK_LASTS)
    assert accounts.enter(link.secret) is None
    short = accounts.invite(alice, lasts=HOUR)
    place.clock.forward(HOUR - 1)
    assert accounts.enter(short.secret)


@pytest.mark.parametrize("secret", ["", "x", "x" * 10_000, "\udcff"])
def test_what_is_no_link_lets_nobody_in(place: Place, alice: Account, secret: str) -> None:
    accounts = place.directory.accounts
    accounts.invite(alice)
    assert accounts.enter(secret) is None
    assert accounts.of_cookie(secret) is None
    assert accounts.of_cookie(None) is None


def test_a_session_ends(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    entered = sure(accounts.enter(accounts.invite(alice).secret))
    accounts.leave(entered.cookie)
    assert accounts.of_cookie(entered.cookie) is None

    again = sure(accounts.enter(accounts.invite(alice).secret))
    place.clock.forward(SESSION_LASTS - 1)
    assert accounts.of_cookie(again.cookie) == alice
    place.clock.forward(1)
    assert accounts.of_cookie(again.cookie) is None
    assert accounts.drop_expired() == 1
    place.clock.forward(LINK_LASTS)
    assert accounts.drop_expired() == 2
    assert accounts.drop_expired() == 0


def test_a_session_ended_elsewhere_ends_here_within_a_second(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    entered = sure(accounts.enter(accounts.invite(alice).secret))
    assert accounts.of_cookie(entered.cookie) == alice
    Directory(place.other_process(), place.clock).accounts.leave(entered.cookie)
    place.clock.forward(1_000_000)
    assert accounts.of_cookie(entered.cookie) is None


def test_secrets_are_not_kept(place: Place, alice: Account) -> None:
    link = place.directory.accounts.invite(alice)
    entered = sure(place.directory.accounts.enter(link.secret))
    dump = place.dump()
    assert link.secret not in dump
    assert entered.cookie not in dump


def test_names_are_unique(place: Place, alice: Account) -> None:
    with pytest.raises(Conflict):
        place.directory.accounts.add("Alice")
    assert place.directory.accounts.all() == (alice,)


def test_by_name_or_the_first(place: Place, alice: Account) -> None:
    bob = place.directory.accounts.add("Bob", role="analyst")
    assert place.directory.accounts.get() == alice
    assert place.directory.accounts.get("Bob") == bob
    with pytest.raises(NotFound):
        place.directory.accounts.get("Carol")
