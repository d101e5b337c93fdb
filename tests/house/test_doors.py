"""Two doors: nothing but the store writes objects, and nothing reads them but through it (docs/decisions/0002).

And: a broad ``except`` stands only at a boundary (docs/decisions/0005).
"""

import ast
import re
from pathlib import Path

from tests.house.tree import PACKAGE, inside, modules, parsed, shown

WRITES = {"insert", "update", "delete"}
READS = {"select", "text"}
STATEMENT = re.compile(
    r"\b(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|SELECT\b.+\bFROM|CREATE\s+TABLE)\b", re.DOTALL
)
STORE = "kernel/store"

# Where a broad `except` may stand, and why. Only a boundary turns whatever happened into an answer and a log line.
BOUNDARIES = {
    "cli/main.py": "whatever a command met becomes one line and an exit code",
    "kernel/exchange/taxii/errors.py": "whatever a request met becomes a TAXII error message that tells nothing of ours",
    "work/trying.py": "whatever a follower, a clock, a job or the lease met is logged and tried again later; the others go on",
}


def _outside_store() -> list[Path]:
    return [path for path in modules() if not inside(path, STORE)]


def _of_sqlalchemy(path: Path) -> set[str]:
    """Names a module imports from SQLAlchemy; ``sqlalchemy`` itself where it imports the whole."""
    names = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {"sqlalchemy" for alias in node.names if alias.name.split(".")[0] == "sqlalchemy"}
    return names


def _lines(found: list[str]) -> str:
    return "\n  ".join(["", *found])


def test_only_the_store_writes() -> None:
    found = [
        f"{shown(path)}: {sorted(names)}"
        for path in _outside_store()
        if (names := _of_sqlalchemy(path) & (WRITES | {"sqlalchemy"}))
    ]
    assert not found, (
        f"Every write ends in a method of the store; these import SQLAlchemy's writing words:{_lines(found)}"
    )


def test_only_the_store_and_queries_read() -> None:
    found = [
        f"{shown(path)}: {sorted(names)}"
        for path in _outside_store()
        if (names := _of_sqlalchemy(path) & READS)
        and not (path.name == "queries.py" and inside(path, "desks", "casework"))
    ]
    assert not found, f"Every read of objects starts from store.visible(viewer); these build reads:{_lines(found)}"


def test_only_the_store_holds_sql() -> None:
    found = [
        f"{shown(path)}:{line}: {' '.join(text.split())[:60]}"
        for path in _outside_store()
        for line, text in _spoken_strings(path)
        if STATEMENT.search(text)
    ]
    assert not found, f"SQL stands in kernel/store; it also stands here:{_lines(found)}"


def _spoken_strings(path: Path) -> list[tuple[int, str]]:
    """String constants, with their lines, that are not docstrings: those may speak of SQL."""
    tree = parsed(path)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


def test_a_broad_except_stands_only_at_a_boundary() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in modules()
        if path.relative_to(PACKAGE).as_posix() not in BOUNDARIES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type)
    ]
    assert not found, (
        "Name what may happen. Only the boundaries that tests/house/test_doors.py lists turn anything at all into an"
        f" answer; these are not among them:{_lines(found)}"
    )


def test_no_listed_boundary_is_gone() -> None:
    gone = sorted(
        name
        for name in BOUNDARIES
        if not (PACKAGE / name).is_file()
        or not any(
            isinstance(node, ast.ExceptHandler) and _is_broad(node.type) for node in ast.walk(parsed(PACKAGE / name))
        )
    )
    assert not gone, f"tests/house/test_doors.py lists boundaries that are none: {gone}"


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    return any(isinstance(part, ast.Name) and part.id in {"Exception", "BaseException"} for part in ast.walk(caught))
