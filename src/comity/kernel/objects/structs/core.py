"""What all objects share: the common properties (STIX 2.1 3.2) and the small types used in them (2.5, 2.11, 7.2.3)."""

from typing import Annotated

import msgspec

from comity.kernel.objects.structs.kinds import (
    TO_ANY,
    Between,
    Bool,
    Extensions,
    Hashes,
    Identifier,
    Kind,
    Language,
    Milliseconds,
    Selector,
    Str,
    Text,
    Version,
    to,
)

IdentityRef = Annotated[str, to("identity")]
MarkingRef = Annotated[str, to("marking-definition")]
ObjectRef = Annotated[str, TO_ANY]
Confidence = Annotated[int, Between(0, 100)]


class Part(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A value with properties of its own inside an object."""


class ExternalReference(Part, kw_only=True):
    """A pointer to something outside STIX (2.5)."""

    source_name: Text
    description: Text | None = None
    url: Str | None = None
    hashes: Hashes | None = None
    external_id: Text | None = None


class KillChainPhase(Part, kw_only=True):
    """A phase of a named kill chain (2.11)."""

    kill_chain_name: Str
    phase_name: Str


class GranularMarking(Part, kw_only=True):
    """A marking or a language for parts of an object (7.2.3)."""

    selectors: list[Selector]
    lang: Language | None = None
    marking_ref: MarkingRef | None = None


class Core(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every object has. The type is the struct's tag."""

    id: Identifier
    object_marking_refs: list[MarkingRef] | None = None
    granular_markings: list[GranularMarking] | None = None


class Described(Core, kw_only=True):
    """What all objects but cyber-observables may say of themselves."""

    spec_version: Version
    created: Milliseconds
    external_references: list[ExternalReference] | None = None


class Versioned(Described, kw_only=True):
    """An object with versions (3.6)."""

    modified: Milliseconds
    revoked: Bool | None = None
    labels: list[Text] | None = None


class Domain(Versioned, kw_only=True):
    """Common properties of domain and relationship objects."""

    created_by_ref: IdentityRef | None = None
    confidence: Confidence | None = None
    lang: Language | None = None
    extensions: Extensions | None = None


class Observable(Core, kw_only=True):
    """Common properties of cyber-observables. They have no versions."""

    spec_version: Version | None = None
    defanged: Annotated[bool, Kind("boolean")] | None = None
    extensions: Extensions | None = None
