"""POST, and the worker's step: an envelope becomes batches for ``store.commit`` (TAXII 2.1 sections 5.5 and 4.3).

An envelope of ordinary size is committed whole before the answer goes out, its status in the same transaction. A large
one is kept as it came and answered as pending; ``Intake.step`` then commits it chunk by chunk. Each chunk, the status
and the position in the envelope are one transaction, so that a stop at any point loses nothing and repeats nothing.

Objects are refused one by one, with the reason, as failures of the status; the others go on. An envelope that can't be
read at all, or of which no object is accepted, is refused whole (422) and leaves nothing behind. What is already held
is a success (5.5: an exact duplicate is no error), and whether it was is not told: an answer must not say what else is
held here.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Invalid, TooLarge
from comity.kernel.base.ids import RandomBytes, uuid4
from comity.kernel.exchange.taxii.errors import NothingAccepted, Unprocessable
from comity.kernel.exchange.taxii.ports import Store
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects import envelope, timestamps
from comity.kernel.objects.envelope import Limits
from comity.kernel.objects.parse import parse_all
from comity.kernel.objects.parsed import Parsed, Rejected
from comity.kernel.store.types import Batch, Channel, Failure, Submission, Taken

_LONGEST_MESSAGE: Final = 1_000
NOT_HELD_HERE: Final = "This node may not hold this object."
"""What was erased for good, or barred before it ever came; which of these is not told. Its id is not written down again."""


class Intake:
    """Takes objects in, for one store. Blocking. ``admit`` is safe between threads; ``step`` is for one worker."""

    def __init__(self, store: Store, clock: Clock, random: RandomBytes, settings: TaxiiSettings) -> None:
        self._store = store
        self._clock = clock
        self._random = random
        self._settings = settings
        # The slices of the envelope that is being worked off, so that it is not taken apart again for every chunk.
        self._slices: tuple[str, Sequence[bytes]] | None = None

    def admit(self, body: bytes, *, party: int, collection: int) -> Submission:
        """What became of the envelope so far; durable once this returns."""
        raws = _split(body, self._settings.max_content_length)
        if not raws:
            raise Unprocessable("the envelope holds no objects", where="$.objects", clause="TAXII 2.1 2 and 3.7")
        submission = Submission(
            id=str(uuid4(self._random)),
            party=party,
            requested=self._clock.now(),
            total=len(raws),
            success=0,
            pending=len(raws),
            failures=(),
        )
        if len(raws) > self._settings.queue_objects or len(body) > self._settings.queue_bytes:
            self._store.enqueue(submission, collection, Channel.TAXII, body)
            return submission
        batch, after = self._batch(raws, 0, submission, collection, Channel.TAXII)
        if not batch.objects:
            raise NothingAccepted(after.failures)
        self._store.commit(batch)
        return after

    def step(self) -> bool:
        """Commit one chunk of the oldest kept envelope; False when none is left."""
        taken = self._store.take_intake()
        if taken is None:
            self._slices = None
            return False
        try:
            raws = self._slices_of(taken)
        except Unprocessable as error:
            batch = _unreadable(taken, error)
            to = taken.submission.total
        else:
            to = min(taken.position + self._settings.chunk, len(raws))
            chunk = raws[taken.position : to]
            batch, _ = self._batch(chunk, taken.position, taken.submission, taken.collection, taken.channel)
        try:
            self._store.advance_intake(batch, taken.position, to)
        except Conflict:
            # Someone else has committed this chunk meanwhile: nothing was written, the next step looks again.
            self._slices = None
        return True

    def _batch(
        self, raws: Sequence[bytes], first: int, submission: Submission, collection: int, channel: Channel
    ) -> tuple[Batch, Submission]:
        """``raws`` checked, with the status as it stands once they are committed. ``first`` is where they begin."""
        accepted: dict[int, Parsed] = {}
        failures = list(submission.failures)
        for index, outcome in enumerate(parse_all(raws), first):
            if isinstance(outcome, Rejected):
                failures.append(_failure(outcome, index, submission.requested))
            else:
                accepted[index] = outcome
        places = list(accepted)
        for place in sorted(self._store.refused(submission.party, list(accepted.values()))):
            del accepted[places[place]]
            failures.append(Failure(_place(places[place]), timestamps.render(submission.requested), NOT_HELD_HERE))
        after = replace(
            submission,
            success=submission.success + len(accepted),
            pending=submission.pending - len(raws),
            failures=tuple(failures),
        )
        batch = Batch(
            source=submission.party,
            collection=collection,
            objects=tuple(accepted.values()),
            channel=channel,
            received=submission.requested,
            submission=after,
        )
        return batch, after

    def _slices_of(self, taken: Taken) -> Sequence[bytes]:
        if self._slices is None or self._slices[0] != taken.submission.id:
            self._slices = (taken.submission.id, _split(taken.body, len(taken.body)))
        raws = self._slices[1]
        if len(raws) != taken.submission.total:
            raise Unprocessable("the kept envelope does not hold the objects that were counted in it")
        return raws


def _split(body: bytes, largest: int) -> Sequence[bytes]:
    """The objects of an envelope as they were sent. Whatever is wrong with it as a whole is 422, with the clause.

    Its size was bounded when it came in; other bounds (nesting, numbers) make it unprocessable, not too large: a body
    below ``max_content_length`` must not be answered with 413 (4.2.1). A STIX bundle is read like an envelope, since
    clients in wide use send one: its further properties are passed over, as 7.1.1 allows.
    """
    try:
        taken = envelope.split_bundle(body, limits=Limits(max_bytes=largest))
    except (Invalid, TooLarge) as error:
        raise Unprocessable(
            error.detail, code=error.code, where=error.where, clause=error.clause, hint=error.hint
        ) from error
    if taken.kind == "object":
        raise Unprocessable(
            "this is an object outside an envelope",
            clause="TAXII 2.1 3.7 and 5.5",
            hint='Send it inside one: {"objects": [...]}.',
        )
    return taken.objects


def _unreadable(taken: Taken, error: Unprocessable) -> Batch:
    """What is left of a kept envelope that no longer reads (after an update that is stricter): failed, each of it."""
    before = taken.submission
    version = timestamps.render(before.requested)
    left = (Failure(_place(index), version, str(error)) for index in range(taken.position, before.total))
    return Batch(
        source=before.party,
        collection=taken.collection,
        objects=(),
        channel=taken.channel,
        received=before.requested,
        submission=replace(before, pending=0, failures=(*before.failures, *left)),
    )


def _failure(rejected: Rejected, index: int, requested: Micros) -> Failure:
    """A refused object in words. Where it has no readable id or version, its place and the request's moment do."""
    version = requested if rejected.version is None else rejected.version
    message = rejected.reason()
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE - 1]}…"
    return Failure(rejected.id or _place(index), timestamps.render(version), message)


def _place(index: int) -> str:
    return f"objects[{index}]"
