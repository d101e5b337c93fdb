"""Signing in with a password and a code: one answer for every failure, one cost, no code twice, tickets that end."""

from collections.abc import Callable
from typing import Any

import pytest

from comity.kernel.base.errors import Conflict, Invalid, Unauthorised
from comity.kernel.directory import passwords
from comity.kernel.directory.accounts import Browser, SecondStep, SignIn
from comity.kernel.directory.entering import SECOND_STEP_LASTS
from comity.kernel.store.types import Account
from tests.kernel.directory.conftest import Place
from tests.kernel.directory.people import HOME, OTHER, PASSWORD, code, signed_in, with_totp


@pytest.fixture
def alice(place: Place) -> Account:
    account = place.directory.accounts.add("Alice")
    place.directory.accounts.set_password(account, None, PASSWORD)
    return account


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Argon2 is asked to do."""
    done: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(passwords, name)

        def run(*values: Any) -> Any:
            done.append(name)
            return real(*values)

        return run

    for name in ("verify_secret", "hash_secret", "hash_secret_raw"):
        monkeypatch.setattr(passwords, name, counted(name))
    return done


def test_a_password_signs_in(place: Place, alice: Account) -> None:
    entered = signed_in(place.directory.accounts)
    assert place.directory.accounts.of_cookie(entered.cookie) == alice
    assert [(each["account"], each["by"], each["detail"]) for each in place.leaves("signed-in")] == [
        ("Alice", "Alice", "password")
    ]


def test_a_name_is_taken_as_people_type_it(place: Place, alice: Account) -> None:
    assert signed_in(place.directory.accounts, name=" aLICE ").account == alice


def test_every_failure_is_one_answer_at_one_cost(place: Place, alice: Account, hashes: list[str]) -> None:
    accounts = place.directory.accounts
    accounts.add("Bob", ["analyst"])  # has no password
    carol = accounts.add("Carol", ["analyst"])
    accounts.set_password(carol, None, PASSWORD)
    accounts.disable(carol)
    answers = set()
    for name, password in (
        ("Alice", "wrong"),
        ("Alice", ""),
        ("Alice", "x" * 100_000),
        ("Alice", "\udcff"),
        ("Bob", PASSWORD),
        ("Carol", PASSWORD),
        ("Nobody", PASSWORD),
        ("", ""),
        ("\udcff" * 300, "wrong"),
    ):
        hashes.clear()
        with place.counted_statements() as statements, pytest.raises(Unauthorised) as refused:
            accounts.sign_in(name, password, Browser("x", f"198.51.100.{len(name) % 250}"))
        answers.add((str(refused.value), refused.value.code, refused.value.hint, tuple(hashes), len(statements)))
    assert len(answers) == 1, answers
    assert next(iter(answers))[1:4] == ("sign-in", "Check both, and the keyboard's layout.", ("verify_secret",))


def test_the_tables_tell_no_secret(place: Place, alice: Account) -> None:
    secret = with_totp(place, alice)
    asked = place.directory.accounts.sign_in("Alice", PASSWORD, HOME)
    assert isinstance(asked, SecondStep)
    dump = place.dump()
    for hidden in (PASSWORD, secret, asked.ticket, "192.0.2.7"):
        assert hidden not in dump


def test_a_code_is_asked_for_and_lets_in(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    secret = with_totp(place, alice)
    place.clock.forward(60_000_000)
    asked = accounts.sign_in("Alice", PASSWORD, HOME)
    assert isinstance(asked, SecondStep)
    assert accounts.sessions(alice) == ()
    entered = accounts.second_step(asked.ticket, f" {code(place, secret)[:3]} {code(place, secret)[3:]} ", HOME)
    assert accounts.of_cookie(entered.cookie) == alice
    with pytest.raises(Unauthorised) as over:
        accounts.second_step(asked.ticket, code(place, secret, 1), HOME)
    assert over.value.code == "second-step-over"


def test_no_time_step_is_used_twice(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    secret = with_totp(place, alice)
    used = code(place, secret)  # the enrolment used it
    for steps, good in ((0, False), (-1, False), (1, True), (1, False), (0, False)):
        asked = accounts.sign_in("Alice", PASSWORD, HOME)
        assert isinstance(asked, SecondStep)
        if good:
            assert isinstance(accounts.second_step(asked.ticket, code(place, secret, steps), HOME), SignIn)
        else:
            with pytest.raises(Unauthorised):
                accounts.second_step(asked.ticket, code(place, secret, steps), HOME)
    assert used


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_a_step_off(place: Place, alice: Account, steps: int, good: bool) -> None:
    accounts = place.directory.accounts
    secret = with_totp(place, alice)
    place.clock.forward(300_000_000)
    asked = accounts.sign_in("Alice", PASSWORD, HOME)
    assert isinstance(asked, SecondStep)
    if good:
        accounts.second_step(asked.ticket, code(place, secret, steps), HOME)
    else:
        with pytest.raises(Unauthorised):
            accounts.second_step(asked.ticket, code(place, secret, steps), HOME)


@pytest.mark.parametrize("text", ["", "12345", "٣٤٥٦٧٨", "x" * 10_000, "\udcff", "000000000000"])
def test_what_is_no_code_lets_nobody_in(place: Place, alice: Account, text: str) -> None:
    accounts = place.directory.accounts
    with_totp(place, alice)
    asked = accounts.sign_in("Alice", PASSWORD, HOME)
    assert isinstance(asked, SecondStep)
    with pytest.raises(Unauthorised):
        accounts.second_step(asked.ticket, text, HOME)


def test_a_second_step_ends(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    secret = with_totp(place, alice)
    place.clock.forward(60_000_000)
    late = accounts.sign_in("Alice", PASSWORD, HOME)
    changed = accounts.sign_in("Alice", PASSWORD, HOME)
    assert isinstance(late, SecondStep)
    assert isinstance(changed, SecondStep)
    accounts.set_password(alice, PASSWORD, OTHER)
    for ticket in (changed.ticket, "", "x", "x" * 10_000, "\udcff"):
        with pytest.raises(Unauthorised) as over:
            accounts.second_step(ticket, code(place, secret), HOME)
        assert over.value.code == "second-step-over"
    again = accounts.sign_in("Alice", OTHER, HOME)
    assert isinstance(again, SecondStep)
    place.clock.forward(SECOND_STEP_LASTS)
    with pytest.raises(Unauthorised):
        accounts.second_step(again.ticket, code(place, secret), HOME)


def test_a_ticket_is_good_for_one_purpose_and_person(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    offer = accounts.begin_totp(bob)
    with pytest.raises(Unauthorised):
        accounts.second_step(offer.ticket, code(place, offer.secret), HOME)
    with pytest.raises(Invalid):
        accounts.finish_totp(alice, offer.ticket, code(place, offer.secret))
    accounts.finish_totp(bob, offer.ticket, code(place, offer.secret))
    assert accounts.has_totp(bob)
    assert not accounts.has_totp(alice)


def test_codes_can_be_dropped(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    with_totp(place, alice)
    accounts.drop_totp(alice)
    accounts.drop_totp(alice)
    assert isinstance(accounts.sign_in("Alice", PASSWORD, HOME), SignIn)
    assert len(place.leaves("totp-dropped")) == 1


def test_a_session_is_confirmed_for_ten_minutes_and_again(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    cookie = signed_in(accounts).cookie
    assert accounts.confirmed(cookie)
    place.clock.forward(600_000_000)
    assert not accounts.confirmed(cookie)
    with pytest.raises(Unauthorised) as refused:
        accounts.confirm_password(cookie, OTHER)
    assert refused.value.code == "confirm"
    assert not accounts.confirmed(cookie)
    accounts.confirm_password(cookie, PASSWORD)
    assert accounts.confirmed(cookie)
    place.clock.forward(-1)  # a clock that was set back confirms nothing
    assert not accounts.confirmed(cookie)
    assert not accounts.confirmed(None)
    assert not accounts.confirmed("x")


def test_confirming_asks_for_the_code_too(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    cookie = signed_in(accounts).cookie
    secret = with_totp(place, alice)
    place.clock.forward(600_000_000)
    for given in (None, "", "000000"):
        with pytest.raises(Unauthorised):
            accounts.confirm_password(cookie, PASSWORD, given)
    accounts.confirm_password(cookie, PASSWORD, code(place, secret))
    assert accounts.confirmed(cookie)
    with pytest.raises(Unauthorised):  # the same code again
        accounts.confirm_password(cookie, PASSWORD, code(place, secret))


def test_nobody_confirms_for_another(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(bob, None, OTHER)
    cookie = signed_in(accounts).cookie
    place.clock.forward(600_000_000)
    with pytest.raises(Unauthorised):
        accounts.confirm_password(cookie, OTHER)
    accounts.leave(cookie)
    with pytest.raises(Unauthorised) as over:
        accounts.confirm_password(cookie, PASSWORD)
    assert over.value.code == "signed-out"


def test_a_change_between_check_and_session_wins(place: Place, alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, elsewhere = place.directory.accounts, place.elsewhere().accounts
    real = getattr(passwords, "verify_secret")  # noqa: B009

    def meanwhile(*values: Any) -> Any:
        monkeypatch.setattr(passwords, "verify_secret", real)
        elsewhere.enter(elsewhere.invite(alice, purpose="recovery").secret)
        return real(*values)

    monkeypatch.setattr(passwords, "verify_secret", meanwhile)
    with pytest.raises(Unauthorised):
        accounts.sign_in("Alice", PASSWORD, HOME)
    elsewhere.set_password(alice, None, OTHER)

    own = accounts._parts.passwords
    hash_of = own.hash

    def meanwhile_changed(password: str) -> str:
        elsewhere.set_password(alice, OTHER, PASSWORD)
        return hash_of(password)

    monkeypatch.setattr(own, "hash", meanwhile_changed)
    with pytest.raises(Conflict):
        accounts.set_password(alice, OTHER, "another five words from here")
