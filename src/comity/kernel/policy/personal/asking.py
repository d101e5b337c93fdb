"""Whether an agreement asks for objects to be looked through for personal data."""

from collections.abc import Iterator

from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    PersonalData,
    Redact,
    Review,
    Scope,
    Selection,
    Withhold,
)


def asks_for_scan(agreement: Agreement) -> bool:
    """Whether any article depends on what the scan finds, or on whether it has looked."""
    return any(
        isinstance(article, PersonalData)
        or any(chosen.personal is not None or chosen.unscanned is not None for chosen in _selections(article))
        for article in agreement.articles
    )


def _selections(article: AnyArticle) -> Iterator[Selection]:
    match article:
        case Scope():
            yield article.covers
        case Withhold() | Redact() | Review():
            yield article.when
