"""What the attackers left: servers, mail, files, and the indicators made from them.

Addresses are from the documentation ranges (RFC 5737, RFC 3849), numbers of autonomous systems from RFC 5398, domains
from RFC 2606, hardware addresses from RFC 7042; the hashes belong to no file. Lives here: the tables and the objects
made from them. What operators saw of it is in ``incidents``.
"""

import base64
from typing import Final

from comity.app.demo.adversary import BACKDOOR, CAMPAIGN, INTRUSION_SET, LOADER, RANSOMWARE
from comity.app.demo.cast import CASE, CREDIT, ENERGY, ESTONIA, KOREA, MARITIME, MEMBERS_ONLY, PAP_AMBER, PORTS, SECTOR
from comity.app.demo.sheet import Scene, Sheet, md5, object_id, sha256
from comity.kernel.objects import ids
from comity.kernel.objects.markings import Tlp

RELAYS: Final = object_id("infrastructure", "relays")
STAGING: Final = object_id("infrastructure", "staging")
STORAGE: Final = object_id("infrastructure", "storage")
PRESSURE: Final = object_id("infrastructure", "pressure page")

# address, domain, autonomous system, days since first seen, confidence, what it is for
RELAY_HOSTS: Final = (
    ("192.0.2.18", "tides.harbour-times.example", 64496, 29, 85, "answers LEADLINE with commands in tide tables"),
    ("192.0.2.61", "tables.harbour-times.example", 64496, 29, 85, "stands in when the first relay is down"),
    ("192.0.2.147", "api.lowtide-data.example", 64499, 22, 80, "answers LEADLINE at two terminals"),
    ("198.51.100.7", "north.lowtide-data.example", 64499, 21, 80, "answers LEADLINE in the Baltic cases"),
    ("198.51.100.23", "moorings.test", 64502, 19, 70, "carries the tunnel to the jump host"),
    ("198.51.100.88", "berthplan-sync.example", 64502, 16, 75, "pretends to be a berth planning service"),
    ("198.51.100.201", "cdn.buoyline.example", 64505, 15, 65, "seen once, for two hours, before the first encryption"),
    ("203.0.113.12", "pilot-roster.example", 64505, 12, 75, "answered the sample from the pilotage company"),
    ("203.0.113.45", "status.buoyline.example", 64505, 9, 60, "same certificate as the relay on moorings.test"),
    ("203.0.113.190", "gauge.waterlevel.example", 64508, 5, 80, "in use since the first relays were reported"),
    ("203.0.113.219", "feed.waterlevel.example", 64508, 4, 80, "in use since the first relays were reported"),
)
RELAYS_V6: Final = (
    ("2001:db8:4c::18", 64496, "second address of the relay on tides.harbour-times.example"),
    ("2001:db8:4c::61", 64496, "second address of the relay on tables.harbour-times.example"),
    ("2001:db8:a1:7::2", 64508, "second address of the relay on gauge.waterlevel.example"),
)
NETWORKS: Final = (
    (64496, "Documentation Hosting One"),
    (64499, "Documentation Hosting Two"),
    (64502, "Documentation Transit"),
    (64505, "Documentation Cloud"),
    (64508, "Documentation Servers"),
)
# path, what it is
STAGES: Final = (
    ("https://moorings.test/dl/eta_notice.zip", "archive with the loader, used against Korean terminals"),
    ("https://berthplan-sync.example/u/3f/plan.bin", "second stage of EBBGATE"),
    ("https://berthplan-sync.example/u/3f/plan64.bin", "second stage of EBBGATE, 64 bit"),
    ("https://cdn.buoyline.example/w/driver.cab", "SILTLOCK, packed as a printer driver"),
    ("http://pilot-roster.example/roster.hta", "lure sent to pilots"),
)
# sender, subject, what the attachment was called
LURES: Final = (
    ("agency@straitline-agency.example", "Notice of arrival: revised ETA and draught", "ETA_notice_rev2.zip"),
    ("customs-desk@freightclear.example", "Query on cargo declaration 2207-114", "declaration_2207-114.zip"),
    ("accounts@bollard-supply.example", "Overdue invoice for pilotage", "invoice_pilotage.zip"),
    ("noreply@pilot-roster.example", "Your roster has changed", "roster.hta"),
)
# file name, family, days since first seen, size
SAMPLES: Final = (
    ("ETA_notice_rev2.exe", "ebbgate", 24, 418304),
    ("invoice_pilotage.scr", "ebbgate", 18, 417792),
    ("TideTableSync.exe", "ebbgate", 17, 96256),
    ("plan.bin", "leadline", 22, 233472),
    ("plan64.bin", "leadline", 22, 251904),
    ("tidesvc.dll", "leadline", 15, 244736),
    ("gaugesvc.dll", "leadline", 5, 247808),
    ("driver.cab", "siltlock", 23, 1310720),
    ("prnfilt64.exe", "siltlock", 23, 1276928),
    ("lockctl.exe", "siltlock", 6, 1281024),
)
FAMILIES: Final = {"ebbgate": LOADER, "leadline": BACKDOOR, "siltlock": RANSOMWARE}

NOTE_TEXT: Final = (
    "Your planning is under water. Crews and cranes are not our aim: work by hand and nobody is hurt. "
    "Write to the desk within 96 hours. The key below is yours only."
)


def write_traces(scene: Scene) -> None:
    """Network, mail and files; each from the party that found it."""
    _networks(scene.sheet(CASE, KOREA, days=16, hours=22))
    _relays(scene.sheet(CASE, KOREA, days=16, hours=21), scene)
    _relay_indicators(scene.sheet(SECTOR, ENERGY, days=15, hours=9), scene)
    _staging(scene.sheet(CASE, ESTONIA, days=14, hours=7), scene)
    _lures(scene.sheet(PORTS, MARITIME, days=14, hours=1), scene)
    _samples(scene.sheet(CASE, ESTONIA, days=12, hours=19), scene)
    _host_traces(scene.sheet(CASE, ESTONIA, days=12, hours=2), scene)
    _rules(scene.sheet(CASE, ESTONIA, days=10, hours=5), scene)
    _pressure(scene.sheet(CASE, KOREA, days=7, hours=3), scene)


def address(value: str) -> str:
    """The id of an address of the story."""
    return _id("ipv6-addr" if ":" in value else "ipv4-addr", value=value)


def domain(value: str) -> str:
    """The id of a domain name of the story."""
    return _id("domain-name", value=value)


def sample(name: str, size: int) -> str:
    """The id of a file of the story."""
    return _id("file", hashes={"MD5": md5(name), "SHA-256": sha256(name)}, name=name, size=size)


def _id(kind: str, **properties: object) -> str:
    return ids.sco_id(kind, properties) or ""


def _networks(sheet: Sheet) -> None:
    for number, name in NETWORKS:
        sheet.see("autonomous-system", number=number, name=name)


def _relays(sheet: Sheet, scene: Scene) -> None:
    relays = sheet.put(
        "infrastructure",
        "relays",
        Tlp.AMBER,
        name="Tide table relays",
        description="Rented servers that answer LEADLINE. They are paid for a week at a time and given up as soon as "
        "an address is public; the pages they show to anyone else are copies of a real tide table with wrong dates.",
        infrastructure_types=["command-and-control"],
        first_seen=scene.when(days=29),
        last_seen=scene.when(hours=7),
    )
    for value, name, number, _days, confidence, _text in RELAY_HOSTS:
        host = sheet.see("ipv4-addr", value=value)
        site = sheet.see("domain-name", value=name)
        network = _id("autonomous-system", number=number)
        sheet.relate(site, "resolves-to", host, Tlp.GREEN)
        sheet.relate(relays, "consists-of", host, Tlp.AMBER)
        if confidence >= 75:
            sheet.relate(host, "belongs-to", network, Tlp.GREEN)
    for value, number, text in RELAYS_V6:
        host = sheet.see("ipv6-addr", value=value)
        sheet.relate(host, "belongs-to", _id("autonomous-system", number=number), Tlp.GREEN, description=text)
        sheet.relate(relays, "consists-of", host, Tlp.AMBER)
    sheet.relate(BACKDOOR, "beacons-to", relays, Tlp.AMBER)
    sheet.relate(CAMPAIGN, "uses", relays, Tlp.AMBER)
    certificate = sheet.see(
        "x509-certificate",
        is_self_signed=False,
        serial_number="04:c1:7e:90:2a:55:1b:6d",
        issuer="CN=Documentation CA 2, O=Documentation Hosting One",
        subject="CN=tides.harbour-times.example",
        validity_not_before=scene.when(days=30),
        validity_not_after=scene.when(days=-60),
        hashes={"SHA-256": sha256("relay certificate")},
    )
    sheet.relate(relays, "consists-of", certificate, Tlp.AMBER)


def _relay_indicators(sheet: Sheet, scene: Scene) -> None:
    for value, name, _number, days, confidence, text in RELAY_HOSTS:
        for kind, shown in (("ipv4-addr", value), ("domain-name", name)):
            indicator = sheet.put(
                "indicator",
                f"relay {shown}",
                Tlp.GREEN if confidence >= 75 else Tlp.AMBER,
                name=f"LEADLINE relay {shown}",
                description=f"Connections to {shown}: {text}. Look back {days + 7} days.",
                indicator_types=["malicious-activity"],
                pattern=f"[{kind}:value = '{shown}']",
                pattern_type="stix",
                pattern_version="2.1",
                valid_from=scene.when(days=days),
                valid_until=scene.when(days=days - 60),
                confidence=confidence,
                object_marking_refs=[MEMBERS_ONLY] if confidence < 75 else [],
            )
            sheet.relate(indicator, "indicates", BACKDOOR, Tlp.GREEN)
    for value, _number, text in RELAYS_V6:
        indicator = sheet.put(
            "indicator",
            f"relay {value}",
            None,
            name=f"LEADLINE relay {value}",
            description=f"Connections to {value}: {text}. Few operators log IPv6; ask before concluding from silence.",
            indicator_types=["malicious-activity"],
            pattern=f"[ipv6-addr:value = '{value}']",
            pattern_type="stix",
            valid_from=scene.when(days=14),
            confidence=55,
        )
        sheet.relate(indicator, "indicates", BACKDOOR)


def _staging(sheet: Sheet, scene: Scene) -> None:
    staging = sheet.put(
        "infrastructure",
        "staging",
        Tlp.AMBER,
        name="Staging servers",
        description="Serverid, kust laaditakse teine aste ja lunavara. Failid on kättesaadavad ainult ühe tööpäeva "
        "jooksul ja ainult sihtriigi aadressidelt.",
        lang="et",
        infrastructure_types=["hosting-malware", "staging"],
        first_seen=scene.when(days=24),
    )
    for value, text in STAGES:
        url = sheet.see("url", value=value)
        sheet.relate(staging, "consists-of", url, Tlp.AMBER)
        indicator = sheet.put(
            "indicator",
            f"stage {value}",
            Tlp.AMBER,
            name=f"Staging address: {text}",
            description=f"Requests for {value}. One answer of 200 is enough to isolate the host; refused requests "
            "show an attempt that failed.",
            indicator_types=["malicious-activity"],
            pattern=f"[url:value = '{value}']",
            pattern_type="stix",
            valid_from=scene.when(days=14),
            kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "execution"}],
        )
        sheet.relate(indicator, "indicates", staging, Tlp.AMBER)
    sheet.relate(staging, "hosts", BACKDOOR, Tlp.AMBER)
    sheet.relate(staging, "hosts", RANSOMWARE, Tlp.AMBER)


def _lures(sheet: Sheet, scene: Scene) -> None:
    target = sheet.see("email-addr", value="operations@terminal.example", display_name="Terminal operations")
    for sender, subject, attached in LURES:
        mailbox = sheet.see("email-addr", value=sender)
        archive = sheet.see("file", name=attached, mime_type="application/zip", hashes={"SHA-256": sha256(attached)})
        sheet.see(
            "email-message",
            Tlp.GREEN,
            is_multipart=True,
            date=scene.when(days=15),
            content_type="multipart/mixed",
            from_ref=mailbox,
            to_refs=[target],
            subject=subject,
            body_multipart=[
                {
                    "content_type": "text/plain; charset=utf-8",
                    "content_disposition": "inline",
                    "body": "Please see the notice. The password is the number of the berth and the year.",
                },
                {"content_type": "application/zip", "content_disposition": "attachment", "body_raw_ref": archive},
            ],
        )
        indicator = sheet.put(
            "indicator",
            f"lure {sender}",
            Tlp.GREEN,
            name=f"첨부파일 사칭 메일: {attached}",
            description=f"발신 주소 {sender}, 제목 '{subject}'. 압축 파일의 암호가 본문에 적혀 있다. 발송처의 실제 "
            "메일함이 탈취된 경우가 있으므로 전화로 확인한 뒤 처리한다.",
            lang="ko",
            indicator_types=["malicious-activity"],
            pattern=f"[email-message:from_ref.value = '{sender}' AND email-message:subject = '{subject}']",
            pattern_type="stix",
            valid_from=scene.when(days=15),
            object_marking_refs=[CREDIT],
        )
        sheet.relate(indicator, "indicates", object_id("attack-pattern", "attachment"), Tlp.GREEN)


def _samples(sheet: Sheet, scene: Scene) -> None:
    for name, family, days, size in SAMPLES:
        hashes = {"MD5": md5(name), "SHA-256": sha256(name)}
        file = sheet.see("file", hashes=hashes, name=name, size=size)
        instance = sheet.put(
            "malware",
            f"sample {name}",
            Tlp.AMBER,
            name=f"{family.upper()} sample {name}",
            is_family=False,
            malware_types=["ransomware" if family == "siltlock" else "backdoor" if family == "leadline" else "dropper"],
            first_seen=scene.when(days=days),
            sample_refs=[file],
        )
        sheet.relate(instance, "variant-of", FAMILIES[family], Tlp.AMBER)
        indicator = sheet.put(
            "indicator",
            f"file {name}",
            Tlp.GREEN,
            name=f"{family.upper()}: file {name}",
            description=f"Exact file of {size} bytes, first seen {scene.day(days)}. The group rebuilds its files for "
            "each operator: finding nothing means little.",
            indicator_types=["malicious-activity"],
            pattern=f"[file:hashes.'SHA-256' = '{hashes['SHA-256']}' OR file:hashes.MD5 = '{hashes['MD5']}']",
            pattern_type="stix",
            pattern_version="2.1",
            valid_from=scene.when(days=days),
            confidence=95,
        )
        sheet.relate(indicator, "indicates", FAMILIES[family], Tlp.GREEN)
    _analyses(sheet, scene)


def _analyses(sheet: Sheet, scene: Scene) -> None:
    system = sheet.see("software", name="Server operating system", vendor="Invented vendor", version="2022")
    for number, (name, family, days, size) in enumerate(SAMPLES[::3]):
        analysis = sheet.put(
            "malware-analysis",
            f"analysis {name}",
            Tlp.AMBER,
            product="demo-sandbox",
            version="7.3",
            operating_system_ref=system,
            configuration_version=f"port-{number + 4}",
            submitted=scene.when(days=days - 1, hours=5),
            analysis_started=scene.when(days=days - 1, hours=4),
            analysis_ended=scene.when(days=days - 1, hours=3),
            result="malicious",
            sample_ref=sample(name, size),
        )
        sheet.relate(analysis, "dynamic-analysis-of", object_id("malware", f"sample {name}"), Tlp.AMBER)
        sheet.relate(analysis, "characterizes", FAMILIES[family], Tlp.AMBER)


def _host_traces(sheet: Sheet, scene: Scene) -> None:
    folder = sheet.see("directory", path="C:\\ProgramData\\TideTable", ctime=scene.when(days=17))
    loader = sheet.see(
        "file",
        name="TideTableSync.exe",
        hashes={"MD5": md5("TideTableSync.exe"), "SHA-256": sha256("TideTableSync.exe")},
        size=96256,
        parent_directory_ref=folder,
        extensions={
            "windows-pebinary-ext": {
                "pe_type": "exe",
                "machine_hex": "8664",
                "number_of_sections": 3,
                "time_date_stamp": scene.when(days=38)[:19] + "Z",
                "sections": [
                    {"name": ".text", "size": 61440, "entropy": 6.41},
                    {"name": ".rdata", "size": 20480, "entropy": 4.92},
                    {"name": ".tide", "size": 12288, "entropy": 7.98},
                ],
            }
        },
    )
    account = sheet.see(
        "user-account",
        account_login="svc-halyard2",
        account_type="windows-domain",
        display_name="Halyard maintenance 2",
        is_service_account=True,
        account_created=scene.when(days=28),
    )
    started = sheet.see(
        "process",
        pid=4712,
        command_line="TideTableSync.exe /quiet /zone KST",
        created_time=scene.when(days=17),
        image_ref=loader,
        creator_user_ref=account,
        extensions={"windows-process-ext": {"aslr_enabled": True, "dep_enabled": True, "integrity_level": "high"}},
    )
    mutex = sheet.see("mutex", name="Global\\TideTable-7f3a")
    key = sheet.see(
        "windows-registry-key",
        key="HKEY_LOCAL_MACHINE\\SOFTWARE\\TideTable",
        values=[{"name": "Station", "data": "gauge-04", "data_type": "REG_SZ"}],
        modified_time=scene.when(days=17),
        creator_user_ref=account,
    )
    observed = sheet.put(
        "observed-data",
        "loader on a host",
        Tlp.AMBER,
        first_observed=scene.when(days=17),
        last_observed=scene.when(days=12, hours=9),
        number_observed=9,
        object_refs=[folder, loader, account, started, mutex, key],
    )
    for name, text, pattern in (
        (
            "Mutex of EBBGATE",
            "Held while the loader runs; the last four digits differ by operator.",
            "[mutex:name MATCHES '^Global.TideTable-[0-9a-f]{4}$']",
        ),
        (
            "Maintenance account made by the group",
            "One character more than the vendor's own account. Ask the vendor before removing it.",
            "[user-account:account_login LIKE 'svc-halyard_']",
        ),
        (
            "Registry key of EBBGATE",
            "Stays behind after the loader has removed itself.",
            "[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\TideTable']",
        ),
        (
            "Loader started, then a relay asked within ten minutes",
            "The order matters: the relay alone is also asked by scanners.",
            (
                "([process:command_line LIKE 'TideTableSync.exe%'] FOLLOWEDBY "
                "[network-traffic:dst_ref.value = '192.0.2.18']) WITHIN 600 SECONDS"
            ),
        ),
    ):
        indicator = sheet.put(
            "indicator",
            name,
            Tlp.AMBER,
            name=name,
            description=text,
            indicator_types=["compromised"],
            pattern=pattern,
            pattern_type="stix",
            valid_from=scene.when(days=12),
            object_marking_refs=[PAP_AMBER],
        )
        sheet.relate(indicator, "based-on", observed, Tlp.AMBER)
        sheet.relate(indicator, "indicates", LOADER, Tlp.AMBER)


def _rules(sheet: Sheet, scene: Scene) -> None:
    yara = (
        'rule siltlock_note { strings: $a = "Your planning is under water" ascii wide '
        '$b = "within 96 hours" ascii wide condition: all of them }'
    )
    sigma = (
        "title: Task TideTableSync\nlogsource:\n  product: windows\n  service: taskscheduler\n"
        "detection:\n  made:\n    TaskName|endswith: TideTableSync\n  condition: made\nlevel: high\n"
    )
    snort = (
        'alert tls $HOME_NET any -> any 443 (msg:"LEADLINE tide table request"; tls.sni; '
        'content:"harbour-times.example"; endswith; sid:9000171; rev:2;)'
    )
    for name, language, rule, family in (
        ("Ransom note of SILTLOCK in memory or on disk", "yara", yara, RANSOMWARE),
        ("Scheduled task TideTableSync", "sigma", sigma, LOADER),
        ("TLS connection to a LEADLINE relay", "suricata", snort, BACKDOOR),
    ):
        indicator = sheet.put(
            "indicator",
            name,
            Tlp.GREEN,
            name=name,
            description="Reegel on läbi proovitud kahe nädala liiklusega, valehäireid ei olnud.",
            lang="et",
            indicator_types=["malicious-activity"],
            pattern=rule,
            pattern_type=language,
            valid_from=scene.when(days=10),
        )
        sheet.relate(indicator, "indicates", family, Tlp.GREEN)


def _pressure(sheet: Sheet, scene: Scene) -> None:
    page = sheet.put(
        "infrastructure",
        "pressure page",
        Tlp.AMBER_STRICT,
        name="Page with names of victims",
        description="Lists victims who don't answer, with a clock and three sample documents each. One entry was taken "
        "down after eleven hours, without payment as far as is known.",
        infrastructure_types=["hosting-target-lists"],
        first_seen=scene.when(days=13),
    )
    site = sheet.see("domain-name", value="underwater-list.invalid")
    storage = sheet.put(
        "infrastructure",
        "storage",
        Tlp.AMBER,
        name="Rented storage for stolen documents",
        description="Three accounts at one provider, paid with vouchers. The provider has preserved them at the "
        "request of the police.",
        infrastructure_types=["exfiltration"],
        first_seen=scene.when(days=25),
        last_seen=scene.when(days=6),
    )
    bucket = sheet.see("url", value="https://store.example/b/gt-intake-02/")
    note = sheet.see(
        "artifact", mime_type="text/plain", payload_bin=base64.b64encode(NOTE_TEXT.encode()).decode(), tlp=Tlp.AMBER
    )
    sheet.relate(page, "consists-of", site, Tlp.AMBER_STRICT)
    sheet.relate(storage, "consists-of", bucket, Tlp.AMBER)
    sheet.relate(INTRUSION_SET, "owns", page, Tlp.AMBER_STRICT)
    sheet.relate(INTRUSION_SET, "uses", storage, Tlp.AMBER)
    sheet.relate(RANSOMWARE, "related-to", note, Tlp.AMBER, description="Text of the ransom note.")
    sheet.relate(BACKDOOR, "exfiltrates-to", storage, Tlp.AMBER)
