"""Templates: each belongs to a page struct, uses nothing but its fields, and says nothing that can't be translated."""

import importlib
import pkgutil
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment, meta, nodes

import comity
from comity.web.i18n import SOURCE_LANGUAGE, read_catalogues
from comity.web.page import Page
from comity.web.press import Press
from tests.house.tree import DESKS, PACKAGE, shown

OWNERS = {
    "web": "comity.web",
    **{desk.name: f"comity.desks.{desk.name}" for desk in DESKS if (desk / "templates").is_dir()},
}
TEMPLATES = {
    f"{owner}/{path.relative_to(folder).as_posix()}": path
    for owner, package in OWNERS.items()
    for folder in [PACKAGE.parent / package.replace(".", "/") / "templates"]
    for path in sorted(folder.rglob("*.html"))
}
AROUND = {"shell"}  # what the press gives to every page
SPOKEN = {"alt", "aria-label", "aria-description", "placeholder", "title"}  # attributes that people read or hear
NAMES = {"Comity", "STIX", "TAXII", "TLP", "JSON", "UTC", "SHA-256", "Ctrl", "K", "px"}  # the same in every language


def _environment() -> Environment:
    folder = PACKAGE / "web" / "locale"
    catalogues = {SOURCE_LANGUAGE: read_catalogues(folder)[SOURCE_LANGUAGE]}
    return Press(OWNERS, {}, catalogues, ZoneInfo("UTC")).environments[SOURCE_LANGUAGE]


def _pages() -> dict[str, list[type[Page]]]:
    for module in pkgutil.walk_packages(comity.__path__, "comity."):
        if module.name.split(".")[1] in {"web", "desks", "casework"}:
            importlib.import_module(module.name)
    found: dict[str, list[type[Page]]] = {}
    waiting: list[type[Page]] = [*Page.__subclasses__()]
    while waiting:
        page = waiting.pop()
        waiting += page.__subclasses__()
        if "template" in vars(page) and page.__module__.startswith("comity."):
            found.setdefault(page.template, []).append(page)
    return found


ENVIRONMENT = _environment()
PAGES = _pages()


def _reached(name: str) -> set[str]:
    """A template with all that it extends, includes and imports."""
    reached, waiting = set(), {name} & set(TEMPLATES)
    while waiting:
        current = waiting.pop()
        reached.add(current)
        found = meta.find_referenced_templates(ENVIRONMENT.parse(TEMPLATES[current].read_text(encoding="utf-8")))
        waiting |= ({each for each in found if each is not None} & set(TEMPLATES)) - reached
    return reached


def test_every_page_struct_has_its_template() -> None:
    missing = sorted(set(PAGES) - set(TEMPLATES))
    assert not missing, f"page structs name templates that are not there: {missing}"


def test_every_template_belongs_to_a_page_struct_or_to_templates_that_do() -> None:
    used = {each for name in PAGES for each in _reached(name)}
    orphans = sorted(set(TEMPLATES) - used)
    assert not orphans, (
        f"no page struct leads to these templates: {orphans}. Give them a struct (web.page.Page), or remove them."
    )


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_template_uses_only_the_fields_of_its_struct(name: str) -> None:
    trees = [ENVIRONMENT.parse(TEMPLATES[each].read_text(encoding="utf-8")) for each in _reached(name)]
    used = {variable for tree in trees for variable in meta.find_undeclared_variables(tree)}
    own = {variable for tree in trees for variable in _named_by(tree)}
    for page in PAGES[name]:
        strange = sorted(used - own - set(page.__struct_fields__) - AROUND - set(ENVIRONMENT.globals))
        assert not strange, f"{name} uses {strange}, which are no fields of {page.__name__}"


def _named_by(tree: nodes.Template) -> set[str]:
    """What a template names itself: imports, macros, loop and set variables; blocks and included templates may use them."""
    found = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    found |= {macro.name for macro in tree.find_all(nodes.Macro)}
    found |= {taken.target for taken in tree.find_all(nodes.Import)}
    for taken in tree.find_all(nodes.FromImport):
        found |= {name if isinstance(name, str) else name[1] for name in taken.names}
    return found


@pytest.mark.parametrize("path", TEMPLATES.values(), ids=shown)
def test_what_a_template_says_can_be_translated(path: Path) -> None:
    tree = ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
    pieces = [
        node.data if isinstance(node, nodes.TemplateData) else " "
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
    ]
    reader = _Reader()
    reader.feed("".join(pieces))
    untold = [text for text in reader.said if set(_words(text)) - NAMES]
    assert not untold, f"{shown(path)} says {untold} in English only: put it into _(...) or {{% trans %}}"


def _words(text: str) -> list[str]:
    return [word for word in text.replace("/", " ").split() if any(letter.isalpha() for letter in word)]


class _Reader(HTMLParser):
    """Collects what people read: text outside of scripts and styles, and the attributes that are spoken."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        self.said += [value for name, value in attrs if name in SPOKEN and value and value.strip()]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.said.append(data.strip())
