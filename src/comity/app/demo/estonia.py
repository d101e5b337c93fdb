"""The second node's part of the story: what Demo CSIRT Estonia holds of its own before it mirrors what Korea has.

Lives here: who Estonia's partners are and where its objects lie at home. Nothing is written anew: what Estonia handed to
the joint case in Korea's node is what it holds itself, byte for byte. Pure, like all of the story.
"""

from typing import Final

from comity.app.demo.cast import ENERGY, ESTONIA, KOREA, NETHERLANDS
from comity.app.demo.scenario import DemoCollection, DemoCommunity, DemoParty, Scenario
from comity.app.demo.sheet import collection_uuid
from comity.kernel.objects.markings import Tlp

ANALYSIS: Final = "ee-analysis"
MIRRORED: Final = "grey-tide-kr"

_CEILINGS: Final = {ESTONIA: Tlp.RED, KOREA: Tlp.GREEN, NETHERLANDS: Tlp.AMBER_STRICT, ENERGY: Tlp.AMBER}
_PARTNERS: Final = frozenset(_CEILINGS) - {ESTONIA}


def of_estonia(korean: Scenario) -> Scenario:
    """The story as Estonia's node has it. ``MIRRORED`` stays empty: the mirror fills it."""
    known = {party.slug: party for party in korean.parties}
    return Scenario(
        parties=tuple(_party(known[slug], tlp_max) for slug, tlp_max in _CEILINGS.items()),
        communities=tuple(
            DemoCommunity(each.slug, each.name, tuple(slug for slug in (KOREA, *each.members) if slug in _PARTNERS))
            for each in korean.communities
        ),
        collections=_collections(),
        deliveries=tuple(
            type(each)(ANALYSIS, ESTONIA, each.received, each.objects)
            for each in korean.deliveries
            if each.party == ESTONIA
        ),
    )


def _party(party: DemoParty, tlp_max: Tlp) -> DemoParty:
    return DemoParty(
        party.slug, party.name, party.jurisdiction, tlp_max, own=party.slug == ESTONIA, identity=party.identity
    )


def _collections() -> tuple[DemoCollection, ...]:
    return (
        DemoCollection(
            ANALYSIS,
            collection_uuid(ANALYSIS),
            "Malware analysis",
            "What Demo CSIRT Estonia found out itself: families, samples, rules and the hosts that serve them.",
            Tlp.AMBER,
            read=(KOREA, NETHERLANDS, ENERGY),
            write=(),
        ),
        DemoCollection(
            MIRRORED,
            collection_uuid(MIRRORED),
            "Grey Tide, mirrored from Korea",
            "The joint case as Demo CSIRT Korea releases it to Estonia, kept up by polling its node over TAXII. No other "
            "party reads it here: what Korea lets them have, it gives them itself.",
            Tlp.AMBER_STRICT,
            read=(),
            write=(),
        ),
    )
