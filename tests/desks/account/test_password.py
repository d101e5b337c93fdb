"""Name, password and code: one answer to whatever is wrong, nothing that leads away, nobody locked out by another."""

import pyotp
import pytest

from comity.desks.account import queries
from tests.desks.cast import COOKIE, Node, form_token_in
from tests.desks.sending import PASSWORD, beside, hidden, later, sent, with_password

SECONDS = 1_000_000


def code_of(node: Node, secret: str) -> str:
    return pyotp.TOTP(secret).at(node.clock.now() // SECONDS)


def with_codes(node: Node) -> str:
    offer = node.directory.accounts.begin_totp(node.alice)
    node.directory.accounts.finish_totp(node.alice, offer.ticket, code_of(node, offer.secret))
    node.clock.forward(60 * SECONDS)
    return offer.secret


def test_name_and_password_sign_in_and_the_name_is_taken_as_people_type_it(node: Node) -> None:
    with_password(node)
    for name in ("Alice", " alice ", "ALICE"):
        with node.browser() as browser:
            answer = sent(browser, "/sign-in", name=name, password=PASSWORD)
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
            assert browser.get("/").status_code == 200


def test_whatever_is_wrong_gets_one_answer(node: Node) -> None:
    accounts = node.directory.accounts
    with_password(node)
    accounts.add("Bob", ["analyst"])
    accounts.set_password(accounts.get("Bob"), None, PASSWORD)
    accounts.disable(accounts.get("Bob"))
    accounts.add("Carol", ["analyst"])  # without a password
    answers = set()
    for name, password in (("Alice", "mistaken"), ("Nobody", PASSWORD), ("Bob", PASSWORD), ("Carol", PASSWORD)):
        with node.browser() as browser:
            page = browser.get("/sign-in")
            token = form_token_in(page.text)
            answer = browser.post("/sign-in", data={"name": name, "password": password, "form_token": token})
            assert COOKIE not in browser.cookies
            assert password not in answer.text
            bare = answer.text.replace(token, "").replace(name, "")
            answers.add((answer.status_code, bare))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 403


def test_what_was_typed_is_kept_but_for_the_password(node: Node) -> None:
    with node.browser() as browser:
        page = sent(browser, "/sign-in", name='Al"ice<', password="topsecret-topsecret").text
        assert 'value="Al&#34;ice&lt;"' in page
        assert "topsecret" not in page
        empty = sent(browser, "/sign-in", name="", password="")
        assert empty.status_code == 422
        assert empty.text.count("Fill this in.") == 4  # in the summary and beside each field


def test_a_code_is_asked_for_and_works_once(node: Node) -> None:
    with_password(node)
    secret = with_codes(node)
    with node.browser() as browser:
        page = sent(browser, "/sign-in", name="Alice", password=PASSWORD)
        assert page.status_code == 303 or "The code from your app" in page.text
        assert COOKIE not in browser.cookies
        token, ticket = form_token_in(page.text), hidden(page.text, "ticket")
        assert browser.get("/", follow_redirects=False).status_code == 303
        data = {"form_token": token, "ticket": ticket, "next": "/parties"}
        wrong = browser.post("/sign-in/code", data={**data, "code": "000000"}, follow_redirects=False)
        assert wrong.status_code == 403
        assert hidden(wrong.text, "ticket") == ticket
        code = code_of(node, secret)
        right = browser.post("/sign-in/code", data={**data, "code": f"{code[:3]} {code[3:]}"}, follow_redirects=False)
        assert (right.status_code, right.headers["location"]) == (303, "/parties")
    with node.browser() as other:
        page = sent(other, "/sign-in", name="Alice", password=PASSWORD)
        data = {"form_token": form_token_in(page.text), "ticket": hidden(page.text, "ticket"), "code": code}
        assert other.post("/sign-in/code", data=data, follow_redirects=False).status_code == 403
        assert COOKIE not in other.cookies


def test_a_step_in_the_middle_that_is_loaded_again_leads_to_the_first(node: Node) -> None:
    with node.browser() as browser:
        for path in ("/sign-in/code", "/sign-in/passkey", "/sign-in/passkey/use"):
            answer = browser.get(path, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        late = sent(browser, "/sign-in/code", "/sign-in", code="123456", ticket="made-up", next="/")
        assert late.status_code == 403
        assert "Begin again" in late.text


@pytest.mark.parametrize(
    "then",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%0d%0aset-cookie:x=1",
        "/" + "x" * 5000,
        "",
    ],
)
def test_signing_in_never_leads_to_another_place(node: Node, then: str) -> None:
    with_password(node)
    with node.browser() as browser:
        page = browser.get("/sign-in", params={"next": then}).text
        token = form_token_in(page)
        for following in (then, hidden(page, "next")):
            answer = browser.post(
                "/sign-in",
                data={"name": "Alice", "password": PASSWORD, "next": following, "form_token": token},
                follow_redirects=False,
            )
            if answer.status_code == 303:
                place = answer.headers["location"]
                assert place.startswith("/")
                assert not place.startswith(("//", "/\\"))
                assert "\r" not in place
                assert "\n" not in place
                token = form_token_in(browser.get("/account").text)
        signed = browser.get("/sign-in", params={"next": then}, follow_redirects=False)
        assert signed.headers["location"].startswith("/")
        assert not signed.headers["location"].startswith(("//", "/\\"))


def test_after_signing_in_one_is_where_one_wanted_to_be(node: Node) -> None:
    with_password(node)
    with node.browser() as browser:
        asked = browser.get("/parties", follow_redirects=False).headers["location"]
        page = browser.get(asked).text
        answer = browser.post(
            "/sign-in",
            data={
                "name": "Alice",
                "password": PASSWORD,
                "next": hidden(page, "next"),
                "form_token": form_token_in(page),
            },
            follow_redirects=False,
        )
        assert answer.headers["location"] == "/parties"


def test_too_many_tries_are_told_when_to_come_again_and_keep_nobody_else_out(node: Node) -> None:
    with_password(node)
    with node.browser() as known:
        sent(known, "/sign-in", name="Alice", password=PASSWORD)
        sent(known, "/sign-out", "/")
        with beside(node.browser()) as stranger:
            answers = [sent(stranger, "/sign-in", name="Alice", password=f"guess {each}") for each in range(12)]
            last = answers[-1]
            assert last.status_code == 429
            assert int(last.headers["retry-after"]) > 0
            assert "Too many attempts" in last.text
            assert sent(stranger, "/sign-in", name="Alice", password=PASSWORD).status_code == 429
        assert sent(known, "/sign-in", name="Alice", password=PASSWORD).status_code == 303


def test_a_first_password_is_set_and_a_weak_one_is_refused_beside_its_field(node: Node) -> None:
    with node.signed_in() as browser:
        weak = sent(browser, "/account/password", new="short", again="short")
        assert weak.status_code == 400
        assert "fewer than 12 characters" in weak.text
        differs = sent(browser, "/account/password", new=PASSWORD, again=PASSWORD + "s")
        assert "The two are not the same." in differs.text
        assert PASSWORD not in differs.text
        answer = sent(browser, "/account/password", new=PASSWORD, again=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert "Your password is set" in browser.get("/account").text
    assert len(node.directory.accounts.signing.keys(node.alice)) == 1


def test_changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions(node: Node) -> None:
    with_password(node)
    new = "a quiet harbour in november"
    with node.signed_in() as other, beside(node.signed_in()) as browser:
        wrong = sent(browser, "/account/password", old="not it at all", new=new, again=new)
        assert wrong.status_code == 403
        assert "not the present password" in wrong.text
        assert other.get("/", follow_redirects=False).status_code == 200
        assert sent(browser, "/account/password", old=PASSWORD, new=new, again=new).status_code == 303
        assert browser.get("/", follow_redirects=False).status_code == 200
        assert other.get("/", follow_redirects=False).status_code == 303


def test_codes_are_set_up_with_the_first_one_and_can_be_dropped(node: Node) -> None:
    with_password(node)
    with node.signed_in() as browser:
        page = browser.get("/account/codes")
        assert "<svg" in page.text
        assert page.headers["cache-control"] == "no-store"
        kept = {name: hidden(page.text, name) for name in ("ticket", "secret", "uri")}
        token = form_token_in(page.text)
        wrong = browser.post("/account/codes", data={**kept, "code": "000000", "form_token": token})
        assert wrong.status_code == 422
        assert hidden(wrong.text, "ticket") == kept["ticket"]  # the app has read the picture: it stays the same
        assert not node.directory.accounts.has_totp(node.alice)
        code = code_of(node, kept["secret"])
        browser.post("/account/codes", data={**kept, "code": code, "form_token": token})
        assert node.directory.accounts.has_totp(node.alice)
        assert sent(browser, "/account/codes/drop").headers["location"] == "/account"
        assert not node.directory.accounts.has_totp(node.alice)


def test_codes_go_with_a_password(node: Node) -> None:
    with node.signed_in() as browser:
        assert browser.get("/account/codes", follow_redirects=False).headers["location"] == "/account"
        assert "set one first" in browser.get("/account").text


def test_the_ticket_of_a_second_step_is_nothing_without_the_code(node: Node) -> None:
    with_password(node)
    with_codes(node)
    with node.browser() as browser:
        page = sent(browser, "/sign-in", name="Alice", password=PASSWORD)
        ticket = hidden(page.text, "ticket")
        later(node)
        data = {"ticket": ticket, "code": "123456", "form_token": form_token_in(page.text)}
        over = browser.post("/sign-in/code", data=data)
        assert over.status_code == 403
        assert "Begin again" in over.text


def test_names_of_any_length_fit_into_the_picture_for_the_app(node: Node) -> None:
    accounts = node.directory.accounts
    bob = accounts.add("\U0001f512" * 200, ["analyst"])
    offer = accounts.begin_totp(bob, issuer="\u97e9" * 200)
    assert len(offer.uri) < 2000
    assert queries.codes_page(offer.secret, offer.uri, offer.ticket).size > 0


@pytest.mark.parametrize("uri", ["u" * 5000, "\u97e9" * 1900, ""])
def test_a_made_up_picture_is_refused_and_is_no_fault_of_the_node(node: Node, uri: str) -> None:
    with_password(node)
    with node.signed_in() as browser:
        fields = {"ticket": "x", "secret": "s", "uri": uri, "code": ""}
        assert sent(browser, "/account/codes", **fields).status_code == 400
