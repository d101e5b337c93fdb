"""Mounting: a desk that does not keep to its shape stops start-up."""

import msgspec
import pytest
from litestar import get

from comity.app.desks import DESKS
from comity.casework.desk import Desk, Permission
from comity.casework.mounting import check
from comity.kernel.base.errors import Corrupt
from comity.web.guards import PUBLIC


@get("/x", opt={"permission": "x.read"}, sync_to_thread=False)
def guarded() -> str:
    return "x"


@get("/y", sync_to_thread=False)
def unguarded() -> str:
    return "y"


def desk(slug: str = "x", *routes: object) -> Desk:
    return Desk(
        slug=slug,
        title="X",
        sentence="X.",
        package="comity.web",
        routes=routes,  # type: ignore[arg-type]
        permissions=(Permission("x.read", "Read x."),),
    )


def test_a_route_without_a_permission_stops_start_up() -> None:
    check([desk("x", guarded)])
    with pytest.raises(Corrupt, match="names no permission"):
        check([desk("x", unguarded)])
    with pytest.raises(Corrupt, match="names no permission"):
        check([msgspec.structs.replace(desk("x", guarded), permissions=())])


def test_two_desks_cannot_claim_one_slug_or_one_path() -> None:
    with pytest.raises(Corrupt, match="slug"):
        check([desk("x"), desk("x")])
    with pytest.raises(Corrupt, match="route"):
        check([desk("x", guarded), desk("y", guarded)])


def test_every_mounted_route_has_a_permission_and_the_public_ones_are_known() -> None:
    check(DESKS)
    public = {
        path for each in DESKS for route in each.routes for path in route.paths if route.opt["permission"] == PUBLIC
    }
    assert public == {"/healthz", "/sign-in", "/sign-in/{secret:str}", "/sign-out"}
