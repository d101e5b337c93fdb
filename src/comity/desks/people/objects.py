"""Page structs and forms of the people desk."""

from typing import ClassVar, Final

from comity.kernel.base.clock import Micros
from comity.web.forms import Choice, Field, Form
from comity.web.notices import Meaning
from comity.web.page import Crumb, Page
from comity.web.tables import Table
from comity.web.words import Told, msgid, outside

PEOPLE: Final = "/people"
RECORD: Final = "/record"

ROLES: Final = (
    Choice(
        "administrator",
        msgid("Administrator"),
        msgid("People, parties, collections, operations. Doesn't read objects by that alone."),
    ),
    Choice("analyst", msgid("Analyst"), msgid("Objects: searches, reads, writes.")),
    Choice("duty-officer", msgid("Duty officer"), msgid("Incidents and requests, at any hour.")),
    Choice("legal", msgid("Legal"), msgid("Agreements, legal bases, legal requests.")),
    Choice("diplomat", msgid("Diplomat"), msgid("Instruments, norms, consultations.")),
    Choice("approver", msgid("Approver"), msgid("Says yes or no to what needs a second person.")),
    Choice("auditor", msgid("Auditor"), msgid("Reads everything that happened, changes nothing.")),
)
_ROLES: Final = Field(
    name="roles",
    label=msgid("Roles"),
    kind="checkboxes",
    help=msgid("A person may have several; what any of them may do, the person may."),
    choices=ROLES,
)

INVITE: Final = Form(
    id="invite",
    action=f"{PEOPLE}/invite",
    button=msgid("Invite this person"),
    cancel=PEOPLE,
    fields=(
        Field(
            name="name",
            label=msgid("Name"),
            help=msgid("As colleagues know them. They sign in with it, and the record names them by it."),
            longest=200,
        ),
        _ROLES,
    ),
)
CHANGE_ROLES: Final = Form(id="roles", action="", button=msgid("Give these roles"), fields=(_ROLES,))
FILTER: Final = Form(
    id="filter",
    action=RECORD,
    button=msgid("Show"),
    asks="get",
    fields=(
        Field(name="kind", label=msgid("What"), kind="select", required=False),
        Field(name="person", label=msgid("Done by"), kind="select", required=False),
    ),
)


class PeoplePage(Page, frozen=True, kw_only=True):
    """Everyone of the own party."""

    template: ClassVar[str] = "people/people.html"

    table: Table


class PersonPage(Page, frozen=True, kw_only=True):
    """One person: what they may, how they sign in, where they are signed in, what can be done about it."""

    template: ClassVar[str] = "people/person.html"

    number: int
    name: str
    own: bool
    disabled: bool
    roles: tuple[Choice, ...]
    ways: tuple[Told, ...]
    created: Micros
    sessions: Table
    signed_in: int
    invites: bool
    record: str


class NewLinkPage(Page, frozen=True, kw_only=True):
    """A link that was just made, shown this once."""

    template: ClassVar[str] = "people/link.html"

    name: str
    number: int
    url: str
    expires: Micros
    recovery: bool

    def crumbs(self) -> tuple[Crumb, ...]:
        return (crumb(self.name, self.number),)


class RecordPage(Page, frozen=True, kw_only=True):
    """What happened, the latest first."""

    template: ClassVar[str] = "people/record.html"

    filter: Form
    table: Table
    save: str


def crumb(name: str, number: int) -> Crumb:
    """The step back to a person's page."""
    return Crumb(outside(name), f"{PEOPLE}/{number}")


STATES: Final[dict[bool, tuple[Meaning, str]]] = {
    False: ("released", msgid("In use")),
    True: ("withheld", msgid("Disabled")),
}
