"""One leaf at a time: its place in the ledger is taken under the lock of the caller's transaction. (The leaves of a batch:
``commit``.)
"""

from collections.abc import Callable

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import SALT_BYTES, LeafKind, commitment
from comity.kernel.store.database import Reader, Sql

TAKE = Sql(
    "UPDATE counter SET claim = claim + :claims, leaf = leaf + :leaves, at = max(at + 1, :now) + :claims - 1 "
    "RETURNING claim - :claims, leaf - :leaves, at - :claims + 1, epoch",
    "UPDATE counter SET claim = claim + :claims, leaf = leaf + :leaves, at = greatest(at + 1, :now) + :claims - 1 "
    "RETURNING claim - :claims, leaf - :leaves, at - :claims + 1, epoch",
)
"""Places in the log and in the ledger: the last claim and leaf before them, the date, the epoch of the grants."""

_LEAF = Sql(
    "INSERT INTO leaf (seq, kind, subject, at, salt, commitment) VALUES (:seq, :kind, :subject, :at, :salt, :commitment)"
)


def leave(
    writer: Reader,
    clock: Clock,
    random: RandomBytes,
    kind: LeafKind,
    subject: int,
    says: bytes | Callable[[Micros], bytes],
) -> tuple[int, Micros, bytes]:
    """Add a leaf that commits to a statement, or to what ``says`` makes of its date. Its number, date and statement."""
    _, before, at, _ = writer.one(TAKE, {"claims": 0, "leaves": 1, "now": clock.now()}) or (0, 0, 0, 0)
    statement = says if isinstance(says, bytes) else says(at)
    salt = random(SALT_BYTES)
    writer.run(
        _LEAF,
        {
            "seq": before + 1,
            "kind": int(kind),
            "subject": subject,
            "at": at,
            "salt": salt,
            "commitment": commitment(salt, statement),
        },
    )
    return before + 1, at, statement
