"""Cyber-observables of networks, mail and certificates (STIX 2.1 6.2, 6.4 to 6.6, 6.8 to 6.12, 6.15, 6.18)."""

from typing import Annotated

from comity.kernel.objects.structs.core import Observable, Part
from comity.kernel.objects.structs.kinds import (
    Bool,
    Dictionary,
    Email,
    Hashes,
    Hex,
    HostName,
    Int,
    Ipv4,
    Ipv6,
    Mac,
    Natural,
    Port,
    Str,
    Strings,
    Text,
    Timestamp,
    Url,
    Vocab,
    to,
)

ArtifactRef = Annotated[str, to("artifact")]
MailRef = Annotated[str, to("email-addr")]
TrafficRef = Annotated[str, to("network-traffic")]
EndpointRef = Annotated[str, to("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name")]
Headers = Annotated[dict[str, list[str]], Dictionary("strings")]


class AutonomousSystem(Observable, tag="autonomous-system", kw_only=True):
    """An autonomous system (6.2)."""

    number: Int
    name: Text | None = None
    rir: Str | None = None


class DomainName(Observable, tag="domain-name", kw_only=True):
    """A domain name (6.4)."""

    value: HostName
    resolves_to_refs: list[Annotated[str, to("ipv4-addr", "ipv6-addr", "domain-name")]] | None = None


class EmailAddress(Observable, tag="email-addr", kw_only=True):
    """One e-mail address (6.5)."""

    value: Email
    display_name: Text | None = None
    belongs_to_ref: Annotated[str, to("user-account")] | None = None


class MimePart(Part, kw_only=True):
    """One part of a message of several (6.6.2)."""

    body: Text | None = None
    body_raw_ref: Annotated[str, to("artifact", "file")] | None = None
    content_type: Str | None = None
    content_disposition: Str | None = None


class EmailMessage(Observable, tag="email-message", kw_only=True):
    """An e-mail message (6.6)."""

    is_multipart: Bool
    date: Timestamp | None = None
    content_type: Str | None = None
    from_ref: MailRef | None = None
    sender_ref: MailRef | None = None
    to_refs: list[MailRef] | None = None
    cc_refs: list[MailRef] | None = None
    bcc_refs: list[MailRef] | None = None
    message_id: Text | None = None
    subject: Text | None = None
    received_lines: Strings | None = None
    additional_header_fields: Headers | None = None
    body: Text | None = None
    body_multipart: list[MimePart] | None = None
    raw_email_ref: ArtifactRef | None = None


class Ipv4Address(Observable, tag="ipv4-addr", kw_only=True):
    """IPv4 addresses in CIDR notation (6.8)."""

    value: Ipv4
    resolves_to_refs: list[Annotated[str, to("mac-addr")]] | None = None
    belongs_to_refs: list[Annotated[str, to("autonomous-system")]] | None = None


class Ipv6Address(Observable, tag="ipv6-addr", kw_only=True):
    """IPv6 addresses in CIDR notation (6.9)."""

    value: Ipv6
    resolves_to_refs: list[Annotated[str, to("mac-addr")]] | None = None
    belongs_to_refs: list[Annotated[str, to("autonomous-system")]] | None = None


class MacAddress(Observable, tag="mac-addr", kw_only=True):
    """A MAC address (6.10)."""

    value: Mac


class Mutex(Observable, tag="mutex", kw_only=True):
    """A mutual exclusion object (6.11)."""

    name: Text


class HttpRequestExt(Part, kw_only=True):
    """An HTTP request (6.12.2)."""

    request_method: Str
    request_value: Text
    request_version: Str | None = None
    request_header: Headers | None = None
    message_body_length: Int | None = None
    message_body_data_ref: ArtifactRef | None = None


class IcmpExt(Part, kw_only=True):
    """ICMP type and code (6.12.3)."""

    icmp_type_hex: Hex
    icmp_code_hex: Hex


class SocketExt(Part, kw_only=True):
    """A network socket (6.12.4)."""

    address_family: Annotated[str, Vocab("network-socket-address-family-enum")]
    is_blocking: Bool | None = None
    is_listening: Bool | None = None
    options: Annotated[dict[str, int], Dictionary("integer")] | None = None
    socket_type: Annotated[str, Vocab("network-socket-type-enum")] | None = None
    socket_descriptor: Natural | None = None
    socket_handle: Int | None = None


class TcpExt(Part, kw_only=True):
    """TCP flags (6.12.5)."""

    src_flags_hex: Hex | None = None
    dst_flags_hex: Hex | None = None


class NetworkTraffic(Observable, tag="network-traffic", kw_only=True):
    """Traffic from a source to a destination (6.12)."""

    start: Timestamp | None = None
    end: Timestamp | None = None
    is_active: Bool | None = None
    src_ref: EndpointRef | None = None
    dst_ref: EndpointRef | None = None
    src_port: Port | None = None
    dst_port: Port | None = None
    protocols: Strings
    src_byte_count: Natural | None = None
    dst_byte_count: Natural | None = None
    src_packets: Natural | None = None
    dst_packets: Natural | None = None
    ipfix: Annotated[dict[str, int | str], Dictionary("word")] | None = None
    src_payload_ref: ArtifactRef | None = None
    dst_payload_ref: ArtifactRef | None = None
    encapsulates_refs: list[TrafficRef] | None = None
    encapsulated_by_ref: TrafficRef | None = None


class UniformResourceLocator(Observable, tag="url", kw_only=True):
    """A uniform resource locator (6.15)."""

    value: Url


class X509V3Extensions(Part, kw_only=True):
    """X.509 v3 extensions (6.18.2)."""

    basic_constraints: Str | None = None
    name_constraints: Str | None = None
    policy_constraints: Str | None = None
    key_usage: Str | None = None
    extended_key_usage: Str | None = None
    subject_key_identifier: Text | None = None
    authority_key_identifier: Text | None = None
    subject_alternative_name: Text | None = None
    issuer_alternative_name: Text | None = None
    subject_directory_attributes: Str | None = None
    crl_distribution_points: Str | None = None
    inhibit_any_policy: Str | None = None
    private_key_usage_period_not_before: Timestamp | None = None
    private_key_usage_period_not_after: Timestamp | None = None
    certificate_policies: Str | None = None
    policy_mappings: Str | None = None


class Certificate(Observable, tag="x509-certificate", kw_only=True):
    """An X.509 certificate (6.18)."""

    is_self_signed: Bool | None = None
    hashes: Hashes | None = None
    version: Str | None = None
    serial_number: Text | None = None
    signature_algorithm: Str | None = None
    issuer: Text | None = None
    validity_not_before: Timestamp | None = None
    validity_not_after: Timestamp | None = None
    subject: Text | None = None
    subject_public_key_algorithm: Str | None = None
    subject_public_key_modulus: Str | None = None
    subject_public_key_exponent: Int | None = None
    x509_v3_extensions: X509V3Extensions | None = None
