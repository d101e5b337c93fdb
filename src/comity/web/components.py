"""The page of all components, each in every state: what the toolkit's parts look like, for review and for tests.

The names and numbers on it are invented; the form works as a real one does and changes nothing.
"""

from typing import ClassVar, Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.web.charts import flows, matrix, neighbourhood
from comity.web.forms import Act, Choice, Field, Form, Typed
from comity.web.notices import Meaning
from comity.web.page import Page
from comity.web.portraits.comparison import Comparison, compared
from comity.web.portraits.values import Fact, Value
from comity.web.tables import (
    Acts,
    At,
    Code,
    Column,
    Link,
    Listed,
    Listing,
    Mark,
    Marking,
    Number,
    Paging,
    Row,
    Table,
    Words,
    plain,
)
from comity.web.words import Phrase, Told, msgid, outside

PATH: Final = "/components"
HOUR: Final[Micros] = 3_600_000_000
ROWS: Final = 23
ROWS_A_PAGE: Final = 8
LONG_NAME: Final = (
    "Coordination Centre for the Protection of Critical Information Infrastructure of the Energy Sector " * 4
)

STATES: Final[tuple[tuple[Meaning, str], ...]] = (
    ("released", msgid("Released")),
    ("partly", msgid("Redacted")),
    ("review", msgid("Review")),
    ("withheld", msgid("Withheld")),
    ("wrong", msgid("Failed")),
)

COLUMNS: Final = (
    Column(key="party", title=msgid("Party"), sorts=True),
    Column(key="state", title=msgid("State")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="gave", title=msgid("Objects"), sorts=True, number=True),
    Column(key="last", title=msgid("Last arrival"), sorts=True),
    Column(key="id", title=msgid("Digest")),
    Column(key="reads", title=msgid("May read")),
    Column(key="acts", title=msgid("Acts"), unseen=True),
)

FORM: Final = Form(
    action=PATH,
    button=msgid("Try the form"),
    cancel=PATH,
    id="try",
    fields=(
        Field(name="name", label=msgid("Name"), help=msgid("As colleagues know them."), longest=60),
        Field(name="password", kind="password", label=msgid("Password"), shortest=12, autocomplete="off"),
        Field(
            name="code",
            kind="code",
            label=msgid("Code"),
            help=msgid("Six digits from the authenticator."),
            width="short",
            autocomplete="one-time-code",
            required=False,
        ),
        Field(name="number", kind="number", label=msgid("Days"), width="short", least=1, most=90, value="30"),
        Field(
            name="until",
            kind="moment",
            label=msgid("Not after"),
            help=msgid("In the time zone of this node."),
            width="short",
            required=False,
        ),
        Field(
            name="party",
            kind="select",
            label=msgid("Party"),
            choices=(Choice("estonia", outside("CSIRT Estonia")), Choice("isac", outside("ISAC Energy"))),
        ),
        Field(
            name="marking",
            kind="radio",
            label=msgid("Marking"),
            choices=(
                Choice("green", outside("TLP:GREEN"), msgid("May go to the community.")),
                Choice("amber", outside("TLP:AMBER"), msgid("May go to those who need to know, and their clients.")),
            ),
        ),
        Field(
            name="roles",
            kind="checkboxes",
            label=msgid("Roles"),
            choices=(Choice("analyst", msgid("Analyst")), Choice("auditor", msgid("Auditor"))),
        ),
        Field(name="note", kind="textarea", label=msgid("Note"), required=False, width="wide"),
        Field(name="file", kind="file", label=msgid("File"), required=False),
        Field(name="sure", kind="checkbox", label=msgid("I have told them by telephone."), required=False),
    ),
)

FILTERS: Final = Form(
    action=PATH,
    button=msgid("Show these"),
    cancel=PATH,
    asks="get",
    id="filters",
    fields=(
        Field(name="words", label=msgid("Words"), required=False),
        Field(
            name="of",
            kind="select",
            label=msgid("Party"),
            required=False,
            choices=(Choice("estonia", outside("CSIRT Estonia")), Choice("isac", outside("ISAC Energy"))),
        ),
    ),
)


HELD: Final = msgspec.json.encode(
    {
        "type": "identity",
        "id": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "name": "Harbour Terminal",
        "description": "Two berths. The night shift answers at night@harbour.example, also on 3 November.",
        "identity_class": "organization",
        "sectors": ["transportation"],
        "contact_information": "night@harbour.example",
        "x_first_seen": "2026-11-03T05:07:00Z",
        "x_hosts": ["192.0.2.7", "192.0.2.9"],
        "x_owner_ref": "identity--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd40",
    }
)
GOES: Final = msgspec.json.encode(
    {
        "type": "identity",
        "id": "identity--0d9f1f7a-2c6e-4b51-9a5d-3be2a1e0c7d4",
        "name": "Transportation, Estonia",
        "description": "Two berths. The night shift answers at p-6vq2hd@pseudonym.invalid, also on 3 November.",
        "identity_class": "organization",
        "sectors": ["transportation"],
        "x_first_seen": "2026-11-02T00:00:00Z",
        "x_hosts": ["192.0.2.0/24"],
        "x_owner_ref": "identity--5f1c7d20-90b4-4f0e-8f0a-0d6a4b7f1a02",
    }
)
"""An object and what goes in its place, both invented."""


class Deadline(msgspec.Struct, frozen=True):
    """A deadline to draw."""

    due: Micros
    start: Micros
    source: Told


class ComponentsPage(Page, frozen=True, kw_only=True):
    """Every component in every state."""

    template: ClassVar[str] = "web/components.html"

    states: tuple[tuple[Meaning, str], ...]
    levels: tuple[Tlp, ...]
    moments: tuple[Micros, ...]
    deadlines: tuple[Deadline, ...]
    acts: tuple[Act, ...]
    form: Form
    failed: Form
    filters: Form
    table: Table
    nothing: Table
    loose: Paging
    facts: tuple[Fact, ...]
    long: Value
    long_name: str
    identifier: str
    flow: flows.Picture | None
    near: neighbourhood.Picture
    gets: matrix.Picture
    goes: Comparison
    goes_whole: Comparison

    def strictest(self) -> Tlp | None:
        return Tlp.CLEAR


def components(now: Micros, listing: Listing, form: Form = FORM) -> ComponentsPage:
    """The page; ``form`` as it was filled in, if it was."""
    rows = [_row(number, now) for number in range(ROWS)]
    keys = {
        "party": lambda row: str(row.cells[0].text),
        "gave": lambda row: row.cells[3].value,
        "last": lambda row: row.cells[4].at or 0,
    }
    return ComponentsPage(
        states=STATES,
        levels=tuple(Tlp),
        moments=(now, now - 30 * 24 * HOUR, 253_402_300_799_000_000, 2**62),
        deadlines=(
            Deadline(now + 40 * HOUR, now - 8 * HOUR, msgid("48 h, agreed with the partner, from receipt")),
            Deadline(now + HOUR, now - 23 * HOUR, msgid("24 h, NIS2 art. 23(4)(a), from awareness")),
            Deadline(now - 2 * HOUR, now - 26 * HOUR, msgid("24 h, NIS2 art. 23(4)(a), from awareness")),
        ),
        acts=(
            Act(button=msgid("Release to CSIRT Estonia"), action=PATH, main=True),
            Act(button=msgid("Decline with a reason"), action=PATH),
            Act(button=msgid("End the session"), action=PATH, danger=True, about="Firefox"),
            Act(button=msgid("Destroy the key"), action=PATH, main=True, danger=True),
        ),
        form=form,
        failed=_failed(),
        filters=FILTERS,
        table=listing.table(msgid("Parties, invented"), listing.page_of(rows, keys), total=ROWS),
        nothing=plain(
            msgid("A table without rows"),
            COLUMNS,
            (),
            empty=msgid("No request yet."),
            comes=msgid("What a partner asks stands here, the nearest deadline first."),
        ),
        loose=Paging(said=msgid("Newest first"), first=PATH, following=PATH),
        facts=_facts(now),
        long=Value("long", LONG_NAME, left_out=1200),
        long_name=LONG_NAME,
        identifier="3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b",
        flow=flows.drawn([flows.Flow("CSIRT Estonia", "main", 1240), flows.Flow("ISAC Energy", "main", 310)]),
        near=_near(),
        gets=_gets(),
        goes=compared(HELD, GOES),
        goes_whole=compared(HELD, HELD),
    )


def _row(number: int, now: Micros) -> Row:
    meaning, word = STATES[number % len(STATES)]
    name = LONG_NAME if number == 3 else f"Party {number + 1:02}"
    return Row(
        (
            Link(outside(name), PATH, Phrase("%(code)s", {"code": f"XA-{number + 1:02}"})),
            Mark(meaning, word) if number % 7 else Words(msgid("not known"), msgid("never asked")),
            Marking(Tlp(number % 5), assumed=number % 4 == 0),
            Number(None if number == 2 else (number * 7919) % 100_000),
            At(None if number == 5 else now - number * 7 * HOUR),
            Code(f"{number:02x}7bd3e2360a3d29eea436fcfb7e44c7"),
            Listed(() if number % 3 else (outside("main"), outside("energy")), msgid("nothing")),
            Acts((Act(button=msgid("Ask again"), action=PATH, about=name[:40]), Link(msgid("Open"), PATH))),
        ),
        id=f"party-{number + 1}",
    )


def _failed() -> Form:
    """A form as it comes back: everything wrong that can be."""
    typed = Typed(
        (
            ("name", "An"),
            ("password", "short"),
            ("number", "ninety"),
            ("party", "nobody"),
            ("code", "12345678"),
            ("note", "Kept."),
        )
    )
    form = msgspec.structs.replace(FORM, id="failed").filled(typed)
    return form.failing(msgid("This name is taken."), "name").failing(msgid("The node could not reach the partner."))


def _facts(now: Micros) -> tuple[Fact, ...]:
    return (
        Fact(msgid("Aliases"), (Value("text", "Grey Tide"), Value("text", "Silt"))),
        Fact(msgid("First seen"), (Value("moment", at=now - 400 * 24 * HOUR),)),
        Fact("x_sector_code", (Value("mono", "NACE-35.11"),), more=12, named=True),
        Fact(msgid("State"), (Value("said", msgid("not known")),)),
    )


def _gets() -> matrix.Picture:
    columns = [matrix.Column(each.word, outside(each.label), each.word.partition("+")[0]) for each in Tlp]
    counts: dict[str, matrix.Counts] = {
        "clear": {"released": 57},
        "green": {"released": 149, "withheld": 49},
        "amber": {"released": 42, "partly": 6, "review": 1, "withheld": 9},
        "red": {"withheld": 12},
    }
    lines = [
        matrix.Line(outside("CSIRT Estonia"), counts, PATH, f"{PATH}?column="),
        matrix.Line(outside(LONG_NAME), {"clear": {"withheld": 1_234_567}}),
    ]
    return matrix.drawn(columns, lines, by_size=False)


def _near() -> neighbourhood.Picture:
    def group(word: str, *names: str) -> neighbourhood.Group:
        return neighbourhood.Group(word, tuple(neighbourhood.Neighbour(name, "tool", PATH) for name in names))

    unheld = neighbourhood.Group("targets", (neighbourhood.Neighbour("not held here", "place", ""),))
    return neighbourhood.drawn(
        "Grey Tide", "activity", [group("indicates", "SILT loader")], [group("uses", "SILT"), unheld]
    )
