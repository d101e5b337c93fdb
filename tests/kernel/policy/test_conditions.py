"""Articles that narrow, by table: what each makes of a label, how it is told, and to whom."""

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Basis,
    Ceiling,
    Neighbours,
    Parties,
    PersonalData,
    Redact,
    Review,
    Selection,
    Withhold,
)
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Scan
from tests.kernel.policy.worlds import ALPHA, BRAVO, CAROL, HOME, bound, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")
RELEASE, REDACT, REVIEW, WITHHOLD = Effect.RELEASE, Effect.REDACT, Effect.REVIEW, Effect.WITHHOLD


def adequacy(**dates):
    return Basis(kind="adequacy", to=("FI", "EE"), reference="a decision", **dates)


TABLE = [
    (Withhold(number=2, when=Selection(types=("indicator",))), {}, WITHHOLD),
    (Withhold(number=2, when=Selection(types=("malware",))), {}, RELEASE),
    (Withhold(number=2, when=Selection(channels=("taxii",))), {}, RELEASE),
    (Withhold(number=2, when=Selection(channels=("taxii",))), {"channel": ""}, WITHHOLD),  # not known how it came
    (Review(number=2, when=Selection(), approvers=("legal",)), {}, REVIEW),
    (Redact(number=2, when=Selection(), profile="short"), {}, REDACT),
    (Redact(number=2, when=Selection(), profile="plain"), {}, REDACT),
    (Neighbours(number=2, hidden="withhold"), {}, RELEASE),
    (Attribution(number=2, source="anonymous"), {"source": BRAVO, "attributed": True}, REDACT),
    (Attribution(number=2, source="anonymous"), {"source": BRAVO, "attributed": False}, RELEASE),
    (Attribution(number=2, source="anonymous"), {"source": HOME}, RELEASE),
    (Attribution(number=2, source="named"), {"source": BRAVO, "attributed": True}, RELEASE),
    (PersonalData(number=2), {}, WITHHOLD),
    (PersonalData(number=2), {"scan": Scan.PERSONAL}, WITHHOLD),
    (PersonalData(number=2), {"scan": Scan.CLEAR}, RELEASE),
    (PersonalData(number=2, profile="plain"), {}, WITHHOLD),
    (PersonalData(number=2, profile="plain"), {"scan": Scan.PERSONAL}, REDACT),
    (PersonalData(number=2, profile="plain"), {"scan": Scan.CLEAR}, RELEASE),
    (PersonalData(number=2, bases=(adequacy(),)), {"scan": Scan.PERSONAL}, RELEASE),
    (PersonalData(number=2, bases=(adequacy(),), profile="plain"), {"scan": Scan.PERSONAL}, RELEASE),
    (PersonalData(number=2, bases=(adequacy(since=NOW, until=NOW + 1),)), {}, RELEASE),
    (PersonalData(number=2, bases=(adequacy(since=NOW + 1),)), {}, WITHHOLD),
    (PersonalData(number=2, bases=(adequacy(until=NOW),)), {}, WITHHOLD),
    (PersonalData(number=2, bases=(adequacy(until=2), adequacy(since=3))), {}, RELEASE),
    (PersonalData(number=2, bases=(Basis(kind="consent", to=("KR",), reference="a form"),)), {}, WITHHOLD),
]


@pytest.mark.parametrize(("article", "features", "effect"), TABLE)
def test_what_an_article_makes_of_a_label(article, features, effect):
    decision = decide(label(**features), standing(ALPHA, bound(RED, article)), NOW)
    assert decision.effect is effect
    if effect is not RELEASE:
        assert [(reason.clause, reason.article, reason.effect) for reason in decision.reasons] == [
            ("article 2", 2, effect)
        ]


@pytest.mark.parametrize(
    ("article", "features", "internal", "disclosable", "profile"),
    [
        (
            Withhold(number=2, when=Selection()),
            {},
            "Article 2 of pact withholds it.",
            "Article 2 of an agreement with you withholds it.",
            "",
        ),
        (
            Review(number=2, when=Selection(), approvers=("legal",)),
            {},
            "Article 2 of pact lets it go after a review only.",
            "Article 2 of an agreement with you lets it go after a review only.",
            "",
        ),
        (
            Redact(number=2, when=Selection(), profile="short"),
            {},
            "Article 2 of pact lets it go redacted only, as 'short' says, which nobody has defined.",
            "Article 2 of an agreement with you lets it go redacted only.",
            "short",
        ),
        (
            Redact(number=2, when=Selection(), profile="plain"),
            {},
            "Article 2 of pact lets it go redacted only, as 'plain' says.",
            "Article 2 of an agreement with you lets it go redacted only.",
            "plain",
        ),
        (
            Attribution(number=2, source="anonymous"),
            {"source": BRAVO, "attributed": True},
            "Article 2 of pact lets nobody else's go under its creator's name.",
            "Article 2 of an agreement with you lets it go redacted only.",
            "",
        ),
        (
            PersonalData(number=2, profile="short"),
            {"scan": Scan.PERSONAL},
            (
                "It holds personal data, for which article 2 of pact has no basis today; nobody has defined 'short', "
                "by which they would be taken out."
            ),
            "Article 2 of an agreement with you lets it go redacted only.",
            "short",
        ),
        (
            PersonalData(number=2, profile="plain"),
            {"scan": Scan.PERSONAL},
            "It holds personal data, for which article 2 of pact has no basis today: they are taken out, as 'plain' says.",
            "Article 2 of an agreement with you lets it go redacted only.",
            "plain",
        ),
        (
            PersonalData(number=2),
            {},
            "It has not been looked through for personal data, and article 2 of pact has no basis.",
            "Article 2 of an agreement with you withholds it.",
            "",
        ),
        (
            PersonalData(number=2),
            {"scan": Scan.PERSONAL},
            "It holds personal data, for which article 2 of pact has no basis today.",
            "Article 2 of an agreement with you withholds it.",
            "",
        ),
    ],
)
def test_how_it_is_told(article, features, internal, disclosable, profile):
    decision = decide(label(**features), standing(ALPHA, bound(RED, article)), NOW)
    (reason,) = decision.reasons
    assert (str(reason.internal), str(reason.disclosable), decision.profile) == (internal, disclosable, profile)


def test_an_article_that_speaks_of_a_source_is_not_cited_to_a_partner():
    """Whoever knows the article would learn whose claim it was."""
    article = Withhold(number=2, when=Selection(sources=("bravo",)))
    decision = decide(label(source=BRAVO), standing(ALPHA, bound(RED, article)), NOW)
    assert decision.effect is WITHHOLD
    assert str(decision.reasons[0].disclosable) == "It is not released."


def test_an_article_is_cited_to_those_who_signed_it_only():
    members = Parties(number=3, communities=("north",))
    decision = decide(
        label(), standing(CAROL, bound(RED, Withhold(number=2, when=Selection()), members, party=CAROL)), NOW
    )
    assert str(decision.reasons[0].disclosable) == "It is not released."


def test_articles_that_narrow_take_exercises_unless_they_say_otherwise():
    """A scope takes what is of an exercise only where it says so; what forbids, forbids that too."""
    from comity.kernel.policy.agreement.articles import Scope

    drill = label(Tlp.GREEN, "exercise:lock")
    scope = Scope(number=3, covers=Selection(exercise=True))
    for when, effect in (
        (Selection(), WITHHOLD),
        (Selection(exercise=True), WITHHOLD),
        (Selection(exercise=False), RELEASE),
    ):
        pact = bound(RED, Withhold(number=2, when=when), scope)
        assert decide(drill, standing(ALPHA, pact), NOW).effect is effect


def test_legal_bases_are_data_not_code():
    """A trap: a list of countries in the program. Who may get personal data stands in the text, with dates."""
    nowhere = PersonalData(number=2, bases=(Basis(kind="adequacy", to=("ZZ",), reference="a decision"),))
    pact = bound(RED, nowhere)
    assert decide(label(), standing(ALPHA, pact), NOW).effect is WITHHOLD
    assert decide(label(), standing(ALPHA, pact, jurisdiction="ZZ"), NOW).effect is RELEASE
