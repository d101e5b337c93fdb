"""Mounting: a desk that does not keep to its shape stops start-up."""

import msgspec
import pytest
from litestar import get

from comity.app.desks import DESKS
from comity.casework.desk import Desk, Panel, Permission
from comity.casework.mounting import check
from comity.kernel.base.errors import Corrupt
from comity.kernel.directory.roles import EVERYONE
from comity.web.guards import PUBLIC
from comity.web.page import Entry, Page


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
        permissions=(Permission("x.read", "Read x.", EVERYONE),),
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
    assert public == {
        "/display",
        "/sign-in",
        "/sign-in/{secret:str}",
        "/sign-in/code",
        "/sign-in/passkey",
        "/sign-in/passkey/use",
        "/sign-out",
    }


def test_an_entry_that_leads_nowhere_and_a_panel_without_a_permission_stop_start_up() -> None:
    whole = desk("x", guarded)
    check([msgspec.structs.replace(whole, navigation=(Entry("X", "/x", 1),))])
    with pytest.raises(Corrupt, match="leads to /y"):
        check([msgspec.structs.replace(whole, navigation=(Entry("X", "/y", 1),))])
    with pytest.raises(Corrupt, match="panel"):
        check([msgspec.structs.replace(whole, panels=(Panel("p", 1, lambda *_: Page(), "y.read"),))])
