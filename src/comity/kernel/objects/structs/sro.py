"""STIX relationship objects (STIX 2.1 section 5)."""

from typing import Annotated

from comity.kernel.objects.structs.core import Domain
from comity.kernel.objects.structs.kinds import (
    TO_SDO,
    TO_SDO_OR_SCO,
    Between,
    Bool,
    RelationshipType,
    Text,
    Timestamp,
    to,
)


class Relationship(Domain, tag="relationship", kw_only=True):
    """How two domain objects or observables relate (5.1)."""

    relationship_type: RelationshipType
    description: Text | None = None
    source_ref: Annotated[str, TO_SDO_OR_SCO]
    target_ref: Annotated[str, TO_SDO_OR_SCO]
    start_time: Timestamp | None = None
    stop_time: Timestamp | None = None


class Sighting(Domain, tag="sighting", kw_only=True):
    """The belief that something was seen (5.2)."""

    description: Text | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    count: Annotated[int, Between(0, 999_999_999)] | None = None
    sighting_of_ref: Annotated[str, TO_SDO]
    observed_data_refs: list[Annotated[str, to("observed-data")]] | None = None
    where_sighted_refs: list[Annotated[str, to("identity", "location")]] | None = None
    summary: Bool | None = None
