"""What a person signs is that person's own: no role, no other purpose and no other person's row stands in for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select, update

from comity.kernel.base.errors import Conflict, Corrupt, Invalid, TooMany, Unauthorised
from comity.kernel.directory.signing import Signature, challenge, verify
from comity.kernel.store import tables
from comity.kernel.store.types import Account, SigningKey
from tests.kernel.directory.authenticator import PRESENT, SoftKey, unb64
from tests.kernel.directory.conftest import Place, sure
from tests.kernel.directory.people import HOME, HOST, ORIGIN, OTHER, PASSWORD, with_passkey

STATEMENT = b'{"case":"17","says":"yes"}'


@pytest.fixture
def alice(place: Place) -> Account:
    account = place.directory.accounts.add("Alice")
    place.directory.accounts.set_password(account, None, PASSWORD)
    return account


def _by_passkey(place: Place, account: Account, key: SoftKey, statement: bytes = STATEMENT) -> Signature:
    signing = place.directory.accounts.signing
    options, ticket = signing.begin_passkey(account, statement, HOST)
    return signing.finish_passkey(account, ticket, statement, key.get(options, ORIGIN), HOST, ORIGIN)


def test_a_password_opens_a_key_that_signs(place: Place, alice: Account) -> None:
    signing = place.directory.accounts.signing
    signature = signing.sign_with_password(alice, PASSWORD, STATEMENT)
    (key,) = signing.keys(alice)
    assert verify(signature, STATEMENT, key)
    assert signing.key(signature.key) == key
    assert not verify(signature, STATEMENT + b" ", key)
    assert not verify(replace(signature, value=bytes(64)), STATEMENT, key)
    assert not verify(replace(signature, value=b""), STATEMENT, key)
    assert not verify(replace(signature, key=key.id + 1), STATEMENT, key)
    assert not verify(replace(signature, kind="passkey"), STATEMENT, key)
    assert not verify(signature, STATEMENT, replace(key, public=bytes(32)))
    assert [each["detail"] for each in place.leaves("signing-key-added")] == [f"ed25519 {signing.fingerprint(key)}"]


def test_what_is_signed_is_set_apart(place: Place, alice: Account) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature = place.directory.accounts.signing.sign_with_password(alice, PASSWORD, STATEMENT)
    public = Ed25519PublicKey.from_public_bytes(place.directory.accounts.signing.keys(alice)[0].public)
    public.verify(signature.value, b"comity signature 1\x00" + STATEMENT)
    with pytest.raises(InvalidSignature):
        public.verify(signature.value, STATEMENT)


def test_without_the_password_there_is_no_signature(place: Place, alice: Account) -> None:
    signing = place.directory.accounts.signing
    for _ in range(10):
        with pytest.raises(Unauthorised):
            signing.sign_with_password(alice, OTHER, STATEMENT)
    with pytest.raises(TooMany):
        signing.sign_with_password(alice, PASSWORD, STATEMENT)
    place.clock.forward(60_000_000)
    signing.sign_with_password(alice, PASSWORD, STATEMENT)
    bob = place.directory.accounts.add("Bob", ["analyst"])
    with pytest.raises(Conflict):
        signing.sign_with_password(bob, PASSWORD, STATEMENT)
    place.directory.accounts.add("Carol")
    place.directory.accounts.disable(alice)
    with pytest.raises(Conflict):
        signing.sign_with_password(alice, PASSWORD, STATEMENT)


def test_the_key_stays_when_the_password_changes(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    before = accounts.signing.keys(alice)
    accounts.set_password(alice, PASSWORD, OTHER)
    assert accounts.signing.keys(alice) == before
    assert verify(accounts.signing.sign_with_password(alice, OTHER, STATEMENT), STATEMENT, before[0])
    with pytest.raises(Unauthorised):
        accounts.signing.sign_with_password(alice, PASSWORD, STATEMENT)


def test_a_sealed_key_opens_in_no_other_row(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    accounts.set_password(bob, None, PASSWORD)  # the same password
    columns = tables.signing_key.c
    with place.engine.begin() as connection:
        rows = {row.account: row for row in connection.execute(select(tables.signing_key))}
        moved = {"sealed": rows[alice.id].sealed, "public": rows[alice.id].public}
        connection.execute(update(tables.signing_key).where(columns.account == bob.id).values(**moved))
    with pytest.raises(Unauthorised):
        accounts.signing.sign_with_password(bob, PASSWORD, STATEMENT)
    with place.engine.begin() as connection:
        connection.execute(update(tables.signing_key).values(sealed=b"x" * 100))
    with pytest.raises(Corrupt):
        accounts.signing.sign_with_password(alice, PASSWORD, STATEMENT)


def test_a_recovery_retires_the_key_and_what_it_signed_stays_true(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    signature = accounts.signing.sign_with_password(alice, PASSWORD, STATEMENT)
    sure(accounts.enter(accounts.invite(alice, purpose="recovery", by="Alice").secret))
    (old,) = accounts.signing.keys(alice)
    assert old.retired == place.clock.now()
    assert verify(signature, STATEMENT, old)
    with pytest.raises(Conflict):
        accounts.signing.sign_with_password(alice, PASSWORD, STATEMENT)
    accounts.set_password(alice, None, PASSWORD)
    old, new = accounts.signing.keys(alice)
    assert new.retired is None
    assert new.public != old.public
    assert not verify(signature, STATEMENT, new)
    with place.engine.connect() as connection:
        assert connection.execute(select(tables.signing_key.c.sealed)).scalars().first() is None  # destroyed


def test_a_passkey_signs(place: Place, alice: Account) -> None:
    soft = with_passkey(place.directory.accounts, alice)
    signature = _by_passkey(place, alice, soft)
    key = sure(place.directory.accounts.signing.key(signature.key))
    assert (key.kind, signature.kind) == ("passkey", "passkey")
    assert verify(signature, STATEMENT, key)
    assert not verify(signature, STATEMENT + b" ", key)
    for broken in (
        replace(signature, value=signature.value[:-1]),
        replace(signature, client=b"[" * 20_000),
        replace(signature, client=signature.client.replace(b"webauthn.get", b"webauthn.create")),
        replace(signature, authenticator=signature.authenticator[:36]),
        replace(signature, authenticator=signature.authenticator[:32] + b"\x01" + signature.authenticator[33:]),
    ):
        assert not verify(broken, STATEMENT, key)
    assert not verify(signature, STATEMENT, replace(key, public=SoftKey().cose()))


def test_signing_in_is_not_signing(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    soft = with_passkey(accounts, alice)
    options, _ = accounts.begin_passkey(HOST)
    answer = json.loads(soft.get(options, ORIGIN))["response"]
    (_, key) = accounts.signing.keys(alice)
    parts = [unb64(answer[name]) for name in ("signature", "authenticatorData", "clientDataJSON")]
    taken = Signature(key.id, "passkey", *parts)
    assert not verify(taken, STATEMENT, key)
    assert not verify(taken, unb64(json.loads(options)["challenge"]), key)


def test_nor_is_signing_signing_in(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    soft = with_passkey(accounts, alice)
    options, ticket = accounts.signing.begin_passkey(alice, STATEMENT, HOST)
    with pytest.raises(Unauthorised):
        accounts.finish_passkey(ticket, soft.get(options, ORIGIN), HOST, ORIGIN, HOME)


def test_only_ones_own_passkey_signs_and_only_what_was_asked(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    bob = accounts.add("Bob", ["analyst"])
    with pytest.raises(Conflict):
        accounts.signing.begin_passkey(bob, STATEMENT, HOST)
    mine, his = with_passkey(accounts, alice, 1), with_passkey(accounts, bob, 2)
    signing = accounts.signing
    options, ticket = signing.begin_passkey(alice, STATEMENT, HOST)
    with pytest.raises(Invalid):
        signing.finish_passkey(alice, ticket, STATEMENT, his.get(options, ORIGIN), HOST, ORIGIN)
    options, ticket = signing.begin_passkey(alice, STATEMENT, HOST)
    with pytest.raises(Unauthorised):
        signing.finish_passkey(alice, ticket, b"another", mine.get(options, ORIGIN), HOST, ORIGIN)
    options, ticket = signing.begin_passkey(alice, STATEMENT, HOST)
    with pytest.raises(Invalid):
        signing.finish_passkey(alice, ticket, STATEMENT, mine.get(options, ORIGIN, flags=PRESENT), HOST, ORIGIN)
    options, ticket = signing.begin_passkey(alice, STATEMENT, HOST)
    with pytest.raises(Unauthorised):
        signing.finish_passkey(bob, ticket, STATEMENT, his.get(options, ORIGIN), HOST, ORIGIN)
    options, ticket = signing.begin_passkey(alice, STATEMENT, HOST)
    answer = mine.get(options, ORIGIN)
    assert signing.finish_passkey(alice, ticket, STATEMENT, answer, HOST, ORIGIN)
    with pytest.raises(Unauthorised):
        signing.finish_passkey(alice, ticket, STATEMENT, answer, HOST, ORIGIN)


def test_a_dropped_passkey_signs_nothing_more(place: Place, alice: Account) -> None:
    accounts = place.directory.accounts
    soft = with_passkey(accounts, alice)
    signature = _by_passkey(place, alice, soft)
    accounts.drop_passkey(alice, accounts.passkeys(alice)[0].id)
    key = sure(accounts.signing.key(signature.key))
    assert key.retired == place.clock.now()
    assert verify(signature, STATEMENT, key)
    assert [each["by"] for each in place.leaves("signing-key-retired")] == ["Alice"]
    with pytest.raises(Conflict):
        accounts.signing.begin_passkey(alice, STATEMENT, HOST)


@given(
    st.binary(max_size=200),
    st.binary(max_size=80),
    st.binary(max_size=80),
    st.binary(max_size=90),
    st.binary(max_size=90),
)
def test_nonsense_is_never_a_signature(
    statement: bytes, value: bytes, public: bytes, authenticator: bytes, client: bytes
) -> None:
    for kind in ("ed25519", "passkey", "other"):
        key = SigningKey(1, 1, kind, public, 0, None)
        assert not verify(Signature(1, kind, value, authenticator, client), statement, key)
    assert len(challenge(statement)) == 32
