"""Granular parts: the rest goes where it may, without the parts that may not, as narrowly as articles want it for any of them."""

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Redact, Review, Scope, Selection, Withhold
from comity.kernel.policy.decide import decide, effect
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.profile import Profile
from tests.kernel.policy.worlds import ALPHA, BRAVO, HOME, PLAIN, bound, identity, label, standing

NOW = 5
AMBER_PART, RED_PART = Part(Tlp.AMBER), Part(Tlp.RED)
RELEASE, REDACT, REVIEW, WITHHOLD = Effect.RELEASE, Effect.REDACT, Effect.REVIEW, Effect.WITHHOLD


def decided(label, *agreements, ceiling=Tlp.CLEAR, party=ALPHA):
    stands = standing(party, *agreements, ceiling=ceiling)
    decision = decide(label, stands, NOW)
    assert effect(label, stands, NOW) is decision.effect
    return decision


def both(tlp=Tlp.GREEN):
    return label(tlp, parts=(AMBER_PART, RED_PART))


@pytest.mark.parametrize(
    ("ceiling", "effect_", "without"),
    [
        (Tlp.CLEAR, WITHHOLD, None),
        (Tlp.GREEN, REDACT, (AMBER_PART, RED_PART)),
        (Tlp.AMBER, REDACT, (RED_PART,)),
        (Tlp.RED, RELEASE, None),
    ],
)
def test_under_a_ceiling_what_is_over_it_is_taken_out(ceiling, effect_, without):
    decision = decided(both(), ceiling=ceiling)
    assert decision.effect is effect_
    assert decision.lens == (Lens("", ALPHA, without=without) if without else None)


def test_whoever_gave_it_and_we_have_all_of_it():
    assert decided(label(source=ALPHA, parts=(RED_PART,))).effect is RELEASE
    assert decided(both(), party=HOME).effect is RELEASE


def test_why_a_part_does_not_go_is_said_after_that_it_does_not():
    decision = decided(both(), ceiling=Tlp.AMBER)
    assert [(each.effect, each.clause, str(each.internal), str(each.disclosable)) for each in decision.reasons] == [
        (
            REDACT,
            "STIX 2.1 7.2.3",
            "Parts of it are marked so that they don't go to this party; they are taken out.",
            "It is not released.",
        ),
        (
            WITHHOLD,
            "FIRST TLP 2.0 3",
            "TLP:RED (as marked) is over the party's ceiling TLP:AMBER.",
            "Over your ceiling TLP:AMBER.",
        ),
    ]
    assert str(decision.counterfactual) == "Would be released if no part of it were marked more strictly than the rest."
    assert str(decided(both()).reasons[0].internal) == "TLP:GREEN (as marked) is over the party's ceiling TLP:CLEAR."


def test_two_parts_for_one_reason_say_it_once():
    parts = (Part(None, ("embargo:9",)), Part(Tlp.CLEAR, ("embargo:9", "statement")))
    decision = decided(label(parts=parts), ceiling=Tlp.RED)
    assert decision.lens is not None
    assert decision.lens.without == parts
    assert [each.clause for each in decision.reasons] == ["STIX 2.1 7.2.3", "handling: not_before"]


def test_an_article_that_withholds_a_part_withholds_no_more():
    pact = bound(Ceiling(number=1, tlp="red"), Withhold(number=2, when=Selection(tlp=("amber",))))
    one = label(parts=(AMBER_PART,))
    decision = decided(one, pact)
    assert (decision.effect, decision.lens) == (REDACT, Lens("pact", without=(AMBER_PART,)))
    assert (
        decided(one, bound(Ceiling(number=1, tlp="red"), Withhold(number=2, when=Selection(tlp=("green",))))).effect
        is WITHHOLD
    )


def test_what_an_article_wants_of_a_part_holds_for_the_whole():
    review = Review(number=2, when=Selection(tlp=("amber",)), approvers=("legal",))
    redact = Redact(number=3, when=Selection(tlp=("red",)), profile="plain")
    one = label(parts=(AMBER_PART, RED_PART))
    decision = decided(one, bound(Ceiling(number=1, tlp="amber"), review, redact))
    assert (decision.effect, decision.approvers) == (REVIEW, ("legal",))
    assert decision.lens == Lens("pact", hidden="dangle", without=(RED_PART,), reviews=("pact 2 1",))
    decision = decided(one, bound(Ceiling(number=1, tlp="red"), review, redact), ceiling=Tlp.RED)
    assert decision.lens == Lens(
        "pact", profiles=(Profile("plain", PLAIN.rules),), hidden="dangle", reviews=("pact 2 1",)
    )


def test_the_end_of_what_released_a_part_opens_nothing_of_the_rest():
    review = Review(number=2, when=Selection(tlp=("amber",)), approvers=("legal",))
    articles = (Ceiling(number=1, tlp="amber"), review)
    one = label(parts=(AMBER_PART,))
    assert decided(one, bound(*articles), ceiling=Tlp.GREEN).effect is REVIEW
    suspended = decided(one, bound(*articles, suspended=2), ceiling=Tlp.GREEN)
    assert suspended.effect is REVIEW
    assert suspended.lens is not None
    assert suspended.lens.without == (AMBER_PART,)


def test_what_covers_a_part_that_does_not_go_asks_for_nothing():
    amber = bound(Ceiling(number=1, tlp="red"), Scope(number=2, covers=Selection(tlp=("amber",))))
    embargoed = label(parts=(Part(Tlp.AMBER, ("embargo:9",)),))
    decision = decided(embargoed, amber, ceiling=Tlp.GREEN)
    assert decision.effect is REDACT
    assert {each.agreement for each in decision.obligations} == {""}


def test_what_is_wanted_of_a_part_that_does_not_go_is_said_once():
    review = Review(number=2, when=Selection(), approvers=("legal",))
    decision = decided(label(parts=(Part(None, ("embargo:9",)),)), bound(Ceiling(number=1, tlp="red"), review))
    assert [each.clause for each in decision.reasons] == ["article 2", "STIX 2.1 7.2.3", "handling: not_before"]


def test_a_scope_of_stricter_things_does_not_take_the_rest():
    amber_only = bound(Ceiling(number=1, tlp="red"), Scope(number=2, covers=Selection(tlp=("amber",))))
    one = label(parts=(AMBER_PART,))
    assert decided(one, amber_only).effect is WITHHOLD
    decision = decided(one, amber_only, ceiling=Tlp.GREEN)
    assert decision.effect is RELEASE
    assert {each.agreement for each in decision.reasons} == {"", "pact"}, "each piece goes under what covers it"
    assert {each.agreement for each in decision.obligations} == {"", "pact"}


def test_the_recipients_of_a_part_are_its_own():
    def to(party):
        return f"recipients:{identity(party)}"

    one = label(Tlp.RED, to(ALPHA), to(BRAVO), parts=(Part(None, (to(BRAVO),)),))
    decision = decided(one, ceiling=Tlp.RED)
    assert decision.lens is not None
    assert decision.lens.without == one.parts
    assert decided(one, ceiling=Tlp.RED, party=BRAVO).effect is RELEASE


def test_a_part_that_is_not_understood_is_taken_out():
    unread = label(parts=(Part(None, ("unknown",)),))
    decision = decided(unread, ceiling=Tlp.RED)
    assert decision.lens == Lens("", ALPHA, without=unread.parts)
