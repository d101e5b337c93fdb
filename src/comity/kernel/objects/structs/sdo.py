"""STIX domain objects (STIX 2.1 section 4). Rules between properties stand in ``objects.rules``."""

from typing import Annotated, Any

from comity.kernel.objects.structs.core import Domain, KillChainPhase, ObjectRef
from comity.kernel.objects.structs.kinds import (
    TO_SCO,
    TO_SCO_OR_SRO,
    Between,
    Bool,
    Float,
    Kind,
    Str,
    Text,
    Texts,
    Timestamp,
    Vocab,
    to,
)

SoftwareRef = Annotated[str, to("software")]
Motivation = Annotated[str, Vocab("attack-motivation-ov")]
ResourceLevel = Annotated[str, Vocab("attack-resource-level-ov")]


class AttackPattern(Domain, tag="attack-pattern", kw_only=True):
    """A way adversaries try to compromise targets (4.1)."""

    name: Text
    description: Text | None = None
    aliases: Texts | None = None
    kill_chain_phases: list[KillChainPhase] | None = None


class Campaign(Domain, tag="campaign", kw_only=True):
    """Adversarial behaviour over a time against a set of targets (4.2)."""

    name: Text
    description: Text | None = None
    aliases: Texts | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    objective: Text | None = None


class CourseOfAction(Domain, tag="course-of-action", kw_only=True):
    """What to do against an attack (4.3). ``action`` is reserved and so refused."""

    name: Text
    description: Text | None = None


class Grouping(Domain, tag="grouping", kw_only=True):
    """Objects that share a context (4.4)."""

    name: Text
    description: Text | None = None
    context: Annotated[str, Vocab("grouping-context-ov")]
    object_refs: list[ObjectRef]


class Identity(Domain, tag="identity", kw_only=True):
    """A person, organisation, system or class of them (4.5)."""

    name: Text
    description: Text | None = None
    roles: Texts | None = None
    identity_class: Annotated[str, Vocab("identity-class-ov")] | None = None
    sectors: list[Annotated[str, Vocab("industry-sector-ov")]] | None = None
    contact_information: Text | None = None


class Incident(Domain, tag="incident", kw_only=True):
    """An incident; a stub that extensions fill (4.6)."""

    name: Text
    description: Text | None = None


class Indicator(Domain, tag="indicator", kw_only=True):
    """A pattern that detects suspicious activity (4.7)."""

    name: Text | None = None
    description: Text | None = None
    indicator_types: list[Annotated[str, Vocab("indicator-type-ov")]] | None = None
    pattern: Text
    pattern_type: Annotated[str, Vocab("pattern-type-ov")]
    pattern_version: Str | None = None
    valid_from: Timestamp
    valid_until: Timestamp | None = None
    kill_chain_phases: list[KillChainPhase] | None = None


class Infrastructure(Domain, tag="infrastructure", kw_only=True):
    """Systems and services used for a purpose (4.8)."""

    name: Text
    description: Text | None = None
    infrastructure_types: list[Annotated[str, Vocab("infrastructure-type-ov")]] | None = None
    aliases: Texts | None = None
    kill_chain_phases: list[KillChainPhase] | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None


class IntrusionSet(Domain, tag="intrusion-set", kw_only=True):
    """Behaviours and resources believed to be one organisation's (4.9)."""

    name: Text
    description: Text | None = None
    aliases: Texts | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    goals: Texts | None = None
    resource_level: ResourceLevel | None = None
    primary_motivation: Motivation | None = None
    secondary_motivations: list[Motivation] | None = None


class Location(Domain, tag="location", kw_only=True):
    """A place (4.10)."""

    name: Text | None = None
    description: Text | None = None
    latitude: Annotated[Float, Between(-90, 90)] | None = None
    longitude: Annotated[Float, Between(-180, 180)] | None = None
    precision: Float | None = None
    region: Annotated[str, Vocab("region-ov")] | None = None
    country: Annotated[str, Kind("country", text=True)] | None = None
    administrative_area: Text | None = None
    city: Text | None = None
    street_address: Text | None = None
    postal_code: Text | None = None


class Malware(Domain, tag="malware", kw_only=True):
    """Malicious code, an instance or a family (4.11)."""

    name: Text | None = None
    description: Text | None = None
    malware_types: list[Annotated[str, Vocab("malware-type-ov")]] | None = None
    is_family: Bool | None = None
    aliases: Texts | None = None
    kill_chain_phases: list[KillChainPhase] | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    operating_system_refs: list[SoftwareRef] | None = None
    architecture_execution_envs: list[Annotated[str, Vocab("processor-architecture-ov")]] | None = None
    implementation_languages: list[Annotated[str, Vocab("implementation-language-ov")]] | None = None
    capabilities: list[Annotated[str, Vocab("malware-capabilities-ov")]] | None = None
    sample_refs: list[Annotated[str, to("file", "artifact")]] | None = None


class MalwareAnalysis(Domain, tag="malware-analysis", kw_only=True):
    """The result of an analysis of malware (4.12)."""

    product: Text
    version: Str | None = None
    host_vm_ref: SoftwareRef | None = None
    operating_system_ref: SoftwareRef | None = None
    installed_software_refs: list[SoftwareRef] | None = None
    configuration_version: Str | None = None
    modules: Texts | None = None
    analysis_engine_version: Str | None = None
    analysis_definition_version: Str | None = None
    submitted: Timestamp | None = None
    analysis_started: Timestamp | None = None
    analysis_ended: Timestamp | None = None
    result_name: Text | None = None
    result: Annotated[str, Vocab("malware-result-ov")] | None = None
    analysis_sco_refs: list[Annotated[str, TO_SCO]] | None = None
    sample_ref: Annotated[str, to("file", "network-traffic", "artifact")] | None = None


class Note(Domain, tag="note", kw_only=True):
    """Text about other objects (4.13)."""

    abstract: Text | None = None
    content: Text
    authors: Texts | None = None
    object_refs: list[ObjectRef]


class ObservedData(Domain, tag="observed-data", kw_only=True):
    """What was seen, how often and when (4.14). ``objects`` is the deprecated container."""

    first_observed: Timestamp
    last_observed: Timestamp
    number_observed: Annotated[int, Between(1, 999_999_999)]
    objects: Annotated[dict[str, dict[str, Any]], Kind("container", text=True)] | None = None
    object_refs: list[Annotated[str, TO_SCO_OR_SRO]] | None = None


class Opinion(Domain, tag="opinion", kw_only=True):
    """Agreement or disagreement with other objects (4.15)."""

    explanation: Text | None = None
    authors: Texts | None = None
    opinion: Annotated[str, Vocab("opinion-enum")]
    object_refs: list[ObjectRef]


class Report(Domain, tag="report", kw_only=True):
    """Intelligence published on a subject (4.16)."""

    name: Text
    description: Text | None = None
    report_types: list[Annotated[str, Vocab("report-type-ov")]] | None = None
    published: Timestamp
    object_refs: list[ObjectRef]


class ThreatActor(Domain, tag="threat-actor", kw_only=True):
    """Individuals, groups or organisations with malicious intent (4.17)."""

    name: Text
    description: Text | None = None
    threat_actor_types: list[Annotated[str, Vocab("threat-actor-type-ov")]] | None = None
    aliases: Texts | None = None
    first_seen: Timestamp | None = None
    last_seen: Timestamp | None = None
    roles: list[Annotated[str, Vocab("threat-actor-role-ov")]] | None = None
    goals: Texts | None = None
    sophistication: Annotated[str, Vocab("threat-actor-sophistication-ov")] | None = None
    resource_level: ResourceLevel | None = None
    primary_motivation: Motivation | None = None
    secondary_motivations: list[Motivation] | None = None
    personal_motivations: list[Motivation] | None = None


class Tool(Domain, tag="tool", kw_only=True):
    """Legitimate software that adversaries use (4.18)."""

    name: Text
    description: Text | None = None
    tool_types: list[Annotated[str, Vocab("tool-type-ov")]] | None = None
    aliases: Texts | None = None
    kill_chain_phases: list[KillChainPhase] | None = None
    tool_version: Str | None = None


class Vulnerability(Domain, tag="vulnerability", kw_only=True):
    """A weakness that can be exploited (4.19)."""

    name: Text
    description: Text | None = None
