"""Links that work once, and sessions that end."""

from typing import Any

import pytest

from comity.kernel.base.errors import Conflict, Invalid, NotFound, Unauthorised
from comity.kernel.directory import passkeys
from comity.kernel.directory.accounts import HOUR, LINK_LASTS, SESSION_LASTS, Browser
from comity.kernel.directory.directory import Directory
from comity.kernel.store.types import Account
from tests.kernel.directory.authenticator import SoftKey
from tests.kernel.directory.conftest import Place, sure
from tests.kernel.directory.people import HOME, HOST, ORIGIN, OTHER, PASSWORD, code, signed_in, with_passkey, with_totp


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
    place.elsewhere().accounts.leave(entered.cookie)
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
    bob = place.directory.accounts.add("Bob", roles=["analyst"])
    assert place.directory.accounts.get() == alice
    assert place.directory.accounts.get("Bob") == bob
    with pytest.raises(NotFound):
        place.directory.accounts.get("Carol")


# -- roles, disabling, links


def test_every_change_is_a_leaf_that_says_who(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"], by="Alice")
    bob = accounts.set_roles(bob, ["legal", "analyst"], by="Alice")
    bob = accounts.set_language(bob, "ko", by="Bob")
    accounts.invite(bob, by="command line: root")
    bob = accounts.disable(bob, by="Alice")
    bob = accounts.enable(bob, by="Alice")
    assert [(each["account"], each["act"], each["by"], each["detail"], each["person"]) for each in place.leaves()] == [
        ("Alice", "added", "node", "administrator analyst duty-officer", None),
        ("Bob", "added", "Alice", "analyst", alice.id),
        ("Bob", "roles-changed", "Alice", "analyst -> analyst legal", alice.id),
        ("Bob", "language-set", "Bob", "ko", bob.id),
        ("Bob", "link-made", "command line: root", "invitation", None),
        ("Bob", "disabled", "Alice", "", alice.id),
        ("Bob", "enabled", "Alice", "", alice.id),
    ]
    assert (bob.roles, bob.language, bob.disabled) == (("analyst", "legal"), "ko", False)
    assert accounts.by_id(bob.id) == accounts.get("Bob") == bob
    assert accounts.by_id(99) is None


def test_what_changes_nothing_is_no_leaf(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    before = len(place.leaves())
    accounts.set_roles(alice, alice.roles)
    accounts.set_language(alice, "")
    accounts.enable(alice)
    accounts.drop_totp(alice)
    assert accounts.end_all(alice) == 0
    assert len(place.leaves()) == before


def test_a_failed_change_leaves_no_trace(place: Place, alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, before = place.directory.accounts, place.dump()

    def fail(*_values: object, **_named: object) -> None:
        raise Conflict("the leaf can't be written")

    monkeypatch.setattr(accounts._parts, "note", fail)
    for act in (
        lambda: accounts.add("Bob"),
        lambda: accounts.set_roles(alice, ["administrator"]),
        lambda: accounts.set_language(alice, "ko"),
        lambda: accounts.invite(alice),
        lambda: accounts.set_password(alice, None, PASSWORD),
    ):
        with pytest.raises(Conflict):
            act()
    assert place.dump() == before


def test_one_administrator_remains(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    for act in (lambda: accounts.disable(alice), lambda: accounts.set_roles(alice, ["analyst"])):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "last-administrator"
    bob = accounts.add("Bob", ["administrator"])
    accounts.disable(bob)
    with pytest.raises(Conflict):
        accounts.disable(alice)
    accounts.enable(bob)
    assert accounts.disable(alice).disabled


@pytest.mark.parametrize("name", ["ALICE", "alice ", "node", "Command Line: root", "", "a\nb"])
def test_names_that_would_be_taken_for_others_are_refused(place: Place, alice: Account, name: str) -> None:
    with pytest.raises((Conflict, Invalid)):
        place.directory.accounts.add(name)


@pytest.mark.parametrize("language", ["x" * 21, "ko ", "<b>", "-", "\n"])
def test_what_is_no_language(place: Place, alice: Account, language: str) -> None:
    with pytest.raises(Invalid):
        place.directory.accounts.set_language(alice, language)


def test_disabling_ends_sessions_and_links_for_good(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    cookie = sure(accounts.enter(accounts.invite(bob).secret)).cookie
    link = accounts.invite(bob)
    accounts.disable(bob)
    assert accounts.of_cookie(cookie) is None
    assert not accounts.confirmed(cookie)
    assert accounts.link_purpose(link.secret) is None
    with pytest.raises(Conflict) as refused:
        accounts.invite(bob)
    assert refused.value.code == "account-disabled"
    accounts.enable(bob)
    assert accounts.of_cookie(cookie) is None
    assert accounts.enter(link.secret) is None


def test_a_recovery_takes_everything_when_it_is_used(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(bob, None, PASSWORD)
    cookie = signed_in(accounts, name="Bob").cookie
    secret = with_totp(place, bob)
    with_passkey(accounts, bob)
    older, link = (accounts.invite(bob, purpose="recovery", by="Alice") for _ in range(2))
    plain = accounts.invite(bob, purpose="sign-in")
    place.clock.forward(30_000_000)
    asked = accounts.sign_in("Bob", PASSWORD, HOME)
    assert accounts.enter(older.secret) is None  # a newer one was made
    assert accounts.link_purpose(link.secret) == "recovery"
    assert accounts.of_cookie(cookie) == bob  # made, it takes nothing yet
    entered = sure(accounts.enter(link.secret))
    assert accounts.of_cookie(entered.cookie) == bob
    assert accounts.of_cookie(cookie) is None
    assert (accounts.has_password(bob), accounts.has_totp(bob), accounts.passkeys(bob)) == (False, False, ())
    assert all(each.retired for each in accounts.signing.keys(bob))
    assert len(accounts.sessions(bob)) == 1
    assert accounts.enter(plain.secret) is None
    assert accounts.enter(link.secret) is None
    with pytest.raises(Unauthorised):
        accounts.second_step(getattr(asked, "ticket", ""), code(place, secret), HOME)
    with pytest.raises(Unauthorised):
        accounts.sign_in("Bob", PASSWORD, HOME)
    assert [(each["by"], each["detail"]) for each in place.leaves("link-made")][:2] == [("Alice", "recovery")] * 2
    assert [each["account"] for each in place.leaves("recovered")] == ["Bob"]


def test_a_person_comes_in_as_another_by_recovery_only(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.invite(bob, by="Alice")
    with_passkey(accounts, bob)
    for purpose in ("invitation", "sign-in"):
        with pytest.raises(Conflict) as refused:
            accounts.invite(bob, purpose=purpose, by="Alice")
        assert refused.value.code == "recovery-needed"
        accounts.invite(bob, purpose=purpose, by="command line: root")
    accounts.invite(bob, purpose="recovery", by="Alice")
    with pytest.raises(Invalid):
        accounts.invite(bob, purpose="other")


def test_sessions_are_listed_and_ended(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(alice, None, PASSWORD)
    first = sure(accounts.enter(accounts.invite(alice).secret, Browser("Firefox\x00\udcff" + "x" * 900, "192.0.2.7")))
    place.clock.forward(60_000_000)
    second = signed_in(accounts, Browser("Chrome", "2001:db8::1"))
    place.clock.forward(60_000_000)
    assert accounts.of_cookie(first.cookie) == alice  # seen now
    later, earlier = accounts.sessions(alice)
    assert (later.method, later.agent, later.network) == ("password", "Chrome", "2001:db8::1")
    assert (earlier.method, earlier.network, earlier.seen) == ("link", "192.0.2.7", place.clock.now())
    assert earlier.agent.startswith("Firefox?x")
    assert len(earlier.agent) <= 200
    assert later.handle == accounts.handle_of(second.cookie)
    assert accounts.of_cookie(later.handle) is None
    for who, handle in ((bob, later.handle), (alice, "x"), (alice, "")):
        with pytest.raises(NotFound):
            accounts.end(who, handle)
    accounts.end(alice, later.handle, by="Alice")
    assert accounts.of_cookie(second.cookie) is None
    with pytest.raises(NotFound):
        accounts.end(alice, later.handle)
    others = [signed_in(accounts).cookie for _ in range(3)]
    assert accounts.end_all(alice, but=first.cookie) == 3
    assert accounts.of_cookie(first.cookie) == alice
    assert all(accounts.of_cookie(each) is None for each in others)
    assert accounts.end_all(alice, by="Alice") == 1
    assert [each["detail"] for each in place.leaves("session-ended")] == ["", "3", "1"]


def test_a_session_is_new_at_every_sign_in(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    accounts.set_password(alice, None, PASSWORD)
    cookies = {signed_in(accounts, Browser("x", "y", "planted")).cookie for _ in range(3)}
    assert len(cookies) == 3
    assert accounts.of_cookie("planted") is None


def test_roles_change_within_a_second_elsewhere_and_at_once_here(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    cookie = sure(accounts.enter(accounts.invite(bob).secret)).cookie
    elsewhere: Directory = place.elsewhere()
    assert elsewhere.accounts.of_cookie(cookie) == accounts.of_cookie(cookie) == bob
    changed = accounts.set_roles(bob, ["legal"])
    assert accounts.of_cookie(cookie) == changed
    place.clock.forward(1_000_000)
    assert elsewhere.accounts.of_cookie(cookie) == changed


def test_passwords_stay_out_of_what_is_kept(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    accounts.set_password(alice, None, PASSWORD)
    entered = signed_in(accounts)
    accounts.set_password(alice, PASSWORD, OTHER)
    dump = place.dump()
    for hidden in (PASSWORD, OTHER, entered.cookie, entered.device):
        assert hidden not in dump


@pytest.mark.parametrize("way", ["password", "passkey"])
def test_with_the_first_way_in_whoever_came_by_another_link_goes(place: Place, alice: Account, way: str) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["approver"])
    first = sure(accounts.enter(accounts.invite(bob, by="Alice").secret))
    ghost = sure(accounts.enter(accounts.invite(bob, by="Alice").secret))
    spare = [accounts.invite(bob, purpose=purpose, by="Alice") for purpose in ("invitation", "sign-in")]
    if way == "password":
        accounts.set_password(bob, None, PASSWORD, keep=first.cookie)
    else:
        options, ticket = accounts.add_passkey_begin(bob, HOST)
        answer = SoftKey().create(options, ORIGIN)
        accounts.add_passkey_finish(bob, ticket, answer, HOST, ORIGIN, "key", keep=first.cookie)
    assert accounts.of_cookie(first.cookie) == bob
    assert accounts.of_cookie(ghost.cookie) is None
    assert [accounts.enter(each.secret) for each in spare] == [None, None]
    with pytest.raises(Unauthorised) as gone:
        accounts.set_password(accounts.add("Carol"), None, PASSWORD, keep=first.cookie)  # another's session
    assert gone.value.code == "signed-out"


def test_a_newer_invitation_takes_the_place_of_the_older(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    older, newer = (accounts.invite(alice) for _ in range(2))
    assert accounts.enter(older.secret) is None
    assert accounts.enter(newer.secret)


def test_nothing_that_was_begun_before_a_recovery_is_kept_after_it(
    place: Place, alice: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, elsewhere = place.directory.accounts, place.elsewhere().accounts
    with_passkey(accounts, alice)  # and no password: what is checked of that is the same before and after
    thief = sure(accounts.enter(accounts.invite(alice, purpose="sign-in").secret))
    own, real = accounts._parts.passwords, accounts._parts.passwords.hash

    def meanwhile(password: str) -> str:
        elsewhere.enter(elsewhere.invite(alice, purpose="recovery").secret)
        return real(password)

    monkeypatch.setattr(own, "hash", meanwhile)
    with pytest.raises(Unauthorised):
        accounts.set_password(alice, None, PASSWORD, keep=thief.cookie)
    assert not accounts.has_password(alice)

    options, ticket = accounts.add_passkey_begin(alice, HOST)
    verified = passkeys.verify_creation

    def meanwhile_too(*values: Any) -> Any:
        elsewhere.enter(elsewhere.invite(alice, purpose="recovery").secret)
        return verified(*values)

    monkeypatch.setattr(passkeys, "verify_creation", meanwhile_too)
    with pytest.raises(Invalid):
        accounts.add_passkey_finish(alice, ticket, SoftKey(2).create(options, ORIGIN), HOST, ORIGIN, "key")
    assert accounts.passkeys(alice) == ()


def test_what_strangers_make_up_takes_no_write_lock(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    with place.counted_statements() as asked:
        assert accounts.enter("x" * 43) is None
        accounts.leave("x" * 43)
    assert asked
    assert all(each.startswith("SELECT") for each in asked)
