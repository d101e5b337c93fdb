"""``load``, ``search``, ``show``, ``export``: bytes in and out, what is refused, and what whom is shown."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
from stix2 import parse as stix2_parse

from comity.kernel.objects.markings import TLP_IDS, Tlp
from tests.cli.conftest import Command


def campaign(number: int, *, name: str = "Grey Tide", marking: Tlp | None = None, more: str = "") -> bytes:
    """A campaign, written as no encoder of ours would write it, so that re-encoding would show."""
    marked = f', "object_marking_refs": ["{TLP_IDS[marking]}"]' if marking is not None else ""
    return (
        f'{{"type": "campaign",  "spec_version":"2.1", "id":"campaign--00000000-0000-4000-8000-{number:012d}"'
        f', "created":"2026-01-01T00:00:00.000Z", "modified":"2026-01-01T00:00:00.000Z", "name":"{name} {number}"{marked}{more}}}'
    ).encode()


def bundle(*objects: bytes) -> bytes:
    return (
        b'{"type":"bundle","id":"bundle--0f6a2f1e-3c44-4a31-8f6f-0a5f2c1d9e77","objects":[' + b",".join(objects) + b"]}"
    )


def test_load_and_export_keep_bytes(command: Command, node: Path, tmp_path: Path) -> None:
    objects = [campaign(number) for number in range(2500)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(bundle(*objects[:1000]))
    (tmp_path / "in" / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(objects[1000:])))
    loaded = command("load", tmp_path / "in", "--collection", "intel", "--json")
    assert loaded.code == 0
    assert {name: loaded.json[name] for name in ("files", "kept", "new", "known", "conflict", "refused", "report")} == {
        "files": 2,
        "kept": 2500,
        "new": 2500,
        "known": 0,
        "conflict": 0,
        "refused": 0,
        "report": None,
    }
    assert not (node / "refused").exists()

    first, again = command("export", "--collection", "intel"), command("export", "--collection", "intel")
    assert first == again
    assert stix2_parse(first.out).type == "bundle"
    for raw in objects:
        assert raw.decode() in first.out
    assert len(json.loads(first.out)["objects"]) == 2500

    twice = command("load", tmp_path / "in", "--collection", "intel")
    assert "2500 already held" in twice.out


def test_export_says_what_a_party_may_see(command: Command, node: Path, tmp_path: Path) -> None:
    marked = [campaign(level.value, marking=level) for level in Tlp] + [campaign(9)]
    (tmp_path / "a.json").write_bytes(bundle(*marked))
    assert command("load", tmp_path / "a.json", "--collection", "intel").code == 0

    def seen(*arguments: str) -> list[str]:
        exported = json.loads(command("export", "--collection", "intel", *arguments).out)
        return [each["name"].split()[-1] for each in exported.get("objects", [])]

    assert seen() == ["0", "1", "2", "3", "4", "9"]
    assert seen("--as", "carol") == ["0", "1", "2", "9"]
    nothing = command("export", "--collection", "intel", "--as", "dave")
    assert (nothing.code, list(json.loads(nothing.out))) == (0, ["type", "id"])
    assert stix2_parse(nothing.out, version="2.1").type == "bundle"
    assert command("export", "--collection", "intel", "--as", "nobody").code == 1
    assert command("export", "--collection", "nowhere").code == 1


def test_what_is_refused_is_reported_and_the_rest_goes_on(command: Command, node: Path, tmp_path: Path) -> None:
    lines = [campaign(1), b'{"type":"campaign","id":"campaign--x"}', b"not json", campaign(2)]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    (tmp_path / "b.json").write_bytes(bundle(campaign(3))[:-10])
    ran = command("load", tmp_path / "a.jsonl", tmp_path / "b.json", "--collection", "intel", "--json")
    assert ran.code == 3
    assert (ran.json["kept"], ran.json["refused"]) == (2, 3)
    report = Path(ran.json["report"])
    assert report.parent == node / "refused"
    assert report.stat().st_mode & 0o077 == 0
    told = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(Path(each["source"]).name, each["place"]) for each in told] == [
        ("a.jsonl", "line 2"),
        ("a.jsonl", "line 3"),
        ("b.json", "start"),
    ]
    assert all(finding["clause"] and finding["message"] for each in told for finding in each["findings"])
    assert command("load", tmp_path / "a.jsonl", "--collection", "intel").code == 3


def test_nothing_kept_is_a_failure(command: Command, node: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"type":"indicator"}')
    ran = command("load", tmp_path / "a.json", "--collection", "intel", "--refused", tmp_path / "why.jsonl")
    assert ran.code == 1
    assert "1 refused. What and why" in ran.out
    assert json.loads((tmp_path / "why.jsonl").read_text())["findings"]


def test_standard_input(command: Command, node: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Given:
        buffer = io.BytesIO(campaign(1) + b"\n" + campaign(2))

    monkeypatch.setattr(sys, "stdin", Given())
    assert command("load", "-", "--collection", "intel", "--json").json["new"] == 2


def test_load_for_a_party_that_may_write(command: Command, node: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(campaign(1, marking=Tlp.RED))
    refused = command("load", tmp_path / "a.json", "--collection", "intel", "--as", "carol")
    assert refused.code == 1
    assert "carol may not write to intel" in refused.err
    assert command("load", tmp_path / "a.json", "--collection", "drop", "--as", "carol").code == 0
    held = command("show", "campaign--00000000-0000-4000-8000-000000000001", "--json").json
    assert [each["source"] for each in held["claims"]] == ["carol"]


def test_conflicts_are_kept_and_said(command: Command, node: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(campaign(1) + b"\n" + campaign(1, name="Other"))
    ran = command("load", tmp_path / "a.jsonl", "--collection", "intel")
    assert ran.code == 0
    assert "1 in conflict" in ran.out
    shown = command("show", "campaign--00000000-0000-4000-8000-000000000001")
    assert "2 claims" in shown.out
    assert "conflict" in shown.out


def test_search_and_show(command: Command, node: Path, tmp_path: Path) -> None:
    hostile = campaign(2, name="\\u001b[2J\\u202eRansom", more=', "description": "first\\nsecond"')
    (tmp_path / "a.jsonl").write_bytes(campaign(1) + b"\n" + hostile)
    assert command("load", tmp_path / "a.jsonl", "--collection", "intel").code == 0
    found = command("search", "grey", "tide", "--json").json
    assert [hit["title"] for hit in found["hits"]] == ["Grey Tide 1"]
    assert found["more"] is False
    assert "Grey Tide 1" in command("search", "tide").out
    nothing = command("search", "unheard-of")
    assert (nothing.code, nothing.out) == (0, "")

    identifier = "campaign--00000000-0000-4000-8000-000000000002"
    for shown in (command("show", identifier), command("search", "ransom")):
        assert "\x1b" not in shown.out
        assert "\u202e" not in shown.out
    claim = command("show", identifier, "--json").json["claims"][0]
    assert claim["object"]["description"] == "first\nsecond"
    assert (claim["tlp"], claim["assumed"], claim["collection"]) == ("TLP:AMBER", True, "intel")
    missing = command("show", "campaign--00000000-0000-4000-8000-000000000099")
    assert missing.code == 1
    assert "comity search" in missing.err


@pytest.mark.parametrize("path", ["no.json", "empty-folder"])
def test_nothing_to_load(command: Command, node: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty-folder").mkdir()
    ran = command("load", tmp_path / path, "--collection", "intel")
    assert ran.code == 1
    assert ran.err.startswith("comity: there is no")


def test_what_was_loaded_on_postgresql_is_found_without_a_server(
    command: Command, tmp_path: Path, postgres_url: str
) -> None:
    data = ("--data", tmp_path / "node")
    made = command(
        "init", tmp_path / "node", "--name", "Home", "--jurisdiction", "KR", "--database", postgres_url, "--json"
    )
    assert made.code == 0
    assert command(*data, "collection", "add", "intel").code == 0
    (tmp_path / "a.json").write_bytes(bundle(campaign(1), campaign(2)))
    assert command(*data, "load", tmp_path / "a.json", "--collection", "intel", "--json").json["new"] == 2
    assert len(command(*data, "search", "tide", "--json").json["hits"]) == 2
    assert len(json.loads(command(*data, "export", "--collection", "intel").out)["objects"]) == 2
    assert command(*data, "doctor").code in {0, 1}
