"""The store's two doors, and what stands beside them. Construction opens nothing."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.ids import RandomBytes, system_random
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.approval.folding import State
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.agreements import Agreements
from comity.kernel.store.approvals import Approvals, Said
from comity.kernel.store.commit import Committer
from comity.kernel.store.database import Database, Sql
from comity.kernel.store.deletion import Deleter
from comity.kernel.store.effects import EffectBook
from comity.kernel.store.erasure.erasures import Erasures
from comity.kernel.store.erasure.holds import Holds
from comity.kernel.store.erasure.recalls import Recalls
from comity.kernel.store.erasure.retention import Retention
from comity.kernel.store.events import Events
from comity.kernel.store.follow import Follower
from comity.kernel.store.following import Followings
from comity.kernel.store.grants import Grants
from comity.kernel.store.inside import Inside, inside
from comity.kernel.store.intake import Intake
from comity.kernel.store.jobs import Jobs
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import LABELS_PER_SOURCE, Labels, Shapes
from comity.kernel.store.leftovers import Leftovers
from comity.kernel.store.marks import Marks
from comity.kernel.store.mirrors import Mirrors
from comity.kernel.store.openset import OpenSets
from comity.kernel.store.people import People
from comity.kernel.store.reads import Reads
from comity.kernel.store.registry import Registry
from comity.kernel.store.relabel import Relabelling
from comity.kernel.store.reshape import Reshaper
from comity.kernel.store.restrict import Restrictions
from comity.kernel.store.scan import Scanner
from comity.kernel.store.shaping import Shaper
from comity.kernel.store.timers import Timers
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.asking import Asking
from comity.kernel.store.twins.book import Twins
from comity.kernel.store.twins.keys import Keys
from comity.kernel.store.twins.maker import Maker
from comity.kernel.store.twins.released import released
from comity.kernel.store.twins.world import Worlds
from comity.kernel.store.types import Advance, AgreementRow, Batch, Channel, Outcome, Submission, Taken, VersionFilter
from comity.kernel.store.visible import Visible
from comity.kernel.store.vitals import Vitals

_CURSOR_KEY = "cursor-key"
_KEY_BYTES = 32
_GET_SETTING = Sql("SELECT value FROM setting WHERE name = :name")
_SET_SETTING = Sql("INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
_PING = Sql("SELECT 1")
SETTLE_AFTER_COMMIT = 200


class Store:
    """One database. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        random: RandomBytes,
        labels_per_source: int = LABELS_PER_SOURCE,
        scan: ScanSettings = DEFAULT,
    ) -> None:
        self._database = database
        self._clock = clock
        self._random = random
        self._kinds = Kinds(database)
        self.timers = Timers(database, clock)
        self._grants = Grants(clock, self.timers)
        self._labels = Labels(database, self._kinds, self._grants, labels_per_source)
        self._shapes = Shapes()
        self._marks = Marks(database, random)
        self._committer = Committer(database, self._kinds, self._labels, self._shapes, self._marks, clock, random)
        shaper = Shaper(self._kinds, self._labels, self._shapes, clock)
        self._reshaper = Reshaper(database, self._kinds, self._labels, shaper)
        self._follower = Follower(database)
        self._intake = Intake(database)
        self._sets = OpenSets(database, self._labels, clock)
        self._effects = EffectBook(clock)
        self._cursor_key = b""
        self.events = Events(database, clock, random)
        self._reads = Reads(database, self.events, clock)
        self._restrictions = Restrictions(
            database, self._kinds, self._labels, shaper, self._reshaper, self.events, clock
        )
        self.jobs = Jobs(database, clock)
        self.holds = Holds(database, self._kinds, self.events, self.jobs, clock)
        self._deleter = Deleter(database, self._kinds, self._reshaper, self.holds, clock, random)
        self.relabelling = Relabelling(database, self._kinds, self._labels, shaper, self.jobs)
        self.scan = Scanner(database, self._kinds, self._labels, shaper, scan, queue.touch)
        self.followings = Followings(database, clock)
        self.leftovers = Leftovers(database, clock)
        self.mirrors = Mirrors(database, self.timers)
        self.vitals = Vitals(database)
        self.agreements = Agreements(database, self._grants, self.events, clock)
        self.approvals = Approvals(database, self.events, clock)
        self.twins = self._twins(scan)
        self.approvals.touched, self.approvals.names = self.twins.touched, self.twins.naming
        self.erasures = self._erasures()
        self.retention = Retention(database, self._labels, self.holds, self.erasures, self.events, self.jobs, clock)
        shared = self.erasures.shared_in
        self.recalls = Recalls(database, self._kinds, self._restrictions, self.events, clock, shared)
        self.registry = Registry(_Rows(database), self._regrant)
        self.people = People(_Rows(database), self.events)

    def _twins(self, scan: ScanSettings) -> Twins:
        """What makes renditions, and its book."""
        database, clock = self._database, self._clock
        asking, worlds = Asking(self._labels, clock), Worlds(self._kinds, self._labels)
        keys = Keys(database, clock, self._random)
        approved = released(self.approvals.form)
        maker = Maker(
            database, self._labels, self._shapes, worlds, asking, keys, approved, self.approvals.void, scan, clock
        )
        return Twins(database, self._kinds, maker, worlds, asking, keys, self.events, scan, clock)

    def _erasures(self) -> Erasures:
        """What erases, and tells twins and reviews of it."""
        return Erasures(
            self._database,
            self._kinds,
            self._labels,
            self._reshaper,
            self.holds,
            self._marks,
            self.events,
            self.jobs,
            self._clock,
            gone=lambda writer, keys, erased: self.twins.gone(writer, keys, erased=erased),
            touched=self.twins.touched,
            approved=self.approvals.erase,
        )

    # -- the doors

    def refused(self, source: int, objects: Sequence[Parsed]) -> frozenset[int]:
        """The places of objects that may not come from a source, since they were erased for good; ``commit`` keeps none of
        them, whether or not anybody has asked.
        """
        return frozenset(self._committer.barred(source, objects))

    def commit(self, batch: Batch) -> Outcome:
        """Write a batch: everything or nothing, durable when this returns. Raises NotFound for an unknown party or
        collection, Unavailable when it should be sent again.
        """
        outcome, reshapes = self._committer.commit(batch)
        if reshapes:
            self.settle(SETTLE_AFTER_COMMIT)
        return outcome

    def visible(self, viewer: Viewer, on: Micros | None = None) -> Visible:
        """What a viewer may see. ``on``: what it could see at that moment; of one to come, as far as that is known today."""
        beside = (self._reads, self._effects, self._clock, self._random, on)
        return Visible(self._database, self._sets, self._kinds, self._key(), viewer, *beside)

    def enact(self, batch: Batch | None, row: AgreementRow, *, by: str, account: int | None = None) -> AgreementRow:
        """Keep an agreement and the objects that say so, and let the grants follow, in one transaction. What is kept already
        gets the dates of signatures that it had not; a newer version takes the place of the one before.

        ``by``: who says so, for the ledger; ``account`` where that is a person of ours. Raises Conflict where another text is
        kept as the same version.
        """
        enact = self.agreements.enact
        if batch is None:
            with inside(self._database, None) as writer:
                enact(writer, row, by, account)
        else:
            _, reshapes = self._committer.commit(batch, lambda writer, _outcome: enact(writer, row, by, account))
            if reshapes:
                self.settle(SETTLE_AFTER_COMMIT)
        return next(one for one in self.agreements.versions(row.name) if one.version == row.version)

    def approve(self, batch: Batch, said: Said) -> State:
        """Keep the object of a statement about a review, with all that follows from it, in one transaction; how the review
        stands then. Conflict where the key that signed was retired meanwhile.
        """
        states: list[State] = []
        self._committer.commit(batch, lambda writer, _outcome: states.append(self.approvals.take(writer, said)))
        return states[-1]

    def delete(
        self, party: int, collection: int, object_id: str, versions: tuple[VersionFilter, ...], at: Micros
    ) -> int:
        """Take back a party's own claims of an object; how many there were."""
        deleted = self._deleter.delete(party, collection, object_id, versions, at)
        if deleted:
            self.settle(SETTLE_AFTER_COMMIT)
        return deleted

    # -- restriction to named people

    def restrict(self, object_id: str, people: Iterable[int], *, by: str, account: int | None = None) -> None:
        """From now on only these people (numbers of accounts) see the object, and each party what it gave of it itself.

        ``by``: who says so, for the ledger; ``account`` where that is a person of ours. Raises NotFound where nothing is held
        under the id, or that person may not see it; Invalid where nobody is named, or somebody who has no account.
        """
        self._restrictions.restrict(object_id, people, by=by, account=account)
        self.settle(SETTLE_AFTER_COMMIT)

    def lift(self, object_id: str, *, by: str, account: int | None = None) -> bool:
        """Lift a restriction: policy alone decides again who sees the object. False where there was none."""
        lifted = self._restrictions.lift(object_id, by=by, account=account)
        self.settle(SETTLE_AFTER_COMMIT)
        return lifted

    # -- submissions

    def submission(self, submission_id: str, party: int) -> Submission | None:
        """A status resource, for the party that made it only."""
        return self._intake.submission(submission_id, party)

    def enqueue(self, submission: Submission, collection: int, channel: Channel, body: bytes) -> None:
        """Keep a large envelope for the worker; durable when this returns."""
        self._intake.enqueue(submission, collection, channel, body)

    def take_intake(self) -> Taken | None:
        """The oldest envelope that waits."""
        return self._intake.take()

    def advance_intake(self, batch: Batch, position: int, to: int) -> Outcome:
        """Commit a piece of an envelope and say how far it is, in one transaction. Conflict, and nothing written, where the
        envelope does not stand at ``position``.
        """
        outcome, _ = self._committer.commit(batch, Intake.advancing(batch, position, to))
        return outcome

    def advance_mirror(self, number: int, batch: Batch, advance: Advance) -> Outcome:
        """Commit a piece of a page of a mirror and say how far the mirror is, in one transaction. Conflict, and nothing
        written, where somebody else has kept a page of it meanwhile.
        """
        outcome, reshapes = self._committer.commit(batch, Mirrors.advancing(number, advance))
        if reshapes:
            self.settle(SETTLE_AFTER_COMMIT)
        return outcome

    # -- what the worker drives

    def settle(self, limit: int = 1000) -> int:
        """One bounded step of labelling or shaping anew; 0 when nothing waits."""
        return self._restrictions.step(limit) or self._reshaper.step(limit)

    def key_date(self, connection: Inside | None = None) -> None:
        """Decide anew what is due by now, because a date has come that policy knows of."""
        with inside(self._database, connection) as writer:
            self._grants.fire(writer)

    def index_text(self, limit: int = 5000) -> int:
        """One bounded step of the text index; 0 when it has caught up (SQLite: always)."""
        return self._follower.index_text(limit)

    def lease(self, name: str, holder: str, until: Micros) -> bool:
        """Take or renew a lease; False while another holds it."""
        return self._follower.lease(name, holder, self._clock.now(), until)

    def release(self, name: str, holder: str) -> None:
        """Give a lease back."""
        self._follower.release(name, holder)

    # -- housekeeping

    def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        with self._database.snapshot() as reader:
            reader.one(_PING)

    def close(self) -> None:
        """Give all connections back."""
        self._database.close()

    def _regrant(self, connection: Connection, party: int) -> None:
        with inside(self._database, connection) as writer:
            self._grants.regrant(writer, party)

    def _key(self) -> bytes:
        if not self._cursor_key:
            with self._database.write() as connection:
                statements = (_SET_SETTING, _GET_SETTING)
                insert, get = (one.postgres if self._database.postgres else one.sqlite for one in statements)
                connection.exec_driver_sql(insert, {"name": _CURSOR_KEY, "value": self._random(_KEY_BYTES)})
                self._cursor_key = bytes(connection.exec_driver_sql(get, {"name": _CURSOR_KEY}).scalar_one())
        return self._cursor_key


class _Rows:
    """The way of registry and people to the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for SELECT."""
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction under the write lock."""
        with self._database.write() as connection:
            yield connection


def open_store(
    url: str,
    clock: Clock,
    random: RandomBytes = system_random,
    *,
    cache_mb: int = 8,
    labels_per_source: int = LABELS_PER_SOURCE,
    scan: ScanSettings = DEFAULT,
) -> Store:
    """A store on a database URL (see ``Database``); connects when first used. The schema is ``migrate``'s.

    ``labels_per_source``: beyond so many different labels, what a source sends is quarantined. ``scan``: what is looked for in
    the scan for personal data, and when.
    """
    return Store(Database(url, cache_mb=cache_mb), clock, random, labels_per_source, scan)
