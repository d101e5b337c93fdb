"""Guessing is slowed down, and nobody can use that to keep others out."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel.base.errors import TooMany, Unauthorised, Unavailable
from comity.kernel.directory.accounts import Browser, SecondStep
from comity.kernel.directory.passwords import MOST_WAITING, Lane
from comity.kernel.directory.rates import CODE, DEVICE, MINUTE, NAME, NETWORK, network_of
from tests.kernel.directory.conftest import Place
from tests.kernel.directory.people import HOME, OTHER, PASSWORD, code, signed_in, with_totp

ATTACKERS = ["192.0.2.7", "198.51.100.1", "2001:db8::1", ""]


def wrong(place: Place, browser: Browser, name: str = "Alice") -> bool:
    """One wrong try; whether it was let through to the check."""
    try:
        place.directory.accounts.sign_in(name, "wrong", browser)
    except Unauthorised:
        return True
    except TooMany:
        return False
    raise AssertionError


def _forged(device: str) -> list[str | None]:
    return [None, "", "x", device[:-4] + "AAAA", "A" * len(device), device + "A", "\udcff", device * 9]


TRIES = st.tuples(st.sampled_from(["Alice", "alice", "Bob"]), st.integers(0, 3), st.integers(0, 7), st.integers(0, 90))


@settings(max_examples=25)
@given(st.lists(TRIES, max_size=3))
def test_an_attacker_never_stops_the_owners_known_browser(tries: list[tuple[str, int, int, int]]) -> None:
    place = Place()
    accounts = place.directory.accounts
    accounts.set_password(accounts.add("Alice"), None, PASSWORD)
    device = signed_in(accounts).device
    owner = Browser("Firefox", ATTACKERS[0], device)  # even behind the attacker's own address
    for name, network, forged, seconds in tries:
        for _ in range(7):
            wrong(place, Browser("curl", ATTACKERS[network], _forged(device)[forged]), name)
        place.clock.forward(seconds * 1_000_000)
        assert signed_in(accounts, owner).account.name == "Alice"
    place.engine.dispose()


def test_a_stranger_is_slowed_down_by_name_and_network(place: Place) -> None:
    place.directory.accounts.add("Alice")
    stranger = Browser("curl", "198.51.100.1")
    assert [wrong(place, stranger) for _ in range(NAME.most + 1)] == [True] * NAME.most + [False]
    assert not wrong(place, stranger, " ALICE ")
    assert wrong(place, stranger, "Bob")
    assert wrong(place, Browser("curl", "198.51.100.2"))
    place.clock.forward(NAME.every - 1)
    with pytest.raises(TooMany) as refused:
        place.directory.accounts.sign_in("Alice", PASSWORD, stranger)
    assert refused.value.retry_after == 1
    place.clock.forward(1)
    assert wrong(place, stranger)
    assert not wrong(place, stranger)


def test_names_that_are_not_there_are_slowed_down_likewise(place: Place) -> None:
    place.directory.accounts.add("Alice")
    stranger = Browser("curl", "198.51.100.1")
    for name in ("Alice", "Nobody"):
        assert [wrong(place, stranger, name) for _ in range(NAME.most + 1)] == [True] * NAME.most + [False]


def test_a_network_is_slowed_down_over_all_names(place: Place) -> None:
    tries = [wrong(place, Browser("curl", f"2001:db8:0:{number:x}::1"), f"person {number}") for number in range(60)]
    assert sum(tries) == NETWORK.most
    assert wrong(place, Browser("curl", "2001:db8:1::1"))


def test_a_full_bucket_costs_no_write(place: Place) -> None:
    stranger = Browser("curl", "198.51.100.1")
    while wrong(place, stranger):
        pass
    with place.counted_statements() as asked:
        assert not wrong(place, stranger)
    assert all(each.startswith("SELECT") for each in asked)


def test_success_is_not_counted(place: Place) -> None:
    accounts = place.directory.accounts
    accounts.set_password(accounts.add("Alice"), None, PASSWORD)
    for _ in range(NAME.most * 2):
        signed_in(accounts)
    assert wrong(place, HOME)


def test_a_known_browser_is_counted_by_itself(place: Place) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(accounts.add("Alice"), None, PASSWORD)
    accounts.set_password(bob, None, OTHER)
    known = Browser("Firefox", "192.0.2.7", signed_in(accounts).device)
    assert [wrong(place, known) for _ in range(DEVICE.most + 1)] == [True] * DEVICE.most + [False]
    assert signed_in(accounts).account.name == "Alice"  # a stranger's browser is counted elsewhere
    assert [wrong(place, known, "Bob") for _ in range(NAME.most + 1)] == [True] * NAME.most + [False]


def test_a_shared_browser_is_known_to_each(place: Place) -> None:
    accounts = place.directory.accounts
    device = None
    for number in range(8):
        accounts.set_password(
            accounts.add(f"Person {number}", ["analyst"] if number else ["administrator"]), None, PASSWORD
        )
        device = signed_in(accounts, Browser("x", "192.0.2.7", device), f"Person {number}").device
    while wrong(place, Browser("curl", "192.0.2.7"), "Person 0"):
        pass
    assert signed_in(accounts, Browser("x", "192.0.2.7", device), "Person 0")
    place.clock.forward(366 * 86_400_000_000)
    while wrong(place, Browser("curl", "192.0.2.7"), "Person 0"):
        pass
    with pytest.raises(TooMany):  # known for a year
        signed_in(accounts, Browser("x", "192.0.2.7", device), "Person 0")


def test_a_link_makes_a_browser_known(place: Place) -> None:
    accounts = place.directory.accounts
    alice = accounts.add("Alice")
    accounts.set_password(alice, None, PASSWORD)
    entered = accounts.enter(accounts.invite(alice).secret, Browser())
    assert entered is not None
    while wrong(place, HOME):
        pass
    assert signed_in(accounts, Browser("x", HOME.network, entered.device))


def test_codes_are_slowed_down_for_the_person_but_not_for_their_browser(place: Place) -> None:
    accounts = place.directory.accounts
    alice = accounts.add("Alice")
    accounts.set_password(alice, None, PASSWORD)
    known = Browser("Firefox", "192.0.2.7", signed_in(accounts).device)
    secret = with_totp(place, alice)
    place.clock.forward(MINUTE)
    tried = 0
    for number in range(CODE.most + 1):  # somebody who has the password, from many networks
        asked = accounts.sign_in("Alice", PASSWORD, Browser("curl", f"198.51.100.{number}"))
        assert isinstance(asked, SecondStep)
        with pytest.raises((Unauthorised, TooMany)) as refused:
            accounts.second_step(asked.ticket, "000000", Browser("curl", f"198.51.100.{number}"))
        tried += isinstance(refused.value, Unauthorised)
    assert tried == CODE.most
    assert isinstance(refused.value, TooMany)
    assert refused.value.retry_after == 600
    asked = accounts.sign_in("Alice", PASSWORD, known)
    assert isinstance(asked, SecondStep)
    assert accounts.second_step(asked.ticket, code(place, secret), known).account.name == "Alice"


def test_confirming_and_changing_are_slowed_down(place: Place) -> None:
    accounts = place.directory.accounts
    alice = accounts.add("Alice")
    accounts.set_password(alice, None, PASSWORD)
    mine, stolen = signed_in(accounts).cookie, signed_in(accounts).cookie
    for act in (
        lambda: accounts.confirm_password(stolen, "wrong"),
        lambda: accounts.set_password(alice, "wrong", OTHER),
    ):
        for _ in range(10):
            with pytest.raises(Unauthorised):
                act()
        with pytest.raises(TooMany):
            act()
    accounts.confirm_password(mine, PASSWORD)


def test_a_clock_set_back_does_not_fill_a_bucket_for_ever(place: Place) -> None:
    stranger = Browser("curl", "198.51.100.1")
    place.clock.forward(400 * 86_400_000_000)
    while wrong(place, stranger):
        pass
    place.clock.forward(-400 * 86_400_000_000)
    assert wrong(place, stranger)


def test_other_processes_count_too(place: Place) -> None:
    stranger = Browser("curl", "198.51.100.1")
    while wrong(place, stranger):
        pass
    with pytest.raises(TooMany):
        place.elsewhere().accounts.sign_in("Alice", "wrong", stranger)


def test_what_ran_empty_is_dropped(place: Place) -> None:
    for number in range(20):
        wrong(place, Browser("curl", f"198.51.100.{number}"), f"person {number}")
    place.clock.forward(NAME.every)
    assert place.directory.accounts.drop_expired() == 40
    assert place.directory.accounts.drop_expired() == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:12::1", "2001:db8::/56"),
        ("2001:db8:0:ff::1", "2001:db8::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_crowd_of_strangers_waits_and_the_known_go_first() -> None:
    lane, done, begun = Lane(), [], threading.Event()

    def go(who: str, *, known: bool) -> None:
        try:
            with lane.turn(known=known):
                done.append(who)
        except Unavailable:
            done.append("turned away")

    with lane.turn(known=True):
        crowd = [
            threading.Thread(target=go, args=("stranger",), kwargs={"known": False}) for _ in range(MOST_WAITING + 3)
        ]
        for each in crowd:
            each.start()
        while done.count("turned away") < 3 or lane._strangers < MOST_WAITING:
            begun.wait(0.001)
        owner = threading.Thread(target=go, args=("owner",), kwargs={"known": True})
        owner.start()
        while not lane._known:
            begun.wait(0.001)
    for each in (owner, *crowd):
        each.join()
    assert done == ["turned away"] * 3 + ["owner"] + ["stranger"] * MOST_WAITING


def test_whoever_has_no_try_left_takes_no_place_in_the_queue(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = place.directory.accounts
    stranger = Browser("curl", "198.51.100.1")
    while wrong(place, stranger):
        pass

    def full(*, known: bool) -> None:
        raise Unavailable(f"the queue was asked for a place ({known})", code="crowded")

    monkeypatch.setattr(accounts._parts.passwords, "waiting", full)
    assert not wrong(place, stranger)
