"""Passwords: which are good enough, how they are kept, how they are checked. And keys made from passwords.

Kept as Argon2id (RFC 9106) with the second recommended choice of its section 4: three passes, four lanes, 64 MiB, a salt of
128 bits, a tag of 256. What is hashed is not the password but its HMAC under a key of the vault (NIST SP 800-63B section
5.1.1.2, the additional iteration), so that the database alone is no use to whoever guesses.

Invariants:

1. At most one Argon2 computation at a time runs in a process (``Lane``): its memory is bounded by one hash.
2. Whoever is known (a browser that the person used before) is served before whoever is not, and never waits behind more
   than the one computation that runs: a crowd of strangers can't keep people out.
3. ``check`` costs one computation, whether there is a password or not.
"""

import hmac
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from threading import Condition
from typing import Final

import msgspec
from argon2 import Type, exceptions, extract_parameters
from argon2.low_level import hash_secret, hash_secret_raw, verify_secret

from comity.kernel.base.errors import Invalid, Unavailable
from comity.kernel.base.ids import RandomBytes
from comity.kernel.directory.vault import Vault

SHORTEST: Final = 12
LONGEST: Final = 256
SALT_BYTES: Final = 16
TAG_BYTES: Final = 32
FEWEST_DIFFERENT: Final = 5
MOST_WAITING: Final = 4
WAIT_SECONDS: Final = 10.0

# What people make long passwords of. A password that is nothing but these, digits and punctuation is among the first tries.
_LISTED: Final = """
abc abcd admin administrator analyst asdf asdfgh asdfghjkl baseball batman changeme cert comity computer csirt cyber
default demo dragon falcon football hello iloveyou incident internet killer letmein liverpool login master michael
monkey mustang ninja pass passphrase passwd password please princess qazwsx qwer qwert qwerty qwertyuiop qwertz root
secret secure security server shadow soccer starwars summer sunshine superman system temp test trustno trustnoone
user welcome whatever winter zaq zxcv zxcvbn zxcvbnm spring autumn january february march april june july august
september october november december monday friday daehanminguk korea seoul 비밀번호 대한민국 관리자
"""
_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
_DISGUISES: Final = str.maketrans("013457@$!", "oieastasi")
_NAME_PART: Final = 4


class Cost(msgspec.Struct, frozen=True):
    """What one computation costs: passes, memory in KiB, lanes (RFC 9106 section 3.1: t, m, p)."""

    passes: int
    memory: int
    lanes: int


STRONG: Final = Cost(passes=3, memory=64 * 1024, lanes=4)


class Lane:
    """One computation at a time; those who are known go first; few who are not may wait."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._busy = False
        self._known = 0
        self._strangers = 0

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        """Waits for its turn. Unavailable when too many strangers wait already, or the turn does not come."""
        with self._changed:
            self._await(known=known)
            self._busy = True
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _await(self, *, known: bool) -> None:
        if known:
            self._known += 1
            try:
                came = self._changed.wait_for(lambda: not self._busy, WAIT_SECONDS)
            finally:
                self._known -= 1
        else:
            if self._strangers >= MOST_WAITING:
                raise _crowded()
            self._strangers += 1
            try:
                came = self._changed.wait_for(lambda: not self._busy and not self._known, WAIT_SECONDS)
            finally:
                self._strangers -= 1
        if not came:
            raise _crowded()


LANE: Final = Lane()
"""The process's own: memory is the process's."""


class Passwords:
    """Hashes, checks, makes keys. Safe to use from several threads."""

    def __init__(self, vault: Vault, random: RandomBytes, *, cost: Cost = STRONG, lane: Lane = LANE) -> None:
        self._vault = vault
        self._random = random
        self._cost = cost
        self._lane = lane
        self._nobody = ""

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        salt, cost = self._random(SALT_BYTES), self._cost
        with self._lane.turn(known=True):
            encoded = hash_secret(
                self._keyed(b"password", password), salt, cost.passes, cost.memory, cost.lanes, TAG_BYTES, Type.ID
            )
        return encoded.decode("ascii")

    def check(self, encoded: str | None, password: str) -> bool:
        """Whether this is the password that was kept; one computation in every case."""
        with self._lane.turn(known=True):
            return self.check_here(encoded, password)

    @contextmanager
    def waiting(self, *, known: bool) -> Iterator[None]:
        """Waits for the turn in which ``check_here`` is called: what is done before it waits too, and can't outrun it."""
        with self._lane.turn(known=known):
            yield

    def check_here(self, encoded: str | None, password: str) -> bool:
        """``check`` by whoever has the turn."""
        against = encoded if encoded is not None else self._nobodys()
        try:
            verify_secret(against.encode("ascii"), self._keyed(b"password", password), Type.ID)
        except exceptions.VerifyMismatchError:
            return False
        return encoded is not None

    def outdated(self, encoded: str) -> bool:
        """Whether a hash was made at another cost than is asked for now."""
        found = extract_parameters(encoded)
        return Cost(found.time_cost, found.memory_cost, found.parallelism) != self._cost

    def salt(self) -> tuple[bytes, Cost]:
        """A salt and a cost for a new key."""
        return self._random(SALT_BYTES), self._cost

    def key(self, password: str, salt: bytes, cost: Cost) -> bytes:
        """A key of 32 bytes from a password; another one than what is kept of it tells anything about."""
        with self._lane.turn(known=True):
            return hash_secret_raw(
                self._keyed(b"key", password), salt, cost.passes, cost.memory, cost.lanes, TAG_BYTES, Type.ID
            )

    def _keyed(self, purpose: bytes, password: str) -> bytes:
        return hmac.digest(self._vault.derive(b"password"), purpose + b"\x00" + _prepared(password).encode(), sha256)

    def _nobodys(self) -> str:
        """A hash that no password has, at the present cost; nothing is computed for it."""
        if not self._nobody:
            cost, salt, tag = self._cost, _b64(self._random(SALT_BYTES)), _b64(self._random(TAG_BYTES))
            self._nobody = f"$argon2id$v=19$m={cost.memory},t={cost.passes},p={cost.lanes}${salt}${tag}"
        return self._nobody


def check_password(password: str, *names: str) -> str:
    """A password good enough to be kept, or Invalid with the reason. ``names``: words that must not be what it is made of.

    NIST SP 800-63B section 5.1.1.2: length counts; no rules about kinds of characters, no expiry; what is expected, listed,
    repetitive, or made of the person's name is refused.
    """
    text = _prepared(password)
    if len(text) < SHORTEST:
        raise _weak(f"The password has fewer than {SHORTEST} characters.")
    if len(text) > LONGEST:
        raise _weak(f"The password has more than {LONGEST} characters.")
    if any(unicodedata.category(each) in {"Cc", "Cs", "Cn"} for each in text):
        raise _weak("The password has a character that can't be typed.")
    plain = text.casefold()
    if len(set(plain)) < FEWEST_DIFFERENT or _repeats(plain) or _runs(plain):
        raise _weak("The password is a repetition or a row of keys.")
    if not any(each.isalpha() for each in plain):
        raise _weak("The password is a number.")
    letters = _letters(plain)
    parts = {part for name in names for part in name.casefold().split() if len(part) >= _NAME_PART}
    parts |= {name.casefold() for name in names if name}
    if any(len(part) >= _NAME_PART and (part in plain or part in letters) for part in parts):
        raise _weak("The password contains the name.")
    if not _rest(letters) or not _rest("".join(each for each in plain if each.isalpha())):
        raise _weak("The password is on the list of those that are tried first.")
    return password


def _prepared(password: str) -> str:
    """One form for one password, however it was typed (RFC 8265 section 4.2.2: spaces, normal form C).

    A lone surrogate, which no keyboard makes, counts as a question mark.
    """
    typable = password.encode("utf-8", "replace").decode("utf-8")
    spaced = "".join(" " if unicodedata.category(each) == "Zs" else each for each in typable)
    return unicodedata.normalize("NFC", spaced)


def _weak(why: str) -> Invalid:
    return Invalid(
        why, code="password", hint=f"Take {SHORTEST} characters or more: four or five unrelated words are good."
    )


def _crowded() -> Unavailable:
    return Unavailable("Too many sign in at this moment.", code="crowded", hint="Try again in a few seconds.")


def _repeats(text: str) -> bool:
    """Whether it is one piece of at most half its length, again and again."""
    return any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)] for size in range(1, max(2, len(text) // 2 + 1))
    )


def _runs(text: str) -> bool:
    """Whether three quarters of it are rows of the alphabet, of digits or of the keyboard, in either direction."""
    rows = [row for each in _RUNS for row in (each, each[::-1])]
    inside = [any(text[at : at + 2] in row for row in rows) for at in range(len(text) - 1)]
    return 4 * sum(inside) >= 3 * len(inside)


def _letters(text: str) -> str:
    return "".join(each for each in text.translate(_DISGUISES) if each.isalpha())


def _rest(letters: str) -> str:
    """What remains when the listed words are taken out, longest first; at most two letters are no remainder."""
    for word in sorted(_LISTED.split(), key=len, reverse=True):
        letters = letters.replace(word, "")
    return letters if len(letters) > 2 else ""


def _b64(raw: bytes) -> str:
    return b64encode(raw).rstrip(b"=").decode("ascii")
