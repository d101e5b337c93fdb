"""``restrict``: who is named on the command line sees it, and the command line itself does not."""

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
def test_restricting_hides_it_and_lifting_shows_it_again(command: Command) -> None:
    ran = command("restrict", ID, "--to", "Alice")
    assert ran.code == 0
    assert "Alice only" in ran.out
    assert command("show", ID).code == 1
    assert command("search", "Grey").out == ""
    assert ID not in command("export", "--collection", "intel").out
    assert command("restrict", ID, "--lift", "--json").json == {"id": ID, "people": [], "lifted": True}
    assert command("show", ID).code == 0
    assert "was not restricted" in command("restrict", ID, "--lift").err


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((ID,), 2),
        ((ID, "--to", "Alice", "--lift"), 2),
        ((ID, "--to", "Nobody"), 1),
        ((ID[:-1] + "9", "--to", "Alice"), 1),
        (("nonsense", "--lift"), 1),
    ],
)
def test_what_is_not_meant_clearly_is_refused(command: Command, arguments: tuple[str, ...], code: int) -> None:
    assert command("restrict", *arguments).code == code
    assert command("show", ID).code == 0
