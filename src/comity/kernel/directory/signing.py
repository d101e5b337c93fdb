"""What a person signs with, so that an approval is that person's own.

Two kinds of key. An Ed25519 key (RFC 8032), whose private half is kept sealed under the person's password: a key made from the
password by Argon2id opens it (AES-256-GCM), and what is sealed is sealed once more by the vault. Or a passkey: the signature
is a WebAuthn assertion whose challenge is the SHA-256 of the statement (W3C Web Authentication Level 3 section 7.2).

What is signed is never the bare statement but ``"comity signature 1" || 0x00 || statement``: no other use of a key can be taken
for a signature, nor a signature for another use.

Invariants:

1. Nobody signs for a person who is not there: without the password or the authenticator there is no signature, whatever
   role somebody has. A recovery retires the keys (``credentials``): whoever comes in by it gets another key, and the record
   says since when.
2. A retired key signs nothing; what it signed can still be verified.
3. ``verify`` is pure.

What this does not hold against: a node whose code was changed can ask an authenticator for a signature while the person only
signs in, or keep a password that is typed into it (docs/trust.md).
"""

import struct
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, Unauthorised
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory import passkeys
from comity.kernel.directory.parts import MINUTE, Parts
from comity.kernel.directory.passwords import Cost
from comity.kernel.directory.rates import OWN
from comity.kernel.store.people import Change
from comity.kernel.store.types import Account, SigningKey

ED25519: Final = "ed25519"
PASSKEY: Final = "passkey"
LASTS: Final[Micros] = 5 * MINUTE
_PURPOSE: Final = "sign"
_SEALED_FOR: Final = b"signing key"
_DOMAIN: Final = b"comity signature 1\x00"
_SEAL_DOMAIN: Final = b"comity signing key 1\x00"
_HEAD: Final = struct.Struct(">16sIII12s")


class Signature(msgspec.Struct, frozen=True):
    """A signature by one key. ``authenticator`` and ``client`` are a passkey's: what it signed around the challenge."""

    key: int
    kind: str
    value: bytes
    authenticator: bytes = b""
    client: bytes = b""


def message(statement: bytes) -> bytes:
    """What an Ed25519 key signs for a statement."""
    return _DOMAIN + statement


def challenge(statement: bytes) -> bytes:
    """What a passkey is asked to sign for a statement."""
    return sha256(message(statement)).digest()


def fingerprint(key: SigningKey) -> str:
    """A key as people and records name it."""
    return f"sha256:{sha256(key.public).hexdigest()}"


def verify(signature: Signature, statement: bytes, key: SigningKey) -> bool:
    """Whether this key signed this statement. When it was retired is for the caller to weigh."""
    if signature.key != key.id or signature.kind != key.kind:
        return False
    if key.kind == PASSKEY:
        return passkeys.holds(
            key.public, challenge(statement), signature.client, signature.authenticator, signature.value
        )
    if key.kind != ED25519:
        return False
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  memory: few processes need it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415  memory: as above

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, message(statement))
    except (InvalidSignature, ValueError):
        return False
    return True


class Signing:
    """The signing keys of people."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def keys(self, account: Account) -> tuple[SigningKey, ...]:
        """All keys of a person, oldest first; those that sign now have no ``retired``."""
        return self._parts.people.signing_keys(account.id)

    def key(self, number: int) -> SigningKey | None:
        """The key that a signature names."""
        return self._parts.people.signing_key(number)

    def fingerprint(self, key: SigningKey) -> str:
        """A key as people and records name it."""
        return fingerprint(key)

    def sign_with_password(self, account: Account, password: str, statement: bytes) -> Signature:
        """Signs with the person's Ed25519 key, which the password opens. Unauthorised where it is not the password."""
        parts = self._parts
        kept = parts.people.sealed_key(account.id)
        if kept is None or parts.credentials(account).account.disabled:
            raise _no_key("Set a password, which makes one.")
        buckets = [parts.rates.bucket(OWN, account.id)]
        parts.rates.take(buckets)
        key, sealed = kept
        private = open_key(parts, key, sealed, password)
        if private is None:
            raise Unauthorised("The password is not right; nothing was signed.", code="confirm")
        with parts.people.count() as change:
            parts.rates.give_back(change, buckets)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415  memory: few processes need it
            Ed25519PrivateKey,
        )

        value = Ed25519PrivateKey.from_private_bytes(private).sign(message(statement))
        return Signature(key.id, ED25519, value)

    def begin_passkey(self, account: Account, statement: bytes, host: str) -> tuple[str, str]:
        """Asks for a signature by one of the person's passkeys: options for the browser, and a ticket."""
        parts = self._parts
        mine = self._by_public(account)
        allowed = [each for each in parts.people.passkeys(account.id) if each.public in mine]
        if not allowed:
            raise _no_key("Add a passkey.")
        options = passkeys.request_options(host, challenge(statement), allowed)
        ticket, _ = parts.leave_challenge(account.id, _PURPOSE, challenge(statement), LASTS)
        return options, ticket

    def finish_passkey(
        self, account: Account, ticket: str, statement: bytes, response_json: str, host: str, origin: str
    ) -> Signature:
        """The signature, if the answer is this person's and signs this statement; else Unauthorised or Invalid."""
        parts = self._parts
        asked = parts.take_challenge(ticket, _PURPOSE, account.id)
        if asked is None or asked.content != challenge(statement):
            raise Unauthorised("The time for signing is over; nothing was signed.", code="confirm", hint="Try again.")
        answer = passkeys.answer_of(response_json)
        found = parts.people.passkey(answer.id)
        key = self._by_public(account).get(found[0].public) if found else None
        if found is None or key is None or found[1].id != account.id or found[1].disabled:
            raise Invalid("This passkey is not one that you sign with.", code="passkey", hint="Choose another one.")
        count = passkeys.verify_assertion(response_json, challenge(statement), host, origin, found[0])
        with parts.people.count() as change:
            if not change.use_passkey(found[0].id, found[0].count, count, parts.clock.now()):
                raise Unauthorised("The passkey was used elsewhere meanwhile.", code="confirm", hint="Try again.")
        return Signature(key.id, PASSKEY, answer.signature, answer.authenticator, answer.client)

    def _by_public(self, account: Account) -> dict[bytes, SigningKey]:
        return {each.public: each for each in self.keys(account) if each.kind == PASSKEY and each.retired is None}


def make_key(random: RandomBytes) -> tuple[bytes, bytes]:
    """A new Ed25519 key: its private half (RFC 8032 5.1.5: 32 random bytes) and its public half."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  memory: few processes need it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  memory: as above

    private = random(32)
    public = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return private, public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def seal_key(parts: Parts, account: int, public: bytes, private: bytes, password: str) -> bytes:
    """The private half under the password. One Argon2 computation."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  memory: few processes need it

    salt, cost = parts.passwords.salt()
    nonce = parts.random(12)
    under = AESGCM(parts.passwords.key(password, salt, cost))
    head = _HEAD.pack(salt, cost.passes, cost.memory, cost.lanes, nonce)
    return parts.vault.seal(head + under.encrypt(nonce, private, _bound(account, public)), _SEALED_FOR)


def open_key(parts: Parts, key: SigningKey, sealed: bytes, password: str) -> bytes | None:
    """The private half; None where this is not the password. One Argon2 computation."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  memory: few processes need it
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  memory: as above

    inner = parts.vault.open(sealed, _SEALED_FOR)
    if len(inner) < _HEAD.size:
        raise Corrupt(f"signing key {key.id} is not whole", code="signing-key", hint="Restore a backup.")
    salt, passes, memory, lanes, nonce = _HEAD.unpack_from(inner)
    under = AESGCM(parts.passwords.key(password, salt, Cost(passes, memory, lanes)))
    try:
        return under.decrypt(nonce, inner[_HEAD.size :], _bound(key.account, key.public))
    except InvalidTag:
        return None


def keep_key(
    parts: Parts, change: Change, account: Account, kind: str, public: bytes, sealed: bytes | None, *, by: str
) -> None:
    """Keeps a new key, in the transaction of what made it, with its leaf: the record says which key is whose since when."""
    now = parts.clock.now()
    number = change.add_signing_key(account.id, kind, public, sealed, now)
    made = SigningKey(number, account.id, kind, public, now, None)
    parts.note(change, account, "signing-key-added", by=by, detail=f"{kind} {fingerprint(made)}")


def _bound(account: int, public: bytes) -> bytes:
    """What a sealed key is bound to: it opens in no other person's row."""
    return _SEAL_DOMAIN + account.to_bytes(8, "big") + public


def _no_key(hint: str) -> Conflict:
    return Conflict("There is no key to sign with.", code="signing-key-missing", hint=hint)
