"""Page structs and forms of the agreements desk."""

from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.templates import TEMPLATES
from comity.kernel.store.types import Party
from comity.web.charts.matrix import Cell, Picture
from comity.web.forms import Act, Choice, Field, Form
from comity.web.page import Crumb, Page
from comity.web.portraits.comparison import Comparison
from comity.web.tables import Column, Link, Mark, Table
from comity.web.words import Phrase, Told, msgid, outside, told_by

PATH: Final = "/agreements"
AGREED: Final = Tlp.AMBER_STRICT
"""How the objects of agreements are marked: an agreement is for those who sign it."""
LONGEST_TEXT: Final = 100_000
LONGEST_BUNDLE: Final = 3_000_000

AGREEMENTS: Final = (
    Column(key="agreement", title=msgid("Agreement"), sorts=True),
    Column(key="state", title=msgid("State")),
    Column(key="with", title=msgid("With")),
    Column(key="ceiling", title=msgid("Up to")),
    Column(key="until", title=msgid("Ends"), sorts=True),
)
DRAFTS: Final = (
    Column(key="draft", title=msgid("Draft")),
    Column(key="by", title=msgid("Written by")),
    Column(key="at", title=msgid("Last kept")),
)
VERSIONS: Final = (
    Column(key="version", title=msgid("Version")),
    Column(key="ours", title=msgid("Signed by us")),
    Column(key="theirs", title=msgid("Signed by them")),
    Column(key="digest", title=msgid("Digest")),
)
FINDINGS: Final = (
    Column(key="where", title=msgid("Where")),
    Column(key="what", title=msgid("What is to be put right")),
    Column(key="line", title=msgid("The line")),
)
HELD: Final = (
    Column(key="what", title=msgid("What")),
    Column(key="kind", title=msgid("Kind")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="why", title=msgid("Why"), unseen=True),
)
EFFECT: Final = Column(key="effect", title=msgid("What becomes of it"))
WENT_OUT: Final = (
    Column(key="what", title=msgid("What")),
    Column(key="kind", title=msgid("Kind")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="party", title=msgid("To")),
    Column(key="until", title=msgid("Closed")),
)

DRAFT: Final = Form(
    id="new",
    action=f"{PATH}/new",
    button=msgid("Write the draft"),
    cancel=PATH,
    fields=(
        Field(
            name="template",
            kind="radio",
            label=msgid("Start from"),
            choices=tuple(Choice(each.slug, told_by(each.title), told_by(each.about)) for each in TEMPLATES.values()),
        ),
        Field(
            name="party",
            kind="select",
            label=msgid("With"),
            help=msgid("Whom the other signature is asked of."),
            required=False,
        ),
        Field(
            name="communities",
            kind="checkboxes",
            label=msgid("For the members of"),
            help=msgid("Communities of this node's directory; whoever joins later is reached too."),
            required=False,
        ),
        Field(
            name="name",
            label=msgid("Short name"),
            help=msgid("Small letters, digits and hyphens. It stays the same for as long as the agreement lives."),
            longest=63,
            required=False,
        ),
    ),
)
TEXT: Final = Form(
    id="text",
    action="",
    button=msgid("Keep and check"),
    fields=(
        Field(
            name="text",
            kind="textarea",
            label=msgid("The text"),
            help=msgid("Lines that begin with # are remarks; they are not part of what is signed."),
            rows=32,
            width="code",
            longest=LONGEST_TEXT,
        ),
        Field(name="seen", label="", kind="hidden", required=False),
    ),
)
_KEYS: Final = Field(
    name="fingerprint",
    label=msgid("Fingerprint of their keys"),
    help=msgid("Only if they have other keys than when they last signed: as they read it out to you on another way."),
    required=False,
)
OFFERED: Final = Form(
    id="offer",
    action=f"{PATH}/accept",
    button=msgid("Read the file"),
    cancel=PATH,
    fields=(
        Field(
            name="file",
            kind="file",
            label=msgid("The file that the other side gave you"),
            help=msgid("Nothing is signed by reading it: you see first what it says and what it would release."),
        ),
        _KEYS,
    ),
)
ANSWERED: Final = Form(
    id="answer",
    action=f"{PATH}/answered",
    button=msgid("Take in their signature"),
    cancel=PATH,
    fields=(
        Field(
            name="file",
            kind="file",
            label=msgid("The answer that the other side gave you"),
            help=msgid("Their signature is checked against their key and against the very text that we signed."),
        ),
        _KEYS,
    ),
)


class NewDraft(msgspec.Struct, frozen=True):
    """What a draft is begun with: slugs of a template, of a party (or none) and of communities, and its own."""

    template: str
    party: str
    communities: tuple[str, ...]
    name: str


class AgreementsPage(Page, frozen=True, kw_only=True):
    """All agreements and all drafts. ``waiting``: how many need the other side's signature; ``ending``: how many lapse soon."""

    template: ClassVar[str] = "agreements/agreements.html"

    agreements: Table
    drafts: Table
    waiting: int
    ending: int
    drafts_may: bool
    signs_may: bool


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """An article as people read it. ``listed``: what follows its first sentence is a list.

    ``decided``: how many claims it decides, by effect; None for a kind that decides none.
    """

    number: int
    title: Told
    sentences: tuple[Phrase, ...]
    listed: bool = False
    decided: Cell | None = None


class ProfileText(msgspec.Struct, frozen=True, kw_only=True):
    """A redaction profile as people read it: what it does, and which articles name it. ``ours``: one of the agreement's own.

    ``touches``: how many claims those articles decide; None where that is not known.
    """

    name: str
    title: str
    ours: bool
    sentences: tuple[Phrase, ...]
    articles: tuple[int, ...]
    touches: int | None = None


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signatory, and its signature where there is one. ``at`` is None where it has not signed."""

    name: str
    jurisdiction: str
    ours: bool
    at: Micros | None
    fingerprint: str


class AgreementPage(Page, frozen=True, kw_only=True):
    """One agreement: its state, its articles with what each decides, who signed."""

    template: ClassVar[str] = "agreements/agreement.html"

    name: str
    title: str
    state: Mark
    sentence: Told
    notices: tuple["Notice", ...]
    articles: tuple[Article, ...]
    profiles: tuple[ProfileText, ...]
    signatures: tuple[Signature, ...]
    versions: Table | None
    version: Micros
    object_id: str
    digest: str
    since: Micros | None
    until: Micros | None
    amend: Act | None
    acts: tuple[Link, ...]
    ends: tuple[Link, ...]
    counted: bool
    level: Tlp = AGREED

    def strictest(self) -> Tlp | None:
        return self.level


class Notice(msgspec.Struct, frozen=True):
    """Something to know of the agreement at once; ``at``: the moment it speaks of."""

    meaning: str
    word: Told
    said: Told
    at: Micros | None = None


class TextPage(Page, frozen=True, kw_only=True):
    """The text that was signed, as it stands."""

    template: ClassVar[str] = "agreements/text.html"

    name: str
    title: str
    lines: tuple[str, ...]

    def strictest(self) -> Tlp | None:
        return AGREED

    def crumbs(self) -> tuple[Crumb, ...]:
        return (crumb(self.title, self.name),)


class DraftPage(Page, frozen=True, kw_only=True):
    """A draft: its text, what is to be put right, and how it reads."""

    template: ClassVar[str] = "agreements/draft.html"

    name: str
    by: str
    at: Micros
    form: Form
    findings: Table
    errors: int
    warnings: int
    articles: tuple[Article, ...]
    profiles: tuple[ProfileText, ...]
    lines: tuple[str, ...]
    drop: Act | None


class Sample(msgspec.Struct, frozen=True):
    """One object of many: what it is called, and where it is explained."""

    title: Told
    path: str


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of some objects: how many, some of them, and the words for it."""

    meaning: str
    word: Told
    said: Told
    number: int
    samples: tuple[Sample, ...] = ()


class Look(msgspec.Struct, frozen=True):
    """One object beside what would go of it. ``beside`` is None where nothing could be made, with the reason in ``said``."""

    title: Told
    path: str
    said: tuple[Phrase, ...]
    beside: Comparison | None


class PartyOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of one party: how many objects it sees then, and what changes."""

    party: str
    path: str
    sees: int
    changes: tuple[Change, ...]
    looks: tuple[Look, ...] = ()


class Outlook(msgspec.Struct, frozen=True):
    """What an act on an agreement would do: in a sentence, and to whom. ``level``: the strictest marking of what is named.

    ``forms``: how much of what goes then goes otherwise than as it is; "" where all of it does.
    """

    finding: Told
    forms: Told
    parties: tuple[PartyOutcome, ...]
    level: Tlp | None


class PreviewPage(Page, frozen=True, kw_only=True):
    """What signing a draft would do, before it is done."""

    template: ClassVar[str] = "agreements/preview.html"

    name: str
    title: str
    outlook: Outlook
    articles: tuple[Article, ...]
    profiles: tuple[ProfileText, ...]
    sign: str

    def strictest(self) -> Tlp | None:
        return self.outlook.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(outside(self.title), f"{PATH}/drafts/{self.name}"),)


class DecidePage(Page, frozen=True, kw_only=True):
    """Before an act on an agreement: what will happen, to whom, how many objects, whether it can be undone; then the button."""

    template: ClassVar[str] = "agreements/decide.html"

    title: Told
    consequences: tuple[Told, ...]
    undone: Told
    outlook: Outlook
    form: Form
    trail: tuple[Crumb, ...]

    def strictest(self) -> Tlp | None:
        return self.outlook.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return self.trail


class SignedBy(msgspec.Struct, frozen=True):
    """Whose signature an offer carries, with which key; ``known``: that key has signed before."""

    name: str
    fingerprint: str
    known: bool


class OfferPage(Page, frozen=True, kw_only=True):
    """What the other side offers, before we sign: who signed it, how it reads, what it would release."""

    template: ClassVar[str] = "agreements/offer.html"

    title: str
    signers: tuple[SignedBy, ...]
    warnings: tuple[Told, ...]
    outlook: Outlook
    articles: tuple[Article, ...]
    profiles: tuple[ProfileText, ...]
    form: Form

    def strictest(self) -> Tlp | None:
        return max(AGREED, self.outlook.level or AGREED)

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(msgid("Sign what others offer"), f"{PATH}/accept"),)


class AnswerPage(Page, frozen=True, kw_only=True):
    """We have signed: the answer is to be given back."""

    template: ClassVar[str] = "agreements/answer.html"

    name: str
    title: str
    party: str
    path: str


class WentOutPage(Page, frozen=True, kw_only=True):
    """What had gone out under an agreement and is open no more."""

    template: ClassVar[str] = "agreements/went_out.html"

    name: str
    title: str
    table: Table
    number: int
    more: int
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level

    def crumbs(self) -> tuple[Crumb, ...]:
        return (crumb(self.title, self.name),)


class Way(msgspec.Struct, frozen=True):
    """A way to look at the same: a link, or where one is."""

    title: Told
    path: str
    current: bool


class MatrixPage(Page, frozen=True, kw_only=True):
    """Partners by what is held, and what becomes of each."""

    template: ClassVar[str] = "agreements/matrix.html"

    finding: Told
    picture: Picture | None
    ways: tuple[Way, ...]
    first: Told
    more: int


class Standing(msgspec.Struct, frozen=True):
    """An agreement on the first page: how it stands, with whom, and until when."""

    title: str
    path: str
    state: Mark
    parties: str
    until: Micros | None


class Instance(msgspec.Struct, frozen=True):
    """An object that shows what is decided: what becomes of it, what it is called, where all reasons stand, and the first.

    ``goes``: what is called so that goes in its place, where something does.
    """

    meaning: str
    word: Told
    title: Told
    path: str
    why: Told
    goes: Told = ""


class DecidesPanel(Page, frozen=True, kw_only=True):
    """What the agreements decide: each with its state, the partners under them by marking, one object for each effect."""

    template: ClassVar[str] = "agreements/_decides.html"

    agreements: tuple[Standing, ...]
    more: int
    picture: Picture | None
    party: str
    instances: tuple[Instance, ...]
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level


class CellPage(Page, frozen=True, kw_only=True):
    """The objects behind one cell of the matrix, each with the way to why."""

    template: ClassVar[str] = "agreements/cell.html"

    party: str
    what: Told
    cell: Cell
    ways: tuple[Way, ...]
    table: Table
    cut: bool
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level


class TimePage(Page, frozen=True, kw_only=True):
    """What a party could see on a day, and how that differs from today. ``on`` is None before anything was asked."""

    template: ClassVar[str] = "agreements/time.html"

    form: Form
    party: str
    on: Micros | None
    finding: Told
    then: int
    now_number: int
    only_then: Table
    only_now: Table
    only_then_number: int
    only_now_number: int
    latest: Table
    past: bool
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level


def signing(*, known: bool) -> Form:
    """The form that signs what others offer; keys that are new are confirmed by a tick."""
    told = Field(
        name="told",
        kind="checkbox",
        label=msgid("They have read this key out to us on another way, and it is the same."),
    )
    return Form(
        id="sign",
        action=f"{PATH}/accept/sign",
        button=msgid("Sign, and put it into force here"),
        cancel=PATH,
        fields=(
            *(() if known else (told,)),
            Field(name="bundle", label="", kind="hidden", longest=LONGEST_BUNDLE),
            Field(name="fingerprint", label="", kind="hidden"),
        ),
    )


def asked_time(partners: Sequence[Party]) -> Form:
    """The question to the time machine."""
    return Form(
        id="time",
        action=f"{PATH}/time",
        button=msgid("Show what they could see"),
        asks="get",
        fields=(
            Field(
                name="party",
                kind="select",
                label=msgid("Partner"),
                choices=tuple(Choice(each.slug, outside(each.name)) for each in partners),
            ),
            Field(name="on", kind="moment", label=msgid("On")),
        ),
    )


def crumb(title: str, name: str) -> Crumb:
    """The step back to an agreement's page."""
    return Crumb(outside(title), f"{PATH}/{name}")
