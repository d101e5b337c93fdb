"""Many rows at once. SQLite: executemany. PostgreSQL: binary COPY, packed by hand, which is what makes it quick
(PostgreSQL "COPY", Binary Format: per row a 16-bit field count, per field a 32-bit length and the bytes; -1 is NULL).

A row's columns are in the order of ``columns``. Kinds, parted by blanks: ``i`` 32-bit, ``q`` 64-bit, ``?`` boolean, ``16s`` so
many bytes, ``b`` any number of them.
"""

import struct
from collections.abc import Callable, Sequence
from itertools import chain

from comity.kernel.store.database import Reader, Row

_HEAD = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_END = b"\xff\xff"
_WIDTH = {"i": 4, "q": 8, "?": 1}
_LENGTH = struct.Struct(">i")
_NULL = _LENGTH.pack(-1)


class Bulk:
    """Where many rows of one table go."""

    def __init__(self, table: str, columns: Sequence[str], kinds: str) -> None:
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        self._insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        self._copy = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)"
        self._pack = _packer(kinds.split())

    def write(self, writer: Reader, rows: Sequence[Row]) -> None:
        """Insert all rows; a violated key raises the driver's IntegrityError."""
        if not rows:
            return
        if not writer.postgres:
            writer.cursor.executemany(self._insert, rows)
            return
        pack = self._pack
        with writer.cursor.copy(self._copy) as copy:
            copy.write(b"".join([_HEAD, *[pack(row) for row in rows], _END]))


def _packer(kinds: Sequence[str]) -> Callable[[Row], bytes]:
    """A function that packs one row. Rows of fixed width take one call; others go field by field."""
    count = len(kinds)
    widths = [_width(kind) for kind in kinds]
    if None not in widths:
        fixed = struct.Struct(">h" + "".join(f"i{kind}" for kind in kinds)).pack

        def pack_fixed(row: Row) -> bytes:
            return fixed(count, *chain.from_iterable(zip(widths, row, strict=True)))

        return pack_fixed
    head = struct.pack(">h", count)
    fields = [None if width is None else struct.Struct(f">i{kind}") for kind, width in zip(kinds, widths, strict=True)]

    def pack_any(row: Row) -> bytes:
        parts = [head]
        for field, width, value in zip(fields, widths, row, strict=True):
            if value is None:
                parts.append(_NULL)
            elif field is not None:
                parts.append(field.pack(width, value))
            else:
                parts.append(_LENGTH.pack(len(value)))
                parts.append(value)
        return b"".join(parts)

    return pack_any


def _width(kind: str) -> int | None:
    """Bytes of a kind, None where they vary. A column that may be NULL has to stand in a row with one that varies."""
    if kind == "b":
        return None
    return int(kind[:-1]) if kind.endswith("s") else _WIDTH[kind]
