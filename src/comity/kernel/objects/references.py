"""What an object refers to: every identifier in a property whose name ends in ``_ref`` or ``_refs``, at any depth.

Lives here: the walk over a decoded object. Order: the type's own reference properties first, as the specification's
tables have them, then the rest in order of appearance. Left out: the object itself, its creator, its markings, and
whatever is no identifier.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from comity.kernel.objects.forms import type_of

NOT_REFERENCES = frozenset({"created_by_ref", "object_marking_refs", "granular_markings"})


def of_mapping(held: Mapping[str, Any], own: Iterable[str], excluded: Iterable[str | None]) -> tuple[str, ...]:
    """The references of a decoded object; ``own`` are its type's reference properties, ``excluded`` the ids that don't
    count.
    """
    found: dict[str, None] = {}
    for name in own:
        found.update(dict.fromkeys(_identifiers(held.get(name))))
    for name, value in held.items():
        holds = name.endswith(("_ref", "_refs")) or type(value) is dict or type(value) is list
        if holds and name not in NOT_REFERENCES:
            found.update(dict.fromkeys(_walk(name, value)))
    for each in excluded:
        found.pop(each or "", None)
    return tuple(found)


def _walk(name: str, value: Any) -> Iterator[str]:
    # Iterative, for a custom object may be nested as deep as the guards let through.
    waiting = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if name.endswith(("_ref", "_refs")):
            yield from _identifiers(value)
        if isinstance(value, dict):
            waiting.extend(reversed(value.items()))
        elif isinstance(value, list):
            waiting.extend(("", each) for each in reversed(value) if isinstance(each, dict | list))


def _identifiers(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list) else (value,):
        if isinstance(each, str) and type_of(each):
            yield each
