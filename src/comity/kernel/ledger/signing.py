"""What a node signs with: two keys, two signatures, and nothing holds unless both do.

Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204), over the same message. What breaks one of the two families does not forge the other:
a quantum computer breaks the first, a mistake found in a young scheme the second.

Here: keys, signing, verifying. Not here: where keys are kept (``app.folder``), whose they are, what a person signs with
(``kernel.directory.signing``).

What is signed is never the bare statement but
``"comity node signature 1" || 0x00 || algorithms || 0x00 || purpose || 0x00 || statement``: a signature given for one purpose
stands for no other, half of a pair for no pair, and no use of a key elsewhere can be taken for a signature.

Invariants: ``verify`` is pure, and says False, never more, to whatever is not wholly right. Private halves show in no text of a
``Keys``.
"""

from hashlib import sha256
from typing import Final, Protocol

import msgspec

from comity.kernel.base.errors import Corrupt, Invalid
from comity.kernel.base.ids import RandomBytes

ED25519: Final = "ed25519"
ML_DSA_65: Final = "ml-dsa-65"
SEED_BYTES: Final = 32
"""Both private halves are seeds (RFC 8032 5.1.5; FIPS 204 6.1)."""
ED25519_PUBLIC_BYTES: Final = 32
ML_DSA_65_PUBLIC_BYTES: Final = 1952

_DOMAIN: Final = f"comity node signature 1\0{ED25519}+{ML_DSA_65}\0".encode()


class Pair(Protocol):
    """Two of a kind, one of each algorithm: public keys, or signatures."""

    @property
    def ed25519(self) -> bytes:
        """The first's."""
        ...

    @property
    def mldsa65(self) -> bytes:
        """The second's."""
        ...


class Public(msgspec.Struct, frozen=True):
    """The public halves, raw: 32 bytes (RFC 8032 5.1.5) and 1952 bytes (FIPS 204 table 2)."""

    ed25519: bytes
    mldsa65: bytes

    @property
    def fingerprint(self) -> str:
        """The pair as people and records name it."""
        return f"sha256:{sha256(_DOMAIN + self.ed25519 + self.mldsa65).hexdigest()}"


class Keys(msgspec.Struct, frozen=True):
    """The private halves, as seeds of 32 bytes each."""

    ed25519: bytes
    mldsa65: bytes

    def __repr__(self) -> str:
        return "Keys(...)"  # not even a traceback shows them

    @property
    def public(self) -> Public:
        """What others verify with."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  memory: few processes need it
            Ed25519PrivateKey,
        )
        from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey  # noqa: PLC0415  memory: as above

        return Public(
            Ed25519PrivateKey.from_private_bytes(self.ed25519).public_key().public_bytes_raw(),
            MLDSA65PrivateKey.from_seed_bytes(self.mldsa65).public_key().public_bytes_raw(),
        )


class Signatures(msgspec.Struct, frozen=True):
    """One signature by each key of a pair: 64 and 3309 bytes."""

    ed25519: bytes
    mldsa65: bytes


def make_keys(random: RandomBytes) -> Keys:
    """A new pair."""
    return Keys(random(SEED_BYTES), random(SEED_BYTES))


def sign(keys: Keys, purpose: str, statement: bytes) -> Signatures:
    """Both signatures over a statement, for one purpose. Corrupt where a key is not what it should be."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  memory: few processes need it
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey  # noqa: PLC0415  memory: as above

    message = _message(purpose, statement)
    try:
        return Signatures(
            Ed25519PrivateKey.from_private_bytes(keys.ed25519).sign(message),
            MLDSA65PrivateKey.from_seed_bytes(keys.mldsa65).sign(message),
        )
    except ValueError as error:
        raise Corrupt(
            "the node's key is damaged; nothing was signed", code="node-key", hint="Put it back from a backup."
        ) from error


def verify(public: Pair, purpose: str, statement: bytes, signatures: Pair) -> bool:
    """Whether both keys signed this statement for this purpose."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  memory: few processes need it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  memory: as above
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey  # noqa: PLC0415  memory: as above

    message = _message(purpose, statement)
    try:
        Ed25519PublicKey.from_public_bytes(public.ed25519).verify(signatures.ed25519, message)
        MLDSA65PublicKey.from_public_bytes(public.mldsa65).verify(signatures.mldsa65, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(purpose: str, statement: bytes) -> bytes:
    if not purpose or "\0" in purpose:
        raise Invalid("a signature needs a purpose", code="signature-purpose")
    return _DOMAIN + purpose.encode() + b"\0" + statement
