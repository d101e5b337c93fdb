"""Browsers that a person has signed in with before: a cookie that says so, which nobody but the node can make.

It lets nobody in. Whoever sends it is counted apart from strangers (``rates``), so that failures elsewhere don't stop the
person (OWASP, "Slow down online guessing attacks with device cookies"). One browser may be several people's: a desk is
shared. The cookie holds a random number and, for each account, until when it counts; an HMAC-SHA-256 under a key of the
vault is over all of it.
"""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from comity.kernel.base.clock import Micros
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.vault import Vault

LASTS: Final[Micros] = 365 * 86_400_000_000
MOST: Final = 8
LONGEST: Final = 400
_NUMBER: Final = 16
_MAC: Final = 32
_ENTRY: Final = struct.Struct(">IQ")


class Devices:
    """Makes and reads the cookie."""

    def __init__(self, vault: Vault, random: RandomBytes) -> None:
        self._vault = vault
        self._random = random

    def known(self, cookie: str | None, account: int, now: Micros) -> bytes | None:
        """The number of the browser, if this account has signed in with it; else None."""
        number, accounts = self._read(cookie, now)
        return number if account in accounts else None

    def remember(self, cookie: str | None, account: int, now: Micros) -> str:
        """The cookie of a browser that this account has just signed in with. The longest known others stay in it."""
        number, accounts = self._read(cookie, now)
        others = sorted((until, each) for each, until in accounts.items() if each != account)[-(MOST - 1) :]
        entries = [(account, now + LASTS), *((each, until) for until, each in others)]
        body = (number or self._random(_NUMBER)) + b"".join(_ENTRY.pack(*entry) for entry in entries)
        return urlsafe_b64encode(body + self._mac(body)).rstrip(b"=").decode("ascii")

    def _read(self, cookie: str | None, now: Micros) -> tuple[bytes | None, dict[int, Micros]]:
        if not cookie or len(cookie) > LONGEST:
            return None, {}
        try:
            raw = urlsafe_b64decode(cookie.encode("ascii") + b"=" * (-len(cookie) % 4))
        except ValueError:  # not ASCII, not base64: somebody else's cookie
            return None, {}
        body, mac = raw[:-_MAC], raw[-_MAC:]
        if not hmac.compare_digest(mac, self._mac(body)) or (len(body) - _NUMBER) % _ENTRY.size:
            return None, {}
        entries = _ENTRY.iter_unpack(body[_NUMBER:])
        return body[:_NUMBER], {account: until for account, until in entries if now < until}

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._vault.derive(b"device"), body, sha256)
