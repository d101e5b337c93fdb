"""The map in docs/architecture.md and the tree say the same; every desk is where and what it should be."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import DESKS, PACKAGE, ROOT, files, modules, parsed, shown

MAP = ROOT / "docs" / "architecture.md"
HOUSE = [
    "docs/decisions",
    "docs/guides",
    "docs/pictures",
    "docs/reference",
    "bench",
    "tools",
    "requirements",
    ".ci",
    "tests/functional",
    "tests/conformance",
    "tests/simulator",
    "tests/house",
    "tests/kernel",
]
ROOMS = [
    "cli",
    "app",
    "desks",
    "desks/node",
    "desks/intel",
    "desks/operations",
    "casework",
    "web",
    "work",
    "adapters",
    "kernel",
    "kernel/exchange",
    "kernel/directory",
    "kernel/store",
    "kernel/policy",
    "kernel/ledger",
    "kernel/objects",
    "kernel/base",
]
HELD_BY_DESK = "templates"


def _folders() -> set[str]:
    """Folders of the package that hold a file, and those above them; a desk's templates belong to the desk."""
    found = set()
    for path in files():
        if path.is_relative_to(PACKAGE):
            for folder in path.relative_to(PACKAGE).parents:
                parts = folder.parts
                if parts and not (parts[0] in {"desks", "casework"} and HELD_BY_DESK in parts):
                    found.add(folder.as_posix())
    return found


def _mapped() -> dict[str, str]:
    section = MAP.read_text(encoding="utf-8").split("## The map", 1)[1].split("\n## ", 1)[0]
    return dict(re.findall(r"^\| `([a-z0-9_/]+)` \| (.+) \|$", section, re.MULTILINE))


def test_every_folder_stands_on_the_map() -> None:
    missing = sorted(_folders() - set(_mapped()))
    assert not missing, (
        f"docs/architecture.md, 'The map', has no line for: {missing}. Say in one line what lives there."
    )


def test_the_map_shows_no_folder_that_is_not_there() -> None:
    gone = sorted(set(_mapped()) - _folders())
    assert not gone, f"docs/architecture.md, 'The map', shows folders that are not in src/comity: {gone}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_exists_and_says_what_it_is(room: str) -> None:
    door = PACKAGE / room / "__init__.py"
    assert door.is_file(), f"src/comity/{room} is a room of the house: it needs an __init__.py"


@pytest.mark.parametrize("folder", HOUSE)
def test_every_folder_of_the_house_exists(folder: str) -> None:
    assert any(path.is_relative_to(ROOT / folder) for path in files()), (
        f"{folder} belongs to the house and holds no file"
    )


@pytest.mark.parametrize("folder", [name for name in ROOMS if "/" not in name and name != "kernel"])
def test_tests_mirror_the_package(folder: str) -> None:
    if any(path.parent.is_relative_to(PACKAGE / folder) and path.name != "__init__.py" for path in modules()):
        tests = [
            path for path in files() if path.is_relative_to(ROOT / "tests" / folder) and path.name.startswith("test_")
        ]
        assert tests, f"src/comity/{folder} has code and tests/{folder} has no test"


def test_every_module_says_what_lives_in_it() -> None:
    silent = [shown(path) for path in modules() if not ast.get_docstring(parsed(path))]
    assert not silent, (
        "a module's docstring says what lives here, what does not, and what always holds; these have none:\n  "
        + "\n  ".join(silent)
    )


@pytest.mark.parametrize("desk", DESKS, ids=shown)
def test_every_desk_has_a_manual_page(desk: Path) -> None:
    page = desk / "README.md"
    assert page.is_file(), (
        f"{shown(desk)} has no README.md: who sits here, the questions it answers, its law, a case in ten lines"
    )
    assert len(page.read_text(encoding="utf-8").split()) > 60, (
        f"{shown(page)} is too short to be the manual page of a desk"
    )


def test_every_desk_is_mounted() -> None:
    """``app/desks.py`` imports the ``DESK`` of each desk folder: the one line a desk adds outside its own."""
    mounts = parsed(PACKAGE / "app" / "desks.py")
    named = {
        node.module.removeprefix("comity.desks.").split(".")[0]
        for node in ast.walk(mounts)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("comity.desks.")
    }
    missing = sorted(desk.name for desk in DESKS if desk.name not in named)
    assert not missing, f"not mounted: {missing}. Add a line to src/comity/app/desks.py."


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    missing = sorted(path.name for path in folder.glob("[0-9]*.md") if f"({path.name})" not in listed)
    assert not missing, f"docs/decisions/README.md does not list {missing}"


def test_what_the_code_cites_of_the_map_is_there() -> None:
    """Docstrings cite sections of docs/architecture.md by name."""
    sections = set(re.findall(r"^##+ (.+)$", MAP.read_text(encoding="utf-8"), re.MULTILINE))
    cited = {
        (shown(path), " ".join(name.split()))
        for path in files()
        if path.suffix == ".py"
        for name in re.findall(r'docs/architecture\.md,\s+"([^"]+)"', path.read_text(encoding="utf-8"))
    }
    gone = sorted(f"{path}: {name}" for path, name in cited if name not in sections)
    assert not gone, f"these cite sections that docs/architecture.md does not have: {gone}"
