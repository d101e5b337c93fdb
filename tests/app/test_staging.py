"""The demo: two nodes set up whole, kept from one start to the next, anew on demand, and only ever in a folder of its own."""

from pathlib import Path

import pytest

from comity.app.demo.pact import DAY, NAME, SIGNED_DAYS_AGO
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.app.staging import MARK, Demo, claimed, places, set_up
from comity.kernel.base.clock import FixedClock, SystemClock
from comity.kernel.base.errors import Conflict, Invalid
from comity.kernel.directory.agreements import State
from comity.kernel.directory.roles import Role
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Query

HOUR = 3_600_000_000


def staged(path: Path, *, reset: bool = False, port: int = 8000, later: int = 0) -> Demo:
    clock = FixedClock(SystemClock().now() + later)
    with claimed(path):
        return set_up(path, Settings(data=str(path), port=port), clock, reset=reset)


def test_two_nodes_of_two_parties_stand_side_by_side(tmp_path: Path) -> None:
    demo = staged(tmp_path / "demo")
    korea, estonia = demo.stages
    assert (korea.party, estonia.party) == ("Demo CSIRT Korea", "Demo CSIRT Estonia")
    assert (korea.settings.port, estonia.settings.port) == (8000, 8001)
    assert (korea.settings.timezone, estonia.settings.timezone) == ("Asia/Seoul", "Europe/Tallinn")
    assert len({stage.settings.data for stage in demo.stages}) == 2
    ids = set()
    for stage in demo.stages:
        analyst, signer, administrator = stage.seats
        assert administrator.roles == (Role.ADMINISTRATOR,)
        assert analyst.roles == (Role.ANALYST, Role.DUTY_OFFICER)
        assert signer.roles == (Role.APPROVER, Role.LEGAL)
        with open_node(stage.settings) as node:
            ids.add(node.file.id)
            own = node.directory.parties.own()
            assert own.name == stage.party
            assert len(node.store.visible(Viewer(own.id)).recent(10)) == 10
            assert node.store.settle() == 0
            assert {each.name for each in node.directory.accounts.all()} == {each.name for each in stage.seats}
    assert len(ids) == 2


def test_the_partners_token_reads_what_the_line_for_curl_says(tmp_path: Path) -> None:
    demo = staged(tmp_path / "demo")
    with open_node(demo.stages[0].settings) as node:
        standing = node.directory.authenticator.party_of(f"Bearer {demo.partner.secret}")
        assert standing is not None
        assert (standing.party.slug, standing.party.own) == (demo.partner.slug, False)
        entry = node.directory.collections.entry(standing, demo.partner.collection.uuid)
        assert entry is not None
        assert (entry.read, entry.write) == (True, False)
        page = node.store.visible(Viewer(standing.party.id)).page(Query(collection=entry.collection.id), 5)
        assert page.count > 0


def test_what_was_changed_stays_until_a_reset(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    first = staged(path)
    assert first.anew
    with open_node(first.stages[1].settings) as node:
        node.directory.parties.add("dave", name="Dave", jurisdiction="FR")
        before = node.file.id
    again = staged(path, later=HOUR)
    assert not again.anew
    assert again.made == first.made
    links = [{seat.link for stage in demo.stages for seat in stage.seats} for demo in (first, again)]
    assert len(links[0] | links[1]) == 12
    with open_node(again.stages[1].settings) as node:
        assert node.file.id == before
        assert node.directory.parties.get("dave").name == "Dave"
    anew = staged(path, reset=True, later=HOUR)
    assert anew.anew
    assert anew.made > first.made
    with open_node(anew.stages[1].settings) as node:
        assert node.file.id != before
        assert "dave" not in {each.slug for each in node.directory.parties.all()}


def test_a_demo_that_was_cut_off_or_is_for_another_port_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    staged(path)
    assert staged(path, port=9000).anew
    assert not staged(path, port=9000).anew
    (path / MARK).write_bytes(b'{"version":')
    assert staged(path, port=9000).anew
    (path / "estonia" / "node.toml").unlink()
    assert staged(path, port=9000).anew


def test_only_a_demo_is_ever_emptied(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    with pytest.raises(Conflict) as caught, claimed(tmp_path):
        pass
    assert caught.value.code == "not-a-demo"
    assert (tmp_path / "letter.txt").exists()
    assert not (tmp_path / MARK).exists()


def test_one_demo_runs_in_a_folder(tmp_path: Path) -> None:
    with claimed(tmp_path / "demo"), pytest.raises(Conflict) as caught, claimed(tmp_path / "demo"):
        pass
    assert caught.value.code == "demo-runs"
    with claimed(tmp_path / "demo"):
        pass


def test_the_second_node_needs_a_port_too() -> None:
    with pytest.raises(Invalid):
        places(Path("demo"), Settings(port=65535))


def test_both_nodes_hold_one_agreement_that_both_have_signed(tmp_path: Path) -> None:
    demo = staged(tmp_path / "demo")
    held = []
    for stage in demo.stages:
        with open_node(stage.settings) as node:
            row = node.directory.agreements.get(NAME)
            assert node.directory.agreements.state(row) == State.IN_FORCE
            own = node.directory.parties.own()
            signed = {each.party.name for each in node.directory.agreements.signatures(row) if each.party is not None}
            assert signed == {each.party for each in demo.stages}
            assert own.name in signed
            held.append((row.agreement, row.digest))
    assert held[0] == held[1]


def test_what_the_agreement_makes_of_the_examples(tmp_path: Path) -> None:
    """Each effect has an object, which the partner gets where it goes as it is, and else knows nothing of."""
    demo = staged(tmp_path / "demo")
    with open_node(demo.stages[0].settings) as node:
        partner = node.directory.parties.get(demo.partner.slug)
        ours = node.store.visible(Viewer(node.directory.parties.own().id))
        theirs = node.store.visible(Viewer(partner.id))
        for example in demo.examples:
            explained = ours.explained(example.object, partner.id)
            whole = example.effect == Effect.RELEASE
            # What names its creator is decided object by object: it goes as it is, since the partner gets the creator, too.
            decided = Effect.REDACT if whole else Effect(example.effect)
            assert {each.decision.effect for each in explained} == {decided}, example.called
            assert {each.released for each in explained} == {whole}, example.called
            assert len(theirs.held(example.object)) == (len(explained) if whole else 0), example.called


def test_what_is_above_the_ceiling_came_with_the_agreement(tmp_path: Path) -> None:
    demo = staged(tmp_path / "demo")
    with open_node(demo.stages[0].settings) as node:
        partner = node.directory.parties.get(demo.partner.slug)
        ours = node.store.visible(Viewer(node.directory.parties.own().id))
        assert partner.tlp_max == Tlp.GREEN
        compared = ours.compared(partner.id, demo.made - (SIGNED_DAYS_AGO + 1) * DAY)
        assert 0 < compared.then < compared.now
