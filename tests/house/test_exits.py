"""Every way out of the node goes through the reading door. Found by trying, not by reading the code.

A node holds things with a word that stands nowhere else. Every exit is asked twice: as it is, and with the door shut, so that
whoever asks sees as much as a party that is not there. With the door shut the word comes out nowhere; where it comes out with the
door open is an exit that carries objects, and has to be among those that the simulator holds to its oracle (``CARRIES`` in
``tests/simulator/exits.py``).

Exits are taken from the endpoints of TAXII, the desks' manifests and the commands: a new one is under this by itself, or fails
here until it is said how to ask it.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from comity.cli.main import app
from comity.kernel.exchange.taxii.endpoints import ENDPOINTS
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.migrate import migrate
from comity.kernel.store.store import Store
from comity.kernel.store.visible import Visible
from tests.cli.conftest import Command
from tests.cli.test_objects import bundle
from tests.desks.cast import Node, campaign, relationship
from tests.desks.routes import OBJECT, ROUTES, SAFE, World, row_of
from tests.simulator.exits import CARRIES, Exits
from tests.simulator.world import made_id, note
from tests.simulator.world import world as a_world

WORD = "quillwort"
TYPED = "sundew"
"""What is typed to find it: a page says that again, whether or not anything was found."""
CANARY = campaign(name=f"Operation {WORD}", description=f"{WORD} and {TYPED} all through", labels=[WORD])
ADDRESS = "203.0.113.77"
OTHER = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": "indicator--8e2e2d2b-17d4-4cbf-938f-000000000009",
    "created": "2026-11-03T05:07:00.000Z",
    "modified": "2026-11-03T05:07:00.000Z",
    "name": f"{WORD} seen",
    "pattern": f"[ipv4-addr:value = '{ADDRESS}']",
    "pattern_type": "stix",
    "valid_from": "2026-11-03T05:07:00.000Z",
    "object_marking_refs": [TLP_IDS[Tlp.GREEN]],
}
NOBODY = 999_999
ASKS: Mapping[str, Mapping[str, str]] = {
    "/intel/search": {"q": TYPED},
    "/agreements/time": {"party": "estonia", "on": "2027-12-31"},
}
"""What a page has to be asked for before it shows anything."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "search": (TYPED,),
    "show": (OBJECT,),
    "export": ("--collection", "intel", "--as", "carol"),
    "view": ("--as", "carol", "--json"),
    "explain": (OBJECT, "--to", "carol"),
    "redact": (OBJECT, "--to", "carol"),
    "twins": ("status", "--json"),
    "approval": ("list", "--json"),
    "hold": ("custody", "--json"),
}
"""How to ask the commands that give objects."""
GIVES_NONE = {
    "account", "agreement", "backup", "backup-key", "collection", "community", "demo", "doctor", "erase", "init", "load",
    "migrate", "mirror", "party", "pull", "recall", "restore", "restrict", "retention", "serve", "token", "work",
}  # fmt: skip
"""Commands and groups of commands that take in, set or tell of the node itself."""


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Shuts the door: whoever asks is a party that is not there."""

    def close() -> None:
        real = Store.visible

        def visible(self: Store, _viewer: Viewer, *arguments: Any, **named: Any) -> Visible:
            return real(self, Viewer(party=NOBODY), *arguments, **named)

        monkeypatch.setattr(Store, "visible", visible)

    return close


def carried(answers: Mapping[str, str]) -> set[str]:
    """The exits whose answer has something of what is held in it."""
    return {name for name, text in answers.items() if WORD in text or ADDRESS in text}


def held_to_the_door(opened: Mapping[str, str], closed: Mapping[str, str], carries: Mapping[str, str]) -> None:
    """Fails where something came out though the door was shut, or where nobody has said how an exit is held to the oracle."""
    third = carried(closed)
    assert not third, f"these give objects with the door shut; every read starts from store.visible: {sorted(third)}"
    unheld = carried(opened) - set(carries)
    assert not unheld, (
        f"these carry objects and are not held to the oracle: add them to tests/simulator/exits.py: {sorted(unheld)}"
    )


# -- pages -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[World]:
    path = tmp_path / "node.db"
    migrate(f"sqlite:///{path}")
    made_node = Node(f"sqlite:///{path}")
    with made_node.browser() as client:
        world = World(made_node, client)
        made_node.give("ours", CANARY, OTHER, relationship(OTHER["id"], "indicates", CANARY["id"]))  # type: ignore[arg-type]
        yield world
    made_node.store.close()


def asked_of_pages(world: World) -> dict[str, str]:
    """What every page says to somebody who may see it, under the route's name."""
    told = {}
    for route in ROUTES:
        row = row_of(route)
        if route.method not in SAFE or row is None:
            continue
        role = min(route.roles) if route.roles else None
        browser = world.browser(role)
        answer = browser.get(world.path(route, row), params=dict(ASKS.get(route.path, {})), follow_redirects=False)
        told[str(route)] = f"{answer.text} {answer.headers}"
    return told


def test_every_page_reads_through_the_door(pages: World, shut: Callable[[], None]) -> None:
    opened = asked_of_pages(pages)
    assert "GET /intel/objects/{object_id:str}" in carried(opened), "the trial is worth nothing: it sees nothing"
    shut()
    closed = {
        name: text.replace(f"for {WORD}", "").replace(f"“{WORD}”", "") for name, text in asked_of_pages(pages).items()
    }
    held_to_the_door(opened, closed, CARRIES)


# -- TAXII -----------------------------------------------------------------------------------------------------------------


def test_every_endpoint_of_taxii_reads_through_the_door(tmp_path: Path, shut: Callable[[], None]) -> None:
    path = tmp_path / "node.db"
    migrate(f"sqlite:///{path}")
    held = made_id("note", WORD)
    with a_world(f"sqlite:///{path}") as w, ThreadPoolExecutor(1) as pool:
        w.party("korea", Tlp.RED, own=True)
        w.party("carol", Tlp.AMBER)
        w.collection("open", Tlp.GREEN, read=["carol"])
        w.send("korea", "open", note(WORD, content=WORD))
        out = Exits(w, pool)

        def asked() -> dict[str, str]:
            told = {}
            for endpoint in ENDPOINTS:
                filled = endpoint.path.replace("{collection}", w.collections["open"].uuid).replace("{object}", held)
                filled = filled.replace("{status}", "00000000-0000-4000-8000-000000000000")
                for method in sorted(endpoint.methods):
                    if method == "DELETE":
                        continue
                    path = "../../" + filled.removeprefix("/")
                    answer = (
                        out.send("carol", path, b'{"objects":[]}')
                        if method == "POST"
                        else out.ask("carol", method, path)
                    )
                    told[f"{method} {endpoint.path}"] = answer.text.replace(held, WORD if answer.is_success else "")
            return told

        try:
            opened = asked()
            assert len(carried(opened)) >= 3, "the trial is worth nothing: it sees nothing"
            shut()
            held_to_the_door(opened, asked(), CARRIES)
        finally:
            out.close()


# -- commands --------------------------------------------------------------------------------------------------------------


def commands() -> set[str]:
    """Every command, and every group of commands, by its first word."""
    group = typer.main.get_command(app)
    return set(getattr(group, "commands", {}))


def test_it_is_said_of_every_command_whether_it_gives_objects() -> None:
    unsaid = commands() - set(COMMANDS) - GIVES_NONE
    assert not unsaid, f"say in tests/house/test_exits.py how to ask these, or that they give no objects: {unsaid}"
    assert set(COMMANDS) <= commands(), f"these commands are gone: {set(COMMANDS) - commands()}"


def test_every_command_reads_through_the_door(
    command: Command,
    node: Path,
    tmp_path: Path,
    shut: Callable[[], None],
) -> None:
    file = tmp_path / "canary.json"
    file.write_bytes(bundle(*map(msgspec.json.encode, (CANARY, OTHER))))
    assert command("load", file, "--collection", "intel").code == 0

    def asked() -> dict[str, str]:
        ran = {f"comity {name}": command(name, *arguments) for name, arguments in COMMANDS.items()}
        return {name: f"{one.out} {one.err}" for name, one in ran.items()}

    opened = asked()
    assert carried(opened) >= {"comity search", "comity show", "comity export", "comity view"}, opened
    shut()
    held_to_the_door(opened, asked(), CARRIES)


# -- the trial itself ------------------------------------------------------------------------------------------------------


def test_a_third_door_would_be_found(pages: World, shut: Callable[[], None]) -> None:
    """An exit that reads the tables by itself, beside one that asks the door."""

    def asked() -> dict[str, str]:
        with pages.node.store._database.snapshot() as reader:
            rows = reader.cursor.execute("SELECT raw FROM version").fetchall()
        own = pages.node.directory.parties.own()
        held = pages.node.store.visible(Viewer(party=own.id)).held(OBJECT)
        return {"reads by itself": str(rows), "asks the door": str([one.raw for one in held])}

    opened = asked()
    shut()
    closed = asked()
    assert carried(opened) == {"reads by itself", "asks the door"}
    assert carried(closed) == {"reads by itself"}
    with pytest.raises(AssertionError, match="door shut"):
        held_to_the_door(opened, closed, CARRIES)
    with pytest.raises(AssertionError, match="not held to the oracle"):
        held_to_the_door(opened, {}, {})
