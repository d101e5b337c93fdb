"""Writes docs/extensions: what the node adds to STIX 2.1, as published objects, JSON Schemas and a page."""

import json
from pathlib import Path

from comity.kernel.policy.agreement import schema
from tools.reference.table import table

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "extensions"

_PAGE = """\
# Extensions of STIX 2.1

What the node exchanges is STIX 2.1. Where STIX has no word, these definitions (STIX 2.1 section 7.3) add it. They are published
here for whoever writes another node: nothing in them is secret, and nothing else is needed to read what a node sends.

{table}

For each there is the `extension-definition` object, whose `schema` holds the JSON Schema (2020-12) as text, and the same schema
as a file. `bundle.json` holds all the objects. What an agreement's articles mean is told in [the guide](../guides/agreements.md).

A definition changes by a new version of its object; its id stays.
"""


def made() -> dict[str, str]:
    """Every file, by name."""
    published = schema.published()
    creator, *definitions = (json.loads(each) for each in schema.definitions())
    rows = [
        (
            f"[{each.slug}]({each.slug}.json), [schema]({each.slug}.schema.json)",
            each.kind,
            each.about,
            f"`{each.id}`",
        )
        for each in published
    ]
    files = {
        "README.md": "<!-- made by `make docs` from the code: change the code, not this page -->\n\n"
        + _PAGE.format(table=table(("definition", "kind", "adds", "id"), rows).rstrip()),
        "bundle.json": _json(
            {"type": "bundle", "id": f"bundle--{schema.CREATOR.partition('--')[2]}", "objects": [creator, *definitions]}
        ),
    }
    for each, definition in zip(published, definitions, strict=True):
        files[f"{each.slug}.json"] = _json(definition)
        files[f"{each.slug}.schema.json"] = _json(each.schema)
    return files


def write() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
