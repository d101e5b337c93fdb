"""What the properties of one object demand of each other (STIX 2.1 sections 4 to 7).

Lives here: rules as small functions over a getter, so that the same rule runs on a decoded mapping and on a strict
struct: the careful and the fast reader can't disagree. A getter gives None for what is absent. Rules say nothing about
values of the wrong type; the shapes do.
"""

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from comity.kernel.objects.forms import moment, type_of
from comity.kernel.objects.markings import TLP1_IDS
from comity.kernel.objects.structs import core, files, hosts, sco
from comity.kernel.objects.structs.kinds import KNOWN_TYPES, SCO_TYPES

Get = Callable[[str], Any]


class Broken(msgspec.Struct, frozen=True):
    """A rule that does not hold: the property it is about ("" for the object), the clause ("" for the shape's own), and
    why.
    """

    name: str
    clause: str
    message: str


Rule = Callable[[Get], Broken | None]


def ordered(first: str, last: str, clause: str, *, strictly: bool = False) -> Rule:
    """``last`` is not before ``first``; strictly: it is after it."""
    word = "later than" if strictly else "no earlier than"

    def rule(get: Get) -> Broken | None:
        start, end = get(first), get(last)
        if not isinstance(start, str) or not isinstance(end, str):
            return None
        begin, until = moment(start), moment(end)
        if begin is None or until is None or begin < until or (begin == until and not strictly):
            return None
        return Broken(last, clause, f"{last} must be {word} {first}")

    return rule


def any_of(*names: str, clause: str = "") -> Rule:
    """At least one of the properties is there."""

    def rule(get: Get) -> Broken | None:
        for name in names:
            if get(name) is not None:
                return None
        return Broken("", clause, f"at least one of {', '.join(names)} is required")

    return rule


def one_of(first: str, second: str, clause: str) -> Rule:
    """Exactly one of two properties is there."""

    def rule(get: Get) -> Broken | None:
        if (get(first) is None) != (get(second) is None):
            return None
        how = "both are there" if get(first) is not None else "neither is there"
        return Broken("", clause, f"exactly one of {first} and {second} is required, {how}")

    return rule


def needs(name: str, other: str, clause: str) -> Rule:
    """Where ``name`` is, ``other`` is too."""

    def rule(get: Get) -> Broken | None:
        if get(name) is None or get(other) is not None:
            return None
        return Broken(name, clause, f"{name} must not be there without {other}")

    return rule


def excludes(name: str, flag: str, *, when: bool, clause: str) -> Rule:
    """``name`` is not there when the boolean ``flag`` is ``when``."""

    def rule(get: Get) -> Broken | None:
        if get(name) is None or get(flag) is not when:
            return None
        return Broken(name, clause, f"{name} must not be there when {flag} is {str(when).lower()}")

    return rule


def external_ids(source: str, form: str, clause: str) -> Rule:
    """External references to a named list carry its identifiers, and its identifiers are cited under its name."""
    fits = re.compile(form).fullmatch

    def rule(get: Get) -> Broken | None:
        references = get("external_references")
        for index, each in enumerate(references if isinstance(references, list) else ()):
            name, identifier = _member(each, "source_name"), _member(each, "external_id")
            if not isinstance(identifier, str) or not isinstance(name, str):
                continue
            if (name == source) != bool(fits(identifier)):
                why = f"source {source} goes with an external_id of its form, and that form with source {source}"
                return Broken(f"external_references[{index}]", clause, why)
        return None

    return rule


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _family_has_name(get: Get) -> Broken | None:
    if get("is_family") is True and get("name") is None:
        return Broken("name", "4.11.1", "a malware family must have a name")
    return None


def _place_is_given(get: Get) -> Broken | None:
    if get("region") is None and get("country") is None and (get("latitude") is None or get("longitude") is None):
        return Broken("", "4.10", "at least one of region, country, or latitude with longitude is required")
    return None


def _observes_something(get: Get) -> Broken | None:
    """At least one of the references is to an observable (4.14.1); one of an unknown type may be."""
    refs = get("object_refs")
    if not isinstance(refs, list) or not refs:
        return None
    for ref in refs:
        kind = type_of(ref) if isinstance(ref, str) else ""
        if kind in SCO_TYPES or kind not in KNOWN_TYPES:
            return None
    return Broken("object_refs", "4.14.1", "at least one cyber-observable must be referred to")


def _properties_are_toplevel(get: Get) -> Broken | None:
    kinds = get("extension_types")
    if get("extension_properties") is None or not isinstance(kinds, list) or "toplevel-property-extension" in kinds:
        return None
    return Broken("extension_properties", "7.3.1", "extension_properties is only for toplevel-property-extension")


def _marks_not_itself(get: Get) -> Broken | None:
    own = get("id")
    marks = get("object_marking_refs")
    if isinstance(marks, list) and own in marks:
        return Broken("object_marking_refs", "3.2", "a marking definition must not mark itself")
    markings = get("granular_markings")
    for each in markings if isinstance(markings, list) else ():
        if own is not None and _member(each, "marking_ref") == own:
            return Broken("granular_markings", "3.2", "a marking definition must not mark itself")
    return None


_TLP_CREATED: Final = moment("2017-01-20T00:00:00.000Z")
_TLP_COLOURS: Final = {
    marking: "white" if level == 0 else level.label.removeprefix("TLP:").lower() for marking, level in TLP1_IDS.items()
}


def _tlp_is_exact(get: Get) -> Broken | None:
    """Only the four TLP definitions of 7.2.1.4 exist: same id, level, time and name."""
    own, definition, created = get("id"), get("definition"), get("created")
    colour = _TLP_COLOURS.get(own) if isinstance(own, str) else None
    if get("definition_type") != "tlp" and colour is None:
        return None
    name = get("name")
    exact = (
        colour is not None
        and get("definition_type") == "tlp"
        and definition == {"tlp": colour}
        and isinstance(created, str)
        and moment(created) == _TLP_CREATED
        and name in (None, f"TLP:{colour.upper()}")
    )
    return (
        None if exact else Broken("definition", "7.2.1.4", "not one of the four TLP marking definitions that may exist")
    )


def _statement_is_there(get: Get) -> Broken | None:
    definition = get("definition")
    if (
        get("definition_type") != "statement"
        or not isinstance(definition, dict)
        or isinstance(definition.get("statement"), str)
    ):
        return None
    return Broken("definition", "7.2.1.3", "a statement marking must have the string property statement")


def _defines_something(get: Get) -> Broken | None:
    if get("extensions") is not None:
        return None
    for name in ("definition_type", "definition"):
        if get(name) is None:
            return Broken(name, "7.2.1", f"{name} is required where there are no extensions")
    return None


def _more_than_type(get: Get) -> Broken | None:
    if any(get(name) is not None for name in files.WindowsPeBinaryExt.__struct_fields__ if name != "pe_type"):
        return None
    return Broken("", "6.7.6", "at least one property besides pe_type is required")


def _traffic_ended(get: Get) -> Broken | None:
    if get("end") is not None and get("is_active") is True:
        return Broken("end", "6.12.1", "end must not be there when is_active is true")
    return None


def own(struct: type[core.Part] | type[core.Core], *more: str, leave: tuple[str, ...] = ()) -> Rule:
    """At least one of the properties a struct adds to the common ones, or of ``more``."""
    shared = set(core.Observable.__struct_fields__) | set(leave)
    return any_of(*(name for name in struct.__struct_fields__ if name not in shared), *more)


_encoded_word = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=").search


def _header_is_decoded(get: Get) -> Broken | None:
    subject = get("subject")
    if isinstance(subject, str) and _encoded_word(subject):
        return Broken("subject", "6.6", "encoded words of RFC 2047 must be decoded")
    return None


_VERSIONS = ordered("created", "modified", "3.2")
_SEEN = ordered("first_seen", "last_seen", "")
_CAPEC = external_ids("capec", r"CAPEC-[0-9]+", "4.1.1")
_CVE = external_ids("cve", r"CVE-[0-9]{4}-[0-9]{4,}", "4.19.1")

# Rules by type; "*" are those of every versioned object, which come first in each.
RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "*": (_VERSIONS,),
    "attack-pattern": (_VERSIONS, _CAPEC),
    "campaign": (_VERSIONS, _SEEN),
    "course-of-action": (_VERSIONS,),
    "grouping": (_VERSIONS,),
    "identity": (_VERSIONS,),
    "incident": (_VERSIONS,),
    "indicator": (_VERSIONS, ordered("valid_from", "valid_until", "4.7.1", strictly=True)),
    "infrastructure": (_VERSIONS, _SEEN),
    "intrusion-set": (_VERSIONS, _SEEN),
    "location": (
        _VERSIONS,
        _place_is_given,
        needs("latitude", "longitude", "4.10.1"),
        needs("longitude", "latitude", "4.10.1"),
        needs("precision", "latitude", "4.10.1"),
        needs("precision", "longitude", "4.10.1"),
    ),
    "malware": (_VERSIONS, _SEEN, _family_has_name),
    "malware-analysis": (_VERSIONS, any_of("result", "analysis_sco_refs", clause="4.12")),
    "note": (_VERSIONS,),
    "observed-data": (
        _VERSIONS,
        ordered("first_observed", "last_observed", "4.14.1"),
        one_of("objects", "object_refs", "4.14"),
        _observes_something,
    ),
    "opinion": (_VERSIONS,),
    "report": (_VERSIONS,),
    "threat-actor": (_VERSIONS, _SEEN),
    "tool": (_VERSIONS,),
    "vulnerability": (_VERSIONS, _CVE),
    "relationship": (_VERSIONS, ordered("start_time", "stop_time", "5.1.2", strictly=True)),
    "sighting": (_VERSIONS, _SEEN),
    "artifact": (
        one_of("payload_bin", "url", "6.1.1"),
        needs("url", "hashes", "6.1.1"),
        needs("decryption_key", "encryption_algorithm", "6.1.1"),
    ),
    "email-message": (
        excludes("body", "is_multipart", when=True, clause="6.6.1"),
        excludes("body_multipart", "is_multipart", when=False, clause="6.6.1"),
        _header_is_decoded,
    ),
    "file": (any_of("hashes", "name", clause="6.7"), needs("name_enc", "name", "3.1")),
    "network-traffic": (any_of("src_ref", "dst_ref", clause="6.12"), ordered("start", "end", "6.12.1"), _traffic_ended),
    "process": (own(hosts.Process, "extensions"),),
    "user-account": (own(hosts.UserAccount, "extensions"),),
    "windows-registry-key": (own(hosts.WindowsRegistryKey, "extensions"),),
    "x509-certificate": (own(sco.Certificate),),
    "language-content": (_VERSIONS,),
    "marking-definition": (_marks_not_itself, _defines_something, _statement_is_there, _tlp_is_exact),
    "extension-definition": (_VERSIONS, _properties_are_toplevel),
}

PART_RULES: Final[dict[type, tuple[Rule, ...]]] = {
    core.ExternalReference: (any_of("description", "url", "external_id", clause="2.5.2"),),
    core.GranularMarking: (one_of("lang", "marking_ref", "7.2.3"),),
    files.NtfsExt: (own(files.NtfsExt),),
    files.PdfExt: (own(files.PdfExt),),
    files.RasterImageExt: (own(files.RasterImageExt),),
    files.PeOptionalHeader: (own(files.PeOptionalHeader),),
    files.WindowsPeBinaryExt: (_more_than_type,),
    sco.MimePart: (any_of("body", "body_raw_ref", clause="6.6.2"),),
    sco.TcpExt: (own(sco.TcpExt),),
    sco.X509V3Extensions: (own(sco.X509V3Extensions),),
    hosts.WindowsProcessExt: (own(hosts.WindowsProcessExt),),
    hosts.WindowsServiceExt: (own(hosts.WindowsServiceExt),),
    hosts.UnixAccountExt: (own(hosts.UnixAccountExt),),
    hosts.RegistryValue: (own(hosts.RegistryValue),),
}
