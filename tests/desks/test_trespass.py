"""What a browser may not do: reach what belongs to another by its number, plant a session, lead people away."""

import re
import shutil
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from comity.web.session import form_token
from tests.desks.cast import COOKIE, NODE_ID, Node, campaign, form_token_in, malware
from tests.desks.routes import NONE, OBJECT, ROUTES, SAFE, World, row_of
from tests.kernel.directory.people import PASSWORD, with_passkey

NAMED = "campaign--8e2e2d2b-17d4-4cbf-938f-000000000077"
NOWHERE = "campaign--8e2e2d2b-17d4-4cbf-938f-000000000099"
EVIL = (
    "//host.invalid/x",
    "///host.invalid/x",
    "/\\host.invalid/x",
    "\\\\host.invalid/x",
    "/\t/host.invalid/x",
    "/\n//host.invalid",
    "\r\nlocation: //host.invalid",
    "https://host.invalid/x",
    "https:host.invalid",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%09/host.invalid/x",
    "/.//host.invalid",
    "http://127.0.0.1:8000@host.invalid/",
    "host.invalid",
    "\x00//host.invalid",
)
OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@pytest.fixture(scope="module")
def world(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path = tmp_path_factory.mktemp("trespass") / "node.db"
    shutil.copy(empty, path)
    node = Node(f"sqlite:///{path}")
    with node.browser() as client:
        yield World(node, client)
    node.store.close()


def told(answer: Any, *words: str) -> tuple[int, str]:
    """An answer without what names the request, and without what changes with every answer."""
    text = re.sub(r'name="form_token" value="[0-9a-f]*"', "", answer.text)
    for word in words:
        text = text.replace(word, "")
    return answer.status_code, text


# -- what belongs to another ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_nobody_ends_a_session_of_another_and_nobody_learns_that_it_is_there(world: World, role: Role) -> None:
    accounts = world.node.directory.accounts
    browser = world.browser(role)
    token = form_token(world.cookie(role))
    unknown = browser.post(f"/account/sessions/{'A' * 43}/end", data={"form_token": token}, follow_redirects=False)
    for other in set(Role) - {role}:
        kept = world.cookie(other)
        handle = accounts.handle_of(kept)
        answer = browser.post(f"/account/sessions/{handle}/end", data={"form_token": token}, follow_redirects=False)
        assert told(answer, handle) == told(unknown, "A" * 43)
        assert accounts.of_cookie(kept) == world.people[other]


@pytest.mark.parametrize("role", Role)
def test_nobody_drops_a_passkey_of_another_and_nobody_learns_that_it_is_there(world: World, role: Role) -> None:
    accounts = world.node.directory.accounts
    owner = accounts.add(f"Owner against {role}", (Role.ANALYST,))
    with_passkey(accounts, owner, 1 + list(Role).index(role))
    key = accounts.passkeys(owner)[0].id
    browser = world.browser(role)
    token = form_token(world.cookie(role))
    for method in ("GET", "POST"):
        data = None if method == "GET" else {"form_token": token}
        unknown, answer = (
            browser.request(method, f"/account/passkeys/{each}/drop", follow_redirects=False, data=data)
            for each in ("A" * len(key), key)
        )
        assert told(answer, key) == told(unknown, "A" * len(key))
    assert [each.id for each in accounts.passkeys(owner)] == [key]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_the_numbers_of_people_tell_nothing_to_whoever_may_not_ask(world: World, role: Role) -> None:
    browser = world.browser(role)
    for rest in ("", "/roles", "/disable", "/link", "/sessions/end"):
        answers = [(browser.get(f"/people/{number}{rest}"), number) for number in (*range(12), 999_999)]
        assert len({told(answer, f"/people/{number}{rest}") for answer, number in answers}) == 1
        assert answers[0][0].status_code == 403


@pytest.mark.parametrize("role", Role)
def test_what_is_restricted_to_others_is_as_if_it_were_not_there(world: World, role: Role) -> None:
    node = world.node
    if not node.store.visible(viewer_of(world, Role.LEGAL)).held(NAMED):
        node.give("estonia", {**campaign(77), "name": "Unmistakable"}, malware(77))
        node.store.restrict(NAMED, [world.people[Role.LEGAL].id], by="test")
        while node.store.settle():
            pass
    browser = world.browser(role)
    leaves = sorted(each.leaf for each in node.store.visible(viewer_of(world, Role.LEGAL)).held(NAMED))
    for rest in ("", "/raw", *(f"?claim={leaf}" for leaf in leaves)):
        named, absent = (browser.get(f"/intel/objects/{each}{rest}") for each in (NAMED, NOWHERE))
        if role == Role.LEGAL:
            assert named.status_code == 200
        else:
            assert told(named, NAMED) == told(absent, NOWHERE)
    if role == Role.LEGAL:
        return
    for leaf in leaves:
        crossed, beyond = (browser.get(f"/intel/objects/{OBJECT}?claim={each}") for each in (leaf, 10**9))
        assert told(crossed, f"claim={leaf}") == told(beyond, f"claim={10**9}")
    for page in ("/", "/parties", "/collections", f"/intel/search?q={NAMED}"):
        assert "Unmistakable" not in browser.get(page).text
        assert f"/intel/objects/{NAMED}" not in browser.get(page).text
    found, nothing = (browser.get(f"/intel/search?q={word}") for word in ("Unmistakable", "Neverwritten"))
    assert told(found, "Unmistakable") == told(nothing, "Neverwritten")


def viewer_of(world: World, role: Role) -> Viewer:
    return Viewer(world.node.directory.parties.own().id, account=world.people[role].id)


# -- a session that was planted ------------------------------------------------------------------------------------------


def by_link(world: World, browser: TestClient[Litestar]) -> Any:
    accounts = world.node.directory.accounts
    path = f"/sign-in/{accounts.invite(world.node.alice, purpose='sign-in').secret}"
    return browser.post(path, data={"form_token": form_token_in(browser.get(path).text)}, follow_redirects=False)


def by_password(world: World, browser: TestClient[Litestar]) -> Any:
    accounts = world.node.directory.accounts
    if not accounts.has_password(world.node.alice):
        accounts.set_password(world.node.alice, None, PASSWORD)
    # Whoever is signed in is led on, so the form is the one that this browser was shown before.
    token = form_token(browser.cookies.get(COOKIE) or browser.cookies.get(f"{COOKIE}-form") or "")
    data = {"name": "Alice", "password": PASSWORD, "form_token": token}
    return browser.post("/sign-in", data=data, follow_redirects=False)


@pytest.mark.parametrize("way", [by_link, by_password])
@pytest.mark.parametrize("planted", ["invented", "of somebody else"])
def test_a_session_that_was_planted_does_not_become_anybodys(world: World, way: Any, planted: str) -> None:
    accounts = world.node.directory.accounts
    if planted == "invented":
        cookie = "chosen-by-an-attacker"
    else:
        mallory = accounts.add(f"Mallory {way.__name__}", (Role.ANALYST,))
        entered = accounts.enter(accounts.invite(mallory, purpose="sign-in").secret)
        assert entered is not None
        cookie = entered.cookie
    browser = world.browser(None)
    browser.cookies.set(COOKIE, cookie)
    answer = way(world, browser)
    assert answer.status_code == 303, answer.text
    new = SimpleCookie(next(each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{COOKIE}=")))
    value = new[COOKIE].value
    assert value != cookie
    assert accounts.of_cookie(value) == world.node.alice
    assert accounts.of_cookie(cookie) is None


def test_a_form_cookie_that_was_planted_is_gone_after_signing_in(world: World) -> None:
    browser = world.browser(None)
    browser.cookies.set(f"{COOKIE}-form", "chosen-by-an-attacker")
    answer = by_link(world, browser)
    assert answer.status_code == 303
    dropped = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{COOKIE}-form=")]
    assert any("Max-Age=0" in each for each in dropped)
    refused = browser.post(
        "/sign-out", data={"form_token": form_token("chosen-by-an-attacker")}, follow_redirects=False
    )
    assert refused.status_code == 403


# -- leading people away -------------------------------------------------------------------------------------------------


def _here(led: str) -> bool:
    """Whether a browser that is sent there stays at this node, however it reads the address."""
    return (
        OWN_PATH.fullmatch(led) is not None
        and urlsplit(urljoin("http://127.0.0.1:8000/x/y", led)).netloc == "127.0.0.1:8000"
    )


@pytest.mark.parametrize("there", EVIL)
def test_nothing_leads_to_another_host(world: World, there: str) -> None:
    """Every page and every form, with an address of another host in whatever they take for the way on."""
    more = {"next": there, "back": there, "to": there, "path": there, "return": there, "url": there}
    for route in ROUTES:
        if route.path == "/sign-out" or "{secret" in route.path:
            continue
        role = min(route.roles) if route.roles else None
        row = row_of(route) or NONE
        path = world.path(route, row)
        if route.method in SAFE:
            answers = [
                world.browser(role).get(
                    path, params=more, headers={"referer": there.strip()[:20] or "x"}, follow_redirects=False
                )
            ]
            if role is not None:
                answers.append(world.browser(None).get(path, params=more, follow_redirects=False))
        elif "next" in row.form or route.path in {"/sign-in", "/display", "/account/confirm", "/account/language"}:
            browser = world.browser(role)
            token = form_token_in(browser.get("/sign-in").text) if role is None else form_token(world.cookie(role))
            data = {**row.form, **more, "form_token": token}
            answers = [browser.post(path, data=data, follow_redirects=False)]
        else:
            continue
        for answer in answers:
            led = answer.headers.get("location")
            assert led is None or _here(led), (str(route), led)
            assert "refresh" not in answer.headers
            assert (
                "host.invalid" not in " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', answer.text)).split("?")[0]
            )


def test_signing_in_leads_on_to_a_page_of_this_node_only(world: World) -> None:
    accounts = world.node.directory.accounts
    eve = accounts.add("Eve", (Role.ANALYST,))
    accounts.set_password(eve, None, PASSWORD)
    for there, led in [
        ("/parties", "/parties"),
        ("/intel/search?q=x", "/intel/search?q=x"),
        *((each, "") for each in EVIL),
    ]:
        browser = world.browser(None)
        token = form_token_in(browser.get("/sign-in", params={"next": there}).text)
        data = {"name": "Eve", "password": PASSWORD, "next": there, "form_token": token}
        answer = browser.post("/sign-in", data=data, follow_redirects=False)
        assert answer.status_code == 303, there
        assert answer.headers["location"] == led or _here(answer.headers["location"]), there


# -- cookies -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_every_cookie_is_out_of_reach_and_named_after_the_node(world: World, secure: bool) -> None:
    seen: dict[str, str] = {}
    app = world.node.app_at("https://node.example" if secure else "http://127.0.0.1:8000")
    base = "https://node.example" if secure else "http://127.0.0.1:8000"
    with TestClient(app, base_url=base) as browser:
        browser.get("/sign-in")
        path = f"/sign-in/{world.node.directory.accounts.invite(world.node.alice, purpose='sign-in').secret}"
        answers = [browser.get(path, follow_redirects=False)]
        token = form_token_in(answers[0].text)
        answers.append(browser.post(path, data={"form_token": token}, follow_redirects=False))
        page = browser.get("/about")
        token = form_token_in(page.text)
        answers += [
            browser.post("/display", data={"theme": "dark", "form_token": token}, follow_redirects=False),
            browser.post("/account/language", data={"language": "en", "form_token": token}, follow_redirects=False),
            browser.post("/sign-out", data={"form_token": token}, follow_redirects=False),
        ]
        answers.append(page)
        browser.cookies.clear()
        answers.append(browser.get("/sign-in"))
    for answer in answers:
        for line in answer.headers.get_list("set-cookie"):
            seen[line.split("=")[0]] = line
    stem = f"{'__Host-' if secure else ''}comity-{NODE_ID[:12]}"
    assert {stem, f"{stem}-form", f"{stem}-device", f"{stem}-display"} <= set(seen)
    for name, line in seen.items():
        flags = {each.lower() for each in line.split("; ")[1:]}
        assert name.startswith(stem)
        assert {"httponly", "samesite=lax", "path=/"} <= flags, line
        assert ("secure" in flags) is secure, line
        assert not any(flag.startswith("domain") for flag in flags), line
