"""Rules of the account desk: the words for what went wrong, a QR code's outline. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from comity.kernel.base.errors import NodeError
from comity.web.words import Told, msgid, plural

WAYS: Final[dict[str, str]] = {
    "link": msgid("One-time link"),
    "password": msgid("Password"),
    "passkey": msgid("Passkey"),
}

# What each error of signing in means to whoever sees it. Unknown, disabled, wrong: one answer.
_SAID: Final[dict[str, str]] = {
    "sign-in": msgid("That name and password don't go together here, or the account can't sign in with a password."),
    "second-step": msgid("That is not the code of this moment. A code works once; wait for the next one."),
    "second-step-over": msgid("That took too long, or failed too often. Begin again with your name and password."),
    "passkey": msgid(
        "The passkey was not accepted. It may have been removed from the account, or belong to another node."
    ),
    "confirm": msgid("That did not prove who you are. Nothing was changed."),
    "old-password": msgid("That is not the present password."),
}

# What the directory says itself, and a form shows as it is: listed here, since only here it can be translated.
TOLD: Final = (
    msgid("The code is not right."),
    msgid("The time for this is over."),
    msgid("This passkey is registered already."),
    msgid("The password was changed meanwhile."),
    msgid("You are not signed in any more."),
    msgid("Too many sign in at this moment."),
    msgid("The password has fewer than 12 characters."),
    msgid("The password has more than 256 characters."),
    msgid("The password has a character that can't be typed."),
    msgid("The password is a repetition or a row of keys."),
    msgid("The password contains the name."),
    msgid("The password is on the list of those that are tried first."),
)


def said(error: NodeError) -> Told:
    """What a form says of an error."""
    return _SAID.get(error.code, error.detail)


def too_many(seconds: int) -> Told:
    """How long to wait."""
    if seconds < 90:
        return plural(
            "Too many attempts. Try again in %(num)s second.",
            "Too many attempts. Try again in %(num)s seconds.",
            seconds,
        )
    minutes = -(-seconds // 60)
    return plural(
        "Too many attempts. Try again in %(num)s minute.", "Too many attempts. Try again in %(num)s minutes.", minutes
    )


def outline(matrix: Sequence[Iterable[int]]) -> str:
    """The dark modules of a QR code (ISO/IEC 18004) as one SVG path, a run in each row as a rectangle."""
    parts = []
    for y, row in enumerate(matrix):
        dark = "".join("1" if module else "0" for module in row)
        parts += [
            f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z" for run in _RUN.finditer(dark)
        ]
    return "".join(parts)


def spaced(secret: str) -> str:
    """A secret in groups of four, to be typed over."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


_RUN: Final = re.compile("1+")
