"""What is written can be read again, and people can read it too."""

import msgspec
from hypothesis import given

from comity.kernel.policy.agreement.articles import Agreement, Parties, Review, Scope, Selection, Signatory
from comity.kernel.policy.agreement.reading import examine, read
from comity.kernel.policy.agreement.templates import fill
from comity.kernel.policy.agreement.writing import heading, write
from tests.kernel.policy.agreement.strategies import agreements

ONE = Signatory(name="One", jurisdiction="KR", party="one")
TWO = Signatory(name="Two", jurisdiction="EE", party="two")


@given(agreements())
def test_what_is_written_is_read_as_the_same_agreement(agreement: Agreement) -> None:
    text = write(agreement)
    again, findings = examine(text)
    assert again == agreement
    assert not any(finding.is_error for finding in findings)
    assert write(again) == text
    for article in agreement.articles:
        assert f"# Article {article.number}: {heading(article)}\n" in text


def test_choices_are_written_out_where_they_are_the_usual_ones() -> None:
    """A lawyer reads what holds, and need not know what holds where nothing is said."""
    text = write(fill("bilateral-csirt", ONE, TWO, name="one-two", today=0))
    for line in ('hidden = "dangle"', 'members = "community"', 'pap = "amber"'):
        assert f"\n{line}\n" in text
    for left_out in ("clients", "four_eyes", "types = []", 'title = ""'):
        assert left_out not in text.replace("four_eyes: two", "")


def test_lists_are_wrapped() -> None:
    text = write(fill("eu-rok", ONE, TWO, name="one-two", today=0))
    assert all(len(line) <= 100 for line in text.splitlines() if line.startswith(" "))
    assert '\nto = ["KR"]\n' in text
    (begin,) = (index for index, line in enumerate(text.splitlines()) if line == "to = [")
    wrapped = text.splitlines()[begin + 1 : begin + 4]
    assert [line[:7] for line in wrapped] == ['  "AT",', '  "LT",', "]"]
    assert len(wrapped[0]) > 90


def test_what_stands_where() -> None:
    text = write(fill("law-enforcement", ONE, TWO, name="one-two", today=0))
    head, *articles = text.split("[[article]]\n")
    assert head.startswith("# An agreement about")
    assert '\ncomity = "agreement/1"\nname = "one-two"\ntitle = "' in head
    assert '\n[[signatory]]\nname = "One"\njurisdiction = "KR"\nparty = "one"\n' in head
    assert [article.splitlines()[:2] for article in articles[:2]] == [
        ["number = 1", 'says = "parties"'],
        ["number = 2", 'says = "term"'],
    ]
    assert articles[1].splitlines()[2:4] == ["from = 1970-01-01", "until = 1970-12-31"]
    review = next(article for article in articles if '"review"' in article).splitlines()
    assert review[2].startswith("title = ")
    assert review[3:6] == ['approvers = ["legal", "approver"]', "four_eyes = true", ""]
    assert review[6:8] == ["[article.when]", 'tlp = ["amber+strict"]']


def test_every_character_that_may_stand_in_a_text_is_written_so_that_it_is_read() -> None:
    odd = "quotes \" ' and \\ and # and \u00e9 \uac00 \U0001f600"
    agreement = fill("eu-rok", msgspec.structs.replace(ONE, name=odd), TWO, name="one-two", today=0)
    assert read(write(agreement)).signatories[0].name == odd


def test_an_article_without_a_title_has_that_of_its_kind() -> None:
    agreement = fill("law-enforcement", ONE, TWO, name="one-two", today=0)
    lines = write(agreement).splitlines()
    headings = [line for line in lines if line.startswith("# Article")]
    assert headings[:2] == ["# Article 1: Who is bound beside those who sign", "# Article 2: When it holds"]
    assert headings[5] == "# Article 6: What two people have to agree to"
    assert heading(agreement.articles[1]) == "When it holds"
    rules = [line for line in lines if line.startswith("# --")]
    assert len(rules) == len(headings)
    assert {len(line) for line in rules} == {100}


def test_what_says_nothing_is_not_written() -> None:
    whole = Agreement("one-two", "x", (ONE, TWO), (Scope(number=1), Review(number=2, when=Selection(), approvers=())))
    text = write(whole)
    assert "covers" not in text.split("says")[1]
    assert "[article.when]" in text
    assert "approvers = []" in text


def test_a_list_stands_in_one_line_as_long_as_it_fits() -> None:
    def written(length: int) -> str:
        slugs = ("a" * 60, "b" * (length - len('communities = ["", ""]') - 60))
        text = write(Agreement("one-two", "x", (ONE, TWO), (Parties(number=1, communities=slugs),)))
        return next(line for line in text.splitlines() if line.startswith("communities"))

    assert len(written(100)) == 100
    assert written(101) == "communities = ["
