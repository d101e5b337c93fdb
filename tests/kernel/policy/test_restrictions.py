"""Restrictions by table: each denies by itself, under whatever ceiling, and says by which clause."""

from typing import Any

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Onward, Scope, Selection, Term
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.decide import decide, effect
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import OURS
from comity.kernel.policy.question import asked
from comity.kernel.policy.restrictions import OF_MARKINGS, RESTRICTIONS
from tests.kernel.policy.worlds import ALPHA, BRAVO, DAVE, HOME, IEP, SIDE, bound, identity, label, standing

NOW = 5
OPEN = standing(ALPHA, ceiling=Tlp.RED)

RULES: list[tuple[Any, str, str]] = [
    ({"circle": 7}, "node: named people", "It is restricted to named people of this node."),
    ({"circle": OURS}, "node: recall", "It was recalled, and goes to no other party."),
    (
        {"returned": True},
        "node: returned redaction",
        "Somebody gave back what this node had made of something else; it says nothing of its own.",
    ),
    ({"stale": True}, "node: labelling", "It is being labelled anew and is not decided yet."),
    (
        {"quarantined": True},
        "node: quota of labels",
        "Its source has sent more kinds of labels than its quota, and it is in quarantine.",
    ),
    ({"collection": SIDE}, "TAXII 2.1 5.2.1 can_read", "The party may not read the collection that holds this."),
    (
        "unknown",
        "STIX 2.1 7.2.1",
        "It carries a marking that is not held here or is of a kind we can't read.",
    ),
    ("iep", "STIX 2.1 7.2.1", "It carries a marking that is not held here or is of a kind we can't read."),
    ("x-own:3", "STIX 2.1 7.2.1", "It carries a marking that is not held here or is of a kind we can't read."),
    (
        "orcon",
        "handling: originator_control",
        "Its originator decides about every release and does not name the party.",
    ),
    ("to:", "handling: releasable_to", "It is releasable to others only."),
    ("to:jurisdiction:FI", "handling: releasable_to", "It is releasable to others only."),
    ("not-to:jurisdiction:EE", "handling: not_releasable_to", "It is marked as not releasable to the party."),
    (
        "resides:FI KR",
        "handling: resides_in",
        "It has to stay within jurisdictions of which the party's is none.",
    ),
    ("resides:", "handling: resides_in", "It has to stay within jurisdictions of which the party's is none."),
    (
        f"embargo:{NOW + 1}",
        "handling: not_before",
        "It is under an embargo until 1970-01-01T00:00Z.",
    ),
    (
        f"iep:{IEP};start_date={NOW + 1}",
        "FIRST IEP 2.0 start_date",
        "Its exchange policy holds from 1970-01-01T00:00Z on.",
    ),
    (f"iep:{IEP};end_date={NOW}", "FIRST IEP 2.0 end_date", "Its exchange policy ended on 1970-01-01T00:00Z."),
    ("case:one", "handling: case", "It belongs to the case one, of which the party is no member."),
]


@pytest.mark.parametrize(("what", "clause", "internal"), RULES)
def test_each_denies_by_itself(what, clause, internal):
    denied = label(Tlp.CLEAR, **what) if isinstance(what, dict) else label(Tlp.CLEAR, what)
    decision = decide(denied, OPEN, NOW)
    assert decision.effect is effect(denied, OPEN, NOW) is Effect.WITHHOLD
    (reason,) = decision.reasons
    assert (reason.effect, reason.clause, str(reason.internal)) == (Effect.WITHHOLD, clause, internal)
    assert (reason.agreement, reason.article) == ("", 0)


def test_only_our_own_limits_are_told_to_a_partner():
    told = {
        str(
            decide(label(Tlp.CLEAR, **what) if isinstance(what, dict) else label(Tlp.CLEAR, what), OPEN, NOW)
            .reasons[0]
            .disclosable
        )
        for what, _, _ in RULES
    }
    assert told == {
        "It is not released.",
        "Not in a collection you may read.",
        "It carries a marking that this node can't read.",
    }


@pytest.mark.parametrize(
    "terms",
    [
        ("orcon", f"recipients:{identity(ALPHA)} {identity(BRAVO)}"),
        ("orcon", f"recipients:{identity(BRAVO)}", f"recipients:{identity(ALPHA)}"),
        ("orcon", f"to:{identity(ALPHA)}"),
        ("orcon", "to:jurisdiction:EE"),
        (f"recipients:{identity(BRAVO)}",),  # names the recipients of TLP:RED and of what is controlled; nobody else's
        ("to:jurisdiction:EE jurisdiction:FI",),
        ("to:jurisdiction:EE", f"to:{identity(ALPHA)}"),
        ("not-to:jurisdiction:FI",),
        ("not-to:",),
        ("resides:EE FI",),
        ("resides:EE", "resides:EE KR"),
        (f"embargo:{NOW}",),
        (f"iep:{IEP};start_date={NOW}",),
        (f"iep:{IEP};end_date={NOW + 1}",),
        ("pap:red", "statement"),
    ],
)
def test_what_is_kept_to_is_released(terms):
    assert decide(label(Tlp.CLEAR, *terms), OPEN, NOW).effect is Effect.RELEASE


@pytest.mark.parametrize(
    "terms",
    [
        ("to:jurisdiction:EE", f"to:{identity(BRAVO)}"),
        ("not-to:jurisdiction:FI", "not-to:jurisdiction:EE"),
        ("resides:EE", "resides:KR"),
        (f"embargo:{NOW}", f"embargo:{NOW + 1}"),
        (f"iep:{IEP};start_date=1", f"iep:{IEP};start_date={NOW + 1}"),
        (f"iep:{IEP};end_date={NOW}", f"iep:{IEP};end_date=9"),
        ("orcon", "recipients:"),
        ("orcon", f"to:{identity(BRAVO)} {identity(ALPHA)}", f"to:{identity(BRAVO)}"),
    ],
)
def test_of_several_markings_each_has_to_be_kept(terms):
    assert decide(label(Tlp.CLEAR, *terms), OPEN, NOW).effect is Effect.WITHHOLD


@pytest.mark.parametrize(
    ("listed", "party", "goes"),
    [
        (identity(BRAVO), {}, True),
        (identity(BRAVO), {"names": frozenset({"jurisdiction:EE"})}, False),  # of no known identity: it may be bravo
        ("jurisdiction:FI", {"jurisdiction": "XX", "names": frozenset({identity(ALPHA), "jurisdiction:XX"})}, False),
        ("jurisdiction:FI", {"jurisdiction": "", "names": frozenset({identity(ALPHA)})}, False),
        ("jurisdiction:FI", {}, True),
        ("community:north", {}, True),
        ("community:elsewhere", {}, False),  # another node's community, or a slip: nobody here knows who is in it
        ("community:north", {"communities": frozenset()}, False),
    ],
)
def test_who_may_be_excluded_is_excluded(listed, party, goes):
    """Unknown means withhold, also on a list of those who do not get it."""
    to = standing(ALPHA, ceiling=Tlp.RED, **party)
    assert (decide(label(Tlp.CLEAR, f"not-to:{listed}"), to, NOW).effect is Effect.RELEASE) == goes


def test_a_case_is_for_its_members():
    in_both = standing(ALPHA, ceiling=Tlp.RED, cases=frozenset({"one", "two"}))
    in_one = standing(ALPHA, ceiling=Tlp.RED, cases=frozenset({"one"}))
    both = label(Tlp.CLEAR, "case:one", "case:two")
    assert decide(both, in_both, NOW).effect is Effect.RELEASE
    assert decide(both, in_one, NOW).effect is Effect.WITHHOLD
    assert "case two" in str(decide(both, in_one, NOW).reasons[0].internal)


# -- originator control


def given(*articles, source=BRAVO, **state) -> tuple[tuple[int, Bound], ...]:
    """What bravo gave us under an agreement of ours with it."""
    agreed = bound(Ceiling(number=1, tlp="green"), *articles, party=ALPHA, **state)
    return ((source, agreed),)


def to_alpha(*articles, ceiling=Tlp.RED, **state):
    return standing(ALPHA, ceiling=ceiling, given=given(*articles, **state))


FROM_BRAVO = label(Tlp.RED, source=BRAVO)


@pytest.mark.parametrize(
    ("articles", "released"),
    [
        ((), False),
        ((Onward(number=2, to="nobody"),), False),
        ((Onward(number=2, to="named", parties=("dave",)),), False),
        ((Onward(number=2, to="named", parties=("Alpha", "dave")),), True),
        ((Onward(number=2, to="communities", communities=("north",)),), False),
        ((Onward(number=2, to="anybody"),), True),
        ((Onward(number=2, to="anybody"), Onward(number=3, to="nobody")), False),
        ((Scope(number=2, covers=Selection(types=("malware",))),), True),  # not given under it
        ((Scope(number=2, covers=Selection(types=("indicator",))),), False),
        # Words of the giver's node: what of ours they mean is not known here.
        ((Scope(number=2, covers=Selection(channels=("taxii",))),), False),
        ((Scope(number=2, covers=Selection(collections=("side",))),), False),
        ((Scope(number=2, covers=Selection(sources=("ourselves",))),), False),
        ((Scope(number=2, covers=Selection(personal=True)),), False),
        ((Scope(number=2, covers=Selection(unscanned=False)),), False),
        ((Scope(number=2, covers=Selection(tlp=("green",), channels=("taxii",))),), True),
        ((Scope(number=2, covers=Selection(revoked=True)),), True),
        ((Scope(number=2, covers=Selection(exercise=True)),), True),
        ((Term(number=2, since=NOW + 1),), True),  # not begun
        ((Term(number=2, since=NOW),), False),
        ((Term(number=2, until=2),), False),  # over: what it asked of us stays
    ],
)
def test_what_others_gave_under_an_agreement_goes_on_as_that_allows(articles, released):
    decision = decide(FROM_BRAVO, to_alpha(*articles), NOW)
    assert (decision.effect is Effect.RELEASE) == released
    if not released:
        (reason,) = decision.reasons
        number = next((each.number for each in articles if isinstance(each, Onward)), 0)
        assert (reason.agreement, reason.article) == ("pact", number)
        assert reason.clause == (f"article {number}" if number else "agreement")
        assert str(reason.internal) == "Its source gave it under pact, which does not let it go on to this party."
        assert str(reason.disclosable) == "It is not released."


@pytest.mark.parametrize("state", [{"suspended": 2}, {"withdrawn": 2}, {"theirs": None}])
def test_originator_control_outlives_its_agreement(state):
    assert decide(FROM_BRAVO, to_alpha(**state), NOW).effect is Effect.WITHHOLD


def test_originator_control_begins_with_our_signature_and_is_its_sources_only():
    assert decide(FROM_BRAVO, to_alpha(ours=NOW), NOW).effect is Effect.WITHHOLD
    assert decide(FROM_BRAVO, to_alpha(ours=NOW + 1), NOW).effect is Effect.RELEASE
    assert decide(FROM_BRAVO, to_alpha(ours=None), NOW).effect is Effect.RELEASE
    assert decide(label(Tlp.RED, source=DAVE), to_alpha(), NOW).effect is Effect.RELEASE
    assert decide(label(Tlp.RED, source=HOME), to_alpha(), NOW).effect is Effect.RELEASE


def test_of_several_agreements_each_has_to_let_it_go_on():
    lets, keeps = given(Onward(number=2, to="anybody")), given()
    for both in (lets + keeps, keeps + lets):
        assert decide(FROM_BRAVO, standing(ALPHA, ceiling=Tlp.RED, given=both), NOW).effect is Effect.WITHHOLD


def test_where_it_is_not_known_how_it_came_it_is_taken_to_have_come_under_the_agreement():
    keeps = to_alpha(Scope(number=2, covers=Selection(channels=("taxii",))))
    assert decide(label(Tlp.RED, source=BRAVO, channel=""), keeps, NOW).effect is Effect.WITHHOLD


def test_an_empty_audience_is_nobody():
    """A trap of sharing platforms: an empty group that means everybody."""
    for nobody in ("to:", "resides:"):
        assert decide(label(Tlp.CLEAR, nobody), OPEN, NOW).effect is Effect.WITHHOLD
    for nothing in ("recipients:",):
        assert decide(label(Tlp.RED, nothing), OPEN, NOW).effect is Effect.WITHHOLD
    empty = Onward(number=2, to="named"), Onward(number=2, to="communities", communities=("empty",))
    for onward in empty:
        assert decide(FROM_BRAVO, to_alpha(onward), NOW).effect is Effect.WITHHOLD


def test_a_label_without_terms_needs_no_rule_of_markings():
    question = asked(label(Tlp.RED), standing(DAVE), NOW)
    assert not any(rule(question) for rule in OF_MARKINGS)
    assert set(OF_MARKINGS) < set(RESTRICTIONS)
