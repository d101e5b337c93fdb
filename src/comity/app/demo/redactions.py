"""What may go in part only: a victim behind its sector, a part that is marked on its own, a person in a note, a report that
names what its readers may not see.

Lives here: one object for each way in which something goes otherwise than as it is held. In which form to whom is policy's.
"""

from typing import Final

from comity.app.demo.adversary import CAMPAIGN, RANSOMWARE
from comity.app.demo.cast import CASE, KOREA
from comity.app.demo.caveats import IN_KOREA, marking
from comity.app.demo.incidents import incident
from comity.app.demo.sheet import Scene, Sheet, object_id
from comity.kernel.objects.markings import Tlp

VICTIM: Final = object_id("identity", "haneulbit")
IN_PARTS: Final = object_id("indicator", "relay of the second wave")
WITH_A_PERSON: Final = object_id("note", "ship's agent")
WITH_A_HIDDEN_NEIGHBOUR: Final = object_id("report", "way in")


def write_redactions(scene: Scene) -> None:
    """All on the last day, after the markings that they carry."""
    sheet = scene.sheet(CASE, KOREA, days=1, hours=2, minutes=20)
    _in_parts(sheet, scene)
    _with_a_person(sheet)
    _with_a_hidden_neighbour(sheet, scene)


def _in_parts(sheet: Sheet, scene: Scene) -> None:
    """The indicator goes to all; the second of its sources is named by a list that stays in the country."""
    sheet.put(
        "indicator",
        "relay of the second wave",
        Tlp.AMBER,
        name="Relay of the second wave",
        description="Two hosts of a terminal asked it every eleven minutes, on the night before the encryption.",
        indicator_types=["malicious-activity"],
        pattern="[ipv4-addr:value = '198.51.100.211'] AND [domain-name:value = 'berth-plan.example']",
        pattern_type="stix",
        pattern_version="2.1",
        valid_from=scene.when(days=2),
        external_references=[
            {"source_name": "Demo CSIRT Korea", "external_id": "KR-2231"},
            {
                "source_name": "Saebyeol Container Terminal",
                "description": "Log of the gate server, handed over by the leader of the night shift.",
            },
        ],
        granular_markings=[{"marking_ref": marking(IN_KOREA), "selectors": ["external_references.[1]"]}],
    )


def _with_a_person(sheet: Sheet) -> None:
    sheet.put(
        "note",
        "ship's agent",
        Tlp.AMBER,
        abstract="Who took the first call at the ship's agent",
        content="The call came at ten past three. Whoever has questions on the notice of arrival writes to "
        "eleri.vaughan@straitline-agency.example or telephones +44 20 7946 0958; the office is empty on Sundays.",
        authors=["Duty desk, Demo CSIRT Korea"],
        object_refs=[incident("saebyeol")],
    )


def _with_a_hidden_neighbour(sheet: Sheet, scene: Scene) -> None:
    """Its readers get the report; who sold the access is for people to decide, and the terminal is told by its sector."""
    sheet.put(
        "report",
        "way in",
        Tlp.AMBER,
        name="How the group came into the container terminal",
        description="The account of the gateway's vendor was bought, tried for two days from a rented host, and used in the "
        "third night. From the gateway it took forty minutes to the planning system.",
        report_types=["threat-report", "attack-pattern"],
        published=scene.when(days=1, hours=3),
        object_refs=[
            CAMPAIGN,
            RANSOMWARE,
            incident("saebyeol"),
            object_id("identity", "saebyeol"),
            object_id("threat-actor", "broker"),
            IN_PARTS,
        ],
        confidence=85,
    )
