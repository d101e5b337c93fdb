"""Rules of the erasure desk: who may do what, and how orders, holds, terms and recalls are set out. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from comity.kernel.base.clock import Micros
from comity.kernel.directory.roles import EVERYONE, Role
from comity.kernel.store.erasure.orders import Cause, Due, Erasure, Hold, Outlook, Recall, Shared, Stage
from comity.web.forms import Act
from comity.web.tables import Acts, At, Code, Column, Link, Mark, Number, Row, Table, Words, plain
from comity.web.words import Phrase, Told, msgid, outside, plural

PATH: Final = "/erasure"
READ: Final = "erasure.read"
ORDER: Final = "erasure.order"
RECALL: Final = "erasure.recall"
READERS: Final = EVERYONE - {Role.ADMINISTRATOR}
ORDERERS: Final = frozenset({Role.LEGAL})
RECALLERS: Final = frozenset({Role.ANALYST, Role.DUTY_OFFICER, Role.LEGAL})

ERASURES: Final = (
    Column(key="order", title=msgid("Order")),
    Column(key="state", title=msgid("State")),
    Column(key="at", title=msgid("Ordered")),
    Column(key="claims", title=msgid("Claims erased"), number=True),
    Column(key="held", title=msgid("Held back"), number=True),
    Column(key="again", title=msgid("For good")),
)
HOLDS: Final = (
    Column(key="hold", title=msgid("Case")),
    Column(key="on", title=msgid("On")),
    Column(key="state", title=msgid("State")),
    Column(key="since", title=msgid("Since")),
    Column(key="until", title=msgid("Until")),
    Column(key="acts", title=msgid("What can be done"), unseen=True),
)
TERMS: Final = (
    Column(key="term", title=msgid("Term")),
    Column(key="of", title=msgid("Of")),
    Column(key="days", title=msgid("Days"), number=True),
    Column(key="claims", title=msgid("Under it"), number=True),
    Column(key="due", title=msgid("Due now"), number=True),
    Column(key="held", title=msgid("Of these held"), number=True),
    Column(key="next", title=msgid("Next due")),
)
RECALLS: Final = (
    Column(key="object", title=msgid("Object")),
    Column(key="state", title=msgid("State")),
    Column(key="at", title=msgid("Recalled")),
    Column(key="why", title=msgid("Why")),
)
SHARED: Final = (
    Column(key="party", title=msgid("Party")),
    Column(key="as", title=msgid("Under the id")),
    Column(key="since", title=msgid("Could have had it since")),
    Column(key="until", title=msgid("Until")),
)
_STAGES: Final[Mapping[Stage, Mark]] = {
    Stage.OPEN: Mark("partly", msgid("Being carried out")),
    Stage.HELD: Mark("review", msgid("Waits for a hold")),
    Stage.CLEANING: Mark("partly", msgid("Files are being rewritten")),
    Stage.DONE: Mark("released", msgid("Done")),
}


def path_of(object_id: str) -> str:
    """Where an object stands at this desk."""
    return f"{PATH}/objects/{quote(object_id, safe='')}"


def erasures(found: Sequence[Erasure]) -> Table:
    """Orders, the latest first."""
    rows = [
        Row(
            (
                Words(outside(each.ground.reference), outside(f"{each.ground.article} {each.ground.dated}".strip())),
                _STAGES[each.stage],
                At(each.at),
                Number(each.claims),
                Number(each.held),
                Words(_again(each)),
            ),
            id=f"erasure-{each.id}",
        )
        for each in found
    ]
    return plain(
        msgid("Erasures"),
        ERASURES,
        rows,
        empty=msgid("Nothing has been erased."),
        comes=msgid("An order to erase, or a term that has passed, stands here with how far it is."),
    )


def _again(erasure: Erasure) -> Told:
    if not erasure.good:
        return msgid("may come again") if erasure.cause is Cause.ORDER else ""
    if not erasure.refused:
        return msgid("for good")
    return plural("for good; came again once", "for good; came again %(num)s times", erasure.refused)


def holds(found: Sequence[Hold], now: Micros, *, acts: bool) -> Table:
    """Holds, those that stand first."""
    ordered = sorted(found, key=lambda each: (not each.stands(now), -each.id))
    rows = [
        Row(
            (
                Words(outside(each.reference), outside(each.ground)),
                _meant(each),
                _hold_state(each, now),
                At(each.since),
                At(each.until, msgid("it is lifted")),
                Acts((Link(msgid("Lift it"), f"{PATH}/holds/{each.id}/lift"),) if acts and each.stands(now) else ()),
            ),
            id=f"hold-{each.id}",
        )
        for each in ordered
    ]
    return plain(
        msgid("Legal holds"),
        HOLDS,
        rows,
        empty=msgid("No legal hold stands."),
        comes=msgid("What a court or a case needs is held: nothing erases it until the hold is lifted."),
    )


def _meant(hold: Hold) -> Code | Words:
    if hold.kind == "object":
        return Code(hold.subject) if hold.subject else Words(msgid("an object that was erased"))
    what = msgid("what a party gave") if hold.kind == "source" else msgid("a collection")
    return Words(outside(hold.subject), what)


def _hold_state(hold: Hold, now: Micros) -> Mark:
    if hold.stands(now):
        return Mark("review", msgid("Stands"))
    return Mark("withheld", msgid("Lifted") if hold.lifted else msgid("Over"))


def terms(found: Sequence[Due]) -> Table:
    """Terms of agreements and of ours, with what is due."""
    rows = [
        Row(
            (
                Words(_term(each)),
                Words(outside(each.subject)),
                Number(each.days),
                Number(each.claims),
                Number(each.due),
                Number(each.held),
                At(each.next, msgid("none")),
            )
        )
        for each in found
    ]
    return plain(
        msgid("How long things are kept"),
        TERMS,
        rows,
        empty=msgid("Nothing is erased by a date."),
        comes=msgid("An agreement with a retention article, or a term of ours, stands here with what is due."),
    )


def _term(due: Due) -> Told:
    if due.agreement:
        parts = {"agreement": due.agreement, "article": str(due.article)}
        return Phrase(msgid("%(agreement)s, article %(article)s"), parts)
    return msgid("ours, for a collection") if due.kind == "collection" else msgid("ours, for what a party gives")


def recalls(found: Sequence[Recall]) -> Table:
    """Recalls, the latest first."""
    rows = [
        Row(
            (
                Link(outside(each.object), path_of(each.object)),
                _recall_state(each),
                At(each.at),
                Words(outside(each.ground), outside(each.reference)),
            )
        )
        for each in found
    ]
    return plain(
        msgid("Recalls"),
        RECALLS,
        rows,
        empty=msgid("Nothing is recalled."),
        comes=msgid("An object that is taken back from all other parties stands here until everybody has been told."),
    )


def _recall_state(recall: Recall) -> Mark:
    left = sum(each.at is None for each in recall.told)
    if not left:
        return Mark("released", msgid("Everybody was told"))
    return Mark("review", plural("%(num)s to be told", "%(num)s to be told", left))


def shared(found: Sequence[tuple[str, Shared]]) -> Table:
    """Who could have had what."""
    rows = [
        Row(
            (
                Words(outside(each.name), outside(each.slug)),
                Code(each.twin or object_id),
                At(each.since if each.since > 0 else None, msgid("it came")),
                At(each.until, msgid("now")),
            )
        )
        for object_id, each in found
    ]
    return plain(
        msgid("Who could have had it"),
        SHARED,
        rows,
        empty=msgid("No other party could have had it."),
        comes=msgid("What was released to a party stands here, also when it no longer is."),
    )


def findings(outlook: Outlook) -> tuple[Phrase, ...]:
    """What an order would do, in sentences."""
    claims = Phrase(msgid("Would go: %(claims)s claims of %(objects)s objects."), _counts(outlook))
    found = [claims]
    if outlook.referrers:
        frame = msgid("%(count)s objects refer to these; they stay, with the reference in them.")
        found.append(Phrase(frame, {"count": str(outlook.referrers)}))
    if outlook.held:
        frame = msgid("Legal holds stand against %(count)s claims: these wait until the holds are lifted.")
        found.append(Phrase(frame, {"count": str(outlook.held)}))
    if outlook.in_custody:
        frame = msgid("%(count)s deleted objects in custody go as well, where no hold means them.")
        found.append(Phrase(frame, {"count": str(outlook.in_custody)}))
    found.append(Phrase(msgid("It can't be had back, but from a backup whose key still exists.")))
    return tuple(found)


def _counts(outlook: Outlook) -> dict[str, str]:
    return {"claims": f"{outlook.claims:,}", "objects": f"{outlook.objects:,}"}


def to_tell(recall: Recall) -> tuple[Act, ...]:
    """A button for each party that is still to be told."""
    waiting = sorted({each.party for each in recall.told if each.at is None})
    action = f"{path_of(recall.object)}/told"
    return tuple(
        Act(button=msgid("They have been told"), action=action, hidden={"party": party}, about=party)
        for party in waiting
    )
