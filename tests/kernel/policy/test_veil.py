"""The veil: whom it covers, what it makes of labels, and the lens in which what names others goes."""

from typing import Any

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Ceiling,
    Neighbours,
    PersonalData,
    Redact,
    Review,
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.decide import decide, effect, lens_for
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Refs, Scan
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.profile import Profile
from comity.kernel.policy.veil import is_veiled, names_others, veiling
from tests.kernel.policy.worlds import ALPHA, BRAVO, HOME, PLAIN, bound, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")
TOOLS = Redact(number=2, when=Selection(types=("tool",)), profile="plain")
UNTITLED = Profile(PLAIN.name, PLAIN.rules)
OTHERS: dict[str, Any] = {"refs": Refs.OPAQUE}


@pytest.mark.parametrize(
    ("article", "veils"),
    [
        (TOOLS, True),
        (Redact(number=2, when=Selection(), profile="short"), True),
        (Attribution(number=2, source="anonymous"), True),
        (Attribution(number=2, source="named"), False),
        (Neighbours(number=2, hidden="dangle"), False),
        (Neighbours(number=2, hidden="stub"), True),
        (Neighbours(number=2, hidden="strip"), True),
        (Neighbours(number=2, hidden="withhold"), True),
        (PersonalData(number=2), False),
        (PersonalData(number=2, profile="plain"), True),
        (Review(number=2, when=Selection(), approvers=("legal",)), False),
    ],
)
def test_an_agreement_veils_by_any_article_under_which_something_goes_in_another_form(article, veils):
    pact = bound(RED, article)
    assert (pact.veils, pact.veil) == (veils, 2 if veils else 0)
    assert is_veiled(standing(ALPHA, bound(RED, name="other"), pact), NOW) is veils


@pytest.mark.parametrize(
    ("state", "veils"),
    [
        ({}, True),
        ({"ours": None}, False),
        ({"ours": NOW}, True),
        ({"ours": NOW + 1}, False),
        ({"suspended": 2}, True),
        ({"withdrawn": NOW}, False),
        ({"withdrawn": NOW + 1}, True),
    ],
)
def test_it_veils_from_its_beginning_until_it_is_withdrawn(state, veils):
    pact = bound(RED, TOOLS, **state)
    assert veiling(standing(ALPHA, pact), NOW) == ((pact,) if veils else ())


def test_the_end_of_its_term_lifts_no_veil():
    assert is_veiled(standing(ALPHA, bound(RED, TOOLS, Term(number=3, until=3))), NOW)


@pytest.mark.parametrize(
    ("features", "veiled"),
    [
        ({}, False),
        ({"refs": Refs.OPAQUE}, True),
        ({"refs": Refs.GUESSABLE}, True),
        ({"attributed": True}, True),
        ({"revoked": True}, False),
    ],
)
def test_what_names_others_goes_in_a_form_to_whom_is_veiled(features, veiled):
    one = label(Tlp.GREEN, **features)
    assert names_others(one) is veiled
    for stands in (standing(ALPHA, bound(RED, TOOLS)), standing(ALPHA, bound(RED, TOOLS), ceiling=Tlp.RED)):
        found = decide(one, stands, NOW)
        assert found.effect is effect(one, stands, NOW) is (Effect.REDACT if veiled else Effect.RELEASE)
        assert found.lens == (Lens("pact", hidden="dangle") if veiled else None)
    unveiled = standing(ALPHA, bound(RED))
    assert decide(one, unveiled, NOW).effect is Effect.RELEASE


def test_how_the_veil_is_told():
    decision = decide(label(**OTHERS), standing(ALPHA, bound(RED, Neighbours(number=2), TOOLS)), NOW)
    (reason,) = decision.reasons
    assert (reason.clause, reason.agreement, reason.article, reason.effect) == ("article 2", "pact", 2, Effect.REDACT)
    assert str(reason.internal) == (
        "It refers to others or names its creator. Under pact it is decided object by object whether they go as they are "
        "or under pseudonyms."
    )
    assert str(reason.disclosable) == "It is not released."
    assert decision.counterfactual is not None
    assert str(decision.counterfactual) == "Would be released if it referred to nothing and named no creator."
    assert (decision.profile, decision.approvers, decision.four_eyes) == ("", (), False)


def test_the_veil_releases_nothing_that_is_withheld():
    assert decide(
        label(Tlp.AMBER, **OTHERS), standing(ALPHA, bound(Ceiling(number=1, tlp="green"), TOOLS)), NOW
    ).effect is (Effect.WITHHOLD)


@pytest.mark.parametrize(
    ("article", "effect_"),
    [
        (Withhold(number=3, when=Selection(types=("indicator",))), Effect.WITHHOLD),
        (Review(number=3, when=Selection(), approvers=("legal",)), Effect.REVIEW),
    ],
)
def test_the_veil_makes_nothing_milder(article, effect_):
    stands = standing(ALPHA, bound(RED, TOOLS, article))
    assert decide(label(**OTHERS), stands, NOW).effect is effect(label(**OTHERS), stands, NOW) is effect_


# -- under whose key, and what becomes of references


def lens(label, *agreements, ceiling=Tlp.RED):
    return lens_for(label, standing(ALPHA, *agreements, ceiling=ceiling), NOW)


def named(name, *articles, **state):
    return bound(RED, *articles, name=name, **state)


def test_the_key_is_of_the_first_by_name_that_veils_and_covers():
    tools, all_tools = Scope(number=3, covers=Selection(types=("tool",))), TOOLS
    first, second = named("first", all_tools, tools), named("second", all_tools)
    assert lens(label(**OTHERS), second, first).scope == "second"
    assert lens(label(type="tool", **OTHERS), second, first).scope == "first"
    assert lens(label(**OTHERS), first).scope == "first", "which veils, though it covers nothing of this"
    assert lens(label(**OTHERS), named("also", tools, all_tools), first).scope == "also"
    assert lens(label(**OTHERS), named("another"), second).scope == "second", "one that veils nothing has no key to it"


def test_the_strictest_word_on_references_of_those_that_cover_it_holds():
    tools = Scope(number=4, covers=Selection(types=("tool",)))
    strip, stub, silent = (
        named("strip", Neighbours(number=2, hidden="strip")),
        named("stub", Neighbours(number=2, hidden="stub")),
        named("silent", TOOLS),
    )
    strict = named("strict", Neighbours(number=2, hidden="withhold"), tools)
    mild = named("mild", Neighbours(number=2, hidden="dangle"))
    assert lens(label(**OTHERS), stub, strip).hidden == "strip"
    assert lens(label(**OTHERS), strip, stub).hidden == "strip"
    assert lens(label(**OTHERS), silent).hidden == "dangle"
    assert lens(label(**OTHERS), silent, mild).hidden == "dangle"
    assert lens(label(**OTHERS), stub, strict).hidden == "stub", "the other does not cover it"
    assert lens(label(**OTHERS), silent, strict).hidden == "withhold", "none that covers it has a word"
    assert lens(label(type="tool", **OTHERS), stub, strict).hidden == "withhold"


def test_without_a_veil_references_stay():
    reviewing = Review(number=2, when=Selection(), approvers=("legal",))
    assert lens(label(**OTHERS), named("pact", reviewing)) == Lens("pact", reviews=("pact 2 1",))
    assert lens(label(**OTHERS), named("a"), named("b", reviewing)).scope == "b", "the first asks for nothing"
    parted = label(parts=(Part(None, ("unknown",)),), **OTHERS)
    assert lens(parted, named("a"), named("b", reviewing)) == Lens("b", without=parted.parts, reviews=("b 2 1",))
    assert lens(parted) == Lens("", ALPHA, without=parted.parts)
    assert lens(parted, named("b"), named("a")) == Lens("a", without=parted.parts)
    assert lens(parted, bound(Ceiling(number=1, tlp="clear"), name="a"), named("b")).scope == "b", (
        "the first does not release it"
    )


# -- what articles ask for together


def test_all_that_articles_ask_for_is_in_one_lens():
    one = named(
        "one",
        Redact(number=2, when=Selection(), profile="victims"),
        Attribution(number=3, source="anonymous"),
        Review(number=4, when=Selection(), approvers=("legal",)),
    )
    two = named(
        "two",
        Redact(number=2, when=Selection(), profile="plain"),
        Redact(number=3, when=Selection(), profile="victims"),
        PersonalData(number=4, profile="plain"),
        Review(number=5, when=Selection(), approvers=("approver",)),
    )
    asked = label(source=BRAVO, attributed=True, scan=Scan.PERSONAL)
    decision = decide(asked, standing(ALPHA, two, one), NOW)
    victims = Profile("victims", BUILT_IN["victims"].rules)
    assert (decision.effect, decision.approvers) == (Effect.REVIEW, ("approver", "legal"))
    assert decision.profile == "plain victims"
    assert decision.lens == Lens(
        "one",
        profiles=(victims, UNTITLED),
        anonymous=True,
        hidden="dangle",
        reviews=("one 4 1", "two 5 1"),
        cleared=True,
    )
    assert lens_for(asked, standing(ALPHA, one, two), NOW) == decision.lens, "in any order"
    assert decision.lens.key_scope == "one"
    scope, _, digest = decision.lens.text.partition("#")
    assert (scope, len(digest)) == ("one", 24)


def test_our_own_goes_under_our_name_also_where_others_stay_unnamed():
    pact = named("pact", Attribution(number=2, source="anonymous"))
    assert lens(label(attributed=True), pact) == Lens("pact", hidden="dangle")
    assert lens(label(attributed=True, source=BRAVO), pact) == Lens("pact", anonymous=True, hidden="dangle")


def test_a_profile_is_told_only_where_it_would_be_used():
    stands = standing(ALPHA, named("pact", PersonalData(number=2, profile="plain")))
    assert [decide(label(scan=scan), stands, NOW).profile for scan in (Scan.UNSCANNED, Scan.PERSONAL)] == ["", "plain"]


def test_what_is_redacted_for_its_personal_data_may_have_none_left():
    def cleared(article):
        held = lens(label(scan=Scan.PERSONAL), named("pact", article))
        return held.cleared

    assert cleared(Redact(number=2, when=Selection(personal=True), profile="plain"))
    assert cleared(PersonalData(number=2, profile="plain"))
    assert not cleared(Redact(number=2, when=Selection(unscanned=False), profile="plain"))
    assert cleared(Review(number=2, when=Selection(personal=True), approvers=("legal",))) is False


def test_what_nobody_has_defined_can_t_be_made():
    redacting = named("pact", Redact(number=2, when=Selection(), profile="short"))
    clearing = named("pact", PersonalData(number=2, profile="short"))
    reviewing = named("more", Review(number=2, when=Selection(), approvers=("legal",)))
    personal = label(scan=Scan.PERSONAL)
    for agreements, effect_ in (
        ((redacting,), Effect.REDACT),
        ((clearing,), Effect.REDACT),
        ((redacting, reviewing), Effect.REVIEW),
    ):
        decision = decide(personal, standing(ALPHA, *agreements), NOW)
        assert (decision.effect, decision.lens, decision.profile) == (effect_, None, "short")


def test_a_title_makes_no_other_form():
    one = named("pact", Redact(number=2, when=Selection(), profile="plain"))
    assert lens(label(), one).profiles == (UNTITLED,)
    assert PLAIN.title


def test_nothing_goes_in_a_form_to_ourselves_or_its_source():
    pact = named("pact", TOOLS)
    assert lens_for(label(type="tool", source=ALPHA), standing(ALPHA, pact), NOW) is None
    assert lens_for(label(type="tool"), standing(HOME), NOW) is None
    assert lens_for(label(), standing(ALPHA, pact), NOW) is None
