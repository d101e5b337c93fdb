"""The vault: what the node must be able to read again is sealed under one key that is not in the database.

The key is a file of the node's folder (``app.folder``). Here: AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits for
each sealing and the purpose as associated data, so that what was sealed for one purpose opens for no other; and keys derived
from it by HMAC-SHA-256 (NIST SP 800-108 section 4.1, one block).

Invariants: nothing sealed here is the only thing between a person and an attacker who reads the database; whoever has the
folder and the database has what is sealed. The key is read when it is first needed.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from comity.kernel.base.errors import Corrupt
from comity.kernel.base.ids import RandomBytes, system_random

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_VERSION: Final = b"\x01"
_DOMAIN: Final = b"comity vault 1\x00"


class Vault:
    """Seals and opens. Safe to use from several threads."""

    def __init__(self, key: bytes | Callable[[], bytes], random: RandomBytes = system_random) -> None:
        self._source = key
        self._random = random
        self._key = b""

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Seals for one purpose; what comes out differs each time and may be kept anywhere."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  memory: few processes need it

        nonce = self._random(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(self._master()).encrypt(nonce, plain, _DOMAIN + purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """What was sealed for this purpose. Corrupt where it was changed, or was sealed under another key or purpose."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  memory: few processes need it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  memory: as above

        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] == _VERSION and len(rest) >= _TAG_BYTES:
            try:
                return AESGCM(self._master()).decrypt(nonce, rest, _DOMAIN + purpose)
            except InvalidTag:
                pass  # told below, as for what has no form at all
        raise Corrupt(
            "something that was sealed can't be opened with this node's vault key",
            code="vault",
            hint="The key file keys/vault.key belongs to another database: restore both from the same backup.",
        )

    def derive(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for one purpose; the same each time."""
        return hmac.digest(self._master(), _DOMAIN + b"derive\x00" + purpose, sha256)

    def _master(self) -> bytes:
        if not self._key:
            key = self._source if isinstance(self._source, bytes) else self._source()
            if len(key) != KEY_BYTES:
                raise Corrupt(
                    f"the vault key has {len(key)} bytes instead of {KEY_BYTES}",
                    code="vault-key",
                    hint="Put keys/vault.key back from a backup.",
                )
            self._key = key
        return self._key
