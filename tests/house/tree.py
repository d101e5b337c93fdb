"""The checkout as the house tests see it: its files, its modules, and their syntax trees."""

import ast
import subprocess
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "comity"
DESKS = sorted(folder for folder in (PACKAGE / "desks").iterdir() if (folder / "__init__.py").is_file())


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project: what git holds or would add. Without git, everything that is not made by a tool."""
    command = ("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        found = {ROOT / name for name in listed.stdout.split("\0") if name}
    else:
        ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
        made = [".git", *(name.rstrip("/") for name in ignored)]
        found = {
            path
            for path in ROOT.rglob("*")
            if not any(fnmatch(part, name) for part in path.relative_to(ROOT).parts for name in made)
        }
    return tuple(sorted(path for path in found if path.is_file()))


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the package."""
    return tuple(path for path in files() if path.suffix == ".py" and path.is_relative_to(PACKAGE))


@cache
def parsed(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def shown(path: Path) -> str:
    """A path as a message shows it: from the checkout's root."""
    return path.relative_to(ROOT).as_posix()


def inside(path: Path, *folders: str) -> bool:
    """Whether a path lies in one of the package's folders (``kernel/store``)."""
    return any(path.is_relative_to(PACKAGE / folder) for folder in folders)
