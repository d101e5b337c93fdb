"""docs/reference/leaves.md: every kind of leaf the ledger holds, and what its statement says."""

import re
from inspect import getdoc

from comity.kernel.ledger.leaf import LeafKind
from tools.reference.table import table

HEAD = """# Leaves

A leaf of the ledger holds a commitment over a salt and a statement, never the content. The statement is canonical JSON
(RFC 8785) with these properties.
"""


def page() -> str:
    """The whole page. The kinds' descriptions are the lines of ``LeafKind``'s docstring."""
    described = dict(re.findall(r"^([A-Z_]+)  +(.+)$", getdoc(LeafKind) or "", re.MULTILINE))
    missing = [kind.name for kind in LeafKind if kind.name not in described]
    if missing:
        message = f"LeafKind's docstring has no line for {missing}"
        raise SystemExit(message)
    rows = []
    for kind in LeafKind:
        meaning, _, properties = described[kind.name].partition(":")
        named = ", ".join(f"`{name.strip()}`" for name in properties.split(","))
        rows.append((str(kind.value), f"`{kind.name.lower()}`", meaning, named))
    return "\n".join((HEAD, table(("number", "kind", "says", "properties"), rows)))
