"""Notices: what the node says once, on the page after an act ("The account was disabled.").

A notice waits in a cookie of its own for at most a minute, bound by an HMAC to the session's secret: nobody can put words
into the node's mouth by setting a cookie. It is shown once and never holds a secret. What can't be read is no notice.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final, Literal

import msgspec

from comity.web.words import Told

LASTS_SECONDS: Final = 60
LONGEST_COOKIE: Final = 3_000
LONGEST_PART: Final = 300

_PURPOSE: Final = b"comity notice 1"

Meaning = Literal["released", "partly", "review", "withheld", "wrong"]


class Notice(msgspec.Struct, frozen=True):
    """``said`` is a msgid or a phrase; ``meaning`` chooses sign and colour; ``released`` is done."""

    said: Told
    meaning: Meaning = "released"


def sealed(notice: Notice, secret: str) -> str:
    """The cookie's value for a notice; long parts are cut, so that every browser takes it."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(_cut(notice))).decode()
    return f"{body}.{_mac(body, secret)}"


def opened(value: str, secret: str) -> Notice | None:
    """The notice of a cookie; None for anything that was not sealed under this secret."""
    body, _, mac = value.partition(".")
    if not secret or len(value) > LONGEST_COOKIE or not hmac.compare_digest(mac.encode(), _mac(body, secret).encode()):
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(body.encode()), type=Notice)
    except (msgspec.MsgspecError, binascii.Error):
        return None


def _mac(body: str, secret: str) -> str:
    return hmac.new(secret.encode(), _PURPOSE + body.encode(), hashlib.sha256).hexdigest()


def _cut(notice: Notice) -> Notice:
    if isinstance(notice.said, str):
        return notice
    parts = {
        name: part if len(part) <= LONGEST_PART else f"{part[:LONGEST_PART]}…"
        for name, part in notice.said.parts.items()
    }
    return Notice(msgspec.structs.replace(notice.said, parts=parts), notice.meaning)
