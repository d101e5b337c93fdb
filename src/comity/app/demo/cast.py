"""Who takes part: parties, communities, collections, organisations, places and markings.

All organisations are invented; the states they sit in are real, since law and time zones are. Lives here: who and
where. What happens to them is in ``adversary``, ``traces``, ``incidents`` and ``exchange``.
"""

from typing import Final

from comity.app.demo.scenario import DemoCollection, DemoCommunity, DemoParty
from comity.app.demo.sheet import Scene, Sheet, collection_uuid, object_id
from comity.kernel.objects.markings import IEP_EXTENSION, PAP_EXTENSION, Tlp, tlp_definition

KOREA: Final = "csirt-kr"
ESTONIA: Final = "csirt-ee"
ENERGY: Final = "energy-isac"
MARITIME: Final = "maritime-kr"
NETHERLANDS: Final = "cybercrime-nl"
SINGAPORE: Final = "csirt-sg"
FEED: Final = "open-feed"

CASE: Final = "grey-tide"
SECTOR: Final = "energy-indicators"
PORTS: Final = "port-alerts"
PUBLIC: Final = "advisories"
INTERNAL: Final = "kr-internal"
OPEN: Final = "open-reports"

PAP_AMBER: Final = "marking-definition--60f8932b-e51e-4458-b265-a2e8be9a80ab"
MEMBERS_ONLY: Final = object_id("marking-definition", "members only")
CREDIT: Final = object_id("marking-definition", "credit the ministry")
POLICY: Final = object_id("marking-definition", "exchange policy")


def parties() -> tuple[DemoParty, ...]:
    """The own party first."""
    rows = (
        (KOREA, "Demo CSIRT Korea", "KR", Tlp.RED),
        (ESTONIA, "Demo CSIRT Estonia", "EE", Tlp.GREEN),  # what is above is for the agreement to say
        (ENERGY, "Demo Energy ISAC", "EU", Tlp.AMBER),
        (MARITIME, "Demo Ministry of Maritime Affairs", "KR", Tlp.AMBER),
        (NETHERLANDS, "Demo Cybercrime Unit Netherlands", "NL", Tlp.AMBER_STRICT),
        (SINGAPORE, "Demo CSIRT Singapore", "SG", Tlp.GREEN),
        (FEED, "Demo Open Feed", "EU", Tlp.CLEAR),
    )
    return tuple(
        DemoParty(slug, name, jurisdiction, tlp_max, own=slug == KOREA, identity=object_id("identity", slug))
        for slug, name, jurisdiction, tlp_max in rows
    )


def communities() -> tuple[DemoCommunity, ...]:
    """The parties to the joint case, which is what TLP:GREEN means among them."""
    return (DemoCommunity(CASE, "Parties to the Grey Tide case", (ESTONIA, ENERGY, MARITIME, NETHERLANDS, SINGAPORE)),)


def collections() -> tuple[DemoCollection, ...]:
    """From the most shared to the least."""
    everyone = (ESTONIA, ENERGY, MARITIME, NETHERLANDS, SINGAPORE, FEED)
    return (
        _collection(
            CASE,
            "Grey Tide: joint case",
            "What the parties to the joint case know of the campaign against energy and port operators.",
            Tlp.AMBER,
            read=(ESTONIA, ENERGY, MARITIME, NETHERLANDS, SINGAPORE),
            write=(ESTONIA, MARITIME, NETHERLANDS),
        ),
        _collection(
            SECTOR,
            "Energy sector indicators",
            "Indicators and observations that energy operators may load into their own detection.",
            Tlp.AMBER,
            read=(ESTONIA, ENERGY, NETHERLANDS),
            write=(ENERGY, ESTONIA),
        ),
        _collection(
            PORTS,
            "Port and shipping alerts",
            "Alerts for port authorities, terminals and pilots, with what to check first.",
            Tlp.GREEN,
            read=(ESTONIA, ENERGY, MARITIME, NETHERLANDS, SINGAPORE),
            write=(MARITIME, SINGAPORE),
        ),
        _collection(
            PUBLIC,
            "Public advisories",
            "Advisories that anyone may read and pass on.",
            Tlp.CLEAR,
            read=everyone,
            write=(),
        ),
        _collection(
            OPEN,
            "Open reports",
            "Reports from open sources, kept as they come. Nothing here has been checked by the node's own analysts.",
            Tlp.CLEAR,
            read=(ESTONIA, ENERGY, NETHERLANDS),
            write=(FEED,),
        ),
        _collection(
            INTERNAL,
            "Own casework",
            "Working notes of Demo CSIRT Korea. No other party reads this collection.",
            Tlp.AMBER_STRICT,
            read=(),
            write=(),
        ),
    )


def write_cast(scene: Scene) -> None:
    """Identities, places and markings; each party brings its own identity."""
    for collection in (PUBLIC, CASE, PORTS):
        sheet = scene.sheet(collection, KOREA, days=21, minutes={PUBLIC: 40, CASE: 39, PORTS: 38}[collection])
        for level in Tlp:
            sheet.bytes_of(tlp_definition(level))
        if collection == PUBLIC:
            _own(sheet)
            _places(sheet)
            _definition(sheet)
        if collection == CASE:
            _operators(sheet)
            _policies(sheet)
    _estonia(scene.sheet(CASE, ESTONIA, days=20, hours=3))
    _energy(scene.sheet(SECTOR, ENERGY, days=20, hours=2))
    _maritime(scene.sheet(PORTS, MARITIME, days=20, hours=1))
    _netherlands(scene.sheet(CASE, NETHERLANDS, days=19, hours=22))
    _singapore(scene.sheet(PORTS, SINGAPORE, days=19, hours=5))


def _collection(
    slug: str, title: str, description: str, tlp: Tlp, *, read: tuple[str, ...], write: tuple[str, ...]
) -> DemoCollection:
    return DemoCollection(slug, collection_uuid(slug), title, description, tlp, read, write)


def _own(sheet: Sheet) -> None:
    korea = sheet.put(
        "identity",
        KOREA,
        Tlp.CLEAR,
        name="Demo CSIRT Korea",
        description="The national computer security incident response team of the demonstration. It runs this node, "
        "coordinates the Grey Tide case and is the point of contact for Korean operators. Fictional organisation.",
        identity_class="organization",
        roles=["national CSIRT", "case coordinator"],
        sectors=["government"],
        contact_information="Duty desk, day and night: duty@csirt.example. English and Korean.",
    )
    sheet.relate(korea, "located-at", object_id("location", "KR"), Tlp.CLEAR)
    sheet.put(
        "language-content",
        "csirt-kr in Korean",
        Tlp.CLEAR,
        object_ref=korea,
        contents={
            "ko": {
                "name": "데모 국가침해사고대응팀",
                "description": "시연에 등장하는 가상의 국가 침해사고 대응팀이다. 이 노드를 운영하고 '회색 조류' 사건을 "
                "조율하며, 국내 운영자의 연락 창구를 맡는다.",
                "contact_information": "24시간 당직: duty@csirt.example. 한국어와 영어로 응대한다.",
            }
        },
    )


def _places(sheet: Sheet) -> None:
    for code, name, region in (
        ("KR", "Republic of Korea", "eastern-asia"),
        ("EE", "Estonia", "northern-europe"),
        ("NL", "Netherlands", "western-europe"),
        ("SG", "Singapore", "south-eastern-asia"),
    ):
        sheet.put("location", code, Tlp.CLEAR, name=name, country=code, region=region)
    sheet.put(
        "location",
        "Baltic",
        Tlp.CLEAR,
        name="Baltic Sea coast",
        description="Ports and terminals on the Baltic Sea, taken together where reports do not name a state.",
        region="northern-europe",
    )
    sheet.put(
        "location",
        "south coast",
        Tlp.CLEAR,
        name="South coast of Korea",
        description="The terminals on the south coast, taken together. The position is the middle of the area, not a "
        "site.",
        country="KR",
        latitude=34.9,
        longitude=128.4,
        precision=60000.0,
    )


def _definition(sheet: Sheet) -> None:
    sheet.put(
        "extension-definition",
        "port impact",
        Tlp.CLEAR,
        name="Port impact",
        description="What an incident means for a port: berths that can't be worked, ships that wait, and whether "
        "pilots and traffic control are affected. Added to incidents of this demonstration.",
        schema="https://csirt.example/schemas/port-impact-1.0.json",
        version="1.0.0",
        extension_types=["property-extension"],
    )


def _policies(sheet: Sheet) -> None:
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": PAP_AMBER,
            "created": "2022-10-02T00:00:00.000Z",
            "name": "PAP:AMBER",
            "extensions": {PAP_EXTENSION: {"extension_type": "property-extension", "pap": "amber"}},
        },
        None,
    )
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": POLICY,
            "created_by_ref": object_id("identity", KOREA),
            "created": sheet.scene.when(days=21, hours=2),
            "name": "Grey Tide exchange policy",
            "extensions": {
                IEP_EXTENSION: {
                    "extension_type": "property-extension",
                    "name": "Grey Tide exchange policy",
                    "iep_version": "2.0",
                    "iep_id": str(object_id("x", "exchange policy"))[3:],
                    "description": "Members may act on their own networks. They don't probe, block or take down "
                    "anything outside them without asking the coordinator.",
                    "affected_party_notifications": "may",
                    "encrypt_in_transit": "must",
                    "permitted_actions": "internally-visible-actions",
                    "provider_attribution": "must-not",
                    "tlp": "amber",
                    "unmodified_resale": "must-not",
                }
            },
        },
        None,
    )


def _operators(sheet: Sheet) -> None:
    for name, title, country, sector, text in OPERATORS:
        operator = sheet.put(
            "identity",
            name,
            Tlp.AMBER_STRICT,
            name=title,
            description=f"{text} Fictional organisation.",
            identity_class="organization",
            sectors=[sector],
            contact_information=f"Control room, day and night: control@{name}.example",
        )
        sheet.relate(operator, "located-at", object_id("location", country), Tlp.AMBER_STRICT)
    sheet.put(
        "identity",
        "port operators",
        Tlp.GREEN,
        name="Container and bulk terminals",
        description="Terminals that run a terminal operating system reachable by shippers and customs brokers.",
        identity_class="class",
        sectors=["transportation"],
    )
    sheet.put(
        "identity",
        "energy operators",
        Tlp.GREEN,
        name="Gas and power operators with remote sites",
        description="Operators whose remote sites are maintained over a vendor's gateway.",
        identity_class="class",
        sectors=["energy", "utilities"],
    )


OPERATORS: Final = (
    (
        "haneulbit",
        "Haneulbit LNG Terminal",
        "KR",
        "energy",
        "Import terminal with three storage tanks and its own jetty; it supplies two regional grids.",
    ),
    (
        "saebyeol",
        "Saebyeol Container Terminal",
        "KR",
        "transportation",
        "Container terminal with eight berths; two of them work without crane drivers.",
    ),
    (
        "merelaine",
        "Merelaine Port Services",
        "EE",
        "transportation",
        "Stevedore and customs agent for bulk and roll-on traffic.",
    ),
    (
        "kirdevool",
        "Kirdevool Grid",
        "EE",
        "energy",
        "Distribution network of about 140,000 connections with 62 remotely read substations.",
    ),
    (
        "noordlicht",
        "Noordlicht Bunkering",
        "NL",
        "energy",
        "Delivers marine fuel by barge; its planning system holds the positions and orders of customers.",
    ),
    (
        "meranti",
        "Meranti Pilotage",
        "SG",
        "transportation",
        "Books and dispatches pilots for merchant shipping.",
    ),
)


def _estonia(sheet: Sheet) -> None:
    estonia = sheet.put(
        "identity",
        ESTONIA,
        Tlp.CLEAR,
        name="Demo CSIRT Estonia",
        description="National incident response team of the demonstration; it analyses the malware of the case. "
        "Fictional organisation.",
        identity_class="organization",
        roles=["national CSIRT", "malware analysis"],
        sectors=["government"],
        contact_information="Valvelaud: valve@csirt-ee.example, ööpäev läbi.",
    )
    sheet.relate(estonia, "located-at", object_id("location", "EE"), Tlp.CLEAR)


def _energy(sheet: Sheet) -> None:
    sheet.put(
        "identity",
        ENERGY,
        Tlp.CLEAR,
        name="Demo Energy ISAC",
        description="Information sharing centre of energy operators in nine European states. It forwards what members "
        "see, without naming them. Fictional organisation.",
        identity_class="organization",
        roles=["information sharing and analysis centre"],
        sectors=["energy"],
        contact_information="Analysts on weekdays from 07:00 to 18:00 UTC: desk@energy-isac.example.",
    )
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": MEMBERS_ONLY,
            "created_by_ref": object_id("identity", ENERGY),
            "created": sheet.scene.when(days=20, hours=4),
            "name": "For the defence of members",
            "definition_type": "statement",
            "definition": {
                "statement": "Demo Energy ISAC: for the defence of the receiving organisation's own systems. Not for "
                "marketing, not for resale."
            },
        },
        None,
    )


def _maritime(sheet: Sheet) -> None:
    ministry = sheet.put(
        "identity",
        MARITIME,
        Tlp.CLEAR,
        name="Demo Ministry of Maritime Affairs",
        description="가상의 해양 담당 부처로, 항만 사고 접수와 선사·터미널 안내를 맡는다.",
        lang="ko",
        identity_class="organization",
        roles=["competent authority"],
        sectors=["government", "transportation"],
        contact_information="항만보안과 상황실: situation@maritime.example",
    )
    sheet.put(
        "language-content",
        "ministry in English",
        Tlp.CLEAR,
        object_ref=ministry,
        contents={
            "en": {
                "description": "Fictional ministry for maritime affairs. It takes reports of incidents in ports and "
                "informs shipping lines and terminals."
            }
        },
    )
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": CREDIT,
            "created_by_ref": object_id("identity", MARITIME),
            "created": sheet.scene.when(days=20, hours=2),
            "name": "출처 표시",
            "definition_type": "statement",
            "definition": {
                "statement": "인용할 때에는 가상 해양부(Demo Ministry of Maritime Affairs)를 출처로 밝힌다."
            },
        },
        None,
    )


def _netherlands(sheet: Sheet) -> None:
    unit = sheet.put(
        "identity",
        NETHERLANDS,
        Tlp.CLEAR,
        name="Demo Cybercrime Unit Netherlands",
        description="Police unit that investigates the extortion of the bunkering company and preserves evidence. "
        "Fictional organisation.",
        identity_class="organization",
        roles=["law enforcement"],
        sectors=["government"],
    )
    sheet.relate(unit, "located-at", object_id("location", "NL"), Tlp.CLEAR)


def _singapore(sheet: Sheet) -> None:
    team = sheet.put(
        "identity",
        SINGAPORE,
        Tlp.CLEAR,
        name="Demo CSIRT Singapore",
        description="National incident response team of the demonstration, observer of the Grey Tide case. "
        "Fictional organisation.",
        identity_class="organization",
        roles=["national CSIRT"],
        sectors=["government"],
    )
    sheet.relate(team, "located-at", object_id("location", "SG"), Tlp.CLEAR)
