"""What a claim is to policy, read from its bytes plainly and with no code of the package but its tables of fixed ids.

A marking says what the claim's own source says of it; else what the party that runs the node says. Where it says nothing by
that, or what can't be read, it is unknown: nobody opens or closes another's objects by sending a definition, whoever it names as
its creator. A definition of handling is handled as it says itself, for it names those whom it speaks of.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from comity.kernel.objects.markings import (
    HANDLING_EXTENSION,
    IEP_EXTENSION,
    PAP_IDS,
    TLP1_IDS,
    TLP_IDS,
    Tlp,
)

Micros = int

LEVELS = {marking: level for level, marking in TLP_IDS.items()} | TLP1_IDS
COLOURS = {"white": Tlp.CLEAR, "green": Tlp.GREEN, "amber": Tlp.AMBER, "red": Tlp.RED}
PAP_ORDER = ("clear", "green", "amber", "red")
HANDLING = {
    "extension_type",
    "releasable_to",
    "not_releasable_to",
    "recipients",
    "originator_control",
    "purposes",
    "not_before",
    "resides_in",
    "case",
    "exercise",
}
Names = frozenset[str]
ID = re.compile(r"[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Said(msgspec.Struct, frozen=True):
    """A definition of a marking that is held: who sent it, its bytes."""

    marking: str
    source: str
    raw: bytes


class Saying(msgspec.Struct, frozen=True, kw_only=True):
    """What markings say. Lists of names stand once for each marking that gives one."""

    paps: Names = frozenset()
    statement: bool = False
    unknown: bool = False
    terms: tuple[tuple[Micros | None, Micros | None], ...] = ()
    to: frozenset[Names] = frozenset()
    not_to: Names = frozenset()
    recipients: frozenset[Names] = frozenset()
    orcon: bool = False
    purposes: frozenset[Names] = frozenset()
    not_before: Micros = 0
    resides: frozenset[Names] = frozenset()
    cases: Names = frozenset()
    exercise: bool = False


class Part(Saying, frozen=True, kw_only=True):
    """What one granular marking says of what it selects. ``level``: None where it says none."""

    level: Tlp | None


class Facts(Saying, frozen=True, kw_only=True):
    """All that any rule asks of a claim."""

    source: str
    collection: str
    channel: str
    type: str
    tlp: Tlp
    revoked: bool = False
    refers: bool = False
    attributed: bool = False
    quarantined: bool = False
    parts: frozenset[Part] = frozenset()

    @property
    def pap(self) -> int | None:
        """The strictest PAP by its place in the order; None without any."""
        return max((PAP_ORDER.index(word) for word in self.paps), default=None)

    @property
    def bare(self) -> "Facts":
        """What is in no part."""
        return replace(self, parts=frozenset())

    def piece(self, part: Part) -> "Facts":
        """A part, with what the object says of all that is in it."""
        merged = {name: _both(getattr(self, name), getattr(part, name)) for name in Saying.__struct_fields__}
        return replace(
            self.bare,
            **merged
            | {"recipients": part.recipients or self.recipients, "tlp": max(self.tlp, part.level or Tlp.CLEAR)},
        )


def _both(one: Any, other: Any) -> Any:
    """What holds where both are said."""
    if isinstance(one, tuple):
        return tuple(sorted({*one, *other}, key=str))
    return max(one, other) if isinstance(one, bool | int) else one | other


def facts_of(
    raw: bytes,
    refs: Sequence[str],
    *,
    source: str,
    collection: str,
    default: Tlp,
    channel: str,
    said: Iterable[Said],
    home: str,
) -> Facts:
    """The facts of one claim. ``refs``: what the object refers to, its creator and markings excepted."""
    held = json.loads(raw)
    by_marking: dict[str, list[Said]] = {}
    for one in said:
        by_marking.setdefault(one.marking, []).append(one)
    reading = _Reading(source, home, by_marking)
    own = [reading.read(marking) for marking in held.get("object_marking_refs", ())]
    levels = [level for found in own for level in found]
    if not levels:
        levels.append(Tlp.CLEAR if held["id"] in TLP_IDS.values() else default)
    parts = set()
    for marking in {part["marking_ref"] for part in held.get("granular_markings", ()) if "marking_ref" in part}:
        apart = _Reading(source, home, by_marking)
        level = max(apart.read(marking), default=None)
        parts.add(Part(level=level, **apart.found()))
    if HANDLING_EXTENSION in held.get("extensions", {}):
        reading.read(held["id"])
    bare = Facts(
        source=source,
        collection=collection,
        channel=channel,
        type=held["type"],
        tlp=max(levels),
        revoked=held.get("revoked", False),
        refers=bool(refs) or _tells_ids(held),
        attributed="created_by_ref" in held,
        **reading.found(),
    )
    return replace(bare, parts=frozenset(part for part in parts if bare.piece(part) != bare))


def _tells_ids(held: dict[str, Any]) -> bool:
    """Whether it names another object, wherever that stands."""
    body = {name: value for name, value in held.items() if name not in {"object_marking_refs", "granular_markings"}}
    body["extensions"] = list(held.get("extensions", {}).values())
    return any(name not in {held["id"], held.get("created_by_ref")} for name in ID.findall(json.dumps(body)))


class _Reading:
    """Gathers what the markings of one object say."""

    def __init__(self, source: str, home: str, said: dict[str, list[Said]]) -> None:
        self._source = source
        self._home = home
        self._said = said
        self._found: dict[str, Any] = {}
        self._lists: dict[str, set[Any]] = {
            name: set() for name in ("paps", "terms", "to", "not_to", "recipients", "purposes", "resides", "cases")
        }
        self._not_before = 0

    def read(self, marking: str) -> list[Tlp]:
        """The levels that a marking says; all else is kept."""
        if marking in LEVELS:
            return [LEVELS[marking]]
        said = self._said.get(marking, [])
        binding = [one for one in said if one.source == self._source] or [
            one for one in said if one.source == self._home
        ]
        levels: list[Tlp] = []
        if not binding:
            self._found["unknown"] = True
        for one in binding:
            levels += self._definition(marking, json.loads(one.raw))
        return levels

    def found(self) -> dict[str, Any]:
        """What was gathered, as fields of ``Facts``."""
        lists: dict[str, Any] = {name: frozenset(values) for name, values in self._lists.items()}
        lists["terms"] = tuple(sorted(self._lists["terms"], key=str))
        return self._found | lists | {"not_before": self._not_before}

    def _definition(self, marking: str, definition: dict[str, Any]) -> list[Tlp]:
        extensions = definition.get("extensions", {})
        if marking in PAP_IDS:
            self._lists["paps"].add(PAP_IDS[marking])
        elif set(extensions) == {IEP_EXTENSION}:
            policy = extensions[IEP_EXTENSION]
            self._lists["terms"].add((_moment(policy.get("start_date")), _moment(policy.get("end_date"))))
            return [COLOURS[policy["tlp"]]]
        elif set(extensions) == {HANDLING_EXTENSION}:
            self._handling(extensions[HANDLING_EXTENSION])
        elif not extensions and definition.get("definition_type") == "statement":
            self._found["statement"] = True
        else:
            self._found["unknown"] = True
        return []

    def _handling(self, said: dict[str, Any]) -> None:
        if not said.keys() <= HANDLING:
            self._found["unknown"] = True
            return
        lists = {"to": "releasable_to", "recipients": "recipients", "purposes": "purposes", "resides": "resides_in"}
        for ours, theirs in lists.items():
            if theirs in said:
                self._lists[ours].add(frozenset(said[theirs]))
        self._lists["not_to"] |= set(said.get("not_releasable_to", ()))
        if "case" in said:
            self._lists["cases"].add(said["case"])
        if said.get("originator_control"):
            self._found["orcon"] = True
        if said.get("exercise"):
            self._found["exercise"] = True
        self._not_before = max(self._not_before, _moment(said.get("not_before")) or 0)


def _moment(text: str | None) -> Micros | None:
    if text is None:
        return None
    since = datetime.fromisoformat(text) - datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
