"""Which claims a selection means: along labels where it names sources, collections, an agreement or a date; by its key where it
names an object.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.label import Label
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.dropping import Standing
from comity.kernel.store.erasure.given import Giving
from comity.kernel.store.erasure.orders import Selection
from comity.kernel.store.lookup import rows_of

_CLAIMS = (
    "SELECT c.seq, c.version, c.body, c.label, c.source, c.flags, c.leaf, v.key, v.modified, f.at "
    "FROM claim c JOIN version v ON v.seq = c.version JOIN leaf f ON f.seq = c.leaf"
)
_OF_VERSIONS = f"{_CLAIMS} WHERE c.version"
_HELD = Sql("SELECT version, modified FROM held WHERE key = :key")
_OF_LABEL = Sql(
    f"{_CLAIMS} WHERE c.label = :label AND c.seq > :after AND c.leaf <= :leaf AND f.at < :before AND f.at >= :since "
    "ORDER BY c.seq LIMIT :limit"
)
_COUNT = Sql(
    "SELECT count(*), count(DISTINCT c.version) FROM claim c JOIN leaf f ON f.seq = c.leaf "
    "WHERE c.label = :label AND c.leaf <= :leaf AND f.at < :before AND f.at >= :since AND c.flags & 16 = 0"
)
_BEGINNING = -(2**62)
_END = 2**62


class Chosen(NamedTuple):
    """A claim that is meant, the ``modified`` of its version, and when it was received."""

    claim: Standing
    modified: Micros
    received: Micros


class Place(msgspec.Struct, frozen=True):
    """How far a walk along labels is. ``gone``: how many claims went in this round: after one in which none did, it is over."""

    label: int = 0
    after: int = 0
    gone: int = 0


class Window(NamedTuple):
    """Received when claims of a label are meant: from ``since`` until before ``before``."""

    since: Micros
    before: Micros


EVER = Window(_BEGINNING, _END)


def windows(selection: Selection, labels: Mapping[int, Label], givings: Sequence[Giving]) -> dict[int, Window]:
    """The labels that a selection without an object means, and received when. What this node made of others' is never meant
    by itself: it goes with its original. ``givings``: of the agreement that is selected.
    """
    before = _END if selection.before is None else selection.before
    found = {}
    for number, label in labels.items():
        if label.lens or (selection.source and label.source != selection.source):
            continue
        if selection.collection and label.collection != selection.collection:
            continue
        if not selection.agreement:
            found[number] = Window(_BEGINNING, before)
            continue
        meant = [giving for giving in givings if giving.takes(label)]
        if meant:
            until = max(_END if giving.until is None else giving.until for giving in meant)
            found[number] = Window(min(giving.since for giving in meant), min(before, until))
    return found


def count_of(reader: Reader, label: int, window: Window, leaf: int) -> int:
    """How many claims of a label are meant."""
    row = reader.one(_COUNT, {"label": label, "leaf": leaf, "before": window.before, "since": window.since})
    return int(row[0]) if row else 0


def of_label(reader: Reader, label: int, window: Window, leaf: int, after: int, limit: int) -> list[Chosen]:
    """The next claims of a label that are meant, in the order of the log."""
    asked_for = {"label": label, "after": after, "leaf": leaf, "limit": limit}
    rows = reader.all(_OF_LABEL, {**asked_for, "before": window.before, "since": window.since})
    return [_chosen(row) for row in rows]


def of_key(reader: Reader, key: bytes, selection: Selection, leaf: int) -> list[Chosen]:
    """The claims of an object that are meant, in the order of the log."""
    versions = {
        version
        for version, modified in reader.all(_HELD, {"key": key})
        if selection.version is None or modified == selection.version
    }
    before = _END if selection.before is None else selection.before
    found = [_chosen(row) for row in rows_of(reader, _OF_VERSIONS, versions, tail=" ORDER BY c.seq")]
    return [
        one
        for one in found
        if one.claim.leaf <= leaf
        and one.received < before
        and (not selection.source or one.claim.source == selection.source)
    ]


def with_others(reader: Reader, chosen: Iterable[Chosen]) -> list[Chosen]:
    """The same with their echoes and with what was made of them as they are: claims of the same version and leaf."""
    wanted = {(one.claim.version, one.claim.leaf) for one in chosen}
    rows = rows_of(reader, _OF_VERSIONS, {version for version, _ in wanted}, tail=" ORDER BY c.seq")
    found = [_chosen(row) for row in rows]
    return [one for one in found if (one.claim.version, one.claim.leaf) in wanted]


def _chosen(row: tuple[int, ...]) -> Chosen:
    seq, version, body, label, source, flags, leaf, key, modified, received = row
    return Chosen(Standing(seq, version, body, label, source, flags, leaf, bytes(key)), modified, received)
