"""Marking definitions (STIX 2.1 7.2): what each one says, in terms that policy can decide on.

Lives here: TLP 2.0 and 1.0, PAP, IEP, handling and statement markings, as facts about one marking-definition. What follows
from them is policy's. Invariants: a marking is known by its id where its specification fixes the ids (TLP, PAP), so a
definition that claims a TLP or PAP level under another id is ``unknown``: nothing can be widened by what an object says
of itself. What is not understood in full is ``unknown`` too, with a short text of what it claimed to be.
"""

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, Literal

import msgspec

from comity.kernel.objects import timestamps

TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP_EXTENSION: Final = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
IEP_EXTENSION: Final = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
HANDLING_EXTENSION: Final = "extension-definition--386c4bae-de63-499e-bbbe-48a80e90ff58"

_LONGEST_VALUE: Final = 1000


class Tlp(IntEnum):
    """A level of TLP 2.0; a larger number is stricter."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The label as FIRST has it written: ``TLP:AMBER+STRICT``."""
        return f"TLP:{self.word.upper()}"

    @property
    def word(self) -> str:
        """The level as the TLP 2.0 extension has it: ``amber+strict``."""
        return self.name.lower().replace("_", "+")

    @classmethod
    def parse(cls, text: str) -> "Tlp":
        """A level as people and files write it: ``amber+strict``, ``TLP:AMBER``, ``white``; else raises ValueError."""
        word = text.strip().upper().removeprefix("TLP:").replace("+", "_").replace("-", "_")
        level = cls.__members__.get("CLEAR" if word == "WHITE" else word)
        if level is None:
            known = ", ".join(each.word for each in cls)
            raise ValueError(f"{text[:40]!r} is no TLP level; known are {known}")
        return level


TLP_IDS: Final[dict[Tlp, str]] = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    Tlp.RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

# STIX 2.1 7.2.1.4. Read as the TLP 2.0 level of the same colour, white as clear; never written.
TLP1_IDS: Final[dict[str, Tlp]] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}

# White was renamed clear; both have a published id and mean the same.
PAP_IDS: Final[dict[str, str]] = {
    "marking-definition--ad15a0cd-55b6-4588-a14c-a66105329b92": "clear",
    "marking-definition--a3bea94c-b469-41dc-9cfe-d6e7daba7730": "clear",
    "marking-definition--c43594d1-4b11-4c59-93ab-1c9b14d53ce9": "green",
    "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab": "amber",
    "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e": "red",
}

# FIRST IEP 2.0, as the extension names its statements. Order is that of the term's text.
_IEP_STATEMENTS: Final[dict[str, frozenset[str]]] = {
    "affected_party_notifications": frozenset({"may", "must-not"}),
    "encrypt_in_transit": frozenset({"may", "must"}),
    "permitted_actions": frozenset(
        {
            "none",
            "contact-for-instruction",
            "internally-visible-actions",
            "externally-visible-indirect-actions",
            "externally-visible-direct-actions",
        }
    ),
    "provider_attribution": frozenset({"may", "must", "must-not"}),
    "tlp": frozenset({"red", "amber", "green", "white"}),
    "unmodified_resale": frozenset({"may", "must-not"}),
}
_IEP_TEXTS: Final = frozenset(
    {"extension_type", "name", "policy_name", "description", "iep_id", "iep_version", "external_reference"}
)

_LEVELS: Final[dict[str, Tlp]] = {**{marking: level for level, marking in TLP_IDS.items()}, **TLP1_IDS}

PURPOSES: Final = frozenset(
    {
        "attribution",
        "exercise",
        "incident-response",
        "law-enforcement",
        "network-defence",
        "public-warning",
        "research",
    }
)
_WORD = re.compile(r"[\w.:/#@+-]{1,100}").fullmatch
_JURISDICTION = re.compile(r"[A-Z]{2}").fullmatch
# Whom a list may name: an identity, a jurisdiction (ISO 3166-1), a community of the node that releases.
_NAME = re.compile(
    r"identity--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|jurisdiction:[A-Z]{2}|community:[a-z0-9-]{1,100}"
).fullmatch

# Our published extension "handling": each of its lists, the caveat that it becomes, and what may stand in it.
_LISTS: Final[dict[str, tuple[str, Callable[[str], object]]]] = {
    "releasable_to": ("to", _NAME),
    "not_releasable_to": ("not-to", _NAME),
    "recipients": ("recipients", _NAME),
    "purposes": ("purposes", PURPOSES.__contains__),
    "resides_in": ("resides", _JURISDICTION),
}

MarkingKind = Literal["tlp", "statement", "pap", "iep", "handling", "unknown"]


class MarkingTerm(msgspec.Struct, frozen=True):
    """What one marking-definition says.

    ``kind``   which scheme it belongs to
    ``tlp``    the level, for ``tlp``
    ``value``  ``tlp``: the level's word; ``pap``: clear, green, amber or red; ``statement``: its text, blanks folded;
               ``iep``: its statements as ``name=word`` joined by ``;`` (``iep_statements`` takes it apart);
               ``handling``: its caveats joined by ``;``: ``to:``, ``not-to:`` and ``recipients:`` with names, ``orcon``,
               ``purposes:``, ``resides:`` with jurisdictions, ``embargo:`` with microseconds, ``case:``, ``exercise:``;
               where several values stand in one they are parted by blanks;
               ``unknown``: what it claims to be
    """

    kind: MarkingKind
    tlp: Tlp | None
    value: str


class _Definition(msgspec.Struct):
    id: str = ""
    definition_type: str = ""
    definition: dict[str, Any] = {}
    extensions: dict[str, dict[str, Any]] = {}


_decode = msgspec.json.Decoder(_Definition).decode


def tlp_of(marking_id: str) -> Tlp | None:
    """The level a marking id stands for, TLP 2.0 or 1.0; None for every other marking."""
    return _LEVELS.get(marking_id)


def tlp_definition(level: Tlp) -> bytes:
    """The marking-definition object of a TLP 2.0 level, as published."""
    extension = f'{{"extension_type":"property-extension","tlp_2_0":"{level.word}"}}'
    return (
        f'{{"type":"marking-definition","spec_version":"2.1","id":"{TLP_IDS[level]}","created":"2022-10-01T00:00:00.000Z",'
        f'"name":"{level.label}","extensions":{{"{TLP_EXTENSION}":{extension}}}}}'
    ).encode()


def term_of(raw: bytes) -> MarkingTerm:
    """What a marking-definition says. Anything that can't be read in full is ``unknown``; it never raises."""
    try:
        definition = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unknown("unreadable")
    level = tlp_of(definition.id)
    if level is not None:
        return MarkingTerm("tlp", level, level.word)
    pap = PAP_IDS.get(definition.id)
    if pap is not None:
        return MarkingTerm("pap", None, pap)
    if definition.extensions:
        return _term_of_extensions(definition.extensions)
    statement = definition.definition.get("statement")
    if definition.definition_type == "statement" and isinstance(statement, str):
        return MarkingTerm("statement", None, " ".join(statement.split())[:_LONGEST_VALUE])
    return _unknown(definition.definition_type or "nothing")


def iep_statements(value: str) -> dict[str, str]:
    """The statements of an ``iep`` term, by name; ``start_date`` and ``end_date``, where given, in microseconds."""
    return dict(part.split("=", 1) for part in value.split(";"))


def _term_of_extensions(extensions: dict[str, dict[str, Any]]) -> MarkingTerm:
    if HANDLING_EXTENSION in extensions:
        caveats = _caveats(extensions[HANDLING_EXTENSION]) if len(extensions) == 1 else None
        return _unknown(HANDLING_EXTENSION) if caveats is None else MarkingTerm("handling", None, ";".join(caveats))
    if set(extensions) == {IEP_EXTENSION}:
        value = _iep_value(extensions[IEP_EXTENSION])
        if value is not None:
            return MarkingTerm("iep", None, value)
    return _unknown(" ".join(sorted(extensions)))


def _iep_value(policy: dict[str, Any]) -> str | None:
    """The policy as ``name=word`` pairs; None where a statement is missing, not of its list, or not one of IEP 2.0."""
    if not policy.keys() <= _IEP_TEXTS | _IEP_STATEMENTS.keys() | {"start_date", "end_date"}:
        return None
    parts = []
    for name, words in _IEP_STATEMENTS.items():
        word = policy.get(name)
        if not isinstance(word, str) or word not in words:
            return None
        parts.append(f"{name}={word}")
    if str(policy.get("iep_version", "2.0")) not in {"2.0", "2"}:
        return None
    for name in ("start_date", "end_date"):
        if policy.get(name) is not None:
            try:
                parts.append(f"{name}={timestamps.parse(str(policy[name]))}")
            except ValueError:
                return None
    return ";".join(parts)


def _caveats(handling: dict[str, Any]) -> list[str] | None:
    """The caveats of a handling marking; None where one can't be read. An empty list of names is nobody."""
    found = []
    for name, value in handling.items():
        caveat = "" if name == "extension_type" else _caveat(name, value)
        if caveat is None:
            return None
        found.append(caveat)
    return sorted(filter(None, found))


def _caveat(name: str, value: Any) -> str | None:
    """One property as a caveat: empty where it asks for nothing, None where it can't be read."""
    if name in _LISTS and isinstance(value, list):
        caveat, good = _LISTS[name]
        if all(isinstance(each, str) and good(each) for each in value):
            return f"{caveat}:{' '.join(sorted(set(value)))}"
    elif name == "originator_control" and isinstance(value, bool):
        return "orcon" if value else ""
    elif name in {"case", "exercise"} and isinstance(value, str) and _WORD(value):
        return f"{name}:{value}"
    elif name == "not_before" and isinstance(value, str):
        try:
            return f"embargo:{timestamps.parse(value)}"
        except ValueError:
            return None
    return None


def _unknown(claim: str) -> MarkingTerm:
    return MarkingTerm("unknown", None, claim[:_LONGEST_VALUE])
