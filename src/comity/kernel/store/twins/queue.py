"""What the maker has to look at again: keys, and keys of which all who mention them are meant.

Whoever changes under which labels an id is held, or what is made of it, says so here in the transaction of the change; what
comes by the log the maker finds by itself. While nobody asks for a lens there is no maker, and nothing is written.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from comity.kernel.store.database import Reader, Sql

CURSOR: Final = "twins"
"""Of the log; it stands there while anybody asks for a lens."""
LOOK: Final = 0
SPREAD: Final = 1
AROUND: Final = 3
"""A spread may go on by so many steps: from those who mention an id to those who mention them. What is dropped from an original
is dropped so far around it.
"""

_ADD = Sql(
    "INSERT INTO twin_todo (spread, key, place, after, mark) SELECT :spread, :key, :place, :nothing, 0 "
    "WHERE EXISTS (SELECT 1 FROM cursor WHERE name = 'twins') "
    "ON CONFLICT (spread, key) DO UPDATE SET mark = twin_todo.mark + 1, after = excluded.after",
    "INSERT INTO twin_todo (spread, key, place, after, mark) "
    "SELECT :spread::int, :key::bytea, :place::bigint, :nothing::bytea, 0 "
    "WHERE EXISTS (SELECT 1 FROM cursor WHERE name = 'twins') "
    "ON CONFLICT (spread, key) DO UPDATE SET mark = twin_todo.mark + 1, after = excluded.after",
)


def touch(writer: Reader, keys: Iterable[bytes]) -> None:
    """Look at these ids again, and at all who mention them."""
    wanted = sorted(set(keys))
    add(writer, wanted, LOOK)
    add(writer, wanted, SPREAD)


def add(writer: Reader, keys: Iterable[bytes], spread: int, places: Mapping[bytes, int] | None = None) -> None:
    """Put keys into a queue: to be looked at (``LOOK``), or to be spread by so many steps. What stands there is begun again.
    ``places``: of their claims in the log; what comes first goes first.
    """
    known = places or {}
    writer.many(_ADD, [{"spread": spread, "key": key, "place": known.get(key, 0), "nothing": b""} for key in keys])
