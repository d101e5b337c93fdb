"""What is sealed opens under the same key for the same purpose, whole, and never otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Corrupt
from comity.kernel.directory.vault import Vault

VAULT = Vault(bytes(range(32)))


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_it_opens_again(plain: bytes, purpose: bytes) -> None:
    sealed = VAULT.seal(plain, purpose)
    assert VAULT.open(sealed, purpose) == plain
    assert VAULT.seal(plain, purpose) != sealed
    assert len(plain) < 4 or plain not in sealed


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_changed_byte_or_another_purpose_opens_nothing(plain: bytes, data: st.DataObject) -> None:
    sealed = VAULT.seal(plain, b"mirror")
    at = data.draw(st.integers(0, len(sealed) - 1))
    for broken in (sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], sealed[:at], sealed + b"x"):
        with pytest.raises(Corrupt):
            VAULT.open(broken, b"mirror")
    with pytest.raises(Corrupt):
        VAULT.open(sealed, b"totp")
    with pytest.raises(Corrupt):
        Vault(bytes(32)).open(sealed, b"mirror")


def test_keys_differ_by_purpose() -> None:
    assert VAULT.derive(b"a") == VAULT.derive(b"a") != VAULT.derive(b"b")
    assert VAULT.derive(b"a") != Vault(bytes(32)).derive(b"a")
    assert len(VAULT.derive(b"a")) == 32


def test_the_key_is_read_when_first_needed_and_once() -> None:
    asked = []
    vault = Vault(lambda: asked.append(1) or bytes(32))  # type: ignore[func-returns-value]
    assert not asked
    assert vault.open(vault.seal(b"x", b"p"), b"p") == b"x"
    assert len(asked) == 1
    with pytest.raises(Corrupt):
        Vault(b"short").seal(b"x", b"p")
