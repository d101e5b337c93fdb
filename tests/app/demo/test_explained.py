"""Why, for every object and every party of the demonstration, at both of its nodes: what decides is named, the nearest world in
which it would be released is one in which it is, and nothing that may be shown to a partner names a third.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import msgspec
import pytest

from comity.app.demo import sheet
from comity.app.demo.adversary import CAMPAIGN
from comity.app.demo.cast import ESTONIA
from comity.app.demo.redactions import IN_PARTS, VICTIM, WITH_A_HIDDEN_NEIGHBOUR, WITH_A_PERSON
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.staging import claimed, set_up
from comity.kernel.base.clock import FixedClock, Micros
from comity.kernel.policy.counterfactual import applied
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Change, Decision, Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Standing, Viewer
from comity.kernel.store.database import Sql
from comity.kernel.store.standings import everybody
from comity.kernel.store.types import Party, Query

NOW = 1_795_299_600_123_456
CLAUSES = re.compile(
    r"article \d+|agreement|FIRST TLP 2\.0 \S+|FIRST IEP 2\.0 \S+|STIX 2\.1 [\d.]+|TAXII 2\.1 .+|handling: \S+|node: .+|.*PAP.*"
)
_FEATURES = Sql("SELECT l.features FROM claim c JOIN label l ON l.id = c.label WHERE c.leaf = :leaf")


class Asked(msgspec.Struct):
    """One claim and one party: the question, and what was answered."""

    node: str
    object_id: str
    party: Party
    label: Label
    standing: Standing
    on: Micros
    decision: Decision


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, ...]]:
    path, clock = tmp_path_factory.mktemp("told") / "demo", FixedClock(NOW)
    with claimed(path):
        demo = set_up(path, Settings(port=18_000), clock)
    opened = tuple(open_node(stage.settings, clock=clock) for stage in demo.stages)
    yield opened
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def asked(nodes: tuple[Node, ...]) -> list[Asked]:
    found = []
    for node in nodes:
        own = node.directory.parties.own()
        eyes = node.store.visible(Viewer(party=own.id))
        ids: dict[str, None] = {}
        cursor = None
        while True:
            page = eyes.manifest(Query(versions=("all",)), 1000, cursor)
            ids |= dict.fromkeys(record.id for record in page.records)
            cursor = page.next
            if cursor is None:
                break
        with node.store._database.snapshot() as reader:
            standings = everybody(reader)
        for party in node.directory.parties.all():
            for object_id in ids:
                for one in eyes.explained(object_id, party.id):
                    with node.store._database.snapshot() as reader:
                        label = Label.of_features(reader.value(_FEATURES, {"leaf": one.held.leaf}))
                    standing, on = standings.of(party.id), node.clock.now()
                    found.append(Asked(own.slug, object_id, party, label, standing, on, one.decision))
    return found


def test_there_is_every_effect_and_every_kind_of_reason(asked: list[Asked]) -> None:
    effects = Counter(one.decision.effect for one in asked)
    assert set(effects) == set(Effect)
    assert len(asked) > 1000
    clauses = {one.decision.reasons[0].clause.split()[0] for one in asked}
    assert {"article", "FIRST", "handling:", "TAXII", "node:"} <= clauses


def test_what_decides_is_named(asked: list[Asked]) -> None:
    """The first reason is of the effect that it explains, and says by which clause or which article of which agreement."""
    for one in asked:
        reason = one.decision.reasons[0]
        assert reason.effect is one.decision.effect, one
        assert CLAUSES.fullmatch(reason.clause), reason.clause
        assert bool(reason.article) <= bool(reason.agreement), reason
        if reason.clause.startswith("article"):
            assert reason.clause == f"article {reason.article}"
        assert str(reason.internal)
        assert str(reason.disclosable)


def test_the_counterfactual_applied_changes_the_outcome_as_it_says(asked: list[Asked]) -> None:
    """All its changes together release; no fewer of them do. Nothing withheld is without one."""
    checked: set[tuple[object, ...]] = set()
    without = []
    for one in asked:
        found = one.decision.counterfactual
        key = (one.node, one.label, one.party.id)
        if key in checked:
            continue
        checked.add(key)
        if one.decision.effect is Effect.RELEASE:
            assert found is None
            continue
        if found is None:
            without.append(one)
            continue
        assert effect_after(one, found.changes) is Effect.RELEASE, (str(found), one)
        assert str(found).startswith("Would be released if ")
        for fewer in combinations(found.changes, len(found.changes) - 1):
            assert effect_after(one, fewer) is not Effect.RELEASE, (str(found), fewer)
    assert without == []


def effect_after(one: Asked, changes: tuple[Change, ...]) -> Effect:
    """What is decided in the world in which these things are otherwise."""
    label, standing, on = one.label, one.standing, one.on
    for change in changes:
        label, standing, on = applied(change, label, standing, on)
    return decide(label, standing, on).effect


def test_what_may_be_shown_to_a_partner_names_no_third_party(nodes: tuple[Node, ...], asked: list[Asked]) -> None:
    parties = {node.directory.parties.own().slug: node.directory.parties.all() for node in nodes}
    for one in asked:
        told = " ".join(
            [
                *(str(reason.disclosable) for reason in one.decision.reasons),
                *(str(obligation.says) for obligation in one.decision.obligations),
            ]
        )
        for other in parties[one.node]:
            if other.id != one.party.id and not other.own:
                names = [other.slug, other.name, *([other.identity] if other.identity else [])]
                assert not any(re.search(rf"\b{re.escape(name)}\b", told) for name in names), (told, other.slug)


def test_what_is_said_is_what_the_party_gets(nodes: tuple[Node, ...], asked: list[Asked]) -> None:
    """Nothing reaches a party but what is released to it, and what goes in the place of what is not; what is released and does
    not reach it is kept by what it refers to.
    """
    for node in nodes:
        own = node.directory.parties.own()
        ours = node.store.visible(Viewer(party=own.id))
        for party in node.directory.parties.all():
            found = [one for one in asked if one.node == own.slug and one.party.id == party.id]
            released = {one.object_id for one in found if one.decision.effect is Effect.RELEASE}
            formed = {one.object_id for one in found if one.decision.lens is not None}
            going = {each.id for object_id in formed for each in ours.going(object_id, party.id)} - {""}
            eyes, cursor, got = node.store.visible(Viewer(party=party.id)), None, set()
            while True:
                page = eyes.manifest(Query(versions=("all",)), 1000, cursor)
                got |= {record.id for record in page.records}
                cursor = page.next
                if cursor is None:
                    break
            assert got <= released | going
            assert going <= got
            for object_id in released - got:
                told = ours.explained(object_id, party.id)
                assert all(each.missing for each in told if each.decision.effect is Effect.RELEASE)


def test_every_way_to_go_in_part_is_shown_towards_estonia(nodes: tuple[Node, ...]) -> None:
    korea = nodes[0]
    ours = korea.store.visible(Viewer(party=korea.directory.parties.own().id))
    estonia = korea.directory.parties.get(ESTONIA)
    forms = {
        each: next(one for one in ours.going(each, estonia.id) if one.form in {"made", "whole"})
        for each in (VICTIM, IN_PARTS, WITH_A_PERSON, WITH_A_HIDDEN_NEIGHBOUR, CAMPAIGN)
    }
    assert forms.pop(CAMPAIGN).form == "whole"
    assert {one.form for one in forms.values()} == {"made"}
    assert b"Haneulbit" not in forms[VICTIM].raw
    assert b"energy" in forms[VICTIM].raw
    assert b"KR-2231" in forms[IN_PARTS].raw
    assert b"gate server" not in forms[IN_PARTS].raw
    assert b"eleri" not in forms[WITH_A_PERSON].raw
    assert b"7946" not in forms[WITH_A_PERSON].raw
    hidden = sheet.object_id("threat-actor", "broker").encode()
    assert hidden not in forms[WITH_A_HIDDEN_NEIGHBOUR].raw
    assert forms[WITH_A_HIDDEN_NEIGHBOUR].raw.count(b"threat-actor--") == 1
