"""What may stand where in an object: its properties as places, made from the structs of ``kernel.objects``.

Lives here: for every type the kind of each leaf (free text, a reference, a moment, a term of a vocabulary, a value of a fixed
form), which properties are required, what means nothing without what, and which leaves are observables of which kind. What
STIX leaves open (custom properties and types, unknown extensions) is free text, unless its name says that it holds a reference
or hashes.
"""

from collections.abc import Mapping
from typing import Any, Final, get_args, get_origin

import msgspec

from comity.kernel.objects.observables.forms import algorithm
from comity.kernel.objects.rules import PART_RULES, RULES, Rule
from comity.kernel.objects.shapes import annotations_of, marks_of
from comity.kernel.objects.structs.catalogue import CATALOGUE
from comity.kernel.objects.structs.core import Domain, ExternalReference, Observable, Part
from comity.kernel.objects.structs.kinds import Dictionary, Kind, Ref, Vocab


class Place(msgspec.Struct, frozen=True):
    """A place in an object, and all that stands below it.

    ``kind``        of a leaf: ``text``, ``ref``, ``time``, ``seconds`` (a moment without a fraction), ``term``, ``number``,
                    ``boolean``, ``fixed`` (what says what the object is), ``pattern``, ``hash``, ``any`` (custom: of whatever
                    kind its value is), or the name of a form (``objects.forms.PREDICATES``); of what holds others: ``list``,
                    ``part``, ``map``, ``hashes``, ``extensions``, ``container``, ``markings``
    ``item``        what stands in a list or a map
    ``observable``  the kind of observable that a value here is, where it is one
    ``needs``       properties that mean nothing without another: (this, without that)
    ``root``        the whole object
    """

    kind: str
    item: "Place | None" = None
    fields: Mapping[str, "Place"] = {}
    required: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()
    extensions: Mapping[str, "Place"] = {}
    observable: str = ""
    root: bool = False


ANY: Final = Place("any")
TEXT: Final = Place("text")
_REF: Final = Place("ref")
_REFS: Final = Place("list", _REF)
_FIXED: Final = Place("fixed")
_HASHES: Final = Place("hashes")
_HASH: Final = Place("hash")
_CONTAINER: Final = Place("container")
_EXTENSIONS: Final = Place("extensions")
_MARKINGS: Final = Place("markings")

_PROTECTED: Final[dict[str, Place]] = {
    **dict.fromkeys(("type", "spec_version", "id", "revoked"), _FIXED),
    **dict.fromkeys(("object_marking_refs", "granular_markings"), _MARKINGS),
}

_OBSERVABLES: Final[dict[tuple[str, str], str]] = {
    **{(kind, "value"): kind for kind in ("ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", "mac-addr")},
    ("artifact", "url"): "url",
    ("autonomous-system", "number"): "autonomous-system",
    ("directory", "path"): "directory",
    ("file", "name"): "file-name",
    ("mutex", "name"): "mutex",
    ("software", "name"): "software",
    ("software", "cpe"): "cpe",
    ("user-account", "user_id"): "user-account",
    ("user-account", "account_login"): "user-account",
    ("vulnerability", "name"): "cve",
    ("windows-registry-key", "key"): "windows-registry-key",
    ("x509-certificate", "serial_number"): "serial-number",
}
"""As ``objects.observables`` takes them from objects."""

_NEEDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "artifact": (("url", "hashes"), ("decryption_key", "encryption_algorithm")),
    "directory": (("path_enc", "path"),),
    "file": (("name_enc", "name"),),
    "location": (
        ("latitude", "longitude"),
        ("longitude", "latitude"),
        ("precision", "latitude"),
        ("precision", "longitude"),
    ),
}
"""What goes with what has gone (``objects.rules``)."""

_REQUIRED_BEFORE: Final[dict[str, frozenset[str]]] = {"malware": frozenset({"is_family"})}
"""What errata 01 made optional, and others still require."""


def _place(annotation: Any) -> Place:
    base, marks = marks_of(annotation)
    mark = marks[-1] if marks else None
    if get_origin(base) is list:
        return Place("list", _place(get_args(base)[0]))
    if isinstance(base, type) and issubclass(base, Part):
        return _part(base)
    if isinstance(mark, Vocab):
        return Place("term")
    if isinstance(mark, Ref):
        return _REF
    if isinstance(mark, Dictionary):
        return Place("map", {"string": TEXT, "strings": Place("list", TEXT)}.get(mark.of, ANY))
    if isinstance(mark, Kind):
        return _KINDS.get(mark.name) or Place(mark.name)
    return Place("boolean" if base is bool else "number")


_KINDS: Final[dict[str, Place]] = {
    "string": TEXT,
    "timestamp": Place("time"),
    "timestamp-milliseconds": Place("time"),
    "timestamp-unversioned": Place("time"),
    "timestamp-seconds": Place("seconds"),
    "identifier": _FIXED,
    "spec-version": _FIXED,
    "definition-type": _FIXED,
    "property-name": _FIXED,
    "hashes": _HASHES,
    "extensions": _EXTENSIONS,
    "container": _CONTAINER,
    "translations": Place("map", Place("map", ANY)),
    "definition": Place("map", ANY),
    "boolean": Place("boolean"),
}


def _part(struct: type[Part]) -> Place:
    fields = {name: _place(hint) for name, hint in annotations_of(struct).items()}
    if struct is ExternalReference:
        fields["url"] = Place("text", observable="url")
    return Place(
        "part",
        fields=fields,
        required=_required(struct),
        rules=PART_RULES.get(struct, ()),
    )


def _required(struct: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(struct) if field.required)


def _whole(kind: str, struct: type[msgspec.Struct], extensions: Mapping[str, tuple[type[Part], str]]) -> Place:
    fields = {name: _place(hint) for name, hint in annotations_of(struct).items()} | _PROTECTED
    for (of, name), observable in _OBSERVABLES.items():
        if of == kind:
            fields[name] = msgspec.structs.replace(fields[name], observable=observable)
    if kind == "indicator":
        fields["pattern"] = Place("pattern")
    made = {key: _part(part) for key, (part, _) in extensions.items()}
    if made:
        fields["extensions"] = Place("extensions", extensions=made)
    return Place(
        "part",
        fields=fields,
        required=_required(struct) | _REQUIRED_BEFORE.get(kind, frozenset()),
        rules=tuple(rule for rule in RULES.get(kind, ()) if rule not in RULES["*"]),
        needs=_NEEDS.get(kind, ()),
        root=True,
    )


_WHOLE: Final[dict[str, Place]] = {
    kind: _whole(kind, entry.struct, entry.extensions) for kind, entry in CATALOGUE.items()
}
_CUSTOM: Final = _whole("", Domain, {})
_CUSTOM_OBSERVABLE: Final = _whole("", Observable, {})


def _contained(place: Place) -> Place:
    """An object in the deprecated container: it need not have an id, and that may be any text (STIX 2.1 2.13)."""
    return msgspec.structs.replace(
        place, root=False, required=place.required - {"id"} | {"type"}, fields={**place.fields, "id": _REF}
    )


_CONTAINED: Final[dict[str, Place]] = {kind: _contained(place) for kind, place in _WHOLE.items()}
_CONTAINED_CUSTOM: Final = _contained(_CUSTOM_OBSERVABLE)


def whole(kind: str, held: Mapping[str, Any]) -> Place:
    """The place of a whole object of a type."""
    known = _WHOLE.get(kind)
    if known is not None:
        return known
    return _CUSTOM if "created" in held or "modified" in held else _CUSTOM_OBSERVABLE


def translated(kind: str) -> Place:
    """The place of a translation of an object of a type (STIX 2.1 7.1.1): the same properties, none of them required."""
    return msgspec.structs.replace(_WHOLE.get(kind, _CUSTOM), root=False, required=frozenset(), rules=(), needs=())


def inside(place: Place, key: str | int, holder: Any) -> Place:
    """The place of what stands in a place under a name or an index. ``holder`` is what stands in the place."""
    match place.kind:
        case "part":
            return place.fields.get(key) or _named(key)  # type: ignore[arg-type]
        case "list" | "map":
            return place.item or ANY
        case "any":
            return _named(key) if isinstance(key, str) else ANY
        case "hashes":
            return Place("hash", observable=algorithm(str(key)) or "")
        case "extensions":
            return place.extensions.get(key) or ANY  # type: ignore[arg-type]
        case "container":
            kind = holder[key].get("type") if isinstance(holder[key], dict) else None
            return _CONTAINED.get(kind, _CONTAINED_CUSTOM) if isinstance(kind, str) else _CONTAINED_CUSTOM
        case _:
            return place


def _named(name: str) -> Place:
    """The place of a custom property, as far as its name tells."""
    if name.endswith("_refs"):
        return _REFS
    if name.endswith("_ref"):
        return _REF
    return _HASHES if name == "hashes" else ANY
