"""The first page's part on agreements, on the demo's nodes: what stands, what partners get, one object for each effect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.app.demo.pact import NAME, TITLE
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.staging import claimed, set_up
from comity.desks.agreements.objects import DecidesPanel
from comity.desks.agreements.queries import decides
from comity.kernel.base.clock import SystemClock
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.viewer import Viewer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home") / "demo"
    with claimed(path):
        set_up(path, Settings(data=str(path)), SystemClock())
    return path


@pytest.fixture
def korea(folder: Path) -> Iterator[Node]:
    with open_node(Settings(data=str(folder / "korea"))) as node:
        yield node


def panel(node: Node) -> DecidesPanel:
    return decides(node.store, node.directory, Viewer(node.directory.parties.own().id))


def test_what_both_have_signed_stands_first(korea: Node) -> None:
    found = panel(korea)
    assert found.agreements[0].title == TITLE
    assert [each.state.meaning for each in found.agreements] == ["released", "partly"]
    assert [each.parties for each in found.agreements] == ["Demo CSIRT Estonia", "Demo Energy ISAC"]
    assert found.more == 0


def test_each_partner_under_an_agreement_has_a_row_and_estonia_every_effect(korea: Node) -> None:
    picture = panel(korea).picture
    assert picture is not None
    assert [column.key for column in picture.columns] == [level.word for level in Tlp]
    assert len(picture.lines) == 2
    assert [part.meaning for part in picture.lines[0].whole.parts] == ["released", "partly", "review", "withheld"]


def test_there_is_an_object_for_each_effect_with_its_reason(korea: Node) -> None:
    found = panel(korea)
    assert found.party == "Demo CSIRT Estonia"
    assert len(found.instances) == len(Effect)
    whole = [str(each.why) for each in found.instances]
    assert any(NAME in each for each in whole)
    assert all(each.path.endswith("/audience#csirt-ee") for each in found.instances)


def test_the_page_is_marked_by_what_it_names(korea: Node) -> None:
    assert panel(korea).strictest() == Tlp.AMBER_STRICT


def test_the_other_node_shows_the_same_agreement(folder: Path) -> None:
    with open_node(Settings(data=str(folder / "estonia"))) as node:
        found = panel(node)
        assert [(each.title, each.parties) for each in found.agreements] == [(TITLE, "Demo CSIRT Korea")]
        assert found.party == "Demo CSIRT Korea"
        assert [each.meaning for each in found.instances] == ["released", "withheld"]


def test_without_agreements_there_is_nothing(korea: Node) -> None:
    for row in korea.directory.agreements.all():
        korea.directory.agreements.suspend(row.name, by="Alice")
    try:
        found = panel(korea)
        assert (found.agreements, found.picture, found.instances) == ((), None, ())
    finally:
        for row in korea.directory.agreements.all():
            korea.directory.agreements.resume(row.name, by="Alice")
