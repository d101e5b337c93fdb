"""Whether an agreement, read field by field, holds as a whole: its audience, its dates, articles that contradict."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from comity.kernel.objects.findings import Severity
from comity.kernel.policy.agreement.articles import (
    Agreement,
    Article,
    Attribution,
    Basis,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Retention,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.findings import Finding
from comity.kernel.policy.agreement.profiling import profile_faults
from comity.kernel.policy.sentence import Sentence, says


def faults(agreement: Agreement, unread: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """All of them, rule by rule.

    ``unread``: what could not be read and is missing here: words of ``says``, ``signatory``, "" for an article of no known kind.
    What can't be said without it is not said.
    """
    yield from _once(agreement)
    if not unread & {"ceiling", ""}:
        yield from _ceiling(agreement)
    if not unread & {"signatory", "parties", ""}:
        yield from _audience(agreement)
    if not unread & {"term", ""}:
        yield from _end(agreement)
    for rule in (_names, _dates, _selections, _onward, _red, _bases, profile_faults):
        yield from rule(agreement)


def _once(agreement: Agreement) -> Iterator[Finding]:
    for kind, count in Counter(type(article) for article in agreement.articles).items():
        if kind in _AT_MOST_ONCE and count > 1:
            first = next(article for article in agreement.articles if type(article) is kind)
            word = str(kind.__struct_config__.tag)
            yield _of(first, "says", says("Only one article may say '%(kind)s'; there are more.", kind=word))


def _ceiling(agreement: Agreement) -> Iterator[Finding]:
    if not any(isinstance(article, Ceiling) for article in agreement.articles):
        yield Finding(says("No article says 'ceiling': nobody knows up to which TLP it goes."))


def _audience(agreement: Agreement) -> Iterator[Finding]:
    communities = any(isinstance(article, Parties) and article.communities for article in agreement.articles)
    if len(agreement.signatories) < 2 and not communities:
        yield Finding(
            says(
                "It binds nobody but one party: name a second [[signatory]], or a community in an article of parties."
            ),
            field="signatory",
        )


def _end(agreement: Agreement) -> Iterator[Finding]:
    if not any(isinstance(article, Term) and article.until is not None for article in agreement.articles):
        yield Finding(
            says("It has no end: it holds until somebody suspends or withdraws it."), severity=Severity.WARNING
        )


def _names(agreement: Agreement) -> Iterator[Finding]:
    for index, signatory in enumerate(agreement.signatories):
        field = f"signatory.{index}"
        if not signatory.identity and not signatory.party:
            yield Finding(
                says(
                    "%(name)s can't be told from others: give its identity, or its slug as party.", name=signatory.name
                ),
                field=field,
            )
        for other in agreement.signatories[:index]:
            one = signatory.identity and signatory.identity == other.identity
            if one or (signatory.party and signatory.party == other.party):
                yield Finding(says("%(name)s signs twice.", name=signatory.name), field=field)


def _dates(agreement: Agreement) -> Iterator[Finding]:
    for article in agreement.articles:
        if isinstance(article, Term) and _reversed(article):
            yield _of(article, "until", _REVERSED)
        if isinstance(article, PersonalData):
            for index, basis in enumerate(article.bases):
                if _reversed(basis):
                    yield _of(article, f"bases.{index}.until", _REVERSED)


def _reversed(held: Term | Basis) -> bool:
    return held.since is not None and held.until is not None and held.until <= held.since


def _selections(agreement: Agreement) -> Iterator[Finding]:
    for article in agreement.articles:
        if isinstance(article, Withhold) and article.when == Selection():
            yield _of(article, "when", says("when names nothing, so everything would be withheld: say what is."))


def _onward(agreement: Agreement) -> Iterator[Finding]:
    for article in agreement.articles:
        if not isinstance(article, Onward):
            continue
        for name, held, wanted in (
            ("parties", article.parties, article.to == "named"),
            ("communities", article.communities, article.to == "communities"),
        ):
            if wanted and not held:
                yield _of(article, "to", says("to is '%(to)s', but %(name)s is missing.", to=article.to, name=name))
            if held and not wanted:
                yield _of(
                    article, name, says("to is '%(to)s', so %(name)s means nothing here.", to=article.to, name=name)
                )


def _red(agreement: Agreement) -> Iterator[Finding]:
    for article in agreement.articles:
        if isinstance(article, Ceiling) and article.tlp == "red":
            yield _of(
                article,
                "tlp",
                says("What is TLP:RED goes under it only to recipients whom its marking names."),
                Severity.WARNING,
            )


def _bases(agreement: Agreement) -> Iterator[Finding]:
    for article in agreement.articles:
        if isinstance(article, PersonalData) and not article.bases and not article.profile:
            yield _of(
                article,
                "bases",
                says("No legal basis is named, so only what is known to hold no personal data is released."),
                Severity.WARNING,
            )


def _of(article: Article, field: str, sentence: Sentence, severity: Severity = Severity.ERROR) -> Finding:
    return Finding(sentence, article=article.number, field=field, severity=severity)


_REVERSED: Final = says("until lies before from: it would never hold.")
_AT_MOST_ONCE: Final = frozenset(
    {Parties, Term, Ceiling, Purposes, Onward, Neighbours, Retention, Attribution, PersonalData}
)
