"""An agreement as data: its parties and its numbered articles, one struct for each kind of article.

An agreement is symmetric: every party's node reads the same text and decides by it what that party releases to the others.
Dates are RFC 3339 in the text and microseconds here. Names are resolved where it binds (``binding``).
"""

from typing import Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.profile import Profile

Purpose = Literal[
    "network-defence", "incident-response", "law-enforcement", "attribution", "research", "exercise", "public-warning"
]
BasisKind = Literal["adequacy", "safeguards", "public-interest", "consent", "vital-interests"]


class Signatory(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A party as the text names it. ``identity``: what others know it by; ``party``: its slug at the node that wrote this."""

    name: str
    jurisdiction: str
    identity: str = ""
    party: str = ""


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which objects an article speaks of. Each field that is given has to match, its values are alternatives; none given: all.

    ``collections``  slugs of the releasing node; ``sources``: signatories or slugs, "ourselves" for the releasing party
    ``channels``     how it came: ``taxii``, ``taxii-pull``, ``file``, ``form``, ``peer``
    ``tlp``, ``pap`` levels as words
    ``statement``    carries a statement marking; ``personal``: personal data were found; ``unscanned``: not yet looked at
    ``exercise``     belongs to an exercise (only selections that say so take such objects)
    """

    types: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tlp: tuple[str, ...] = ()
    pap: tuple[str, ...] = ()
    statement: bool | None = None
    personal: bool | None = None
    unscanned: bool | None = None
    revoked: bool | None = None
    exercise: bool | None = None


class Article(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, tag_field="says"
):
    """What all kinds share: the number by which reasons cite it, and a title."""

    number: int
    title: str = ""


class Parties(Article, frozen=True, tag="parties"):
    """Who it binds beside the signatories. ``clients``: their clients receive too, up to TLP:AMBER.

    ``communities``  slugs; members receive up to TLP:GREEN, or as recipients of their own where ``members`` says so
    """

    communities: tuple[str, ...] = ()
    clients: bool = False
    members: Literal["community", "recipients"] = "community"


class Term(Article, frozen=True, tag="term"):
    """From when until when. Without ``until`` it holds until it is withdrawn."""

    since: Micros | None = msgspec.field(default=None, name="from")
    until: Micros | None = None


class Scope(Article, frozen=True, tag="scope"):
    """What it covers; several of these are alternatives, none covers everything that is not of an exercise."""

    covers: Selection = Selection()


class Ceiling(Article, frozen=True, tag="ceiling"):
    """The highest TLP that is released under it, and the strictest PAP that the recipients undertake to keep to."""

    tlp: str
    pap: str = "red"


class Purposes(Article, frozen=True, tag="purposes"):
    """What the recipients may use it for."""

    purposes: tuple[Purpose, ...]


class Onward(Article, frozen=True, tag="onward"):
    """To whom the receiving party may give on what it got under this agreement. Without this article: to nobody."""

    to: Literal["nobody", "named", "communities", "anybody"]
    parties: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()


class Withhold(Article, frozen=True, tag="withhold"):
    """What is not released, whatever else this or another agreement says."""

    when: Selection
    because: str = ""


class Redact(Article, frozen=True, tag="redact"):
    """What is released only after a redaction, by the name of its profile: one of the agreement's own or a built-in one. Where
    it is asked for because of personal data (``when.personal``), none may be left.
    """

    when: Selection
    profile: str


class Review(Article, frozen=True, tag="review"):
    """What is released only when people have agreed: which roles, and whether two different people must."""

    when: Selection
    approvers: tuple[str, ...]
    four_eyes: bool = False


class Neighbours(Article, frozen=True, tag="neighbours"):
    """What becomes of references to what the recipient does not get as it is (``lens.Hidden``)."""

    hidden: Literal["dangle", "stub", "strip", "withhold"] = "dangle"


class Retention(Article, frozen=True, tag="retention"):
    """For how many days the recipient may keep it."""

    days: int


class Attribution(Article, frozen=True, tag="attribution"):
    """Whether the recipient learns who gave it. Anonymous: what other sources gave goes without its creator."""

    source: Literal["named", "anonymous"]


class Basis(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A legal basis for giving personal data to some jurisdictions, with its dates and where it stands written."""

    kind: BasisKind
    to: tuple[str, ...]
    reference: str
    since: Micros | None = msgspec.field(default=None, name="from")
    until: Micros | None = None


class PersonalData(Article, frozen=True, tag="personal-data"):
    """Personal data go only where a basis holds on the day. What has not been looked at counts as personal.

    ``profile``: where no basis holds, what holds personal data goes redacted by this, and only if none are left; without it, not
    at all.
    """

    bases: tuple[Basis, ...] = ()
    profile: str = ""


AnyArticle = (
    Parties
    | Term
    | Scope
    | Ceiling
    | Purposes
    | Onward
    | Withhold
    | Redact
    | Review
    | Neighbours
    | Retention
    | Attribution
    | PersonalData
)


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An agreement. ``name`` is its slug and stays the same over its versions; ``template`` which one it was made from;
    ``profiles`` those that its articles name, but for the built-in ones (``agreement.profiles``).
    """

    name: str
    title: str
    signatories: tuple[Signatory, ...]
    articles: tuple[AnyArticle, ...]
    template: str = ""
    profiles: tuple[Profile, ...] = ()
