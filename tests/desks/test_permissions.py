"""Who may do what: every route, asked by nobody, by people of each role without its permission, and by those who have it.

The routes come from the manifests, and are held equal to what the application answers: nothing can be left out.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from comity.kernel.base.ids import system_random
from comity.kernel.directory.roles import Role
from comity.web.session import form_token
from tests.desks.cast import COOKIE, Node
from tests.desks.routes import NONE, ROUTES, ROWS, SAFE, Route, World, mounted, row_of

MINUTE = 60_000_000
NOT_ROLE = "This is for people with the role"
NOT_FORM = "This form was not made for this session"
UNSAFE = [route for route in ROUTES if route.method not in SAFE]
GUARDED = [route for route in ROUTES if route.roles is not None]
SINGLE = [route for route in GUARDED if route.roles != frozenset(Role)]
DANGEROUS = [route for route in ROUTES if route.confirmed]
BEYOND_DESKS = {("GET", "/static/{digest}/{name}"), ("GET", "/{missing}")}
EVIL = (
    "//host.invalid/x",
    "///host.invalid/x",
    "/\\host.invalid/x",
    "\\\\host.invalid/x",
    "/\t/host.invalid/x",
    "/\n//host.invalid",
    "https://host.invalid/x",
    "https:host.invalid",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%2f/host.invalid/x",
    "/%5chost.invalid",
    "/.//host.invalid",
    "/x/..//host.invalid",
    "http://127.0.0.1:8000@host.invalid/",
    "host.invalid",
    "?x",
    "/\u2028/host.invalid",
    "\x00//host.invalid",
)


@pytest.fixture(scope="module")
def world(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all of them: what is refused changes nothing, and what is not is asked by people whom nobody else needs."""
    path = tmp_path_factory.mktemp("world") / "node.db"
    shutil.copy(empty, path)
    node = Node(f"sqlite:///{path}")
    with node.browser() as client:
        yield World(node, client)
    node.store.close()


@contextmanager
def nothing_changes(world: World) -> Iterator[None]:
    """Nobody writes to the node's database meanwhile. (SQLite's data_version tells of commits by other connections.)"""
    with closing(sqlite3.connect(world.node.path)) as connection:
        before = connection.execute("PRAGMA data_version").fetchone()
        yield
        assert connection.execute("PRAGMA data_version").fetchone() == before, "something was written"


def test_every_route_that_the_application_answers_is_in_the_table(world: World) -> None:
    told = {(route.method, re.sub(r"{(\w+):\w+}", r"{\1}", route.path)) for route in ROUTES if route.method != "HEAD"}
    assert mounted(world.node.app) == told | BEYOND_DESKS


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    without = [str(route) for route in ROUTES if row_of(route) is None]
    assert not without, f"add rows to tests/desks/routes.py: {without}"
    assert set(ROWS) <= {(route.method, route.path) for route in ROUTES}, "rows of routes that are no more"


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_an_outsider_gets_nowhere(world: World, route: Route) -> None:
    row = row_of(route) or NONE
    with nothing_changes(world):
        answer = world.ask(route, row, None)
        if route.method in SAFE:
            assert answer.status_code == 303
            assert urlsplit(answer.headers["location"]).path == "/sign-in"
        else:
            assert answer.status_code == 401
        stranger = world.browser(None)
        stranger.cookies.set(COOKIE, "never-was-one")
        data = None if route.method in SAFE else {**row.form, "form_token": form_token("never-was-one")}
        invented = stranger.request(route.method, world.path(route, row), follow_redirects=False, data=data)
        assert (invented.status_code, invented.headers.get("location")) == (
            answer.status_code,
            answer.headers.get("location"),
        )


@pytest.mark.parametrize("route", SINGLE, ids=str)
def test_a_member_without_the_permission_is_refused(world: World, route: Route) -> None:
    assert route.roles
    row = row_of(route) or NONE
    for role in Role:
        world.cookie(role)
    with nothing_changes(world):
        for role in sorted(set(Role) - route.roles):
            answer = world.ask(route, row, role)
            assert answer.status_code == 403, role
            assert route.method == "HEAD" or NOT_ROLE in answer.text, role


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_member_with_the_permission_is_let_in(world: World, route: Route) -> None:
    row = row_of(route) or NONE
    for role in sorted(route.roles if route.roles is not None else Role):
        world.node.directory.accounts.enable(world.node.alice)
        answer = world.ask(route, row, role)
        # What a form holds may not do, what a path names may not be there, a password may be wrong; but nobody says no.
        assert answer.status_code in {200, 303, 400, 401, 403, 404, 409, 422, 429}, role
        assert NOT_ROLE not in answer.text, role
        assert NOT_FORM not in answer.text, role
        if route.roles is not None:
            led = urlsplit(answer.headers.get("location", "")).path
            assert led not in {"/sign-in", "/account/confirm"}, role


@pytest.mark.parametrize("route", DANGEROUS, ids=str)
def test_what_is_dangerous_asks_again_who_one_is(world: World, route: Route) -> None:
    assert route.roles
    role = min(route.roles)
    cookie = world.cookie(role)
    world.node.clock.forward(11 * MINUTE)
    row = row_of(route) or NONE
    browser = world.browser(None)
    browser.cookies.set(COOKIE, cookie)
    browser.get("/about")  # when a session was last seen is written once in a while, and not now
    data = None if route.method in SAFE else {**row.form, "form_token": form_token(cookie)}
    with nothing_changes(world):
        answer = browser.request(route.method, world.path(route, row), follow_redirects=False, data=data)
    assert answer.status_code == 303
    led = urlsplit(answer.headers["location"])
    assert led.path == "/account/confirm"
    back = parse_qs(led.query)["next"][0]
    assert back.startswith("/")
    assert any(each.method == "GET" and _matches(each.path, back) for each in ROUTES), back


def _matches(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{[^}]*}", "[^/]+", template), path) is not None


@pytest.mark.parametrize("route", UNSAFE, ids=str)
def test_a_form_that_was_not_made_for_this_session_changes_nothing(world: World, route: Route) -> None:
    row = row_of(route) or NONE
    path = world.path(route, row)
    role, other = min(route.roles or Role), Role.LEGAL
    good, others = form_token(world.cookie(role)), form_token(world.cookie(other))
    browser = world.browser(role)
    with nothing_changes(world):
        for token in (None, "", others, form_token(system_random(32).hex()), good[:-1], f"{good}0"):
            data = dict(row.form) if token is None or role == other else {**row.form, "form_token": token}
            answer = browser.request(route.method, path, data=data, follow_redirects=False)
            assert answer.status_code == 403, token
            assert NOT_FORM in answer.text
        for site in ("cross-site", "same-site", "nonsense"):
            headers = {"sec-fetch-site": site}
            data = {**row.form, "form_token": good}
            answer = browser.request(route.method, path, data=data, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, site
        as_json = browser.request(route.method, path, json={**row.form, "form_token": good}, follow_redirects=False)
        assert as_json.status_code in {400, 403}
