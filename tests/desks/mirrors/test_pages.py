"""/mirrors over HTTP: who sees it, what it says of failures and refusals, what its buttons do, and that no secret is in it."""

import html
import re

import pytest

from comity.kernel.directory.roles import Role
from comity.kernel.exchange.mirror.registering import register
from comity.kernel.store.types import Advance, Batch, Channel, Mirror, Refusal
from tests.desks.cast import SECOND, Node
from tests.desks.operations.test_pages import browser_of
from tests.desks.sending import sent

URL = "https://taxii.cert.example/root/collections/5a6a3f3e-2a52-4b1c-9f0a-6b1de1e3c7aa/"
MINUTE = 60 * SECOND
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def mirror(node: Node) -> Mirror:
    """One that is pulled every quarter of an hour, with a secret."""
    into = node.directory.collections.get("main")
    estonia = node.directory.parties.get("estonia")
    kept = register(
        node.store, node.directory, node.clock, URL, into, party=estonia, secret="hunter2hunter2", every=15 * MINUTE
    )
    return kept.mirror


def pulled(node: Node, mirror: Mirror, *refusals: Refusal) -> None:
    """A pull that has come to its end."""
    now = node.clock.now()
    node.store.mirrors.begin(mirror.id, now)
    held = node.store.mirrors.get(mirror.id)
    batch = Batch(mirror.party, mirror.collection, (), Channel.TAXII_PULL, now)
    advance = Advance(
        turn=held.turn,
        added_after=now,
        reached=None,
        final=True,
        seen=1200,
        mended=3,
        refusals=refusals,
        at=now,
        done=True,
    )
    node.store.advance_mirror(mirror.id, batch, advance)


def read(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_without_mirrors_it_says_how_one_comes_about(node: Node) -> None:
    shown = read(browser_of(node, Role.ANALYST).get("/mirrors").text)
    assert "Nothing of others is mirrored." in shown
    assert "comity pull" in shown


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_and_administrators_act(node: Node, mirror: Mirror, role: Role) -> None:
    browser = browser_of(node, role)
    assert browser.get("/mirrors").status_code == 200
    page = browser.get(f"/mirrors/{mirror.id}")
    assert page.status_code == 200
    acts = role is Role.ADMINISTRATOR
    assert ("/pull" in page.text) is acts
    for act in ("pull", "pause", "resume"):
        answer = sent(browser, f"/mirrors/{mirror.id}/{act}", on="/account")
        assert answer.status_code == (303 if acts else 403)
    held = node.store.mirrors.get(mirror.id)
    assert held.pulling is acts
    assert not held.paused


def test_how_each_fares_in_words(node: Node, mirror: Mirror) -> None:
    browser = browser_of(node, Role.ANALYST)
    assert "New" in read(browser.get("/mirrors").text)
    pulled(node, mirror)
    shown = read(browser.get("/mirrors").text)
    assert "Every mirror is as it should be." in shown
    assert "taxii.cert.example" in shown
    assert "Estonia" in shown
    node.store.mirrors.begin(mirror.id, node.clock.now())
    node.store.mirrors.fail(mirror.id, "it answered 503", node.clock.now() + MINUTE, again=True)
    assert "1 mirror fails." in read(browser.get("/mirrors").text)
    shown = read(browser.get(f"/mirrors/{mirror.id}").text)
    assert "it answered 503" in shown
    assert "It is tried again:" in shown
    node.store.mirrors.fail(mirror.id, "it answered 401", 0, again=False)
    shown = read(browser.get(f"/mirrors/{mirror.id}").text)
    assert "Failed 2 times" in shown
    assert "will not pass by itself" in shown
    node.store.mirrors.pause(mirror.id, paused=True)
    assert "Rests" in read(browser.get("/mirrors").text)


def test_one_that_has_not_been_complete_for_long_needs_a_look(node: Node, mirror: Mirror) -> None:
    pulled(node, mirror)
    browser = browser_of(node, Role.ANALYST)
    node.clock.forward(50 * MINUTE)
    shown = read(browser.get("/mirrors").text)
    assert "not been complete for longer than it should" in shown
    assert "Not complete for long" in shown


def test_what_was_refused_is_told_and_stays_text(node: Node, mirror: Mirror) -> None:
    now = node.clock.now()
    pulled(node, mirror, Refusal(b"1", f"indicator--{HOSTILE}", f"{HOSTILE} at $.pattern", now))
    node.store.mirrors.fail(mirror.id, HOSTILE, now, again=False)
    page = browser_of(node, Role.AUDITOR).get(f"/mirrors/{mirror.id}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "at $.pattern" in read(page)
    assert "1,200 came, 0 of them new, 1 refused" in read(page)
    assert "3 objects came with their type as spec_version" in read(page)


def test_a_secret_is_never_shown(node: Node, mirror: Mirror) -> None:
    browser = browser_of(node, Role.ADMINISTRATOR)
    for path in ("/mirrors", f"/mirrors/{mirror.id}"):
        page = browser.get(path).text
        assert "hunter2" not in page
    assert "a token, kept sealed" in read(page)


def test_what_is_not_there(node: Node, mirror: Mirror) -> None:
    browser = browser_of(node, Role.ADMINISTRATOR)
    for number in (mirror.id + 1, 0, 2**40, -1):
        assert browser.get(f"/mirrors/{number}").status_code == 404
        assert sent(browser, f"/mirrors/{number}/pull", on="/account").status_code == 404


def test_korean(node: Node, mirror: Mirror) -> None:
    browser = browser_of(node, Role.ANALYST)
    page = browser.get(f"/mirrors/{mirror.id}", headers={"accept-language": "ko"})
    assert page.status_code == 200
    assert "hunter2" not in page.text
