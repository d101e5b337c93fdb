"""What open sets show, counted in objects, and where two of them differ: on what a preview, the comparison of two days and the
list of what had gone out stand.

A *sight* is what one open set lets see of the claims as they stood at one moment, narrowed to what the person who asks may see.
"""

from collections.abc import Iterable
from itertools import compress

import msgspec

from comity.kernel.store.answers import Ids
from comity.kernel.store.database import Sql
from comity.kernel.store.hidden import Hidden
from comity.kernel.store.keys import object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSet
from comity.kernel.store.view import EVERYTHING, View

SAMPLES = 20
_SHOWN = ("substr(:{mask}, {row}.shape + 1, 1) > x'00'", "get_byte(:{mask}, {row}.shape) > 0")
_OPEN_OR_NOT = bytes([0, *[1] * 255])
_BODY = " JOIN version v ON v.seq = c.version"
_OF_KEYS = (
    "SELECT h.key, c.shape, c.seq, c.version, c.source FROM held h JOIN claim c ON c.version = h.version "
    "WHERE h.body = h.version AND h.key"
)


class Sight(msgspec.Struct, frozen=True):
    """``mask``: a byte for each shape. ``then``: what makes a statement speak of the claims of its moment; ``end``: the last
    claim that was there. ``hidden``: what is not to be seen, whatever the mask says.
    """

    mask: bytes
    hidden: Hidden | None = None
    then: str = ""
    end: int = 0


def whole_mask(opened: OpenSet, view: View) -> bytes:
    """The mask of all that is open in a set."""
    return opened.mask(EVERYTHING, len(opened.openings), view.labels)


def both(first: bytes, second: bytes) -> bytes:
    """A mask of what two masks have open."""
    return _mask(_bits(first) & _bits(second), len(first))


def either(first: bytes, second: bytes) -> bytes:
    """A mask of what one of two masks has open."""
    return _mask(_bits(first) | _bits(second), len(first))


def without(first: bytes, second: bytes) -> bytes:
    """A mask of what the first has open and the second has not."""
    return _mask(_bits(first) & ~_bits(second), len(first))


def _bits(mask: bytes) -> int:
    """A mask as one number: a byte of 1 where it is open, whatever opened it."""
    return int.from_bytes(mask.translate(_OPEN_OR_NOT), "little")


def _mask(bits: int, length: int) -> bytes:
    return bits.to_bytes(length, "little")


def hidden_from_both(first: Hidden | None, second: Hidden | None) -> Hidden | None:
    """What either is not to see. Where both have such things, not even a source's own claims are left in."""
    if first is None or second is None:
        return first or second
    objects = tuple(sorted({*first.objects, *second.objects}))
    return Hidden(first.keys | second.keys, objects, first.asker if first.asker == second.asker else 0)


def count_of(view: View, sight: Sight) -> int:
    """How many objects a sight shows. Most claims are the only one of their object, and its flags say so."""
    text, parameters = _statement(view, sight, sight.mask, labels=False)
    if sight.then:
        return int(view.reader.value(Sql(f"{sight.then}SELECT count(DISTINCT v.key) {text}"), parameters))
    alone = view.reader.value(Sql(f"SELECT count(*) {text.replace(_BODY, '')} AND c.flags & 3 = 0"), parameters)
    shared = view.reader.value(Sql(f"SELECT count(DISTINCT v.key) {text} AND c.flags & 3 <> 0"), parameters)
    return int(alone) + int(shared)


def keys_of(view: View, sight: Sight, mask: bytes | None = None) -> set[bytes]:
    """The keys of the objects that a sight shows; ``mask``: only those by these shapes."""
    text, parameters = _statement(view, sight, sight.mask if mask is None else mask, labels=mask is not None)
    rows = view.reader.all(Sql(f"{sight.then}SELECT DISTINCT v.key {text}"), parameters)
    return {bytes(key) for (key,) in rows}


def shown_of(view: View, sight: Sight, keys: Iterable[bytes]) -> set[bytes]:
    """Which of some keys a sight shows."""
    rows = [
        row
        for row in rows_of(view.reader, sight.then + _OF_KEYS, keys)
        if row[1] < len(sight.mask) and sight.mask[row[1]] and row[2] <= sight.end
    ]
    if sight.hidden is not None and rows:
        left_out = sight.hidden.among(view.reader, [row[3] for row in rows])
        rows = [row for row in rows if row[3] not in left_out or row[4] == sight.hidden.asker]
    return {bytes(row[0]) for row in rows}


def only_in(view: View, sight: Sight, other: Sight, most: int = SAMPLES) -> Ids:
    """What the first shows and the other does not: how many objects, and the ids of some of them."""
    if sight.then or other.then or sight.hidden != other.hidden:
        found = keys_of(view, sight)
        return ids(view, found - shown_of(view, other, found), most)
    if sight.end <= other.end and not any(without(sight.mask, other.mask)):
        return Ids()
    text, parameters = _only(view, sight, other)
    count = view.reader.value(Sql(f"SELECT count(DISTINCT v.key) {text}"), parameters)
    some = view.reader.all(Sql(f"SELECT DISTINCT v.key {text} ORDER BY v.key LIMIT {int(most)}"), parameters)
    return Ids(int(count), ids(view, [bytes(key) for (key,) in some]).some)


def ids(view: View, keys: Iterable[bytes], most: int = SAMPLES) -> Ids:
    """Keys as ids: how many, and some of them."""
    names = view.names()
    found = sorted(keys)
    return Ids(len(found), tuple(object_id_of(key, names) for key in found[:most]))


def _only(view: View, sight: Sight, other: Sight) -> tuple[str, dict[str, object]]:
    """The claims of the one of whose objects the other shows none. Of most objects there is only one claim: its flags say so."""
    mask = sight.mask if sight.end > other.end else without(sight.mask, other.mask)
    text, parameters = _statement(view, sight, mask, labels=sight.end <= other.end)
    shown = (_SHOWN[view.reader.postgres].format(mask="other", row=row) for row in ("c", "d"))
    itself, another = (f"({row}.seq <= :other_end AND {test})" for row, test in zip("cd", shown, strict=True))
    tests = (
        f"NOT {itself} AND (c.flags & 3 = 0 OR NOT EXISTS (SELECT 1 FROM held h JOIN claim d ON d.version = h.version "
        f"WHERE h.key = v.key AND {another}))"
    )
    return f"{text} AND {tests}", parameters | {"other": other.mask, "other_end": other.end}


def _statement(view: View, sight: Sight, mask: bytes, *, labels: bool) -> tuple[str, dict[str, object]]:
    """The claims of a mask; ``labels``: they are few, and found by their labels."""
    postgres = view.reader.postgres
    tests = ["c.seq <= :end", _SHOWN[postgres].format(mask="mask", row="c")]
    parameters: dict[str, object] = {"end": sight.end, "mask": mask}
    if sight.hidden is not None:
        tests.append(sight.hidden.test("c", postgres=postgres))
        parameters |= sight.hidden.parameters(postgres=postgres)
    if labels:
        meant = sorted(set(compress(view.opened.labels, mask)))
        tests.append(
            "c.label IN (SELECT value FROM json_each(:labels))" if not postgres else "c.label = ANY(:labels::int[])"
        )
        parameters["labels"] = meant if postgres else f"[{','.join(map(str, meant))}]"
    return f"FROM claim c{_BODY} WHERE {' AND '.join(tests)}", parameters
