"""All object types by name, with the clause each stands in, and the predefined extensions of each cyber-observable."""

from typing import Final

import msgspec

from comity.kernel.objects.structs import files, hosts, meta, sco, sdo, sro
from comity.kernel.objects.structs.core import Core, Part


class Entry(msgspec.Struct, frozen=True):
    """One object type: its struct, its clause, and the clause of each predefined extension with its struct."""

    struct: type[Core]
    clause: str
    extensions: dict[str, tuple[type[Part], str]] = {}


CATALOGUE: Final[dict[str, Entry]] = {
    "attack-pattern": Entry(sdo.AttackPattern, "4.1"),
    "campaign": Entry(sdo.Campaign, "4.2"),
    "course-of-action": Entry(sdo.CourseOfAction, "4.3"),
    "grouping": Entry(sdo.Grouping, "4.4"),
    "identity": Entry(sdo.Identity, "4.5"),
    "incident": Entry(sdo.Incident, "4.6"),
    "indicator": Entry(sdo.Indicator, "4.7"),
    "infrastructure": Entry(sdo.Infrastructure, "4.8"),
    "intrusion-set": Entry(sdo.IntrusionSet, "4.9"),
    "location": Entry(sdo.Location, "4.10"),
    "malware": Entry(sdo.Malware, "4.11"),
    "malware-analysis": Entry(sdo.MalwareAnalysis, "4.12"),
    "note": Entry(sdo.Note, "4.13"),
    "observed-data": Entry(sdo.ObservedData, "4.14"),
    "opinion": Entry(sdo.Opinion, "4.15"),
    "report": Entry(sdo.Report, "4.16"),
    "threat-actor": Entry(sdo.ThreatActor, "4.17"),
    "tool": Entry(sdo.Tool, "4.18"),
    "vulnerability": Entry(sdo.Vulnerability, "4.19"),
    "relationship": Entry(sro.Relationship, "5.1"),
    "sighting": Entry(sro.Sighting, "5.2"),
    "artifact": Entry(files.Artifact, "6.1"),
    "autonomous-system": Entry(sco.AutonomousSystem, "6.2"),
    "directory": Entry(files.Directory, "6.3"),
    "domain-name": Entry(sco.DomainName, "6.4"),
    "email-addr": Entry(sco.EmailAddress, "6.5"),
    "email-message": Entry(sco.EmailMessage, "6.6"),
    "file": Entry(
        files.File,
        "6.7",
        {
            "archive-ext": (files.ArchiveExt, "6.7.2"),
            "ntfs-ext": (files.NtfsExt, "6.7.3"),
            "pdf-ext": (files.PdfExt, "6.7.4"),
            "raster-image-ext": (files.RasterImageExt, "6.7.5"),
            "windows-pebinary-ext": (files.WindowsPeBinaryExt, "6.7.6"),
        },
    ),
    "ipv4-addr": Entry(sco.Ipv4Address, "6.8"),
    "ipv6-addr": Entry(sco.Ipv6Address, "6.9"),
    "mac-addr": Entry(sco.MacAddress, "6.10"),
    "mutex": Entry(sco.Mutex, "6.11"),
    "network-traffic": Entry(
        sco.NetworkTraffic,
        "6.12",
        {
            "http-request-ext": (sco.HttpRequestExt, "6.12.2"),
            "icmp-ext": (sco.IcmpExt, "6.12.3"),
            "socket-ext": (sco.SocketExt, "6.12.4"),
            "tcp-ext": (sco.TcpExt, "6.12.5"),
        },
    ),
    "process": Entry(
        hosts.Process,
        "6.13",
        {
            "windows-process-ext": (hosts.WindowsProcessExt, "6.13.2"),
            "windows-service-ext": (hosts.WindowsServiceExt, "6.13.3"),
        },
    ),
    "software": Entry(hosts.Software, "6.14"),
    "url": Entry(sco.UniformResourceLocator, "6.15"),
    "user-account": Entry(hosts.UserAccount, "6.16", {"unix-account-ext": (hosts.UnixAccountExt, "6.16.2")}),
    "windows-registry-key": Entry(hosts.WindowsRegistryKey, "6.17"),
    "x509-certificate": Entry(sco.Certificate, "6.18"),
    "language-content": Entry(meta.LanguageContent, "7.1"),
    "marking-definition": Entry(meta.MarkingDefinition, "7.2.1"),
    "extension-definition": Entry(meta.ExtensionDefinition, "7.3"),
}
