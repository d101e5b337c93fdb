"""Opaque cursors: where a viewer stands in its feed, sealed, so that nobody can make one, carry one over or read it.

A cursor holds the date up to which the viewer has been served and the date as of which the first page was asked: the
answer to the same cursor is the same page, whatever is written meanwhile. The second is the date of the node's last commit,
which may be hidden from the viewer: hence sealed, and under a fresh nonce, so that two cursors tell nothing by being alike.

Sealing: HMAC-SHA-256 of the nonce as key stream (a pseudorandom function in counter mode, one block), then a MAC over viewer,
filter, nonce and ciphertext (encrypt-then-MAC), under keys derived from the store's.
"""

import base64
import binascii
import hmac
import struct
from hashlib import blake2b, sha256

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.base.ids import RandomBytes
from comity.kernel.store.types import Query

_LAYOUT = struct.Struct(">qq")
_NONCE_BYTES = 16
_MAC_BYTES = 16


class Cursor(msgspec.Struct, frozen=True):
    """``after``: served up to this date. ``as_of``: the feed as it stood at this date. ``nonce``: that of the cursor whose page
    this one ends: asked again, it ends in the same; empty for a first page.
    """

    after: Micros
    as_of: Micros
    nonce: bytes = b""


Asker = tuple[int, int | None]
"""A party, and the account where a person of ours asks."""


def write_cursor(key: bytes, random: RandomBytes, asker: Asker, query: Query, cursor: Cursor) -> str:
    """The cursor as a word a client sends back."""
    packed = _LAYOUT.pack(cursor.after, cursor.as_of)
    following = hmac.digest(hmac.digest(key, b"cursor nonce", sha256), cursor.nonce + packed, sha256)
    nonce = following[:_NONCE_BYTES] if cursor.nonce else random(_NONCE_BYTES)
    sealed = nonce + _crypted(key, nonce, packed)
    return base64.urlsafe_b64encode(sealed + _mac(key, asker, query, sealed)).rstrip(b"=").decode()


def read_cursor(key: bytes, asker: Asker, query: Query, text: str) -> Cursor:
    """The cursor of a word; Invalid unless it was given to this viewer for this filter."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        data = b""
    sealed, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
    good = len(data) == _NONCE_BYTES + _LAYOUT.size + _MAC_BYTES
    if not good or not hmac.compare_digest(mac, _mac(key, asker, query, sealed)):
        raise Invalid(
            "next is not a cursor of yours for this filter.",
            code="bad-cursor",
            where="next",
            clause="TAXII 2.1 3.5",
            hint="Send next with the same filter it came from, or start again without it.",
        )
    packed = _crypted(key, sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:])
    after, as_of = _LAYOUT.unpack(packed)
    return Cursor(after, as_of, sealed[:_NONCE_BYTES])


def _crypted(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """Encrypts, and decrypts."""
    stream = hmac.digest(hmac.digest(key, b"cursor seal", sha256), nonce, sha256)
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))


def _mac(key: bytes, asker: Asker, query: Query, sealed: bytes) -> bytes:
    party, account = asker
    who = struct.pack(">q", party) if account is None else struct.pack(">qq", party, account)
    filter_digest = blake2b(msgspec.msgpack.encode(query), digest_size=16).digest()
    return hmac.digest(hmac.digest(key, b"cursor mac", sha256), who + filter_digest + sealed, sha256)[:_MAC_BYTES]
