"""The story's markings beyond TLP: one object at least for each kind of caveat, each read in full."""

import json

import pytest

from comity.app.demo import build
from comity.app.demo.caveats import OVER
from comity.app.demo.scenario import Scenario
from comity.kernel.objects.markings import MarkingTerm, iep_statements, term_of

NOW = 1_795_299_600_123_456
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return build(NOW)


@pytest.fixture(scope="module")
def terms(scenario: Scenario) -> dict[str, MarkingTerm]:
    """What every marking of the story says, by its id."""
    return {
        json.loads(raw)["id"]: term_of(raw)
        for delivery in scenario.deliveries
        for raw in delivery.objects
        if b'"type":"marking-definition"' in raw
    }


def caveat(term: MarkingTerm) -> str:
    return term.value.partition(":")[0]


def test_every_kind_of_marking_occurs_and_none_is_unknown(terms: dict[str, MarkingTerm]) -> None:
    assert {term.kind for term in terms.values()} == {"tlp", "statement", "pap", "iep", "handling"}
    assert {caveat(term) for term in terms.values() if term.kind == "handling"} == {
        "to", "not-to", "recipients", "orcon", "purposes", "embargo", "resides", "exercise",
    }  # fmt: skip


def test_every_caveat_is_carried_by_an_object(scenario: Scenario, terms: dict[str, MarkingTerm]) -> None:
    carried = {
        marking
        for delivery in scenario.deliveries
        for raw in delivery.objects
        for marking in json.loads(raw).get("object_marking_refs", ())
    }
    assert {marking for marking, term in terms.items() if term.kind in {"handling", "pap", "iep"}} <= carried


def test_the_embargo_ends_and_the_provisional_policy_too(terms: dict[str, MarkingTerm]) -> None:
    embargoes = [int(term.value.partition(":")[2]) for term in terms.values() if caveat(term) == "embargo"]
    policies = [
        int(statements["end_date"])
        for term in terms.values()
        if term.kind == "iep" and "end_date" in (statements := iep_statements(term.value))
    ]
    assert (len(embargoes), len(policies)) == (1, 1)
    assert NOW + DAY < embargoes[0] < NOW + OVER < policies[0] < NOW + 7 * DAY
    assert all(end % DAY == 9 * 3_600_000_000 for end in embargoes + policies), "nine o'clock in UTC"


def test_who_is_named_is_a_party_of_the_story(scenario: Scenario, terms: dict[str, MarkingTerm]) -> None:
    known = {party.identity for party in scenario.parties}
    known |= {f"jurisdiction:{party.jurisdiction}" for party in scenario.parties}
    for term in terms.values():
        if caveat(term) in {"to", "not-to", "recipients"}:
            assert set(term.value.partition(":")[2].split(" ")) <= known
