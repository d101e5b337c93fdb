"""Shaping anew. When a guessable neighbour comes, comes under a further label or goes, or a marking definition comes, what
refers to it gets a new shape, and with it, where that opens it to anyone anew, a new place at the end of the log. What only
closes stays where it is: nobody who goes on seeing it is given it again.

Keys wait in the table ``reshape``; each step takes one key and a bounded number of its referrers, in one transaction, so
that the work survives a kill. Until it is done the claims are withheld where it matters (docs/architecture.md,
"Hidden neighbours").
"""

from comity.kernel.objects.ids import is_guessable
from comity.kernel.store.anew import labels_anew
from comity.kernel.store.commit import RESHAPE
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.labels import Labels
from comity.kernel.store.shaping import Claim, Shaper, claims_of, unchanged
from comity.kernel.store.twins import queue
from comity.kernel.store.words import target_token, target_word, targets

_NEXT = Sql("SELECT target, after FROM reshape ORDER BY target LIMIT 1")
_DONE = Sql("DELETE FROM reshape WHERE target = :target AND after = :after")
_FURTHER = Sql("UPDATE reshape SET after = :until WHERE target = :target AND after = :after")
_NAMES = Sql("SELECT id, name FROM kind")
_REFERRERS = Sql(
    "SELECT rowid FROM search WHERE search MATCH :word AND rowid > :after ORDER BY rowid LIMIT :limit",
    "SELECT version FROM edge WHERE target = :token AND version > :after ORDER BY version LIMIT :limit",
)
_QUEUED = Sql("SELECT 1 FROM reshape WHERE target = :target AND after = :after")


class Reshaper:
    """Takes keys from the queue and shapes their referrers anew."""

    def __init__(self, database: Database, kinds: Kinds, labels: Labels, shaper: Shaper) -> None:
        self._database = database
        self._kinds = kinds
        self._labels = labels
        self._shaper = shaper

    def step(self, limit: int) -> int:
        """One bounded step; how many claims it looked at, plus one for the key. 0 when nothing waits."""
        with self._database.snapshot() as reader:
            row = reader.one(_NEXT)
            if row is None:
                return 0
            target, after = row
            claims, until = self.referrers(reader, target, after, limit)
            wanted = labels_anew(reader, self._kinds, self._labels, claims)
        numbers = self._labels.numbers(set(wanted.values()))
        with self._database.writer() as writer:
            moved = {"target": target, "after": after}
            if writer.one(_QUEUED, moved) is None or not unchanged(writer, claims):
                return 1  # somebody else has been here: looked at again with the next step
            self._shaper.shape(writer, [(claim, numbers[wanted[claim.seq]]) for claim in claims])
            writer.run(_DONE, moved) if until is None else writer.run(_FURTHER, {**moved, "until": until})
            # What refers to a claim by an id that can be guessed needs its label.
            relabelled = {
                claim.parsed.id
                for claim in claims
                if claim.parsed is not None and numbers[wanted[claim.seq]] != claim.label
            }
            writer.many(RESHAPE, [{"target": self._kinds.key_of(own)} for own in relabelled if is_guessable(own)])
            queue.touch(writer, [key for own in relabelled if (key := self._kinds.key_of(own)) is not None])
        return len(claims) + 1

    def refresh(self, writer: Reader, target: bytes) -> None:
        """Shape all referrers of a key anew at once, in the caller's transaction: after something went."""
        after: int | None = 0
        while after is not None:
            claims, after = self.referrers(writer, target, after, 1000)
            self._shaper.shape(writer, [(claim, claim.label) for claim in claims])

    def referrers(self, reader: Reader, target: bytes, after: int, limit: int) -> tuple[list[Claim], int | None]:
        """Claims of the next versions that refer to a key, and up to which version they go; None: these were the last."""
        names = {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
        object_id = object_id_of(target, names)
        parameters: dict[str, object] = {"after": after, "limit": limit}
        parameters |= {"token": target_token(object_id)} if reader.postgres else {"word": target_word(object_id)}
        versions = [row[0] for row in reader.all(_REFERRERS, parameters)]
        claims = [
            claim
            for claim in claims_of(reader, versions)
            if claim.parsed is not None
            and object_id in map(str.lower, targets(claim.parsed))
            and not self._labels.row(claim.label, reader).lens  # what goes in another form is its maker's (``twins``)
        ]
        return claims, versions[-1] if len(versions) == limit else None
