"""docs/reference/routes.md: every path the node answers, who may ask; from the endpoints' table and the manifests."""

from comity.app.desks import DESKS
from comity.casework.desk import Desk
from comity.kernel.exchange.taxii.endpoints import ENDPOINTS
from comity.web.guards import PUBLIC
from tools.reference.table import table

HEAD = """# Routes and permissions

What is not listed is not there: the answer is 404, as it is for what a viewer may not see.
"""
TAXII = """## TAXII 2.1

Each request is authenticated, by Bearer or Basic. *Seen* means that the party may read or write the collection;
*own* that the status is of the party's own POST.
"""
PAGES = """## Pages

For people of the own party, by session cookie. *Public* pages need none. Forms carry a token of the session. Styles and
the like lie under `/static/`, public, by the digest of their content.
"""


def page() -> str:
    """The whole page."""
    exchange = [
        (f"`{method}`", f"`{endpoint.path}`", str(right), endpoint.clause)
        for endpoint in ENDPOINTS
        for method, right in endpoint.methods.items()
    ]
    parts = [HEAD, TAXII, table(("method", "path", "needs", "TAXII 2.1"), exchange), PAGES]
    for desk in DESKS:
        parts += [f"### {desk.title}\n", f"{desk.sentence}\n", table(("method", "path", "permission"), _doors(desk))]
        if desk.permissions:
            permissions = [(f"`{permission.slug}`", permission.sentence) for permission in desk.permissions]
            parts.append(table(("permission", "lets a person"), permissions))
        if desk.events:
            parts.append(table(("event", "means"), [(f"`{event.slug}`", event.sentence) for event in desk.events]))
    return "\n".join(parts)


def _doors(desk: Desk) -> list[tuple[str, str, str]]:
    found = sorted(
        (path, str(method), str(route.opt["permission"]))
        for route in desk.routes
        for path in route.paths
        for method in set(route.http_methods) - {"HEAD", "OPTIONS"}
    )
    shown = {permission: permission if permission == PUBLIC else f"`{permission}`" for _, _, permission in found}
    return [(f"`{method}`", f"`{path}`", shown[permission]) for path, method, permission in found]
