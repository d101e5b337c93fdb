"""The press: strict, escaping, and templates that keep to its rules."""

import re
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError, nodes
from markupsafe import Markup

from comity.web.assets import read_assets
from comity.web.i18n import read_catalogues
from comity.web.page import ErrorPage, Page, Shell
from comity.web.press import Press
from comity.web.words import Phrase, outside
from tests.house.tree import PACKAGE

PRESS = Press(
    {"web": "comity.web", "intel": "comity.desks.intel", "node": "comity.desks.node"},
    read_assets(PACKAGE / "web" / "static"),
    read_catalogues(PACKAGE / "web" / "locale"),
    ZoneInfo("UTC"),
)
ENVIRONMENT = PRESS.environments["en"]
SHELL = Shell(
    node="N", language="en", now=0, account=None, roles=(), query="", form_token="", navigation=(), marking=None
)
OWN_MODULE = re.compile(
    r'<script type="module" src="\{\{ asset\("[a-z]+\.js"\) \}\}"></script>'
)  # the one form of script
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))


class Half(Page, frozen=True, kw_only=True):
    template: ClassVar[str] = "web/error.html"
    title: str


def test_a_name_that_no_struct_has_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        PRESS.page(Half(title="x"), SHELL)


def test_a_fragment_is_markup_and_its_text_is_escaped() -> None:
    made = PRESS.fragment(ErrorPage(status=400, title="<b>", detail="", hint=""), SHELL)
    assert isinstance(made, Markup)
    assert "<b>" not in made


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_markup_is_translated_only_where_it_is_literal(path: object) -> None:
    tree = ENVIRONMENT.parse(path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext"}:
            assert isinstance(call.args[0], nodes.Const), f"line {call.lineno}: text in variables goes through say()"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_never_call_anything_safe_and_hold_no_script_or_style(path: object) -> None:
    source = OWN_MODULE.sub("", path.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", source)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", source)
    assert not re.search(r'="[^"]*\{\{[^}]*\b_\(', source), "in attributes use say(): markup would not be escaped"


def test_a_phrase_keeps_outside_text_away_from_the_catalogue_and_from_formatting() -> None:
    assert str(outside("100 % %(x)s")) == "100 % %(x)s"
    assert str(Phrase("%(a)s gave %(b)s %%", {"a": "<A>", "b": "5"})) == "<A> gave 5 %"


def test_the_style_sheet_asks_no_other_host() -> None:
    sheet = (PACKAGE / "web" / "static" / "comity.css").read_text(encoding="utf-8")
    assert "url(" not in sheet
    assert "@import" not in sheet
