"""Careful checks of values that hold others under names of the sender's choosing: extensions, translations, marking
content, custom properties.

Lives here: what can be said of them without knowing the object's type (STIX 2.1 2.3, 3.1, 7.1, 11.1). What an extension
of a known kind must hold, and the deprecated container of observed-data, need the type: ``objects.careful``.
"""

from collections.abc import Container
from typing import Any, Final

from comity.kernel.objects import forms, values
from comity.kernel.objects.report import Report, shown, step
from comity.kernel.objects.structs.kinds import Dictionary
from comity.kernel.objects.values import Check


def _object(value: Any, path: str, report: Report) -> bool:
    if not isinstance(value, dict):
        report.error(path, "2.3", f"expected an object, got {shown(value)}")
        return False
    if not value:
        report.error(path, "2.3", "an empty dictionary is prohibited: leave the property out")
    return True


def _of_objects(value: Any, path: str, report: Report) -> None:
    """A dictionary whose values are objects; what these hold is looked at by type."""
    if _object(value, path, report):
        for key, each in value.items():
            if not isinstance(each, dict):
                report.error(step(path, key), "3.2", f"expected an object, got {shown(each)}")


def _translations(value: Any, path: str, report: Report) -> None:
    """Texts by language code, mirroring the object they translate (7.1.1)."""
    if not _object(value, path, report):
        return
    for code, texts in value.items():
        where = step(path, code)
        if not forms.is_language(code):
            report.error(where, "7.1.1", f"{shown(code)} is not a language code of RFC 5646")
        if _object(texts, where, report):
            for name, text in texts.items():
                _translation(text, step(where, name), report)


def _translation(value: Any, path: str, report: Report) -> None:
    # Iterative: the value is the sender's and may be nested as deep as the envelope lets through.
    waiting = [(value, path)]
    while waiting:
        each, where = waiting.pop()
        if isinstance(each, dict):
            waiting.extend((inner, step(where, name)) for name, inner in each.items())
        elif isinstance(each, list):
            waiting.extend((inner, f"{where}[{index}]") for index, inner in enumerate(each))
        elif not isinstance(each, str):
            report.error(where, "7.1.1", f"a translation is a string, or a list or object of them, not {shown(each)}")


CHECKS: Final[dict[str, Check]] = {
    "hashes": values.hashes,
    "extensions": _of_objects,
    "container": _of_objects,
    "translations": _translations,
    "definition": values.dictionary(Dictionary()),
}


def names(value: dict[str, Any], known: Container[str], path: str, report: Report, *, announced: bool = False) -> None:
    """The properties a struct does not have: custom ones, or those of a top-level extension (``announced``)."""
    for name, each in value.items():
        if name not in known and (path != "$" or name != "type"):
            where = step(path, name)
            name_of_custom(name, where, report, announced=announced)
            custom_value(name, each, where, report)


def name_of_custom(name: str, path: str, report: Report, *, announced: bool) -> None:
    """The name of a property that the specification does not define (3.8, 7.3.2, 11.1.1)."""
    if not forms.is_property_name(name):
        report.error(
            path,
            "11.1.1",
            "the name of a custom property has 3 to 250 characters of a-z, 0-9 and underscore, a letter first",
        )
    elif name in forms.RESERVED_NAMES:
        report.error(path, "3.8", f"{name} is reserved for a later version of STIX")
    elif not announced and not name.startswith("x_"):
        report.warning(
            path, "11.1.1", "not a property of this object in STIX 2.1; the name of a custom one should begin with x_"
        )


def custom_value(name: str, value: Any, path: str, report: Report) -> None:
    """What little holds for the value of any property."""
    if value is None or value in ([], {}):
        report.warning(
            path,
            "2.12" if value == [] else "2.3",
            "null, empty lists and empty objects are no values of STIX: leave the property out",
        )
    elif name.endswith("_ref") and not (isinstance(value, str) and forms.type_of(value)):
        report.warning(path, "3.1", "a name that ends in _ref is for an identifier")
    elif name.endswith("_refs") and not (
        isinstance(value, list) and all(isinstance(each, str) and forms.type_of(each) for each in value)
    ):
        report.warning(path, "3.1", "a name that ends in _refs is for a list of identifiers")
