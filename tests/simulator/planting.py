"""Objects with secrets planted in them: every value holds a mark that stands nowhere else, and is written again, in other
ways of writing, in the object's own text and in the text of what refers to it.

A *garden* is a set of objects that is the same for the same seed: made in any order, any version, any number of times. What is
planted where is known by its mark (``Garden.planted``). Nothing here knows what policy or redaction makes of it.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec

from comity.kernel.objects import ids, timestamps
from tests.simulator.atoms import marked, written
from tests.simulator.world import SECOND, START, made_id

TEXTUAL: Final = ("raw", "upper", "base64 at 0", "hex", "percent", "defanged", "defanged otherwise", "unicode escapes")
"""How a value is written again in text."""

TEXTS: Final = ("description", "content", "explanation")
SIMPLE: Final = ("identity", "malware", "campaign", "threat-actor", "location", "indicator")
REFERRING: Final = ("note", "opinion", "report", "grouping", "relationship", "sighting", "observed-data")
COMPUTED: Final = (
    "ipv4-addr",
    "domain-name",
    "email-addr",
    "url",
    "user-account",
    "file",
    "network-traffic",
    "email-message",
)
"""Cyber-observables, whose ids are computed of their content."""
VALUED: Final = ("email-addr", "domain-name", "url", "ipv4-addr")
Made = dict[str, Any]


class Planted(msgspec.Struct, frozen=True):
    """One secret: its mark, the value it stands in, of which kind ("" for words), and where: whose, at which path."""

    mark: str
    value: str
    kind: str
    owner: str
    path: str


class Plant(msgspec.Struct, frozen=True):
    """One object of a garden before it is made: its number, its type, and the numbers of those it may refer to."""

    number: int
    type: str
    id: str
    refers: tuple[int, ...]


class Garden:
    """Objects by number. ``base`` keeps the marks of gardens apart; ``cyclic`` lets notes and reports refer to later ones."""

    def __init__(self, seed: int, size: int, *, base: int = 0, cyclic: bool = True) -> None:
        self.seed = seed
        self.base = base
        self.planted: dict[str, Planted] = {}
        self._values: dict[int, list[str]] = {}
        rnd = random.Random(f"{seed} garden")
        types = [
            rnd.choice(SIMPLE) if roll < 0.4 else rnd.choice(REFERRING) if roll < 0.75 else rnd.choice(COMPUTED)
            for roll in (rnd.random() for _ in range(size))
        ]
        order = sorted(range(size), key=lambda number: _RANK[types[number]])
        self._types = [types[number] for number in order]
        self.plants: list[Plant] = []
        for number, kind in enumerate(self._types):
            self.plants.append(Plant(number, kind, "", self._chosen(rnd, number, kind, size, cyclic)))
        for number, plant in enumerate(self.plants):
            self.plants[number] = msgspec.structs.replace(plant, id=self._id(plant))
        self.by_id = {plant.id: plant for plant in self.plants}
        self.marks = {plant.id: self._marks_of(plant) for plant in self.plants}

    @cached_property
    def known(self) -> set[str]:
        """Every atom that tells of something: marks and their like, and the ids."""
        return {*self.planted, *(uuid_of(object_id) for object_id in self.by_id)}

    def raw(self, number: int, version: int = 0, **more: object) -> bytes:
        """One version of an object, as its source writes it. ``more``: markings and the like, which go over all else."""
        return msgspec.json.encode(self.made(number, version) | more)

    def made(self, number: int, version: int = 0) -> Made:
        """The same, before it is written."""
        plant = self.plants[number]
        made: Made = {"type": plant.type, "spec_version": "2.1", "id": plant.id}
        if plant.type not in COMPUTED:
            made["created"] = timestamps.render(START)
            made["modified"] = timestamps.render(START + version * SECOND)
        return made | _MAKERS[plant.type](_Row(self, plant, version))

    def values(self, number: int) -> list[str]:
        """What stands in an object's first version, but for its texts: what others write of it."""
        if number not in self._values:
            row = _Row(self, self.plants[number], 0, bare=True)
            _MAKERS[row.plant.type](row)
            owner = self.plants[number].id
            planted = [one for one in self.planted.values() if one.owner == owner and one.value in row.here]
            self._values[number] = [one.value for one in planted if one.path not in TEXTS][:4]
        return self._values[number]

    def mentions(self, number: int) -> tuple[str, ...]:
        """Ids that an object refers to."""
        return tuple(self.plants[each].id for each in self.plants[number].refers)

    # -- parts

    def _marks_of(self, plant: Plant) -> tuple[str, ...]:
        for version in range(VERSIONS):
            self.made(plant.number, version)
        return tuple(mark for mark, one in self.planted.items() if one.owner == plant.id)

    def _id(self, plant: Plant) -> str:
        if plant.type not in COMPUTED:
            return made_id(plant.type, f"{self.base} {self.seed} {plant.number}")
        computed = ids.sco_id(plant.type, _MAKERS[plant.type](_Row(self, plant, 0)))
        assert computed is not None
        return computed

    def _chosen(self, rnd: random.Random, number: int, kind: str, size: int, cyclic: bool) -> tuple[int, ...]:
        def of(types: Sequence[str], before: int = number) -> list[int]:
            return [other for other in range(before) if self._types[other] in types]

        some = [other for other in range(number) if self._types[other] not in {"relationship", "sighting"}]
        if kind in {"note", "opinion", "report", "grouping"}:
            pool = [other for other in range(size) if other != number] if cyclic else some
            return tuple(rnd.sample(pool, min(len(pool), rnd.randint(1, 3))))
        if kind == "relationship":
            ends = of(SIMPLE)
            return tuple(rnd.sample(ends, 2)) if len(ends) >= 2 else ()
        if kind == "sighting":
            seen, where = of(("malware", "campaign", "indicator", "threat-actor")), of(("identity", "location"))
            data = of(("observed-data",))
            return (
                (rnd.choice(seen), *rnd.sample(where, min(1, len(where))), *rnd.sample(data, min(1, len(data))))
                if seen
                else ()
            )
        wanted = {
            "observed-data": COMPUTED,
            "domain-name": ("ipv4-addr",),
            "email-addr": ("user-account",),
            "network-traffic": ("ipv4-addr", "domain-name"),
            "email-message": ("email-addr",),
        }.get(kind, ())
        pool = of(wanted)
        return tuple(rnd.sample(pool, min(len(pool), 2 if kind in {"observed-data", "network-traffic"} else 1)))


class _Row:
    """Plants the secrets of one version of one object, by path: the same path gives the same secret again."""

    def __init__(self, garden: Garden, plant: Plant, version: int, *, bare: bool = False) -> None:
        self._bare = bare
        self.garden = garden
        self.plant = plant
        self.version = version
        self.refs = [garden.plants[each].id if each < len(garden.plants) else "" for each in plant.refers]
        self.rnd = random.Random(f"{garden.seed} {plant.number} {version}")
        self.here: list[str] = []

    def word(self, path: str, *, steady: bool = False) -> str:
        """A mark alone."""
        return self.value(path, "", lambda mark, _: mark, steady=steady)

    def value(
        self, path: str, kind: str, shaped: Callable[[str, int], str] | None = None, *, steady: bool = False
    ) -> str:
        """A value of a kind. ``steady``: the same in each version, as what an id is computed of has to be."""
        version = 0 if steady else self.version
        number = ((self.garden.base * 128 + self.plant.number) * 16 + len(self.here)) * VERSIONS + version
        value = (shaped or _SHAPES[kind])(marked(number), number)
        mark = value if kind in {"ipv4-addr", "hash"} else marked(number)
        self.garden.planted[mark] = Planted(mark, value, kind, self.plant.id, path)
        self.here.append(value)
        return value

    def kind(self) -> str:
        """A kind of value for this object, the same in each version."""
        return random.Random(f"{self.garden.seed} {self.plant.number} kind").choice(VALUED)

    def text(self, path: str) -> str:
        """Text that says again all that was planted so far, and what stands in the objects it refers to, each in some way."""
        said = [self.word(path)]
        if self._bare:
            return said[0]
        around = [value for each in self.plant.refers for value in self.garden.values(each)]
        for value in [*self.here[:-1], *around]:
            ways = written(value)
            said.append(ways[self.rnd.choice(TEXTUAL)])
        if self.refs and self.refs[0] and self.rnd.random() < 0.3:
            said.append(self.refs[0])
        self.rnd.shuffle(said)
        return "; ".join(said)

    def external(self) -> list[Made]:
        """External references that say something."""
        value = self.here[-1]
        return [
            {
                "source_name": self.word("external_references.source_name"),
                "description": f"about {value}",
                "url": self.value("external_references.url", "url"),
                "external_id": self.word("external_references.external_id"),
            }
        ]


def uuid_of(object_id: str) -> str:
    """An id's UUID as the search for atoms writes it."""
    return object_id.partition("--")[2].replace("-", "")


def _digest(mark: str, _: int) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()


_SHAPES: Final[dict[str, Callable[[str, int], str]]] = {
    "email-addr": lambda mark, _: f"{mark}@mail.example",
    "domain-name": lambda mark, _: f"{mark}.example",
    "url": lambda mark, _: f"https://www.{mark}.example/list",
    "ipv4-addr": lambda _, number: (
        f"{11 + number // 16_000_000}.{number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
    ),
    "file-name": lambda mark, _: f"{mark}.exe",
    "user-account": lambda mark, _: mark,
}
_PATTERNS: Final = {
    "email-addr": "[email-addr:value = '{}']",
    "domain-name": "[domain-name:value = '{}']",
    "url": "[url:value = '{}']",
    "ipv4-addr": "[ipv4-addr:value = '{}']",
}
VERSIONS: Final = 4
_ORDER: Final = (
    *("ipv4-addr", "user-account", "url", "file", "domain-name", "email-addr", "network-traffic", "email-message"),
    *(*SIMPLE, "observed-data", "relationship", "sighting", "opinion", "note", "grouping", "report"),
)
_RANK: Final = {name: place for place, name in enumerate(_ORDER)}


def _identity(row: _Row) -> Made:
    return {
        "identity_class": "individual" if row.plant.number % 2 else "organization",
        "name": row.word("name"),
        "contact_information": row.value("contact_information", "email-addr"),
        "roles": [row.word("roles")],
        "sectors": ["energy"],
        "labels": [row.word("labels")],
        "external_references": row.external(),
        "description": row.text("description"),
    }


def _indicator(row: _Row) -> Made:
    kind = row.kind()
    return {
        "pattern": _PATTERNS[kind].format(row.value("pattern", kind)),
        "pattern_type": "stix",
        "valid_from": timestamps.render(START + row.plant.number * 977 * SECOND),
        "name": row.word("name"),
        "labels": [row.word("labels")],
        "external_references": row.external(),
        "description": row.text("description"),
    }


def _named(**fixed: object) -> Callable[[_Row], Made]:
    def make(row: _Row) -> Made:
        made: Made = {"name": row.word("name")} | fixed
        if row.plant.type != "location":
            made["aliases"] = [row.word("aliases"), "an alias"]
        made["external_references"] = row.external()
        made["description"] = row.text("description")
        return made

    return make


def _containing(of: str, text: str, **fixed: object) -> Callable[[_Row], Made]:
    def make(row: _Row) -> Made:
        made: Made = {of: list(row.refs)} | fixed
        if row.plant.type in {"note", "opinion"}:
            made["authors"] = [row.word("authors")]
        if row.plant.type in {"report", "grouping"}:
            made["name"] = row.word("name")
        return made | {text: row.text(text)}

    return make


def _relationship(row: _Row) -> Made:
    source, target = [*row.refs, *(made_id("campaign", "anything"), made_id("malware", "anything"))][:2]
    return {
        "relationship_type": "related-to",
        "source_ref": source,
        "target_ref": target,
        "description": row.text("description"),
    }


def _sighting(row: _Row) -> Made:
    made: Made = {"sighting_of_ref": row.refs[0] if row.refs else made_id("malware", "anything")}
    for ref in row.refs[1:]:
        if ref:
            made.setdefault(
                "observed_data_refs" if ref.startswith("observed-data") else "where_sighted_refs", []
            ).append(ref)
    return made | {"count": 3, "description": row.text("description")}


def _observed(row: _Row) -> Made:
    return {
        "first_observed": timestamps.render(START + row.plant.number * 1_009 * SECOND),
        "last_observed": timestamps.render(START + row.plant.number * 1_013 * SECOND),
        "number_observed": 2,
        "object_refs": list(row.refs) or [ids.single_id("ipv4-addr", "192.0.2.250")],
        "labels": [row.word("labels")],
    }


def _file(row: _Row) -> Made:
    return {
        "name": row.value("name", "file-name", steady=True),
        "hashes": {"SHA-256": row.value("hashes.SHA-256", "hash", _digest, steady=True)},
    }


def _traffic(row: _Row) -> Made:
    ends = [ref for ref in row.refs if ref] or [ids.single_id("ipv4-addr", "192.0.2.251")]
    made: Made = {"protocols": ["ipv4", "tcp"], "src_ref": ends[0], "src_port": 1_024 + row.plant.number}
    if len(ends) > 1:
        made["dst_ref"] = ends[1]
    return made


def _message(row: _Row) -> Made:
    made: Made = {
        "is_multipart": False,
        "subject": row.word("subject", steady=True),
        "body": row.word("body", steady=True),
    }
    return made | ({"from_ref": row.refs[0]} if row.refs else {})


def _address(row: _Row) -> Made:
    made: Made = {
        "value": row.value("value", row.plant.type, steady=True),
    }
    if row.plant.type == "email-addr":
        made["display_name"] = row.word("display_name", steady=True)
        if row.refs:
            made["belongs_to_ref"] = row.refs[0]
    if row.plant.type == "domain-name" and row.refs:
        made["resolves_to_refs"] = list(row.refs)
    return made


def _account(row: _Row) -> Made:
    return {
        "account_login": row.value("account_login", "user-account", steady=True),
        "account_type": "unix",
        "display_name": row.word("display_name", steady=True),
    }


_MAKERS: Final[dict[str, Callable[[_Row], Made]]] = {
    "identity": _identity,
    "indicator": _indicator,
    "malware": _named(is_family=False),
    "campaign": _named(objective="an objective"),
    "threat-actor": _named(threat_actor_types=["criminal"]),
    "location": _named(region="eastern-asia", country="KR"),
    "note": _containing("object_refs", "content"),
    "opinion": _containing("object_refs", "explanation", opinion="agree"),
    "report": _containing("object_refs", "description", published=timestamps.render(START + 7 * SECOND)),
    "grouping": _containing("object_refs", "description", context="suspicious-activity"),
    "relationship": _relationship,
    "sighting": _sighting,
    "observed-data": _observed,
    "file": _file,
    "network-traffic": _traffic,
    "email-message": _message,
    "ipv4-addr": _address,
    "domain-name": _address,
    "email-addr": _address,
    "url": _address,
    "user-account": _account,
}
