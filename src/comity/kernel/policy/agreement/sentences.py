"""An agreement as people read it: each article as sentences, ready to be said in another language."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from comity.kernel.policy.agreement.articles import (
    Agreement,
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
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.binding import OURSELVES
from comity.kernel.policy.agreement.dates import write_date
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.lens_sentences import of_profile
from comity.kernel.policy.sentence import Sentence, says

ArticleText = tuple[int, str, tuple[Sentence, ...]]
"""Number, title ("" where it has none: then the page says what its kind is called), sentences."""

ProfileText = tuple[str, str, tuple[Sentence, ...]]
"""Name, title, what each of its rules does."""

KINDS: Final[dict[str, Sentence]] = {
    "parties": says("Who is bound beside those who sign"),
    "term": says("When it holds"),
    "scope": says("What is covered"),
    "ceiling": says("How far it goes at most"),
    "purposes": says("What it may be used for"),
    "onward": says("To whom recipients may give it on"),
    "withhold": says("What is not released"),
    "redact": says("What is released redacted only"),
    "review": says("What people have to agree to"),
    "neighbours": says("References to what the recipient may not see"),
    "retention": says("How long recipients may keep it"),
    "attribution": says("Whether recipients learn who gave it"),
    "personal-data": says("Personal data"),
}
"""What a kind of article is called, by the word of its ``says``."""


def sentences(agreement: Agreement) -> tuple[ArticleText, ...]:
    """Every article, in order."""
    return tuple((article.number, article.title, tuple(_SAY[type(article)](article))) for article in agreement.articles)


def profiles(agreement: Agreement) -> tuple[ProfileText, ...]:
    """Every profile that counts: those that the text defines, in order, then those of every node that its articles name."""
    named = dict.fromkeys(
        each.profile for each in agreement.articles if isinstance(each, Redact | PersonalData) and each.profile
    )
    found = dict.fromkeys((*agreement.profiles, *(BUILT_IN[name] for name in named if name in BUILT_IN)))
    return tuple((each.name, each.title, of_profile(each)) for each in found)


def kind_of(article: msgspec.Struct) -> Sentence:
    """What an article's kind is called."""
    return KINDS[str(type(article).__struct_config__.tag)]


def _parties(article: Parties) -> Iterator[Sentence]:
    yield says("It binds those who sign it.")
    if article.communities:
        yield says(
            "It reaches the members of these communities: %(communities)s.", communities=_list(article.communities)
        )
        if article.members == "recipients":
            yield says("They receive as much as those who sign.")
        else:
            yield says("They receive what is marked TLP:GREEN or lower.")
    if article.clients:
        yield says("The clients of those who sign receive what is marked TLP:AMBER or lower.")


def _term(article: Term) -> Iterator[Sentence]:
    if article.since is not None:
        yield says("It holds from %(date)s.", date=write_date(article.since, until=False))
    if article.until is None:
        yield says("It holds until a party suspends or withdraws it.")
    elif _whole(article.until):
        yield says("It holds until the end of %(date)s.", date=write_date(article.until, until=True))
    else:
        yield says("It holds until %(date)s.", date=write_date(article.until, until=True))


def _scope(article: Scope) -> Iterator[Sentence]:
    if article.covers == Selection():
        yield says("It covers all objects that are of no exercise.")
        return
    yield says("It covers objects that meet all of these conditions.")
    yield from _conditions(article.covers)
    if article.covers.exercise is None:
        yield says("Objects of an exercise are not covered.")


def _ceiling(article: Ceiling) -> Iterator[Sentence]:
    yield says("It releases nothing that is marked higher than %(tlp)s.", tlp=f"TLP:{article.tlp.upper()}")
    yield says(
        "What is marked stricter than %(pap)s is not covered; recipients do no more with anything than its marking allows.",
        pap=f"PAP:{article.pap.upper()}",
    )


def _purposes(article: Purposes) -> Iterator[Sentence]:
    yield says("Recipients may use it for the following only.")
    for purpose in article.purposes:
        yield _PURPOSES[purpose]


def _onward(article: Onward) -> Iterator[Sentence]:
    if article.to == "nobody":
        yield says("Recipients give it on to nobody.")
    elif article.to == "anybody":
        yield says("Recipients may give it on, as far as its marking lets them.")
    elif article.to == "named":
        yield says("Recipients may give it on to these parties only: %(parties)s.", parties=_list(article.parties))
    else:
        yield says(
            "Recipients may give it on to members of these communities only: %(communities)s.",
            communities=_list(article.communities),
        )


def _withhold(article: Withhold) -> Iterator[Sentence]:
    yield says("Objects that meet all of these conditions are withheld, whatever else allows them.")
    yield from _conditions(article.when)
    if article.because:
        yield says("The reason is: %(because)s", because=article.because)


def _redact(article: Redact) -> Iterator[Sentence]:
    yield says(
        "Objects that meet all of these conditions are redacted first, as '%(profile)s' says.", profile=article.profile
    )
    yield from _conditions(article.when)
    yield says("What can't be redacted so that it stays valid and nothing of what is taken out is left is withheld.")
    if article.when.personal:
        yield says("What holds personal data then as well is withheld.")


def _review(article: Review) -> Iterator[Sentence]:
    yield says("Objects that meet all of these conditions are released only when people have agreed.")
    yield from _conditions(article.when)
    yield from (_APPROVERS[role] for role in article.approvers)
    if article.four_eyes:
        yield says("Two different people have to.")


def _neighbours(article: Neighbours) -> Iterator[Sentence]:
    yield _NEIGHBOURS[article.hidden]


def _retention(article: Retention) -> Iterator[Sentence]:
    yield says("Recipients delete what they got after %(days)s days.", days=str(article.days))


def _attribution(article: Attribution) -> Iterator[Sentence]:
    if article.source == "named":
        yield says("Recipients see who made what they get.")
    else:
        yield says("What others gave to the releasing party goes on without the name of who made it.")


def _personal(article: PersonalData) -> Iterator[Sentence]:
    yield says(
        "Personal data, and what has not been looked at for them, are released only where a legal basis holds that day."
    )
    if article.profile:
        yield says(
            "Where none holds, personal data are taken out, as '%(profile)s' says, and only what holds none then is released.",
            profile=article.profile,
        )
    if not article.bases:
        yield says("No basis is named.")
    for basis in article.bases:
        yield from _basis(basis)


def _basis(basis: Basis) -> Iterator[Sentence]:
    yield _BASES[basis.kind].filled(jurisdictions=_list(basis.to), reference=basis.reference)
    if basis.since is not None:
        yield says("That basis holds from %(date)s.", date=write_date(basis.since, until=False))
    if basis.until is not None:
        date = write_date(basis.until, until=True)
        if _whole(basis.until):
            yield says("That basis holds until the end of %(date)s.", date=date)
        else:
            yield says("That basis holds until %(date)s.", date=date)


def _conditions(selection: Selection) -> Iterator[Sentence]:
    """One sentence for each condition, in the order of the struct."""
    if selection == Selection():
        yield says("It is any object.")
    yield from _sources(selection.sources)
    lists: tuple[tuple[tuple[str, ...], Callable[[str], Sentence]], ...] = (
        (selection.types, lambda words: says("Its type is one of: %(words)s.", words=words)),
        (selection.collections, lambda words: says("It is in one of these collections: %(words)s.", words=words)),
        (selection.channels, lambda words: says("It came by one of: %(words)s.", words=words)),
        (selection.tlp, lambda words: says("Its TLP is one of: %(words)s.", words=words)),
        (selection.pap, lambda words: says("Its PAP is one of: %(words)s.", words=words)),
    )
    for given, say in lists:
        if given:
            yield say(_list(given))
    flags: tuple[tuple[bool | None, Sentence, Sentence], ...] = (
        (selection.statement, says("It carries a statement as marking."), says("It carries no statement as marking.")),
        (selection.personal, says("Personal data were found in it."), says("No personal data were found in it.")),
        (
            selection.unscanned,
            says("Nobody has looked yet whether it holds personal data."),
            says("It has been looked at for personal data."),
        ),
        (selection.revoked, says("It is revoked."), says("It is not revoked.")),
        (selection.exercise, says("It belongs to an exercise."), says("It belongs to no exercise.")),
    )
    for flag, yes, no in flags:
        if flag is not None:
            yield yes if flag else no


def _sources(sources: tuple[str, ...]) -> Iterator[Sentence]:
    others = _list(tuple(each for each in sources if each != OURSELVES))
    if others and OURSELVES in sources:
        yield says("The releasing party made it itself, or it was given by one of: %(words)s.", words=others)
    elif others:
        yield says("It was given by one of: %(words)s.", words=others)
    elif sources:
        yield says("The releasing party made it itself.")


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words)


def _whole(at: int) -> bool:
    return len(write_date(at, until=True)) == 10


_NEIGHBOURS: Final = {
    "dangle": says(
        "A reference to something that the recipient may not see stays; it tells nothing but an opaque id, and where other "
        "things go redacted a pseudonym takes its place."
    ),
    "stub": says(
        "A reference to something that the recipient may not see goes under a pseudonym, with an empty object of that name."
    ),
    "strip": says("A reference to something that the recipient may not see is taken out; what needs it is withheld."),
    "withhold": says("What refers to something that the recipient may not see is withheld."),
}

_PURPOSES: Final = {
    "network-defence": says("To defend networks."),
    "incident-response": says("To respond to incidents."),
    "law-enforcement": says("To investigate and prosecute crime."),
    "attribution": says("To find out who is responsible."),
    "research": says("For research."),
    "exercise": says("For exercises."),
    "public-warning": says("To warn the public."),
}

_APPROVERS: Final = {
    "administrator": says("An administrator may agree."),
    "analyst": says("An analyst may agree."),
    "approver": says("An approver may agree."),
    "diplomat": says("A diplomat may agree."),
    "duty-officer": says("A duty officer may agree."),
    "legal": says("A lawyer may agree."),
}

_BASES: Final = {
    "adequacy": says(
        "For recipients in %(jurisdictions)s by a decision that protection there is adequate: %(reference)s."
    ),
    "safeguards": says("For recipients in %(jurisdictions)s under safeguards: %(reference)s."),
    "public-interest": says(
        "For recipients in %(jurisdictions)s for important reasons of public interest: %(reference)s."
    ),
    "consent": says("For recipients in %(jurisdictions)s with the consent of those concerned: %(reference)s."),
    "vital-interests": says("For recipients in %(jurisdictions)s to protect vital interests: %(reference)s."),
}

_SAY: Final[dict[type, Callable[[Any], Iterator[Sentence]]]] = {
    Parties: _parties,
    Term: _term,
    Scope: _scope,
    Ceiling: _ceiling,
    Purposes: _purposes,
    Onward: _onward,
    Withhold: _withhold,
    Redact: _redact,
    Review: _review,
    Neighbours: _neighbours,
    Retention: _retention,
    Attribution: _attribution,
    PersonalData: _personal,
}
