"""Dates at which decisions change."""

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Basis, Ceiling, Onward, PersonalData, Selection, Term, Withhold
from comity.kernel.policy.moments import moments, moments_of, moments_of_label, until
from tests.kernel.policy.worlds import ALPHA, BRAVO, HOME, IEP, bound, label, standing

RED = Ceiling(number=1, tlp="red")


def basis(since, until):
    return Basis(kind="adequacy", to=("EE",), reference="a decision", since=since, until=until)


def test_a_label_has_the_dates_of_its_markings():
    assert moments_of_label(label(Tlp.GREEN, "embargo:7", f"iep:{IEP};start_date=3;end_date=9")) == (3, 7, 9)
    assert moments_of_label(label(Tlp.GREEN, "embargo:0", "embargo:7", "statement")) == (7,)
    assert moments_of_label(label()) == ()


def test_a_party_has_the_dates_of_its_agreements_and_of_those_of_others():
    pact = bound(
        RED,
        Term(number=2, since=3, until=20),
        PersonalData(number=3, bases=(basis(4, 18), basis(None, None))),
        Withhold(number=4, when=Selection()),
        ours=2,
        theirs=5,
        suspended=6,
        withdrawn=19,
    )
    assert moments_of(standing(ALPHA, pact)) == (3, 4, 6, 18, 19)
    others = standing(ALPHA, given=((BRAVO, bound(RED, ours=8)), (BRAVO, bound(RED, ours=None))))
    assert moments_of(others) == (8,)
    assert moments(label(Tlp.GREEN, "embargo:7"), others) == (7, 8)
    assert moments_of(standing()) == ()


def test_until_is_the_first_date_that_closes_it():
    ending = standing(ALPHA, bound(RED, Term(number=2, until=9), ours=1, suspended=7))
    assert until(label(Tlp.AMBER), ending, 5) == 7
    assert until(label(Tlp.GREEN), standing(ALPHA, bound(RED, Term(number=2, until=9)), ceiling=Tlp.GREEN), 5) is None
    assert until(label(Tlp.CLEAR, f"iep:{IEP};end_date=6"), standing(), 5) == 6
    assert until(label(Tlp.CLEAR, f"iep:{IEP};end_date=6"), standing(HOME), 5) is None


def test_what_others_agree_on_later_closes_it_too():
    later = ((BRAVO, bound(RED, Onward(number=2, to="nobody"), ours=8)),)
    assert until(label(source=BRAVO), standing(ALPHA, ceiling=Tlp.RED, given=later), 5) == 8


def test_a_date_that_opens_does_not_close():
    opening = standing(ALPHA, bound(RED, Term(number=2, since=7, until=9)), ceiling=Tlp.GREEN)
    assert until(label(), opening, 5) is None
