"""``make new-desk``: the desk that it makes keeps every rule of the house and works, tried in a copy of the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tools.new_desk import made

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

NAME = "landscape"
COPIED = ("src", "tests/cli", "tests/desks", "tests/house", "tools", "docs")
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("checkout")
    for each in COPIED:
        shutil.copytree(ROOT / each, root / each, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for each in ("pyproject.toml", "tests/conftest.py", ".gitignore", "README.md"):
        shutil.copy(ROOT / each, root / each)
    made(NAME, root)
    _run(
        root, "ruff", "format", "--quiet", f"src/comity/desks/{NAME}", f"tests/desks/{NAME}", "src/comity/app/desks.py"
    )
    return root


def _run(root: Path, *command: str) -> None:
    """A tool of the environment, on the copy's own sources."""
    paths = {"PYTHONPATH": f"{root / 'src'}:{root}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        (str(BIN / command[0]), *command[1:]),
        cwd=root,
        env={**os.environ, **paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def test_it_keeps_to_style(copy: Path) -> None:
    _run(copy, "ruff", "check", f"src/comity/desks/{NAME}", f"tests/desks/{NAME}", "src/comity/app/desks.py")


def test_its_arrows_point_down(copy: Path) -> None:
    _run(copy, "lint-imports", "--no-cache")


def test_its_types_hold(copy: Path) -> None:
    _run(copy, "mypy", "--follow-imports=silent", f"src/comity/desks/{NAME}")


def test_it_works_and_the_house_knows_it(copy: Path) -> None:
    house = ("tests/house/test_map.py", "tests/house/test_templates.py", "tests/house/test_words.py")
    wanted = f"{NAME} or map_ or mounted or manual or template or marked"
    _run(
        copy,
        "python",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "0",
        f"tests/desks/{NAME}",
        *house,
        "-k",
        wanted,
    )


@pytest.mark.parametrize("name", ["", "Landscape", "land-scape", "class", "x", "intel", "../x", "l" * 40])
def test_what_is_no_name_makes_no_desk(name: str) -> None:
    with pytest.raises(SystemExit):
        made(name)
