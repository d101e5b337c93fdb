"""Rules of the approvals desk: who may do what, the words for states and acts, where things are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from comity.desks.approvals.objects import PATH, Notice
from comity.kernel.base.errors import NodeError
from comity.kernel.directory.roles import EVERYONE, Role
from comity.kernel.objects.extensions import REDACTION
from comity.kernel.policy.agreement.words import APPROVERS
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.approval.folding import Act, Demand, State
from comity.kernel.policy.approval.statements import Ground, Says
from comity.web.notices import Meaning
from comity.web.roles import ROLES
from comity.web.tables import Mark
from comity.web.words import Phrase, Told, msgid, outside, plural

READ: Final = "approvals.read"
DECIDE: Final = "approvals.decide"
READERS: Final = EVERYONE - {Role.ADMINISTRATOR}
DECIDERS: Final = frozenset(Role(each) for each in APPROVERS)
"""All roles that an agreement can name; which it does is asked for each item."""

STATES: Final[Mapping[State, tuple[Meaning, str]]] = {
    State.WAITING: ("review", msgid("Waits")),
    State.HALF: ("partly", msgid("Half approved")),
    State.SOURCE: ("partly", msgid("Waits for its source")),
    State.RELEASED: ("released", msgid("Released")),
    State.REFUSED: ("withheld", msgid("Refused")),
}
LISTS: Final[Mapping[str, tuple[State, str]]] = {
    "half": (State.HALF, msgid("Half approved")),
    "source": (State.SOURCE, msgid("Waiting for a source")),
    "released": (State.RELEASED, msgid("Released")),
    "refused": (State.REFUSED, msgid("Refused")),
}
EMPTY: Final[Mapping[State, tuple[str, str]]] = {
    State.WAITING: (
        msgid("Nothing waits for anybody."),
        msgid("What an agreement lets go only after a review stands here, as soon as it is held."),
    ),
    State.HALF: (
        msgid("Nothing is half approved."),
        msgid("Where an agreement asks for two people, what one has approved stands here."),
    ),
    State.SOURCE: (
        msgid("No source is asked."),
        msgid("What its source was asked to let go further waits here for the answer."),
    ),
    State.RELEASED: (msgid("Nothing was released after a review."), msgid("What people approved stands here.")),
    State.REFUSED: (msgid("Nothing was refused."), msgid("What people refused stands here, with the way back.")),
}

_SAID: Final[Mapping[str, tuple[Meaning, str, str]]] = {
    "release": ("released", msgid("Approved"), msgid("%(person)s approved it, as %(role)s.")),
    "consent": (
        "released",
        msgid("Approved"),
        msgid("%(person)s approved it, as %(role)s, and cited the consent of its source."),
    ),
    "refuse": ("withheld", msgid("Refused"), msgid("%(person)s refused it, as %(role)s.")),
    "ask": ("partly", msgid("Asked"), msgid("%(person)s asked its source, as %(role)s.")),
    "withdraw": ("withheld", msgid("Withdrawn"), msgid("%(person)s took back what was said before.")),
}

REFUSALS: Final[Mapping[str, str]] = {
    "approval-role": msgid("The agreement asks nobody with your roles."),
    "approval-new": msgid(
        "Your account was made or changed by another person less than a day ago. It may approve a day after that, or when the "
        "operator of the node has vouched for it."
    ),
    "approval-own": msgid("You have approved this already. Four eyes are two people: somebody else has to."),
    "approval-not-two": msgid(
        "You and whoever approved it are not two people who came here without each other. Nobody who added, invited, recovered "
        "or changed an account counts beside it, nor do two that one person made. The operator can vouch for an account."
    ),
    "approval-refused": msgid("It was refused. Whoever refused can withdraw that; nothing else helps."),
    "approval-source": msgid("Its source was asked and has not consented yet."),
    "approval-changed": msgid("It stands otherwise by now. Look at it again."),
    "approval-reason": msgid("Say why."),
    "approval-no-source": msgid(
        "Its source has no identity here, or is ourselves: nobody can be asked. Ask on another way, and cite the consent."
    ),
    "approval-not-yours": msgid("Only whoever said it can withdraw it."),
    "review-superseded": msgid("There is a newer version of the object. Look at that one instead."),
    "own-identity": msgid(
        "Our party has no identity to sign with. An administrator gives it one: comity party identity."
    ),
    "signing-key-missing": msgid("You have no key to sign with. Set a password, or make a passkey, on your own page."),
    "signing-key-retired": msgid("Your key was retired meanwhile. Nothing was signed."),
    "confirm": msgid("The password is not right; nothing was signed."),
    "passkey": msgid("This passkey is not one that you sign with."),
}


def refusal(error: NodeError) -> Told:
    """Why the node refused, in the reader's language where we have words for it."""
    said = REFUSALS.get(error.code)
    return said if said is not None else outside(" ".join(filter(None, (str(error), error.hint))))


def state_of(state: State) -> Mark:
    """How a review stands."""
    meaning, word = STATES[state]
    return Mark(meaning, word)


def word_of(act: Act, person: str) -> tuple[Meaning, str, Phrase]:
    """What somebody said: its mark, its word, its sentence."""
    meaning, word, frame = _SAID["consent" if act.says == "release" and act.consent else act.says]
    role = ROLES.get(act.role, act.role)
    return meaning, word, Phrase(frame, {"person": person}, lists={"role": (role,)})


def asked(demand: Demand) -> Told:
    """Whom an article asks."""
    if not demand.roles:
        return msgid("Nobody: the article is not there any more.")
    lists = {"roles": tuple(ROLES.get(each, each) for each in demand.roles)}
    if demand.four_eyes:
        return Phrase(msgid("Two different people, each with one of these roles: %(roles)s."), lists=lists)
    return Phrase(msgid("One person with one of these roles: %(roles)s."), lists=lists)


def asked_shortly(demands: Iterable[Demand]) -> Told:
    """The same of all articles, for a line of a list."""
    held = list(demands)
    roles = dict.fromkeys(role for each in held for role in each.roles)
    lists = {"roles": tuple(ROLES.get(each, each) for each in roles)}
    two = any(each.four_eyes for each in held)
    return Phrase(msgid("two of: %(roles)s") if two else msgid("one of: %(roles)s"), lists=lists)


def finding_of(number: int, *, more: bool) -> Told:
    """How much waits, as a sentence. ``more``: than was counted."""
    if more:
        return Phrase(msgid("More than %(num)s objects wait for a decision"), {"num": f"{number:,}"})
    if not number:
        return msgid("Nothing waits for a decision")
    return plural("%(num)s object waits for a decision", "%(num)s objects wait for a decision", number)


def notices(state: State, why: str, *, latest: bool, mine: bool) -> tuple[Notice, ...]:
    """What is to be known of an item at once."""
    found = []
    if not latest:
        text = msgid("There is a newer version of the object. What was said here is about this one alone.")
        found.append(Notice("withheld", msgid("Not the latest"), text))
    if why:
        said = Phrase(msgid("What was approved before did not hold any more: %(why)s"), {"why": why})
        found.append(Notice("review", msgid("Look again"), said))
    if state is State.HALF and mine:
        found.append(
            Notice("partly", msgid("Half approved"), msgid("You have approved it. Somebody else has to as well."))
        )
    elif state is State.HALF:
        text = msgid(
            "One person has approved the form that is shown. A second one, who is somebody else, is asked for."
        )
        found.append(Notice("partly", msgid("Half approved"), text))
    elif state is State.SOURCE:
        text = msgid(
            "Its source was asked. Nothing goes until its consent is recorded, with where that stands written."
        )
        found.append(Notice("partly", msgid("Waits for its source"), text))
    return tuple(found)


def item_path(object_id: str, name: str) -> str:
    """The path of an item's page."""
    return f"{PATH}/items/{quote(object_id, safe='')}/{name}"


def form_path(path: str, form: str) -> str:
    """The item's page with what would go in another form."""
    return f"{path}?{urlencode({'form': form})}" if form else path


def agreement_path(agreement: str, article: int) -> str:
    """Where an article stands."""
    return f"/agreements/{quote(agreement, safe='')}#article-{article}"


AS_ASKED: Final = "as-asked"
AS_APPROVED: Final = "as-approved"
BY_HAND: Final = "by-hand"
PROFILE: Final = "profile-"


def release_of(form: str, *, content: str = "", text: str = "", reference: str = "") -> Decision:
    """A release in the form that an address names; of an unknown one, as the agreements ask."""
    more = {"content": content, "reference": reference}
    if form.startswith(PROFILE):
        return Decision("release", "profile", profile=form.removeprefix(PROFILE), **more)
    if form == BY_HAND:
        return Decision("release", "by-hand", text=text, **more)
    return Decision("release", "as-approved" if form == AS_APPROVED else "as-asked", **more)


BUTTONS: Final[Mapping[Says, tuple[str, bool]]] = {
    "release": (msgid("Sign: it may go"), False),
    "refuse": (msgid("Sign: it does not go"), True),
    "ask": (msgid("Sign the request"), False),
    "withdraw": (msgid("Sign: take it back"), True),
}
"""What the button of a signature says, and whether it is a dangerous one."""


def told(says: Says, audience: Sequence[str]) -> tuple[tuple[Told, ...], Told, Told]:
    """What follows from saying it, whether that can be undone, and the question over it."""
    to = {"parties": ", ".join(audience)}
    signed = msgid("Your own key signs exactly this; the node signs around it. Both stay in the record.")
    match says:
        case "release":
            return (
                (
                    Phrase(
                        msgid(
                            "When everybody whom the agreement asks has agreed, it goes to %(parties)s as it is shown."
                        ),
                        to,
                    ),
                    msgid("A newer version of the object, or of the agreement, is asked about anew."),
                    signed,
                ),
                msgid("Yes: you can take your approval back, and it closes. What was fetched meanwhile stays fetched."),
                Phrase(msgid("Release it to %(parties)s?"), to),
            )
        case "refuse":
            return (
                (
                    Phrase(msgid("It does not go to %(parties)s, whatever others say."), to),
                    msgid("Where it had been released it closes."),
                    signed,
                ),
                msgid("Yes: you can withdraw the refusal. Nobody else can, as long as your account is not disabled."),
                Phrase(msgid("Refuse to let it go to %(parties)s?"), to),
            )
        case "ask":
            return (
                (
                    msgid(
                        "A request to its source is recorded. It travels once the source is a peer; until then tell them."
                    ),
                    msgid("Nothing goes until somebody records the consent, with where it stands written."),
                    signed,
                ),
                msgid("Yes: you can take the request back."),
                msgid("Ask its source to let it go further?"),
            )
        case "withdraw":
            return (
                (
                    msgid(
                        "What you said before does not count any more. Where the object had been released by it, it closes."
                    ),
                    signed,
                ),
                msgid("You can say the same again."),
                msgid("Take back what you said?"),
            )


def to_look_at(decision: Decision, state: State) -> Decision:
    """A decision as it is shown before anything was typed: with something in the places of what has to be."""
    releases = decision.says == "release"
    reason = decision.reason or ("" if releases else "…")
    reference = decision.reference or ("…" if releases and state is State.SOURCE else "")
    return msgspec.structs.replace(decision, reason=reason, reference=reference)


def begun(held: Mapping[str, Any], twin: str) -> dict[str, Any]:
    """What a person begins to write from: under the id by which the recipients will know it, without what the node sets."""
    kept = {name: value for name, value in held.items() if name not in {"created", "modified", "created_by_ref"}}
    extensions = {name: value for name, value in kept.pop("extensions", {}).items() if name != REDACTION}
    return {**kept, "id": twin, **({"extensions": extensions} if extensions else {})}


def cited(ground: Ground) -> dict[str, str]:
    """An article, for a sentence."""
    return {"article": str(ground.article), "agreement": ground.agreement}


def object_path(object_id: str) -> str:
    """Where an object stands."""
    return f"/intel/objects/{quote(object_id, safe='')}"


def list_path(asked: Mapping[str, str]) -> str:
    """A list with what it is asked for."""
    return f"{PATH}?{urlencode({name: value for name, value in asked.items() if value})}"


def too_many(seconds: int) -> Told:
    """How long to wait."""
    return plural(
        "Too many attempts. Try again in %(num)s second.", "Too many attempts. Try again in %(num)s seconds.", seconds
    )
