"""The record: who reads it, what it says, how it is filtered, paged and saved."""

import json

from comity.kernel.ledger.leaf import LeafKind
from tests.desks.cast import Node, campaign
from tests.desks.people.test_people import person_with
from tests.desks.sending import beside, sent


def test_an_auditor_reads_what_happened_and_changes_nothing(node: Node) -> None:
    with node.signed_in() as alice, beside(person_with(node, "auditor")) as auditor:
        sent(alice, "/people/invite", name="Min-ji Park", roles="analyst")
        page = auditor.get("/record").text
        assert "Min-ji Park was added" in page
        assert "A one-time link for Min-ji Park was made" in page
        assert "an invitation" in page
        assert "Bob signed in" in page
        assert "by a one-time link" in page
        assert "the node itself" in page
        assert 'href="/people"' not in page
    with person_with(node, "analyst", name="Carol") as analyst:
        assert analyst.get("/record").status_code == 403
        assert analyst.get("/record/save").status_code == 403


def test_it_is_filtered_by_kind_and_by_person(node: Node) -> None:
    node.store.events.record(LeafKind.COMMAND, {"command": "party", "detail": "add <b>x</b>", "user": "root"})
    with node.signed_in() as browser:
        page = browser.get("/record?kind=command").text
        assert "comity party" in page
        assert "add &lt;b&gt;x&lt;/b&gt;" in page
        assert "root, on the command line" in page
        assert "signed in" not in page
        mine = browser.get(f"/record?person={node.alice.id}").text
        assert "Alice signed in" in mine
        assert "comity party" not in mine
        assert "Nothing of this kind has happened." in browser.get("/record?kind=read").text
        for strange in ("kind=emperor", "person=x", "before=x", "person=9999999999999999999", "before=-1"):
            assert browser.get(f"/record?{strange}").status_code == 200


def test_it_goes_on_page_by_page_without_a_gap(node: Node) -> None:
    for number in range(120):
        node.store.events.record(LeafKind.COMMAND, {"command": f"c{number}", "detail": "", "user": "root"})
    with node.signed_in() as browser:
        path, seen = "/record?kind=command", []
        for _ in range(3):
            page = browser.get(path).text
            seen += [int(part.split("<")[0].split()[0]) for part in page.split("comity c")[1:] if part[0].isdigit()]
            following = [part.split('"')[0] for part in page.split('href="') if "before=" in part.split('"')[0]]
            path = following[0].replace("&amp;", "&") if following else ""
        assert seen == list(range(119, -1, -1))
        assert path == ""


def test_an_act_without_a_sentence_is_shown_as_it_stands(node: Node) -> None:
    node.store.events.record(
        LeafKind.ACCOUNT, {"account": "Alice", "act": "something-new", "by": "command line: ops", "detail": "x"}
    )
    with node.signed_in() as browser:
        page = browser.get("/record").text
        assert "Alice: something-new" in page
        assert "ops, on the command line" in page


def test_saving_it_gives_every_statement_and_is_recorded_first(node: Node) -> None:
    with node.signed_in() as browser:
        answer = browser.get("/record/save?kind=account")
        assert answer.headers["content-disposition"] == 'attachment; filename="record.jsonl"'
        assert "sandbox" in answer.headers["content-security-policy"]
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert [each["statement"]["act"] for each in lines] == ["signed-in", "link-made", "added"]
        left = node.store.events.all(1)[0]
        assert left.kind == LeafKind.EXPORTED
        assert json.loads(left.statement)["count"] == 3
        assert left.account == node.alice.id


def test_saving_an_object_is_recorded(node: Node) -> None:
    node.give("estonia", campaign())
    with node.signed_in() as browser:
        path = f"/intel/objects/{campaign()['id']}/raw"
        assert browser.head(path).status_code == 200
        assert node.store.events.all(5, kind=LeafKind.EXPORTED) == ()
        assert browser.get(path).json()["name"] == "Grey Tide"
        said = json.loads(node.store.events.all(1, kind=LeafKind.EXPORTED)[0].statement)
        assert (said["by"], said["collection"], said["count"], said["party"]) == ("Alice", "main", 1, "ours")
        assert "exported from main" in browser.get("/record").text
        assert browser.get("/intel/objects/campaign--nowhere/raw").status_code == 404
        assert len(node.store.events.all(5, kind=LeafKind.EXPORTED)) == 1


def test_roles_in_it_are_called_what_they_are_called_elsewhere(node: Node) -> None:
    with node.signed_in() as browser:
        node.directory.accounts.set_roles(node.directory.accounts.add("Bob", ["duty-officer"]), ["auditor", "legal"])
        page = browser.get("/record").text
        assert "Duty officer" in page
        assert "Duty officer → Auditor, Legal" in page
        korean = browser.get("/record", headers={"accept-language": "ko"}).text
        assert "당직관 → 감사관, 법무" in korean
