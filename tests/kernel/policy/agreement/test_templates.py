"""Every template is a sound agreement that people can read, and what is law in it has its date."""

import pytest

from comity.kernel.base.clock import rfc3339
from comity.kernel.base.errors import NotFound
from comity.kernel.objects.markings import PURPOSES
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Ceiling,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Retention,
    Review,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.dates import DAY, write_date
from comity.kernel.policy.agreement.reading import examine, read
from comity.kernel.policy.agreement.sentences import KINDS, kind_of, sentences
from comity.kernel.policy.agreement.templates import EU_MEMBERS, TEMPLATES, fill
from comity.kernel.policy.agreement.writing import HEADINGS, write

OURS = Signatory(name="One Team", jurisdiction="KR", party="one")
THEIRS = Signatory(name="Two Team", jurisdiction="EE", party="two")
TODAY = 1_795_314_787_654_321


def test_the_templates_that_were_promised() -> None:
    assert list(TEMPLATES) == ["open-community", "bilateral-csirt", "sector-isac", "law-enforcement", "eu-rok"]


@pytest.mark.parametrize("slug", TEMPLATES)
@pytest.mark.parametrize("communities", [(), ("energy", "water")])
def test_a_template_is_sound_and_reads_as_what_it_is(slug: str, communities: tuple[str, ...]) -> None:
    agreement = fill(slug, OURS, THEIRS, name="one-two", today=TODAY, communities=communities)
    assert agreement.template == slug
    assert "One Team and Two Team" in agreement.title
    assert read(write(agreement)) == agreement
    assert [article.number for article in agreement.articles] == list(range(1, len(agreement.articles) + 1))
    assert len([article for article in agreement.articles if isinstance(article, (Ceiling, Onward))]) == 2
    (parties,) = (article for article in agreement.articles if isinstance(article, Parties))
    (onward,) = (article for article in agreement.articles if isinstance(article, Onward))
    if TEMPLATES[slug].communities:
        assert parties.communities == communities
        assert (onward.to == "communities") == bool(communities)
        assert onward.communities == communities
    else:
        assert onward.to == "nobody"
    (term,) = (article for article in agreement.articles if isinstance(article, Term))
    assert term.since is not None
    assert term.since % DAY == 0
    assert 0 <= TODAY - term.since < DAY


@pytest.mark.parametrize("slug", TEMPLATES)
def test_every_article_is_sentences(slug: str) -> None:
    agreement = fill(slug, OURS, THEIRS, name="one-two", today=TODAY)
    told = sentences(agreement)
    assert [(number, title) for number, title, _ in told] == [(each.number, each.title) for each in agreement.articles]
    for _, _, lines in told:
        assert lines
        for line in lines:
            text = str(line)
            assert text[0].isupper()
            assert text[-1] in ".)"
            assert "%(" not in text


@pytest.mark.parametrize("slug", [slug for slug, template in TEMPLATES.items() if template.communities])
def test_a_community_may_stand_in_for_the_other_party(slug: str) -> None:
    agreement = fill(slug, OURS, name="one-energy", today=TODAY, communities=("energy",))
    assert agreement.signatories == (OURS,)
    assert read(write(agreement)) == agreement
    alone = fill(slug, OURS, name="one", today=TODAY)
    assert examine(write(alone))[0] is None


def test_ceilings_and_what_is_particular() -> None:
    made = {slug: fill(slug, OURS, THEIRS, name="one-two", today=TODAY) for slug in TEMPLATES}

    def of(slug: str, kind: type) -> list[object]:
        return [article for article in made[slug].articles if isinstance(article, kind)]

    assert {slug: agreement.articles[2].tlp for slug, agreement in made.items()} == {  # type: ignore[union-attr]
        "open-community": "green",
        "bilateral-csirt": "amber",
        "sector-isac": "amber",
        "law-enforcement": "amber+strict",
        "eu-rok": "amber",
    }
    (isac,) = of("sector-isac", Attribution)
    assert isinstance(isac, Attribution)
    assert isac.source == "anonymous"
    (parties,) = of("sector-isac", Parties)
    assert isinstance(parties, Parties)
    assert parties.members == "recipients"
    (review,) = of("law-enforcement", Review)
    assert isinstance(review, Review)
    assert review.four_eyes
    (personal,) = of("law-enforcement", PersonalData)
    assert isinstance(personal, PersonalData)
    assert not personal.bases


def test_terms_and_days() -> None:
    def told(slug: str) -> tuple[str, int]:
        articles = fill(slug, OURS, THEIRS, name="one-two", today=TODAY).articles
        (term,) = (each for each in articles if isinstance(each, Term))
        days = [each.days for each in articles if isinstance(each, Retention)]
        return ("" if term.until is None else write_date(term.until, until=True)), sum(days)

    assert {slug: told(slug) for slug in TEMPLATES} == {
        "open-community": ("", 0),
        "bilateral-csirt": ("2028-11-21", 730),
        "sector-isac": ("2029-11-21", 365),
        "law-enforcement": ("2027-11-21", 365),
        "eu-rok": ("2028-11-21", 365),
    }
    assert [slug for slug, template in TEMPLATES.items() if template.communities] == ["open-community", "sector-isac"]
    (withheld,) = (
        each
        for each in fill("bilateral-csirt", OURS, THEIRS, name="one-two", today=TODAY).articles
        if isinstance(each, Withhold)
    )
    assert withheld.when == Selection(statement=True)


def test_legal_bases_are_data_with_dates() -> None:
    """The trap of hard-coded legal bases: what holds, from when, for whom and with which limits stands in the text."""
    agreement = fill("eu-rok", OURS, THEIRS, name="one-two", today=TODAY)
    (personal,) = (article for article in agreement.articles if isinstance(article, PersonalData))
    to_korea, to_union = personal.bases
    assert (to_korea.kind, to_korea.to) == ("adequacy", ("KR",))
    assert rfc3339(to_korea.since or 0).startswith("2021-12-17T00:00:00")
    assert "2022/254" in to_korea.reference
    assert "2016/680" in to_korea.reference
    assert (to_union.kind, to_union.to) == ("adequacy", EU_MEMBERS)
    assert len(set(EU_MEMBERS)) == 27
    assert rfc3339(to_union.since or 0).startswith("2025-09-16T00:00:00")
    (purposes,) = (article for article in agreement.articles if isinstance(article, Purposes))
    assert "law-enforcement" not in purposes.purposes
    text = write(agreement)
    changed = read(text.replace("from = 2021-12-17", "from = 2021-12-17\nuntil = 2027-12-16"))
    (personal,) = (article for article in changed.articles if isinstance(article, PersonalData))
    assert personal.bases[0].until is not None


def test_an_unknown_template_says_which_there_are() -> None:
    with pytest.raises(NotFound) as raised:
        fill("treaty", OURS, THEIRS, name="one-two", today=TODAY)
    assert "open-community, bilateral-csirt" in raised.value.hint


def test_every_kind_has_its_heading() -> None:
    agreement = fill("eu-rok", OURS, THEIRS, name="one-two", today=TODAY)
    assert {str(kind.__struct_config__.tag): heading for kind, (heading, *_) in HEADINGS.items()} == {
        kind: str(said) for kind, said in KINDS.items()
    }
    assert str(kind_of(agreement.articles[0])) == "Who is bound beside those who sign"
    assert PURPOSES
