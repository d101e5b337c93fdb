"""A decoded object while parts are taken out of it: what is gone leaves a mark, so that every other part keeps its place.

Lives here: the mark, compacting (which takes out what can't stand without what went: the list that became empty, the part
that lacks a required property), and the places of what is left, for selectors (STIX 2.1 7.2.3). What may stand where is
``redaction.anatomy``'s.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.kernel.policy.redaction.anatomy import Place, inside
from comity.kernel.policy.redaction.outcome import Cannot


class _Gone:
    """The mark of what was taken out."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "GONE"


GONE: Final = _Gone()

Slot = tuple[Any, Any, Place]
"""What holds a leaf, under which key or index, and what may stand there."""


def slots(holder: Any, place: Place) -> list[Slot]:
    """Every leaf (neither list nor dictionary) that is not gone, in order of appearance. It may be changed at once."""
    found: list[Slot] = []
    _gather(holder, place, found)
    return found


def _gather(held: Any, of: Place, found: list[Slot]) -> None:
    # No deeper than objects are read (``objects.guards``).
    named: Mapping[Any, Place] | None = of.fields if of.kind == "part" else None
    for key, value in held.items() if type(held) is dict else enumerate(held):
        at = (named.get(key) if named is not None else None) or inside(of, key, held)
        if type(value) is dict or type(value) is list:
            _gather(value, at, found)
        elif value is not GONE:
            found.append((held, key, at))


def below(holder: Any, key: Any, at: Place) -> Iterator[Slot]:
    """Every leaf of what stands under a key: itself, where it is one."""
    value = holder[key]
    if isinstance(value, dict | list):
        yield from slots(value, at)
    elif value is not GONE:
        yield holder, key, at


def settle(held: dict[str, Any], place: Place) -> None:
    """Take out of the deprecated container of observed-data what refers to what has gone from it (STIX 2.1 2.13)."""
    container = held.get("objects")
    if place.fields.get("objects", place).kind != "container" or not isinstance(container, dict):
        return
    at = place.fields["objects"]
    names = set(container)
    while True:
        _compact(container, at)
        gone = {name for name in names if container[name] is GONE}
        dangling = [
            (holder, key)
            for holder, key, of in slots(container, at)
            if of.kind == "ref" and isinstance(holder[key], str) and holder[key] in gone
        ]
        if not dangling:
            return
        for holder, key in dangling:
            holder[key] = GONE


def compact(held: dict[str, Any], place: Place) -> dict[str, Any]:
    """What is left of an object; raises Cannot where a property has gone that the object must have."""
    made: dict[str, Any] = _compact(held, place)
    gone = [name for name in held if name not in made]
    if gone:
        missing = next((name for name in gone if name in place.required), None)
        if missing is None and any(rule(made.get) for rule in place.rules):
            missing = gone[0]
        if missing is not None:
            raise Cannot.without(missing)
    return made


def _compact(held: Any, place: Place) -> Any:
    """The value without what is gone; GONE, and marked so in its holder, where it can't stand without it."""
    if isinstance(held, dict):
        return _of_dictionary(held, place)
    return _of_list(held, place) if isinstance(held, list) else held


def _of_list(held: list[Any], place: Place) -> Any:
    made = []
    for index, each in enumerate(held):
        left = _compact(each, inside(place, index, held)) if each is not GONE else GONE
        if left is GONE:
            held[index] = GONE
        else:
            made.append(left)
    return made if made or not held else GONE


def _of_dictionary(held: dict[str, Any], place: Place) -> Any:
    made = {}
    for name, each in held.items():
        left = _compact(each, inside(place, name, held)) if each is not GONE else GONE
        if left is GONE:
            held[name] = GONE
        else:
            made[name] = left
    if len(made) == len(held):
        return made
    _dependents(held, made, place)
    if place.root:
        return made
    broken = not made or not place.required <= made.keys() or any(rule(made.get) for rule in place.rules)
    return GONE if broken else made


def _dependents(held: dict[str, Any], made: dict[str, Any], place: Place) -> None:
    """What means nothing without what has gone goes too."""
    for name, other in place.needs:
        if name in made and other not in made:
            del made[name]
            held[name] = GONE
