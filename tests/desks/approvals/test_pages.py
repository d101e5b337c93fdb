"""/approvals over HTTP: what waits, what would go, and people who sign that it may, refuse it, ask its source, take it back."""

import html
import json
import re
from typing import Any

import pytest

from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Account
from comity.web.headers import SCRIPT_POLICY
from tests.desks.cast import Node, campaign, form_token_in
from tests.desks.sending import PASSWORD, Browser, hidden, options_in, sent
from tests.kernel.directory.authenticator import SoftKey

NAME = "ours-estonia"
ORIGIN = "http://localhost:8000"
FOUR_EYES = 'approvers = ["approver", "legal"]\nfour_eyes = true\n'
ID = "incident--8e2e2d2b-17d4-4cbf-938f-000000000001"


def read(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def incident(number: int = 1, **more: Any) -> dict[str, Any]:
    return {**campaign(number), "type": "incident", "id": f"{ID[:-1]}{number}", "name": f"Outage {number}", **more}


def agree(node: Node, *, four_eyes: bool = False, more: str = "") -> None:
    text = node.directory.agreements.draft("bilateral-csirt", "estonia", name=NAME)
    if four_eyes:
        text = text.replace('approvers = ["approver", "duty-officer"]\n', FOUR_EYES)
        assert FOUR_EYES in text
    node.directory.agreements.apply(text + more, by="tester")


def person(node: Node, name: str, *roles: Role, password: bool = True) -> tuple[Account, Browser]:
    account = node.directory.accounts.add(name, roles or (Role.APPROVER,))
    if password:
        node.directory.accounts.set_password(account, None, PASSWORD)
    browser = node.browser()
    enter(node, account, browser)
    return account, browser


def enter(node: Node, account: Account, browser: Browser) -> None:
    path = f"/sign-in/{node.directory.accounts.invite(account, purpose='sign-in').secret}"
    browser.post(path, data={"form_token": form_token_in(browser.get(path).text)}, follow_redirects=False)


def item(node: Node, object_id: str = ID) -> str:
    own = node.directory.parties.own().id
    (found,) = node.store.visible(Viewer(own)).reviews_of(object_id)
    return f"/approvals/items/{object_id}/{found.name}"


def signed(browser: Browser, path: str, **fields: Any) -> Any:
    """The answer to the form of a page that signs; what the page hides goes along."""
    page = browser.get(path).text
    kept = {name: hidden(page, name) for name in ("content", "text", "way") if f'name="{name}"' in page}
    return sent(browser, path, **{"password": PASSWORD, **kept, **fields})


def seen(node: Node, slug: str = "estonia") -> list[str]:
    node.store.twins.make()
    viewer = Viewer(party=node.directory.parties.get(slug).id, channel="test")
    return [each.id for each in node.store.visible(viewer).recent(100) if each.type == "incident"]


@pytest.fixture
def browser(node: Node) -> Browser:
    """Bob's, who approves."""
    return person(node, "Bob")[1]


# -- looking


def test_before_anything_is_asked_for_nothing_waits(node: Node, browser: Browser) -> None:
    page = read(browser.get("/approvals").text)
    assert "Nothing waits for a decision" in page
    for show in ("half", "source", "released", "refused"):
        assert browser.get(f"/approvals?show={show}").status_code == 200


def test_what_waits_is_listed_with_whom_it_would_go_to(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident(1), incident(2))
    page = browser.get("/approvals").text
    assert "2 objects wait for a decision" in read(page)
    assert "Outage 1" in read(page)
    assert "one of: Approver, Duty officer" in read(page)
    assert item(node) in page
    assert "Outage 1" in read(browser.get("/approvals?party=estonia").text)
    assert "Outage 1" not in read(browser.get("/approvals?party=isac").text)
    assert "Outage 1" not in read(browser.get("/approvals?party=nobody").text)
    assert "Outage 1" in read(browser.get(f"/approvals?agreement={NAME}").text)
    assert "2 objects wait" in browser.get("/").text


def test_the_list_goes_on(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", *(incident(1, id=f"{ID[:-3]}{number:03}", name=f"No {number}") for number in range(60)))
    page = browser.get("/approvals").text
    assert "60 objects wait" in read(page)
    found = re.search(r'href="(/approvals\?next=[^"]+)"', page)
    assert found
    further = read(browser.get(html.unescape(found[1])).text)
    assert "No 59" in further
    assert "No 49" not in further


def test_an_object_leads_to_its_review(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident(), campaign(7))
    answer = browser.get(f"/approvals/of/{ID}?party=estonia", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == item(node)
    for path in (f"/approvals/of/{ID}?party=isac", f"/approvals/of/{campaign(7)['id']}", "/approvals/of/nothing"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("name", ["x", "0" * 16 + "-" + "0" * 24])
def test_what_nobody_asks_for_has_no_page(node: Node, browser: Browser, name: str) -> None:
    agree(node)
    node.give("ours", incident())
    assert browser.get(f"/approvals/items/{ID}/{name}").status_code == 404
    assert browser.get(f"/approvals/items/nothing/{item(node).rpartition('/')[2]}").status_code == 404


def test_the_page_shows_exactly_what_would_go(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("isac", incident(description="Began at 2026-11-02T03:04:05Z on 192.0.2.7"))
    page = read(browser.get(item(node)).text)
    assert "from Energy ISAC" in page
    assert "It goes to Estonia only when people have agreed." in page
    assert "It goes as it is" in page
    assert "Article 7 of ours-estonia" in page
    assert "One person with one of these roles: Approver, Duty officer." in page
    assert "Release to Estonia in this form" in page
    networks = read(browser.get(f"{item(node)}?form=profile-networks").text)
    assert "192.0.2.7" in networks
    assert "192.0.2.0/24" in networks
    nothing = read(browser.get(f"{item(node)}?form=profile-nonsense").text)
    assert "Nothing can go like this" in nothing
    assert "Release to Estonia" not in nothing


def test_who_may_not_decide_is_told_why(node: Node) -> None:
    agree(node)
    node.give("ours", incident())
    _, analyst = person(node, "Ana", Role.ANALYST)
    page = read(analyst.get(item(node)).text)
    assert "The agreement asks nobody with your roles." in page
    assert "Refuse" not in page
    _, auditor = person(node, "Aud", Role.AUDITOR)
    page = read(auditor.get(item(node)).text)
    assert "Not for you to decide" not in page
    assert "Refuse" not in page
    assert auditor.get(f"{item(node)}/refuse").status_code == 403


# -- deciding


def test_a_person_signs_and_it_goes(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    path = item(node)
    page = read(browser.get(f"{path}/release/as-asked").text)
    assert "Release it to Estonia?" in page
    assert "Can it be undone?" in page
    answer = signed(browser, f"{path}/release/as-asked")
    assert answer.status_code == 303, read(answer.text)
    assert answer.headers["location"] == path
    assert "It is released." in browser.get(path).text
    assert seen(node) == [ID]
    after = read(browser.get(path).text)
    assert "People let it go to Estonia." in after
    assert "Bob approved it, as Approver." in after
    assert "Nothing waits" in read(browser.get("/approvals").text)
    assert "Outage 1" in read(browser.get("/approvals?show=released").text)


def test_the_wrong_password_is_told_beside_the_field(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    answer = signed(browser, f"{item(node)}/release/as-asked", password="not the password")
    assert answer.status_code == 422
    assert "The password is not right; nothing was signed." in read(answer.text)
    assert seen(node) == []
    answer = signed(browser, f"{item(node)}/release/as-asked", content="00" * 32)
    assert answer.status_code == 422
    assert "It stands otherwise by now" in read(answer.text)


def test_who_is_not_confirmed_is_asked_first(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    path = f"{item(node)}/release/as-asked"
    node.clock.forward(11 * 60 * 1_000_000)
    answer = browser.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/account/confirm")


def test_a_person_without_a_key_is_told_to_make_one(node: Node) -> None:
    agree(node)
    node.give("ours", incident())
    _, browser = person(node, "Newcomer", password=False)
    page = read(browser.get(f"{item(node)}/release/as-asked").text)
    assert "You have no key to sign with." in page
    assert signed(browser, f"{item(node)}/release/as-asked").status_code == 422


def test_two_people_release_and_neither_alone(node: Node) -> None:
    agree(node, four_eyes=True)
    node.give("ours", incident())
    _, bob = person(node, "Bob")
    _, dana = person(node, "Dana", Role.LEGAL)
    path = item(node)
    assert signed(bob, f"{path}/release/profile-times").status_code == 303
    assert seen(node) == []
    assert "Outage 1" in read(bob.get("/approvals?show=half").text)
    assert "is half approved" in bob.get("/").text
    own = read(bob.get(path).text)
    assert "You have approved it. Somebody else has to as well." in own
    page = read(bob.get(f"{path}/release/as-approved").text)
    assert "You have approved this already." in page
    theirs = read(dana.get(path).text)
    assert "One person has approved the form that is shown." in theirs
    assert "As it was approved" in theirs
    assert signed(dana, f"{path}/release/as-approved").status_code == 303
    assert len(seen(node)) == 1


def test_an_administrator_alone_does_not(node: Node) -> None:
    agree(node, four_eyes=True)
    node.give("ours", incident())
    _, admin = person(node, "Alma", Role.ADMINISTRATOR, Role.APPROVER)
    invented = node.directory.accounts.add("Invented", (Role.LEGAL,), by="Alma")
    node.directory.accounts.set_password(invented, None, PASSWORD)
    other = node.browser()
    enter(node, invented, other)
    path = item(node)
    assert signed(admin, f"{path}/release/as-asked").status_code == 303
    page = read(other.get(path).text)
    assert "made or changed by another person less than a day ago" in page
    node.clock.forward(25 * 3_600 * 1_000_000)
    enter(node, invented, other)
    page = read(other.get(f"{path}/release/as-approved").text)
    assert "are not two people who came here without each other" in page
    answer = sent(other, f"{path}/release/as-approved", password=PASSWORD, way="password")
    assert answer.status_code == 422
    assert seen(node) == []


def test_refusing_and_taking_it_back(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    path = item(node)
    assert signed(browser, f"{path}/refuse").status_code == 422
    answer = signed(browser, f"{path}/refuse", reason="The victim asked us not to.")
    assert answer.status_code == 303
    page = browser.get(path).text
    assert "People refused to let it go to Estonia." in read(page)
    assert "The victim asked us not to." in read(page)
    found = re.search(rf'href="({re.escape(path)}/withdraw/[^"]+)"', page)
    assert found
    assert "Outage 1" in read(browser.get("/approvals?show=refused").text)
    assert signed(browser, found[1], reason="They agreed.").status_code == 303
    assert "It goes to Estonia only when people have agreed." in read(browser.get(path).text)
    assert signed(browser, found[1], reason="Again.").status_code == 422


def test_its_source_is_asked(node: Node, browser: Browser) -> None:
    agree(node)
    node.directory.parties.set_identity("isac", "identity--3f0b1c52-7c2e-4f0e-8f0a-0d6a4b7f1a03")
    node.give("isac", incident())
    path = item(node)
    assert signed(browser, f"{path}/ask", reason="Estonia is hit as well.").status_code == 303
    page = read(browser.get(path).text)
    assert "Nothing goes until its consent is recorded" in page
    assert "Outage 1" in read(browser.get("/approvals?show=source").text)
    assert signed(browser, f"{path}/release/as-asked").status_code == 422
    answer = signed(browser, f"{path}/release/as-asked", reference="Letter 12/2026")
    assert answer.status_code == 303, read(answer.text)
    assert seen(node) == [ID]
    assert "Letter 12/2026" in read(browser.get(path).text)


def test_a_form_is_written_by_hand(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident(description="Blue Pier Bank lost its ledger."))
    path = item(node)
    page = browser.get(f"{path}/by-hand").text
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    text = json.loads(html.unescape(found[1]))
    assert text["id"] != ID
    assert "created" not in text
    wrong = sent(browser, f"{path}/by-hand", text=json.dumps({**text, "id": ID}))
    assert wrong.status_code == 422
    assert "Its id has to be" in read(wrong.text)
    assert sent(browser, f"{path}/by-hand", text="").status_code == 422
    good = {**text, "description": "A ledger was lost."}
    answer = sent(browser, f"{path}/by-hand", text=json.dumps(good))
    assert answer.status_code == 200, read(answer.text)
    assert "A ledger was lost." in read(answer.text)
    sign = {name: hidden(answer.text, name) for name in ("content", "text", "way")}
    done = sent(browser, f"{path}/release/by-hand", path, password=PASSWORD, **sign)
    assert done.status_code == 303, read(done.text)
    (gone,) = seen(node)
    assert gone == text["id"]
    assert browser.get(f"{path}/release/by-hand", follow_redirects=False).status_code == 303


def test_a_passkey_signs(node: Node) -> None:
    agree(node)
    node.give("ours", incident())
    account = node.directory.accounts.add("Pat", (Role.APPROVER,))
    key = SoftKey(3)
    options, ticket = node.directory.accounts.add_passkey_begin(account, "localhost")
    answer = key.create(options, ORIGIN)
    node.directory.accounts.add_passkey_finish(account, ticket, answer, "localhost", ORIGIN, "laptop")
    browser = node.browser()
    browser.base_url = ORIGIN
    enter(node, account, browser)
    path = f"{item(node)}/release/as-asked"
    asked = signed(browser, path)
    assert asked.status_code == 200, read(asked.text)
    assert asked.headers["content-security-policy"] == SCRIPT_POLICY
    kept = {name: hidden(asked.text, name) for name in ("ticket", "statement", "content", "way")}
    response = key.get(options_in(asked.text), ORIGIN)
    forged = sent(browser, path, **{**kept, "statement": "AAAA"}, response=response)
    assert forged.status_code == 422
    assert seen(node) == []
    done = sent(browser, path, **kept, response=response)
    assert done.status_code == 303, read(done.text)
    assert seen(node) == [ID]
    again = sent(browser, path, **kept, response=response)
    assert again.status_code == 422


# -- what is not shown


def test_a_restricted_object_is_shown_to_its_people_alone(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    path = item(node)
    carol, _ = person(node, "Carol")
    signed(browser, f"{path}/refuse", reason="Not this one.")
    node.store.restrict(ID, [carol.id], by="tester")
    while node.store.settle():
        pass
    for shown in ("/approvals", "/approvals?show=refused", "/"):
        assert "Outage 1" not in browser.get(shown).text
    assert browser.get(path).status_code == 404


def test_an_old_version_says_so(node: Node, browser: Browser) -> None:
    agree(node)
    node.give("ours", incident())
    path = item(node)
    node.give("ours", incident(modified="2026-11-04T05:07:00.000Z", name="Outage 1, corrected"))
    page = read(browser.get(path).text)
    assert "There is a newer version of the object." in page
    assert "Release to Estonia in this form" not in page
