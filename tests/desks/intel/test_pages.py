"""The pages of the intel desk over HTTP: search, objects, claims, who can see, JSON."""

import json

import pytest

from comity.app.demo import build
from comity.desks.intel.queries import AT_ONCE, HITS_A_PAGE, MOST_CLAIMS
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.web.headers import SANDBOX_POLICY
from tests.desks.cast import ESTONIA, OURS, START, WHEN, Node, campaign, malware, relationship

CAMPAIGN = campaign()["id"]
PAGE = f"/intel/objects/{CAMPAIGN}"
LATER = "2026-11-09T05:07:00.000Z"
YEAR_9999 = "9999-12-31T23:59:59.999Z"


def indicator(value: str, number: int = 1) -> dict[str, object]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--8e2e2d2b-17d4-4cbf-938f-{number:012d}",
        "created": WHEN,
        "modified": WHEN,
        "pattern": f"[ipv4-addr:value = '{value}']",
        "pattern_type": "stix",
        "valid_from": WHEN,
    }


def test_search_finds_words_and_says_how_it_read_an_address(node: Node) -> None:
    node.give("estonia", campaign(), indicator("198.51.100.7"))
    with node.signed_in() as browser:
        assert "Grey Tide" in browser.get("/intel/search?q=grey+ti").text
        page = browser.get("/intel/search", params={"q": "198[.]51[.]100[.]7"}).text
        assert "IPv4 address" in page
        assert "/intel/objects/indicator--" in page
        assert "Nothing found" in browser.get("/intel/search?q=nothing-of-the-kind").text
        assert "Type into the field" in browser.get("/intel/search").text


def test_an_id_leads_straight_to_its_page_and_an_unknown_one_does_not(node: Node) -> None:
    node.give("estonia", campaign())
    with node.signed_in() as browser:
        answer = browser.get("/intel/search", params={"q": f" {CAMPAIGN} "}, follow_redirects=False)
        assert answer.headers["location"] == PAGE
        assert browser.get("/intel/search", params={"q": campaign(2)["id"]}).status_code == 200


def test_results_are_read_page_by_page_without_a_gap(node: Node) -> None:
    total = HITS_A_PAGE + 7
    for number in range(total):
        node.give("estonia", malware(number + 1))
    with node.signed_in() as browser:
        seen: list[str] = []
        path = "/intel/search?q=silt"
        while path:
            page = browser.get(path).text
            seen += [part.split('"')[0] for part in page.split('href="/intel/objects/')[1:]]
            path = (
                page.split('class="button" href="')[1].split('"')[0].replace("&amp;", "&")
                if "Show older" in page
                else ""
            )
        assert len(seen) == len(set(seen)) == total


def test_an_object_page_shows_what_it_says_and_what_it_is_connected_with(node: Node) -> None:
    node.give("estonia", campaign(description="Ransom.", first_seen=WHEN, created_by_ref=ESTONIA), malware())
    node.give("estonia", relationship(CAMPAIGN, "uses", malware()["id"]))
    with node.signed_in() as browser:
        page = browser.get(PAGE).text
        for expected in ("Grey Tide", "Ransom.", "First seen", "3 Nov 2026", "14:07 KST", "05:07 UTC", "TLP:GREEN"):
            assert expected in page
        assert "uses →" in page
        assert "SILT 1" in page
        assert "<svg" in page
        whole = browser.get(f"/intel/objects/{relationship('', '', '')['id']}").text
        assert "Grey Tide uses SILT 1" in whole


def test_who_can_see_this_is_what_the_door_says(node: Node) -> None:
    node.give("estonia", campaign(), malware())
    node.give("ours", campaign(3), collection="inner")
    with node.signed_in() as browser:
        green = browser.get(PAGE).text
        assert green.count("Released") == 2
        amber = browser.get(f"/intel/objects/{malware()['id']}").text
        assert "TLP:AMBER (assumed from its collection) is over the party&#39;s ceiling TLP:GREEN." in amber
        assert "The party gave this itself." in amber
        inner = browser.get(f"/intel/objects/{campaign(3)['id']}").text
        assert "Released" not in inner
        assert "may not read the collection" in inner


def test_a_party_that_sees_another_claim_is_told_apart(node: Node) -> None:
    node.give("estonia", campaign(created_by_ref=ESTONIA, object_marking_refs=[TLP_IDS[Tlp.AMBER]]))
    node.give("ours", campaign(created_by_ref=ESTONIA, name="Grey Tide, public part"))
    with node.signed_in() as browser:
        page = browser.get(PAGE).text
        assert "Another claim" in page
        assert "Sees what Demo CSIRT sent, not this claim." in page


def test_a_squatter_changes_nothing_but_is_shown(node: Node) -> None:
    node.give("estonia", campaign(created_by_ref=ESTONIA), malware())
    node.give("estonia", relationship(malware()["id"], "related-to", CAMPAIGN))
    node.give("isac", campaign(created_by_ref=ESTONIA, name="Harmless", modified=YEAR_9999, revoked=True))
    with node.signed_in() as browser:
        page = browser.get(PAGE).text
        assert "<h1>Grey Tide</h1>" in page
        assert "Disputed" in page
        assert "Revoked" not in page
        other = browser.get(f"/intel/objects/{malware()['id']}").text
        assert "Grey Tide" in other
        assert "Harmless" not in other
        leaves = {part.split('"')[0] for part in page.split("?claim=")[1:]}
        assert len(leaves) == 2
        squatted = [browser.get(f"{PAGE}?claim={each}").text for each in leaves]
        assert any("<h1>Harmless</h1>" in each and "Revoked" in each and "9999" in each for each in squatted)


def test_two_contents_of_one_version_are_a_conflict(node: Node) -> None:
    node.give("estonia", campaign(created_by_ref=ESTONIA))
    node.give("estonia", campaign(created_by_ref=ESTONIA, name="Grey Tide, again"))
    with node.signed_in() as browser:
        assert "Two different contents" in browser.get(PAGE).text


def test_an_older_version_says_so(node: Node) -> None:
    node.give("estonia", campaign())
    node.give("estonia", campaign(modified=LATER, name="Grey Tide 2"))
    with node.signed_in() as browser:
        page = browser.get(PAGE).text
        assert "<h1>Grey Tide 2</h1>" in page
        older = page.split(f'href="{PAGE}?claim=')[1].split('"')[0]
        assert "has sent a newer version" in browser.get(f"{PAGE}?claim={older}").text


def test_json_is_the_sources_bytes_and_can_do_no_harm(node: Node) -> None:
    raw = json.dumps(campaign(name="<script>alert(1)</script>"), indent=2).encode()
    node.give("estonia", raw)
    with node.signed_in() as browser:
        answer = browser.get(f"{PAGE}/raw")
        assert answer.content == raw
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-disposition"] == f'attachment; filename="{CAMPAIGN}.json"'
        assert answer.headers["content-security-policy"] == SANDBOX_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert browser.get(f"{PAGE}/raw?claim=12345").status_code == 404
        assert browser.get(f"{PAGE}?claim=12345").status_code == 404
        assert browser.get(f"{PAGE}?claim=x").status_code == 400


@pytest.mark.parametrize("claim", ["-1", "9" * 30, "1e3"])
def test_a_strange_claim_is_an_error_page(node: Node, claim: str) -> None:
    node.give("estonia", campaign())
    with node.signed_in() as browser:
        assert browser.get(f"{PAGE}?claim={claim}").status_code in {400, 404}
        assert browser.get(f"/intel/search?q=x&before={claim}").status_code in {200, 400}


def test_long_names_many_references_and_many_claims_stay_in_bounds(node: Node) -> None:
    many = [f"malware--8e2e2d2b-17d4-4cbf-938f-{number:012d}" for number in range(1, 3001)]
    report = {
        "type": "report",
        "spec_version": "2.1",
        "id": "report--8e2e2d2b-17d4-4cbf-938f-000000000001",
        "created": WHEN,
        "modified": WHEN,
        "name": "N" * 400,
        "published": WHEN,
        "object_refs": many,
    }
    node.give("estonia", *(malware(number) for number in range(1, 30)))
    for day in range(1, MOST_CLAIMS + 5):
        node.give("estonia", {**report, "modified": f"2026-11-{day + 3:02d}T00:00:00.000Z"})
    with node.signed_in() as browser:
        page = browser.get(f"/intel/objects/{report['id']}").text
        assert "N" * 400 in page
        assert len(page) < 200_000
        assert "2,900 more stand in the JSON" in page
        assert f"{100 - AT_ONCE} more" in page
        assert "and 4 more claims" in page


def test_every_type_of_the_scenario_has_a_page(node: Node) -> None:
    scenario = build(START)
    largest: dict[str, bytes] = {}
    for delivery in scenario.deliveries:
        for raw in delivery.objects:
            kind = json.loads(raw)["type"]
            largest[kind] = max(largest.get(kind, b""), raw, key=len)
    node.give("ours", *largest.values())
    assert len(largest) > 40
    with node.signed_in() as browser:
        for raw in largest.values():
            decoded = json.loads(raw)
            answer = browser.get(f"/intel/objects/{decoded['id']}")
            assert answer.status_code == 200, decoded["id"]
            assert "Held under these claims" in answer.text


def test_custom_objects_and_properties_are_shown_and_not_understood(node: Node) -> None:
    custom = {
        "type": "x-demo-thing",
        "spec_version": "2.1",
        "id": "x-demo-thing--8e2e2d2b-17d4-4cbf-938f-000000000001",
        "created": WHEN,
        "modified": WHEN,
        "name": "A thing",
        "x_demo": {"deep": [{"deeper": {"and": {"deeper": {"still": "never shown"}}}}]},
        "x_ref": OURS,
    }
    node.give("estonia", custom)
    with node.signed_in() as browser:
        page = browser.get(f"/intel/objects/{custom['id']}").text
        assert "Custom object" in page
        assert "x_demo" in page
        assert "nested deeper" in page
        assert "never shown" not in page
