"""``comity pull`` and ``comity mirror``, against a server on loopback."""

from datetime import datetime

import pytest

from comity.cli.mirroring import interval
from tests.kernel.exchange.mirror.servers import Medallion, OpenTaxii
from tests.simulator.world import note


@pytest.fixture
def remote(monkeypatch):
    import json

    monkeypatch.setenv("COMITY_FETCH_PRIVATE", "true")
    monkeypatch.setenv("COMITY_PULL_SECRET", "hunter2")
    with Medallion(datetime(2026, 11, 1, 12)).serving() as served:
        served.post([json.loads(note(f"{number}")) for number in range(120)])
        yield served


def test_a_pull(command, node, remote):
    ran = command("pull", remote.url, "--collection", "intel", "--user", "bench")
    assert ran.code == 0, ran.err
    assert "120 objects in 2 pages, 120 of them new, kept in intel" in ran.out
    slug = f"127-0-0-1-{remote.port}"
    assert f"The party {slug} was made of the server's host" in ran.err
    assert "not known (XX)" in ran.err
    told = command("pull", remote.url, "--collection", "intel", "--json").json
    assert (told["new"], told["pages"], told["party"], told["party_made"]) == (0, 1, slug, False)
    assert "hunter2" not in ran.out + ran.err
    (listed,) = command("mirror", "list", "--json").json
    assert (listed["state"], listed["new"], listed["user"], listed["secret"]) == ("complete", 120, "bench", "kept")
    (party,) = [each for each in command("party", "list", "--json").json if each["slug"] == slug]
    assert party["jurisdiction"] == "XX"


def test_without_the_setting_nothing_of_loopback_is_reached(command, node, remote, monkeypatch):
    monkeypatch.delenv("COMITY_FETCH_PRIVATE")
    ran = command("pull", remote.url, "--collection", "intel", "--user", "bench")
    assert ran.code == 1
    assert "not an address of the public internet" in ran.err
    assert "COMITY_FETCH_PRIVATE" in ran.err
    assert "It stays as mirror 1" in ran.err
    assert "comity mirror remove 1" in ran.err
    assert remote.asked == []
    assert "It stays" not in command("pull", remote.url, "--collection", "intel", "--user", "bench").err


def test_the_rhythm_is_kept_and_told(command, node, remote):
    ran = command("pull", remote.url, "--collection", "intel", "--user", "bench", "--from", "carol", "--every", "15m")
    assert ran.code == 0, ran.err
    assert "claims of carol" in ran.err
    assert "every 15m" in ran.err
    assert "15m" in command("mirror", "list").out
    for act, said in (("pause", "rests"), ("resume", "goes on"), ("remove", "is gone")):
        assert said in command("mirror", act, "1").out
    assert command("mirror", "list", "--json").json == []
    for act in ("show", "pause", "resume", "remove"):
        ran = command("mirror", act, "1")
        assert ran.code == 1
        assert "comity mirror list" in ran.err


def test_what_is_refused_is_told(command, node, remote):
    remote.post([{"type": "indicator", "id": "indicator--x"}])
    ran = command("pull", remote.url, "--collection", "intel", "--user", "bench")
    assert ran.code == 3
    assert "1 refused" in ran.out
    assert "indicator--x" in ran.out
    shown = command("mirror", "show", "1")
    assert "indicator--x" in shown.out
    assert command("mirror", "show", "1", "--json").json["refusals"][0]["object"] == "indicator--x"


def test_opentaxii_is_told_of(command, node, monkeypatch):
    import json

    monkeypatch.setenv("COMITY_FETCH_PRIVATE", "true")
    monkeypatch.setenv("COMITY_PULL_SECRET", "token-of-opentaxii")
    with OpenTaxii(datetime(2026, 11, 1, 12)).serving() as remote:
        remote.post([json.loads(note("one"))])
        ran = command("pull", remote.url, "--collection", "intel")
    assert ran.code == 0, ran.err
    assert "1 came with their type as spec_version" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("https://x.example/", "--collection", "intel"), "not the URL of a TAXII collection"),
        (("https://u:p@x.example/collections/y/", "--collection", "intel"), "must not hold a user"),
        (("https://x.example/collections/y/", "--collection", "none"), "no collection"),
        (("https://x.example/collections/y/", "--collection", "intel", "--from", "home"), "not ours"),
        (("https://x.example/collections/y/", "--collection", "intel", "--from", "nobody"), "no party"),
        (("https://x.example/collections/y/", "--collection", "intel", "--every", "1s"), "at most every 10 seconds"),
    ],
)
def test_what_can_not_be(command, node, arguments, said):
    ran = command("pull", *arguments)
    assert ran.code == 1
    assert said in ran.err
    assert command("mirror", "list", "--json").json == []


def test_lengths_of_time():
    assert [interval(text) // 1_000_000 for text in ("90s", "15m", "6h", "1d")] == [90, 900, 21_600, 86_400]


@pytest.mark.parametrize("text", ["", "15", "m", "1.5h", "-1m", "15 minutes"])
def test_what_is_no_length_of_time(command, node, text):
    ran = command("pull", "https://x.example/collections/y/", "--collection", "intel", "--every", text)
    assert ran.code == 2
