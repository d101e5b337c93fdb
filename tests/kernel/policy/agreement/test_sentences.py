"""What an agreement says is told in sentences, all of it, with nothing but names, numbers and words of the text in the gaps."""

from hypothesis import given

from comity.kernel.policy.agreement.articles import (
    Agreement,
    Basis,
    Ceiling,
    Onward,
    Parties,
    PersonalData,
    Review,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.dates import read_date
from comity.kernel.policy.agreement.sentences import sentences
from tests.kernel.policy.agreement.strategies import agreements

TWO = (
    Signatory(name="One", jurisdiction="KR", party="one"),
    Signatory(name="Two", jurisdiction="EE", party="two"),
)


def told(article: object) -> list[str]:
    held = Agreement("one", "One", TWO, (article,))  # type: ignore[arg-type]
    ((_, _, lines),) = sentences(held)
    return [str(line) for line in lines]


@given(agreements())
def test_every_article_says_something(agreement: Agreement) -> None:
    for (number, title, lines), article in zip(sentences(agreement), agreement.articles, strict=True):
        assert (number, title) == (article.number, article.title)
        assert lines
        for line in lines:
            assert str(line)


def test_dates_are_said_as_they_are_written() -> None:
    since, until = read_date("2026-01-01", until=False), read_date("2026-12-31", until=True)
    assert told(Term(number=1, since=since, until=until)) == [
        "It holds from 2026-01-01.",
        "It holds until the end of 2026-12-31.",
    ]
    assert told(Term(number=1, until=until + 1)) == ["It holds until 2027-01-01T00:00:00.000001Z."]
    assert told(Term(number=1)) == ["It holds until a party suspends or withdraws it."]


def test_conditions_are_said_one_by_one() -> None:
    selection = Selection(
        types=("file",),
        collections=("feed",),
        sources=("ourselves", "two"),
        channels=("taxii",),
        tlp=("red",),
        pap=("red",),
        statement=True,
        personal=False,
        unscanned=True,
        revoked=False,
        exercise=True,
    )
    assert told(Withhold(number=1, when=selection, because="It is ours.")) == [
        "Objects that meet all of these conditions are withheld, whatever else allows them.",
        "The releasing party made it itself, or it was given by one of: two.",
        "Its type is one of: file.",
        "It is in one of these collections: feed.",
        "It came by one of: taxii.",
        "Its TLP is one of: red.",
        "Its PAP is one of: red.",
        "It carries a statement as marking.",
        "No personal data were found in it.",
        "Nobody has looked yet whether it holds personal data.",
        "It is not revoked.",
        "It belongs to an exercise.",
        "The reason is: It is ours.",
    ]
    assert told(Scope(number=1)) == ["It covers all objects that are of no exercise."]


def test_the_rest() -> None:
    assert told(Ceiling(number=1, tlp="amber+strict", pap="green")) == [
        "It releases nothing that is marked higher than TLP:AMBER+STRICT.",
        "What is marked stricter than PAP:GREEN is not covered; recipients do no more with anything than its marking allows.",
    ]
    assert told(Parties(number=1, communities=("a", "b"), clients=True, members="recipients"))[1:] == [
        "It reaches the members of these communities: a, b.",
        "They receive as much as those who sign.",
        "The clients of those who sign receive what is marked TLP:AMBER or lower.",
    ]
    assert told(Onward(number=1, to="named", parties=("third",))) == [
        "Recipients may give it on to these parties only: third."
    ]
    assert told(Review(number=1, when=Selection(), approvers=("legal", "duty-officer"), four_eyes=True)) == [
        "Objects that meet all of these conditions are released only when people have agreed.",
        "It is any object.",
        "A lawyer may agree.",
        "A duty officer may agree.",
        "Two different people have to.",
    ]
    until = read_date("2027-06-30", until=True)
    assert told(
        PersonalData(number=1, bases=(Basis(kind="consent", to=("KR", "EE"), reference="form 3", until=until),))
    )[1:] == [
        "For recipients in KR, EE with the consent of those concerned: form 3.",
        "That basis holds until the end of 2027-06-30.",
    ]
    assert told(PersonalData(number=1))[1:] == ["No basis is named."]
