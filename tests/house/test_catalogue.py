"""Languages: every text of the interface is marked for translation, and every catalogue translates all of them.

What templates say in passing is held by ``test_templates``; here: texts in Python, and the catalogues themselves.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_type_hints

import msgspec
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import comity
from comity.app.desks import DESKS
from comity.web.extraction import TEMPLATE, extracted
from comity.web.forms import Field
from comity.web.i18n import DOMAIN
from comity.web.page import Crumb
from comity.web.words import Phrase, Told
from tests.house.tree import PACKAGE, shown

LANGUAGES = sorted(folder.name for folder in TEMPLATE.parent.iterdir() if (folder / f"{DOMAIN}.po").is_file())
GAP = re.compile(r"%\((\w+)\)s|%%")
MSGIDS = {  # fields of type str that hold msgids
    "Desk": {"title", "sentence"},
    "Entry": {"title"},
    "ErrorPage": {"title", "detail", "hint"},
    "EventKind": {"sentence"},
    "Permission": {"sentence"},
    "Phrase": {"frame", "many"},
    "Setting": {"help"},
}
METHODS = {"redirect": (1, "said"), "failing": (0, "said")}  # of Visit and Form: where a text is told
ROOMS = ("web", "desks", "casework")


@cache
def _texts() -> dict[str, Message]:
    return {_key(message): message for message in extracted() if message.id}


def _key(message: Message) -> str:
    return _forms(message)[0]


@cache
def _catalogue(language: str) -> Catalog:
    with (TEMPLATE.parent / language / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def _translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def test_korean_is_spoken() -> None:
    assert "ko" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    held = {_key(message): message for message in _catalogue(language) if message.id}
    untranslated = [text for text in _texts() if text not in held or not all(_translations(held[text]))]
    doubtful = [text for text, message in held.items() if message.fuzzy]
    assert not untranslated, (
        f"{language} lacks {len(untranslated)} texts (python -m comity.web.extraction): {untranslated[:20]}"
    )
    assert not doubtful, f"{language} has translations marked as fuzzy: {doubtful}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_nothing_that_nobody_says(language: str) -> None:
    catalogue = _catalogue(language)
    left_over = [_key(message) for message in catalogue if message.id and _key(message) not in _texts()]
    assert not left_over, f"{language} translates what nobody says (python -m comity.web.extraction): {left_over[:20]}"
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_gaps_of_its_text(language: str) -> None:
    wrong = [
        (text, translation)
        for text, message in ((_key(each), each) for each in _catalogue(language) if each.id)
        for translation in _translations(message)
        if translation and not _gaps(text) - {"num"} <= _gaps(translation) <= _gaps(*_forms(message))
    ]
    assert not wrong, wrong


def _forms(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _gaps(*texts: str) -> set[str]:
    return {match[1] for text in texts for match in GAP.finditer(text) if match[1]}


def test_what_desks_say_of_themselves_is_in_the_catalogue() -> None:
    said = [
        text
        for desk in DESKS
        for text in (
            desk.title,
            desk.sentence,
            *(each.sentence for each in desk.permissions),
            *(each.title for each in desk.navigation),
            *(each.sentence for each in desk.events),
            *(each.help for each in desk.settings),
        )
    ]
    assert not [text for text in said if text not in _texts()], "mark these with msgid()"


def _told_fields() -> dict[type, list[tuple[str, bool]]]:
    """For every struct of the package: its fields in order, and which of them hold text of ours."""
    for module in pkgutil.walk_packages(comity.__path__, "comity."):
        if module.name.split(".")[1] in ROOMS:
            importlib.import_module(module.name)
    found: dict[type, list[tuple[str, bool]]] = {}
    waiting: list[type[msgspec.Struct]] = [msgspec.Struct]
    while waiting:
        struct = waiting.pop()
        waiting += struct.__subclasses__()
        if not struct.__module__.startswith("comity."):
            continue
        hints, msgids = get_type_hints(struct), MSGIDS.get(struct.__name__, set())
        fields = [(name, hints[name] == Told or name in msgids) for name in struct.__struct_fields__]
        if any(told for _, told in fields):
            found[struct] = fields
    return found


Structs = Mapping[type, list[tuple[str, bool]]]


def _bare(source: str, names: Mapping[str, object], structs: Structs) -> Iterator[tuple[int, str]]:
    """Lines and texts; ``names`` are those of the module, by which its calls are understood."""
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            for given in _told_arguments(call, names, structs):
                for text in _literals(given):
                    yield given.lineno, text


def _told_arguments(call: ast.Call, names: Mapping[str, object], structs: Structs) -> Iterator[ast.expr]:
    called = names.get(call.func.id) if isinstance(call.func, ast.Name) else None
    if isinstance(called, type) and called in structs:
        fields = structs[called]
        told = {name for name, is_told in fields if is_told}
        yield from (given for given, (_, is_told) in zip(call.args, fields, strict=False) if is_told)
        yield from (keyword.value for keyword in call.keywords if keyword.arg in told)
    elif isinstance(call.func, ast.Attribute) and call.func.attr in METHODS:
        place, name = METHODS[call.func.attr]
        yield from call.args[place : place + 1]
        yield from (keyword.value for keyword in call.keywords if keyword.arg == name)


def _literals(node: ast.expr) -> Iterator[str]:
    """Texts that stand where something is told, themselves or in a choice or a tuple; not those inside calls."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if any(letter.isalpha() for letter in GAP.sub("", node.value)):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield ast.unparse(node)
    elif isinstance(node, ast.IfExp):
        yield from (text for each in (node.body, node.orelse) for text in _literals(each))
    elif isinstance(node, ast.Tuple | ast.List):
        yield from (text for each in node.elts for text in _literals(each))


def test_no_text_is_told_without_being_marked() -> None:
    structs, bare = _told_fields(), []
    assert {Field, Phrase} <= structs.keys()
    for path in (path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        names = vars(importlib.import_module(module))
        bare += [
            f"{shown(path)}:{at}: {text!r}" for at, text in _bare(path.read_text(encoding="utf-8"), names, structs)
        ]
    assert not bare, "wrap these in msgid(...), or in outside(...) where they come from outside:\n" + "\n".join(bare)


def test_the_check_finds_what_it_looks_for() -> None:
    source = """
Field(name="x", label="Bare")
Crumb("Bare too", "/")
visit.redirect("/", f"{x} done")
Field(name="x", label=msgid("Fine"), help="" if x else "Half")
Phrase("%(a)s %(b)s", {})
"""
    names = {"Field": Field, "Crumb": Crumb, "Phrase": Phrase}
    found = [text for _, text in _bare(source, names, _told_fields())]
    assert found == ["Bare", "Bare too", "f'{x} done'", "Half"]
