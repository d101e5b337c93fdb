"""Agreements of the store's contract suite: their articles, enacted by the store itself, without the directory's checks."""

from hashlib import sha256

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.articles import Agreement, AnyArticle, Ceiling, Scope, Selection, Signatory
from comity.kernel.store.types import AgreementRow, Community
from tests.kernel.store.conftest import Cast

DAY = 86_400_000_000


def pact(name: str, party: str, *articles: AnyArticle, ceiling: str = "amber") -> Agreement:
    """An agreement of our own party with another: a ceiling, and what else is said, numbered in order."""
    numbered = [msgspec.structs.replace(each, number=place) for place, each in enumerate(articles, 2)]
    return Agreement(
        name=name,
        title=name.title(),
        signatories=(Signatory("Own", "KR", party="own"), Signatory(party.title(), "KR", party=party)),
        articles=(Ceiling(number=1, tlp=ceiling), *numbered),
    )


def covers(*, types: tuple[str, ...] = (), collections: tuple[str, ...] = (), tlp: tuple[str, ...] = ()) -> Scope:
    """A scope article."""
    return Scope(number=0, covers=Selection(types=types, collections=collections, tlp=tlp))


def row_of(agreement: Agreement, version: Micros, signed: Micros | None) -> AgreementRow:
    """The row of an agreement that we signed at a moment."""
    return AgreementRow(
        name=agreement.name,
        version=version,
        title=agreement.title,
        text="",
        agreement=agreement,
        object=f"agreement--{version}",
        digest=sha256(msgspec.json.encode(agreement)).digest(),
        ours=signed,
    )


def enact(cast: Cast, agreement: Agreement) -> AgreementRow:
    """Signed by us now; time moves on a second."""
    cast.clock.forward(1_000_000)
    now = cast.clock.now()
    return cast.store.enact(None, row_of(agreement, now, now), by="tester")


def community(cast: Cast, slug: str, *parties: str) -> int:
    """A community with these members."""
    number = cast.store.registry.add_community(Community(0, slug, slug.title(), cast.clock.now())).id
    for party in parties:
        cast.store.registry.join(number, cast.parties[party].id)
    return number


def until(cast: Cast, moment: Micros) -> None:
    """Time moves on to a moment."""
    cast.clock.forward(moment - cast.clock.now())
