"""Writes docs/reference and docs/extensions. A house test fails when a page is not what the code says."""

from collections.abc import Callable
from pathlib import Path

from tools.reference import commands, errors, extensions, index, leaves, routes, settings

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "comity"
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- made by `make docs` from the code: change the code, not this page -->\n\n"

PAGES: dict[str, Callable[[], str]] = {
    "README.md": index.page,
    "commands.md": commands.page,
    "settings.md": settings.page,
    "routes.md": routes.page,
    "errors.md": lambda: errors.page(PACKAGE),
    "leaves.md": leaves.page,
}


def made() -> dict[str, str]:
    """Every page, by file name."""
    return {name: NOTE + page() for name, page in PAGES.items()}


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    extensions.write()


if __name__ == "__main__":
    main()
