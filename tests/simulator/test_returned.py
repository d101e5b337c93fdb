"""Twins that come back, and originals asked for under their own ids: nothing tells that there is one behind the other."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Agreement, Ceiling, Onward, Redact, Selection, Signatory
from comity.kernel.policy.profile import Profile, Rule
from tests.simulator.exits import Exits, exits, object_path
from tests.simulator.forms import is_marked
from tests.simulator.world import SECOND, START, World, made_id, note, world

HIDDEN, ABSENT = made_id("note", "hidden"), made_id("note", "absent")
CONTENT = "the content that is dropped"


@contextmanager
def veiled(url: str) -> Iterator[tuple[World, Exits, str]]:
    """Estonia gets a twin of the note; the id of that."""
    with world(url, 3) as w, exits(w) as out:
        w.clock.forward(3_600 * SECOND)
        w.party("korea", Tlp.RED, own=True)
        w.party("estonia", Tlp.CLEAR, jurisdiction="EE")
        w.party("singapore", Tlp.GREEN, jurisdiction="SG")
        w.collection("open", Tlp.GREEN, read=["estonia", "singapore"])
        w.person("kim")
        w.enact(
            Agreement(
                name="pact",
                title="Pact",
                signatories=(Signatory("Korea", "KR", party="korea"), Signatory("Estonia", "EE", party="estonia")),
                articles=(
                    Ceiling(number=1, tlp="amber"),
                    Onward(number=2, to="anybody"),
                    Redact(number=3, when=Selection(types=("note",)), profile="short"),
                ),
                profiles=(Profile("short", (Rule("drop", properties=("abstract",)),)),),
            )
        )
        w.send("korea", "open", _note("hidden", abstract=CONTENT))
        twins = [json.loads(raw) for raw in w.everything("estonia")]
        assert len(twins) == 1
        assert is_marked(twins[0])
        yield w, out, twins[0]["id"]


def _note(name: str, **more: object) -> bytes:
    return json.dumps(json.loads(note(name)) | more).encode()


def _plain(answer: httpx.Response, *ids: str) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what names the request."""
    body = answer.text
    if answer.headers["content-type"].startswith("application/taxii"):
        decoded = answer.json()
        for name in ("error_id", "id", "request_timestamp"):
            decoded.pop(name, None)
        body = json.dumps(decoded, sort_keys=True)
    for object_id in ids:
        body = body.replace(object_id, "ID")
    return answer.status_code, body, sorted(answer.headers.items())


def test_an_original_is_not_there_under_its_own_id(url: str) -> None:
    with veiled(url) as (_, out, twin):
        for rest in ("", "versions/"):
            absent = _plain(out.ask("estonia", "GET", out.of("open", f"objects/{ABSENT}/{rest}")), ABSENT)
            assert absent[0] == 404
            assert _plain(out.ask("estonia", "GET", out.of("open", f"objects/{HIDDEN}/{rest}")), HIDDEN) == absent
            assert out.ask("estonia", "GET", out.of("open", f"objects/{twin}/{rest}")).status_code == 200
            nobody = _plain(out.ask("singapore", "GET", out.of("open", f"objects/{ABSENT}/{rest}")), ABSENT)
            assert _plain(out.ask("singapore", "GET", out.of("open", f"objects/{twin}/{rest}")), twin) == nobody
            ours = out.ask("korea", "GET", out.of("open", f"objects/{twin}/{rest}"))
            assert ours.status_code == 404


def test_what_is_made_for_others_is_nothing_that_our_people_read(url: str) -> None:
    with veiled(url) as (w, out, twin):
        eyes = w.eyes("korea")
        assert [json.loads(raw)["id"] for raw in w.everything("korea")] == [HIDDEN]
        assert eyes.held(twin) == ()
        assert {json.loads(one.raw)["id"] for one in eyes.search("plain").hits} == {HIDDEN}
        assert {json.loads(one.raw)["id"] for one in eyes.recent(100)} == {HIDDEN}
        assert sum(one.claims for one in eyes.arrivals()) == 1
        assert out.page("kim", object_path(twin)).status_code == 404


@pytest.mark.parametrize("sender", ["estonia", "singapore"])
def test_a_post_tells_nothing_of_what_stands_under_an_id(url: str, sender: str) -> None:
    """Under the original's id, the twin's, and one that nobody has: the same answers, at once and later."""
    with veiled(url) as (w, out, twin):
        told = []
        for object_id in (ABSENT, HIDDEN, twin):
            raw = json.loads(note("any", at=START + 5 * SECOND, content="by a partner")) | {"id": object_id}
            body = json.dumps({"objects": [raw]}).encode()
            posted = out.send(sender, out.of("open", "objects/"), body)
            status = out.ask(sender, "GET", f"status/{posted.json()['id']}/")
            w.settle()
            mine = out.ask(sender, "GET", out.of("open", f"objects/{object_id}/"), match_version="all")
            own = [one for one in mine.json()["objects"] if one.get("content") == "by a partner"]
            assert len(own) == 1
            told.append((_plain(posted, object_id), _plain(status, object_id)))
        assert told[0] == told[1] == told[2]


def test_a_twin_that_comes_back_is_nobodys_source(url: str) -> None:
    """What others send under its id goes to nobody but them and ourselves; what the partner was given stays as it was."""
    with veiled(url) as (w, _, twin):
        before = w.everything("estonia")
        w.clock.forward(SECOND)
        returned = json.loads(before[0])
        w.send("estonia", "open", before[0])
        later = json.dumps(returned | {"modified": "2030-01-01T00:00:00.000Z", "content": "made up"}).encode()
        w.send("singapore", "open", later)
        assert [raw for raw in w.everything("estonia") if raw not in before] == []
        assert [json.loads(raw) for raw in w.everything("singapore")].count(json.loads(later)) == 1
        assert any(json.loads(raw)["id"] == twin for raw in w.everything("korea"))
        w.clock.forward(SECOND)
        w.send(
            "korea", "open", _note("hidden", abstract="another", modified="2027-01-01T00:00:00.000Z", content="next")
        )
        latest = max((json.loads(raw) for raw in w.everything("estonia")), key=lambda one: str(one["modified"]))
        assert latest["id"] == twin
        assert latest["content"] == "next"
        assert "abstract" not in latest


def test_when_it_is_deleted_the_twin_is_revoked(url: str) -> None:
    """With a last version that says nothing, to whom had it."""
    with veiled(url) as (w, _, twin):
        w.clock.forward(SECOND)
        w.store.delete(w.parties["korea"].id, w.collections["open"].id, HIDDEN, (), w.clock.now())
        w.settle()
        (last,) = [json.loads(raw) for raw in w.everything("estonia", versions=("last",))]
        assert last["id"] == twin
        assert last["revoked"] is True
        assert CONTENT not in json.dumps(last)
        assert "plain" not in json.dumps(w.everything("estonia")[0].decode())
        assert w.everything("singapore") == []


def test_a_later_grant_of_the_original_supersedes_the_twin(url: str) -> None:
    with veiled(url) as (w, _, twin):
        w.clock.forward(SECOND)
        w.store.agreements.withdraw("pact", by="test")
        w.ceiling("estonia", Tlp.GREEN)
        w.settle()
        last = {json.loads(raw)["id"]: json.loads(raw) for raw in w.everything("estonia", versions=("last",))}
        assert last[HIDDEN]["abstract"] == CONTENT
        assert twin not in last or last[twin]["revoked"] is True


def test_a_new_key_gives_new_ids_and_revokes_the_old(url: str) -> None:
    with veiled(url) as (w, _, twin):
        w.clock.forward(SECOND)
        w.store.twins.rotate("pact", by="test", account=None)
        w.settle()
        last = {json.loads(raw)["id"]: json.loads(raw) for raw in w.everything("estonia", versions=("last",))}
        assert last.pop(twin)["revoked"] is True
        (made,) = last.values()
        assert made["id"] != HIDDEN
        assert made["content"] == "plain"
