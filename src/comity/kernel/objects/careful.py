"""The careful reader: everything that can be said of one decoded object, as findings.

Lives here: the order of the checks of a whole object, and those that need its type: identifiers, extensions, selectors,
relationship ends, the deprecated container. It sees every object the fast reader is not sure of. Its findings are
complete up to the report's bound, and sorted.
"""

from collections.abc import Mapping
from typing import Any, Final

from comity.kernel.objects import containers, forms, ids, patterns
from comity.kernel.objects.findings import Severity
from comity.kernel.objects.relationships import is_expected
from comity.kernel.objects.report import Report, shown, step
from comity.kernel.objects.shapes import COMMON, CUSTOM, CUSTOM_OBSERVABLE, SHAPES, Shape
from comity.kernel.objects.structs.kinds import SCO_TYPES
from comity.kernel.objects.vocabularies import VOCABULARIES

_EXTENSION_TYPES: Final = frozenset(VOCABULARIES["extension-type-enum"])
_NEW: Final = frozenset({"new-sdo", "new-sco", "new-sro"})
_PREDEFINED: Final = frozenset(key for shape in SHAPES.values() for key in shape.extensions)
# A process has no contributing property at all; the others' are all optional. Without any, 2.9 demands version 4.
_MAY_LACK_CONTENT: Final = frozenset(
    {"artifact", "email-message", "file", "process", "user-account", "windows-registry-key", "x509-certificate"}
)


def examine(held: Any) -> Report:
    """All findings about one decoded JSON value that should be a STIX object."""
    report = Report()
    if not isinstance(held, dict):
        report.error("$", "3.2", f"expected an object, got {shown(held)}")
        return report
    kind = held.get("type")
    if not isinstance(kind, str) or not ids.is_type(kind):
        report.error(
            "$.type" if "type" in held else "$",
            "3.2",
            "type must be a name of 3 to 250 characters of a-z, 0-9 and hyphen",
        )
        return report
    if kind == "bundle":
        report.error("$.type", "8.1", "a bundle is not a STIX object and can't stand among them")
        return report
    announced = _announced(held)
    shape = shape_of(held)
    report.defanged = held.get("defanged") is True
    if "spec_version" not in held and "spec_version" in shape.required:
        report.error("$", "3.2", "spec_version is missing: this is an object of STIX 2.0, not 2.1")
        return report
    shape.check(held, "$", report)
    _identifier(held, kind, report)
    _others(held, kind, shape, announced, report)
    _extensions(held, kind, shape, report)
    _selectors(held, report)
    _BY_TYPE.get(kind, _nothing)(held, report)
    return report


def _announced(held: Mapping[str, Any]) -> frozenset[str]:
    """The extension types that the object's extensions say they are."""
    extensions = held.get("extensions")
    found = extensions.values() if isinstance(extensions, dict) else ()
    return frozenset(
        each["extension_type"]
        for each in found
        if isinstance(each, dict) and isinstance(each.get("extension_type"), str)
    )


def shape_of(held: Mapping[str, Any]) -> Shape:
    """The shape of an object: of its type, or for a custom one as its extension says, or as the presence of versions
    tells (3.2, 11.2.1).
    """
    known = SHAPES.get(held["type"])
    if known is not None:
        return known
    announced = _announced(held)
    if announced & {"new-sdo", "new-sro"}:
        return CUSTOM
    if "new-sco" in announced:
        return CUSTOM_OBSERVABLE
    return CUSTOM if "created" in held or "modified" in held else CUSTOM_OBSERVABLE


def _identifier(held: Mapping[str, Any], kind: str, report: Report) -> None:
    own = held.get("id")
    if not isinstance(own, str) or not ids.is_id(own):
        return
    if own[:-38] != kind:
        report.error("$.id", "2.9", f"the identifier must begin with the type, {kind}--")
    if own != own.lower():
        report.warning("$.id", "2.9", "a UUID is written with lower-case digits (RFC 4122 3)")
    if kind in SCO_TYPES:
        expected = ids.sco_id(kind, held)
        version = own[-22]
        if kind in _MAY_LACK_CONTENT and ids.contributing_json(kind, held) is None and version != "4":
            if not any(name in held for name in ids.CONTRIBUTING[kind]):
                report.error("$.id", "2.9", "without any contributing property the UUID must be of version 4")
        elif version == "5" and expected is not None and own.lower() != expected:
            report.warning("$.id", "2.9", f"the UUIDv5 of this content is {expected}")


def _others(held: dict[str, Any], kind: str, shape: Shape, announced: frozenset[str], report: Report) -> None:
    """Properties beyond the type's table: common ones that don't apply to it, and custom ones."""
    known = shape.fields
    common = [name for name in held if name not in known and name in COMMON]
    for name in common:
        COMMON[name].check(held[name], step("$", name), report)
        if name == "defanged":
            report.error("$.defanged", "3.2", "defanged is for cyber-observables only")
        else:
            report.warning(step("$", name), "3.2", f"{name} does not apply to {kind}")
    if kind not in SHAPES and not kind.startswith("x-") and not announced & _NEW:
        report.warning(
            "$.type", "11.2.1", "the name of a custom object that has no extension definition should begin with x-"
        )
    extended = "toplevel-property-extension" in announced or kind not in SHAPES
    containers.names(held, {*known, *common}, "$", report, announced=extended)


def _extensions(held: Mapping[str, Any], kind: str, shape: Shape, report: Report) -> None:
    extensions = held.get("extensions")
    if not isinstance(extensions, dict):
        return
    for key, content in extensions.items():
        path = step("$.extensions", key)
        if not isinstance(content, dict):
            continue
        if key in shape.extensions:
            shape.extensions[key].check(content, path, report)
            containers.names(content, {*shape.extensions[key].fields, "extension_type"}, path, report)
        elif forms.type_of(key) == "extension-definition":
            _defined_extension(content, path, report)
        else:
            _other_extension(key, content, path, kind, report)


def _defined_extension(content: dict[str, Any], path: str, report: Report) -> None:
    """An extension by the mechanism of 7.3: it says which kind it is."""
    kind = content.get("extension_type")
    if kind is None:
        report.error(path, "3.2", "extension_type is required in an extension that has an extension definition")
    elif not isinstance(kind, str) or kind not in _EXTENSION_TYPES:
        report.error(f"{path}.extension_type", "3.2", f"{shown(kind)} is not in extension-type-enum")
    for name, value in content.items():
        if not forms.is_property_name(name):
            report.warning(
                step(path, name),
                "7.3.2",
                "the name of an extension's property has 3 to 250 characters of a-z, 0-9 and underscore",
            )
        containers.custom_value(name, value, step(path, name), report)


def _other_extension(key: str, content: dict[str, Any], path: str, kind: str, report: Report) -> None:
    """A key that names neither a predefined extension of this type nor an extension definition."""
    if kind not in SCO_TYPES and kind in SHAPES:
        report.warning(path, "3.2", f"{shown(key)} is not the id of an extension definition")
    elif not forms.is_custom_extension(key):
        report.error(
            path,
            "11.3.1",
            f"{shown(key)} is neither the id of an extension definition nor a name of a-z, 0-9 and hyphen ending in -ext",
        )
    elif key in _PREDEFINED:
        report.warning(path, "3.10", f"{key} is an extension of another type of object")
    else:
        report.warning(path, "11.3", "custom extensions without an extension definition are deprecated")
    if not content:
        report.error(path, "11.3.1", "an extension must have at least one property")
    containers.names(content, ("extension_type",), path, report, announced=True)


def _selectors(held: Mapping[str, Any], report: Report) -> None:
    """Each selector leads to something that is there (7.2.3)."""
    markings = held.get("granular_markings")
    for index, marking in enumerate(markings if isinstance(markings, list) else ()):
        selectors = marking.get("selectors") if isinstance(marking, dict) else None
        for place, selector in enumerate(selectors if isinstance(selectors, list) else ()):
            if isinstance(selector, str):
                wrong = unselectable(held, selector)
                if wrong:
                    report.error(
                        f"$.granular_markings[{index}].selectors[{place}]", "7.2.3", f"{shown(selector)}: {wrong}"
                    )


def unselectable(held: Any, selector: str) -> str:
    """Why a selector selects nothing in the object; "" where it does."""
    if not forms.is_selector(selector):
        return "not of the form name.[index].name"
    for part in selector.split("."):
        if part[0] == "[":
            if not isinstance(held, list):
                return f"{part} is asked of what is no list"
            # A plain comparison of lengths first: an index may have more digits than the list has items.
            index = int(part[1:-1]) if len(part) <= 12 else len(held)
            if index >= len(held):
                return f"there is no item {part}"
            held = held[index]
        elif not isinstance(held, dict) or part not in held:
            return f"there is no {shown(part)}"
        else:
            held = held[part]
    return ""


def _nothing(_held: Mapping[str, Any], _report: Report) -> None:
    return


def _pattern(held: Mapping[str, Any], report: Report) -> None:
    pattern = held.get("pattern")
    if held.get("pattern_type") == "stix" and isinstance(pattern, str):
        for finding in patterns.check(pattern):
            (report.error if finding.severity is Severity.ERROR else report.warning)(
                finding.path if finding.path.startswith("$.") else "$.pattern",
                finding.clause.removeprefix("STIX 2.1 "),
                finding.message,
            )


def _ends(held: Mapping[str, Any], report: Report) -> None:
    name, source, target = held.get("relationship_type"), held.get("source_ref"), held.get("target_ref")
    if not isinstance(name, str) or not isinstance(source, str) or not isinstance(target, str):
        return
    ends = forms.type_of(source), forms.type_of(target)
    if all(ends) and not is_expected(ends[0], name, ends[1]):
        report.warning("$.relationship_type", "5.1.2", f"STIX 2.1 does not define {ends[0]} {shown(name)} {ends[1]}")


def _container(held: Mapping[str, Any], report: Report) -> None:
    """The deprecated container of observed-data (2.13): objects without ids of their own that refer to each other by
    key.
    """
    objects = held.get("objects")
    if not isinstance(objects, dict):
        return
    report.warning("$.objects", "4.14.1", "objects is deprecated: use object_refs")
    inside = {key: each for key, each in objects.items() if isinstance(each, dict)}
    report.container = {
        name: each["type"]
        for key, each in inside.items()
        for name in (each.get("id"), key)
        if isinstance(name, str) and isinstance(each.get("type"), str)
    }
    for key, each in inside.items():
        _contained(each, step("$.objects", key), report)
    report.container = None


def _contained(held: dict[str, Any], path: str, report: Report) -> None:
    kind = held.get("type")
    if not isinstance(kind, str) or not ids.is_type(kind):
        report.error(path, "2.13", "an object in the container must have a type")
        return
    shape = SHAPES[kind] if kind in SCO_TYPES else CUSTOM_OBSERVABLE
    local = Report()
    local.container = report.container
    shape.check({"id": "", **held}, path, local)
    for key, content in (held["extensions"] if isinstance(held.get("extensions"), dict) else {}).items():
        if key in shape.extensions and isinstance(content, dict):
            shape.extensions[key].check(content, step(f"{path}.extensions", key), local)
    for finding in local.findings:
        # Its identifier may be any string, or absent (2.9).
        if finding.path != f"{path}.id":
            (report.error if finding.severity is Severity.ERROR else report.warning)(
                finding.path, finding.clause.removeprefix("STIX 2.1 "), finding.message
            )


_BY_TYPE: Final = {"indicator": _pattern, "relationship": _ends, "observed-data": _container}
