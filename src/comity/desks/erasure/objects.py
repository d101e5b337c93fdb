"""Page structs and forms of the erasure desk."""

from typing import ClassVar, Final

from comity.kernel.objects.markings import Tlp
from comity.web.forms import Act, Choice, Field, Form
from comity.web.page import Crumb, Page
from comity.web.tables import Table
from comity.web.words import Phrase, msgid

SELECT: Final = Form(
    action="/erasure/order",
    button=msgid("Show what would go"),
    asks="get",
    id="selection",
    fields=(
        Field(
            name="object",
            label=msgid("Object"),
            help=msgid("Its id. It goes alone: leave the rest empty."),
            required=False,
            width="wide",
        ),
        Field(
            name="version",
            label=msgid("Only this version"),
            help=msgid("Its 'modified', as the object has it."),
            required=False,
        ),
        Field(name="source", label=msgid("Given by"), help=msgid("A party's short name."), required=False),
        Field(name="collection", label=msgid("Collection"), help=msgid("Its short name."), required=False),
        Field(
            name="agreement",
            label=msgid("Given to us under the agreement"),
            help=msgid("Its name."),
            required=False,
        ),
        Field(
            name="before",
            label=msgid("Received before the end of"),
            kind="date",
            required=False,
            width="short",
        ),
    ),
)
SELECTED: Final = ("object", "version", "source", "collection", "agreement", "before")

ORDER: Final = Form(
    action="/erasure/order",
    button=msgid("Erase this"),
    danger=True,
    id="order",
    fields=(
        *(Field(name=name, label="", kind="hidden", required=False) for name in SELECTED),
        Field(
            name="reference",
            label=msgid("Reference of the order"),
            help=msgid("By which it is found again: of a court, an authority, a request, a decision of ours."),
            longest=200,
        ),
        Field(name="article", label=msgid("Article it rests on"), required=False, longest=200),
        Field(name="dated", label=msgid("Date of the order"), kind="date", required=False, width="short"),
        Field(
            name="for_good",
            label=msgid("For good: it may not come again, from anybody"),
            kind="checkbox",
            required=False,
        ),
    ),
)
HOLD: Final = Form(
    action="/erasure/holds/new",
    button=msgid("Lay this hold"),
    id="hold",
    cancel="/erasure",
    fields=(
        Field(
            name="kind",
            label=msgid("On"),
            kind="radio",
            choices=(
                Choice("object", msgid("an object")),
                Choice("source", msgid("all that a party gave or gives")),
                Choice("collection", msgid("all that lies in a collection")),
            ),
        ),
        Field(name="subject", label=msgid("Its id or short name"), width="wide"),
        Field(name="reference", label=msgid("Reference of the case"), longest=200),
        Field(name="ground", label=msgid("Ground"), longest=200, width="wide"),
        Field(
            name="until",
            label=msgid("Until the end of"),
            help=msgid("Left empty: until somebody lifts it."),
            kind="date",
            required=False,
            width="short",
        ),
    ),
)
TERM: Final = Form(
    action="/erasure/terms/new",
    button=msgid("Set this term"),
    id="term",
    cancel="/erasure",
    danger=True,
    fields=(
        Field(
            name="kind",
            label=msgid("For"),
            kind="radio",
            choices=(
                Choice("collection", msgid("what lies in a collection")),
                Choice("source", msgid("what a party gives")),
            ),
        ),
        Field(name="subject", label=msgid("Its short name")),
        Field(
            name="days",
            label=msgid("Days from receipt"),
            help=msgid("After them it is erased. 0: no term of ours."),
            kind="number",
            least=0,
            most=36_500,
            width="short",
        ),
    ),
)
RECALL: Final = Form(
    action="",
    button=msgid("Recall it"),
    danger=True,
    id="recall",
    fields=(
        Field(name="reference", label=msgid("Reference of the recall"), longest=200),
        Field(name="ground", label=msgid("Why"), longest=200, width="wide"),
    ),
)


class OverviewPage(Page, frozen=True, kw_only=True):
    """Everything at a glance: what was erased, what stands against it, what is due, what was recalled."""

    template: ClassVar[str] = "erasure/overview.html"

    erasures: Table
    holds: Table
    terms: Table
    recalls: Table
    custody: int
    orders: bool


class NeedsPanel(Page, frozen=True, kw_only=True):
    """Home: recalls of which somebody is still to be told, and erasures that wait for a hold."""

    template: ClassVar[str] = "erasure/_needs.html"

    to_tell: int
    waiting: int


class OrderPage(Page, frozen=True, kw_only=True):
    """What would go, and the order. ``ask``: what is selected; ``order``: None until something is."""

    template: ClassVar[str] = "erasure/order.html"

    ask: Form
    order: Form | None
    findings: tuple[Phrase, ...]
    some: tuple[str, ...]
    shared: Table | None

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(msgid("Order an erasure"), "/erasure/order"),)


class ObjectPage(Page, frozen=True, kw_only=True):
    """One object: who could have had it, whether it was recalled and who is still to be told, which holds stand on it."""

    template: ClassVar[str] = "erasure/object.html"

    id: str
    called: Phrase
    path: str
    shared: Table
    holds: Table
    recalled: Phrase | None
    to_tell: tuple[Act, ...]
    release: str
    recall: Form | None
    erase: str
    hold: str
    tlp: Tlp

    def strictest(self) -> Tlp | None:
        return self.tlp
