"""Profiles in the text of an agreement: read, found wrong, written, told in sentences; those that every node knows."""

import re
from typing import Any

import pytest
from hypothesis import given

from comity.kernel.objects.findings import Severity
from comity.kernel.policy.agreement import words
from comity.kernel.policy.agreement.articles import Agreement, PersonalData, Redact, Selection, Signatory
from comity.kernel.policy.agreement.profiles import BUILT_IN, profile_of
from comity.kernel.policy.agreement.reading import examine, read
from comity.kernel.policy.agreement.sentences import profiles, sentences
from comity.kernel.policy.agreement.templates import TEMPLATES, fill
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.profile import Profile, Rule
from tests.kernel.policy.agreement.strategies import agreements
from tests.kernel.policy.agreement.test_reading import GOOD, found, line_of

PROFILE = """
[[profile]]
name = "desk"
title = "Without names"
  [[profile.rule]]
  do = "drop"
  types = ["identity", "x-mine"]
  properties = ["contact_information", "hashes.*", "extensions.x-own.name"]
  [[profile.rule]]
  do = "pseudonymise"
  observables = ["email-addr", "sha-256"]
  [[profile.rule]]
  do = "generalise"
  to = "day"
"""
REDACT = """
[[article]]
number = 3
says = "redact"
profile = "desk"
when = { types = ["identity"] }
"""
WHOLE = GOOD + REDACT + PROFILE
DESK = Profile(
    "desk",
    (
        Rule("drop", ("identity", "x-mine"), ("contact_information", "hashes.*", "extensions.x-own.name")),
        Rule("pseudonymise", observables=("email-addr", "sha-256")),
        Rule("generalise", to="day"),
    ),
    "Without names",
)


def test_a_profile_is_read_with_its_rules() -> None:
    agreement = read(WHOLE)
    assert agreement.profiles == (DESK,)
    assert agreement.articles[2] == Redact(number=3, when=Selection(types=("identity",)), profile="desk")
    assert read(GOOD + PROFILE + REDACT).profiles == (DESK,), "wherever it stands"
    assert read(GOOD).profiles == ()


def test_two_profiles_keep_their_own_rules() -> None:
    second = PROFILE.replace('"desk"', '"other"').replace("pseudonymise", "drop")
    agreement, findings = examine(WHOLE + second)
    assert agreement is not None
    assert [each.name for each in agreement.profiles] == ["desk", "other"]
    assert [rule.do for rule in agreement.profiles[1].rules] == ["drop", "drop", "generalise"]
    (warning,) = (finding for finding in findings if finding.line)
    assert (warning.severity, warning.line) == (Severity.WARNING, len((WHOLE + second).splitlines()) - 12)
    assert str(warning.says) == "No article names the profile 'other'."


FAULTS = [
    # what is changed, into what, the line where it stands, words of the finding
    ('name = "desk"\ntitle', "title", "Without names", "name is missing"),
    ('name = "desk"\ntitle', 'name = "The Desk"\ntitle', "The Desk", "'The Desk' can't stand here"),
    ('name = "desk"\ntitle', 'name = "times"\ntitle', '"times"', "'times' is a profile that every node knows"),
    ('title = "Without names"', "title = 3", "title = 3", "title has to be a text"),
    ('title = "Without names"', 'titel = "x"', "titel", "did you mean title?"),
    ('do = "drop"', 'do = "dorp"', "dorp", "did you mean 'drop'?"),
    ('do = "drop"\n', "\n", "Without names", "do is missing; it is one of: drop, drop-object, generalise"),
    (
        'do = "drop"',
        'do = "drop-object"',
        '["contact_information"',
        "properties means nothing in a rule of 'drop-object'",
    ),
    ('do = "drop"', 'do = "drop"\n  to = "day"', 'to = "day"', "to means nothing where do is 'drop'"),
    ('do = "drop"', 'do = "generalise"', '"generalise"', "to is missing"),
    ('"x-mine"]', '"X-Mine"]', "X-Mine", "no known word"),
    ('"hashes.*"', '"hashes/x"', "hashes/x", "is no path to a property"),
    ('"hashes.*"', '"created"', '"created"', "'created' is of every object"),
    ('"hashes.*"', '"granular_markings.selectors"', "selectors", "is of every object"),
    ('"hashes.*"', '"*.name"', '"*.name"', "would be every property"),
    ('properties = ["contact_information", "hashes.*", "extensions.x-own.name"]', "", 'do = "drop"', "has no subject"),
    ('"sha-256"]', '"sha256"]', "sha256", "did you mean 'sha-256'?"),
    ('"sha-256"]', '"telephone"]', "telephone", "no known word; known are: autonomous-system"),
    ('to = "day"', 'to = "hour"', '"hour"', "no known word; known are: day, week, month, network, sector-and-country"),
    ('to = "day"', 'to = ""', 'to = ""', "no known word"),
    ('to = "day"', 'to = "day"\n  observables = ["url"]', '["url"]', "observables means nothing in a rule of 'day'"),
    ('to = "day"', 'to = "network"\n  observables = ["url"]', '["url"]', "'url' has none"),
    ('to = "day"', 'to = "sector-and-country"\n  types = ["tool"]', '["tool"]', "'tool' has none"),
    ('to = "day"', 'to = "sector-and-country"\n  properties = ["x"]', '["x"]', "properties means nothing"),
    ('do = "generalise"\n  to = "day"', 'do = "drop-object"', '"drop-object"', "no object would go at all"),
]


@pytest.mark.parametrize(("old", "new", "at", "words_of"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_in_a_profile_is_said_with_its_line(old: str, new: str, at: str, words_of: str) -> None:
    text = WHOLE.replace(old, new, 1)
    assert text != WHOLE
    (error,) = found(text)
    assert words_of in str(error)
    assert error.article == 0
    assert abs(error.line - line_of(text, at)) <= 2, (str(error), line_of(text, at))


def test_the_field_of_a_fault_in_a_profile() -> None:
    (error,) = found(WHOLE.replace('"hashes.*"', '"created"'))
    assert error.field == "rule.properties"
    (error,) = found(WHOLE + PROFILE)
    assert (error.field, error.line) == ("name", len(WHOLE.splitlines()) + 3)
    assert str(error.says) == "More than one profile is called 'desk'."


def test_profiles_that_are_none() -> None:
    assert "profile has to be written as [[profile]]" in str(found("profile = 3\n" + GOOD)[0])
    assert "There is no [[profile]]" in str(found("profile = []\n" + GOOD)[0])
    assert "rule is missing" in str(found(GOOD + '[[profile]]\nname = "desk"\n')[0])
    assert "rule is an empty list" in str(found(GOOD + '[[profile]]\nname = "desk"\nrule = []\n')[0])
    assert "rule has to be a list" in str(found(GOOD + '[[profile]]\nname = "desk"\n[profile.rule]\ndo = "drop"\n')[0])


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("name", True),
        ("hashes.SHA-256", True),
        ("extensions.extension-definition--0a7fa7a5-0e3c-4ef4-92ac-53a44fcdc5de.name", True),
        ("values.*.data", True),
        ("*", True),
        ("", False),
        ("a..b", False),
        (".a", False),
        ("a.", False),
        ("a.*b", False),
        ("a b", False),
        ("a.[0]", False),
        (".".join(["a"] * 16), True),
        (".".join(["a"] * 17), False),
    ],
)
def test_paths(path: str, good: bool) -> None:
    assert words.is_path(path) is good


def test_a_profile_is_written_as_people_read_it() -> None:
    text = write(read(WHOLE))
    _, _, annex = text.partition("# Profile desk: Without names\n")
    assert annex.startswith("# Its rules hold all together.")
    assert [line for line in annex.splitlines() if line and not line.startswith("#")] == [
        "[[profile]]",
        'name = "desk"',
        'title = "Without names"',
        "[[profile.rule]]",
        'do = "drop"',
        'types = ["identity", "x-mine"]',
        'properties = ["contact_information", "hashes.*", "extensions.x-own.name"]',
        "[[profile.rule]]",
        'do = "pseudonymise"',
        'observables = ["email-addr", "sha-256"]',
        "[[profile.rule]]",
        'do = "generalise"',
        'to = "day"',
    ]
    assert "# Profile desk: what is redacted by it\n" in write(read(WHOLE.replace('title = "Without names"\n', "")))
    assert all(len(line) <= 130 for line in text.splitlines())


@given(agreements())
def test_every_profile_says_what_each_rule_does(agreement: Agreement) -> None:
    told = profiles(agreement)
    assert [(name, title) for name, title, _ in told[: len(agreement.profiles)]] == [
        (each.name, each.title) for each in agreement.profiles
    ]
    for (name, _, lines), profile in zip(told, agreement.profiles, strict=False):
        assert len(lines) >= len(profile.rules)
        assert name in write(agreement)
        for line in lines:
            assert "%(" not in str(line)


def test_what_is_told_are_the_profiles_that_count() -> None:
    def told(*articles: Any, own: tuple[Profile, ...] = ()) -> list[str]:
        pair = (Signatory("One", "KR", party="one"), Signatory("Two", "EE", party="two"))
        return [name for name, _, _ in profiles(Agreement("one", "One", pair, articles, profiles=own))]

    assert told() == []
    assert told(Redact(number=1, when=Selection(), profile="times"), own=(DESK,)) == ["desk", "times"]
    assert told(PersonalData(number=1, profile="minimal"), Redact(number=2, when=Selection(), profile="minimal")) == [
        "minimal"
    ]
    assert told(PersonalData(number=1)) == []
    assert told(Redact(number=1, when=Selection(), profile="nobodys")) == []


def test_what_the_articles_say_of_profiles() -> None:
    pair = (Signatory("One", "KR", party="one"), Signatory("Two", "EE", party="two"))
    articles = (Redact(number=1, when=Selection(), profile="desk"), PersonalData(number=2, profile="personal-data"))
    (_, _, redact), (_, _, personal) = sentences(Agreement("one", "One", pair, articles))
    assert [str(line) for line in redact] == [
        "Objects that meet all of these conditions are redacted first, as 'desk' says.",
        "It is any object.",
        "What can't be redacted so that it stays valid and nothing of what is taken out is left is withheld.",
    ]
    ((_, _, clearing),) = sentences(
        Agreement("one", "One", pair, (Redact(number=1, when=Selection(personal=True), profile="desk"),))
    )
    assert str(clearing[-1]) == "What holds personal data then as well is withheld."
    assert [str(line) for line in personal[1:]] == [
        "Where none holds, personal data are taken out, as 'personal-data' says, and only what holds none then is released.",
        "No basis is named.",
    ]


# -- those that every node knows


def test_the_names_that_every_node_knows() -> None:
    assert list(BUILT_IN) == ["victims", "times", "networks", "personal-data", "minimal"]
    assert all(name == profile.name and profile.title and profile.rules for name, profile in BUILT_IN.items())


@pytest.mark.parametrize("name", BUILT_IN)
def test_they_are_as_sound_as_if_they_were_written_out(name: str) -> None:
    pair = (Signatory("One", "KR", party="one"), Signatory("Two", "EE", party="two"))
    renamed = Profile(f"own-{name}", BUILT_IN[name].rules, BUILT_IN[name].title)
    articles = (*read(GOOD).articles, Redact(number=3, when=Selection(), profile=renamed.name))
    agreement = Agreement("one", "One", pair, articles, profiles=(renamed,))
    assert read(write(agreement)) == agreement
    assert profile_of(agreement, renamed.name) == renamed
    assert profile_of(agreement, name) == BUILT_IN[name]
    assert profile_of(agreement, "nobodys") is None
    assert all(re.search(r"[A-Z].*[.:]", str(line)) for line in profiles(agreement)[0][2])


def test_the_templates_name_those() -> None:
    one, two = Signatory("One", "KR", party="one"), Signatory("Two", "EE", party="two")
    named = {slug: [name for name, _, _ in profiles(fill(slug, one, two, name="one", today=0))] for slug in TEMPLATES}
    assert named == {
        "open-community": [],
        "bilateral-csirt": [],
        "sector-isac": ["victims"],
        "law-enforcement": ["personal-data"],
        "eu-rok": ["personal-data"],
    }
