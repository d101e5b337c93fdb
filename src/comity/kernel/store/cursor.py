"""Opaque cursors: where a viewer stands in its feed, signed, so that nobody can make or carry over one.

A cursor holds the date up to which the viewer has been served and the date as of which the first page was asked: the
answer to the same cursor is the same page, whatever is written meanwhile.
"""

import base64
import binascii
import hmac
import struct
from hashlib import blake2b, sha256

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.store.types import Query

_LAYOUT = struct.Struct(">qq")
_MAC_BYTES = 16


class Cursor(msgspec.Struct, frozen=True):
    """``after``: served up to this date. ``as_of``: the feed as it stood at this date."""

    after: Micros
    as_of: Micros


Asker = tuple[int, int | None]
"""A party, and the account where a person of ours asks."""


def write_cursor(key: bytes, asker: Asker, query: Query, cursor: Cursor) -> str:
    """The cursor as a word a client sends back."""
    packed = _LAYOUT.pack(cursor.after, cursor.as_of)
    return base64.urlsafe_b64encode(packed + _mac(key, asker, query, packed)).rstrip(b"=").decode()


def read_cursor(key: bytes, asker: Asker, query: Query, text: str) -> Cursor:
    """The cursor of a word; Invalid unless it was given to this viewer for this filter."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        data = b""
    packed, mac = data[: _LAYOUT.size], data[_LAYOUT.size :]
    if len(data) != _LAYOUT.size + _MAC_BYTES or not hmac.compare_digest(mac, _mac(key, asker, query, packed)):
        raise Invalid(
            "next is not a cursor of yours for this filter.",
            code="bad-cursor",
            where="next",
            clause="TAXII 2.1 3.5",
            hint="Send next with the same filter it came from, or start again without it.",
        )
    return Cursor(*_LAYOUT.unpack(packed))


def _mac(key: bytes, asker: Asker, query: Query, packed: bytes) -> bytes:
    party, account = asker
    who = struct.pack(">q", party) if account is None else struct.pack(">qq", party, account)
    filter_digest = blake2b(msgspec.msgpack.encode(query), digest_size=16).digest()
    return hmac.digest(key, who + filter_digest + packed, sha256)[:_MAC_BYTES]
