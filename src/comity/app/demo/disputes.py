"""What goes wrong between parties: one object from two of them, contradiction, withdrawal, a stranger's version.

Lives here: the deliveries that show how the node holds several claims. A relayed object is held under two claims with
the same bytes; a changed one under the same id and ``modified`` is a conflict; a feed that sends its own version of
others' objects changes nothing for readers of the originals.
"""

import msgspec

from comity.app.demo.cast import CASE, ENERGY, ESTONIA, FEED, KOREA, NETHERLANDS, OPEN, SECTOR
from comity.app.demo.sheet import Properties, Scene, Sheet, object_id
from comity.app.demo.traces import RELAY_HOSTS
from comity.kernel.objects.markings import TLP_IDS, Tlp


def write_disputes(scene: Scene) -> None:
    """After everything else, since they repeat what others said."""
    _two_claims(scene)
    _conflict(scene)
    _withdrawal(scene.sheet(SECTOR, ENERGY, days=3, hours=3), scene)
    _stranger(scene.sheet(OPEN, FEED, days=1, hours=7), scene)
    _own_trade(scene.sheet(OPEN, FEED, days=1, hours=6), scene)


def _two_claims(scene: Scene) -> None:
    relayed = [object_id("indicator", f"relay {value}") for value, *_ in RELAY_HOSTS[:5]]
    original = _sheet_with(scene, relayed[0])
    scene.sheet(CASE, KOREA, days=10, hours=20).relay(original, relayed)
    files = [object_id("indicator", f"file {name}") for name in ("driver.cab", "prnfilt64.exe", "lockctl.exe")]
    scene.sheet(SECTOR, ENERGY, days=10, hours=3).relay(_sheet_with(scene, files[0]), files)
    lures = [object_id("indicator", "lure accounts@bollard-supply.example")]
    scene.sheet(CASE, NETHERLANDS, days=9, hours=1).relay(_sheet_with(scene, lures[0]), lures)


def _conflict(scene: Scene) -> None:
    contested = object_id("indicator", "relay moorings.test")
    changed = _object(scene, contested)
    changed["description"] = (
        "Connections to moorings.test. The domain was taken over by the registry; connections after that are of "
        "researchers. Alert only."
    )
    changed["confidence"] = 20
    changed["object_marking_refs"] = [TLP_IDS[Tlp.AMBER]]
    sheet = scene.sheet(SECTOR, ESTONIA, days=6, hours=2)
    sheet.write(changed, None)
    sheet.put(
        "note",
        "two texts for one indicator",
        Tlp.AMBER,
        abstract="Our text differs from the ISAC's",
        content="We changed the indicator on moorings.test without giving it a new date, by mistake. Both texts are "
        "right for their time; a corrected version follows from the ISAC.",
        authors=["Duty desk, Demo CSIRT Estonia"],
        object_refs=[contested],
    )


def _withdrawal(sheet: Sheet, scene: Scene) -> None:
    name = "relay 198.51.100.201"
    withdrawn = _object(scene, object_id("indicator", name))
    kept: Properties = {
        key: value
        for key, value in withdrawn.items()
        if key
        not in {"type", "spec_version", "id", "created_by_ref", "created", "modified", "description", "confidence"}
    }
    kept["description"] = (
        "Withdrawn: the address belongs to a content network that others use as well. The one contact was real; "
        "blocking does more harm than good."
    )
    sheet.put("indicator", name, None, **kept, confidence=10, revoked=True)


def _stranger(sheet: Sheet, scene: Scene) -> None:
    # The feed's importer copies ids and gives its own text and dates. The originals stay what they are.
    shut = _object(scene, object_id("indicator", "relay 192.0.2.18"))
    shut |= {
        "modified": "9999-12-31T23:59:59.999Z",
        "revoked": True,
        "description": "Expired entry, removed by the feed.",
        "object_marking_refs": [TLP_IDS[Tlp.CLEAR]],
    }
    sheet.write(shut, None)
    renamed = _object(scene, object_id("campaign", "grey tide"))
    for name in ("granular_markings", "objective", "aliases"):
        renamed.pop(name, None)
    renamed |= {
        "modified": scene.when(days=1, hours=8),
        "name": "Grey Tide / PortLocker (aggregated)",
        "description": "Aggregated from three web pages. Attribution: see comments.",
        "object_marking_refs": [TLP_IDS[Tlp.CLEAR]],
    }
    sheet.write(renamed, None)


def _own_trade(sheet: Sheet, scene: Scene) -> None:
    sheet.put(
        "identity",
        FEED,
        Tlp.CLEAR,
        name="Demo Open Feed",
        description="Collects indicators from public reports and forwards them without review. Fictional organisation.",
        identity_class="organization",
    )
    for number in range(6):
        host = sheet.see("ipv4-addr", value=f"203.0.113.{101 + number * 7}")
        indicator = sheet.put(
            "indicator",
            f"feed entry {number}",
            None,
            name=f"Scanner 203.0.113.{101 + number * 7}",
            indicator_types=["anomalous-activity"],
            pattern=f"[ipv4-addr:value = '203.0.113.{101 + number * 7}']",
            pattern_type="stix",
            valid_from=scene.when(days=2),
            labels=["feed", "unreviewed"],
        )
        sheet.relate(indicator, "related-to", host)


def _sheet_with(scene: Scene, identifier: str) -> Sheet:
    needle = identifier.encode()
    return next(sheet for sheet in scene.sheets for raw in sheet.objects() if b'"id":"' + needle in raw)


def _object(scene: Scene, identifier: str) -> Properties:
    """The newest version that its creator wrote."""
    versions: list[Properties] = [
        msgspec.json.decode(raw)
        for sheet in scene.sheets
        for raw in sheet.objects()
        if b'"id":"' + identifier.encode() in raw
    ]
    return max(versions, key=lambda version: str(version["modified"]))
