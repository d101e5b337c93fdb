"""The maker's steps, each bounded, each with its effect and its progress in one transaction.

1. What labels ask for and open is compared with what it last was (``twin_label``); where it changed, the label's claims are
   gone through, and their ids put into the queue.
2. The log is followed; ids of claims that somebody asks for in a form are put into the queue, and where a new label opens an id,
   those who mention it are.
3. Who mentions an id of the second queue is put into the first.
4. Ids of the first are worked out (``working``), with what they depend on of what waits, and written.

Everything that may wait is known before anything is worked out, so that nothing is made twice; only a long queue goes first.
While no label asks for a lens, and nothing stands, there is nothing here: a look at two numbers.
"""

from collections.abc import Callable, Iterable
from typing import Final

from comity.kernel.base.clock import Clock
from comity.kernel.policy.label import Label
from comity.kernel.policy.personal.settings import ScanSettings
from comity.kernel.store.commit import NEIGHBOURS
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.labels import Labels, Shapes
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.twins import queue
from comity.kernel.store.twins.asking import Asking, Asks, Moment
from comity.kernel.store.twins.changes import Comparing
from comity.kernel.store.twins.keys import Keys
from comity.kernel.store.twins.working import Approvals, Form, Work
from comity.kernel.store.twins.world import World, Worlds
from comity.kernel.store.twins.writing import Writing, done

AT_ONCE: Final = 1000
FOLLOWED: Final = 5_000
SCANNED: Final = 100
"""Labels in one step."""
LONG: Final = 50_000
"""Ids in the queue beyond which they go before the log."""

_POSITION = Sql("SELECT position FROM cursor WHERE name = 'twins'")
_BEGIN = Sql("INSERT INTO cursor (name, position) VALUES ('twins', :position) ON CONFLICT (name) DO NOTHING")
_MOVE = Sql("UPDATE cursor SET position = :position WHERE name = 'twins' AND position = :before")
_LABELS = Sql("SELECT label, asks, opens, after, spread FROM twin_label")
_KEEP_LABEL = Sql(
    "INSERT INTO twin_label (label, asks, opens, after, spread) VALUES (:label, :asks, :opens, :after, :spread) "
    "ON CONFLICT (label) DO UPDATE SET asks = excluded.asks, opens = excluded.opens, after = excluded.after, "
    "spread = excluded.spread",
    "INSERT INTO twin_label (label, asks, opens, after, spread) VALUES (:label, :asks, :opens, :after::bigint, :spread) "
    "ON CONFLICT (label) DO UPDATE SET asks = excluded.asks, opens = excluded.opens, after = excluded.after, "
    "spread = excluded.spread",
)
_SCANNING = Sql("SELECT label, after, spread FROM twin_label WHERE after IS NOT NULL ORDER BY label LIMIT :limit")
_SCANNED = Sql(
    "UPDATE twin_label SET after = :after WHERE label = :label",
    "UPDATE twin_label SET after = :after::bigint WHERE label = :label",
)
_OF_LABEL = Sql(
    "SELECT c.seq, v.key FROM claim c JOIN version v ON v.seq = c.version WHERE c.label = :label AND c.seq > :after "
    "ORDER BY c.seq LIMIT :limit"
)
_LOG = Sql(
    "SELECT c.seq, v.key, c.label FROM claim c JOIN version v ON v.seq = c.version WHERE c.seq > :after "
    "ORDER BY c.seq LIMIT :limit"
)
_OLDER = "SELECT h.key, c.label, c.seq FROM held h JOIN claim c ON c.version = h.version WHERE h.key"
_CONCERNED = (
    "SELECT DISTINCT original FROM rendition WHERE original",
    "SELECT DISTINCT original FROM twin WHERE original",
    "SELECT DISTINCT target FROM twin_stub WHERE target",
)
_MENTIONED = "SELECT DISTINCT target FROM twin_ref WHERE target"
_SPREADING = Sql("SELECT spread, key, after, mark FROM twin_todo WHERE spread > 0 ORDER BY spread DESC, key LIMIT 1")
_MENTIONING = Sql(
    "SELECT original FROM twin_ref WHERE target = :target AND original > :after ORDER BY original LIMIT :limit"
)
_SPREAD_DONE = Sql("DELETE FROM twin_todo WHERE spread = :spread AND key = :key AND mark = :mark")
_SPREAD_FURTHER = Sql("UPDATE twin_todo SET after = :after WHERE spread = :spread AND key = :key AND mark = :mark")
_QUEUED = Sql("SELECT key, mark FROM twin_todo WHERE spread = 0 ORDER BY place LIMIT :limit")
_WAITING = Sql("SELECT count(*) FROM (SELECT 1 FROM twin_todo WHERE spread = 0 LIMIT :most) w")
_MARKS = "SELECT key, mark FROM twin_todo WHERE spread = 0 AND key"
_EPOCH = Sql("SELECT epoch FROM counter")
_LAST_CLAIM = Sql("SELECT claim FROM counter")
_STANDS = "SELECT seq, label, shape FROM claim WHERE seq"
_ANYTHING = Sql(
    "SELECT EXISTS (SELECT 1 FROM rendition) OR EXISTS (SELECT 1 FROM twin) OR EXISTS (SELECT 1 FROM twin_todo)"
)
_STOP = (
    Sql("DELETE FROM cursor WHERE name = 'twins'"),
    Sql("DELETE FROM twin_label"),
    Sql("DELETE FROM twin_ref"),
    Sql("DELETE FROM twin_stub"),
)


class Maker:
    """Makes renditions. One for a process; one worker drives it."""

    def __init__(
        self,
        database: Database,
        labels: Labels,
        shapes: Shapes,
        worlds: Worlds,
        asking: Asking,
        keys: Keys,
        approvals: Callable[[Reader], Approvals],
        void: Callable[[Reader, int, str], None],
        scan: ScanSettings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._labels = labels
        self._shapes = shapes
        self._worlds = worlds
        self._asking = asking
        self._keys = keys
        self._approvals = approvals
        self._void = void
        self._scan_settings = scan
        self._clock = clock
        self._compared = (-1, -1)

    def step(self, limit: int = AT_ONCE) -> int:
        """One bounded step; 0 when there is nothing to do."""
        with self._database.snapshot() as reader:
            asks, moment = self._asking.at(reader)
            position: int | None = reader.value(_POSITION)
            if position is None and not asks.of:
                return 0
            scanning = reader.one(_SCANNING, {"limit": 1})
            follows = position is not None and position < moment.claim
            waiting: int = reader.value(_WAITING, {"most": LONG if follows else 1})
            spreading = reader.one(_SPREADING)
        if position is None or (moment.epoch, moment.label) != self._compared:
            return self._compare(asks, moment)
        if scanning is not None:
            return self._scan(asks)
        if follows and waiting < LONG:
            return self._follow(asks, position)
        if spreading is not None:
            return self._spread(*spreading)
        return self._work(limit) if waiting else 0

    # -- 1

    def _compare(self, asks: Asks, moment: Moment) -> int:
        """What labels ask for and open, against what is kept of it."""
        with self._database.writer() as writer:
            if writer.value(_EPOCH) != asks.epoch:
                return 1
            begun = writer.value(_POSITION) is not None
            if not asks.of and begun and not writer.value(_ANYTHING):
                for statement in _STOP:
                    writer.run(statement)
                return 1
            writer.run(_BEGIN, {"position": moment.claim})
            kept = {row[0]: (bytes(row[1]), bytes(row[2]), row[3], bool(row[4])) for row in writer.all(_LABELS)}
            rows: list[dict[str, object]] = []
            for label in range(1, moment.label + 1):
                asked, opened = asks.digests(label)
                known = kept.get(label)
                if known is not None and known[:2] == (asked, opened):
                    continue
                before = known or (b"", opened, None, False)
                spreads = known is not None and known[1] != opened
                scans = asked != before[0] or spreads
                rows.append(
                    {
                        "label": label,
                        "asks": asked,
                        "opens": opened,
                        "after": 0 if scans else before[2],
                        "spread": spreads or before[3],
                    }
                )
            writer.many(_KEEP_LABEL, rows)
        self._compared = (asks.epoch, moment.label)
        return 1 + len(rows)

    def _scan(self, asks: Asks) -> int:
        """The ids of the claims of labels: those are looked at that are asked for in a form, or were; and, where a label opens
        otherwise, those who mention them.
        """
        left = FOLLOWED
        with self._database.writer() as writer:
            for label, after, spread in writer.all(_SCANNING, {"limit": SCANNED}):
                rows = writer.all(_OF_LABEL, {"label": label, "after": after, "limit": left})
                keys = {bytes(key): seq for seq, key in rows}
                looked = keys.keys() if label in asks.of else self._concerned(writer, keys)
                queue.add(writer, sorted(looked), queue.LOOK, keys)
                if spread:
                    queue.add(writer, self._mentioned(writer, keys), queue.SPREAD)
                further = rows[-1][0] if len(rows) == left else None
                writer.run(_SCANNED, {"label": label, "after": further})
                left -= len(rows)
                if left <= 0:
                    break
        return FOLLOWED - left + 1

    # -- 2

    def _follow(self, asks: Asks, position: int) -> int:
        """The next claims of the log."""
        with self._database.writer() as writer:
            if writer.value(_EPOCH) != asks.epoch:
                return 1
            rows = [
                (seq, bytes(key), label) for seq, key, label in writer.all(_LOG, {"after": position, "limit": FOLLOWED})
            ]
            newest = max((label for _, _, label in rows), default=0)
            labels = self._labels.rows(writer, newest)
            came: dict[bytes, set[int]] = {}
            for _, key, label in rows:
                if not labels[label].lens:
                    came.setdefault(key, set()).add(label)
            looked = {key for key, those in came.items() if any(label in asks.of for label in those)}
            looked |= self._concerned(writer, came.keys() - looked)
            queue.add(writer, sorted(looked), queue.LOOK, {key: seq for seq, key, _ in rows})
            mentioned = self._mentioned(writer, came)
            older: dict[bytes, set[int]] = {}
            for key, label, seq in rows_of(writer, _OLDER, mentioned):
                if seq <= position:
                    older.setdefault(bytes(key), set()).add(label)
            queue.add(writer, [key for key in mentioned if not came[key] <= older.get(key, set())], queue.SPREAD)
            last = rows[-1][0] if len(rows) == FOLLOWED else writer.value(_LAST_CLAIM)
            writer.run(_MOVE, {"position": last, "before": position})
        return len(rows) + 1

    @staticmethod
    def _concerned(writer: Reader, keys: Iterable[bytes]) -> set[bytes]:
        """Those of which something stands, or for which something is to stand in."""
        wanted = set(keys)
        return {bytes(row[0]) for statement in _CONCERNED for row in rows_of(writer, statement, wanted)}

    @staticmethod
    def _mentioned(writer: Reader, keys: Iterable[bytes]) -> list[bytes]:
        """Those that something mentions which is asked for in a form."""
        wanted = sorted(keys)
        halves = {bytes(row[0]) for row in rows_of(writer, _MENTIONED, {key[:16] for key in wanted})}
        return [key for key in wanted if key[:16] in halves]

    # -- 3

    def _spread(self, spread: int, key: bytes, after: bytes, mark: int) -> int:
        """The next of those who mention an id; where it goes on, those who mention them too."""
        with self._database.writer() as writer:
            asked = {"target": bytes(key)[:16], "after": bytes(after), "limit": FOLLOWED}
            originals = [bytes(row[0]) for row in writer.all(_MENTIONING, asked)]
            queue.add(writer, originals, queue.LOOK)
            if spread > queue.SPREAD:
                queue.add(writer, self._mentioned(writer, originals), spread - 1)
            place = {"spread": spread, "key": bytes(key), "mark": mark}
            if len(originals) < FOLLOWED:
                writer.run(_SPREAD_DONE, place)
            else:
                writer.run(_SPREAD_FURTHER, {**place, "after": originals[-1]})
        return len(originals) + 1

    # -- 4

    def _work(self, limit: int) -> int:
        with self._database.snapshot() as reader:
            asks, moment = self._asking.at(reader)
            scope_keys = self._keys.held(reader)
            missing = {lens.key_scope for lens in asks.lenses.values()} - scope_keys.keys()
            if not missing:
                wanted = {bytes(key): mark for key, mark in reader.all(_QUEUED, {"limit": limit})}
                world = self._worlds.read(reader, asks, moment, scope_keys, wanted)
                work = Work(world, self._approvals(reader), self._scan_settings, self._clock.now())
                return self._write(world, work, work.forms())
        self._keys.ensure(missing)
        return 1

    def _write(self, world: World, work: Work, forms: dict[bytes, list[Form]]) -> int:
        """What was worked out becomes so, unless anything is otherwise meanwhile than it was read: then it is done again."""
        comparing = Comparing(world, work, forms, self._numbers, self._clock.now())
        changes = comparing.changes()
        with self._database.writer() as writer:
            if not self._stands(writer, world):
                return 1
            shapes = Writing(self._shapes, self._clock, world.moment.own, comparing.numbers).write(writer, changes)
            for form in (one.form for change in changes for one in change.coming if one.form.void):
                self._void(writer, form.void, str(form.reason))
            done(writer, world.keys)
        self._shapes.keep(shapes)
        return len(world.keys) + 1

    def _numbers(self, labels: set[Label]) -> dict[Label, int]:
        return self._labels.numbers(labels, bounded=False)

    @staticmethod
    def _stands(writer: Reader, world: World) -> bool:
        """Whether everything is as it was read, now that nobody else writes; what came since is found by the log."""
        if writer.value(_EPOCH) != world.asks.epoch:
            return False
        marks = {bytes(key): mark for key, mark in rows_of(writer, _MARKS, world.keys)}
        if any(marks.get(key) != mark for key, mark in world.keys.items() if mark >= 0):
            return False
        read = {
            (claim.seq, claim.label, claim.shape)
            for claims in (*world.claims.values(), *world.neighbours.values())
            for claim in claims
        }
        if read != set(rows_of(writer, _STANDS, [seq for seq, _, _ in read])):
            return False
        held: dict[bytes, frozenset[int]] = {}
        for key, label in rows_of(writer, NEIGHBOURS, world.held):
            held[bytes(key)] = held.get(bytes(key), frozenset()) | {label}
        return all(labels <= held.get(key, frozenset()) for key, labels in world.held.items())
