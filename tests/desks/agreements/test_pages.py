"""/agreements over HTTP: from a draft to what goes out, and back; who gets what; what could they see on a day."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.base.ids import system_random
from comity.kernel.directory.roles import Role
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.ledger.signing import make_keys
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.viewer import Viewer
from tests.desks.cast import ESTONIA, OURS, SECOND, Node, campaign, form_token_in, malware
from tests.desks.operations.test_pages import browser_of
from tests.desks.sending import Browser, hidden, sent

NAME = "ours-estonia"
HOUR = 3_600 * SECOND
RED = [TLP_IDS[Tlp.RED]]
AMBER = [TLP_IDS[Tlp.AMBER]]


def read(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def aside(page: str) -> str:
    part = page[page.index("<aside") : page.index("</aside>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def seen_by(node: Node, slug: str) -> set[str]:
    viewer = Viewer(party=node.directory.parties.get(slug).id, channel="test")
    return {each.id for each in node.store.visible(viewer).recent(100)}


@pytest.fixture
def legal(node: Node) -> Browser:
    """The browser of somebody who may write and sign."""
    return browser_of(node, Role.LEGAL)


def written(browser: Browser, name: str = NAME, **fields: Any) -> str:
    """A draft that was written from a template; the path of its page."""
    form = {"template": "bilateral-csirt", "party": "estonia", "name": name, **fields}
    answer = sent(browser, "/agreements/new", **form)
    assert answer.status_code == 303, read(answer.text)
    return str(answer.headers["location"])


def text_of(browser: Browser, draft: str) -> str:
    return str(browser.get(f"{draft}/file").text)


def keep(browser: Browser, draft: str, text: str) -> Any:
    return sent(browser, draft, text=text, seen=hidden(browser.get(draft).text, "seen"))


def sign(browser: Browser, draft: str) -> str:
    page = browser.get(f"{draft}/sign").text
    answer = sent(browser, f"{draft}/sign", digest=hidden(page, "digest"))
    assert answer.status_code == 303
    return str(answer.headers["location"])


def _typed(at: int) -> str:
    """A moment as a browser sends it from a node in Seoul."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at, hours=9)).strftime("%Y-%m-%dT%H:%M")


# -- before there is anything -----------------------------------------------------------------------------------------


def test_without_agreements_it_says_what_holds_instead(node: Node, legal: Browser) -> None:
    shown = read(legal.get("/agreements").text)
    assert "Nothing is agreed yet." in shown
    assert "TLP ceiling" in shown
    assert "No draft is kept." in shown
    assert "Nothing to compare yet." in read(legal.get("/agreements/matrix").text)


def test_what_is_not_there(node: Node, legal: Browser) -> None:
    for path in ("nobody", "nobody/text", "nobody/out", "nobody/suspend", "drafts/nobody", "drafts/nobody/sign"):
        assert legal.get(f"/agreements/{path}").status_code == 404, path
    for path in (
        "matrix/nobody/tlp/green",
        "matrix/estonia/shoe/green",
        "matrix/estonia/tlp/red",
        "matrix/ours/tlp/red",
    ):
        assert legal.get(f"/agreements/{path}").status_code == 404, path


# -- drafts -----------------------------------------------------------------------------------------------------------


def test_a_draft_reads_as_articles_and_is_kept_as_text(node: Node, legal: Browser) -> None:
    draft = written(legal)
    assert draft == f"/agreements/drafts/{NAME}"
    shown = read(legal.get(draft).text)
    assert "The text is sound." in shown
    assert "Article 1" in shown
    assert "How far it goes at most" in shown
    assert 'name = "ours-estonia"' in text_of(legal, draft)
    changed = text_of(legal, draft).replace("Article 1", "Article 1 as it was agreed")
    assert keep(legal, draft, changed.replace("\n", "\r\n")).status_code == 303
    assert text_of(legal, draft) == changed
    assert NAME in read(legal.get("/agreements").text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Not A Slug"}, "Small letters, digits and single hyphens"),
        ({"name": "matrix"}, "taken by a page"),
        ({"party": ""}, "Choose a party or a community."),
        ({"template": "another"}, "Choose from what is listed."),
        ({"party": "nobody"}, "Choose from what is listed."),
    ],
)
def test_what_a_draft_can_not_be_begun_with(node: Node, legal: Browser, fields: dict[str, str], said: str) -> None:
    form = {"template": "bilateral-csirt", "party": "estonia", "name": NAME, **fields}
    answer = sent(legal, "/agreements/new", **form)
    assert answer.status_code == 422
    assert said in read(answer.text)
    assert node.store.agreements.drafts() == ()


def test_a_name_is_used_once(node: Node, legal: Browser) -> None:
    draft = written(legal)
    form = {"template": "bilateral-csirt", "party": "estonia", "name": NAME}
    assert "There is a draft of this name." in read(sent(legal, "/agreements/new", **form).text)
    sign(legal, draft)
    assert "There is an agreement of this name." in read(sent(legal, "/agreements/new", **form).text)


def test_a_name_is_made_where_none_is_given(node: Node, legal: Browser) -> None:
    assert written(legal, name="") == "/agreements/drafts/bilateral-csirt-estonia"


def test_a_community_can_be_agreed_with(node: Node, legal: Browser) -> None:
    node.directory.communities.add("energy", name="Energy operators")
    node.directory.communities.join("energy", "isac")
    assert "Energy operators" in legal.get("/agreements/new").text
    draft = written(legal, party="", communities="energy", template="open-community", name="open-energy")
    assert "energy" in text_of(legal, draft)
    node.give("estonia", campaign())
    path = sign(legal, draft)
    shown = read(legal.get(path).text)
    assert "In force" in shown
    assert "Save the offer" not in shown


def test_everything_that_is_to_be_put_right_stands_beside_the_text(node: Node, legal: Browser) -> None:
    draft = written(legal)
    bad = text_of(legal, draft).replace('tlp = "amber"', 'tlp = "ambre"').replace("number = 2", "number = 7")
    keep(legal, draft, bad)
    page = legal.get(draft).text
    assert "2 things are to be put right" in read(page)
    line = next(number for number, each in enumerate(bad.split("\n"), 1) if "ambre" in each)
    assert f", line {line}" in read(page)
    assert "did you mean 'amber'?" in read(page)
    assert "See what it would do" not in page
    for path in (f"{draft}/preview", f"{draft}/sign"):
        answer = legal.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, draft)


def test_whoever_keeps_a_text_sees_that_another_one_was_kept_meanwhile(node: Node, legal: Browser) -> None:
    draft = written(legal)
    seen = hidden(legal.get(draft).text, "seen")
    text = text_of(legal, draft)
    node.clock.forward(SECOND)
    keep(legal, draft, f"{text}# theirs\n")
    answer = sent(legal, draft, text=f"{text}# mine\n", seen=seen)
    assert answer.status_code == 422
    assert "Somebody kept another text meanwhile." in read(answer.text)
    assert "# mine" in answer.text
    assert "# theirs" in text_of(legal, draft)
    again = sent(legal, draft, text=f"{text}# mine\n", seen=hidden(answer.text, "seen"))
    assert again.status_code == 303
    assert "# mine" in text_of(legal, draft)


def test_a_draft_is_dropped(node: Node, legal: Browser) -> None:
    draft = written(legal)
    assert sent(legal, f"{draft}/drop", on=draft).status_code == 303
    assert legal.get(draft).status_code == 404


def test_whoever_may_only_read_sees_the_text_and_no_buttons(node: Node, legal: Browser) -> None:
    draft = written(legal)
    auditor = browser_of(node, Role.AUDITOR)
    page = auditor.get(draft).text
    assert "<textarea" not in page
    assert "Drop the draft" not in page
    assert "ours-estonia" in page
    assert "Somebody with the role Approver or Legal signs it." in read(auditor.get(f"{draft}/preview").text)


# -- signing, and what follows ----------------------------------------------------------------------------------------


def red_for_estonia(node: Node) -> None:
    """Estonia's ceiling is amber; what is amber in ``main`` it sees already, so it is brought down to see a change."""
    node.store.registry.set_ceiling(node.directory.parties.get("estonia"), Tlp.GREEN)


def test_preview_says_what_signing_then_does(node: Node, legal: Browser) -> None:
    red_for_estonia(node)
    node.give("ours", campaign(object_marking_refs=AMBER, name="Low Water"), malware(object_marking_refs=RED))
    draft = written(legal)
    assert seen_by(node, "estonia") == set()
    shown = read(legal.get(f"{draft}/preview").text)
    assert "It would open 1 object." in shown
    assert "Estonia sees 1 object then" in shown
    assert "Low Water" in shown
    asked = read(legal.get(f"{draft}/sign").text)
    assert f"Sign “{node.directory.agreements.read(text_of(legal, draft)).title}” for us?" in asked
    assert "It would open 1 object." in asked
    path = sign(legal, draft)
    assert path == f"/agreements/{NAME}"
    assert seen_by(node, "estonia") == {campaign()["id"]}
    assert legal.get(draft).status_code == 404
    page = legal.get(path).text
    assert "Waits for their signature" in read(page)
    assert "Signed" in aside(page)
    assert "Not signed yet" in aside(page)
    assert "● 1" in read(page)


def test_what_is_signed_is_what_was_looked_at(node: Node, legal: Browser) -> None:
    draft = written(legal)
    digest = hidden(legal.get(f"{draft}/sign").text, "digest")
    keep(legal, draft, text_of(legal, draft).replace('tlp = "amber"', 'tlp = "red"'))
    answer = sent(legal, f"{draft}/sign", digest=digest)
    assert answer.headers["location"] == f"{draft}/preview"
    assert "The draft was changed since you looked at it." in read(legal.get(f"{draft}/preview").text)
    assert node.directory.agreements.all() == ()


def test_what_others_gave_before_is_decided_by_article(node: Node, legal: Browser) -> None:
    node.give("ours", campaign(), malware())
    path = sign(legal, written(legal))
    shown = read(legal.get(path).text)
    for title in ("How far it goes at most", "To whom recipients may give it on", "When it holds"):
        assert title in shown
    assert "Read the text as signed" in aside(legal.get(path).text)
    assert "[[article]]" in legal.get(f"{path}/text").text
    before = node.store.events.all(20)
    assert legal.get(f"{path}/text/file").headers["content-disposition"] == 'attachment; filename="ours-estonia.toml"'
    (leaf,) = [each for each in node.store.events.all(20) if each not in before]
    assert leaf.kind == LeafKind.EXPORTED


def test_suspended_resumed_withdrawn(node: Node, legal: Browser) -> None:
    red_for_estonia(node)
    node.give("ours", campaign(object_marking_refs=AMBER))
    path = sign(legal, written(legal))
    assert seen_by(node, "estonia") == {campaign()["id"]}
    node.clock.forward(SECOND)
    assert "It would close 1 object." in read(legal.get(f"{path}/suspend").text)
    answer = sent(legal, f"{path}/suspend")
    assert answer.headers["location"] == f"{path}/out"
    assert seen_by(node, "estonia") == set()
    shown = read(legal.get(f"{path}/out").text)
    assert "Grey Tide" in shown
    assert "Estonia" in shown
    assert "Suspended" in read(legal.get("/agreements").text)
    assert sent(legal, f"{path}/suspend").headers["location"] == path, "it is suspended already"
    assert "It would open 1 object." in read(legal.get(f"{path}/resume").text)
    assert sent(legal, f"{path}/resume").headers["location"] == path
    assert seen_by(node, "estonia") == {campaign()["id"]}
    node.clock.forward(SECOND)
    assert "for good" in read(legal.get(f"{path}/withdraw").text)
    sent(legal, f"{path}/withdraw")
    assert seen_by(node, "estonia") == set()
    page = legal.get(path).text
    assert "It opens nothing any more" in read(page)
    assert "/withdraw" not in page


def test_a_new_version_takes_the_place_of_the_one_that_holds(node: Node, legal: Browser) -> None:
    path = sign(legal, written(legal))
    answer = sent(legal, f"{path}/amend", on=path)
    draft = str(answer.headers["location"])
    assert draft == f"/agreements/drafts/{NAME}"
    node.clock.forward(SECOND)
    keep(legal, draft, text_of(legal, draft).replace('tlp = "amber"', 'tlp = "green"'))
    assert sign(legal, draft) == path
    page = legal.get(path).text
    assert "TLP:GREEN" in read(page)
    assert "Versions" in read(page)


# -- signatures as files ----------------------------------------------------------------------------------------------


@pytest.fixture
def estonia(tmp_path: Path, empty: Path) -> Iterator[Node]:
    """The other side: the same cast, seen from there."""
    path = tmp_path / "there.db"
    path.write_bytes(empty.read_bytes())
    there = Node(f"sqlite:///{path}")
    parties = there.directory.parties
    parties.set_identity("ours", "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1aff")
    parties.set_identity("estonia", OURS)
    parties.set_identity("ours", ESTONIA)
    yield there
    there.store.close()


def uploaded(browser: Browser, path: str, content: bytes, **fields: str) -> Any:
    token = form_token_in(browser.get("/agreements/accept").text)
    files = {"file": ("any.json", content, "application/json")}
    return browser.post(path, data={**fields, "form_token": token}, files=files, follow_redirects=False)


def test_offered_read_signed_and_answered(node: Node, estonia: Node, legal: Browser) -> None:
    path = sign(legal, written(legal))
    offer = legal.get(f"{path}/offer")
    assert offer.headers["content-disposition"] == 'attachment; filename="ours-estonia.offer.json"'
    estonia.give("ours", campaign())
    theirs = browser_of(estonia, Role.LEGAL)
    page = uploaded(theirs, "/agreements/accept", offer.content)
    assert page.status_code == 200
    shown = read(page.text)
    assert "Both signatures verify" in shown
    assert "Seen for the first time" in shown
    assert node.keys.public.fingerprint in shown
    assert estonia.directory.agreements.all() == (), "nothing is signed by reading"
    fields = {name: hidden(page.text, name) for name in ("bundle", "fingerprint")}
    untold = sent(theirs, "/agreements/accept/sign", on="/agreements/accept", **fields)
    assert untold.status_code == 422
    assert "Tick this to go on." in read(untold.text)
    assert estonia.directory.agreements.all() == ()
    signed = sent(theirs, "/agreements/accept/sign", on="/agreements/accept", told="yes", **fields)
    assert signed.headers["location"] == f"{path}/signed"
    assert f"{path}/answer" in theirs.get(f"{path}/signed").text
    answer = theirs.get(f"{path}/answer")
    assert "In force" in read(theirs.get(path).text)
    taken = uploaded(legal, "/agreements/answered", answer.content)
    assert taken.headers["location"] == path
    assert "In force" in read(legal.get(path).text)
    assert "Not signed yet" not in aside(legal.get(path).text)


def test_a_signature_that_does_not_hold_is_told_beside_the_file(node: Node, estonia: Node, legal: Browser) -> None:
    path = sign(legal, written(legal))
    offer = json.loads(legal.get(f"{path}/offer").content)
    for each in offer["objects"]:
        if each["type"] == "agreement-signature":
            each["signatures"][0]["value"] = each["signatures"][1]["value"]
    answer = uploaded(browser_of(estonia, Role.LEGAL), "/agreements/accept", json.dumps(offer).encode())
    assert answer.status_code == 422
    assert "A signature does not hold" in read(answer.text)
    assert estonia.directory.agreements.all() == ()


def test_other_keys_than_before_hold_only_where_somebody_compared_them(
    node: Node, estonia: Node, legal: Browser
) -> None:
    path = sign(legal, written(legal))
    estonia.directory.offers.accept(legal.get(f"{path}/offer").content, by="Mari")
    node.keys = make_keys(system_random)
    draft = str(sent(legal, f"{path}/amend", on=path).headers["location"])
    node.clock.forward(SECOND)
    estonia.clock.forward(SECOND)
    keep(legal, draft, text_of(legal, draft).replace('tlp = "amber"', 'tlp = "green"'))
    sign(legal, draft)
    offer = legal.get(f"{path}/offer").content
    theirs = browser_of(estonia, Role.LEGAL)
    refused = uploaded(theirs, "/agreements/accept", offer)
    assert refused.status_code == 422
    assert "They signed with other keys than were expected." in read(refused.text)
    wrong = uploaded(theirs, "/agreements/accept", offer, fingerprint="sha256:00")
    assert wrong.status_code == 422
    page = uploaded(theirs, "/agreements/accept", offer, fingerprint=node.keys.public.fingerprint)
    assert page.status_code == 200
    fields = {name: hidden(page.text, name) for name in ("bundle", "fingerprint")}
    signed = sent(theirs, "/agreements/accept/sign", on="/agreements/accept", told="yes", **fields)
    assert signed.headers["location"] == f"{path}/signed"


def test_what_is_no_offer_and_no_answer_is_refused_aloud(node: Node, estonia: Node, legal: Browser) -> None:
    for content in (b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"type": "bundle", "id": "x", "objects": []}'):
        for path in ("/agreements/accept", "/agreements/answered"):
            answer = uploaded(legal, path, content)
            assert answer.status_code == 422, content[:20]
            assert "Not done" in read(answer.text)
    token_page = "/agreements/accept"
    for bundle in ("", "!!!", "e30="):
        answer = sent(legal, "/agreements/accept/sign", on=token_page, bundle=bundle, fingerprint="", told="yes")
        assert answer.status_code == 422
    path = sign(legal, written(legal))
    offer = legal.get(f"{path}/offer").content
    own = uploaded(legal, "/agreements/accept", offer)
    assert own.status_code == 422, "our own offer is nothing to sign"


# -- who gets what ----------------------------------------------------------------------------------------------------


def test_the_matrix_says_who_gets_what_and_leads_to_why(node: Node, legal: Browser) -> None:
    node.give("ours", campaign(), malware(object_marking_refs=AMBER))
    page = legal.get("/agreements/matrix").text
    shown = read(page)
    assert "Estonia gets everything that is held" in shown
    assert "TLP:GREEN" in shown
    assert shown.index("Estonia") < shown.rindex("Energy ISAC")
    assert "/agreements/matrix/isac/tlp/amber" in page
    cell = legal.get("/agreements/matrix/isac/tlp/amber").text
    assert "SILT 1" in cell
    assert "Withheld" in read(cell)
    assert f"/intel/objects/{malware()['id']}/audience#isac" in cell
    assert "SILT 1" not in legal.get("/agreements/matrix/isac/tlp/amber?effect=release").text
    for by in ("type", "source", "collection", "shoe"):
        assert legal.get(f"/agreements/matrix?by={by}").status_code == 200
    assert "Campaign" in read(legal.get("/agreements/matrix?by=type").text)


def test_the_matrix_is_a_table_with_heads_for_rows_and_columns(node: Node, legal: Browser) -> None:
    node.give("ours", campaign())
    page = legal.get("/agreements/matrix").text
    table = page[page.index("<table") : page.index("</table>")]
    assert table.count('scope="row"') == 2
    assert table.count('scope="col"') == 3
    assert "released" in table


# -- what could they see ----------------------------------------------------------------------------------------------


def test_what_they_could_see_on_a_day_beside_today(node: Node, legal: Browser) -> None:
    node.clock.forward(2 * HOUR)
    node.give("ours", campaign())
    page = legal.get("/agreements/time").text
    assert "Ask for a partner and a day" in page
    before = node.clock.now() - HOUR
    asked = f"/agreements/time?party=estonia&on={_typed(before)}"
    shown = read(legal.get(asked).text)
    assert "Estonia could see 0 objects" in shown
    assert "Seen now, not yet then" in shown
    assert "Grey Tide" in shown
    after = read(legal.get(f"/agreements/time?party=estonia&on={_typed(node.clock.now() + HOUR)}").text)
    assert "Estonia will see 1 object" in after
    assert "What it will see then, the latest first 1" in after
    assert after.count("Grey Tide") == 1


@pytest.mark.parametrize(
    "query", ["party=estonia&on=yesterday", "on=2026-01-01T00:00", "party=nobody&on=2026-01-01T00:00"]
)
def test_what_is_no_question_is_told_beside_the_field(node: Node, legal: Browser, query: str) -> None:
    page = legal.get(f"/agreements/time?{query}")
    assert page.status_code == 200
    assert "field-error" in page.text
