"""Who can see this: every reason, claim by claim, on any day; and nothing of it to whom the object is hidden."""

import html
import re

from comity.kernel.directory.roles import Role
from comity.kernel.objects.markings import TLP_IDS, Tlp
from tests.desks.cast import ESTONIA, SECOND, Node, campaign, malware
from tests.desks.operations.test_pages import browser_of

CAMPAIGN = campaign()["id"]
PAGE = f"/intel/objects/{CAMPAIGN}/audience"
AMBER = [TLP_IDS[Tlp.AMBER]]
HOUR = 3_600 * SECOND


def read(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def agreed(node: Node, text: str = "") -> None:
    agreements = node.directory.agreements
    drafted = agreements.draft("bilateral-csirt", "estonia", name="ours-estonia")
    agreements.apply(drafted.replace('tlp = "amber"', text) if text else drafted, by="somebody")


def test_every_party_and_every_reason(node: Node) -> None:
    node.give("ours", campaign(object_marking_refs=AMBER))
    page = browser_of(node, Role.ANALYST).get(PAGE).text
    shown = read(page)
    assert "1 of 2 partners sees this" in shown
    assert shown.index("Estonia") < shown.index("Energy ISAC")
    assert "TLP:AMBER is within the ceiling TLP:AMBER." in shown
    assert "FIRST TLP 2.0" in shown
    assert "It would be released if: the party's ceiling were TLP:AMBER" in shown
    assert "What they may be told Over your ceiling TLP:GREEN." in shown
    assert 'id="isac"' in page


def test_an_article_is_cited_and_leads_to_its_page(node: Node) -> None:
    node.give("ours", campaign(object_marking_refs=AMBER))
    agreed(node)
    browser = browser_of(node, Role.ANALYST)
    page = browser.get(PAGE).text
    assert "ours-estonia covers it." in read(page)
    found = re.search(r'href="(/agreements/ours-estonia)#(article-\d+)"', page)
    assert found
    assert f'id="{found[2]}"' in browser.get(found[1]).text
    assert "things that the recipient keeps to" in read(page)
    assert "binds them when they have signed" in read(page)


def test_each_claim_has_its_own_word(node: Node) -> None:
    node.give("estonia", campaign(created_by_ref=ESTONIA, object_marking_refs=AMBER))
    node.give("ours", campaign(created_by_ref=ESTONIA, name="Grey Tide, public part"))
    shown = read(browser_of(node, Role.ANALYST).get(PAGE).text)
    isac = shown[shown.index("Energy ISAC") :]
    assert "Another claim" in isac
    assert "the claim of Estonia" in isac
    assert "the claim of Demo CSIRT" in isac


def test_on_another_day(node: Node) -> None:
    node.give("ours", campaign(object_marking_refs=AMBER))
    browser = browser_of(node, Role.ANALYST)
    assert "sees this" in read(browser.get(f"{PAGE}?on=2031-01-01T09:00").text)
    assert "1 Jan 2031" in read(browser.get(f"{PAGE}?on=2031-01-01T09:00").text)
    refused = browser.get(f"{PAGE}?on=yesterday").text
    assert "Give a day and an hour." in refused


def test_hidden_and_absent_are_one_answer(node: Node) -> None:
    node.give("estonia", campaign(), malware())
    alice = node.alice
    node.store.restrict(CAMPAIGN, [alice.id], by="Alice")
    browser = browser_of(node, Role.LEGAL)
    for path in (PAGE, "/intel/objects/campaign--00000000-0000-4000-8000-000000000000/audience"):
        answer = browser.get(path)
        assert answer.status_code == 404
    hidden, absent = (
        re.sub(r"campaign--[^\s<&;]+|[0-9a-f]{64}", "x", browser.get(path).text)
        for path in (PAGE, "/intel/objects/campaign--00000000-0000-4000-8000-000000000000/audience")
    )
    assert re.sub(r"\d\d:\d\d", "", hidden) == re.sub(r"\d\d:\d\d", "", absent)


def test_what_is_restricted_to_others_is_named_nowhere(node: Node) -> None:
    """Its source sees it still, so it is among what that party could see; whoever is not named reads nothing of it."""
    node.give("estonia", campaign(name="Low Water"), malware())
    agreed(node)
    node.store.restrict(CAMPAIGN, [node.alice.id], by="Alice")
    while node.store.settle():
        pass
    browser = browser_of(node, Role.LEGAL)
    paths = [
        "/agreements/matrix",
        "/agreements/matrix?by=type",
        "/agreements/matrix/estonia/tlp/green",
        "/agreements/matrix/estonia/type/campaign",
        "/agreements/time?party=estonia&on=2026-01-01T00:00",
        "/agreements/time?party=estonia&on=2031-01-01T00:00",
        "/agreements/ours-estonia",
        "/agreements/ours-estonia/suspend",
        "/agreements/ours-estonia/withdraw",
        "/agreements/ours-estonia/out",
    ]
    short = CAMPAIGN.partition("--")[2][-4:]
    for path in paths:
        page = browser.get(path).text
        assert "Low Water" not in page, path
        assert CAMPAIGN not in page, path
        assert f"…{short}" not in page, path
    while node.store.settle():
        pass
    browser.post("/agreements/ours-estonia/suspend", data={})
    assert "Low Water" not in browser.get("/agreements/ours-estonia/out").text
