"""What is wrong with a text is said: all of it, where it is, in words."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.findings import Severity
from comity.kernel.policy.agreement import words
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Ceiling,
    Parties,
    PersonalData,
    Scope,
    Selection,
    Term,
)
from comity.kernel.policy.agreement.binding import Names
from comity.kernel.policy.agreement.findings import Finding, UnsoundAgreement
from comity.kernel.policy.agreement.reading import ARTICLES as KINDS
from comity.kernel.policy.agreement.reading import LONGEST_TEXT, examine, read
from comity.kernel.policy.sentence import says

A = f"identity--{UUID(int=1, version=4)}"
HEAD = f"""\
comity = "agreement/1"
name = "one-two"
title = "One and Two"

[[signatory]]
name = "One"
jurisdiction = "KR"
party = "one"

[[signatory]]
name = "Two"
jurisdiction = "EE"
identity = "{A}"
"""
CEILING = """
[[article]]
number = 1
says = "ceiling"
tlp = "amber"
"""
TERM = """
[[article]]
number = 2
says = "term"
from = 2026-01-01
until = 2026-12-31
"""
GOOD = HEAD + CEILING + TERM


def found(text: str) -> list[Finding]:
    """Errors only."""
    agreement, findings = examine(text)
    errors = [finding for finding in findings if finding.is_error]
    assert (agreement is None) == bool(errors)
    return errors


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if part in line)


def test_a_text_becomes_an_agreement() -> None:
    agreement = read(GOOD)
    assert agreement.name == "one-two"
    assert [signatory.party for signatory in agreement.signatories] == ["one", ""]
    ceiling, term = agreement.articles
    assert ceiling == Ceiling(number=1, tlp="amber", pap="red")
    assert isinstance(term, Term)


@pytest.mark.parametrize(
    ("since", "until", "lasts"),
    [
        ("2026-01-01", "2026-01-01", 86_400_000_000),  # a whole day
        ('"2026-01-01"', '"2026-01-02"', 2 * 86_400_000_000),  # as text
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 1_000_000),
        ("2026-01-01T00:00:00+09:00", "2026-01-01T00:00:00Z", 9 * 3_600_000_000),
        ("2026-01-01 00:00:00.000001Z", "2026-01-01T00:00:00.000002Z", 1),
    ],
)
def test_days_and_moments(since: str, until: str, lasts: int) -> None:
    text = GOOD.replace("from = 2026-01-01", f"from = {since}").replace("until = 2026-12-31", f"until = {until}")
    term = read(text).articles[1]
    assert isinstance(term, Term)
    assert term.since is not None
    assert term.until is not None
    assert term.until - term.since == lasts


FAULTS = [
    # what is changed, into what, the line where it stands, words of the finding
    ('comity = "agreement/1"', 'comity = "agreement/2"', "comity", 'begin with comity = "agreement/1"'),
    ('comity = "agreement/1"\n', "", "", 'begin with comity = "agreement/1"'),
    ('name = "one-two"\n', "", "", "name is missing or empty"),
    ('name = "one-two"', 'name = "One Two"', "One Two", "'One Two' can't stand here"),
    ('name = "one-two"', 'name = "matrix"', "matrix", "a page is called so"),
    ('title = "One and Two"', 'title = "  "', "title", "title is missing or empty"),
    ('title = "One and Two"', 'title = "One\\nTwo"', "title", "one line"),
    ('title = "One and Two"', 'title = "One \\u202e Two"', "title", "visible characters"),
    ('title = "One and Two"', "title = 3", "title", "text in quotation marks"),
    ('title = "One and Two"', f'title = "{"x" * 1001}"', "title", "at most 1000"),
    ('title = "One and Two"', 'titel = "One"\ntitle = "x"', "titel", "did you mean title?"),
    ('title = "One and Two"', 'title = "x"\nqqq = 1', "qqq", "qqq is not known here; known are: comity"),
    ('jurisdiction = "KR"', 'jurisdiction = "kr"', '"kr"', "'kr' is no jurisdiction"),
    ('jurisdiction = "KR"', 'jurisdiction = "UK"', '"UK"', "'UK' is no jurisdiction"),
    ('jurisdiction = "KR"\n', "", 'name = "One"', "jurisdiction is missing"),
    ('party = "one"', 'party = "One"', 'party = "One"', "'One' can't stand here"),
    ('party = "one"\n', "", 'name = "One"', "One can't be told from others"),
    (f'identity = "{A}"', 'identity = "identity--1"', "identity--1", "is not the id of an identity"),
    (f'identity = "{A}"', 'party = "one"', 'name = "Two"', "Two signs twice"),
    ('number = 1\nsays = "ceiling"', 'number = 1\nsays = "cieling"', "cieling", "did you mean 'ceiling'?"),
    ('says = "ceiling"', "says = 3", "says = 3", "'3' is no known word; known are: parties"),
    ('says = "ceiling"\n', "", 'tlp = "amber"', "says is missing; it is one of: parties"),
    ('tlp = "amber"', 'tlp = "ambre"', "ambre", "'ambre' is no known word; did you mean 'amber'?"),
    ('tlp = "amber"', 'tlp = "TLP:AMBER"', "TLP:AMBER", "did you mean 'amber'?"),
    ('tlp = "amber"\n', "", 'says = "ceiling"', "tlp is missing; it is one of: clear, green, amber"),
    ('tlp = "amber"', 'tlp = "amber"\npap = ""', "pap", "no known word"),
    ("number = 2", "number = 3", "number = 3", "number has to be 2 here"),
    ("number = 2", "number = 1", 'says = "term"', "number has to be 2 here"),
    ("number = 2", 'number = "2"', 'number = "2"', "whole number"),
    ("number = 2", "number = true", "number = true", "whole number"),
    ("number = 2\n", "", 'says = "term"', "number is missing"),
    ("until = 2026-12-31", "until = 2025-12-31", "until", "until lies before from"),
    ("until = 2026-12-31", "until = 2026-12-31T12:00:00", "until", "until is no date"),
    ("until = 2026-12-31", "until = 12:00:00", "until", "until is no date"),
    ("until = 2026-12-31", 'until = "31.12.2026"', "until", "until is no date"),
    ("until = 2026-12-31", "until = 3001-01-01", "until", "1900 to 2999"),
    ("until = 2026-12-31", "until = 1", "until", "until is no date"),
    ("until = 2026-12-31", "untill = 2026-12-31", "untill", "did you mean until?"),
    ('says = "term"\nfrom = 2026-01-01\nuntil = 2026-12-31', 'says = "ceiling"\ntlp = "red"', "", "Only one article"),
    ("until = 2026-12-31", "until = 2026-12-32", "until = 2026-12-32", "can't be read as TOML"),
    ('title = "One and Two"', 'title = "One', 'title = "One', "can't be read as TOML"),
    ("[[signatory]]", "[signatory]", "[[signatory]]", "can't be read as TOML"),
]


@pytest.mark.parametrize(("old", "new", "at", "words_of"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_said_with_its_line(old: str, new: str, at: str, words_of: str) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    errors = found(text)
    fitting = [finding for finding in errors if words_of in str(finding)]
    assert fitting, [str(finding) for finding in errors]
    if at:
        near = abs(fitting[0].line - line_of(text, at))
        assert near <= 2, (str(fitting[0]), line_of(text, at))


ARTICLES = [
    # an article 3, the field, words of the finding
    ('says = "scope"\n[article.covers]\ntypes = ["indicatr"]', "covers.types", "did you mean 'indicator'?"),
    ('says = "scope"\n[article.covers]\ntypes = ["X-Mine"]', "covers.types", "no known word"),
    ('says = "scope"\n[article.covers]\ntypes = []', "covers.types", "empty list"),
    ('says = "scope"\n[article.covers]\ntypes = "indicator"', "covers.types", "list in square brackets"),
    ('says = "scope"\n[article.covers]\ntypes = ["file", "file"]', "covers.types", "more than once"),
    ('says = "scope"\n[article.covers]\ntypes = [3]', "covers.types", "'3' is no known word"),
    ('says = "scope"\n[article.covers]\ncollections = ["A b"]', "covers.collections", "can't stand here"),
    ('says = "scope"\n[article.covers]\nsources = ["A b"]', "covers.sources", "names no party"),
    ('says = "scope"\n[article.covers]\nchannels = ["mail"]', "covers.channels", "known are: taxii"),
    ('says = "scope"\n[article.covers]\nstatement = "yes"', "covers.statement", "true or false"),
    ('says = "scope"\n[article.covers]\ntype = ["file"]', "covers.type", "did you mean types?"),
    ('says = "scope"\ncovers = 3', "covers", "table of names and values"),
    ('says = "withhold"\n[article.when]', "when", "everything would be withheld"),
    ('says = "withhold"', "when", "when is missing"),
    ('says = "redact"\n[article.when]\ntlp = ["red"]', "profile", "profile is missing"),
    ('says = "review"\napprovers = ["boss"]\n[article.when]', "approvers", "known are: administrator"),
    ('says = "review"\napprovers = ["auditor"]\n[article.when]', "approvers", "no known word"),
    ('says = "review"\nfour_eyes = 2\napprovers = ["legal"]\n[article.when]', "four_eyes", "true or false"),
    ('says = "purposes"\npurposes = []', "purposes", "empty list"),
    ('says = "purposes"\npurposes = ["defence"]', "purposes", "no known word"),
    ('says = "onward"\nto = "named"', "to", "parties is missing"),
    ('says = "onward"\nto = "communities"', "to", "communities is missing"),
    ('says = "onward"\nto = "nobody"\nparties = ["one"]', "parties", "means nothing here"),
    ('says = "onward"\nto = "named"\nparties = ["one two"]', "parties", "names no party"),
    ('says = "onward"', "to", "to is missing; it is one of: nobody, named, communities, anybody"),
    ('says = "neighbours"\nhidden = "hide"', "hidden", "no known word"),
    ('says = "retention"\ndays = 0', "days", "from 1 to 36500"),
    ('says = "retention"\ndays = 1.5', "days", "whole number"),
    ('says = "retention"\ndays = 99999', "days", "from 1 to 36500"),
    ('says = "attribution"', "source", "source is missing; it is one of: named, anonymous"),
    ('says = "parties"\ncommunities = []', "communities", "empty list"),
    ('says = "personal-data"\nbases = 3', "bases", "list in square brackets"),
    ('says = "personal-data"\nbases = [3]', "bases", "table of names and values"),
    ('says = "personal-data"\n[[article.bases]]\nkind = "adequacy"\nreference = "x"', "bases.to", "to is missing"),
    (
        'says = "personal-data"\n[[article.bases]]\nkind = "treaty"\nto = ["KR"]\nreference = "x"',
        "bases.kind",
        "known are: adequacy",
    ),
    (
        'says = "personal-data"\n[[article.bases]]\nkind = "adequacy"\nto = ["Korea"]\nreference = "x"',
        "bases.to",
        "'Korea' is no jurisdiction",
    ),
    (
        (
            'says = "personal-data"\n[[article.bases]]\nkind = "adequacy"\nto = ["KR"]\nreference = "x"\n'
            "from = 2026-01-02\nuntil = 2026-01-01"
        ),
        "bases.until",
        "until lies before from",
    ),
]


@pytest.mark.parametrize(("article", "field", "words_of"), ARTICLES, ids=range(len(ARTICLES)))
def test_a_fault_in_an_article_is_said_with_its_number(article: str, field: str, words_of: str) -> None:
    text = f"{GOOD}\n[[article]]\nnumber = 3\n{article}\n"
    errors = found(text)
    assert [(finding.article, finding.field) for finding in errors] == [(3, field)], [str(each) for each in errors]
    assert words_of in str(errors[0])
    assert str(errors[0]).startswith("Article 3, line ")
    name = field.rpartition(".")[2]
    lines = text.splitlines()
    named = [number for number, line in enumerate(lines, 1) if line.startswith((f"{name} =", f"[article.{name}]"))]
    assert errors[0].line in named or lines[errors[0].line - 1].startswith("[[article")


def test_all_faults_are_said_at_once_in_the_order_of_the_text() -> None:
    text = GOOD.replace('"KR"', '"Korea"').replace('"amber"', '"amebr"').replace("2026-12-31", "2026")
    with pytest.raises(UnsoundAgreement) as raised:
        read(text)
    assert isinstance(raised.value, Invalid)
    assert raised.value.code == "agreement"
    assert str(raised.value).splitlines() == [
        "Line 7: 'Korea' is no jurisdiction: a code of ISO 3166-1 in two capital letters, EU, UN, or XA to XZ.",
        "Article 1, line 18: 'amebr' is no known word; did you mean 'amber'?",
        (
            "Article 2, line 24: until is no date: write a day (2027-06-30, in UTC) or a moment with its zone "
            "(2027-06-30T12:00:00Z), from 1900 to 2999."
        ),
    ]
    assert [finding.line for finding in raised.value.findings] == [7, 18, 24]


def test_an_audience_of_nobody_is_refused() -> None:
    """The trap of the empty audience: a list of nobody is nobody's, never everybody's."""
    alone = GOOD[: GOOD.index('[[signatory]]\nname = "Two"')] + CEILING + TERM
    assert ["It binds nobody but one party" in str(finding) for finding in found(alone)] == [True]
    empty = alone + '\n[[article]]\nnumber = 3\nsays = "parties"\ncommunities = []\n'
    assert any("which one may read as nobody and another as everybody" in str(finding) for finding in found(empty))
    reached = alone + '\n[[article]]\nnumber = 3\nsays = "parties"\ncommunities = ["energy"]\n'
    assert read(reached).articles[2] == Parties(number=3, communities=("energy",))


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\u2028", "\ufeff"])
def test_what_does_not_show_is_refused_in_comments_too(hidden: str) -> None:
    """People sign what they see: a comment may explain, and must not turn the text around."""
    text = GOOD.replace("tlp = ", f"# not{hidden} covered\ntlp = ", 1)
    assert [(finding.line, "don't show" in str(finding)) for finding in found(text)] == [(line_of(text, "# not"), True)]
    assert read(GOOD.replace("\n", "\r\n").replace("tlp", "# \t \uac00\r\ntlp")) == read(GOOD)


def test_without_a_ceiling_there_is_no_agreement() -> None:
    assert [str(finding) for finding in found(HEAD + TERM.replace("number = 2", "number = 1"))] == [
        "No article says 'ceiling': nobody knows up to which TLP it goes."
    ]


def test_what_can_t_be_read_is_not_called_missing() -> None:
    errors = found(GOOD.replace('tlp = "amber"', "tlp = 3"))
    assert [finding.article for finding in errors] == [1]


def test_warnings_refuse_nothing() -> None:
    text = GOOD.replace('"amber"', '"red"').replace("until = 2026-12-31\n", "")
    text += '\n[[article]]\nnumber = 3\nsays = "personal-data"\n'
    agreement, findings = examine(text)
    assert agreement is not None
    assert agreement.articles[2] == PersonalData(number=3)
    assert [(finding.article, finding.is_error) for finding in findings] == [(0, False), (1, False), (3, False)]


def test_custom_types_and_defaults() -> None:
    text = (
        f'{GOOD}\n[[article]]\nnumber = 3\nsays = "scope"\ntitle = "Ours"\ncovers = {{ types = ["x-mine", "file"] }}\n'
    )
    assert read(text).articles[2] == Scope(number=3, title="Ours", covers=Selection(types=("x-mine", "file")))
    text = f'{GOOD}\n[[article]]\nnumber = 3\nsays = "attribution"\nsource = "named"\n'
    assert read(text).articles[2] == Attribution(number=3, source="named")


def test_faults_inside_texts_of_many_lines_keep_their_lines() -> None:
    text = GOOD.replace('title = "One and Two"', 'title = """One and Two"""').replace(
        "[[signatory]]", "# [[article]]\n[[signatory]]", 1
    )
    text = text.replace('tlp = "amber"', 'tlp = "amebr"')
    assert [finding.line for finding in found(text)] == [line_of(text, "amebr")]


def test_with_a_directory_both_kinds_are_found() -> None:
    names = Names(home=1, parties={"one": 1}, collections={}, communities={}, clients={})
    text = GOOD.replace('"amber"', '"amebr"')
    _, findings = examine(text, names)
    assert [finding.line for finding in findings] == [10, 18]
    assert "No party of this node is Two" in str(findings[0])


def test_what_could_not_be_read_is_not_looked_for_in_the_directory() -> None:
    names = Names(home=1, parties={}, collections={}, communities={}, clients={})
    parties = '\n[[article]]\nnumber = 3\nsays = "parties"\ncommunities = ["nowhere"]\n'
    assert any(finding.field == "communities" for finding in examine(GOOD + parties, names)[1])
    for broken in (
        GOOD.replace('"KR"', '"Korea"') + parties,
        GOOD + parties.replace('"nowhere"', "3"),
        GOOD + parties + '\n[[article]]\nnumber = 4\nsays = "treaty"\n',
    ):
        assert len([finding for finding in examine(broken, names)[1] if finding.is_error]) == 1


def test_parts_that_are_no_tables_or_not_there() -> None:
    head = 'comity = "agreement/1"\nname = "one"\ntitle = "x"\n'
    assert [str(each) for each in found(head)] == [
        "There is no [[signatory]]; an agreement needs them.",
        "There is no [[article]]; an agreement needs them.",
        "No article says 'ceiling': nobody knows up to which TLP it goes.",
    ]
    assert [str(each) for each in found(head + "signatory = 3\narticle = 3\n")][-2:] == [
        "Line 4: signatory has to be written as [[signatory]], once for each.",
        "Line 5: article has to be written as [[article]], once for each.",
    ]
    assert [str(each) for each in found(head + "signatory = [3]\narticle = [3]\n")] == [
        "Line 4: This has to be a table of names and values.",
        f"Article 1, line 5: says is missing; it is one of: {', '.join(KINDS)}.",
    ]


@pytest.mark.parametrize(
    ("number", "shown"), [("1", 1), ("7", 7), ("36500", 36_500), ("0", 2), ("-1", 2), ("36501", 2), ("true", 2)]
)
def test_an_article_is_named_by_its_number_or_its_place(number: str, shown: int) -> None:
    errors = found(GOOD.replace("number = 2", f"number = {number}"))
    assert {finding.article for finding in errors} == {shown}
    assert [finding.line for finding in errors] == [line_of(GOOD, "number = 2")] * len(errors)


def test_a_missing_number_is_one_fault() -> None:
    (error,) = found(GOOD.replace("number = 2\n", ""))
    assert str(error) == f"Article 2, line {line_of(GOOD, 'number = 2') - 1}: number is missing."


def test_toml_s_own_words() -> None:
    assert str(found("x")[0]) == "The text can't be read as TOML here: Expected '=' after a key in a key/value pair."
    (error,) = found(GOOD.replace('"amber"', '"amber'))
    assert (error.article, error.line) == (0, line_of(GOOD, "amber"))
    assert str(found("x = 1e400000\ny = 2026-13-01")[0]).startswith("Line 2: The text can't be read")


def test_as_long_as_a_text_may_be() -> None:
    text = GOOD + "#" * (LONGEST_TEXT - len(GOOD))
    assert read(text) == read(GOOD)
    assert LONGEST_TEXT == 256 * 1024
    assert "at most 262144 characters" in str(found(text + "#")[0])


def test_a_text_may_be_too_long_or_too_deep() -> None:
    assert "too long" in str(found("#" * 300_000)[0])
    assert found("x = " + "[" * 100_000)
    many = "".join(f'\n[[article]]\nnumber = {number}\nsays = "scope"\n' for number in range(3, 520))
    assert any("more than 500" in str(finding) for finding in found(GOOD + many))


@given(st.text(max_size=300))
def test_whatever_comes_is_answered(text: str) -> None:
    agreement, findings = examine(text)
    assert agreement is None
    assert findings


@given(st.data())
def test_a_damaged_text_is_an_agreement_or_has_findings(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(start + 12, len(GOOD))))
    text = GOOD[:start] + data.draw(st.text(max_size=4)) + GOOD[end:]
    agreement, findings = examine(text)
    assert (agreement is None) == any(finding.is_error for finding in findings)


def test_every_word_is_one_of_its_kind() -> None:
    assert words.is_type("indicator")
    assert words.is_type("x-mine")
    assert not words.is_type("mine")
    assert words.TLP_WORDS == ("clear", "green", "amber", "amber+strict", "red")
    assert words.PAP_WORDS == ("clear", "green", "amber", "red")


def test_findings_as_text() -> None:
    plain = Finding(says("Something."))
    assert str(plain) == "Something."
    assert (plain.article, plain.line, plain.field, plain.is_error) == (0, 0, "", True)
    assert str(Finding(says("Something."), line=3)) == "Line 3: Something."
    assert str(Finding(says("Something."), article=2)) == "Article 2: Something."
    assert str(Finding(says("Something."), article=2, line=3)) == "Article 2, line 3: Something."
    warning = Finding(says("Perhaps."), severity=Severity.WARNING)
    assert not warning.is_error
    raised = UnsoundAgreement([warning, plain])
    assert str(raised) == "Something."
    assert raised.findings == (warning, plain)


def test_bounds_may_be_reached() -> None:
    assert read(GOOD.replace('"One and Two"', f'"{"x" * 1000}"')).title == "x" * 1000
    slugs = ", ".join(f'"slug-{number}"' for number in range(500))
    parties = f'\n[[article]]\nnumber = 3\nsays = "parties"\ncommunities = [{slugs}]\n'
    assert len(getattr(read(GOOD + parties).articles[2], "communities", ())) == 500
    (error,) = found(GOOD + parties.replace('"slug-499"', '"slug-499", "one-more"'))
    assert "more than 500" in str(error)
