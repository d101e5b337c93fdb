"""The pages of the node desk, empty and full."""

from tests.desks.cast import Node, campaign, malware

LONG = "Ministry of " + "very long names " * 25


def test_an_empty_node_says_what_would_stand_there(node: Node) -> None:
    with node.signed_in() as browser:
        page = browser.get("/").text
        assert "Nothing has arrived yet" in page
        assert "Nothing is disputed" not in page


def test_home_shows_who_gave_what_and_what_came_last(node: Node) -> None:
    node.give("estonia", campaign(), malware())
    node.give("isac", malware(2))
    with node.signed_in() as browser:
        page = browser.get("/").text
        assert "Most of what is held came from Estonia: 67 %" in page
        assert "Grey Tide" in page
        assert "TLP:GREEN" in page
        assert "assumed" in page
        assert "Nothing is disputed" in page
        assert "KST" in page
        assert "UTC" in page


def test_parties_and_collections_say_who_may_do_what(node: Node) -> None:
    node.directory.parties.add("long", name=LONG.strip()[:200], jurisdiction="FR")
    with node.signed_in() as browser:
        parties = browser.get("/parties").text
        assert "runs this node" in parties
        assert "TLP:AMBER" in parties
        assert LONG.strip()[:100] in parties
        collections = browser.get("/collections").text
        assert "Energy ISAC, Estonia" in collections
        assert "no partner" in collections
        assert f"/taxii2/root/collections/{node.directory.collections.get('main').uuid}/" in collections


def test_about_says_what_the_node_is(node: Node) -> None:
    with node.signed_in() as browser:
        page = browser.get("/about").text
        assert "http://127.0.0.1:8000/taxii2/" in page
        assert "Asia/Seoul" in page


def test_what_is_not_there_is_a_page_with_a_way_on(node: Node) -> None:
    with node.signed_in() as browser:
        for path in ("/nowhere", "/nowhere/at/all", "/intel/objects/campaign--none", "/intel/objects/%3Cscript%3E"):
            answer = browser.get(path)
            assert answer.status_code == 404
            assert 'href="/parties"' in answer.text
            assert "nothing of this name that you may see" in answer.text
            assert "<script" not in answer.text
        assert browser.post("/parties").status_code in {403, 405}
