"""A signature holds only whole: both algorithms, this statement, this purpose."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Corrupt, Invalid
from comity.kernel.ledger.signing import (
    ED25519_PUBLIC_BYTES,
    ML_DSA_65_PUBLIC_BYTES,
    Keys,
    Public,
    Signatures,
    make_keys,
    sign,
    verify,
)

KEYS = Keys(bytes(range(32)), bytes(range(32, 64)))
OTHER = Keys(bytes(32), bytes(32))
PUBLIC = KEYS.public


@given(st.binary(max_size=200), st.text(min_size=1, max_size=10).filter(lambda text: "\0" not in text))
def test_what_is_signed_holds(statement: bytes, purpose: str) -> None:
    try:
        purpose.encode()
    except UnicodeEncodeError:
        return
    signatures = sign(KEYS, purpose, statement)
    assert verify(PUBLIC, purpose, statement, signatures)
    assert not verify(PUBLIC, purpose, statement + b"x", signatures)
    assert not verify(PUBLIC, purpose + "x", statement, signatures)
    assert not verify(OTHER.public, purpose, statement, signatures)


def test_both_have_to_hold() -> None:
    good, other = sign(KEYS, "test", b"statement"), sign(OTHER, "test", b"statement")
    assert not verify(PUBLIC, "test", b"statement", Signatures(good.ed25519, other.mldsa65))
    assert not verify(PUBLIC, "test", b"statement", Signatures(other.ed25519, good.mldsa65))
    assert not verify(PUBLIC, "test", b"statement", Signatures(good.ed25519, b""))
    assert not verify(PUBLIC, "test", b"statement", Signatures(b"", good.mldsa65))
    assert not verify(Public(PUBLIC.ed25519, OTHER.public.mldsa65), "test", b"statement", good)
    assert not verify(Public(OTHER.public.ed25519, PUBLIC.mldsa65), "test", b"statement", good)


@pytest.mark.parametrize("index", [0, 31, 63])
def test_one_bit_is_enough(index: int) -> None:
    good = sign(KEYS, "test", b"statement")
    for ed25519, mldsa65 in ((index, None), (None, index * 50)):
        pair = [bytearray(good.ed25519), bytearray(good.mldsa65)]
        for half, place in zip(pair, (ed25519, mldsa65), strict=True):
            if place is not None:
                half[place] ^= 1
        assert not verify(PUBLIC, "test", b"statement", Signatures(bytes(pair[0]), bytes(pair[1])))


def test_what_is_signed_is_never_the_bare_statement() -> None:
    """No other use of a key can be taken for a signature, and purposes don't run into statements."""
    first, second = Ed25519PrivateKey.from_private_bytes(KEYS.ed25519), MLDSA65PrivateKey.from_seed_bytes(KEYS.mldsa65)
    for message in (b"statement", b"test\0statement", b"comity signature 1\0statement"):
        bare = Signatures(first.sign(message), second.sign(message))
        assert not verify(PUBLIC, "test", b"statement", bare)
    assert not verify(PUBLIC, "a", b"b\0c", sign(KEYS, "a\x01b", b"c"))
    for purpose in ("", "a\0b"):
        with pytest.raises(Invalid):
            sign(KEYS, purpose, b"c")


def test_keys_that_are_none() -> None:
    with pytest.raises(Corrupt) as raised:
        sign(Keys(b"short", bytes(32)), "test", b"statement")
    assert raised.value.code == "node-key"
    assert not verify(Public(b"", b""), "test", b"statement", sign(KEYS, "test", b"statement"))
    assert not verify(Public(bytes(5), bytes(5)), "test", b"statement", Signatures(bytes(64), bytes(3309)))


def test_the_halves_have_their_sizes_and_private_ones_don_t_show() -> None:
    assert (len(PUBLIC.ed25519), len(PUBLIC.mldsa65)) == (ED25519_PUBLIC_BYTES, ML_DSA_65_PUBLIC_BYTES)
    signatures = sign(KEYS, "test", b"statement")
    assert (len(signatures.ed25519), len(signatures.mldsa65)) == (64, 3309)
    assert repr(KEYS) == str(KEYS) == "Keys(...)"
    assert PUBLIC.fingerprint.startswith("sha256:")
    assert len(PUBLIC.fingerprint) == 71
    assert PUBLIC.fingerprint != OTHER.public.fingerprint
    assert Keys(KEYS.ed25519, OTHER.mldsa65).public.fingerprint != PUBLIC.fingerprint


def test_new_keys_come_from_the_given_source() -> None:
    given_out = iter(range(10))
    made = make_keys(lambda size: bytes([next(given_out)]) * size)
    assert made == Keys(bytes(32), b"\x01" * 32)


@pytest.mark.corpora
def test_the_library_makes_what_the_field_s_vectors_say(corpora: Path) -> None:
    """Public keys of ML-DSA-65 from their seeds, as project Wycheproof has them."""
    vectors = json.loads((corpora / "crypto" / "wycheproof" / "mldsa_65_sign_seed_test.json").read_text("utf-8"))
    seen = 0
    for group in vectors["testGroups"]:
        seed, public = bytes.fromhex(group["privateSeed"]), group.get("publicKey")
        if len(seed) == 32 and public:
            assert Keys(KEYS.ed25519, seed).public.mldsa65.hex() == public
            seen += 1
    assert seen
