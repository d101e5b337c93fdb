"""Checking an agreement against the directory of a node: whether its names mean anything there."""

from collections.abc import Iterator

from comity.kernel.policy.agreement.articles import (
    Agreement,
    Onward,
    Parties,
    PersonalData,
    Redact,
    Review,
    Scope,
    Selection,
    Withhold,
)
from comity.kernel.policy.agreement.binding import OURSELVES, Names, members_of, signatory_of
from comity.kernel.policy.agreement.findings import Finding
from comity.kernel.policy.agreement.profiles import BUILT_IN, profile_of
from comity.kernel.policy.agreement.words import listed
from comity.kernel.policy.sentence import says


def check(agreement: Agreement, names: Names) -> tuple[Finding, ...]:
    """What in it names nobody and nothing at this node; empty where all of it does."""
    return (*_signatories(agreement, names), *_audience(agreement, names), *_articles(agreement, names))


def _signatories(agreement: Agreement, names: Names) -> Iterator[Finding]:
    known = [signatory_of(signatory, names) for signatory in agreement.signatories]
    for index, signatory in enumerate(agreement.signatories):
        if known[index] is None:
            yield Finding(
                says(
                    "No party of this node is %(name)s (%(word)s): add it, or set its identity.",
                    name=signatory.name,
                    word=signatory.identity or signatory.party,
                ),
                field=f"signatory.{index}",
            )
        elif known[index] in known[:index]:
            yield Finding(says("%(name)s signs twice.", name=signatory.name), field=f"signatory.{index}")
    if names.home not in known:
        yield Finding(says("The party of this node is not among those who sign."), field="signatory")


def _audience(agreement: Agreement, names: Names) -> Iterator[Finding]:
    known = {signatory_of(signatory, names) for signatory in agreement.signatories}
    communities = {slug for each in agreement.articles if isinstance(each, Parties) for slug in each.communities}
    if known | members_of(communities, names) <= {
        names.home
    }:  # one that is not known is said already, and may be anybody
        yield Finding(says("It reaches nobody but ourselves: no other party signs it, and no community has a member."))


def _articles(agreement: Agreement, names: Names) -> Iterator[Finding]:
    ours = {each for signatory in agreement.signatories for each in (signatory.party, signatory.identity)}
    for article in agreement.articles:
        number = article.number
        if isinstance(article, (Parties, Onward)):
            for slug in article.communities:
                if slug not in names.communities:
                    yield Finding(
                        says("There is no community '%(word)s' at this node.", word=slug), number, field="communities"
                    )
        if isinstance(article, Onward):
            yield from _unknown_parties(article.parties, names, ours, number, "parties")
        if isinstance(article, Scope):
            yield from _selection(article.covers, names, ours, number, "covers")
        if (
            isinstance(article, (Redact, PersonalData))
            and article.profile
            and profile_of(agreement, article.profile) is None
        ):
            known = (*(each.name for each in agreement.profiles), *BUILT_IN)
            yield Finding(
                says(
                    "Nobody has defined the profile '%(word)s': what it would redact is withheld. There are: %(known)s.",
                    word=article.profile,
                    known=listed(known),
                ),
                number,
                field="profile",
            )
        if isinstance(article, (Withhold, Redact, Review)):
            yield from _selection(article.when, names, ours, number, "when")


def _selection(selection: Selection, names: Names, ours: set[str], number: int, field: str) -> Iterator[Finding]:
    for slug in selection.collections:
        if slug not in names.collections:
            yield Finding(
                says("There is no collection '%(word)s' at this node.", word=slug), number, field=f"{field}.collections"
            )
    yield from _unknown_parties(selection.sources, names, ours, number, f"{field}.sources")


def _unknown_parties(
    given: tuple[str, ...], names: Names, ours: set[str], number: int, field: str
) -> Iterator[Finding]:
    for each in given:
        if each != OURSELVES and each not in names.parties and each not in ours:
            yield Finding(says("There is no party '%(word)s' at this node.", word=each), number, field=field)
