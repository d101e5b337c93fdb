"""Relationships that the specification defines between domain objects and cyber-observables (STIX 2.1 3.7, and the
tables of 4 and 6).

Lives here: the table. Any other name, and any other pair, is allowed too (5.1); it is worth a warning and no more.
"""

from typing import Final

from comity.kernel.objects.structs.kinds import KNOWN_TYPES, SCO_TYPES

# Source, names, targets. "*" stands for every cyber-observable.
_TABLE: Final = (
    ("attack-pattern", "delivers", "malware"),
    ("attack-pattern", "targets", "identity location vulnerability"),
    ("attack-pattern", "uses", "malware tool"),
    ("campaign", "attributed-to", "intrusion-set threat-actor"),
    ("campaign", "compromises", "infrastructure"),
    ("campaign", "originates-from", "location"),
    ("campaign", "targets", "identity location vulnerability"),
    ("campaign", "uses", "attack-pattern infrastructure malware tool"),
    ("course-of-action", "investigates", "indicator"),
    ("course-of-action", "mitigates", "attack-pattern indicator malware tool vulnerability"),
    ("course-of-action", "remediates", "malware vulnerability"),
    ("identity", "located-at", "location"),
    ("indicator", "indicates", "attack-pattern campaign infrastructure intrusion-set malware threat-actor tool"),
    ("indicator", "based-on", "observed-data"),
    ("infrastructure", "communicates-with", "infrastructure ipv4-addr ipv6-addr domain-name url"),
    ("infrastructure", "consists-of", "infrastructure observed-data *"),
    ("infrastructure", "controls", "infrastructure malware"),
    ("infrastructure", "delivers", "malware"),
    ("infrastructure", "has", "vulnerability"),
    ("infrastructure", "hosts", "tool malware"),
    ("infrastructure", "located-at", "location"),
    ("infrastructure", "uses", "infrastructure"),
    ("intrusion-set", "attributed-to", "threat-actor"),
    ("intrusion-set", "compromises", "infrastructure"),
    ("intrusion-set", "hosts owns", "infrastructure"),
    ("intrusion-set", "originates-from", "location"),
    ("intrusion-set", "targets", "identity location vulnerability"),
    ("intrusion-set", "uses", "attack-pattern infrastructure malware tool"),
    ("malware", "authored-by", "threat-actor intrusion-set"),
    ("malware", "beacons-to exfiltrates-to", "infrastructure"),
    ("malware", "communicates-with", "ipv4-addr ipv6-addr domain-name url"),
    ("malware", "controls", "malware"),
    ("malware", "downloads drops", "malware tool file"),
    ("malware", "exploits", "vulnerability"),
    ("malware", "originates-from", "location"),
    ("malware", "targets", "identity infrastructure location vulnerability"),
    ("malware", "uses", "attack-pattern infrastructure malware tool"),
    ("malware", "variant-of", "malware"),
    ("malware-analysis", "characterizes", "malware"),
    ("malware-analysis", "av-analysis-of", "malware"),
    ("malware-analysis", "static-analysis-of", "malware"),
    ("malware-analysis", "dynamic-analysis-of", "malware"),
    ("threat-actor", "attributed-to", "identity"),
    ("threat-actor", "compromises", "infrastructure"),
    ("threat-actor", "hosts owns", "infrastructure"),
    ("threat-actor", "impersonates", "identity"),
    ("threat-actor", "located-at", "location"),
    ("threat-actor", "targets", "identity location vulnerability"),
    ("threat-actor", "uses", "attack-pattern infrastructure malware tool"),
    ("tool", "delivers", "malware"),
    ("tool", "drops", "malware"),
    ("tool", "has", "vulnerability"),
    ("tool", "targets", "identity infrastructure location vulnerability"),
    ("tool", "uses", "infrastructure"),
    ("domain-name", "resolves-to", "domain-name ipv4-addr ipv6-addr"),
    ("ipv4-addr", "resolves-to", "mac-addr"),
    ("ipv4-addr", "belongs-to", "autonomous-system"),
    ("ipv6-addr", "resolves-to", "mac-addr"),
    ("ipv6-addr", "belongs-to", "autonomous-system"),
)

_COMMON: Final = frozenset({"derived-from", "duplicate-of"})


def _spread() -> frozenset[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for source, names, targets in _TABLE:
        for target in targets.split():
            for each in sorted(SCO_TYPES) if target == "*" else (target,):
                found.update((source, name, each) for name in names.split())
    return frozenset(found)


DEFINED: Final[frozenset[tuple[str, str, str]]] = _spread()


def is_expected(source: str, name: str, target: str) -> bool:
    """True where the specification has this relationship, or has nothing to say of these types because one is
    custom.
    """
    return (
        (source, name, target) in DEFINED
        or name == "related-to"
        or (name in _COMMON and source == target)
        or source not in KNOWN_TYPES
        or target not in KNOWN_TYPES
    )
