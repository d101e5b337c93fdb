"""Writing objects: a ``Scene`` is the whole story as it is told, a ``Sheet`` is one delivery being written.

Lives here: ids, dates, hashes and the order of properties. Nothing is random: ids and hashes are SHAKE-256 of a name,
so the same story told at another moment differs only in its dates. Ids of cyber-observables are those of STIX 2.1 2.9.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import shake_256
from typing import Final
from uuid import UUID

import msgspec

from comity.app.demo.scenario import Delivery
from comity.kernel.base.clock import Micros
from comity.kernel.base.ids import uuid4
from comity.kernel.objects import ids, timestamps
from comity.kernel.objects.canonical import Json
from comity.kernel.objects.markings import TLP_IDS, Tlp

Properties = dict[str, Json]

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR

# fmt: off
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)
_MONTHS_ET: Final = (
    "jaanuaril", "veebruaril", "märtsil", "aprillil", "mail", "juunil",
    "juulil", "augustil", "septembril", "oktoobril", "novembril", "detsembril",
)
# fmt: on


def made_up(name: str, length: int) -> bytes:
    """Bytes that look random and are the same each time."""
    return shake_256(f"comity demo {name}".encode()).digest(length)


def object_id(kind: str, name: str) -> str:
    """The id of the object that the story knows under this name."""
    return f"{kind}--{uuid4(lambda length: made_up(f'{kind} {name}', length))}"


def sha256(name: str) -> str:
    """A made-up SHA-256 for a file that does not exist."""
    return made_up(f"sha256 {name}", 32).hex()


def md5(name: str) -> str:
    """A made-up MD5 for a file that does not exist."""
    return made_up(f"md5 {name}", 16).hex()


class Scene:
    """The story: its present moment, the deliveries written so far, and when each object was first created."""

    def __init__(self, now: Micros) -> None:
        self.now = now - now % 1000
        self.sheets: list[Sheet] = []
        self.created: dict[str, str] = {}

    def sheet(self, collection: str, party: str, *, days: int = 0, hours: int = 0, minutes: int = 0) -> "Sheet":
        """A new delivery, received so long ago."""
        sheet = Sheet(self, collection, party, self.ago(days, hours, minutes))
        self.sheets.append(sheet)
        return sheet

    def ago(self, days: int = 0, hours: int = 0, minutes: int = 0) -> Micros:
        """A moment before now."""
        return self.now - days * _DAY - hours * _HOUR - minutes * _MINUTE

    def when(self, days: int = 0, hours: int = 0, minutes: int = 0) -> str:
        """A moment before now, as STIX text. The odd milliseconds keep it unlike a rounded one."""
        return timestamps.render(self.ago(days, hours, minutes) // _MINUTE * _MINUTE + 17_311_000)

    def nine(self, days: int) -> str:
        """Nine o'clock in UTC on the day so long ago, or to come, as STIX text."""
        day = self.ago(days)
        return timestamps.render(day - day % _DAY + 9 * _HOUR)

    def day(self, days: int) -> str:
        """The day so long ago, in English."""
        day = self._date(days)
        return f"{day.day} {_MONTHS[day.month - 1]}"

    def day_ko(self, days: int) -> str:
        """The day so long ago, in Korean."""
        day = self._date(days)
        return f"{day.month}월 {day.day}일"

    def day_et(self, days: int) -> str:
        """The day so long ago, in Estonian."""
        day = self._date(days)
        return f"{day.day}. {_MONTHS_ET[day.month - 1]}"

    def deliveries(self) -> tuple[Delivery, ...]:
        """What was written, in order of receipt."""
        return tuple(sheet.delivery() for sheet in sorted(self.sheets, key=lambda sheet: sheet.received))

    def _date(self, days: int) -> datetime:
        return datetime.fromtimestamp(self.ago(days) // _SECOND, UTC)


class Sheet:
    """One delivery being written: its objects are those of its party unless they say otherwise."""

    def __init__(self, scene: Scene, collection: str, party: str, received: Micros) -> None:
        self.scene = scene
        self.collection = collection
        self.party = party
        self.received = received
        self._pen = received - 95 * _MINUTE
        self._objects: dict[bytes, None] = {}

    def delivery(self) -> Delivery:
        """The finished delivery."""
        return Delivery(self.collection, self.party, self.received, tuple(self._objects))

    def put(self, kind: str, name: str, /, tlp: Tlp | None = None, **properties: Json) -> str:
        """A domain or relationship object by its name in the story; written again, it is a new version."""
        identifier = object_id(kind, name)
        written = self._tick(identifier)
        created = self.scene.created.setdefault(identifier, written)
        head: Properties = {"type": kind, "spec_version": "2.1", "id": identifier}
        head |= {"created_by_ref": object_id("identity", self.party), "created": created, "modified": written}
        self.write(head | properties, tlp)
        return identifier

    def relate(self, source: str, relation: str, target: str, /, tlp: Tlp | None = None, **properties: Json) -> str:
        """A relationship between two objects, by their ids."""
        ends: Properties = {"relationship_type": relation, "source_ref": source, "target_ref": target}
        return self.put("relationship", f"{self.party} {source} {relation} {target}", tlp, **(ends | properties))

    def see(self, kind: str, /, tlp: Tlp | None = None, **properties: Json) -> str:
        """A cyber-observable; its id comes from its content (a process has none that says which one it is)."""
        identifier = ids.sco_id(kind, properties) or object_id(kind, repr(properties))
        self.write({"type": kind, "spec_version": "2.1", "id": identifier} | properties, tlp)
        return identifier

    def relay(self, other: "Sheet", wanted: Sequence[str]) -> None:
        """Send on objects of another delivery, byte for byte."""
        for raw in other.objects():
            if msgspec.json.decode(raw, type=_Identified).id in wanted:
                self._objects[raw] = None

    def objects(self) -> tuple[bytes, ...]:
        """What stands on the sheet so far."""
        return tuple(self._objects)

    def bytes_of(self, raw: bytes) -> None:
        """An object that comes ready-made."""
        self._objects[raw] = None

    def write(self, properties: Mapping[str, Json], tlp: Tlp | None) -> None:
        """An object of any kind. Markings come last; other markings than TLP are given as ``object_marking_refs``."""
        marked = dict(properties)
        given = marked.pop("object_marking_refs", ())
        granular = marked.pop("granular_markings", None)
        others = given if isinstance(given, list | tuple) else ()
        refs = [*([] if tlp is None else [TLP_IDS[tlp]]), *others]
        if refs:
            marked["object_marking_refs"] = refs
        if granular is not None:
            marked["granular_markings"] = granular
        self._objects[msgspec.json.encode(marked)] = None

    def _tick(self, identifier: str) -> str:
        self._pen += _SECOND * 4 + 1000 * (made_up(identifier, 2)[0] * 29 + made_up(identifier, 2)[1] % 9 + 1)
        return timestamps.render(self._pen)


class _Identified(msgspec.Struct):
    id: str


def collection_uuid(slug: str) -> str:
    """The UUID of a collection of the demonstration: the same each time, so that a bookmark keeps working."""
    return str(UUID(bytes=made_up(f"collection {slug}", 16), version=4))
