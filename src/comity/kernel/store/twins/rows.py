"""What stands, as rows: the twin of an original under a key, and the renditions of an original."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.store.database import Reader, Row, Sql
from comity.kernel.store.lookup import rows_of

_TWINS: Final = "SELECT original, scope, generation, twin, created, modified, had, places FROM twin WHERE original"
_RENDITIONS: Final = (
    "SELECT original, lens, label, generation, kind, form, source, version, claim, made, audience, reason "
    "FROM rendition WHERE original"
)


_PASSES: Final = Sql("SELECT form, count(*) FROM rendition WHERE kind = :kind GROUP BY form")


class Kind(IntEnum):
    """What a rendition is. UNMADE: nothing could be made, and why; NOTICE: a twin that is no longer current, said to whom had
    it; STUB: an empty object under a pseudonym.
    """

    PASS = 0
    TWIN = 1
    STUB = 2
    NOTICE = 3
    UNMADE = 4


TWINS: Final = frozenset({Kind.TWIN, Kind.STUB})
"""What stands under the twin's id, and says something."""


class Twin(msgspec.Struct):
    """An original's twin under one key. ``modified``: of its newest version; ``had``: who has ever been given it, and
    ``places`` the collections in which.
    """

    original: bytes
    scope: str
    generation: int
    twin: bytes
    created: Micros
    modified: Micros
    had: frozenset[int]
    places: frozenset[int]


class Rendition(msgspec.Struct, frozen=True):
    """One form of an original under a lens and one of its labels; of a notice, ``label`` is the collection.

    ``form``       the number of the label it stands under
    ``source``     the version of the original that it was made from
    ``version``    that stands, ``claim`` its claim; 0 where nothing could be made
    ``audience``   for whom this claim is: who comes to get it later gets a claim of their own
    """

    original: bytes
    lens: str
    label: int
    generation: int
    kind: Kind
    form: int
    source: int
    version: int
    claim: int
    made: Micros
    audience: frozenset[int]
    reason: str

    @property
    def place(self) -> tuple[str, int, int]:
        """Which of an original's forms it is."""
        return self.lens, self.label, self.generation


def twins_of(reader: Reader, keys: Iterable[bytes]) -> dict[bytes, list[Twin]]:
    """All twins of some originals."""
    found: dict[bytes, list[Twin]] = {}
    for original, scope, generation, twin, created, modified, had, places in rows_of(reader, _TWINS, keys):
        one = Twin(bytes(original), scope, generation, bytes(twin), created, modified, numbers(had), numbers(places))
        found.setdefault(one.original, []).append(one)
    return found


def renditions_of(reader: Reader, keys: Iterable[bytes]) -> dict[bytes, list[Rendition]]:
    """All renditions of some originals."""
    found: dict[bytes, list[Rendition]] = {}
    for row in rows_of(reader, _RENDITIONS, keys):
        one = rendition(row)
        found.setdefault(one.original, []).append(one)
    return found


def passes_of(reader: Reader) -> dict[int, int]:
    """How many originals go as they are under each label of renditions."""
    return dict(reader.all(_PASSES, {"kind": int(Kind.PASS)}))


def rendition(row: Row) -> Rendition:
    """From its columns."""
    original, lens, label, generation, kind, form, source, version, claim, made, audience, reason = row
    return Rendition(
        bytes(original),
        lens,
        label,
        generation,
        Kind(kind),
        form,
        source,
        version,
        claim,
        made,
        numbers(audience),
        reason,
    )


def numbers(text: str) -> frozenset[int]:
    """A set of numbers that ``text_of`` wrote."""
    return frozenset(map(int, text.split()))


def text_of(numbers_: Iterable[int]) -> str:
    """A set of numbers as one text."""
    return " ".join(map(str, sorted(numbers_)))
