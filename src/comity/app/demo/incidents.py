"""What happened to whom: six incidents, what was seen of them, and the sightings that partners sent.

Lives here: incidents with the incident core extension and the port extension of the demonstration, observed data,
sightings, and the operators' equipment. Names of affected operators are marked TLP:AMBER+STRICT throughout.
"""

from typing import Final

import msgspec

from comity.app.demo.adversary import BACKDOOR, CAMPAIGN, INTRUSION_SET, LOADER, RANSOMWARE
from comity.app.demo.cast import CASE, ENERGY, ESTONIA, INTERNAL, KOREA, MARITIME, NETHERLANDS, PORTS, SECTOR, SINGAPORE
from comity.app.demo.sheet import Properties, Scene, Sheet, object_id
from comity.app.demo.traces import RELAY_HOSTS, SAMPLES, STORAGE, address, domain, sample
from comity.kernel.objects.markings import TLP_IDS, Tlp

INCIDENT_CORE: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
PORT_IMPACT: Final = object_id("extension-definition", "port impact")


class _Case(msgspec.Struct, frozen=True):
    """One incident, as a row. ``port`` is (berths closed, ships waiting, pilots affected) where it was a port's."""

    operator: str
    party: str
    title: str
    text: str
    days: int
    determination: str
    status: str
    criticality: int
    recoverability: str
    methods: tuple[str, ...]
    types: tuple[str, ...]
    port: tuple[int, int, bool] | None = None
    lang: str = "en"


CASES: Final = (
    _Case(
        "haneulbit",
        KOREA,
        "Haneulbit LNG Terminal: planning encrypted",
        "Encryption of the planning and mail servers at 02:40 local time. Tank control went on; unloading of one ship "
        "was delayed by nine hours. Restored from tape within four days. No ransom was paid.",
        16,
        "confirmed",
        "closed",
        80,
        "extended",
        ("system-outage", "message-from-attacker"),
        ("ransomware", "unauthorized-release"),
        (1, 2, False),
    ),
    _Case(
        "saebyeol",
        KOREA,
        "Saebyeol Container Terminal: yard system encrypted",
        "The terminal operating system was encrypted while two ships were being worked. Gate and yard went over to "
        "paper lists for 31 hours. 112 GB of contracts and crew lists had been copied out on the night before.",
        12,
        "confirmed",
        "open",
        90,
        "supplemented",
        ("system-outage", "user-reporting"),
        ("ransomware", "unauthorized-release"),
        (6, 11, False),
    ),
    _Case(
        "merelaine",
        ESTONIA,
        "Merelaine Port Services: sissetung peatatud enne krüpteerimist",
        "Valvekeskus märkas öist kaugühendust hoolduskontoga, mida tootja ei tundnud. Lüüs eraldati 40 minuti jooksul. "
        "Krüpteerimiseni ei jõutud, kuid osa tollideklaratsioone oli kopeeritud.",
        10,
        "blocked",
        "closed",
        45,
        "regular",
        ("human-review",),
        ("unauthorized-release",),
        (0, 0, False),
        "et",
    ),
    _Case(
        "kirdevool",
        ESTONIA,
        "Kirdevool Grid: gateway entered, nothing encrypted",
        "A maintenance gateway at a substation was entered twice. The jump host behind it had no route to the control "
        "network, and the attackers left. Found by looking for the account named in the first alert.",
        9,
        "confirmed",
        "closed",
        60,
        "regular",
        ("external-notification",),
        ("unauthorized-equipment",),
    ),
    _Case(
        "noordlicht",
        NETHERLANDS,
        "Noordlicht Bunkering: orders stolen and published in part",
        "Orders and positions of 70 customers were stolen and three documents published. The company did not answer "
        "the demand and reported the crime. Evidence is preserved at the storage provider.",
        8,
        "confirmed",
        "open",
        70,
        "extended",
        ("message-from-attacker",),
        ("unauthorized-release",),
        (0, 4, False),
    ),
    _Case(
        "meranti",
        SINGAPORE,
        "Meranti Pilotage: suspicious roster message",
        "Eleven pilots received a message about a changed roster; one opened it on a tablet, where it could not run. "
        "Thought to be Grey Tide because of the server. No damage.",
        7,
        "failed-attempt",
        "closed",
        30,
        "not-applicable",
        ("user-reporting",),
        ("social-engineering",),
        (0, 0, False),
    ),
)


def write_incidents(scene: Scene) -> None:
    """Incidents from the parties that handle them, then what partners saw."""
    for case in CASES:
        collection = PORTS if case.party == SINGAPORE else CASE
        _incident(scene.sheet(collection, case.party, days=case.days - 1, hours=5), scene, case)
    _equipment(scene.sheet(INTERNAL, KOREA, days=11, hours=9), scene)
    _traffic(scene.sheet(SECTOR, ENERGY, days=9, hours=6), scene)
    _energy_sightings(scene.sheet(SECTOR, ENERGY, days=5, hours=7), scene)
    _ministry_sightings(scene.sheet(PORTS, MARITIME, days=4, hours=10), scene)
    _evidence(scene.sheet(CASE, NETHERLANDS, days=4, hours=2), scene)
    _latest(scene.sheet(CASE, ESTONIA, hours=6, minutes=20), scene)


def incident(operator: str) -> str:
    """The id of the incident at an operator of the story."""
    return object_id("incident", operator)


def _incident(sheet: Sheet, scene: Scene, case: _Case) -> None:
    extensions: Properties = {
        INCIDENT_CORE: {
            "extension_type": "property-extension",
            "determination": case.determination,
            "investigation_status": case.status,
            "criticality": case.criticality,
            "recoverability": case.recoverability,
            "detection_methods": list(case.methods),
            "incident_types": list(case.types),
        }
    }
    if case.port is not None:
        berths, ships, pilots = case.port
        extensions[PORT_IMPACT] = {
            "extension_type": "property-extension",
            "berths_closed": berths,
            "ships_waiting": ships,
            "pilotage_affected": pilots,
        }
    tlp = Tlp.GREEN if case.party == SINGAPORE else Tlp.AMBER_STRICT
    happened = sheet.put(
        "incident",
        case.operator,
        tlp,
        name=case.title,
        description=case.text,
        lang=case.lang,
        confidence=85 if case.determination == "confirmed" else 60,
        extensions=extensions,
    )
    sheet.relate(happened, "related-to", CAMPAIGN, tlp, description="Counted as part of Grey Tide.")
    sheet.relate(
        happened,
        "related-to",
        object_id("identity", case.operator),
        Tlp.AMBER_STRICT,
        description="The operator affected.",
    )
    sheet.relate(
        INTRUSION_SET,
        "targets",
        object_id("identity", case.operator),
        Tlp.AMBER_STRICT,
        start_time=scene.when(case.days + 2),
    )
    technique = {"confirmed": "gateway", "blocked": "remote services", "failed-attempt": "attachment"}[
        case.determination
    ]
    sheet.relate(happened, "related-to", object_id("attack-pattern", technique), tlp, description="The way in.")


def _equipment(sheet: Sheet, scene: Scene) -> None:
    gateway = sheet.put(
        "infrastructure",
        "gateway at the terminal",
        Tlp.RED,
        name="Maintenance gateway, jetty 2",
        description="Breakwater gateway on version 4.1.9. The log of maintenance sessions had been emptied; what is "
        "known comes from the switch beside it.",
        infrastructure_types=["routers-switches"],
        first_seen=scene.when(days=400),
    )
    mac = sheet.see("mac-addr", value="00:00:5e:00:53:2f")
    inner = sheet.see("ipv4-addr", value="192.0.2.240", resolves_to_refs=[mac])
    sheet.relate(gateway, "consists-of", inner, Tlp.RED)
    sheet.relate(gateway, "consists-of", mac, Tlp.RED)
    sheet.relate(gateway, "has", object_id("vulnerability", "gateway bypass"), Tlp.RED)
    sheet.relate(INTRUSION_SET, "compromises", gateway, Tlp.RED)
    sheet.put(
        "note",
        "gateway handover",
        Tlp.RED,
        abstract="Gateway taken into custody",
        content="The gateway was removed with power on and handed to the laboratory. Memory image and disk image are "
        "complete; the seal is numbered and photographed. The operator keeps a copy of the protocol.",
        authors=["Field team, Demo CSIRT Korea"],
        object_refs=[gateway, incident("haneulbit")],
    )
    sheet.put(
        "note",
        "unmarked working note",
        None,
        abstract="For the morning briefing",
        content="Ask the ministry whether the pilots' association has been told. Ask Estonia for the second sample of "
        "tidesvc.dll. The insurer of the terminal wants a call before noon.",
        authors=["Duty analyst, Demo CSIRT Korea"],
        object_refs=[CAMPAIGN],
    )


def _traffic(sheet: Sheet, scene: Scene) -> None:
    for number, (value, name, _asn, days, _confidence, _text) in enumerate(RELAY_HOSTS[::2]):
        relay = sheet.see("ipv4-addr", value=value)
        site = sheet.see("domain-name", value=name, resolves_to_refs=[relay])
        inside = sheet.see("ipv4-addr", value=f"198.51.100.{130 + number}")
        flow = sheet.see(
            "network-traffic",
            start=scene.when(days=days - 2, minutes=7),
            end=scene.when(days=days - 2),
            is_active=False,
            src_ref=inside,
            dst_ref=relay,
            src_port=49152 + number * 371,
            dst_port=443,
            protocols=["ipv4", "tcp", "tls"],
            src_byte_count=4120 + number * 96,
            dst_byte_count=51200 + number * 512,
        )
        sheet.put(
            "observed-data",
            f"flow {value}",
            Tlp.AMBER,
            first_observed=scene.when(days=days - 2, minutes=7),
            last_observed=scene.when(days=days - 3),
            number_observed=14 + number * 9,
            object_refs=[relay, site, inside, flow],
        )
    member = sheet.see("ipv4-addr", value="198.51.100.180")
    server = sheet.see("ipv4-addr", value="203.0.113.12")
    asked = sheet.see(
        "network-traffic",
        start=scene.when(days=10),
        src_ref=member,
        dst_ref=server,
        src_port=51022,
        dst_port=80,
        protocols=["ipv4", "tcp", "http"],
        extensions={
            "http-request-ext": {
                "request_method": "get",
                "request_value": "/roster.hta",
                "request_version": "http/1.1",
                "request_header": {"Host": ["pilot-roster.example"], "User-Agent": ["TideClient/1.4"]},
            }
        },
    )
    sheet.put(
        "observed-data",
        "lure fetched",
        Tlp.AMBER,
        first_observed=scene.when(days=10),
        last_observed=scene.when(days=10),
        number_observed=1,
        object_refs=[member, server, asked],
    )


def _energy_sightings(sheet: Sheet, scene: Scene) -> None:
    for number, (value, _name, _asn, days, _confidence, _text) in enumerate(RELAY_HOSTS[:7]):
        seen: Properties = {
            "first_seen": scene.when(days=days - 2),
            "last_seen": scene.when(days=max(days - 9, 1)),
            "count": 7 + number * 12,
            "sighting_of_ref": object_id("indicator", f"relay {value}"),
            "where_sighted_refs": [object_id("identity", ENERGY)],
        }
        if number % 2 == 0:
            seen["description"] = (
                f"Seen by {number % 4 + 2} members, by one of them before the address was reported. "
                "Who they are stays with the ISAC."
            )
            seen["observed_data_refs"] = [object_id("observed-data", f"flow {value}")]
        sheet.put("sighting", f"members saw {value}", Tlp.GREEN, **seen)


def _ministry_sightings(sheet: Sheet, scene: Scene) -> None:
    for sender, count in (("agency@straitline-agency.example", 41), ("accounts@bollard-supply.example", 8)):
        sheet.put(
            "sighting",
            f"terminals saw {sender}",
            Tlp.GREEN,
            description=f"터미널 다섯 곳에서 모두 {count}통을 받았다. 열어 본 곳은 없다.",
            lang="ko",
            first_seen=scene.when(days=14),
            last_seen=scene.when(days=5),
            count=count,
            sighting_of_ref=object_id("indicator", f"lure {sender}"),
            where_sighted_refs=[object_id("location", "south coast")],
        )
    sheet.put(
        "sighting",
        "nobody saw the task",
        Tlp.AMBER,
        description="부두 운영사 스물세 곳이 예약 작업 TideTableSync를 찾아보았으나 나오지 않았다.",
        lang="ko",
        count=0,
        sighting_of_ref=object_id("indicator", "Scheduled task TideTableSync"),
        where_sighted_refs=[object_id("identity", MARITIME)],
    )


def _evidence(sheet: Sheet, scene: Scene) -> None:
    account = sheet.see(
        "user-account", user_id="gt-intake-02", account_type="unix", display_name="intake 02", tlp=Tlp.AMBER_STRICT
    )
    observed = sheet.put(
        "observed-data",
        "preserved storage",
        Tlp.AMBER_STRICT,
        first_observed=scene.when(days=9),
        last_observed=scene.when(days=6),
        number_observed=3,
        object_refs=[account],
    )
    sheet.put(
        "sighting",
        "upload to storage",
        Tlp.AMBER_STRICT,
        description="Uploads of 112 GB and 38 GB, both from addresses of the jump hosts. Logs are preserved for 90 "
        "days; an order to produce them has been asked for.",
        first_seen=scene.when(days=9),
        last_seen=scene.when(days=6),
        count=2,
        sighting_of_ref=STORAGE,
        observed_data_refs=[observed],
        where_sighted_refs=[object_id("identity", NETHERLANDS)],
    )
    sheet.put(
        "note",
        "preservation",
        Tlp.AMBER_STRICT,
        abstract="Preservation asked for and confirmed",
        content="The storage provider confirmed that three accounts are preserved as they were. It will not tell the "
        "holder. Other parties need not ask again; what they want to see should go into one request.",
        authors=["Case officer, Demo Cybercrime Unit Netherlands"],
        object_refs=[STORAGE, incident("noordlicht")],
        granular_markings=[{"marking_ref": TLP_IDS[Tlp.RED], "selectors": ["content"]}],
    )


def _latest(sheet: Sheet, scene: Scene) -> None:
    for value in ("203.0.113.190", "203.0.113.219"):
        sheet.put(
            "sighting",
            f"estonia saw {value}",
            Tlp.GREEN,
            description="Nähtud kahe asutuse tulemüüris, ühendus blokeeritud.",
            lang="et",
            first_seen=scene.when(hours=19),
            last_seen=scene.when(hours=8),
            count=6,
            sighting_of_ref=object_id("indicator", f"relay {value}"),
            where_sighted_refs=[object_id("location", "EE")],
        )
    name, _family, _days, size = SAMPLES[-1]
    relay = address("203.0.113.190")
    sheet.relate(BACKDOOR, "communicates-with", relay, Tlp.AMBER, description="From gaugesvc.dll, the newest sample.")
    sheet.relate(BACKDOOR, "communicates-with", domain("gauge.waterlevel.example"), Tlp.AMBER)
    sheet.relate(RANSOMWARE, "drops", sample(name, size), Tlp.AMBER)
    sheet.relate(LOADER, "targets", object_id("identity", "port operators"), Tlp.GREEN)
