"""The types of STIX 2.1: what each is called, what it is in a sentence, the shape that stands for it, and its properties.

``properties`` are those of the specification (STIX 2.1 sections 4 to 7), in the order a reader wants them; common ones
(section 3.2) and those that have a place of their own (description, pattern, hashes, object_refs ...) are left out.
"""

from typing import Final, Literal

import msgspec

from comity.web.words import msgid

Shape = Literal["actor", "activity", "tool", "detection", "observable", "weakness", "place", "writing", "link", "rule"]


class Kind(msgspec.Struct, frozen=True):
    """One type. ``word`` and ``sentence`` are msgids."""

    word: str
    sentence: str
    shape: Shape
    properties: tuple[str, ...]


def _kind(word: str, sentence: str, shape: Shape, properties: str) -> Kind:
    return Kind(word, sentence, shape, tuple(properties.split()))


UNKNOWN: Final = _kind(
    msgid("Custom object"),
    msgid("An object of a type outside STIX 2.1. What it says is kept and shown, not understood."),
    "rule",
    "",
)

KINDS: Final[dict[str, Kind]] = {
    # Section 4, domain objects.
    "attack-pattern": _kind(
        msgid("Attack pattern"), msgid("A way in which adversaries try to break into targets."), "activity", "aliases"
    ),
    "campaign": _kind(
        msgid("Campaign"),
        msgid("Hostile activity over a period, against certain targets, taken to belong together."),
        "activity",
        "aliases first_seen last_seen objective",
    ),
    "course-of-action": _kind(
        msgid("Course of action"), msgid("A step that prevents an attack or answers one."), "writing", "action"
    ),
    "grouping": _kind(
        msgid("Grouping"), msgid("Objects that someone put together for a reason."), "writing", "context"
    ),
    "identity": _kind(
        msgid("Identity"),
        msgid("A person, an organisation, a group or a system."),
        "actor",
        "identity_class sectors roles contact_information",
    ),
    "incident": _kind(msgid("Incident"), msgid("Something that happened to someone's systems."), "activity", ""),
    "indicator": _kind(
        msgid("Indicator"),
        msgid("A pattern that helps to notice suspicious or hostile activity."),
        "detection",
        "indicator_types valid_from valid_until pattern_type pattern_version",
    ),
    "infrastructure": _kind(
        msgid("Infrastructure"),
        msgid("Systems that serve a purpose in an attack or in defence against it."),
        "place",
        "infrastructure_types aliases first_seen last_seen",
    ),
    "intrusion-set": _kind(
        msgid("Intrusion set"),
        msgid("Hostile activity and means that are believed to come from one organisation."),
        "actor",
        "aliases first_seen last_seen goals resource_level primary_motivation secondary_motivations",
    ),
    "location": _kind(
        msgid("Location"),
        msgid("A place on earth."),
        "place",
        "country region administrative_area city street_address postal_code latitude longitude precision",
    ),
    "malware": _kind(
        msgid("Malware"),
        msgid("Software made to do harm."),
        "tool",
        "malware_types is_family aliases first_seen last_seen capabilities architecture_execution_envs "
        "implementation_languages operating_system_refs sample_refs",
    ),
    "malware-analysis": _kind(
        msgid("Malware analysis"),
        msgid("What an analysis of malware found, and with what it was done."),
        "writing",
        "result result_name product version submitted analysis_started analysis_ended sample_ref analysis_sco_refs "
        "host_vm_ref operating_system_ref installed_software_refs configuration_version modules "
        "analysis_engine_version analysis_definition_version",
    ),
    "note": _kind(msgid("Note"), msgid("Words that an analyst adds to other objects."), "writing", "authors"),
    "observed-data": _kind(
        msgid("Observed data"),
        msgid("What was seen on systems or networks, without a judgement."),
        "detection",
        "first_observed last_observed number_observed objects",
    ),
    "opinion": _kind(
        msgid("Opinion"),
        msgid("How far someone agrees with what another said."),
        "writing",
        "opinion explanation authors",
    ),
    "report": _kind(
        msgid("Report"),
        msgid("Findings on a subject, published together with the objects they rest on."),
        "writing",
        "report_types published",
    ),
    "threat-actor": _kind(
        msgid("Threat actor"),
        msgid("Persons, groups or organisations believed to act with hostile intent."),
        "actor",
        "threat_actor_types aliases first_seen last_seen roles goals sophistication resource_level primary_motivation "
        "secondary_motivations personal_motivations",
    ),
    "tool": _kind(
        msgid("Tool"),
        msgid("Legitimate software that adversaries use as well."),
        "tool",
        "tool_types aliases tool_version",
    ),
    "vulnerability": _kind(
        msgid("Vulnerability"), msgid("A weakness in software or hardware that can be exploited."), "weakness", ""
    ),
    # Section 5, relationship objects.
    "relationship": _kind(
        msgid("Relationship"),
        msgid("How one object stands to another."),
        "link",
        "source_ref relationship_type target_ref start_time stop_time",
    ),
    "sighting": _kind(
        msgid("Sighting"),
        msgid("Someone saw something: an indicator, malware, a tool, an actor."),
        "detection",
        "sighting_of_ref count first_seen last_seen where_sighted_refs observed_data_refs summary",
    ),
    # Section 6, cyber-observable objects.
    "artifact": _kind(
        msgid("Artifact"),
        msgid("A file's content, kept or pointed to."),
        "observable",
        "mime_type url encryption_algorithm decryption_key payload_bin",
    ),
    "autonomous-system": _kind(
        msgid("Autonomous system"),
        msgid("A network that routes by a policy of its own."),
        "observable",
        "number name rir",
    ),
    "directory": _kind(
        msgid("Directory"),
        msgid("A directory of a file system."),
        "observable",
        "path path_enc ctime mtime atime contains_refs",
    ),
    "domain-name": _kind(
        msgid("Domain name"), msgid("A name of the domain name system."), "observable", "value resolves_to_refs"
    ),
    "email-addr": _kind(
        msgid("E-mail address"), msgid("A single e-mail address."), "observable", "value display_name belongs_to_ref"
    ),
    "email-message": _kind(
        msgid("E-mail message"),
        msgid("One message, with its headers and parts."),
        "observable",
        "subject date from_ref sender_ref to_refs cc_refs bcc_refs message_id content_type is_multipart body "
        "body_multipart received_lines additional_header_fields raw_email_ref",
    ),
    "file": _kind(
        msgid("File"),
        msgid("A file, by name, size or digest."),
        "observable",
        "name size mime_type magic_number_hex name_enc ctime mtime atime parent_directory_ref contains_refs content_ref",
    ),
    "ipv4-addr": _kind(
        msgid("IPv4 address"),
        msgid("One or more IPv4 addresses."),
        "observable",
        "value resolves_to_refs belongs_to_refs",
    ),
    "ipv6-addr": _kind(
        msgid("IPv6 address"),
        msgid("One or more IPv6 addresses."),
        "observable",
        "value resolves_to_refs belongs_to_refs",
    ),
    "mac-addr": _kind(msgid("MAC address"), msgid("The address of a network interface."), "observable", "value"),
    "mutex": _kind(
        msgid("Mutex"), msgid("A lock by which a program knows that it runs already."), "observable", "name"
    ),
    "network-traffic": _kind(
        msgid("Network traffic"),
        msgid("A connection from one place to another."),
        "observable",
        "src_ref src_port dst_ref dst_port protocols start end is_active src_byte_count dst_byte_count src_packets "
        "dst_packets src_payload_ref dst_payload_ref encapsulates_refs encapsulated_by_ref ipfix",
    ),
    "process": _kind(
        msgid("Process"),
        msgid("A program while it ran."),
        "observable",
        "command_line pid created_time cwd is_hidden image_ref parent_ref child_refs creator_user_ref "
        "opened_connection_refs environment_variables",
    ),
    "software": _kind(
        msgid("Software"), msgid("A software product."), "observable", "name vendor version cpe swid languages"
    ),
    "url": _kind(msgid("URL"), msgid("An address on the web."), "observable", "value"),
    "user-account": _kind(
        msgid("User account"),
        msgid("An account of a person or a service on some system."),
        "observable",
        "user_id account_login account_type display_name credential is_service_account is_privileged can_escalate_privs "
        "is_disabled account_created account_expires credential_last_changed account_first_login account_last_login",
    ),
    "windows-registry-key": _kind(
        msgid("Windows registry key"),
        msgid("A key of the Windows registry and its values."),
        "observable",
        "key values modified_time creator_user_ref number_of_subkeys",
    ),
    "x509-certificate": _kind(
        msgid("X.509 certificate"),
        msgid("A certificate that binds a name to a key."),
        "observable",
        "subject issuer serial_number validity_not_before validity_not_after is_self_signed version signature_algorithm "
        "subject_public_key_algorithm subject_public_key_exponent subject_public_key_modulus x509_v3_extensions",
    ),
    # Section 7, meta objects.
    "extension-definition": _kind(
        msgid("Extension definition"),
        msgid("What an extension of STIX adds, and where it is described."),
        "rule",
        "version extension_types extension_properties schema",
    ),
    "language-content": _kind(
        msgid("Translation"),
        msgid("Parts of another object in other languages."),
        "writing",
        "object_ref object_modified contents",
    ),
    "marking-definition": _kind(
        msgid("Marking definition"),
        msgid("A rule on who may see or use what is marked with it."),
        "rule",
        "definition_type definition",
    ),
    # Ours, by published extensions (docs/extensions).
    "agreement": _kind(
        msgid("Agreement"),
        msgid("What parties agreed about what may go to whom, in numbered articles."),
        "writing",
        "name template signatories articles text",
    ),
    "agreement-signature": _kind(
        msgid("Signature of an agreement"),
        msgid("A party's word that it agrees, signed with both keys of its node."),
        "writing",
        "agreement_ref agreement_modified agreement_digest public_keys signatures",
    ),
    "approval": _kind(
        msgid("Approval"),
        msgid("A person's word, signed, on whether an object may go to those who may have it only after a review."),
        "writing",
        "statement person_signature public_keys signatures",
    ),
    "downgrade-request": _kind(
        msgid("Request for a downgrade"),
        msgid("What asks the source of an object to let it go further than its marking says."),
        "writing",
        "to_refs statement person_signature public_keys signatures",
    ),
}


def kind_of(object_type: str) -> Kind:
    """The kind of a type, ``UNKNOWN`` for one outside the specification."""
    return KINDS.get(object_type, UNKNOWN)
