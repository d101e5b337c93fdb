"""What was agreed in the story: between its two nodes, what one of them signed with others, and what is still a draft.

Lives here: which articles Demo CSIRT Korea and Demo CSIRT Estonia agreed on, with at least one for each effect, one object of
the story for each of them, and which templates Korea uses for the others. Who signs and carries it is ``app.telling``'s. Pure.
"""

from typing import Final

import msgspec

from comity.app.demo.adversary import CAMPAIGN
from comity.app.demo.cast import CASE, ENERGY, NETHERLANDS
from comity.app.demo.redactions import VICTIM
from comity.app.demo.sheet import object_id
from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    Purposes,
    Redact,
    Retention,
    Review,
    Scope,
    Selection,
    Term,
    Withhold,
)

NAME: Final = "korea-estonia"
TEMPLATE: Final = "bilateral-csirt"
TITLE: Final = "Demo CSIRT Korea and Demo CSIRT Estonia: the Grey Tide case"
SIGNED_DAYS_AGO: Final = 14
DAY: Final[Micros] = 86_400_000_000


class Alone(msgspec.Struct, frozen=True):
    """An agreement of Korea after a template, with a party that has no node to sign with. Not ``signed``: a draft."""

    template: str
    party: str
    name: str
    signed: bool


ALONE: Final = (
    Alone("sector-isac", ENERGY, "energy-isac", signed=True),
    Alone("law-enforcement", NETHERLANDS, "records-netherlands", signed=False),
)


class Example(msgspec.Struct, frozen=True):
    """An object of the story that shows what is decided, towards Estonia, and what it is called."""

    effect: str
    object: str
    called: str


EXAMPLES: Final = (
    Example("release", CAMPAIGN, "the campaign, which goes as it is"),
    Example("redact", VICTIM, "a victim, behind its sector"),
    Example("review", object_id("threat-actor", "broker"), "who sells the access"),
    Example("withhold", object_id("note", "shift leaders"), "a list that stays in Korea"),
)


def between(drafted: Agreement, signed: Micros) -> Agreement:
    """What both settled on, from the draft that the template gave."""
    return Agreement(
        name=NAME,
        title=TITLE,
        signatories=drafted.signatories,
        articles=_articles(signed - signed % DAY),
        template=drafted.template,
    )


def for_the_case(drafted: Agreement) -> Agreement:
    """A draft whose onward sharing lets what is given go on to the parties of the joint case."""
    return msgspec.structs.replace(
        drafted,
        articles=tuple(
            msgspec.structs.replace(article, to="communities", communities=(CASE,))
            if isinstance(article, Onward)
            else article
            for article in drafted.articles
        ),
    )


def _articles(begins: Micros) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1, title="Parties"),
        Term(number=2, title="Term", since=begins, until=begins + 365 * DAY),
        Scope(number=3, title="What is covered"),
        Ceiling(number=4, title="Up to which marking", tlp="red", pap="amber"),
        Purposes(number=5, title="What for", purposes=("network-defence", "incident-response")),
        Onward(number=6, title="Onward sharing", to="communities", communities=(CASE,)),
        Redact(
            number=7,
            title="Names of operators",
            when=Selection(types=("identity",), tlp=("amber+strict",)),
            profile="victims",
        ),
        Redact(
            number=8,
            title="Persons in notes",
            when=Selection(types=("note",), personal=True),
            profile="personal-data",
        ),
        Review(
            number=9,
            title="Who is behind it",
            when=Selection(types=("threat-actor",)),
            approvers=("approver", "legal"),
            four_eyes=True,
        ),
        Withhold(
            number=10,
            title="Notes that nobody has looked at for persons",
            when=Selection(types=("note",), unscanned=True),
        ),
        Withhold(
            number=11,
            title="Accounts of persons",
            when=Selection(types=("user-account",)),
            because="Accounts are asked for by way of mutual legal assistance.",
        ),
        Neighbours(number=12, title="What is referred to and not given", hidden="dangle"),
        Retention(number=13, title="How long it is kept", days=730),
        Attribution(number=14, title="Who gave it", source="named"),
    )
