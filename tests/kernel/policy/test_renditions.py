"""What is made of an original goes to exactly those whose decision on the original asks for it; notices to whom they name."""

import pytest
from msgspec.structs import replace

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Redact, Retention, Review, Selection, Term
from comity.kernel.policy.decide import decide, effect, lens_for
from comity.kernel.policy.decider import Decider, Deciders
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens import Part, is_notice, notice, notice_of
from tests.kernel.policy.worlds import ALPHA, BRAVO, HOME, MAIN, SIDE, bound, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")
REDACTING = Redact(number=2, when=Selection(), profile="plain")


def released(label, standing, on=NOW):
    decision = decide(label, standing, on)
    assert decision.effect is effect(label, standing, on) is Decider(standing).effect(label, on)
    assert decision.effect in {Effect.RELEASE, Effect.WITHHOLD}
    assert decision.counterfactual is None
    assert decision.lens is None
    assert lens_for(label, standing, on) is Decider(standing).lens(label, on) is None
    return decision.effect is Effect.RELEASE


def made(original, standing, on=NOW):
    """The label of what is made of an original for a party."""
    lens = lens_for(original, standing, on)
    assert lens is not None
    return replace(original, lens=lens.text)


def test_it_goes_to_whose_original_asks_for_this_form():
    stands = standing(ALPHA, bound(RED, REDACTING))
    rendition = made(label(), stands)
    assert released(rendition, stands)
    assert not released(replace(rendition, lens=rendition.lens + "0"), stands)
    assert not released(replace(rendition, lens="pact#"), stands)
    assert not released(rendition, standing(ALPHA, ceiling=Tlp.RED)), "whose original goes as it is"
    assert not released(rendition, standing(ALPHA)), "whose original does not go"
    assert not released(replace(rendition, circle=7), stands)
    assert not released(replace(rendition, returned=True), stands)


def test_other_articles_close_what_was_made_under_these():
    stands = standing(ALPHA, bound(RED, REDACTING))
    rendition = made(label(), stands)
    for others in (
        bound(RED, replace(REDACTING, profile="victims")),
        bound(RED, replace(REDACTING, profile="short")),
        bound(RED, REDACTING, Review(number=3, when=Selection(), approvers=("legal",))),
        bound(RED, REDACTING, name="other"),
        bound(RED, REDACTING, suspended=2),
        bound(RED, REDACTING, withdrawn=2),
    ):
        assert not released(rendition, standing(ALPHA, others))
    assert released(rendition, standing(ALPHA, bound(RED, REDACTING, Retention(number=3, days=3))))


def test_what_people_agreed_to_they_agreed_to_under_that_text():
    review = Review(number=2, when=Selection(), approvers=("legal",))
    pact = bound(RED, review)
    rendition = made(label(), standing(ALPHA, pact))
    assert released(rendition, standing(ALPHA, pact))
    amended = replace(pact, enacted=replace(pact.enacted, version=2))
    assert not released(rendition, standing(ALPHA, amended))


def test_it_is_for_others():
    stands = standing(ALPHA, bound(RED, REDACTING))
    rendition = made(label(source=BRAVO), stands)
    assert released(rendition, stands)
    assert not released(rendition, standing(HOME))
    assert not released(rendition, standing(BRAVO, bound(RED, REDACTING)))


def test_it_binds_as_the_original_would_and_says_why_it_goes():
    stands = standing(ALPHA, bound(RED, REDACTING, Retention(number=3, days=3), theirs=1))
    original, rendition = label(Tlp.AMBER), made(label(Tlp.AMBER), stands)
    asked, told = decide(original, stands, NOW), decide(rendition, stands, NOW)
    assert told.obligations == asked.obligations
    assert [str(each.says) for each in told.obligations][-1].startswith("To be deleted after 3 days: what is got on ")
    assert [(reason.effect, reason.clause) for reason in told.reasons] == [
        (Effect.RELEASE, "node: redaction"),
        (Effect.REDACT, "article 2"),
        (Effect.RELEASE, "article 1"),
    ]
    assert str(told.reasons[0].internal) == "It is in the form in which the original goes to this party."
    assert str(told.reasons[0].disclosable) == "It goes to you in this form."


@pytest.mark.parametrize(("party", "told"), [(HOME, "It was made for others."), (BRAVO, "It was made for others.")])
def test_why_others_don_t_get_it(party, told):
    (reason,) = decide(made(label(source=BRAVO), standing(ALPHA, bound(RED, REDACTING))), standing(party), NOW).reasons
    assert (str(reason.internal), str(reason.disclosable)) == (told, "It is not released.")
    other = decide(replace(label(), lens="pact#00"), standing(ALPHA), NOW)
    assert str(other.reasons[0].internal) == "The original does not go to this party in this form."


def test_until_is_when_its_form_is_not_asked_for_any_more():
    stands = standing(ALPHA, bound(RED, REDACTING, Term(number=3, until=9)))
    rendition = made(label(), stands)
    assert Decider(stands).until(rendition, NOW) == 9
    embargoed = label(parts=(Part(None, ("embargo:7",)),))
    assert Decider(stands).until(made(embargoed, stands), NOW) == 7, "from when on the part goes, too"


def test_under_a_ceiling_alone_each_party_has_its_own():
    deciders = Deciders([standing(party, ceiling=Tlp.GREEN, jurisdiction="EE") for party in (ALPHA, BRAVO)])
    original = label(Tlp.GREEN, parts=(Part(Tlp.RED),))
    lenses = [lens for party in (ALPHA, BRAVO) if (lens := deciders.of(party).lens(original, NOW))]
    assert [(each.scope, each.party, each.key_scope) for each in lenses] == [("", 2, "ceiling:2"), ("", 3, "ceiling:3")]
    for party, lens in zip((ALPHA, BRAVO), lenses, strict=True):
        rendition = replace(original, lens=lens.text)
        assert lens == lens_for(original, standing(party, ceiling=Tlp.GREEN, jurisdiction="EE"), NOW)
        assert [deciders.of(each).released(rendition, NOW) for each in (ALPHA, BRAVO)] == [
            party == ALPHA,
            party == BRAVO,
        ]


# -- notices


def test_the_text_of_a_notice_says_for_whom_it_is():
    text = notice("pact", frozenset({30, 4}))
    assert text == "notice:pact:4,30"
    assert notice_of(text) == ("pact", frozenset({4, 30}))
    assert notice_of(notice("ceiling:4", frozenset({4}))) == ("ceiling:4", frozenset({4}))
    assert notice_of(notice("pact", frozenset())) == ("pact", frozenset())
    assert notice_of(notice("", frozenset({4}))) == ("", frozenset({4}))
    assert notice_of("pact#00") is None
    assert is_notice(text)
    assert not is_notice("pact#00")


@pytest.mark.parametrize(
    ("scope", "parties", "stands", "goes"),
    [
        ("pact", {ALPHA}, standing(ALPHA, bound(RED)), True),
        ("pact", {ALPHA, BRAVO}, standing(ALPHA, bound(RED, name="other"), bound(RED)), True),
        ("pact", {BRAVO}, standing(ALPHA, bound(RED)), False),
        ("other", {ALPHA}, standing(ALPHA, bound(RED)), False),
        ("pact", {ALPHA}, standing(ALPHA, bound(RED, suspended=2)), False),
        ("pact", {ALPHA}, standing(ALPHA, bound(RED, withdrawn=2)), False),
        ("pact", {ALPHA}, standing(ALPHA, bound(RED, ours=NOW + 1)), False),
        ("pact", {ALPHA}, standing(ALPHA, bound(RED, Term(number=2, until=3))), False),
        ("pact", {ALPHA}, standing(ALPHA, bound(RED), reads=frozenset({SIDE})), False),
        (f"ceiling:{ALPHA}", {ALPHA}, standing(ALPHA), True),
        (f"ceiling:{BRAVO}", {ALPHA}, standing(ALPHA), False),
        (f"ceiling:{ALPHA}", {BRAVO}, standing(ALPHA), False),
        (f"ceiling:{ALPHA}", {ALPHA}, standing(ALPHA, reads=frozenset()), False),
        ("", {ALPHA}, standing(ALPHA), True),
        ("", {BRAVO}, standing(ALPHA), False),
        ("", {ALPHA}, standing(ALPHA, reads=frozenset()), False),
        ("pact", {HOME}, standing(HOME), False),
    ],
)
def test_a_notice_goes_to_whom_it_names_while_its_agreement_is_in_force(scope, parties, stands, goes):
    told = label(Tlp.RED, "unknown", lens=notice(scope, frozenset(parties)))
    assert released(told, stands) is goes
    assert not released(replace(told, circle=7), stands)
    assert not released(replace(told, source=stands.party), stands)


def test_how_a_notice_is_told():
    told = label(lens=notice("pact", frozenset({ALPHA})))
    (reason,) = decide(told, standing(ALPHA, bound(RED)), NOW).reasons
    assert reason.clause == "node: notice"
    assert str(reason.internal) == "It tells this party what has become of something, and nothing else."
    assert str(reason.disclosable) == "It tells you what has become of something, and nothing else."
    (reason,) = decide(told, standing(BRAVO), NOW).reasons
    assert str(reason.internal) == "It was made for others."
    (reason,) = decide(told, standing(ALPHA, reads=frozenset({SIDE})), NOW).reasons
    assert reason.clause == "TAXII 2.1 5.2.1 can_read"
    assert told.collection == MAIN
