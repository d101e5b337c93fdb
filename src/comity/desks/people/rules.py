"""Rules of the people desk: what a leaf's statement says, in a sentence. Pure.

A statement is canonical JSON of the kind's fields (``kernel.ledger.leaf``); what it says is never interpreted further. An
act that this page has no sentence for is shown as it stands: nothing that happened is left out.
"""

from typing import Any, Final

import msgspec

from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.types import Event
from comity.web.roles import ROLES
from comity.web.words import Phrase, Told, msgid, outside

KINDS: Final[dict[LeafKind, str]] = {
    LeafKind.ACCOUNT: msgid("Accounts"),
    LeafKind.COMMAND: msgid("Command line"),
    LeafKind.EXPORTED: msgid("Exports"),
    LeafKind.RESTRICTED: msgid("Restrictions"),
    LeafKind.READ: msgid("Reads of restricted objects"),
    LeafKind.APPROVAL: msgid("Approvals"),
    LeafKind.DOWNGRADE: msgid("Requests to sources"),
    LeafKind.ERASED: msgid("Erasures"),
    LeafKind.HELD: msgid("Legal holds"),
    LeafKind.RETENTION: msgid("Retention"),
    LeafKind.RECALLED: msgid("Recalls"),
}
BY_NUMBER: Final[dict[str, LeafKind]] = {each.name.lower(): each for each in KINDS}

# What was done to an account; ``name`` is whose. The detail stands below it.
_ACTS: Final[dict[str, str]] = {
    "added": msgid("%(name)s was added"),
    "roles-changed": msgid("The roles of %(name)s were changed"),
    "disabled": msgid("%(name)s was disabled"),
    "enabled": msgid("%(name)s was enabled"),
    "language-set": msgid("The language of %(name)s was set"),
    "link-made": msgid("A one-time link for %(name)s was made"),
    "signed-in": msgid("%(name)s signed in"),
    "recovered": msgid("%(name)s used a recovery link: the old ways in were dropped"),
    "password-set": msgid("%(name)s set a first password"),
    "password-changed": msgid("%(name)s changed the password"),
    "totp-set": msgid("%(name)s set up codes"),
    "totp-dropped": msgid("Codes of %(name)s were dropped"),
    "passkey-added": msgid("%(name)s made a passkey"),
    "passkey-dropped": msgid("A passkey of %(name)s was removed"),
    "session-ended": msgid("Sessions of %(name)s were ended"),
    "signing-key-added": msgid("%(name)s has a new signing key"),
    "signing-key-retired": msgid("A signing key of %(name)s was retired"),
    "vouched": msgid("The operator vouched for %(name)s"),
}
# Details that are words of ours.
_DETAILS: Final[dict[tuple[str, str], str]] = {
    ("link-made", "invitation"): msgid("an invitation"),
    ("link-made", "recovery"): msgid("for recovery"),
    ("link-made", "sign-in"): msgid("to sign in"),
    ("signed-in", "link invitation"): msgid("by an invitation"),
    ("signed-in", "link recovery"): msgid("by a recovery link"),
    ("signed-in", "link sign-in"): msgid("by a one-time link"),
    ("signed-in", "passkey"): msgid("with a passkey"),
    ("signed-in", "password"): msgid("with a password"),
    ("signed-in", "password totp"): msgid("with a password and a code"),
}
_OF_ROLES: Final = frozenset({"added", "roles-changed"})
_COMMAND_LINE: Final = "command line: "
_NODE: Final = "node"


_APPROVED: Final[dict[str, str]] = {
    "release": msgid("An object was approved for release"),
    "refuse": msgid("The release of an object was refused"),
    "withdraw": msgid("An approval or a refusal was taken back"),
}
_ERASED: Final[dict[str, str]] = {
    "ordered": msgid("An erasure was ordered"),
    "held back": msgid("An erasure waits for a legal hold"),
    "done": msgid("An erasure was carried out"),
    "allowed again": msgid("What was erased for good may come again"),
}
_RECALLED: Final[dict[str, str]] = {
    "recalled": msgid("An object was recalled from all other parties"),
    "told": msgid("A party was told of a recall"),
    "lifted": msgid("A recall was lifted"),
}


class Line(msgspec.Struct, frozen=True):
    """One thing that happened: what, the detail, and who did it."""

    what: Told
    detail: Told
    by: Told


def told(event: Event) -> Line:
    """What a leaf's statement says."""
    said: dict[str, Any] = msgspec.json.decode(event.statement)

    def text(name: str) -> str:
        value = said.get(name, "")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    if event.kind == LeafKind.ACCOUNT:
        act = text("act")
        frame = _ACTS.get(act)
        what = Phrase(frame, {"name": text("account")}) if frame else outside(f"{text('account')}: {act}")
        detail = text("detail")
        return Line(what, _DETAILS.get((act, detail)) or _roles(act, detail) or _outside(detail), who(text("by")))
    if event.kind == LeafKind.COMMAND:
        by = Phrase(msgid("%(user)s, on the command line"), {"user": text("user")})
        return Line(Phrase(msgid("comity %(command)s"), {"command": text("command")}), _outside(text("detail")), by)
    if event.kind == LeafKind.EXPORTED:
        parts = {"collection": text("collection"), "count": text("count"), "party": text("party")}
        frame = msgid("%(count)s exported from %(collection)s, as %(party)s may see it")
        return Line(Phrase(frame, parts), _outside(text("digest")), who(text("by")))
    if event.kind == LeafKind.RESTRICTED:
        people = text("people")
        frame = msgid("An object was restricted to %(people)s") if people else msgid("An object is restricted no more")
        return Line(Phrase(frame, {"people": people}), _outside(text("id")), who(text("by")))
    if event.kind == LeafKind.READ:
        return Line(msgid("A restricted object was read"), _outside(text("id")), who(text("account")))
    if event.kind == LeafKind.APPROVAL:
        frame = _APPROVED.get(text("says"), msgid("Something was said about the release of an object"))
        return Line(frame, _outside(f"{text('id')} · {text('state')}"), who(text("by")))
    if event.kind == LeafKind.DOWNGRADE:
        return Line(msgid("A source was asked to let its object go further"), _outside(text("id")), who(text("by")))
    if event.kind == LeafKind.ERASED:
        frame = _ERASED.get(text("act"), msgid("An erasure: %(act)s"))
        detail = f"{text('order')} {text('article')} · {text('objects')} · {text('claims')}"
        return Line(Phrase(frame, {"act": text("act")}), _outside(detail), who(text("by")))
    if event.kind == LeafKind.HELD:
        frame = msgid("A legal hold was lifted") if text("act") == "lifted" else msgid("A legal hold was laid")
        return Line(frame, _outside(f"{text('case')} · {text('on')} {text('subject')}"), who(text("by")))
    if event.kind == LeafKind.RETENTION:
        frame = msgid("How long something is kept was set") if text("act") == "set" else msgid("A term was taken back")
        return Line(frame, _outside(f"{text('on')} {text('subject')} · {text('days')}"), who(text("by")))
    if event.kind == LeafKind.RECALLED:
        frame = _RECALLED.get(text("act"), msgid("An object was recalled"))
        return Line(frame, _outside(f"{text('id')} · {text('parties')}"), who(text("by")))
    return Line(outside(event.statement), "", "")


def who(by: str) -> Told:
    """Who did it: a person by name, the command line by the system's account, the node itself."""
    if by.startswith(_COMMAND_LINE):
        return Phrase(msgid("%(user)s, on the command line"), {"user": by.removeprefix(_COMMAND_LINE)})
    return msgid("the node itself") if by == _NODE else _outside(by) or msgid("not known")


def _roles(act: str, detail: str) -> Told:
    """The roles that somebody was given, or had and has, by what they are called; empty where it says something else."""
    before, turned, after = detail.partition(" -> ")
    words = {*before.split(), *after.split()}
    if act not in _OF_ROLES or not words or not words <= ROLES.keys():
        return ""
    lists = {
        "before": tuple(map(ROLES.__getitem__, before.split())),
        "after": tuple(map(ROLES.__getitem__, after.split())),
    }
    return Phrase("%(before)s → %(after)s" if turned else "%(before)s", lists=lists)


def _outside(text: str) -> Told:
    """Text as it came; no text is none."""
    return outside(text) if text else ""
