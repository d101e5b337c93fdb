"""docs/reference/errors.md: every code that an error of the node can carry.

The codes are read out of the source: an error raised with ``code="..."``, and the ``code`` of each class of the tree.
A code that is not a literal can't be documented, and stops the generation.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from comity.kernel.base import errors
from tools.reference.table import table

HEAD = """# Errors

Errors come in families by who can mend them ([decision 0005](../decisions/0005-error-families.md)). Each carries a
stable code, a title, a detail, often a hint, and the clause it rests on. TAXII answers give the code as `error_code`
and the status as `http_status`; pages show title, detail and hint; the command line prints them and exits with a code
of the family.
"""


class Code(NamedTuple):
    """One code and where it comes from."""

    code: str
    family: str
    hint: str
    room: str


def page(package: Path) -> str:
    """The whole page."""
    classes = _classes(package)
    tree: list[type[errors.NodeError]] = [errors.NodeError, *errors.NodeError.__subclasses__()]
    families = [
        (f"`{family.code}`", family.__name__, str(family.status), family.title, (family.__doc__ or "").splitlines()[0])
        for family in tree
        if family.__module__ == errors.__name__
    ]
    codes = sorted({code for path in sorted(package.rglob("*.py")) for code in _raised(path, package, classes)})
    rows = [(f"`{code.code}`", code.family, f"`{code.room}`", code.hint) for code in codes]
    parts = (
        HEAD,
        "## Families\n",
        table(("code", "family", "status", "title", "means"), families),
        "## Codes\n",
        table(("code", "kind", "raised in", "hint"), rows),
    )
    return "\n".join(parts)


def _classes(package: Path) -> dict[str, ast.ClassDef | None]:
    """Names of all error classes of the package, with their definitions outside the tree's own module."""
    tree: list[type[errors.NodeError]] = [errors.NodeError, *errors.NodeError.__subclasses__()]
    found: dict[str, ast.ClassDef | None] = {
        family.__name__: None for family in tree if family.__module__ == errors.__name__
    }
    definitions = [
        node
        for path in sorted(package.rglob("*.py"))
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef)
    ]
    for _ in definitions:  # a subclass of a subclass may stand before its parent
        for node in definitions:
            if node.name not in found and any(isinstance(base, ast.Name) and base.id in found for base in node.bases):
                found[node.name] = node
    return found


def _raised(path: Path, package: Path, classes: dict[str, ast.ClassDef | None]) -> Iterator[Code]:
    room = path.relative_to(package).with_suffix("").as_posix().removesuffix("/__init__")
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ClassDef) and classes.get(node.name) is node:
            for statement in node.body:
                if isinstance(statement, ast.Assign) and _names(statement, "code"):
                    yield Code(_literal(statement.value, path), node.name, "", room)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if "code" in given and not _passed_on(given["code"]):
                yield Code(_literal(given["code"], path), node.func.id, _text(given.get("hint")), room)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _names(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def _passed_on(node: ast.expr) -> bool:
    """``code=error.code``: the code of another error, which is documented where that one is raised."""
    return isinstance(node, ast.Attribute) and node.attr == "code"


def _literal(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    message = f"{path}, line {node.lineno}: an error's code is a literal, so that it can be documented"
    raise SystemExit(message)


def _text(node: ast.expr | None) -> str:
    """A hint as far as it is known before it is raised: what is filled in later shows as an ellipsis."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "…"
            for part in node.values
        )
    return ""
