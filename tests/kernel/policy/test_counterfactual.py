"""Counterfactuals by table: what is told, and that it comes true. Random worlds are in ``test_properties``."""

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Attribution,
    Basis,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Redact,
    Review,
    Scope,
    Selection,
    Term,
    Withhold,
)
from comity.kernel.policy.counterfactual import applied
from comity.kernel.policy.decide import decide, effect
from comity.kernel.policy.decision import Change, Counterfactual, Effect
from comity.kernel.policy.label import OURS, Refs, Scan
from comity.kernel.policy.lens import Part
from comity.kernel.policy.sentence import says
from tests.kernel.policy.worlds import ALPHA, BRAVO, CAROL, HOME, IEP, SIDE, bound, identity, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")
OPEN = standing(ALPHA, ceiling=Tlp.RED)


def nearest(label, standing):
    """What is told of it, after it has been made true."""
    decision = decide(label, standing, NOW)
    assert decision.effect is not Effect.RELEASE
    assert decision.counterfactual is not None
    world = (label, standing, NOW)
    for change in decision.counterfactual.changes:
        world = applied(change, *world)
    assert effect(*world) is Effect.RELEASE
    return [str(change.says) for change in decision.counterfactual.changes]


ALONE = [
    ({"circle": 7}, "the restriction were lifted, or the person were among those named"),
    ({"circle": OURS}, "the recall were lifted"),
    ({"stale": True}, "it had been labelled anew"),
    ({"returned": True}, "it were not what this node made itself"),
    ({"parts": (Part(None, ("unknown",)),)}, "no part of it were marked more strictly than the rest"),
    ({"quarantined": True}, "it were taken out of quarantine"),
    ({"collection": SIDE}, "the party could read the collection"),
    ("unknown", "its marking were held and understood"),
    ("orcon", "the party were among its named recipients"),
    ("to:", "the party were on its list of whom it is releasable to"),
    ("not-to:jurisdiction:EE", "the party were not on its list of whom it is not releasable to"),
    ("resides:KR", "it could be held in the party's jurisdiction"),
    ("embargo:7", "it were 1970-01-01T00:00Z"),
    (f"iep:{IEP};start_date=7", "it were 1970-01-01T00:00Z"),
    (f"iep:{IEP};end_date=2", "its exchange policy had not ended"),
    ("case:one", "the party were a member of the case one"),
    ("exercise:lock", "it were not of an exercise"),
    ("purposes:research", "its use were not limited to some purposes"),
]


@pytest.mark.parametrize(("what", "said"), ALONE)
def test_one_thing_would_do(what, said):
    denied = label(Tlp.CLEAR, **what) if isinstance(what, dict) else label(Tlp.CLEAR, what)
    assert nearest(denied, OPEN) == [said]


AGREED = [
    (bound(RED, suspended=2), label(Tlp.AMBER), "pact were resumed"),
    (bound(RED, withdrawn=2), label(Tlp.AMBER), "pact had not been withdrawn"),
    (bound(RED, ours=None), label(Tlp.AMBER), "we had signed pact"),
    (bound(RED, Term(number=2, until=3)), label(Tlp.AMBER), "pact were still in force"),
    (bound(RED, Term(number=2, since=7)), label(Tlp.AMBER), "it were 1970-01-01T00:00Z"),
    (
        bound(RED, Scope(number=2, covers=Selection(types=("tool",)))),
        label(Tlp.AMBER),
        "pact covered what is like this",
    ),
    (bound(RED), label(Tlp.CLEAR, "exercise:lock"), "pact covered what is like this"),
    (bound(Ceiling(number=1, tlp="green")), label(Tlp.AMBER), "the ceiling of pact were TLP:AMBER"),
    (
        bound(Ceiling(number=1, tlp="red", pap="green")),
        label(Tlp.AMBER, "pap:red"),
        "pact had its recipients keep to PAP:RED",
    ),
    (bound(RED), label(Tlp.AMBER, "purposes:research"), "pact kept to the purposes of its marking"),
    (
        bound(RED, Purposes(number=2, purposes=("attribution", "research"))),
        label(Tlp.AMBER, "purposes:research"),
        "pact kept to the purposes of its marking",
    ),
    (bound(RED), label(Tlp.RED), "the party were among its named recipients"),
    (
        bound(RED, Withhold(number=2, when=Selection())),
        label(Tlp.AMBER),
        "article 2 of pact did not hold for it",
    ),
    (
        bound(RED, Redact(number=2, when=Selection(), profile="short")),
        label(Tlp.AMBER),
        "article 2 of pact did not hold for it",
    ),
    (
        bound(RED, Review(number=2, when=Selection(), approvers=("legal",))),
        label(Tlp.AMBER),
        "article 2 of pact did not hold for it",
    ),
    (
        bound(RED, Neighbours(number=2, hidden="stub")),
        label(Tlp.AMBER, refs=Refs.OPAQUE),
        "it referred to nothing and named no creator",
    ),
    (
        bound(RED, Attribution(number=2, source="anonymous")),
        label(Tlp.AMBER, source=BRAVO, attributed=True),
        "it referred to nothing and named no creator",
    ),
    (bound(RED, PersonalData(number=2)), label(Tlp.AMBER), "it had been found free of personal data"),
    (
        bound(RED, PersonalData(number=2, bases=(Basis(kind="consent", to=("KR",), reference="a form"),))),
        label(Tlp.AMBER, scan=Scan.PERSONAL),
        "article 2 of pact had a legal basis for it",
    ),
]


@pytest.mark.parametrize(("pact", "denied", "said"), AGREED)
def test_one_thing_of_an_agreement_would_do(pact, denied, said):
    assert nearest(denied, standing(ALPHA, pact)) == [said]


def test_a_member_would_have_to_sign():
    pact = bound(RED, Parties(number=2, communities=("north",)), party=CAROL)
    assert nearest(label(Tlp.AMBER), standing(CAROL, pact)) == ["the party had signed pact itself"]


def test_its_source_would_have_to_let_it_go_on():
    kept = standing(
        ALPHA, ceiling=Tlp.RED, given=((CAROL, bound(RED, name="other")), (BRAVO, bound(RED)), (BRAVO, bound(RED)))
    )
    assert nearest(label(Tlp.AMBER, source=BRAVO), kept) == ["pact let it go on to this party"]


def test_our_own_people_would_have_to_be_named():
    restricted = label(circle=7)
    assert nearest(restricted, standing(HOME)) == ["the restriction were lifted, or the person were among those named"]


def test_the_shortest_way_is_told():
    far = bound(
        Ceiling(number=1, tlp="green"), Scope(number=2, covers=Selection(types=("tool",))), suspended=2, name="far"
    )
    near = bound(RED, suspended=2, name="near")
    assert nearest(label(Tlp.AMBER), standing(ALPHA, far, near)) == ["near were resumed"]
    assert nearest(label(Tlp.AMBER), standing(ALPHA, near, far)) == ["near were resumed"]
    assert nearest(label(Tlp.AMBER), standing(ALPHA, far)) == ["the party's ceiling were TLP:AMBER"]


def test_a_way_that_looks_short_and_is_not_is_left():
    """An agreement that would cover it, and would then withhold it, is further than the ceiling."""
    turns = bound(RED, Withhold(number=2, when=Selection()), withdrawn=2)
    assert nearest(label(Tlp.AMBER), standing(ALPHA, turns)) == ["the party's ceiling were TLP:AMBER"]


def test_what_a_change_brings_up_is_changed_too_by_the_shortest_way():
    """At the end of the embargo the agreement is over."""
    ending = bound(RED, Term(number=2, until=7))
    far = bound(Ceiling(number=1, tlp="green"), Scope(number=2, covers=Selection(types=("tool",))), name="far")
    for agreements in ((ending, far), (far, ending)):
        assert nearest(label(Tlp.AMBER, "embargo:9"), standing(ALPHA, *agreements)) == [
            "it were 1970-01-01T00:00Z",
            "pact were still in force",
        ]


def test_everything_that_is_against_it_is_told():
    pact = bound(Ceiling(number=1, tlp="green"), Withhold(number=2, when=Selection()), suspended=2)
    told = nearest(label(Tlp.RED, "exercise:lock", "to:", "case:one", collection=SIDE), standing(ALPHA, pact))
    assert set(told) == {
        "the party could read the collection",
        "the party were on its list of whom it is releasable to",
        "the party were a member of the case one",
        "the party's ceiling were TLP:RED",
        "it were not of an exercise",
    }


def test_of_two_dates_the_later_is_enough():
    assert nearest(label(Tlp.CLEAR, "embargo:9", f"iep:{IEP};start_date=7"), OPEN) == ["it were 1970-01-01T00:00Z"]
    decision = decide(label(Tlp.CLEAR, "embargo:9", f"iep:{IEP};start_date=7"), OPEN, NOW)
    assert decision.counterfactual is not None
    assert decision.counterfactual.changes[0].value == "9"
    elsewhere = label(Tlp.CLEAR, "embargo:9", f"iep:{IEP};start_date=7", collection=SIDE)
    assert nearest(elsewhere, OPEN) == ["the party could read the collection", "it were 1970-01-01T00:00Z"]
    ended = label(Tlp.CLEAR, "embargo:9", f"iep:{IEP};end_date=7")
    assert nearest(ended, OPEN) == ["it were 1970-01-01T00:00Z", "its exchange policy had not ended"]


def test_a_party_without_a_name_can_still_be_imagined_on_a_list():
    nameless = standing(ALPHA, ceiling=Tlp.RED, names=frozenset())
    assert nearest(label(Tlp.RED, f"recipients:{identity(BRAVO)}"), nameless) == [
        "the party were among its named recipients"
    ]
    listed, to, _ = applied(Change("named", "", says("x")), label(Tlp.RED), nameless, NOW)
    assert (listed.terms, to.names) == (("recipients:party:2",), frozenset({"party:2"}))


def test_only_what_is_changed_is_changed():
    pact = bound(RED, Withhold(number=2, when=Selection()), Withhold(number=3, when=Selection()))
    other = bound(RED, Withhold(number=2, when=Selection()), name="other")
    world = (label(Tlp.AMBER, "embargo:7", "to:a"), standing(ALPHA, pact, other), NOW)

    def after(kind, value):
        return applied(Change(kind, value, says("x")), *world)

    kept = after("article", "pact 2")[1].agreements
    assert [[each.article.number for each in bound.conditions] for bound in kept] == [[3], [2]]
    assert after("caveat", "to")[0].terms == ("embargo:7",)
    assert after("date", "3")[2] == NOW, "a change of the date never goes back"
    assert after("date", "9")[2] == 9
    stopped = standing(ALPHA, bound(RED, Term(number=2, until=2), ours=1, withdrawn=2), ceiling=Tlp.CLEAR)
    (resumed,) = applied(Change("in-force", "pact", says("x")), label(), stopped, NOW)[1].agreements
    assert (resumed.since, resumed.until, resumed.enacted.withdrawn) == (1, None, None)


def test_only_the_agreement_of_its_source_lets_it_go_on():
    lets_carol = bound(RED, Onward(number=2, to="named", parties=("carol",)))
    other = bound(RED, name="other")
    kept = standing(ALPHA, given=((BRAVO, lets_carol), (BRAVO, other), (CAROL, bound(RED))))
    after = applied(Change("onward", "pact", says("x")), label(source=BRAVO), kept, NOW)[1]
    assert [bound.onward for _, bound in after.given] == [frozenset({CAROL, ALPHA}), frozenset(), frozenset()]


def test_a_counterfactual_reads_as_one_sentence():
    changes = (Change("a", "", says("it were %(date)s", date="2026-12-01")), Change("b", "", says("it had been seen")))
    assert str(Counterfactual(changes)) == "Would be released if it were 2026-12-01 and it had been seen."
