"""Every route of the pages, from the desks' manifests, with what it takes to ask it; and the people who ask.

A route with a gap in its path, or one that changes something, has a row in ``ROWS``; a route without a row fails a test.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from litestar import Litestar
from litestar.testing import TestClient

from comity.app.desks import DESKS
from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Account
from comity.web.guards import PUBLIC, SIGNED_IN
from comity.web.session import form_token
from tests.desks.cast import COOKIE, Node, campaign, form_token_in

SAFE = {"GET", "HEAD"}
OBJECT = campaign()["id"]


class Route(NamedTuple):
    """One method at one path, and who may: ``roles`` is None where everybody may, with a session or without."""

    method: str
    path: str
    permission: str
    roles: frozenset[Role] | None
    confirmed: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _routes() -> tuple[Route, ...]:
    found = []
    for desk in DESKS:
        roles = {each.slug: each.roles for each in desk.permissions} | {PUBLIC: None, SIGNED_IN: frozenset(Role)}
        for handler in desk.routes:
            permission = str(handler.opt["permission"])
            found += [
                Route(str(method), path, permission, roles[permission], bool(handler.opt.get("confirmed")))
                for path in handler.paths
                for method in handler.http_methods
                if str(method) != "OPTIONS"
            ]
    return tuple(sorted(set(found)))


ROUTES = _routes()


class Row(NamedTuple):
    """What fills the gaps of a path, and what the form holds besides its token."""

    gaps: Mapping[str, "str | Callable[[World], str]"] = MappingProxyType({})
    form: Mapping[str, str] = MappingProxyType({})


def mounted(app: Litestar) -> set[tuple[str, str]]:
    """Every (method, path) the application answers, as the framework has it."""
    return {
        (str(method), route.path_format)
        for route in app.routes
        for method in getattr(route, "methods", ())
        if str(method) not in {"HEAD", "OPTIONS"}
    }


class World:
    """A node with one person for each role and something held, and one browser, which is whose it is told to be."""

    def __init__(self, node: Node, client: TestClient[Litestar]) -> None:
        self.node = node
        self.client = client
        node.give("estonia", campaign())
        accounts = node.directory.accounts
        self.people: dict[Role, Account] = {role: accounts.add(f"The {role}", (role,)) for role in Role}
        self._cookies: dict[Role, str] = {}
        _agreed(self)
        _drafted(self)
        _hold(self)
        self.review = _waiting(self)

    def cookie(self, role: Role) -> str:
        """The session of the person with this role alone; a new one where the last has ended, or is no fresh one."""
        accounts = self.node.directory.accounts
        held = self._cookies.get(role)
        if held is None or not accounts.confirmed(held) or accounts.of_cookie(held) is None:
            entered = accounts.enter(accounts.invite(self.people[role], purpose="sign-in").secret)
            assert entered is not None
            self._cookies[role] = entered.cookie
        return self._cookies[role]

    def browser(self, role: Role | None) -> TestClient[Litestar]:
        """The browser, from here on of the person with this role; of nobody for None."""
        self.client.cookies.clear()
        if role is not None:
            self.client.cookies.set(COOKIE, self.cookie(role))
        return self.client

    def path(self, route: Route, row: Row) -> str:
        """The route's path with its gaps filled."""
        path = route.path
        for name, value in row.gaps.items():
            filled = value if isinstance(value, str) else value(self)
            for kind in ("str", "int", "path"):
                path = path.replace(f"{{{name}:{kind}}}", filled)
        assert "{" not in path, f"{route}: its row leaves a gap"
        return path

    def ask(self, route: Route, row: Row, role: Role | None, *, path: str = "") -> Any:
        """One request, as that person's browser makes it: forms carry the token that this browser has been given."""
        browser = self.browser(role)
        path = path or self.path(route, row)
        if route.method in SAFE:
            return browser.request(route.method, path, follow_redirects=False)
        token = form_token_in(browser.get("/sign-in").text) if role is None else form_token(self.cookie(role))
        data = {**row.form, "form_token": token}
        return browser.request(route.method, path, data=data, follow_redirects=False)


def _secret(world: World) -> str:
    accounts = world.node.directory.accounts
    return accounts.invite(world.node.alice, purpose="sign-in").secret


def _alice(world: World) -> str:
    return str(world.node.alice.id)


AGREED = "ours-estonia"


def _agreed(world: World) -> str:
    """An agreement that is signed by us, made when first asked for."""
    agreements = world.node.directory.agreements
    if not agreements.all():
        agreements.apply(agreements.draft("bilateral-csirt", "estonia", name=AGREED), by="somebody")
    return AGREED


def _drafted(world: World) -> str:
    """A draft of another one; made anew where an answer before this one has dropped or signed it."""
    name = "next-estonia"
    if world.node.store.agreements.draft(name) is None:
        text = world.node.directory.agreements.draft("bilateral-csirt", "estonia", name=name)
        world.node.store.agreements.keep_draft(name, text, world.node.alice.id)
    return name


INCIDENT = f"incident--{OBJECT[-36:]}"


def _waiting(world: World) -> str:
    """The name of what waits about an incident under the agreement; the incident has the word that tests/house looks for."""
    node, held = world.node, {**campaign(), "type": "incident", "id": INCIDENT, "name": "Grey Tide, a quillwort"}
    node.give("isac", held)
    (found,) = node.store.visible(Viewer(party=node.directory.parties.own().id)).reviews_of(INCIDENT)
    return found.name


def _review(world: World) -> str:
    """The same, also when an answer before this one has suspended the agreement."""
    return world.review


PERSON = Row({"number": _alice})
REVIEW = Row({"object_id": INCIDENT, "name": _review})
REVIEW_FORM = Row({"object_id": INCIDENT, "name": _review, "form": "as-asked"})
REVIEW_SAID = Row({"object_id": INCIDENT, "name": _review, "said": "approval--8e2e2d2b-17d4-4cbf-938f-000000000001"})
OBJECT_ROW = Row({"object_id": OBJECT})
NUMBER = Row({"number": "1"})
FOLLOWER = Row({"name": "settle"})
AGREEMENT = Row({"name": _agreed})
DRAFT = Row({"name": _drafted})
NONE = Row()


def _hold(world: "World") -> str:
    """A legal hold that stands; laid anew where an answer before this one has lifted it."""
    holds = world.node.store.holds
    standing = [each for each in holds.all() if each.stands(world.node.clock.now())]
    if not standing:
        erasing = world.node.directory.erasing
        standing = [erasing.lay("collection", "main", reference="Case 1", ground="court", by="somebody")]
    return str(standing[0].id)


HELD = Row({"number": _hold})

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/account/passkeys/{key:str}/drop"): Row({"key": "AAAA"}),
    ("POST", "/account/passkeys/{key:str}/drop"): Row({"key": "AAAA"}),
    ("POST", "/account/codes"): NONE,
    ("POST", "/account/codes/drop"): NONE,
    ("POST", "/account/confirm"): Row(form={"password": "not the password", "next": "/"}),
    ("POST", "/account/confirm/passkey"): NONE,
    ("POST", "/account/confirm/passkey/use"): NONE,
    ("POST", "/account/language"): Row(form={"language": "en"}),
    ("POST", "/account/passkeys/add"): Row(form={"name": "blue key"}),
    ("POST", "/account/passkeys/keep"): NONE,
    ("POST", "/account/password"): Row(form={"new": "seven herons at low tide", "again": "seven herons at low tide"}),
    ("POST", "/account/sessions/end-others"): NONE,
    ("POST", "/account/sessions/{handle:str}/end"): Row({"handle": "AAAA"}),
    ("GET", "/agreements/matrix/{party:str}/{feature:str}/{value:str}"): Row(
        {"party": "estonia", "feature": "tlp", "value": "green"}
    ),
    ("POST", "/agreements/accept"): NONE,
    ("POST", "/agreements/accept/sign"): NONE,
    ("POST", "/agreements/answered"): NONE,
    ("POST", "/agreements/new"): Row(form={"template": "bilateral-csirt", "party": "estonia", "name": "new-one"}),
    ("GET", "/agreements/drafts/{name:str}"): DRAFT,
    ("POST", "/agreements/drafts/{name:str}"): DRAFT,
    ("POST", "/agreements/drafts/{name:str}/drop"): DRAFT,
    ("GET", "/agreements/drafts/{name:str}/file"): DRAFT,
    ("GET", "/agreements/drafts/{name:str}/preview"): DRAFT,
    ("GET", "/agreements/drafts/{name:str}/sign"): DRAFT,
    ("POST", "/agreements/drafts/{name:str}/sign"): DRAFT,
    ("GET", "/agreements/{name:str}"): AGREEMENT,
    ("POST", "/agreements/{name:str}/amend"): AGREEMENT,
    ("GET", "/agreements/{name:str}/answer"): AGREEMENT,
    ("GET", "/agreements/{name:str}/offer"): AGREEMENT,
    ("GET", "/agreements/{name:str}/out"): AGREEMENT,
    ("GET", "/agreements/{name:str}/pseudonyms"): AGREEMENT,
    ("POST", "/agreements/{name:str}/pseudonyms"): AGREEMENT,
    ("GET", "/agreements/{name:str}/resume"): AGREEMENT,
    ("POST", "/agreements/{name:str}/resume"): AGREEMENT,
    ("GET", "/agreements/{name:str}/signed"): AGREEMENT,
    ("GET", "/agreements/{name:str}/suspend"): AGREEMENT,
    ("POST", "/agreements/{name:str}/suspend"): AGREEMENT,
    ("GET", "/agreements/{name:str}/text"): AGREEMENT,
    ("GET", "/agreements/{name:str}/text/file"): AGREEMENT,
    ("GET", "/agreements/{name:str}/withdraw"): AGREEMENT,
    ("POST", "/agreements/{name:str}/withdraw"): AGREEMENT,
    ("GET", "/approvals/of/{object_id:str}"): Row({"object_id": INCIDENT}),
    ("GET", "/approvals/items/{object_id:str}/{name:str}"): REVIEW,
    ("GET", "/approvals/items/{object_id:str}/{name:str}/ask"): REVIEW,
    ("POST", "/approvals/items/{object_id:str}/{name:str}/ask"): REVIEW,
    ("GET", "/approvals/items/{object_id:str}/{name:str}/by-hand"): REVIEW,
    ("POST", "/approvals/items/{object_id:str}/{name:str}/by-hand"): REVIEW,
    ("GET", "/approvals/items/{object_id:str}/{name:str}/refuse"): REVIEW,
    ("POST", "/approvals/items/{object_id:str}/{name:str}/refuse"): REVIEW,
    ("GET", "/approvals/items/{object_id:str}/{name:str}/release/{form:str}"): REVIEW_FORM,
    ("POST", "/approvals/items/{object_id:str}/{name:str}/release/{form:str}"): REVIEW_FORM,
    ("GET", "/approvals/items/{object_id:str}/{name:str}/withdraw/{said:str}"): REVIEW_SAID,
    ("POST", "/approvals/items/{object_id:str}/{name:str}/withdraw/{said:str}"): REVIEW_SAID,
    ("POST", "/components"): NONE,
    ("POST", "/display"): Row(form={"theme": "dark"}),
    ("POST", "/erasure/order"): Row(form={"object": OBJECT, "reference": "Order 1"}),
    ("POST", "/erasure/holds/new"): Row(
        form={"kind": "object", "subject": OBJECT, "reference": "1", "ground": "court"}
    ),
    ("GET", "/erasure/holds/{number:int}/lift"): HELD,
    ("POST", "/erasure/holds/{number:int}/lift"): HELD,
    ("POST", "/erasure/terms/new"): Row(form={"kind": "collection", "subject": "main", "days": "900"}),
    ("GET", "/erasure/objects/{object_id:str}"): OBJECT_ROW,
    ("GET", "/erasure/objects/{object_id:str}/recall"): OBJECT_ROW,
    ("POST", "/erasure/objects/{object_id:str}/recall"): Row(
        {"object_id": OBJECT}, {"reference": "R1", "ground": "wrong"}
    ),
    ("POST", "/erasure/objects/{object_id:str}/told"): Row({"object_id": OBJECT}, {"party": "isac"}),
    ("GET", "/erasure/objects/{object_id:str}/release"): OBJECT_ROW,
    ("POST", "/erasure/objects/{object_id:str}/release"): OBJECT_ROW,
    ("GET", "/intel/objects/{object_id:str}"): OBJECT_ROW,
    ("GET", "/intel/objects/{object_id:str}/audience"): OBJECT_ROW,
    ("GET", "/intel/objects/{object_id:str}/raw"): OBJECT_ROW,
    ("GET", "/intel/objects/{object_id:str}/restriction"): OBJECT_ROW,
    ("POST", "/intel/objects/{object_id:str}/restriction"): OBJECT_ROW,
    ("GET", "/intel/objects/{object_id:str}/restriction/lift"): OBJECT_ROW,
    ("POST", "/intel/objects/{object_id:str}/restriction/lift"): OBJECT_ROW,
    ("GET", "/mirrors/{number:int}"): NUMBER,
    ("POST", "/mirrors/{number:int}/pause"): NUMBER,
    ("POST", "/mirrors/{number:int}/pull"): NUMBER,
    ("POST", "/mirrors/{number:int}/resume"): NUMBER,
    ("POST", "/operations/clocks/{number:int}/retry"): NUMBER,
    ("GET", "/operations/followers/{name:str}/retry"): FOLLOWER,
    ("POST", "/operations/followers/{name:str}/retry"): FOLLOWER,
    ("GET", "/operations/jobs/{number:int}/cancel"): NUMBER,
    ("POST", "/operations/jobs/{number:int}/cancel"): NUMBER,
    ("POST", "/operations/jobs/{number:int}/retry"): NUMBER,
    ("POST", "/people/invite"): Row(form={"name": "Bob", "roles": "analyst"}),
    ("GET", "/people/{number:int}"): PERSON,
    ("GET", "/people/{number:int}/disable"): PERSON,
    ("POST", "/people/{number:int}/disable"): PERSON,
    ("GET", "/people/{number:int}/enable"): PERSON,
    ("POST", "/people/{number:int}/enable"): PERSON,
    ("GET", "/people/{number:int}/link"): PERSON,
    ("POST", "/people/{number:int}/link"): PERSON,
    ("GET", "/people/{number:int}/roles"): PERSON,
    ("POST", "/people/{number:int}/roles"): Row({"number": _alice}, {"roles": "analyst"}),
    ("GET", "/people/{number:int}/sessions/end"): PERSON,
    ("POST", "/people/{number:int}/sessions/end"): PERSON,
    ("POST", "/sign-in"): Row(form={"name": "Alice", "password": "not the password"}),
    ("POST", "/sign-in/code"): Row(form={"code": "000000", "ticket": "AAAA"}),
    ("POST", "/sign-in/passkey"): NONE,
    ("POST", "/sign-in/passkey/use"): NONE,
    ("GET", "/sign-in/{secret:str}"): Row({"secret": _secret}),
    ("POST", "/sign-in/{secret:str}"): Row({"secret": _secret}),
    ("POST", "/sign-out"): NONE,
}


def row_of(route: Route) -> Row | None:
    """The route's row; a GET without gaps needs none."""
    needs = route.method not in SAFE or "{" in route.path
    return ROWS.get((route.method, route.path)) if needs else NONE
