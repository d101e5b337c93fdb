"""Status resources, and large envelopes that are kept until the worker has committed them piece by piece."""

import msgspec

from comity.kernel.base.errors import Conflict
from comity.kernel.store.commit import Also, write_status
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.types import Batch, Channel, Failure, Outcome, Submission, Taken

_STATUS = Sql(
    "SELECT id, party, requested, total, success, pending, failures FROM status WHERE id = :id AND party = :party"
)
_ADD = Sql(
    "INSERT INTO intake (status, collection, channel, position, body) VALUES (:status, :collection, :channel, 0, :body)"
)
_OLDEST = Sql(
    "SELECT s.id, s.party, s.requested, s.total, s.success, s.pending, s.failures, i.collection, i.channel, i.position, i.body "
    "FROM intake i JOIN status s ON s.id = i.status ORDER BY s.requested, s.id LIMIT 1"
)
_ADVANCE = Sql("UPDATE intake SET position = :until WHERE status = :status AND position = :position")
_FINISH = Sql("DELETE FROM intake WHERE status = :status AND position = :position")


class Intake:
    """Rows of ``status`` and ``intake``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def submission(self, submission_id: str, party: int) -> Submission | None:
        """A status resource, for the party that made it only."""
        with self._database.snapshot() as reader:
            row = reader.one(_STATUS, {"id": submission_id, "party": party})
        return _submission(row) if row else None

    def enqueue(self, submission: Submission, collection: int, channel: Channel, body: bytes) -> None:
        """Keep an envelope for the worker; durable when this returns."""
        with self._database.writer() as writer:
            write_status(writer, submission)
            writer.run(
                _ADD, {"status": submission.id, "collection": collection, "channel": channel.value, "body": body}
            )

    def take(self) -> Taken | None:
        """The oldest envelope that waits."""
        with self._database.snapshot() as reader:
            row = reader.one(_OLDEST)
        if row is None:
            return None
        *status, collection, channel, position, body = row
        return Taken(_submission(tuple(status)), collection, Channel(channel), position, bytes(body))

    @staticmethod
    def advancing(batch: Batch, position: int, until: int) -> Also:
        """What a piece's commit does beside writing its objects; Conflict where another worker was there first."""
        submission = batch.submission
        if submission is None:
            raise Conflict("A piece of an envelope belongs to a submission.")

        def advance(writer: Reader, _outcome: Outcome) -> None:
            place = {"status": submission.id, "position": position}
            moved = (
                writer.run(_ADVANCE, {**place, "until": until}) if submission.pending else writer.run(_FINISH, place)
            )
            if moved != 1:
                raise Conflict("This piece of the envelope was committed by another worker.")

        return advance


def _submission(row: tuple[object, ...]) -> Submission:
    number, party, requested, total, success, pending, failures = row
    decoded = msgspec.json.decode(str(failures), type=tuple[Failure, ...])
    return msgspec.convert(
        {
            "id": number,
            "party": party,
            "requested": requested,
            "total": total,
            "success": success,
            "pending": pending,
            "failures": decoded,
        },
        Submission,
    )
