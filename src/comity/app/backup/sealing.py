r"""The outer form of a backup: a head in the clear, then the content in chunks, encrypted and authenticated.

    comity-backup 1\n
    {"key": "...", "period": "2026-11", "salt": "..."}\n      which key it takes; nothing else is told
    chunk, chunk, ..., last chunk

Chunks are the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance", 2015) with the choices of the age format (C2SP age, "Payload"): ChaCha20-Poly1305
(RFC 8439), 64 KiB of plaintext each, the nonce an 11-byte counter and a byte that is 1 on the last chunk only. So a chunk
that is changed, moved, left out or put in is found, and so is a file that ends early or goes on.

The chunks' key is HKDF-SHA256 (RFC 5869) of the period's key, salted by the head's salt and bound to the whole head.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import BinaryIO, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comity.kernel.base.errors import Invalid
from comity.kernel.base.ids import RandomBytes

MAGIC: Final = b"comity-backup 1\n"
CHUNK: Final = 64 * 1024
TAG: Final = 16
SALT: Final = 32
_LONGEST_HEAD: Final = 1024
_INFO: Final = b"comity backup 1"


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says in the clear: the period of its key, that key's id, the salt (base64)."""

    key: str
    period: str
    salt: str


class Sealer:
    """Writes. ``close`` makes the last chunk; what was not closed is not whole, and reads so."""

    def __init__(self, file: BinaryIO, *, secret: bytes, key: str, period: str, random: RandomBytes) -> None:
        salt = random(SALT)
        head = MAGIC + msgspec.json.encode(Head(key, period, b64encode(salt).decode())) + b"\n"
        self._file = file
        self._cipher = _cipher(secret, salt, head)
        self._held = bytearray()
        self._number = 0
        file.write(head)

    def write(self, data: bytes) -> None:
        """Takes more content."""
        self._held += data
        while len(self._held) > CHUNK:
            self._chunk(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def close(self) -> None:
        """The end. The file itself stays open."""
        self._chunk(bytes(self._held), last=True)
        self._held.clear()

    def _chunk(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), plain, None))
        self._number += 1


class Opener:
    """Reads: ``head`` at once, then with the period's key the content. Nothing is given out that was not authenticated."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        if file.read(len(MAGIC)) != MAGIC:
            raise Invalid("this file is not a backup of a node", code="no-backup", hint="Name the file that was saved.")
        line = file.readline(_LONGEST_HEAD)
        try:
            self.head = msgspec.json.decode(line, type=Head)
            self._salt = b64decode(self.head.salt, validate=True)
        except (msgspec.DecodeError, ValueError) as error:  # ValueError: not UTF-8, not base64
            raise _damaged("its head can't be read") from error
        self._bound = MAGIC + line
        self._cipher: ChaCha20Poly1305 | None = None
        self._next = b""
        self._held = b""
        self._number = 0
        self._ended = False

    def unlock(self, secret: bytes) -> None:
        """Sets the key. Whether it is the right one, its id says; whether the file is sound, reading does."""
        self._cipher = _cipher(secret, self._salt, self._bound)
        self._next = self._file.read(CHUNK + TAG)

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes of content; empty at the end, which is then the end that was sealed."""
        while not self._held and not self._ended:
            self._held = self._open()
        if size < 0 or size >= len(self._held):
            given, self._held = self._held, b""
        else:
            given, self._held = self._held[:size], self._held[size:]
        return given

    def position(self) -> int:
        """How far in the file it is."""
        return self._file.tell()

    def _open(self) -> bytes:
        if self._cipher is None:
            raise Invalid("the backup's key has not been given", code="backup-key")
        chunk, self._next = self._next, self._file.read(CHUNK + TAG)
        last = not self._next
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=last), chunk, None)
        except InvalidTag as error:
            raise self._fault(chunk, last=last) from error
        self._number += 1
        self._ended = last
        return plain

    def _fault(self, chunk: bytes, *, last: bool) -> Invalid:
        """What is wrong with a chunk: at the end of the file, one that was not the last when it was made tells of a cut."""
        assert self._cipher is not None  # noqa: S101  ``_open`` has looked
        try:
            self._cipher.decrypt(_nonce(self._number, last=not last), chunk, None)
        except InvalidTag:
            cut = last and len(chunk) < CHUNK + TAG
            more = ", or the file was cut off there" if cut else ""
            return _damaged(f"chunk {self._number + 1} is not what was written{more}")
        return _damaged("the file was cut off: its end is missing" if last else "something stands behind its end")


def _cipher(secret: bytes, salt: bytes, head: bytes) -> ChaCha20Poly1305:
    info = _INFO + sha256(head).digest()
    return ChaCha20Poly1305(HKDF(hashes.SHA256(), length=32, salt=salt, info=info).derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _damaged(how: str) -> Invalid:
    return Invalid(
        f"the backup is damaged: {how}",
        code="backup-damaged",
        hint="Take another copy of it, or an older backup. Nothing was restored.",
    )
