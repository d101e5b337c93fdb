"""A seeded corpus of STIX 2.1 objects to measure with: made here, nothing in it is about anyone.

The same seed gives the same bytes on every machine, and a corpus of n objects is a prefix of every larger one.
References point to earlier objects only, so every prefix is closed. About one object in twenty is a later version of an
earlier one. Ids of cyber-observables are the UUIDv5 of clause 2.9. Hosts end in .example, .test or .invalid; addresses
are private.

Only `Random.random` and `Random.getrandbits` are drawn from (both are stable between Python versions); there is no
clock.
"""

from __future__ import annotations

import hashlib
import json
import random
import uuid
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Goes into the cached file's name: raise it with every change to what is drawn.
EDITION: Final = 1
SEED: Final = 20_26

Stix = dict[str, Any]

_NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7").bytes  # clause 2.9
_TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_TLP: Final = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
# Out of a hundred: what partners who share in earnest mark most is green; a few objects say nothing.
_TLP_SHARES: Final = (("clear", 24), ("green", 40), ("amber", 22), ("amber+strict", 6), ("red", 4), ("", 4))
_TLP_WHEEL: Final = tuple(_TLP.get(name, "") for name, share in _TLP_SHARES for _ in range(share))

# Per mille of the stream.
_SHARES: Final = (
    ("indicator", 210),
    ("relationship", 195),
    ("ipv4-addr", 75),
    ("domain-name", 70),
    ("file", 62),
    ("url", 53),
    ("later version", 50),
    ("sighting", 44),
    ("observed-data", 38),
    ("vulnerability", 28),
    ("note", 26),
    ("malware", 25),
    ("network-traffic", 24),
    ("report", 22),
    ("email-addr", 20),
    ("attack-pattern", 14),
    ("x509-certificate", 12),
    ("campaign", 8),
    ("opinion", 6),
    ("grouping", 5),
    ("course-of-action", 4),
    ("threat-actor", 3),
    ("intrusion-set", 3),
    ("identity", 2),
    ("location", 1),
)
_WHEEL: Final = tuple(name for name, share in _SHARES for _ in range(share))

# One of each of these stands before the stream, so that whatever refers finds something to refer to.
_OPENING: Final = (
    *["identity"] * 8,
    *["location"] * 3,
    *["ipv4-addr"] * 3,
    *["domain-name"] * 3,
    *["file", "url", "email-addr"],
    *["malware", "attack-pattern", "vulnerability", "threat-actor", "intrusion-set", "campaign"],
    *["indicator", "observed-data", "course-of-action"],
)
_OBSERVABLES: Final = ("ipv4-addr", "domain-name", "url", "file", "email-addr", "network-traffic")
_LINKS: Final = (
    ("indicator", "indicates", "malware"),
    ("indicator", "indicates", "malware"),
    ("indicator", "indicates", "campaign"),
    ("indicator", "indicates", "attack-pattern"),
    ("indicator", "based-on", "observed-data"),
    ("malware", "communicates-with", "domain-name"),
    ("malware", "communicates-with", "ipv4-addr"),
    ("malware", "exploits", "vulnerability"),
    ("malware", "uses", "attack-pattern"),
    ("domain-name", "resolves-to", "ipv4-addr"),
    ("campaign", "attributed-to", "intrusion-set"),
    ("campaign", "uses", "malware"),
    ("intrusion-set", "attributed-to", "threat-actor"),
    ("intrusion-set", "targets", "location"),
    ("threat-actor", "uses", "attack-pattern"),
    ("threat-actor", "targets", "identity"),
    ("course-of-action", "mitigates", "attack-pattern"),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_HEADS: Final = _words(
    """alder bracken cinder dapple ember fallow gannet hollow inlet jackdaw knoll lantern meadow nettle osier pebble
    quarry rushes sorrel teasel upland vetch wicket yarrow"""
)
_TAILS: Final = _words(
    """anvil barrow cradle drover eddy ferry gable hearth islet jetty kiln loom mason needle oar plough quern rudder
    spindle thatch urn weir"""
)
_CLAUSES: Final = (
    "seen on a mail gateway of the port authority shortly before working hours",
    "the loader is fetched over HTTPS and started by a scheduled task with a plausible name",
    "two operators of substations report the same certificate on machines that do not know each other",
    "the account had been idle for ninety days and signed in from a network it never used",
    "traffic leaves every four hours and is padded to a constant length",
    "the exposed remote-access appliance was patched on the day after, and the session tokens were kept",
    "we hold the image of the disk and can answer questions on it",
    "confidence is moderate: one source saw it directly, the other repeats what it was told",
    "the lure names a conference that does take place, with the true programme attached",
    "la campagne vise des exploitants portuaires ; les journaux sont conservés six mois",
    "der Dienst wurde vom Netz genommen, die Untersuchung läuft weiter",
    "항만 운영사의 계정이 같은 날 두 나라에서 사용되었다",
    "no payload was recovered; the name is taken from the path in the debug information",
    "blocking at the resolver has been enough so far and has broken nothing that we know of",
    "the same key pair signed three samples that differ only in their configuration",
    "an analyst of ours takes the overlap for coincidence, and says so in the note beside this",
)
_PLACES: Final = (
    "EE",
    "FI",
    "PL",
    "DE",
    "FR",
    "NL",
    "CZ",
    "AT",
    "RO",
    "IT",
    "ES",
    "SE",
    "NO",
    "CH",
    "KR",
    "JP",
    "AU",
    "CA",
)
_SECTORS: Final = ("energy", "transportation", "government", "telecommunications", "healthcare", "financial-services")
_STEPS: Final = (
    "initial-access",
    "execution",
    "persistence",
    "discovery",
    "lateral-movement",
    "exfiltration",
    "impact",
)

_START: Final = 1_767_225_600_000  # 2026-01-01 in milliseconds
_DAY: Final = 86_400_000
_ODD: Final = 0x9E3779B1  # an odd factor walks through all residues: counted values look mixed and never repeat
_DATES: dict[int, str] = {}


def _moment(milliseconds: int) -> str:
    day, rest = divmod(milliseconds, _DAY)
    date = _DATES.get(day)
    if date is None:
        days = day + 719_468  # the proleptic calendar counted from 0000-03-01
        era, of_era = divmod(days, 146_097)
        year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
        of_year = of_era - (365 * year + year // 4 - year // 100)
        shifted = (5 * of_year + 2) // 153
        month = shifted + 3 if shifted < 10 else shifted - 9
        date = f"{year + era * 400 + (month <= 2):04d}-{month:02d}-{of_year - (153 * shifted + 2) // 5 + 1:02d}T"
        _DATES[day] = date
    minutes, thousandths = divmod(rest, 60_000)
    return f"{date}{minutes // 60:02d}:{minutes % 60:02d}:{thousandths // 1000:02d}.{thousandths % 1000:03d}Z"


def _derived_id(kind: str, contributing: Stix) -> str:
    """Clause 2.9: UUIDv5 over the canonical form of what contributes (here text, whole numbers, lists and maps)."""
    canonical = json.dumps(contributing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = bytearray(hashlib.sha1(_NAMESPACE + canonical.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return f"{kind}--{uuid.UUID(bytes=bytes(digest))}"


class _Stream:
    """One pass over the corpus. What has been made is remembered only as far as later objects need it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._ids: dict[str, list[str]] = {name: [] for name, _ in _SHARES}
        self._described: list[str] = []
        self._recent: list[tuple[Stix, int]] = []
        self._count = 0
        self._makers: dict[str, Callable[[], Stix]] = {
            name: getattr(self, "_" + name.replace("-", "_").replace(" ", "_")) for name, _ in _SHARES
        }

    def __iter__(self) -> Iterator[Stix]:
        yield from _tlp_definitions()
        for kind in _OPENING:
            yield self._next(kind)
        while True:
            yield self._next(_WHEEL[self._below(len(_WHEEL))])

    def _next(self, kind: str) -> Stix:
        made = self._makers[kind]()
        self._count += 1
        if kind != "later version":
            ids = self._ids[kind]
            if len(ids) < 50_000:
                ids.append(made["id"])
            else:
                ids[self._below(50_000)] = made["id"]
        return made

    # Draws.

    def _below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def _one(self, choices: Sequence[Any]) -> Any:
        return choices[int(self._random.random() * len(choices))]

    def _some(self, choices: Sequence[str], fewest: int, most: int) -> list[str]:
        return list(dict.fromkeys(self._one(choices) for _ in range(fewest + self._below(most - fewest + 1))))

    def _chance(self, percent: int) -> bool:
        return self._random.random() * 100 < percent

    def _hex(self, digits: int) -> str:
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def _name(self) -> str:
        return f"{self._one(_HEADS)} {self._one(_TAILS)}".title()

    def _text(self, fewest: int, most: int) -> str:
        return ". ".join(self._one(_CLAUSES) for _ in range(fewest + self._below(most - fewest + 1))) + "."

    def _now(self) -> int:
        """Days pass as the corpus grows: ten thousand objects take about a week."""
        return _START + self._count * 60_000 % (320 * _DAY) + self._below(60_000)

    # Frames.

    def _domain_object(self, kind: str, **properties: Any) -> Stix:
        now = self._now()
        moment = _moment(now)
        made: Stix = {
            "type": kind,
            "spec_version": "2.1",
            "id": f"{kind}--{uuid.UUID(int=self._random.getrandbits(128), version=4)}",
        }
        authors = self._ids["identity"]
        if authors:
            made["created_by_ref"] = authors[self._below(min(len(authors), 60))]
        made["created"] = made["modified"] = moment
        made.update(properties)
        if self._chance(35):
            made["confidence"] = self._one((15, 30, 50, 70, 85, 95))
        if self._chance(30):
            made["labels"] = self._some(_SECTORS, 1, 2)
        if self._chance(40):
            reference = f"{self._one(_HEADS)}-{self._hex(6)}"
            made["external_references"] = [
                {"source_name": "case file", "external_id": reference, "description": self._one(_CLAUSES)}
            ]
        marking = _TLP_WHEEL[self._below(100)]
        if marking:
            made["object_marking_refs"] = [marking]
        if len(self._recent) < 20_000:
            self._recent.append((made, now))
        elif self._chance(10):
            self._recent[self._below(20_000)] = (made, now)
        if kind not in {"relationship", "sighting", "note", "opinion", "report", "grouping"} and (
            len(self._described) < 50_000
        ):
            self._described.append(made["id"])
        return made

    def _observable(self, kind: str, contributing: Stix, **properties: Any) -> Stix:
        made: Stix = {"type": kind, "spec_version": "2.1", "id": _derived_id(kind, contributing)}
        made.update(contributing)
        made.update(properties)
        marking = _TLP_WHEEL[self._below(100)]
        if marking:
            made["object_marking_refs"] = [marking]
        return made

    def _observable_ref(self) -> str:
        return str(self._one(self._ids[self._one(_OBSERVABLES)] or self._ids["ipv4-addr"]))

    # Observables.

    def _host(self) -> str:
        number = self._count * _ODD % 2**32
        return f"{self._one(_HEADS)}-{number:x}.{self._one(_TAILS)}.{self._one(('example', 'test', 'invalid'))}"

    def _address(self) -> str:
        number = self._count * _ODD % 2**24
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"

    def _ipv4_addr(self) -> Stix:
        return self._observable("ipv4-addr", {"value": self._address()})

    def _domain_name(self) -> Stix:
        return self._observable("domain-name", {"value": self._host()})

    def _url(self) -> Stix:
        return self._observable("url", {"value": f"https://{self._host()}/{self._one(_TAILS)}/{self._hex(8)}"})

    def _email_addr(self) -> Stix:
        return self._observable(
            "email-addr", {"value": f"{self._one(_TAILS)}@{self._host()}"}, display_name=self._name()
        )

    def _file(self) -> Stix:
        name = f"{self._one(_HEADS)}_{self._hex(4)}.{self._one(('dll', 'exe', 'lnk', 'docx', 'iso'))}"
        digest = self._hex(64)
        made = self._observable("file", {"hashes": {"SHA-256": digest}, "name": name})
        made["size"] = 512 + self._below(4_000_000)
        return made

    def _x509_certificate(self) -> Stix:
        now = self._now()
        return self._observable(
            "x509-certificate",
            {"hashes": {"SHA-256": self._hex(64)}, "serial_number": ":".join(self._hex(2) for _ in range(12))},
            is_self_signed=self._chance(60),
            version="3",
            issuer=f"CN={self._name()} Authority",
            subject=f"CN={self._host()}",
            validity_not_before=_moment(now - 20 * _DAY),
            validity_not_after=_moment(now + 345 * _DAY),
        )

    def _network_traffic(self) -> Stix:
        now = self._now()
        start, end = (
            moment - moment % 10 + 7 for moment in (now, now + 400_000)
        )  # no zero at the end: 2.9 hashes text
        return self._observable(
            "network-traffic",
            {
                "start": _moment(start),
                "end": _moment(end),
                "src_ref": self._one(self._ids["ipv4-addr"]),
                "dst_ref": self._one(self._ids["ipv4-addr"]),
                "src_port": 1024 + self._below(60_000),
                "dst_port": self._one((53, 443, 445, 3389, 8443)),
                "protocols": ["ipv4", "tcp"],
            },
            is_active=False,
            src_byte_count=self._below(2_000_000),
            dst_byte_count=self._below(9_000_000),
        )

    # Domain objects.

    def _indicator(self) -> Stix:
        draw = self._below(100)
        if draw < 30:
            pattern = f"[ipv4-addr:value = '{self._address()}']"
        elif draw < 60:
            pattern = f"[domain-name:value = '{self._host()}']"
        elif draw < 82:
            pattern = f"[file:hashes.'SHA-256' = '{self._hex(64)}']"
        elif draw < 92:
            pattern = f"[url:value = 'https://{self._host()}/{self._hex(6)}']"
        elif draw < 97:
            pattern = f"[domain-name:value = '{self._host()}' OR ipv4-addr:value = '{self._address()}']"
        else:
            pattern = f"[email-addr:value = 'post@{self._host()}'] FOLLOWEDBY [ipv4-addr:value = '{self._address()}']"
        made = self._domain_object(
            "indicator",
            name=f"{self._name()} infrastructure",
            indicator_types=[self._one(("malicious-activity", "anomalous-activity", "compromised"))],
            pattern=pattern,
            pattern_type="stix",
        )
        made["valid_from"] = made["created"]
        if self._chance(75):
            made["description"] = self._text(1, 4)
        if self._chance(55):
            made["kill_chain_phases"] = [{"kill_chain_name": "mitre-attack", "phase_name": self._one(_STEPS)}]
        return made

    def _malware(self) -> Stix:
        return self._domain_object(
            "malware",
            name=self._name(),
            description=self._text(2, 4),
            malware_types=[self._one(("ransomware", "backdoor", "downloader", "wiper", "remote-access-trojan"))],
            is_family=self._chance(50),
            aliases=[self._name()],
        )

    def _attack_pattern(self) -> Stix:
        phase = {"kill_chain_name": "mitre-attack", "phase_name": self._one(_STEPS)}
        text = self._text(2, 5)
        return self._domain_object(
            "attack-pattern", name=f"{self._name()} method", description=text, kill_chain_phases=[phase]
        )

    def _vulnerability(self) -> Stix:
        number = f"CVE-2026-{10_000 + self._count % 980_000}"
        made = self._domain_object("vulnerability", name=number, description=self._text(1, 4))
        made["external_references"] = [{"source_name": "cve", "external_id": number}]
        return made

    def _campaign(self) -> Stix:
        made = self._domain_object("campaign", name=f"{self._name()} wave", description=self._text(2, 4))
        made["first_seen"] = made["created"]
        made["objective"] = f"Stop operations in {self._one(_SECTORS)}"
        return made

    def _threat_actor(self) -> Stix:
        return self._domain_object(
            "threat-actor",
            name=f"{self._name()} group",
            description=self._text(2, 4),
            threat_actor_types=[self._one(("crime-syndicate", "activist", "criminal"))],
            sophistication=self._one(("intermediate", "advanced", "expert")),
            primary_motivation=self._one(("organizational-gain", "personal-gain", "ideology")),
        )

    def _intrusion_set(self) -> Stix:
        text = self._text(2, 4)
        return self._domain_object("intrusion-set", name=self._name(), description=text, aliases=[self._name()])

    def _course_of_action(self) -> Stix:
        return self._domain_object("course-of-action", name=f"Close the {self._name()}", description=self._text(2, 5))

    def _identity(self) -> Stix:
        made = self._domain_object("identity", name=f"{self._name()} Response Team", identity_class="organization")
        made["sectors"] = self._some(_SECTORS, 1, 2)
        made["contact_information"] = f"duty@{self._host()}"
        return made

    def _location(self) -> Stix:
        return self._domain_object("location", name=f"Port of {self._name()}", country=self._one(_PLACES))

    def _observed_data(self) -> Stix:
        refs = list(dict.fromkeys(self._observable_ref() for _ in range(1 + self._below(4))))
        made = self._domain_object("observed-data")
        made["first_observed"] = made["last_observed"] = made["created"]
        made["number_observed"] = 1 + self._below(300)
        made["object_refs"] = refs
        return made

    def _note(self) -> Stix:
        refs = self._some(self._described, 1, 3)
        return self._domain_object("note", abstract=self._name(), content=self._text(3, 7), object_refs=refs)

    def _opinion(self) -> Stix:
        word = self._one(("strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"))
        return self._domain_object(
            "opinion", opinion=word, explanation=self._text(1, 3), object_refs=[self._one(self._described)]
        )

    def _report(self) -> Stix:
        refs = list(dict.fromkeys([*self._some(self._described, 4, 18), *(self._observable_ref() for _ in range(4))]))
        made = self._domain_object("report", name=f"Report on {self._name()}", description=self._text(4, 9))
        made["report_types"] = [self._one(("threat-report", "campaign", "malware", "vulnerability"))]
        made["published"] = made["created"]
        made["object_refs"] = refs
        return made

    def _grouping(self) -> Stix:
        refs = self._some(self._described, 3, 12)
        made = self._domain_object(
            "grouping", name=self._name(), context=self._one(("suspicious-activity", "unspecified"))
        )
        made["object_refs"] = refs
        return made

    def _relationship(self) -> Stix:
        source, verb, target = self._one(_LINKS)
        made = self._domain_object(
            "relationship",
            relationship_type=verb,
            source_ref=self._one(self._ids[source]),
            target_ref=self._one(self._ids[target]),
        )
        if self._chance(55):
            made["description"] = self._text(1, 2)
        return made

    def _sighting(self) -> Stix:
        made = self._domain_object("sighting", sighting_of_ref=self._one(self._ids["indicator"]))
        made["first_seen"] = made["last_seen"] = made["created"]
        made["count"] = 1 + self._below(700)
        made["where_sighted_refs"] = [self._one(self._ids["identity"])]
        return made

    def _later_version(self) -> Stix:
        place = self._below(len(self._recent))
        earlier, at = self._recent[place]
        at += 3_600_000 + self._below(6 * _DAY)
        made = dict(earlier, modified=_moment(at), confidence=self._one((20, 40, 60, 80, 99)))
        if "description" in made:
            made["description"] = f"{made['description'][:900]} {self._one(_CLAUSES).capitalize()}."
        self._recent[place] = (made, at)
        return made


def _tlp_definitions() -> Iterator[Stix]:
    for name, marking in _TLP.items():
        yield {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": marking,
            "created": "2022-10-01T00:00:00.000Z",
            "name": f"TLP:{name.upper()}",
            "extensions": {_TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": name}},
        }


def objects(count: int, seed: int = SEED) -> Iterator[bytes]:
    """The first `count` objects of the corpus as JSON, one after another."""
    encode = msgspec.json.Encoder().encode
    for made, _ in zip(_Stream(seed), range(count), strict=False):
        yield encode(made)
