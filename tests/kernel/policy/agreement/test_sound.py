"""What holds of an agreement as a whole, rule by rule."""

from uuid import UUID

import pytest

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
    Retention,
    Review,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.sound import faults

ONE = Signatory(name="One", jurisdiction="KR", party="one")
TWO = Signatory(name="Two", jurisdiction="EE", party="two")
CEILING = Ceiling(number=1, tlp="amber")
TERM = Term(number=2, since=0, until=10)
ERROR, WARNING = True, False


def said(
    *articles: AnyArticle,
    signatories: tuple[Signatory, ...] = (ONE, TWO),
    whole: bool = True,
    unread: frozenset[str] = frozenset(),
) -> list[tuple[int, str, bool]]:
    held = (CEILING, TERM, *articles) if whole else articles
    found = faults(Agreement("one-two", "One", signatories, held), unread)
    return [(fault.article, fault.field, fault.is_error) for fault in found]


def test_what_is_sound() -> None:
    assert not said()
    assert not said(Scope(number=3), Scope(number=4), Review(number=5, when=Selection(), approvers=("legal",)))


@pytest.mark.parametrize(
    "article",
    [
        CEILING,
        TERM,
        Parties(number=1),
        Purposes(number=1, purposes=("research",)),
        Onward(number=1, to="nobody"),
        Neighbours(number=1),
        Retention(number=1, days=1),
        Attribution(number=1, source="named"),
        PersonalData(number=1, bases=(Basis(kind="consent", to=("KR",), reference="x"),)),
    ],
)
def test_there_is_one_of_a_kind(article: AnyArticle) -> None:
    rest = tuple(each for each in (CEILING, TERM) if type(each) is not type(article))
    assert not said(*rest, article, whole=False)
    assert said(*rest, article, article, article, whole=False) == [(article.number, "says", ERROR)]  # said once


def test_a_ceiling_is_needed() -> None:
    assert said(TERM, whole=False) == [(0, "", ERROR)]
    for unread in ("ceiling", ""):
        assert not said(TERM, whole=False, unread=frozenset({unread}))
    assert said(TERM, whole=False, unread=frozenset({"scope", "signatory"})) == [(0, "", ERROR)]


def test_an_audience_is_needed() -> None:
    assert said(signatories=(ONE,)) == [(0, "signatory", ERROR)]
    assert said(Parties(number=3), signatories=(ONE,)) == [(0, "signatory", ERROR)]
    assert not said(Parties(number=3, communities=("energy",)), signatories=(ONE,))
    for unread in ("parties", "signatory", ""):
        assert not said(signatories=(ONE,), unread=frozenset({unread}))
    assert said(signatories=(ONE,), unread=frozenset({"term"})) == [(0, "signatory", ERROR)]


def test_an_end_is_wished_for() -> None:
    assert said(CEILING, whole=False) == [(0, "", WARNING)]
    assert said(CEILING, Term(number=2, since=5), whole=False) == [(0, "", WARNING)]
    assert not said(CEILING, Term(number=2, until=0), whole=False)
    for unread in ("term", ""):
        assert not said(CEILING, whole=False, unread=frozenset({unread}))


def test_who_signs_can_be_told_apart() -> None:
    identity = f"identity--{UUID(int=1)}"
    nobody = Signatory(name="Nobody", jurisdiction="FI")
    known = Signatory(name="Known", jurisdiction="FI", identity=identity)
    both = Signatory(name="Both", jurisdiction="FI", identity=identity, party="both")
    other = Signatory(name="Other", jurisdiction="FI", identity=f"identity--{UUID(int=2)}", party="both")
    assert said(signatories=(ONE, nobody)) == [(0, "signatory.1", ERROR)]
    assert said(signatories=(nobody, nobody)) == [(0, "signatory.0", ERROR), (0, "signatory.1", ERROR)]
    assert not said(signatories=(ONE, known))
    assert said(signatories=(known, both)) == [(0, "signatory.1", ERROR)]
    assert said(signatories=(both, other)) == [(0, "signatory.1", ERROR)]
    assert said(signatories=(ONE, TWO, ONE)) == [(0, "signatory.2", ERROR)]


@pytest.mark.parametrize(
    ("since", "until", "good"),
    [(None, None, True), (5, None, True), (None, 5, True), (5, 6, True), (5, 5, False), (6, 5, False), (0, 0, False)],
)
def test_dates_are_in_order(since: int | None, until: int | None, good: bool) -> None:
    whole = Term(number=2, since=since, until=until)
    errors = [each for each in said(CEILING, whole, whole=False) if each[2]]
    assert errors == ([] if good else [(2, "until", ERROR)])
    fine = Basis(kind="consent", to=("KR",), reference="x")
    basis = Basis(kind="consent", to=("KR",), reference="x", since=since, until=until)
    assert said(PersonalData(number=3, bases=(fine, basis))) == ([] if good else [(3, "bases.1.until", ERROR)])


def test_what_is_withheld_is_named() -> None:
    assert said(Withhold(number=3, when=Selection())) == [(3, "when", ERROR)]
    assert not said(Withhold(number=3, when=Selection(revoked=False)))


def test_onward_says_one_thing() -> None:
    for to in ("nobody", "anybody"):
        assert not said(Onward(number=3, to=to))
        assert said(Onward(number=3, to=to, parties=("x",))) == [(3, "parties", ERROR)]
        assert said(Onward(number=3, to=to, communities=("x",))) == [(3, "communities", ERROR)]
    assert not said(Onward(number=3, to="named", parties=("x",)))
    assert said(Onward(number=3, to="named")) == [(3, "to", ERROR)]
    assert said(Onward(number=3, to="named", communities=("x",))) == [(3, "to", ERROR), (3, "communities", ERROR)]
    assert not said(Onward(number=3, to="communities", communities=("x",)))
    assert said(Onward(number=3, to="communities")) == [(3, "to", ERROR)]
    assert said(Onward(number=3, to="communities", parties=("x",))) == [(3, "parties", ERROR), (3, "to", ERROR)]


def test_what_is_worth_a_look() -> None:
    assert said(Ceiling(number=1, tlp="red"), TERM, whole=False) == [(1, "tlp", WARNING)]
    assert said(PersonalData(number=3)) == [(3, "bases", WARNING)]
    assert not said(PersonalData(number=3, profile="personal-data"))
