"""``redact`` and ``twins``: what would go, printed; how far it is made; new pseudonyms."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from comity.app.node import open_node
from comity.app.settings import read_settings
from comity.kernel.policy.agreement.articles import Redact, Selection
from comity.kernel.policy.agreement.writing import write
from tests.cli.conftest import Command

WHEN = "2026-11-03T05:07:00.000Z"
VICTIM = "identity--8e2e2d2b-17d4-4cbf-938f-000000000007"
REPORT = "report--8e2e2d2b-17d4-4cbf-938f-000000000008"


@pytest.fixture
def agreed(command: Command, node: Path, tmp_path: Path) -> Path:
    """The node has an identity and a report on it; Carol is under an agreement by which identities are redacted."""
    head = {"spec_version": "2.1", "created": WHEN, "modified": WHEN}
    objects = [
        {"type": "identity", "id": VICTIM, **head, "name": "Harbour Terminal", "sectors": ["energy"]},
        {"type": "report", "id": REPORT, **head, "name": "What happened", "published": WHEN, "object_refs": [VICTIM]},
    ]
    (tmp_path / "in.json").write_text(
        json.dumps({"type": "bundle", "id": "bundle--" + VICTIM[10:], "objects": objects})
    )
    assert command("load", tmp_path / "in.json", "--collection", "intel").code == 0
    with open_node(read_settings({}, data=str(node))) as opened:
        agreements = opened.directory.agreements
        drafted = agreements.read(agreements.draft("bilateral-csirt", "carol", name="pact"))
        kept = [each for each in drafted.articles if not isinstance(each, Redact)]
        redacts = Redact(number=1, when=Selection(types=("identity",)), profile="victims")
        articles = tuple(replace(each, number=number) for number, each in enumerate((redacts, *kept), 1))
        agreements.apply(write(replace(drafted, articles=articles)), by="somebody")
    return node


def test_what_would_go_is_shown_and_nothing_is_made(command: Command, agreed: Path) -> None:
    said = command("redact", VICTIM, "--to", "carol")
    assert said.code == 0
    assert "Nothing goes yet. In its place would go:" in said.out
    assert "Name (made coarser)" in said.out
    assert "- Harbour Terminal" in said.out
    assert "+ an identity of the energy sector" in said.out
    assert "As they are: Sectors" in said.out
    assert command("twins", "status", "--json").json["made"] == 0


def test_what_goes_is_shown_with_its_id_and_for_programs(command: Command, agreed: Path) -> None:
    made = command("twins", "make", "--json")
    assert made.json["made"] == 2
    assert made.json["waiting"] == 0
    (claim,) = command("redact", VICTIM, "--to", "carol", "--json").json["claims"]
    assert claim["effect"] == "redact"
    assert claim["goes"]["form"] == "made"
    assert claim["goes"]["object"]["id"] == claim["goes"]["id"] != VICTIM
    assert "Harbour Terminal" not in json.dumps(claim["goes"]["object"])
    assert "Its id for them: identity--" in command("redact", VICTIM, "--to", "carol").out
    assert claim["goes"]["id"] in command("view", "--as", "carol", "--json").out


def test_explain_says_what_they_get(command: Command, agreed: Path) -> None:
    assert "would get it redacted, which is not made yet" in command("explain", VICTIM, "--to", "carol").out
    command("twins", "make")
    assert "gets a form of it in its place" in command("explain", VICTIM, "--to", "carol").out
    told = command("explain", REPORT, "--to", "carol", "--json").json
    assert (told["effect"], told["claims"][0]["goes"]["form"]) == ("redact", "made")


def test_to_whom_nothing_is_redacted_that_is_said(command: Command, agreed: Path) -> None:
    assert "It is withheld:" in command("redact", VICTIM, "--to", "dave").out


def test_what_is_not_held_is_not_found(command: Command, agreed: Path) -> None:
    said = command("redact", "identity--8e2e2d2b-17d4-4cbf-938f-000000000099", "--to", "carol")
    assert said.code == 1
    assert "nothing is held under the id" in said.err


def test_the_status_names_keys_and_what_stays_back(command: Command, agreed: Path) -> None:
    command("twins", "make")
    said = command("twins", "status")
    assert "go redacted" in said.out
    assert "pact" in said.out


def test_new_pseudonyms(command: Command, agreed: Path) -> None:
    command("twins", "make")
    before = command("redact", VICTIM, "--to", "carol", "--json").json["claims"][0]["goes"]["id"]
    done = command("twins", "rotate", "pact", "--yes", "--json")
    assert done.json == {"scope": "pact", "generation": 2, "revoked": 2}
    after = command("redact", VICTIM, "--to", "carol", "--json").json["claims"][0]["goes"]["id"]
    assert after != before
    assert command("twins", "rotate", "nothing", "--yes").code == 1
