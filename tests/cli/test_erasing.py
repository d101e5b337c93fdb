"""``erase``, ``hold``, ``retention``, ``recall`` as an operator types them."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_objects import campaign

ID = "campaign--00000000-0000-4000-8000-000000000001"


@pytest.fixture
def loaded(command: Command, node: Path, tmp_path: Path) -> Path:
    (tmp_path / "one.json").write_bytes(campaign(1))
    assert command("load", tmp_path / "one.json", "--collection", "intel", "--as", "home").code == 0
    return node


@pytest.mark.usefixtures("loaded")
def test_a_preview_comes_first_and_changes_nothing(command: Command) -> None:
    ran = command("erase", ID)
    assert ran.code == 0
    assert "1 claims of 1 objects" in ran.out
    assert command("erase", ID, "--json").json["some"] == [ID]
    assert command("show", ID).code == 0


@pytest.mark.usefixtures("loaded")
def test_erasing_for_good(command: Command, tmp_path: Path) -> None:
    ran = command("erase", ID, "--order", "Order 7", "--article", "Art. 17", "--for-good", "--yes", "--json")
    assert ran.code == 0, ran.err
    told = ran.json
    assert (told["state"], told["objects"], told["claims"], told["for_good"]) == ("done", 1, 1, True)
    assert command("show", ID).code == 1
    again = command("load", tmp_path / "one.json", "--collection", "intel", "--as", "home")
    assert again.code == 1
    assert "not taken again" in again.out
    assert "came 1 times" in command("erase", "--list").out
    assert command("erase", "--allow-again", "1").code == 0
    assert command("load", tmp_path / "one.json", "--collection", "intel", "--as", "home").code == 0


@pytest.mark.usefixtures("loaded")
def test_a_hold_stands_against_it_until_it_is_lifted(command: Command) -> None:
    assert command("hold", "add", ID, "--case", "Case 1", "--ground", "court").code == 0
    ran = command("erase", ID, "--order", "Order 7", "--yes")
    assert "1 claims stay" in ran.out
    assert command("hold", "list", "--json").json["holds"][0]["what"] == ID
    assert command("hold", "lift", "--case", "Case 1").code == 0
    assert command("erase", "--list", "--json").json[0]["state"] == "done"
    assert command("show", ID).code == 1
    assert command("hold", "custody").code == 0
    assert "(erased)" in command("hold", "list", "--all").out


@pytest.mark.usefixtures("loaded")
def test_terms_of_retention(command: Command) -> None:
    assert command("retention", "set", "intel", "--days", "30").code == 0
    (term,) = command("retention", "--json").json
    assert (term["what"], term["days"], term["claims"], term["due"]) == ("intel", 30, 1, 0)
    assert "Nothing is due" in command("retention", "run").out
    assert command("retention", "set", "home", "--source", "--days", "7").code == 0
    assert command("retention", "set", "intel", "--days", "0").code == 0
    assert "home" in command("retention").out


@pytest.mark.usefixtures("loaded")
def test_a_recall(command: Command) -> None:
    assert ID in command("export", "--collection", "intel", "--as", "carol").out
    ran = command("recall", ID, "--order", "R1", "--ground", "wrong", "--json")
    assert ran.code == 0, ran.err
    assert [each["party"] for each in ran.json[0]["told"]] == ["carol"]
    assert ID not in command("export", "--collection", "intel", "--as", "carol").out
    assert command("show", ID).code == 0
    assert "to be told" in command("recall", "--list").out
    assert command("recall", ID, "--told", "carol").code == 0
    assert command("recall", ID, "--lift").code == 0
    assert ID in command("export", "--collection", "intel", "--as", "carol").out


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("erase",), 1),
        (("erase", "nonsense"), 1),
        (("erase", ID, "--source", "home"), 1),
        (("erase", "--version", "2026-01-01T00:00:00Z"), 1),
        (("erase", ID, "--version", "yesterday"), 1),
        (("erase", "--source", "nobody"), 1),
        (("erase", "--agreement", "none"), 1),
        (("erase", ID, "--order", "x", "--dated", "soon", "--yes"), 1),
        (("hold", "add", "--case", "c", "--ground", "g"), 2),
        (("hold", "add", "nonsense", "--case", "c", "--ground", "g"), 1),
        (("hold", "add", ID, "--case", "c", "--ground", "g", "--until", "2001-01-01"), 1),
        (("hold", "lift"), 2),
        (("hold", "lift", "9"), 1),
        (("retention", "set", "intel", "--days", "99999999"), 1),
        (("recall", ID), 2),
        (("recall", ID, "--lift"), 1),
    ],
)
def test_what_is_not_meant_clearly_is_refused(command: Command, arguments: tuple[str, ...], code: int) -> None:
    ran = command(*arguments)
    assert ran.code == code, ran.err
    assert command("show", ID).code == 0
