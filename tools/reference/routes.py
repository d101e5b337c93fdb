"""docs/reference/routes.md: every path the node answers and who may ask, in one table; what each role may do, in another.

From the endpoints' table, the probes and the desks' manifests. Tests walk the same routes as nobody, as people of each
role without the permission, and as people with it.
"""

import re
from collections.abc import Iterator
from inspect import getdoc
from typing import NamedTuple

from comity.app.desks import DESKS
from comity.app.health import probes
from comity.casework.desk import Desk
from comity.kernel.directory.roles import EVERYONE, Role
from comity.kernel.exchange.taxii.endpoints import ENDPOINTS
from comity.web.guards import PUBLIC, SIGNED_IN
from tools.reference.table import table

HEAD = """# Routes and permissions

What is not listed is not there: the answer is 404, as it is for what a viewer may not see. A route without a permission
stops start-up. Every `GET` answers `HEAD` too.

## Every route

*Anyone* needs no session. People sign in and have roles; what any of them may do, the person may. *Proves anew*: whoever
asks has shown within the last ten minutes who they are, or is asked to first. Every form carries a token of the session.
Partners' programs show a token of their party, by Bearer or Basic; *seen* means that the party may read or write the
collection, *own* that the status is of the party's own POST.
"""
PERMISSIONS = """## What each role may do

A permission belongs to a desk, and says which roles have it. What is restricted to named people, only they see, whatever
their roles.
"""
ROLES = "## Roles\n"
EVENTS = "## Events\n"


class Line(NamedTuple):
    """One line of the table of routes; lines are in order of the path."""

    path: str
    method: str
    needs: str
    who: str
    anew: str
    where: str


def page() -> str:
    """The whole page."""
    lines = sorted({*_exchange(), *_probes(), *(line for desk in DESKS for line in _pages(desk)), *_files()})
    routes = [(f"`{each.method}`", f"`{each.path}`", *each[2:]) for each in lines]
    parts = [
        HEAD,
        table(("method", "path", "needs", "who may", "proves anew", "where"), routes),
        PERMISSIONS,
        table(("permission", "lets a person", *Role), _permissions()),
        ROLES,
        table(("role", "is there for"), _roles()),
    ]
    events = [(f"`{each.slug}`", each.sentence) for desk in DESKS for each in desk.events]
    if events:
        parts += [EVENTS, table(("event", "means"), events)]
    return "\n".join(parts)


def _exchange() -> Iterator[Line]:
    for endpoint in ENDPOINTS:
        for method, right in endpoint.methods.items():
            yield Line(endpoint.path, method, str(right), "partners", "", f"TAXII 2.1, {endpoint.clause}")


def _probes() -> Iterator[Line]:
    for method, path, needs, sentence in probes.ROUTES:
        yield Line(path, method, needs, "anyone" if needs == PUBLIC else "programs", "", f"probe: {sentence}")


def _files() -> Iterator[Line]:
    yield Line(
        "/static/{digest}/{name}", "GET", PUBLIC, "anyone", "", "styles and the like, by the digest of their content"
    )


def _pages(desk: Desk) -> Iterator[Line]:
    roles = {permission.slug: permission.roles for permission in desk.permissions}
    for route in desk.routes:
        needs = str(route.opt["permission"])
        shown = needs if needs in {PUBLIC, SIGNED_IN} else f"`{needs}`"
        anew = "yes" if route.opt.get("confirmed") else ""
        for path in route.paths:
            if path in probes.PATHS:
                continue
            plain = re.sub(r"{(\w+):\w+}", r"{\1}", path)
            for method in set(route.http_methods) - {"HEAD", "OPTIONS"}:
                yield Line(plain, str(method), shown, _who(needs, roles), anew, desk.title)


def _who(permission: str, roles: dict[str, frozenset[Role]]) -> str:
    if permission == PUBLIC:
        return "anyone"
    if permission == SIGNED_IN or roles[permission] == EVERYONE:
        return "every role"
    without = EVERYONE - roles[permission]
    if len(without) <= 2:
        return f"every role but {', '.join(sorted(without))}"
    return ", ".join(sorted(roles[permission]))


def _permissions() -> list[tuple[str, ...]]:
    return [
        (f"`{each.slug}`", each.sentence, *("●" if role in each.roles else "" for role in Role))
        for each in sorted((each for desk in DESKS for each in desk.permissions), key=lambda each: each.slug)
    ]


def _roles() -> list[tuple[str, str]]:
    described = dict(re.findall(r"^([A-Z_]+)  +(.+)$", getdoc(Role) or "", re.MULTILINE))
    missing = [role.name for role in Role if role.name not in described]
    if missing:
        message = f"Role's docstring has no line for {missing}"
        raise SystemExit(message)
    return [(f"`{role}`", described[role.name]) for role in Role]
