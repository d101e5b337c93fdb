"""Page structs of the intel desk, and the rows they are made of."""

from typing import ClassVar, Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.web.charts.neighbourhood import Picture
from comity.web.forms import Field, Form
from comity.web.page import Crumb, Page
from comity.web.portraits.comparison import Comparison
from comity.web.portraits.kinds import Shape
from comity.web.portraits.portrait import Portrait
from comity.web.tables import Column, Table
from comity.web.words import Phrase, Told, msgid

Direction = Literal["in", "out"]
Standing = Literal["released", "whole", "partly", "redacted", "redact", "review", "withheld"]
"""``whole``: it gets all of it, as it is, by a decision that would have changed it; ``partly``: it sees the object as another
source has it; ``redacted``: it gets a form of it; ``redact``: it would, and nothing is made yet or can be.
"""

RESTRICT = Form(
    id="restriction",
    action="",
    button=msgid("Restrict to these people"),
    fields=(
        Field(
            name="people",
            label=msgid("Who may see it"),
            kind="checkboxes",
            help=msgid("Everybody else at this node, and every party but the one that sent it, will find nothing."),
        ),
    ),
)


ON_A_DAY = Form(
    id="on-a-day",
    action="",
    button=msgid("Show that day"),
    asks="get",
    fields=(Field(name="on", kind="moment", label=msgid("On"), required=False),),
)


UNMADE = (
    Column(key="what", title=msgid("What")),
    Column(key="marking", title=msgid("Marking")),
    Column(key="under", title=msgid("Under")),
    Column(key="reason", title=msgid("Why nothing can be made")),
    Column(key="since", title=msgid("Since")),
)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One object in a list."""

    path: str
    title: Phrase
    kind: str
    shape: Shape
    tlp: Tlp
    assumed: bool
    source: str
    collection: str
    added: Micros
    revoked: bool
    disputed: bool
    restricted: bool


def _strictest(hits: tuple[Hit, ...]) -> Tlp | None:
    return max((hit.tlp for hit in hits), default=None)


class Reading(msgspec.Struct, frozen=True):
    """How a text in the search box was understood. ``kind`` is a msgid."""

    kind: str
    value: str


class SearchPage(Page, frozen=True, kw_only=True):
    """Search: the question, how it was understood, and what was found. ``following`` is the next page's path."""

    template: ClassVar[str] = "intel/search.html"

    query: str
    readings: tuple[Reading, ...]
    hits: tuple[Hit, ...]
    following: str
    continued: bool

    def strictest(self) -> Tlp | None:
        return _strictest(self.hits)


class RecentPanel(Page, frozen=True, kw_only=True):
    """Home: what came last."""

    template: ClassVar[str] = "intel/_recent.html"

    hits: tuple[Hit, ...]

    def strictest(self) -> Tlp | None:
        return _strictest(self.hits)


class NeedsPanel(Page, frozen=True, kw_only=True):
    """Home: what needs a person, among what came last."""

    template: ClassVar[str] = "intel/_needs.html"

    disputed: tuple[Hit, ...]
    more: int
    looked_at: int

    def strictest(self) -> Tlp | None:
        return _strictest(self.disputed)


class Named(msgspec.Struct, frozen=True):
    """Another object, as far as this reader may know it. ``path`` is empty where it is not held here."""

    title: str
    kind: str
    shape: Shape
    path: str


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """Another object that this one is related to. ``via`` is the path of the relationship object that says so, if one does."""

    other: Named
    tlp: Tlp | None
    assumed: bool
    via: str


class RelationGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Everything related in one way: ``first`` at once, ``rest`` when asked for, ``more`` only in the JSON."""

    direction: Direction
    word: str
    first: tuple[Relation, ...]
    rest: tuple[Relation, ...]
    more: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim under which the object is held."""

    leaf: int
    path: str
    source: str
    collection: str
    tlp: Tlp
    assumed: bool
    modified: Micros
    added: Micros
    digest: str
    shown: bool
    latest: bool


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Where one party stands to the claim that is shown, and why. ``path``: where all reasons are."""

    party: str
    standing: Standing
    reasons: tuple[Phrase, ...]
    path: str = ""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """One reason: what it says, and where it stands written. ``path`` is that of the agreement's article."""

    effect: Standing
    said: Phrase
    clause: Told
    path: str


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """What the recipient has to keep to. ``binding``: it has signed, or the marking itself says so."""

    said: Phrase
    clause: Told
    path: str
    binding: bool


class Goes(msgspec.Struct, frozen=True, kw_only=True):
    """In which form a claim goes to a party, or would.

    ``does``     what makes it so, in sentences
    ``beside``   the object and what goes, side by side; None where nothing can be made
    ``why_not``  why nothing can be made
    ``id``       under which it goes; a partner who asks about it names this one
    ``review``   where people decide; "" where nobody has to
    """

    meaning: str
    word: Told
    said: Told
    does: tuple[Phrase, ...]
    beside: Comparison | None = None
    why_not: Phrase | None = None
    id: str = ""
    made: Micros | None = None
    review: str = ""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Policy's word on one claim for one party, in full.

    ``sees``      whether the party sees the claim
    ``missing``   what the claim names and the party does not see
    ``changes``   what would have to be otherwise for it to be released, all of them together
    ``told``      what the party may be told of the reasons
    ``goes``      in which form it goes; None where it goes as it is or not at all
    """

    source: str
    collection: str
    tlp: Tlp
    assumed: bool
    path: str
    standing: Standing
    sees: bool
    hidden: bool
    missing: tuple["Named", ...]
    reasons: tuple[Why, ...]
    duties: tuple[Duty, ...]
    changes: tuple[Phrase, ...]
    told: tuple[Phrase, ...]
    goes: Goes | None = None


class PartyWord(msgspec.Struct, frozen=True, kw_only=True):
    """One party, and policy's word on each claim."""

    slug: str
    party: str
    standing: Standing
    words: tuple[Word, ...]


class Found(msgspec.Struct, frozen=True):
    """What the scan for personal data finds at one place of an object: of which kind, how often, and where (a selector)."""

    kind: Told
    count: int
    path: str


class AudiencePage(Page, frozen=True, kw_only=True):
    """Who can see an object, party by party and claim by claim, with every reason. ``on``: the day asked for, None for today.
    ``personal``: what the scan for personal data finds in the version that is shown, where an agreement asks for it.
    """

    template: ClassVar[str] = "intel/audience.html"

    id: str
    called: Phrase
    finding: Phrase
    form: Form
    on: Micros | None
    parties: tuple[PartyWord, ...]
    more: int
    people: tuple[str, ...]
    tlp: Tlp
    personal: tuple[Found, ...] = ()

    def strictest(self) -> Tlp | None:
        return max((word.tlp for each in self.parties for word in each.words), default=self.tlp)

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(self.called, f"/intel/objects/{self.id}"),)


class UnmadePage(Page, frozen=True, kw_only=True):
    """Objects that an agreement lets go in another form only, and of which none can be made that may go."""

    template: ClassVar[str] = "intel/unmade.html"

    table: Table
    number: int
    more: int
    level: Tlp | None

    def strictest(self) -> Tlp | None:
        return self.level


class Marking(msgspec.Struct, frozen=True):
    """A marking other than the TLP level: what it says, and its page where it is held."""

    text: str
    path: str


class GranularNote(msgspec.Struct, frozen=True):
    """Parts that carry a marking or are in a language of their own."""

    selectors: tuple[str, ...]
    tlp: Tlp | None
    text: str


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """To whom an object is restricted, by name; nobody where it is not. ``path``: where to change that, for who may."""

    people: tuple[str, ...]
    path: str


class RestrictionPage(Page, frozen=True, kw_only=True):
    """Restricting an object: to whom it is restricted now, and to whom it shall be. ``lift`` leads to lifting."""

    template: ClassVar[str] = "intel/restriction.html"

    title: Phrase
    called: Phrase
    back: str
    people: tuple[str, ...]
    lift: str
    form: Form
    tlp: Tlp

    def strictest(self) -> Tlp | None:
        return self.tlp

    def crumbs(self) -> tuple[Crumb, ...]:
        return (Crumb(self.called, self.back),)


class ObjectPage(Page, frozen=True, kw_only=True):
    """Everything about one object, as one claim has it."""

    template: ClassVar[str] = "intel/object.html"

    id: str
    raw_path: str
    portrait: Portrait
    tlp: Tlp
    assumed: bool
    markings: tuple[Marking, ...]
    granular: tuple[GranularNote, ...]
    creator: Named | None
    claim: Claim
    claims: tuple[Claim, ...]
    claims_more: int
    contested: bool
    conflict: bool
    superseded: bool
    names: dict[str, Named]
    picture: Picture | None
    relations: tuple[RelationGroup, ...]
    relations_cut: bool
    audience: tuple[Audience, ...]
    audience_path: str
    parties_more: int
    restriction: Restriction

    def strictest(self) -> Tlp | None:
        others = [relation.tlp for group in self.relations for relation in (*group.first, *group.rest)]
        return max([self.tlp, *(claim.tlp for claim in self.claims), *(each for each in others if each is not None)])
