"""Shapes: the properties an object of a type has, compiled from its struct, and the careful check of a decoded object
against them.

Lives here: which properties are known, required, searched, references; what each value must be. Not here: what
properties demand of each other (``objects.rules``), names of custom properties (``objects.customs``).
"""

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from comity.kernel.objects import containers, values
from comity.kernel.objects.references import NOT_REFERENCES
from comity.kernel.objects.report import Report, shown
from comity.kernel.objects.rules import PART_RULES, RULES, Rule
from comity.kernel.objects.structs.catalogue import CATALOGUE
from comity.kernel.objects.structs.core import Core, Domain, GranularMarking, Observable, Part
from comity.kernel.objects.structs.kinds import Between, Dictionary, Kind, Ref, Vocab
from comity.kernel.objects.values import Check


class Field(msgspec.Struct, frozen=True):
    """One property: its check, and what else is made of it."""

    name: str
    # The property as it stands in a path.
    step: str
    check: Check
    required: bool
    text: bool
    refers: bool


class Shape(msgspec.Struct, frozen=True):
    """What an object or a part of one may hold. ``clause`` is where its table of properties stands."""

    clause: str
    fields: dict[str, Field]
    required: tuple[str, ...]
    refs: tuple[str, ...]
    text: tuple[str, ...]
    rules: tuple[Rule, ...]
    # The predefined extensions, each a shape.
    extensions: dict[str, "Shape"]

    def check(self, value: Mapping[str, Any], path: str, report: Report) -> None:
        """Known properties are of their type, required ones are there, and the rules between them hold."""
        for name in self.required:
            if name not in value:
                report.error(path, self.clause, f"the required property {name} is missing")
        for name, each in value.items():
            field = self.fields.get(name)
            if field is not None:
                field.check(each, path + field.step, report)
        for rule in self.rules:
            broken = rule(value.get)
            if broken is not None:
                report.error(
                    f"{path}.{broken.name}" if broken.name else path, broken.clause or self.clause, broken.message
                )


def marks_of(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without ``None``, taken apart into its base type and its marks."""
    if get_origin(annotation) in {types.UnionType, Union}:
        (annotation,) = (each for each in get_args(annotation) if each is not type(None))
    if get_origin(annotation) is Annotated:
        base, *marks = get_args(annotation)
        return base, tuple(marks)
    return annotation, ()


def annotations_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The properties of a struct with their annotations, in the order of the specification's tables."""
    return {
        name: hint
        for name, hint in get_type_hints(struct, include_extras=True).items()
        if name in struct.__struct_fields__
    }


def check_of(annotation: Any) -> Check:
    """The careful check that an annotation stands for."""
    base, marks = marks_of(annotation)
    kind = marks[-1] if marks else None
    if isinstance(kind, Kind):
        return containers.CHECKS.get(kind.name) or values.form(kind.name)
    if isinstance(kind, Vocab):
        return values.term(kind)
    if isinstance(kind, Between):
        return values.number(base, kind)
    if isinstance(kind, Ref):
        return values.reference(kind)
    if isinstance(kind, Dictionary):
        return values.dictionary(kind)
    if get_origin(base) is list:
        return values.listing(check_of(get_args(base)[0]))
    if isinstance(base, type) and issubclass(base, Part):
        return _part(base)
    return {bool: values.boolean, float: values.number(float, Between())}[base]


def _part(struct: type[Part]) -> Check:
    clause = "7.2.3" if struct is GranularMarking else _part_clause(struct)
    shape = _shape(struct, clause, PART_RULES.get(struct, ()))

    def check(value: Any, path: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.error(path, clause, f"expected an object, got {shown(value)}")
            return
        shape.check(value, path, report)
        containers.names(value, shape.fields, path, report)

    return check


def _part_clause(struct: type[Part]) -> str:
    # Every struct's docstring ends its first sentence with its clause in brackets.
    return (struct.__doc__ or "").rpartition("(")[2].partition(")")[0]


def _shape(
    struct: type[Core] | type[Part], clause: str, rules: tuple[Rule, ...], extensions: dict[str, Shape] | None = None
) -> Shape:
    defaults = dict(zip(reversed(struct.__struct_fields__), reversed(struct.__struct_defaults__), strict=False))
    fields = {
        name: Field(
            name,
            f".{name}",
            check_of(hint),
            required=defaults.get(name, msgspec.NODEFAULT) is msgspec.NODEFAULT,
            text=_is_text(hint),
            refers=any(isinstance(mark, Ref) for mark in _deep_marks(hint)),
        )
        for name, hint in annotations_of(struct).items()
    }
    return Shape(
        clause,
        fields,
        tuple(name for name, field in fields.items() if field.required),
        tuple(name for name, field in fields.items() if field.refers and name not in NOT_REFERENCES),
        tuple(name for name, field in fields.items() if field.text),
        rules,
        extensions or {},
    )


def _deep_marks(annotation: Any) -> Iterator[Any]:
    base, marks = marks_of(annotation)
    yield from marks
    if get_origin(base) is list:
        yield from _deep_marks(get_args(base)[0])


def _is_text(annotation: Any) -> bool:
    return any(isinstance(mark, Kind) and mark.text for mark in _deep_marks(annotation))


def _shapes() -> dict[str, Shape]:
    shapes = {}
    for name, entry in CATALOGUE.items():
        extensions = {
            key: _shape(struct, clause, PART_RULES.get(struct, ()))
            for key, (struct, clause) in entry.extensions.items()
        }
        shapes[name] = _shape(entry.struct, entry.clause, RULES.get(name, ()), extensions)
    return shapes


SHAPES: Final[dict[str, Shape]] = _shapes()
# Custom objects, and those of extensions (new-sdo, new-sro, new-sco), have the common properties of their kind.
CUSTOM: Final = _shape(Domain, "11.2.1", RULES["*"])
CUSTOM_OBSERVABLE: Final = _shape(Observable, "11.2.1", ())
# Every common property there is, for those that stand on an object they don't apply to.
COMMON: Final[dict[str, Field]] = {**CUSTOM_OBSERVABLE.fields, **CUSTOM.fields}
