"""``agreement``: from a template to a partner who gets what it says, and back; between two nodes by files."""

import io
import shutil
import sys
from pathlib import Path

import pytest

from comity.app.folder import Folder
from comity.app.keys import make_keys
from comity.app.node import open_node
from comity.app.settings import read_settings
from comity.cli import agreements
from comity.kernel.base.ids import system_random
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.templates import TEMPLATES
from tests.cli.conftest import Command, Ran
from tests.cli.test_objects import bundle, campaign

ID = "campaign--00000000-0000-4000-8000-00000000000"
PARTNER = "identity--22222222-2222-4222-8222-222222222222"


@pytest.fixture
def text(command: Command, node: Path, tmp_path: Path) -> Path:
    """A node with a green, an amber and a red object, and the text of an agreement with Carol, who is told GREEN without it."""
    objects = (campaign(1, marking=Tlp.GREEN), campaign(2, marking=Tlp.AMBER), campaign(3, marking=Tlp.RED))
    (tmp_path / "in.json").write_bytes(bundle(*objects))
    assert command("load", tmp_path / "in.json", "--collection", "intel").code == 0
    assert command("party", "ceiling", "carol", "green").code == 0
    assert command("party", "identity", "carol", PARTNER).code == 0
    drafted = command("agreement", "new", "bilateral-csirt", "--with", "carol", "--name", "home-carol")
    assert drafted.code == 0
    assert "agreement check FILE" in drafted.err
    (tmp_path / "text.toml").write_text(drafted.out, "utf-8")
    return tmp_path / "text.toml"


def _gets(command: Command, party: str = "carol") -> list[str]:
    return [each["id"] for each in command("view", "--as", party, "--json").json.get("objects", [])]


def test_an_agreement_from_template_to_withdrawal(command: Command, text: Path) -> None:
    assert command("agreement", "check", text, "--json").json == {"sound": True, "name": "home-carol", "findings": []}
    assert "home-carol may be signed" in command("agreement", "check", text).out

    foreseen = command("agreement", "preview", text, "--json").json
    (carol,) = foreseen["parties"]
    assert (carol["party"], carol["relation"], carol["released"]) == ("carol", "party", 2)
    assert carol["opening"] == {"count": 1, "some": [ID + "2"]}
    assert carol["closing"]["count"] == 0
    assert {"number": 3, "decides": {"release": 2, "redact": 0, "review": 0, "withhold": 1}} in foreseen["articles"]
    said = command("agreement", "preview", text).out
    assert "Opens to carol:" in said
    assert "Grey Tide 2" in said

    applied = command("agreement", "apply", text, "--json").json
    assert (applied["name"], applied["state"], applied["changed"]) == ("home-carol", "signed-by-us", True)
    assert _gets(command) == [ID + "1", ID + "2"]
    again = command("agreement", "apply", text)
    assert (again.code, again.out) == (0, "")
    assert "nothing was changed" in again.err

    assert [each["name"] for each in command("agreement", "list", "--json").json] == ["home-carol"]
    assert "signed by us" in command("agreement", "list").out
    whole = command("agreement", "show", "home-carol", "--json").json
    assert whole["articles"][2]["decides"]["release"] == 2
    assert whole["articles"][2]["says"] == "ceiling"
    assert [each["party"] for each in whole["signatures"]] == ["home"]
    assert len(whole["versions"]) == 1
    assert "Article 3:" in command("agreement", "show", "home-carol").out
    assert command("agreement", "show", "home-carol", "--text").out == text.read_text("utf-8")

    assert (
        command("agreement", "suspend", "home-carol", "--preview", "--json").json["parties"][0]["closing"]["count"] == 1
    )
    suspended = command("agreement", "suspend", "home-carol", "--json").json
    assert suspended["state"] == "suspended"
    assert [(each["party"], each["count"]) for each in suspended["gone_out"]] == [("carol", 1)]
    assert _gets(command) == [ID + "1"]
    assert ID + "2" in command("agreement", "gone-out", "home-carol").out
    assert command("agreement", "gone-out", "home-carol", "--json").json[0]["objects"][0]["id"] == ID + "2"
    assert command("agreement", "resume", "home-carol").code == 0
    assert _gets(command) == [ID + "1", ID + "2"]
    assert "carol could have 1 object" in command("agreement", "withdraw", "home-carol").out
    assert _gets(command) == [ID + "1"]


def test_a_text_may_come_from_standard_input(command: Command, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.read_bytes())))
    assert command("agreement", "apply", "-").code == 0
    assert command("agreement", "list", "--json").json[0]["name"] == "home-carol"


def test_all_that_is_wrong_is_said_at_once(command: Command, text: Path) -> None:
    wrong = text.read_text("utf-8").replace('tlp = "amber"', 'tlp = "ambr"').replace("days = 730", "days = -1")
    text.write_text(wrong, "utf-8")
    checked = command("agreement", "check", text)
    assert checked.code == 1
    assert checked.out.count("error: Article") == 2
    told = command("agreement", "check", text, "--json")
    assert told.code == 1
    assert told.json["sound"] is False
    assert [each["article"] for each in told.json["findings"]] == [3, 9]
    assert all(each["line"] for each in told.json["findings"])
    for act in ("apply", "preview"):
        refused = command("agreement", act, text)
        assert (refused.code, refused.out) == (1, "")
        assert "ambr" in refused.err
        assert "may not be signed" in refused.err
    assert command("agreement", "list", "--json").json == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("new", "none", "--with", "carol"), 1, "Templates are"),
        (("new", "eu-rok", "--with", "nobody"), 1, "comity party list"),
        (("new", "eu-rok", "--with", "home"), 1, "another party"),
        (("new", "eu-rok"), 1, "--community"),
        (("new", "eu-rok", "--with", "carol", "--name", "A B"), 1, "lower-case"),
        (("new", "sector-isac", "--community", "none"), 1, "comity community list"),
        (("new",), 2, "TEMPLATE"),
        (("check", "nowhere.toml"), 1, "can't be read"),
        (("apply", "nowhere.toml"), 1, "can't be read"),
        (("accept", "nowhere.json"), 1, "can't be read"),
        (("show", "none"), 1, "comity agreement list"),
        (("suspend", "none"), 1, "comity agreement list"),
        (("resume", "none"), 1, "comity agreement list"),
        (("withdraw", "none"), 1, "comity agreement list"),
        (("gone-out", "none"), 1, "comity agreement list"),
        (("offer", "none"), 1, "comity agreement list"),
        (("answer", "none"), 1, "comity agreement list"),
    ],
)
def test_refusals_say_what_to_do(
    command: Command, node: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    ran = command("agreement", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in " ".join(ran.err.split())


def test_help_names_every_template(command: Command) -> None:
    assert set(agreements.TEMPLATES.split(", ")) == set(TEMPLATES)
    assert command("agreement", "new", "--help").code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"comity = ", b'{"type": "bundle"', b"[1]"])
@pytest.mark.parametrize("act", ["check", "preview", "apply", "accept", "answered"])
def test_what_is_no_text_and_no_offer(command: Command, node: Path, tmp_path: Path, content: bytes, act: str) -> None:
    (tmp_path / "x").write_bytes(content)
    ran = command("agreement", act, tmp_path / "x")
    assert ran.code == 1
    assert "should not have happened" not in ran.err


class Two:
    """Two nodes and the command line of each."""

    def __init__(self, command: Command, here: Path, there: Path) -> None:
        self._command = command
        self._data = {"home": here, "there": there}

    def __call__(self, node: str, *arguments: str | Path) -> Ran:
        return self._command("--data", self._data[node], *arguments)


@pytest.fixture
def two(command: Command, made: Path, tmp_path: Path) -> Two:
    """``home``, and ``there``, which calls itself Carol; each knows the other's identity."""
    for name in ("home", "there"):
        shutil.copytree(made, tmp_path / name)
    folder = Folder(tmp_path / "there")
    for path in folder.key.parent.glob("node*"):
        path.unlink()
    make_keys(folder, system_random)
    nodes = Two(command, tmp_path / "home", tmp_path / "there")
    (ours,) = (each["identity"] for each in nodes("home", "party", "list", "--json").json if each["own"])
    assert nodes("there", "party", "identity", "home", PARTNER).code == 0
    assert nodes("there", "party", "identity", "carol", ours).code == 0
    assert nodes("home", "party", "identity", "carol", PARTNER).code == 0
    return nodes


def test_two_nodes_agree_by_files(two: Two, tmp_path: Path) -> None:
    text, offer, answer = tmp_path / "text.toml", tmp_path / "offer.json", tmp_path / "answer.json"
    text.write_text(two("home", "agreement", "new", "bilateral-csirt", "--with", "carol", "--name", "a").out, "utf-8")
    assert two("home", "agreement", "apply", text).code == 0
    offer.write_text(two("home", "agreement", "offer", "a").out, "utf-8")

    for act in ("check", "preview"):
        assert two("there", "agreement", act, offer).code == 0
    told = two("there", "agreement", "check", offer, "--json").json
    fingerprint = told["signers"][0]["fingerprint"]
    assert (told["sound"], told["signers"][0]["party"], told["signers"][0]["known"]) == (True, "carol", False)
    assert two("there", "agreement", "apply", offer).code == 1
    assert two("there", "agreement", "answered", offer).code == 1

    wrong = two("there", "agreement", "accept", offer, "--fingerprint", "sha256:00")
    assert (wrong.code, wrong.out) == (1, "")
    accepted = two("there", "agreement", "accept", offer)
    assert accepted.code == 0
    assert fingerprint in accepted.err
    answer.write_text(accepted.out, "utf-8")
    assert two("there", "agreement", "answer", "a").json["objects"] == accepted.json["objects"]
    assert two("there", "agreement", "list", "--json").json[0]["state"] == "in-force"

    answered = two("home", "agreement", "answered", answer)
    assert (answered.code, "in force" in answered.out) == (0, True)
    assert "sha256:" in answered.err
    assert two("home", "agreement", "answered", answer, "--json").json["signed_by_them"]
    assert two("there", "agreement", "answered", answer).code == 1
    assert "sha256:" not in two("there", "agreement", "accept", offer, "--fingerprint", fingerprint).err


def test_a_file_that_was_changed_on_its_way_is_refused(two: Two, tmp_path: Path) -> None:
    text, offer = tmp_path / "text.toml", tmp_path / "offer.json"
    text.write_text(two("home", "agreement", "new", "bilateral-csirt", "--with", "carol", "--name", "a").out, "utf-8")
    assert two("home", "agreement", "apply", text).code == 0
    offer.write_text(two("home", "agreement", "offer", "a").out.replace("amber", "green"), "utf-8")
    for act in ("check", "preview", "accept"):
        ran = two("there", "agreement", act, offer)
        assert (ran.code, ran.out) == (1, "")
    assert two("there", "agreement", "list", "--json").json == []


def test_what_is_done_is_in_the_record(command: Command, text: Path, node: Path) -> None:
    assert command("agreement", "apply", text).code == 0
    with open_node(read_settings({}, data=str(node))) as opened:
        (event,) = opened.store.events.all(10, kind=LeafKind.AGREEMENT)
    assert '"agreement":"home-carol"' in event.statement
    assert '"by":"command line: ' in event.statement
