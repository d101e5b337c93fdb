"""Secrets that are shown once: 256 random bits as base64url, kept as their SHA-256.

A slow hash is for what people think up. A value with 256 bits of randomness can't be searched for, so a fast one is
enough, and a request costs a microsecond instead of a tenth of a second (NIST SP 800-63B section 5.1.2: look-up secrets
of 112 bits or more need no salt and no slow hash).
"""

from base64 import urlsafe_b64encode
from hashlib import sha256

from comity.kernel.base.ids import RandomBytes


def make_secret(random: RandomBytes, prefix: str = "") -> str:
    """A new secret. The prefix lets people and secret scanners see what it is."""
    return prefix + urlsafe_b64encode(random(32)).rstrip(b"=").decode("ascii")


def hash_of(secret: str) -> bytes:
    """What is kept of it."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
