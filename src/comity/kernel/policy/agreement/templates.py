"""Templates: agreements to begin from. Each is a full agreement, made for two parties or a community, and meant to be edited.

What is law in them is data: a basis with its date and where it stands, which a lawyer confirms before signing.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Basis,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Redact,
    Retention,
    Review,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.dates import day, read_date, years_after
from comity.kernel.policy.sentence import Sentence, says

EU_MEMBERS: Final = tuple(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


class Filling(msgspec.Struct, frozen=True):
    """What a template is filled with."""

    ours: Signatory
    theirs: Signatory | None
    communities: tuple[str, ...]
    today: Micros


class Template(msgspec.Struct, frozen=True):
    """A template. ``title`` and ``about`` are for whoever chooses; ``articles`` makes the articles, in order."""

    slug: str
    title: Sentence
    about: Sentence
    agreement_title: str
    articles: Callable[[Filling], tuple[AnyArticle, ...]]
    communities: bool = False


def fill(
    template: str,
    ours: Signatory,
    theirs: Signatory | None = None,
    *,
    name: str,
    today: Micros,
    communities: tuple[str, ...] = (),
) -> Agreement:
    """The agreement that a template makes for these parties, from today on; NotFound where there is no such template.

    ``theirs`` may be missing where ``communities`` are given.
    """
    made = TEMPLATES.get(template)
    if made is None:
        known = ", ".join(TEMPLATES)
        raise NotFound(f"there is no template '{template}'", code="template", hint=f"Templates are: {known}.")
    filling = Filling(ours, theirs, communities, day(today))
    signatories = (ours,) if theirs is None else (ours, theirs)
    between = " and ".join(each.name for each in signatories)
    return Agreement(
        name=name,
        title=f"{made.agreement_title} of {between}",
        signatories=signatories,
        articles=made.articles(filling),
        template=template,
    )


def _open_community(filling: Filling) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1, communities=filling.communities),
        Term(number=2, since=filling.today),
        Ceiling(number=3, tlp="green", pap="green"),
        Purposes(number=4, purposes=("network-defence", "incident-response", "research")),
        Onward(number=5, to="communities", communities=filling.communities)
        if filling.communities
        else Onward(number=5, to="anybody"),
        Neighbours(number=6, hidden="dangle"),
        Attribution(number=7, source="named"),
    )


def _bilateral_csirt(filling: Filling) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1, communities=filling.communities),
        Term(number=2, since=filling.today, until=years_after(filling.today, 2)),
        Ceiling(number=3, tlp="amber", pap="amber"),
        Purposes(number=4, purposes=("network-defence", "incident-response")),
        Onward(number=5, to="nobody"),
        Withhold(
            number=6,
            when=Selection(statement=True),
            because="A statement beside the TLP sets conditions that only people can weigh.",
        ),
        Review(number=7, when=Selection(types=("incident",)), approvers=("approver", "duty-officer")),
        Neighbours(number=8, hidden="dangle"),
        Retention(number=9, days=730),
        Attribution(number=10, source="named"),
    )


def _sector_isac(filling: Filling) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1, communities=filling.communities, members="recipients"),
        Term(number=2, since=filling.today, until=years_after(filling.today, 3)),
        Ceiling(number=3, tlp="amber", pap="amber"),
        Purposes(number=4, purposes=("network-defence", "incident-response")),
        Onward(number=5, to="communities", communities=filling.communities)
        if filling.communities
        else Onward(number=5, to="nobody"),
        Neighbours(number=6, hidden="dangle"),
        Attribution(number=7, title="Members are not named to each other unless they ask to be", source="anonymous"),
        Retention(number=8, days=365),
        Redact(
            number=9,
            title="Who was hit is told as a sector and a country",
            when=Selection(types=("identity",), tlp=("amber", "amber+strict", "red")),
            profile="victims",
        ),
    )


def _law_enforcement(filling: Filling) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1),
        Term(number=2, since=filling.today, until=years_after(filling.today, 1)),
        Ceiling(number=3, tlp="amber+strict", pap="red"),
        Purposes(number=4, purposes=("law-enforcement",)),
        Onward(number=5, to="nobody"),
        Review(
            number=6,
            title="What two people have to agree to",
            when=Selection(tlp=("amber+strict",)),
            approvers=("legal", "approver"),
            four_eyes=True,
        ),
        Neighbours(number=7, hidden="dangle"),
        Attribution(number=8, source="named"),
        Retention(number=9, days=365),
        PersonalData(
            number=10,
            title="Personal data: name here the treaty or law that is the basis, before any are released",
            profile="personal-data",
        ),
    )


def _eu_rok(filling: Filling) -> tuple[AnyArticle, ...]:
    return (
        Parties(number=1),
        Term(number=2, since=filling.today, until=years_after(filling.today, 2)),
        Ceiling(number=3, tlp="amber", pap="amber"),
        # No law enforcement: the adequacy decision is one under the GDPR and none under Directive (EU) 2016/680.
        Purposes(
            number=4,
            title="Not law enforcement: neither decision below covers it",
            purposes=("network-defence", "incident-response", "research"),
        ),
        Onward(number=5, to="nobody"),
        Review(
            number=6,
            title="What may hold data that the decisions leave out: resident registration numbers, credit information",
            when=Selection(types=("identity", "user-account", "email-message")),
            approvers=("legal",),
        ),
        Neighbours(number=7, hidden="dangle"),
        Attribution(number=8, source="named"),
        Retention(number=9, days=365),
        PersonalData(
            number=10,
            title="Personal data between the European Union and the Republic of Korea",
            bases=EU_ROK,
            profile="personal-data",
        ),
    )


EU_ROK: Final = (
    Basis(
        kind="adequacy",
        to=("KR",),
        reference=(
            "Commission Implementing Decision (EU) 2022/254 of 17 December 2021 under Regulation (EU) 2016/679 article 45: "
            "private and public bodies under PIPA; not credit information under the Financial Services Commission, religious "
            "missions or nominations by parties; recipients keep to the supplementary rules of the PIPC; no basis for data "
            "under Directive (EU) 2016/680"
        ),
        since=read_date("2021-12-17", until=False),
    ),
    Basis(
        kind="adequacy",
        to=EU_MEMBERS,
        reference=(
            "Recognition of equivalence by the PIPC of 16 September 2025 under PIPA article 28-8(1)5; "
            "not resident registration numbers and credit information"
        ),
        since=read_date("2025-09-16", until=False),
    ),
)
"""Law as data: what was decided, by whom, from when, and what it leaves out."""


TEMPLATES: Final[Mapping[str, Template]] = {
    template.slug: template
    for template in (
        Template(
            "open-community",
            says("Open community"),
            says("What is marked TLP:GREEN or lower goes to everyone in a community, and may go on inside it."),
            "Open community",
            _open_community,
            communities=True,
        ),
        Template(
            "bilateral-csirt",
            says("Two response teams"),
            says("What is marked TLP:AMBER or lower goes to a partner team; incidents after somebody has agreed."),
            "Cooperation of response teams",
            _bilateral_csirt,
        ),
        Template(
            "sector-isac",
            says("Information sharing of a sector"),
            says(
                "Members of a sector's community receive from each other; who gave something is not named by default, and who "
                "was hit is told as a sector and a country."
            ),
            "Information sharing in the sector",
            _sector_isac,
            communities=True,
        ),
        Template(
            "law-enforcement",
            says("Law enforcement"),
            says(
                "For criminal investigations only; two people agree to what is strict; no personal data without a named basis."
            ),
            "Cooperation in criminal investigations",
            _law_enforcement,
        ),
        Template(
            "eu-rok",
            says("European Union and Republic of Korea"),
            says(
                "Between response teams there, with the adequacy decisions of both sides as dated bases and their limits."
            ),
            "Cooperation between the European Union and the Republic of Korea",
            _eu_rok,
        ),
    )
}
"""Every template, by slug."""
