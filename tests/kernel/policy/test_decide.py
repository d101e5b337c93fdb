"""Decisions by table: who gets what, and the reasons that are told."""

from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Ceiling,
    Onward,
    Purposes,
    Redact,
    Retention,
    Review,
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.decide import decide, effect, weigh
from comity.kernel.policy.decision import Decision, Effect
from comity.kernel.policy.label import OURS, Label
from comity.kernel.policy.viewer import Standing
from tests.kernel.policy.worlds import ALPHA, BRAVO, HOME, IEP, MAIN, bound
from tests.kernel.policy.worlds import label as made_label
from tests.kernel.policy.worlds import standing as stands

SOURCE, READER, NOW = 1, 2, 5


def label(tlp: Tlp = Tlp.GREEN, *terms: str, assumed: bool = False) -> Label:
    return Label(source=SOURCE, collection=MAIN, type="indicator", tlp=tlp, assumed=assumed, terms=terms)


def standing(
    ceiling: Tlp = Tlp.GREEN, *, party: int = READER, own: bool = False, reads: tuple[int, ...] = (MAIN,)
) -> Standing:
    return Standing(party=party, own=own, ceiling=ceiling, reads=frozenset(reads))


def decided(label: Label, standing: Standing) -> Decision:
    """The decision; the quick effect and the one without counterfactual agree."""
    decision = decide(label, standing, NOW)
    assert effect(label, standing, NOW) is decision.effect
    assert weigh(label, standing, NOW) == msgspec.structs.replace(decision, counterfactual=None)
    return decision


@pytest.mark.parametrize(("tlp", "ceiling"), list(product(Tlp, Tlp)))
def test_up_to_the_ceiling_and_no_further(tlp: Tlp, ceiling: Tlp) -> None:
    released = decided(label(tlp), standing(ceiling)).effect is Effect.RELEASE
    assert released == (tlp <= ceiling)


def test_a_party_always_sees_what_it_gave() -> None:
    gave = decided(label(Tlp.RED, "unknown"), standing(Tlp.CLEAR, party=SOURCE, reads=()))
    assert gave.effect is Effect.RELEASE
    assert [(reason.clause, str(reason.internal), str(reason.disclosable)) for reason in gave.reasons] == [
        ("node: own claims", "The party gave this itself.", "You gave this yourself.")
    ]


def test_the_party_that_runs_the_node_sees_everything() -> None:
    sees = decided(label(Tlp.RED, "unknown"), standing(Tlp.CLEAR, own=True, reads=()))
    assert sees.effect is Effect.RELEASE
    (reason,) = sees.reasons
    assert (reason.clause, reason.internal) == ("node: own party", reason.disclosable)


def test_access_to_the_collection_is_needed_beside_the_ceiling() -> None:
    assert decided(label(), standing(Tlp.RED, reads=(MAIN + 1,))).effect is Effect.WITHHOLD


def test_what_is_not_understood_is_withheld() -> None:
    assert decided(label(Tlp.CLEAR, "unknown"), standing(Tlp.RED)).effect is Effect.WITHHOLD
    understood = label(Tlp.CLEAR, f"iep:{IEP}", "pap:red", "statement")
    assert decided(understood, standing(Tlp.RED)).effect is Effect.RELEASE


def test_every_denial_is_told_with_its_clause_and_what_would_change_it() -> None:
    decision = decided(label(Tlp.RED, "unknown", assumed=True), standing(Tlp.GREEN, reads=()))
    assert [reason.clause for reason in decision.reasons] == [
        "TAXII 2.1 5.2.1 can_read",
        "STIX 2.1 7.2.1",
        "FIRST TLP 2.0 3",
    ]
    assert "assumed" in str(decision.reasons[2].internal)
    assert str(decision.counterfactual) == (
        "Would be released if the party could read the collection and its marking were held and understood "
        "and the party's ceiling were TLP:RED."
    )


@given(
    st.sampled_from(list(Tlp)),
    st.sampled_from(list(Tlp)),
    st.booleans(),
    st.sampled_from([(), ("unknown",), ("statement",)]),
)
def test_what_is_disclosed_never_names_the_objects_own_marking(
    tlp: Tlp, ceiling: Tlp, assumed: bool, terms: tuple[str, ...]
) -> None:
    """A partner learns that something is over its ceiling, never how far: the level is the originator's word."""
    decision = decided(label(tlp, *terms, assumed=assumed), standing(ceiling))
    if decision.effect is Effect.WITHHOLD:
        for reason in decision.reasons:
            assert tlp == ceiling or tlp.label not in str(reason.disclosable).replace(ceiling.label, "")
    assert (decision.counterfactual is None) == (decision.effect is Effect.RELEASE)


@pytest.mark.parametrize(
    ("circles", "own", "party", "released"),
    [
        ((3,), True, READER, True),
        ((2, 4), True, READER, False),
        ((), True, READER, False),
        ((), True, SOURCE, False),  # what our own party gave is restricted like everything else
        ((3,), False, READER, False),  # a partner has no people here, whatever it says
        ((), False, SOURCE, True),
    ],
)
def test_what_is_restricted_is_for_the_named_and_its_source(
    circles: tuple[int, ...], own: bool, party: int, released: bool
) -> None:
    restricted = msgspec.structs.replace(label(Tlp.CLEAR), circle=3)
    asking = msgspec.structs.replace(standing(Tlp.RED, party=party, own=own), circles=frozenset(circles))
    decision = decided(restricted, asking)
    assert (decision.effect is Effect.RELEASE) is released
    if not released:
        assert [reason.clause for reason in decision.reasons] == ["node: named people"]
        assert "named" in str(decision.reasons[0].internal)
        assert "named" not in str(decision.reasons[0].disclosable)


def test_what_was_recalled_is_for_all_our_own_people_and_its_source() -> None:
    recalled = msgspec.structs.replace(label(Tlp.CLEAR), circle=OURS)
    for party, own, released in ((READER, True, True), (READER, False, False), (SOURCE, False, True)):
        decision = decided(recalled, standing(Tlp.RED, party=party, own=own))
        assert (decision.effect is Effect.RELEASE) is released
    assert Label.of_features(recalled.features()) == recalled


# -- with agreements


def test_an_agreement_releases_and_says_by_which_article() -> None:
    pact = bound(Ceiling(number=1, tlp="amber"), Scope(number=2, covers=Selection(types=("indicator",))))
    decision = decided(made_label(Tlp.AMBER), stands(ALPHA, pact))
    assert decision.effect is Effect.RELEASE
    (reason,) = decision.reasons
    assert (reason.clause, reason.agreement, reason.article) == ("article 2", "pact", 2)
    assert str(reason.internal) == "pact covers it."
    assert str(reason.disclosable) == "An agreement with you covers it."


def test_without_a_scope_the_ceilings_article_is_named() -> None:
    decision = decided(made_label(Tlp.AMBER), stands(ALPHA, bound(Ceiling(number=7, tlp="amber"))))
    assert (decision.reasons[0].clause, decision.reasons[0].article) == ("article 7", 7)


def test_agreements_are_named_before_the_ceiling() -> None:
    pact = bound(Ceiling(number=1, tlp="green"))
    decision = decided(made_label(), stands(ALPHA, pact, ceiling=Tlp.GREEN))
    assert [reason.clause for reason in decision.reasons] == ["article 1", "FIRST TLP 2.0 3"]
    assert str(decision.reasons[1].internal) == "TLP:GREEN is within the ceiling TLP:GREEN."
    assert (decision.reasons[1].agreement, decision.reasons[1].article) == ("", 0)
    assert str(decision.reasons[1].disclosable) == "Within your ceiling TLP:GREEN."


def test_highest_wins_is_no_rule_the_strictest_article_holds_against_all_that_permits() -> None:
    """A label of several agreements: each may narrow, none may widen what another has narrowed."""
    wide = bound(Ceiling(number=1, tlp="red"), name="wide")
    narrow = bound(
        Ceiling(number=1, tlp="green"),
        Redact(number=2, when=Selection(revoked=True), profile="short"),
        Review(number=3, when=Selection(types=("malware",)), approvers=("approver",)),
        Withhold(number=4, when=Selection(tlp=("clear",))),
        name="narrow",
    )
    to = stands(ALPHA, wide, narrow, ceiling=Tlp.RED)
    assert decided(made_label(), to).effect is Effect.RELEASE
    assert decided(made_label(revoked=True), to).effect is Effect.REDACT
    assert decided(made_label(revoked=True, type="malware"), to).effect is Effect.REVIEW
    withheld = decided(made_label(Tlp.CLEAR, revoked=True, type="malware"), to)
    assert withheld.effect is Effect.WITHHOLD
    assert [reason.article for reason in withheld.reasons] == [4, 3, 2]
    # What the narrow one does not cover, it does not speak of.
    assert decided(made_label(Tlp.AMBER, revoked=True), to).effect is Effect.RELEASE


def test_a_redaction_names_its_profiles_and_a_review_its_people() -> None:
    pact = bound(
        Ceiling(number=1, tlp="red"),
        Redact(number=2, when=Selection(), profile="short"),
        Attribution(number=3, source="anonymous"),
        Redact(number=4, when=Selection(), profile="plain"),
    )
    redacted = decided(made_label(source=BRAVO, attributed=True), stands(ALPHA, pact))
    assert (redacted.effect, redacted.profile) == (Effect.REDACT, "plain short")
    assert (redacted.approvers, redacted.four_eyes) == ((), False)
    reviewing = bound(
        Ceiling(number=1, tlp="red"),
        Review(number=2, when=Selection(), approvers=("legal", "approver")),
        Review(number=3, when=Selection(), approvers=("approver", "diplomat"), four_eyes=True),
        Redact(number=4, when=Selection(), profile="plain"),
    )
    reviewed = decided(made_label(), stands(ALPHA, reviewing))
    assert (reviewed.effect, reviewed.approvers) == (Effect.REVIEW, ("legal", "approver", "diplomat"))
    assert (reviewed.four_eyes, reviewed.profile) == (True, "plain")
    withheld = bound(*reviewing.enacted.agreement.articles, Withhold(number=5, when=Selection(types=("indicator",))))
    assert decided(made_label(), stands(ALPHA, withheld)).approvers == ()
    alone = bound(*reviewing.enacted.agreement.articles[:2])
    assert not decided(made_label(), stands(ALPHA, alone)).four_eyes
    assert not decided(made_label(), stands(ALPHA, bound(reviewing.enacted.agreement.articles[0]))).four_eyes


def test_where_nothing_covers_it_each_says_why_it_is_silent() -> None:
    over = bound(Ceiling(number=1, tlp="green"), name="over")
    gone = bound(Ceiling(number=1, tlp="red"), name="gone", withdrawn=2)
    decision = decided(made_label(Tlp.AMBER), stands(ALPHA, over, gone))
    assert [(reason.agreement, reason.article) for reason in decision.reasons] == [("over", 1), ("gone", 0), ("", 0)]
    assert {str(reason.disclosable) for reason in decision.reasons[:2]} == {"No agreement with you covers it."}


@pytest.mark.parametrize(
    ("term", "state", "said"),
    [
        (Term(number=4), {"suspended": NOW}, ("agreement", 0, "pact is suspended since 1970-01-01T00:00Z.")),
        (Term(number=4, until=NOW), {}, ("article 4", 4, "pact ended on 1970-01-01T00:00Z.")),
    ],
)
def test_what_is_suspended_or_over_releases_nothing_and_goes_on_keeping_back(
    term: Term, state: dict[str, Any], said: tuple[str, int, str]
) -> None:
    """Else time, or to suspend it, would open what it forbids where the ceiling covers that."""
    pact = bound(
        Ceiling(number=1, tlp="red"),
        Withhold(number=2, when=Selection(types=("malware",))),
        Review(number=3, when=Selection(types=("tool",)), approvers=("legal",)),
        term,
        **state,
    )
    to = stands(ALPHA, pact, ceiling=Tlp.GREEN)
    assert decided(made_label(), to).effect is Effect.RELEASE, "by the ceiling"
    assert [reason.clause for reason in decided(made_label(), to).reasons] == ["FIRST TLP 2.0 3"]
    assert decided(made_label(), to).obligations[1:] == ()
    assert decided(made_label(type="malware"), to).effect is Effect.WITHHOLD
    assert decided(made_label(type="tool"), to).effect is Effect.REVIEW
    silent = decided(made_label(Tlp.AMBER, type="tool"), to)
    assert silent.effect is Effect.WITHHOLD
    told = [(reason.clause, reason.article, str(reason.internal)) for reason in silent.reasons]
    assert told[0] == said
    assert [clause for clause, _, _ in told[1:]] == ["FIRST TLP 2.0 3", "article 3"]
    withdrawn = bound(*pact.enacted.agreement.articles, **(state | {"withdrawn": NOW}))
    assert decided(made_label(type="malware"), stands(ALPHA, withdrawn, ceiling=Tlp.GREEN)).effect is Effect.RELEASE
    silent = decided(made_label(Tlp.AMBER), stands(ALPHA, withdrawn, ceiling=Tlp.GREEN))
    assert [str(reason.internal) for reason in silent.reasons][:-1] == ["pact was withdrawn on 1970-01-01T00:00Z."]


def test_a_restriction_holds_against_every_agreement_and_what_narrows_is_told_beside_it() -> None:
    pact = bound(Ceiling(number=1, tlp="red"), Withhold(number=2, when=Selection()))
    decision = decided(made_label(Tlp.GREEN, "to:"), stands(ALPHA, pact, ceiling=Tlp.RED))
    assert decision.effect is Effect.WITHHOLD
    assert [reason.clause for reason in decision.reasons] == ["handling: releasable_to", "article 2"]


def test_what_is_released_binds_its_recipient() -> None:
    pact = bound(
        Ceiling(number=1, tlp="red"),
        Retention(number=2, days=30),
        Purposes(number=3, purposes=("research",)),
        Onward(number=4, to="nobody"),
        theirs=NOW,
    )
    released = decided(made_label(Tlp.AMBER, "pap:red"), stands(ALPHA, pact))
    assert [(each.clause, each.article, each.binding) for each in released.obligations] == [
        ("FIRST TLP 2.0 3", 0, True),
        ("PAP:RED", 0, True),
        ("article 2", 2, True),
        ("article 3", 3, True),
        ("article 4", 4, True),
    ]
    assert decided(made_label(Tlp.RED), stands(ALPHA, pact)).obligations == ()


def test_own_and_partner_see_different_things_of_one_label() -> None:
    """No agreement opens anything to the home party or closes anything to it."""
    pact = bound(Ceiling(number=1, tlp="red"), Withhold(number=2, when=Selection()))
    assert decided(made_label(Tlp.RED, "orcon"), stands(HOME, pact)).effect is Effect.RELEASE
