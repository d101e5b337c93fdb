"""The data types of STIX 2.1 section 2 as annotations.

Lives here: marks that say what a plain ``str``, ``int`` or ``dict`` of a struct must look like, and the sets of type
names that references may point to. What a mark demands is carried out in ``objects.values`` (carefully, with findings)
and in ``objects.strict`` (fast, yes or no).
"""

from typing import Annotated, Any, Final

import msgspec

SDO_TYPES: Final = frozenset(
    {
        "attack-pattern",
        "campaign",
        "course-of-action",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "location",
        "malware",
        "malware-analysis",
        "note",
        "observed-data",
        "opinion",
        "report",
        "threat-actor",
        "tool",
        "vulnerability",
    }
)
SRO_TYPES: Final = frozenset({"relationship", "sighting"})
SCO_TYPES: Final = frozenset(
    {
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    }
)
META_TYPES: Final = frozenset({"language-content", "marking-definition", "extension-definition"})
KNOWN_TYPES: Final = SDO_TYPES | SRO_TYPES | SCO_TYPES | META_TYPES | {"bundle"}


class Kind(msgspec.Struct, frozen=True):
    """What a value must be beyond its JSON type. ``text`` marks what full-text search looks at."""

    name: str
    text: bool = False


class Vocab(msgspec.Struct, frozen=True):
    """A term of a vocabulary of section 10; ``name`` is the vocabulary's."""

    name: str


class Between(msgspec.Struct, frozen=True):
    """A number within bounds, both included."""

    low: int | None = None
    high: int | None = None


class Ref(msgspec.Struct, frozen=True):
    """A reference (2.9, 3.3). ``only`` names the types it may point to; ``never`` the known types it may not, customs
    being free.
    """

    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def allows(self, object_type: str) -> bool:
        """True where the property may refer to an object of this type."""
        return object_type in self.only if self.only else object_type not in self.never


class Dictionary(msgspec.Struct, frozen=True):
    """A dictionary (2.3) whose values are ``of``: any, string, integer, strings (a list of them), word (integer or
    string).
    """

    of: str = "any"


def to(*types: str) -> Ref:
    """A reference to one of the named types only."""
    return Ref(only=frozenset(types))


TO_ANY: Final = Ref(never=frozenset({"bundle"}))
TO_SDO: Final = Ref(never=KNOWN_TYPES - SDO_TYPES)
TO_SCO: Final = Ref(never=KNOWN_TYPES - SCO_TYPES)
TO_SDO_OR_SCO: Final = Ref(never=KNOWN_TYPES - SDO_TYPES - SCO_TYPES)
TO_SCO_OR_SRO: Final = Ref(never=KNOWN_TYPES - SCO_TYPES - SRO_TYPES)

Str = Annotated[str, Kind("string")]
Text = Annotated[str, Kind("string", text=True)]
Identifier = Annotated[str, Kind("identifier")]
Timestamp = Annotated[str, Kind("timestamp")]
Milliseconds = Annotated[str, Kind("timestamp-milliseconds")]
Unversioned = Annotated[str, Kind("timestamp-unversioned")]
Hex = Annotated[str, Kind("hex")]
Binary = Annotated[str, Kind("binary")]
Language = Annotated[str, Kind("language")]
Charset = Annotated[str, Kind("charset")]
Url = Annotated[str, Kind("url", text=True)]
HostName = Annotated[str, Kind("domain", text=True)]
Ipv4 = Annotated[str, Kind("ipv4", text=True)]
Ipv6 = Annotated[str, Kind("ipv6", text=True)]
Mac = Annotated[str, Kind("mac", text=True)]
Email = Annotated[str, Kind("email", text=True)]
Cpe = Annotated[str, Kind("cpe", text=True)]
RegistryKey = Annotated[str, Kind("registry-key", text=True)]
RelationshipType = Annotated[str, Kind("relationship-type", text=True)]
Version = Annotated[str, Kind("spec-version")]
Selector = Annotated[str, Kind("string")]
PropertyName = Annotated[str, Kind("property-name")]
Bool = bool
Int = Annotated[int, Between()]
Natural = Annotated[int, Between(low=0)]
Port = Annotated[int, Between(0, 65535)]
Float = float
Hashes = Annotated[dict[str, str], Kind("hashes", text=True)]
Extensions = Annotated[dict[str, dict[str, Any]], Kind("extensions")]
AnyDict = Annotated[dict[str, Any], Dictionary()]
Strings = list[Str]
Texts = list[Text]
