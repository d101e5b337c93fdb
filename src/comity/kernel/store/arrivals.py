"""What came from whom into which collection, counted: of what the viewer sees, so that no count tells of anything hidden.

Labels are counted as claims come and go. Where nothing is restricted, our own people see all of them. Where something is,
two kinds of claims are under labels that are open to a person and are not seen: those that refer to a restricted observable
by its guessable id, and those that are being restricted at this moment. They are found from the restrictions, and taken off.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from comity.kernel.base.clock import Micros
from comity.kernel.objects.ids import is_guessable
from comity.kernel.store.database import Sql
from comity.kernel.store.feed import Ticks
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.types import Arrival
from comity.kernel.store.view import View
from comity.kernel.store.words import target_token, target_word

_BY_SOURCE = Sql("SELECT id, source, collection, claims FROM label WHERE claims > 0")
_LAST_OF_LABEL = Sql("SELECT max(seq) FROM claim WHERE label = :label")
_DOWNWARDS = Sql(
    "SELECT seq, version, shape FROM claim WHERE label = :label AND seq < :before ORDER BY seq DESC LIMIT :limit"
)
_RESTRICTED = Sql("SELECT key FROM restriction")
_VERSIONS = "SELECT version FROM held WHERE key"
_CLAIMS = "SELECT version, label, shape, leaf FROM claim WHERE version"
_REFERRERS = Sql("SELECT rowid FROM search WHERE search MATCH :word")
_REFERRERS_POSTGRES = "SELECT version FROM edge WHERE target"
STEP = 200
_END = 2**62


def arrivals(view: View) -> tuple[Arrival, ...]:
    """What came, the latest first. For the party that runs the node only, and as it is now."""
    if not view.opened.own or view.opened.on is not None:
        return ()
    hidden = unseen_of_labels(view)
    counts: Counter[tuple[int, int]] = Counter()
    newest: dict[tuple[int, int], int] = {}
    for label, source, collection, held in view.reader.all(_BY_SOURCE):
        count = held - hidden[label]
        if not view.opened.is_open(label) or count <= 0:
            continue
        way = (source, collection)
        last = _last_seen(view, label) if hidden[label] else view.reader.value(_LAST_OF_LABEL, {"label": label}) or 0
        counts[way] += count
        newest[way] = max(newest.get(way, 0), last)
    parties, collections = view.parties(), view.collections()
    found = [
        Arrival(*parties[source], collections[collection], counts[source, collection], _date(view, last))
        for (source, collection), last in newest.items()
        if last
    ]
    return tuple(sorted(found, key=_latest, reverse=True))


def unseen_of_labels(view: View) -> Counter[int]:
    """How many claims of each open label the viewer (one of our own people) does not see."""
    counts: Counter[int] = Counter()
    if not view.opened.restricts and not view.opened.hidden:
        return counts
    versions = set(_referrers(view))
    if view.opened.hidden:
        versions.update(row[0] for row in rows_of(view.reader, _VERSIONS, view.opened.hidden.keys))
    rows = rows_of(view.reader, _CLAIMS, versions)
    rows = [
        row for row in rows if view.opened.is_open(row[1])
    ]  # what the node made of a claim has its leaf, and is nobody's here
    unseen = _unseen(view, [row[:3] for row in rows])
    labels = {leaf: label for _, label, _, leaf in rows}
    seen = {leaf for *row, leaf in rows if tuple(row) not in unseen}  # a claim is seen where one of its echoes is
    counts.update(label for leaf, label in labels.items() if leaf not in seen)
    return counts


def _referrers(view: View) -> Iterator[int]:
    """Versions that may refer to a restricted object whose id can be guessed."""
    names = view.names()
    ids = [object_id_of(bytes(key), names) for (key,) in view.reader.all(_RESTRICTED)]
    guessable = [one for one in ids if is_guessable(one)]
    if view.reader.postgres:
        tokens = [target_token(one) for one in guessable]
        yield from (row[0] for row in rows_of(view.reader, _REFERRERS_POSTGRES, tokens))
        return
    for one in guessable:
        yield from (row[0] for row in view.reader.all(_REFERRERS, {"word": target_word(one)}))


def _unseen(view: View, rows: Iterable[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    """Of claims (version, label, shape) those whose label is open to the viewer and that are not seen."""
    opened = view.opened
    found = [row for row in rows if opened.is_open(row[1])]
    left_out = opened.hidden.among(view.reader, [row[0] for row in found]) if opened.hidden else set()
    return {row for row in found if opened.opened_at[row[2]] < 0 or row[0] in left_out}


def _last_seen(view: View, label: int) -> int:
    """The latest claim of a label that the viewer sees."""
    before = _END
    while rows := view.reader.all(_DOWNWARDS, {"label": label, "before": before, "limit": STEP}):
        unseen = _unseen(view, [(version, label, shape) for _, version, shape in rows])
        for seq, version, shape in rows:
            if (version, label, shape) not in unseen:
                return int(seq)
        before = rows[-1][0]
    return 0


def _date(view: View, claim: int) -> Micros:
    return Ticks(view.reader, claim, claim).date(claim)


def _latest(arrival: Arrival) -> Micros:
    return arrival.last
