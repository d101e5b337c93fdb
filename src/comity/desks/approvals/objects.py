"""Page structs and forms of the approvals desk."""

from collections.abc import Mapping
from typing import ClassVar, Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.approval.decisions import LONGEST_REASON, LONGEST_REFERENCE
from comity.web.forms import Choice, Field, Form
from comity.web.page import Crumb, Page
from comity.web.portraits.comparison import Comparison
from comity.web.tables import Column, Link, Mark, Table
from comity.web.words import Phrase, Told, msgid

PATH: Final = "/approvals"
LONGEST_TEXT: Final = 200_000

WAITING: Final = (
    Column(key="what", title=msgid("What")),
    Column(key="kind", title=msgid("Kind")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="to", title=msgid("Would go to")),
    Column(key="asks", title=msgid("Who is asked")),
    Column(key="since", title=msgid("Here since")),
)
DECIDED: Final = (
    Column(key="what", title=msgid("What")),
    Column(key="kind", title=msgid("Kind")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="by", title=msgid("Said by")),
    Column(key="moved", title=msgid("Last word")),
)

PASSWORD: Final = "password"  # noqa: S105  the name of a way to sign
PASSKEY: Final = "passkey"
_WAYS: Final = (
    Choice(PASSWORD, msgid("My own key, under my password")),
    Choice(PASSKEY, msgid("A passkey of mine"), msgid("Your browser asks for your finger, face or PIN.")),
)
_PASSWORD: Final = Field(
    name="password",
    kind="password",
    label=msgid("Password"),
    help=msgid("It opens your signing key for this one signature."),
    autocomplete="current-password",
    required=False,
)
REASON: Final = Field(
    name="reason",
    kind="textarea",
    label=msgid("Why"),
    help=msgid("It is signed with the rest and stays in the record."),
    longest=LONGEST_REASON,
)
REFERENCE: Final = Field(
    name="reference",
    label=msgid("Where the source's consent stands written"),
    help=msgid("A letter, a message, a call that was noted: so that it can be found a year later."),
    longest=LONGEST_REFERENCE,
)
SEEN: Final = Field(name="content", label="", kind="hidden", required=False)
TEXT: Final = Field(
    name="text",
    kind="textarea",
    label=msgid("The form that goes"),
    help=msgid(
        "A STIX 2.1 object of the same type and under the id that stands there. The node checks it before anybody signs."
    ),
    rows=28,
    width="code",
    longest=LONGEST_TEXT,
)
HIDDEN_TEXT: Final = Field(name="text", label="", kind="hidden", required=False, longest=LONGEST_TEXT)
WRITE: Final = Form(id="write", action="", button=msgid("Check, and show what would go"), fields=(TEXT,))


def ways(*, password: bool, passkey: bool) -> tuple[Field, ...]:
    """The fields by which a person signs, of the ways that this person has here."""
    if password and passkey:
        choice = Field(name="way", kind="radio", label=msgid("Sign with"), choices=_WAYS, value=PASSWORD)
        return (choice, _PASSWORD)
    if passkey:
        return (Field(name="way", kind="hidden", label="", value=PASSKEY),)
    return (
        Field(name="way", kind="hidden", label="", value=PASSWORD),
        msgspec.structs.replace(_PASSWORD, required=True),
    )


class Way(msgspec.Struct, frozen=True):
    """A way to look at the same: a link, or where one is."""

    title: Told
    path: str
    current: bool


class QueuePage(Page, frozen=True, kw_only=True):
    """What waits, or what was decided."""

    template: ClassVar[str] = "approvals/queue.html"

    finding: Told
    ways: tuple[Way, ...]
    filters: Form | None
    table: Table
    next: str
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody said about an item. ``taken``: it was withdrawn, or does not count any more."""

    meaning: str
    word: Told
    said: Told
    reason: str
    at: Micros
    path: str
    taken: bool
    withdraw: str = ""


class Reason(msgspec.Struct, frozen=True):
    """Why it goes only after a review: the sentence, the article, and where that stands."""

    said: Phrase
    clause: Told
    path: str


class Asked(msgspec.Struct, frozen=True):
    """Whom one article asks: the roles, whether two people, whether that is done."""

    clause: Told
    path: str
    said: Told


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would go in one form. ``beside``: it and the original; None where nothing can go, for ``reasons``."""

    beside: Comparison | None
    reasons: tuple[Phrase, ...]
    does: tuple[Phrase, ...]
    digest: str
    bytes: str


class ItemPage(Page, frozen=True, kw_only=True):
    """One object that waits: what would go to whom, who is asked, what was said; then what can be done."""

    template: ClassVar[str] = "approvals/item.html"

    title: Phrase
    kind: str
    path: str
    level: Tlp
    assumed: bool
    source: str
    state: Mark
    finding: Told
    notices: tuple["Notice", ...]
    audience: tuple[str, ...]
    asked: tuple[Asked, ...]
    reasons: tuple[Reason, ...]
    duties: tuple[Phrase, ...]
    forms: tuple[Way, ...]
    shown: Told
    preview: Preview
    words: tuple[Word, ...]
    acts: tuple[Link, ...]
    ends: tuple[Link, ...]
    why_not: Told

    def strictest(self) -> Tlp | None:
        return self.level


class Notice(msgspec.Struct, frozen=True):
    """Something to know of an item at once."""

    meaning: str
    word: Told
    said: Told


class WritePage(Page, frozen=True, kw_only=True):
    """A form written by hand: the text beside the rules it is held to."""

    template: ClassVar[str] = "approvals/write.html"

    title: Phrase
    twin: str
    form: Form
    faults: tuple[Phrase, ...]
    original: str
    level: Tlp
    trail: tuple[Crumb, ...]

    def strictest(self) -> Tlp | None:
        return self.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class SignPage(Page, frozen=True, kw_only=True):
    """Before a person signs: what will happen, to whom, whether it can be undone, exactly what goes; then the signature."""

    template: ClassVar[str] = "approvals/sign.html"

    title: Told
    consequences: tuple[Told, ...]
    undone: Told
    audience: tuple[str, ...]
    preview: Preview | None
    statement: str
    form: Form | None
    why_not: Told
    level: Tlp
    trail: tuple[Crumb, ...]

    def strictest(self) -> Tlp | None:
        return self.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class CeremonyPage(Page, frozen=True, kw_only=True):
    """The browser is asked to sign with a passkey: the page that needs script. ``options`` is the ceremony's JSON."""

    template: ClassVar[str] = "approvals/ceremony.html"

    action: str
    options: str
    hidden: Mapping[str, str]
    cancel: str
    level: Tlp
    trail: tuple[Crumb, ...]

    def strictest(self) -> Tlp | None:
        return self.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class WaitsPanel(Page, frozen=True, kw_only=True):
    """What waits, on the first page."""

    template: ClassVar[str] = "approvals/_waits.html"

    finding: Told
    half: int
    items: tuple[Link, ...]
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level
