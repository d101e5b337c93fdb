"""People on both databases: what is taken once is taken once by however many at once, and every change has its leaf."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from comity.kernel.base.clock import FixedClock
from comity.kernel.base.errors import Conflict, NodeError
from comity.kernel.directory.accounts import Accounts, Browser, SecondStep, SignIn
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.passwords import Cost
from comity.kernel.directory.signing import verify
from comity.kernel.directory.vault import Vault
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.store import Store, open_store
from comity.kernel.store.types import Account
from tests.kernel.directory.authenticator import SoftKey
from tests.kernel.directory.people import HOME, HOST, ORIGIN, OTHER, PASSWORD, with_passkey
from tests.kernel.store.conftest import START

AT_ONCE = 6


class Home:
    """A node's people, and a second process of the same node."""

    def __init__(self, url: str) -> None:
        self.clock = FixedClock(START)
        self.stores = [open_store(url, self.clock) for _ in range(2)]
        self.both = [self._accounts(store) for store in self.stores]
        self.accounts = self.both[0]
        self.alice = self.accounts.add("Alice")

    def _accounts(self, store: Store) -> Accounts:
        cheap = Cost(passes=1, memory=8, lanes=1)
        return Directory(store.registry, store.people, Vault(bytes(32)), self.clock, cost=cheap).accounts

    def leaves(self) -> list[tuple[str, str]]:
        """(account, act), oldest first."""
        said = [json.loads(each.statement) for each in self.stores[0].events.all(1000, kind=LeafKind.ACCOUNT)]
        return [(each["account"], each["act"]) for each in reversed(said)]

    def at_once(self, act: Callable[[Accounts], Any]) -> list[Any]:
        """What the act gives to several at once, in both processes; errors of ours among it."""
        gate, given = threading.Barrier(AT_ONCE), []

        def go(accounts: Accounts) -> None:
            gate.wait()
            try:
                given.append(act(accounts))
            except NodeError as error:
                given.append(error)

        threads = [threading.Thread(target=go, args=(self.both[number % 2],)) for number in range(AT_ONCE)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return given


@pytest.fixture
def home(url: str) -> Iterator[Home]:
    made = Home(url)
    yield made
    for store in made.stores:
        store.close()


def _entered(given: list[Any]) -> list[SignIn]:
    return [each for each in given if isinstance(each, SignIn)]


def test_a_link_lets_one_in_however_many_try(home: Home) -> None:
    link = home.accounts.invite(home.alice)
    given = home.at_once(lambda accounts: accounts.enter(link.secret))
    assert len(_entered(given)) == 1
    assert given.count(None) == AT_ONCE - 1
    assert len(home.accounts.sessions(home.alice)) == 1
    assert home.leaves() == [("Alice", "added"), ("Alice", "link-made"), ("Alice", "signed-in")]


def test_a_code_lets_one_in_however_many_try(home: Home) -> None:
    from pyotp import TOTP

    home.accounts.set_password(home.alice, None, PASSWORD)
    offer = home.accounts.begin_totp(home.alice)
    home.accounts.finish_totp(home.alice, offer.ticket, TOTP(offer.secret).at(home.clock.now() // 1_000_000))
    home.clock.forward(60_000_000)
    tickets = []
    for _ in range(2):
        asked = home.accounts.sign_in("Alice", PASSWORD, HOME)
        assert isinstance(asked, SecondStep)
        tickets.append(asked.ticket)
    code = TOTP(offer.secret).at(home.clock.now() // 1_000_000)
    turn = iter(range(AT_ONCE))
    given = home.at_once(lambda accounts: accounts.second_step(tickets[next(turn) % 2], code, HOME))
    assert len(_entered(given)) == 1
    assert {getattr(each, "code", "") for each in given if not isinstance(each, SignIn)} <= {
        "second-step",
        "second-step-over",
    }


def test_an_assertion_lets_one_in_however_many_try(home: Home) -> None:
    key = with_passkey(home.accounts, home.alice, counting=False)
    options, ticket = home.accounts.begin_passkey(HOST)
    answer = key.get(options, ORIGIN)
    given = home.at_once(lambda accounts: accounts.finish_passkey(ticket, answer, HOST, ORIGIN, HOME))
    assert len(_entered(given)) == 1


def test_a_name_is_taken_once(home: Home) -> None:
    given = home.at_once(lambda accounts: accounts.add("Bob", ["analyst"]))
    assert sum(isinstance(each, Account) for each in given) == 1
    assert [name for name, act in home.leaves() if act == "added"] == ["Alice", "Bob"]


def test_one_administrator_remains_however_many_leave(home: Home) -> None:
    people = [home.alice, *(home.accounts.add(f"Person {number}", ["administrator"]) for number in range(AT_ONCE - 1))]
    turn = iter(people)
    given = home.at_once(lambda accounts: accounts.disable(next(turn)))
    assert sum(isinstance(each, Conflict) for each in given) == 1
    assert len([each for each in home.accounts.all() if not each.disabled]) == 1


def test_tries_are_counted_before_they_are_made(home: Home) -> None:
    for _ in range(3):
        home.at_once(lambda accounts: accounts.sign_in("Alice", "wrong", HOME))
    given = home.at_once(lambda accounts: accounts.sign_in("Alice", "wrong", HOME))
    assert {each.code for each in given} <= {"rates", "crowded"}


def test_all_of_a_persons_life(home: Home) -> None:
    """Every row there is, on both databases: made, read back, taken away."""
    accounts, there = home.both
    bob = accounts.add("Bob", ["analyst"], by="Alice")
    entered = accounts.enter(accounts.invite(bob, by="Alice").secret, Browser("Firefox", "192.0.2.7"))
    assert entered is not None
    accounts.set_password(bob, None, PASSWORD, keep=entered.cookie)
    soft = with_passkey(accounts, bob)
    (shown,) = there.passkeys(bob)
    assert shown.name == "key 1"
    statement = b"yes"
    by_password = there.signing.sign_with_password(bob, PASSWORD, statement)
    options, ticket = there.signing.begin_passkey(bob, statement, HOST)
    by_passkey = there.signing.finish_passkey(bob, ticket, statement, soft.get(options, ORIGIN), HOST, ORIGIN)
    keys = {each.id: each for each in there.signing.keys(bob)}
    assert verify(by_password, statement, keys[by_password.key])
    assert verify(by_passkey, statement, keys[by_passkey.key])
    accounts.set_password(bob, PASSWORD, OTHER, keep=entered.cookie)
    assert there.of_cookie(entered.cookie) == bob
    assert verify(there.signing.sign_with_password(bob, OTHER, statement), statement, keys[by_password.key])
    again = accounts.enter(accounts.invite(bob, purpose="recovery", by="Alice").secret)
    assert again is not None
    home.clock.forward(1_000_000)
    assert there.of_cookie(entered.cookie) is None
    assert there.passkeys(bob) == ()
    assert all(each.retired for each in there.signing.keys(bob))
    assert home.leaves() == [
        ("Alice", "added"),
        ("Bob", "added"),
        ("Bob", "link-made"),
        ("Bob", "signed-in"),
        ("Bob", "password-set"),
        ("Bob", "signing-key-added"),
        ("Bob", "passkey-added"),
        ("Bob", "signing-key-added"),
        ("Bob", "password-changed"),
        ("Bob", "link-made"),
        ("Bob", "recovered"),
        ("Bob", "signed-in"),
    ]
    home.clock.forward(366 * 86_400_000_000)
    assert accounts.drop_expired() > 0
    assert accounts.drop_expired() == 0


def test_whose_act_it_was_can_be_asked(home: Home) -> None:
    bob = home.accounts.add("Bob", ["analyst"], by="Alice")
    home.accounts.set_language(bob, "ko")
    events = home.stores[0].events
    assert [json.loads(each.statement)["act"] for each in events.all(9, account=home.alice.id)] == ["added"]
    assert [json.loads(each.statement)["act"] for each in events.all(9, account=bob.id)] == ["language-set"]


def test_a_change_that_fails_writes_neither_row_nor_leaf(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.leaves()

    def fail(*_values: Any) -> bytes:
        raise Conflict("no salt")

    monkeypatch.setattr(home.stores[0].events, "_random", fail)
    with pytest.raises(Conflict):
        home.accounts.add("Bob")
    assert home.leaves() == before
    assert [each.name for each in home.both[1].all()] == ["Alice"]


def test_a_registration_of_the_same_key_twice_at_once(home: Home) -> None:
    soft = SoftKey()
    asked = [home.accounts.add_passkey_begin(home.alice, HOST) for _ in range(AT_ONCE)]
    turn = iter(asked)

    def add(accounts: Accounts) -> Any:
        options, ticket = next(turn)
        return accounts.add_passkey_finish(home.alice, ticket, soft.create(options, ORIGIN), HOST, ORIGIN, "x")

    given = home.at_once(add)
    assert sum(isinstance(each, Conflict) for each in given) == AT_ONCE - 1
    assert len(home.accounts.passkeys(home.alice)) == 1
