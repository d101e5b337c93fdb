"""What the parties make of it: reports, groupings, notes and opinions, some of which contradict each other.

Lives here: judgement, always with its author. Facts that it rests on are in ``incidents`` and ``traces``.
"""

from typing import Final

from comity.app.demo.adversary import BACKDOOR, CAMPAIGN, GATEWAY, INTRUSION_SET, LOADER, RANSOMWARE
from comity.app.demo.cast import (
    CASE,
    CREDIT,
    ENERGY,
    ESTONIA,
    INTERNAL,
    KOREA,
    MARITIME,
    MEMBERS_ONLY,
    NETHERLANDS,
    POLICY,
    PORTS,
    SECTOR,
    SINGAPORE,
)
from comity.app.demo.incidents import CASES, incident
from comity.app.demo.sheet import Scene, Sheet, object_id
from comity.app.demo.traces import PRESSURE, RELAYS, STAGING, STORAGE
from comity.kernel.objects.markings import TLP_IDS, Tlp

ASSESSMENT: Final = object_id("report", "joint assessment")
SAME_AUTHOR: Final = object_id("note", "same author")


def write_assessments(scene: Scene) -> None:
    """In the order in which they were written."""
    _first_alert(scene.sheet(PORTS, MARITIME, days=15, hours=2), scene)
    _malware_report(scene.sheet(CASE, ESTONIA, days=11, hours=19), scene)
    _members_report(scene.sheet(SECTOR, ENERGY, days=8, hours=4), scene)
    _false_trail(scene.sheet(PORTS, SINGAPORE, days=5, hours=21))
    _joint(scene.sheet(CASE, KOREA, days=2, hours=6), scene)
    _answers(scene)
    _internal(scene.sheet(INTERNAL, KOREA, days=1, hours=2), scene)
    _situation(scene.sheet(CASE, KOREA, hours=2, minutes=35), scene)


def _first_alert(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "first alert",
        Tlp.GREEN,
        name="항만·터미널 주의보: 입항 통지를 사칭한 메일",
        description="거래처 메일함에서 보낸 것처럼 꾸민 입항 통지 메일이 늘고 있다. 암호가 걸린 압축 파일은 열지 "
        "말고, 이미 알고 있는 전화번호로 발송처에 확인한다. 열어 본 경우 전원을 끄지 말고 망에서 분리한 뒤 상황실에 "
        "알린다.",
        lang="ko",
        report_types=["campaign", "indicator"],
        published=scene.when(days=15, hours=3),
        object_refs=[
            CAMPAIGN,
            object_id("attack-pattern", "attachment"),
            object_id("course-of-action", "attachments"),
            *(object_id("indicator", f"lure {sender}") for sender in _SENDERS),
        ],
        object_marking_refs=[CREDIT],
    )
    sheet.put(
        "language-content",
        "first alert in English",
        Tlp.GREEN,
        object_ref=object_id("report", "first alert"),
        contents={
            "en": {
                "name": "Alert for ports and terminals: mail that poses as a notice of arrival",
                "description": "Mail that seems to come from the mailbox of a business partner and brings a notice of "
                "arrival is on the rise. Don't open archives with passwords; ask the sender over a telephone number "
                "you already have. If one was opened, take the computer off the network without switching it off, and "
                "tell the situation room.",
            }
        },
    )


_SENDERS: Final = ("agency@straitline-agency.example", "customs-desk@freightclear.example")


def _malware_report(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "malware report",
        Tlp.AMBER,
        name="EBBGATE, LEADLINE ja SILTLOCK: kolm programmi, üks autor",
        description="Kolme programmi ühine osa on järjekorrakood ja vigane kuupäevavorming. Seetõttu peame "
        "tõenäoliseks, et need kirjutas sama inimene või meeskond. Lunavara võtit ei ole võimalik taastada; lisas on "
        "reeglid, millega laadurit leida enne krüpteerimist.",
        lang="et",
        report_types=["malware"],
        published=scene.when(days=11, hours=20),
        object_refs=[
            LOADER,
            BACKDOOR,
            RANSOMWARE,
            STAGING,
            object_id("indicator", "Ransom note of SILTLOCK in memory or on disk"),
            object_id("indicator", "Scheduled task TideTableSync"),
            object_id("indicator", "Mutex of EBBGATE"),
        ],
    )
    sheet.put(
        "note",
        "same author",
        Tlp.AMBER,
        abstract="One author is likely (70-85 %)",
        content="All three programs write the year with three digits after midnight of 1 January and share the code "
        "of their queues. Against it: that code could have been bought. No other program in our collection has both.",
        authors=["Malware analysis, Demo CSIRT Estonia"],
        object_refs=[LOADER, BACKDOOR, RANSOMWARE],
    )
    sheet.put(
        "grouping",
        "second stage",
        Tlp.AMBER,
        name="Second stages still to be compared",
        description="Samples that share a configuration format but not a key.",
        context="malware-analysis",
        object_refs=[object_id("malware", f"sample {name}") for name in ("plan.bin", "plan64.bin", "tidesvc.dll")],
    )


def _members_report(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "members report",
        Tlp.AMBER,
        name="What energy operators saw of Grey Tide",
        description="Thirty-one of 48 members looked for the indicators; five found connections to relays, none found "
        "encryption. All five had a gateway without the update. Median time from alert to answer: two working days.",
        report_types=["campaign", "observed-data"],
        published=scene.when(days=8, hours=5),
        object_refs=[CAMPAIGN, GATEWAY, RELAYS, object_id("identity", "energy operators")],
        object_marking_refs=[MEMBERS_ONLY],
        confidence=75,
    )
    sheet.put(
        "opinion",
        "energy on relay",
        Tlp.AMBER,
        explanation="The address also answers requests of a weather service that two members pay for. Blocking it "
        "stopped their wave forecast for a night. Alert on it, don't block it.",
        opinion="disagree",
        authors=["Analysts, Demo Energy ISAC"],
        object_refs=[object_id("indicator", "relay 198.51.100.201")],
    )


def _false_trail(sheet: Sheet) -> None:
    sheet.put(
        "note",
        "pilot roster",
        Tlp.GREEN,
        abstract="The roster message may not belong to Grey Tide",
        content="Server and certificate agree with the campaign, the lure does not: it runs only on systems that "
        "pilots do not use, and no loader followed. We keep both explanations open: a first try, or somebody else on "
        "a shared server.",
        authors=["Duty desk, Demo CSIRT Singapore"],
        object_refs=[incident("meranti"), object_id("indicator", "relay pilot-roster.example")],
    )


def _joint(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "joint assessment",
        Tlp.AMBER,
        name="Grey Tide: joint assessment",
        description="Six operators in four states were attacked by one group within sixteen days. It came in through "
        "maintenance gateways or through mail of business partners, stole planning data, and encrypted where it was "
        "not stopped. Two terminals kept working by hand. We judge further attempts likely while gateways without the "
        "update remain, and expect them first where the group already holds maintenance accounts. Who the group is, "
        "and whether anybody directs it, is not known; the parties don't agree on whether the timing points to more "
        "than money.",
        report_types=["campaign", "threat-report"],
        published=scene.when(days=2, hours=7),
        object_refs=[
            CAMPAIGN,
            INTRUSION_SET,
            RANSOMWARE,
            LOADER,
            BACKDOOR,
            RELAYS,
            STORAGE,
            GATEWAY,
            *(incident(case.operator) for case in CASES),
            object_id("report", "malware report"),
            object_id("report", "members report"),
        ],
        object_marking_refs=[POLICY],
        confidence=80,
    )
    sheet.put(
        "language-content",
        "joint assessment in Korean",
        Tlp.AMBER,
        object_ref=ASSESSMENT,
        contents={
            "ko": {
                "name": "회색 조류: 공동 평가",
                "description": "네 나라 여섯 운영자가 16일 사이에 같은 집단의 공격을 받았다. 유지보수 관문이나 거래처 "
                "메일을 통해 들어와 운영계획 자료를 빼냈고, 막지 못한 곳에서는 암호화하였다. 두 터미널은 수작업으로 "
                "운영을 이어 갔다. 갱신하지 않은 관문이 남아 있는 동안 추가 시도가 있을 것으로 본다. 집단의 정체와 "
                "배후 여부는 알려지지 않았으며, 공격 시점이 금전 이상의 목적을 뜻하는지에 대해서는 참여 기관의 의견이 "
                "갈린다.",
            }
        },
    )
    sheet.put(
        "grouping",
        "watch list",
        Tlp.AMBER,
        name="Watch list for the next two weeks",
        description="What the parties agreed to look for, newest first.",
        context="suspicious-activity",
        object_refs=[
            object_id("indicator", "relay 203.0.113.219"),
            object_id("indicator", "relay 203.0.113.190"),
            object_id("indicator", "file gaugesvc.dll"),
            object_id("indicator", "Maintenance account made by the group"),
            PRESSURE,
        ],
    )


def _answers(scene: Scene) -> None:
    for party, days, opinion, text in (
        (
            ESTONIA,
            1,
            "agree",
            "Oleme nõus. Kahe meie juhtumi ajad kinnitavad, et rühm liigub edasi kohe, kui aadressid avaldatakse.",
        ),
        (
            NETHERLANDS,
            1,
            "neutral",
            (
                "The facts agree with our file. Before arrest or production of records we do not comment on who is "
                "behind it."
            ),
        ),
    ):
        sheet = scene.sheet(CASE, party, days=days, hours=9 if party == ESTONIA else 6)
        sheet.put(
            "opinion",
            f"{party} on the assessment",
            Tlp.AMBER,
            explanation=text,
            lang="et" if party == ESTONIA else "en",
            opinion=opinion,
            object_refs=[ASSESSMENT],
        )
    sheet = scene.sheet(PORTS, MARITIME, days=1, hours=4)
    sheet.put(
        "opinion",
        "ministry on timing",
        Tlp.AMBER,
        explanation="공격 시점이 선사 계약 갱신 기간과 겹친다. 금전 목적만으로도 설명되며, 그 이상을 말할 근거는 아직 "
        "없다.",
        lang="ko",
        opinion="strongly-agree",
        authors=["항만보안과"],
        object_refs=[INTRUSION_SET],
    )
    sheet = scene.sheet(CASE, MARITIME, hours=21)
    sheet.put(
        "opinion",
        "ministry on waiting ships",
        Tlp.AMBER_STRICT,
        explanation="대기 선박 수는 열한 척이 아니라 아홉 척이다. 두 척은 기상 때문에 기다렸다.",
        lang="ko",
        opinion="disagree",
        authors=["항만보안과 상황실"],
        object_refs=[incident("saebyeol")],
    )


def _internal(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "negotiation",
        Tlp.RED,
        name="Negotiation at the container terminal",
        description="The terminal's lawyers exchanged nine messages with Harbour Desk and broke off on our advice. "
        "The last demand was lowered by 40 % without being asked. The operator decided not to pay; the insurer has "
        "been told.",
        report_types=["threat-report", "threat-actor"],
        published=scene.when(days=1, hours=3),
        object_refs=[incident("saebyeol"), object_id("threat-actor", "negotiator"), INTRUSION_SET],
    )
    sheet.put(
        "note",
        "who may know",
        Tlp.RED,
        abstract="Source of the early warning",
        content="The warning before the second case came from a person who asked not to be named to any party. Don't "
        "describe how the warning reached us in anything that leaves this node.",
        authors=["Head of operations, Demo CSIRT Korea"],
        object_refs=[object_id("threat-actor", "broker")],
    )
    sheet.put(
        "grouping",
        "open questions",
        None,
        name="Open questions",
        description="To be answered before the next call of the parties.",
        context="unspecified",
        object_refs=[SAME_AUTHOR, CAMPAIGN, object_id("vulnerability", "gateway log")],
    )


def _situation(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "situation",
        Tlp.AMBER,
        name=f"Grey Tide: situation on the morning of {scene.day(0)}",
        description="No new case for a week. Two relays came into use after the last report and are blocked in "
        "Estonia and Korea. 83 % of the gateways known to us have the update; the rest are named to their operators. "
        "Next call: 15:00 UTC.",
        report_types=["campaign"],
        published=scene.when(hours=3),
        object_refs=[
            CAMPAIGN,
            RELAYS,
            object_id("indicator", "relay 203.0.113.190"),
            object_id("indicator", "relay 203.0.113.219"),
            object_id("course-of-action", "patch gateway"),
        ],
        external_references=[
            {"source_name": "Minutes of the call", "description": "Kept by the coordinator, available on request."}
        ],
        granular_markings=[{"marking_ref": TLP_IDS[Tlp.CLEAR], "selectors": ["name"]}],
    )
