"""The writing door. Life of a batch:

1. Types get numbers, objects get labels (new ones in short transactions of their own, with their grants).
2. Look up what is held under the batch's ids and under the guessable ids it refers to.
3. Work out what is new (``plan``) and the shape of each claim.
4. Write bodies, index rows, edges, observables.
5. Take positions: claim numbers, leaf numbers and the date come from the ``counter`` row, under one lock, as the last act.
6. Write claims and leaves, and commit: durable before anyone is told.

SQLite holds its write lock from 2. PostgreSQL takes the ``counter`` row at 5; if another commit touched one of our ids
between 2 and 5, everything is rolled back and done again, holding the row from 2. So it is on both where an object of the
batch was restricted to named people, or freed, after it had got its label at 1; the epoch that 5 brings along says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

import msgspec

from comity.kernel.base.clock import Clock, rfc3339
from comity.kernel.base.errors import NotFound, Unavailable
from comity.kernel.base.ids import RandomBytes
from comity.kernel.ledger.leaf import SALT_BYTES, LeafKind, commitments, received
from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.markings import Tlp, term_of, tlp_of
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Terms, foreign_markings
from comity.kernel.policy.shape import needs_of
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.definitions import Definition, held_definitions, terms_for
from comity.kernel.store.index import index
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labelling import Labelling
from comity.kernel.store.labels import Labels, ShapeKey, Shapes
from comity.kernel.store.leaves import TAKE
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.marks import Marks
from comity.kernel.store.plan import MANY_CLAIMS, MANY_VERSIONS, Body, Holdings, Incoming, NewClaim, Plan, plan
from comity.kernel.store.types import Batch, Kept, Outcome, Submission

_CLOCK = Sql("SELECT claim FROM counter")
_LOCK_CLOCK = Sql("SELECT claim FROM counter", "SELECT claim FROM counter FOR UPDATE")
TICK = Sql("INSERT INTO tick (claim, at) VALUES (:claim, :at)")
_PLACE = Sql(
    "SELECT c.uuid, c.tlp, p.slug, (SELECT group_concat(identity || ' ' || id) FROM party WHERE identity IS NOT NULL), "
    "(SELECT epoch FROM counter), EXISTS (SELECT 1 FROM restriction), EXISTS (SELECT 1 FROM twin), EXISTS (SELECT 1 FROM erased) "
    "FROM collection c, party p WHERE c.id = :collection AND p.id = :party",
    "SELECT c.uuid, c.tlp, p.slug, (SELECT string_agg(identity || ' ' || id, ',') FROM party WHERE identity IS NOT NULL), "
    "(SELECT epoch FROM counter), EXISTS (SELECT 1 FROM restriction), EXISTS (SELECT 1 FROM twin), EXISTS (SELECT 1 FROM erased) "
    "FROM collection c, party p WHERE c.id = :collection AND p.id = :party",
)
_RETURNED = "SELECT DISTINCT twin FROM twin WHERE twin"
_RESTRICTED = "SELECT key, circle FROM restriction WHERE key"
_RAW = Sql("SELECT raw FROM version WHERE seq = :seq")
_THERE = "SELECT seq FROM version WHERE seq"
_LAST_BODY = Sql("SELECT coalesce(max(seq), 0) FROM version")
_BODY_NUMBERS = Sql("", "SELECT nextval('version_seq') FROM generate_series(1, :n)")
_HELD = "SELECT key, modified, digest, version, body FROM held WHERE key"
_CLAIMED = "SELECT c.version, c.source, l.collection FROM claim c JOIN label l ON l.id = c.label WHERE c.version"
NEIGHBOURS = "SELECT DISTINCT h.key, c.label FROM held h JOIN claim c ON c.version = h.version WHERE h.key"
_MEDDLED = Sql(
    "",
    "SELECT 1 FROM claim c JOIN version v ON v.seq = c.version WHERE c.seq > :since AND v.key = ANY(:keys::bytea[]) LIMIT 1",
)
_FLAG_CLAIMS = Sql("UPDATE claim SET flags = flags | 1 WHERE version = :version")
_FLAG_VERSIONS = Sql("UPDATE claim SET flags = flags | 2 WHERE version IN (SELECT version FROM held WHERE key = :key)")
_CONFLICT = Sql("UPDATE version SET conflict = true WHERE seq = :seq")
_UNCLAIMED = "SELECT v.seq, v.raw FROM held h JOIN version v ON v.seq = h.version WHERE v.creator IS NULL AND h.key"
_ADOPTED = Sql("UPDATE version SET creator = :creator WHERE seq = :seq")
_COUNT = Sql(
    "UPDATE label SET claims = claims + :claims WHERE id = :label",
    "UPDATE label l SET claims = l.claims + x.claims FROM unnest(:labels::int[], :counts::bigint[]) x(id, claims) "
    "WHERE l.id = x.id",
)
_WAITED = "SELECT DISTINCT target FROM waiting WHERE target"
RESHAPE = Sql("INSERT INTO reshape (target, after) VALUES (:target, 0) ON CONFLICT (target) DO UPDATE SET after = 0")
_STATUS = Sql(
    "INSERT INTO status (id, party, requested, total, success, pending, failures) "
    "VALUES (:id, :party, :requested, :total, :success, :pending, :failures) "
    "ON CONFLICT (id) DO UPDATE SET success = excluded.success, pending = excluded.pending, failures = excluded.failures"
)

_BODIES = Bulk(
    "version", ("seq", "key", "modified", "creator", "same", "digest", "conflict", "raw"), "q 18s q i q 32s ? b"
)
_HELD_ROWS = Bulk("held", ("key", "modified", "digest", "version", "body"), "18s q 16s q q")
_CLAIMS = Bulk("claim", ("seq", "version", "body", "label", "shape", "source", "flags", "leaf"), "q q q i i i i q")
_LEAVES = Bulk("leaf", ("seq", "kind", "subject", "at", "salt", "commitment"), "q i q q 16s 32s")
_WAITING = Bulk("waiting", ("target", "claim"), "18s q")

TRIES = 5

Also = Callable[[Reader, Outcome], None]
"""What is written beside a batch, in its transaction, when it is known what became of the batch."""


class _MeddledError(Exception):
    """Another commit touched what this batch had looked up (PostgreSQL only), or what it contains was restricted or freed."""


class Looked(msgspec.Struct):
    """Step 2 and 3: what is to be written, and the shapes that there are already.

    ``since``    the last claim when the looking began
    ``wanted``   the shape of each new claim
    ``awaited``  (place in ``wanted``, key) of neighbours that are not held
    ``touched``  keys that were looked at
    ``labels``   under which the guessable neighbours are held
    """

    since: int
    plan: Plan
    wanted: list[ShapeKey]
    awaited: list[tuple[int, bytes]]
    touched: set[bytes]
    labels: dict[bytes, set[int]]
    shapes: dict[ShapeKey, int]


class Place(msgspec.Struct, frozen=True):
    """Where a batch goes and whose it is; at which grant epoch that was read, whether anything was restricted then, whether
    this node has ever made a twin, and whether anything was erased for good.
    """

    collection_uuid: str
    default: Tlp
    source_slug: str
    creators: dict[str, int]
    epoch: int
    restricts: bool
    twins: bool
    bars: bool


class Committer:
    """Writes batches. One for a process; any number of threads."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        labels: Labels,
        shapes: Shapes,
        marks: Marks,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._marks = marks
        self._labelling = Labelling(labels)
        self._shapes = shapes
        self._clock = clock
        self._random = random

    def commit(self, batch: Batch, also: Also | None = None) -> tuple[Outcome, bool]:
        """Write a batch; also says whether re-shaping has work now. ``also`` runs in the same transaction, as its last act, and
        is told of what was admitted: what was erased for good is left out.
        """
        for attempt in range(TRIES):
            place = self._place(batch)
            barred = self.barred(batch.source, batch.objects) if place.bars else {}
            admitted = _without(batch, barred)
            incoming = self._incoming(admitted, place)
            try:
                outcome, reshapes = self._try(admitted, incoming, place, barred, also, early=attempt > 1)
                return _with(outcome, barred, len(batch.objects)), reshapes
            except _MeddledError:
                continue
            except self._database.error as error:
                if not self._database.passing(error):
                    raise
        raise Unavailable("Too many writers at the same objects.", hint="Send the same request again.")

    # -- 1

    def _place(self, batch: Batch) -> Place:
        row = self._database.glance(_PLACE, {"collection": batch.collection, "party": batch.source})
        if row is None:
            raise NotFound(f"There is no collection number {batch.collection}, or no party number {batch.source}.")
        uuid, tlp, slug, creators, epoch, restricts, twins, bars = row
        pairs = (pair.split(" ") for pair in (creators or "").split(",") if pair)
        names = {identity: int(party) for identity, party in pairs}
        return Place(uuid, Tlp(tlp), slug, names, epoch, bool(restricts), bool(twins), bool(bars))

    def barred(self, source: int, objects: Sequence[Parsed]) -> dict[int, bytes]:
        """Which of some objects were erased for good, and so may not come from a source: their places, and by which mark."""
        with self._database.snapshot() as reader:
            return self._marks.barred(reader, source, objects) if self._marks.load(reader) else {}

    def _incoming(self, batch: Batch, place: Place) -> Incoming:
        # An object without references is most of what comes: it is asked for nothing twice.
        guessable = [tuple(filter(is_guessable, parsed.refs)) if parsed.refs else () for parsed in batch.objects]
        kinds = {parsed.type for parsed in batch.objects}
        kinds.update([ref[:-38] for refs in guessable for ref in refs])
        self._kinds.learn(kinds)
        keys = self._kinds.keys(batch.objects)
        circles = self._circles(keys) if place.restricts else {}
        labels, terms = self._labelling.numbers(
            batch,
            place.default,
            guessable,
            [circles.get(key, 0) for key in keys] if circles else (),
            self._look_up_terms,
            self._returned(keys) if place.twins else (),
        )
        learnt = self._kinds.learnt_key
        return Incoming(
            objects=batch.objects,
            keys=keys,
            neighbours=[tuple(map(learnt, refs)) if refs else () for refs in guessable],
            labels=labels,
            source=batch.source,
            collection=batch.collection,
            received=batch.received,
            creators=place.creators,
            terms=terms,
            circles=circles,
        )

    def _returned(self, keys: list[bytes]) -> frozenset[int]:
        """The places of ids that this node has given to twins: whatever comes under them is no word of anybody's own."""
        with self._database.snapshot() as reader:
            twins = {bytes(key) for (key,) in rows_of(reader, _RETURNED, keys)}
        return frozenset(place for place, key in enumerate(keys) if key in twins)

    def _circles(self, keys: list[bytes]) -> dict[bytes, int]:
        """Which of some objects are restricted, and to which circles."""
        with self._database.snapshot() as reader:
            return _restricted(reader, keys)

    def _look_up_terms(self, batch: Batch) -> Terms:
        with self._database.snapshot() as reader:
            return self._terms(reader, batch)

    def _terms(self, reader: Reader, batch: Batch) -> Terms:
        """What the batch's markings say that are not TLP: under the definitions in the batch itself and those held."""
        wanted: set[str] = set()
        for parsed in batch.objects:
            wanted.update(foreign_markings(parsed))
        if not wanted:
            return {}
        here = [
            Definition(parsed.id, term_of(parsed.raw), batch.source, by_own=False)
            for parsed in batch.objects
            if parsed.id in wanted
        ]
        return terms_for(batch.source, here + held_definitions(reader, self._kinds, wanted))

    # -- 2 to 6

    def _try(
        self,
        batch: Batch,
        incoming: Incoming,
        place: Place,
        barred: Mapping[int, bytes],
        also: Also | None,
        *,
        early: bool,
    ) -> tuple[Outcome, bool]:
        with self._database.open_writer() as writer:
            if writer.postgres and early:
                writer.cursor.execute("BEGIN")
            since = writer.value(_LOCK_CLOCK if early else _CLOCK)
            looked = self._look_up(writer, incoming, since)
            if writer.postgres and not early:
                writer.cursor.execute("BEGIN")
            self._write_bodies(writer, looked.plan.bodies)
            outcome, reshapes = self._write_claims(writer, batch, incoming, place, looked)
            self._marks.count(writer, barred.values(), batch.received)
            if batch.submission is not None:
                write_status(writer, batch.submission)
            if also is not None:
                also(writer, outcome)
            writer.cursor.execute("COMMIT")
        self._shapes.keep(looked.shapes)
        return outcome, reshapes

    def _look_up(self, writer: Reader, incoming: Incoming, since: int) -> Looked:
        neighbours = incoming.neighbours
        touched = set(incoming.keys)
        if writer.postgres:
            touched.update(chain.from_iterable(neighbours))
        bodies = held_bodies(writer, incoming.keys)
        known = {body.version.seq for held in bodies.values() for body in held}
        claimed: dict[int, set[tuple[int, int]]] = {}
        for version, source, collection in rows_of(writer, _CLAIMED, known):
            claimed.setdefault(version, set()).add((source, collection))
        raw = partial(_read_raw, writer)
        result = plan(incoming, Holdings(bodies=bodies, claimed=claimed, raw=raw))
        labels = _neighbour_labels(writer, result, neighbours)
        wanted: list[ShapeKey] = []
        awaited: list[tuple[int, bytes]] = []
        for number, claim in enumerate(result.claims):
            keys = neighbours[claim.place]
            if not keys:
                wanted.append((claim.label, ()))
                continue
            wanted.append((claim.label, needs_of(claim.label, [labels.get(key, ()) for key in keys])))
            awaited += [(number, key) for key in keys if not labels.get(key)]
        shapes = self._shapes.find(writer, wanted)
        return Looked(since, result, wanted, awaited, touched, labels, shapes)

    def _write_bodies(self, writer: Reader, bodies: list[Body]) -> None:
        if not bodies:
            return
        if writer.postgres:
            numbers = [row[0] for row in writer.all(_BODY_NUMBERS, {"n": len(bodies)})]
        else:
            first = writer.value(_LAST_BODY) + 1
            numbers = list(range(first, first + len(bodies)))
        for body, number in zip(bodies, numbers, strict=True):
            body.seq = number
        _BODIES.write(
            writer,
            [
                (
                    body.seq,
                    body.key,
                    body.modified,
                    body.creator,
                    body.root.seq if body.root else None,
                    body.fresh.digest,
                    body.conflict,
                    body.fresh.raw,
                )
                for body in bodies
                if body.fresh
            ],
        )
        held = [(body.key, body.modified, body.digest, body.version.seq, body.seq) for body in bodies]
        held.sort()
        _HELD_ROWS.write(writer, held)
        index(writer, [(body.seq, body.modified, body.fresh) for body in bodies if body.fresh and not body.root])

    def _write_claims(
        self,
        writer: Reader,
        batch: Batch,
        incoming: Incoming,
        place: Place,
        looked: Looked,
    ) -> tuple[Outcome, bool]:
        result = looked.plan
        count = len(result.claims)
        if not count:
            return Outcome(kept=tuple(result.kept), first_leaf=0, leaves=0), False
        digests = [batch.objects[claim.place].digest for claim in result.claims]
        salts, leaves = self._leaves(batch, place, result.claims, digests)
        taken = writer.one(TAKE, {"claims": count, "leaves": count, "now": self._clock.now()})
        if taken is None:
            raise NotFound("The counter row is missing.")
        before, leaf, at, epoch = taken
        if epoch != place.epoch and (
            self._relabelled(writer, incoming, looked)
            or (self._marks.load(writer) and self._marks.barred(writer, batch.source, batch.objects))
        ):
            raise _MeddledError
        if writer.postgres and _are_gone(writer, result.claims):
            raise _MeddledError
        if (
            writer.postgres
            and before != looked.since
            and writer.one(_MEDDLED, {"since": looked.since, "keys": sorted(looked.touched)})
        ):
            raise _MeddledError
        if incoming.terms is not None and self._terms(writer, batch) != incoming.terms:
            raise _MeddledError
        looked.shapes = shapes = self._shapes.make(writer, looked.wanted, looked.shapes)
        writer.run(TICK, {"claim": before + 1, "at": at})
        _CLAIMS.write(
            writer,
            [
                (
                    before + number,
                    (claim.body.root or claim.body).seq,
                    claim.body.seq,
                    claim.label,
                    shapes[shape],
                    batch.source,
                    claim.flags,
                    leaf + number,
                )
                for number, (claim, shape) in enumerate(zip(result.claims, looked.wanted, strict=True), 1)
            ],
        )
        kind = int(LeafKind.RECEIVED)
        _LEAVES.write(
            writer,
            [
                (leaf + number, kind, before + number, at + number - 1, salt, commit)
                for number, (salt, commit) in enumerate(zip(salts, leaves, strict=True), 1)
            ],
        )
        _WAITING.write(writer, sorted((key, before + 1 + number) for number, key in set(looked.awaited)))
        self._change_beside(writer, batch, incoming.creators, result)
        reshapes = self._queue_reshapes(writer, batch, looked)
        return Outcome(kept=tuple(result.kept), first_leaf=leaf + 1, leaves=count), reshapes

    def _relabelled(self, writer: Reader, incoming: Incoming, looked: Looked) -> bool:
        """Whether a restriction changed what the batch contains, or the labels of what it refers to (SQLite: looked up under
        the lock).
        """
        if _restricted(writer, incoming.keys) != incoming.circles:
            return True
        return writer.postgres and _neighbour_labels(writer, looked.plan, incoming.neighbours) != looked.labels

    def _leaves(
        self, batch: Batch, place: Place, claims: list[NewClaim], digests: list[bytes]
    ) -> tuple[list[bytes], list[bytes]]:
        head, middle, tail = received(
            channel=batch.channel,
            collection=place.collection_uuid,
            at=rfc3339(batch.received),
            source=place.source_slug,
        )
        random = self._random(SALT_BYTES * len(claims))
        salts = [random[start : start + SALT_BYTES] for start in range(0, len(random), SALT_BYTES)]
        objects = batch.objects
        return salts, commitments(
            salts,
            [
                f"{head}{digest.hex()}{middle}{objects[claim.place].id}{tail}".encode()
                for digest, claim in zip(digests, claims, strict=True)
            ],
        )

    def _change_beside(self, writer: Reader, batch: Batch, creators: dict[str, int], result: Plan) -> None:
        """Flags and counts of rows that were there before."""
        counts = Counter([claim.label for claim in result.claims])
        if writer.postgres:
            writer.run(_COUNT, {"labels": list(counts), "counts": list(counts.values())})
        else:
            writer.many(_COUNT, [{"label": label, "claims": claims} for label, claims in sorted(counts.items())])
        writer.many(_FLAG_CLAIMS, [{"version": version} for version in sorted(result.flag_claims - {0})])
        writer.many(_FLAG_VERSIONS, [{"key": key} for key in sorted(result.flag_versions)])
        self._adopt(writer, batch, creators, result)
        writer.many(_CONFLICT, [{"seq": version} for version in sorted(result.conflicts - {0})])

    def _adopt(self, writer: Reader, batch: Batch, creators: dict[str, int], result: Plan) -> None:
        """A creator whose party joined after its objects had been relayed: from its next version on, it speaks for them."""
        own = {
            claim.body.key
            for claim in result.claims
            if claim.flags & MANY_VERSIONS and claim.body.creator == batch.source
        }
        names = {identity for identity, party in creators.items() if party == batch.source}
        for seq, raw in rows_of(writer, _UNCLAIMED, own):
            parsed = parse(bytes(raw))
            if isinstance(parsed, Parsed) and parsed.created_by in names:
                writer.run(_ADOPTED, {"creator": batch.source, "seq": seq})

    def _queue_reshapes(self, writer: Reader, batch: Batch, looked: Looked) -> bool:
        """What refers to something that came now, or came under a further label, is to be shaped anew."""
        arrived: set[bytes] = set()
        queue: set[bytes] = set()
        objects = batch.objects
        for claim in looked.plan.claims:
            parsed = objects[claim.place]
            if parsed.modified is None and is_guessable(parsed.id):
                (queue if claim.flags & (MANY_CLAIMS | MANY_VERSIONS) else arrived).add(claim.body.key)
            elif parsed.type == "marking-definition" and tlp_of(parsed.id) is None:
                queue.add(claim.body.key)
        queue.update(row[0] for row in rows_of(writer, _WAITED, arrived))
        writer.many(RESHAPE, [{"target": key} for key in sorted(queue)])
        return bool(queue)


def held_bodies(reader: Reader, keys: Iterable[bytes]) -> dict[bytes, list[Body]]:
    """Bodies held under keys, by modified, each linked to the version it is of."""
    bodies: dict[bytes, list[Body]] = {}
    roots: dict[int, Body] = {}
    others: list[tuple[Body, int]] = []
    for key, modified, digest, version, seq in rows_of(reader, _HELD, keys, tail=" ORDER BY key, modified"):
        body = Body(key, modified, digest, seq=seq)
        bodies.setdefault(key, []).append(body)
        if seq == version:
            roots[seq] = body
        else:
            others.append((body, version))
    for body, version in others:
        body.root = roots[version]
    return bodies


def write_status(writer: Reader, submission: Submission) -> None:
    """A status resource, written beside what it tells of."""
    writer.run(
        _STATUS,
        {
            "id": submission.id,
            "party": submission.party,
            "requested": submission.requested,
            "total": submission.total,
            "success": submission.success,
            "pending": submission.pending,
            "failures": msgspec.json.encode(submission.failures).decode(),
        },
    )


def _are_gone(reader: Reader, claims: Iterable[NewClaim]) -> bool:
    """Whether a version that was held when it was looked up has been deleted or erased since."""
    held = {claim.body.version.seq for claim in claims if claim.body.version.fresh is None}
    return bool(held) and len(rows_of(reader, _THERE, held)) < len(held)


def _without(batch: Batch, barred: Mapping[int, bytes]) -> Batch:
    if not barred:
        return batch
    kept = tuple(parsed for place, parsed in enumerate(batch.objects) if place not in barred)
    return msgspec.structs.replace(batch, objects=kept)


def _with(outcome: Outcome, barred: Mapping[int, bytes], count: int) -> Outcome:
    if not barred:
        return outcome
    kept = iter(outcome.kept)
    every = tuple(Kept.ERASED if place in barred else next(kept) for place in range(count))
    return msgspec.structs.replace(outcome, kept=every)


def _restricted(reader: Reader, keys: Iterable[bytes]) -> dict[bytes, int]:
    return {bytes(key): circle for key, circle in rows_of(reader, _RESTRICTED, keys)}


def _read_raw(reader: Reader, seq: int) -> bytes:
    raw: bytes = reader.value(_RAW, {"seq": seq})
    return raw


def _neighbour_labels(writer: Reader, result: Plan, neighbours: list[tuple[bytes, ...]]) -> dict[bytes, set[int]]:
    wanted = {key for claim in result.claims for key in neighbours[claim.place]}
    if not wanted:
        return {}
    labels: dict[bytes, set[int]] = {}
    for claim in result.claims:
        if claim.body.key in wanted:
            labels.setdefault(claim.body.key, set()).add(claim.label)
    for key, label in rows_of(writer, NEIGHBOURS, wanted):
        labels.setdefault(key, set()).add(label)
    return labels
