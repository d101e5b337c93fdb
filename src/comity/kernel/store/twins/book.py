"""``store.twins``: what others ask of renditions and tell their maker. For our own side only: the link from a twin to its
original never leaves.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.objects.ids import is_id
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.policy.sentence import Sentence
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.events import Events
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.asking import Asking
from comity.kernel.store.twins.closing import close, forget
from comity.kernel.store.twins.keys import Keys
from comity.kernel.store.twins.maker import AT_ONCE, Maker
from comity.kernel.store.twins.rows import Kind, Rendition, renditions_of, twins_of
from comity.kernel.store.twins.working import Naming, Wish, Work
from comity.kernel.store.twins.world import NOT_QUEUED, Worlds

FOLLOWER: Final = "twins"

_COUNTS = Sql("SELECT kind, count(*) FROM rendition GROUP BY kind")
_LAG = Sql(
    "SELECT (SELECT count(*) FROM twin_todo), "
    "(SELECT CAST(coalesce(sum(l.claims), 0) AS bigint) FROM twin_label t JOIN label l ON l.id = t.label "
    "WHERE t.after IS NOT NULL), "
    "(SELECT claim FROM counter) - coalesce((SELECT position FROM cursor WHERE name = 'twins'), (SELECT claim FROM counter))"
)
_FAILURES = Sql("SELECT original, lens, made, reason FROM rendition WHERE kind = :kind ORDER BY made DESC LIMIT :limit")
_PASSES = Sql("SELECT form, count(*) FROM rendition WHERE kind = :kind GROUP BY form")
_UNDER = Sql(
    "SELECT count(*) FROM twin t WHERE scope = :scope AND generation = "
    "(SELECT max(generation) FROM pseudonym_key k WHERE k.scope = :scope)"
)
_SCOPES = Sql(
    "SELECT k.scope, max(k.generation), max(k.made), (SELECT count(*) FROM twin t WHERE t.scope = k.scope) "
    "FROM pseudonym_key k GROUP BY k.scope ORDER BY k.scope"
)
_ORIGINAL = Sql("SELECT original, scope FROM twin WHERE twin = :twin")
_OF_SCOPE = Sql("SELECT DISTINCT original FROM twin WHERE scope = :scope")
_OF_LENSES = Sql("SELECT DISTINCT original FROM rendition WHERE lens LIKE :scope")
_NAMES = Sql("SELECT id, name FROM kind")


class TwinStatus(msgspec.Struct, frozen=True):
    """``made``: twins that stand; ``passes``: originals that go as they are; ``failed``: of which nothing can be made;
    ``waiting``: ids that are to be looked at, about; ``behind``: claims of the log that were not looked at.
    """

    made: int
    passes: int
    failed: int
    waiting: int
    behind: int


class ScopeStatus(msgspec.Struct, frozen=True):
    """A key of pseudonyms: whose (an agreement's, or ``ceiling:PARTY``), the how manieth, since when, and the twins under all."""

    scope: str
    generation: int
    made: Micros
    twins: int


class Failure(msgspec.Struct, frozen=True):
    """Why nothing could be made of an original."""

    object_id: str
    type: str
    scope: str
    reason: Sentence
    at: Micros


class TwinLink(msgspec.Struct, frozen=True):
    """A twin and its original; "" where that was erased."""

    twin_id: str
    original_id: str
    scope: str
    current: bool


class Twins:
    """The book of renditions. Safe to use from several threads; one worker makes."""

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        maker: Maker,
        worlds: Worlds,
        asking: Asking,
        keys: Keys,
        events: Events,
        scan: ScanSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._maker = maker
        self._worlds = worlds
        self._asking = asking
        self._keys = keys
        self._events = events
        self._scan = scan
        self._clock = clock

    # -- making

    def step(self, limit: int = AT_ONCE) -> int:
        """One bounded step of the maker; 0 when there is nothing to do."""
        return self._maker.step(limit)

    def make(self, told: Callable[[TwinStatus], None] | None = None) -> None:
        """Everything there is to make, now. ``told``: how far it is, after each step."""
        while self.step():
            if told is not None:
                told(self.status())

    def behind(self) -> int:
        """How much is before the maker."""
        queued, scanned, behind = self._database.glance(_LAG) or (0, 0, 0)
        return int(queued + scanned + max(behind, 0))

    # -- what others tell, in their transactions

    def touched(self, writer: Reader, key: bytes) -> None:
        """The labels under which an id is held have changed, or what people released of it."""
        queue.touch(writer, [key])

    def closed(self, writer: Reader, keys: Iterable[bytes]) -> None:
        """What was made of these ids, and what keeps a reference to them, stops now, and is made anew where it may be."""
        close(writer, keys, self._clock.now())

    def gone(self, writer: Reader, keys: Iterable[bytes], *, erased: bool) -> None:
        """Claims of these originals are gone. Of their twins nothing stays but notices; ``erased``: nor of which they were."""
        forget(writer, keys, self._clock.now(), erased=erased)

    # -- what is

    def status(self) -> TwinStatus:
        """How much stands and how much waits."""
        with self._database.snapshot() as reader:
            counts = {Kind(kind): count for kind, count in reader.all(_COUNTS)}
            queued, scanned, behind = reader.one(_LAG) or (0, 0, 0)
        return TwinStatus(
            made=counts.get(Kind.TWIN, 0) + counts.get(Kind.STUB, 0),
            passes=counts.get(Kind.PASS, 0),
            failed=counts.get(Kind.UNMADE, 0),
            waiting=queued + scanned,
            behind=max(behind, 0),
        )

    def scopes(self) -> tuple[ScopeStatus, ...]:
        """Every key that holds now."""
        with self._database.snapshot() as reader:
            return tuple(ScopeStatus(*row) for row in reader.all(_SCOPES))

    def failures(self, limit: int = 50) -> tuple[Failure, ...]:
        """Of which originals nothing could be made, the latest first."""
        with self._database.snapshot() as reader:
            rows = reader.all(_FAILURES, {"kind": int(Kind.UNMADE), "limit": limit})
            names = _names(reader)
        return tuple(
            Failure(
                object_id_of(bytes(original), names),
                names[bytes(original)[16:]],
                lens.rpartition("#")[0],
                msgspec.json.decode(reason, type=Sentence),
                at,
            )
            for original, lens, at, reason in rows
        )

    def passes(self, reader: Reader) -> dict[int, int]:
        """How many originals go as they are under each label of renditions."""
        return dict(reader.all(_PASSES, {"kind": int(Kind.PASS)}))

    def rendition_of(self, reader: Reader, key: bytes, lens: str) -> Rendition | None:
        """What stands for an original under a lens, by its text: of several the one made last."""
        found = [one for one in renditions_of(reader, [key]).get(key, ()) if one.lens == lens]
        return max(found, key=_made, default=None)

    def twin_of(self, object_id: str) -> tuple[TwinLink, ...]:
        """The twins that were ever made of an original."""
        key = self._key(object_id)
        with self._database.snapshot() as reader:
            twins = twins_of(reader, [key]).get(key, []) if key is not None else []
            rows = renditions_of(reader, [key]).get(key, []) if key is not None else []
            names = _names(reader)
        current = {one.generation for one in rows if one.kind in (Kind.TWIN, Kind.STUB)}
        return tuple(
            TwinLink(object_id_of(twin.twin, names), object_id, twin.scope, twin.generation in current)
            for twin in twins
        )

    def original_of(self, twin_id: str) -> TwinLink | None:
        """The original of a twin; None where the id is no twin's."""
        key = self._key(twin_id)
        if key is None:
            return None
        with self._database.snapshot() as reader:
            row = reader.one(_ORIGINAL, {"twin": key})
            names = _names(reader)
        if row is None:
            return None
        original = bytes(row[0])
        return TwinLink(twin_id, "" if original == key else object_id_of(original, names), row[1], current=True)

    def naming(self, reader: Reader, object_id: str, lens: Lens) -> tuple[Naming, tuple[str, ...]]:
        """What becomes of what an object mentions, for all to whom it goes through a lens, and the values that are dropped from
        what it mentions. NotFound where nothing of it is asked for through this lens.
        """
        asks, moment = self._asking.at(reader)
        scope_keys = self._keys.held(reader)
        if lens.key_scope not in scope_keys:
            self._keys.ensure([lens.key_scope])
            with self._database.snapshot() as later:
                scope_keys = self._keys.held(later)
        key = self._key(object_id)
        if key is not None:
            missing = {each.key_scope for each in asks.lenses.values()} - scope_keys.keys()
            known = scope_keys | dict.fromkeys(missing, scope_keys[lens.key_scope])
            world = self._worlds.read(reader, asks, moment, known, {key: NOT_QUEUED})
            work = Work(world, lambda *_: None, self._scan, self._clock.now())
            work.forms()
            wish = _wish(work, key, lens.text)
            if wish is not None:
                return work.naming(wish, lens)
        raise NotFound(f"Nothing of {object_id[:120]} is asked for in this form.", code="no-form")

    # -- keys

    def under(self, scope: str) -> int:
        """How many twins a new key would revoke."""
        with self._database.snapshot() as reader:
            return int(reader.value(_UNDER, {"scope": scope}))

    def rotate(self, scope: str, *, by: str, account: int | None = None) -> int:
        """A new key for an agreement's pseudonyms: all its twins get new ids, and the old ones are revoked. The new generation.
        NotFound where the scope has no key.
        """
        with self._database.writer() as writer:
            if scope not in self._keys.held(writer):
                raise NotFound(f"No pseudonyms were made under '{scope[:80]}'.", hint="See: comity twins status")
            generation = self._keys.renew(writer, scope)
            fields: dict[str, Json] = {"act": "renewed", "by": by, "generation": generation, "scope": scope}
            self._events.note(writer, LeafKind.PSEUDONYMS, fields, account)
            meant = {bytes(row[0]) for row in writer.all(_OF_SCOPE, {"scope": scope})}
            meant |= {bytes(row[0]) for row in writer.all(_OF_LENSES, {"scope": f"{scope}#%"})}
            queue.add(writer, sorted(meant), queue.LOOK)
        return generation

    def _key(self, object_id: str) -> bytes | None:
        return self._kinds.key_of(object_id) if is_id(object_id) else None


def _wish(work: Work, key: bytes, lens: str) -> Wish | None:
    """The best claim that is asked for through a lens, for all to whom it goes through it."""
    found = [wish for wish in work.wishes(key) if wish.lens == lens]
    if not found:
        return None
    best = max(found, key=_rank)
    return msgspec.structs.replace(best, audience=frozenset[int]().union(*(wish.audience for wish in found)))


def _rank(wish: Wish) -> tuple[Micros, bytes, int]:
    return wish.claim.rank


def _made(one: Rendition) -> Micros:
    return one.made


def _names(reader: Reader) -> dict[bytes, str]:
    return {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
