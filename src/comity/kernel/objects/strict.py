"""Strict twins of the structs, and for each a plan: what the fast reader must still ask once the decoder has accepted
an object.

Lives here: the making of both from the structs' annotations. A twin knows only properties that can be judged in the
decoder or by one predicate, has no room for others, and takes no term outside a vocabulary; whatever is more
(extensions, granular markings, custom properties, dictionaries, anything worth a warning) makes decoding fail and goes
to the careful reader. So a twin that decodes and passes its plan is certainly fine.
"""

import re
from collections.abc import Callable
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec

from comity.kernel.objects import forms, ids
from comity.kernel.objects.guards import EXACT
from comity.kernel.objects.rules import RULES, Rule
from comity.kernel.objects.shapes import annotations_of, marks_of
from comity.kernel.objects.structs.catalogue import CATALOGUE
from comity.kernel.objects.structs.core import ExternalReference, KillChainPhase
from comity.kernel.objects.structs.kinds import SCO_TYPES, Between, Kind, Ref, Vocab
from comity.kernel.objects.vocabularies import VOCABULARIES

Predicate = Callable[[Any], bool]
Getter = Callable[[Any], tuple[Any, ...]]

# Looked at by the reader itself, in its own way.
_APART: Final = frozenset({"id", "created", "modified", "created_by_ref", "object_marking_refs"})
_LEFT_OUT: Final = frozenset({"extensions", "granular_markings"})
# What the reader looks up in a cache is short, so that the cache is small (``forms.SHORT``).
_Short = Annotated[str, msgspec.Meta(max_length=forms.SHORT)]
_UUID: Final = "--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"  # RFC 9562 4
_NEVER_WRONG: Final = frozenset({"string", "boolean"})


class Plan(msgspec.Struct, frozen=True):
    """What is left to ask of a decoded twin of one type.

    ``is_own_id``             whether a text is an identifier of the type, with a UUID in its usual lower-case form
    ``tested``, ``tests``     gets the values of the properties that have a predicate; the predicates, in the same order
    ``referring``, ``refs``   gets the values of the reference properties; what each may refer to
    ``searched``              gets the values of the properties that are searched
    ``rules``                 rules between properties
    ``cites``                 it may have external references
    ``lengths_vary``          it has numbers whose written form varies in length
    ``is_sco``                a cyber-observable: its identifier may be derived from its content
    ``contributing``          the properties it is derived from; ``single`` where that is one string
    """

    type: str
    is_own_id: Callable[[str], re.Match[str] | None]
    tested: Getter
    tests: tuple[Predicate, ...]
    referring: Getter
    refs: tuple[Ref, ...]
    searched: Getter
    rules: tuple[Rule, ...]
    cites: bool
    lengths_vary: bool
    is_sco: bool
    contributing: tuple[str, ...]
    single: str


def _strict(annotation: Any) -> Any:
    """The annotation of a twin's property, or None where the property must be left out."""
    base, marks = marks_of(annotation)
    mark = marks[-1] if marks else None
    if get_origin(base) is list:
        item = _strict(get_args(base)[0])
        return None if item is None else Annotated[list[item], msgspec.Meta(min_length=1)]  # type: ignore[valid-type]
    if base in _PARTS:
        return _PARTS[base]
    if isinstance(mark, Vocab):
        return Literal[VOCABULARIES[mark.name]]
    if isinstance(mark, Kind):
        if mark.name == "spec-version":
            return Literal["2.1"]
        if mark.name.startswith("timestamp"):
            return _Short
        return base if mark.name in forms.PREDICATES or mark.name in {"hashes", "boolean"} else None
    if isinstance(mark, Between):
        low, high = (-EXACT, EXACT) if base is int else (None, None)
        return Annotated[
            base,
            msgspec.Meta(ge=mark.low if mark.low is not None else low, le=mark.high if mark.high is not None else high),
        ]
    if isinstance(mark, Ref):
        return _Short
    return base if base in {bool, float} else None


def _twin(struct: type[msgspec.Struct], **options: Any) -> type[msgspec.Struct]:
    required = {field.name for field in msgspec.structs.fields(struct) if field.required}
    fields: list[Any] = []
    for name, hint in annotations_of(struct).items():
        strict = None if name in _LEFT_OUT else _strict(hint)
        if strict is not None:
            fields.append((name, strict) if name in required else (name, strict, None))
    return msgspec.defstruct(
        f"Strict{struct.__name__}",
        fields,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        gc=False,
        **options,
    )


_PARTS: dict[Any, type[msgspec.Struct]] = {}
_PARTS.update({ExternalReference: _twin(ExternalReference), KillChainPhase: _twin(KillChainPhase)})


def _references_fit(references: list[Any]) -> bool:
    for each in references:
        if each.description is None and each.url is None and each.external_id is None:
            return False
        if each.hashes is not None and not forms.hashes_plain(each.hashes):
            return False
    return True


def _predicate(annotation: Any) -> Predicate | None:
    """What the decoder could not ask of a property."""
    base, marks = marks_of(annotation)
    mark = marks[-1] if marks else None
    if get_origin(base) is list:
        if get_args(base)[0] is ExternalReference:
            return _references_fit
        item = _predicate(get_args(base)[0])
        return None if item is None else _each(item)
    if not isinstance(mark, Kind) or mark.name in _NEVER_WRONG or mark.name == "spec-version":
        return None
    return forms.hashes_plain if mark.name == "hashes" else forms.PREDICATES.get(mark.name)


def _each(item: Predicate) -> Predicate:
    def every(values: list[Any]) -> bool:
        return all(map(item, values))

    return every


def _getter(names: list[str]) -> Getter:
    """The values of the named properties at once; much faster than one by one."""
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return _nothing
    value = attrgetter(names[0])
    return lambda held: (value(held),)


def _nothing(_held: Any) -> tuple[Any, ...]:
    return ()


def _plan(kind: str, twin: type[msgspec.Struct]) -> Plan:
    tests: dict[str, Predicate] = {}
    refs: dict[str, Ref] = {}
    text: list[str] = []
    floats = False
    for name, hint in annotations_of(CATALOGUE[kind].struct).items():
        if name not in twin.__struct_fields__:
            continue
        base, marks = marks_of(hint)
        floats = floats or base is float
        if get_origin(base) is list:
            marks = marks_of(get_args(base)[0])[1]
        test = _predicate(hint)
        if test is not None and name not in _APART:
            tests[name] = test
        for mark in marks:
            if isinstance(mark, Ref) and name not in _APART:
                refs[name] = mark
            elif isinstance(mark, Kind) and mark.text:
                text.append(name)
    return Plan(
        type=kind,
        is_own_id=re.compile(re.escape(kind) + _UUID).fullmatch,
        tested=_getter(list(tests)),
        tests=tuple(tests.values()),
        referring=_getter(list(refs)),
        refs=tuple(refs.values()),
        searched=_getter(text),
        rules=tuple(rule for rule in RULES.get(kind, ()) if rule not in RULES["*"]),
        cites="external_references" in twin.__struct_fields__,
        lengths_vary=floats,
        is_sco=kind in SCO_TYPES,
        contributing=ids.CONTRIBUTING.get(kind, ()),
        single=ids.SINGLE.get(kind, ""),
    )


def _is_judged(struct: type[msgspec.Struct]) -> bool:
    """True where a twin can hold every required property; else the careful reader must see each object of the type."""
    hints = annotations_of(struct)
    return all(_strict(hints[field.name]) is not None for field in msgspec.structs.fields(struct) if field.required)


TWINS: Final[dict[str, type[msgspec.Struct]]] = {
    kind: _twin(entry.struct, tag=kind, tag_field="type")
    for kind, entry in CATALOGUE.items()
    if _is_judged(entry.struct)
}
PLANS: Final[dict[type[msgspec.Struct], Plan]] = {twin: _plan(kind, twin) for kind, twin in TWINS.items()}
DECODER: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(Union[tuple(TWINS.values())])  # noqa: UP007  made at run time
