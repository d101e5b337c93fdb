"""The people of a node: invited, given roles, disabled, helped back in; and what an administrator can't do."""

import re

import pytest

from comity.kernel.ledger.leaf import LeafKind
from tests.desks.cast import COOKIE, Node, form_token_in
from tests.desks.sending import PASSWORD, Browser, beside, sent, with_password

LONG = "Ministry of " + "very long names " * 11


def person_with(node: Node, *roles: str, name: str = "Bob") -> Browser:
    accounts = node.directory.accounts
    bob = accounts.add(name, roles)
    browser = node.browser()
    sent(browser, f"/sign-in/{accounts.invite(bob, purpose='sign-in').secret}")
    return browser


def acts(node: Node) -> list[str]:
    return [
        each.statement.split('"act":"')[1].split('"')[0] for each in node.store.events.all(50, kind=LeafKind.ACCOUNT)
    ]


def test_somebody_is_invited_and_comes_in_by_the_link_that_is_shown_once(node: Node) -> None:
    with node.signed_in() as browser, beside(node.browser()) as new:
        answer = sent(browser, "/people/invite", name="Min-ji Park", roles=["analyst", "duty-officer"])
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        path = re.search(r"http://127\.0\.0\.1:8000(/sign-in/[\w-]+)", answer.text)
        assert path is not None
        assert sent(new, path[1]).headers["location"] == "/account/start"
        made = node.directory.accounts.get("Min-ji Park")
        assert made.roles == ("analyst", "duty-officer")
        assert path[1].split("/")[-1] not in browser.get(f"/people/{made.id}").text
        assert all(path[1].split("/")[-1] not in each.statement for each in node.store.events.all(50))
    said = node.store.events.all(50, kind=LeafKind.ACCOUNT)
    assert any('"act":"added"' in each.statement and '"by":"Alice"' in each.statement for each in said)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "", "roles": "analyst"}, "Fill this in."),
        ({"name": "Bob"}, "Choose at least one."),
        ({"name": "Bob", "roles": "emperor"}, "Choose from what is listed."),
        ({"name": "alice", "roles": "analyst"}, "This name is taken. Choose another one."),
        ({"name": "B\u202eob", "roles": "analyst"}, "visible"),
        ({"name": "x" * 201, "roles": "analyst"}, "At most 200 characters."),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_what_was_typed_is_kept(
    node: Node, fields: dict[str, str], says: str
) -> None:
    with node.signed_in() as browser:
        answer = sent(browser, "/people/invite", **fields)
        assert answer.status_code == 422
        assert says in answer.text
        assert len(node.directory.accounts.all()) == 1


def test_at_localhost_the_link_is_one_at_which_a_passkey_can_be_made(node: Node) -> None:
    with node.signed_in() as browser:
        named = {"host": "localhost:8000", "origin": "http://localhost:8000"}
        browser.headers.update(named)
        answer = sent(browser, "/people/invite", name="Min-ji Park", roles="analyst")
        assert re.search(r"http://localhost:8000/sign-in/[\w-]+", answer.text)


def test_a_person_s_browsers_are_called_as_people_call_them(node: Node) -> None:
    with beside(person_with(node, "analyst")) as bobs, node.signed_in() as browser:
        bob = node.directory.accounts.get("Bob")
        link = node.directory.accounts.invite(bob, purpose="sign-in").secret
        bobs.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        sent(bobs, f"/sign-in/{link}")
        page = browser.get(f"/people/{bob.id}").text
        assert "Firefox · Linux" in page
        assert "Mozilla" not in page


def test_the_list_holds_long_names_and_everyones_state(node: Node) -> None:
    accounts = node.directory.accounts
    accounts.add(LONG.strip()[:200], ["auditor"])
    accounts.disable(accounts.add("Gone", ["legal"]))
    with node.signed_in() as browser:
        page = browser.get("/people").text
        assert LONG.strip()[:150] in page
        assert "Disabled" in page
        assert "no way yet" in page
        turned = browser.get("/people?sort=-name").text
        assert turned.index("Ministry of") < turned.index("Gone") < turned.rindex("Alice")


def test_roles_are_changed_and_hold_from_the_next_page_on(node: Node) -> None:
    with node.signed_in() as browser, beside(person_with(node, "auditor")) as bobs:
        bob = node.directory.accounts.get("Bob")
        assert bobs.get("/record").status_code == 200
        assert bobs.get("/people").status_code == 403
        answer = sent(browser, f"/people/{bob.id}/roles", roles="analyst")
        assert answer.headers["location"] == f"/people/{bob.id}"
        node.clock.forward(2_000_000)
        assert bobs.get("/record").status_code == 403
        assert sent(browser, f"/people/{bob.id}/roles").status_code == 422
    assert "roles-changed" in acts(node)


def test_disabling_says_what_it_ends_and_ends_it(node: Node) -> None:
    with node.signed_in() as browser, beside(person_with(node, "analyst")) as bobs:
        bob = node.directory.accounts.get("Bob")
        assert "1 session ends at once." in browser.get(f"/people/{bob.id}/disable").text
        assert bobs.get("/", follow_redirects=False).status_code == 200
        sent(browser, f"/people/{bob.id}/disable")
        node.clock.forward(2_000_000)
        assert bobs.get("/", follow_redirects=False).status_code == 303
        assert "Enable the account" in browser.get(f"/people/{bob.id}").text
        sent(browser, f"/people/{bob.id}/enable")
        assert not node.directory.accounts.get("Bob").disabled
    assert [each for each in acts(node) if each in {"disabled", "enabled"}] == ["enabled", "disabled"]


def test_the_last_administrator_stays_one_and_is_told_why(node: Node) -> None:
    with node.signed_in() as browser:
        path = f"/people/{node.alice.id}"
        assert sent(browser, f"{path}/disable").headers["location"] == path
        assert "Nobody else is an administrator." in browser.get(path).text
        answer = sent(browser, f"{path}/roles", roles="analyst")
        assert answer.status_code == 422
        assert "Nobody else is an administrator." in answer.text
    assert not node.directory.accounts.get("Alice").disabled


def test_for_whoever_has_ways_in_there_is_only_a_recovery_link(node: Node) -> None:
    with node.signed_in() as browser, beside(person_with(node, "analyst")) as bobs:
        accounts = node.directory.accounts
        bob = accounts.get("Bob")
        assert "A new invitation for Bob?" in browser.get(f"/people/{bob.id}/link").text
        accounts.set_password(bob, None, PASSWORD, keep=bobs.cookies[COOKIE])
        assert "A recovery link for Bob?" in browser.get(f"/people/{bob.id}/link").text
        page = sent(browser, f"/people/{bob.id}/link").text
        secret = re.search(r"/sign-in/([\w-]+)", page)
        assert secret is not None
        assert accounts.link_purpose(secret[1]) == "recovery"
        assert accounts.has_password(bob)
        assert bobs.get("/", follow_redirects=False).status_code == 200
        with beside(node.browser()) as thief:
            sent(thief, f"/sign-in/{secret[1]}")
        node.clock.forward(2_000_000)
        assert not accounts.has_password(bob)
        assert bobs.get("/", follow_redirects=False).status_code == 303
        assert all(key.retired is not None for key in accounts.signing.keys(bob))
    assert "recovered" in acts(node)


def test_an_administrator_signs_somebody_out_everywhere(node: Node) -> None:
    with node.signed_in() as browser, beside(person_with(node, "analyst")) as bobs:
        bob = node.directory.accounts.get("Bob")
        sent(browser, f"/people/{bob.id}/sessions/end")
        node.clock.forward(2_000_000)
        assert bobs.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("roles", [("analyst",), ("auditor",), ("legal", "diplomat", "approver", "duty-officer")])
def test_nobody_else_manages_people(node: Node, roles: tuple[str, ...]) -> None:
    with person_with(node, *roles) as bobs:
        before = node.directory.accounts.all()
        for path in (
            "/people",
            "/people/invite",
            "/people/1",
            "/people/1/roles",
            "/people/1/disable",
            "/people/1/link",
        ):
            assert bobs.get(path, follow_redirects=False).status_code == 403
        for path in ("/people/invite", "/people/1/roles", "/people/1/disable", "/people/1/link"):
            answer = sent(bobs, path, "/account", name="Mallory", roles="administrator")
            assert answer.status_code == 403
        assert node.directory.accounts.all() == before


@pytest.mark.parametrize("number", ["0", "77", "999999999999", "9" * 30, "-1", "x", "1%2f2"])
def test_a_number_that_nobody_has_is_nothing(node: Node, number: str) -> None:
    with node.signed_in() as browser:
        for act in ("", "/roles", "/disable", "/enable", "/link", "/sessions/end"):
            assert browser.get(f"/people/{number}{act}").status_code == 404


def test_ones_own_sessions_are_not_in_reach_of_a_form_of_another_site(node: Node) -> None:
    with node.signed_in() as browser:
        token = form_token_in(browser.get("/people/invite").text)
        data = {"name": "Mallory", "roles": "administrator", "form_token": token}
        crossed = browser.post("/people/invite", data=data, headers={"sec-fetch-site": "cross-site"})
        assert crossed.status_code == 403
        assert len(node.directory.accounts.all()) == 1
        assert node.directory.accounts.of_cookie(browser.cookies[COOKIE]) is not None


def test_no_page_of_people_holds_what_opens_an_account(node: Node) -> None:
    with_password(node)
    with node.signed_in() as browser:
        for path in ("/people", f"/people/{node.alice.id}", "/account", "/record"):
            page = browser.get(path).text
            assert "argon2" not in page
            assert browser.cookies[COOKIE] not in page


def test_a_second_invitation_does_not_make_an_administrator_a_second_person(node: Node) -> None:
    with node.signed_in() as browser:
        bobs, ghost = node.browser(), node.browser()
        page = sent(browser, "/people/invite", name="Bob", roles=["approver"]).text
        bob = node.directory.accounts.get("Bob")
        sent(bobs, _link_in(page))
        spare = _link_in(sent(browser, f"/people/{bob.id}/link").text)
        later = _link_in(sent(browser, f"/people/{bob.id}/link").text)
        assert sent(ghost, spare).status_code == 403  # the page says that the later one takes its place
        assert sent(ghost, later).status_code == 303
        sent(bobs, "/account/password", new=PASSWORD, again=PASSWORD)
        assert bobs.get("/account", follow_redirects=False).status_code == 200
        assert ghost.get("/account", follow_redirects=False).status_code == 303


def _link_in(page: str) -> str:
    found = re.search(r"/sign-in/[\w-]{20,}", page)
    assert found is not None
    return found[0]
