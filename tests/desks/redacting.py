"""A node under an agreement that redacts, with one object of each way to go: whole, redacted, in part, unmade, after review."""

from typing import Any

from msgspec.structs import replace

from comity.kernel.objects.markings import HANDLING_EXTENSION, TLP_IDS, Tlp
from comity.kernel.policy.agreement.articles import AnyArticle, Redact, Review, Selection
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.profile import Profile, Rule
from tests.desks.cast import OURS, WHEN, Node, campaign, malware

NAME = "ours-estonia"
AMBER = [TLP_IDS[Tlp.AMBER]]
VICTIM = "identity--8e2e2d2b-17d4-4cbf-938f-000000000007"
REPORT = "report--8e2e2d2b-17d4-4cbf-938f-000000000008"
IN_PARTS = "campaign--8e2e2d2b-17d4-4cbf-938f-000000000009"
STAYS = "marking-definition--8e2e2d2b-17d4-4cbf-938f-00000000000a"
ACTOR = "threat-actor--8e2e2d2b-17d4-4cbf-938f-00000000000b"
OPINION = "opinion--8e2e2d2b-17d4-4cbf-938f-00000000000c"
WHOLE = campaign(1)["id"]
REDACTING: tuple[AnyArticle, ...] = (
    Redact(number=1, title="Who was hit", when=Selection(types=("identity",)), profile="victims"),
    Redact(number=2, title="Opinions", when=Selection(types=("opinion",)), profile="without-word"),
    Review(number=3, when=Selection(types=("threat-actor",)), approvers=("approver", "legal"), four_eyes=True),
)
PROFILES = (Profile("without-word", (Rule("drop", properties=("opinion",)),), "Opinions without their word"),)


def text_of(node: Node, name: str = NAME) -> str:
    """The text of an agreement that redacts."""
    drafted = node.directory.agreements.read(node.directory.agreements.draft("bilateral-csirt", "estonia", name=name))
    kept = tuple(each for each in drafted.articles if not isinstance(each, Redact | Review))
    articles = tuple(replace(each, number=number) for number, each in enumerate((*REDACTING, *kept), 1))
    return write(replace(drafted, articles=articles, profiles=PROFILES))


def filled(node: Node) -> None:
    """Everything handed in by our own party."""
    node.give(
        "ours",
        sdo(STAYS, name="Stays here", extensions=_handling(resides_in=["KR"])),
        sdo(VICTIM, name="Harbour Terminal", identity_class="organization", sectors=["energy"],
            contact_information="night@harbour.example", object_marking_refs=AMBER),
        campaign(1, created_by_ref=OURS, object_marking_refs=AMBER),
        sdo(ACTOR, name="Broker", object_marking_refs=AMBER),
        sdo(REPORT, name="What happened", published=WHEN, object_refs=[VICTIM, WHOLE, ACTOR], object_marking_refs=AMBER),
        sdo(IN_PARTS, name="Low Water", aliases=["Neap", "Springs"], object_marking_refs=AMBER,
            granular_markings=[{"marking_ref": STAYS, "selectors": ["aliases.[1]"]}]),
        sdo(OPINION, opinion="agree", object_refs=[WHOLE], object_marking_refs=AMBER),
        malware(1),
    )  # fmt: skip


def redacting(node: Node) -> Node:
    """Filled, signed, and all made that can be."""
    filled(node)
    node.directory.agreements.apply(text_of(node), by="somebody")
    made(node)
    return node


def made(node: Node) -> None:
    """What the worker does."""
    while node.store.settle() or node.store.scan.step():
        pass
    node.store.twins.make()


def sdo(object_id: str, **more: Any) -> dict[str, Any]:
    """An object by its id."""
    kind = object_id.partition("--")[0]
    dated = {"created": WHEN} if kind == "marking-definition" else {"created": WHEN, "modified": WHEN}
    return {"type": kind, "spec_version": "2.1", "id": object_id, **dated, **more}


def _handling(**caveats: Any) -> dict[str, Any]:
    return {HANDLING_EXTENSION: {"extension_type": "property-extension", **caveats}}
