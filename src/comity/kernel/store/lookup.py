"""Looking up many keys at once, on both databases. Keys are sorted, so that neighbours in the index are read together."""

from collections.abc import Iterable, Sequence
from typing import Any

from comity.kernel.store.database import Reader, Row

_KINDS: dict[type, str] = {bytes: "bytea", int: "bigint", str: "text"}
CHUNK = 500
"""SQLite takes its values one parameter each."""


def rows_of(reader: Reader, select: str, values: Iterable[Any], *, tail: str = "") -> list[Row]:
    """Rows of ``{select} IN (values){tail}``; ``values`` are all integers, all bytes or all texts."""
    wanted: Sequence[Any] = sorted(set(values))
    if not wanted:
        return []
    if reader.postgres:
        kind = _KINDS[type(wanted[0])]
        rows: list[Row] = reader.cursor.execute(f"{select} = ANY(%b::{kind}[]){tail}", (wanted,)).fetchall()
        return rows
    found: list[Row] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        marks = ",".join("?" * len(chunk))
        found += reader.cursor.execute(f"{select} IN ({marks}){tail}", chunk).fetchall()
    return found
