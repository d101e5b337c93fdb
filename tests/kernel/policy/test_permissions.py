"""What covers a label by table: the party's ceiling, and agreements by state, scope, ceiling, audience, PAP and purposes."""

from itertools import product

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Ceiling, Parties, Purposes, Scope, Selection, Term
from comity.kernel.policy.caveats import PAP_LEVELS
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Effect
from tests.kernel.policy.worlds import ALPHA, BRAVO, CAROL, DAVE, bound, identity, label, standing

NOW = 5
RED = Ceiling(number=1, tlp="red")
OTHERS = Parties(number=2, communities=("north",), clients=True)


def reasons(label, standing, on=NOW):
    decision = decide(label, standing, on)
    assert decision.effect is Effect.WITHHOLD
    return [(reason.clause, reason.article, str(reason.internal)) for reason in decision.reasons]


def released(label, standing, on=NOW):
    return decide(label, standing, on).effect is Effect.RELEASE


# -- the ceiling


def test_the_ceiling_says_what_is_over_it():
    assert reasons(label(Tlp.AMBER), standing(ceiling=Tlp.GREEN)) == [
        ("FIRST TLP 2.0 3", 0, "TLP:AMBER (as marked) is over the party's ceiling TLP:GREEN.")
    ]
    assert reasons(label(Tlp.AMBER, assumed=True), standing(ceiling=Tlp.GREEN)) == [
        ("FIRST TLP 2.0 3", 0, "TLP:AMBER (assumed from its collection) is over the party's ceiling TLP:GREEN.")
    ]
    over = decide(label(Tlp.AMBER), standing(ceiling=Tlp.GREEN), NOW).reasons[0]
    assert str(over.disclosable) == "Over your ceiling TLP:GREEN."


def test_the_ceiling_covers_no_exercise_and_no_purpose():
    everything = standing(ceiling=Tlp.RED)
    assert reasons(label(Tlp.CLEAR, "exercise:lock"), everything) == [
        ("handling: exercise", 0, "It is of an exercise, which no ceiling covers.")
    ]
    assert reasons(label(Tlp.CLEAR, "purposes:research"), everything) == [
        ("handling: purposes", 0, "It may be used for some purposes only, and a ceiling binds nobody to any.")
    ]


def test_the_ceiling_knows_no_pap():
    assert released(label(Tlp.CLEAR, "pap:red"), standing())


# -- TLP:RED


@pytest.mark.parametrize(
    ("terms", "ceiling", "agreed", "goes"),
    [
        ((), Tlp.RED, None, True),  # an administrator names it
        ((), Tlp.AMBER_STRICT, "red", False),  # an agreement names nobody
        ((), Tlp.RED, "red", True),
        ((f"recipients:{identity(ALPHA)}",), Tlp.RED, None, True),
        ((f"recipients:{identity(ALPHA)}",), Tlp.CLEAR, "red", True),
        ((f"recipients:{identity(ALPHA)}",), Tlp.CLEAR, "amber+strict", False),
        ((f"recipients:{identity(ALPHA)}",), Tlp.CLEAR, None, False),
        ((f"recipients:{identity(BRAVO)}",), Tlp.RED, "red", False),  # who is named counts, not the ceiling
        (("recipients:",), Tlp.RED, "red", False),
        ((f"recipients:{identity(BRAVO)}", f"recipients:{identity(ALPHA)}"), Tlp.RED, None, True),
        (("recipients:jurisdiction:EE",), Tlp.RED, None, True),
    ],
)
def test_red_is_for_named_recipients(terms, ceiling, agreed, goes):
    agreements = [bound(Ceiling(number=1, tlp=agreed))] if agreed else []
    assert released(label(Tlp.RED, *terms), standing(ALPHA, *agreements, ceiling=ceiling)) == goes


def test_red_that_does_not_name_the_party_says_so():
    told = (
        "FIRST TLP 2.0 3",
        0,
        "TLP:RED goes to its named recipients only, and the party is none of them.",
    )
    secret = label(Tlp.RED, f"recipients:{identity(BRAVO)}")
    assert reasons(secret, standing(ALPHA, bound(RED), ceiling=Tlp.RED)) == [told, told]
    assert decide(secret, standing(ALPHA, bound(RED), ceiling=Tlp.RED), NOW).reasons[0].agreement == "pact"


# -- agreements


def covered(label, *articles, party=ALPHA, on=NOW, **state):
    decision = decide(label, standing(party, bound(*articles, party=party, **state)), on)
    return decision.effect is Effect.RELEASE and decision.reasons[0].agreement == "pact"


AMBER = label(Tlp.AMBER)


@pytest.mark.parametrize(
    ("articles", "state", "said"),
    [
        ((), {}, None),
        ((), {"ours": NOW}, None),
        ((), {"ours": NOW + 1}, ("article 2", 2, "pact is in force from 1970-01-01T00:00Z on.")),
        ((), {"ours": None}, ("agreement", 0, "pact is not signed by us.")),
        ((), {"theirs": None}, None),  # our signature opens our releases
        ((), {"suspended": NOW}, ("agreement", 0, "pact is suspended since 1970-01-01T00:00Z.")),
        ((), {"suspended": NOW + 1}, None),
        (
            (),
            {"suspended": NOW, "withdrawn": NOW + 1},
            ("agreement", 0, "pact is suspended since 1970-01-01T00:00Z."),
        ),
        ((), {"withdrawn": NOW}, ("agreement", 0, "pact was withdrawn on 1970-01-01T00:00Z.")),
        ((), {"withdrawn": NOW + 1}, None),
        ((Term(number=2, since=NOW),), {}, None),
        ((Term(number=2, since=NOW + 1),), {}, ("article 2", 2, "pact is in force from 1970-01-01T00:00Z on.")),
        ((Term(number=2, until=NOW + 1),), {}, None),
        ((Term(number=2, until=NOW),), {}, ("article 2", 2, "pact ended on 1970-01-01T00:00Z.")),
        (
            (Term(number=2, until=NOW), Term(number=3, until=9)),
            {},
            ("article 2", 2, "pact ended on 1970-01-01T00:00Z."),
        ),
        (
            (Term(number=2, since=9), Term(number=3, since=1)),
            {},
            ("article 2", 2, "pact is in force from 1970-01-01T00:00Z on."),
        ),
    ],
)
def test_an_agreement_holds_while_it_is_in_force(articles, state, said):
    articles = articles or ((Term(number=2),) if "ours" in state else ())
    pact = bound(RED, *articles, **state)
    assert released(AMBER, standing(ALPHA, pact)) == (said is None)
    if said:
        assert reasons(AMBER, standing(ALPHA, pact))[0] == said


@pytest.mark.parametrize(
    ("scopes", "terms", "goes"),
    [
        ((), (), True),
        ((), ("exercise:lock",), False),
        ((Selection(),), (), True),
        ((Selection(),), ("exercise:lock",), False),
        ((Selection(exercise=True),), ("exercise:lock",), True),
        ((Selection(exercise=True),), (), False),
        ((Selection(exercise=False),), (), True),
        ((Selection(exercise=False),), ("exercise:lock",), False),
        ((Selection(types=("malware",)),), (), False),
        ((Selection(types=("malware",)), Selection(types=("indicator",))), (), True),
        ((Selection(types=("malware",)), Selection(exercise=True)), ("exercise:lock",), True),
    ],
)
def test_it_covers_what_a_scope_takes(scopes, terms, goes):
    articles = [Scope(number=number, covers=covers) for number, covers in enumerate(scopes, 2)]
    assert covered(label(Tlp.GREEN, *terms), RED, *articles) == goes


def test_a_scope_by_channel_does_not_take_what_came_nobody_knows_how():
    by_file = Scope(number=2, covers=Selection(channels=("file",)))
    assert covered(label(), RED, by_file)
    assert not covered(label(channel=""), RED, by_file)


def test_what_no_scope_takes_is_told_by_its_first():
    pact = bound(
        RED, Scope(number=4, covers=Selection(types=("malware",))), Scope(number=5, covers=Selection(types=("tool",)))
    )
    assert reasons(AMBER, standing(ALPHA, pact))[0] == ("article 4", 4, "pact does not cover what is like this.")


@pytest.mark.parametrize(("tlp", "ceiling"), list(product(list(Tlp)[:-1], Tlp)))
def test_it_covers_up_to_its_ceiling(tlp, ceiling):
    assert covered(label(tlp), Ceiling(number=1, tlp=ceiling.word)) == (tlp <= ceiling)


def test_over_its_ceiling_is_told_with_its_article():
    pact = bound(Ceiling(number=6, tlp="green"))
    assert reasons(AMBER, standing(ALPHA, pact))[0] == ("article 6", 6, "TLP:AMBER is over the ceiling of pact.")


def test_of_two_ceilings_the_strictest_and_without_one_nothing():
    assert not covered(AMBER, RED, Ceiling(number=2, tlp="green"))
    assert not covered(AMBER, Ceiling(number=2, tlp="green"), RED)
    assert not covered(label(Tlp.CLEAR))
    assert not covered(label(Tlp.CLEAR), RED, Ceiling(number=2, tlp="blue"))


@pytest.mark.parametrize(
    ("party", "highest"), [(ALPHA, Tlp.AMBER_STRICT), (DAVE, Tlp.AMBER), (CAROL, Tlp.GREEN), (BRAVO, Tlp.GREEN)]
)
def test_the_audience_is_the_organisation_its_clients_the_community(party, highest):
    """FIRST TLP 2.0: amber+strict stays in the organisation, amber goes to clients, green to the community."""
    for tlp in list(Tlp)[:-1]:
        assert covered(label(tlp), RED, OTHERS, party=party) == (tlp <= highest)


def test_who_is_no_recipient_is_told_why():
    client = bound(RED, OTHERS, party=DAVE)
    assert reasons(label(Tlp.AMBER_STRICT), standing(DAVE, client))[0] == (
        "FIRST TLP 2.0 3",
        2,
        "TLP:AMBER+STRICT does not go to the clients of those who signed pact.",
    )
    member = bound(RED, OTHERS, party=CAROL)
    assert reasons(AMBER, standing(CAROL, member))[0] == (
        "FIRST TLP 2.0 3",
        2,
        "TLP:AMBER does not go to the community of pact.",
    )


@pytest.mark.parametrize(("pap", "kept"), list(product(PAP_LEVELS, PAP_LEVELS)))
def test_it_covers_what_its_recipients_keep_to(pap, kept):
    goes = PAP_LEVELS.index(pap) <= PAP_LEVELS.index(kept)
    assert covered(label(Tlp.GREEN, f"pap:{pap}"), Ceiling(number=1, tlp="red", pap=kept)) == goes
    assert covered(label(Tlp.GREEN), Ceiling(number=1, tlp="red", pap=kept))


def test_over_its_pap_is_told_with_its_article():
    pact = bound(Ceiling(number=3, tlp="red", pap="green"))
    assert reasons(label(Tlp.GREEN, "pap:amber"), standing(ALPHA, pact))[0] == (
        "article 3",
        3,
        "pact has nobody keep to PAP:AMBER.",
    )


@pytest.mark.parametrize(
    ("limits", "promised", "goes"),
    [
        (("research",), None, False),
        (("research",), ("research",), True),
        (("attribution research",), ("research",), True),
        (("research",), ("research", "attribution"), False),
        (("attribution research", "research"), ("research",), True),
        (("attribution", "research"), ("research",), False),
        (("",), ("research",), False),
        ((), ("research",), True),
    ],
)
def test_what_may_be_used_for_some_purposes_goes_to_who_promises_no_other(limits, promised, goes):
    articles = [] if promised is None else [Purposes(number=4, purposes=promised)]
    assert covered(label(Tlp.GREEN, *(f"purposes:{limit}" for limit in limits)), RED, *articles) == goes
    if not goes:
        said = reasons(label(Tlp.GREEN, "purposes:"), standing(ALPHA, bound(RED, *articles)))[0]
        assert said[1:] == (len(articles) * 4, "It may be used for some purposes only, to which pact does not keep.")


def test_every_gap_of_an_agreement_is_told():
    pact = bound(
        Ceiling(number=1, tlp="green", pap="clear"), Scope(number=2, covers=Selection(types=("tool",))), withdrawn=2
    )
    assert [article for _, article, _ in reasons(label(Tlp.AMBER, "pap:red"), standing(ALPHA, pact))] == [0, 2, 1, 1, 0]
