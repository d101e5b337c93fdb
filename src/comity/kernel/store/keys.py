"""Keys: an id as 18 bytes, its UUID and the number of its type, so that indexes stay small. Type numbers are given once."""

from collections.abc import Iterable

from comity.kernel.objects.ids import split_id
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store.database import Database, Sql

_ALL = Sql("SELECT name, id FROM kind")
_ADD = Sql(
    "INSERT INTO kind (id, name) SELECT coalesce(max(id), 0) + 1, :name FROM kind WHERE true ON CONFLICT (name) DO NOTHING",
    "INSERT INTO kind (id, name) SELECT coalesce(max(id), 0) + 1, :name::text FROM kind ON CONFLICT (name) DO NOTHING",
)


class Kinds:
    """Type names and their numbers; learns those that other processes gave."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: dict[str, bytes] = {}

    def learn(self, names: Iterable[str]) -> None:
        """Give numbers to types that have none yet, in a short transaction of its own."""
        if all(name in self._numbers for name in names):
            return
        self._refresh()
        missing = sorted({name for name in names if name not in self._numbers})
        if missing:
            with self._database.write() as connection:
                for name in missing:
                    statement = _ADD.postgres if self._database.postgres else _ADD.sqlite
                    connection.exec_driver_sql(statement, {"name": name})
            self._refresh()

    def keys(self, objects: Iterable[Parsed]) -> list[bytes]:
        """The keys of objects whose types have been learnt."""
        numbers = self._numbers
        return [parsed.uuid + numbers[parsed.type] for parsed in objects]

    def key(self, parsed: Parsed) -> bytes:
        """The key of an object whose type has been learnt."""
        return parsed.uuid + self._numbers[parsed.type]

    def learnt_key(self, object_id: str) -> bytes:
        """The key of a valid id whose type has been learnt."""
        return bytes.fromhex(object_id[-36:].replace("-", "")) + self._numbers[object_id[:-38]]

    def key_of(self, object_id: str) -> bytes | None:
        """The key of a well-formed id; None where no object of its type is held."""
        kind, uuid = split_id(object_id)
        number = self.number(kind)
        return None if number is None else uuid + number

    def number(self, kind: str) -> bytes | None:
        """The two bytes of a type, None where none of it is held."""
        if kind not in self._numbers:
            self._refresh()
        return self._numbers.get(kind)

    def _refresh(self) -> None:
        with self._database.snapshot() as reader:
            self._numbers = {name: number.to_bytes(2, "big") for name, number in reader.all(_ALL)}


def object_id_of(key: bytes, names: dict[bytes, str]) -> str:
    """The id of a key."""
    digits = key[:16].hex()
    return f"{names[key[16:]]}--{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
