"""An agreement as it binds a party: who comes under it and how, when it holds, to whom its givers' claims may go on."""

import msgspec
import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    Ceiling,
    Onward,
    Parties,
    Purposes,
    Redact,
    Retention,
    Review,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.binding import Enacted, Relation, bind, members_of, relation_of, signatory_of
from comity.kernel.policy.agreement.taking import Taking
from tests.kernel.policy.worlds import (
    ALPHA,
    BRAVO,
    CAROL,
    DAVE,
    HOME,
    MAIN,
    NAMES,
    PARTNERS,
    SIDE,
    agreement,
    bound,
    identity,
    signatory,
)

PARTY, CLIENT, MEMBER = Relation.PARTY, Relation.CLIENT, Relation.MEMBER


@pytest.mark.parametrize(
    ("articles", "relations"),
    [
        ((), {ALPHA: PARTY}),
        ((Parties(number=1),), {ALPHA: PARTY}),
        ((Parties(number=1, clients=True),), {ALPHA: PARTY, DAVE: CLIENT}),
        ((Parties(number=1, communities=("north",)),), {ALPHA: PARTY, BRAVO: MEMBER, CAROL: MEMBER}),
        ((Parties(number=1, communities=("empty", "nowhere")),), {ALPHA: PARTY}),
        (
            (Parties(number=1, communities=("north",), members="recipients"),),
            {ALPHA: PARTY, BRAVO: PARTY, CAROL: PARTY},
        ),
        (
            (Parties(number=1, communities=("north",)), Parties(number=2, clients=True)),
            {ALPHA: PARTY, BRAVO: MEMBER, CAROL: MEMBER, DAVE: CLIENT},
        ),
    ],
)
def test_who_comes_under_it(articles, relations):
    text = agreement(*articles)
    assert {party: how for party in PARTNERS if (how := relation_of(text, NAMES, party))} == relations
    assert {party: found.relation for party in PARTNERS if (found := bind(Enacted(text, 1), NAMES, party))} == relations
    assert bind(Enacted(text, 1), NAMES, HOME) is None, "the home party gives: it receives under none"


def test_clients_are_those_of_the_recipients_and_not_our_own():
    of_home = msgspec.structs.replace(NAMES, clients={DAVE: HOME, CAROL: BRAVO})
    clients = Parties(number=1, clients=True)
    assert relation_of(agreement(clients), of_home, DAVE) is None
    assert relation_of(agreement(clients), of_home, CAROL) is None
    recipients = Parties(number=2, communities=("north",), members="recipients")
    of_member = msgspec.structs.replace(NAMES, clients={DAVE: BRAVO})
    assert relation_of(agreement(clients, recipients), of_member, DAVE) is CLIENT
    assert relation_of(agreement(clients, Parties(number=2, communities=("north",))), of_member, DAVE) is None


def test_the_closest_of_several_relations_counts():
    everywhere = msgspec.structs.replace(
        NAMES, clients={ALPHA: BRAVO, CAROL: BRAVO}, communities={"north": frozenset({ALPHA, CAROL})}
    )
    text = agreement(Parties(number=1, communities=("north",), clients=True), parties=(HOME, ALPHA, BRAVO))
    assert relation_of(text, everywhere, ALPHA) is PARTY
    assert relation_of(text, everywhere, CAROL) is CLIENT


def test_a_signatory_is_found_by_identity_and_by_slug_only_without_one():
    assert signatory_of(signatory(ALPHA), NAMES) == ALPHA
    assert signatory_of(Signatory("Alpha", "EE", party="alpha"), NAMES) == ALPHA
    assert signatory_of(Signatory("Other", "EE", identity=identity(9), party="alpha"), NAMES) is None
    assert signatory_of(Signatory("Other", "EE", identity=identity(BRAVO), party="alpha"), NAMES) == BRAVO
    assert signatory_of(Signatory("Nobody", "EE"), NAMES) is None


def test_an_audience_of_strangers_is_nobody():
    strangers = Agreement(
        "pact", "Pact", (Signatory("Other", "EE", identity=identity(9)),), (Ceiling(number=1, tlp="red"),)
    )
    assert not any(relation_of(strangers, NAMES, party) for party in (HOME, *PARTNERS))
    patronless = msgspec.structs.replace(NAMES, clients={})
    assert relation_of(agreement(Parties(number=1, clients=True)), patronless, DAVE) is None


def test_members_of_communities_that_are_known():
    assert members_of(("north", "empty", "nowhere"), NAMES) == {BRAVO, CAROL}
    assert members_of((), NAMES) == frozenset()


@pytest.mark.parametrize(
    ("terms", "state", "since", "until"),
    [
        ((), {"ours": 2}, 2, None),
        ((), {"ours": None}, None, None),
        ((Term(number=1, since=4, until=8),), {"ours": None}, None, 8),
        ((Term(number=1, since=4, until=8),), {"ours": 2}, 4, 8),
        ((Term(number=1, since=4, until=8),), {"ours": 5, "withdrawn": 7}, 5, 7),
        ((Term(number=1, since=4, until=8), Term(number=2, since=3, until=9)), {"ours": 1, "withdrawn": 9}, 4, 8),
    ],
)
def test_its_term_is_what_all_of_it_allows(terms, state, since, until):
    found = bound(*terms, **state)
    assert (found.since, found.until) == (since, until)


def test_the_strictest_ceilings_hold():
    found = bound(Ceiling(number=1, tlp="red", pap="amber"), Ceiling(number=2, tlp="TLP:AMBER", pap="PAP:RED"))
    assert (found.ceiling, found.pap) == (Tlp.AMBER, "amber")
    assert (bound().ceiling, bound().pap) == (None, "red")
    assert bound(Ceiling(number=1, tlp="red"), Ceiling(number=2, tlp="blue")).ceiling is None
    assert bound(Ceiling(number=1, tlp="red", pap="white")).pap == "clear"
    assert bound(Ceiling(number=1, tlp="red", pap="blue")).pap == "clear", "what is no level allows the least"


def test_purposes_are_all_that_its_articles_name():
    found = bound(Purposes(number=1, purposes=("research",)), Purposes(number=2, purposes=("attribution",)))
    assert found.purposes == frozenset({"research", "attribution"})
    assert bound(Purposes(number=1, purposes=())).purposes == frozenset()
    assert bound().purposes is None


def onward(to, **named):
    return Onward(number=1, to=to, **named)


@pytest.mark.parametrize(
    ("articles", "allowed"),
    [
        ((), set()),
        ((onward("nobody", parties=("bravo",)),), set()),
        ((onward("anybody"),), None),
        ((onward("named", parties=("bravo", identity(DAVE), "Alpha", "stranger")),), {BRAVO, DAVE, ALPHA}),
        ((onward("named", communities=("north",)),), set()),
        ((onward("communities", communities=("north",), parties=("dave",)),), {BRAVO, CAROL}),
        ((onward("anybody"), onward("named", parties=("bravo",))), {BRAVO}),
        ((onward("named", parties=("bravo",)), onward("communities", communities=("north",))), {BRAVO}),
        ((onward("anybody"), onward("anybody")), None),
        ((onward("anybody"), onward("nobody")), set()),
    ],
)
def test_to_whom_it_may_go_on(articles, allowed):
    assert bound(*articles).onward == allowed


def test_names_in_selections_are_resolved_here():
    covers = Selection(sources=("ourselves", "Alpha", "bravo", "stranger"), collections=("main", "nowhere"))
    (found,) = bound(Scope(number=3, covers=covers)).scopes
    assert (found[0], found[1].sources, found[1].collections) == (3, frozenset({HOME, ALPHA, BRAVO}), frozenset({MAIN}))
    assert bound(Scope(number=3, covers=covers)).received == ((3, Taking()),)
    assert bound(Scope(number=3)).scopes[0][1].sources is None
    assert bound(Scope(number=3)).scopes[0][1].collections is None
    nobody = Selection(sources=("stranger",), collections=("nowhere",))
    assert bound(Scope(number=3, covers=nobody)).scopes[0][1].sources == frozenset()


def test_a_name_is_a_signatorys_before_it_is_anybodys():
    """The slug in a text is the writing node's: here another party may be called so."""
    text = Agreement(
        "pact",
        "Pact",
        (signatory(HOME), Signatory("The harbour", "EE", identity(ALPHA), party="bravo")),
        (
            Withhold(number=1, when=Selection(sources=("bravo",))),
            Onward(number=2, to="named", parties=("The harbour",)),
        ),
    )
    found = bind(Enacted(text, 1, ours=1), NAMES, ALPHA)
    assert found is not None
    assert found.conditions[0].when is not None
    assert found.conditions[0].when.sources == frozenset({ALPHA})
    assert found.onward == frozenset({ALPHA})
    stranger = Agreement(
        "pact",
        "Pact",
        (signatory(ALPHA), Signatory("Other", "EE", identity(9), party="bravo")),
        (Onward(number=2, to="named", parties=("bravo",)),),
    )
    assert bind(Enacted(stranger, 1), NAMES, ALPHA).onward == frozenset()  # type: ignore[union-attr]


def test_no_name_is_nobodys():
    text = Agreement(
        "pact",
        "Pact",
        (signatory(HOME), Signatory("The harbour", "EE", identity(ALPHA))),
        (Onward(number=2, to="named", parties=("",)),),
    )
    assert bind(Enacted(text, 1), NAMES, ALPHA).onward == frozenset()  # type: ignore[union-attr]


def test_what_narrows_is_kept_in_the_order_of_the_articles():
    found = bound(
        Withhold(number=4, when=Selection(collections=("side",))),
        Retention(number=5, days=3),
        Redact(number=2, when=Selection(), profile="short"),
        Review(number=3, when=Selection(), approvers=()),
    )
    assert [condition.article.number for condition in found.conditions] == [4, 2, 3]
    assert found.conditions[0].when is not None
    assert found.conditions[0].when.collections == frozenset({SIDE})


def test_its_articles_are_found_by_kind():
    found = bound(Ceiling(number=4, tlp="red"), Ceiling(number=5, tlp="red"))
    assert (found.name, found.article(Ceiling), found.article(Term)) == ("pact", 4, 0)
