"""STIX meta objects (STIX 2.1 section 7) and the bundle (section 8)."""

from typing import Annotated, Any

import msgspec

from comity.kernel.objects.structs.core import Confidence, Described, IdentityRef, ObjectRef, Versioned
from comity.kernel.objects.structs.kinds import (
    AnyDict,
    Extensions,
    Identifier,
    Kind,
    PropertyName,
    Str,
    Text,
    Timestamp,
    Unversioned,
    Vocab,
)


class LanguageContent(Versioned, tag="language-content", kw_only=True):
    """Text of another object in other languages (7.1). It has no ``lang`` of its own."""

    created_by_ref: IdentityRef | None = None
    confidence: Confidence | None = None
    extensions: Extensions | None = None
    object_ref: ObjectRef
    object_modified: Timestamp | None = None
    contents: Annotated[dict[str, dict[str, Any]], Kind("translations", text=True)]


class MarkingDefinition(Described, tag="marking-definition", kw_only=True):
    """A marking (7.2.1). It has no versions."""

    created: Unversioned
    created_by_ref: IdentityRef | None = None
    extensions: Extensions | None = None
    name: Text | None = None
    definition_type: Annotated[str, Kind("definition-type")] | None = None
    definition: Annotated[AnyDict, Kind("definition", text=True)] | None = None


class ExtensionDefinition(Versioned, tag="extension-definition", kw_only=True):
    """What an extension of STIX adds (7.3)."""

    created_by_ref: IdentityRef
    name: Text
    description: Text | None = None
    schema: Text
    version: Str
    extension_types: list[Annotated[str, Vocab("extension-type-enum")]]
    extension_properties: list[PropertyName] | None = None


class Bundle(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="type", tag="bundle"):
    """Objects travelling together, which says nothing of them (section 8). The objects are raw: each is read on its
    own.
    """

    id: Identifier
    objects: list[msgspec.Raw] | None = None
