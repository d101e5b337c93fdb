"""Which passwords are good enough, how they are kept, what they cost."""

import pytest
from argon2 import extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid, Unauthorised
from comity.kernel.base.ids import system_random
from comity.kernel.directory.passwords import STRONG, Cost, Passwords, check_password
from comity.kernel.directory.vault import Vault
from comity.kernel.store.types import Account
from tests.kernel.directory.conftest import CHEAP, Place
from tests.kernel.directory.people import HOME, OTHER, PASSWORD, signed_in

VAULT = Vault(bytes(32))


@pytest.fixture
def alice(place: Place) -> Account:
    return place.directory.accounts.add("Alice Kim")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "x" * 257,
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "longlonglonglong",
        "123456789012",
        "198712251234",
        "010-1234-5678-9",
        "abcdefghijklmnop",
        "qwertyuiopasdf",
        "poiuytrewqlkjh",
        "1qaz2wsx3edc4rfv",
        "password1234",
        "P@ssw0rd!2026",
        "Administrator1!",
        "comity-demo-2026",
        "WelcomeWelcome1",
        "summer2026!!!!",
        "비밀번호1234567890",
        "대한민국 관리자 2026!",
        "alice likes rain",
        "AL1CE likes rain",
        "my kim alice kim",
        "with\x00a null in it",
        "with\na line in it",
        "with \ud800 in it!!",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    if password == "with \ud800 in it!!":  # no keyboard makes it: it counts as a question mark
        assert check_password(password)
        return
    with pytest.raises(Invalid) as refused:
        check_password(password, "Alice Kim")
    assert refused.value.code == "password"
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        OTHER,
        "Tr0ub4dor&3-more",
        "k9#vQ!2mZ@7pLw",
        "비가 오는 날의 수채화",
        "zażółć gęślą jaźń",
        "x" * 3 + PASSWORD,
        "kimchi at dawn!",
    ],
)
def test_what_is_long_and_unlisted_is_good(password: str) -> None:
    assert check_password(password, "Alice Kim") == password


def test_the_cost_is_the_second_choice_of_rfc_9106() -> None:
    encoded = Passwords(VAULT, system_random).hash(PASSWORD)
    found = extract_parameters(encoded)
    assert encoded.startswith("$argon2id$v=19$")
    assert (found.time_cost, found.memory_cost, found.parallelism) == (3, 65536, 4)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert Passwords(VAULT, system_random).check(encoded, PASSWORD)
    assert not Passwords(VAULT, system_random).outdated(encoded)


def test_who_is_nobody_costs_the_same() -> None:
    passwords = Passwords(VAULT, system_random)
    found = extract_parameters(passwords._nobodys())
    assert Cost(found.time_cost, found.memory_cost, found.parallelism) == STRONG
    assert (found.salt_len, found.hash_len) == (16, 32)


def test_the_database_alone_is_no_use_for_guessing() -> None:
    encoded = Passwords(VAULT, system_random, cost=CHEAP).hash(PASSWORD)
    assert not Passwords(Vault(bytes([1]) * 32), system_random, cost=CHEAP).check(encoded, PASSWORD)


@given(st.text(max_size=40), st.text(max_size=40))
def test_only_the_password_holds(one: str, two: str) -> None:
    passwords = Passwords(VAULT, system_random, cost=CHEAP)
    encoded = passwords.hash(one)
    assert passwords.check(encoded, one)
    assert not passwords.check(encoded, one + "x")
    assert not passwords.check(None, one)
    assert passwords.hash(one) != encoded


def test_one_password_however_it_is_typed() -> None:
    passwords = Passwords(VAULT, system_random, cost=CHEAP)
    encoded = passwords.hash("\u1112\u1161\u11ab\uae00 zażółć")  # Hangul jamo, as one keyboard types it
    assert passwords.check(encoded, "\ud55c\uae00 zażółć")
    assert passwords.check(encoded, "\ud55c\uae00\u00a0zażółć")
    assert not passwords.check(encoded, "\ud55c\uae00 zazolc")


def test_an_old_cost_is_renewed_at_sign_in(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    accounts.set_password(alice, None, PASSWORD)
    accounts._parts.passwords._cost = Cost(passes=2, memory=16, lanes=1)
    for _ in range(2):
        signed_in(accounts, name="Alice Kim")
    kept = accounts._parts.credentials(alice).password
    assert kept is not None
    assert extract_parameters(kept).memory_cost == 16


def test_a_change_asks_for_the_old_one_and_ends_other_sessions(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    assert not accounts.has_password(alice)
    accounts.set_password(alice, None, PASSWORD)
    assert accounts.has_password(alice)
    here, there = (signed_in(accounts, name="Alice Kim").cookie for _ in range(2))
    for old in (None, "", OTHER):
        with pytest.raises(Unauthorised) as refused:
            accounts.set_password(alice, old, OTHER)
        assert refused.value.code == "old-password"
    with pytest.raises(Invalid):
        accounts.set_password(alice, PASSWORD, "password1234")
    accounts.set_password(alice, PASSWORD, OTHER, keep=here)
    assert accounts.of_cookie(here) == alice
    assert accounts.of_cookie(there) is None
    with pytest.raises(Unauthorised):
        accounts.sign_in("Alice Kim", PASSWORD, HOME)
    signed_in(accounts, name="Alice Kim", password=OTHER)
    assert [each["act"] for each in place.leaves() if each["act"].startswith("password")] == [
        "password-set",
        "password-changed",
    ]
