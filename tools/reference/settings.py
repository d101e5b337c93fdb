"""docs/reference/settings.md: what an operator may set, from ``app.settings`` and the desks' manifests."""

from comity.app.desks import DESKS
from comity.app.settings import SETTINGS
from tools.reference.table import table

HEAD = """# Settings

A setting comes from a command's option where there is one, else from the environment, else from its default. Nothing
else in the node reads the environment.
"""


def page() -> str:
    """The whole page."""
    rows = [
        (f"`{line.name}`", f"`{line.variable}`", _shown(line.default), _said(line.name, line.help)) for line in SETTINGS
    ]
    rows += [
        (f"`{setting.name}`", "", _shown(setting.default), _said(setting.name, setting.help))
        for desk in DESKS
        for setting in desk.settings
    ]
    return "\n".join((HEAD, table(("setting", "variable", "default", "what it does"), rows)))


def _shown(default: object) -> str:
    return "" if default == "" else f"`{default}`"


def _said(name: str, text: str) -> str:
    if not text:
        message = f"the setting {name} has no description"
        raise SystemExit(message)
    return text
