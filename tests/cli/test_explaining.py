"""``explain`` and ``view``: why, why not, what would change it, and exactly what goes out."""

import json
from pathlib import Path

import pytest

from comity.app.node import open_node
from comity.app.settings import read_settings
from comity.kernel.base.clock import SystemClock, rfc3339
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.markings import Tlp
from tests.cli.conftest import Command
from tests.cli.test_objects import bundle, campaign

ID = "campaign--00000000-0000-4000-8000-00000000000"


@pytest.fixture(autouse=True)
def loaded(command: Command, node: Path, tmp_path: Path) -> None:
    """Carol reads ``intel`` up to AMBER, and gave an object into ``drop``, which she may only write."""
    objects = (campaign(1, marking=Tlp.GREEN), campaign(2), campaign(3, marking=Tlp.RED))
    (tmp_path / "in.json").write_bytes(bundle(*objects))
    (tmp_path / "own.json").write_bytes(bundle(campaign(4, marking=Tlp.GREEN)))
    assert command("load", tmp_path / "in.json", "--collection", "intel").code == 0
    assert command("load", tmp_path / "own.json", "--collection", "drop", "--as", "carol").code == 0


def test_why_and_why_not(command: Command) -> None:
    said = command("explain", ID + "2", "--to", "carol")
    assert said.code == 0
    assert "carol (Carol CERT) gets it." in said.out
    assert "TLP:AMBER (assumed)" in said.out
    said = command("explain", ID + "3", "--to", "carol")
    assert "does not get it" in said.out
    assert "FIRST TLP 2.0" in said.out
    assert "Would be released if" in said.out


def test_for_programs(command: Command) -> None:
    told = command("explain", ID + "3", "--to", "carol", "--json").json
    assert (told["id"], told["party"], told["released"], told["effect"]) == (ID + "3", "carol", False, "withhold")
    (claim,) = told["claims"]
    assert (claim["source"], claim["collection"], claim["tlp"]) == ("home", "intel", "TLP:RED")
    assert claim["reasons"][0]["effect"] == "withhold"
    assert claim["reasons"][0]["internal"]
    assert claim["counterfactual"]["says"].startswith("Would be released if ")
    assert claim["counterfactual"]["changes"]
    released = command("explain", ID + "1", "--to", "carol", "--json").json
    assert (released["released"], released["claims"][0]["counterfactual"]) == (True, None)


def test_what_would_change_it_changes_it(command: Command) -> None:
    changes = command("explain", ID + "3", "--to", "carol", "--json").json["claims"][0]["counterfactual"]["changes"]
    assert [each["kind"] for each in changes] == ["ceiling"]
    assert command("party", "ceiling", "carol", "red").code == 0
    assert command("explain", ID + "3", "--to", "carol", "--json").json["released"] is True
    assert ID + "3" in command("view", "--as", "carol", "--json").out


def test_as_of_another_day(command: Command) -> None:
    before = command("view", "--as", "carol", "--on", "2020-01-01")
    assert (before.code, before.out) == (0, "")
    assert "gets nothing" in before.err
    assert "objects" not in command("view", "--as", "carol", "--on", "2020-01-01", "--json").json
    after = command("explain", ID + "1", "--to", "carol", "--on", "2090-01-01T00:00:00Z", "--json").json
    assert after["on"] == "2090-01-01T00:00:00.000000Z"


def test_view_is_what_the_party_would_get(command: Command) -> None:
    viewed = command("view", "--as", "carol", "--json")
    assert viewed.out == command("export", "--collection", "intel", "--as", "carol").out
    assert [each["id"] for each in viewed.json["objects"]] == [ID + "1", ID + "2"]
    listed = command("view", "--as", "carol")
    assert listed.out.count("campaign--") == 2
    assert "Grey Tide 1" in listed.out
    assert "2 objects" in listed.err
    short = command("view", "--as", "carol", "--limit", "1")
    assert short.out.count("campaign--") == 1
    assert "--limit" in short.err
    assert "gets nothing" in command("view", "--as", "dave").err


def test_what_it_could_see_where_it_may_not_read_any_more(command: Command) -> None:
    shown = command("view", "--as", "carol", "--json").json["objects"]
    then = rfc3339(SystemClock().now())
    assert command("collection", "access", "intel", "carol").code == 0
    assert "gets nothing" in command("view", "--as", "carol").err
    ran = command("view", "--as", "carol", "--on", then, "--json")
    assert [each["id"] for each in ran.json["objects"]] == [each["id"] for each in shown]


def test_a_bundle_that_left_is_in_the_record(command: Command, node: Path) -> None:
    command("view", "--as", "carol", "--json")
    with open_node(read_settings({}, data=str(node))) as opened:
        (event,) = opened.store.events.all(10, kind=LeafKind.EXPORTED)
    stated = json.loads(event.statement)
    assert (stated["party"], stated["count"]) == ("carol", 2)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("explain", ID + "1", "--to", "nobody"), 1, "comity party list"),
        (("explain", ID + "9", "--to", "carol"), 1, "comity search"),
        (("explain", "nonsense", "--to", "carol"), 1, "nothing is held"),
        (("explain", ID + "1"), 2, "--to"),
        (("explain", ID + "1", "--to", "carol", "--on", "soon"), 1, "2026-12-01"),
        (("view",), 2, "--as"),
        (("view", "--as", "nobody"), 1, "comity party list"),
        (("view", "--as", "carol", "--on", "2026-13-01"), 1, "is no date"),
        (("view", "--as", "carol", "--limit", "0"), 2, "limit"),
    ],
)
def test_refusals_say_what_to_do(command: Command, arguments: tuple[str, ...], code: int, says: str) -> None:
    ran = command(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in " ".join(ran.err.split())
