"""The keys of backups: one for each calendar month (UTC), ``keys/periods/2026-11.key``, sealed by the node's vault.

Whoever has a period's key opens that period's backups; once every copy of it is destroyed, nobody does: that is how what
was erased from the node is erased from its backups too. A backup never holds a period's key. So the key has to be kept
elsewhere as well, apart from the backups, or they are lost with the machine: ``PeriodKey.written`` is made for that, one
line that can be typed from paper.
"""

import os
import re
from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from comity.app.folder import Folder, write_private
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid, NotFound
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.vault import Vault

NAME: Final = "comity-backup-key"
_PERIOD: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
_SECRET: Final = 32
_CHECK: Final = 3
_GROUP: Final = 4
_SUFFIX: Final = ".key"


class PeriodKey:
    """One period's key. Its text form shows no secret; ``written`` does."""

    def __init__(self, period: str, secret: bytes) -> None:
        self.period = period
        self.secret = secret

    def __repr__(self) -> str:
        return f"PeriodKey({self.period}, {self.id})"

    @property
    def id(self) -> str:
        """Which key it is, without telling it."""
        return sha256(b"comity backup key id\x00" + self.secret).hexdigest()[:12]

    def written(self) -> str:
        """The key as a line of text: name, period, and in groups of four the secret with three bytes of a checksum."""
        text = b32encode(self.secret + _check(self.period, self.secret)).decode().rstrip("=")
        groups = "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
        return f"{NAME} {self.period} {groups}"


def read_written(text: str) -> PeriodKey:
    """A key from its line. What was mistyped is found by the checksum."""
    parts = text.split()
    if len(parts) != 3 or parts[0] != NAME or not _PERIOD.fullmatch(parts[1]):
        raise Invalid(
            "this is not the line of a backup's key",
            code="backup-key",
            hint=f"It reads '{NAME} 2026-11 ...', as 'comity backup-key show 2026-11' printed it.",
        )
    packed = parts[2].replace("-", "").upper()
    try:
        raw = b32decode(packed + "=" * (-len(packed) % 8))
    except Base32Error:
        raw = b""
    secret, check = raw[:_SECRET], raw[_SECRET:]
    if len(secret) != _SECRET or check != _check(parts[1], secret):
        raise Invalid(
            "the backup's key is mistyped: its checksum does not hold", code="backup-key", hint="Compare it again."
        )
    return PeriodKey(parts[1], secret)


class Periods:
    """The period keys that a node holds."""

    def __init__(self, folder: Folder, vault: Vault, random: RandomBytes) -> None:
        self._path = folder.periods
        self._vault = vault
        self._random = random

    def all(self) -> tuple[str, ...]:
        """The periods whose key is here, the oldest first."""
        if not self._path.is_dir():
            return ()
        return tuple(sorted(path.stem for path in self._path.iterdir() if _PERIOD.fullmatch(path.stem)))

    def present(self, now: Micros) -> tuple[PeriodKey, bool]:
        """The key of this month, and whether it was made just now."""
        period = datetime.fromtimestamp(now / 1_000_000, UTC).strftime("%Y-%m")
        if period in self.all():
            return self.get(period), False
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = PeriodKey(period, self._random(_SECRET))
        write_private(self._path / f"{period}{_SUFFIX}", self._vault.seal(key.secret, _purpose(period)))
        return key, True

    def get(self, period: str) -> PeriodKey:
        """One period's key."""
        if not _PERIOD.fullmatch(period) or period not in self.all():
            raise NotFound(
                f"there is no key for backups of {period[:20]} here",
                code="backup-key-unknown",
                hint="'comity backup-key list' shows the periods whose key is here. A destroyed key can't be had back.",
            )
        return PeriodKey(period, self._vault.open((self._path / f"{period}{_SUFFIX}").read_bytes(), _purpose(period)))

    def destroy(self, period: str) -> None:
        """Overwrites and removes a period's key. What copies there are elsewhere is for whoever keeps them to destroy."""
        self.get(period)
        path = self._path / f"{period}{_SUFFIX}"
        with path.open("r+b") as file:
            file.write(self._random(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def holding(periods: Iterable[str], since: Micros, until: Micros) -> tuple[str, ...]:
    """Of some periods those whose backups may have what was here from one moment until another: made in between, or at any
    time in the months of both.
    """
    first, last = (datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m") for at in (since, until))
    return tuple(period for period in periods if first <= period <= last)


def _purpose(period: str) -> bytes:
    return b"backup key " + period.encode()


def _check(period: str, secret: bytes) -> bytes:
    return sha256(b"comity backup key check\x00" + period.encode() + b"\x00" + secret).digest()[:_CHECK]
