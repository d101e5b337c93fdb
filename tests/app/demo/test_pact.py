"""The agreement of the demo's two nodes: sound as a text, with an article for each effect, on objects that exist."""

import json

import pytest

from comity.app.demo import build, of_estonia
from comity.app.demo.pact import EXAMPLES, NAME, between
from comity.kernel.policy.agreement.articles import Agreement, Ceiling, Redact, Review, Selection, Signatory, Withhold
from comity.kernel.policy.agreement.reading import examine
from comity.kernel.policy.agreement.writing import write
from comity.kernel.policy.decision import Effect

NOW = 1_795_299_600_123_456
DRAFTED = Agreement(
    name="drafted",
    title="Drafted",
    signatories=tuple(
        Signatory(party.name, party.jurisdiction, identity=party.identity, party=party.slug)
        for party in build(NOW).parties[:2]
    ),
    articles=(Ceiling(number=1, tlp="amber"),),
    template="bilateral-csirt",
)


@pytest.fixture(scope="module")
def pact() -> Agreement:
    return between(DRAFTED, NOW)


def test_it_reads_as_it_was_written_and_nothing_is_wrong_with_it(pact: Agreement) -> None:
    agreement, findings = examine(write(pact))
    assert agreement == pact
    assert [finding for finding in findings if finding.is_error] == []
    assert (pact.name, pact.signatories, pact.template) == (NAME, DRAFTED.signatories, DRAFTED.template)


def test_it_has_an_article_for_each_effect_that_meets_an_object_of_the_story(pact: Agreement) -> None:
    types = {
        json.loads(raw)["type"]
        for delivery in build(NOW).deliveries
        if delivery.party == "csirt-kr" or delivery.collection == "grey-tide"
        for raw in delivery.objects
    }
    selections: dict[type, Selection] = {
        type(each): each.when for each in pact.articles if isinstance(each, Redact | Review | Withhold)
    }
    assert set(selections) == {Redact, Review, Withhold}
    assert all(set(when.types) <= types for when in selections.values())


def test_the_communities_it_names_stand_at_both_nodes(pact: Agreement) -> None:
    korean = build(NOW)
    for scenario in (korean, of_estonia(korean)):
        slugs = {each.slug for each in scenario.communities}
        named = {slug for article in pact.articles for slug in getattr(article, "communities", ())}
        assert named <= slugs
        partners = {party.slug for party in scenario.parties if not party.own}
        assert all(set(each.members) <= partners for each in scenario.communities)


def test_there_is_an_example_of_each_effect_and_it_is_in_the_story() -> None:
    held = {json.loads(raw)["id"] for delivery in build(NOW).deliveries for raw in delivery.objects}
    assert [each.effect for each in EXAMPLES] == list(Effect)
    assert {each.object for each in EXAMPLES} <= held
