"""An authenticator in software: makes ES256 credentials with attestation "none" and real assertions, and can be made to lie."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One credential of one person at one host."""

    def __init__(self, number: int = 1, *, counting: bool = True) -> None:
        self.id = sha256(b"credential %d" % number).digest()
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.counting = counting
        self.handle = b""

    def cose(self) -> bytes:
        public = self.private.public_key().public_numbers()
        x, y = public.x.to_bytes(32, "big"), public.y.to_bytes(32, "big")
        made: bytes = encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        return made

    def create(self, options_json: str, origin: str, *, flags: int = PRESENT | VERIFIED, **client: Any) -> str:
        """What ``navigator.credentials.create`` answers, as JSON."""
        options = json.loads(options_json)
        self.handle = unb64(options["user"]["id"])
        said = self._client("webauthn.create", options["challenge"], origin, client)
        data = self._data(options["rp"]["id"], flags | ATTESTED)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self.cose()
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"clientDataJSON": b64(said), "attestationObject": b64(attestation), "transports": ["internal"]}
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})

    def get(self, options_json: str, origin: str, *, flags: int = PRESENT | VERIFIED, **client: Any) -> str:
        """What ``navigator.credentials.get`` answers, as JSON."""
        options = json.loads(options_json)
        said = self._client("webauthn.get", options["challenge"], origin, client)
        data = self._data(options["rpId"], flags)
        signature = self.private.sign(data + sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(said),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": b64(self.handle) if self.handle else None,
        }
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})

    def _client(self, kind: str, challenge: str, origin: str, more: dict[str, Any]) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False, **more}
        ).encode()

    def _data(self, host: str, flags: int) -> bytes:
        self.count += self.counting
        return sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
