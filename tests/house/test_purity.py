"""Pure rooms: no input or output, no clock, no randomness, also none of the standard library's (docs/decisions/0001).

The import contracts keep SQL, HTTP and templates out, at any distance; this keeps out what the language itself offers.
"""

import ast
from pathlib import Path

from tests.house.tree import inside, modules, parsed, shown

ROOMS = ("kernel/base", "kernel/objects", "kernel/policy", "kernel/ledger")
OF_A_DESK = {"objects.py", "rules.py", "errors.py"}
OUTSIDE_WORLD = {
    *(
        "asyncio",
        "ftplib",
        "http",
        "multiprocessing",
        "os",
        "pathlib",
        "queue",
        "select",
        "shutil",
        "signal",
        "smtplib",
    ),
    *("socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "webbrowser", "logging", "sys", "io"),
    *("random", "secrets", "time", "structlog", "psycopg", "granian", "typer", "rich"),
}
CALLS = {"open", "print", "input", "exec", "eval", "__import__"}
ALLOWED = {
    ("src/comity/kernel/base/ids.py", "secrets"): "the system's source of randomness, handed on as an argument",
}


def _pure() -> list[Path]:
    return [
        path
        for path in modules()
        if inside(path, *ROOMS) or (inside(path, "desks", "casework") and path.name in OF_A_DESK)
    ]


def _reached(path: Path) -> set[str]:
    """Names of modules it imports, and of built-in functions it calls that reach outside."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            found.add(f"{node.func.id}()")
    return {name for name in found if name in OUTSIDE_WORLD or name.endswith("()")}


def test_pure_modules_reach_nothing_outside_themselves() -> None:
    found = [
        f"{shown(path)}: {name}" for path in _pure() for name in _reached(path) if (shown(path), name) not in ALLOWED
    ]
    assert not found, (
        "Pure rooms decide; what they need is fetched before and given as an argument. These reach out:\n  "
        + "\n  ".join(sorted(found))
    )
