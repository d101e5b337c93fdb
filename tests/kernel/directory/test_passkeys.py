"""Passkeys, with an authenticator in software: whom they let in, and every way in which an answer may be wrong."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kernel.base.errors import Conflict, Invalid, NotFound, TooMany, Unauthorised
from comity.kernel.directory import passkeys
from comity.kernel.directory.accounts import Way
from comity.kernel.directory.credentials import MOST_PASSKEYS
from comity.kernel.directory.rates import NAME
from comity.kernel.store.types import Account, Passkey
from tests.kernel.directory.authenticator import PRESENT, SoftKey, b64
from tests.kernel.directory.conftest import Place
from tests.kernel.directory.people import HOME, HOST, ORIGIN, PASSWORD, signed_in, with_passkey


@pytest.fixture
def alice(place: Place) -> Account:
    return place.directory.accounts.add("Alice")


def test_a_passkey_signs_in_without_a_name(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    options, ticket = accounts.begin_passkey(HOST)
    asked = json.loads(options)
    assert asked["rpId"] == HOST
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    entered = accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)
    assert accounts.of_cookie(entered.cookie) == alice
    assert accounts.sessions(alice)[0].method == Way.PASSKEY
    assert accounts.passkeys(alice)[0].used == place.clock.now()
    assert [each["detail"] for each in place.leaves("passkey-added")] == ["key 1"]


def test_what_the_browser_is_asked_for(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    asked = json.loads(accounts.add_passkey_begin(alice, HOST)[0])
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    assert [each["id"] for each in asked["excludeCredentials"]] == [b64(key.id)]
    assert "Alice" not in asked["user"]["id"]


def test_a_passkey_skips_the_second_step_and_survives_a_counter_of_nought(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice, counting=False)
    for _ in range(2):
        options, ticket = accounts.begin_passkey(HOST)
        assert accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME).account == alice


def test_asking_writes_nothing(place: Place, alice: Account) -> None:
    with place.counted_statements() as asked:
        place.directory.accounts.begin_passkey(HOST)
    assert asked == []


def test_an_answer_is_good_once(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice, counting=False)
    options, ticket = accounts.begin_passkey(HOST)
    answer = key.get(options, ORIGIN)
    assert accounts.finish_passkey(ticket, answer, HOST, ORIGIN, HOME)
    for again in (ticket, f"{ticket}!", f"!{ticket}", f"{ticket}\n"):  # base64 that decodes to the same
        with pytest.raises(Unauthorised):
            accounts.finish_passkey(again, answer, HOST, ORIGIN, HOME)


def test_a_copied_key_is_noticed_by_its_counter(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    key.count += 5
    options, ticket = accounts.begin_passkey(HOST)
    accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)
    key.count -= 3
    options, ticket = accounts.begin_passkey(HOST)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)


Answer = Callable[[SoftKey, str], str]


def _changed(answer: str, where: str, value: Any) -> str:
    body = json.loads(answer)
    (body["response"] if where in body["response"] else body)[where] = value
    return json.dumps(body)


WRONG: dict[str, Answer] = {
    "another site": lambda key, options: key.get(options, "https://evil.example"),
    "another port": lambda key, options: key.get(options, "http://localhost:9000"),
    "another host's key": lambda key, options: key.get(_changed_host(options, "evil.example"), ORIGIN),
    "inside another page": lambda key, options: key.get(options, ORIGIN, crossOrigin=True),
    "inside another page, said so": lambda key, options: key.get(options, ORIGIN, topOrigin="https://evil.example"),
    "nobody verified": lambda key, options: key.get(options, ORIGIN, flags=PRESENT),
    "nobody present": lambda key, options: key.get(options, ORIGIN, flags=0),
    "another challenge": lambda key, options: key.get(options, ORIGIN, challenge=b64(bytes(32))),
    "a registration": lambda key, options: key.get(options, ORIGIN, type="webauthn.create"),
    "no signature": lambda key, options: _changed(key.get(options, ORIGIN), "signature", ""),
    "a wrong signature": lambda key, options: _changed(key.get(options, ORIGIN), "signature", b64(bytes(70))),
    "no handle": lambda key, options: _changed(key.get(options, ORIGIN), "userHandle", None),
    "another's handle": lambda key, options: _changed(key.get(options, ORIGIN), "userHandle", b64(bytes(32))),
    "another id": lambda key, options: _changed(key.get(options, ORIGIN), "rawId", b64(bytes(32))),
    "another key": lambda key, options: _other(key).get(options, ORIGIN),
    "nothing": lambda _key, _options: "",
    "a list": lambda _key, _options: "[]",
    "deep": lambda _key, _options: "[" * 20_000,
    "deep client data": lambda key, options: _changed(key.get(options, ORIGIN), "clientDataJSON", b64(b"[" * 20_000)),
    "long": lambda key, options: key.get(options, ORIGIN) + " " * 100_000,
    "surrogate": lambda _key, _options: '{"id": "\udcff"}',
}


def _changed_host(options: str, host: str) -> str:
    return json.dumps({**json.loads(options), "rpId": host})


def _other(key: SoftKey) -> SoftKey:
    other = SoftKey()
    other.id, other.handle, other.count = key.id, key.handle, key.count
    return other


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_lets_nobody_in(place: Place, alice: Account, kind: str) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    options, ticket = accounts.begin_passkey(HOST)
    with pytest.raises(Unauthorised) as refused:
        accounts.finish_passkey(ticket, WRONG[kind](key, options), HOST, ORIGIN, HOME)
    assert (refused.value.code, str(refused.value)) == ("passkey", "The passkey does not sign anybody in.")
    assert accounts.sessions(alice) == ()


def test_tickets_end_and_are_bound_to_the_host(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    options, ticket = accounts.begin_passkey(HOST)
    answer = key.get(options, ORIGIN)
    elsewhere = key.get(_changed_host(options, "node.example"), "https://node.example")
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, elsewhere, "node.example", "https://node.example", HOME)
    for bad in ("", "x", "\udcff", ticket[:-4] + "AAA=", "A" * len(ticket), ticket * 20):
        with pytest.raises(Unauthorised):
            accounts.finish_passkey(bad, answer, HOST, ORIGIN, HOME)
    place.clock.forward(300_000_000)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, answer, HOST, ORIGIN, HOME)


def test_disabled_and_dropped_let_nobody_in(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    accounts.add("Bob")
    key = with_passkey(accounts, alice)
    accounts.disable(alice)
    options, ticket = accounts.begin_passkey(HOST)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)
    accounts.enable(alice)
    accounts.drop_passkey(alice, accounts.passkeys(alice)[0].id)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)


def test_nobody_drops_anothers(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with_passkey(accounts, alice)
    for bad in (accounts.passkeys(alice)[0].id, "", "x", "\udcff"):
        with pytest.raises(NotFound):
            accounts.drop_passkey(bob, bad)
    assert accounts.passkeys(alice)


@pytest.mark.parametrize(
    ("flags", "origin", "more"),
    [
        (PRESENT, ORIGIN, {}),
        (0x05, "https://evil.example", {}),
        (0x05, ORIGIN, {"crossOrigin": True}),
        (0x05, ORIGIN, {"type": "webauthn.get"}),
        (0x05, ORIGIN, {"challenge": b64(bytes(32))}),
    ],
)
def test_a_wrong_registration_is_refused(
    place: Place, alice: Account, flags: int, origin: str, more: dict[str, Any]
) -> None:
    accounts = place.directory.accounts
    options, ticket = accounts.add_passkey_begin(alice, HOST)
    with pytest.raises(Invalid) as refused:
        accounts.add_passkey_finish(
            alice, ticket, SoftKey().create(options, origin, flags=flags, **more), HOST, ORIGIN, "x"
        )
    assert refused.value.code == "passkey"
    assert accounts.passkeys(alice) == ()
    with pytest.raises(Invalid):  # the ticket is used up
        accounts.add_passkey_finish(alice, ticket, SoftKey().create(options, ORIGIN), HOST, ORIGIN, "x")


def test_a_passkey_is_one_persons(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with_passkey(accounts, alice, 1)
    with pytest.raises(Conflict):
        with_passkey(accounts, bob, 1)
    options, ticket = accounts.add_passkey_begin(bob, HOST)
    with pytest.raises(Invalid):  # another person's ticket
        accounts.add_passkey_finish(alice, ticket, SoftKey(2).create(options, ORIGIN), HOST, ORIGIN, "x")


def test_there_is_room_for_some(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    for number in range(MOST_PASSKEYS):
        with_passkey(accounts, alice, number)
    with pytest.raises(Conflict):
        accounts.add_passkey_begin(alice, HOST)


def test_confirming_with_a_passkey(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(alice, None, PASSWORD)
    mine, his = with_passkey(accounts, alice, 1), with_passkey(accounts, bob, 2)
    cookie = signed_in(accounts).cookie
    place.clock.forward(600_000_000)
    options, ticket = accounts.begin_confirm_passkey(alice, HOST)
    assert [each["id"] for each in json.loads(options)["allowCredentials"]] == [b64(mine.id)]
    with pytest.raises(Unauthorised):
        accounts.confirm_passkey(cookie, ticket, his.get(options, ORIGIN), HOST, ORIGIN)
    assert not accounts.confirmed(cookie)
    options, ticket = accounts.begin_confirm_passkey(alice, HOST)
    accounts.confirm_passkey(cookie, ticket, mine.get(options, ORIGIN), HOST, ORIGIN)
    assert accounts.confirmed(cookie)
    with pytest.raises(Unauthorised):
        accounts.confirm_passkey(cookie, ticket, mine.get(options, ORIGIN), HOST, ORIGIN)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", True),
        ("node.example", True),
        ("NODE.Example", True),
        ("127.0.0.1", False),
        ("::1", False),
        ("[::1]", False),
        ("127.1", False),
        ("0x7f.1", False),
        ("intranet", False),
        ("", False),
        ("a..b", False),
        ("-a.example", False),
        ("a_b.example", False),
        ("x" * 64 + ".example", False),
        ("node.example:8000", False),
    ],
)
def test_passkeys_are_for_names(place: Place, alice: Account, host: str, name: bool) -> None:
    assert passkeys.is_name(host) is name
    if not name:
        for ask in (
            place.directory.accounts.begin_passkey,
            lambda at: place.directory.accounts.add_passkey_begin(alice, at),
        ):
            with pytest.raises(Invalid) as refused:
                ask(host)
            assert refused.value.code == "passkey-host"


@pytest.mark.parametrize("origin", ["http://node.example", "https://other.example", "ftp://node.example", "", "null"])
def test_the_expected_origin_belongs_to_the_host(place: Place, alice: Account, origin: str) -> None:
    accounts = place.directory.accounts
    options, ticket = accounts.begin_passkey("node.example")
    with pytest.raises(Invalid) as refused:
        accounts.finish_passkey(
            ticket, with_passkey(accounts, alice).get(options, origin), "node.example", origin, HOME
        )
    assert refused.value.code == "passkey-host"


@settings(max_examples=30)
@given(st.data())
def test_broken_answers_are_invalid_and_nothing_else(data: st.DataObject) -> None:
    key = SoftKey()
    options = passkeys.request_options(HOST, bytes(32))
    body = json.loads(key.get(options, ORIGIN))
    junk = st.one_of(
        st.none(), st.integers(), st.text(max_size=60), st.binary(max_size=60).map(b64), st.lists(st.text())
    )
    for part in (body["response"], body):
        for name in data.draw(st.sets(st.sampled_from(sorted(part)), max_size=2)):
            part[name] = data.draw(junk)
    kept = Passkey(
        key.id, 1, data.draw(st.sampled_from([key.cose(), b"", b"\x04", b"\xa0", b"\xff"])), 0, "x", 0, None, ""
    )
    for read in (
        lambda: passkeys.verify_assertion(json.dumps(body), bytes(32), HOST, ORIGIN, kept),
        lambda: passkeys.answer_of(json.dumps(body)),
        lambda: passkeys.verify_creation(json.dumps(body), bytes(32), HOST, ORIGIN),
    ):
        with suppress(Invalid):
            read()


def test_rates_do_not_stand_in_a_passkeys_way(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice)
    for _ in range(NAME.most):
        with pytest.raises(Unauthorised):
            accounts.sign_in("Alice", "wrong", HOME)
    with pytest.raises(TooMany):
        accounts.sign_in("Alice", "wrong", HOME)
    options, ticket = accounts.begin_passkey(HOST)
    assert accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME).account == alice


def test_an_answer_stays_used_whatever_drops_a_persons_challenges(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    key = with_passkey(accounts, alice, counting=False)
    options, ticket = accounts.begin_passkey(HOST)
    answer = key.get(options, ORIGIN)
    assert accounts.finish_passkey(ticket, answer, HOST, ORIGIN, HOME)
    accounts.set_password(alice, None, PASSWORD)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, answer, HOST, ORIGIN, HOME)


def test_whoever_is_disabled_while_an_answer_is_checked_gets_no_session(
    place: Place, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, elsewhere = place.directory.accounts, place.elsewhere().accounts
    elsewhere.add("Bob")
    key = with_passkey(accounts, alice)
    options, ticket = accounts.begin_passkey(HOST)
    verified = passkeys.verify_assertion

    def meanwhile(*values: Any) -> Any:
        elsewhere.disable(alice)
        return verified(*values)

    monkeypatch.setattr(passkeys, "verify_assertion", meanwhile)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, key.get(options, ORIGIN), HOST, ORIGIN, HOME)
    accounts.enable(alice)
    assert accounts.sessions(alice) == ()
