"""One-time codes from a clock: TOTP (RFC 6238) with HOTP's SHA-1, six digits, thirty seconds, which every app takes.

Pure. That no time step is used twice (section 5.2) is the store's to hold; here a step is only found.
"""

import hmac
from base64 import b32encode
from typing import Final

from pyotp.hotp import HOTP
from pyotp.totp import TOTP

from comity.kernel.base.clock import Micros
from comity.kernel.base.ids import RandomBytes

STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
LONGEST_ACCOUNT: Final = 50
LONGEST_ISSUER: Final = 40
SECRET_BYTES: Final = 20  # 160 bits: RFC 4226 section 4, R6


def make_secret(random: RandomBytes) -> str:
    """A new secret, as apps take it: base32 without padding."""
    return b32encode(random(SECRET_BYTES)).decode("ascii")


def uri(secret: str, *, account: str, issuer: str) -> str:
    """The address that goes into the picture which the app reads. Long names are cut: a picture holds so much and no more
    (ISO/IEC 18004 table 7), and every character may take twelve in the address.
    """
    return TOTP(secret).provisioning_uri(name=account[:LONGEST_ACCOUNT], issuer_name=issuer[:LONGEST_ISSUER])


def step_of(secret: str, code: str, at: Micros, after: int | None) -> int | None:
    """The time step that a code belongs to: now, or one step to either side (RFC 6238 section 6), and later than ``after``.

    All steps are compared, whatever the first says. Spaces that people type between the digits count for nothing.
    """
    digits = "".join(code.split())
    now = at // 1_000_000 // STEP_SECONDS
    generator = HOTP(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        same = hmac.compare_digest(generator.at(step).encode(), digits.encode("utf-8", "replace"))
        if same and (after is None or step > after):
            found = step
    return found
