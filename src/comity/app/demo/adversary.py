"""Who attacks, with what, how, and what helps against it.

Lives here: the campaign, the intrusion set behind it, its malware and tools, techniques, weaknesses and measures, as
the coordinator and the malware analysts of the story describe them. Technique numbers are those of MITRE ATT&CK;
everything else is invented. The traces (addresses, files) are in ``traces``.
"""

from typing import Final

from comity.app.demo.cast import CASE, CREDIT, ESTONIA, KOREA, MARITIME, PAP_AMBER, PORTS, PUBLIC
from comity.app.demo.sheet import Scene, Sheet, object_id
from comity.kernel.objects.markings import TLP_IDS, Tlp

CAMPAIGN: Final = object_id("campaign", "grey tide")
INTRUSION_SET: Final = object_id("intrusion-set", "slackwater")
RANSOMWARE: Final = object_id("malware", "siltlock")
LOADER: Final = object_id("malware", "ebbgate")
BACKDOOR: Final = object_id("malware", "leadline")
GATEWAY: Final = object_id("vulnerability", "gateway bypass")

# name in the story, ATT&CK number, ATT&CK name, kill chain phase, what was seen
TECHNIQUES: Final = (
    (
        "attachment",
        "T1566.001",
        "Spearphishing Attachment",
        "initial-access",
        (
            "Notices of arrival, invoices for pilotage and customs queries, sent from mailboxes of real business "
            "partners that had been taken over. The attachment is an archive with a password that stands in the "
            "message."
        ),
    ),
    (
        "gateway",
        "T1190",
        "Exploit Public-Facing Application",
        "initial-access",
        "Log-in without a password to Breakwater maintenance gateways on which the update of the vendor was missing.",
    ),
    (
        "remote services",
        "T1133",
        "External Remote Services",
        "persistence",
        (
            "After the first entry the group adds a maintenance account of its own to the gateway, named like the "
            "vendor's, and comes back through it."
        ),
    ),
    (
        "valid accounts",
        "T1078",
        "Valid Accounts",
        "defense-evasion",
        "Accounts of planners and shift leaders are used at hours when their owners are on shift.",
    ),
    (
        "powershell",
        "T1059.001",
        "PowerShell",
        "execution",
        "EBBGATE runs its second stage in memory, from a script that reads the key out of the mutex name.",
    ),
    (
        "scheduled task",
        "T1053.005",
        "Scheduled Task",
        "persistence",
        "A task called TideTableSync starts the loader at 02:10 local time.",
    ),
    (
        "credentials",
        "T1003.001",
        "LSASS Memory",
        "credential-access",
        "The memory of the log-on process is written to a file with the extension .tid and taken away.",
    ),
    (
        "remote desktop",
        "T1021.001",
        "Remote Desktop Protocol",
        "lateral-movement",
        "Movement from the office network to the jump host of the terminal, always by remote desktop.",
    ),
    (
        "web protocols",
        "T1071.001",
        "Web Protocols",
        "command-and-control",
        "LEADLINE asks for tide tables over HTTPS; the answer carries commands in the fields for wave height.",
    ),
    (
        "exfiltration",
        "T1567.002",
        "Exfiltration to Cloud Storage",
        "exfiltration",
        (
            "Contracts, crew lists and berth plans are packed in parts of 200 MB and copied to rented storage, mostly "
            "on the night before encryption."
        ),
    ),
    (
        "disable tools",
        "T1562.001",
        "Disable or Modify Tools",
        "defense-evasion",
        "Protection on servers is switched off through its own management console.",
    ),
    (
        "inhibit recovery",
        "T1490",
        "Inhibit System Recovery",
        "impact",
        (
            "Shadow copies are deleted and the backup server's catalogue is overwritten; the tapes themselves were not "
            "touched."
        ),
    ),
    (
        "encryption",
        "T1486",
        "Data Encrypted for Impact",
        "impact",
        "SILTLOCK encrypts file servers and the terminal operating system's database, in this order.",
    ),
    (
        "loss of view",
        "T0829",
        "Loss of View",
        "impact",
        "Operators lost the picture of tank levels and berth occupancy. Valves and cranes went on under local control.",
    ),
)

# name, title, techniques and malware it helps against, text
MEASURES: Final = (
    (
        "patch gateway",
        "Update Breakwater gateways to 4.2.7 and renew their certificates",
        ("gateway", "remote services"),
        (
            "Install 4.2.7. The update closes the way in but does not remove accounts that were added through it: "
            "list all maintenance accounts, remove those the vendor can't confirm, then renew the gateway's "
            "certificate and keys."
        ),
    ),
    (
        "close maintenance",
        "Open maintenance access only for the length of a job",
        ("remote services", "valid accounts"),
        (
            "Remote maintenance is off by default. The shift leader opens it by telephone for a named job and a stated "
            "time; the gateway closes it again by itself."
        ),
    ),
    (
        "attachments",
        "Hold archives with passwords at the mail gateway",
        ("attachment",),
        "Hold them until a person has asked the sender over a known telephone number. Shipping lines have been told.",
    ),
    (
        "block tasks",
        "Look for the task TideTableSync and the directory behind it",
        ("scheduled task", "powershell"),
        (
            "Search all Windows hosts, servers first. Where it is found: isolate the host, keep its memory, then call "
            "the duty desk."
        ),
    ),
    (
        "protect backup",
        "Keep the backup catalogue off the domain",
        ("inhibit recovery", "encryption"),
        (
            "Use accounts that exist only on the backup system, and export the catalogue daily to a place that can't "
            "be overwritten."
        ),
    ),
    (
        "local control",
        "Practise working under local control for eight hours",
        ("loss of view",),
        (
            "Two of the affected terminals went on working because the crews had practised it. Paper berth plans, "
            "radio, readings by eye every 30 minutes."
        ),
    ),
    (
        "egress",
        "Limit uploads from planning and crew systems",
        ("exfiltration", "web protocols"),
        "Planning and crew systems need few destinations. Allow these, and report any other upload above 100 MB.",
    ),
    (
        "console",
        "Require two persons to switch off protection on servers",
        ("disable tools", "credentials"),
        "The management console asks for a second approval when protection is switched off on more than three servers.",
    ),
)


def write_adversary(scene: Scene) -> None:
    """The coordinator's description, in two versions, then the analysts' and the public one."""
    first = scene.sheet(CASE, KOREA, days=17, hours=6)
    first.put(
        "campaign",
        "grey tide",
        Tlp.AMBER,
        name="Grey Tide",
        description="Extortion of port and energy operators by encryption of their planning systems. Two cases so far, "
        "both in the Republic of Korea.",
        first_seen=scene.when(days=24),
        confidence=45,
    )
    _actor(first, scene)
    _techniques(first)
    _weaknesses(first, scene)
    _malware(scene.sheet(CASE, ESTONIA, days=13, hours=20), scene)
    _tools(scene.sheet(CASE, ESTONIA, days=13, hours=2))
    _measures(scene.sheet(PORTS, MARITIME, days=11, hours=4))
    _second_version(scene.sheet(CASE, KOREA, days=6, hours=11), scene)
    _public(scene.sheet(PUBLIC, KOREA, days=3, hours=8), scene)


def _actor(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "intrusion-set",
        "slackwater",
        Tlp.AMBER,
        name="SLACKWATER",
        description="The people, servers and habits behind Grey Tide, taken together. They know port calls and "
        "maintenance contracts well, work from 22:00 to 06:00 UTC, and keep the promised delays when they negotiate. "
        "Who they are is not known.",
        aliases=["Neap Group"],
        first_seen=scene.when(days=160),
        goals=["ransom", "sale of berth plans and crew lists"],
        resource_level="organization",
        primary_motivation="personal-gain",
        confidence=60,
    )
    broker = sheet.put(
        "threat-actor",
        "broker",
        Tlp.AMBER_STRICT,
        name="Low Water Broker",
        description="Seller of access who offered the gateway accounts of three terminals in a closed forum before the "
        "first encryption. Prices and wording agree with two later offers.",
        threat_actor_types=["criminal"],
        roles=["independent"],
        sophistication="intermediate",
        resource_level="individual",
        primary_motivation="personal-gain",
        first_seen=scene.when(days=41),
    )
    negotiator = sheet.put(
        "threat-actor",
        "negotiator",
        Tlp.RED,
        name="Harbour Desk",
        description="The voice that answers on the negotiation page. Correct English with translated Korean greetings; "
        "it quotes the insurance cover of the victim, which stood in the stolen documents.",
        threat_actor_types=["crime-syndicate"],
        roles=["agent"],
        sophistication="intermediate",
        primary_motivation="personal-gain",
    )
    sheet.relate(
        CAMPAIGN,
        "attributed-to",
        INTRUSION_SET,
        Tlp.AMBER,
        confidence=70,
        description="Same loader, same build habits and same ransom note in all confirmed cases.",
    )
    sheet.relate(INTRUSION_SET, "attributed-to", broker, Tlp.AMBER_STRICT, confidence=30)
    sheet.relate(INTRUSION_SET, "attributed-to", negotiator, Tlp.RED, confidence=75)
    for operators in ("port operators", "energy operators"):
        sheet.relate(CAMPAIGN, "targets", object_id("identity", operators), Tlp.GREEN)
    sheet.relate(CAMPAIGN, "targets", object_id("location", "south coast"), Tlp.AMBER)


def _techniques(sheet: Sheet) -> None:
    for name, number, title, phase, text in TECHNIQUES:
        technique = sheet.put(
            "attack-pattern",
            name,
            Tlp.GREEN,
            name=title,
            description=text,
            kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": phase}],
            external_references=[{"source_name": "mitre-attack", "external_id": number}],
        )
        sheet.relate(CAMPAIGN, "uses", technique, Tlp.GREEN)


def _weaknesses(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "vulnerability",
        "gateway bypass",
        Tlp.GREEN,
        name="Breakwater Gateway: log-in without a password",
        description="In versions before 4.2.7 the maintenance interface accepts an expired session of another device. "
        f"The vendor published the update on {scene.day(33)}; at the time of the first case about one gateway in "
        "five had it. Invented product.",
        external_references=[{"source_name": "halyard-advisory", "external_id": "HAL-2026-014"}],
    )
    sheet.put(
        "vulnerability",
        "gateway log",
        Tlp.GREEN,
        name="Breakwater Gateway: maintenance log can be emptied",
        description="Whoever is logged in can empty the log of maintenance sessions. The vendor works on an update. "
        "Until then send the log to another host. Invented product.",
        external_references=[{"source_name": "halyard-advisory", "external_id": "HAL-2026-015"}],
    )
    sheet.put(
        "vulnerability",
        "quaymaster default",
        Tlp.AMBER,
        name="Quaymaster: service account with a known password",
        description="The terminal operating system is delivered with a service account for reports. Its password is "
        "the same at every site and stands in a manual that was among the stolen documents. Invented product.",
        external_references=[{"source_name": "quaymaster", "external_id": "QM-2026-07"}],
    )
    sheet.relate(object_id("attack-pattern", "gateway"), "targets", GATEWAY, Tlp.GREEN)
    sheet.relate(CAMPAIGN, "targets", GATEWAY, Tlp.GREEN)
    sheet.relate(CAMPAIGN, "targets", object_id("vulnerability", "quaymaster default"), Tlp.AMBER)


def _malware(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "malware",
        "siltlock",
        Tlp.AMBER,
        name="SILTLOCK",
        description="Ransomware for Windows servers. It encrypts the first and last 64 MB of a file and every fourth "
        "block between, which makes a berth database of 2 TB unusable within eleven minutes. The key of each file is "
        "wrapped with a public key in the sample. No way to decrypt without the private key was found.",
        is_family=True,
        malware_types=["ransomware"],
        capabilities=["compromises-data-availability", "evades-av", "cleans-traces-of-infection"],
        architecture_execution_envs=["x86-64"],
        implementation_languages=["c++"],
        first_seen=scene.when(days=24),
        kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
    )
    sheet.put(
        "malware",
        "ebbgate",
        Tlp.AMBER,
        name="EBBGATE",
        description="Laadur, mis saabub parooliga arhiivis. Käivitab teise astme otse mälust ja kontrollib enne, kas "
        "arvuti ajavöönd ja klaviatuur sobivad sihtriigiga. Näidised erinevad ainult võtme ja serveri poolest.",
        lang="et",
        is_family=True,
        malware_types=["dropper", "downloader"],
        capabilities=["anti-sandbox", "installs-other-components"],
        implementation_languages=["c#", "powershell"],
        first_seen=scene.when(days=38),
    )
    sheet.put(
        "language-content",
        "ebbgate in English",
        Tlp.AMBER,
        object_ref=LOADER,
        contents={
            "en": {
                "description": "Loader that comes in an archive with a password. It starts its second stage in memory "
                "and first checks whether time zone and keyboard fit the state it is meant for. Samples differ only in "
                "key and server."
            }
        },
    )
    sheet.put(
        "malware",
        "leadline",
        Tlp.AMBER,
        name="LEADLINE",
        description="Backdoor that asks for tide tables every 15 to 40 minutes. It lists hosts and shares, captures "
        "the screen of planning systems and opens a tunnel to the jump host. It stays quiet on hosts with an "
        "engineering licence dongle.",
        is_family=True,
        malware_types=["backdoor", "remote-access-trojan"],
        capabilities=["captures-output-peripherals", "communicates-with-c2", "probes-network-environment"],
        first_seen=scene.when(days=29),
    )
    for source, relation, target in (
        (LOADER, "downloads", BACKDOOR),
        (BACKDOOR, "downloads", RANSOMWARE),
        (CAMPAIGN, "uses", RANSOMWARE),
        (CAMPAIGN, "uses", LOADER),
        (CAMPAIGN, "uses", BACKDOOR),
        (INTRUSION_SET, "uses", RANSOMWARE),
        (RANSOMWARE, "authored-by", INTRUSION_SET),
        (LOADER, "uses", object_id("attack-pattern", "powershell")),
        (LOADER, "uses", object_id("attack-pattern", "scheduled task")),
        (BACKDOOR, "uses", object_id("attack-pattern", "web protocols")),
        (RANSOMWARE, "uses", object_id("attack-pattern", "encryption")),
        (RANSOMWARE, "uses", object_id("attack-pattern", "inhibit recovery")),
    ):
        sheet.relate(source, relation, target, Tlp.AMBER)


def _tools(sheet: Sheet) -> None:
    remote = sheet.put(
        "tool",
        "remote assist",
        Tlp.GREEN,
        name="Halyard Remote Assist",
        description="The vendor's own client for remote maintenance of Breakwater gateways. The group uses version "
        "3.8, which the vendor withdrew, with an account it made itself. Invented product.",
        tool_types=["remote-access"],
        tool_version="3.8.2",
    )
    copier = sheet.put(
        "tool",
        "bulkcopy",
        Tlp.GREEN,
        name="Bulkcopy",
        description="Free program that copies folders to rented storage. Renamed to look like a printer driver. "
        "Invented product.",
    )
    lister = sheet.put(
        "tool",
        "dirlist",
        Tlp.AMBER,
        name="Dirlist",
        description="Lists the directory service and writes accounts with their last log-on to a spreadsheet. "
        "Invented product.",
        tool_types=["information-gathering"],
        object_marking_refs=[PAP_AMBER],
    )
    for tool in (remote, copier, lister):
        sheet.relate(INTRUSION_SET, "uses", tool, Tlp.AMBER)
    sheet.relate(remote, "has", GATEWAY, Tlp.GREEN)


def _measures(sheet: Sheet) -> None:
    for name, title, against, text in MEASURES:
        measure = sheet.put(
            "course-of-action", name, Tlp.GREEN, name=title, description=text, object_marking_refs=[CREDIT]
        )
        for technique in against:
            sheet.relate(measure, "mitigates", object_id("attack-pattern", technique), Tlp.GREEN)
    sheet.relate(object_id("course-of-action", "patch gateway"), "remediates", GATEWAY, Tlp.GREEN)
    sheet.relate(object_id("course-of-action", "protect backup"), "mitigates", RANSOMWARE, Tlp.AMBER)


def _second_version(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "campaign",
        "grey tide",
        Tlp.AMBER,
        name="Grey Tide",
        description="Extortion of port and energy operators in four states by theft and encryption of planning data. "
        "The way in is a maintenance gateway without its update, or mail from the mailbox of a business partner that "
        "had been taken over. Six cases are known, of which two were stopped before encryption. The last new case "
        f"began on {scene.day(8)}. Control of valves and cranes was not touched in any of them; the loss is of view "
        "and of planning.",
        aliases=["Hoovesi", "회색 조류"],
        first_seen=scene.when(days=24),
        objective="Ransom in return for keys and for silence about stolen contracts and crew lists.",
        confidence=80,
        granular_markings=[
            {"marking_ref": TLP_IDS[Tlp.AMBER_STRICT], "selectors": ["objective"]},
        ],
    )
    sheet.put(
        "language-content",
        "grey tide in Korean",
        Tlp.AMBER,
        object_ref=CAMPAIGN,
        contents={
            "ko": {
                "name": "회색 조류",
                "description": "네 나라의 항만·에너지 운영자를 상대로 운영계획 자료를 빼내고 암호화한 뒤 금품을 "
                "요구하는 공격이다. 갱신하지 않은 유지보수 관문이나 탈취된 거래처 메일함을 통해 들어온다. 지금까지 "
                "여섯 건이 확인되었고, 두 건은 암호화 전에 막았다. 밸브와 크레인 제어는 어느 경우에도 영향을 받지 "
                "않았다.",
            },
            "et": {
                "name": "Hoovesi",
                "description": "Sadama- ja energiaettevõtete väljapressimine neljas riigis: planeerimisandmed "
                "varastatakse ja krüpteeritakse. Sisse pääsetakse uuendamata hoolduslüüsi või ülevõetud äripartneri "
                "postkasti kaudu. Teada on kuus juhtumit, neist kaks peatati enne krüpteerimist.",
            },
        },
    )
    for place in ("KR", "EE", "NL", "SG"):
        sheet.relate(CAMPAIGN, "targets", object_id("location", place), Tlp.AMBER)


def _public(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "report",
        "public advisory",
        Tlp.CLEAR,
        name="Advisory: update Breakwater gateways now",
        description="Criminals enter port and energy operators through maintenance gateways without the vendor's "
        f"update of {scene.day(33)}. Install 4.2.7, list all maintenance accounts, remove those the vendor can't "
        "confirm, and send the gateway's log to another host. Look for the scheduled task TideTableSync. Call your "
        "national team if you find it; don't delete it first.",
        report_types=["vulnerability", "attack-pattern"],
        published=scene.when(days=3, hours=9),
        object_refs=[
            GATEWAY,
            object_id("attack-pattern", "gateway"),
            object_id("attack-pattern", "scheduled task"),
            object_id("course-of-action", "patch gateway"),
            object_id("course-of-action", "block tasks"),
        ],
    )
    sheet.put(
        "language-content",
        "public advisory in Korean",
        Tlp.CLEAR,
        object_ref=object_id("report", "public advisory"),
        contents={
            "ko": {
                "name": "주의: Breakwater 관문을 즉시 갱신하십시오",
                "description": "공격자가 갱신하지 않은 유지보수 관문을 통해 항만·에너지 운영자의 전산망에 들어오고 "
                "있다. 4.2.7판을 설치하고, 유지보수 계정을 모두 확인하여 제조사가 확인하지 못하는 계정을 삭제하며, "
                "관문 기록을 다른 서버로 보내야 한다. 예약 작업 TideTableSync가 있는지 살피고, 발견하면 지우지 말고 "
                "먼저 연락한다.",
            }
        },
    )
