"""What sources say about handling beyond TLP: to whom not, for what, from when, until when, where, and that it is played.

Lives here: the markings that say so, in the node's published extension, and the objects that carry them; one object for
each kind of caveat. What follows from a caveat is policy's.
"""

from typing import Final

from comity.app.demo.adversary import CAMPAIGN, GATEWAY
from comity.app.demo.cast import CASE, ESTONIA, KOREA, NETHERLANDS, PUBLIC
from comity.app.demo.incidents import incident
from comity.app.demo.sheet import Properties, Scene, Sheet, object_id
from comity.app.demo.traces import STORAGE
from comity.kernel.base.clock import Micros
from comity.kernel.objects.canonical import Json
from comity.kernel.objects.markings import HANDLING_EXTENSION, IEP_EXTENSION, PAP_EXTENSION, Tlp

PAP_RED: Final = "marking-definition--740d36e5-7714-4c30-961a-3ae632ceee0e"
EXERCISE: Final = "harbour-bell"
OVER: Final[Micros] = 3 * 86_400_000_000
"""After the story's moment: when the embargo is surely over, and the provisional policy still holds."""

_EMBARGO: Final = "embargo"
_TO_ESTONIA: Final = "to Estonia"
_NAMED: Final = "named in Estonia"
IN_KOREA: Final = "stays in Korea"
_DEFENCE: Final = "for defence"
_PLAYED: Final = "of an exercise"
_POLICE: Final = "police records"
_NOT_SINGAPORE: Final = "not to Singapore"
_PROVISIONAL: Final = "provisional"


def write_caveats(scene: Scene) -> None:
    """What the coordinator marked, then what the police marked."""
    _advisory(scene.sheet(PUBLIC, KOREA, days=1, hours=5), scene)
    marked = scene.sheet(CASE, KOREA, days=1, hours=4, minutes=10)
    _for_some(marked)
    _for_something(marked, scene)
    _played(marked, scene)
    _of_the_police(scene.sheet(CASE, NETHERLANDS, days=1, hours=3), scene)


def marking(name: str) -> str:
    """The id of a marking of the story."""
    return object_id("marking-definition", name)


def _advisory(sheet: Sheet, scene: Scene) -> None:
    opens = scene.nine(days=-2)
    _handling(sheet, _EMBARGO, "Not before the joint publication", not_before=opens)
    sheet.put(
        "report",
        "second advisory",
        Tlp.CLEAR,
        name="Advisory: the gateway's maintenance log can be emptied from outside",
        description="The vendor, both CSIRTs and the ministry publish on the same morning. Until then nobody is told, "
        "so that operators have the update before attackers read what it mends.",
        report_types=["vulnerability"],
        published=opens,
        object_refs=[object_id("vulnerability", "gateway log"), object_id("course-of-action", "patch gateway")],
        object_marking_refs=[marking(_EMBARGO)],
    )


def _for_some(sheet: Sheet) -> None:
    estonia = object_id("identity", ESTONIA)
    _handling(sheet, _TO_ESTONIA, "For Demo CSIRT Estonia", releasable_to=[estonia])
    sheet.put(
        "note",
        "questions to Estonia",
        Tlp.AMBER_STRICT,
        abstract="Three questions on the customs declarations",
        content="Which declarations were copied, of which days, and did any of them name a ship that later called at "
        "the container terminal? An answer by telephone is enough.",
        authors=["Duty desk, Demo CSIRT Korea"],
        object_refs=[incident("merelaine"), incident("saebyeol")],
        object_marking_refs=[marking(_TO_ESTONIA)],
    )
    # A list of recipients closes TLP:RED only: the marking itself is RED, so that nobody else reads who is named.
    _handling(sheet, _NAMED, "Named recipient: Demo CSIRT Estonia", Tlp.RED, recipients=[estonia])
    sheet.put(
        "note",
        "joint action",
        Tlp.RED,
        abstract="Hour of the joint action",
        content="Both relays that are still in use are taken over on the same morning. The hour is told by telephone, "
        "to the two heads of operations. Change nothing on your side before.",
        authors=["Head of operations, Demo CSIRT Korea"],
        object_refs=[CAMPAIGN],
        object_marking_refs=[marking(_NAMED)],
    )
    _handling(sheet, IN_KOREA, "Stays in the Republic of Korea", resides_in=["KR"])
    sheet.put(
        "note",
        "shift leaders",
        Tlp.AMBER,
        abstract="Who was called at the container terminal",
        content="Shift leaders and the order in which they were called, as the terminal's own list has it. The list "
        "stays on servers in the Republic of Korea.",
        authors=["Duty desk, Demo CSIRT Korea"],
        object_refs=[incident("saebyeol")],
        object_marking_refs=[marking(IN_KOREA)],
    )


def _for_something(sheet: Sheet, scene: Scene) -> None:
    _handling(sheet, _DEFENCE, "For defence and response only", purposes=["network-defence", "incident-response"])
    _indicator(
        sheet,
        scene,
        "sinkhole",
        Tlp.AMBER,
        "Relay taken over: hosts that still ask it",
        "192.0.2.77",
        "The name of a former relay leads here now. Who asks it has the backdoor; whose hosts they are is not "
        "evidence of anything else.",
        marking(_DEFENCE),
    )
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": PAP_RED,
            "created": "2022-10-02T00:00:00.000Z",
            "name": "PAP:RED",
            "extensions": {PAP_EXTENSION: {"extension_type": "property-extension", "pap": "red"}},
        },
        None,
    )
    _indicator(
        sheet,
        scene,
        "watched relay",
        Tlp.AMBER,
        "Relay that is being watched",
        "192.0.2.93",
        "Look for it in what you have recorded. Don't connect to it, don't look it up, don't block it.",
        PAP_RED,
    )
    _policy_with_an_end(sheet, scene)
    _indicator(
        sheet,
        scene,
        "provisional relay",
        Tlp.AMBER,
        "Relay seen once, not confirmed",
        "203.0.113.245",
        "One connection of two seconds. What is not confirmed by the end of the policy's term is withdrawn.",
        marking(_PROVISIONAL),
    )


def _policy_with_an_end(sheet: Sheet, scene: Scene) -> None:
    _definition(
        sheet,
        _PROVISIONAL,
        "Provisional: ends unless confirmed",
        IEP_EXTENSION,
        {
            "name": "Provisional: ends unless confirmed",
            "iep_version": "2.0",
            "iep_id": str(object_id("x", "provisional policy"))[3:],
            "description": "May be used until its end date. After that date it is no longer given to anybody.",
            "start_date": scene.when(days=2),
            "end_date": scene.nine(days=-5),
            "affected_party_notifications": "must-not",
            "encrypt_in_transit": "must",
            "permitted_actions": "internally-visible-actions",
            "provider_attribution": "may",
            "tlp": "amber",
            "unmodified_resale": "must-not",
        },
    )


def _played(sheet: Sheet, scene: Scene) -> None:
    _handling(sheet, _PLAYED, "EXERCISE Harbour Bell", exercise=EXERCISE)
    _indicator(
        sheet,
        scene,
        "played relay",
        Tlp.GREEN,
        "EXERCISE Harbour Bell: relay of the played attack",
        "198.51.100.77",
        "Played. It goes only to parties that an agreement admits to exercises, so that nobody takes it for real.",
        marking(_PLAYED),
    )


def _of_the_police(sheet: Sheet, scene: Scene) -> None:
    _handling(sheet, _POLICE, "Records of an investigation", originator_control=True)
    sheet.put(
        "note",
        "records preserved",
        Tlp.AMBER,
        abstract="What the storage provider preserved",
        content=f"Payment vouchers, addresses of log-ins and the index of files, as of {scene.day(6)}. They were given "
        "to the coordinator for the case. Whoever else needs them asks us.",
        authors=["Demo Cybercrime Unit Netherlands"],
        object_refs=[STORAGE],
        object_marking_refs=[marking(_POLICE)],
    )
    _handling(sheet, _NOT_SINGAPORE, "Not to Singapore", not_releasable_to=["jurisdiction:SG"])
    sheet.put(
        "note",
        "pilot booking",
        Tlp.GREEN,
        abstract="The message to the pilots is looked at by the prosecutor",
        content="Whether it belongs to this case is decided next week. Until then the authority there is informed by "
        "the prosecutor, not by us.",
        authors=["Demo Cybercrime Unit Netherlands"],
        object_refs=[incident("meranti"), GATEWAY],
        object_marking_refs=[marking(_NOT_SINGAPORE)],
    )


def _indicator(sheet: Sheet, scene: Scene, name: str, tlp: Tlp, title: str, value: str, text: str, marked: str) -> None:
    sheet.put(
        "indicator",
        name,
        tlp,
        name=title,
        description=text,
        indicator_types=["malicious-activity"],
        pattern=f"[ipv4-addr:value = '{value}']",
        pattern_type="stix",
        pattern_version="2.1",
        valid_from=scene.when(days=2),
        object_marking_refs=[marked],
    )


def _handling(sheet: Sheet, name: str, title: str, tlp: Tlp | None = None, /, **caveats: Json) -> None:
    _definition(sheet, name, title, HANDLING_EXTENSION, caveats, tlp)


def _definition(sheet: Sheet, name: str, title: str, extension: str, says: Properties, tlp: Tlp | None = None) -> None:
    sheet.write(
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": marking(name),
            "created_by_ref": object_id("identity", sheet.party),
            "created": sheet.scene.when(days=2, hours=1),
            "name": title,
            "extensions": {extension: {"extension_type": "property-extension", **says}},
        },
        tlp,
    )
